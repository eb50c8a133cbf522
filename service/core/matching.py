"""Comparison → matches: the candidates that hold a publication of this text, templates set aside on the way.

Order matters, and is this: a host that sends its copy again is recognised by what it took before; else what it took is
its template; candidates are measured and accepted; what unrelated pages of the site hold is template, and the rest is
measured once more without it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.core.comparison import Comparison, Measured, Votes, candidates, every_vote, measure, own_votes
from service.core.domains import brand_keys
from service.core.kernels import T_MAIN, T_PROSE
from service.core.origin_index import OriginIndex
from service.core.postings import POSITION_MAX
from service.core.verdict import (
    Match,
    accepted,
    also_source,
    credits_any,
    named_measures,
    same_publisher,
    strong,
)

_PASSES_MAX = 2  # the second without the template that the first learned; more change nothing


@dataclass(frozen=True, slots=True)
class Matches:
    """Accepted candidates, and every measured one by its article number."""

    accepted: list[Match]
    measured: dict[int, Measured]


def find_matches(index: OriginIndex, seen: Comparison) -> Matches:
    """Candidates that are accepted. `seen.template` grows by what the site is found to repeat."""
    resent = _sent_again(index, seen)
    if resent is not None:
        return resent
    if len(seen.taken_sample):
        taken = np.zeros(len(seen.template), np.bool_)
        taken[seen.taken_sample] = True
        seen.mask(taken)
    for _ in range(_PASSES_MAX):
        chosen, votes = candidates(seen, own_votes(seen, seen.votes))
        found = _measured(index, seen, chosen, votes)
        matches = [_match(index, seen, one) for one in found]
        good = [match for match in matches if accepted(match)]
        if seen.same_address and not any(match.same_url for match in good):
            good += _same_page(index, seen)
        repeated = index.repeated_on_site(seen, votes, {match.known.number for match in good})
        if not repeated.any():
            break
        seen.mask(repeated)
    if good:
        numbers = {match.known.number for match in good}
        good += [match for match in matches if match.known.number not in numbers and also_source(match)]
    return Matches(good, {one.article: one for one in found})


def _sent_again(index: OriginIndex, seen: Comparison) -> Matches | None:
    """The case of a host that sends its copy again: the passages it took before all lie in one article."""
    if not len(seen.taken_sample):
        return None
    order = np.lexsort((seen.taken_sample, seen.taken_article))
    votes = Votes(seen.taken_sample[order], seen.taken_article[order], seen.taken_position[order])
    chosen, votes = candidates(seen, own_votes(seen, votes))
    found = _measured(index, seen, chosen, votes)
    matches = [_match(index, seen, one) for one in found]
    good = [match for match in matches if match.same_site and accepted(match)]
    return Matches(good, {one.article: one for one in found}) if good else None


def _same_page(index: OriginIndex, seen: Comparison) -> list[Match]:
    """The article of the same address, compared by all that the pages hold, where their main regions differ."""
    chosen, votes = candidates(seen, every_vote(seen))
    wanted = [number for number in chosen if number in seen.same_address]
    flags, own = seen.flags, seen.own_tokens
    seen.flags = np.full(len(flags), T_MAIN | T_PROSE, np.uint8)
    seen.own_tokens = len(flags)
    starts, ends = np.zeros(len(wanted), np.int32), np.full(len(wanted), POSITION_MAX, np.int32)
    matches = [_match(index, seen, one) for one in measure(seen, wanted, votes, starts, ends)]
    seen.flags, seen.own_tokens = flags, own
    return [match for match in matches if accepted(match)][:1]


def _measured(index: OriginIndex, seen: Comparison, chosen: list[int], votes: Votes) -> list[Measured]:
    rows = index.articles.rows(np.array(chosen, np.uint32))
    return measure(
        seen, chosen, votes, rows["main_start"].astype(np.int32), rows["main_end"].astype(np.int32)
    )


def _match(index: OriginIndex, seen: Comparison, measured: Measured) -> Match:
    """A measured candidate with what else relates the two articles."""
    record = seen.record
    known = index.known(measured.article)
    brands = brand_keys(record.publisher, record.host, record.domain)
    names = any(strong(credit) and credits_any(credit, known.brands) for credit in record.credits) or (
        known.credit is not None and credits_any(known.credit, brands)
    )
    digest = record.sketch.title_digest
    same_title = digest != 0 and digest == known.title_digest
    return Match(
        known,
        named_measures(measured.row, seen.own_tokens, known.own_tokens),
        (*measured.runs, *(measured.singles if same_title or names else ())),
        measured.article in seen.same_address,
        same_publisher(record, known),
        same_title,
        known.body_xxh3 == record.body_xxh3,
        names,
        seen.words_scale(),
    )
