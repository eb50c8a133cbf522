"""Passages: what is explained is explained once, by whole lines where it nearly fills them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.naive.verdict import (
    LineMap,
    Run,
    filled,
    inside,
    painted,
    passages,
    snapped,
    trimmed,
)
from tests.core.story import Desk, prose
from wirecopy.core import limits
from wirecopy.core.model import Passage
from wirecopy.core.text.tokens import tokenise
from wirecopy.core.verdict import passage_kernels as kernels
from wirecopy.core.verdict.layout import (
    COUNT_SOURCES,
    COUNT_TOTAL,
    REQUEST,
    RUN,
    SOURCE,
    STRETCH,
    TOKEN_MAIN,
    TOKEN_TEMPLATE,
)
from wirecopy.core.verdict.passages import whole

SNAP, FILL, DRIFT = limits.SNAP_TOKENS_MAX, limits.FILL_TOKENS_MAX, limits.FILL_DRIFT_TOKENS_MIN
MAIN = (0, 1000)
EDGE = 12
ranges = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 30)).map(lambda r: (r[0], r[0] + r[1])), max_size=6
)


# ---- painted
@settings(max_examples=200, deadline=None)
@given(st.lists(ranges, max_size=5), st.integers(0, 100))
def test_no_token_is_explained_twice_and_the_first_source_wins(
    sources: Sequence[Sequence[tuple[int, int]]], tokens: int
) -> None:
    owner: dict[int, int] = {}
    for number, found in enumerate(sources):
        for start, end in found:
            for token in range(start, min(end, tokens)):
                owner.setdefault(token, number)
    stretches = painted(sources, tokens)
    assert {t: source for start, end, source in stretches for t in range(start, end)} == owner
    assert stretches == sorted(stretches)
    for (_, end, source), (start, _, following) in pairwise(stretches):
        assert end < start or source != following, "a stretch ends where its source does"


# ---- snapped
STARTS, ENDS = [0, 100, 300], [100, 200, 320]
SNAPS = [
    ("alone in a line", [(140, 160)], [(140, 160)]),
    ("near its start", [(100 + SNAP, 160)], [(100, 160)]),
    ("not so near", [(101 + SNAP, 160)], [(101 + SNAP, 160)]),
    ("near its end", [(140, 200 - SNAP)], [(140, 200)]),
    ("not so near its end", [(140, 199 - SNAP)], [(140, 199 - SNAP)]),
    ("over a small gap", [(30, 50), (50 + SNAP, 90)], [(30, 100)]),
    ("over a large gap", [(30, 45), (46 + SNAP, 60)], [(30, 45), (46 + SNAP, 60)]),
    ("one in the other", [(30, 70), (40, 50)], [(30, 70)]),
    ("between lines", [(230, 260)], [(230, 260)]),
    ("a whole short line", [(305, 310)], [(300, 320)]),
    ("none", [], []),
]


@pytest.mark.parametrize(("what", "found", "expected"), SNAPS, ids=[row[0] for row in SNAPS])
def test_ranges_grow_to_the_edges_of_the_lines_they_nearly_fill(
    what: str, found: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    assert snapped(found, STARTS, ENDS) == expected


# ---- filled
FILLS = [
    ("one run", [(200, 300, 200, 300)], [(200, 300)]),
    ("a gap as long in both", [(200, 300, 200, 300), (300 + FILL, 450, 300 + FILL, 450)], [(200, 450)]),
    (
        "a longer gap",
        [(200, 300, 200, 300), (301 + FILL, 450, 301 + FILL, 450)],
        [(200, 300), (301 + FILL, 450)],
    ),
    ("a gap that drifts", [(200, 300, 200, 300), (310, 400, 310 + DRIFT, 400)], [(200, 400)]),
    ("words added here", [(200, 300, 200, 300), (300 + 60, 400, 310, 350)], [(200, 300), (360, 400)]),
    ("turned round in the source", [(200, 300, 500, 600), (310, 400, 200, 290)], [(200, 300), (310, 400)]),
    ("near both starts", [(EDGE, 300, EDGE, 300)], [(0, 300)]),
    ("not so near", [(EDGE + 1, 300, EDGE + 1, 300)], [(EDGE + 1, 300)]),
    ("near both ends", [(200, 1000 - EDGE, 200, 1000 - EDGE)], [(200, 1000)]),
    ("none", [], []),
]


@pytest.mark.parametrize(("what", "runs", "expected"), FILLS, ids=[row[0] for row in FILLS])
def test_what_was_rewritten_and_not_added_is_filled(
    what: str, runs: list[tuple[int, int, int, int]], expected: list[tuple[int, int]]
) -> None:
    assert filled(runs, MAIN, MAIN, EDGE) == expected
    assert filled(list(reversed(runs)), MAIN, MAIN, EDGE) == expected


# ---- trimmed
INSIDE = 400
REST = limits.TRIM_TOKENS_MAX
GOES_ON = INSIDE + limits.TRIM_SOURCE_TOKENS_MAX + 1
TRIMS = [
    ("short rests around a whole source", REST, REST, (0, INSIDE), False, INSIDE),
    ("a long rest before", REST + 1, REST, (0, INSIDE), False, INSIDE + REST + 1),
    ("a long rest behind", REST, REST + 1, (0, INSIDE), False, INSIDE + REST + 1),
    ("a long rest behind, under the source's title", REST, 4 * REST, (0, INSIDE), True, INSIDE),
    ("a story that goes on, under the source's title", REST, 9 * REST, (0, INSIDE), True, INSIDE + 9 * REST),
    ("a long rest before, under the source's title", REST + 1, 0, (0, INSIDE), True, INSIDE + REST + 1),
    ("a source that begins earlier", REST, 0, (INSIDE - GOES_ON, INSIDE), False, INSIDE + REST),
    ("a source that goes on", 0, REST, (0, GOES_ON), False, INSIDE + REST),
    ("a source that goes on, under its title", 0, REST, (0, GOES_ON), True, INSIDE + REST),
]


@pytest.mark.parametrize(
    ("what", "before", "behind", "main", "same_title", "own"), TRIMS, ids=[row[0] for row in TRIMS]
)
def test_a_rest_of_the_page_is_not_the_articles_own(
    what: str, before: int, behind: int, main: tuple[int, int], same_title: bool, own: int
) -> None:
    tokens = bytes([1]) * (before + INSIDE + behind)
    stretches, runs = [(before, before + INSIDE, 0)], [(before, before + INSIDE, 0, INSIDE)]
    assert trimmed(tokens, stretches, runs, main, same_title).count(1) == own


def test_without_a_match_nothing_is_trimmed() -> None:
    assert trimmed(b"\x01" * 9, [], [], (0, 9), True) == b"\x01" * 9


# ---- inside
INSIDES: list[tuple[str, list[tuple[int, int]], list[tuple[int, int]]]] = [
    ("within", [(12, 20)], [(12, 20)]),
    ("the title above the text", [(3, 20)], [(10, 20)]),
    ("the page's foot", [(12, 20), (35, 40)], [(12, 20)]),
    ("over both edges", [(0, 50)], [(10, 30)]),
    ("nothing within: as it is", [(0, 5), (40, 50)], [(0, 5), (40, 50)]),
]


@pytest.mark.parametrize(("what", "ranges", "expected"), INSIDES, ids=[row[0] for row in INSIDES])
def test_what_lies_beside_the_article_is_no_passage_of_it(
    what: str, ranges: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    assert inside(ranges, (10, 30)) == expected


# ---- code points
def test_a_stretch_of_whole_lines_is_those_lines_to_the_sign() -> None:
    text = prose(1, 120)
    tokens = tokenise(text)
    lines = tokens.lines[:, [0, 1, 2, 3, 10]]
    for first in range(len(lines)):
        for last in range(first, len(lines)):
            stretch = (int(lines[first, 0]), int(lines[last, 1]), 0)
            (found,) = passages([stretch], LineMap(lines), ["id"])
            assert text[found.start : found.end] == "\n\n".join(text.split("\n\n")[first : last + 1])
            assert (found.words, found.source) == (stretch[1] - stretch[0], "id")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000))
def test_any_stretch_is_a_place_in_the_body(seed: int) -> None:
    """Also of tokens that lie in no kept line."""
    chance = random.Random(seed)
    tokens = tokenise(prose(seed, 150))
    lines = tokens.lines[:, [0, 1, 2, 3, 10]]
    kept = LineMap(lines[np.array([chance.random() < 0.6 or n == 0 for n in range(len(lines))])])
    start = chance.randrange(len(tokens))
    end = chance.randint(start + 1, len(tokens))
    for found in passages([(start, end, 0)], kept, ["id"]):
        assert lines[0, 2] <= found.start < found.end <= lines[-1, 3]


# ---- the kernel and its twins
def some_lines(chance: random.Random, tokens: int) -> list[list[int]]:
    """Lines of a text of so many tokens, some of them missing."""
    edges = sorted({0, tokens, *(chance.randint(0, tokens) for _ in range(chance.randint(0, 6)))})
    rows, char = [], 0
    for start, end in pairwise(edges):
        size = (end - start) * chance.randint(1, 9)
        if chance.random() < 0.8:
            rows.append([start, end, char, char + size, 1])
        char += size + chance.randint(0, 4)
    return rows


def some_runs(chance: random.Random, tokens: int) -> list[tuple[int, ...]]:
    """Runs of one source, as measure_kernels.measure writes them; some of a lone hit, some beyond the text."""
    found = list[tuple[int, ...]]()
    here, there = chance.randint(0, tokens // 2), chance.randint(0, 90)
    for _ in range(chance.randint(0, 5)):
        size = chance.randint(1, 60)
        hits = chance.choice([1, 2, 9])
        found.append((here, here + size, there, there + size + chance.randint(-1, 9), hits, 0, 0))
        here += chance.choice([0, 1, size, size + chance.randint(0, 170)])
        here = min(here, tokens + 3)
        there = max(0, there + size + chance.choice([0, chance.randint(-9, 170)]))
    return found


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32))
def test_the_kernel_draws_what_the_twins_draw_step_by_step(seed: int) -> None:
    chance = random.Random(seed)
    tokens = chance.randint(1, 500)
    lines = some_lines(chance, tokens)
    flags = [
        chance.choice([TOKEN_MAIN, TOKEN_MAIN, TOKEN_MAIN, 0, TOKEN_MAIN | TOKEN_TEMPLATE, 1 | TOKEN_MAIN])
        for _ in range(tokens)
    ]
    own = bytes(flag & (TOKEN_MAIN | TOKEN_TEMPLATE) == TOKEN_MAIN for flag in flags)
    start, end = sorted((chance.randint(0, tokens), chance.randint(0, tokens)))
    main, edges = (start, end), chance.choice([(0, tokens), (start, end), (start, tokens)])
    sources, same_title = chance.choice([1, 1, 1, 2, 4]), chance.random() < 0.5
    rows: list[tuple[int, ...]] = []
    request = (tokens, *main, *edges, (2 if same_title else 1) if sources == 1 else 0, sources, 0)
    table = list[tuple[int, ...]]()
    explained, runs, there = [], list[Run](), (0, 0)
    for _ in range(sources):
        first = len(rows)
        rows += some_runs(chance, tokens)
        singles, edge = chance.random() < 0.5, chance.choice([-1, 12, 80])
        there = (chance.choice([0, chance.randint(0, 90)]), chance.randint(0, 700))
        table.append((first, len(rows), int(singles), *there, edge, 0, 0))
        runs = [(row[0], row[1], row[2], row[3]) for row in rows[first:] if row[4] > 1 or singles]
        ranges = [(run[0], run[1]) for run in runs] if edge < 0 else filled(runs, main, there, edge)
        ranges = snapped(ranges, [line[0] for line in lines], [line[1] for line in lines])
        explained.append(inside(ranges, edges))
    stretches = painted(explained, tokens)
    if sources == 1:
        own = trimmed(own, stretches, runs, there, same_title)
    counts = [0] * sources
    for first, last, source in stretches:
        counts[source] += own.count(1, first, last)

    got = np.full(2 * len(rows), -7, STRETCH)
    covered = np.full((2 * len(rows), 2), -7, np.int32)
    said = np.full(COUNT_SOURCES + sources, -7, np.int64)
    line_table = np.array(lines, np.int32).reshape(-1, 5)
    made = kernels.draw(
        np.array([request], REQUEST),
        np.array(table, SOURCE),
        np.array(flags, np.uint8),
        line_table,
        np.array(rows, RUN),
        np.full(tokens + 1, 255, np.uint8),
        got,
        covered,
        said,
    )
    assert [tuple(row[:3]) for row in got[:made].tolist()] == stretches
    assert [tuple(row) for row in covered[:made].tolist()] == [row[:2] for row in got[:made].tolist()]
    assert said[COUNT_TOTAL] == own.count(1)
    assert said[COUNT_SOURCES:].tolist() == counts
    if lines:
        by_lines = LineMap(line_table)
        chars = [(by_lines.start_char(first), by_lines.end_char(last)) for first, last, _ in stretches]
        assert [tuple(row[3:]) for row in got[:made].tolist()] == chars


def test_a_whole_body_is_one_passage_from_its_first_line_to_its_last() -> None:
    lines = np.array([[0, 9, 3, 40, 1], [9, 20, 41, 90, 1]], np.int32)
    assert whole(lines, 20, "id") == (Passage(3, 90, 20, "id"),)
    assert whole(lines[:0], 20, "id") == (), "a body without a line"


@pytest.mark.parametrize("seed", range(6))
def test_published_passages_lie_apart_in_order_and_begin_and_end_with_words(seed: int) -> None:
    chance = random.Random(seed)
    desk = Desk()
    parts = [prose(seed * 10 + n, 160) for n in range(3)]
    for n, part in enumerate(parts):
        desk.send(part, f"agency{n}.com")
    mixed = [prose(seed + 900, 80), *parts, prose(seed + 901, 60)]
    chance.shuffle(mixed)
    body = "\n\n".join(mixed)
    desk.send(body, "roundup.com")
    found = desk.shown().passages
    assert {p.source for p in found} == {f"agency{n}.com-{n}" for n in range(3)}
    at = 0
    for passage in found:
        assert at <= passage.start < passage.end
        at = passage.end
        taken = body[passage.start : passage.end]
        assert taken[0].isalnum()
        assert taken[-1].isalnum() or taken[-1] == "."
        part = parts[int(passage.source[-1])]
        assert part in taken or taken in part
