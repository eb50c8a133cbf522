"""The engine's state on disk: its format, writing, reading, and the engine that keeps itself."""
