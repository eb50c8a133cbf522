"""Comparison → matches: the candidates that hold a publication of this text, templates set aside on the way.

Order matters, and is this: a host that sends its copy again is recognised by what it took before; else what it took is
its template; candidates are measured and accepted; what unrelated pages of the site hold is template, and the rest is
measured once more without it.
"""

from __future__ import annotations

from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.publishers import brand_keys
from wirecopy.core.values import Value
from wirecopy.core.verdict.comparison import Comparison, Measured, measure_whole, score_candidates
from wirecopy.core.verdict.rules import (
    Known,
    Match,
    accepted,
    also_source,
    credits_any,
    hopeless,
    same_publisher,
    strong,
)

_PASSES_MAX = 2  # the second without the template that the first learned; more change nothing


class Matches(Value):
    """Accepted candidates; and every one that might have been a source, as it was measured by the article on its page."""

    accepted: list[Match]
    measured: list[Measured]


_NOTHING = Matches([], [])


def find_matches(index: OriginIndex, comparison: Comparison) -> Matches:
    """Candidates that are accepted. `comparison.template` grows by what the site is found to repeat."""
    resent = _sent_again(index, comparison)
    if resent is not None:
        return resent
    if comparison.reposted.count:
        comparison.mask_reposted()
    for passes in range(_PASSES_MAX, 0, -1):
        measured, on_site = score_candidates(comparison, index.articles, comparison.votes, passes)
        if not measured:
            return _NOTHING
        matches = _matches(index, comparison, measured)
        good = [match for match in matches if accepted(match)]
        if comparison.same_address and not any(match.same_url for match in good):
            good += _same_page(index, comparison)
        if not on_site or not comparison.mask_on_site(index.articles, {match.known.number for match in good}):
            break
    if good and good != matches:
        numbers = {match.known.number for match in good}
        good += [match for match in matches if match.known.number not in numbers and also_source(match)]
    return Matches(good, measured)


def _sent_again(index: OriginIndex, comparison: Comparison) -> Matches | None:
    """The case of a host that sends its copy again: the passages it took before all lie in one article."""
    if not comparison.reposted.count:
        return None
    measured, _ = score_candidates(comparison, index.articles, comparison.reposted, 0)
    good = [match for match in _matches(index, comparison, measured) if match.same_site and accepted(match)]
    return Matches(good, measured) if good else None


def _same_page(index: OriginIndex, comparison: Comparison) -> list[Match]:
    """The article of the same address, compared by all that the pages hold, where their main regions differ."""
    whole = measure_whole(comparison, index.articles, sorted(comparison.same_address))
    return [match for match in _matches(index, comparison, whole) if accepted(match)][:1]


def _succeeds(comparison: Comparison, known: Known) -> bool:
    """Whether the publisher says that this article is a later version of that: it names it, or counts on under its id."""
    record = comparison.record
    if known.number in comparison.succeeded:
        return True
    return 0 < known.version < record.version and known.id == record.id and known.domain == record.domain


def _matches(index: OriginIndex, comparison: Comparison, measured: list[Measured]) -> list[Match]:
    """Measured candidates with what else relates each of them and this article, but for those that nothing else could
    make a source."""
    same_address = comparison.same_address
    record = comparison.record
    hopeful = [
        one
        for one in measured
        if one.article in same_address
        or not hopeless(one)
        or (one.of_site and index.may_hold_body(one.article, record.body_xxh3))
    ]
    if not hopeful:
        return []
    brands = brand_keys(record.publisher, record.host, record.domain)
    credited = [credit for credit in record.credits if strong(credit)] if record.credits else ()
    digest = record.sketch.title_digest
    matches = []
    for one in hopeful:
        known = index.known(one.article)
        names = any(credits_any(credit, known.brands) for credit in credited) or (
            known.credit is not None and credits_any(known.credit, brands)
        )
        matches.append(
            Match(
                known,
                one,
                one.article in same_address,
                same_publisher(record, known),
                digest != 0 and digest == known.title_digest,
                known.body_xxh3 == record.body_xxh3,
                names,
                _succeeds(comparison, known),
            )
        )
    return matches
