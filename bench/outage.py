"""Catching up after an outage: how long one replica needs for what came while nobody judged, as more goes on coming.

A raw topic holds what a steady rate leaves behind in so many minutes; then a replica starts, with an empty index and no
state, and the same rate goes on. It has caught up when the group's committed offsets are less than a second's worth behind
the raw topic's ends. Articles are those of the evaluation sets; when these are used up they come again with every word
changed, so that a later round copies nothing of an earlier one and as much within itself.

    python -m bench.outage [--minutes 60] [--rate 100]
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from bench.end_to_end import PARTITIONS, articles, broker
from tests.kafka.client import Record, produce
from tests.kafka.service import Deployment, wait_until
from tools.kafka import KafkaMissingError

CHUNK = 2000  # records handed to the producer at once
WAIT_SECONDS_MAX = 3600
_NOT_YET = {  # what a fresh broker says while it looks for the group's coordinator
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class CaughtUp:
    minutes: float
    rate: int
    backlog: int  # articles
    seconds: float  # from the replica's start, its own included
    start_seconds: float  # of these, until its first commit

    @property
    def per_second(self) -> float:
        """Articles judged a second, those that came meanwhile included."""
        return (self.backlog + self.rate * self.seconds) / max(1e-9, self.seconds - self.start_seconds)


def stream(different: int = 9000) -> Iterator[bytes]:
    """Articles without end."""
    known = articles(different)
    yield from known
    for number in itertools.count(1):
        tag = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        for value in known:
            yield _varied(value, tag)


def _varied(value: bytes, tag: str) -> bytes:
    """The same article with every word of title and body changed, under another id and URL."""
    article = json.loads(value)
    for name in ("title", "body"):
        if isinstance(article.get(name), str):
            article[name] = _WORD.sub(rf"\g<0>{tag}", article[name])
    for name in ("id", "url"):
        if isinstance(article.get(name), str):
            article[name] += f"-{tag}"
    return json.dumps(article, ensure_ascii=False).encode()


class _Feed(threading.Thread):
    """Sends `rate` articles a second until it is stopped."""

    def __init__(self, made: Deployment, coming: Iterator[bytes], rate: int) -> None:
        super().__init__(daemon=True)
        self._made, self._coming, self._rate = made, coming, rate
        self.stopped = threading.Event()

    def run(self) -> None:
        producer = Producer({"bootstrap.servers": self._made.bootstrap, "linger.ms": 5})
        began = time.perf_counter()
        for number, value in enumerate(self._coming):
            if self.stopped.wait(max(0.0, began + number / self._rate - time.perf_counter())):
                break
            producer.produce(self._made.topic("raw"), value, b"k", number % self._made.partitions)
            producer.poll(0)
        producer.flush(60)


def _behind(made: Deployment, consumer: Consumer) -> tuple[int, bool]:
    """How many raw records the group has not committed, and whether it has committed any."""
    partitions = [TopicPartition(made.topic("raw"), number) for number in range(made.partitions)]
    try:
        committed = [max(0, one.offset) for one in consumer.committed(partitions, 30)]
    except KafkaException as error:
        if error.args[0].code() not in _NOT_YET:
            raise
        committed = [0]
    ends = [consumer.get_watermark_offsets(one, 30)[1] for one in partitions]
    return sum(ends) - sum(committed), any(committed)


def catch_up(minutes: float, rate: int) -> CaughtUp:
    """Prints and returns how long it took."""
    backlog = int(minutes * 60 * rate)
    coming = stream()
    with broker() as (bootstrap, folder):
        (folder / "outage").mkdir()
        made = Deployment(bootstrap, "outage", Path(folder) / "outage", PARTITIONS)
        made.create_topics()
        for first in range(0, backlog, CHUNK):
            few = list(itertools.islice(coming, min(CHUNK, backlog - first)))
            for number in range(PARTITIONS):
                mine: list[Record] = [(b"k", value, [], None) for value in few[number::PARTITIONS]]
                produce(bootstrap, made.topic("raw"), number, mine)
        consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": made.prefix})
        feed = _Feed(made, coming, rate)
        began = time.monotonic()
        made.start()
        feed.start()
        first_at = 0.0

        def caught_up() -> bool:
            nonlocal first_at
            time.sleep(0.5)
            behind, any_committed = _behind(made, consumer)
            if any_committed and not first_at:
                first_at = time.monotonic() - began
            return behind < rate

        try:
            wait_until(caught_up, WAIT_SECONDS_MAX, made.logs)
            found = CaughtUp(minutes, rate, backlog, time.monotonic() - began, first_at)
        finally:
            feed.stopped.set()
            feed.join(90)
            consumer.close()
            made.stop()
    print(
        f"{minutes:g} minutes at {rate}/s ({backlog:,} articles), as many a second still coming: caught up "
        f"{found.seconds:.0f} s after the start ({found.start_seconds:.0f} s of it until the first commit), "
        f"{found.per_second:,.0f} articles/s",
        flush=True,
    )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=60, help="of the outage")
    parser.add_argument("--rate", type=int, default=100, help="articles a second")
    options = parser.parse_args()
    try:
        catch_up(options.minutes, options.rate)
    except KafkaMissingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
