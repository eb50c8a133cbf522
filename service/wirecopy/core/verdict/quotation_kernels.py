"""What two articles share in and outside of quotations: the compiled half of quotations.py.

Runs chain hits over gaps, so that the words between two quoted passages would count as shared. Here a token counts only if a
hit's shingle holds it, or if it stands between two hits so close and equally far apart in both texts that the stretch is
the same to the letter."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.jit import Array, Number, kernel
from wirecopy.core.verdict.layout import TOKEN_MAIN, TOKEN_TEMPLATE

SHARED_PLAIN, SHARED_QUOTED = 1, 2  # a shared token, by whether either article quotes it


@kernel
def _in_run(runs: Array, here: Number, there: Number) -> Any:
    """Whether a run of more than one hit holds a hit at these tokens."""
    for run in runs:
        if (
            run.hits > 1
            and run.start <= here
            and here + limits.SHINGLE_TOKENS <= run.end
            and run.source_start <= there
            and there + limits.SHINGLE_TOKENS <= run.source_end
        ):
            return True
    return False


@kernel
def _mark_shared(
    votes: Array,
    template: Array,
    positions: Array,
    runs: Array,
    quoted_here: Array,
    quoted_there: Array,
    source_start: Number,
    shared: Array,
) -> None:
    """Fills shared u8[tokens] by the votes of one candidate that its runs hold, inside its main region."""
    tokens, source_end = len(quoted_here), len(quoted_there)
    shared[:tokens] = 0
    last_here = last_there = np.int64(-1)
    for vote in votes:
        if template[vote.sample]:
            continue
        here, there = np.int64(positions[vote.sample]), np.int64(vote.position)
        if not _in_run(runs, here, there):
            continue
        begin: Number = here
        step = here - last_here
        if last_here >= 0 and step == there - last_there and step <= limits.SOLID_GAP_TOKENS:
            begin = last_here
        end: Number = min(tokens, here + limits.SHINGLE_TOKENS)
        for t in range(begin, end):
            source = there - here + t
            if source_start <= source < source_end:
                quoted = quoted_here[t] or quoted_there[source]
                shared[t] = SHARED_QUOTED if quoted else max(shared[t], SHARED_PLAIN)
        last_here, last_there = here, there


@kernel
def count_shared(
    number: Number,
    votes: Array,
    template: Array,
    positions: Array,
    flags: Array,
    main_start: Number,
    main_end: Number,
    runs: Array,
    quoted_here: Array,
    quoted_there: Array,
    source_start: Number,
    shared: Array,
) -> Any:
    """What this article and the candidate `number` share, in own tokens of this one's main region: (quoted by either, by
    neither, of these those of the run that has most; tokens of this article's main region that it does not quote; tokens of
    the candidate's that it quotes).

    votes HIT by article and then by sample; template u8[n], positions i32[n] of the samples; flags u8[≥ tokens]; runs RUN,
    the candidate's; quoted_here u8[tokens]; quoted_there u8[end of the candidate's main region], which begins at
    source_start. Fills shared u8[≥ tokens] with SHARED_…."""
    low, high = np.int64(0), np.int64(len(votes))
    while low < high:
        middle = (low + high) // 2
        if votes[middle].article < number:
            low = middle + 1
        else:
            high = middle
    while high < len(votes) and votes[high].article == number:
        high += 1
    _mark_shared(votes[low:high], template, positions, runs, quoted_here, quoted_there, source_start, shared)
    quoted = plain = own = longest = quoted_in_source = np.int64(0)
    for t in range(main_start, main_end):
        if flags[t] & (TOKEN_MAIN | TOKEN_TEMPLATE) == TOKEN_MAIN:
            own += quoted_here[t] == 0
            quoted += shared[t] == SHARED_QUOTED
            plain += shared[t] == SHARED_PLAIN
    for run in runs:
        inside = np.int64(0)
        if run.hits > 1:
            for t in range(max(main_start, run.start), min(main_end, run.end)):
                inside += shared[t] == SHARED_PLAIN and flags[t] & TOKEN_TEMPLATE == 0
        longest = max(longest, inside)
    for t in range(source_start, len(quoted_there)):
        quoted_in_source += quoted_there[t]
    return quoted, plain, longest, own, quoted_in_source
