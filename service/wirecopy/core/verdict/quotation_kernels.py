"""What two articles share in and outside of quotations: the compiled half of quotations.py.

Runs chain hits over gaps, so that the words between two quoted passages would count as shared. Here a token counts only if a
hit's shingle holds it, or if it stands between two hits so close and equally far apart in both texts that the stretch is
the same to the letter."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, kernel
from wirecopy.core.verdict.measure_kernels import (
    BY_SHINGLE,
    BY_SOLID_GAP,
    R_END,
    R_HITS,
    R_SOURCE_END,
    R_SOURCE_START,
    R_START,
    T_MAIN,
    T_TEMPLATE,
)

# What is counted of a candidate, i64: own tokens of this article, in the main region of both.
(
    Q_QUOTED,  # shared and quoted by either
    Q_PLAIN,  # shared and quoted by neither
    Q_LONGEST,  # of these, those of the run that has most
    Q_OWN,  # tokens of this article's main region that it does not quote
    Q_QUOTED_THERE,  # tokens of the candidate's main region that it quotes
    Q_COLUMNS,
) = range(6)
S_PLAIN, S_QUOTED = 1, 2  # a shared token


@kernel
def _run_of(runs: Array, first: Number, last: Number, here: Number, there: Number, shingle: Number) -> Any:
    """The run of more than one hit that holds a hit at these tokens, or −1."""
    for r in range(first, last):
        if (
            runs[r, R_HITS] > 1
            and runs[r, R_START] <= here
            and here + shingle <= runs[r, R_END]
            and runs[r, R_SOURCE_START] <= there
            and there + shingle <= runs[r, R_SOURCE_END]
        ):
            return np.int64(r)
    return np.int64(-1)


@kernel
def count_quoted(
    number: Number,
    votes: Number,
    sample: Array,
    article: Array,
    position: Array,
    template: Array,
    positions: Array,
    flags: Array,
    main: Array,
    runs: Array,
    by: Array,
    quoted_here: Array,
    quoted_there: Array,
    shared: Array,
    out: Array,
) -> Any:
    """Counts into out i64[Q_COLUMNS] what this article and the candidate `number` share by their hits.

    votes: so many of sample i32, article u32, position u16, ordered by article and then by sample; template u8[n],
    positions i32[n] of the samples; flags u8[tokens]; main i64[6]: this article's main region, the candidate's, its rows
    of runs; quoted_here u8[tokens], quoted_there u8[≥ the candidate's tokens]. Fills shared u8[tokens] with S_…."""
    tokens = len(quoted_here)
    main_start, main_end, source_start, source_end, first, last = (
        main[0],
        main[1],
        main[2],
        main[3],
        main[4],
        main[5],
    )
    shingle = by[BY_SHINGLE]
    shared[:tokens] = 0
    low, high = np.int64(0), np.int64(votes)
    while low < high:
        middle = (low + high) // 2
        if article[middle] < number:
            low = middle + 1
        else:
            high = middle
    last_here = last_there = np.int64(-1)
    while low < votes and article[low] == number:
        if template[sample[low]] == 0:
            here, there = np.int64(positions[sample[low]]), np.int64(position[low])
            if _run_of(runs, first, last, here, there, shingle) >= 0:
                begin = here
                step = here - last_here
                if last_here >= 0 and step == there - last_there and step <= by[BY_SOLID_GAP]:
                    begin = last_here
                for t in range(begin, min(tokens, here + shingle)):
                    source = there - here + t
                    if source_start <= source < source_end:
                        quoted = quoted_here[t] or (source < len(quoted_there) and quoted_there[source])
                        shared[t] = S_QUOTED if quoted else max(shared[t], S_PLAIN)
                last_here, last_there = here, there
        low += 1
    out[:] = 0
    for t in range(main_start, main_end):
        if flags[t] & (T_MAIN | T_TEMPLATE) == T_MAIN:
            out[Q_OWN] += quoted_here[t] == 0
            out[Q_QUOTED] += shared[t] == S_QUOTED
            out[Q_PLAIN] += shared[t] == S_PLAIN
    for r in range(first, last):
        plain = np.int64(0)
        if runs[r, R_HITS] > 1:
            for t in range(runs[r, R_START], min(tokens, runs[r, R_END])):
                plain += shared[t] == S_PLAIN and flags[t] & (T_MAIN | T_TEMPLATE) == T_MAIN
        out[Q_LONGEST] = max(out[Q_LONGEST], plain)
    for t in range(source_start, min(source_end, len(quoted_there))):
        out[Q_QUOTED_THERE] += quoted_there[t]
