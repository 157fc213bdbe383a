"""Telling: what was found, in a terminal, on a page and in files."""
