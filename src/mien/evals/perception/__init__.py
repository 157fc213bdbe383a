"""Decoders and models measured on published data sets and on a user's own ratings."""
