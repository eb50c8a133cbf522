"""Tokens → features of an article, as the fingerprint log carries them.

    entities u8, words u8 (the highest bit: some were left out) · u16[entities + words], little endian
    · a bit each, from the lowest: whether it stands outside of quotations

Nothing where an article has too few features to tell stories apart. What the numbers mean is said in
feature_kernels.py.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wirecopy.core import limits
from wirecopy.core.fingerprint.feature_kernels import FEATURES_MAX, features_of
from wirecopy.core.model import U8
from wirecopy.core.text.tokens import TABLE, Tokens
from wirecopy.core.values import Value

U16 = npt.NDArray[np.uint16]
_CUT = 0x80
PACKED_BYTES_MAX = 2 + 2 * FEATURES_MAX + FEATURES_MAX // 8
assert PACKED_BYTES_MAX < 256, "the record says their size in one byte"


class Features(Value):
    """`numbers` u16[n]: entities, then words, each ascending without repetition. `entities`: how many of them are
    entities. `outside` u8[n]: which stand outside of quotations. A class of which the highest numbers were left out says so."""

    numbers: U16
    outside: U8
    entities: int
    entities_cut: bool
    words_cut: bool

    @property
    def counts(self) -> tuple[int, int]:
        """How many entities and words there are, each with its highest bit set where some were left out."""
        words = len(self.numbers) - self.entities
        return self.entities | _CUT * self.entities_cut, words | _CUT * self.words_cut


def features_in(utf8: bytes, tokens: Tokens, quoted: U8, first: int, end: int) -> Features | None:
    """The features of the tokens `first` to `end` of a text, of which `quoted` u8[t] (or empty) says what is quoted; None where
    there are too few."""
    if end - first < limits.FEATURES_MIN:
        return None
    out, outside = np.empty(FEATURES_MAX, np.uint16), np.empty(FEATURES_MAX, np.uint8)
    entities, words, entities_cut, words_cut = features_of(
        utf8,
        TABLE,
        tokens.canonical,
        tokens.canonical_starts,
        tokens.starts,
        tokens.lines,
        quoted,
        first,
        end,
        out,
        outside,
    )
    if entities + words < limits.FEATURES_MIN:
        return None
    count = entities + words
    return Features(out[:count], outside[:count], entities, bool(entities_cut), bool(words_cut))


def pack_features(features: Features | None) -> bytes:
    """Features as the log has them."""
    if features is None:
        return b""
    outside = np.packbits(features.outside, bitorder="little")
    return bytes(features.counts) + features.numbers.astype("<u2", copy=False).tobytes() + outside.tobytes()


def unpack_features(packed: bytes) -> Features | None:
    """What `pack_features` was given. ValueError where no release has written the bytes."""
    if not packed:
        return None
    entities, words = packed[0] & ~_CUT, packed[1] & ~_CUT if len(packed) > 1 else 0
    count = entities + words
    if not limits.FEATURES_MIN <= count <= FEATURES_MAX or len(packed) != 2 + 2 * count + (count + 7) // 8:
        raise ValueError("features of another number than they say")
    numbers = np.frombuffer(packed, "<u2", count, 2).astype(np.uint16)
    rising = numbers[1:] > numbers[:-1]
    if not (rising[: max(0, entities - 1)].all() and rising[entities:].all()):
        raise ValueError("features that do not ascend")
    bits = np.frombuffer(packed, np.uint8, -1, 2 + 2 * count)
    outside = np.unpackbits(bits, count=count, bitorder="little")
    return Features(numbers, outside, entities, packed[0] >= _CUT, packed[1] >= _CUT)
