"""Winnowing: which shingles of a text are picked, and their ids (Schleimer, Wilkerson, Aiken 2003).

The rolling hash that picks is internal to the process; the id of what it picks is XXH3-64, which leaves it."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.fingerprint.xxh3_kernels import xxh3_64_of
from wirecopy.core.jit import Array, Number, kernel
from wirecopy.core.text.byte_kernels import mixed
from wirecopy.core.text.kernels import (
    LINE_CHAR_END,
    LINE_CHAR_START,
    LINE_PROSE,
    LINE_TOKEN_END,
    LINE_TOKEN_START,
)

_ROLL = np.uint64(0x9E3779B97F4A7C15)
_U64_MAX = np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel
def _winnow_into(
    token_hash: Array, shingle_tokens: Number, window: Number, selection: Array, picks: Array
) -> Any:
    """`winnow` into arrays of the caller, each for one entry more than tokens: how many picks."""
    shingles = len(token_hash) - shingle_tokens + 1
    if shingles <= 0:
        return 0
    leaving = np.uint64(1)  # what the first token of a shingle was multiplied by
    value = np.uint64(0)
    for j in range(shingle_tokens):
        value = value * _ROLL + token_hash[j]
        leaving *= _ROLL
    selection[0] = mixed(value)
    for i in range(1, shingles):
        value = value * _ROLL + token_hash[i + shingle_tokens - 1] - leaving * token_hash[i - 1]
        selection[i] = mixed(value)
    # The minimum of a window is that of a block's end and the next block's beginning (van Herk 1992, Gil and Werman
    # 1993): no branch depends on the hashes, which no processor can guess.
    width = min(window, shingles)
    end_least = np.empty(width + 1, np.int64)  # of a block's entries from j on, the rightmost least one
    end_value = np.empty(width + 1, np.uint64)
    end_value[:] = _U64_MAX
    end_least[:] = -1
    count = 0
    last = np.int64(-1)
    for block in range(0, shingles, width):
        block_end = min(block + width, shingles)
        value = _U64_MAX
        least = np.int64(block)
        for i in range(block, block_end):
            smaller = selection[i] <= value
            value = selection[i] if smaller else value
            least = np.int64(i) if smaller else least
            beside = end_least[i - block + 1]
            pick = least if value <= end_value[i - block + 1] else beside
            picks[count] = pick
            count += 1 if pick != last and i + 1 >= width else 0
            last = pick if i + 1 >= width else last
        if block_end - block < width:
            break
        value = _U64_MAX
        least = np.int64(block_end - 1)
        for i in range(block_end - 1, block - 1, -1):
            smaller = selection[i] < value
            value = selection[i] if smaller else value
            least = np.int64(i) if smaller else least
            end_value[i - block] = value
            end_least[i - block] = least
    return count


@kernel
def winnow(token_hash: Array, shingle_tokens: Number, window: Number) -> Any:
    """Positions i32[m] of picked shingles: the rightmost minimum of every window (Schleimer, Wilkerson, Aiken
    2003).

    Any run of window + shingle_tokens − 1 tokens holds a whole window, so its picked shingle is the same
    wherever the run stands. A text shorter than one window gives one pick; one shorter than a shingle gives
    none."""
    picks = np.empty(len(token_hash) + 1, np.int32)
    count = _winnow_into(token_hash, shingle_tokens, window, np.empty(len(token_hash), np.uint64), picks)
    return picks[:count]


@kernel
def samples(
    lines: Array,
    token_hash: Array,
    canonical: Number,
    token_canonical: Array,
    main_start: Number,
    main_end: Number,
    shingle_tokens: Number,
    window: Number,
    ids: Array,
    positions: Array,
    kept: Array,
) -> Any:
    """Picks that touch a line of prose or of the main region, and these lines: (samples, lines, whether an id
    is missing).

    Into ids u64, positions i32 (for each token an entry) and kept i32[≥ l, 5]: token start and end, start and
    end in code points, 1 where prose. An id is XXH3-64 of the shingle's canonical text, 0 where `_xxh3_64`
    cannot say."""
    count = len(lines)
    kept_lines = 0
    for i in range(count):
        prose = lines[i, LINE_PROSE] == 1
        if prose or (lines[i, LINE_TOKEN_START] >= main_start and lines[i, LINE_TOKEN_END] <= main_end):
            kept[kept_lines, 0] = lines[i, LINE_TOKEN_START]
            kept[kept_lines, 1] = lines[i, LINE_TOKEN_END]
            kept[kept_lines, 2] = lines[i, LINE_CHAR_START]
            kept[kept_lines, 3] = lines[i, LINE_CHAR_END]
            kept[kept_lines, 4] = 1 if prose else 0
            kept_lines += 1
    picks = _winnow_into(token_hash, shingle_tokens, window, ids, positions)
    written = 0
    line = 0
    missing = False
    for i in range(picks):
        at = positions[i]
        while line < kept_lines and kept[line, 1] <= at:
            line += 1
        if line == kept_lines:
            break
        if kept[line, 0] >= at + shingle_tokens:
            continue
        start = token_canonical[at]
        size = token_canonical[at + shingle_tokens] - 1 - start
        positions[written] = at
        ids[written] = xxh3_64_of(canonical, np.uint64(start), np.uint64(size))
        missing |= ids[written] == 0
        written += 1
    return written, kept_lines, missing
