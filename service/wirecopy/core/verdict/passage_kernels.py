"""Sources → the stretches of an article that they explain: which of them are chosen (`cover`), and what each explains (`draw`).

Runs are joined over small gaps and over what was rewritten, grown to the edges of lines, cut at the article's edges, painted
so that no token is explained twice, and freed of the rest of the page around a source that stands here whole (`_trimmed`).
An article has a dozen runs at most, so that in plain Python a call costs more than its work; the plain Python twin of each
step is with the tests. Arrays to write into are lent by the caller.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.jit import Array, Number, kernel, kernel_of
from wirecopy.core.verdict.layout import (
    COUNT_SOURCES,
    COUNT_TOTAL,
    REQUEST,
    RUN,
    SOURCE,
    STRETCH,
    TOKEN_MAIN,
    TOKEN_TEMPLATE,
    TRIM_TITLED,
)


@kernel
def _explains(left: Array, runs: Array, source: Any, tokens: Number) -> Any:
    """How many tokens of left u8[tokens] the runs of a source hold, each run for itself."""
    count = 0
    for r in range(source.runs_first, source.runs_last):
        if runs[r].hits > 1 or source.singles:
            for one in left[runs[r].start : min(tokens, runs[r].end)]:
                count += one
    return count


@kernel
def _best(sources: Array, count: Array, rest: Array) -> Any:
    """The place of the source, of those in rest u8[s], that explains most: then most hits, then the smallest number."""
    best = np.int64(-1)
    for s in range(len(sources)):
        if not rest[s]:
            continue
        if best >= 0:
            if count[s] < count[best]:
                continue
            if count[s] == count[best]:
                if sources[s].hits < sources[best].hits:
                    continue
                if sources[s].hits == sources[best].hits and sources[s].number >= sources[best].number:
                    continue
        best = np.int64(s)
    return best


@kernel_of("i8", REQUEST, SOURCE, "u1[::1]", RUN, "u1[::1]", "i8[::1]")
def cover(request: Array, sources: Array, flags: Array, runs: Array, left: Array, places: Array) -> Any:
    """Greedy set cover of the own tokens by sources, the one that explains most first (`_best`). The first is chosen, and
    every further one that explains limits.SECOND_WORDS_MIN that none before it does.

    request REQUEST[1], sources SOURCE[≥ its count], flags u8[≥ tokens], runs RUN[r]. Into places i64: those of the chosen
    sources, in order; returns how many. left u8[≥ tokens] is room to work in."""
    tokens = request[0].tokens
    sources = sources[: request[0].sources]
    for t in range(tokens):
        left[t] = flags[t] & (TOKEN_MAIN | TOKEN_TEMPLATE) == TOKEN_MAIN
    count = np.empty(len(sources), np.int64)  # never more than it was: so only the best is ever counted anew
    counted = np.ones(len(sources), np.uint8)
    rest = np.ones(len(sources), np.uint8)
    for s in range(len(sources)):
        count[s] = _explains(left, runs, sources[s], tokens)
    chosen = np.int64(0)
    for _ in range(len(sources)):
        best = _best(sources, count, rest)
        while not counted[best]:
            count[best] = _explains(left, runs, sources[best], tokens)
            counted[best] = 1
            best = _best(sources, count, rest)
        if chosen and count[best] < limits.SECOND_WORDS_MIN:
            break
        for r in range(sources[best].runs_first, sources[best].runs_last):
            if runs[r].hits > 1 or sources[best].singles:
                left[runs[r].start : min(tokens, runs[r].end)] = 0
        places[chosen] = best
        chosen += 1
        rest[best] = 0
        counted[:] = 0
    return chosen


@kernel
def _before(left: Any, right: Any) -> Any:
    """Whether a run stands before another: by start, end, start and end in the source."""
    if left.start != right.start:
        return left.start < right.start
    if left.end != right.end:
        return left.end < right.end
    if left.source_start != right.source_start:
        return left.source_start < right.source_start
    return left.source_end < right.source_end


@kernel
def _sorted_runs(runs: Array, source: Any, kept: Array) -> Any:
    """The runs of a source into kept RUN[≥ as many], ascending; returns how many."""
    count = 0
    for r in range(source.runs_first, source.runs_last):
        if runs[r].hits < 2 and not source.singles:
            continue
        place = count
        while place > 0 and _before(runs[r], kept[place - 1]):
            kept[place] = kept[place - 1]
            place -= 1
        kept[place] = runs[r]
        count += 1
    return count


@kernel
def _rewritten(gap: Number, source_gap: Number, most: Number) -> Any:
    """Whether a gap holds the same sentences in other words, by its length in both texts."""
    if gap < 0 or source_gap < 0:
        return False
    longer = max(gap, source_gap)
    return longer <= most and abs(gap - source_gap) <= max(
        limits.FILL_DRIFT_TOKENS_MIN, limits.FILL_DRIFT_PART * longer
    )


@kernel
def _filled(kept: Array, request: Any, source: Any, ranges: Array) -> Any:
    """Sorted runs as ranges i64[…, 2] here, joined over what was rewritten: where two runs follow each other in both texts
    and the gap between them is about as long in both, the words of the gap were changed and not added. Likewise from the
    main regions' starts to the first run, and from the last to their ends. Returns how many ranges."""
    made = 0
    last = 0
    for i in range(len(kept)):
        if i > 0 and _rewritten(
            kept[i].start - kept[i - 1].end,
            kept[i].source_start - kept[i - 1].source_end,
            limits.FILL_TOKENS_MAX,
        ):
            ranges[made - 1, 1] = max(ranges[made - 1, 1], kept[i].end)
        else:
            ranges[made, 0], ranges[made, 1] = kept[i].start, kept[i].end
            made += 1
        if kept[i].end > kept[last].end:
            last = i
    if len(kept) == 0:
        return made
    if _rewritten(kept[0].start - request.main_start, kept[0].source_start - source.main_start, source.edge):
        ranges[0, 0] = request.main_start
    if _rewritten(request.main_end - kept[last].end, source.main_end - kept[last].source_end, source.edge):
        widest = 0
        for i in range(made):
            if ranges[i, 1] > ranges[widest, 1]:
                widest = i
        ranges[widest, 1] = request.main_end
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
def _snapped(ranges: Array, count: Number, lines: Array) -> Any:
    """Joins ranges, which begin in order, over small gaps and grows them to the edges of the lines that they nearly fill;
    returns how many are left."""
    snap = np.int64(limits.SNAP_TOKENS_MAX)
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
        count += flag & (TOKEN_MAIN | TOKEN_TEMPLATE) == TOKEN_MAIN
    return count


@kernel
def _trimmed(request: Any, source: Any, flags: Array, runs: Array, first: Number, last: Number) -> Any:
    """(start, end) of the article without the rest of the page before or after a source that stands here whole.

    first, last: what the source explains. A match that reaches from the start to the end of the source leaves only
    captions, credits and feet of the page around it: own words of the page, not of the article. Under the source's own
    title more of the page may follow it; a longer rest is an article that the source was put into, or that it was the
    beginning of."""
    tokens = request.tokens
    if source.main_end <= source.main_start:
        return np.int64(0), tokens
    short = min(limits.TRIM_TOKENS_MAX, limits.TRIM_PART * _own(flags, first, last))
    begins, ends = np.int64(1 << 40), np.int64(0)
    for r in range(source.runs_first, source.runs_last):
        if runs[r].hits > 1 or source.singles:
            begins = min(begins, np.int64(runs[r].source_start))
            ends = max(ends, np.int64(runs[r].source_end))
    start, end = np.int64(0), tokens
    if begins - source.main_start <= limits.TRIM_SOURCE_TOKENS_MAX and _own(flags, 0, first) <= short:
        start = first
    if source.main_end - ends <= limits.TRIM_SOURCE_TOKENS_MAX and (
        _own(flags, last, tokens)
        <= (limits.TRIM_TITLED_PART * _own(flags, first, last) if request.trim == TRIM_TITLED else short)
    ):
        end = last
    return start, end


@kernel
def _char_of_start(lines: Array, token: Number) -> Any:
    """The code point at which a token begins, by lines i32[≥ 1, 5]: exact at a line's edge, interpolated inside it."""
    at = _line_of(lines, token)
    if at < 0 or token >= lines[at, 1]:
        at += 1
        return np.int64(lines[at, 2] if at < len(lines) else lines[len(lines) - 1, 3])
    into, chars = token - lines[at, 0], np.int64(lines[at, 3]) - lines[at, 2]
    return lines[at, 2] + into * chars // (lines[at, 1] - lines[at, 0])


@kernel
def _char_of_end(lines: Array, token: Number) -> Any:
    """The code point at which the token before this one ends, likewise."""
    at = _line_of(lines, token - 1)
    if at < 0:
        return np.int64(lines[0, 2])
    if token >= lines[at, 1]:
        return np.int64(lines[at, 3])
    into, chars = token - lines[at, 0], np.int64(lines[at, 3]) - lines[at, 2]
    return lines[at, 2] + into * chars // (lines[at, 1] - lines[at, 0])


@kernel_of("void", "i4[:, ::1]", STRETCH, "i8")
def place(lines: Array, stretches: Array, count: Number) -> None:
    """Fills the code points of stretches STRETCH[≥ count], by lines i32[l, 5] (first token, its end, code points); none at all
    where there is no line."""
    for i in range(count):
        stretch = stretches[i]
        stretch.char_start = stretch.char_end = 0
        if len(lines):
            stretch.char_start = _char_of_start(lines, np.int64(stretch.start))
            stretch.char_end = _char_of_end(lines, np.int64(stretch.end))


@kernel
def _painted(request: Any, sources: Array, lines: Array, runs: Array, owner: Array) -> None:
    """Fills owner u8[tokens + 1] with the place of the source that explains each token, counted from 1; 0 where none does.
    Of several it is the first."""
    tokens = request.tokens
    most = np.int64(1)
    for s in range(request.sources):
        most = max(most, sources[s].runs_last - sources[s].runs_first)
    kept, ranges = np.empty(most, RUN), np.empty((most, 2), np.int64)
    owner[: tokens + 1] = 0
    for s in range(request.sources - 1, -1, -1):
        source = sources[s]
        count = _sorted_runs(runs, source, kept)
        if source.edge >= 0:
            count = _filled(kept[:count], request, source, ranges)
        else:
            for i in range(count):
                ranges[i, 0], ranges[i, 1] = kept[i].start, kept[i].end
        count = _snapped(ranges, count, lines)
        _inside(ranges, count, request.within_start, request.within_end)
        for i in range(count):
            owner[ranges[i, 0] : max(ranges[i, 0], min(tokens, ranges[i, 1]))] = s + 1


@kernel_of(
    "i8",
    REQUEST,
    SOURCE,
    "u1[::1]",
    "i4[:, ::1]",
    RUN,
    "u1[::1]",
    STRETCH,
    "i4[:, ::1]",
    "i8[::1]",
)
def draw(
    request: Array,
    sources: Array,
    flags: Array,
    lines: Array,
    runs: Array,
    owner: Array,
    stretches: Array,
    covered: Array,
    counts: Array,
) -> Any:
    """The stretches that sources explain, the first source wherever two do; returns how many.

    request REQUEST[1], sources SOURCE[≥ its count]; flags u8[≥ tokens], lines i32[l, 5] and runs RUN[r]. Fills stretches
    STRETCH[s] and covered i32[s, 2] (their tokens again), for which 2 r rows are enough, and counts i64[COUNT_SOURCES +
    sources]; owner u8[≥ tokens + 1] is room to work in."""
    wanted = request[0]
    tokens = wanted.tokens
    _painted(wanted, sources, lines, runs, owner)
    made = np.int64(0)
    for t in range(tokens):
        if owner[t] and (t == 0 or owner[t] != owner[t - 1]):
            stretches[made].start, stretches[made].source = t, owner[t] - 1
            made += 1
        if owner[t] and owner[t] != owner[t + 1]:
            stretches[made - 1].end = t + 1
    start, end = np.int64(0), tokens
    if wanted.trim and made:
        first, last = np.int64(stretches[0].start), np.int64(stretches[made - 1].end)
        start, end = _trimmed(wanted, sources[0], flags, runs, first, last)
    counts[COUNT_TOTAL] = _own(flags, start, end)
    counts[COUNT_SOURCES : COUNT_SOURCES + wanted.sources] = 0
    for i in range(made):
        first, last = np.int64(stretches[i].start), np.int64(stretches[i].end)
        covered[i, 0], covered[i, 1] = first, last
        counts[COUNT_SOURCES + stretches[i].source] += _own(flags, first, last)
    place(lines, stretches, made)
    return made
