"""Tests of the desk against a real broker."""
