"""Text → tokens: folded words whose places in the text are known.

A token is a run of letters and digits after NFKC, case folding and the removal of marks, code point by code point from a
pinned table (unicode_table.py). Scripts that write no spaces (Han, kana, Thai, Lao, Khmer, Myanmar, Tibetan) are cut
into pseudo-words at a content-defined place, after a character whose own hash says so, five at most: so both copies of a
passage are cut alike from its second pseudo-word on, and "words" count about alike in every script. The obvious other, a
token a character, makes k-token shingles of such scripts too short to tell stories apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from service.core import kernels, limits
from service.core.model import I32, U64
from service.core.unicode_table import CLASSES, EXPANSIONS, FOLDS


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one text. `starts`, `ends` are code points of the text (i32[t]), `hashes` u64[t]; token i's folded
    form is `canonical[canonical_starts[i] : canonical_starts[i + 1] − 1]`; `lines` i32[l, kernels.LINE_COLUMNS]."""

    canonical: bytes
    canonical_starts: I32
    starts: I32
    ends: I32
    hashes: U64
    lines: I32

    def __len__(self) -> int:
        return len(self.hashes)

    def word(self, index: int) -> str:
        """The folded form of one token."""
        start, end = self.canonical_starts[index], self.canonical_starts[index + 1] - 1
        return self.canonical[start:end].decode("utf-8")


def tokenise(text: str) -> Tokens:
    """The tokens of a text, its lines judged for prose."""
    utf8 = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    canonical, canonical_starts, starts, ends, hashes, lines = kernels.tokenise(utf8, CLASSES, FOLDS, EXPANSIONS)
    kernels.mark_prose(
        lines,
        limits.PROSE_ENDING_TOKENS_MIN,
        limits.PROSE_TOKENS_MIN,
        limits.PROSE_LONG_TOKENS_MIN,
        limits.WRAPPED_CHARS_MIN,
        limits.WRAPPED_CHARS_MAX,
        limits.WRAPPED_PERCENT_MIN,
    )
    return Tokens(canonical.tobytes(), canonical_starts, starts, ends, hashes, lines)


@lru_cache(maxsize=4096)
def phrase_hashes(phrase: str) -> tuple[int, ...]:
    """Token hashes of a short phrase, to be compared with those of a text."""
    return tuple(int(h) for h in tokenise(phrase).hashes)
