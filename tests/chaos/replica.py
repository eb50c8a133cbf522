"""`wirecopy run` behind a port that dies when told: `python -m tests.chaos.replica`.

The service is the real one; what stands between it and the client is wrapped, so that the process can be
killed (SIGKILL, by itself, at once) the next time it comes to a named point. Which point is read from the file
that CHAOS_ORDERS names, at the start and at each SIGUSR1. Nothing of this is in the service itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from wirecopy.shell.cli import kernel_cache

kernel_cache.prepare()

# the cache is prepared before anything imports the kernels
from wirecopy.shell.backends.kafka import backend as kafka  # noqa: E402
from wirecopy.shell.backends.kafka import log as kafka_log  # noqa: E402
from wirecopy.shell.backends.kafka import outputs as kafka_outputs  # noqa: E402
from wirecopy.shell.backends.kafka import source as kafka_source  # noqa: E402
from wirecopy.shell.committed import Committed  # noqa: E402
from wirecopy.shell.ports import (  # noqa: E402
    FingerprintLog,
    LogBatch,
    Opened,
    Outputs,
    RawRecord,
    RawSource,
    TopicPartition,
)

ORDERS = "CHAOS_ORDERS"
COMMIT_SENT_SECONDS = 0.0015  # the request is out, the reply (2 to 3 ms) is not there


class Point(StrEnum):
    """Where a replica can be made to die."""

    CONSUMED = "after consume"
    PROPOSED = "after propose"
    APPENDED = "after append"
    FOLLOWED = "after follow"
    FENCED = "after the fence"
    BEGUN = "after begin"
    OUTPUT_SENT = "after output send"
    BEFORE_OFFSETS = "before offsets"
    AFTER_OFFSETS = "after offsets"
    BEFORE_COMMIT = "before commit"
    COMMIT_SENT = "after the commit is sent, before its reply"
    COMMITTED = "after commit"
    RESTORING = "while the index is restored"
    REVOKING = "while partitions are revoked"


class Orders:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._point = ""
        self.read()

    def read(self, *_: object) -> None:
        self._point = self._path.read_text().strip() if self._path.exists() else ""

    def told(self, point: Point) -> bool:
        return self._point == point.value

    def reached(self, point: Point) -> None:
        if self.told(point):
            self._path.with_suffix(".died").write_text(point.value)
            os.kill(os.getpid(), signal.SIGKILL)


orders = Orders(Path(os.environ.get(ORDERS, os.devnull)))


class Source(kafka_source.KafkaSource):
    async def poll(self, timeout_ms: int, records_max: int) -> Mapping[TopicPartition, Sequence[RawRecord]]:
        got = await super().poll(timeout_ms, records_max)
        if got:
            orders.reached(Point.CONSUMED)
        return got

    async def committed(self, partition: TopicPartition) -> Committed | None:
        orders.reached(Point.FENCED)
        return await super().committed(partition)

    async def when_revoked(self, revoked: Iterable[Any]) -> None:
        several = list(revoked)
        if several:
            orders.reached(Point.REVOKING)
        await super().when_revoked(several)


class Log(kafka_log.KafkaLog):
    _gave = False

    async def append(self, values: Sequence[bytes]) -> list[int]:
        orders.reached(Point.PROPOSED)
        offsets = await super().append(values)
        orders.reached(Point.APPENDED)
        return offsets

    async def read(self, timeout_ms: int, records_max: int) -> LogBatch:
        if self._gave:  # what was given then is replayed now
            orders.reached(Point.FOLLOWED)
        batch = await super().read(timeout_ms, records_max)
        if batch.records:
            self._gave = True
            orders.reached(Point.RESTORING)
        return batch


class Producer:
    """The transactional producer of a partition, with points between its calls."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer
        self._deliveries: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._producer, name)

    async def begin_transaction(self) -> None:
        await self._producer.begin_transaction()
        self._deliveries.clear()
        orders.reached(Point.BEGUN)

    async def send_batch(self, *args: Any, **more: Any) -> Any:
        delivery = await self._producer.send_batch(*args, **more)
        self._deliveries.append(delivery)
        return delivery

    async def send_offsets_to_transaction(self, *args: Any) -> None:
        if orders.told(Point.OUTPUT_SENT):
            await asyncio.wait(self._deliveries)
        orders.reached(Point.OUTPUT_SENT)
        orders.reached(Point.BEFORE_OFFSETS)
        await self._producer.send_offsets_to_transaction(*args)
        orders.reached(Point.AFTER_OFFSETS)

    async def commit_transaction(self) -> None:
        orders.reached(Point.BEFORE_COMMIT)
        if orders.told(Point.COMMIT_SENT):
            sent = asyncio.create_task(self._producer.commit_transaction())
            await asyncio.sleep(COMMIT_SENT_SECONDS)
            orders.reached(Point.COMMIT_SENT)
            await sent
        else:
            await self._producer.commit_transaction()
        orders.reached(Point.COMMITTED)


class PartitionOutputs(kafka_outputs.KafkaOutputs):
    async def open(self, partition: TopicPartition) -> Opened:
        opened = await super().open(partition)
        transactions: Any = opened.transactions
        transactions._producer = Producer(transactions._producer)
        return opened


class Backend(kafka.KafkaBackend):
    def source(self) -> RawSource:
        return Source(self._options)

    def log(self) -> FingerprintLog:
        return Log(self._options)

    def outputs(self, source: RawSource) -> Outputs:
        assert isinstance(source, Source)
        return PartitionOutputs(self._options, source)


def main() -> int:
    from wirecopy.__main__ import main as wirecopy

    signal.signal(signal.SIGUSR1, orders.read)
    kafka.KafkaBackend = Backend  # type: ignore[misc]
    return wirecopy(["run"])


if __name__ == "__main__":
    sys.exit(main())
