"""Comparison → matches: the candidates that hold a publication of this text, templates set aside on the way.

Order matters, and is this: a host that sends its copy again is recognised by what it took before; else what it took is
its template; candidates are measured and accepted; what unrelated pages of the site hold is template, and the rest is
measured once more without it.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.core.comparison import Comparison, Measured, measure_whole, weigh
from service.core.domains import brand_keys
from service.core.frozen import quick
from service.core.kernels_replay import M_OWN_THERE, M_SAME_SITE, M_SAME_TITLE
from service.core.origin_index import OriginIndex
from service.core.verdict import (
    Match,
    accepted,
    also_source,
    credits_any,
    hopeless,
    named_measures,
    same_publisher,
    strong,
)

_PASSES_MAX = 2  # the second without the template that the first learned; more change nothing


@quick
@dataclass(frozen=True, slots=True)
class Matches:
    """Accepted candidates, and every measured one by its article number."""

    accepted: list[Match]
    measured: dict[int, Measured]


_NOTHING = Matches([], {})


def find_matches(index: OriginIndex, seen: Comparison) -> Matches:
    """Candidates that are accepted. `seen.template` grows by what the site is found to repeat."""
    resent = _sent_again(index, seen)
    if resent is not None:
        return resent
    if seen.taken.count:
        seen.mask_taken()
    for _ in range(_PASSES_MAX):
        measured, on_site = weigh(seen, index.articles, seen.votes, settle=True)
        if not measured:
            return _NOTHING  # with less to vote for there would be no candidate either
        matches = _matches(index, seen, measured, seen.own_tokens)
        good = [match for match in matches if accepted(match)]
        if seen.same_address and not any(match.same_url for match in good):
            good += _same_page(index, seen)
        if not on_site or not seen.mask_on_site(index.articles, {match.known.number for match in good}):
            break
    if good:
        numbers = {match.known.number for match in good}
        good += [match for match in matches if match.known.number not in numbers and also_source(match)]
    return Matches(good, {one.article: one for one in measured})


def _sent_again(index: OriginIndex, seen: Comparison) -> Matches | None:
    """The case of a host that sends its copy again: the passages it took before all lie in one article."""
    if not seen.taken.count:
        return None
    measured, _ = weigh(seen, index.articles, seen.taken, settle=False)
    matches = _matches(index, seen, measured, seen.own_tokens)
    good = [match for match in matches if match.same_site and accepted(match)]
    return Matches(good, {one.article: one for one in measured}) if good else None


def _same_page(index: OriginIndex, seen: Comparison) -> list[Match]:
    """The article of the same address, compared by all that the pages hold, where their main regions differ."""
    whole = measure_whole(seen, sorted(seen.same_address))
    for one in whole:
        one.row[M_OWN_THERE] = index.articles.get("own_tokens", one.article)
    matches = _matches(index, seen, whole, seen.record.sketch.tokens)
    return [match for match in matches if accepted(match)][:1]


def _matches(index: OriginIndex, seen: Comparison, measured: list[Measured], own_tokens: int) -> list[Match]:
    """Measured candidates with what else relates each of them and this article, but for those that nothing else could
    make a source. own_tokens: of this one."""
    same_address, scale = seen.same_address, seen.words_scale
    hopeful = []
    for one in measured:
        row = one.row
        measures = named_measures(row, own_tokens, row[M_OWN_THERE])
        on_site, same_title = row[M_SAME_SITE] == 1, row[M_SAME_TITLE] == 1
        if (
            one.article in same_address
            or not hopeless(measures, same_title, scale, on_site)
            or (on_site and index.may_hold_body(one.article, seen.record.body_xxh3))
        ):
            hopeful.append((one, measures))
    if not hopeful:
        return []
    record = seen.record
    brands = brand_keys(record.publisher, record.host, record.domain)
    credited = [credit for credit in record.credits if strong(credit)]
    digest = record.sketch.title_digest
    matches = []
    for one, measures in hopeful:
        known = index.known(one.article)
        names = any(credits_any(credit, known.brands) for credit in credited) or (
            known.credit is not None and credits_any(known.credit, brands)
        )
        same_title = digest != 0 and digest == known.title_digest
        matches.append(
            Match(
                known,
                measures,
                (*one.runs, *(one.singles if same_title or names else ())),
                one.article in same_address,
                same_publisher(record, known),
                same_title,
                known.body_xxh3 == record.body_xxh3,
                names,
                scale,
            )
        )
    return matches
