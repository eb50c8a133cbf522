"""What `explain` colours is the same in both texts, all of it is found, and no text makes it slow."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from wirecopy.shell.report.alignment import GAP_TOKENS_MAX, PLACES_MAX, Run, runs

LEAST = 5
TOKENS = st.lists(st.integers(0, 6), max_size=60)


@given(TOKENS, TOKENS)
def test_every_run_is_the_same_tokens_in_both_and_runs_are_disjoint_in_order(
    a: list[int], b: list[int]
) -> None:
    end = 0
    for run in runs(a, b, LEAST):
        assert run.length >= 1
        assert a[run.first : run.first + run.length] == b[run.second : run.second + run.length]
        assert run.second >= end
        end = run.second + run.length
    assert end <= len(b)


@given(st.lists(st.integers(), min_size=LEAST, max_size=40), TOKENS, TOKENS)
def test_a_shared_run_of_unlike_tokens_is_always_found(
    shared: list[int], before: list[int], behind: list[int]
) -> None:
    """However it is embedded, each of its tokens is in a run, if they stand nowhere else."""
    shared = [token + (100 if token >= 0 else -100) for token in dict.fromkeys(shared)]
    if len(shared) < LEAST:
        return
    found = runs([-1, *shared, -2], [*before, *shared, *behind], LEAST)
    covered = {run.second + step for run in found for step in range(run.length)}
    assert set(range(len(before), len(before) + len(shared))) <= covered


def test_a_changed_word_is_an_island_and_not_the_end() -> None:
    a = list(range(100, 130))
    b = [*a[:10], 7, *a[11:13], 8, *a[14:]]
    assert runs(a, b, LEAST) == [Run(0, 0, 10), Run(11, 11, 2), Run(14, 14, 16)]


def test_words_put_in_or_left_out_are_islands() -> None:
    a = list(range(100, 120))
    inserted = [*a[:10], *range(GAP_TOKENS_MAX), *a[10:]]
    assert runs(a, inserted, LEAST) == [Run(0, 0, 10), Run(10, 10 + GAP_TOKENS_MAX, 10)]
    assert runs(inserted, a, LEAST) == [Run(0, 0, 10), Run(10 + GAP_TOKENS_MAX, 10, 10)]


def test_passages_that_changed_places_are_both_found() -> None:
    a = list(range(100, 140))
    assert runs(a, a[20:] + a[:20], LEAST) == [Run(20, 0, 20), Run(0, 20, 20)]


def test_fewer_tokens_than_least_are_no_run() -> None:
    assert runs([1, 2, 3, 4, 9], [1, 2, 3, 4, 8], LEAST) == []


def test_the_longest_of_several_places_is_taken() -> None:
    a = [1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7]
    assert runs(a, [1, 2, 3, 4, 5, 6, 7], LEAST) == [Run(6, 0, 7)]


def test_texts_made_to_be_slow_are_compared_in_bounded_steps() -> None:
    """One word repeated, and random words of a tiny vocabulary: the looks at tokens stay bounded."""
    chance = random.Random(5)
    for a, b in (
        ([1] * 3000, [1] * 2990 + [2]),
        ([chance.randrange(2) for _ in range(3000)], [chance.randrange(2) for _ in range(3000)]),
    ):
        looks = 0

        class Counted(list[int]):
            def __getitem__(self, index):  # type: ignore[no-untyped-def]
                nonlocal looks
                looks += 1
                return super().__getitem__(index)

        found = runs(Counted(a), Counted(b), LEAST)
        longest = max(run.length for run in found)
        assert looks <= 4 * (len(a) + len(b)) * (PLACES_MAX + GAP_TOKENS_MAX**2) + 4 * PLACES_MAX * longest
