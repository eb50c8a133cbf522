"""Runs of matched tokens → passages: whole lines where they nearly are, no token explained twice.

Shingles find where two texts agree to within a few tokens; a passage that starts or ends within
limits.SNAP_TOKENS_MAX tokens of a line's edge is taken to start or end there, since texts are copied by the paragraph.
All of it works on the sketch, so that every replica says the same; the lines give the code points.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

import numpy as np

from service.core import limits
from service.core.model import I32, Passage

TokenRange = tuple[int, int]
Run = tuple[int, int, int, int]  # start and end here, start and end in the source; in tokens, half open


def filled(
    runs: Sequence[Run], main: TokenRange, source_main: TokenRange, edge_tokens_max: int
) -> list[TokenRange]:
    """Runs as ranges here, joined over what was rewritten: where two runs follow each other in both texts and the gap
    between them is about as long in both, the words of the gap were changed and not added. Likewise from the main
    regions' starts to the first run, and from the last to their ends.
    """
    if not runs:
        return []
    ordered = sorted(runs)
    ranges: list[list[int]] = []
    before: Run | None = None
    for run in ordered:
        start, end, source_start, _ = run
        if before is not None and _rewritten(start - before[1], source_start - before[3]):
            ranges[-1][1] = max(ranges[-1][1], end)
        else:
            ranges.append([start, end])
        before = run
    first, last = ordered[0], max(ordered, key=_ends)
    if _rewritten(first[0] - main[0], first[2] - source_main[0], edge_tokens_max):
        ranges[0][0] = main[0]
    if _rewritten(main[1] - last[1], source_main[1] - last[3], edge_tokens_max):
        max(ranges, key=_ends)[1] = main[1]
    return [(start, end) for start, end in ranges]


_ends = itemgetter(1)


def _rewritten(gap: int, source_gap: int, most: int = limits.FILL_TOKENS_MAX) -> bool:
    """Whether a gap holds the same sentences in other words, by its length in both texts."""
    if gap < 0 or source_gap < 0:
        return False
    difference = abs(gap - source_gap)
    return max(gap, source_gap) <= most and difference <= max(
        limits.FILL_DRIFT_TOKENS_MIN, limits.FILL_DRIFT_PART * max(gap, source_gap)
    )


def trimmed(
    own: bytes,
    stretches: Sequence[tuple[int, int, int]],
    runs: Sequence[Run],
    source_main: TokenRange,
    same_title: bool,
) -> bytes:
    """The article's own tokens without the rest of the page before or after a source that stands here whole.

    A match that reaches from the start to the end of the source leaves only captions, credits and feet of the page
    around it: own words of the page, not of the article. Under the source's own title nothing else can follow it; under
    another one a longer rest is an article that the source was put into.
    """
    source_start, source_end = source_main
    if not stretches or not runs or source_end <= source_start:
        return own
    first, last = stretches[0][0], max(stretches, key=_ends)[1]
    short = min(limits.TRIM_TOKENS_MAX, limits.TRIM_PART * own.count(1, first, last))
    from_start = min([run[2] for run in runs]) - source_start <= limits.TRIM_SOURCE_TOKENS_MAX
    to_end = source_end - max([run[3] for run in runs]) <= limits.TRIM_SOURCE_TOKENS_MAX
    if from_start and own.count(1, 0, first) <= short:
        own = bytes(first) + own[first:]
    if to_end and (same_title or own.count(1, last) <= short):
        own = own[:last] + bytes(len(own) - last)
    return own


def inside(ranges: Iterable[TokenRange], main: TokenRange) -> list[TokenRange]:
    """Token ranges cut at the main region's edges; as they are where none of them reaches into it."""
    ranges = list(ranges)
    cut = [(max(start, main[0]), min(end, main[1])) for start, end in ranges]
    return [(start, end) for start, end in cut if start < end] or ranges


def snapped(ranges: Iterable[TokenRange], starts: Sequence[int], ends: Sequence[int]) -> list[TokenRange]:
    """Token ranges joined over small gaps and grown to the edges of the lines they nearly fill.

    starts, ends: token ranges of the sketch's lines, ascending.
    """
    joined: list[list[int]] = []
    for start, end in sorted(ranges):
        if joined and start - joined[-1][1] <= limits.SNAP_TOKENS_MAX:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    grown = []
    for start, end in joined:
        line = bisect_right(starts, start) - 1
        if line >= 0 and start < ends[line] and start - starts[line] <= limits.SNAP_TOKENS_MAX:
            start = starts[line]
        line = bisect_right(starts, end - 1) - 1
        if line >= 0 and end <= ends[line] and ends[line] - end <= limits.SNAP_TOKENS_MAX:
            end = ends[line]
        grown.append((start, end))
    return grown


def painted(sources: Sequence[Sequence[TokenRange]], tokens: int) -> list[tuple[int, int, int]]:
    """(start, end, source) of every maximal stretch of tokens that one source explains; the first source wins."""
    if len(sources) == 1:
        return [(start, end, 0) for start, end in _union(sources[0], tokens)]
    owner = np.zeros(tokens + 1, np.uint8)
    for number in range(len(sources), 0, -1):
        for start, end in sources[number - 1]:
            owner[start : min(end, tokens)] = number
    edges = np.flatnonzero(np.diff(owner, prepend=0, append=0))
    return [
        (start, end, int(owner[start]) - 1)
        for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        if owner[start]
    ]


def _union(ranges: Iterable[TokenRange], tokens: int) -> list[TokenRange]:
    """The ranges within the text as maximal stretches, ascending."""
    joined: list[TokenRange] = []
    for start, end in sorted(ranges):
        end = min(end, tokens)
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


class LineMap:
    """Token number → code point of the body, through the lines of a sketch."""

    __slots__ = ("_lines", "ends", "starts")

    def __init__(self, lines: I32) -> None:
        self._lines: list[list[int]] = lines.tolist()
        self.starts = [line[0] for line in self._lines]
        self.ends = [line[1] for line in self._lines]

    def start_char(self, token: int) -> int:
        """Code point at which a token begins: exact at a line's edge, interpolated inside it."""
        lines = self._lines
        at = bisect_right(self.starts, token) - 1
        if at < 0 or token >= self.ends[at]:
            at += 1
            return lines[at][2] if at < len(lines) else lines[-1][3]
        first, last, char_first, char_last, _ = lines[at]
        return char_first + (token - first) * (char_last - char_first) // (last - first)

    def end_char(self, token_end: int) -> int:
        """Code point at which the token before token_end ends."""
        at = bisect_right(self.starts, token_end - 1) - 1
        if at < 0:
            return self._lines[0][2]
        first, last, char_first, char_last, _ = self._lines[at]
        if token_end >= last:
            return char_last
        return char_first + (token_end - first) * (char_last - char_first) // (last - first)


def passages(
    stretches: Iterable[tuple[int, int, int]], lines: LineMap, ids: Sequence[str]
) -> tuple[Passage, ...]:
    """Stretches of tokens as passages of the body as it came. ids: article id of each source."""
    made = []
    for start, end, source in stretches:
        first, last = lines.start_char(start), lines.end_char(end)
        if last > first:
            made.append(Passage(first, last, end - start, ids[source]))
    return tuple(made)
