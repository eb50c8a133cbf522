"""The numbers of a log record as bytes: unsigned LEB128 (DWARF 5, §7.6). One loop writes them, one loop reads them."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.jit import Array, Number, inlined, kernel, kernel_of


@inlined
def _put_varint(out: Array, written: Number, number: Number) -> Any:
    """Writes unsigned LEB128 (DWARF 5, §7.6) of an i64 that is not negative: the place behind it."""
    value = np.uint64(number)
    while value >= np.uint64(128):
        out[written] = np.uint8(value & np.uint64(127)) | np.uint8(128)
        value >>= np.uint64(7)
        written += 1
    out[written] = np.uint8(value)
    return written + 1


@kernel
def write_record(numbers: Array, positions: Array, lines: Array, out: Array) -> Any:
    """The number stream of a record (record.py): how many bytes of out u8 it takes, −1 where out is too small
    for any such.

    numbers i64[n]; then positions i32[p] as steps; then lines i32[l, 5], four numbers each: tokens since the
    last line's end, tokens (doubled, plus the prose bit), code points since the last line's end, code points.
    """
    if len(out) < 10 * (len(numbers) + len(positions) + 4 * len(lines)):
        return -1
    written = 0
    for i in range(len(numbers)):
        written = _put_varint(out, written, numbers[i])
    last = np.int64(0)
    for i in range(len(positions)):
        written = _put_varint(out, written, np.int64(positions[i]) - last)
        last = np.int64(positions[i])
    token = np.int64(0)
    char = np.int64(0)
    for i in range(len(lines)):
        token_start, token_end = np.int64(lines[i, 0]), np.int64(lines[i, 1])
        char_start, char_end = np.int64(lines[i, 2]), np.int64(lines[i, 3])
        assert token <= token_start <= token_end, "lines must ascend and not overlap"
        assert char <= char_start <= char_end, "lines must ascend and not overlap"
        written = _put_varint(out, written, token_start - token)
        written = _put_varint(out, written, (token_end - token_start) * 2 + np.int64(lines[i, 4]))
        written = _put_varint(out, written, char_start - char)
        written = _put_varint(out, written, char_end - char_start)
        token, char = token_end, char_end
    return written


@kernel
def _read_varints(data: Array, at: Number, count: Number, into: Array) -> Any:
    """Reads unsigned LEB128 from byte `at` on: (the place behind, how many). It ends early where data does, or where a number
    exceeds 2**56. Many at a time, since a call a number takes four times as long."""
    size = len(data)
    for n in range(count):
        value = np.int64(0)
        shift = np.int64(0)
        while True:
            if at >= size or shift > 49:
                return at, n
            byte = np.int64(data[at])
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
        into[n] = value
    return at, count


@kernel
def _fill_lines(steps: Array, count: Number, tokens_max: Number, chars_max: Number, lines: Array) -> Any:
    """Lines i32[≥ count, 5] of four numbers each, as `write_record` has them; how many there are up to the first that ends
    beyond `tokens_max` or `chars_max`, or `count`."""
    token = np.int64(0)
    char = np.int64(0)
    for i in range(count):
        lines[i, 0] = token + steps[4 * i]
        token += steps[4 * i] + (steps[4 * i + 1] >> 1)
        lines[i, 1] = token
        lines[i, 2] = char + steps[4 * i + 2]
        char += steps[4 * i + 2] + steps[4 * i + 3]
        lines[i, 3] = char
        lines[i, 4] = steps[4 * i + 1] & 1
        if token > tokens_max or char > chars_max:
            return i
    return count


# What `read_record` says beside the place it came to.
RECORD_READ, RECORD_ENDS_EARLY, RECORD_NUMBER_CUT, RECORD_COUNT, RECORD_POSITIONS, RECORD_LINES = range(6)
RECORD_NUMBERS = 11  # of every record; those of credits and the strings' lengths follow
TOKENS, MAIN_START, MAIN_SIZE, POSITIONS, LINES, CREDITS = 4, 5, 6, 8, 9, 10  # places among them


@kernel
def read_numbers(data: Array, start: Number, numbers: Array) -> Any:
    """Reads the numbers at the head of the stream that `write_record` wrote, from byte `start` on: (RECORD_READ or what is
    wrong, the place behind them).

    Into numbers i64[≥ 11 + 5 c + 6 + 2 c]: the 11, five a credit, the strings' lengths."""
    at, found = _read_varints(data, start, RECORD_NUMBERS, numbers)
    if found < RECORD_NUMBERS:
        return RECORD_NUMBER_CUT, at
    credits_, tokens = numbers[CREDITS], numbers[TOKENS]
    if credits_ > limits.CREDITS_MAX or tokens > limits.TOKENS_MAX:
        return RECORD_COUNT, at
    if numbers[MAIN_START] + numbers[MAIN_SIZE] > tokens:
        return RECORD_COUNT, at
    rest = 7 * credits_ + 6
    at, found = _read_varints(data, at, rest, numbers[RECORD_NUMBERS:])
    return RECORD_READ if found == rest else RECORD_NUMBER_CUT, at


@kernel
def read_record(data: Array, numbers: Array, positions: Array, lines: Array) -> Any:
    """Reads the number stream that `write_record` wrote, trusting nothing: (what is wrong or RECORD_READ,
    bytes read, where among them the lines begin).

    data u8[n]; numbers as `read_numbers` fills them; positions i32[≥ n] and lines i32[≥ n // 4, 5]."""
    size = len(data)
    wrong, at = read_numbers(data, 0, numbers)
    if wrong != RECORD_READ:
        return wrong, 0, 0
    tokens, count, lines_count = numbers[TOKENS], numbers[POSITIONS], numbers[LINES]
    if count > size - at or 4 * lines_count > size - at:
        return RECORD_ENDS_EARLY, 0, 0
    steps = np.empty(max(count, 4 * lines_count), np.int64)
    at, found = _read_varints(data, at, count, steps)
    position = np.int64(0)
    for i in range(found):
        position += steps[i]
        if position >= tokens or (i > 0 and steps[i] == 0):
            return RECORD_POSITIONS, 0, 0
        positions[i] = position
    if found < count:
        return RECORD_NUMBER_CUT, 0, 0
    lines_at = at
    at, found = _read_varints(data, at, 4 * lines_count, steps)
    if _fill_lines(steps, found // 4, tokens, limits.RAW_BYTES_MAX, lines) < found // 4:
        return RECORD_LINES, 0, 0
    if found < 4 * lines_count:
        return RECORD_NUMBER_CUT, 0, 0
    return RECORD_READ, at, lines_at


@kernel_of("i8", "u1[::1]", "i4[:, ::1]")
def unpack_lines(data: Array, lines: Array) -> Any:
    """Fills lines i32[≥ size of data / 4, 5] with what `write_record` wrote of lines, which is all of data; returns how many
    there are."""
    steps = np.empty(len(data), np.int64)
    _, found = _read_varints(data, 0, len(data), steps)
    return _fill_lines(steps, found // 4, limits.TOKENS_MAX, limits.RAW_BYTES_MAX, lines)


@kernel_of("i8", "u1[::1]", "i8", "u1[::1]")
def pack_quoted(quoted: Array, tokens: Number, out: Array) -> Any:
    """Stretches of quoted u8[≥ tokens], two numbers each: tokens since the last one's end, tokens. Returns how many bytes of
    out u8 they take; stretches that do not fit are left out."""
    written = np.int64(0)
    last = token = np.int64(0)
    while token < tokens:
        if not quoted[token]:
            token += 1
            continue
        first = token
        while token < tokens and quoted[token]:
            token += 1
        if written + 20 > len(out):
            break
        written = _put_varint(out, written, first - last)
        written = _put_varint(out, written, token - first)
        last = token
    return written


@kernel
def unpack_quoted(data: Array, tokens: Number, quoted: Array) -> Any:
    """Fills quoted u8[≥ tokens] by what `pack_quoted` wrote, trusting nothing: whatever the bytes are, no token from `tokens`
    on is touched. Returns how many tokens are quoted."""
    quoted[:tokens] = 0
    at = token = total = np.int64(0)
    inside = False
    while at < len(data):
        value = np.int64(0)
        shift = np.int64(0)
        while at < len(data) and data[at] > 127 and shift < 42:
            value |= np.int64(data[at] & 127) << shift
            shift += 7
            at += 1
        if at == len(data):
            break
        value |= np.int64(data[at] & 127) << shift
        at += 1
        end = min(tokens, token + value)
        if inside:
            quoted[token:end] = 1
            total += end - token
        token = end
        inside = not inside
    return total
