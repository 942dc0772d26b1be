"""A simulated caller: rings over real SIP, speaks in turns, hears the assistant out, measures its waiting time."""
