"""Matches sent to receivers as signed webhooks: beside the pipeline, and never in its way."""
