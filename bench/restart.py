"""How soon a restarted replica is back: from a snapshot, and from the fingerprint log, in one run.

*Snapshot*: an index of a million synthetic articles (those of growth.py, with a blob each of the size that real ones
have) is written as the service writes it, by a forked child, and read back as the service reads it: every checksum
verified, files mapped, live arrays copied. Time is the reading thread's CPU time; files are in the page cache, so what a
disk adds is its own speed. *Log*: records of the evaluation articles (or the samples, many times over) are replayed.
Also shown: how long the process stands still for a snapshot, beside the obvious other way (copying the arrays), what
an article costs while the child's pages are still shared and after, and what checksums cost.

    python -m bench restart [--articles N] [--records N] [--repeats N] [--directory DIR]
"""

from __future__ import annotations

import argparse
import gc
import itertools
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bench import growth
from bench.compare import texts
from wirecopy import samples
from wirecopy.core.engine import ENGINE_VERSION, Engine
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.hashing import Checksum, xxh3_128_hex
from wirecopy.core.index.postings import Postings
from wirecopy.core.model import RawArticle, RawPosition
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw
from wirecopy.shell.cli.run import COLLECT_AFTER
from wirecopy.shell.pipeline.lane import SLICE_RECORDS_MAX
from wirecopy.shell.state import read as state_read
from wirecopy.shell.state import write as state_write
from wirecopy.shell.state.child import Child
from wirecopy.shell.state.format import LastRecord, Manifest, Place, Unusable
from wirecopy.shell.state.write import Previous

SNAPSHOT_GOAL, LOG_GOAL = 1_000_000, 25_000  # articles per CPU second
WINDOW_MS: Final = 1 << 50
BATCH: Final = 1_000
Record = tuple[int, int, bytes]


def records_of(count: int) -> list[Record]:
    """Log records of real articles where they lie beside the checkout, else of the samples."""
    raw = texts("wirebench", count) or list(itertools.islice(itertools.cycle(samples.lines()), count))
    made: list[Record] = []
    for number, value in enumerate(raw):
        article = decode_raw(value, RawPosition("bench", number % 6, number), FieldPaths(), {})
        if isinstance(article, RawArticle):
            made.append((len(made), 1_700_000_000_000 + number, propose(article).value))
    return made


def replay_seconds(records: Sequence[Record]) -> tuple[float, Engine]:
    """CPU seconds of replaying a log into an empty engine, in pieces as the service replays it."""
    engine = Engine(window_ms=WINDOW_MS)
    started = time.process_time()
    for first in range(0, len(records), SLICE_RECORDS_MAX):
        engine.replay_many(records[first : first + SLICE_RECORDS_MAX])
    return time.process_time() - started, engine


class Synthetic:
    """An engine of synthetic articles. It judges nothing; its arrays are of the size and kind of a real one's."""

    def __init__(self, articles: int, record: Record, blob_bytes: int) -> None:
        self.engine = Engine(window_ms=WINDOW_MS)
        self.engine.replay_many([record])
        self._random = np.random.default_rng(1)
        self._blob = os.urandom(blob_bytes)  # of no use to a compressor, and none is used
        self._stories: list[int] = []
        for _ in range(0, articles, BATCH):
            self.add()

    def add(self) -> float:
        """A batch more; µs an article of looking up and inserting it."""
        index = self.engine.index
        assert isinstance(index.postings, Postings)
        first = index.articles.next_number
        batch = list(growth.stream(self._random, first, BATCH, self._stories))
        time_ms = 1_800_000_000_000
        for i, article in enumerate(batch):
            values = {**growth.NOTHING, "story": article.story, "log_time_ms": time_ms + first + i}
            index.articles.append(**{**values, "blob": self._blob})
        started = time.thread_time()
        for number, article in enumerate(batch, first):
            growth.look_up(index.postings, article.keys)
            index.postings.insert(article.new, number, article.positions)
        return (time.thread_time() - started) / BATCH * 1e6

    def place(self, next_offset: int, record: Record) -> Place:
        stats = self.engine.stats()
        return Place(
            ENGINE_VERSION,
            WINDOW_MS,
            "bench",
            next_offset,
            stats.log_time_ms,
            stats.articles,
            stats.postings,
            LastRecord(record[0], record[1], xxh3_128_hex(record[2])),
        )


def save(
    root: Path, synthetic: Synthetic, record: Record, previous: Previous | None
) -> tuple[Child, list[float]]:
    """Saves by a fork; while the child writes, articles go on. Returns what an article cost meanwhile."""
    engine = synthetic.engine
    child = Child.fork(
        root, engine.state, synthetic.place(engine.stats().log_offset, record), previous, time.monotonic()
    )
    during: list[float] = []
    while not child.ended(time.monotonic()):
        during.append(synthetic.add())
    return child, during


def copy_seconds(engine: Engine) -> float:
    """What the obvious other way costs: the live arrays copied while the service waits."""
    started = time.perf_counter()
    copies = [array.copy() for name, array in engine.state().items() if "blobs_" not in name]
    seconds = time.perf_counter() - started
    del copies
    return seconds


def restore(directory: Path) -> tuple[float, float, int]:
    """CPU and wall seconds of a restore, and how many articles came back."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.thread_time()
    manifest = state_read.read_manifest(directory)
    assert isinstance(manifest, Manifest), manifest
    template = Engine(window_ms=WINDOW_MS).state()
    engine = state_read.load(directory, manifest, Engine.from_state, template)
    cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
    assert not isinstance(engine, Unusable), engine
    return cpu, wall, engine.stats().articles


def checksum_seconds(directory: Path) -> float:
    """CPU seconds of the checksums alone, over the same bytes."""
    manifest = state_read.read_manifest(directory)
    assert isinstance(manifest, Manifest)
    block = os.urandom(state_read.BUFFER_BYTES)
    checksum = Checksum()
    started = time.thread_time()
    for _ in range(manifest.size_bytes // len(block)):
        checksum.update(block)
    return time.thread_time() - started


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench restart", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--articles", type=int, default=1_000_000, help="of the synthetic index")
    parser.add_argument("--records", type=int, default=3_000, help="of the log")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--directory", type=Path, help="for the snapshot; default: a temporary one")
    options = parser.parse_args(arguments)
    records = records_of(options.records)
    replay_seconds(records[:50])  # compiled kernels
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)  # as in the service
    log_runs = [replay_seconds(records) for _ in range(min(options.repeats, 3))]
    real = log_runs[-1][1]
    blob_bytes = _blob_bytes(real)
    del real
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; one blob {blob_bytes} bytes", flush=True)
    synthetic = Synthetic(options.articles, records[0], blob_bytes)
    root = Path(tempfile.mkdtemp(prefix="restart-", dir=options.directory))
    try:
        _report(root, synthetic, records, [seconds for seconds, _ in log_runs], options.repeats)
    finally:
        shutil.rmtree(root)
    return 0


def _blob_bytes(engine: Engine) -> int:
    """Mean size of a real article's blob."""
    articles = engine.index.articles
    return int(
        statistics.fmean(len(articles.get_blob(n)) for n in range(articles.oldest_live, articles.next_number))
    )


def _report(
    root: Path, synthetic: Synthetic, records: Sequence[Record], log_seconds: Sequence[float], repeats: int
) -> None:
    engine, record = synthetic.engine, records[0]
    before = [synthetic.add() for _ in range(20)]
    child, during = save(root, synthetic, record, None)
    (directory,) = state_write.publish(root, child.written, child.next_offset, [], 1)
    manifest = state_read.read_manifest(directory)
    assert isinstance(manifest, Manifest), manifest
    after = [synthetic.add() for _ in range(20)]
    place, size = manifest.place, manifest.size_bytes
    print(
        f"index of {place.articles:,} articles, {place.postings:,} postings; snapshot of {size / 1e6:,.0f} MB,"
        f" {size / place.articles:,.0f} bytes per article"
    )
    print(f"  pause of the process         {child.paused_seconds * 1e3:8.1f} ms by fork")
    print(f"                               {copy_seconds(engine) * 1e3:8.1f} ms by copying the live arrays")
    print(
        f"  look-up + insert, µs per article: {statistics.median(before):.1f} before,"
        f" {statistics.fmean(during):.1f} while it was written ({len(during) * BATCH:,} articles),"
        f" {statistics.median(after):.1f} after"
    )
    runs = [restore(directory) for _ in range(repeats)]
    cpu, wall, articles = (statistics.median(column) for column in zip(*runs, strict=True))
    print(
        f"  restore                      {cpu:8.3f} CPU s ({wall:.3f} s), of which checksums {checksum_seconds(directory):.3f}"
    )
    snapshot_rate = articles / cpu
    log_rate = len(records) / statistics.median(log_seconds)
    print(f"from the snapshot  {snapshot_rate:12,.0f} articles per CPU second   goal {SNAPSHOT_GOAL:,}")
    print(
        f"from the log       {log_rate:12,.0f} articles per CPU second   goal {LOG_GOAL:,} ({len(records):,} records)"
    )
    print(f"the snapshot is {snapshot_rate / log_rate:,.0f} times as fast")


if __name__ == "__main__":
    sys.exit(main())
