"""XXH3: the one hash whose values leave this process, and so the one that must be a published standard.

Two things are named by a hash of their bytes: a body (`body_xxh3`, 128 bits, in the enriched record) and a
picked shingle (64 bits, in the fingerprint log). Both are XXH3 with seed 0, so that a program in another
language computes the same names (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). The rolling
hash that *picks* shingles is internal, never leaves the process, and lives with the kernels. So does XXH3 of
shingles of usual length, in the loop that picks them: a call of this package costs more than ten of those hashes.
"""

from __future__ import annotations

import xxhash

# The C functions themselves: a Python function around them would double the cost of hashing a shingle.
xxh3_64 = xxhash.xxh3_64_intdigest
"""`xxh3_64(data: bytes) -> int`: XXH3-64 with seed 0, unsigned."""

xxh3_128_hex = xxhash.xxh3_128_hexdigest
"""`xxh3_128_hex(data: bytes) -> str`: XXH3-128, seed 0, 32 lower-case hex digits (canonical, big endian)."""


def body_xxh3(body: str) -> str:
    """The digest of a body as it came: XXH3-128 of its UTF-8, 32 hex digits."""
    return xxhash.xxh3_128_hexdigest(body.encode())


Checksum = xxhash.xxh3_128
"""Of bytes that come piece by piece (`update`, `hexdigest`): files of saved state."""
