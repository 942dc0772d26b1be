"""How fast calls are scored: made-up calls in a store of their own, scored as `voicebot qa rescore` does it."""
