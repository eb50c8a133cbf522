"""The number stream of the log's record as plain Python writes and reads it: twins of kernels.write_record and read_record."""

from __future__ import annotations

from collections.abc import Sequence

from wirecopy.core import limits
from wirecopy.core.fingerprint import varint_kernels


def write_varints(numbers: Sequence[int]) -> bytes:
    out = bytearray()
    for number in numbers:
        groups = [number >> shift & 127 for shift in range(0, max(1, number.bit_length()), 7)]
        out += bytes(group | 128 for group in groups[:-1]) + bytes(groups[-1:])
    return bytes(out)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at a place and the place behind it. ValueError: the data ends early, or it has over 8 bytes."""
    end = next((i for i in range(at, len(data)) if data[i] < 128), None)
    if end is None or end - at >= 8:
        raise ValueError
    return sum((data[i] & 127) << 7 * (i - at) for i in range(at, end + 1)), end + 1


def read_record(data: bytes) -> tuple[int, int, int, list[int], list[int], list[list[int]]]:
    """varint_kernels.read_record, whose arrays are as long as what is in them; none where something is wrong."""
    try:
        return _read_record(data)
    except ValueError:
        return varint_kernels.RECORD_NUMBER_CUT, 0, 0, [], [], []


def _read_record(data: bytes) -> tuple[int, int, int, list[int], list[int], list[list[int]]]:
    at, numbers = 0, list[int]()
    wanted = varint_kernels.RECORD_NUMBERS
    while len(numbers) < wanted:
        number, at = read_varint(data, at)
        numbers.append(number)
        if len(numbers) == varint_kernels.RECORD_NUMBERS:
            tokens, start, size, _, count, lines_count, credits_count = numbers[4:]
            bounded = credits_count <= limits.CREDITS_MAX and tokens <= limits.TOKENS_MAX
            if not bounded or start + size > tokens:
                return varint_kernels.RECORD_COUNT, 0, 0, [], [], []
            wanted += 7 * credits_count + 6
    if count > len(data) - at or 4 * lines_count > len(data) - at:
        return varint_kernels.RECORD_ENDS_EARLY, 0, 0, [], [], []
    positions = list[int]()
    for _ in range(count):
        step, at = read_varint(data, at)
        positions.append(sum(positions[-1:]) + step)
        if positions[-1] >= tokens or (step == 0 and len(positions) > 1):
            return varint_kernels.RECORD_POSITIONS, 0, 0, [], [], []
    lines_at, lines = at, list[list[int]]()
    token_end = char_end = 0
    for _ in range(lines_count):
        four = list[int]()
        for _ in range(4):
            number, at = read_varint(data, at)
            four.append(number)
        token, char = token_end + four[0], char_end + four[2]
        token_end, char_end = token + four[1] // 2, char + four[3]
        if token_end > tokens or char_end > limits.RAW_BYTES_MAX:
            return varint_kernels.RECORD_LINES, 0, 0, [], [], []
        lines.append([token, token_end, char, char_end, four[1] % 2])
    return varint_kernels.RECORD_READ, at, lines_at, numbers, positions, lines
