"""A simulated day of a call centre: the same callers served by routing with dialects and without."""
