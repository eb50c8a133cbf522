"""Watch lists: standing questions about verdicts, kept as records of a compacted topic or as lines of a file."""
