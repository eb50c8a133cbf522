"""Runs of tokens that two texts share: the evidence that `explain` and the pages show.

The engine judges by sampled shingles; a reader wants every word that is the same in both texts. `runs` is
greedy, from left to right: at each token of the second text it takes the longest run of equal tokens that
starts anywhere in the first text and has at least `least` tokens. Where a run ends, it tries to continue after
a gap of a few tokens, so that a name spelt differently does not end a passage. Time is bounded by the second
text's length times `PLACES_MAX`. A longest common subsequence (difflib) would be quadratic and would miss
passages that changed places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PLACES_MAX = 16  # places in the first text that are tried for one token of the second: the earliest ones
GAP_TOKENS_MAX = 4  # after which a passage may continue: a changed name, an inserted "on Tuesday"
REJOIN_TOKENS_MIN = 2  # tokens that must be the same after such a gap


@dataclass(frozen=True, slots=True)
class Run:
    """`length` tokens that are the same from `first` in the first text and `second` in the second."""

    first: int
    second: int
    length: int


def runs(first: Sequence[int], second: Sequence[int], least: int) -> list[Run]:
    """Runs of equal token hashes, disjoint in the second text and in its order. `least` ≥ 1."""
    assert least >= 1
    places = _places(first, least)
    found: list[Run] = []
    at = 0
    while at < len(second):
        run = _behind_gap(first, second, found[-1], at) if found and _is_end(found[-1], at) else None
        if run is None:
            run = _longest(first, second, at, places.get(tuple(second[at : at + least]), ()))
        if run is None:
            at += 1
        else:
            found.append(run)
            at = run.second + run.length
    return found


def _places(first: Sequence[int], least: int) -> dict[tuple[int, ...], list[int]]:
    places: dict[tuple[int, ...], list[int]] = {}
    for start in range(len(first) - least + 1):
        same = places.setdefault(tuple(first[start : start + least]), [])
        if len(same) < PLACES_MAX:
            same.append(start)
    return places


def _is_end(run: Run, at: int) -> bool:
    return at == run.second + run.length


def _longest(first: Sequence[int], second: Sequence[int], at: int, places: Sequence[int]) -> Run | None:
    best: Run | None = None
    for place in places:
        length = _common(first, second, place, at)
        if best is None or length > best.length:
            best = Run(place, at, length)
    return best


def _behind_gap(first: Sequence[int], second: Sequence[int], run: Run, at: int) -> Run | None:
    """The run that continues after the gap with the smallest sum over both texts, or None."""
    end = run.first + run.length
    for both in range(1, 2 * GAP_TOKENS_MAX + 1):
        for skipped in range(max(0, both - GAP_TOKENS_MAX), min(both, GAP_TOKENS_MAX) + 1):
            place, there = end + both - skipped, at + skipped
            length = _common(first, second, place, there)
            if length >= REJOIN_TOKENS_MIN:
                return Run(place, there, length)
    return None


def _common(first: Sequence[int], second: Sequence[int], a: int, b: int) -> int:
    length = 0
    while a + length < len(first) and b + length < len(second) and first[a + length] == second[b + length]:
        length += 1
    return length
