"""What the index is asked of one article, in one call: votes, template, reposted passages, who has its address or body."""

from __future__ import annotations

import numpy as np

from wirecopy.core.index.lookup_kernels import postings_count, postings_look_up, sort_by_article
from wirecopy.core.jit import Array, Number, kernel_of

_SURVEY = (
    "void(u8[::1], u8[::1], i8, u8[::1], u8[::1], i8[::1], u8[::1], u8[::1], i8[::1],"
    " i4[::1], u4[::1], u2[::1], i4[::1], u4[::1], u2[::1], u1[::1], u1[::1], u4[::1], i8[::1], i8)"
)
# What `postings_survey` is asked beside ids, and where it counts what it found.
QUERY_SITE, QUERY_REPOSTED, QUERY_IDENTITY, QUERY_TITLE, QUERY_CREDITS = 0, 1, 2, 5, 6
IDENTITIES = 3
FOUND_VOTES, FOUND_REPOSTED, FOUND_SAME_ADDRESS, FOUND_SAME_BODY, FOUND_FIELDS = 0, 1, 2, 3, 4


@kernel_of(_SURVEY)
def postings_survey(
    ids: Array,
    query: Array,
    credits_count: Number,
    postings_a: Array,
    postings_b: Array,
    postings_control: Array,
    site_marks_a: Array,
    site_marks_b: Array,
    site_marks_control: Array,
    sample: Array,
    article: Array,
    position: Array,
    reposted_sample: Array,
    reposted_article: Array,
    reposted_position: Array,
    template: Array,
    credited_before: Array,
    same: Array,
    found: Array,
    stories_max: Number,
) -> None:
    """All that the index holds of one article, in one call: its votes, those of what its host reposted before, both
    ordered by article and then by sample; which samples are template; who has its address or body.

    ids u64[n]; asked u64[≥ 6 + c]: the site's key, the reposted passages' key, the keys of URL, id and body, the
    title's digest (not looked at here), the keys of c credits. Fills (room for 16 n + 48 each) sample, article,
    position, reposted_…; template u8[n]; credited_before u8[c], how often the site said the credit; same u32[24], articles of the
    same address, then of the same body; found i64[4], how many of each.
    """
    n = len(ids)
    keys = np.empty(max(n + IDENTITIES, credits_count), np.uint64)
    stories = np.empty(len(keys), np.uint8)
    for i in range(n):
        keys[i] = ids[i]
    for i in range(IDENTITIES):
        keys[n + i] = query[QUERY_IDENTITY + i]
    every = postings_look_up(
        keys[: n + IDENTITIES], postings_a, postings_b, postings_control, sample, article, position, stories
    )
    votes = every
    for i in range(IDENTITIES):
        votes -= stories[n + i]
    for i in range(votes, every):
        same[i - votes] = article[i]
    found[FOUND_VOTES] = votes
    found[FOUND_SAME_ADDRESS] = np.int64(stories[n]) + np.int64(stories[n + 1])
    found[FOUND_SAME_BODY] = np.int64(stories[n + 2])
    for i in range(n):
        template[i] = stories[i] >= stories_max
    sort_by_article(sample, article, position, 0, votes, votes)
    if credits_count:
        postings_count(
            query[QUERY_CREDITS : QUERY_CREDITS + credits_count],
            site_marks_a,
            site_marks_b,
            site_marks_control,
            credited_before,
        )
    for i in range(n):
        keys[i] = ids[i] ^ query[QUERY_SITE]
    postings_count(keys[:n], site_marks_a, site_marks_b, site_marks_control, stories)
    for i in range(n):
        template[i] |= stories[i] > 0
        keys[i] = ids[i] ^ query[QUERY_REPOSTED]
    reposted = postings_look_up(
        keys[:n],
        site_marks_a,
        site_marks_b,
        site_marks_control,
        reposted_sample,
        reposted_article,
        reposted_position,
        stories,
    )
    sort_by_article(reposted_sample, reposted_article, reposted_position, 0, reposted, reposted)
    found[FOUND_REPOSTED] = reposted
