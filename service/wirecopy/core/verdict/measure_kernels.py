"""Votes of one candidate → runs, and what the runs cover of the two articles: tokens, words, pieces, leads and tails.

The tests hold a plain Python twin of each loop.

Non-obvious: `int(uint64)` stays uint64 under numba and mixes with int64 to float64, so every conversion is spelled out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.index.lookup_kernels import HIT
from wirecopy.core.jit import Array, Number, kernel, kernel_of
from wirecopy.core.verdict.layout import MEASURES, RUN, SPAN, TOKEN_MAIN, TOKEN_PROSE, TOKEN_TEMPLATE

_OPEN_RUNS_MAX = 4  # a stray hit between two runs must not end the first


@kernel_of("i8", "i8", "i4[:, ::1]", "i8", "i8", "i4[::1]", "u1[::1]", "u1[::1]")
def token_flags(
    tokens: Number,
    lines: Array,
    main_start: Number,
    main_end: Number,
    positions: Array,
    template: Array,
    flags: Array,
) -> Any:
    """Fills flags u8[tokens] with TOKEN_…; returns how many tokens are of the main region and not template. lines i32[l, 5]:
    token start, end, …, …, 1 where prose; positions i32[n], template u8[n] of samples.

    A template sample marks its shingle, and what lies between it and a template neighbour; a line of which
    limits.TEMPLATE_LINE_PERCENT or more is template is wholly so."""
    flags[:tokens] = 0
    for i in range(len(lines)):
        if lines[i, 4] & 1:
            flags[lines[i, 0] : lines[i, 1]] = TOKEN_PROSE
    own = max(0, main_end - main_start)
    main = flags[main_start:main_end]  # a slice from 0 on is gone through several tokens at a time
    for t in range(len(main)):
        main[t] |= np.uint8(TOKEN_MAIN)
    marked = False
    last = np.int64(-1)
    for i in range(len(positions)):
        if not template[i]:
            continue
        marked = True
        start = np.int64(positions[i])
        if last >= 0 and start - last <= limits.TEMPLATE_GAP_TOKENS_MAX and template[i - 1]:
            start = last
        for t in range(start, min(tokens, positions[i] + limits.SHINGLE_TOKENS)):
            flags[t] |= np.uint8(TOKEN_TEMPLATE)
        last = np.int64(positions[i])
    if not marked:
        return own
    for i in range(len(lines)):
        size = lines[i, 1] - lines[i, 0]
        count = 0
        for t in range(lines[i, 0], lines[i, 1]):
            count += flags[t] >> 2
        if count * 100 >= size * limits.TEMPLATE_LINE_PERCENT:
            for t in range(lines[i, 0], lines[i, 1]):
                flags[t] |= np.uint8(TOKEN_TEMPLATE)
    for t in range(main_start, main_end):
        own -= flags[t] >> 2
    return own


@kernel
def _tails(runs: Array, main_end: Number, source_main_end: Number) -> Any:
    """(words of the runs that reach the end of both main regions, and of those close before them; words of
    the longest run that is none of these)."""
    start = main_end
    source_start = source_main_end
    tails = 0
    in_block = np.zeros(len(runs), np.uint8)
    for r in range(len(runs)):
        run = runs[r]
        if (
            run.hits > 1
            and run.start < main_end
            and run.source_start < source_main_end
            and run.end + limits.TAIL_TOKENS >= main_end
            and run.source_end + limits.TAIL_TOKENS >= source_main_end
        ):
            in_block[r] = 1
            start = min(start, run.start)
            source_start = min(source_start, run.source_start)
            tails += run.words
    grown = tails > 0
    while grown:
        grown = False
        for r in range(len(runs)):
            run = runs[r]
            if in_block[r] or run.hits < 2:
                continue
            near = (
                run.end + limits.RUN_SOURCE_GAP_TOKENS_MAX >= start
                and run.source_end + limits.RUN_SOURCE_GAP_TOKENS_MAX >= source_start
            )
            if near and run.start < main_end and run.source_start < source_main_end:
                in_block[r] = 1
                start = min(start, run.start)
                source_start = min(source_start, run.source_start)
                tails += run.words
                grown = True
    rest = 0
    for r in range(len(runs)):
        if not in_block[r] and runs[r].hits > 1:
            rest = max(rest, runs[r].words)
    return tails, rest


@kernel
def _chain(positions: Array, template: Array, votes: Array, span: Any, runs: Array, written: Number) -> Any:
    """Chains one candidate's votes, templates' aside, into runs, from row `written` on; returns the row behind them.

    A hit joins the newest of four open runs that it goes on from, else it opens one."""
    open_runs = np.empty(_OPEN_RUNS_MAX, np.int64)
    opened = 0
    for v in range(span.votes_first, span.votes_last):
        if template[votes[v].sample]:
            continue
        here = np.int64(positions[votes[v].sample])
        there = np.int64(votes[v].position)
        joined = np.int64(-1)
        for back in range(opened):
            run = open_runs[opened - 1 - back]
            step_here = here - (runs[run].end - limits.SHINGLE_TOKENS)
            step_there = there - (runs[run].source_end - limits.SHINGLE_TOKENS)
            if (
                step_there <= 0
                or step_there > limits.RUN_SOURCE_GAP_TOKENS_MAX
                or step_here > limits.RUN_GAP_TOKENS_MAX
            ):
                continue
            drift = abs(step_here - step_there)
            if drift > limits.RUN_DRIFT_TOKENS_MIN and drift * 2 > max(step_here, step_there):
                continue
            joined = run
            break
        if joined >= 0:
            step = here - (runs[joined].end - limits.SHINGLE_TOKENS)
            runs[joined].solid += min(step, limits.SOLID_GAP_TOKENS)
            runs[joined].end = here + limits.SHINGLE_TOKENS
            runs[joined].source_end = there + limits.SHINGLE_TOKENS
            runs[joined].hits += 1
            continue
        runs[written].start = here
        runs[written].end = here + limits.SHINGLE_TOKENS
        runs[written].source_start = there
        runs[written].source_end = there + limits.SHINGLE_TOKENS
        runs[written].hits = 1
        runs[written].solid = limits.SHINGLE_TOKENS
        runs[written].words = 0
        if opened == _OPEN_RUNS_MAX:
            for back in range(1, opened):
                open_runs[back - 1] = open_runs[back]
            opened -= 1
        open_runs[opened] = written
        opened += 1
        written += 1
    return written


@kernel
def _from_the_start(runs: Array, positions: Array, main_start: Number, source_start: Number) -> None:
    """Lets the run that holds the main region's first sample begin with the region, where it begins as far behind the start
    of the candidate's: had the words between been changed, another sample would stand there."""
    low, high = np.int64(0), np.int64(len(positions))
    while low < high:
        middle = (low + high) // 2
        if positions[middle] < main_start:
            low = middle + 1
        else:
            high = middle
    if low == len(positions):
        return
    first = np.int64(positions[low])
    before = first - main_start
    if before >= limits.WINNOW_WINDOW:
        return
    for run in runs:
        if run.hits > 1 and run.start == first and run.source_start - source_start == before:
            run.start = main_start
            run.source_start = source_start
            run.solid += before


@kernel
def _counted_before(flags: Array, tokens: Number) -> Any:
    """(prose tokens before each token i32[tokens + 1], own tokens likewise, the main region's start, its end)."""
    prose_before = np.empty(tokens + 1, np.int32)
    own_before = np.empty(tokens + 1, np.int32)
    prose_before[0] = 0
    own_before[0] = 0
    main_start = np.int64(tokens)
    main_end = np.int64(-1)
    for t in range(tokens):
        flag = flags[t]
        own = 1 if flag & (TOKEN_MAIN | TOKEN_TEMPLATE) == TOKEN_MAIN else 0
        own_before[t + 1] = own_before[t] + own
        prose_before[t + 1] = prose_before[t] + (own & flag)
        if flag & TOKEN_MAIN:
            main_end = np.int64(t + 1)
            if main_start == tokens:
                main_start = np.int64(t)
    if main_end < 0:
        main_end = main_start
    return prose_before, own_before, main_start, main_end


@kernel
def _measure_runs(
    runs: Array,
    span: Any,
    main_start: Number,
    main_end: Number,
    prose_before: Array,
    own_before: Array,
    row: Any,
) -> None:
    """Fills one candidate's MEASURES from its runs, but for where the runs lie, and the words of each run. A lone hit proves
    nothing, and counts only as such."""
    row.hits = row.longest = row.pieces = row.words = row.own = row.lead_here = row.any = row.singles = 0
    tokens = len(own_before) - 1
    before = 1
    first = -1
    there = 0
    lead_there = 0
    reached = 0  # runs begin in order, so that what they cover together is counted in one sweep
    lead_end = span.main_start + limits.LEAD_TOKENS
    for r in range(len(runs)):
        run = runs[r]
        if run.hits < 2:
            row.singles += 1
            continue
        start = run.start
        end = min(tokens, run.end)
        inside = max(0, min(run.source_end, span.main_end) - max(run.source_start, span.main_start))
        words = prose_before[end] - prose_before[start]
        words = words * inside // max(1, run.source_end - run.source_start)
        words = min(words, run.solid)
        run.words = words
        row.hits += run.hits
        row.longest = max(row.longest, words)
        row.words += words
        if words >= limits.PIECE_WORDS_MIN:
            row.pieces += words
            if first < 0 or start < first:
                first = start
        row.any += end - start
        there += inside
        lead_there += max(0, min(run.source_end, lead_end) - max(run.source_start, span.main_start))
        if end > main_start and run.source_end > span.main_start:
            before = 0
        fresh = max(start, reached)
        if end > fresh:
            row.own += own_before[end] - own_before[fresh]
            row.lead_here += min(own_before[end], limits.LEAD_TOKENS) - min(
                own_before[fresh], limits.LEAD_TOKENS
            )
            reached = end
    row.tails, row.rest = _tails(runs, main_end, span.main_end)
    row.there, row.lead_there, row.before, row.first = there, lead_there, before, first


@kernel_of("i8", "u1[::1]", "i8", "i4[::1]", "u1[::1]", HIT, SPAN, MEASURES, RUN)
def measure(
    flags: Array,
    tokens: Number,
    positions: Array,
    template: Array,
    votes: Array,
    spans: Array,
    measures: Array,
    runs: Array,
) -> Any:
    """Chains each candidate's votes into runs and measures them; returns how many runs there are.

    flags u8[≥ tokens] as `token_flags`; positions i32[n] and template u8[n] of samples; spans SPAN[c], the candidates, whose
    votes ascend by sample. Fills measures MEASURES[≥ c] and runs RUN[≥ votes + 1]."""
    prose_before, own_before, main_start, main_end = _counted_before(flags, tokens)
    written = np.int64(0)
    for c in range(len(spans)):
        first = written
        written = _chain(positions, template, votes, spans[c], runs, written)
        _from_the_start(runs[first:written], positions, main_start, spans[c].main_start)
        _measure_runs(
            runs[first:written], spans[c], main_start, main_end, prose_before, own_before, measures[c]
        )
        measures[c].runs_first, measures[c].runs_last = first, written
    return written


@kernel_of("i8", "u1[::1]", "i4[::1]", RUN)
def samples_inside(template: Array, positions: Array, runs: Array) -> Any:
    """How many samples that are not template u8[n] lie wholly inside runs RUN[r], lone hits aside. positions i32[n] ascend,
    and so do the runs' starts. Of a text that was copied to the letter every one of them is a hit."""
    count = np.int64(0)
    at = np.int64(0)
    for r in range(len(runs)):
        if runs[r].hits < 2:
            continue
        while at < len(positions) and positions[at] < runs[r].start:
            at += 1
        while at < len(positions) and positions[at] + limits.SHINGLE_TOKENS <= runs[r].end:
            count += template[at] == 0
            at += 1
    return count
