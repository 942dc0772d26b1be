"""Whose turn it is: when a pause ends a turn and who keeps the floor. Policies without I/O that read no clock."""
