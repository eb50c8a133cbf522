"""The records that the verdict's kernels and Python share: structured NumPy types, one a table.

A kernel reads and writes them by the fields' names (`run.hits`), at the cost of plain columns; Python has a row as a tuple
of them all (`tolist`).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from wirecopy.core import limits


def _record(kind: type[np.generic], fields: str) -> np.dtype[Any]:
    return np.dtype([(name, kind) for name in fields.split()])


QUERY: Final = np.dtype(
    [
        ("site", np.uint64),  # key of the site's template
        ("reposted", np.uint64),  # key of what the host reposted
        ("identities", np.uint64, (3,)),  # keys of its URL, of its id and of its body
        ("title_digest", np.uint64),
        ("tokens", np.int64),
        ("main_start", np.int64),
        ("main_end", np.int64),
        ("credits_count", np.int64),
        (
            "credits",
            np.uint64,
            (limits.CREDITS_MAX,),
        ),  # keys of the site's credits with the words around them
    ]
)
"""An article as the index is asked for it: one record."""
IDENTITIES: Final = 3
QUERY_FORMAT: Final = "=6Q4q"  # and a Q for each credit

RUN: Final = _record(np.int32, "start end source_start source_end hits words solid")
"""A run of hits, in tokens here and in the source, half open. words: of prose, not template, inside the main region of both;
solid: tokens that the hits vouch for, at most limits.SOLID_GAP_TOKENS from one to the next."""

MEASURES: Final = np.dtype(
    [
        ("hits", np.int32),  # distinct samples in runs
        ("longest", np.int32),  # words of the longest run
        ("pieces", np.int32),  # the same, summed over the runs that have enough of them to count as a piece
        ("words", np.int32),  # the same, summed over all runs
        ("own", np.int32),  # tokens of this article's own main region (template aside) that runs cover
        ("lead_here", np.int32),  # of its first tokens, how many
        ("there", np.int32),  # tokens of the source's main region that runs cover
        ("lead_there", np.int32),  # of its first tokens, how many
        ("any", np.int32),  # tokens of runs, of any kind
        ("before", np.int32),  # 1 where every run lies before both main regions
        ("first", np.int32),  # where the first run with a piece's worth of words begins; −1 where none does
        (
            "tails",
            np.int32,
        ),  # words of the runs that end together with both main regions, close to each other
        ("rest", np.int32),  # words of the longest other run
        ("singles", np.int32),  # hits that no run holds
        ("runs_first", np.int32),  # its rows of runs, half open
        ("runs_last", np.int32),
    ]
)
"""What one article's hits say of a candidate."""

SPAN: Final = _record(np.int64, "votes_first votes_last main_start main_end")
"""A candidate to be measured: its votes, half open, and its main region in tokens."""

CANDIDATE: Final = np.dtype(
    [
        ("article", np.int64),
        ("grades", np.int64),  # bits GRADE_…
        ("of_site", np.int64),  # 1 where its site's key is this article's
        ("same_title", np.int64),  # 1 where its title is, and there is one
        ("hits", np.int64),  # these seven as in MEASURES
        ("longest", np.int64),
        ("words", np.int64),
        ("tails", np.int64),
        ("first", np.int64),
        ("runs_first", np.int64),
        ("runs_last", np.int64),
        ("containment_here", np.float64),  # of this article's own main region that its runs cover
        ("containment_there", np.float64),  # of the candidate's
        ("lead_here", np.float64),  # of the first tokens of this article's, and of the candidate's
        ("lead_there", np.float64),
    ]
)
"""A candidate that may be a source, as it was measured and graded; the same fields as comparison.Measured."""

# By what was counted, the candidate is a publication of this text …
GRADE_ADDRESS: Final = 1  # if it is of the same address
GRADE_SITE: Final = 2  # if it is of the same publisher
GRADE_ELSEWHERE: Final = 4  # if it is of another
GRADE_NAMED: Final = 8  # if it is of another, and one credits the other
GRADE_FURTHER: Final = 16  # if it is of another, and there is a source already
GRADE_BEFORE: Final = 32  # and, but for the first, not at all: what they share stands above both articles

# Flags of a token.
TOKEN_PROSE: Final = 1
TOKEN_MAIN: Final = 2
TOKEN_TEMPLATE: Final = 4

REQUEST: Final = _record(np.int64, "tokens main_start main_end within_start within_end trim sources unused")
"""Which passages are wanted of an article: one record. within: what sources explain is cut at these edges; trim: one of
TRIM_…; sources: how many. SOURCE records follow it."""
TRIM_NOTHING: Final = 0
TRIM_PAGE: Final = 1  # the rest of the page around the one source
TRIM_TITLED: Final = 2  # the same under the source's title

SOURCE: Final = _record(np.int64, "runs_first runs_last singles main_start main_end edge hits number")
"""A source: its rows of runs, half open; singles: 1 where its lone hits count as runs; its main region; edge: tokens between
its runs and the main regions' edges that count as reworded, −1 where nothing does; hits and article number, for the order."""
REQUEST_WORDS: Final = len(REQUEST.names or ())
SOURCE_WORDS: Final = len(SOURCE.names or ())

STRETCH: Final = _record(np.int32, "start end source char_start char_end")
"""What a source explains of an article: tokens, the source's place in the request, code points; half open."""
COUNT_TOTAL: Final = (
    0  # own tokens of an article; and from COUNT_SOURCES on, how many of them each source explains
)
COUNT_SOURCES: Final = 1
