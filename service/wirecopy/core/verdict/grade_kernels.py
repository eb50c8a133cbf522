"""Which candidates are publications of this text, by what was counted (`graded`).

Most are nothing, and one that is told so here costs no object. A grade is said for each thing that is not known here;
rules.py says which of them holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, kernel, kernel_of
from wirecopy.core.verdict.measure_kernels import (
    BY_LEAD,
    M_ANY,
    M_BEFORE,
    M_FIRST,
    M_HITS,
    M_LEAD_HERE,
    M_LEAD_THERE,
    M_LONGEST,
    M_OWN,
    M_PIECES,
    M_REST,
    M_RUNS_FIRST,
    M_RUNS_LAST,
    M_SINGLES,
    M_TAILS,
    M_THERE,
    M_WORDS,
)

# The same as shares: of the article's own main region, of the candidate's, and of the first tokens of each.
P_HERE, P_THERE, P_LEAD_HERE, P_LEAD_THERE, P_COLUMNS = range(5)
# What is said of a candidate that may be a source: columns of i64.
(
    W_ARTICLE,
    W_GRADES,
    W_SAME_SITE,  # 1 where its site's key is this article's
    W_SAME_TITLE,  # 1 where its title is, and there is one
    W_HITS,
    W_LONGEST,
    W_FIRST,
    W_RUNS_FIRST,
    W_RUNS_LAST,
    W_COLUMNS,
) = range(10)
# Bits of W_GRADES: by what was counted, the candidate is a publication of this text …
G_ADDRESS = 1  # if it is of the same address
G_SITE = 2  # if it is of the same publisher
G_ELSEWHERE = 4  # if it is of another
G_NAMED = 8  # if it is of another, and one credits the other
G_FURTHER = 16  # if it is of another, and there is a source already
G_BEFORE = 32  # and, but for the first, not at all: what they share stands above both articles
# Limits that grades go by, f8 (limits.py).
(
    TO_ADDRESS_PART,
    TO_SITE_TAIL,
    TO_SITE_TAIL_PART,
    TO_SITE_TITLE_PART,
    TO_SITE_TITLE_LEAD,
    TO_SITE_TITLE_PARTS,
    TO_SITE_TITLE_PART_ALONE,
    TO_SITE_LEAD,
    TO_SITE_PART_MAX,
    TO_SITE_PART,
    TO_WORDS,
    TO_PIECES,
    TO_SHORT_PART,
    TO_SHORT_WORDS,
    TO_SHORT_HITS,
    TO_CONTAINED_PART,
    TO_CONTAINED_LEAD,
    TO_NAMED_TOKENS,
    TO_NAMED_HITS,
    TO_NAMED_BOTH_HITS,
    TO_NAMED_PART_HITS,
    TO_NAMED_PART,
    TO_FURTHER_LEAD,
    TO_FURTHER_WORDS,
    TO_UNSPACED_CHARS,
    TO_UNSPACED_SCALE,
    TO_FIELDS,
) = range(27)
_GRADE = "void(i4[::1], i8, i8, b1, b1, i8[::1], f8[::1], i8[::1], f8[::1])"


@kernel
def _on_site(
    row: Array, parts: Array, own_here: Number, own_there: Number, same_title: Number, to: Array
) -> Any:
    """Two pages of one site: what they share is mostly the site. They are one text only where little else is left."""
    most, least = max(parts[P_HERE], parts[P_THERE]), min(parts[P_HERE], parts[P_THERE])
    if same_title and least >= to[TO_SITE_TITLE_PARTS]:
        return True
    left_here, left_there = max(0, own_here - row[M_OWN]), max(0, own_there - row[M_THERE])
    here, there = row[M_OWN] + left_here, row[M_THERE] + left_there
    tail, part = to[TO_SITE_TAIL], to[TO_SITE_TAIL_PART]
    if left_here >= max(tail, part * here) and left_there >= max(tail, part * there):
        return False
    lead = max(parts[P_LEAD_HERE], parts[P_LEAD_THERE])
    if same_title:
        if most >= to[TO_SITE_TITLE_PART_ALONE]:
            return True
        return most >= to[TO_SITE_TITLE_PART] and lead >= to[TO_SITE_TITLE_LEAD]
    return (
        lead >= to[TO_SITE_LEAD]
        and most >= to[TO_SITE_PART_MAX]
        and least >= to[TO_SITE_PART]
        and row[M_WORDS] >= to[TO_WORDS]
    )


@kernel
def _elsewhere(row: Array, parts: Array, same_title: Number, names: Number, scale: Number, to: Array) -> Any:
    """Another publisher: a long run of prose, several pieces, a short text whole, or less where something names it: then it
    was rewritten or shuffled."""
    part, lead = max(parts[P_HERE], parts[P_THERE]), max(parts[P_LEAD_HERE], parts[P_LEAD_THERE])
    if row[M_TAILS] and lead == 0.0 and not (same_title or names):
        # the foot of two pages of one network of sites; what else they share must say enough by itself
        return row[M_REST] >= to[TO_WORDS] * scale
    if row[M_LONGEST] >= to[TO_WORDS] * scale or row[M_PIECES] >= to[TO_PIECES] * scale:
        return True
    if part >= to[TO_SHORT_PART] and row[M_WORDS] >= to[TO_SHORT_WORDS] and row[M_HITS] >= to[TO_SHORT_HITS]:
        return True
    if part >= to[TO_CONTAINED_PART] and lead >= to[TO_CONTAINED_LEAD]:
        return row[M_HITS] >= to[TO_SHORT_HITS]
    hits = row[M_HITS] + row[M_SINGLES]
    if same_title and names:
        return hits >= to[TO_NAMED_BOTH_HITS]
    if not same_title and not names:
        return False
    if row[M_ANY] >= to[TO_NAMED_TOKENS] and row[M_HITS] >= to[TO_NAMED_HITS]:
        return True
    return hits >= to[TO_NAMED_PART_HITS] and part >= to[TO_NAMED_PART]


@kernel
def graded(
    row: Array,
    parts: Array,
    own_here: Number,
    own_there: Number,
    same_title: Number,
    unspaced: Number,
    to: Array,
) -> Any:
    """The grades `G_…` of a measures row and its shares f8[P_COLUMNS].

    own_here, own_there: tokens of the main regions, templates aside. same_title: it is the same; unspaced: more tokens say
    as much as one word."""
    scale = to[TO_UNSPACED_SCALE] if unspaced else 1.0
    grades = np.int64(0)
    if max(parts[P_HERE], parts[P_THERE]) >= to[TO_ADDRESS_PART]:
        grades |= G_ADDRESS
    if _on_site(row, parts, own_here, own_there, same_title, to):
        grades |= G_SITE
    if _elsewhere(row, parts, same_title, False, scale, to):
        grades |= G_ELSEWHERE
    if _elsewhere(row, parts, same_title, True, scale, to):
        grades |= G_NAMED
    if (
        not row[M_BEFORE]
        and parts[P_LEAD_THERE] >= to[TO_FURTHER_LEAD]
        and row[M_WORDS] >= to[TO_FURTHER_WORDS]
    ):
        grades |= G_FURTHER
    if row[M_HITS] and row[M_BEFORE]:
        grades |= G_BEFORE
    return grades


@kernel_of(_GRADE)
def grade(
    row: Array,
    own_here: Number,
    own_there: Number,
    same_title: Number,
    unspaced: Number,
    by: Array,
    to: Array,
    scored: Array,
    parts: Array,
) -> None:
    """A measures row as shares f8[P_COLUMNS], its grades, and what else of it is asked for later: into scored
    i64[W_COLUMNS], whose other columns it leaves alone."""
    lead_here, lead_there = min(by[BY_LEAD], own_here), min(by[BY_LEAD], own_there)
    parts[P_HERE] = row[M_OWN] / own_here if own_here else 0.0
    parts[P_THERE] = min(1.0, row[M_THERE] / own_there) if own_there else 0.0
    parts[P_LEAD_HERE] = row[M_LEAD_HERE] / lead_here if lead_here else 0.0
    parts[P_LEAD_THERE] = min(1.0, row[M_LEAD_THERE] / lead_there) if lead_there else 0.0
    scored[W_GRADES] = graded(row, parts, own_here, own_there, same_title, unspaced, to)
    scored[W_SAME_TITLE] = same_title
    scored[W_HITS], scored[W_LONGEST], scored[W_FIRST] = row[M_HITS], row[M_LONGEST], row[M_FIRST]
    scored[W_RUNS_FIRST], scored[W_RUNS_LAST] = row[M_RUNS_FIRST], row[M_RUNS_LAST]
