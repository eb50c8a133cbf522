"""The compiled loops of the origin index's table of postings (what it is and why: `core/postings.py`).

A slot is u64: the low 36 bits of a 48-bit key, then a 28-bit article number relative to the table's base (1
and up). 0 is a vacant slot; a slot whose number is below the oldest live one is dead, and free for an
insertion. A bucket is 8 slots, one line of cache, and is compared as one vector: the three masks below are
written in LLVM's own vector terms, so that every processor gets its widest comparison and none needs a
special build.

A look-up walks from the key's home bucket to the first bucket with a vacant slot: slots never become vacant
again, so nothing lies beyond it. While postings move, the homes before the frontier live in table b, the
others in table a.

Non-obvious: `int(uint64)` stays uint64 under numba and mixes with int64 to float64, so every conversion is
spelled out.
"""

# ruff: noqa: ARG001 (an intrinsic is given the types of its arguments, and needs few of them)

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic as _intrinsic

ir: Any = vars(cgutils)["ir"]  # llvmlite's, as numba itself uses it
intrinsic: Any = _intrinsic  # what it makes is called without the typing context that it is written with

BUCKET_SLOTS = 8
PROBE_BUCKETS_MAX = 16
ARTICLE_BITS = 28
KEY_BITS = 48

# The fields of the control array (i64): a table's numbers that kernels read and write.
BUCKETS_A, BASE_A, OCCUPIED_A = 0, 1, 2
BUCKETS_B, BASE_B, OCCUPIED_B = 3, 4, 5  # BUCKETS_B is 0 unless postings are moving
FRONTIER = 6  # the first home that still lives in table a
OLDEST = 7  # the oldest live article
COUNTS_BASE = 8  # the article of counts[0]
LIVE = 9  # live postings
DROPPED_CAP, DROPPED_FULL = 10, 11  # insertions refused: enough stories; no room within reach
OCCUPIED_MAX = 12  # slots of table a in use above which postings must move
GIVE_BACK_AT = 13  # the frontier at which memory behind it is to be given back
CONTROL_FIELDS = 14

_AHEAD = 48  # look-ups between a prefetch and its use; 32 … 64 measured alike
_STORIES_MAX = 8
_SLOT_BYTES = 8
_BUCKET_BYTES = 64
_SLOTS_TO_POSITIONS = 4  # bytes of slots to a byte of positions
_NONE, _ONE, _ALL = np.uint64(0), np.uint64(1), np.uint64(255)  # masks of a bucket's slots
_ARTICLE_BITS = np.uint64(28)
_ARTICLE_MASK = np.uint64((1 << 28) - 1)
_KEY_LOW_MASK = np.uint64((1 << 36) - 1)
_KEY_DROPPED_BITS = np.uint64(16)
_TOMBSTONE = np.uint64(1 << 28)  # not vacant, and of no article
_HALF = np.uint64(32)
_HALF_MASK = np.uint64((1 << 32) - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Knuth's multiplicative hashing, TAOCP 6.4
_KEY_SPACE = np.int64(1 << 48)


def _bucket_at(builder: Any, address: Any) -> Any:
    """The 8 slots at an address, as one LLVM vector."""
    vector_type = ir.VectorType(ir.IntType(64), BUCKET_SLOTS)
    return builder.load(builder.inttoptr(address, vector_type.as_pointer()), align=64)


def _splat(builder: Any, value: Any) -> Any:
    vector_type = ir.VectorType(ir.IntType(64), BUCKET_SLOTS)
    one = builder.insert_element(
        ir.Constant(vector_type, ir.Undefined), value, ir.Constant(ir.IntType(32), 0)
    )
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), BUCKET_SLOTS), [0] * BUCKET_SLOTS)
    return builder.shuffle_vector(one, ir.Constant(vector_type, ir.Undefined), zeros)


def _constant(value: int) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(64), BUCKET_SLOTS), [value] * BUCKET_SLOTS)


def _mask_of(builder: Any, lanes: Any) -> Any:
    """A vector of 8 booleans as the low 8 bits of a u64."""
    return builder.zext(builder.bitcast(lanes, ir.IntType(BUCKET_SLOTS)), ir.IntType(64))


@intrinsic
def _matching(typing, bucket, key_low, live_min):  # type: ignore[no-untyped-def]
    """The mask of those slots of the bucket at an address that hold a live posting of the key."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, key_low, live_min = arguments
        slots = _bucket_at(builder, address)
        same = builder.icmp_unsigned(
            "==", builder.lshr(slots, _constant(ARTICLE_BITS)), _splat(builder, key_low)
        )
        number = builder.and_(slots, _constant((1 << ARTICLE_BITS) - 1))
        lives = builder.icmp_unsigned(">=", number, _splat(builder, live_min))
        return _mask_of(builder, builder.and_(same, lives))

    return types.uint64(types.int64, types.uint64, types.uint64), generate


@intrinsic
def _free(typing, bucket, live_min):  # type: ignore[no-untyped-def]
    """The mask of those slots of the bucket at an address that hold no live posting: vacant or dead."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, live_min = arguments
        number = builder.and_(_bucket_at(builder, address), _constant((1 << ARTICLE_BITS) - 1))
        return _mask_of(builder, builder.icmp_unsigned("<", number, _splat(builder, live_min)))

    return types.uint64(types.int64, types.uint64), generate


@intrinsic
def _vacant(typing, bucket):  # type: ignore[no-untyped-def]
    """The mask of the vacant slots of the bucket at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _mask_of(builder, builder.icmp_unsigned("==", _bucket_at(builder, arguments[0]), _constant(0)))

    return types.uint64(types.int64), generate


@intrinsic
def _lowest(typing, mask):  # type: ignore[no-untyped-def]
    """The index of the lowest set bit of a mask that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


@intrinsic
def _prefetch(typing, address):  # type: ignore[no-untyped-def]
    """Asks for the line of cache at an address; returns at once."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte = ir.IntType(8).as_pointer()
        word = ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        )
        hints = [ir.Constant(word, 0), ir.Constant(word, 3), ir.Constant(word, 1)]  # to read, to keep, data
        builder.call(function, [builder.inttoptr(arguments[0], byte), *hints])
        return context.get_dummy_value()

    return types.void(types.int64), generate


@intrinsic
def _load_slot(typing, address):  # type: ignore[no-untyped-def]
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))

    return types.uint64(types.int64), generate


@intrinsic
def _store_slot(typing, address, slot):  # type: ignore[no-untyped-def]
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.uint64), generate


@intrinsic
def _load_position(typing, address):  # type: ignore[no-untyped-def]
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], ir.IntType(16).as_pointer()))

    return types.uint16(types.int64), generate


@intrinsic
def _store_position(typing, address, position):  # type: ignore[no-untyped-def]
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], ir.IntType(16).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.uint16), generate


@numba.njit(nogil=True, cache=True)
def _home(spread, buckets):  # type: ignore[no-untyped-def]
    """floor(spread × buckets / 2^64), exactly, for buckets < 2^32: keeps the order, for any number."""
    high = (spread >> _HALF) * np.uint64(buckets)
    low = ((spread & _HALF_MASK) * np.uint64(buckets)) >> _HALF
    return np.int64((high + low) >> _HALF)


@numba.njit(nogil=True, cache=True)
def _live_min(control, base):  # type: ignore[no-untyped-def]
    """The smallest live article number relative to a base; at least 1, since 0 is no article."""
    return np.uint64(max(control[OLDEST] - base + 1, 1))


@numba.njit(nogil=True, cache=True)
def _locate(keys, slots_a, slots_b, control, key_lows, buckets):  # type: ignore[no-untyped-def]
    """Fills key_lows u64[n] (what a slot holds of a key) and buckets i64[n] (its home; ~home in table b).

    Homes and slots are addresses. Asks for the first homes' lines of cache already.
    """
    buckets_a, buckets_b, frontier = control[BUCKETS_A], control[BUCKETS_B], control[FRONTIER]
    for i in range(len(keys)):
        spread = (keys[i] * _SPREAD) >> _KEY_DROPPED_BITS
        key_lows[i] = spread & _KEY_LOW_MASK
        spread <<= _KEY_DROPPED_BITS
        home = _home(spread, buckets_a)
        if home >= frontier:
            buckets[i] = slots_a + home * _BUCKET_BYTES
        else:
            buckets[i] = ~(slots_b + _home(spread, buckets_b) * _BUCKET_BYTES)
    for i in range(min(len(keys), _AHEAD)):
        _prefetch(max(buckets[i], ~buckets[i]))


@numba.njit(nogil=True, cache=True)
def postings_look_up(  # type: ignore[no-untyped-def]
    keys, slots_a, positions_a, slots_b, positions_b, control, sample, article, position, stories
):
    """Every live posting of each key, by key and then by article.

    keys u64[n]; fills sample i32[8 n], article u32[8 n], position u16[8 n] and stories u8[n]; returns how
    many hits.
    """
    n = len(keys)
    at_slots_a, at_slots_b = np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data)
    at_positions_a, at_positions_b = np.int64(positions_a.ctypes.data), np.int64(positions_b.ctypes.data)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    places = np.empty(n * _STORIES_MAX, np.int64)  # addresses of the hits' positions
    _locate(keys, at_slots_a, at_slots_b, control, key_lows, buckets)
    base_a, base_b = control[BASE_A] - 1, control[BASE_B] - 1
    live_a, live_b = _live_min(control, control[BASE_A]), _live_min(control, control[BASE_B])
    hits = 0
    for i in range(n):
        if i + _AHEAD < n:
            _prefetch(max(buckets[i + _AHEAD], ~buckets[i + _AHEAD]))
        key_low = key_lows[i]
        in_a = buckets[i] >= 0
        bucket = buckets[i] if in_a else ~buckets[i]
        slots, positions = (at_slots_a, at_positions_a) if in_a else (at_slots_b, at_positions_b)
        base, live_min = (base_a, live_a) if in_a else (base_b, live_b)
        first_hit = hits
        for _ in range(PROBE_BUCKETS_MAX):
            mask = _matching(bucket, key_low, live_min)
            while mask != _NONE:
                slot = bucket + _lowest(mask) * _SLOT_BYTES
                mask &= mask - _ONE
                found = np.uint32(np.int64(_load_slot(slot) & _ARTICLE_MASK) + base)
                at = hits
                while at > first_hit and article[at - 1] > found:
                    article[at] = article[at - 1]
                    places[at] = places[at - 1]
                    at -= 1
                article[at] = found
                places[at] = positions + (slot - slots) // _SLOTS_TO_POSITIONS
                _prefetch(places[at])
                sample[hits] = i
                hits += 1
            if _vacant(bucket) != _NONE:
                break
            bucket += _BUCKET_BYTES
        stories[i] = hits - first_hit
    for hit in range(hits):
        position[hit] = _load_position(places[hit])
    return hits


@numba.njit(nogil=True, cache=True)
def _insert_one(slots, positions, bucket, key_low, number, live_min, position):  # type: ignore[no-untyped-def]
    """Puts one posting in. 0: was there, 1: into a dead slot, 2: into a vacant one, -1: cap, -2: no room."""
    stories = 0
    place = np.int64(0)
    for _ in range(PROBE_BUCKETS_MAX):
        mask = _matching(bucket, key_low, live_min)
        while mask != _NONE:
            slot = bucket + _lowest(mask) * _SLOT_BYTES
            mask &= mask - _ONE
            if _load_slot(slot) & _ARTICLE_MASK == number:
                at = positions + (slot - slots) // _SLOTS_TO_POSITIONS
                _store_position(at, min(_load_position(at), position))
                return 0
            stories += 1
        if place == 0:
            mask = _free(bucket, live_min)
            if mask != _NONE:
                place = bucket + _lowest(mask) * _SLOT_BYTES
        if _vacant(bucket) != _NONE:
            break
        bucket += _BUCKET_BYTES
    if stories >= _STORIES_MAX:
        return -1
    if place == 0:
        return -2
    was_vacant = _load_slot(place) == _NONE
    _store_slot(place, (key_low << _ARTICLE_BITS) | number)
    _store_position(positions + (place - slots) // _SLOTS_TO_POSITIONS, position)
    return 2 if was_vacant else 1


@numba.njit(nogil=True, cache=True)
def postings_insert(  # type: ignore[no-untyped-def]
    keys, at_positions, article, slots_a, positions_a, slots_b, positions_b, control, counts, advance
):
    """Adds a posting of `article` for each key, then moves `advance` homes if postings are moving.

    keys u64[n], at_positions u16[n], counts u32[…] (live postings by article). Returns whether the table
    wants its owner: to begin or end a move, or to give back memory.
    """
    n = len(keys)
    at_slots_a, at_slots_b = np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data)
    at_positions_a, at_positions_b = np.int64(positions_a.ctypes.data), np.int64(positions_b.ctypes.data)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    _locate(keys, at_slots_a, at_slots_b, control, key_lows, buckets)
    live_a, live_b = _live_min(control, control[BASE_A]), _live_min(control, control[BASE_B])
    number_a, number_b = np.uint64(article - control[BASE_A] + 1), np.uint64(article - control[BASE_B] + 1)
    added, occupied_a, occupied_b, over_cap, without_room = 0, 0, 0, 0, 0
    for i in range(n):
        if i + _AHEAD < n:
            _prefetch(max(buckets[i + _AHEAD], ~buckets[i + _AHEAD]))
        key_low, bucket, position = key_lows[i], buckets[i], at_positions[i]
        if bucket >= 0:
            done = _insert_one(at_slots_a, at_positions_a, bucket, key_low, number_a, live_a, position)
            occupied_a += done == 2
        else:
            done = _insert_one(at_slots_b, at_positions_b, ~bucket, key_low, number_b, live_b, position)
            occupied_b += done == 2
        added += done > 0
        over_cap += done == -1
        without_room += done == -2
    control[OCCUPIED_A] += occupied_a
    control[OCCUPIED_B] += occupied_b
    control[DROPPED_CAP] += over_cap
    control[DROPPED_FULL] += without_room
    control[LIVE] += added
    counts[article - control[COUNTS_BASE]] += np.uint32(added)
    if control[BUCKETS_B] > 0:
        _advance(at_slots_a, at_positions_a, at_slots_b, at_positions_b, control, counts, advance)
        return control[FRONTIER] >= control[GIVE_BACK_AT]
    return control[OCCUPIED_A] > control[OCCUPIED_MAX]


@numba.njit(nogil=True, cache=True)
def _put(slots, positions, bucket, slot, position):  # type: ignore[no-untyped-def]
    """Puts a moved posting into the first free slot from a bucket on. 1: dead, 2: vacant, -2: no room."""
    for _ in range(PROBE_BUCKETS_MAX):
        mask = _free(bucket, _ONE)
        if mask != _NONE:
            place = bucket + _lowest(mask) * _SLOT_BYTES
            was_vacant = _load_slot(place) == _NONE
            _store_slot(place, slot)
            _store_position(positions + (place - slots) // _SLOTS_TO_POSITIONS, position)
            return 2 if was_vacant else 1
        bucket += _BUCKET_BYTES
    return -2


@numba.njit(nogil=True, cache=True)
def _advance(slots_a, positions_a, slots_b, positions_b, control, counts, homes):  # type: ignore[no-untyped-def]
    """Moves the live postings of the next `homes` homes from table a to b; the frontier follows.

    The keys of home h are those from start(h) = ceil(h × 2^48 / buckets) to start(h + 1). The difference of a
    slot's 36 bits to start(h), modulo 2^36, therefore says whether it is of this home, and which key it is:
    places are within reach of their home, and no two homes within reach of each other share those bits.
    """
    buckets_a, buckets_b, base_a = control[BUCKETS_A], control[BUCKETS_B], control[BASE_A]
    first_home = control[FRONTIER]
    last_home = min(first_home + homes, buckets_a)
    live_min = _live_min(control, base_a)
    rebase = base_a - control[BASE_B]
    quotient, remainder = _KEY_SPACE // buckets_a, _KEY_SPACE % buckets_a
    stop = first_home * quotient + (first_home * remainder + buckets_a - 1) // buckets_a
    occupied_b = 0
    for home in range(first_home, last_home):
        start = stop
        stop = (home + 1) * quotient + ((home + 1) * remainder + buckets_a - 1) // buckets_a
        bucket = slots_a + home * _BUCKET_BYTES
        for _ in range(PROBE_BUCKETS_MAX):
            occupied = _ALL & ~_free(bucket, live_min)
            while occupied != _NONE:
                place = bucket + _lowest(occupied) * _SLOT_BYTES
                occupied &= occupied - _ONE
                slot = _load_slot(place)
                beyond = np.int64(((slot >> _ARTICLE_BITS) - np.uint64(start)) & _KEY_LOW_MASK)
                if beyond >= stop - start:
                    continue
                key = np.uint64(start + beyond)
                number = np.int64(slot & _ARTICLE_MASK) + rebase
                position = _load_position(positions_a + (place - slots_a) // _SLOTS_TO_POSITIONS)
                target = slots_b + _home(key << _KEY_DROPPED_BITS, buckets_b) * _BUCKET_BYTES
                moved = ((key & _KEY_LOW_MASK) << _ARTICLE_BITS) | np.uint64(number)
                done = _put(slots_b, positions_b, target, moved, position)
                _store_slot(place, _TOMBSTONE)
                occupied_b += done == 2
                if done < 0:
                    control[LIVE] -= 1
                    control[DROPPED_FULL] += 1
                    counts[number + control[BASE_B] - 1 - control[COUNTS_BASE]] -= np.uint32(1)
            if _vacant(bucket) != _NONE:
                break
            bucket += _BUCKET_BYTES
    control[OCCUPIED_B] += occupied_b
    control[FRONTIER] = last_home


@numba.njit(nogil=True, cache=True)
def _slot_of(bucket, key_low, live_min, number):  # type: ignore[no-untyped-def]
    """The address of the slot of the key's posting of one article, or 0."""
    for _ in range(PROBE_BUCKETS_MAX):
        mask = _matching(bucket, key_low, live_min)
        while mask != _NONE:
            slot = bucket + _lowest(mask) * _SLOT_BYTES
            mask &= mask - _ONE
            if _load_slot(slot) & _ARTICLE_MASK == number:
                return slot
        if _vacant(bucket) != _NONE:
            break
        bucket += _BUCKET_BYTES
    return np.int64(0)


@numba.njit(nogil=True, cache=True)
def postings_move(  # type: ignore[no-untyped-def]
    keys, at_positions, article_from, article_to, slots_a, positions_a, slots_b, positions_b, control, counts
):
    """Makes each key's posting of one article another's, or drops it where that has one (or is -1).

    Returns how many postings left `article_from`.
    """
    n = len(keys)
    at_slots_a, at_slots_b = np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data)
    at_positions_a, at_positions_b = np.int64(positions_a.ctypes.data), np.int64(positions_b.ctypes.data)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    _locate(keys, at_slots_a, at_slots_b, control, key_lows, buckets)
    left, arrived = 0, 0
    for i in range(n):
        if i + _AHEAD < n:
            _prefetch(max(buckets[i + _AHEAD], ~buckets[i + _AHEAD]))
        in_a = buckets[i] >= 0
        bucket = buckets[i] if in_a else ~buckets[i]
        slots, positions = (at_slots_a, at_positions_a) if in_a else (at_slots_b, at_positions_b)
        base = control[BASE_A] if in_a else control[BASE_B]
        live_min = _live_min(control, base)
        slot = _slot_of(bucket, key_lows[i], live_min, np.uint64(article_from - base + 1))
        if slot == 0:
            continue
        left += 1
        number = np.uint64(article_to - base + 1)
        if article_to < 0 or _slot_of(bucket, key_lows[i], live_min, number) != 0:
            _store_slot(slot, _TOMBSTONE)
            continue
        _store_slot(slot, (key_lows[i] << _ARTICLE_BITS) | number)
        _store_position(positions + (slot - slots) // _SLOTS_TO_POSITIONS, at_positions[i])
        arrived += 1
    control[LIVE] += arrived - left
    counts[article_from - control[COUNTS_BASE]] -= np.uint32(left)
    if article_to >= 0:
        counts[article_to - control[COUNTS_BASE]] += np.uint32(arrived)
    return left
