"""The agent's desk: presence, the call that rings or goes on, prompts as they come, and how the call is closed."""
