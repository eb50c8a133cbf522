"""The numbers of a log record as bytes: unsigned LEB128 (DWARF 5, §7.6), written, read without trust, and read again."""

from __future__ import annotations

from typing import Any

import numpy as np

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


# What `read_record` says beside the place it came to.
RECORD_READ, RECORD_ENDS_EARLY, RECORD_NUMBER_CUT, RECORD_COUNT, RECORD_POSITIONS, RECORD_LINES = range(6)
RECORD_NUMBERS = 11  # of every record; those of credits and the strings' lengths follow


@kernel
def read_record(
    data: Array,
    credits_max: Number,
    tokens_max: Number,
    chars_max: Number,
    numbers: Array,
    positions: Array,
    lines: Array,
) -> Any:
    """Reads the number stream that `write_record` wrote, trusting nothing: (what is wrong or RECORD_READ,
    bytes read, where among them the lines begin).

    data u8[n]. Into numbers i64[≥ 11 + 5 c + 6 + 2 c] (the 11, five a credit, the strings' lengths),
    positions i32[≥ n] and lines i32[≥ n // 4, 5]. Of the 11: tokens is the fifth, the main region's start and
    size follow; the last three are the counts of positions, lines and credits.

    A number is cut where data ends early or the number exceeds 2**56. Its loop stands here three times: as a
    function, inlined or not, it takes four times as long."""
    size = len(data)
    at = 0
    wanted = RECORD_NUMBERS
    n = 0
    while n < wanted:
        value = np.int64(0)
        shift = np.int64(0)
        while True:
            if at >= size or shift > 49:
                return RECORD_NUMBER_CUT, 0, 0
            byte = np.int64(data[at])
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
        numbers[n] = value
        n += 1
        if n == RECORD_NUMBERS:
            tokens, credits_ = numbers[4], numbers[10]
            if credits_ > credits_max or tokens > tokens_max or numbers[5] + numbers[6] > tokens:
                return RECORD_COUNT, 0, 0
            wanted += 7 * credits_ + 6
    count, lines_count = numbers[8], numbers[9]
    if count > size - at or 4 * lines_count > size - at:
        return RECORD_ENDS_EARLY, 0, 0
    position = np.int64(0)
    for i in range(count):
        value = np.int64(0)
        shift = np.int64(0)
        while True:
            if at >= size or shift > 49:
                return RECORD_NUMBER_CUT, 0, 0
            byte = np.int64(data[at])
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
        position += value
        if position >= tokens or (i > 0 and value == 0):
            return RECORD_POSITIONS, 0, 0
        positions[i] = position
    lines_at = at
    token = np.int64(0)
    char = np.int64(0)
    four = np.zeros(4, np.int64)
    for i in range(lines_count):
        for n in range(4):
            value = np.int64(0)
            shift = np.int64(0)
            while True:
                if at >= size or shift > 49:
                    return RECORD_NUMBER_CUT, 0, 0
                byte = np.int64(data[at])
                at += 1
                value |= (byte & 127) << shift
                if byte < 128:
                    break
                shift += 7
            four[n] = value
        lines[i, 0] = token + four[0]
        token += four[0] + (four[1] >> 1)
        lines[i, 1] = token
        lines[i, 2] = char + four[2]
        char += four[2] + four[3]
        lines[i, 3] = char
        lines[i, 4] = four[1] & 1
        if token > tokens or char > chars_max:
            return RECORD_LINES, 0, 0
    return RECORD_READ, at, lines_at


@kernel_of("i8", "u1[::1]", "i4[:, ::1]")
def unpack_lines(data: Array, lines: Array) -> Any:
    """Fills lines i32[≥ size of data / 4, 5] with what `write_record` wrote of lines; returns how
    many there are."""
    at = 0
    count = 0
    token = np.int64(0)
    char = np.int64(0)
    numbers = np.empty(4, np.int64)
    while at < len(data):
        for n in range(4):
            value = np.int64(0)
            shift = 0
            while data[at] > 127:
                value |= np.int64(data[at] & 127) << shift
                shift += 7
                at += 1
            numbers[n] = value | np.int64(data[at]) << shift
            at += 1
        lines[count, 0] = token + numbers[0]
        token += numbers[0] + (numbers[1] >> 1)
        lines[count, 1] = token
        lines[count, 2] = char + numbers[2]
        char += numbers[2] + numbers[3]
        lines[count, 3] = char
        lines[count, 4] = numbers[1] & 1
        count += 1
    return count


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
