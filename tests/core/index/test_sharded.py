"""Law: an index in shards answers as one table does, call for call; so an engine over it says the same to the byte."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.core.story import assert_equal_engines
from tests.shell.state.states import Log, engine_of, log_of
from tests.sim.scenario import planned
from tests.sim.simulate import simulate
from wirecopy.core.engine import Engine
from wirecopy.core.index.postings import Postings
from wirecopy.core.index.sharded import ShardedPostings, restored, slice_of
from wirecopy.core.index.stored import encode_outcomes
from wirecopy.core.model import U16, U64

SHARDS = (1, 2, 4)


def keys_of(chance: random.Random, count: int, of: int = 400) -> U64:
    """Some of `of` keys, with repeats."""
    numbers = np.array([chance.randrange(of) for _ in range(count)], np.uint64)
    return (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)


def positions_of(chance: random.Random, count: int) -> U16:
    return np.array([chance.randrange(60_000) for _ in range(count)], np.uint16)


def assert_same_answers(one: Postings | ShardedPostings, many: ShardedPostings, keys: U64) -> None:
    found, gathered = one.look_up(keys), many.look_up(keys)
    for name in found._fields:
        here, there = getattr(found, name), getattr(gathered, name)
        assert here.dtype == there.dtype
        assert np.array_equal(here, there)
    assert np.array_equal(one.count(keys), many.count(keys))
    assert (len(one), one.oldest_live) == (len(many), many.oldest_live)


@pytest.mark.parametrize("shards", [1, 2, 3, 4, 7])
def test_each_call_gives_what_one_table_gives(shards: int) -> None:
    chance = random.Random(shards)
    one: Postings | ShardedPostings = Postings()
    many = ShardedPostings(shards)
    oldest = 0
    for article in range(250):
        keys = keys_of(chance, chance.randrange(0, 40))
        positions = positions_of(chance, len(keys))
        one.insert(keys, article, positions)
        many.insert(keys, article, positions)
        if chance.random() < 0.3:
            keys, other = keys_of(chance, 30), chance.randrange(oldest, article + 1)
            positions = positions_of(chance, 30)
            if other != article:
                assert one.move(keys, other, article, positions) == many.move(keys, other, article, positions)
        if chance.random() < 0.2:
            keys, other = keys_of(chance, 20), chance.randrange(oldest, article + 1)
            assert one.remove(keys, other) == many.remove(keys, other)
        if chance.random() < 0.1:
            oldest = chance.randrange(oldest, article + 1)
            one.expire(oldest)
            many.expire(oldest)
        if article == 120:
            again = restored({name: array.copy() for name, array in many.state().items()})
            assert isinstance(again, ShardedPostings)
            many = again
        assert_same_answers(one, many, keys_of(chance, chance.randrange(0, 60)))


@pytest.mark.parametrize("shards", [2, 4, 16])
def test_slices_are_of_one_size_and_fill_their_tables_evenly(shards: int) -> None:
    """The bits that choose the shard are not those that choose the bucket."""
    chance = np.random.default_rng(shards)
    keys = chance.integers(0, 1 << 63, 40_000, dtype=np.uint64)
    counts = np.bincount(slice_of(keys, shards).astype(np.int64), minlength=shards)
    assert len(counts) == shards
    assert counts.min() > 0.9 * len(keys) / shards
    many = ShardedPostings(shards)
    many.insert(keys, 0, np.zeros(len(keys), np.uint16))
    for shard in many.shards:
        slots = shard.state()["slots_a"]
        quarters = [int(np.count_nonzero(part)) for part in np.array_split(slots, 4)]
        assert min(quarters) > 0.8 * max(quarters)


def said(log: Log, window_ms: int, shards: int) -> tuple[bytes, Engine]:
    engine = Engine(window_ms=window_ms, shards=shards)
    outcomes = engine.replay_many(log)
    return encode_outcomes(outcomes), engine  # type: ignore[arg-type]  # no record of this log is refused


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("window_ms", [20_000, 3_600_000])
def test_outcomes_are_equal_to_the_byte(seed: int, window_ms: int) -> None:
    log = log_of(90, seed)
    told = {shards: said(log, window_ms, shards)[0] for shards in SHARDS}
    assert len(set(told.values())) == 1
    assert b"republication" in told[1]


def test_a_sharded_engine_is_restored_with_its_shards() -> None:
    log = log_of(60)
    engine = Engine(window_ms=3_600_000, shards=4)
    engine.replay_many(log[:30])
    again = Engine.from_state({name: array.copy() for name, array in engine.state().items()})
    assert isinstance(again.index.postings, ShardedPostings)
    assert again.replay_many(log[30:]) == engine.replay_many(log[30:])
    assert_equal_engines(again, engine)
    assert again.stats().postings == engine_of(log).stats().postings


@pytest.mark.parametrize("shards", SHARDS)
def test_simulated_worlds_are_served_by_shards(shards: int) -> None:
    """Faults, rebalances, restores: what is published is what the oracle, which has one table, says."""
    judged = 0
    for seed in range(7_000, 7_030):
        world = simulate(
            seed,
            prepare=lambda world: setattr(world, "shards", shards),
        )
        judged += world.published()
        assert planned(seed).articles
    assert judged > 100
