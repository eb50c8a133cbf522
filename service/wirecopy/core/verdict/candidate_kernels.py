"""One article's votes → candidates, chained, measured and graded, in one call.

One call does what a dozen of NumPy's did: at 150 samples and 300 votes an article a call costs more than its work. Rows of
the article store are read where they lie (a vote's site, a candidate's main region), so nothing is gathered first. Arrays
to write into are lent by the caller. The tests hold a plain Python twin of each.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.index.lookup_kernels import HIT
from wirecopy.core.index.row import ROW
from wirecopy.core.jit import Array, Number, kernel, kernel_of
from wirecopy.core.verdict.grade_kernels import grade
from wirecopy.core.verdict.layout import (
    CANDIDATE,
    GRADE_BEFORE,
    GRADE_FURTHER,
    GRADE_NAMED,
    IDENTITIES,
    MEASURES,
    QUERY,
    RUN,
    SPAN,
    TOKEN_MAIN,
    TOKEN_PROSE,
)
from wirecopy.core.verdict.measure_kernels import measure, token_flags

TOKEN_WHOLE = TOKEN_MAIN | TOKEN_PROSE
SAME_MAX = (
    IDENTITIES + 1
) * limits.POSTINGS_COUNT_MAX  # articles that the identities, and that of whom it succeeds, can name
CANDIDATES_AND_SAME_MAX = limits.CANDIDATES_MAX + SAME_MAX


@kernel
def _candidates(template: Array, votes: Array, rows: Array, base: Number, site: Number, chosen: Array) -> Any:
    """(how many articles enough votes are for, of the best limits.CANDIDATES_MAX; votes for articles of this site).

    Votes HIT of samples that are not template, ordered by article. Into chosen u32: the most votes first, the smallest
    number first where they are equal."""
    counts = np.empty(limits.CANDIDATES_MAX, np.int64)
    kept = 0
    on_site = 0
    i = 0
    while i < len(votes):
        number = votes[i].article
        usable = 0
        while i < len(votes) and votes[i].article == number:
            usable += template[votes[i].sample] == 0
            i += 1
        if usable == 0:
            continue
        if rows[np.int64(number) - base].site == site:
            on_site += usable
        if usable < limits.CANDIDATE_HITS_MIN:
            continue
        place = kept
        while place > 0 and counts[place - 1] < usable:
            place -= 1
        if place >= limits.CANDIDATES_MAX:
            continue
        kept = min(kept + 1, limits.CANDIDATES_MAX)
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


@kernel_of("i8", "u1[::1]", HIT, ROW, "i8", "u8", "u4[::1]")
def mark_on_site(
    template: Array, votes: Array, rows: Array, base: Number, site: Number, unless: Array
) -> Any:
    """Marks the samples in template u8[n] that other articles of this site hold, those of `unless` u32[…] apart; returns
    how many are new."""
    marked = 0
    for i in range(len(votes)):
        if template[votes[i].sample] or rows[np.int64(votes[i].article) - base].site != site:
            continue
        spared = False
        for number in unless:
            spared |= number == votes[i].article
        if not spared:
            template[votes[i].sample] = 1
            marked += 1
    return marked


@kernel
def _unspaced(lines: Array, main_start: Number, main_end: Number) -> Any:
    """1 where the article is of a script without spaces, by its own lines: what the page says around it may be of another."""
    tokens, chars = np.int64(0), np.int64(0)
    for i in range(len(lines)):
        if lines[i, 0] >= main_start and lines[i, 1] <= main_end:
            tokens += np.int64(lines[i, 1]) - np.int64(lines[i, 0])
            chars += np.int64(lines[i, 3]) - np.int64(lines[i, 2])
    return np.int64(chars < tokens * limits.UNSPACED_CHARS_PER_TOKEN_MAX)


@kernel
def _spans(chosen: Array, votes: Array, rows: Array, base: Number) -> Any:
    """The chosen articles as SPAN: where their votes lie, and their main regions."""
    spans = np.empty(len(chosen), SPAN)
    for c in range(len(chosen)):
        low, high = np.int64(0), np.int64(len(votes))
        while low < high:
            middle = (low + high) // 2
            if votes[middle].article < chosen[c]:
                low = middle + 1
            else:
                high = middle
        last = low
        while last < len(votes) and votes[last].article == chosen[c]:
            last += 1
        row = rows[np.int64(chosen[c]) - base]
        spans[c].votes_first, spans[c].votes_last = low, last
        spans[c].main_start, spans[c].main_end = row.main_start, row.main_end
    return spans


@kernel
def _later_version(chosen: Array, words: Number, row: Any, rows: Array, base: Number) -> Any:
    """Whether an article is a later version by the publisher of one that is chosen, and holds words of its own here."""
    for number in chosen:
        if number == row.story:
            return words >= limits.SECOND_WORDS_MIN and rows[np.int64(number) - base].site == row.site
    return False


@kernel
def _hopeful(
    chosen: Array,
    same: Array,
    measures: Array,
    own: Number,
    unspaced: Number,
    rows: Array,
    base: Number,
    query: Any,
    candidates: Array,
) -> Any:
    """Grades the chosen articles; keeps in candidates those that may be sources, later versions of them, and of the same
    address or of this site whatever their grades, and returns how many they are."""
    hopeful = np.int64(0)
    for c in range(len(chosen)):
        row = rows[np.int64(chosen[c]) - base]
        candidate = candidates[hopeful]
        same_title = query.title_digest != 0 and row.title_digest == query.title_digest
        grade(measures[c], own, np.int64(row.own_tokens), same_title, unspaced == 1, candidate)
        candidate.article = np.int64(chosen[c])
        candidate.of_site = row.site == query.site
        keep = candidate.of_site == 1 or (
            candidate.grades & GRADE_BEFORE == 0 and candidate.grades & (GRADE_NAMED | GRADE_FURTHER) != 0
        )
        for number in same:
            keep |= number == chosen[c]
        if not keep and candidate.grades & GRADE_BEFORE == 0 and row.story != chosen[c]:
            keep = _later_version(chosen, measures[c].words, row, rows, base)
        hopeful += keep
    return hopeful


@kernel_of(
    "UniTuple(i8, 5)",
    QUERY,
    "u1[::1]",
    "i4[::1]",
    "i4[:, ::1]",
    HIT,
    "u4[::1]",
    ROW,
    "i8",
    "i8",
    "u1[::1]",
    RUN,
    CANDIDATE,
)
def score_candidates(
    query: Array,
    template: Array,
    positions: Array,
    lines: Array,
    votes: Array,
    same: Array,
    rows: Array,
    base: Number,
    passes: Number,
    flags: Array,
    runs: Array,
    candidates: Array,
) -> Any:
    """Votes → candidates, chained, measured and graded: those that may be sources.

    query QUERY[1]; template u8[n], positions i32[n], lines i32[l, 5] of the article; its votes, ordered by article and then
    by sample; same u32[s], articles that are candidates whatever votes they have; rows ROW[…] of the article store, of which
    the first is article `base`. Where nothing may be a source, and `passes` is not 0, what articles of this site hold is set
    aside as template; with more than one pass all is done again without it.
    Fills flags as `token_flags`, runs RUN[≥ votes + 1] and candidates CANDIDATE[≥ CANDIDATES_AND_SAME_MAX], ascending by
    article. Returns own tokens, candidates, rows of runs, votes for articles of this site that are not set aside, 1 where
    the text is of a script without spaces."""
    asked = query[0]
    main_start, main_end = asked.main_start, asked.main_end
    nobody = np.empty(0, np.uint32)
    chosen = np.empty(CANDIDATES_AND_SAME_MAX, np.uint32)
    measures = np.empty(CANDIDATES_AND_SAME_MAX, MEASURES)
    unspaced = _unspaced(lines, main_start, main_end)
    while True:
        kept, on_site = _candidates(template, votes, rows, base, asked.site, chosen)
        kept = _joined(chosen, kept, same)
        if kept == 0 and on_site > 0 and passes > 0:
            mark_on_site(template, votes, rows, base, asked.site, nobody)
            on_site = 0
        own = token_flags(asked.tokens, lines, main_start, main_end, positions, template, flags)
        if kept == 0:
            return own, 0, 0, on_site, unspaced
        spans = _spans(chosen[:kept], votes, rows, base)
        count = measure(flags, asked.tokens, positions, template, votes, spans, measures, runs)
        hopeful = _hopeful(chosen[:kept], same, measures, own, unspaced, rows, base, asked, candidates)
        if hopeful > 0 or on_site == 0 or passes == 0:
            return own, hopeful, count, on_site, unspaced
        mark_on_site(template, votes, rows, base, asked.site, nobody)
        passes -= 1
        if passes == 0:
            own = token_flags(asked.tokens, lines, main_start, main_end, positions, template, flags)
            return own, hopeful, count, 0, unspaced


@kernel_of("i8", QUERY, "i4[::1]", HIT, SPAN, "i8[::1]", "i8", RUN, CANDIDATE)
def score_whole_pages(
    query: Array,
    positions: Array,
    votes: Array,
    spans: Array,
    own_tokens: Array,
    unspaced: Number,
    runs: Array,
    candidates: Array,
) -> Any:
    """Some articles, measured and graded by all that the two pages hold: every vote counts, and every token is of the article.

    spans SPAN[c], own_tokens i64[c] of the articles. Fills runs RUN[≥ votes + 1] and candidates CANDIDATE[≥ c] but for their
    articles; returns how many runs there are."""
    tokens = query[0].tokens
    flags = np.full(tokens, TOKEN_WHOLE, np.uint8)
    measures = np.empty(len(spans), MEASURES)
    count = measure(
        flags, tokens, positions, np.zeros(len(positions), np.uint8), votes, spans, measures, runs
    )
    for c in range(len(spans)):
        grade(measures[c], tokens, own_tokens[c], False, unspaced == 1, candidates[c])
        candidates[c].of_site = 0
    return count
