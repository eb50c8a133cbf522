"""Tests of the publisher's desk."""
