"""A verdict and two texts, for people: words, rows, terminal, page."""
