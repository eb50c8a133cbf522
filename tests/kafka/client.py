"""A client that is not ours: librdkafka writes what the tests put in and reads what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

Record = tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes | None]], int | None]


@dataclass(frozen=True)
class Read:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp_ms: int


def produce(bootstrap: str, topic: str, partition: int, records: Sequence[Record]) -> None:
    """Key, value, headers, timestamp (None: now) of each, in order."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "enable.idempotence": True})
    failures: list[Any] = []

    def delivered(error: Any, _message: Any) -> None:
        if error is not None:
            failures.append(error)

    for key, value, headers, timestamp_ms in records:
        more: dict[str, Any] = {} if timestamp_ms is None else {"timestamp": timestamp_ms}
        while True:
            try:
                producer.produce(
                    topic, value, key, partition, on_delivery=delivered, headers=list(headers), **more
                )
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(60) == 0 and not failures, failures


def read_committed(bootstrap: str, topic: str, security: dict[str, Any] | None = None) -> list[Read]:
    """Everything that a `read_committed` consumer sees of a topic, partition by partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "reader",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            **(security or {}),
        }
    )
    try:
        partitions = sorted(consumer.list_topics(topic, timeout=30).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
        found: list[Read] = []
        ended: set[int | None] = set()
        while len(ended) < len(partitions):
            message = consumer.poll(30)
            assert message is not None, "the broker answers"
            error = message.error()
            if error is not None:
                assert error.code() == KafkaError._PARTITION_EOF, error
                ended.add(message.partition())
                continue
            headers: Any = tuple(message.headers() or ())
            partition, offset = message.partition(), message.offset()
            assert partition is not None and offset is not None
            found.append(
                Read(
                    topic,
                    partition,
                    offset,
                    message.key(),
                    message.value(),
                    headers,
                    message.timestamp()[1],
                )
            )
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        consumer.close()


def high_watermarks(bootstrap: str, topic: str) -> tuple[int, int]:
    """Sum over partitions of the last stable offset and of the end: they differ in an open transaction."""
    sums = []
    for isolation in ("read_committed", "read_uncommitted"):
        consumer = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": "reader", "isolation.level": isolation}
        )
        try:
            partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
            latest = [TopicPartition(topic, number, -1) for number in partitions]
            sums.append(sum(found.offset for found in consumer.offsets_for_times(latest, timeout=30)))
        finally:
            consumer.close()
    return sums[0], sums[1]
