"""The engine says what the oracle says, record by record, and holds what it holds: over random streams of articles.

The streams hold copies, parts, templates, updates, credits, late originals, poisoned records, records that
come twice (also at once with another body at their position, as after a topic was created anew), log times
that run back, and windows short enough to forget most of it.
"""

from __future__ import annotations

import random

import pytest

from tests.sim.articles import Stream
from tests.sim.laws import index_differences
from tests.sim.oracle import Oracle
from tests.sim.scenario import decode
from tests.sim.snapshot import differences, restored, snapshot_of
from wirecopy.core.engine import Engine
from wirecopy.core.model import Outcome, RawPosition, Rejected
from wirecopy.core.values import replace

SEEDS, BATCH = 120, 20


def log_of(seed: int) -> tuple[int, list[tuple[int, int, bytes]]]:
    """A window, and a log."""
    chance = random.Random(seed)
    window_ms = chance.choice((800, 2_000, 1 << 40))
    stream, engine, now_ms = Stream(chance, unreadable_share=0.02), Engine(), 0
    values: list[bytes] = []
    log = []
    for offset in range(chance.choice((20, 50, 90))):
        now_ms += chance.randrange(60)
        place = offset if chance.random() < 0.95 else chance.randrange(offset + 1)
        article = decode(stream.next(), RawPosition("articles.raw", chance.randrange(2), place))
        value = b"no record" if isinstance(article, Rejected) else engine.propose(article).value
        if values and chance.random() < 0.1:
            value = chance.choice(values)
        values.append(value)
        log.append((offset, 1_000 + now_ms - chance.randrange(30), value))
    return window_ms, log


def _without_quotations(said: Outcome) -> Outcome:
    """An outcome without what it tells of shared quotations: the oracle judges by them and does not draw them."""
    corrections = tuple(replace(one, verdict=replace(one.verdict, quotations=())) for one in said.corrections)
    return replace(said, verdict=replace(said.verdict, quotations=()), corrections=corrections)


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_the_engine_says_what_the_oracle_says(first: int) -> None:
    for seed in range(first, first + BATCH):
        window_ms, log = log_of(seed)
        engine, oracle = Engine(window_ms=window_ms), Oracle(window_ms)
        for record in log:
            said, expected = engine.replay(*record), oracle.replay(*record)
            assert (_without_quotations(said) if isinstance(said, Outcome) else None) == expected, (
                f"seed {seed}, offset {record[0]}"
            )
        assert index_differences(engine, oracle) == [], f"seed {seed}"


@pytest.mark.parametrize("first", range(0, 40, 20))
def test_a_restored_engine_goes_on_as_the_one_that_was_saved(first: int) -> None:
    """At any place of the log, and again from there; batches of any size."""
    for seed in range(first, first + 20):
        window_ms, log = log_of(seed)
        chance = random.Random(seed)
        whole, engine = Engine(window_ms=window_ms), Engine(window_ms=window_ms)
        expected = whole.replay_many(log)
        said = []
        at = 0
        while at < len(log):
            size = chance.randrange(1, 25)
            said += engine.replay_many(log[at : at + size])
            at += size
            saved = snapshot_of(engine)
            engine.replay_many(
                log[at : at + 3]
            )  # what happens to the saved one afterwards is not in the snapshot
            engine = restored(saved)
        assert said == expected, f"seed {seed}"
        assert differences(whole, engine, tables=False) == [], f"seed {seed}"
