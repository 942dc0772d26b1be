"""The parts that pages are made of. Everything that comes from a caller or a file goes through them as text."""
