"""Everything that touches the world: Kafka, files, clocks, HTTP, the command line."""
