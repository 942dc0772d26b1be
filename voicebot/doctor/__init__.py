"""What is missing or wrong on this machine, and how to get it right: the checks behind `voicebot doctor`."""
