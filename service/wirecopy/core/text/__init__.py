"""Text → tokens and lines."""
