"""What must hold after a run, whatever went wrong during it. Each law gives a sentence for each breach.

1. Every raw record is published exactly once: enriched, or a dead letter.
2. In every output partition the records of a raw partition stand in its order.
3. What is published, to the byte, is what the oracle says of the fingerprint log; its corrections go with it.
4. Dead letters are those that nobody can read, with key, value and headers as they came.
5. No transaction is open, and the group's offsets are the raw topic's ends.
6. The engines of all replicas are equal, and hold what the oracle holds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from tests.sim.oracle import Oracle
from tests.sim.snapshot import differences
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.model import Outcome, RawPosition, Rejected
from wirecopy.core.records.raw import encode_correction, encode_enriched, json_value
from wirecopy.shell.backends.memory import StoredRecord
from wirecopy.shell.ports import TopicPartition

if TYPE_CHECKING:
    from tests.sim.scenario import World

RAW, ENRICHED, DEAD, CORRECTIONS, LOG = (
    "articles.raw",
    "articles.enriched",
    "articles.dead",
    "articles.corrections",
    "articles.fingerprints",
)


def breaches_of(world: World) -> list[str]:
    """All breaches."""
    log = [(r.offset, r.timestamp_ms, r.value or b"") for r in world.broker.read(LOG, 0)]
    oracle = Oracle(world.plan.window_ms)
    said = [oracle.replay(*record) for record in log]
    return [
        *_exactly_once_and_in_order(world),
        *_as_the_oracle_says(world, said),
        *_dead_letters(world),
        *_nothing_left_open(world),
        *_engines(world, oracle, log),
    ]


def _position(topic: str, record: StoredRecord) -> tuple[int, int]:
    """(raw partition, raw offset) of a published record."""
    if topic == DEAD:
        headers = dict(record.headers)
        return int(headers["wirecopy.partition"] or b"-1"), int(headers["wirecopy.offset"] or b"-1")
    position = json_value(record.value or b"")["republication"]["position"]
    return position["partition"], position["offset"]


def _exactly_once_and_in_order(world: World) -> list[str]:
    broker = world.broker
    found: Counter[tuple[int, int]] = Counter()
    wrongs = []
    for topic in (ENRICHED, DEAD):
        for number in range(broker.partitions(topic)):
            last: dict[int, int] = defaultdict(lambda: -1)
            for record in broker.read(topic, number):
                partition, offset = _position(topic, record)
                found[partition, offset] += 1
                if offset <= last[partition]:
                    wrongs.append(
                        f"order: raw {partition}-{offset} after {last[partition]} in {topic}-{number}"
                    )
                last[partition] = offset
    for number in range(broker.partitions(RAW)):
        for record in broker.read(RAW, number):
            times = found.pop((number, record.offset), 0)
            if times != 1:
                wrongs.append(f"raw {number}-{record.offset} is published {times} times")
    wrongs += [f"{position} is published and was never sent" for position in found]
    return wrongs


def _as_the_oracle_says(world: World, said: list[Outcome | None]) -> list[str]:
    from tests.sim.scenario import decode

    broker = world.broker
    first: dict[tuple[int, int, str], Outcome] = {}
    for outcome in said:
        if outcome is not None:
            position = outcome.position
            first.setdefault((position.partition, position.offset, outcome.body_xxh3), outcome)
    wrongs, corrections = [], Counter[tuple[bytes, bytes]]()
    for number in range(broker.partitions(ENRICHED)):
        for record in broker.read(ENRICHED, number):
            partition, offset = _position(ENRICHED, record)
            raw = broker.read(RAW, partition, offset)[0]
            article = decode(raw.value, RawPosition(RAW, partition, offset))
            if isinstance(article, Rejected):
                wrongs.append(f"raw {partition}-{offset} cannot be read, and is enriched")
                continue
            proposal = propose(article)
            expected = first.get((partition, offset, proposal.body_xxh3))
            if expected is None:
                wrongs.append(f"raw {partition}-{offset} is enriched, and the log does not hold it")
                continue
            verdict = enrich(proposal, expected)
            value = encode_enriched(article, verdict)
            headers = (*raw.headers, ("verdict", verdict.kind.value.encode()))
            if record.value != value:
                wrongs.append(f"raw {partition}-{offset} is published as {_told(record.value)}")
                wrongs.append(f"and the oracle says {_told(value)}")
            elif record.headers != headers or record.key != article.id.encode():
                wrongs.append(f"raw {partition}-{offset}: key or headers are not as they should be")
            for correction in expected.corrections:
                corrections[correction.id.encode(), encode_correction(correction)] += 1
    published = Counter((r.key or b"", r.value or b"") for r in broker.read(CORRECTIONS, 0))
    if published != corrections:
        many, few = (published - corrections).total(), (corrections - published).total()
        wrongs.append(f"corrections: {many} too many, {few} missing")
    return wrongs


def _told(value: bytes | None) -> str:
    return repr(json_value(value or b"{}")["republication"])


def _dead_letters(world: World) -> list[str]:
    from tests.sim.scenario import decode

    broker, wrongs = world.broker, []
    for record in broker.read(DEAD, 0):
        partition, offset = _position(DEAD, record)
        raw = broker.read(RAW, partition, offset)[0]
        rejected = decode(raw.value, RawPosition(RAW, partition, offset))
        reason = dict(record.headers)["wirecopy.reason"] or b""
        if not isinstance(rejected, Rejected):
            wrongs.append(f"raw {partition}-{offset} can be read, and is a dead letter: {reason!r}")
        elif rejected.reason.value.encode() != reason:
            wrongs.append(f"raw {partition}-{offset}: reason {reason!r} instead of {rejected.reason}")
        if (record.key, record.value) != (raw.key, raw.value) or record.headers[
            : len(raw.headers)
        ] != raw.headers:
            wrongs.append(f"dead letter {partition}-{offset} is not as it came")
    return wrongs


def _nothing_left_open(world: World) -> list[str]:
    broker, wrongs = world.broker, []
    if world.transactions.open_count:
        wrongs.append(f"{world.transactions.open_count} transactions are open")
    for number in range(broker.partitions(RAW)):
        partition = TopicPartition(RAW, number)
        committed, end = broker.committed_offset("wirecopy", partition) or 0, broker.bounds(partition)[1]
        if committed != end:
            wrongs.append(f"raw partition {number} is committed up to {committed} of {end}")
    return wrongs


def _engines(world: World, oracle: Oracle, log: list[tuple[int, int, bytes]]) -> list[str]:
    """Engines at the log's end are equal; where there is but one, it equals one that read the log alone."""
    wrongs = []
    engines = [r.engine for r in world.replicas if r.engine.stats().log_offset == len(log)]
    if len(engines) < 2:
        clean = Engine(window_ms=world.plan.window_ms, shards=world.shards)
        clean.replay_many(log)
        engines.append(clean)
    to_the_bit = world.plan.seed % 4 == 0  # the tables' megabytes; their contents are compared always
    for other in engines[1:]:
        wrongs += [f"two replicas differ in {name}" for name in differences(engines[0], other, to_the_bit)]
    return [*wrongs, *index_differences(engines[0], oracle)]


def index_differences(engine: Engine, oracle: Oracle) -> list[str]:
    """What an engine's index holds otherwise than the oracle's."""
    stats = engine.stats()
    wrongs = []
    progress = (stats.log_offset, stats.log_time_ms, stats.records_refused)
    if progress != (oracle.log_offset, oracle.log_time_ms, oracle.refused):
        expected = (oracle.log_offset, oracle.log_time_ms, oracle.refused)
        wrongs.append(f"progress is {progress} instead of {expected}")
    sizes = (stats.articles, stats.postings, stats.template_shingles)
    if sizes != oracle.sizes():
        wrongs.append(f"sizes are {sizes} instead of {oracle.sizes()}")
    keys = np.array(sorted(oracle.shingles()), np.uint64)
    hits = engine.index.postings.look_up(keys)
    found: dict[int, dict[int, int]] = {}
    for sample, article, position in zip(hits.sample, hits.article, hits.position, strict=True):
        found.setdefault(int(keys[sample]), {})[int(article)] = int(position)
    if found != oracle.live_postings():
        wrongs.append("the index does not hold the oracle's postings")
    return wrongs
