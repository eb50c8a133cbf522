"""XXH3-64 of short texts, compiled: a call of the xxhash package costs ten times the hash of a shingle."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Number, inlined, kernel
from wirecopy.core.text.byte_kernels import read_u64

_8 = np.uint64(8)

_XXH_PRIME = np.uint64(0x9E3779B185EBCA87)
_XXH3_SECRET = np.array(  # the first 128 bytes of XXH3's default secret
    [
        0xBE4BA423396CFEB8,
        0x1CAD21F72C81017C,
        0xDB979083E96DD4DE,
        0x1F67B3B7A4A44072,
        0x78E5C0CC4EE679CB,
        0x2172FFCC7DD05A82,
        0x8E2443F7744608B8,
        0x4C263A81E69035E0,
        0xCB00C391BB52283C,
        0xA32E531B8B65D088,
        0x4EF90DA297486471,
        0xD8ACDEA946EF1938,
        0x3F349CE33F76FAA8,
        0x1D4F0BC7C7BBDCF9,
        0x3159B4CD4BE0518A,
        0x647378D9C97E9FC8,
    ],
    np.uint64,
)


# ---- XXH3-64 of short texts: a call of the xxhash package costs ten times the hash of a shingle
@inlined
def _multiplied_and_folded(a: Number, b: Number) -> Any:
    """The 128-bit product's halves, exclusive or."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    a_low, a_high, b_low, b_high = a & low, a >> shift, b & low, b >> shift
    middle = a_high * b_low + ((a_low * b_low) >> shift)
    other = a_low * b_high + (middle & low)
    return (a_high * b_high + (middle >> shift) + (other >> shift)) ^ (a * b)


@inlined
def _mix_16(data: Number, at: Number, secret: Number) -> Any:
    return _multiplied_and_folded(
        read_u64(data, at) ^ _XXH3_SECRET[secret], read_u64(data, at + _8) ^ _XXH3_SECRET[secret + 1]
    )


@kernel
def xxh3_64_of(data: Number, start: Number, size: Number) -> Any:
    """XXH3-64, seed 0, of data[start : start + size] for sizes of 9 to 128 (xxhash specification, 0.8.2);
    else 0."""
    if size < np.uint64(9) or size > np.uint64(128):
        return np.uint64(0)
    end = start + size
    if size <= np.uint64(16):
        low = read_u64(data, start) ^ _XXH3_SECRET[3] ^ _XXH3_SECRET[4]
        high = read_u64(data, end - _8) ^ _XXH3_SECRET[5] ^ _XXH3_SECRET[6]
        swapped = np.uint64(0)
        for i in range(8):
            shift = np.uint64(8 * i)
            swapped |= ((low >> shift) & np.uint64(0xFF)) << (np.uint64(56) - shift)
        value = size + swapped + high + _multiplied_and_folded(low, high)
    else:
        value = size * _XXH_PRIME
        rounds = (np.int64(size) - 1) // 32
        for i in range(rounds, -1, -1):
            step = np.uint64(16 * i)
            value += _mix_16(data, start + step, 4 * i)
            value += _mix_16(data, end - np.uint64(16) - step, 4 * i + 2)
    value = (value ^ (value >> np.uint64(37))) * np.uint64(0x165667919E3779F9)
    return value ^ (value >> np.uint64(32))
