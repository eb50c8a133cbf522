"""Text to tokens and lines: HTML, Markdown, the Unicode table, the tokeniser."""
