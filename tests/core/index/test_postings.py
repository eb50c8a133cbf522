"""Laws of the table of postings. Its oracle is a dictionary (`twins_index`)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.core.naive.index import PostingsTwin, home_of, key_at
from wirecopy.core import limits
from wirecopy.core.index import bucket_kernels, insert_kernels
from wirecopy.core.index.postings import ArticleNumbersExhaustedError, Postings
from wirecopy.core.model import U16, U64

BUCKETS = 1 << 16  # of a new table
# Keys that crowd a few places: one home, the next one, and the last of the table, so that buckets overflow.
CROWDED = [
    *(key_at(1234, step, BUCKETS) for step in range(5)),
    *(key_at(1235, step, BUCKETS) for step in range(3)),
    *(key_at(BUCKETS - 1, step, BUCKETS) for step in range(3)),
    0,
    (1 << 64) - 1,
]


def u64(values: list[int]) -> U64:
    return np.array(values, np.uint64)


def u16(values: list[int]) -> U16:
    return np.array(values, np.uint16)


def random_keys(seed: int, count: int) -> U64:
    return np.random.default_rng(seed).integers(0, 1 << 64, count, np.uint64)


def hits_of(postings: Postings, keys: list[int]) -> list[tuple[int, int, int]]:
    hits = postings.look_up(u64(keys))
    found = list(zip(hits.sample.tolist(), hits.article.tolist(), hits.position.tolist(), strict=True))
    counted = np.bincount(hits.sample, minlength=len(keys)) if keys else np.zeros(0)
    assert hits.stories.tolist() == counted.tolist()
    assert postings.count(u64(keys)).tolist() == counted.tolist()
    return found


def assert_same_state(left: Postings, right: Postings) -> None:
    a, b = left.state(), right.state()
    assert a.keys() == b.keys()
    for name in a:
        assert np.array_equal(a[name], b[name]), name


class PostingsAgainstDictionary(RuleBasedStateMachine):
    """Any calls in any order, moves of the table begun at any moment: the answer is the dictionary's."""

    keyed = st.lists(
        st.tuples(st.sampled_from(CROWDED), st.integers(0, 65535)), min_size=1, max_size=len(CROWDED)
    )

    def __init__(self) -> None:
        super().__init__()
        self.postings = Postings()
        self.twin = PostingsTwin()

    def article(self, offset: int) -> int:
        return self.twin.oldest + offset

    @rule(keyed=keyed, offset=st.integers(0, 11))
    def insert(self, keyed: list[tuple[int, int]], offset: int) -> None:
        keys, positions = [k for k, _ in keyed], [p for _, p in keyed]
        self.postings.insert(u64(keys), self.article(offset), u16(positions))
        self.twin.insert(keys, self.article(offset), positions)

    @rule(keyed=keyed, giver=st.integers(-2, 11), taker=st.integers(0, 11))
    def move(self, keyed: list[tuple[int, int]], giver: int, taker: int) -> None:
        if giver == taker or self.article(giver) < 0:
            return
        keys, positions = [k for k, _ in keyed], [p for _, p in keyed]
        left = self.postings.move(u64(keys), self.article(giver), self.article(taker), u16(positions))
        assert left == self.twin.move(keys, self.article(giver), self.article(taker), positions)

    @rule(keys=st.lists(st.sampled_from(CROWDED), max_size=8), offset=st.integers(0, 11))
    def remove(self, keys: list[int], offset: int) -> None:
        removed = self.postings.remove(u64(keys), self.article(offset))
        assert removed == self.twin.remove(keys, self.article(offset))

    @rule(by=st.integers(0, 4))
    def expire(self, by: int) -> None:
        self.postings.expire(self.article(by))
        self.twin.expire(self.article(by))

    @rule()
    def begin_move(self) -> None:
        if not self.postings.moving:
            self.postings._begin_move()

    @rule(homes=st.sampled_from([1, 1233, 1234, 1235, 20_000, BUCKETS]))
    def advance(self, homes: int) -> None:
        if self.postings.moving:
            postings = self.postings
            article = self.article(0)
            postings._make_ready(article)
            if insert_kernels.postings_advance(postings.table, homes):
                postings._tend()

    @rule()
    def restore(self) -> None:
        restored = Postings.from_state({name: array.copy() for name, array in self.postings.state().items()})
        assert_same_state(restored, self.postings)
        assert restored.nbytes == self.postings.nbytes
        self.postings = restored

    @invariant()
    def answers_agree(self) -> None:
        assert hits_of(self.postings, CROWDED) == self.twin.look_up(CROWDED)
        assert len(self.postings) == len(self.twin)
        assert self.postings.dropped == self.twin.dropped
        assert self.postings.dropped_for_room == 0
        per_article = [self.postings.live_postings(self.article(offset)) for offset in range(12)]
        assert sum(per_article) == len(self.twin)


def test_any_calls_in_any_order_answer_as_a_dictionary_would() -> None:
    run_state_machine_as_test(
        PostingsAgainstDictionary, settings=settings(max_examples=40, stateful_step_count=30, deadline=None)
    )


@given(key=st.integers(0, (1 << 64) - 1), buckets=st.integers(1 << 16, (1 << 32) - 1))
def test_the_home_of_a_key_is_exact_for_any_number_of_buckets(key: int, buckets: int) -> None:
    spread = np.uint64(key * 0x9E3779B97F4A7C15 % (1 << 64) >> 14 << 14)
    assert bucket_kernels.home_of(spread, buckets) == home_of(key, buckets)


@given(home=st.integers(0, BUCKETS - 1), step=st.integers(0, 1000), buckets=st.integers(BUCKETS, BUCKETS * 3))
def test_forged_keys_fall_where_these_tests_want_them(home: int, step: int, buckets: int) -> None:
    assert home_of(key_at(home, step, buckets), buckets) == home


def test_growing_loses_nothing_at_any_moment() -> None:
    postings = Postings()
    batch = 63
    keys = random_keys(1, batch * 16_000).reshape(-1, batch)
    positions = np.arange(batch, dtype=np.uint16)
    phases = set()
    for article in range(len(keys)):
        postings.insert(keys[article], article, positions)
        phases.add(postings.moving)
        if article % 997 == 0:
            asked = keys[: article + 1].ravel()
            hits = postings.look_up(asked)
            assert np.array_equal(hits.sample, np.arange(len(asked)))
            assert np.array_equal(hits.article, np.repeat(np.arange(article + 1), batch))
            assert np.array_equal(hits.position, np.tile(positions, article + 1))
    assert phases == {False, True}
    assert len(postings) == keys.size
    assert postings.dropped_for_room == 0
    assert postings._a.buckets > BUCKETS


def test_keys_that_share_the_bits_of_a_slot_are_told_apart_where_buckets_overflow() -> None:
    """With 2^16 buckets, homes 4 apart share a slot's 36 bits: only the marks' bits tell them apart."""
    postings = Postings()
    homes = list(range(1234, 1250))
    keys = [
        [key_at(home, step, BUCKETS) for step in range(bucket_kernels.BUCKET_SLOTS + 1)] for home in homes
    ]
    for article, of_home in enumerate(keys):
        postings.insert(u64(of_home), article, u16([0] * len(of_home)))
    postings._begin_move()  # once more with half of the homes moved, and then with all
    for homes_moved in (0, 1242, BUCKETS):
        insert_kernels.postings_advance(postings.table, homes_moved)
        for article, of_home in enumerate(keys):
            assert hits_of(postings, of_home) == [(i, article, 0) for i in range(len(of_home))]


def test_a_missing_key_hits_nothing() -> None:
    postings = Postings()
    postings.insert(random_keys(1, 5000), 0, np.zeros(5000, np.uint16))
    hits = postings.look_up(random_keys(2, 5000))
    assert len(hits.sample) == 0
    assert not hits.stories.any()


def test_an_empty_call_is_no_call() -> None:
    postings = Postings()
    nothing = np.zeros(0, np.uint64)
    postings.insert(nothing, 0, np.zeros(0, np.uint16))
    assert len(postings.look_up(nothing).sample) == 0
    assert len(postings) == 0


def test_a_story_too_many_is_counted_and_dropped() -> None:
    postings = Postings()
    for article in range(limits.POSTINGS_COUNT_MAX + 3):
        postings.insert(u64([7]), article, u16([article]))
    assert [article for _, article, _ in hits_of(postings, [7])] == list(range(limits.POSTINGS_COUNT_MAX))
    assert postings.dropped == 3
    postings.expire(1)
    postings.insert(u64([7]), 20, u16([0]))
    assert [article for _, article, _ in hits_of(postings, [7])] == [*range(1, limits.POSTINGS_COUNT_MAX), 20]


def turn_over(postings: Postings, first: int, last: int, window: int) -> int:
    """A window that moves over articles of 60 keys each. Returns the largest table, in bytes."""
    positions = np.zeros(60, np.uint16)
    largest = 0
    for article in range(first, last):
        postings.expire(article - window)
        postings.insert(random_keys(article, 60), article, positions)
        largest = max(largest, postings.nbytes)
    return largest


def test_dead_postings_do_not_inflate_the_table() -> None:
    postings = Postings()
    window = 8000
    first_window = turn_over(postings, 0, window, window)
    later_windows = turn_over(postings, window, 5 * window, window)
    assert len(postings) == 60 * (window + 1)
    assert later_windows < 1.6 * first_window  # small tables are given back in one step, after the move


def test_a_smaller_stream_gives_memory_back() -> None:
    postings = Postings()
    turn_over(postings, 0, 12_000, 12_000)
    large = postings.nbytes
    turn_over(postings, 12_000, 16_000, 500)
    assert not postings.moving
    assert postings.nbytes < 0.6 * large


def test_the_same_calls_give_the_same_table_and_a_restored_one_goes_on_alike() -> None:
    positions = np.arange(60, dtype=np.uint16)

    def feed(postings: Postings, first: int, last: int) -> None:
        for article in range(first, last):
            keys = random_keys(article, 60)
            postings.expire(article - 4000)
            postings.insert(keys, article, positions)
            postings.move(keys[:5], article, max(article - 7, 0), positions[:5]) if article else None
            postings.remove(keys[5:9], article)

    whole, parted = Postings(), Postings()
    feed(whole, 0, 7000)
    feed(parted, 0, 6000)
    while not parted.moving:  # restore in the middle of a move: the hardest moment
        parted._begin_move()
    twin: Postings = Postings()
    feed(twin, 0, 6000)
    twin._begin_move()
    restored = Postings.from_state(copied(parted.state()))
    feed(twin, 6000, 7000)
    feed(restored, 6000, 7000)
    assert_same_state(twin, restored)
    again = Postings()
    feed(again, 0, 7000)
    assert_same_state(whole, again)
    asked = random_keys(6500, 60)
    assert [a.tolist() for a in fields(whole, asked)] == [a.tolist() for a in fields(twin, asked)]


def copied(state: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {name: array.copy() for name, array in state.items()}


def fields(postings: Postings, keys: U64) -> list[npt.NDArray[Any]]:
    hits = postings.look_up(keys)
    return [hits.sample, hits.article, hits.position, hits.stories]


def test_forged_keys_of_one_place_cost_themselves_and_not_the_others() -> None:
    postings = Postings()
    others = random_keys(5, 2000)
    postings.insert(others, 0, np.zeros(2000, np.uint16))
    forged = u64([key_at(77, step, BUCKETS) for step in range(3000)])
    postings.insert(forged, 1, np.zeros(3000, np.uint16))
    room = bucket_kernels.PROBE_BUCKETS_MAX * bucket_kernels.BUCKET_SLOTS
    assert 0 < 3000 - postings.dropped_for_room <= room
    assert len(postings) == 2000 + 3000 - postings.dropped_for_room
    assert len(postings.look_up(others).sample) == 2000


def test_article_numbers_may_grow_without_end_but_not_their_span() -> None:
    postings = Postings()
    postings.insert(u64([1]), 0, u16([0]))
    for article in range(0, 1 << 31, 1 << 27):
        postings.expire(max(article - 5, 0))
        for _ in range(2):  # enough insertions for a move to end
            postings.insert(random_keys(article, 30_000), article, np.zeros(30_000, np.uint16))
        assert len(postings.look_up(random_keys(article, 30_000)).sample) == 30_000
    with pytest.raises(ArticleNumbersExhaustedError, match="shorten the window"):
        postings.insert(u64([1]), postings.oldest_live + (1 << 28), u16([0]))


def test_an_expired_article_gets_no_postings() -> None:
    postings = Postings()
    postings.expire(5)
    with pytest.raises(AssertionError, match="expired"):
        postings.insert(u64([1]), 4, u16([0]))
