"""Labelled calls of our own making, and how well the sample scorecard finds what was put into them."""
