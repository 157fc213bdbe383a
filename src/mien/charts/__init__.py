"""Parts of self-contained HTML pages: they know of numbers and words, not of emotions."""
