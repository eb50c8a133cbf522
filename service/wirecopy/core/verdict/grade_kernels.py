"""Which candidates are publications of this text, by what was counted (`graded`).

Most are nothing, and one that is told so here costs no object. A grade is said for each thing that is not known here;
rules.py says which of them holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.jit import Number, kernel
from wirecopy.core.verdict.layout import (
    GRADE_ADDRESS,
    GRADE_BEFORE,
    GRADE_ELSEWHERE,
    GRADE_FURTHER,
    GRADE_NAMED,
    GRADE_SITE,
)


@kernel
def _on_site(row: Any, shares: Any, own_here: Number, own_there: Number, same_title: Number) -> Any:
    """Two pages of one site: what they share is mostly the site. They are one text only where little else is left."""
    most = max(shares.containment_here, shares.containment_there)
    least = min(shares.containment_here, shares.containment_there)
    if same_title and least >= limits.SITE_TITLE_PARTS_MIN:
        return True
    left_here, left_there = max(0, own_here - row.own), max(0, own_there - row.there)
    here, there = row.own + left_here, row.there + left_there
    if left_here >= max(limits.SITE_TAIL_WORDS, limits.SITE_TAIL_PART * here) and left_there >= max(
        limits.SITE_TAIL_WORDS, limits.SITE_TAIL_PART * there
    ):
        return False
    lead = max(shares.lead_here, shares.lead_there)
    if same_title:
        if most >= limits.SITE_TITLE_PART_ALONE_MIN:
            return True
        return most >= limits.SITE_TITLE_PART_MIN and lead >= limits.SITE_TITLE_LEAD_MIN
    return (
        lead >= limits.SITE_LEAD_MIN
        and most >= limits.SITE_PART_MAX_MIN
        and least >= limits.SITE_PART_MIN
        and row.words >= limits.REPUBLISHED_WORDS_MIN
    )


@kernel
def _elsewhere(row: Any, shares: Any, same_title: Number, names: Number, scale: Number) -> Any:
    """Another publisher: a long run of prose, several pieces, a short text whole, or less where something names it: then it
    was rewritten or shuffled."""
    part = max(shares.containment_here, shares.containment_there)
    lead = max(shares.lead_here, shares.lead_there)
    least = min(shares.containment_here, shares.containment_there)
    if row.tails and lead == 0.0 and least < limits.TAIL_PART_MAX and not (same_title or names):
        # the foot of two pages of one network of sites; what else they share must say enough by itself. A foot is a small
        # part of one of them: where both are much the same to their end, each wrote its own lead over one text
        return row.rest >= limits.REPUBLISHED_WORDS_MIN * scale
    if row.longest >= limits.REPUBLISHED_WORDS_MIN * scale:
        return True
    if row.pieces >= limits.PIECES_WORDS_MIN * scale and part >= limits.PIECES_PART_MIN:
        return True
    if (
        part >= limits.SHORT_PART_MIN
        and row.words >= limits.SHORT_WORDS_MIN
        and row.hits >= limits.SHORT_HITS_MIN
    ):
        return True
    if part >= limits.CONTAINED_PART_MIN and lead >= limits.CONTAINED_LEAD_MIN:
        return row.hits >= limits.SHORT_HITS_MIN
    hits = row.hits + row.singles
    if same_title and names:
        return hits >= limits.TITLE_AND_CREDIT_HITS_MIN
    if not same_title and not names:
        return False
    if row.any >= limits.NAMED_TOKENS_MIN and row.hits >= limits.NAMED_HITS_MIN:
        return True
    return hits >= limits.NAMED_PART_HITS_MIN and part >= limits.NAMED_PART_MIN


@kernel
def graded(
    row: Any, shares: Any, own_here: Number, own_there: Number, same_title: Number, unspaced: Number
) -> Any:
    """The grades GRADE_… of a candidate, by its measures and its shares (fields of CANDIDATE).

    own_here, own_there: tokens of the main regions, templates aside. same_title: it is the same; unspaced: more tokens say
    as much as one word."""
    scale = limits.UNSPACED_WORDS_SCALE if unspaced else 1.0
    grades = np.int64(0)
    if max(shares.containment_here, shares.containment_there) >= limits.SAME_URL_PART_MIN:
        grades |= GRADE_ADDRESS
    if _on_site(row, shares, own_here, own_there, same_title):
        grades |= GRADE_SITE
    if _elsewhere(row, shares, same_title, False, scale):
        grades |= GRADE_ELSEWHERE
    if _elsewhere(row, shares, same_title, True, scale):
        grades |= GRADE_NAMED
    if (
        not row.before
        and shares.lead_there >= limits.SECOND_LEAD_MIN
        and row.words >= limits.SECOND_WORDS_MIN
    ):
        grades |= GRADE_FURTHER
    if row.hits and row.before:
        grades |= GRADE_BEFORE
    return grades


@kernel
def grade(
    row: Any, own_here: Number, own_there: Number, same_title: Number, unspaced: Number, candidate: Any
) -> None:
    """Fills a CANDIDATE from its MEASURES: shares, grades, and what else is asked for later. Its article and `of_site` are
    left alone."""
    lead_here, lead_there = min(limits.LEAD_TOKENS, own_here), min(limits.LEAD_TOKENS, own_there)
    candidate.containment_here = row.own / own_here if own_here else 0.0
    candidate.containment_there = min(1.0, row.there / own_there) if own_there else 0.0
    candidate.lead_here = row.lead_here / lead_here if lead_here else 0.0
    candidate.lead_there = min(1.0, row.lead_there / lead_there) if lead_there else 0.0
    candidate.grades = graded(row, candidate, own_here, own_there, same_title, unspaced)
    candidate.same_title = same_title
    candidate.hits, candidate.longest, candidate.first = row.hits, row.longest, row.first
    candidate.words, candidate.tails = row.words, row.tails
    candidate.runs_first, candidate.runs_last = row.runs_first, row.runs_last
