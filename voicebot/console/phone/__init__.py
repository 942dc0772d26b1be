"""The phone in the browser: the same on every page, so that looking something up does not hang up."""
