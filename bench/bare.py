"""The bare program: the service's protocol on aiokafka with no work in it, to measure what the protocol alone costs.

Consume a batch → append a record each to a one-partition log → follow the log until it has come back → in one
transaction produce each record with some bytes more, and the offset. Batch sizes, linger and the sizes of what is
written are the service's. It is kinder to itself than a service can be: partitions are assigned by number, nothing is
fenced, rebuilt, timed out or checked.

    python -m bench.bare BOOTSTRAP PREFIX PARTITIONS REPLICA REPLICAS LOG_BYTES MORE_BYTES

It reads PREFIX.raw, writes PREFIX.fingerprints and PREFIX.enriched, and ends when it is killed.
"""

from __future__ import annotations

import asyncio
import struct
import sys
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

POLL_RECORDS_MAX = 500
FOLLOW_RECORDS_MAX = 1000
LINGER_MS = 5
FETCH_BYTES_MAX = 4 << 20
BATCH_BYTES_MAX = 1 << 20
BATCHES_AHEAD_MAX = 4
_POSITION = struct.Struct("<qq")


@dataclass
class _Followed:
    """How far each raw partition's records have come back from the log."""

    offsets: dict[int, int] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


async def _follow(consumer: Any, log: TopicPartition, followed: _Followed) -> None:
    while True:
        found = await consumer.getmany(timeout_ms=100, max_records=FOLLOW_RECORDS_MAX)
        for record in found.get(log, ()):
            partition, offset = _POSITION.unpack_from(record.value)
            followed.offsets[partition] = offset
        if found:
            async with followed.changed:
                followed.changed.notify_all()


@dataclass
class _Worker:
    """One raw partition. `queue` holds batches of its records."""

    partition: int
    prefix: str
    log: Any
    out: Any
    followed: _Followed
    log_bytes: int
    more: bytes
    queue: asyncio.Queue[Any]

    async def run(self) -> None:
        raw = TopicPartition(f"{self.prefix}.raw", self.partition)
        while True:
            records = await self.queue.get()
            for appended in [
                await self.log.send(
                    f"{self.prefix}.fingerprints", self._log_value(record.offset), partition=0
                )
                for record in records
            ]:
                await appended
            last = records[-1].offset
            await self._come_back(last)
            async with self.out.transaction():
                sent = [
                    await self.out.send(
                        f"{self.prefix}.enriched",
                        (record.value or b"") + self.more,
                        key=record.key,
                        partition=self.partition,
                    )
                    for record in records
                ]
                offsets = {raw: last + 1}
                await asyncio.gather(
                    self.out.send_offsets_to_transaction(offsets, f"{self.prefix}.bare"), *sent
                )

    async def _come_back(self, offset: int) -> None:
        async with self.followed.changed:
            await self.followed.changed.wait_for(
                lambda: self.followed.offsets.get(self.partition, -1) >= offset
            )

    def _log_value(self, offset: int) -> bytes:
        return _POSITION.pack(self.partition, offset).ljust(self.log_bytes, b"x")


async def run(
    bootstrap: str, prefix: str, partitions: list[int], name: str, log_bytes: int, more_bytes: int
) -> None:
    """Until it is cancelled."""
    log = TopicPartition(f"{prefix}.fingerprints", 0)
    fetching: dict[str, Any] = {
        "bootstrap_servers": bootstrap,
        "isolation_level": "read_committed",
        "max_partition_fetch_bytes": FETCH_BYTES_MAX,
        "enable_auto_commit": False,
    }
    raw, follower = AIOKafkaConsumer(**fetching), AIOKafkaConsumer(**fetching)
    appending = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        enable_idempotence=True,
        linger_ms=LINGER_MS,
        max_batch_size=BATCH_BYTES_MAX,
    )
    for client in (raw, follower, appending):
        await client.start()
    raw_partitions = [TopicPartition(f"{prefix}.raw", number) for number in partitions]
    raw.assign(raw_partitions)
    await raw.seek_to_beginning(*raw_partitions)
    follower.assign([log])
    await follower.seek_to_beginning(log)
    followed = _Followed()
    tasks = [asyncio.create_task(_follow(follower, log, followed))]
    workers: dict[int, _Worker] = {}
    for number in partitions:
        out = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            transactional_id=f"{prefix}.bare.{number}",
            max_batch_size=BATCH_BYTES_MAX,
        )
        await out.start()
        queue: asyncio.Queue[Any] = asyncio.Queue(BATCHES_AHEAD_MAX)
        workers[number] = _Worker(
            number, prefix, appending, out, followed, log_bytes, b" " * more_bytes, queue
        )
        tasks.append(asyncio.create_task(workers[number].run(), name=f"{name}-{number}"))
    while True:
        found = await raw.getmany(timeout_ms=100, max_records=POLL_RECORDS_MAX)
        for raw_partition, records in found.items():
            await workers[raw_partition.partition].queue.put(records)
        for task in tasks:
            if task.done():
                task.result()


def main() -> None:
    bootstrap, prefix, *numbers = sys.argv[1:]
    partitions, replica, replicas, log_bytes, more_bytes = map(int, numbers)
    mine = [number for number in range(partitions) if number % replicas == replica]
    asyncio.run(run(bootstrap, prefix, mine, f"bare-{replica}", log_bytes, more_bytes))


if __name__ == "__main__":
    main()
