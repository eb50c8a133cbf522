"""One owned raw partition: its worker, its records in flight, and how it goes on after a failure."""
