"""What is in flight: raw records that were taken and are not yet committed, of one partition and of all together.

    offer → inbox → take_in → entries in raw order → settle (in any order) → settled_prefix → leave

Only the settled *prefix* of the entries is ever published, so the order of a raw partition is kept, dead letters
included, and the offset committed never runs ahead of a record that is still judged. Nothing here waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from wirecopy.core.model import Outcome, Rejected, RejectReason
from wirecopy.shell.options import PipelineOptions
from wirecopy.shell.pipeline.steps import Entry, internal, size_of
from wirecopy.shell.ports import RawRecord


class InFlight:
    """What all partitions together have in flight: the bound on memory."""

    def __init__(self) -> None:
        self.records = 0
        self.size_bytes = 0

    def add(self, records: int, size_bytes: int) -> None:
        self.records += records
        self.size_bytes += size_bytes
        assert self.records >= 0 and self.size_bytes >= 0, "something left flight twice"


class PartitionFlight:
    """The records of one partition. Outlives its incarnations: `forget` empties it, and what it learned about sizes
    stays.
    """

    def __init__(self, total: InFlight, options: PipelineOptions) -> None:
        self._total = total
        self._options = options
        self._inbox: deque[tuple[Sequence[RawRecord], int]] = deque()
        self.entries: deque[Entry] = deque()
        self._by_offset: dict[int, Entry] = {}
        self._single_until = (
            -1
        )  # records below this raw offset go one to a transaction, after a refusal for size
        self._refused_offsets: set[int] = set()  # enriched records that the broker finds too large
        self.records = 0
        self.size_bytes = 0

    @property
    def head(self) -> Entry | None:
        """The oldest entry."""
        return self.entries[0] if self.entries else None

    @property
    def full(self) -> bool:
        """One more poll could take it over its share."""
        return self.records + self._options.poll_records_max > self._options.in_flight_records_max

    # ---- in
    def offer(self, records: Sequence[RawRecord]) -> None:
        """Take fetched records into the inbox."""
        size = sum(record_size(record) for record in records)
        self._inbox.append((records, size))
        self._count(len(records), size)

    def next_batch(self) -> tuple[Sequence[RawRecord], int] | None:
        """The oldest batch of the inbox and its bytes; it stays in flight."""
        return self._inbox.popleft() if self._inbox else None

    def take_in(self, entries: Sequence[Entry]) -> None:
        """Prepared records, behind those that are here."""
        for entry in entries:
            self.entries.append(entry)
            if entry.proposal is not None:
                self._by_offset[entry.record.position.offset] = entry

    # ---- settled
    def settle(self, outcome: Outcome) -> bool:
        """The first outcome of a position and body counts. Returns whether it settled the oldest entry."""
        entry = self._by_offset.get(outcome.position.offset)
        if entry is None or entry.outcome is not None or entry.proposal is None:
            return False
        if entry.proposal.body_xxh3 != outcome.body_xxh3:
            return False  # of a topic by the same name that is no more
        entry.outcome = outcome
        return entry is self.entries[0]

    def settled_prefix(self, records_max: int, followed_offset: int) -> list[Entry]:
        """The longest settled run of records from the head that one transaction takes, up to `records_max`.

        An entry whose log record was followed and that is not settled was refused by our own engine: it becomes a dead
        letter, since it would never be settled.
        """
        batch: list[Entry] = []
        size = 0
        for entry in self.entries:
            if not entry.settled:
                if entry.log_offset is None or entry.log_offset >= followed_offset:
                    break
                entry.rejected = internal(AssertionError())
                entry.fault = AssertionError(f"the engine refused its own log record at {entry.log_offset}")
            offset = entry.record.position.offset
            if batch and (
                len(batch) >= records_max
                or size + entry.size_bytes > self._options.transaction_bytes_max
                or offset < self._single_until
            ):
                break
            if offset in self._refused_offsets and entry.rejected is None:
                entry.rejected = Rejected(
                    RejectReason.TOO_LARGE, "the broker refused the enriched record for its size"
                )
            batch.append(entry)
            size += entry.size_bytes
        return batch

    def narrow(self, batch: Sequence[Entry]) -> bool:
        """The broker refused this batch for its size: narrow the next one down to the record that it is about. Returns
        False where nothing is left to narrow, since the record is a dead letter already.
        """
        if len(batch) > 1:
            self._single_until = batch[-1].record.position.offset + 1
        elif batch[0].rejected is None:
            self._refused_offsets.add(batch[0].record.position.offset)
        else:
            return False
        return True

    # ---- out
    def leave(self, batch: Sequence[Entry]) -> None:
        """A committed prefix."""
        for entry in batch:
            first = self.entries.popleft()
            assert first is entry, "entries leave in raw order"
            self._by_offset.pop(entry.record.position.offset, None)
            self._refused_offsets.discard(entry.record.position.offset)
        self._count(-len(batch), -sum(entry.size_bytes for entry in batch))

    def forget(self) -> None:
        """All of it: it will be read and judged again."""
        self._count(-self.records, -self.size_bytes)
        for entry in self.entries:
            if entry.trace is not None:
                entry.trace.end("", entry.appended_at, 0.0)
        self._inbox.clear()
        self.entries.clear()
        self._by_offset.clear()

    def _count(self, records: int, size_bytes: int) -> None:
        self.records += records
        self.size_bytes += size_bytes
        self._total.add(records, size_bytes)


def record_size(record: RawRecord) -> int:
    """Bytes of a raw record in a batch."""
    return size_of(record.key, record.value, record.headers)
