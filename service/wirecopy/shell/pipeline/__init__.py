"""Raw records → published verdicts."""
