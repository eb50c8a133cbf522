"""The sources that a text names: the table of phrases, the rules, the names."""
