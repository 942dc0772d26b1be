"""How long callers wait: the whole system under many simulated calls at once, measured from the callers' recordings."""
