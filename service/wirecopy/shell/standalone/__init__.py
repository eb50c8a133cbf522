"""The service on one machine without Kafka: articles come in over HTTP, or from the files of a scan."""
