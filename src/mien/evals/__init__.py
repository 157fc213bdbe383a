"""How good a reader of emotion is, beside people, chance and the trivial answers."""
