"""Tests of the guard as a server."""
