"""The original that comes after its copies: which verdicts were wrong, and what they are now.

Corrected at once, in the transaction of the record that shows it: every accepted candidate that this original precedes,
and of the story's other members those that credit it, or all where it holds most of the story. A candidate was measured
against this text, so its correction says so from its own side; a copy of such a copy keeps what was measured of it, and
only who was first changes.
"""

from __future__ import annotations

from wirecopy.core import limits
from wirecopy.core.fingerprint.record import SketchRecord
from wirecopy.core.index.known import Known
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.index.stored import Remembered, decode_remembered, remembered_lines
from wirecopy.core.model import (
    Basis,
    Correction,
    CorrectionReason,
    Extent,
    Original,
    RawPosition,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.publishers import brand_keys
from wirecopy.core.timing import own_date
from wirecopy.core.values import Value, replace
from wirecopy.core.verdict.comparison import Comparison, Measured, ranges_here
from wirecopy.core.verdict.matching import Matches
from wirecopy.core.verdict.passages import drawn_there
from wirecopy.core.verdict.rules import Match, credits_any, directed, extent, same_publisher


class Corrected(Value):
    """`copies`: candidates whose postings are the original's from now on, and where in its text their runs lie.
    `rewritten`: what is remembered of the corrected articles, by number: as it is, and the verdict that it is to hold."""

    corrections: list[Correction]
    copies: list[tuple[Known, list[tuple[int, int]]]]
    rewritten: list[tuple[int, Remembered, Verdict]]

    def add(self, number: int, before: Remembered, verdict: Verdict, cause: RawPosition) -> None:
        self.rewritten.append((number, before, verdict))
        self.corrections.append(
            Correction(
                before.id, before.position, before.body_xxh3, verdict, CorrectionReason.LATE_ORIGINAL, cause
            )
        )


def correct_copies(
    index: OriginIndex, comparison: Comparison, leading: Match, basis: tuple[Basis, ...], matches: Matches
) -> Corrected:
    """The new verdicts of a late original's copies. Changes nothing."""
    record = comparison.record
    brands = brand_keys(record.publisher, record.host, record.domain)
    story = leading.known.story
    corrected = Corrected([], [], [])
    for match in matches.accepted:
        known = match.known
        if match.same_site or (
            known.story != story
            and not directed(record, brands, known, [], index.own_versions_after(known)).late
        ):
            continue
        # as it was measured by the article, also where the whole pages were compared
        measured = next(one for one in matches.measured if one.article == known.number)
        corrected.copies.append((known, ranges_here(comparison, measured)))
        before, verdict = _copy(index, comparison, match, measured, basis)
        corrected.add(known.number, before, verdict, record.position)
    done = {known.number for known, _ in corrected.copies}
    whole = leading.measured.containment_here >= limits.STORY_TAKEN_PART_MIN
    for number in index.story_members(story):
        if number in done:
            continue
        member = index.known(number)
        names_us = member.credit is not None and credits_any(member.credit, brands)
        if whole or names_us:
            before, verdict = _member(index, record, member, basis)
            corrected.add(number, before, verdict, record.position)
    return corrected


def _copy(
    index: OriginIndex, comparison: Comparison, match: Match, measured: Measured, basis: tuple[Basis, ...]
) -> tuple[Remembered, Verdict]:
    """An article that the original was compared with, and its new verdict: measured from its side."""
    blob = index.articles.get_blob(match.known.number)
    before, lines = decode_remembered(blob), remembered_lines(blob)
    record, m = comparison.record, match.measured
    share, source_share = round(m.containment_there, 4), round(m.containment_here, 4)
    verdict = replace(
        before.verdict,
        kind=VerdictKind.REPUBLICATION,
        extent=extent(share, source_share, m.lead_here),
        original=_original(record),
        share=share,
        source_share=source_share,
        passages=drawn_there(comparison, measured, lines, record.id),
        sources=(Source(record.id, record.publisher, share, source_share),),
        basis=(*basis, *own_date(before.verdict)),
    )
    return before, verdict


def _member(
    index: OriginIndex, record: SketchRecord, member: Known, basis: tuple[Basis, ...]
) -> tuple[Remembered, Verdict]:
    """A copy of a copy, and its new verdict."""
    before = decode_remembered(index.articles.get_blob(member.number))
    old = before.verdict
    named = old.original.id if old.original is not None else None
    replaced = named or (old.sources[0].id if old.sources else None)
    own_version = old.kind in (VerdictKind.UPDATE, VerdictKind.DUPLICATE) and same_publisher(record, member)
    share = old.sources[0].share if old.sources else old.share
    source_share = old.sources[0].source_share if old.sources else old.source_share
    verdict = replace(
        old,
        kind=old.kind if own_version else VerdictKind.REPUBLICATION,
        extent=None if own_version else old.extent or Extent.FULL,
        original=_original(record),
        passages=tuple(replace(p, source=record.id) if p.source == replaced else p for p in old.passages),
        sources=(
            Source(record.id, record.publisher, share, source_share),
            *(source for source in old.sources if source.id not in (replaced, record.id)),
        ),
        basis=(*basis, *own_date(old)),
    )
    return before, verdict


def _original(record: SketchRecord) -> Original:
    return Original(
        record.id, record.url or None, record.publisher, record.published_at_ms, True, record.position
    )
