"""Whether an article was rewritten from another one: counted evidence → a verdict, or a word beside it.

Asked only where word-for-word evidence found nothing. Shared shingles are no evidence here: what two articles share without one
being the other's copy is what both quote (law 3). An article that was rewritten has the rare words, names and numbers of
its source, in both directions, and few of its own; an independent report of the same event has its own. All is counted
in whole numbers, so every replica decides alike (law 1). The weights are a logistic regression over the pairs of the
evaluation set, rounded; docs/rewritten.md says what it was fitted to and what it finds.
"""

from __future__ import annotations

from bisect import bisect_right

from wirecopy.core import limits
from wirecopy.core.fingerprint.features import Features
from wirecopy.core.index.feature_index import FeatureIndex, Resembling
from wirecopy.core.index.feature_lookup_kernels import doublings_16
from wirecopy.core.index.known import Known
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.model import Basis, Extent, Rewritten, Source, Verdict, VerdictKind
from wirecopy.core.timing import earlier
from wirecopy.core.values import Value, replace
from wirecopy.core.verdict.comparison import Comparison
from wirecopy.core.verdict.judge import Judged, ingested
from wirecopy.core.verdict.learning import NOTHING_COVERED, Learned
from wirecopy.core.verdict.quotations import quoted_here
from wirecopy.core.verdict.rules import same_publisher

_SMOOTHING = 20  # thousandths added to a share before its logarithm is taken
# Weight of a feature that one in 64 articles has: so much is added to what is known of entities, a part of it to words
_OF_CLASS = 96
# The logistic function in hundredths, by thousandths of log odds: from so many on, this confidence.
_STEPS = (0, 400, 850, 1400, 2000, 2500, 3000, 3500, 4000, 4600)
_CONFIDENCE = (0.5, 0.5, 0.6, 0.7, 0.8, 0.88, 0.92, 0.95, 0.97, 0.98, 0.99)


class Found(Value):
    """The article that another was most likely rewritten from, and what speaks for it."""

    known: Known
    evidence: int  # thousandths of a natural logarithm of odds
    share: float  # of this article's rare words, by weight, that the source has; and the other way round
    source_share: float

    @property
    def confidence(self) -> float:
        return _CONFIDENCE[bisect_right(_STEPS, self.evidence)]


def first_seen(verdict: Verdict) -> bool:
    """Whether nothing of an article was found before: no text, no credit, no late copy."""
    return verdict.kind is VerdictKind.ORIGINAL and Basis.FIRST_SEEN in verdict.basis


def says_something_new(verdict: Verdict) -> bool:
    """Whether an article may be what others are rewritten from: it is no copy of what is remembered."""
    if verdict.kind is VerdictKind.REPUBLICATION:
        return verdict.original is not None and not verdict.original.ingested
    return verdict.kind is not VerdictKind.DUPLICATE


def rewritten_from(
    index: OriginIndex, remembered: FeatureIndex, comparison: Comparison, features: Features
) -> Found | None:
    """The source of an article for which word-for-word evidence found none; None where there is none. Changes nothing."""
    best: tuple[int, Resembling, Known] | None = None
    record = comparison.record
    if len(remembered) < limits.REWRITTEN_ARTICLES_MIN:
        return None
    for one in remembered.resembling(features):
        evidence = _evidence(one)
        if evidence < limits.REWRITTEN_EVIDENCE_MIN or (best is not None and evidence <= best[0]):
            continue
        if _words_decide(comparison, one.article):
            continue
        known = index.known(one.article)
        if known.domain == record.domain or same_publisher(record, known) or earlier(record, known):
            continue
        best = evidence, one, known
    if best is None or _is_page(comparison):
        return None
    evidence, one, known = best
    return Found(known, evidence, _part(one.common, one.here), _part(one.common, one.there))


def _words_decide(comparison: Comparison, article: int) -> bool:
    """Whether an article shares so much of the text outside of quotations that it was told word for word to be no source: a
    form, a notice, a standing explanation."""
    held = comparison.held
    if not len(held):
        return False
    samples = held["sample"][held["article"] == article]
    if len(samples) < limits.REWRITTEN_SAMPLES_MAX:
        return False
    quoted = quoted_here(comparison)
    starts = comparison.record.sketch.positions[samples]
    plain = sum(not quoted[at : at + limits.SHINGLE_TOKENS].all() for at in starts.tolist())
    return plain >= limits.REWRITTEN_SAMPLES_MAX


def _is_page(comparison: Comparison) -> bool:
    """Whether much of what looks like the article is its site's template: then its rare words are the site's."""
    sketch = comparison.record.sketch
    inside = (sketch.positions >= sketch.main_start) & (sketch.positions < sketch.main_end)
    template = int((comparison.template[inside] != 0).sum())
    return template * 100 > limits.REWRITTEN_TEMPLATE_PERCENT_MAX * int(inside.sum())


def _evidence(one: Resembling) -> int:
    """What speaks for a candidate, in thousandths of log odds."""
    words = (one.words_common + _OF_CLASS // 6) * 1000 // (one.words_here + _OF_CLASS // 3)
    if one.shared < limits.REWRITTEN_SHARED_MIN or words < limits.REWRITTEN_WORDS_PERMILLE_MIN:
        return 0
    overlap = min(one.common * 1000 // max(1, one.here), one.common * 1000 // max(1, one.there))
    own = 1000 - (one.entities_common + 3 * _OF_CLASS // 4) * 1000 // (one.entities_here + _OF_CLASS)
    return (
        limits.REWRITTEN_BASE
        + limits.REWRITTEN_OVERLAP * (doublings_16(overlap + _SMOOTHING) - doublings_16(1000)) // 16
        - limits.REWRITTEN_OWN * own // 1000
    )


def _part(common: int, whole: int) -> float:
    return round(common / whole, 4) if whole else 0.0


def judged_again(judged: Judged, found: Found, mode: Rewritten) -> Judged:
    """The verdict with that source named, by what the setting makes of it."""
    known, verdict = found.known, judged.verdict
    told = replace(
        verdict, rewritten_of=known.id, rewritten_publisher=known.publisher, confidence=found.confidence
    )
    if mode is not Rewritten.ON:
        return replace(judged, verdict=told)
    told = replace(
        told,
        kind=VerdictKind.REPUBLICATION,
        extent=Extent.REWRITTEN,
        story=known.story_id,
        original=known.original or ingested(known),  # a copy goes back to what its source does
        share=found.share,
        source_share=found.source_share,
        sources=(Source(known.id, known.publisher, found.share, found.source_share),),
        basis=(Basis.REWRITTEN, *(basis for basis in verdict.basis if basis is not Basis.FIRST_SEEN)),
    )
    return Judged(told, Learned(known.story, NOTHING_COVERED, []))
