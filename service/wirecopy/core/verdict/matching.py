"""Comparison → matches: the candidates that hold a publication of this text, templates set aside on the way.

Order matters, and is this: a host that sends its copy again is recognised by what it reposted before; else what it reposted
is its template; candidates are measured and accepted; what unrelated pages of the site hold is template, and the rest is
measured once more without it.
"""

from __future__ import annotations

from wirecopy.core.fingerprint.record import strong
from wirecopy.core.index.known import Known
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.publishers import brand_keys
from wirecopy.core.values import Value
from wirecopy.core.verdict.comparison import Comparison, Measured, measure_whole, score_candidates
from wirecopy.core.verdict.quotations import (
    Quoting,
    more_than_quoted,
    quoted_here,
    shared_quotations,
    shared_words,
)
from wirecopy.core.verdict.rules import (
    Match,
    accepted,
    also_source,
    hopeless,
    same_publisher,
)

_PASSES_MAX = 2  # the second without the template that the first learned; more change nothing


class Matches(Value):
    """Accepted candidates; and every one that might have been a source, as it was measured by the article on its page."""

    accepted: list[Match]
    measured: list[Measured]
    quoting: list[Quoting]  # candidates that share no more than quotations


_NOTHING = Matches([], [], [])


def find_matches(index: OriginIndex, comparison: Comparison) -> Matches:
    """Candidates that are accepted. `comparison.template` grows by what the site is found to repeat."""
    if len(comparison.reposted):
        resent = _sent_again(index, comparison)
        if resent is not None:
            return resent
        comparison.template[comparison.reposted["sample"]] = 1
    for passes in range(_PASSES_MAX, 0, -1):
        quoting: list[Quoting] = []
        measured, on_site = score_candidates(comparison, index.articles, comparison.votes, passes)
        if not measured:
            return _NOTHING
        matches = _matches(index, comparison, measured)
        good = _not_only_quoted(index, comparison, list(filter(accepted, matches)), quoting)
        if comparison.same_address and not any(match.same_url for match in good):
            good += _same_page(index, comparison)
        if not on_site:
            break
        if not comparison.mask_on_site(index.articles, {match.known.number for match in good}):
            break
    else:
        comparison.flag_tokens()  # of what was set aside at last
    if good and good != matches:
        numbers = {match.known.number for match in good}
        further = [match for match in matches if match.known.number not in numbers and also_source(match)]
        good += _not_only_quoted(index, comparison, further, [])
    return Matches(good, measured, quoting)


def _not_only_quoted(
    index: OriginIndex, comparison: Comparison, matches: list[Match], quoting: list[Quoting]
) -> list[Match]:
    """Matches without those of other publishers that share no more than what both quote: these go into `quoting`."""
    if all(match.same_url or match.same_site for match in matches):
        return matches
    here = quoted_here(comparison)
    kept = []
    for match in matches:
        if not (match.same_url or match.same_site):
            shared = shared_words(comparison, index.articles, match.measured, here)
            if not more_than_quoted(comparison, match, shared):
                quoting.append(Quoting(match.known.id, match.known.publisher, shared_quotations(comparison)))
                continue
        kept.append(match)
    return kept


def _sent_again(index: OriginIndex, comparison: Comparison) -> Matches | None:
    """The case of a host that sends its copy again: the passages it reposted before all lie in one article."""
    measured, _ = score_candidates(comparison, index.articles, comparison.reposted, 0)
    good = [m for m in _matches(index, comparison, measured) if m.same_site and accepted(m)]
    return Matches(good, measured, []) if good else None


def _same_page(index: OriginIndex, comparison: Comparison) -> list[Match]:
    """The article of the same address, compared by all that the pages hold, where their main regions differ."""
    whole = measure_whole(comparison, index.articles, sorted(comparison.same_address))
    return list(filter(accepted, _matches(index, comparison, whole)))[:1]


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
    brands = brand_keys(record.publisher, record.host, record.domain)
    credited = {credit.key for credit in record.credits if strong(credit)}
    digest = record.sketch.title_digest
    matches = []
    for one in measured:
        at_address = one.article in same_address
        # of another site and address only those are measured here that are not hopeless
        without_hope = one.of_site and not at_address and hopeless(one)
        if without_hope and not index.may_hold_body(one.article, record.body_xxh3):
            continue
        known = index.known(one.article)
        matches.append(
            Match(
                known,
                one,
                at_address,
                known.domain == record.domain and same_publisher(record, known),
                digest != 0 and digest == known.title_digest,
                known.body_xxh3 == record.body_xxh3,
                not credited.isdisjoint(known.brands)
                or (known.credit is not None and known.credit.key in brands),
                _succeeds(comparison, known),
            )
        )
    return matches
