"""What came out, read with `read_committed` while everything goes wrong and once more at the end.

The reader is librdkafka, past the proxy. Each raw record must be seen exactly once, in enriched or dead, in the
order of its raw partition; what was seen while the faults went on must be what is there at the end; every
verdict must be that of an engine of our own that replays the fingerprint log alone.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import Consumer, Message, TopicPartition

from tests.kafka.client import Read, high_watermarks, read_committed
from tests.kafka.service import Deployment, _origin, _position, _told
from wirecopy.core.model import RawPosition, Rejected
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw

Position = tuple[int, int]  # raw partition and offset
VIOLATIONS_KEPT_MAX = 50


@dataclass
class Violations:
    """By invariant; each with what was seen."""

    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, invariant: str, what: str) -> None:
        if len(self.found[invariant]) < VIOLATIONS_KEPT_MAX:
            self.found[invariant].append(what)

    def count(self, invariant: str) -> int:
        return len(self.found.get(invariant, ()))


class Watcher:
    """Reads enriched and dead from the beginning, for as long as the run lasts, in a thread."""

    def __init__(self, deployment: Deployment, violations: Violations) -> None:
        self._deployment = deployment
        self._violations = violations
        self.seen: dict[Position, tuple[str, bytes]] = {}
        self._done: dict[int, int] = defaultdict(int)  # raw partition → next offset that is not out
        self._last: dict[tuple[str, int, int], int] = {}
        self._stop = threading.Event()
        self._failure = ""
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(30)

    def done(self, partition: int) -> int:
        """All raw offsets below it are out."""
        next_offset = self._done[partition]
        while (partition, next_offset) in self.seen:
            next_offset += 1
        self._done[partition] = next_offset
        return next_offset

    def skip_to(self, partition: int, offset: int) -> None:
        """Records that retention took away can never come out."""
        self._done[partition] = max(self.done(partition), offset)

    def check_alive(self) -> None:
        assert self._thread.is_alive(), f"the watcher ended: {self._failure}"

    def _run(self) -> None:
        topics = [self._deployment.topic(name) for name in ("enriched", "dead")]
        consumer = Consumer(
            {
                "bootstrap.servers": self._deployment.bootstrap,
                "group.id": "watcher",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,
            }
        )
        try:
            known = consumer.list_topics(timeout=30).topics
            consumer.assign([TopicPartition(t, number, 0) for t in topics for number in known[t].partitions])
            while not self._stop.is_set():
                for message in consumer.consume(500, 0.2):
                    if message.error() is None:
                        self._take(message)
        except Exception as error:
            self._failure = repr(error)
            raise
        finally:
            consumer.close()

    def _take(self, message: Message) -> None:
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        assert topic is not None and partition is not None and offset is not None
        headers: Any = tuple(message.headers() or ())
        record = Read(topic, partition, offset, message.key(), message.value(), headers, 0)
        position = (_origin if topic == self._deployment.topic("dead") else _position)(record)
        if position in self.seen:
            self._violations.add("exactly once, while it runs", f"{position} twice, again in {topic}")
        self.seen[position] = topic, digest(record)
        key = (topic, partition, position[0])
        if position[1] <= self._last.get(key, -1):
            self._violations.add("order kept", f"{position} after {self._last[key]} in {topic}")
        self._last[key] = position[1]


def digest(record: Read) -> bytes:
    return hashlib.blake2b(record.value or b"", digest_size=12).digest()


@dataclass(frozen=True)
class Final:
    """What a last reading of everything found."""

    raw: int
    enriched: int
    dead: dict[str, int]
    corrections: int
    log: int
    log_again: int  # records of the log whose position had been judged before


def final_check(
    deployment: Deployment,
    watcher: Watcher,
    violations: Violations,
    taken_away: Mapping[Position, Read],
    forgone: Collection[Position],
    say: Callable[[str], None],
) -> Final:
    """All of it, once more. `taken_away`: raw records that retention removed; of those, `forgone` need not be out."""
    bootstrap = deployment.bootstrap
    raw = {(one.partition, one.offset): one for one in read_committed(bootstrap, deployment.topic("raw"))}
    enriched = read_committed(bootstrap, deployment.topic("enriched"))
    dead = read_committed(bootstrap, deployment.topic("dead"))
    log = read_committed(bootstrap, deployment.topic("fingerprints"))
    say(f"read again: {len(raw)} raw, {len(enriched)} enriched, {len(dead)} dead, {len(log)} log records")
    found: dict[Position, tuple[str, bytes]] = {}
    for record in (*enriched, *dead):
        position = (_origin if record.topic == deployment.topic("dead") else _position)(record)
        if position in found:
            violations.add("exactly once, at the end", f"{position} twice")
        found[position] = record.topic, digest(record)
    ever = {**taken_away, **raw}
    for position in sorted(ever.keys() - set(forgone) - found.keys()):
        violations.add("nothing lost", f"{position} is nowhere")
    for position in sorted(found.keys() - ever.keys()):
        violations.add("exactly once, at the end", f"{position} never was")
    for position in sorted(found.keys() | watcher.seen.keys()):
        if found.get(position) != watcher.seen.get(position):
            violations.add("what was shown stays", f"{position}: another record was shown before")
    _check_order(deployment, violations, enriched, dead)
    corrections = _check_verdicts(deployment, violations, ever, enriched, log)
    reasons = _check_dead(deployment, violations, ever, dead)
    for name in ("enriched", "dead", "corrections"):
        stable, end = _settled_watermarks(bootstrap, deployment.topic(name))
        if stable != end:
            violations.add("no open transaction", f"{name}: stable up to {stable}, ends at {end}")
    judged = len(enriched) + sum(1 for record in dead if _reason(record) == "too_large")
    return Final(len(ever), len(enriched), dict(reasons), corrections, len(log), len(log) - judged)


def _settled_watermarks(bootstrap: str, topic: str, seconds: float = 20.0) -> tuple[int, int]:
    """A killed owner's transaction may still be ended by its time-out."""
    give_up_at = time.monotonic() + seconds
    while True:
        stable, end = high_watermarks(bootstrap, topic)
        if stable == end or time.monotonic() > give_up_at:
            return stable, end
        time.sleep(0.5)


def _check_order(
    deployment: Deployment, violations: Violations, enriched: list[Read], dead: list[Read]
) -> None:
    for records, origin in ((enriched, _position), (dead, _origin)):
        last: dict[Position, int] = {}
        for record in records:
            partition, offset = origin(record)
            if offset <= last.get((record.partition, partition), -1):
                violations.add("order kept", f"raw {partition}-{offset} in {record.topic} at the end")
            last[(record.partition, partition)] = offset


def _check_verdicts(
    deployment: Deployment,
    violations: Violations,
    raw: Mapping[Position, Read],
    enriched: list[Read],
    log: list[Read],
) -> int:
    expected, corrections = deployment._oracle(list(raw.values()), log)
    for record in enriched:
        position = _position(record)
        if record.value != expected.get(position):
            violations.add(
                "verdicts are the oracle's", f"{position}: {_told(record.value, expected.get(position, b''))}"
            )
        if not record.headers or record.headers[0] != ("trace", b"1"):
            violations.add("headers kept", f"{position}: {record.headers}")
    told = Counter(
        record.key for record in read_committed(deployment.bootstrap, deployment.topic("corrections"))
    )
    wanted: Counter[bytes | None] = Counter(corrections)
    for key in told.keys() | wanted.keys():
        if told[key] != wanted[key]:
            violations.add("corrections once each", f"{key!r}: {told[key]} times, {wanted[key]} in the log")
    return told.total()


def _check_dead(
    deployment: Deployment, violations: Violations, raw: Mapping[Position, Read], dead: list[Read]
) -> Counter[str]:
    """A dead letter has a cause: the codec refuses its value, or the broker refused its enriched record."""
    reasons: Counter[str] = Counter()
    for record in dead:
        position, reason = _origin(record), _reason(record)
        reasons[reason] += 1
        told = decode_raw(
            raw[position].value, RawPosition(deployment.topic("raw"), *position), FieldPaths(), {}
        )
        refused = told.reason.value if isinstance(told, Rejected) else "too_large"
        if reason != refused:
            violations.add("dead letters have a cause", f"{position}: {reason}, not {refused}")
    return reasons


def _reason(record: Read) -> str:
    return (dict(record.headers)["wirecopy.reason"] or b"").decode()
