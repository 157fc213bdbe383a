"""Training of the net that tells voices apart."""
