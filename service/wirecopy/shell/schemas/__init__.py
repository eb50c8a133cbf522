"""Values in Confluent's framing, read by the schema that a registry holds: Avro, Protobuf and JSON Schema."""
