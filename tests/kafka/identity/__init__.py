"""What a topic, a log and an offset are, and what is said where they are not the same any more."""
