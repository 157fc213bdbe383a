"""Scoring: from answers and ratings to the rows of a table."""
