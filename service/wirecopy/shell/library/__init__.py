"""The engine as a library for Python programs: what `from wirecopy import Index` gives."""
