"""The implementations of the ports: Kafka, and an embedded log in memory."""
