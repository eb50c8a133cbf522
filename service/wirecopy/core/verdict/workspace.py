"""What comparing one article works in: arrays that are lent from one article to the next, and the limits that the kernels
of replay go by.

Fresh arrays cost more than the work at 150 samples an article. So a `Workspace` is kept, and replaced by a larger one where
an article needs it; what it holds means nothing between two articles. What a kernel is given of it at each call stands ready
as a tuple, in the kernel's own order.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wirecopy.core import limits
from wirecopy.core.index.articles import (
    AT_MAIN_END,
    AT_MAIN_START,
    AT_OWN_TOKENS,
    AT_SITE,
    AT_TITLE,
    ArticleStore,
)
from wirecopy.core.index.postings import Hits
from wirecopy.core.model import I32, U8, U16, U32, U64
from wirecopy.core.verdict import (
    candidate_kernels,
    grade_kernels,
    measure_kernels,
    passage_kernels,
    survey_kernels,
)
from wirecopy.core.verdict.grade_kernels import P_COLUMNS, W_COLUMNS
from wirecopy.core.verdict.measure_kernels import M_COLUMNS, R_COLUMNS
from wirecopy.core.verdict.passage_kernels import A_FIELDS, D_COLUMNS, S_FIELDS

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

_CHOSEN_MAX = limits.CANDIDATES_MAX + candidate_kernels.SAME_MAX
_IDENTITY_HITS = survey_kernels.IDENTITIES * limits.POSTINGS_COUNT_MAX
_SAMPLES_MIN, _TOKENS_MIN = 2048, 16_384  # of a workspace: most articles
_SAMPLES_KEPT_MAX, _TOKENS_KEPT_MAX = 65_536, 1 << 20  # beyond it, a larger one is for one article only

assert _IDENTITY_HITS <= candidate_kernels.SAME_MAX
assert _CHOSEN_MAX < 255, "sources are painted in bytes"

BY = np.zeros(measure_kernels.BY_FIELDS, np.int64)
"""The limits that the kernels of replay go by."""
BY[measure_kernels.BY_SHINGLE] = limits.SHINGLE_TOKENS
BY[measure_kernels.BY_SOURCE_GAP] = limits.RUN_SOURCE_GAP_TOKENS_MAX
BY[measure_kernels.BY_GAP] = limits.RUN_GAP_TOKENS_MAX
BY[measure_kernels.BY_DRIFT] = limits.RUN_DRIFT_TOKENS_MIN
BY[measure_kernels.BY_PIECE] = limits.PIECE_WORDS_MIN
BY[measure_kernels.BY_LEAD] = limits.LEAD_TOKENS
BY[measure_kernels.BY_TAIL] = limits.TAIL_TOKENS
BY[measure_kernels.BY_SOLID_GAP] = limits.SOLID_GAP_TOKENS
BY[measure_kernels.BY_TEMPLATE_GAP] = limits.TEMPLATE_GAP_TOKENS_MAX
BY[measure_kernels.BY_LINE_PERCENT] = limits.TEMPLATE_LINE_PERCENT
BY[measure_kernels.BY_CANDIDATES] = limits.CANDIDATES_MAX
BY[measure_kernels.BY_CANDIDATE_HITS] = limits.CANDIDATE_HITS_MIN

TO: F64 = np.zeros(grade_kernels.TO_FIELDS, np.float64)
"""The limits that grades go by."""
TO[grade_kernels.TO_ADDRESS_PART] = limits.SAME_URL_PART_MIN
TO[grade_kernels.TO_SITE_TAIL] = limits.SITE_TAIL_WORDS
TO[grade_kernels.TO_SITE_TAIL_PART] = limits.SITE_TAIL_PART
TO[grade_kernels.TO_SITE_TITLE_PART] = limits.SITE_TITLE_PART_MIN
TO[grade_kernels.TO_SITE_TITLE_LEAD] = limits.SITE_TITLE_LEAD_MIN
TO[grade_kernels.TO_SITE_TITLE_PARTS] = limits.SITE_TITLE_PARTS_MIN
TO[grade_kernels.TO_SITE_TITLE_PART_ALONE] = limits.SITE_TITLE_PART_ALONE_MIN
TO[grade_kernels.TO_SITE_LEAD] = limits.SITE_LEAD_MIN
TO[grade_kernels.TO_SITE_PART_MAX] = limits.SITE_PART_MAX_MIN
TO[grade_kernels.TO_SITE_PART] = limits.SITE_PART_MIN
TO[grade_kernels.TO_WORDS] = limits.REPUBLISHED_WORDS_MIN
TO[grade_kernels.TO_PIECES] = limits.PIECES_WORDS_MIN
TO[grade_kernels.TO_SHORT_PART] = limits.SHORT_PART_MIN
TO[grade_kernels.TO_SHORT_WORDS] = limits.SHORT_WORDS_MIN
TO[grade_kernels.TO_SHORT_HITS] = limits.SHORT_HITS_MIN
TO[grade_kernels.TO_CONTAINED_PART] = limits.CONTAINED_PART_MIN
TO[grade_kernels.TO_CONTAINED_LEAD] = limits.CONTAINED_LEAD_MIN
TO[grade_kernels.TO_NAMED_TOKENS] = limits.NAMED_TOKENS_MIN
TO[grade_kernels.TO_NAMED_HITS] = limits.NAMED_HITS_MIN
TO[grade_kernels.TO_NAMED_BOTH_HITS] = limits.TITLE_AND_CREDIT_HITS_MIN
TO[grade_kernels.TO_NAMED_PART_HITS] = limits.NAMED_PART_HITS_MIN
TO[grade_kernels.TO_NAMED_PART] = limits.NAMED_PART_MIN
TO[grade_kernels.TO_FURTHER_LEAD] = limits.SECOND_LEAD_MIN
TO[grade_kernels.TO_FURTHER_WORDS] = limits.SECOND_WORDS_MIN
TO[grade_kernels.TO_UNSPACED_CHARS] = limits.UNSPACED_CHARS_PER_TOKEN_MAX
TO[grade_kernels.TO_UNSPACED_SCALE] = limits.UNSPACED_WORDS_SCALE

DRAWN_BY: F64 = np.zeros(passage_kernels.BY_FIELDS, np.float64)
"""The limits by which sources are chosen and stretches drawn."""
DRAWN_BY[passage_kernels.BY_SOURCE_TOKENS] = limits.SECOND_WORDS_MIN
DRAWN_BY[passage_kernels.BY_SNAP] = limits.SNAP_TOKENS_MAX
DRAWN_BY[passage_kernels.BY_FILL] = limits.FILL_TOKENS_MAX
DRAWN_BY[passage_kernels.BY_FILL_DRIFT] = limits.FILL_DRIFT_TOKENS_MIN
DRAWN_BY[passage_kernels.BY_FILL_DRIFT_PART] = limits.FILL_DRIFT_PART
DRAWN_BY[passage_kernels.BY_TRIM] = limits.TRIM_TOKENS_MAX
DRAWN_BY[passage_kernels.BY_TRIM_PART] = limits.TRIM_PART
DRAWN_BY[passage_kernels.BY_TRIM_SOURCE] = limits.TRIM_SOURCE_TOKENS_MAX

REQUEST_FORMATS = [struct.Struct(f"={A_FIELDS + S_FIELDS * n}q") for n in range(_CHOSEN_MAX + 1)]
"""What passage_kernels is asked, by the number of sources."""


class Workspace:
    """Arrays for articles of so many samples and tokens; what they hold means nothing between two articles."""

    __slots__ = (
        "at",
        "covered",
        "credited_before",
        "drawn",
        "drawn_bytes",
        "drawn_counts",
        "flags",
        "found",
        "measured",
        "measures",
        "owner",
        "parts",
        "query",
        "query_bytes",
        "reposted",
        "runs",
        "same",
        "samples",
        "score_into",
        "scored",
        "stretches",
        "summary",
        "surveyed",
        "template",
        "tokens",
        "votes",
    )

    def __init__(self, samples: int, tokens: int) -> None:
        self.samples, self.tokens = samples, tokens
        hits = 2 * (samples * limits.POSTINGS_COUNT_MAX + _IDENTITY_HITS)  # twice: they are sorted in place
        self.votes = Votes.empty(hits)
        self.reposted = Votes.empty(hits)
        self.template: U8 = np.empty(samples, np.uint8)
        self.query: U64 = np.zeros(survey_kernels.QUERY_CREDITS + limits.CREDITS_MAX, np.uint64)
        self.query_bytes = self.query.view(np.uint8).data
        self.credited_before: U8 = np.empty(limits.CREDITS_MAX, np.uint8)
        self.same: U32 = np.empty(_IDENTITY_HITS, np.uint32)
        self.found: I64 = np.zeros(survey_kernels.FOUND_FIELDS, np.int64)
        self.surveyed = (
            *self.votes.arrays,
            *self.reposted.arrays,
            self.template,
            self.credited_before,
            self.same,
            self.found,
            limits.STORIES_PER_SHINGLE_MAX,
        )
        self.at: I64 = np.array([AT_SITE, AT_TITLE, AT_MAIN_START, AT_MAIN_END, AT_OWN_TOKENS, 0], np.int64)
        self.measures: I32 = np.empty((_CHOSEN_MAX, M_COLUMNS), np.int32)
        self.scored: I64 = np.empty((_CHOSEN_MAX, W_COLUMNS), np.int64)
        self.parts: F64 = np.empty((_CHOSEN_MAX, P_COLUMNS), np.float64)
        # of the votes once, and once more where pages are compared by all that they hold, passages taken before too
        runs = 3 * (hits // 2 + 1)
        self.runs: I32 = np.empty((runs, R_COLUMNS), np.int32)
        self.summary: I64 = np.zeros(candidate_kernels.SUMMARY_FIELDS, np.int64)
        self.flags: U8 = np.empty(tokens, np.uint8)
        self.owner: U8 = np.empty(tokens + 1, np.uint8)
        self.drawn: I64 = np.zeros(A_FIELDS + S_FIELDS * _CHOSEN_MAX, np.int64)
        self.drawn_bytes = self.drawn.view(np.uint8).data
        self.drawn_counts: I64 = np.zeros(passage_kernels.COUNT_SOURCES + _CHOSEN_MAX, np.int64)
        self.stretches: I32 = np.empty((2 * runs, D_COLUMNS), np.int32)
        self.covered: I32 = np.empty((2 * runs, 2), np.int32)
        before = np.empty(tokens + 1, np.int32), np.empty(tokens + 1, np.int32)  # prose, own tokens
        self.measured = (*before, self.measures)
        self.score_into = (
            self.at,
            self.query,
            BY,
            TO,
            self.flags,
            *before,
            np.empty(_CHOSEN_MAX, np.uint32),
            self.measures,
            self.runs,
            np.empty(hits // 2, np.int32),
            np.empty(hits // 2, np.uint16),
            self.scored,
            self.parts,
            self.summary,
        )

    @classmethod
    def least(cls) -> Workspace:
        return cls(_SAMPLES_MIN, _TOKENS_MIN)

    def fitting(self, samples: int, tokens: int) -> Workspace:
        """This one where it is large enough, else a larger."""
        if samples <= self.samples and tokens <= self.tokens:
            return self
        return Workspace(max(samples, self.samples), max(tokens, self.tokens))

    def located(self, articles: ArticleStore) -> I64:
        """`at`, for the rows as they lie now."""
        self.at[candidate_kernels.AT_BASE] = articles.first_row
        return self.at

    @property
    def kept(self) -> bool:
        """Whether it serves the next article too: a monster's does not."""
        return self.samples <= _SAMPLES_KEPT_MAX and self.tokens <= _TOKENS_KEPT_MAX


@dataclass(slots=True)
class Votes:
    """Postings of an article's samples, ordered by article and then by sample: the first `count` of lent arrays."""

    sample: I32
    article: U32
    position: U16
    arrays: tuple[I32, U32, U16]  # the three
    count: int

    @classmethod
    def empty(cls, size: int) -> Votes:
        arrays = np.empty(size, np.int32), np.empty(size, np.uint32), np.empty(size, np.uint16)
        return cls(*arrays, arrays, 0)

    def take(self, hits: Hits, count: int) -> None:
        """Takes over the first `count` hits, which are ordered by sample and then by article."""
        order = np.argsort(hits.article[:count], kind="stable")
        self.sample[:count] = hits.sample[order]
        self.article[:count] = hits.article[order]
        self.position[:count] = hits.position[order]
