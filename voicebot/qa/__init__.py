"""Quality review: every finished call scored against the company's scorecards, with the evidence."""
