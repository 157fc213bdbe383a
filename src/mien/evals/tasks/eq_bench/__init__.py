"""EQ-Bench 1 and 2: how strongly four emotions are felt at the end of a dialogue."""
