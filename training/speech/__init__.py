"""Training of the speech activity net: mixtures, a teacher, a small causal net."""
