"""Article → the record of the fingerprint log."""
