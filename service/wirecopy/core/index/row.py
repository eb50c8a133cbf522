"""A row of the article store: the numbers that are kept of each article, as NumPy, kernels and `struct` see them.

Rows are records in one array, and not one array a column, since a candidate is judged by most of its fields at once: 72
bytes, one or two misses of the cache, where columns would take one each.
"""

from __future__ import annotations

import struct
from typing import Any, Final, NamedTuple

import numpy as np

COLUMNS: Final[tuple[tuple[str, type[np.integer[Any]]], ...]] = (
    ("title_digest", np.uint64),
    ("site", np.uint64),  # key of the publisher's domain
    ("published", np.uint64),  # when, and what its date leaves open (record.packed_date)
    ("log_time_ms", np.int64),
    ("credit", np.uint64),  # digest of whom it credits; 0: nobody
    ("story", np.uint32),  # the number of the article that the story began with
    ("previous_in_story", np.uint32),  # of a story's first article its newest; of any other the one before it
    ("credit_link", np.uint32),  # the one of its story that credits somebody before it (origin_index.py)
    ("main_start", np.uint16),  # the article on its page: token positions
    ("main_end", np.uint16),
    ("own_tokens", np.uint16),  # of the main region, templates aside
    ("fresh", np.uint16),  # samples that no article held before
)
"""The numbers kept of an article, widest first. A new one is added here and to `append`."""

_FIELDS = sorted(
    (("blob_at", np.uint64), ("blob_bytes", np.uint32), *COLUMNS),
    key=lambda field: -np.dtype(field[1]).itemsize,
)
ROW: Final[Any] = np.dtype(_FIELDS, align=True)

NO_ARTICLE: Final = (1 << 32) - 1

_FORMATS = {"u1": "B", "u2": "H", "u4": "I", "u8": "Q", "i8": "q"}
PACK = struct.Struct("<" + "".join(_FORMATS[np.dtype(kind).str[1:]] for _, kind in _FIELDS))
"""Packs the fields of a row, in its order."""

assert ROW.itemsize - PACK.size < 8, (
    "widest first leaves no holes but at the end: packed and aligned rows agree"
)


class Row(NamedTuple):
    """A row's numbers, in its order."""

    blob_at: int
    title_digest: int
    site: int
    published: int
    log_time_ms: int
    credit: int
    blob_bytes: int
    story: int
    previous_in_story: int
    credit_link: int
    main_start: int
    main_end: int
    own_tokens: int
    fresh: int


assert Row._fields == tuple(name for name, _ in _FIELDS)
