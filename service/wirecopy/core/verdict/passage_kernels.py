"""The compiled loops between matches and a verdict: which sources cover the text, and which stretches of it are whose.

Texts are copied by the paragraph and changed in it, so runs of matched tokens become stretches in steps: joined over what
was reworded (`_filled`), grown to the lines that they nearly fill (`_snapped`), cut at the article's edges (`_inside`),
painted so that no token is explained twice, and counted without the rest of the page around a source that stands here
whole (`_trimmed`). An article has a dozen runs at most, so that in plain Python a call costs more than its work; the plain
Python twin of each step is with the tests.

Limits come along in one array (`BY_…`); arrays to write into are lent by the caller.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, kernel, kernel_of
from wirecopy.core.verdict.measure_kernels import (
    R_END,
    R_HITS,
    R_SOURCE_END,
    R_SOURCE_START,
    R_START,
    T_MAIN,
    T_TEMPLATE,
)

# What is asked, i64: of this article …
(
    A_TOKENS,
    A_MAIN_START,
    A_MAIN_END,
    A_WITHIN_START,  # what sources explain is cut at these edges
    A_WITHIN_END,
    A_TRIM,  # 0: nothing; 1: the rest of the page around the one source, as _TRIM_… say; 2: under the source's title
    A_SOURCES,  # how many
    A_FIELDS,
) = range(8)
# … and then of each source in turn.
(
    S_FIRST,  # its rows of runs, half open
    S_LAST,
    S_SINGLES,  # 1 where its lone hits count as runs
    S_MAIN_START,  # its main region
    S_MAIN_END,
    S_EDGE,  # tokens between its runs and the main regions' edges that count as reworded; −1: nothing is reworded
    S_HITS,
    S_NUMBER,
    S_FIELDS,
) = range(9)
# Limits, f8.
(
    BY_SOURCE_TOKENS,
    BY_SNAP,
    BY_FILL,
    BY_FILL_DRIFT,
    BY_FILL_DRIFT_PART,
    BY_TRIM,
    BY_TRIM_PART,
    BY_TRIM_SOURCE,
    BY_FIELDS,
) = range(9)
# A stretch: tokens, its source's place in what was asked, code points.
D_START, D_END, D_SOURCE, D_CHAR_START, D_CHAR_END, D_COLUMNS = range(6)
COUNT_TOTAL, COUNT_SOURCES = 0, 1  # own tokens; and of each source, how many of them it explains

_COVER = "i8(i8[::1], u1[::1], i4[:, ::1], f8[::1], u1[::1], i8[::1])"
_DRAW = "i8(i8[::1], u1[::1], i4[:, ::1], i4[:, ::1], f8[::1], u1[::1], i4[:, ::1], i4[:, ::1], i8[::1])"


@kernel
def _explains(left: Array, runs: Array, first: Number, last: Number, singles: Number, tokens: Number) -> Any:
    """How many tokens of left u8[tokens] the runs hold, each run for itself."""
    count = 0
    for r in range(first, last):
        if runs[r, R_HITS] > 1 or singles:
            for one in left[runs[r, R_START] : min(tokens, runs[r, R_END])]:
                count += one
    return count


@kernel_of(_COVER)
def cover(request: Array, flags: Array, runs: Array, by: Array, left: Array, counts: Array) -> Any:
    """Greedy set cover of the own tokens by sources, the one that explains most first: then most hits, then the smallest
    number. The first is chosen, and every further one that explains by[BY_SOURCE_TOKENS] that none before it does.

    Into counts i64: the chosen one's places among those asked, in order; returns how many. left u8[≥ tokens] is room."""
    tokens, sources = request[A_TOKENS], request[A_SOURCES]
    for t in range(tokens):
        left[t] = flags[t] & (T_MAIN | T_TEMPLATE) == T_MAIN
    table = request[A_FIELDS:].reshape(-1, S_FIELDS)
    count = np.empty(sources, np.int64)  # never more than it was: so only the best is ever counted anew
    counted = np.ones(sources, np.uint8)
    rest = np.ones(sources, np.uint8)
    for s in range(sources):
        count[s] = _explains(left, runs, table[s, S_FIRST], table[s, S_LAST], table[s, S_SINGLES], tokens)
    chosen = np.int64(0)
    for _ in range(sources):
        while True:
            best = np.int64(-1)
            for s in range(sources):
                if not rest[s]:
                    continue
                if best >= 0:
                    if count[s] < count[best]:
                        continue
                    if count[s] == count[best]:
                        if table[s, S_HITS] < table[best, S_HITS]:
                            continue
                        if (
                            table[s, S_HITS] == table[best, S_HITS]
                            and table[s, S_NUMBER] >= table[best, S_NUMBER]
                        ):
                            continue
                best = np.int64(s)
            if counted[best]:
                break
            first, last = table[best, S_FIRST], table[best, S_LAST]
            count[best] = _explains(left, runs, first, last, table[best, S_SINGLES], tokens)
            counted[best] = 1
        if chosen and count[best] < by[BY_SOURCE_TOKENS]:
            break
        for r in range(table[best, S_FIRST], table[best, S_LAST]):
            if runs[r, R_HITS] > 1 or table[best, S_SINGLES]:
                left[runs[r, R_START] : min(tokens, runs[r, R_END])] = 0
        counts[chosen] = best
        chosen += 1
        rest[best] = 0
        counted[:] = 0
    return chosen


@kernel
def _sorted_runs(runs: Array, first: Number, last: Number, singles: Number, kept: Array) -> Any:
    """Runs into kept i64[≥ last − first, 4] (start, end, source start, source end), ascending; returns how many."""
    count = 0
    for r in range(first, last):
        if runs[r, R_HITS] < 2 and not singles:
            continue
        place = count
        while place > 0:
            order = np.int64(0)
            for c in range(4):
                if order == 0:
                    order = kept[place - 1, c] - np.int64(runs[r, R_START + c])
            if order <= 0:
                break
            kept[place] = kept[place - 1]
            place -= 1
        for c in range(4):
            kept[place, c] = runs[r, R_START + c]
        count += 1
    return count


@kernel
def _rewritten(gap: Number, source_gap: Number, most: Number, by: Array) -> Any:
    """Whether a gap holds the same sentences in other words, by its length in both texts."""
    if gap < 0 or source_gap < 0:
        return False
    longer = max(gap, source_gap)
    return longer <= most and abs(gap - source_gap) <= max(by[BY_FILL_DRIFT], by[BY_FILL_DRIFT_PART] * longer)


@kernel
def _filled(
    kept: Array,
    count: Number,
    main_start: Number,
    main_end: Number,
    source_start: Number,
    source_end: Number,
    edge: Number,
    by: Array,
    ranges: Array,
) -> Any:
    """Sorted runs as ranges i64[…, 2] here, joined over what was rewritten: where two runs follow each other in both texts
    and the gap between them is about as long in both, the words of the gap were changed and not added. Likewise from the
    main regions' starts to the first run, and from the last to their ends. Returns how many ranges."""
    made = 0
    last = 0
    for i in range(count):
        if i > 0 and _rewritten(kept[i, 0] - kept[i - 1, 1], kept[i, 2] - kept[i - 1, 3], by[BY_FILL], by):
            ranges[made - 1, 1] = max(ranges[made - 1, 1], kept[i, 1])
        else:
            ranges[made, 0], ranges[made, 1] = kept[i, 0], kept[i, 1]
            made += 1
        if kept[i, 1] > kept[last, 1]:
            last = i
    if count and _rewritten(kept[0, 0] - main_start, kept[0, 2] - source_start, edge, by):
        ranges[0, 0] = main_start
    if count and _rewritten(main_end - kept[last, 1], source_end - kept[last, 3], edge, by):
        widest = 0
        for i in range(made):
            if ranges[i, 1] > ranges[widest, 1]:
                widest = i
        ranges[widest, 1] = main_end
    return made


@kernel
def _line_of(lines: Array, token: Number) -> Any:
    """The last line i32[l, 5] that begins at a token or before it; −1 where none does."""
    low, high = np.int64(0), np.int64(len(lines))
    while low < high:
        middle = (low + high) // 2
        if lines[middle, 0] <= token:
            low = middle + 1
        else:
            high = middle
    return low - 1


@kernel
def _snapped(ranges: Array, count: Number, lines: Array, by: Array) -> Any:
    """Joins ranges, which begin in order, over small gaps and grows them to the edges of the lines that they nearly fill;
    returns how many are left."""
    snap = np.int64(by[BY_SNAP])
    joined = 0
    for i in range(count):
        if joined and ranges[i, 0] - ranges[joined - 1, 1] <= snap:
            ranges[joined - 1, 1] = max(ranges[joined - 1, 1], ranges[i, 1])
        else:
            ranges[joined, 0], ranges[joined, 1] = ranges[i, 0], ranges[i, 1]
            joined += 1
    for i in range(joined):
        line = _line_of(lines, ranges[i, 0])
        if line >= 0 and ranges[i, 0] < lines[line, 1] and ranges[i, 0] - lines[line, 0] <= snap:
            ranges[i, 0] = lines[line, 0]
        line = _line_of(lines, ranges[i, 1] - 1)
        if line >= 0 and ranges[i, 1] <= lines[line, 1] and lines[line, 1] - ranges[i, 1] <= snap:
            ranges[i, 1] = lines[line, 1]
    return joined


@kernel
def _inside(ranges: Array, count: Number, start: Number, end: Number) -> None:
    """Cuts ranges at the edges; leaves them as they are where none of them reaches into it. What lies wholly beside is
    left empty."""
    reaches = False
    for i in range(count):
        reaches |= max(ranges[i, 0], start) < min(ranges[i, 1], end)
    if reaches:
        for i in range(count):
            ranges[i, 0], ranges[i, 1] = max(ranges[i, 0], start), min(ranges[i, 1], end)


@kernel
def _own(flags: Array, start: Number, end: Number) -> Any:
    """Tokens of the main region, template aside."""
    count = 0
    for flag in flags[start:end]:
        count += flag & (T_MAIN | T_TEMPLATE) == T_MAIN
    return count


@kernel
def _trimmed(request: Array, flags: Array, runs: Array, first: Number, last: Number, by: Array) -> Any:
    """(start, end) of the article without the rest of the page before or after a source that stands here whole.

    first, last: what the source explains. A match that reaches from the start to the end of the source leaves only
    captions, credits and feet of the page around it: own words of the page, not of the article. Under the source's own
    title nothing else can follow it; under another one a longer rest is an article that the source was put into."""
    tokens = request[A_TOKENS]
    source = request[A_FIELDS : A_FIELDS + S_FIELDS]
    if source[S_MAIN_END] <= source[S_MAIN_START]:
        return np.int64(0), tokens
    short = min(by[BY_TRIM], by[BY_TRIM_PART] * _own(flags, first, last))
    begins, ends = np.int64(1 << 40), np.int64(0)
    for r in range(source[S_FIRST], source[S_LAST]):
        if runs[r, R_HITS] > 1 or source[S_SINGLES]:
            begins = min(begins, np.int64(runs[r, R_SOURCE_START]))
            ends = max(ends, np.int64(runs[r, R_SOURCE_END]))
    start, end = np.int64(0), tokens
    if begins - source[S_MAIN_START] <= by[BY_TRIM_SOURCE] and _own(flags, 0, first) <= short:
        start = first
    if source[S_MAIN_END] - ends <= by[BY_TRIM_SOURCE] and (
        request[A_TRIM] == 2 or _own(flags, last, tokens) <= short
    ):
        end = last
    return start, end


@kernel_of("void(i4[:, ::1], i4[:, ::1], i8)")
def place(lines: Array, stretches: Array, count: Number) -> None:
    """Fills the code points of stretches i32[≥ count, D_COLUMNS], by lines i32[l, 5] (first token, its end, code points):
    exact at a line's edge, interpolated inside it; none at all where there is no line."""
    for i in range(count):
        stretches[i, D_CHAR_START] = stretches[i, D_CHAR_END] = 0
        if len(lines) == 0:
            continue
        token = np.int64(stretches[i, D_START])
        at = _line_of(lines, token)
        if at < 0 or token >= lines[at, 1]:
            at += 1
            stretches[i, D_CHAR_START] = lines[at, 2] if at < len(lines) else lines[len(lines) - 1, 3]
        else:
            into, chars = token - lines[at, 0], np.int64(lines[at, 3]) - lines[at, 2]
            stretches[i, D_CHAR_START] = lines[at, 2] + into * chars // (lines[at, 1] - lines[at, 0])
        token = np.int64(stretches[i, D_END])
        at = _line_of(lines, token - 1)
        if at < 0:
            stretches[i, D_CHAR_END] = lines[0, 2]
        elif token >= lines[at, 1]:
            stretches[i, D_CHAR_END] = lines[at, 3]
        else:
            into, chars = token - lines[at, 0], np.int64(lines[at, 3]) - lines[at, 2]
            stretches[i, D_CHAR_END] = lines[at, 2] + into * chars // (lines[at, 1] - lines[at, 0])


@kernel_of(_DRAW)
def draw(
    request: Array,
    flags: Array,
    lines: Array,
    runs: Array,
    by: Array,
    owner: Array,
    stretches: Array,
    covered: Array,
    counts: Array,
) -> Any:
    """The stretches that sources explain, the first source wherever two do; returns how many.

    asked i64[A_FIELDS + S_FIELDS a source]; flags u8[≥ tokens], lines i32[l, 5] and runs i32[r, R_COLUMNS] as
    measure_kernels.py has them. Fills stretches i32[s, D_COLUMNS] and covered i32[s, 2] (their tokens again), for which 2 r
    rows are enough, and counts i64[COUNT_SOURCES + sources]; owner u8[≥ tokens + 1] is room to work in."""
    tokens, sources = request[A_TOKENS], request[A_SOURCES]
    table = request[A_FIELDS:].reshape(-1, S_FIELDS)
    most = np.int64(1)
    for s in range(sources):
        most = max(most, table[s, S_LAST] - table[s, S_FIRST])
    kept, ranges = np.empty((most, 4), np.int64), np.empty((most, 2), np.int64)
    owner[: tokens + 1] = 0
    for s in range(sources - 1, -1, -1):
        row = table[s]
        count = _sorted_runs(runs, row[S_FIRST], row[S_LAST], row[S_SINGLES], kept)
        if row[S_EDGE] >= 0:
            main_start, main_end = request[A_MAIN_START], request[A_MAIN_END]
            source_start, source_end = row[S_MAIN_START], row[S_MAIN_END]
            count = _filled(
                kept, count, main_start, main_end, source_start, source_end, row[S_EDGE], by, ranges
            )
        else:
            ranges[:count] = kept[:count, :2]
        count = _snapped(ranges, count, lines, by)
        _inside(ranges, count, request[A_WITHIN_START], request[A_WITHIN_END])
        for i in range(count):
            owner[ranges[i, 0] : max(ranges[i, 0], min(tokens, ranges[i, 1]))] = s + 1
    made = np.int64(0)
    for t in range(tokens):
        if owner[t] and (t == 0 or owner[t] != owner[t - 1]):
            stretches[made, D_START], stretches[made, D_SOURCE] = t, owner[t] - 1
            made += 1
        if owner[t] and owner[t] != owner[t + 1]:
            stretches[made - 1, D_END] = t + 1
    start, end = np.int64(0), tokens
    if request[A_TRIM] and made:
        first, last = np.int64(stretches[0, D_START]), np.int64(stretches[made - 1, D_END])
        start, end = _trimmed(request, flags, runs, first, last, by)
    counts[COUNT_TOTAL] = _own(flags, start, end)
    counts[COUNT_SOURCES : COUNT_SOURCES + sources] = 0
    for i in range(made):
        first, last = np.int64(stretches[i, D_START]), np.int64(stretches[i, D_END])
        covered[i, 0], covered[i, 1] = first, last
        counts[COUNT_SOURCES + stretches[i, D_SOURCE]] += _own(flags, first, last)
    place(lines, stretches, made)
    return made
