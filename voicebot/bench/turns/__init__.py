"""How well turns are taken: scripted calls through the real session, in time that is counted and not measured.

What is counted, and over which kinds of turns (see `kinds.py`), is defined in `judging.py`. Of every two neighbouring
scenarios one is tuning's and one is held out: thresholds and word lists are chosen on the tuning half alone.
"""
