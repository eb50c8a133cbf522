"""What the index is asked of one article, in one call: votes, template, reposted passages, who has its address or body."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.index.bucket_kernels import TABLE
from wirecopy.core.index.lookup_kernels import HIT, postings_count, postings_look_up, sort_by_article
from wirecopy.core.jit import Array, kernel_of
from wirecopy.core.verdict.layout import IDENTITIES, QUERY


@kernel_of("UniTuple(i8, 5)", "u8[::1]", QUERY, TABLE, TABLE, HIT, HIT, "u1[::1]", "u1[::1]", "u4[::1]")
def survey(
    ids: Array,
    query: Array,
    postings: Any,
    site_marks: Any,
    votes: Array,
    reposted: Array,
    template: Array,
    credited_before: Array,
    same: Array,
) -> Any:
    """All that the index holds of one article: its votes, those of what its host reposted before, both ordered by article
    and then by sample; which samples are template; who has its address or body.

    ids u64[n]; query QUERY[1]; the two tables. Fills votes and reposted HIT[≥ 16 n + 48], the half of it room to sort in;
    template u8[n]; credited_before u8[c], how often the site said each credit; same u32[24], articles of the same address,
    then of the same body. Returns how many votes, reposted hits, articles of the address and of the body,
    and samples that nobody holds."""
    n = len(ids)
    asked = query[0]
    keys = np.empty(max(n, limits.CREDITS_MAX) + IDENTITIES, np.uint64)
    stories = np.empty(len(keys), np.uint8)
    for i in range(n):
        keys[i] = ids[i]
    for i in range(IDENTITIES):
        keys[n + i] = asked.identities[i]
    found = postings_look_up(keys[: n + IDENTITIES], postings, votes, stories)
    same_address = np.int64(stories[n]) + np.int64(stories[n + 1])
    same_body = np.int64(stories[n + 2])
    count = found - same_address - same_body
    for i in range(count, found):
        same[i - count] = votes[i].article
    fresh = np.int64(0)
    for i in range(n):
        template[i] = stories[i] >= limits.STORIES_PER_SHINGLE_MAX
        fresh += stories[i] == 0
    sort_by_article(votes, count)
    if asked.credits_count:
        for i in range(asked.credits_count):
            keys[i] = asked.credits[i]
        postings_count(keys[: asked.credits_count], site_marks, credited_before)
    for i in range(n):
        keys[i] = ids[i] ^ asked.site
    postings_count(keys[:n], site_marks, stories)
    for i in range(n):
        template[i] |= stories[i] > 0
        keys[i] = ids[i] ^ asked.reposted
    again = postings_look_up(keys[:n], site_marks, reposted, stories)
    sort_by_article(reposted, again)
    return count, again, same_address, same_body, fresh


@kernel_of("i8", HIT, HIT, HIT)
def joined(votes: Array, reposted: Array, held: Array) -> Any:
    """Two lists of hits as one, each ordered by article and then by sample. Of an article's sample the first hit stays, that
    of `votes` before that of `reposted`. Fills held HIT[≥ both lengths]; returns how many hits there are."""
    count, i, j = 0, 0, 0
    while i < len(votes) or j < len(reposted):
        if i == len(votes):
            from_votes = False
        elif j == len(reposted) or votes[i].article != reposted[j].article:
            from_votes = j == len(reposted) or votes[i].article < reposted[j].article
        else:
            from_votes = votes[i].sample <= reposted[j].sample
        hit = votes[i] if from_votes else reposted[j]
        i += from_votes
        j += not from_votes
        if count and held[count - 1].article == hit.article and held[count - 1].sample == hit.sample:
            continue
        held[count].article = hit.article
        held[count].sample = hit.sample
        held[count].position = hit.position
        count += 1
    return count
