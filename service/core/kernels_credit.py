"""The compiled loops that find where a credit may stand."""

from __future__ import annotations

import numba
import numpy as np

_SECOND = np.uint64(16)
_PAIR = np.uint64(0x9E3779B97F4A7C15)


@numba.njit(nogil=True, cache=True, inline="always")
def _flagged(flags, key, bit):  # type: ignore[no-untyped-def]
    """Whether a Bloom filter u16[2^16] of two places a key (its bits 0–15 and 16–31) may hold `key` with
    this bit; the second place has it eight bits higher."""
    mask = np.uint64(0xFFFF)
    return (flags[key & mask] & bit) != 0 and (flags[(key >> _SECOND) & mask] & (bit << 8)) != 0


@numba.njit(nogil=True, cache=True)
def marked_tokens(hashes, flags, single, pair, places_max):  # type: ignore[no-untyped-def]
    """Tokens at which something of the table begins, ascending: i32[≤ places_max], the first and the last
    of them.

    hashes u64[t]. Keys of the filter are a token's hash (bit `single`) and the mix of it and the next token
    (bit `pair`). A mark may be in vain, about one token in two hundred: what it marks is to be looked at.
    """
    count = len(hashes)
    half = places_max // 2
    first = np.empty(half, np.int32)
    last = np.empty(half, np.int32)
    found = 0
    for i in range(count):
        value = hashes[i]
        hit = _flagged(flags, value, single)
        if not hit and i + 1 < count:
            hit = _flagged(flags, value * _PAIR + hashes[i + 1], pair)
        if hit:
            if found < half:
                first[found] = i
            else:
                last[(found - half) % half] = i
            found += 1
    if found <= half:
        return first[:found]
    later = min(found - half, half)
    places = np.empty(half + later, np.int32)
    places[:half] = first
    for j in range(later):
        places[half + j] = last[(found - half - later + j) % half]
    return places


@numba.njit(nogil=True, cache=True)
def marked_lines(  # type: ignore[no-untyped-def]
    hashes, lines, token_start, token_end, flags, line_start, line_pair, line_end, tokens_max, places_max
):
    """Lines of 2 to tokens_max tokens whose first token, first pair or last token is in the table: i32[≤
    places_max], the first ones.

    lines i32[l, columns], of which token_start and token_end are the columns that hold the range of tokens.
    """
    places = np.empty(min(places_max, len(lines)), np.int32)
    found = 0
    for i in range(len(lines)):
        if found == len(places):
            break
        start = lines[i, token_start]
        end = lines[i, token_end]
        if end - start < 2 or end - start > tokens_max:
            continue
        if (
            _flagged(flags, hashes[start], line_start)
            or _flagged(flags, hashes[end - 1], line_end)
            or _flagged(flags, hashes[start] * _PAIR + hashes[start + 1], line_pair)
        ):
            places[found] = i
            found += 1
    return places[:found]
