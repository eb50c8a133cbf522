"""From raw records to published verdicts: reading, following the log, judging, publishing."""
