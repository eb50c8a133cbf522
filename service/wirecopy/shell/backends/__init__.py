"""What stands behind the ports: Kafka, and a log in memory."""
