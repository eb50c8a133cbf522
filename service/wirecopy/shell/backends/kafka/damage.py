"""A batch that nobody can read (a flipped byte on the broker's disk) costs its own partition alone.

The client raises while it takes fetched records out of its buffers, and what it had taken of other partitions by then is
lost: all would have to be read again, and would meet the same batch again. Here the damage is noted at its partition, and
the poll gives what it has. Only for partitions that are marked: other readers get the error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiokafka import errors
from aiokafka.consumer import fetcher as aiokafka_fetcher

from wirecopy.shell.backends.kafka.tolerant import read_tolerantly
from wirecopy.shell.ports import Damage


class _Remembering:
    """Fetched batches, and the one that was taken last."""

    def __init__(self, batches: Any) -> None:
        self._batches = batches
        self.last: Any = None

    def has_next(self) -> bool:
        return bool(self._batches.has_next())

    def next_batch(self) -> Any:
        self.last = None
        self.last = self._batches.next_batch()
        return self.last

    def damaged_until(self, first: int, stable_end: int) -> int:
        """The offset after the batch that was taken last. Its head may be damaged too: the next batch knows better."""
        try:
            found = self.next_batch().base_offset if self.has_next() else self.last.next_offset
        except Exception:  # nothing behind the damage can be trusted
            found = first + 1
        return min(found, stable_end) if found > first else first + 1


class _Isolating(aiokafka_fetcher.FetchResult):  # type: ignore[misc]
    """What was fetched of a partition."""

    def __init__(self, tp: Any, *, assignment: Any, partition_records: Any, backoff: Any) -> None:
        super().__init__(tp, assignment=assignment, partition_records=partition_records, backoff=backoff)
        self._partition_records: Any = partition_records
        self._isolated = getattr(assignment.state_value(tp), "isolated", False)
        if self._isolated:
            partition_records._records = _Remembering(partition_records._records)  # noqa: SLF001

    def getall(self, max_records: int | None = None) -> list[Any]:
        if not self._isolated:
            taken: list[Any] = super().getall(max_records)
            return taken
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return []
        taken = []
        records = self._partition_records
        try:
            for record in records:
                taken.append(record)
                if max_records is not None and len(taken) >= max_records:
                    self._update_position()
                    return taken
        except Exception as error:  # whatever it is, reading again would raise it again
            if not _tolerable(error):
                self._note(records, error)
        self._update_position()
        self._partition_records = None
        return taken

    def _note(self, records: Any, error: Exception) -> None:
        state = self._assignment.state_value(self._topic_partition)
        first = records.next_fetch_offset
        end = first + 1 if state.lso is None else max(state.lso, first + 1)
        until = records._records.damaged_until(first, end)  # noqa: SLF001
        state.damage = Damage(first, until, f"{type(error).__name__}: {error}")


def _tolerable(error: Exception) -> bool:
    """A header's name that is not UTF-8: from now on it is read."""
    parsing = isinstance(error, UnicodeDecodeError | errors.CorruptRecordException)
    return parsing and "Invalid CRC" not in str(error) and read_tolerantly()


def install() -> None:
    """For all consumers of this process."""
    aiokafka_fetcher.FetchResult = _Isolating


def isolate(states: Iterable[Any]) -> None:
    """Damage in these partitions is noted, and raised no more."""
    for state in states:
        state.isolated = True


def taken_damage(state: Any) -> Damage | None:
    """What was noted of a partition, once."""
    damage: Damage | None = getattr(state, "damage", None)
    if damage is not None:
        state.damage = None
    return damage
