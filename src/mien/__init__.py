"""Mien reads emotion in voices, faces and words, offline, and says how sure it is."""

__version__ = "0.1.0"
