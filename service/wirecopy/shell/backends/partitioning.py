"""Which partition a key belongs to: the one that every Kafka client gives it (murmur2, as in the Java client's `Utils`).

The Kafka client has this hash too, byte by byte; here it goes word by word, at half of the cost: a key is a URL or
longer, and each record that is published has one.
"""

from __future__ import annotations

import struct

_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_32_BITS = 0xFFFFFFFF


def murmur2(key: bytes) -> int:
    """Unsigned 32 bits."""
    length = len(key)
    hashed = _SEED ^ length
    words = length // 4
    for word in struct.unpack_from(f"<{words}I", key):
        mixed = word * _FACTOR & _32_BITS
        mixed = (mixed ^ mixed >> 24) * _FACTOR
        hashed = (hashed * _FACTOR ^ mixed) & _32_BITS
    rest = length & 3
    if rest:
        hashed = (hashed ^ int.from_bytes(key[4 * words :], "little")) * _FACTOR & _32_BITS
    hashed = (hashed ^ hashed >> 13) * _FACTOR & _32_BITS
    return hashed ^ hashed >> 15


def partition_of(key: bytes, count: int) -> int:
    """Of a topic with so many partitions."""
    return (murmur2(key) & 0x7FFFFFFF) % count
