"""Tells where a text was published before: a pure engine (core/) and the service around it (shell/)."""
