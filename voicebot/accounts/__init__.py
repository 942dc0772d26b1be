"""Who uses the console and the API: accounts, what each may do, signing in, sessions."""
