"""The HTML of a reading and its story, and the same in a terminal."""
