"""The compiled loops of the origin index's table of postings (what it is and why: `core/index/postings.py`).

A bucket is one line of cache, 64 bytes: six slots (u64), six token positions (u16), and a u32 of marks. A
slot holds the low 36 bits of a 50-bit key, then a 28-bit article number relative to the table's base, 1 and
up. The marks are, from the lowest bit: 4 more bits of each slot's key, how many slots were ever used, and
whether postings went on to the next bucket for want of a slot. A slot whose number is below the oldest live
one is dead, and free for an insertion. The slots are compared as one vector: the masks below are written in
LLVM's own vector terms, so that every processor gets its widest comparison and none needs a special build.

A look-up walks from the key's home bucket to the first that postings did not go on from. While postings move,
the homes before the frontier live in table b, the others in table a.

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

BUCKET_SLOTS = 6
BUCKET_LANES = 8  # u64 words of a bucket
PROBE_BUCKETS_MAX = 64
ARTICLE_BITS = 28
KEY_BITS = 50
STORED_KEY_BITS = 40

# The fields of the control array (i64): a table's numbers that kernels read and write.
BUCKETS_A, BASE_A, USED_A = 0, 1, 2
BUCKETS_B, BASE_B, USED_B = 3, 4, 5  # BUCKETS_B is 0 unless postings are moving
FRONTIER = 6  # the first home that still lives in table a
OLDEST = 7  # the oldest live article
COUNTS_BASE = 8  # the article of counts[0]
LIVE = 9  # live postings
DROPPED_CAP, DROPPED_FULL = 10, 11  # insertions refused: enough stories; no room within reach
USED_MAX = 12  # slots of table a in use above which postings must move
GIVE_BACK_AT = 13  # the frontier at which memory behind it is to be given back
CONTROL_FIELDS = 14

_AHEAD = 48  # look-ups between a prefetch and its use: 32 … 256 measured alike, 16 slower
_STORIES_MAX = 8
_SLOT_BYTES = 8
_SLOT_KEY_BITS = 36  # of a key's 40; the marks hold the others
_BUCKET_BYTES = 64
_MOVED_AHEAD = 16 * _BUCKET_BYTES  # the same of a move, which reads one table and writes the other in order
_POSITIONS_AT = 48  # bytes from a bucket's start
_MARKS_AT = 60
_USED_SHIFT, _USED_MASK, _ONE_USED = 24, 7, 1 << 24
_WENT_ON = 1 << 27
_NONE, _ONE, _ALL_SLOTS = np.uint64(0), np.uint64(1), np.uint64(63)  # masks of a bucket's slots
# Signatures are given: otherwise a caller's other integer type would stop the service to compile a variant.
_LOOK_UP = "i8(u8[::1], u8[::1], u8[::1], i8[::1], i4[::1], u4[::1], u2[::1], u1[::1])"
_COUNT = "void(u8[::1], u8[::1], u8[::1], i8[::1], u1[::1])"
_SURVEY = (
    "void(u8[::1], u8[::1], i8, u8[::1], u8[::1], i8[::1], u8[::1], u8[::1], i8[::1],"
    " i4[::1], u4[::1], u2[::1], i4[::1], u4[::1], u2[::1], u1[::1], u1[::1], u4[::1], i8[::1], i8)"
)
_INSERT = "b1(u8[::1], u2[::1], i8, u8[::1], u8[::1], i8[::1], u4[::1], i8)"
_MOVE = "i8(u8[::1], u2[::1], i8, i8, u8[::1], u8[::1], i8[::1], u4[::1])"
_TEACH = (
    "void(u8[::1], i4[::1], u1[::1], i4[:, ::1], i4[::1], u4[::1], i8, i8, u8[::1], i8,"
    " u8[::1], u2[::1], u8[::1], u2[::1], i8[::1], i8[::1])"
)
_LEARN = (
    "i8(u8[::1], i4[::1], u1[::1], i4[:, ::1], i4[::1], u4[::1], i8, i8, u8[::1], i8, i8,"
    " u8[::1], u8[::1], i8[::1], u4[::1], u8[::1], u8[::1], i8[::1], u4[::1], i8)"
)
_ARTICLE_BITS = np.uint64(28)
_ARTICLE_MASK = np.uint64((1 << 28) - 1)
_KEY_STORED_MASK = np.uint64((1 << 40) - 1)
_KEY_SLOT_BITS = np.uint64(_SLOT_KEY_BITS)
_KEY_DROPPED_BITS = np.uint64(14)
_HALF = np.uint64(32)
_HALF_MASK = np.uint64((1 << 32) - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Knuth's multiplicative hashing, TAOCP 6.4
_KEY_SPACE = np.int64(1 << 50)


def _bucket_at(builder: Any, address: Any) -> Any:
    """The bucket at an address, as one LLVM vector: the slots, and two lanes more."""
    vector_type = ir.VectorType(ir.IntType(64), BUCKET_LANES)
    return builder.load(builder.inttoptr(address, vector_type.as_pointer()), align=64)


def _splat(builder: Any, value: Any) -> Any:
    vector_type = ir.VectorType(ir.IntType(64), BUCKET_LANES)
    undefined = ir.Constant(vector_type, ir.Undefined)
    one = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, undefined, _lanes([0] * BUCKET_LANES))


def _lanes(lanes: list[int]) -> Any:
    """Which lane each lane of a shuffled vector comes from."""
    return ir.Constant(ir.VectorType(ir.IntType(32), BUCKET_LANES), lanes)


def _constant(value: int) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(64), BUCKET_LANES), [value] * BUCKET_LANES)


def _mask_of(builder: Any, lanes: Any) -> Any:
    """A vector of booleans as a u64 with a bit a slot; the lanes that are no slots left out."""
    bits = builder.zext(builder.bitcast(lanes, ir.IntType(BUCKET_LANES)), ir.IntType(64))
    return builder.and_(bits, ir.Constant(ir.IntType(64), (1 << BUCKET_SLOTS) - 1))


@intrinsic
def _matching(typing, bucket, key_low, live_min):  # type: ignore[no-untyped-def]
    """The mask of those slots of a bucket that hold a live posting of a key, told apart by all 40 bits."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, key_low, live_min = arguments
        bucket = _bucket_at(builder, address)
        in_slot = builder.shl(key_low, ir.Constant(ir.IntType(64), ARTICLE_BITS))  # drops what the marks hold
        number = builder.xor(bucket, _splat(builder, in_slot))  # beyond any article's where the bits differ
        least = _splat(builder, live_min)
        beyond = builder.sub(_constant(1 << ARTICLE_BITS), least)
        lives = builder.icmp_unsigned("<", builder.sub(number, least), beyond)
        high = builder.lshr(key_low, ir.Constant(ir.IntType(64), _SLOT_KEY_BITS))
        in_marks = builder.mul(high, ir.Constant(ir.IntType(64), 0x111111 << 32))  # once for every slot
        marks = builder.shuffle_vector(bucket, bucket, _lanes([BUCKET_LANES - 1] * BUCKET_LANES))
        differing = builder.xor(marks, _splat(builder, in_marks))
        own_bits = ir.Constant(bucket.type, [15 << 32 + 4 * lane for lane in range(BUCKET_SLOTS)] + [0, 0])
        same = builder.icmp_unsigned("==", builder.and_(differing, own_bits), _constant(0))
        return _mask_of(builder, builder.and_(same, lives))

    return types.uint64(types.int64, types.uint64, types.uint64), generate


@intrinsic
def _living(typing, bucket, live_min):  # type: ignore[no-untyped-def]
    """The mask of those slots of a bucket that hold a live posting."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, live_min = arguments
        number = builder.and_(_bucket_at(builder, address), _constant((1 << ARTICLE_BITS) - 1))
        return _mask_of(builder, builder.icmp_unsigned(">=", number, _splat(builder, live_min)))

    return types.uint64(types.int64, types.uint64), generate


@intrinsic
def _lowest(typing, mask):  # type: ignore[no-untyped-def]
    """The index of the lowest set bit of a mask that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


@intrinsic
def _count(typing, mask):  # type: ignore[no-untyped-def]
    """How many bits of a mask are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

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
def _store_position(typing, address, value):  # type: ignore[no-untyped-def]
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], ir.IntType(16).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.uint16), generate


@intrinsic
def _load_marks(typing, bucket):  # type: ignore[no-untyped-def]
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.add(arguments[0], ir.Constant(ir.IntType(64), _MARKS_AT))
        marks = builder.load(builder.inttoptr(address, ir.IntType(32).as_pointer()))
        return builder.zext(marks, ir.IntType(64))

    return types.int64(types.int64), generate


@intrinsic
def _store_marks(typing, bucket, marks):  # type: ignore[no-untyped-def]
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.add(arguments[0], ir.Constant(ir.IntType(64), _MARKS_AT))
        marks = builder.trunc(arguments[1], ir.IntType(32))
        builder.store(marks, builder.inttoptr(address, ir.IntType(32).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


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
def _locate(keys, table_a, table_b, control, key_lows, buckets):  # type: ignore[no-untyped-def]
    """Fills key_lows u64[n] (what a slot holds of a key) and buckets i64[n] (its home; ~home in table b).

    Homes and tables are addresses. Asks for the first homes' lines of cache already.
    """
    buckets_a, buckets_b, frontier = control[BUCKETS_A], control[BUCKETS_B], control[FRONTIER]
    for i in range(len(keys)):
        spread = (keys[i] * _SPREAD) >> _KEY_DROPPED_BITS
        key_lows[i] = spread & _KEY_STORED_MASK
        spread <<= _KEY_DROPPED_BITS
        home = _home(spread, buckets_a)
        if home >= frontier:
            buckets[i] = table_a + home * _BUCKET_BYTES
        else:
            buckets[i] = ~(table_b + _home(spread, buckets_b) * _BUCKET_BYTES)
    for i in range(min(len(keys), _AHEAD)):
        _prefetch(max(buckets[i], ~buckets[i]))


@numba.njit(_LOOK_UP, nogil=True, cache=True)
def postings_look_up(  # type: ignore[no-untyped-def]
    keys, slots_a, slots_b, control, sample, article, position, stories
):
    """Every live posting of each key, by key and then by article.

    keys u64[n]; fills sample i32[8 n], article u32[8 n], position u16[8 n], stories u8[n]; returns how many
    hits.
    """
    n = len(keys)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    _locate(keys, np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data), control, key_lows, buckets)
    base_a, base_b = control[BASE_A] - 1, control[BASE_B] - 1
    live_a, live_b = _live_min(control, control[BASE_A]), _live_min(control, control[BASE_B])
    hits = 0
    for i in range(n):
        if i + _AHEAD < n:
            _prefetch(max(buckets[i + _AHEAD], ~buckets[i + _AHEAD]))
        in_a = buckets[i] >= 0
        bucket = buckets[i] if in_a else ~buckets[i]
        base, live_min = (base_a, live_a) if in_a else (base_b, live_b)
        first_hit = hits
        for _ in range(PROBE_BUCKETS_MAX):
            mask = _matching(bucket, key_lows[i], live_min)
            while mask != _NONE:
                lane = _lowest(mask)
                mask &= mask - _ONE
                found = np.uint32(np.int64(_load_slot(bucket + lane * _SLOT_BYTES) & _ARTICLE_MASK) + base)
                at = hits
                while at > first_hit and article[at - 1] > found:
                    article[at] = article[at - 1]
                    position[at] = position[at - 1]
                    at -= 1
                article[at] = found
                position[at] = _load_position(bucket + _POSITIONS_AT + 2 * lane)
                sample[hits] = i
                hits += 1
            if _load_marks(bucket) & _WENT_ON == 0:
                break
            bucket += _BUCKET_BYTES
        stories[i] = hits - first_hit
    return hits


@numba.njit(_COUNT, nogil=True, cache=True)
def postings_count(keys, slots_a, slots_b, control, stories):  # type: ignore[no-untyped-def]
    """How many live postings each key has: keys u64[n]; fills stories u8[n]."""
    n = len(keys)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    _locate(keys, np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data), control, key_lows, buckets)
    live_a, live_b = _live_min(control, control[BASE_A]), _live_min(control, control[BASE_B])
    for i in range(n):
        if i + _AHEAD < n:
            _prefetch(max(buckets[i + _AHEAD], ~buckets[i + _AHEAD]))
        bucket = max(buckets[i], ~buckets[i])
        live_min = live_a if buckets[i] >= 0 else live_b
        found = 0
        for _ in range(PROBE_BUCKETS_MAX):
            found += _count(_matching(bucket, key_lows[i], live_min))
            if _load_marks(bucket) & _WENT_ON == 0:
                break
            bucket += _BUCKET_BYTES
        stories[i] = found


@numba.njit(nogil=True, cache=True)
def _by_article(sample, article, position, first, hits, room):  # type: ignore[no-untyped-def]
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


# What `postings_survey` is asked beside ids, and where it counts what it found.
ASKED_SITE, ASKED_TAKEN, ASKED_IDENTITY, ASKED_TITLE, ASKED_SAID = 0, 1, 2, 5, 6
IDENTITIES = 3
FOUND_VOTES, FOUND_TAKEN, FOUND_SAME_ADDRESS, FOUND_SAME_BODY, FOUND_FIELDS = 0, 1, 2, 3, 4


@numba.njit(_SURVEY, nogil=True, cache=True)
def postings_survey(  # type: ignore[no-untyped-def]
    ids,
    asked,
    credits_said,
    postings_a,
    postings_b,
    postings_control,
    marks_a,
    marks_b,
    marks_control,
    sample,
    article,
    position,
    taken_sample,
    taken_article,
    taken_position,
    template,
    said,
    same,
    found,
    stories_max,
):
    """All that the index holds of one article, in one call: its votes, those of what its host took before, both
    ordered by article and then by sample; which samples are template; who has its address or body.

    ids u64[n]; asked u64[≥ 6 + c]: the site's key, the taken passages' key, the keys of URL, id and body, the
    title's digest (not looked at here), the keys of c credits. Fills (room for 16 n + 48 each) sample, article,
    position, taken_…; template u8[n]; said u8[c], how often the site said the credit; same u32[24], articles of the
    same address, then of the same body; found i64[4], how many of each.
    """
    n = len(ids)
    keys = np.empty(max(n + IDENTITIES, credits_said), np.uint64)
    stories = np.empty(len(keys), np.uint8)
    for i in range(n):
        keys[i] = ids[i]
    for i in range(IDENTITIES):
        keys[n + i] = asked[ASKED_IDENTITY + i]
    every = postings_look_up(
        keys[: n + IDENTITIES], postings_a, postings_b, postings_control, sample, article, position, stories
    )
    votes = every
    for i in range(IDENTITIES):
        votes -= stories[n + i]
    for i in range(votes, every):
        same[i - votes] = article[i]
    found[FOUND_VOTES] = votes
    found[FOUND_SAME_ADDRESS] = np.int64(stories[n]) + np.int64(stories[n + 1])
    found[FOUND_SAME_BODY] = np.int64(stories[n + 2])
    for i in range(n):
        template[i] = stories[i] >= stories_max
    _by_article(sample, article, position, 0, votes, votes)
    if credits_said:
        postings_count(asked[ASKED_SAID : ASKED_SAID + credits_said], marks_a, marks_b, marks_control, said)
    for i in range(n):
        keys[i] = ids[i] ^ asked[ASKED_SITE]
    postings_count(keys[:n], marks_a, marks_b, marks_control, stories)
    for i in range(n):
        template[i] |= stories[i] > 0
        keys[i] = ids[i] ^ asked[ASKED_TAKEN]
    taken = postings_look_up(
        keys[:n], marks_a, marks_b, marks_control, taken_sample, taken_article, taken_position, stories
    )
    _by_article(taken_sample, taken_article, taken_position, 0, taken, taken)
    found[FOUND_TAKEN] = taken


@numba.njit(nogil=True, cache=True)
def _write(bucket, lane, key_low, number, position):  # type: ignore[no-untyped-def]
    """Fills a slot, and counts it as used if it is the next fresh one."""
    _store_slot(bucket + lane * _SLOT_BYTES, (key_low << _ARTICLE_BITS) | number)
    _store_position(bucket + _POSITIONS_AT + 2 * lane, position)
    marks = _load_marks(bucket)
    marks += (np.int64(key_low >> _KEY_SLOT_BITS) - ((marks >> 4 * lane) & 15)) << 4 * lane
    if lane == (marks >> _USED_SHIFT) & _USED_MASK:
        marks += _ONE_USED
    _store_marks(bucket, marks)


@numba.njit(nogil=True, cache=True)
def _insert_one(bucket, key_low, number, live_min, position):  # type: ignore[no-untyped-def]
    """Puts one posting in. 0: was there, 1: into a dead slot, 2: into a fresh one, -1: cap, -2: no room."""
    stories = 0
    free_bucket, free_lane = np.int64(0), np.int64(0)
    for _ in range(PROBE_BUCKETS_MAX):
        marks = _load_marks(bucket)
        mask = _matching(bucket, key_low, live_min)
        while mask != _NONE:
            lane = _lowest(mask)
            mask &= mask - _ONE
            if _load_slot(bucket + lane * _SLOT_BYTES) & _ARTICLE_MASK == number:
                at = bucket + _POSITIONS_AT + 2 * lane
                _store_position(at, min(_load_position(at), position))
                return 0
            stories += 1
        if free_bucket == 0:
            mask = _living(bucket, live_min) ^ _ALL_SLOTS
            if mask != _NONE:
                free_bucket, free_lane = bucket, _lowest(mask)
        if marks & _WENT_ON == 0:
            if free_bucket != 0 or stories >= _STORIES_MAX:
                break
            _store_marks(bucket, marks | _WENT_ON)
        bucket += _BUCKET_BYTES
    if stories >= _STORIES_MAX:
        return -1
    if free_bucket == 0:
        return -2
    fresh = free_lane == (_load_marks(free_bucket) >> _USED_SHIFT) & _USED_MASK
    _write(free_bucket, free_lane, key_low, number, position)
    return 2 if fresh else 1


@numba.njit(nogil=True, cache=True)
def _put(bucket, key_low, number, position):  # type: ignore[no-untyped-def]
    """Puts a moved posting into the first fresh slot from a bucket on. Returns whether there was one."""
    for _ in range(PROBE_BUCKETS_MAX):
        marks = _load_marks(bucket)
        used = (marks >> _USED_SHIFT) & _USED_MASK
        if used < BUCKET_SLOTS:
            _store_slot(bucket + used * _SLOT_BYTES, (key_low << _ARTICLE_BITS) | number)
            _store_position(bucket + _POSITIONS_AT + 2 * used, position)
            high = np.int64(key_low >> _KEY_SLOT_BITS) << 4 * used  # what a fresh slot has there is 0
            _store_marks(bucket, (marks | high) + _ONE_USED)
            return True
        _store_marks(bucket, marks | _WENT_ON)
        bucket += _BUCKET_BYTES
    return False


@numba.njit(nogil=True, cache=True)
def _advance(table_a, table_b, control, counts, homes):  # type: ignore[no-untyped-def]
    """Moves the live postings of the next `homes` homes from table a to b; the frontier follows.

    The keys of home h are those from start(h) = ceil(h × 2^50 / buckets) to start(h + 1). The difference of a
    slot's 40 bits to start(h), modulo 2^40, therefore says whether it is of this home, and which key it is:
    places are within reach of their home, and no two homes within reach of each other share those bits.
    """
    buckets_a, buckets_b, base_a = control[BUCKETS_A], control[BUCKETS_B], control[BASE_A]
    first_home = control[FRONTIER]
    last_home = min(first_home + homes, buckets_a)
    live_min = _live_min(control, base_a)
    rebase = base_a - control[BASE_B]
    quotient, remainder = _KEY_SPACE // buckets_a, _KEY_SPACE % buckets_a
    stop = first_home * quotient + (first_home * remainder + buckets_a - 1) // buckets_a
    used_b = 0
    for home in range(first_home, last_home):
        start = stop
        stop = (home + 1) * quotient + ((home + 1) * remainder + buckets_a - 1) // buckets_a
        own = table_a + home * _BUCKET_BYTES
        target = table_b + _home(np.uint64(start) << _KEY_DROPPED_BITS, buckets_b) * _BUCKET_BYTES
        _prefetch(own + _MOVED_AHEAD)
        _prefetch(target + _MOVED_AHEAD)
        bucket = own
        for _ in range(PROBE_BUCKETS_MAX):
            marks = _load_marks(bucket)
            mask = _living(bucket, live_min)
            while mask != _NONE:
                lane = _lowest(mask)
                mask &= mask - _ONE
                slot = _load_slot(bucket + lane * _SLOT_BYTES)
                key_low = (slot >> _ARTICLE_BITS) | np.uint64((marks >> 4 * lane) & 15) << _KEY_SLOT_BITS
                beyond = np.int64((key_low - np.uint64(start)) & _KEY_STORED_MASK)
                if beyond >= stop - start:
                    continue
                target = (
                    _home(np.uint64(start + beyond) << _KEY_DROPPED_BITS, buckets_b) * _BUCKET_BYTES + table_b
                )
                number = np.int64(slot & _ARTICLE_MASK) + rebase
                position = _load_position(bucket + _POSITIONS_AT + 2 * lane)
                if _put(target, key_low, np.uint64(number), position):
                    used_b += 1
                else:
                    control[LIVE] -= 1
                    control[DROPPED_FULL] += 1
                    counts[number + control[BASE_B] - 1 - control[COUNTS_BASE]] -= np.uint32(1)
                if bucket != own:  # nobody looks into the own bucket again
                    _store_slot(bucket + lane * _SLOT_BYTES, _NONE)
            if marks & _WENT_ON == 0:
                break
            bucket += _BUCKET_BYTES
    control[USED_B] += used_b
    control[FRONTIER] = last_home


@numba.njit(_INSERT, nogil=True, cache=True)
def postings_insert(  # type: ignore[no-untyped-def]
    keys, positions, article, slots_a, slots_b, control, counts, advance
):
    """Adds a posting of `article` for each key, then moves `advance` homes if postings are moving.

    keys u64[n], positions u16[n], counts u32[…] (live postings by article). Returns whether the table wants
    its owner: to begin or end a move, or to give back memory.
    """
    n = len(keys)
    table_a, table_b = np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    _locate(keys, table_a, table_b, control, key_lows, buckets)
    live_a, live_b = _live_min(control, control[BASE_A]), _live_min(control, control[BASE_B])
    number_a = np.uint64(article - control[BASE_A] + 1)
    number_b = np.uint64(article - control[BASE_B] + 1)
    added, used_a, used_b, over_cap, without_room = 0, 0, 0, 0, 0
    for i in range(n):
        if i + _AHEAD < n:
            _prefetch(max(buckets[i + _AHEAD], ~buckets[i + _AHEAD]))
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
    if control[BUCKETS_B] > 0:
        _advance(table_a, table_b, control, counts, advance)
        return control[FRONTIER] >= control[GIVE_BACK_AT]
    return control[USED_A] > control[USED_MAX]


TAUGHT_MARKS, TAUGHT_POSTINGS, TAUGHT_FIELDS = 0, 1, 2


@numba.njit(_TEACH, nogil=True, cache=True)
def teach(  # type: ignore[no-untyped-def]
    ids,
    positions,
    template,
    covered,
    sample,
    article,
    votes,
    renew_before,
    asked,
    said,
    marks_keys,
    marks_positions,
    postings_keys,
    postings_positions,
    newest,
    taught,
):
    """What the index is to learn of an article, as keys and positions to be inserted.

    ids u64[n], positions i32[n], template u8[n] of its samples; covered i32[r, 2], token ranges that sources explain; its
    votes; the article before which postings are renewed; asked as in `postings_survey`, of the credits only the `said`
    that the article is given. Fills marks_… [2 n + c] (what the site said, its template, what it took from elsewhere),
    postings_… [n + 3] (what is new here, and the identities) and taught i64[2], how many of each; newest i64[n] is room
    to work in."""
    n = len(ids)
    marks = said
    for i in range(marks):
        marks_keys[i] = asked[ASKED_SAID + i]
        marks_positions[i] = 0
    for i in range(n):
        newest[i] = -2 if template[i] else -1
        if template[i]:
            marks_keys[marks] = ids[i] ^ asked[ASKED_SITE]
            marks_positions[marks] = min(positions[i], 65534)
            marks += 1
    taken = marks
    for r in range(len(covered)):
        low, high = 0, n
        while low < high:
            middle = (low + high) // 2
            if positions[middle] < covered[r, 0]:
                low = middle + 1
            else:
                high = middle
        while low < n and positions[low] < covered[r, 1]:
            if newest[low] == -1:
                newest[low] = -3
            low += 1
    # newest: −2 template, −1 this article's own, −3 taken from elsewhere, whose newest posting follows
    for i in range(n):
        if newest[i] == -3:
            marks_keys[taken] = ids[i] ^ asked[ASKED_TAKEN]
            marks_positions[taken] = min(positions[i], 65534)
            taken += 1
    if taken > marks:
        for i in range(votes):
            if newest[sample[i]] == -3 or newest[sample[i]] >= 0:
                newest[sample[i]] = max(newest[sample[i]], np.int64(article[i]))
    postings = 0
    for i in range(n):
        if newest[i] == -1 or 0 <= newest[i] < renew_before:
            postings_keys[postings] = ids[i]
            postings_positions[postings] = min(positions[i], 65534)
            postings += 1
    for i in range(IDENTITIES):
        postings_keys[postings] = asked[ASKED_IDENTITY + i]
        postings_positions[postings] = 65535
        postings += 1
    taught[TAUGHT_MARKS] = taken
    taught[TAUGHT_POSTINGS] = postings


WANTS_POSTINGS, WANTS_MARKS = 1, 2  # bits of what `postings_learn` says


@numba.njit(_LEARN, nogil=True, cache=True)
def postings_learn(  # type: ignore[no-untyped-def]
    ids,
    positions,
    template,
    covered,
    sample,
    article,
    votes,
    renew_before,
    asked,
    said,
    number,
    postings_a,
    postings_b,
    postings_control,
    postings_counts,
    marks_a,
    marks_b,
    marks_control,
    marks_counts,
    homes_per_key,
):
    """`teach`, and both insertions of what it says, as postings of article `number`. Returns the bits WANTS_… of the
    tables that want their owner, as `postings_insert` does."""
    n = len(ids)
    marks_keys = np.empty(2 * n + said, np.uint64)
    marks_positions = np.empty(2 * n + said, np.uint16)
    keys = np.empty(n + IDENTITIES, np.uint64)
    keys_positions = np.empty(n + IDENTITIES, np.uint16)
    newest = np.empty(n, np.int64)
    taught = np.empty(TAUGHT_FIELDS, np.int64)
    teach(
        ids,
        positions,
        template,
        covered,
        sample,
        article,
        votes,
        renew_before,
        asked,
        said,
        marks_keys,
        marks_positions,
        keys,
        keys_positions,
        newest,
        taught,
    )
    wants = 0
    count = taught[TAUGHT_MARKS]
    if count and postings_insert(
        marks_keys[:count],
        marks_positions[:count],
        number,
        marks_a,
        marks_b,
        marks_control,
        marks_counts,
        count * homes_per_key,
    ):
        wants |= WANTS_MARKS
    count = taught[TAUGHT_POSTINGS]
    if postings_insert(
        keys[:count],
        keys_positions[:count],
        number,
        postings_a,
        postings_b,
        postings_control,
        postings_counts,
        count * homes_per_key,
    ):
        wants |= WANTS_POSTINGS
    return wants


@numba.njit(nogil=True, cache=True)
def _find(bucket, key_low, live_min, number):  # type: ignore[no-untyped-def]
    """The bucket and lane of the key's posting of one article; bucket 0 where it has none."""
    for _ in range(PROBE_BUCKETS_MAX):
        mask = _matching(bucket, key_low, live_min)
        while mask != _NONE:
            lane = _lowest(mask)
            mask &= mask - _ONE
            if _load_slot(bucket + lane * _SLOT_BYTES) & _ARTICLE_MASK == number:
                return bucket, lane
        if _load_marks(bucket) & _WENT_ON == 0:
            break
        bucket += _BUCKET_BYTES
    return np.int64(0), np.int64(0)


@numba.njit(_MOVE, nogil=True, cache=True)
def postings_move(  # type: ignore[no-untyped-def]
    keys, positions, article_from, article_to, slots_a, slots_b, control, counts
):
    """Makes each key's posting of one article another's, or drops it where that has one (or is -1).

    Returns how many postings left `article_from`.
    """
    n = len(keys)
    key_lows = np.empty(n, np.uint64)
    buckets = np.empty(n, np.int64)
    _locate(keys, np.int64(slots_a.ctypes.data), np.int64(slots_b.ctypes.data), control, key_lows, buckets)
    left, arrived = 0, 0
    for i in range(n):
        if i + _AHEAD < n:
            _prefetch(max(buckets[i + _AHEAD], ~buckets[i + _AHEAD]))
        home = max(buckets[i], ~buckets[i])
        base = control[BASE_A] if buckets[i] >= 0 else control[BASE_B]
        live_min = _live_min(control, base)
        bucket, lane = _find(home, key_lows[i], live_min, np.uint64(article_from - base + 1))
        if bucket == 0:
            continue
        left += 1
        number = np.uint64(article_to - base + 1)
        if article_to < 0 or _find(home, key_lows[i], live_min, number)[0] != 0:
            _store_slot(bucket + lane * _SLOT_BYTES, _NONE)
            continue
        _write(bucket, lane, key_lows[i], number, positions[i])
        arrived += 1
    control[LIVE] += arrived - left
    counts[article_from - control[COUNTS_BASE]] -= np.uint32(left)
    if article_to >= 0:
        counts[article_to - control[COUNTS_BASE]] += np.uint32(arrived)
    return left
