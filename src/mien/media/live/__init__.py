"""Sound that is still being made: microphones and pipes."""
