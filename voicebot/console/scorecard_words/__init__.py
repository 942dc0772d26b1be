"""A scorecard's rules and conditions as sentences, for people who do not read expressions."""
