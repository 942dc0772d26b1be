"""People at work: callers who wait for a human, agents who are rung for them, and the two talking."""
