"""A bucket of the table of postings: its layout, and the steps that read and write it (what it is and why: postings.py).

A bucket is one line of cache, 64 bytes: six slots (u64), six token positions (u16), and a u32 of marks. A slot holds the
low 36 bits of a 50-bit key, then a 28-bit article number relative to the table's base, 1 and up. The marks are, from the
lowest bit: 4 more bits of each slot's key, how many slots were ever used, and whether postings went on to the next bucket
for want of a slot. A slot whose number is below the oldest live one is dead, and free for an insertion. The slots are
compared as one vector: the masks below are written in LLVM's own vector terms, so that every processor gets its widest
comparison and none needs a special build.

Non-obvious: `int(uint64)` stays uint64 under numba and mixes with int64 to float64, so every conversion is spelled out.
"""

# ruff: noqa: ARG001 (an intrinsic is given the types of its arguments, and needs few of them)

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, intrinsic, ir, kernel, types

TABLE = "Tuple((u8[::1], u8[::1], i8[::1], u4[::1]))"
"""A table as a kernel is given it: slots of table a and of table b, control, live postings by article."""
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
AHEAD = 48  # look-ups between a prefetch and its use: 32 … 256 measured alike, 16 slower
SLOT_BYTES = 8
_SLOT_KEY_BITS = 36  # of a key's 40; the marks hold the others
BUCKET_BYTES = 64
POSITIONS_AT = 48  # bytes from a bucket's start
_MARKS_AT = 60
USED_SHIFT, USED_MASK, ONE_USED = 24, 7, 1 << 24
WENT_ON = 1 << 27
NO_SLOT, ONE_SLOT, ALL_SLOTS = np.uint64(0), np.uint64(1), np.uint64(63)  # masks of a bucket's slots
ARTICLE_SHIFT = np.uint64(28)
ARTICLE_MASK = np.uint64((1 << 28) - 1)
KEY_STORED_MASK = np.uint64((1 << 40) - 1)
KEY_SLOT_BITS = np.uint64(_SLOT_KEY_BITS)
KEY_DROPPED_BITS = np.uint64(14)
_HALF = np.uint64(32)
_HALF_MASK = np.uint64((1 << 32) - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Knuth's multiplicative hashing, TAOCP 6.4


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
def matching_slots(typing: Any, bucket: Any, key_low: Any, live_min: Any) -> Any:
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
def living_slots(typing: Any, bucket: Any, live_min: Any) -> Any:
    """The mask of those slots of a bucket that hold a live posting."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, live_min = arguments
        number = builder.and_(_bucket_at(builder, address), _constant((1 << ARTICLE_BITS) - 1))
        return _mask_of(builder, builder.icmp_unsigned(">=", number, _splat(builder, live_min)))

    return types.uint64(types.int64, types.uint64), generate


@intrinsic
def lowest_bit(typing: Any, mask: Any) -> Any:
    """The index of the lowest set bit of a mask that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


@intrinsic
def bits_set(typing: Any, mask: Any) -> Any:
    """How many bits of a mask are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


@intrinsic
def prefetch(typing: Any, address: Any) -> Any:
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
def load_slot(typing: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))

    return types.uint64(types.int64), generate


@intrinsic
def store_slot(typing: Any, address: Any, slot: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.uint64), generate


@intrinsic
def load_position(typing: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], ir.IntType(16).as_pointer()))

    return types.uint16(types.int64), generate


@intrinsic
def store_position(typing: Any, address: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], ir.IntType(16).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.uint16), generate


@intrinsic
def load_marks(typing: Any, bucket: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.add(arguments[0], ir.Constant(ir.IntType(64), _MARKS_AT))
        marks = builder.load(builder.inttoptr(address, ir.IntType(32).as_pointer()))
        return builder.zext(marks, ir.IntType(64))

    return types.int64(types.int64), generate


@intrinsic
def store_marks(typing: Any, bucket: Any, marks: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.add(arguments[0], ir.Constant(ir.IntType(64), _MARKS_AT))
        marks = builder.trunc(arguments[1], ir.IntType(32))
        builder.store(marks, builder.inttoptr(address, ir.IntType(32).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@kernel
def home_of(spread: Number, buckets: Number) -> Any:
    """floor(spread × buckets / 2^64), exactly, for buckets < 2^32: keeps the order, for any number."""
    high = (spread >> _HALF) * np.uint64(buckets)
    low = ((spread & _HALF_MASK) * np.uint64(buckets)) >> _HALF
    return np.int64((high + low) >> _HALF)


@kernel
def least_live(control: Array, base: Number) -> Any:
    """The smallest live article number relative to a base; at least 1, since 0 is no article."""
    return np.uint64(max(control[OLDEST] - base + 1, 1))


@kernel
def locate(
    keys: Array, table_a: Number, table_b: Number, control: Array, key_lows: Array, buckets: Array
) -> None:
    """Fills key_lows u64[n] (what a slot holds of a key) and buckets i64[n] (its home; ~home in table b).

    Homes and tables are addresses. Asks for the first homes' lines of cache already.
    """
    buckets_a, buckets_b, frontier = control[BUCKETS_A], control[BUCKETS_B], control[FRONTIER]
    for i in range(len(keys)):
        spread = (keys[i] * _SPREAD) >> KEY_DROPPED_BITS
        key_lows[i] = spread & KEY_STORED_MASK
        spread <<= KEY_DROPPED_BITS
        home = home_of(spread, buckets_a)
        if home >= frontier:
            buckets[i] = table_a + home * BUCKET_BYTES
        else:
            buckets[i] = ~(table_b + home_of(spread, buckets_b) * BUCKET_BYTES)
    for i in range(min(len(keys), AHEAD)):
        prefetch(max(buckets[i], ~buckets[i]))
