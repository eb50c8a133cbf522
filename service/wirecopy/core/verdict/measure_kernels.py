"""Votes of one candidate → runs, and what the runs cover of the two articles: tokens, words, pieces, leads and tails.

The tests hold a plain Python twin of each loop.

Non-obvious: `int(uint64)` stays uint64 under numba and mixes with int64 to float64, so every conversion is spelled out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, kernel, kernel_of

# What one article's hits say of each candidate: columns of a measures row.
(
    M_HITS,  # distinct samples in runs
    M_LONGEST,  # words of the longest run: prose, not template, inside the main region of both
    M_PIECES,  # the same, summed over the runs that have enough of them to count as a piece
    M_WORDS,  # the same, summed over all runs
    M_OWN,  # tokens of this article's own main region (template aside) that runs cover
    M_LEAD_HERE,  # of its first tokens, how many
    M_THERE,  # tokens of the source's main region that runs cover
    M_LEAD_THERE,  # of its first tokens, how many
    M_ANY,  # tokens of runs, of any kind
    M_BEFORE,  # 1 where every run lies before both main regions
    M_FIRST,  # token at which the first run with a piece's worth of words begins; −1 where none
    M_TAILS,  # words of the runs that end together with both main regions, one close after the other
    M_REST,  # words of the longest other run
    M_SINGLES,  # hits that no run holds
    M_RUNS_FIRST,  # its rows of runs, half open
    M_RUNS_LAST,
    M_COLUMNS,
) = range(17)
R_CANDIDATE, R_START, R_END, R_SOURCE_START, R_SOURCE_END, R_HITS, R_WORDS, R_SOLID, R_COLUMNS = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
)
# R_SOLID: tokens that the run's hits vouch for, at most solid_gap from one to the next
T_PROSE, T_MAIN, T_TEMPLATE = 1, 2, 4  # flags of a token
_OPEN_RUNS_MAX = 4  # a stray hit between two runs must not end the first
# Limits that the kernels go by (limits.py), in the order of an i64 array.
(
    BY_SHINGLE,
    BY_SOURCE_GAP,
    BY_GAP,
    BY_DRIFT,
    BY_PIECE,
    BY_LEAD,
    BY_TAIL,
    BY_SOLID_GAP,
    BY_TEMPLATE_GAP,
    BY_LINE_PERCENT,
    BY_CANDIDATES,
    BY_CANDIDATE_HITS,
    BY_FIELDS,
) = range(13)
_FLAGS = "i8(i8, i4[:, ::1], i8, i8, i4[::1], u1[::1], i8[::1], u1[::1])"
_MEASURE = (
    "i8(u1[::1], i8, i4[::1], i4[::1], u2[::1], i4[::1], i4[::1], i4[::1], i8, i8[::1], i4[::1], i4[::1],"
    " i4[:, ::1], i4[:, ::1])"
)


@kernel_of(_FLAGS)
def token_flags(
    tokens: Number,
    lines: Array,
    main_start: Number,
    main_end: Number,
    positions: Array,
    template: Array,
    by: Array,
    flags: Array,
) -> Any:
    """Fills flags u8[tokens] with T_PROSE, T_MAIN, T_TEMPLATE; returns how many tokens are of the main region and not
    template. lines i32[l, 5]: token start, end, …, …, 1 where prose; positions i32[n], template u8[n] of samples.

    A template sample marks its shingle, and what lies between it and a template neighbour; a line of which
    by[BY_LINE_PERCENT] or more is template is wholly so."""
    flags[:tokens] = 0
    for i in range(len(lines)):
        if lines[i, 4] & 1:
            flags[lines[i, 0] : lines[i, 1]] = T_PROSE
    own = max(0, main_end - main_start)
    main = flags[main_start:main_end]  # a slice from 0 on is gone through several tokens at a time
    for t in range(len(main)):
        main[t] |= np.uint8(T_MAIN)
    marked = False
    last = np.int64(-1)
    for i in range(len(positions)):
        if not template[i]:
            continue
        marked = True
        start = np.int64(positions[i])
        if last >= 0 and start - last <= by[BY_TEMPLATE_GAP] and template[i - 1]:
            start = last
        for t in range(start, min(tokens, positions[i] + by[BY_SHINGLE])):
            flags[t] |= np.uint8(T_TEMPLATE)
        last = np.int64(positions[i])
    if not marked:
        return own
    for i in range(len(lines)):
        size = lines[i, 1] - lines[i, 0]
        count = 0
        for t in range(lines[i, 0], lines[i, 1]):
            count += flags[t] >> 2
        if count * 100 >= size * by[BY_LINE_PERCENT]:
            for t in range(lines[i, 0], lines[i, 1]):
                flags[t] |= np.uint8(T_TEMPLATE)
    for t in range(main_start, main_end):
        own -= flags[t] >> 2
    return own


@kernel
def _tails(
    runs: Array, main_end: Number, source_main_end: Number, tail_tokens: Number, gap_max: Number
) -> Any:
    """(words of the runs that reach the end of both main regions, and of those close before them; words of
    the longest run that is none of these)."""
    start = main_end
    source_start = source_main_end
    tails = 0
    in_block = np.zeros(len(runs), np.uint8)
    for r in range(len(runs)):
        if (
            runs[r, R_HITS] > 1
            and runs[r, R_START] < main_end
            and runs[r, R_SOURCE_START] < source_main_end
            and runs[r, R_END] + tail_tokens >= main_end
            and runs[r, R_SOURCE_END] + tail_tokens >= source_main_end
        ):
            in_block[r] = 1
            start = min(start, runs[r, R_START])
            source_start = min(source_start, runs[r, R_SOURCE_START])
            tails += runs[r, R_WORDS]
    grown = tails > 0
    while grown:
        grown = False
        for r in range(len(runs)):
            if in_block[r] or runs[r, R_HITS] < 2:
                continue
            near = runs[r, R_END] + gap_max >= start and runs[r, R_SOURCE_END] + gap_max >= source_start
            if near and runs[r, R_START] < main_end and runs[r, R_SOURCE_START] < source_main_end:
                in_block[r] = 1
                start = min(start, runs[r, R_START])
                source_start = min(source_start, runs[r, R_SOURCE_START])
                tails += runs[r, R_WORDS]
                grown = True
    rest = 0
    for r in range(len(runs)):
        if not in_block[r] and runs[r, R_HITS] > 1:
            rest = max(rest, runs[r, R_WORDS])
    return tails, rest


@kernel
def _chain(
    candidate: Number,
    positions: Array,
    hit_sample: Array,
    hit_position: Array,
    first: Number,
    last: Number,
    by: Array,
    runs: Array,
    written: Number,
) -> Any:
    """Chains one candidate's hits `first` … `last` into runs, from row `written` on; returns the row behind them.

    A hit joins the newest of four open runs that it goes on from, else it opens one."""
    shingle = by[BY_SHINGLE]
    open_runs = np.empty(_OPEN_RUNS_MAX, np.int64)
    opened = 0
    for h in range(first, last):
        here = np.int64(positions[hit_sample[h]])
        there = np.int64(hit_position[h])
        joined = np.int64(-1)
        for back in range(opened):
            run = open_runs[opened - 1 - back]
            step_here = here - (runs[run, R_END] - shingle)
            step_there = there - (runs[run, R_SOURCE_END] - shingle)
            if step_there <= 0 or step_there > by[BY_SOURCE_GAP] or step_here > by[BY_GAP]:
                continue
            drift = abs(step_here - step_there)
            if drift > by[BY_DRIFT] and drift * 2 > max(step_here, step_there):
                continue
            joined = run
            break
        if joined >= 0:
            step = here - (runs[joined, R_END] - shingle)
            runs[joined, R_SOLID] += min(step, by[BY_SOLID_GAP])
            runs[joined, R_END] = here + shingle
            runs[joined, R_SOURCE_END] = there + shingle
            runs[joined, R_HITS] += 1
            continue
        runs[written, R_CANDIDATE] = candidate
        runs[written, R_START] = here
        runs[written, R_END] = here + shingle
        runs[written, R_SOURCE_START] = there
        runs[written, R_SOURCE_END] = there + shingle
        runs[written, R_HITS] = 1
        runs[written, R_SOLID] = shingle
        runs[written, R_WORDS] = 0
        if opened == _OPEN_RUNS_MAX:
            for back in range(1, opened):
                open_runs[back - 1] = open_runs[back]
            opened -= 1
        open_runs[opened] = written
        opened += 1
        written += 1
    return written


@kernel_of(_MEASURE)
def measure(
    flags: Array,
    tokens: Number,
    positions: Array,
    hit_sample: Array,
    hit_position: Array,
    candidate_start: Array,
    source_main_start: Array,
    source_main_end: Array,
    candidates: Number,
    by: Array,
    prose_before: Array,
    own_before: Array,
    measures: Array,
    runs: Array,
) -> Any:
    """Chains each candidate's hits into runs and measures them; returns how many runs there are.

    hit_sample i32[h] ascending inside each candidate, hit_position u16[h] in the source; candidate c's hits are
    candidate_start[c] … candidate_start[c + 1]. Fills measures i32[c, M_COLUMNS] and runs i32[h + 1, R_COLUMNS];
    prose_before, own_before i32[tokens + 1] are room to work in."""
    prose_before[0] = 0
    own_before[0] = 0
    main_start = np.int64(tokens)
    main_end = np.int64(-1)
    for t in range(tokens):
        flag = flags[t]
        own = 1 if flag & (T_MAIN | T_TEMPLATE) == T_MAIN else 0
        own_before[t + 1] = own_before[t] + own
        prose_before[t + 1] = prose_before[t] + (own & flag)
        if flag & T_MAIN:
            main_end = np.int64(t + 1)
            if main_start == tokens:
                main_start = np.int64(t)
    if main_end < 0:
        main_end = main_start
    written = np.int64(0)
    for c in range(candidates):
        first_run = written
        written = _chain(
            c,
            positions,
            hit_sample,
            hit_position,
            candidate_start[c],
            candidate_start[c + 1],
            by,
            runs,
            written,
        )
        # the measures of this candidate: a lone hit proves nothing, and counts only as such
        row = measures[c]
        row[:] = 0
        before = 1
        first = -1
        there_tokens = 0
        lead_there = 0
        reached = 0  # runs begin in order, so that what they cover together is counted in one sweep
        for run in range(first_run, written):
            if runs[run, R_HITS] < 2:
                row[M_SINGLES] += 1
                continue
            start = runs[run, R_START]
            end = min(tokens, runs[run, R_END])
            source_start = runs[run, R_SOURCE_START]
            source_end = runs[run, R_SOURCE_END]
            inside = min(source_end, source_main_end[c]) - max(source_start, source_main_start[c])
            inside = max(0, inside)
            words = prose_before[end] - prose_before[start]
            words = words * inside // max(1, source_end - source_start)
            words = min(words, runs[run, R_SOLID])
            runs[run, R_WORDS] = words
            row[M_HITS] += runs[run, R_HITS]
            row[M_LONGEST] = max(row[M_LONGEST], words)
            row[M_WORDS] += words
            if words >= by[BY_PIECE]:
                row[M_PIECES] += words
                if first < 0 or start < first:
                    first = start
            row[M_ANY] += end - start
            there_tokens += inside
            lead_end = source_main_start[c] + by[BY_LEAD]
            lead_there += max(0, min(source_end, lead_end) - max(source_start, source_main_start[c]))
            if end > main_start and source_end > source_main_start[c]:
                before = 0
            fresh = max(start, reached)
            if end > fresh:
                row[M_OWN] += own_before[end] - own_before[fresh]
                row[M_LEAD_HERE] += min(own_before[end], by[BY_LEAD]) - min(own_before[fresh], by[BY_LEAD])
                reached = end
        row[M_TAILS], row[M_REST] = _tails(
            runs[first_run:written], main_end, source_main_end[c], by[BY_TAIL], by[BY_SOURCE_GAP]
        )
        row[M_THERE] = there_tokens
        row[M_LEAD_THERE] = lead_there
        row[M_BEFORE] = before
        row[M_FIRST] = first
        row[M_RUNS_FIRST], row[M_RUNS_LAST] = first_run, written
    return written
