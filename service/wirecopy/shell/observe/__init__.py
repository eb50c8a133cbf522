"""What the service tells of itself: metrics, log lines, spans, and a watch over the event loop."""
