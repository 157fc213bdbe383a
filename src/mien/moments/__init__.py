"""Who feels what, toward what, why, since when: readings become moments."""
