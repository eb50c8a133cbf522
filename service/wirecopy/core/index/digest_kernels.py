"""A digest of a table's live postings that does not depend on where they lie, in which order they came, or from which number
on the articles were counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.index.bucket_kernels import (
    ARTICLE_MASK,
    ARTICLE_SHIFT,
    BASE_A,
    BASE_B,
    BUCKET_BYTES,
    BUCKETS_A,
    BUCKETS_B,
    FRONTIER,
    KEY_SLOT_BITS,
    KEY_STORED_MASK,
    NO_SLOT,
    ONE_SLOT,
    POSITIONS_AT,
    PROBE_BUCKETS_MAX,
    SLOT_BYTES,
    TABLE,
    least_live,
    living_slots,
    load_marks,
    load_position,
    load_slot,
    lowest_bit,
)
from wirecopy.core.jit import Array, Number, kernel, kernel_of
from wirecopy.core.text.byte_kernels import mixed

_KEY_SPACE = np.int64(1 << 50)
_STEP = np.uint64(0x9E3779B97F4A7C15)


@kernel
def _mixed(value: Number) -> Any:
    """One step of SplitMix64: every bit of the value decides every bit of the answer."""
    return mixed(value + _STEP)


@kernel
def _start_of(home: Number, buckets: Number) -> Any:
    """The least key of a home: ceil(home × 2^50 / buckets)."""
    quotient, remainder = _KEY_SPACE // buckets, _KEY_SPACE % buckets
    return home * quotient + (home * remainder + buckets - 1) // buckets


@kernel
def _key_of(key_low: Number, place: Number, first_home: Number, buckets: Number) -> Any:
    """The key of a slot at a bucket, by the 40 bits that the slot holds; -1 where its home lies before `first_home`.

    A posting lies at its home or within reach behind it, and no two homes within reach share those bits.
    """
    for home in range(min(place, buckets - 1), max(first_home, place - PROBE_BUCKETS_MAX + 1) - 1, -1):
        start = _start_of(home, buckets)
        beyond = np.int64((key_low - np.uint64(start)) & KEY_STORED_MASK)
        if beyond < _start_of(home + 1, buckets) - start:
            return start + beyond
    return np.int64(-1)


@kernel
def _add_table(
    table: Number, control: Array, buckets: Number, base: Number, names: Array, sums: Array, in_a: Number
) -> None:
    """Adds each live posting of one table to the sums."""
    live_min = least_live(control, base)
    first_home = control[FRONTIER] if in_a else np.int64(0)
    oldest = np.int64(live_min) + base - 1
    for place in range(first_home, buckets + PROBE_BUCKETS_MAX):
        bucket = table + place * BUCKET_BYTES
        mask = living_slots(bucket, live_min)
        if mask == NO_SLOT:
            continue
        marks = load_marks(bucket)
        while mask != NO_SLOT:
            lane = lowest_bit(mask)
            mask &= mask - ONE_SLOT
            slot = load_slot(bucket + lane * SLOT_BYTES)
            key_low = (slot >> ARTICLE_SHIFT) | np.uint64((marks >> 4 * lane) & 15) << KEY_SLOT_BITS
            key = _key_of(key_low, place, first_home, buckets)
            if key < 0:
                continue  # moved to the other table
            article = np.int64(slot & ARTICLE_MASK) + base - 1
            position = load_position(bucket + POSITIONS_AT + 2 * lane)
            held = _mixed(_mixed(np.uint64(key)) ^ names[article - oldest]) + np.uint64(position)
            sums[0] += _mixed(held)
            sums[1] += _mixed(held ^ _STEP)
            sums[2] += np.uint64(1)


@kernel_of("void", TABLE, "u8[::1]", "u8[::1]")
def postings_digest(table: Any, names: Array, sums: Array) -> None:
    """Adds every live posting, as key, article and position, to sums u64[3]; the last counts them. names u64[live articles]:
    the article's name in place of its number, from the oldest live one on. Sums, since postings have no order."""
    slots_a, slots_b, control, _ = table
    _add_table(np.int64(slots_a.ctypes.data), control, control[BUCKETS_A], control[BASE_A], names, sums, True)
    if control[BUCKETS_B] > 0:
        _add_table(
            np.int64(slots_b.ctypes.data), control, control[BUCKETS_B], control[BASE_B], names, sums, False
        )
