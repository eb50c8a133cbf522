"""Text → tokens: folded words whose places in the text are known.

A token is a run of letters and digits after NFKD, case folding and the removal of marks, code point by code
point from a pinned table (unicode_table.py), which also makes one letter of what keyboards, code pages and
converters write for each other: tools/make_unicode_table.py says which and why. Hangul syllables become their
letters, so that composed and decomposed text are one; Serbian is compared in Latin and Chinese in simplified
letters. Scripts that write no spaces (Han, kana, Thai, Lao, Khmer, Myanmar, Tibetan) are cut into pseudo-words
at a content-defined place, after a character whose own hash says so, five at most: so both copies of a passage
are cut alike from its second pseudo-word on, and "words" count about alike in every script. A space between two
such characters, as scanners and Thai clauses have, is passed over, and so is one between the digits of a number
that is set apart with them. The obvious other, a token a character, makes
k-token shingles of such scripts too short to tell stories apart.

The kernels write into arrays that are kept and lent out (`borrow`, `give_back`): fresh arrays sized by the text's
bytes cost more in page faults than the tokens do. What they wrote is copied to its size (`tokenise_utf8`), or used
while the arrays are lent (`tokens_in`)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from wirecopy.core import limits
from wirecopy.core.model import I32, U8, U64
from wirecopy.core.text import kernels, prose_kernels
from wirecopy.core.text.unicode_table import CLASSES, EXPANSIONS, FOLDS
from wirecopy.core.values import Value

TABLE: I32 = np.concatenate((FOLDS << 8 | CLASSES, EXPANSIONS))  # as `kernels.tokenise_into` has it
assert len(FOLDS) == kernels.TABLE_SIGNS
NO_CLOSINGS: I32 = np.empty((0, kernels.MARK_COLUMNS), np.int32)
_MARKS_MAX = 1 + len(kernels.CLOSING_SIGNS) * limits.CREDIT_CANDIDATES_MAX


class Tokens(Value):
    """Tokens of one text. `starts`, `ends` are code points of the text (i32[t]), `hashes` u64[t]; token i's
    folded form is `canonical[canonical_starts[i] : canonical_starts[i + 1] − 1]`; `lines` i32[l,
    kernels.LINE_COLUMNS]. For the search for credits: `closings` i32[c,
    kernels.MARK_COLUMNS], closing brackets, and whether a sign may be of a script without spaces."""

    canonical: bytes
    canonical_starts: I32
    starts: I32
    ends: I32
    hashes: U64
    lines: I32
    closings: I32
    may_lack_spaces: bool

    def __len__(self) -> int:
        return len(self.starts)

    def word(self, index: int) -> str:
        """The folded form of one token."""
        start, end = self.canonical_starts[index], self.canonical_starts[index + 1] - 1
        return self.canonical[start:end].decode("utf-8")


class Scratch:
    """Arrays that kernels write into, for texts of `size` bytes; what they hold means nothing between two
    uses."""

    __slots__ = (
        "canonical",
        "canonical_starts",
        "ends",
        "hashes",
        "ids",
        "kept",
        "line_marks",
        "lines",
        "marks",
        "positions",
        "size",
        "starts",
    )

    def __init__(self, size: int) -> None:
        tokens_max = size // 2 + 2
        self.size = size
        self.canonical: U8 = np.empty(2 * size + 64, np.uint8)
        self.canonical_starts: I32 = np.empty(tokens_max, np.int32)
        self.starts: I32 = np.empty(tokens_max, np.int32)
        self.ends: I32 = np.empty(tokens_max, np.int32)
        self.hashes: U64 = np.empty(tokens_max, np.uint64)
        self.ids: U64 = np.empty(tokens_max, np.uint64)  # of picked shingles, and where they begin
        self.positions: I32 = np.empty(tokens_max, np.int32)
        self.lines: I32 = np.empty((tokens_max // 8 + 8, kernels.LINE_COLUMNS), np.int32)
        self.kept: I32 = np.empty((tokens_max // 8 + 8, 5), np.int32)
        self.line_marks: U8 = np.empty(tokens_max // 8 + 8, np.uint8)
        self.marks: I32 = np.empty((_MARKS_MAX, kernels.MARK_COLUMNS), np.int32)

    def grow_lines(self, lines: int) -> None:
        """Makes room for so many lines."""
        self.lines = np.empty((lines, kernels.LINE_COLUMNS), np.int32)
        self.kept = np.empty((lines, 5), np.int32)
        self.line_marks = np.empty(lines, np.uint8)


# Taking from a list and appending to it are each one step of the interpreter: threads share the pool without a lock.
_pool: list[Scratch] = []


def borrow(size: int) -> Scratch:
    """Arrays for a text of so many bytes, nobody else's until `give_back`."""
    try:
        scratch = _pool.pop()
    except IndexError:
        return Scratch(max(size, limits.SCRATCH_BYTES_MIN))
    return scratch if scratch.size >= size else Scratch(1 << size.bit_length())


def give_back(scratch: Scratch) -> None:
    """Keeps the arrays for the next text, but for those of a monster."""
    if scratch.size <= limits.SCRATCH_BYTES_MAX:
        _pool.append(scratch)


def tokenise(text: str) -> Tokens:
    """The tokens of a text, its lines judged for prose."""
    return tokenise_utf8(text.encode("utf-8", "surrogatepass"))


def tokenise_utf8(utf8: bytes) -> Tokens:
    """The same of a text that is encoded already (surrogates as they are)."""
    scratch = borrow(len(utf8))
    lent = tokens_in(scratch, utf8)
    made = Tokens(
        lent.canonical,
        lent.canonical_starts.copy(),
        lent.starts.copy(),
        lent.ends.copy(),
        lent.hashes.copy(),
        lent.lines.copy(),
        lent.closings.copy(),
        lent.may_lack_spaces,
    )
    give_back(scratch)
    return made


def tokens_in(scratch: Scratch, utf8: bytes) -> Tokens:
    """The same for the time that `scratch`, which `borrow(len(utf8))` gave, is not given back: the arrays are its."""
    while True:
        tokens, written, lines = prose_kernels.read_text(
            utf8,
            TABLE,
            scratch.canonical,
            scratch.canonical_starts,
            scratch.starts,
            scratch.ends,
            scratch.hashes,
            scratch.lines,
            scratch.marks,
        )
        if tokens >= 0:
            break
        if tokens == kernels.LINES_FULL:
            scratch.grow_lines(len(utf8) // 2 + 2)
        else:  # signs that grow when folded
            scratch.canonical = np.empty(4 * len(scratch.canonical), np.uint8)
    marked, may_lack_spaces = scratch.marks[0, :2].tolist()
    return Tokens(
        scratch.canonical[:written].tobytes(),
        scratch.canonical_starts[: tokens + 1],
        scratch.starts[:tokens],
        scratch.ends[:tokens],
        scratch.hashes[:tokens],
        scratch.lines[:lines],
        scratch.marks[1 : marked + 1] if marked else NO_CLOSINGS,
        may_lack_spaces != 0,
    )


@lru_cache(maxsize=4096)
def phrase_hashes(phrase: str) -> tuple[int, ...]:
    """Token hashes of a short phrase, to be compared with those of a text."""
    return tuple(int(h) for h in tokenise(phrase).hashes)
