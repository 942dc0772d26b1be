"""The web process: one server for the console's pages and the API, and the guard in front of both."""
