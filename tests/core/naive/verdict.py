"""Plain Python twins of what the kernels decide of candidates and draw of sources (grade_kernels.graded,
passage_kernels.py): rules over named numbers, passages out of lists of ranges.

They say what each means, however slowly; the oracle of the simulation goes by them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from wirecopy.core import limits
from wirecopy.core.index.known import Known
from wirecopy.core.model import I32, Passage

TokenRange = tuple[int, int]
Run = tuple[int, int, int, int]  # start and end here, start and end in the source; in tokens, half open


# ---- candidates
@dataclass(frozen=True, slots=True)
class Measures:
    """A record of measure_kernels.measure. Counts of tokens; shares are of the article's own main region."""

    hits: int  # in runs
    singles: int  # in none
    longest: int
    pieces: int
    words: int
    own: int
    lead_here: float
    there: int
    lead_there: float
    any: int
    before: bool
    tails: int  # words that stand at the end of both
    rest: int  # of the longest run elsewhere
    first: int
    containment_here: float
    containment_there: float
    unmatched_here: int
    unmatched_there: int


def named_measures(row: Mapping[str, int], own_here: int, own_there: int) -> Measures:
    """A kernel's MEASURES with the shares worked out. own_here, own_there: tokens of the main regions, templates aside."""
    lead_here = min(limits.LEAD_TOKENS, own_here)
    lead_there = min(limits.LEAD_TOKENS, own_there)
    return Measures(
        row["hits"],
        row["singles"],
        row["longest"],
        row["pieces"],
        row["words"],
        row["own"],
        row["lead_here"] / lead_here if lead_here else 0.0,
        row["there"],
        min(1.0, row["lead_there"] / lead_there) if lead_there else 0.0,
        row["any"],
        bool(row["before"]),
        row["tails"],
        row["rest"],
        row["first"],
        row["own"] / own_here if own_here else 0.0,
        min(1.0, row["there"] / own_there) if own_there else 0.0,
        max(0, own_here - row["own"]),
        max(0, own_there - row["there"]),
    )


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate, what it shares with this article, and how the two are related."""

    known: Known
    measures: Measures
    runs: tuple[Run, ...]
    same_url: bool
    same_site: bool
    same_title: bool
    same_body: bool
    names: bool  # one credits the other
    succeeds: bool = False  # its publisher says that this article is a later version of it
    firm: tuple[Run, ...] = ()  # of the runs, those of more than one hit
    in_order: bool = False  # what the two share stands in one order over most of both
    words_scale: float = 1.0  # tokens that say as much as one word: more where scripts write no spaces
    of_site: bool = (
        True  # their domains are one: where `same_site` holds by the stated name alone, less is known
    )


def accepted(match: Match) -> bool:
    """Whether the candidate is a publication of this text, in part or whole."""
    if match.succeeds:
        return True
    if match.same_url:
        return _accepted_by_address(match)
    if match.measures.hits and match.measures.before:
        return False
    if match.in_order:
        return True
    if match.same_site and match.of_site:
        return match.same_body or _accepted_on_site(match.measures, match.same_title)
    return _accepted_elsewhere(match.measures, match.same_title, match.names, match.words_scale)


def hopeless(m: Measures, same_title: bool, words_scale: float, on_site: bool) -> bool:
    """Whether a candidate of another address and body is neither accepted nor a further source, whatever else will be
    known of it. on_site: it may be of the same publisher. That one names the other only ever helps."""
    if m.hits and m.before:
        return True
    return not (
        _accepted_elsewhere(m, same_title, True, words_scale)
        or _further(m)
        or (on_site and _accepted_on_site(m, same_title))
        or (on_site and may_be_version(m))
    )


def may_be_version(m: Measures) -> bool:
    """Whether an article of the same site shares enough to be another version of this one."""
    part = max(m.containment_here, m.containment_there)
    headed = max(m.lead_here, m.lead_there) >= limits.VERSION_HEAD_MIN
    least = limits.VERSION_HEAD_PART_MIN if headed else limits.VERSION_PART_MIN
    return m.words >= limits.VERSION_WORDS_MIN and part >= least


def _accepted_by_address(match: Match) -> bool:
    """The same URL or id: any real part will do; a page that was wholly rewritten is a new text."""
    m = match.measures
    return match.same_body or max(m.containment_here, m.containment_there) >= limits.SAME_URL_PART_MIN


def _accepted_on_site(m: Measures, same_title: bool) -> bool:
    """Two pages of one site: what they share is mostly the site. They are one text only where little else is left."""
    if same_title and min(m.containment_here, m.containment_there) >= limits.SITE_TITLE_PARTS_MIN:
        return True
    own_here = m.own + m.unmatched_here
    own_there = m.there + m.unmatched_there
    if m.unmatched_here >= max(
        limits.SITE_TAIL_WORDS, limits.SITE_TAIL_PART * own_here
    ) and m.unmatched_there >= max(limits.SITE_TAIL_WORDS, limits.SITE_TAIL_PART * own_there):
        return False
    part = max(m.containment_here, m.containment_there)
    lead = max(m.lead_here, m.lead_there)
    if same_title and part >= limits.SITE_TITLE_PART_ALONE_MIN:
        return True
    if same_title:
        return part >= limits.SITE_TITLE_PART_MIN and lead >= limits.SITE_TITLE_LEAD_MIN
    return (
        lead >= limits.SITE_LEAD_MIN
        and part >= limits.SITE_PART_MAX_MIN
        and min(m.containment_here, m.containment_there) >= limits.SITE_PART_MIN
        and m.words >= limits.REPUBLISHED_WORDS_MIN
    )


def _accepted_elsewhere(m: Measures, same_title: bool, names: bool, words_scale: float) -> bool:
    """Another publisher: a long run of prose, several pieces, a short text whole, or less where something names it."""
    foot = min(m.containment_here, m.containment_there) < limits.TAIL_PART_MAX
    if m.tails and foot and not m.lead_here and not m.lead_there and not (same_title or names):
        # the foot of two pages of one network of sites; what else they share must say enough by itself
        return m.rest >= limits.REPUBLISHED_WORDS_MIN * words_scale
    if m.longest >= limits.REPUBLISHED_WORDS_MIN * words_scale:
        return True
    part = max(m.containment_here, m.containment_there)
    if m.pieces >= limits.PIECES_WORDS_MIN * words_scale and part >= limits.PIECES_PART_MIN:
        return True
    if (
        part >= limits.SHORT_PART_MIN
        and m.words >= limits.SHORT_WORDS_MIN
        and m.hits >= limits.SHORT_HITS_MIN
    ):
        return True
    if part >= limits.CONTAINED_PART_MIN and max(m.lead_here, m.lead_there) >= limits.CONTAINED_LEAD_MIN:
        return m.hits >= limits.SHORT_HITS_MIN
    return (same_title or names) and _accepted_by_name(m, same_title and names)


def _accepted_by_name(m: Measures, by_both: bool) -> bool:
    """Where the title is the same, or a credit names the other, less of the text need be: it was rewritten or shuffled."""
    hits = m.hits + m.singles
    if by_both:
        return hits >= limits.TITLE_AND_CREDIT_HITS_MIN
    if m.any >= limits.NAMED_TOKENS_MIN and m.hits >= limits.NAMED_HITS_MIN:
        return True
    return (
        hits >= limits.NAMED_PART_HITS_MIN
        and max(m.containment_here, m.containment_there) >= limits.NAMED_PART_MIN
    )


def also_source(match: Match) -> bool:
    """Whether a candidate too weak on its own is a further source of a text that has one already."""
    return not match.same_site and _further(match.measures)


def later_version_of(match: Match, accepted: Sequence[Match]) -> bool:
    """Whether a candidate is its publisher's later version of an accepted one, and holds words of its own here."""
    known = match.known
    first = [one for one in accepted if one.known.number == known.story != known.number]
    of_publisher = bool(first) and first[0].known.domain == known.domain and not match.same_site
    return of_publisher and match.measures.words >= limits.SECOND_WORDS_MIN and not match.measures.before


def _further(m: Measures) -> bool:
    return not m.before and m.lead_there >= limits.SECOND_LEAD_MIN and m.words >= limits.SECOND_WORDS_MIN


@dataclass(frozen=True, slots=True)
class Cover:
    """A source, and how many of this article's own tokens it explains that none before it does."""

    match: Match
    tokens: int


def cover(matches: list[Match], own: bytes) -> list[Cover]:
    """Greedy set cover of this article's own tokens by sources, largest first.

    own: a byte a token, 1 where it is of the main region and not template. A source is kept where it explains
    limits.SECOND_WORDS_MIN own tokens that none before it does.
    """
    if len(matches) == 1:
        return [Cover(matches[0], sum([own.count(1, run[0], run[1]) for run in matches[0].runs]))]
    left = bytearray(own)
    chosen: list[Cover] = []
    rest = list(matches)
    while rest:
        counts = [sum(left.count(1, start, end) for start, end, _, _ in match.runs) for match in rest]
        best = max(range(len(rest)), key=lambda i: (counts[i], rest[i].measures.hits, -rest[i].known.number))
        match = rest.pop(best)
        if chosen and counts[best] < limits.SECOND_WORDS_MIN:
            break
        for start, end, _, _ in match.runs:
            left[start:end] = bytes(max(0, min(end, len(left)) - start))
        chosen.append(Cover(match, counts[best]))
    return chosen


def lead(chosen: list[Cover], credited: Collection[str] = ()) -> Cover:
    """The source that the verdict names: the one that it credits (`credited`: the keys), else the one of this title, else
    the one that the text opens with."""
    for source in chosen:
        if any(brand in credited for brand in source.match.known.brands):
            return source
    for source in chosen:
        if source.match.same_title:
            return source
    opening = [
        source
        for source in chosen
        if source.match.measures.first >= 0 and source.match.measures.longest >= limits.LEAD_PASSAGE_WORDS_MIN
    ]
    return min(opening, key=lambda source: source.match.measures.first) if opening else chosen[0]


# ---- passages
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
    around it: own words of the page, not of the article. Under the source's own title more of the page may follow it; a
    longer rest is an article that the source was put into, or that it was the beginning of.
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
    if same_title:
        short = limits.TRIM_TITLED_PART * own.count(1, first, last)
    if to_end and own.count(1, last) <= short:
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
