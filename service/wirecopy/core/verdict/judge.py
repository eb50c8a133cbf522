"""Matches → verdict: which of the four it is, who was first, how much, which passages.

One function a verdict, and `judge` chooses among them: the very same body, nothing found, another version by the same
publisher, another's text; and, in correcting.py, the original that comes after its copies.
"""

from __future__ import annotations

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint.record import RecordCredit, SketchRecord, strong
from wirecopy.core.index.known import Known
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.model import (
    I32,
    Basis,
    Correction,
    Credit,
    Extent,
    Original,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.publishers import brand_keys
from wirecopy.core.timing import DATE_BASES, earlier, earlier_version
from wirecopy.core.values import Value, replace
from wirecopy.core.verdict.comparison import Comparison, ranges_here, reworded, runs_of
from wirecopy.core.verdict.corrections import correct_copies
from wirecopy.core.verdict.learning import NOTHING_COVERED, Learned
from wirecopy.core.verdict.matching import Doubt, Matches, doubt_of, find_matches, without_witnesses
from wirecopy.core.verdict.passages import drawn, whole
from wirecopy.core.verdict.quotations import told
from wirecopy.core.verdict.rules import (
    Match,
    cover,
    credits_any,
    directed,
    extent,
    external_credit,
    lead,
    older_version,
    same_place,
    same_publisher,
    stands_in,
)

_SHARE_DIGITS = 4


class Judged(Value):
    """An article's verdict, what the index learns from it, and the earlier verdicts that it shows to be wrong."""

    verdict: Verdict
    learned: Learned
    corrections: tuple[Correction, ...] = ()


def judge(index: OriginIndex, comparison: Comparison) -> Judged:
    """The verdict on one article, and what it is to change in the index. Changes nothing itself."""
    judged = _judged(index, comparison)
    doubt = comparison.record.date_doubt
    if doubt is None:
        return judged
    return replace(judged, verdict=replace(judged.verdict, basis=(*judged.verdict.basis, DATE_BASES[doubt])))


def _judged(index: OriginIndex, comparison: Comparison) -> Judged:
    """The same, but for what is to be said of the article's own date."""
    again = _duplicate(index, comparison)
    if again is not None:
        return again
    matches = find_matches(index, comparison)
    judged = _by_matches(index, comparison, matches)
    if not matches.quoting:
        return judged
    quotations = told(comparison, matches.quoting)
    return replace(judged, verdict=replace(judged.verdict, quotations=quotations))


def _by_matches(index: OriginIndex, comparison: Comparison, matches: Matches) -> Judged:
    """The verdict on an article that did not come before to the byte."""
    if not matches.accepted:
        return _unmatched(comparison)
    chosen = without_witnesses(comparison, matches.accepted)
    if len(chosen) > 1:
        chosen = cover(comparison, chosen)
    succeeded = [match for match in matches.accepted if match.succeeds]
    if succeeded:
        return _update(index, comparison, succeeded[-1], chosen, matches)
    own = _own_version(matches.accepted, chosen)
    if own is not None:
        return _update(index, comparison, own, chosen, matches)
    if len(chosen) > 1:
        chosen = [source for source in chosen if not source.same_site]
    return _republication(index, comparison, chosen, matches)


def _own_version(accepted: list[Match], chosen: list[Match]) -> Match | None:
    """The article of this publisher that this one is a version of: that of the same address, whatever else explains more
    of it, and of several there the story that was there first; else the one that explains most, or a copy that the
    publisher took before, where that holds as much."""
    most = chosen[0]
    own = [match for match in accepted if match.same_url]
    if own:
        first = min(match.known.story for match in own)
        own = [match for match in own if match.known.story == first]
        own = [match for match in own if match in chosen] or own
    elif most.same_site:
        return most
    own = own or [
        match for match in accepted if match.same_site and match.measured.hits >= most.measured.hits
    ]
    return max(own, key=lambda match: match.measured.hits, default=None)


def _duplicate(index: OriginIndex, comparison: Comparison) -> Judged | None:
    """The very same body from the same publisher, or, whoever that is, at the same address or under the same id: nothing to
    measure. Sent again, it is a duplicate; dated later than each time before, the publisher issued it anew."""
    if not comparison.same_body:
        return None
    record = comparison.record
    sketch = record.sketch
    same = [index.known(number) for number in sorted(comparison.same_body)]
    # the digests too: keys are told apart by 50 bits, and here a single hit decides
    again = comparison.same_address - comparison.succeeded
    same = [
        k
        for k in same
        if k.body_xxh3 == record.body_xxh3 and (k.number in again or same_publisher(record, k))
    ]
    if not same or _is_notice(comparison, same):
        return None
    if not comparison.same_address and all(stands_in(record, known) for known in same):
        return None
    comparison.flag_tokens()
    known = same[0]
    tie = Basis.SAME_PUBLISHER if same_publisher(record, known) else same_place(record, known)
    anew = all(earlier_version(other, record) for other in same)
    verdict = Verdict(
        VerdictKind.UPDATE if anew else VerdictKind.DUPLICATE,
        None,
        known.story_id,
        _first_version(known),
        1.0,
        1.0,
        _boilerplate_share(comparison),
        whole(sketch.lines, sketch.tokens, known.id),
        (Source(known.id, known.publisher, 1.0, 1.0),),
        _credit(record) if record.credits else None,
        (Basis.SAME_BODY, tie),
    )
    return Judged(verdict, Learned(known.story, np.array([[0, sketch.tokens]], np.int32), []))


def _is_notice(comparison: Comparison, same: list[Known]) -> bool:
    """Whether a short body stands under a third headline of its publisher, at a third address: in the place of articles."""
    sketch = comparison.record.sketch
    others = {known.title_digest for known in same} - {0}
    return (
        sketch.tokens < limits.NOTICE_BODY_TOKENS_MAX
        and not comparison.same_address
        and sketch.title_digest not in (0, *others)
        and len(others) > 1
    )


def _unmatched(comparison: Comparison) -> Judged:
    """Nothing of substance came before: an original, or another's text whose source nobody sent."""
    record = comparison.record
    outside = external_credit(record) if record.credits else None
    if outside is not None and credits_any(outside, brand_keys(record.publisher, record.host, record.domain)):
        outside = None
    verdict = Verdict(
        VerdictKind.ORIGINAL if outside is None else VerdictKind.REPUBLICATION,
        None if outside is None else Extent.FULL,
        record.id,
        None if outside is None else _outside(outside),
        0.0,
        0.0,
        _boilerplate_share(comparison),
        (),
        (),
        _credit(record) if record.credits else None,
        (Basis.FIRST_SEEN if outside is None else Basis.CREDIT,),
    )
    return Judged(verdict, Learned(None, NOTHING_COVERED, []))


def _update(
    index: OriginIndex, comparison: Comparison, match: Match, chosen: list[Match], matches: Matches
) -> Judged:
    """The same publisher sent another version of this before: an earlier one, or, where this one comes late, a later."""
    known = match.known
    first = _first_version(known)
    record, own_story = comparison.record, map(index.known, sorted(comparison.same_address))
    here = [known] if match.same_url else [one for one in own_story if one.story == known.story]
    basis: tuple[Basis, ...] = (same_place(record, here[0]),) if here else ()
    basis += (Basis.SAME_PUBLISHER,) if match.same_site else ()
    ordered = [match, *(other for other in chosen if other is not match)]
    # what came late is no update of what succeeded it: of what is known it says nothing new
    late = not match.succeeds and older_version(record, known)
    kind = VerdictKind.DUPLICATE if late else VerdictKind.UPDATE
    doubt = doubt_of(comparison, match)
    verdict, covered = _drawn(index, comparison, kind, known.story_id, first, ordered, basis, doubt)
    named = {other.known.id for other in chosen}
    if first.id is not None and first.id not in named:
        verdict = _renamed(verdict, known.id, first.id)
    held = _held_before(comparison, known, covered, matches)
    return Judged(verdict, Learned(known.story, held, [], (), doubt is Doubt.WITNESS))


def _held_before(comparison: Comparison, known: Known, covered: I32, matches: Matches) -> I32:
    """What earlier versions hold of an update: all of them, though it is measured by one."""
    ranges = [
        held
        for other in matches.accepted
        if other.known.story == known.story and other.known.number != known.number and other.same_site
        for held in ranges_here(comparison, other.measured)
    ]
    return np.concatenate((covered, np.array(ranges, np.int32))) if ranges else covered


def _republication(
    index: OriginIndex, comparison: Comparison, chosen: list[Match], matches: Matches
) -> Judged:
    """Another publisher has this text: it is theirs, or somebody's who is not in the index, or ours and came late."""
    leading = chosen[0] if len(chosen) == 1 else lead(comparison.record, chosen)
    source = leading.known
    others = index.crediting(source.story)
    members = [index.known(number) for number in others if number != source.number] if others else []
    record = comparison.record
    brands = brand_keys(record.publisher, record.host, record.domain)
    late = earlier(record, source)
    versions = index.own_versions_after(source) if late else ()
    direction = directed(record, brands, source, members, versions)
    if direction.late:
        return _late_original(index, comparison, leading, direction.basis, matches)
    original = ingested(source) if direction.external is None else _outside(direction.external)
    if direction.external is None and source.story < index.articles.oldest_live and source.renewed:
        original = (
            source.original or original
        )  # the story's first article has left the window, its copy has not
    if leading is not chosen[0]:
        chosen = [leading, *(other for other in chosen if other is not leading)]
    kind, doubt = VerdictKind.REPUBLICATION, doubt_of(comparison, leading)
    verdict, covered = _drawn(
        index, comparison, kind, source.story_id, original, chosen, direction.basis, doubt
    )
    if _is_piece(leading) and all(_is_piece(source) for source in chosen):
        covered = NOTHING_COVERED  # a statement that many quote, a notice that many sites show: each article that has it counts
    return Judged(verdict, Learned(source.story, covered, [], (), doubt is Doubt.WITNESS))


def _is_piece(match: Match) -> bool:
    """Whether what two articles share is a small part of both."""
    return max(match.measured.containment_here, match.measured.containment_there) < limits.PIECE_PART_MAX


def _late_original(
    index: OriginIndex, comparison: Comparison, leading: Match, basis: tuple[Basis, ...], matches: Matches
) -> Judged:
    """This one was first although its copies came before it: they are corrected, and their postings become its."""
    corrected = correct_copies(index, comparison, leading, basis, matches)
    verdict = Verdict(
        VerdictKind.ORIGINAL,
        None,
        leading.known.story_id,
        None,
        0.0,
        0.0,
        _boilerplate_share(comparison),
        (),
        (),
        _credit(comparison.record) if comparison.record.credits else None,
        basis,
    )
    learned = Learned(leading.known.story, NOTHING_COVERED, corrected.copies, corrected.rewritten)
    return Judged(verdict, learned, tuple(corrected.corrections))


def _drawn(
    index: OriginIndex,
    comparison: Comparison,
    kind: VerdictKind,
    story: str,
    original: Original,
    chosen: list[Match],
    basis: tuple[Basis, ...],
    doubt: Doubt,
) -> tuple[Verdict, I32]:
    """A verdict that draws on sources, the leading one first, and the token ranges that they explain.

    Of a doubtful match nothing is taken for the source's that it does not hold: it may be a form with other facts."""
    leading = chosen[0]
    newer, doubtful = kind is not VerdictKind.REPUBLICATION, doubt is not Doubt.NONE
    found = drawn(comparison, chosen, newer=newer, doubtful=doubtful)
    total = found.total
    changed = reworded(comparison, leading.known.number, found.by_first) if doubtful else 0
    found.by_source[0] = max(0, found.by_source[0] - changed)
    sources = [
        Source(
            source.known.id,
            source.known.publisher,
            _ratio(count, total),
            round(source.measured.containment_there, _SHARE_DIGITS),
        )
        for source, count in zip(chosen, found.by_source, strict=True)
    ]
    if not changed:
        sources[0] = replace(sources[0], source_share=_held_there(comparison, leading, found.by_first))
    share = sources[0].share if len(sources) == 1 else _ratio(sum(found.by_source), total)
    verdict = Verdict(
        kind,
        _extent(index, share, leading, chosen, doubt) if kind is VerdictKind.REPUBLICATION else None,
        story,
        original,
        share,
        sources[0].source_share,
        _boilerplate_share(comparison),
        found.passages,
        tuple(sources),
        _credit(comparison.record, leading.known.brands) if comparison.record.credits else None,
        basis,
    )
    return verdict, found.covered


def _held_there(comparison: Comparison, match: Match, covered: I32) -> float:
    """The part of a source that stands here. Words before the first hit and behind the last that are taken for the source's
    here (`covered` [ranges, 2]) are the source's words there: a copy to the letter is the whole of it."""
    one, known = match.measured, match.known
    runs = runs_of(comparison, one)
    if not len(runs) or not known.own_tokens:
        return round(one.containment_there, _SHARE_DIGITS)
    first, last = runs[np.argmin(runs["source_start"])], runs[np.argmax(runs["source_end"])]
    before, behind = int(first["source_start"]) - known.main[0], known.main[1] - int(last["source_end"])
    more = 0
    for start, end in covered.tolist():
        if start <= first["start"] < end:
            more += max(0, min(int(first["start"]) - start, before))
        if start < last["end"] <= end:
            more += max(0, min(end - int(last["end"]), behind))
    return round(min(1.0, one.containment_there + more / known.own_tokens), _SHARE_DIGITS)


def _extent(index: OriginIndex, share: float, leading: Match, chosen: list[Match], doubt: Doubt) -> Extent:
    """How much of the source this is. Of several versions of one article each holds its own part only: so of all of them
    together; and where its publisher sent a later one, this may begin with that one's first words."""
    versions = [one.measured for one in chosen if one.known.story == leading.known.story]
    part, lead_part = max(one.containment_there for one in versions), max(one.lead_there for one in versions)
    told = extent(share, part, lead_part)
    if doubt is Doubt.WITNESS and share < limits.FULL_VERSION_SHARE_MIN:
        return Extent.PARTIAL
    if (
        told is Extent.PARTIAL
        and share >= limits.FULL_VERSION_SHARE_MIN
        and extent(share, part, 1.0) is Extent.FULL
        and index.own_versions_after(leading.known)
    ):
        return Extent.FULL
    return told


def _renamed(verdict: Verdict, old: str, new: str) -> Verdict:
    """A verdict that names another version of the same article as its source."""
    if old == new:
        return verdict
    return replace(
        verdict,
        passages=tuple(replace(p, source=new) if p.source == old else p for p in verdict.passages),
        sources=tuple(replace(s, id=new) if s.id == old else s for s in verdict.sources),
    )


def _first_version(known: Known) -> Original:
    """The version that this one goes back to: of an update, what it updates."""
    if known.kind in (VerdictKind.UPDATE, VerdictKind.DUPLICATE) and known.original is not None:
        return known.original
    return ingested(known)


def _boilerplate_share(comparison: Comparison) -> float:
    tokens = comparison.record.sketch.tokens
    own = round(min(1.0, comparison.own_tokens / tokens), _SHARE_DIGITS) if tokens else 0.0
    return round(1.0 - own, _SHARE_DIGITS)


def _ratio(part: int, whole: int) -> float:
    return round(min(1.0, part / whole), _SHARE_DIGITS) if whole else 0.0


def _credit(record: SketchRecord, brands: tuple[str, ...] = ()) -> Credit:
    """The credit that the verdict on an article with credits shows: the one that names the source, else the strongest. The
    owner of the text fills in its words."""
    best = next((c for c in record.credits if strong(c) and c.key in brands), record.credits[0])
    return Credit(best.kind, best.name, best.key, best.agency, "", best.start, best.end, best.scope)


def ingested(known: Known) -> Original:
    """An article of the index, as an original."""
    return Original(known.id, known.url or None, known.publisher, known.published_at_ms, True, known.position)


def _outside(credit: RecordCredit) -> Original:
    return Original(None, None, credit.name, None, False, None)
