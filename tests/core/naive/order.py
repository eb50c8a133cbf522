"""Plain Python twin of core/verdict/quotations.py: the longest row of shingles that stands in one order in two articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from wirecopy.core import limits

Point = tuple[int, int]  # token here, token in the other article


def follows(left: Point, right: Point) -> bool:
    """Whether a shingle stands behind another in both articles, about as far."""
    step, step_there = right[0] - left[0], right[1] - left[1]
    near = 0 < step <= limits.ORDER_GAP_TOKENS_MAX and 0 < step_there <= limits.ORDER_GAP_TOKENS_MAX
    drift = abs(step - step_there)
    return near and (
        drift <= limits.FILL_DRIFT_TOKENS_MIN or drift <= limits.FILL_DRIFT_PART * max(step, step_there)
    )


def longest_in_order(points: Sequence[Point]) -> list[Point]:
    """The longest row; of several the one that ends first, and each shingle behind the nearest that it can stand behind."""
    rows: list[list[Point]] = []
    for number, point in enumerate(points):
        before = [rows[n] for n in range(number - 1, -1, -1) if follows(points[n], point)]
        rows.append([*max(before, key=len, default=[]), point])
    return max(rows, key=len, default=[])


def lies_alike(row: Sequence[Point], main: tuple[int, int], span_min: float) -> bool:
    """Whether a row lies over most of both main regions, of so many tokens, and alike in them."""
    if len(row) < limits.ORDER_SHINGLES_MIN:
        return False
    places = 1 + sum(b[0] - a[0] > limits.SOLID_GAP_TOKENS for a, b in pairwise(row))
    parts = [(row[-1][i] - row[0][i] + limits.SHINGLE_TOKENS) / max(1, main[i]) for i in (0, 1)]
    steps = [b[0] - a[0] for a, b in pairwise(row)]
    if max(steps) * len(steps) > limits.ORDER_UNEVEN_MAX * (sum(steps) + limits.SHINGLE_TOKENS):
        return False
    alike = max(parts) <= limits.ORDER_STRETCH_MAX * min(parts)
    return places >= limits.ORDER_PLACES_MIN and min(parts) >= span_min and alike


def kept_in_order(
    votes: Sequence[tuple[int, int]],
    held: Sequence[int],
    ids: Sequence[int],
    positions: Sequence[int],
    template: Sequence[bool],
    mains: tuple[Point, Point],
    quoted: tuple[set[int], set[int]],
) -> bool:
    """votes: (sample, place there) of the other article, templates' aside; held: the samples of every vote for anybody; mains:
    main region here and there; quoted: tokens here and there."""
    if not limits.ORDER_SHINGLES_MIN <= len(votes) <= limits.ORDER_SHINGLES_MAX:
        return False
    (start, end), (start_there, end_there) = mains
    main = [bool(t) for t, at in zip(template, positions, strict=True) if start <= at < end]
    size = limits.SHINGLE_TOKENS
    plain = []
    for sample, there in votes:
        here = positions[sample]
        inside = start <= here < end and start_there <= there < end_there
        free = quoted[0].isdisjoint(range(here, here + size)) and not any(
            t in quoted[1] for t in range(there, min(end_there, there + size))
        )
        if inside and free:
            plain.append((sample, here, there))
    if len(plain) < limits.ORDER_SHINGLES_MIN or 2 * sum(main) > len(main):
        return False
    tokens = (end - start, end_there - start_there)
    row = longest_in_order([(here, there) for _, here, there in plain])
    if len(row) >= limits.ORDER_SHORT_PART_MIN * len(ids) and lies_alike(
        row, tokens, limits.ORDER_SHORT_SPAN_MIN
    ):
        return True
    stories, times = Counter(held), Counter(ids)
    rare = [(here, there) for s, here, there in plain if stories[s] == 1 and times[ids[s]] == 1]
    return lies_alike(longest_in_order(rare), tokens, limits.ORDER_SPAN_MIN)
