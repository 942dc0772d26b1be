"""The operator's pages: how the system is, how it is set, its models, and what it logged about a call."""
