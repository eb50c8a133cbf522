"""Back-fills: an archive judged in ranges of time, with the verdicts of one pass in order."""
