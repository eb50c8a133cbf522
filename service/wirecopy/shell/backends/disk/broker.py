"""The embedded log with its records in a journal: what was acknowledged outlives any crash, and nothing comes twice.

Topics, groups and fences are those of backends/memory, and so are the ports in front of them. Here a record is a place in
the journal, eight bytes in memory. One file order holds everything together: a raw record, its fingerprint record and the
transaction that publishes its verdict with the raw offset stand in the journal in this order, so a synced transaction has
all that led to it on the disk. Transactions are visible only when they are synced: nobody can read what a crash would take
back. What was not published by then is read again from the committed offset, as on Kafka.

Payloads of the journal, told by their first byte:

    C   a checkpoint, JSON: topics with their end offsets, committed offsets. The first frame of every segment, so that
        older ones can be deleted
    R   records that were appended
    T   a transaction: group, raw partition and next offset, then its records
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell import locking
from wirecopy.shell.backends.disk.journal import DamagedJournalError, Journal, first_place
from wirecopy.shell.backends.memory.broker import MemoryBroker, Partition, StoredRecord
from wirecopy.shell.committed import Committed
from wirecopy.shell.errors import FatalError, UnavailableError
from wirecopy.shell.ports import Headers, OutputRecord, TopicPartition

_RECORD: Final = struct.Struct(
    "<HHqiiH"
)  # topic, partition, time, bytes of key and value (-1: none), headers
_HEADER: Final = struct.Struct("<Hi")
_TRANSACTION: Final = struct.Struct("<HHqH")  # topic, partition, next offset, bytes of the group's name
_GUESS_BYTES: Final = 16 * 1024  # read at once: most records are smaller


class DirectoryTroubleError(Exception):
    """The directory cannot be used; the text is a sentence for the user."""


@dataclass(slots=True)
class _OnDisk(Partition):
    """A partition whose records are places in the journal, ascending."""

    journal: Journal | None = None
    places: array[int] = field(default_factory=lambda: array("Q"))

    @property
    def end_offset(self) -> int:
        return self.first_offset + len(self.places)

    def append(self, record: StoredRecord) -> None:  # noqa: ARG002 - the signature of what it replaces
        raise AssertionError("records come by their places")

    def read(self, offset: int, count: int) -> list[StoredRecord]:
        assert self.journal is not None
        begin = offset - self.first_offset
        return [
            _stored(self.journal, place, offset + at)
            for at, place in enumerate(self.places[begin : begin + count])
        ]

    def forget_before(self, first_offset: int) -> None:
        del self.places[: max(0, first_offset - self.first_offset)]
        self.first_offset = max(self.first_offset, first_offset)


Published = Callable[[TopicPartition, int, Sequence[OutputRecord]], None]


class DiskBroker(MemoryBroker):
    """Opens or makes the log in `root`. Raises DirectoryTroubleError.

    Segments whose last record is older than `retention_ms` are deleted, once all raw records in them are published.
    `published` is told of every transaction: raw partition, next offset, records.
    """

    def __init__(self, root: Path, clock_ms: Callable[[], int], retention_ms: int) -> None:
        super().__init__(clock_ms)
        self.published: Published = lambda *_: None
        self.bystanders: set[str] = set()  # groups for which no segment is kept
        self._retention_ms = retention_ms
        self._names: list[str] = []
        self._transaction = asyncio.Lock()
        try:
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = locking.taken(root)
            if lock is None:
                raise DirectoryTroubleError(f"“{root}” is used by another process")
            self._lock = lock
            self._journal = Journal(root)
            for place, payload in self._journal.frames():
                self._recovered(place, payload)
        except OSError as error:
            raise DirectoryTroubleError(f"“{root}” cannot be used: {error.strerror or error}") from error
        except DamagedJournalError as error:
            raise DirectoryTroubleError(
                f"{error}. Restore it from a backup, or begin with an empty directory"
            ) from error

    @property
    def cut_bytes(self) -> int:
        """Of what was being written when the process before this one died."""
        return self._journal.cut_bytes

    def close(self) -> None:
        """Sync and leave the directory."""
        if self._journal.segments():
            self._journal.sync()
        self._journal.close()
        os.close(self._lock)

    # ---- topics
    def create_topic(self, name: str, partitions: int) -> None:
        super().create_topic(name, partitions)
        self._names.append(name)
        if not self._journal.segments():
            self._journal.begin_segment()
        self._journal.append(self._checkpoint())

    def delete_topic(self, name: str) -> None:  # noqa: ARG002 - likewise
        raise AssertionError("topics stay")

    def topic_ids(self, names: Sequence[str]) -> dict[str, str]:  # noqa: ARG002 - likewise
        """None has another one by its name."""
        return {}

    def _new_partition(self) -> Partition:
        return _OnDisk(journal=self._journal)

    # ---- writing
    def produce(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        key: bytes | None = None,
        headers: Headers = (),
        timestamp_ms: int | None = None,
    ) -> int:
        """Append a record; it is on the disk when a later transaction is, or after `sync`. UnavailableError where the disk
        is full."""
        held = self._at(TopicPartition(topic, partition))
        stamp = held.stamp(self.clock_ms())
        time_ms = stamp if timestamp_ms is None else timestamp_ms
        return self._produce(
            held, [_encoded(self._names.index(topic), partition, time_ms, key, value, headers)]
        )

    def produce_all(self, topic: str, partition: int, values: Sequence[bytes]) -> int:
        """Append records, all or none; returns the offset of the first. As `produce` otherwise."""
        held = self._at(TopicPartition(topic, partition))
        number, stamp = self._names.index(topic), held.stamp(self.clock_ms())
        encoded = [_encoded(number, partition, stamp, None, value, ()) for value in values]
        return self._produce(held, encoded)

    def _produce(self, held: Partition, encoded: Sequence[bytes]) -> int:
        place = self._append(b"".join((b"R", *encoded))) + 1
        offset = held.end_offset
        for record in encoded:
            self._take(held, place)
            place += len(record)
        self._wake()
        return offset

    async def publish(
        self,
        group: str,
        partition: TopicPartition,
        committed: Committed,
        records: Sequence[tuple[TopicPartition, OutputRecord]],
    ) -> None:
        next_offset = committed.offset
        async with self._transaction:
            name = group.encode()
            parts = [
                b"T",
                _TRANSACTION.pack(
                    self._names.index(partition.topic), partition.partition, next_offset, len(name)
                ),
                name,
            ]
            at, starts = sum(map(len, parts)), []
            for (topic, number), record in records:
                held = self._at(TopicPartition(topic, number))
                encoded = _encoded(
                    self._names.index(topic),
                    number,
                    held.stamp(self.clock_ms()),
                    record.key,
                    record.value,
                    record.headers,
                )
                parts.append(encoded)
                starts.append((held, at))
                at += len(encoded)
            place = self._append(b"".join(parts))
            await self.sync()
            for held, start in starts:
                self._take(held, place + start)
            self.commit(group, partition, Committed(next_offset))
            self._wake()
            self._begin_segment_if_full()
        self.published(partition, next_offset, [record for _, record in records])

    async def sync(self) -> None:
        """All that was appended is on the disk. FatalError where the disk fails: what it holds is not known then."""
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._journal.sync)
        except OSError as error:
            raise FatalError(f"the journal could not be written to the disk: {error}") from error

    def _append(self, payload: bytes) -> int:
        try:
            return self._journal.append(payload)
        except OSError as error:
            raise UnavailableError(f"the journal cannot be written: {error.strerror or error}") from error

    @staticmethod
    def _take(held: Partition, place: int) -> None:
        assert isinstance(held, _OnDisk)
        held.places.append(place)

    # ---- segments
    def _begin_segment_if_full(self) -> None:
        """Between two transactions, so that a checkpoint never divides one."""
        if not self._journal.full:
            return
        self._journal.begin_segment()
        self._append(self._checkpoint())
        for number in self._journal.segments()[:-1]:
            if self._journal.age_ms(number, self.clock_ms()) < self._retention_ms:
                break
            if not self._forget(number):
                break

    def _forget(self, number: int) -> bool:
        """Delete the oldest segment; False where a raw record in it is not published yet."""
        ends = {
            partition: bisect_left(held.places, first_place(number + 1)) + held.first_offset
            for partition, held in self._held()
            if isinstance(held, _OnDisk)
        }
        held = {key: one for key, one in self._committed.items() if key[0] not in self.bystanders}
        if any(ends.get(partition, 0) > one.offset for (_, partition), one in held.items()):
            return False
        for partition, first in ends.items():
            self._at(partition).forget_before(first)
        self._journal.remove(number)
        return True

    def _held(self) -> list[tuple[TopicPartition, Partition]]:
        return [
            (TopicPartition(name, number), held)
            for name, partitions in self._topics.items()
            for number, held in enumerate(partitions)
        ]

    def _checkpoint(self) -> bytes:
        topics = [
            [name, [[held.end_offset, held.append_time_ms] for held in self._topics[name]]]
            for name in self._names
        ]
        committed = [[group, *partition, one.offset] for (group, partition), one in self._committed.items()]
        return b"C" + json_bytes({"topics": topics, "committed": committed})

    # ---- recovery
    def _recovered(self, place: int, payload: bytes) -> None:
        match payload[:1]:
            case b"C":
                self._recover_checkpoint(json_value(payload[1:]))
            case b"R":
                self._recover_records(place, payload, 1)
            case b"T":
                topic, number, next_offset, size = _TRANSACTION.unpack_from(payload, 1)
                at = 1 + _TRANSACTION.size
                group = payload[at : at + size].decode()
                self._recover_records(place, payload, at + size)
                self.commit(group, TopicPartition(self._names[topic], number), Committed(next_offset))
            case kind:
                raise DamagedJournalError(f"the journal holds an unknown kind of frame: {kind!r}")

    def _recover_checkpoint(self, checkpoint: dict[str, list[list[object]]]) -> None:
        """Topics that are not known yet, and where the first of this journal's records stand."""
        for name, partitions in checkpoint["topics"]:
            assert isinstance(name, str) and isinstance(partitions, list)
            if name in self._topics:
                continue
            super().create_topic(name, len(partitions))
            self._names.append(name)
            for held, (end, time_ms) in zip(self._topics[name], partitions, strict=True):
                held.first_offset, held.append_time_ms = end, time_ms
        for group, topic, number, offset in checkpoint["committed"]:
            partition = TopicPartition(str(topic), int(str(number)))
            self.commit(str(group), partition, Committed(int(str(offset))))

    def _recover_records(self, place: int, payload: bytes, at: int) -> None:
        while at < len(payload):
            topic, number, time_ms, *_ = _RECORD.unpack_from(payload, at)
            held = self._topics[self._names[topic]][number]
            held.stamp(time_ms)
            self._take(held, place + at)
            at += _size_of(payload, at)


# ---- records as bytes
def _encoded(
    topic: int, partition: int, time_ms: int, key: bytes | None, value: bytes | None, headers: Headers
) -> bytes:
    parts = [
        _RECORD.pack(
            topic,
            partition,
            time_ms,
            -1 if key is None else len(key),
            -1 if value is None else len(value),
            len(headers),
        )
    ]
    for name, content in headers:
        encoded = name.encode()
        parts += [
            _HEADER.pack(len(encoded), -1 if content is None else len(content)),
            encoded,
            content or b"",
        ]
    return b"".join([*parts, key or b"", value or b""])


def _size_of(data: bytes, at: int) -> int:
    """Bytes of the encoded record at `at`. struct.error where its head is not whole."""
    key: int
    value: int
    *_, key, value, headers = _RECORD.unpack_from(data, at)
    end = at + _RECORD.size
    for _ in range(headers):
        name, content = _HEADER.unpack_from(data, end)
        end += _HEADER.size + name + max(0, content)
    return end + max(0, key) + max(0, value) - at


def _stored(journal: Journal, place: int, offset: int) -> StoredRecord:
    data = journal.read(place, _GUESS_BYTES)
    while True:
        with contextlib.suppress(struct.error):
            size = _size_of(data, 0)
            break
        data = journal.read(place, 2 * len(data))
    if size > len(data):
        data = journal.read(place, size)
    _, _, time_ms, key_size, value_size, count = _RECORD.unpack_from(data, 0)
    at, headers = _RECORD.size, []
    for _ in range(count):
        name_size, content_size = _HEADER.unpack_from(data, at)
        at += _HEADER.size
        name = data[at : at + name_size].decode()
        at += name_size
        headers.append((name, None if content_size < 0 else data[at : at + content_size]))
        at += max(0, content_size)
    key = None if key_size < 0 else data[at : at + key_size]
    at += max(0, key_size)
    value = None if value_size < 0 else data[at : at + value_size]
    return StoredRecord(offset, key, value, tuple(headers), time_ms)
