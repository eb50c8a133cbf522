"""From an HTTP request to the log on disk, and from a transaction back to whoever waits for its verdicts.

Each raw record ends in one enriched record or one dead letter, in the order of the raw log (law 2), so the last n of them
in a transaction belong to the n raw offsets before its next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from wirecopy.shell.backends.disk.broker import DiskBroker
from wirecopy.shell.ports import OutputRecord, OutputStream, TopicPartition

WAITING_MAX: Final = 50_000  # articles that wait for their verdicts
ANSWER_SECONDS_MAX: Final = 60.0
ENDS: Final = (OutputStream.ENRICHED, OutputStream.DEAD)  # where a raw record ends


class Intake:
    """The raw topic of one partition, written to by requests."""

    def __init__(self, broker: DiskBroker, topic: str) -> None:
        self._broker = broker
        self._topic = topic
        self._waiting: dict[int, asyncio.Future[OutputRecord]] = {}
        broker.published = self._published

    def has_room(self, count: int) -> bool:
        return len(self._waiting) + count <= WAITING_MAX

    async def judged(self, values: Sequence[bytes]) -> list[OutputRecord] | int:
        """What was published for each value, on the disk by then; or the offset of the first where the verdicts take too
        long: the values are on the disk, and will be judged. Raises UnavailableError where they cannot be written."""
        first = self._broker.produce_all(self._topic, 0, values)
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in values]
        self._waiting.update(zip(range(first, first + len(values)), futures, strict=True))
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                return list(await asyncio.gather(*futures))
        except TimeoutError:
            await self._broker.sync()
            return first
        finally:
            for offset in range(first, first + len(values)):
                self._waiting.pop(offset, None)

    def _published(
        self, partition: TopicPartition, next_offset: int, records: Sequence[OutputRecord]
    ) -> None:
        if partition.topic != self._topic:
            return
        ends = [record for record in records if record.stream in ENDS]
        for offset, record in zip(range(next_offset - len(ends), next_offset), ends, strict=True):
            future = self._waiting.get(offset)
            if future is not None and not future.done():
                future.set_result(record)
