"""Matches → verdict: the rules, each in its place, over numbers that the kernels counted.

Nothing here loops over tokens and nothing reads an index: `accepted` says of one candidate whether it holds a
publication of this text, `cover` picks the sources, `directed` says who was first. Thresholds and their reasons are in
limits.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.core import limits
from service.core.frozen import quick
from service.core.kernels_replay import (
    M_ANY,
    M_BEFORE,
    M_FIRST,
    M_HITS,
    M_LEAD_HERE,
    M_LEAD_THERE,
    M_LONGEST,
    M_OWN,
    M_PIECES,
    M_REST,
    M_SINGLES,
    M_TAILS,
    M_THERE,
    M_WORDS,
)
from service.core.model import Basis, CreditKind, Extent, Original, RawPosition, VerdictKind
from service.core.passages import Run
from service.core.record import RecordCredit, SketchRecord


@quick
@dataclass(frozen=True, slots=True)
class Known:
    """What the index remembers of an article that came before."""

    number: int  # in the article store
    story: int  # number of the story's first article
    story_id: str
    id: str
    url: str
    publisher: str
    host: str
    domain: str
    brands: tuple[str, ...]
    published_at_ms: int | None
    position: RawPosition
    body_xxh3: str
    title_digest: int
    main: tuple[int, int]  # its main region, in tokens
    own_tokens: int  # of that, templates aside
    kind: VerdictKind
    original: Original | None
    credit: RecordCredit | None  # its own strongest, where that is strong

    @property
    def external(self) -> bool:
        """Whether it is somebody's who is not in the index."""
        return self.original is not None and not self.original.ingested

    @property
    def renewed(self) -> bool:
        """Whether it can hold postings of another's text: a copy that renewed them."""
        return self.kind is VerdictKind.REPUBLICATION and not self.external


def same_publisher(record: SketchRecord, known: Known) -> bool:
    """One registrable domain, or one name by the alias table; but papers of one hoster, which state hosts under its domain
    that differ, are several."""
    if known.domain != record.domain:
        return False
    if not (_under(record.publisher, record.domain) and _under(known.publisher, known.domain)):
        return True
    return not {record.publisher, record.host}.isdisjoint((known.publisher, known.host))


def _under(name: str, domain: str) -> bool:
    """Whether a publisher's name is a host of this domain."""
    return "." in domain and (name == domain or name.endswith("." + domain))


@quick
@dataclass(frozen=True, slots=True)
class Measures:
    """One row of kernels.measure, named. Counts of tokens; shares are of the article's own main region."""

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
    part_here: float
    part_there: float
    unmatched_here: int
    unmatched_there: int


def named_measures(row: list[int], own_here: int, own_there: int) -> Measures:
    """A kernel's row with its shares worked out. own_here, own_there: tokens of the main regions, templates aside."""
    lead_here = min(limits.LEAD_TOKENS, own_here)
    lead_there = min(limits.LEAD_TOKENS, own_there)
    return Measures(
        row[M_HITS],
        row[M_SINGLES],
        row[M_LONGEST],
        row[M_PIECES],
        row[M_WORDS],
        row[M_OWN],
        row[M_LEAD_HERE] / lead_here if lead_here else 0.0,
        row[M_THERE],
        min(1.0, row[M_LEAD_THERE] / lead_there) if lead_there else 0.0,
        row[M_ANY],
        bool(row[M_BEFORE]),
        row[M_TAILS],
        row[M_REST],
        row[M_FIRST],
        row[M_OWN] / own_here if own_here else 0.0,
        min(1.0, row[M_THERE] / own_there) if own_there else 0.0,
        max(0, own_here - row[M_OWN]),
        max(0, own_there - row[M_THERE]),
    )


@quick
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
    words_scale: float = 1.0  # tokens that say as much as one word: more where scripts write no spaces


def accepted(match: Match) -> bool:
    """Whether the candidate is a publication of this text, in part or whole."""
    if match.same_url:
        return _accepted_by_address(match)
    if match.measures.hits and match.measures.before:
        return False
    if match.same_site:
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
    )


def _accepted_by_address(match: Match) -> bool:
    """The same URL or id: any real part will do; a page that was wholly rewritten is a new text."""
    m = match.measures
    return match.same_body or max(m.part_here, m.part_there) >= limits.SAME_URL_PART_MIN


def _accepted_on_site(m: Measures, same_title: bool) -> bool:
    """Two pages of one site: what they share is mostly the site. They are one text only where little else is left."""
    if same_title and min(m.part_here, m.part_there) >= limits.SITE_TITLE_PARTS_MIN:
        return True
    own_here = m.own + m.unmatched_here
    own_there = m.there + m.unmatched_there
    if m.unmatched_here >= max(
        limits.SITE_TAIL_WORDS, limits.SITE_TAIL_PART * own_here
    ) and m.unmatched_there >= max(limits.SITE_TAIL_WORDS, limits.SITE_TAIL_PART * own_there):
        return False
    part = max(m.part_here, m.part_there)
    lead = max(m.lead_here, m.lead_there)
    if same_title and part >= limits.SITE_TITLE_PART_ALONE_MIN:
        return True
    if same_title:
        return part >= limits.SITE_TITLE_PART_MIN and lead >= limits.SITE_TITLE_LEAD_MIN
    return (
        lead >= limits.SITE_LEAD_MIN
        and part >= limits.SITE_PART_MAX_MIN
        and min(m.part_here, m.part_there) >= limits.SITE_PART_MIN
        and m.words >= limits.REPUBLISHED_WORDS_MIN
    )


def _accepted_elsewhere(m: Measures, same_title: bool, names: bool, words_scale: float) -> bool:
    """Another publisher: a long run of prose, several pieces, a short text whole, or less where something names it."""
    if m.tails and not m.lead_here and not m.lead_there and not (same_title or names):
        # the foot of two pages of one network of sites; what else they share must say enough by itself
        return m.rest >= limits.REPUBLISHED_WORDS_MIN * words_scale
    if m.longest >= limits.REPUBLISHED_WORDS_MIN * words_scale:
        return True
    if m.pieces >= limits.PIECES_WORDS_MIN * words_scale:
        return True
    part = max(m.part_here, m.part_there)
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
    return hits >= limits.NAMED_PART_HITS_MIN and max(m.part_here, m.part_there) >= limits.NAMED_PART_MIN


def also_source(match: Match) -> bool:
    """Whether a candidate too weak on its own is a further source of a text that has one already."""
    return not match.same_site and _further(match.measures)


def _further(m: Measures) -> bool:
    return not m.before and m.lead_there >= limits.SECOND_LEAD_MIN and m.words >= limits.SECOND_WORDS_MIN


@quick
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


def lead(chosen: list[Cover]) -> Cover:
    """The source that the verdict names: the one of this title, else the one that the text opens with."""
    for source in chosen:
        if source.match.same_title:
            return source
    opening = [
        source
        for source in chosen
        if source.match.measures.first >= 0 and source.match.measures.longest >= limits.LEAD_PASSAGE_WORDS_MIN
    ]
    return min(opening, key=lambda source: source.match.measures.first) if opening else chosen[0]


def extent(share: float, part: float, lead_part: float) -> Extent:
    """How much of the source this is, as a word: full where more than half of each is the other's, from its start on.

    share: of this article; part, lead_part: of the source, and of its first tokens."""
    full = (
        share >= limits.FULL_SHARE_MIN and part >= limits.FULL_PART_MIN and lead_part >= limits.FULL_LEAD_MIN
    )
    return Extent.FULL if full else Extent.PARTIAL


def credits_any(credit: RecordCredit, brands: tuple[str, ...]) -> bool:
    """Whether a credit names a publisher that goes by these brand keys."""
    return credit.key in brands


def strong(credit: RecordCredit) -> bool:
    """Whether a credit says whose text this is, not only where a fact is from."""
    return credit.kind is not CreditKind.MENTION


@quick
@dataclass(frozen=True, slots=True)
class Direction:
    """Who was first: this article (`late`), the source, or one who is not in the index (`external`)."""

    late: bool
    external: RecordCredit | None
    basis: tuple[Basis, ...]


def directed(record: SketchRecord, brands: tuple[str, ...], source: Known, others: list[Known]) -> Direction:
    """Credit before published-at before first seen. `others`: members of the source's story, for their credits."""
    theirs = source.brands
    names_source = any(c.key in theirs and strong(c) for c in record.credits)
    named_by = any(
        k.credit is not None and credits_any(k.credit, brands) and not credits_any(k.credit, theirs)
        for k in (source, *others)
    )
    before = earlier(record.published_at_ms, source.published_at_ms)
    if names_source and not named_by:
        conflict = (Basis.CREDIT_CONFLICT,) if before else ()
        return Direction(False, None, (Basis.CREDIT, *conflict))
    if named_by and not names_source:
        return Direction(True, None, (Basis.CREDIT, Basis.LATE_ORIGINAL))
    outside = external_credit(record)
    if outside is not None and not credits_any(outside, brands):
        shared = source.credit is not None and source.credit.key == outside.key
        if shared or outside.agency:
            return Direction(False, outside, (Basis.CREDIT,))
    if source.external and source.credit is not None and not names_source:
        return Direction(False, source.credit, (Basis.CREDIT,))
    conflict = (Basis.CREDIT_CONFLICT,) if names_source and named_by else ()
    if before:
        return Direction(True, None, (Basis.PUBLISHED_AT, Basis.LATE_ORIGINAL, *conflict))
    known = record.published_at_ms is not None and source.published_at_ms is not None
    basis = (Basis.PUBLISHED_AT, Basis.FIRST_SEEN) if known else (Basis.FIRST_SEEN,)
    return Direction(False, None, (*basis, *conflict))


def external_credit(record: SketchRecord) -> RecordCredit | None:
    """The credit that makes a text another's although nobody sent us that other's: a dateline or byline of an agency, or
    the words "originally published"."""
    for credit in record.credits:
        if not credit.inside:
            continue
        if credit.kind is CreditKind.ORIGINALLY:
            return credit
        if credit.agency and credit.kind in (CreditKind.DATELINE, CreditKind.BYLINE):
            return credit
    return None


_DAY_MS = 86_400_000


def earlier(here_ms: int | None, there_ms: int | None) -> bool:
    """Whether this one says that it was published first. A bare date says only the day."""
    if here_ms is None or there_ms is None:
        return False
    if here_ms % _DAY_MS == 0 or there_ms % _DAY_MS == 0:
        return here_ms // _DAY_MS < there_ms // _DAY_MS
    return here_ms < there_ms
