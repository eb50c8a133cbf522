"""Matches → verdict: the rules, each in its place, over what the kernels counted and graded.

Nothing here loops over tokens and nothing reads an index: `accepted` says of one candidate whether it holds a
publication of this text (which grade counts; the grades' thresholds are with the kernel that counts,
grade_kernels.graded), `cover` picks the sources, `directed` says who was first. Thresholds' values and reasons are in
limits.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from wirecopy.core import limits
from wirecopy.core.fingerprint.record import RecordCredit, SketchRecord, strong
from wirecopy.core.index.known import Known
from wirecopy.core.index.origin_index import page_of
from wirecopy.core.model import Basis, CreditKind, CreditScope, Extent
from wirecopy.core.publishers import one_name
from wirecopy.core.timing import dates_agree, dates_apart, earlier, earlier_version
from wirecopy.core.values import Value
from wirecopy.core.verdict import passage_kernels
from wirecopy.core.verdict.comparison import Comparison, Measured
from wirecopy.core.verdict.layout import (
    GRADE_ADDRESS,
    GRADE_BEFORE,
    GRADE_ELSEWHERE,
    GRADE_FURTHER,
    GRADE_NAMED,
    GRADE_SITE,
    TRIM_NOTHING,
)
from wirecopy.core.verdict.workspace import REQUEST_FORMATS


def same_publisher(record: SketchRecord, known: Known) -> bool:
    """One site, or one name by the alias table; but papers of one hoster, which state hosts under its domain that differ, are
    several. Where one of the two is known by its stated name alone, or carried by a platform: one name."""
    if known.domain != record.domain:
        return (_by_name(record.domain) or _by_name(known.domain)) and one_name(
            record.publisher, known.publisher
        )
    if not record.domain:  # nobody says who published either
        return False
    if not (_under(record.publisher, record.domain) and _under(known.publisher, known.domain)):
        return True
    return not {record.publisher, record.host}.isdisjoint((known.publisher, known.host))


def same_place(record: SketchRecord, known: Known) -> Basis:
    """By what an article was found to have come before: its id, where it has another address or none; else its address."""
    page = page_of(record.url)
    return (
        Basis.SAME_ID
        if record.id == known.id and (not page or page != page_of(known.url))
        else Basis.SAME_URL
    )


def _by_name(domain: str) -> bool:
    """Whether a publisher is known by its stated name alone, or by a platform that carries it: it may have a site beside."""
    return "." not in domain or "/" in domain


def _under(name: str, domain: str) -> bool:
    """Whether a publisher's name is a host of this domain."""
    return "." in domain and (name == domain or name.endswith("." + domain))


class Match(Value):
    """A candidate, what it shares with this article, and how the two are related."""

    known: Known
    measured: Measured
    same_url: bool
    same_site: bool
    same_title: bool
    same_body: bool
    names: bool  # one credits the other
    succeeds: bool = False  # its publisher says that this article is a later version of it
    in_order: bool = (
        False  # what the two share stands in one order over most of both (quotations.kept_in_order)
    )

    @property
    def lone_hits(self) -> bool:
        """Whether hits that no run holds count as what the two share: elsewhere they are chance."""
        return self.same_title or self.names or self.in_order


def accepted(match: Match) -> bool:
    """Whether the candidate is a publication of this text, in part or whole."""
    grades = match.measured.grades
    if match.succeeds:  # said in so many words: however much was rewritten
        return True
    if match.same_url:  # any real part will do; a page that was wholly rewritten is a new text
        return match.same_body or grades & GRADE_ADDRESS != 0
    if grades & GRADE_BEFORE:
        return False
    if match.in_order:
        return True
    if match.same_site and match.measured.of_site:  # by the stated name alone, two papers may be one
        return match.same_body or grades & GRADE_SITE != 0
    return grades & (GRADE_NAMED if match.names else GRADE_ELSEWHERE) != 0


def hopeless(measured: Measured) -> bool:
    """Whether a candidate of another address and body is neither accepted nor a further source, whatever else will be
    known of it. That one names the other only ever helps."""
    helped = GRADE_NAMED | GRADE_FURTHER | (GRADE_SITE if measured.of_site else 0)
    return measured.grades & GRADE_BEFORE != 0 or (
        measured.grades & helped == 0 and not may_be_version(measured)
    )


def may_be_version(measured: Measured) -> bool:
    """Whether an article of the same site shares enough to be another version of this one."""
    most = max(measured.containment_here, measured.containment_there)
    headed = max(measured.lead_here, measured.lead_there) >= limits.VERSION_HEAD_MIN
    least = limits.VERSION_HEAD_PART_MIN if headed else limits.VERSION_PART_MIN
    return measured.of_site == 1 and measured.words >= limits.VERSION_WORDS_MIN and most >= least


def later_version(
    record: SketchRecord, known: Known, measured: Measured, density: float, repeated: float, pieces: int
) -> bool:
    """Whether two pages of one publisher are versions of one article, each with much of its own: a new lead, other
    quotes, the background of yesterday.

    A third of both is the same where they were published within days of each other, half of both otherwise, or most of
    one. But not what a site says again under other stories: a list that repeats itself (the captions of a gallery), a
    standing piece that ends both (on the series, on the author), the foot of the page, a form with other words in it.

    Where less is shared, the head of the earlier may stand further down in the later (`_pushed_down`).

    density: of the samples in between, those that both hold; repeated: those that this article holds more than once;
    pieces: the runs that they share."""
    one = measured
    if (
        not may_be_version(one)
        or density < limits.VERSION_DENSITY_MIN
        or repeated > limits.VERSION_REPEATED_MAX
    ):
        return False
    least, most = sorted((one.containment_here, one.containment_there))
    ends_both = one.tails >= limits.VERSION_TAIL_MIN * one.words
    if record.published_at_ms is not None and known.published_at_ms is not None:
        apart_ms = abs(record.published_at_ms - known.published_at_ms)
        if apart_ms > limits.VERSION_APART_MS_MAX:
            whole = not ends_both or pieces >= limits.VERSION_TAIL_RUNS_MIN
            return least >= limits.VERSION_FAR_PART_MIN and whole
        if _pushed_down(record, known, one, density):
            return True
    main, tokens = record.sketch.main_end - record.sketch.main_start, record.sketch.tokens
    if (
        main < limits.ARTICLE_ALONE_PART_MIN * tokens
    ):  # a page stands around it, and may be what the two share
        return least >= (limits.VERSION_FOOT_PART_MIN if ends_both else limits.VERSION_FAR_PART_MIN)
    if ends_both:
        return least >= limits.VERSION_TAIL_PART_MIN
    if max(one.lead_here, one.lead_there) == 0.0 and most < limits.VERSION_HEADLESS_MIN:
        return False  # a new lead pushes the old one down: what stands at the head of neither explains other news too
    return most >= limits.VERSION_MOST_MIN or least >= limits.VERSION_PART_MIN


def _pushed_down(record: SketchRecord, known: Known, measured: Measured, density: float) -> bool:
    """Whether what stood at the head of the earlier of two pages stands, edited, in the later one: yesterday's news under
    today's. What a site pastes under other stories it leaves to the letter, and no article begins with it."""
    first_is_known = (known.published_at_ms or 0) <= (record.published_at_ms or 0)
    head = measured.lead_there if first_is_known else measured.lead_here
    return (
        head >= limits.VERSION_HEAD_MIN
        and measured.words >= limits.VERSION_HEAD_WORDS_MIN
        and max(measured.containment_here, measured.containment_there) >= limits.VERSION_HEAD_PART_MIN
        and density < limits.FORM_DENSITY_MAX
    )


def stands_in(record: SketchRecord, known: Known) -> bool:
    """Whether two records of one publisher that have one body are two articles, by their headlines and dates: a disclaimer, a
    notice stood where the text should be. Who sends an article again does so within weeks, or under its headline."""
    ours, theirs = record.sketch.title_digest, known.title_digest
    return 0 not in (ours, theirs) and ours != theirs and dates_apart(record, known, limits.SENT_AGAIN_MS_MAX)


def also_source(match: Match) -> bool:
    """Whether a candidate too weak on its own is a further source of a text that has one already."""
    return not match.same_site and match.measured.grades & GRADE_FURTHER != 0


def later_version_of(match: Match, accepted: Sequence[Match]) -> bool:
    """Whether a candidate is a later version of a source, by the same publisher: what it holds here is what that added."""
    known = match.known
    return (
        not match.same_site
        and match.measured.words >= limits.SECOND_WORDS_MIN
        and match.measured.grades & GRADE_BEFORE == 0
        and known.story != known.number
        and any(one.known.number == known.story and one.known.domain == known.domain for one in accepted)
    )


def cover(comparison: Comparison, matches: list[Match]) -> list[Match]:
    """Greedy set cover of this article's own tokens by sources, largest first: passage_kernels.cover."""
    workspace = comparison.workspace
    request = [comparison.record.sketch.tokens, 0, 0, 0, 0, TRIM_NOTHING, len(matches), 0]
    for match in matches:
        one = match.measured
        request += (one.runs_first, one.runs_last, match.lone_hits, 0, 0, 0, one.hits, one.article)
    REQUEST_FORMATS[len(matches)].pack_into(workspace.request_bytes, 0, *request)
    chosen = passage_kernels.cover(
        workspace.request,
        workspace.sources,
        workspace.flags,
        workspace.runs,
        workspace.owner,
        workspace.counts,
    )
    return [matches[place] for place in workspace.counts[:chosen].tolist()]


def lead(record: SketchRecord, chosen: list[Match]) -> Match:
    """The source that the verdict names: the one whose text the article says that it is, else that of its title, else the one
    that it opens with."""
    credited = named_whole(record)
    for source in chosen:
        if not credited.isdisjoint(source.known.brands):
            return source
    for source in chosen:
        if source.same_title:
            return source
    opening = [
        source
        for source in chosen
        if source.measured.first >= 0 and source.measured.longest >= limits.LEAD_PASSAGE_WORDS_MIN
    ]
    return min(opening, key=lambda source: source.measured.first) if opening else chosen[0]


def named_whole(record: SketchRecord) -> frozenset[str]:
    """The keys of those whose text an article says that it is: not of those who had a part in it."""
    return frozenset([c.key for c in record.credits if c.scope in (CreditScope.TEXT, CreditScope.CLAIM)])


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


class Direction(Value):
    """Who was first: this article (`late`), the source, or one who is not in the index (`external`)."""

    late: bool
    external: RecordCredit | None
    basis: tuple[Basis, ...]


def directed(
    record: SketchRecord,
    brands: tuple[str, ...],
    source: Known,
    others: list[Known],
    versions: Sequence[Known] = (),
) -> Direction:
    """Credit before published-at before first seen. `others`: members of the source's story, for their credits.

    `versions`: what the source's publisher sent of it after the source. An earlier version may come late, and its
    text is then known as the source's: so a publisher has had a text since the earliest of its versions."""
    theirs = source.brands
    names_source = named_by = False
    for credit in record.credits:
        names_source |= credit.key in theirs and strong(credit)
    for member in (source, *others):
        key = None if member.credit is None else member.credit.key
        named_by |= key in brands and key not in theirs
    before = all(earlier(record, known) for known in (source, *versions))
    if names_source and not named_by:
        conflict = (Basis.CREDIT_CONFLICT,) if before else ()
        return Direction(False, None, (Basis.CREDIT, *conflict))
    if named_by and not names_source:
        return Direction(True, None, (Basis.CREDIT, Basis.LATE_ORIGINAL))
    outside = external_credit(record)
    if outside is not None and not credits_any(outside, brands):
        shared = source.credit is not None and source.credit.key == outside.key
        # a source line may name the source's source; that a text was published first by another is said of the text
        named = outside.agency and outside.kind is not CreditKind.SOURCE
        named |= outside.kind is CreditKind.ORIGINALLY
        if shared or named:
            return Direction(False, outside, (Basis.CREDIT,))
    if source.external and source.credit is not None and not names_source:
        return Direction(False, source.credit, (Basis.CREDIT,))
    conflict = (Basis.CREDIT_CONFLICT,) if names_source and named_by else ()
    if before:
        return Direction(True, None, (Basis.PUBLISHED_AT, Basis.LATE_ORIGINAL, *conflict))
    agree = (Basis.PUBLISHED_AT,) if dates_agree(source, record) else ()
    apart = (Basis.DATES_APART,) if dates_apart(source, record) else ()
    basis = (*agree, Basis.FIRST_SEEN, *apart)
    return Direction(False, None, (*basis, *conflict))


def external_credit(record: SketchRecord) -> RecordCredit | None:
    """The credit that makes a text another's although nobody sent us that other's: it says whose text this is, in words and
    in a place that say nothing less."""
    return next((credit for credit in record.credits if credit.scope is CreditScope.TEXT), None)


def older_version(record: SketchRecord, known: Known) -> bool:
    """Whether this is an earlier version than one that its publisher sent before: by their numbers where both have one,
    else by their times."""
    if record.version and known.version and record.version != known.version:
        return record.version < known.version
    return earlier_version(record, known)
