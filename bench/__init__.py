"""Measurements; no part of the service."""
