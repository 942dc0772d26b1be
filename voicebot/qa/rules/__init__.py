"""The rules' side of scoring: where in a call a condition of a scorecard holds, and how sure that is."""
