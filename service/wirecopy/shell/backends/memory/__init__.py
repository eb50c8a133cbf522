"""The embedded log: a broker in memory behind the same ports as Kafka, for `demo`, `scan`, tests and simulation.

It keeps what the pipeline relies on and nothing else: ordered partitions, a group with eager rebalances, one
transactional producer per raw partition with a fence, records and offset visible together, an append time of the log's
own clock that never runs back. Deterministic: no thread, no clock but the one passed in, waiting only through asyncio,
so a seeded loop replays a run exactly.

    broker.py    topics, committed offsets, fences, groups
    source.py    a member of a group
    backend.py   the other ports, and the backend that makes them all
"""

from wirecopy.shell.backends.memory.backend import MemoryAdmin, MemoryBackend
from wirecopy.shell.backends.memory.broker import Hook, MemoryBroker, Step, StoredRecord, raw_record

__all__ = ["Hook", "MemoryAdmin", "MemoryBackend", "MemoryBroker", "Step", "StoredRecord", "raw_record"]
