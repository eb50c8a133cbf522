"""Kafka behind the ports: the only package that knows the client library."""
