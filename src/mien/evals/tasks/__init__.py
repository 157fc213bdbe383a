"""Published tests of emotional intelligence, and one of our own."""
