"""What the index learns of an article: which of its samples become postings, and which marks of its site.

This is the policy of what is indexed. The table that holds the keys knows nothing of it (index/insert_kernels.py)."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.index.insert_kernels import postings_insert
from wirecopy.core.jit import Array, Number, kernel_of
from wirecopy.core.verdict.survey_kernels import (
    IDENTITIES,
    QUERY_CREDITS,
    QUERY_IDENTITY,
    QUERY_REPOSTED,
    QUERY_SITE,
)

_TEACH = (
    "void(u8[::1], i4[::1], u1[::1], i4[:, ::1], i4[::1], u4[::1], i8, i8, u8[::1], i8,"
    " u8[::1], u2[::1], u8[::1], u2[::1], i8[::1], i8[::1])"
)
_LEARN = (
    "i8(u8[::1], i4[::1], u1[::1], i4[:, ::1], i4[::1], u4[::1], i8, i8, u8[::1], i8, i8,"
    " u8[::1], u8[::1], i8[::1], u4[::1], u8[::1], u8[::1], i8[::1], u4[::1], i8)"
)
TAUGHT_SITE_MARKS, TAUGHT_POSTINGS, TAUGHT_FIELDS = 0, 1, 2


@kernel_of(_TEACH)
def teach(
    ids: Array,
    positions: Array,
    template: Array,
    covered: Array,
    sample: Array,
    article: Array,
    votes: Number,
    renew_before: Number,
    query: Array,
    credits_count: Number,
    site_marks_keys: Array,
    site_marks_positions: Array,
    postings_keys: Array,
    postings_positions: Array,
    newest: Array,
    taught: Array,
) -> None:
    """What the index is to learn of an article, as keys and positions to be inserted.

    ids u64[n], positions i32[n], template u8[n] of its samples; covered i32[r, 2], token ranges that sources explain; its
    votes; the article before which postings are renewed; asked as in `postings_survey`, of the credits only the `credits_count`
    that the article is given. Fills site_marks_… [2 n + c] (what the site said, its template, what it took from elsewhere),
    postings_… [n + 3] (what is new here, and the identities) and taught i64[2], how many of each; newest i64[n] is room
    to work in."""
    n = len(ids)
    site_marks = credits_count
    for i in range(site_marks):
        site_marks_keys[i] = query[QUERY_CREDITS + i]
        site_marks_positions[i] = 0
    for i in range(n):
        newest[i] = -2 if template[i] else -1
        if template[i]:
            site_marks_keys[site_marks] = ids[i] ^ query[QUERY_SITE]
            site_marks_positions[site_marks] = min(positions[i], 65534)
            site_marks += 1
    reposted = site_marks
    for r in range(len(covered)):
        low, high = 0, n
        while low < high:
            middle = (low + high) // 2
            if positions[middle] < covered[r, 0]:
                low = middle + 1
            else:
                high = middle
        while low < n and positions[low] < covered[r, 1]:
            if newest[low] == -1:
                newest[low] = -3
            low += 1
    # newest: −2 template, −1 this article's own, −3 taken from elsewhere, whose newest posting follows
    for i in range(n):
        if newest[i] == -3:
            site_marks_keys[reposted] = ids[i] ^ query[QUERY_REPOSTED]
            site_marks_positions[reposted] = min(positions[i], 65534)
            reposted += 1
    if reposted > site_marks:
        for i in range(votes):
            if newest[sample[i]] == -3 or newest[sample[i]] >= 0:
                newest[sample[i]] = max(newest[sample[i]], np.int64(article[i]))
    postings = 0
    for i in range(n):
        if newest[i] == -1 or 0 <= newest[i] < renew_before:
            postings_keys[postings] = ids[i]
            postings_positions[postings] = min(positions[i], 65534)
            postings += 1
    for i in range(IDENTITIES):
        postings_keys[postings] = query[QUERY_IDENTITY + i]
        postings_positions[postings] = 65535
        postings += 1
    taught[TAUGHT_SITE_MARKS] = reposted
    taught[TAUGHT_POSTINGS] = postings


WANTS_POSTINGS, WANTS_SITE_MARKS = 1, 2  # bits of what `postings_learn` says


@kernel_of(_LEARN)
def postings_learn(
    ids: Array,
    positions: Array,
    template: Array,
    covered: Array,
    sample: Array,
    article: Array,
    votes: Number,
    renew_before: Number,
    query: Array,
    credits_count: Number,
    number: Number,
    postings_a: Array,
    postings_b: Array,
    postings_control: Array,
    postings_counts: Array,
    site_marks_a: Array,
    site_marks_b: Array,
    site_marks_control: Array,
    site_marks_counts: Array,
    homes_per_key: Number,
) -> Any:
    """`teach`, and both insertions of what it says, as postings of article `number`. Returns the bits WANTS_… of the
    tables that want their owner, as `postings_insert` does."""
    n = len(ids)
    site_marks_keys = np.empty(2 * n + credits_count, np.uint64)
    site_marks_positions = np.empty(2 * n + credits_count, np.uint16)
    keys = np.empty(n + IDENTITIES, np.uint64)
    keys_positions = np.empty(n + IDENTITIES, np.uint16)
    newest = np.empty(n, np.int64)
    taught = np.empty(TAUGHT_FIELDS, np.int64)
    teach(
        ids,
        positions,
        template,
        covered,
        sample,
        article,
        votes,
        renew_before,
        query,
        credits_count,
        site_marks_keys,
        site_marks_positions,
        keys,
        keys_positions,
        newest,
        taught,
    )
    wants = 0
    count = taught[TAUGHT_SITE_MARKS]
    if count and postings_insert(
        site_marks_keys[:count],
        site_marks_positions[:count],
        number,
        site_marks_a,
        site_marks_b,
        site_marks_control,
        site_marks_counts,
        count * homes_per_key,
    ):
        wants |= WANTS_SITE_MARKS
    count = taught[TAUGHT_POSTINGS]
    if postings_insert(
        keys[:count],
        keys_positions[:count],
        number,
        postings_a,
        postings_b,
        postings_control,
        postings_counts,
        count * homes_per_key,
    ):
        wants |= WANTS_POSTINGS
    return wants
