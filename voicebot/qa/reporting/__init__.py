"""What the scores of many calls add up to, for people and for spreadsheets."""
