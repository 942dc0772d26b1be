"""Scorecards as people write them: items, conditions, and the expressions that join them."""
