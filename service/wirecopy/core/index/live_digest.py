"""A digest of all that decides later verdicts, equal for two engines that remember the same of the same articles.

Two engines that read the end of a log from different places on count articles from different numbers, and their tables hold
the same postings in other slots. What decides is the same where this digest is the same (the seams of a back-fill):

    postings, marks   key, article, position of each live one
    rows              every number of each live article; numbers of other articles by name
    blobs             the bytes of each live article's blob
    features          of each live article that is listed, and under which
    log's time        what the next record's time is compared with

An article's name is its raw position, so each raw record must have one of its own: its partition and offset, which its blob
holds. What has left the window has no name: a story that lost its first article is named by its place among such stories,
and links to articles that are gone are equal.

What is not compared: the outcomes kept for redelivered records, since a back-fill delivers each record once, and what
replicas have agreed on, since its log holds articles alone.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wirecopy.core.hashing import Checksum
from wirecopy.core.index.articles import ArticleStore
from wirecopy.core.index.digest_kernels import postings_digest
from wirecopy.core.index.feature_index import FeatureIndex
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.index.postings import Postings
from wirecopy.core.index.row import NO_ARTICLE, ROW
from wirecopy.core.index.sharded import ShardedPostings
from wirecopy.core.model import U64

_PLACE_BYTES: Final = 16  # a blob begins with its raw partition and offset, u64 each
_NUMBERS: Final = ("story", "previous_in_story", "credit_link")  # of other articles
_PLACED: Final = ("blob_at",)  # where something lies, and so no part of what is known
_GONE: Final = np.uint64((1 << 64) - 1)
_STORY_GONE: Final = np.uint64(1 << 63)
_ROWS_AT_ONCE: Final = 1 << 16


def live_digest(index: OriginIndex, features: FeatureIndex, log_time_ms: int) -> str:
    """XXH3-128 over the live state, 32 hex digits. Changes nothing; takes about a second for a million articles."""
    articles = index.articles
    names = _names(articles)
    checksum = Checksum()
    checksum.update(np.array([log_time_ms, len(articles)], np.int64).tobytes())
    for part in (index.postings, index.site_marks):
        checksum.update(_table_sums(part, names).tobytes())
    rows = articles.live_rows
    dead_stories = np.unique(rows["story"][rows["story"] < articles.oldest_live])
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        few = rows[at : at + _ROWS_AT_ONCE]
        for column in ROW.names:
            if column in _PLACED:
                continue
            values = few[column]
            if column in _NUMBERS:
                values = _named(values, articles.oldest_live, names, dead_stories, story=column == "story")
            checksum.update(np.ascontiguousarray(values).tobytes())
        for blob_at, size in zip(few["blob_at"].tolist(), few["blob_bytes"].tolist(), strict=True):
            checksum.update(articles.blob_at(blob_at, size))
    numbers, parts = features.live_parts()
    checksum.update(names[numbers - np.uint32(articles.oldest_live)].tobytes())
    for part_bytes in parts:
        checksum.update(part_bytes)
    return checksum.hexdigest()


def _names(articles: ArticleStore) -> U64:
    """u64[live articles]: partition and offset of each as one number."""
    rows = articles.live_rows
    names = np.empty(len(rows), np.uint64)
    for at, blob_at in enumerate(rows["blob_at"].tolist()):
        partition, offset = np.frombuffer(articles.blob_at(blob_at, _PLACE_BYTES), np.uint64).tolist()
        assert partition < 1 << 16, "a topic has fewer partitions"
        assert offset < 1 << 47, "a partition holds fewer records"
        names[at] = partition << 47 | offset
    return names


def _named(
    values: npt.NDArray[Any], oldest_live: int, names: U64, dead_stories: npt.NDArray[Any], *, story: bool
) -> U64:
    """Article numbers as names."""
    named = np.full(len(values), _GONE, np.uint64)
    lives = (values >= oldest_live) & (values != NO_ARTICLE)
    named[lives] = names[values[lives] - np.uint32(oldest_live)]
    if story:
        rank = np.searchsorted(dead_stories, values[~lives]).astype(np.uint64)
        named[~lives] = rank | _STORY_GONE
    return named


def _table_sums(table: Postings | ShardedPostings, names: U64) -> U64:
    """u64[3] of a table; of shards the sum, so that any number of them gives the same."""
    sums = np.zeros(3, np.uint64)
    for one in table.shards if isinstance(table, ShardedPostings) else (table,):
        assert isinstance(one, Postings), "a table of this process"
        postings_digest(one.table, names, sums)
    return sums
