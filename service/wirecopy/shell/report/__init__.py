"""A verdict and two texts, for people: the sentences, the rows of a comparison, terminal, HTML report."""
