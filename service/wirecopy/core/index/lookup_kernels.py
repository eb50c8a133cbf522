"""Look-ups in the table of postings: every live posting of many keys, or how many there are.

A look-up walks from the key's home bucket to the first that postings did not go on from. While postings move, the homes
before the frontier live in table b, the others in table a."""

from __future__ import annotations

from typing import Any

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

# Signatures are given: otherwise a caller's other integer type would stop the service to compile a variant.
_LOOK_UP = "i8(u8[::1], u8[::1], u8[::1], i8[::1], i4[::1], u4[::1], u2[::1], u1[::1])"
_COUNT = "void(u8[::1], u8[::1], u8[::1], i8[::1], u1[::1])"


@kernel_of(_LOOK_UP)
def postings_look_up(
    keys: Array,
    slots_a: Array,
    slots_b: Array,
    control: Array,
    sample: Array,
    article: Array,
    position: Array,
    stories: Array,
) -> Any:
    """Every live posting of each key, by key and then by article.

    keys u64[n]; fills sample i32[8 n], article u32[8 n], position u16[8 n], stories u8[n]; returns how many
    hits.
    """
    n = len(keys)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    locate(keys, np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data), control, key_lows, buckets)
    base_a, base_b = control[BASE_A] - 1, control[BASE_B] - 1
    live_a, live_b = least_live(control, control[BASE_A]), least_live(control, control[BASE_B])
    hits = 0
    for i in range(n):
        if i + AHEAD < n:
            prefetch(max(buckets[i + AHEAD], ~buckets[i + AHEAD]))
        in_a = buckets[i] >= 0
        bucket = buckets[i] if in_a else ~buckets[i]
        base, live_min = (base_a, live_a) if in_a else (base_b, live_b)
        first_hit = hits
        for _ in range(PROBE_BUCKETS_MAX):
            mask = matching_slots(bucket, key_lows[i], live_min)
            while mask != NO_SLOT:
                lane = lowest_bit(mask)
                mask &= mask - ONE_SLOT
                found = np.uint32(np.int64(load_slot(bucket + lane * SLOT_BYTES) & ARTICLE_MASK) + base)
                at = hits
                while at > first_hit and article[at - 1] > found:
                    article[at] = article[at - 1]
                    position[at] = position[at - 1]
                    at -= 1
                article[at] = found
                position[at] = load_position(bucket + POSITIONS_AT + 2 * lane)
                sample[hits] = i
                hits += 1
            if load_marks(bucket) & WENT_ON == 0:
                break
            bucket += BUCKET_BYTES
        stories[i] = hits - first_hit
    return hits


@kernel_of(_COUNT)
def postings_count(keys: Array, slots_a: Array, slots_b: Array, control: Array, stories: Array) -> None:
    """How many live postings each key has: keys u64[n]; fills stories u8[n]."""
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
def sort_by_article(
    sample: Array, article: Array, position: Array, first: Number, hits: Number, room: Number
) -> None:
    """Orders `hits` hits by article, from place `first` on; those of one article keep their order.

    A radix sort of bytes, from the lowest; bytes that all articles share are passed over. It uses the arrays'
    places from `room` to `room + hits`.
    """
    different = np.uint32(0)
    for i in range(first + 1, first + hits):
        different |= article[i] ^ article[first]
    begins = np.empty(256, np.int64)
    source, target = first, room
    for byte in range(4):
        shift = np.uint32(8 * byte)
        if (different >> shift) & np.uint32(255) == 0:
            continue
        begins[:] = 0
        for i in range(source, source + hits):
            begins[(article[i] >> shift) & np.uint32(255)] += 1
        place = target
        for value in range(256):
            count = begins[value]
            begins[value] = place
            place += count
        for i in range(source, source + hits):
            value = (article[i] >> shift) & np.uint32(255)
            place = begins[value]
            begins[value] = place + 1
            sample[place], article[place], position[place] = sample[i], article[i], position[i]
        source, target = target, source
    if source != first:
        for i in range(hits):
            sample[first + i] = sample[source + i]
            article[first + i] = article[source + i]
            position[first + i] = position[source + i]
