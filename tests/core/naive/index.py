"""Plain Python twins of the origin index's storage: dictionaries that say what it means, however slowly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

STORIES_MAX = 8
KEY_DROPPED_BITS = 14
SPREAD = 0x9E3779B97F4A7C15
SPREAD_INVERSE = pow(SPREAD, -1, 1 << 64)


def home_of(key: int, buckets: int) -> int:
    """The bucket that a key belongs to, in Python's unbounded integers."""
    spread = key * SPREAD % (1 << 64) // (1 << KEY_DROPPED_BITS)
    return spread * buckets >> 50


def key_at(home: int, step: int, buckets: int) -> int:
    """A key of a bucket; different steps give different keys (of the 50 bits that count)."""
    start = -(-(home << 50) // buckets)
    return ((start + step) << KEY_DROPPED_BITS) * SPREAD_INVERSE % (1 << 64)


@dataclass
class PostingsTwin:
    """Postings as key → article → position."""

    postings: dict[int, dict[int, int]] = field(default_factory=dict)
    oldest: int = 0
    dropped: int = 0

    def live(self, key: int) -> dict[int, int]:
        return {a: p for a, p in sorted(self.postings.get(key, {}).items()) if a >= self.oldest}

    def __len__(self) -> int:
        return sum(len(self.live(key)) for key in self.postings)

    def look_up(self, keys: Sequence[int]) -> list[tuple[int, int, int]]:
        """(sample, article, position) of every hit."""
        return [(i, a, p) for i, key in enumerate(keys) for a, p in self.live(key).items()]

    def insert(self, keys: Sequence[int], article: int, positions: Sequence[int]) -> None:
        for key, position in zip(keys, positions, strict=True):
            live = self.live(key)
            if article in live:
                live[article] = min(live[article], position)
            elif len(live) >= STORIES_MAX:
                self.dropped += 1
            else:
                live[article] = position
            self.postings[key] = live

    def move(self, keys: Sequence[int], source: int, target: int, positions: Sequence[int]) -> int:
        left = 0
        for key, position in zip(keys, positions, strict=True):
            live = self.live(key)
            if source not in live:
                continue
            del live[source]
            left += 1
            live.setdefault(target, position)
            self.postings[key] = live
        return left

    def remove(self, keys: Sequence[int], article: int) -> int:
        left = 0
        for key in keys:
            live = self.live(key)
            left += live.pop(article, None) is not None
            self.postings[key] = live
        return left

    def expire(self, oldest: int) -> None:
        self.oldest = max(self.oldest, oldest)
