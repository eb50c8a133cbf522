"""Changes of the table of postings: insertion, the move of postings from one table to a larger, and from one article to
another."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.index.bucket_kernels import (
    AHEAD,
    ALL_SLOTS,
    ARTICLE_MASK,
    ARTICLE_SHIFT,
    BASE_A,
    BASE_B,
    BUCKET_BYTES,
    BUCKET_SLOTS,
    BUCKETS_A,
    BUCKETS_B,
    COUNTS_BASE,
    DROPPED_CAP,
    DROPPED_FULL,
    FRONTIER,
    GIVE_BACK_AT,
    KEY_DROPPED_BITS,
    KEY_SLOT_BITS,
    KEY_STORED_MASK,
    LIVE,
    NO_SLOT,
    ONE_SLOT,
    ONE_USED,
    POSITIONS_AT,
    PROBE_BUCKETS_MAX,
    SLOT_BYTES,
    TABLE,
    USED_A,
    USED_B,
    USED_MASK,
    USED_MAX,
    USED_SHIFT,
    WENT_ON,
    home_of,
    least_live,
    living_slots,
    load_marks,
    load_position,
    load_slot,
    locate,
    lowest_bit,
    matching_slots,
    prefetch,
    store_marks,
    store_position,
    store_slot,
)
from wirecopy.core.jit import Array, Number, kernel, kernel_of

HOMES_PER_POSTING = 4  # buckets moved for each key inserted
_MOVED_AHEAD = 16 * BUCKET_BYTES  # the same of a move, which reads one table and writes the other in order
_KEY_SPACE = np.int64(1 << 50)


@kernel
def _write(bucket: Number, lane: Number, key_low: Number, number: Number, position: Number) -> None:
    """Fills a slot, and counts it as used if it is the next fresh one."""
    store_slot(bucket + lane * SLOT_BYTES, (key_low << ARTICLE_SHIFT) | number)
    store_position(bucket + POSITIONS_AT + 2 * lane, position)
    marks = load_marks(bucket)
    marks += (np.int64(key_low >> KEY_SLOT_BITS) - ((marks >> 4 * lane) & 15)) << 4 * lane
    if lane == (marks >> USED_SHIFT) & USED_MASK:
        marks += ONE_USED
    store_marks(bucket, marks)


@kernel
def _insert_one(bucket: Number, key_low: Number, number: Number, live_min: Number, position: Number) -> Any:
    """Puts one posting in. 0: was there, 1: into a dead slot, 2: into a fresh one, -1: cap, -2: no room."""
    stories = 0
    free_bucket, free_lane = np.int64(0), np.int64(0)
    for _ in range(PROBE_BUCKETS_MAX):
        marks = load_marks(bucket)
        mask = matching_slots(bucket, key_low, live_min)
        while mask != NO_SLOT:
            lane = lowest_bit(mask)
            mask &= mask - ONE_SLOT
            if load_slot(bucket + lane * SLOT_BYTES) & ARTICLE_MASK == number:
                at = bucket + POSITIONS_AT + 2 * lane
                store_position(at, min(load_position(at), position))
                return 0
            stories += 1
        if free_bucket == 0:
            mask = living_slots(bucket, live_min) ^ ALL_SLOTS
            if mask != NO_SLOT:
                free_bucket, free_lane = bucket, lowest_bit(mask)
        if marks & WENT_ON == 0:
            if free_bucket != 0 or stories >= limits.POSTINGS_COUNT_MAX:
                break
            store_marks(bucket, marks | WENT_ON)
        bucket += BUCKET_BYTES
    if stories >= limits.POSTINGS_COUNT_MAX:
        return -1
    if free_bucket == 0:
        return -2
    fresh = free_lane == (load_marks(free_bucket) >> USED_SHIFT) & USED_MASK
    _write(free_bucket, free_lane, key_low, number, position)
    return 2 if fresh else 1


@kernel
def _put(bucket: Number, key_low: Number, number: Number, position: Number) -> Any:
    """Puts a moved posting into the first fresh slot from a bucket on. Returns whether there was one."""
    for _ in range(PROBE_BUCKETS_MAX):
        marks = load_marks(bucket)
        used = (marks >> USED_SHIFT) & USED_MASK
        if used < BUCKET_SLOTS:
            store_slot(bucket + used * SLOT_BYTES, (key_low << ARTICLE_SHIFT) | number)
            store_position(bucket + POSITIONS_AT + 2 * used, position)
            high = np.int64(key_low >> KEY_SLOT_BITS) << 4 * used  # what a fresh slot has there is 0
            store_marks(bucket, (marks | high) + ONE_USED)
            return True
        store_marks(bucket, marks | WENT_ON)
        bucket += BUCKET_BYTES
    return False


@kernel
def _advance(table_a: Number, table_b: Number, control: Array, counts: Array, homes: Number) -> None:
    """Moves the live postings of the next `homes` homes from table a to b; the frontier follows.

    The keys of home h are those from start(h) = ceil(h × 2^50 / buckets) to start(h + 1). The difference of a
    slot's 40 bits to start(h), modulo 2^40, therefore says whether it is of this home, and which key it is:
    places are within reach of their home, and no two homes within reach of each other share those bits.
    """
    buckets_a, buckets_b, base_a = control[BUCKETS_A], control[BUCKETS_B], control[BASE_A]
    first_home = control[FRONTIER]
    last_home = min(first_home + homes, buckets_a)
    live_min = least_live(control, base_a)
    rebase = base_a - control[BASE_B]
    quotient, remainder = _KEY_SPACE // buckets_a, _KEY_SPACE % buckets_a
    stop = first_home * quotient + (first_home * remainder + buckets_a - 1) // buckets_a
    used_b = 0
    for home in range(first_home, last_home):
        start = stop
        stop = (home + 1) * quotient + ((home + 1) * remainder + buckets_a - 1) // buckets_a
        own = table_a + home * BUCKET_BYTES
        target = table_b + home_of(np.uint64(start) << KEY_DROPPED_BITS, buckets_b) * BUCKET_BYTES
        prefetch(own + _MOVED_AHEAD)
        prefetch(target + _MOVED_AHEAD)
        bucket = own
        for _ in range(PROBE_BUCKETS_MAX):
            marks = load_marks(bucket)
            mask = living_slots(bucket, live_min)
            while mask != NO_SLOT:
                lane = lowest_bit(mask)
                mask &= mask - ONE_SLOT
                slot = load_slot(bucket + lane * SLOT_BYTES)
                key_low = (slot >> ARTICLE_SHIFT) | np.uint64((marks >> 4 * lane) & 15) << KEY_SLOT_BITS
                beyond = np.int64((key_low - np.uint64(start)) & KEY_STORED_MASK)
                if beyond >= stop - start:
                    continue
                target = (
                    home_of(np.uint64(start + beyond) << KEY_DROPPED_BITS, buckets_b) * BUCKET_BYTES + table_b
                )
                number = np.int64(slot & ARTICLE_MASK) + rebase
                position = load_position(bucket + POSITIONS_AT + 2 * lane)
                if _put(target, key_low, np.uint64(number), position):
                    used_b += 1
                else:
                    control[LIVE] -= 1
                    control[DROPPED_FULL] += 1
                    counts[number + control[BASE_B] - 1 - control[COUNTS_BASE]] -= np.uint32(1)
                if bucket != own:  # nobody looks into the own bucket again
                    store_slot(bucket + lane * SLOT_BYTES, NO_SLOT)
            if marks & WENT_ON == 0:
                break
            bucket += BUCKET_BYTES
    control[USED_B] += used_b
    control[FRONTIER] = last_home


@kernel_of("b1", TABLE, "i8")
def postings_advance(table: Any, homes: Number) -> Any:
    """Moves the next `homes` homes, if postings are moving. Returns what `postings_insert` returns."""
    slots_a, slots_b, control, counts = table
    if control[BUCKETS_B] == 0:
        return control[USED_A] > control[USED_MAX]
    _advance(np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data), control, counts, homes)
    return control[FRONTIER] >= control[GIVE_BACK_AT]


@kernel_of("b1", "u8[::1]", "u2[::1]", "i8", TABLE)
def postings_insert(keys: Array, positions: Array, article: Number, table: Any) -> Any:
    """Adds a posting of `article` for each key, then moves HOMES_PER_POSTING homes for each if postings are moving.

    keys u64[n], positions u16[n], table as `Postings.table`. Returns whether the table wants its owner: to begin or end a
    move, or to give back memory.
    """
    slots_a, slots_b, control, counts = table
    n = len(keys)
    table_a, table_b = np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    locate(keys, table_a, table_b, control, key_lows, buckets)
    live_a, live_b = least_live(control, control[BASE_A]), least_live(control, control[BASE_B])
    number_a = np.uint64(article - control[BASE_A] + 1)
    number_b = np.uint64(article - control[BASE_B] + 1)
    added, used_a, used_b, over_cap, without_room = 0, 0, 0, 0, 0
    for i in range(n):
        if i + AHEAD < n:
            prefetch(max(buckets[i + AHEAD], ~buckets[i + AHEAD]))
        if buckets[i] >= 0:
            done = _insert_one(buckets[i], key_lows[i], number_a, live_a, positions[i])
            used_a += done == 2
        else:
            done = _insert_one(~buckets[i], key_lows[i], number_b, live_b, positions[i])
            used_b += done == 2
        added += done > 0
        over_cap += done == -1
        without_room += done == -2
    control[USED_A] += used_a
    control[USED_B] += used_b
    control[DROPPED_CAP] += over_cap
    control[DROPPED_FULL] += without_room
    control[LIVE] += added
    counts[article - control[COUNTS_BASE]] += np.uint32(added)
    return postings_advance(table, HOMES_PER_POSTING * n)


@kernel
def _find(bucket: Number, key_low: Number, live_min: Number, number: Number) -> Any:
    """The bucket and lane of the key's posting of one article; bucket 0 where it has none."""
    for _ in range(PROBE_BUCKETS_MAX):
        mask = matching_slots(bucket, key_low, live_min)
        while mask != NO_SLOT:
            lane = lowest_bit(mask)
            mask &= mask - ONE_SLOT
            if load_slot(bucket + lane * SLOT_BYTES) & ARTICLE_MASK == number:
                return bucket, lane
        if load_marks(bucket) & WENT_ON == 0:
            break
        bucket += BUCKET_BYTES
    return np.int64(0), np.int64(0)


@kernel_of("i8", "u8[::1]", "u2[::1]", "i8", "i8", TABLE)
def postings_move(keys: Array, positions: Array, article_from: Number, article_to: Number, table: Any) -> Any:
    """Makes each key's posting of one article another's, or drops it where that has one (or is -1).

    Returns how many postings left `article_from`.
    """
    slots_a, slots_b, control, counts = table
    n = len(keys)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    locate(keys, np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data), control, key_lows, buckets)
    left, arrived = 0, 0
    for i in range(n):
        if i + AHEAD < n:
            prefetch(max(buckets[i + AHEAD], ~buckets[i + AHEAD]))
        home = max(buckets[i], ~buckets[i])
        base = control[BASE_A] if buckets[i] >= 0 else control[BASE_B]
        live_min = least_live(control, base)
        bucket, lane = _find(home, key_lows[i], live_min, np.uint64(article_from - base + 1))
        if bucket == 0:
            continue
        left += 1
        number = np.uint64(article_to - base + 1)
        if article_to < 0 or _find(home, key_lows[i], live_min, number)[0] != 0:
            store_slot(bucket + lane * SLOT_BYTES, NO_SLOT)
            continue
        _write(bucket, lane, key_lows[i], number, positions[i])
        arrived += 1
    control[LIVE] += arrived - left
    counts[article_from - control[COUNTS_BASE]] -= np.uint32(left)
    if article_to >= 0:
        counts[article_to - control[COUNTS_BASE]] += np.uint32(arrived)
    return left
