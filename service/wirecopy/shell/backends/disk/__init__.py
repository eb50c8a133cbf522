"""The embedded log on disk, for one machine without Kafka: `wirecopy serve`.

journal.py   frames in segment files: appended, synced, recovered
broker.py    the embedded log (backends/memory) with its records in the journal
"""
