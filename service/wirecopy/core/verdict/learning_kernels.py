"""What the index learns of an article: which of its samples become postings, and which marks of its site.

This is the policy of what is indexed. The tables that hold the keys know nothing of it (index/insert_kernels.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.index.lookup_kernels import HIT
from wirecopy.core.jit import Array, Number, kernel_of
from wirecopy.core.verdict.layout import IDENTITIES, QUERY

POSITION_MAX = 65534  # positions saturate here
NO_POSITION = 65535  # of an identity, and of what the site says: they stand nowhere in the text
_TEMPLATE, _OWN, _REPOSTED = (
    -2,
    -1,
    -3,
)  # of a sample; one that was reposted has its newest posting there afterwards


@kernel_of(
    "Tuple((u8[::1], u2[::1], u8[::1], u2[::1]))",
    "u8[::1]",
    "i4[::1]",
    "u1[::1]",
    "i4[:, ::1]",
    HIT,
    "i8",
    "i8",
    QUERY,
)
def lessons(
    ids: Array,
    positions: Array,
    template: Array,
    covered: Array,
    votes: Array,
    votes_count: Number,
    renew_before: Number,
    query: Array,
) -> Any:
    """What the index is to learn, as keys and positions to be inserted: (keys u64 and positions u16 for the marks of the
    site, the same for the postings).

    ids u64[n], positions i32[n], template u8[n] of its samples; covered i32[r, 2], token ranges that sources explain; its
    votes HIT[≥ votes_count]; the article before which postings are renewed. The site's marks are the credits of `query`, its
    template, and what it took from elsewhere; postings are what is new here, what is copied again although its postings are
    old, and the identities."""
    n = len(ids)
    asked = query[0]
    mark_keys = np.empty(2 * n + asked.credits_count, np.uint64)
    mark_positions = np.empty(len(mark_keys), np.uint16)
    keys = np.empty(n + IDENTITIES, np.uint64)
    key_positions = np.empty(len(keys), np.uint16)
    newest = np.empty(n, np.int64)
    marks = np.int64(asked.credits_count)
    for i in range(marks):
        mark_keys[i] = asked.credits[i]
        mark_positions[i] = 0
    for i in range(n):
        newest[i] = _TEMPLATE if template[i] else _OWN
        if template[i]:
            mark_keys[marks] = ids[i] ^ asked.site
            mark_positions[marks] = min(positions[i], POSITION_MAX)
            marks += 1
    for r in range(len(covered)):
        at, end = np.int64(0), np.int64(n)
        while at < end:  # the first sample at or behind the range's first token
            middle = (at + end) >> 1
            if positions[middle] < covered[r, 0]:
                at = middle + 1
            else:
                end = middle
        while at < n and positions[at] < covered[r, 1]:
            if newest[at] == _OWN:
                newest[at] = _REPOSTED
            at += 1
    own_marks = marks
    for i in range(n):
        if newest[i] == _REPOSTED:
            mark_keys[marks] = ids[i] ^ asked.reposted
            mark_positions[marks] = min(positions[i], POSITION_MAX)
            marks += 1
    if marks > own_marks:
        for i in range(votes_count):
            sample = votes[i].sample
            if newest[sample] == _REPOSTED or newest[sample] >= 0:
                newest[sample] = max(newest[sample], np.int64(votes[i].article))
    count = 0
    for i in range(n):
        if newest[i] == _OWN or 0 <= newest[i] < renew_before:
            keys[count] = ids[i]
            key_positions[count] = min(positions[i], POSITION_MAX)
            count += 1
    for i in range(IDENTITIES):
        keys[count] = asked.identities[i]
        key_positions[count] = NO_POSITION
        count += 1
    return mark_keys[:marks], mark_positions[:marks], keys[:count], key_positions[:count]
