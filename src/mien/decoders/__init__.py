"""From a signal to readings."""
