"""Who spoke when, and what, as people or programs marked it."""
