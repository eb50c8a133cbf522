"""What a gather over shards would carry: bytes an article each way, and what scattering costs in one process.

The evaluation articles' log records (or the samples', many times over) are replayed by engines of 1, 2, 4 and 16 shards
whose tables count what they are asked and what they answer: 8 bytes a key, 2 a position, 4 an article number on the
way out; on the way back a byte a key asked and 10 a hit. That the verdicts are equal is tests/core/index/test_sharded.py's
matter; here the outcomes are compared once more.

    python -m bench gather [--records N]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from bench.restart import WINDOW_MS, records_of
from wirecopy.core.engine import Engine
from wirecopy.core.index.postings import Hits, Postings
from wirecopy.core.index.sharded import ShardedPostings
from wirecopy.core.model import U16, U64

KEY, POSITION, ARTICLE, HIT, COUNT = 8, 2, 4, 10, 1  # bytes


class Counting(Postings):
    """A shard that counts the bytes it would be sent, and would send."""

    asked: ClassVar[int] = 0
    told: ClassVar[int] = 0
    answered: ClassVar[int] = 0
    calls: ClassVar[int] = 0

    def look_up(self, keys: U64) -> Hits:
        hits = super().look_up(keys)
        Counting.calls += 1
        Counting.asked += KEY * len(keys)
        Counting.answered += HIT * len(hits.sample) + COUNT * len(keys)
        return hits

    def count(self, keys: U64) -> npt.NDArray[np.uint8]:
        Counting.calls += 1
        Counting.asked += KEY * len(keys)
        Counting.answered += COUNT * len(keys)
        return super().count(keys)

    def insert(self, keys: U64, article: int, positions: U16) -> None:
        Counting.calls += 1
        Counting.told += (KEY + POSITION) * len(keys) + ARTICLE
        super().insert(keys, article, positions)


def run(records: Sequence[tuple[int, int, bytes]], shards: int) -> tuple[float, list[Any]]:
    """CPU seconds and outcomes; Counting's sums are of this run where there are shards."""
    engine = Engine(window_ms=WINDOW_MS, shards=shards)
    if shards > 1:
        engine.index.postings = ShardedPostings(shards, Counting)
        engine.index.site_marks = ShardedPostings(shards, Counting)
    Counting.asked = Counting.told = Counting.answered = Counting.calls = 0
    started = time.process_time()
    outcomes = engine.replay_many(records)
    return time.process_time() - started, list(outcomes)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench gather", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--records", type=int, default=2_000)
    options = parser.parse_args(arguments)
    records = records_of(options.records)
    size = sum(len(value) for _, _, value in records) / len(records)
    for shards in (1, 2):
        run(records[:100], shards)  # compiled kernels
    print(f"{len(records):,} records of {size:,.0f} bytes")
    print("shards   µs of replay   calls to a shard   bytes an article: asked   answered   told")
    first: list[Any] | None = None
    for shards in (1, 2, 4, 16):
        seconds, outcomes = run(records, shards)
        first = first or outcomes
        assert outcomes == first, "shards say otherwise"
        n = len(records)
        sums = (Counting.asked / n, Counting.answered / n, Counting.told / n)
        print(
            f"{shards:6} {seconds / n * 1e6:14,.0f} {Counting.calls / n:18.1f} "
            f"{sums[0]:25,.0f} {sums[1]:10,.0f} {sums[2]:6,.0f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
