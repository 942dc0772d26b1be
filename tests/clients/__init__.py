"""Real SIP programs as test clients. Ports and directories are passed in, so that several can run at once."""
