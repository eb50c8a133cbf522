"""Look-ups in the table of postings: every live posting of many keys, or how many there are.

A look-up walks from the key's home bucket to the first that postings did not go on from. While postings move, the homes
before the frontier live in table b, the others in table a.

Signatures are given: otherwise a caller's other integer type would stop the service to compile a variant.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from wirecopy.core.index.bucket_kernels import (
    AHEAD,
    ARTICLE_MASK,
    BASE_A,
    BASE_B,
    BUCKET_BYTES,
    NO_SLOT,
    ONE_SLOT,
    POSITIONS_AT,
    PROBE_BUCKETS_MAX,
    SLOT_BYTES,
    TABLE,
    WENT_ON,
    bits_set,
    least_live,
    load_marks,
    load_position,
    load_slot,
    locate,
    lowest_bit,
    matching_slots,
    prefetch,
)
from wirecopy.core.jit import Array, Number, kernel, kernel_of

HIT: Final = np.dtype([("article", np.uint32), ("sample", np.int32), ("position", np.uint16)], align=True)
"""A posting that a look-up found: its article, which of the keys asked for has it, and at which token of the article."""


@kernel_of("i8", "u8[::1]", TABLE, HIT, "u1[::1]")
def postings_look_up(keys: Array, table: Any, hits: Array, stories: Array) -> Any:
    """Every live posting of each key, by key and then by article.

    keys u64[n]; table as `Postings.table`; fills hits HIT[≥ 8 n] and stories u8[n], how many of each key; returns how many
    hits.
    """
    slots_a, slots_b, control, _ = table
    n = len(keys)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    locate(keys, np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data), control, key_lows, buckets)
    base_a, base_b = control[BASE_A] - 1, control[BASE_B] - 1
    live_a, live_b = least_live(control, control[BASE_A]), least_live(control, control[BASE_B])
    count = 0
    for i in range(n):
        if i + AHEAD < n:
            prefetch(max(buckets[i + AHEAD], ~buckets[i + AHEAD]))
        in_a = buckets[i] >= 0
        bucket = buckets[i] if in_a else ~buckets[i]
        base, live_min = (base_a, live_a) if in_a else (base_b, live_b)
        first_hit = count
        for _ in range(PROBE_BUCKETS_MAX):
            mask = matching_slots(bucket, key_lows[i], live_min)
            while mask != NO_SLOT:
                lane = lowest_bit(mask)
                mask &= mask - ONE_SLOT
                found = np.uint32(np.int64(load_slot(bucket + lane * SLOT_BYTES) & ARTICLE_MASK) + base)
                at = count
                while at > first_hit and hits[at - 1].article > found:
                    hits[at].article = hits[at - 1].article
                    hits[at].position = hits[at - 1].position
                    at -= 1
                hits[at].article = found
                hits[at].position = load_position(bucket + POSITIONS_AT + 2 * lane)
                hits[count].sample = i
                count += 1
            if load_marks(bucket) & WENT_ON == 0:
                break
            bucket += BUCKET_BYTES
        stories[i] = count - first_hit
    return count


@kernel_of("void", "u8[::1]", TABLE, "u1[::1]")
def postings_count(keys: Array, table: Any, stories: Array) -> None:
    """How many live postings each key has: keys u64[n]; fills stories u8[n]."""
    slots_a, slots_b, control, _ = table
    n = len(keys)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    locate(keys, np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data), control, key_lows, buckets)
    live_a, live_b = least_live(control, control[BASE_A]), least_live(control, control[BASE_B])
    for i in range(n):
        if i + AHEAD < n:
            prefetch(max(buckets[i + AHEAD], ~buckets[i + AHEAD]))
        bucket = max(buckets[i], ~buckets[i])
        live_min = live_a if buckets[i] >= 0 else live_b
        found = 0
        for _ in range(PROBE_BUCKETS_MAX):
            found += bits_set(matching_slots(bucket, key_lows[i], live_min))
            if load_marks(bucket) & WENT_ON == 0:
                break
            bucket += BUCKET_BYTES
        stories[i] = found


@kernel
def sort_by_article(hits: Array, count: Number) -> None:
    """Orders the first `count` hits by article; those of one article keep their order.

    A radix sort of bytes, from the lowest; bytes that all articles share are passed over. It uses the places from `count` to
    2 `count`.
    """
    different = np.uint32(0)
    for i in range(1, count):
        different |= hits[i].article ^ hits[0].article
    begins = np.empty(256, np.int64)
    source, target = 0, count
    for byte in range(4):
        shift = np.uint32(8 * byte)
        if (different >> shift) & np.uint32(255) == 0:
            continue
        begins[:] = 0
        for i in range(source, source + count):
            begins[(hits[i].article >> shift) & np.uint32(255)] += 1
        place = target
        for value in range(256):
            size = begins[value]
            begins[value] = place
            place += size
        for i in range(source, source + count):
            value = (hits[i].article >> shift) & np.uint32(255)
            place = begins[value]
            begins[value] = place + 1
            hits[place] = hits[i]
        source, target = target, source
    if source != 0:
        for i in range(count):
            hits[i] = hits[source + i]
