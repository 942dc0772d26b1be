"""Judges of what no rule can decide: small models of our own, and a language model where a company names one."""
