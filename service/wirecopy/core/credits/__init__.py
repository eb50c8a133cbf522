"""Text → whom it names as its source."""
