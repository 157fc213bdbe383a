"""Makers of small real files, so that no recording has to be kept with the tests."""
