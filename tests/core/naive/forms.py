"""Plain Python twin of what core/verdict/matching.py says of forms: which matches are forms or notices, and which stand
behind another.

`Shared` is what one article shares with its candidates: their samples as sets, and how densely each holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.core.naive.verdict import Match
from wirecopy.core import limits
from wirecopy.core.model import VerdictKind


@dataclass(frozen=True, slots=True)
class Shared:
    title_digest: int
    words_scale: float
    main_start: int
    main_samples: set[int]  # of the main region, templates' aside
    samples_of: Callable[[int], set[int]]  # by article number, templates' aside
    inside: Callable[[Match], int]  # samples inside its runs, templates' aside
    template_inside: Callable[[Match], int]  # samples inside its runs that are template
    common_of: Callable[[int], int]  # by article number: how many template samples it holds

    def density(self, match: Match) -> float:
        inside = self.inside(match)
        return match.measures.hits / inside if inside else 0.0

    def weak(self, match: Match) -> bool:
        long = self.inside(match) > limits.FORM_LONG_SAMPLES
        sparse = self.density(match) < (limits.FORM_DENSITY_MAX if long else limits.FORM_HELD_DENSITY_MAX)
        return self.doubtful(match) and (sparse or self._short(match))

    def doubtful(self, match: Match) -> bool:
        return not _vouched(match) and (self._may_be_filled_in(match) or self._short(match))

    def without_forms(self, good: list[Match], matches: list[Match]) -> list[Match]:
        forms = [match for match in good if self._is_form(match, matches)]
        kept = []
        for match in good:
            theirs = self.samples_of(match.known.number)
            beside = theirs.difference(*(self.samples_of(form.known.number) for form in forms))
            if match not in forms and (
                not forms
                or _vouched(match)
                or len(beside) > limits.FORM_BESIDE_PART_MIN * len(theirs)
                or self.to_the_letter(match)
            ):
                kept.append(match)
        return kept

    def to_the_letter(self, match: Match) -> bool:
        held = len(self.samples_of(match.known.number) & self.main_samples)
        return held >= limits.FORM_COPY_PART_MIN * len(self.main_samples)

    def without_witnesses(self, good: list[Match]) -> list[Match]:
        kept = []
        for match in good:
            leaders = [m for m in good if m.known.story == match.known.story and _first(m)]
            if not leaders or match is leaders[0]:
                kept.append(match)
            elif match.same_site:
                later = match.known.kind in (VerdictKind.UPDATE, VerdictKind.DUPLICATE)
                if not (later and leaders[0].same_site):
                    kept.append(match)
            else:
                theirs = self.samples_of(match.known.number)
                alone = theirs - self.samples_of(leaders[0].known.number)
                most = limits.WITNESS_ALONE_PART if match.known.renewed else limits.VERSION_ALONE_PART
                if len(alone) > most * len(theirs):
                    kept.append(match)
        return kept

    def _is_form(self, match: Match, matches: list[Match]) -> bool:
        if _vouched(match):
            return False
        if (
            self.density(match) < limits.FORM_DENSITY_MAX
            and self.template_inside(match) >= limits.REMNANT_TEMPLATE_MIN * match.measures.hits
        ):
            return True
        if self.common_of(match.known.number) >= match.measures.hits and not self.to_the_letter(match):
            return True
        filled_in = self._may_be_filled_in(match)
        if not filled_in and not self._short(match):
            return False
        held = self.samples_of(match.known.number)
        for witness in matches:
            w = witness.measures
            part = min(w.containment_here, w.containment_there)
            if witness is match or _vouched(witness) or part < limits.NOTICE_PART_MIN:
                continue
            theirs = self.samples_of(witness.known.number)
            both = len(held & theirs)
            apart = max(len(held - theirs), len(theirs - held))
            titles = {self.title_digest, match.known.title_digest, witness.known.title_digest} - {0}
            if (
                self._short(match)
                and len(titles) == 3
                and apart <= max(1, limits.NOTICE_APART_PART_MAX * both)
            ):
                return True
            whole = filled_in and part >= limits.FORM_WITNESS_PART_MIN
            if whole and both >= limits.FORM_HITS_MIN and apart <= self._apart_max(match, witness, both):
                return True
        return False

    def _apart_max(self, match: Match, witness: Match, both: int) -> float:
        fresh = (witness.known if witness.known.number > match.known.number else match.known).fresh
        first, second = self.inside(match), self.inside(witness)
        changed = first - match.measures.hits + second - witness.measures.hits + fresh
        pairs = 1 - changed / max(1, 2 * first + second)
        most = limits.FORM_PAIRS_DENSITY_MAX
        if first > limits.FORM_LONG_SAMPLES:
            most = limits.FORM_LONG_DENSITY_MAX
        if fresh < limits.FORM_FRESH_MIN or pairs >= most:
            return -1
        expected = limits.FORM_EXPECTED_PART * max(0, pairs) * fresh
        chance = max(limits.FORM_APART_MAX, limits.FORM_APART_BOTH_MAX * both)
        titles = {self.title_digest, match.known.title_digest, witness.known.title_digest} - {0}
        if (match.same_site and witness.same_site) or (
            len(titles) == 3 and first <= limits.FORM_LONG_SAMPLES
        ):
            return min(chance, limits.FORM_OWN_APART * expected) + 1
        return min(chance, expected)

    def _may_be_filled_in(self, match: Match) -> bool:
        m = match.measures
        whole = min(m.containment_here, m.containment_there) >= limits.FORM_PART_MIN
        return whole and self.density(match) < limits.FORM_HELD_DENSITY_MAX

    def _short(self, match: Match) -> bool:
        m = match.measures
        return (
            m.words < limits.NOTICE_WORDS_MAX * self.words_scale
            and min(m.containment_here, m.containment_there) >= limits.NOTICE_PART_MIN
            and len({self.title_digest, match.known.title_digest} - {0}) == 2
            and self.density(match) >= limits.FORM_DENSITY_MAX
            and (m.tails > 0 or self._opens_both(match))
        )

    def _opens_both(self, match: Match) -> bool:
        here = min(start for start, _, _, _ in match.firm) - self.main_start
        there = min(start for _, _, start, _ in match.firm) - match.known.main[0]
        return max(here, there) <= limits.TAIL_TOKENS


def _vouched(match: Match) -> bool:
    elsewhere_titled = match.same_title and not match.same_site
    return match.same_url or match.succeeds or match.names or elsewhere_titled


def _first(match: Match) -> bool:
    """Whether it opens its story, or is another's text whose original nobody sent."""
    kind = match.known.kind
    return kind is VerdictKind.ORIGINAL or (kind is VerdictKind.REPUBLICATION and match.known.external)
