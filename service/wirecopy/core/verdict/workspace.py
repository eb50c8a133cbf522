"""What comparing one article works in: arrays that are lent from one article to the next.

Fresh arrays cost more than the work at 150 samples an article. So a `Workspace` is kept, and replaced by a larger one where
an article needs it; what it holds means nothing between two articles.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from wirecopy.core import limits
from wirecopy.core.index.lookup_kernels import HIT
from wirecopy.core.model import I32, U8, U32
from wirecopy.core.verdict.candidate_kernels import CANDIDATES_AND_SAME_MAX, SAME_MAX
from wirecopy.core.verdict.layout import (
    CANDIDATE,
    COUNT_SOURCES,
    QUERY,
    REQUEST,
    REQUEST_WORDS,
    RUN,
    SOURCE,
    SOURCE_WORDS,
    STRETCH,
)

I64 = npt.NDArray[np.int64]
Records = npt.NDArray[Any]  # of a structured type

_SAMPLES_MIN, _TOKENS_MIN = 2048, 16_384  # of a workspace: most articles
_SAMPLES_KEPT_MAX, _TOKENS_KEPT_MAX = 65_536, 1 << 20  # beyond it, a larger one is for one article only

assert CANDIDATES_AND_SAME_MAX < 255, "sources are painted in bytes"

REQUEST_FORMATS = [
    struct.Struct(f"={REQUEST_WORDS + SOURCE_WORDS * n}q") for n in range(CANDIDATES_AND_SAME_MAX + 1)
]
"""A request for passages and its sources, by the number of sources."""


class Workspace:
    """Arrays for articles of so many samples and tokens; what they hold means nothing between two articles."""

    __slots__ = (
        "candidates",
        "counts",
        "covered",
        "credited_before",
        "flags",
        "owner",
        "query",
        "query_bytes",
        "reposted",
        "request",
        "request_bytes",
        "runs",
        "same",
        "samples",
        "sources",
        "stretches",
        "template",
        "tokens",
        "votes",
    )

    def __init__(self, samples: int, tokens: int) -> None:
        self.samples, self.tokens = samples, tokens
        hits = samples * limits.POSTINGS_COUNT_MAX + SAME_MAX
        # of an article against the index
        self.query: Records = np.zeros(1, QUERY)
        self.query_bytes = self.query.view(np.uint8).data
        self.votes: Records = np.empty(2 * hits, HIT)  # twice: they are sorted in place
        self.reposted: Records = np.empty(2 * hits, HIT)
        self.template: U8 = np.empty(samples, np.uint8)
        self.credited_before: U8 = np.empty(limits.CREDITS_MAX, np.uint8)
        self.same: U32 = np.empty(SAME_MAX, np.uint32)
        # of its candidates; runs of the votes once, and once more with the reposted ones where whole pages are compared
        self.flags: U8 = np.empty(tokens, np.uint8)
        self.runs: Records = np.empty(3 * (hits + 1), RUN)
        self.candidates: Records = np.empty(CANDIDATES_AND_SAME_MAX, CANDIDATE)
        # of its passages
        room = np.zeros(REQUEST_WORDS + SOURCE_WORDS * CANDIDATES_AND_SAME_MAX, np.int64)
        self.request_bytes = room.view(np.uint8).data
        self.request: Records = room[:REQUEST_WORDS].view(REQUEST)
        self.sources: Records = room[REQUEST_WORDS:].view(SOURCE)
        self.owner: U8 = np.empty(tokens + 1, np.uint8)
        self.stretches: Records = np.empty(2 * len(self.runs), STRETCH)
        self.covered: I32 = np.empty((2 * len(self.runs), 2), np.int32)
        self.counts: I64 = np.zeros(COUNT_SOURCES + CANDIDATES_AND_SAME_MAX, np.int64)

    @classmethod
    def least(cls) -> Workspace:
        return cls(_SAMPLES_MIN, _TOKENS_MIN)

    def fitting(self, samples: int, tokens: int) -> Workspace:
        """This one where it is large enough, else a larger."""
        if samples <= self.samples and tokens <= self.tokens:
            return self
        return Workspace(max(samples, self.samples), max(tokens, self.tokens))

    @property
    def kept(self) -> bool:
        """Whether it serves the next article too: a monster's does not."""
        return self.samples <= _SAMPLES_KEPT_MAX and self.tokens <= _TOKENS_KEPT_MAX
