"""Trains a dialect classifier on labelled recordings: read, telephone, fit, measure, write for `models.dialect`.

Only network.py, fit.py and export.py need the train extra.
"""
