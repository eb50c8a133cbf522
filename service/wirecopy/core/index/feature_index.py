"""The features of the articles that are remembered: the third kind of evidence beside shingles and site marks.

One row an article that is no copy to the letter, in order of arrival: its features (136 bytes), the links of the six lists
that it stands in (24), its number. How often a feature is found among the live rows is counted, and counted down as rows
expire, so the state is a matter of the window alone (law 1).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from wirecopy.core.fingerprint.feature_kernels import FEATURES_MAX
from wirecopy.core.fingerprint.features import Features
from wirecopy.core.index import feature_lookup_kernels as kernels
from wirecopy.core.values import Value

_ROWS_MIN = 256
_GROWTH = 1.41
Arrays = dict[str, npt.NDArray[Any]]


class Resembling(Value):
    """An article that shares rare features with another, by weight: a row of feature_lookup_kernels.candidates_of."""

    article: int
    common: int  # what both have
    here: int  # what the other has that this one could have kept
    there: int  # and the other way round
    entities_common: int
    entities_here: int
    words_common: int
    words_here: int
    shared: int  # how many features both have


assert len(Resembling.__struct_fields__) == kernels.COLUMNS


class FeatureIndex:
    """Rows by number: `first` is that of the first place, `oldest` of the oldest live one, `next` of the next."""

    def __init__(self) -> None:
        self._first = self._oldest = self._next = 0
        self._frequency = np.zeros(kernels.NUMBERS, np.int32)
        self._heads = np.zeros(kernels.NUMBERS, np.uint32)
        self._slots = np.zeros((2, kernels.SLOTS), np.int64)
        self._out = np.zeros((kernels.CANDIDATES_MAX, kernels.COLUMNS), np.int64)
        self._allot(_ROWS_MIN)

    def __len__(self) -> int:
        """Live rows."""
        return self._next - self._oldest

    @property
    def nbytes(self) -> int:
        """Bytes of the rows in use and of the tables."""
        row = 2 * FEATURES_MAX + FEATURES_MAX // 8 + 2 + 4 * kernels.POSTED + 4
        return (self._next - self._first) * row + self._frequency.nbytes + self._heads.nbytes

    def resembling(self, features: Features) -> list[Resembling]:
        """The articles that share most of an article's rare features, at most CANDIDATES_MAX, best first."""
        found = kernels.candidates_of(
            (features.numbers, features.outside, features.entities),
            np.array((features.entities_cut, features.words_cut), np.uint8),
            (self._frequency, self._heads),
            (self._links, self._features, self._outside, self._counts),
            (self._first, self._oldest, len(self)),
            self._slots,
            self._out,
        )
        return [
            Resembling(int(self._numbers[row - self._first]), *weights)
            for row, *weights in self._out[:found].tolist()
        ]

    def insert(self, features: Features, article: int) -> None:
        """Remembers an article's features. Articles come in order."""
        place = self._next - self._first
        if place == len(self._numbers):
            self._make_room()
            place = self._next - self._first
        numbers = features.numbers
        self._numbers[place] = article
        self._features[place, : len(numbers)] = numbers
        packed = np.packbits(features.outside, bitorder="little")
        self._outside[place, : len(packed)] = packed
        self._counts[place] = features.counts
        kernels.insert(
            numbers, features.entities, self._frequency, self._heads, self._links, self._next, place
        )
        self._next += 1

    def expire(self, oldest_article: int) -> None:
        """Lets go of the rows of smaller article numbers."""
        first, end = self._oldest - self._first, self._next - self._first
        place = bisect_left(self._numbers, oldest_article, first, end)
        if place > first:
            kernels.forget(self._features, self._counts, first, place, self._frequency)
            self._oldest = self._first + place

    def live_parts(self) -> tuple[npt.NDArray[np.uint32], list[bytes]]:
        """All that decides what is said from here on: the live articles' numbers u32[n], and bytes that do not depend on how
        rows and articles are numbered."""
        live = slice(self._oldest - self._first, self._next - self._first)
        numbers = np.empty(kernels.POSTED * len(self), np.uint16)
        rows = np.empty(len(numbers), np.int64)
        count = kernels.listed(self._heads, self._links, self._first, self._oldest, numbers, rows)
        parts = (
            self._features[live],
            self._outside[live],
            self._counts[live],
            numbers[:count],
            rows[:count] - self._oldest,
        )
        return self._numbers[live], [np.ascontiguousarray(part).tobytes() for part in parts]

    # ---- keeping
    def state(self) -> Arrays:
        """All of it as arrays, by name: views or copies, to be written before the next change."""
        live = slice(self._oldest - self._first, self._next - self._first)
        gone = self._oldest * kernels.POSTED  # entries of rows that are no longer live
        listed, links = np.flatnonzero(self._heads > gone), self._links[live]
        return {
            "rows": np.array([self._oldest, self._next], np.int64),
            "numbers": self._numbers[live],
            "features": self._features[live],
            "outside": self._outside[live],
            "counts": self._counts[live],
            "links": np.where(links > gone, links, 0).astype(np.uint32),
            "listed": listed.astype(np.uint16),
            "heads": self._heads[listed],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, npt.NDArray[Any]]) -> FeatureIndex:
        """The index that gave the state."""
        index = cls()
        oldest, following = state["rows"].tolist()
        index._first = index._oldest = oldest
        index._next = following
        live = following - oldest
        index._allot(max(_ROWS_MIN, int(live * _GROWTH)))
        index._numbers[:live] = state["numbers"]
        index._features[:live] = state["features"]
        index._outside[:live] = state["outside"]
        index._counts[:live] = state["counts"]
        index._links[:live] = state["links"]
        index._heads[state["listed"]] = state["heads"]
        counted = index._features[:live]
        held = (state["counts"] & 127).sum(axis=1)
        index._frequency += np.bincount(
            counted[np.arange(FEATURES_MAX) < held[:, None]], minlength=kernels.NUMBERS
        ).astype(np.int32)
        return index

    # ---- inside
    def _allot(self, rows: int) -> None:
        self._numbers = np.zeros(rows, np.uint32)
        self._features = np.zeros((rows, FEATURES_MAX), np.uint16)
        self._outside = np.zeros((rows, FEATURES_MAX // 8), np.uint8)
        self._counts = np.zeros((rows, 2), np.uint8)
        self._links = np.zeros((rows, kernels.POSTED), np.uint32)

    def _make_room(self) -> None:
        """Moves the live rows to the front, of larger arrays where they fill more than half."""
        live = slice(self._oldest - self._first, self._next - self._first)
        numbers, features, outside, counts, links = (
            self._numbers,
            self._features,
            self._outside,
            self._counts,
            self._links,
        )
        count = len(self)
        self._allot(max(_ROWS_MIN, int(max(count, len(numbers) / _GROWTH) * _GROWTH) + 1))
        self._numbers[:count] = numbers[live]
        self._features[:count] = features[live]
        self._outside[:count] = outside[live]
        self._counts[:count] = counts[live]
        self._links[:count] = links[live]
        self._first = self._oldest
