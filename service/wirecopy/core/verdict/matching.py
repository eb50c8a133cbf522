"""Comparison → matches: the candidates that hold a publication of this text, templates set aside on the way.

Order matters, and is this: what the host reposted before speaks for its article that took it; candidates are measured and
accepted, forms and notices aside; what other pages of the site hold is template, and the rest is measured once more
without it.

Forms and notices are what several stories share and none is a publication of. An earnings report, a death notice, a weather
forecast is one text with other facts in it; a subscription notice stands in the place of an article, or under its first
lines. The second of them cannot be told from a changed copy by what two texts
share. The third can, by two laws:

- **A form leaves out the same words everywhere.** Copies are changed each in its own places: where two of them differ,
  a third holds the words of one or the other. Where two differ and the third agrees with neither, and so in every such
  place, all three were filled in.
- **A story has one subject.** A short text under three different headlines is nobody's story.

So what is taken for a copy on weak grounds teaches the index its words all the same (`weak`, `Learned.also`): the second
of a kind is a witness when the third comes, and no first mistake silences the words for good. Few witnesses a
shingle, or a story that many papers edit would silence itself.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint.record import strong
from wirecopy.core.index.known import Known
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.model import VerdictKind
from wirecopy.core.publishers import brand_keys
from wirecopy.core.values import Value, replace
from wirecopy.core.verdict.comparison import (
    Comparison,
    Measured,
    density,
    measure_whole,
    ranges_here,
    repeated,
    runs_of,
    samples_inside,
    score_candidates,
    template_inside,
)
from wirecopy.core.verdict.layout import GRADE_BEFORE
from wirecopy.core.verdict.quotations import (
    Quoting,
    kept_in_order,
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
    later_version,
    later_version_of,
    may_be_version,
    same_publisher,
    stands_in,
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
    comparison.join_reposted()
    for passes in range(_PASSES_MAX, 0, -1):
        quoting: list[Quoting] = []
        measured, on_site = score_candidates(comparison, index.articles, comparison.held, passes)
        if not measured:
            return _NOTHING
        matches = _matches(index, comparison, measured)
        good = _accepted(index, comparison, matches)
        good = [match for match in good if not _stands_in(comparison, match)]
        good = _not_only_quoted(index, comparison, good, quoting)
        if comparison.same_address and not any(match.same_url for match in good):
            good += _same_page(index, comparison)
        found, good = good, without_forms(comparison, good, matches)
        if not on_site:
            break
        # where this is a copy of one form to the letter, what this site has of that form is no template of it
        whole = any(_to_the_letter(comparison, match) for match in good) if good != found else False
        unless = {match.known.number for match in (found if whole else good)}
        if not comparison.mask_on_site(index.articles, unless):
            break
    else:
        comparison.flag_tokens()  # of what was set aside at last
    if good and good != matches:
        numbers = {match.known.number for match in found}
        further = [
            match
            for match in matches
            if match.known.number not in numbers and (also_source(match) or later_version_of(match, good))
        ]
        good += _not_only_quoted(index, comparison, further, [])
    return Matches(good, measured, quoting)


def _accepted(index: OriginIndex, comparison: Comparison, matches: list[Match]) -> list[Match]:
    """The matches that are publications of this text, for all that is measured of them, quotations aside."""
    found = []
    for match in matches:
        good: Match | None = match
        if not (accepted(match) or _version(comparison, match)):
            good = _in_order(index, comparison, match)
        if good is not None:
            found.append(good)
    return found


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
                stretches = shared_quotations(comparison)
                ordered = _in_order(index, comparison, match)
                if ordered is None:
                    quoting.append(Quoting(match.known.id, match.known.publisher, stretches))
                    continue
                match = ordered
        kept.append(match)
    return kept


def _in_order(index: OriginIndex, comparison: Comparison, match: Match) -> Match | None:
    """A match of another publisher as one whose words were changed one by one; None where nothing says that they were."""
    if match.same_site or match.same_url or match.measured.grades & GRADE_BEFORE:
        return None
    here = quoted_here(comparison)
    if not kept_in_order(comparison, index.articles, match.measured, here):
        return None
    return replace(match, in_order=True)


def _same_page(index: OriginIndex, comparison: Comparison) -> list[Match]:
    """The article of the same address, compared by all that the pages hold, where their main regions differ."""
    whole = measure_whole(comparison, index.articles, sorted(comparison.same_address))
    return list(filter(accepted, _matches(index, comparison, whole)))[:1]


def _stands_in(comparison: Comparison, match: Match) -> bool:
    """Whether a body that its publisher sent before, to the byte, stands in the place of two articles: under another headline,
    at another address, a quarter later."""
    return (
        match.same_body
        and match.same_site
        and not match.same_url
        and stands_in(comparison.record, match.known)
    )


def _version(comparison: Comparison, match: Match) -> bool:
    """Whether an article of this publisher is another version of this one although both have much of their own."""
    one = match.measured
    if not match.same_site or match.same_url or not may_be_version(one):
        return False
    return later_version(
        comparison.record,
        match.known,
        one,
        density(comparison, one),
        repeated(comparison, one),
        len(ranges_here(comparison, one)),
    )


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
                same_publisher(record, known),
                digest != 0 and digest == known.title_digest,
                known.body_xxh3 == record.body_xxh3,
                not credited.isdisjoint(known.brands)
                or (known.credit is not None and known.credit.key in brands),
                _succeeds(comparison, known),
            )
        )
    return matches


# ---- forms and notices
class Doubt(IntEnum):
    """Whether a match may be a form or a notice, for all that the two texts say."""

    NONE = 0
    DOUBTFUL = 1
    WITNESS = 2  # it differs in so much that another like it would be a form


def doubt_of(comparison: Comparison, match: Match) -> Doubt:
    """How far a match is to be believed."""
    if _vouched(match):
        return Doubt.NONE
    if _short(comparison, match):
        return Doubt.WITNESS
    if not _filled_in(comparison, match.measured):
        return Doubt.NONE
    long = samples_inside(comparison, match.measured) > limits.FORM_LONG_SAMPLES
    most = limits.FORM_DENSITY_MAX if long else limits.FORM_HELD_DENSITY_MAX
    return Doubt.WITNESS if density(comparison, match.measured) < most else Doubt.DOUBTFUL


def without_forms(comparison: Comparison, good: list[Match], matches: list[Match]) -> list[Match]:
    """The accepted matches of which no other candidate is a witness that they are the same form or notice; and of the
    others that hold that form those that this article is a copy of to the letter."""
    forms = [match for match in good if _is_form(comparison, match, matches)]
    if not forms:
        return good
    kept = [match for match in good if match not in forms]
    return [match for match in kept if _vouched(match) or _own_copy(comparison, match, forms)]


def without_witnesses(comparison: Comparison, good: list[Match]) -> list[Match]:
    """The accepted matches but for those that stand behind the first article of their story: a copy that holds little that
    its original does not, a later version likewise. This publisher's own later versions stand behind its first in any case:
    an update is measured by the first version."""
    if len(good) < 2:
        return good
    first: dict[int, Match] = {}
    for match in good:
        if match.known.kind in _FIRST_KINDS and not match.known.renewed:
            first.setdefault(match.known.story, match)
    return [match for match in good if not _behind(comparison, match, first.get(match.known.story))]


_FIRST_KINDS = (VerdictKind.ORIGINAL, VerdictKind.REPUBLICATION)


def _behind(comparison: Comparison, match: Match, first: Match | None) -> bool:
    if first is None or match is first:
        return False
    if match.same_site:
        return first.same_site and match.known.kind not in _FIRST_KINDS
    theirs = comparison.samples_of(match.known.number)
    alone = np.setdiff1d(theirs, comparison.samples_of(first.known.number), assume_unique=True)
    most = limits.WITNESS_ALONE_PART if match.known.renewed else limits.VERSION_ALONE_PART
    return len(alone) <= most * len(theirs)


def _vouched(match: Match) -> bool:
    """Whether something else than the shared words says that the two are one text: an address, a credit, or another
    publisher's headline. A publisher heads its forms alike."""
    return match.same_url or match.succeeds or match.names or (match.same_title and not match.same_site)


def _is_form(comparison: Comparison, match: Match, matches: list[Match]) -> bool:
    if _vouched(match):
        return False
    if _remnant(comparison, match):
        return True
    short, filled_in = _short(comparison, match), _filled_in(comparison, match.measured)
    if not filled_in and not short:
        return False
    held = set(comparison.samples_of(match.known.number).tolist())
    for witness in matches:
        part = min(witness.measured.containment_here, witness.measured.containment_there)
        if witness is match or _vouched(witness) or part < limits.NOTICE_PART_MIN:
            continue
        theirs = set(comparison.samples_of(witness.known.number).tolist())
        both = len(held & theirs)
        apart = max(len(held), len(theirs)) - both
        if (
            short
            and _three_titles(comparison, match, witness)
            and apart <= max(1, limits.NOTICE_APART_PART_MAX * both)
        ):
            return True
        if (
            filled_in
            and part >= limits.FORM_WITNESS_PART_MIN
            and both >= limits.FORM_HITS_MIN
            and apart <= _apart_max(comparison, match, witness, both)
        ):
            return True
    return False


def _own_copy(comparison: Comparison, match: Match, forms: list[Match]) -> bool:
    """Whether a match is more than the form that these are: most of what it holds is none of theirs, or it holds all."""
    theirs = comparison.samples_of(match.known.number)
    of_form = np.unique(np.concatenate([comparison.samples_of(form.known.number) for form in forms]))
    alone = len(np.setdiff1d(theirs, of_form, assume_unique=True))
    return alone > limits.FORM_BESIDE_PART_MIN * len(theirs) or _to_the_letter(comparison, match)


def _to_the_letter(comparison: Comparison, match: Match) -> bool:
    """Whether a candidate holds all samples of this article's main region, but for what is template."""
    sketch, free = comparison.record.sketch, comparison.template == 0
    main = (sketch.positions >= sketch.main_start) & (sketch.positions < sketch.main_end)
    held = np.count_nonzero(main[comparison.samples_of(match.known.number)])
    return bool(held >= limits.FORM_COPY_PART_MIN * np.count_nonzero(main & free))


def _apart_max(comparison: Comparison, match: Match, witness: Match, both: int) -> float:
    """So many samples may two articles hold of this one that the other does not, and all three be one form; less than
    none where the three differ too little to be one. both: samples that all three hold.

    Where the two differ, the later has words that nobody had before it. A copy of either holds as large a part of what
    these replaced as of all the rest. Three by one publisher are no copies, and three short ones under three headlines are
    hardly one story, so that chance may have more say."""
    fresh = max(match.known, witness.known, key=lambda known: known.number).fresh
    inside = samples_inside(comparison, match.measured)
    inside_witness = samples_inside(comparison, witness.measured)
    changed = inside - match.measured.hits + inside_witness - witness.measured.hits + fresh
    pairs = 1.0 - changed / max(1, 2 * inside + inside_witness)
    long = inside > limits.FORM_LONG_SAMPLES
    if fresh < limits.FORM_FRESH_MIN or pairs >= (
        limits.FORM_LONG_DENSITY_MAX if long else limits.FORM_PAIRS_DENSITY_MAX
    ):
        return -1.0
    expected = limits.FORM_EXPECTED_PART * max(0.0, pairs) * fresh
    chance = max(limits.FORM_APART_MAX, limits.FORM_APART_BOTH_MAX * both)
    if (match.same_site and witness.same_site) or (not long and _three_titles(comparison, match, witness)):
        return min(chance, limits.FORM_OWN_APART * expected) + 1
    return min(chance, expected)


def _remnant(comparison: Comparison, match: Match) -> bool:
    """Whether what the two share are the remnants of a form: words scattered among more that many stories hold, or beside
    more of it than they are, where this article has words of its own too."""
    measured = match.measured
    if (
        density(comparison, measured) < limits.FORM_DENSITY_MAX
        and template_inside(comparison, measured) >= limits.REMNANT_TEMPLATE_MIN * measured.hits
    ):
        return True
    common = comparison.held["sample"][comparison.held["article"] == match.known.number]
    beside = int(np.count_nonzero(comparison.template[common]))
    return beside >= measured.hits and not _to_the_letter(comparison, match)


def _filled_in(comparison: Comparison, measured: Measured) -> bool:
    """Whether what the two share is most of both, and words were changed in it."""
    part = min(measured.containment_here, measured.containment_there)
    return part >= limits.FORM_PART_MIN and density(comparison, measured) < limits.FORM_HELD_DENSITY_MAX


def _short(comparison: Comparison, match: Match) -> bool:
    """Whether the two share a short text to the letter, much of both, under different headlines."""
    measured, scale = match.measured, limits.UNSPACED_WORDS_SCALE if comparison.unspaced else 1.0
    return (
        measured.words < limits.NOTICE_WORDS_MAX * scale
        and min(measured.containment_here, measured.containment_there) >= limits.NOTICE_PART_MIN
        and not match.same_title
        and comparison.record.sketch.title_digest != 0
        and match.known.title_digest != 0
        and density(comparison, measured) >= limits.FORM_DENSITY_MAX
        and (measured.tails > 0 or _opens_both(comparison, match))
    )


def _opens_both(comparison: Comparison, match: Match) -> bool:
    """Whether what the two share begins with both of them. A notice stands in the place of an article, above its words or
    under them; what stands elsewhere in one of two was put into it."""
    runs = runs_of(comparison, match.measured)
    here = int(runs["start"].min()) - comparison.record.sketch.main_start
    there = int(runs["source_start"].min()) - match.known.main[0]
    return max(here, there) <= limits.TAIL_TOKENS


def _three_titles(comparison: Comparison, match: Match, witness: Match) -> bool:
    """Whether both, and this article, have a headline of their own."""
    digests = {
        comparison.record.sketch.title_digest,
        match.known.title_digest,
        witness.known.title_digest,
    }
    return len(digests) == 3 and 0 not in digests
