"""One article's votes → candidates, chained, measured and graded, in one call.

One call does what a dozen of NumPy's did: at 150 samples and 300 votes an article a call costs more than its work. Rows of
the article store are read as words where they lie (a vote's site, a candidate's main region), so nothing is gathered first.
Arrays to write into are lent by the caller. The tests hold a plain Python twin of each.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, kernel, kernel_of
from wirecopy.core.verdict.grade_kernels import (
    G_BEFORE,
    G_FURTHER,
    G_NAMED,
    TO_UNSPACED_CHARS,
    W_ARTICLE,
    W_GRADES,
    W_SAME_SITE,
    grade,
)
from wirecopy.core.verdict.measure_kernels import BY_CANDIDATE_HITS, BY_CANDIDATES, measure, token_flags
from wirecopy.core.verdict.survey_kernels import QUERY_SITE, QUERY_TITLE

# Where `score_candidates` finds things in a row of the article store: word of 8 bytes, halves of 2; and the number of row 0.
AT_SITE, AT_TITLE, AT_MAIN_START, AT_MAIN_END, AT_OWN_TOKENS, AT_BASE, AT_FIELDS = range(7)
# What `score_candidates` says beside its arrays: own tokens, candidates, rows of runs, votes for articles of this site that
# are not set aside, 1 where the text is of a script without spaces.
SUMMARY_OWN, SUMMARY_CANDIDATES, SUMMARY_RUNS, SUMMARY_ON_SITE, SUMMARY_UNSPACED, SUMMARY_FIELDS = range(6)
SAME_MAX = 32  # articles that three identities, and that of whom an article succeeds, can name
_SCORE = (
    "void(i8, i8, i8, u1[::1], i4[::1], i4[:, ::1], i8, i4[::1], u4[::1], u2[::1], i8, u4[::1], u8[:, ::1],"
    " u2[:, ::1], i8, i8[::1], u8[::1], i8[::1], f8[::1], u1[::1], i4[::1], i4[::1], u4[::1], i4[:, ::1], i4[:, ::1],"
    " i4[::1], u2[::1], i8[:, ::1], f8[:, ::1], i8[::1])"
)
_ON_SITE = "i8(u1[::1], i8, i4[::1], u4[::1], u8[:, ::1], i8[::1], u8[::1], u4[::1])"


@kernel
def _candidates(
    template: Array,
    sample: Array,
    article: Array,
    votes: Number,
    words: Array,
    at: Array,
    site: Number,
    by: Array,
    chosen: Array,
    counts: Array,
) -> Any:
    """(how many articles enough votes are for, of the best by[BY_CANDIDATES]; votes for articles of this site).

    Votes of samples that are not template, ordered by article. Into chosen u32: the most votes first, the smallest
    number first where they are equal."""
    kept = 0
    on_site = 0
    i = 0
    while i < votes:
        number = article[i]
        usable = 0
        while i < votes and article[i] == number:
            usable += template[sample[i]] == 0
            i += 1
        if usable == 0:
            continue
        if words[np.int64(number) - at[AT_BASE], at[AT_SITE]] == site:
            on_site += usable
        if usable < by[BY_CANDIDATE_HITS]:
            continue
        place = kept
        while place > 0 and counts[place - 1] < usable:
            place -= 1
        if place >= by[BY_CANDIDATES]:
            continue
        kept = min(kept + 1, by[BY_CANDIDATES])
        for back in range(kept - 1, place, -1):
            chosen[back], counts[back] = chosen[back - 1], counts[back - 1]
        chosen[place], counts[place] = number, usable
    return kept, on_site


@kernel
def _joined(chosen: Array, kept: Number, same: Array) -> Any:
    """Adds the articles `same` to the first `kept` of chosen u32, ascending, each once; returns how many there are."""
    for number in same:
        chosen[kept] = number
        kept += 1
    for i in range(1, kept):
        number = chosen[i]
        place = i
        while place > 0 and chosen[place - 1] > number:
            chosen[place] = chosen[place - 1]
            place -= 1
        chosen[place] = number
    distinct = min(1, kept)
    for i in range(1, kept):
        if chosen[i] != chosen[distinct - 1]:
            chosen[distinct] = chosen[i]
            distinct += 1
    return distinct


@kernel_of(_ON_SITE)
def mark_on_site(
    template: Array,
    votes: Number,
    sample: Array,
    article: Array,
    words: Array,
    at: Array,
    query: Array,
    unless: Array,
) -> Any:
    """Marks the samples in template u8[n] that other articles of this site hold, those of `unless` u32[…] apart; returns
    how many are new."""
    marked = 0
    for i in range(votes):
        if template[sample[i]] or words[np.int64(article[i]) - at[AT_BASE], at[AT_SITE]] != query[QUERY_SITE]:
            continue
        spared = False
        for number in unless:
            spared |= number == article[i]
        if not spared:
            template[sample[i]] = 1
            marked += 1
    return marked


@kernel
def _unspaced(lines: Array, main_start: Number, main_end: Number, to: Array) -> Any:
    """1 where the article is of a script without spaces, by its own lines: what the page says around it may be of another."""
    tokens, chars = np.int64(0), np.int64(0)
    for i in range(len(lines)):
        if lines[i, 0] >= main_start and lines[i, 1] <= main_end:
            tokens += np.int64(lines[i, 1]) - np.int64(lines[i, 0])
            chars += np.int64(lines[i, 3]) - np.int64(lines[i, 2])
    return np.int64(chars < tokens * to[TO_UNSPACED_CHARS])


@kernel
def _gathered(
    template: Array,
    chosen: Array,
    kept: Number,
    votes: Number,
    sample: Array,
    article: Array,
    position: Array,
    starts: Array,
    hit_sample: Array,
    hit_position: Array,
) -> None:
    """The chosen articles' votes that are not template, one article's after the other's: article c's from starts[c] on."""
    hits = 0
    for c in range(kept):
        starts[c] = hits
        low, high = 0, votes
        while low < high:
            middle = (low + high) // 2
            if article[middle] < chosen[c]:
                low = middle + 1
            else:
                high = middle
        while low < votes and article[low] == chosen[c]:
            if template[sample[low]] == 0:
                hit_sample[hits] = sample[low]
                hit_position[hits] = position[low]
                hits += 1
            low += 1
    starts[kept] = hits


@kernel
def _hopeful(
    chosen: Array,
    kept: Number,
    same: Array,
    measures: Array,
    own: Number,
    unspaced: Number,
    words: Array,
    halves: Array,
    at: Array,
    query: Array,
    by: Array,
    to: Array,
    scored: Array,
    parts: Array,
) -> Any:
    """Grades the chosen articles; keeps in weighed and parts those that may be sources, of the same address or of this site
    whatever their grades, and returns how many they are."""
    hopeful = np.int64(0)
    for c in range(kept):
        row = np.int64(chosen[c]) - at[AT_BASE]
        title = query[QUERY_TITLE]
        same_title = title != 0 and words[row, at[AT_TITLE]] == title
        row_scored = scored[hopeful]
        there = np.int64(halves[row, at[AT_OWN_TOKENS]])
        grade(measures[c], own, there, same_title, unspaced == 1, by, to, row_scored, parts[hopeful])
        row_scored[W_ARTICLE] = np.int64(chosen[c])
        row_scored[W_SAME_SITE] = words[row, at[AT_SITE]] == query[QUERY_SITE]
        keep = row_scored[W_SAME_SITE] == 1 or (
            row_scored[W_GRADES] & G_BEFORE == 0 and row_scored[W_GRADES] & (G_NAMED | G_FURTHER) != 0
        )
        for number in same:
            keep |= number == chosen[c]
        hopeful += keep
    return hopeful


@kernel_of(_SCORE)
def score_candidates(
    tokens: Number,
    main_start: Number,
    main_end: Number,
    template: Array,
    positions: Array,
    lines: Array,
    votes: Number,
    sample: Array,
    article: Array,
    position: Array,
    same_count: Number,
    same: Array,
    words: Array,
    halves: Array,
    passes: Number,
    at: Array,
    query: Array,
    by: Array,
    to: Array,
    flags: Array,
    prose_before: Array,
    own_before: Array,
    chosen: Array,
    measures: Array,
    runs: Array,
    hit_sample: Array,
    hit_position: Array,
    scored: Array,
    parts: Array,
    summary: Array,
) -> None:
    """Votes → candidates, chained, measured and graded: those that may be sources.

    Tokens, template u8[n], positions i32[n], lines i32[l, 5] of the article; its votes, ordered by article and then by
    sample; same u32[≥ same_count], articles that are candidates whatever votes they have; words, halves: the rows of
    the article store, at i64[AT_FIELDS] where in them; asked u64[≥ 6]. Where nothing may be a source, and `passes` is not
    0, what articles of this site hold is set aside as template; with more than one pass all is done again without it.
    Fills flags as `token_flags`, weighed i64[c, W_COLUMNS] and parts f8[c, P_COLUMNS] ascending by article, runs
    i32[r, R_COLUMNS] and summary i64[SUMMARY_FIELDS]; the rest is room to work in: chosen u32[≥ by[BY_CANDIDATES] + SAME_MAX],
    measures i32[c, M_COLUMNS], hit_…, …_before."""
    site = query[QUERY_SITE]
    same = same[:same_count]
    counts = np.empty(by[BY_CANDIDATES], np.int64)
    summary[SUMMARY_UNSPACED] = _unspaced(lines, main_start, main_end, to)
    while True:
        kept, on_site = _candidates(template, sample, article, votes, words, at, site, by, chosen, counts)
        kept = _joined(chosen, kept, same)
        settling = kept == 0 and on_site > 0 and passes > 0
        if settling:
            mark_on_site(template, votes, sample, article, words, at, query, np.empty(0, np.uint32))
            on_site = 0
        own = token_flags(tokens, lines, main_start, main_end, positions, template, by, flags)
        summary[SUMMARY_OWN], summary[SUMMARY_ON_SITE], summary[SUMMARY_CANDIDATES], summary[SUMMARY_RUNS] = (
            own,
            on_site,
            0,
            0,
        )
        if kept == 0:
            return
        starts = np.empty(kept + 1, np.int32)
        _gathered(template, chosen, kept, votes, sample, article, position, starts, hit_sample, hit_position)
        mains_start, mains_end = np.empty(kept, np.int32), np.empty(kept, np.int32)
        for c in range(kept):
            row = np.int64(chosen[c]) - at[AT_BASE]
            mains_start[c], mains_end[c] = halves[row, at[AT_MAIN_START]], halves[row, at[AT_MAIN_END]]
        summary[SUMMARY_RUNS] = measure(
            flags,
            tokens,
            positions,
            hit_sample,
            hit_position,
            starts,
            mains_start,
            mains_end,
            kept,
            by,
            prose_before,
            own_before,
            measures,
            runs,
        )
        unspaced = summary[SUMMARY_UNSPACED]
        summary[SUMMARY_CANDIDATES] = _hopeful(
            chosen, kept, same, measures, own, unspaced, words, halves, at, query, by, to, scored, parts
        )
        if summary[SUMMARY_CANDIDATES] > 0 or on_site == 0 or passes == 0:
            return
        mark_on_site(template, votes, sample, article, words, at, query, np.empty(0, np.uint32))
        summary[SUMMARY_ON_SITE] = 0
        passes -= 1
        if passes == 0:
            summary[SUMMARY_OWN] = token_flags(
                tokens, lines, main_start, main_end, positions, template, by, flags
            )
            return
