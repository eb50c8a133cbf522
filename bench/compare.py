"""`make bench`: text → verdict beside MinHash libraries, in one run, over the same texts.

Ours is the full verdict on an article (propose, replay, enrich: credits, templates, passages), peers' is shingling, query
and insertion of its body; both in CPU seconds of this process, in turn, so that a noisy machine slows both. A second row
of ours adds JSON in and JSON out, as `wirecopy scan` does it. Of the ways in which a peer can be used the fastest is taken:
gaoya cuts words and makes shingles itself, in Rust; datasketch takes an article's shingles in one batch. Texts: WireBench
and the press releases where they lie beside the checkout, else the sample articles many times over.

    python -m bench [--articles N] [--repeats N]
"""

from __future__ import annotations

import argparse
import itertools
import lzma
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.peers import DatasketchIndex, GaoyaIndex, Index, RensaIndex
from wirecopy import samples
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.model import Outcome, RawArticle, RawPosition
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import BATCH_LINES_MAX, ScanOptions, ScanOutputs, scan

DATA = Path(__file__).resolve().parents[2] / "shared" / "eval"
OURS, OURS_WITH_JSON = "wirecopy", "wirecopy, JSON to JSON"
PEERS: tuple[tuple[str, Callable[[], Index]], ...] = (
    ("gaoya", lambda: GaoyaIndex(5, 0.5, own_words=True)),
    ("rensa", lambda: RensaIndex(5, 0.5)),
    ("datasketch", lambda: DatasketchIndex(5, 0.5)),
)


def texts(name: str, count: int) -> list[bytes]:
    """The first records of an evaluation set; none where it is not there."""
    path = DATA / name / "articles.jsonl.xz"
    if not path.exists():
        return []
    with lzma.open(path) as lines:
        return [line.rstrip(b"\n") for line in itertools.islice(lines, count)]


def ours(articles: Sequence[RawArticle]) -> float:
    """CPU seconds from articles to verdicts, in batches as large as the service's and the scan's."""
    engine, said = Engine(), 0
    started = time.process_time()
    for at in range(0, len(articles), BATCH_LINES_MAX):
        proposals = [engine.propose(article) for article in articles[at : at + BATCH_LINES_MAX]]
        outcomes = engine.replay_many([(at + i, 0, one.value) for i, one in enumerate(proposals)])
        for proposal, outcome in zip(proposals, outcomes, strict=True):
            assert isinstance(outcome, Outcome)
            enrich(proposal, outcome)
            said += 1
    seconds = time.process_time() - started
    assert said == len(articles)
    return seconds


def ours_with_json(records: Sequence[bytes]) -> float:
    """CPU seconds from record bytes to enriched bytes, as `wirecopy scan` does it."""
    lines = [Line(number, record) for number, record in enumerate(records)]
    started = time.process_time()
    scan(lines, ScanOutputs(), ScanOptions(FieldPaths(), {}))
    return time.process_time() - started


def theirs(make: Callable[[], Index], bodies: Sequence[str]) -> float:
    """CPU seconds from bodies to similar earlier ones."""
    index = make()
    started = time.process_time()
    for number, body in enumerate(bodies):
        index.similar_then_add(number, body)
    return time.process_time() - started


def compare(name: str, records: Sequence[bytes], repeats: int) -> dict[str, float]:
    """Prints how many times faster than each peer we are; returns CPU seconds an article of each (medians)."""
    decoded = (decode_raw(r, RawPosition("bench", 0, i), FieldPaths(), {}) for i, r in enumerate(records))
    articles = [article for article in decoded if isinstance(article, RawArticle)]
    bodies = [article.body for article in articles]
    ours(articles[:50])  # compiled kernels, warm caches
    runs: dict[str, Callable[[], float]] = {
        OURS: lambda: ours(articles),
        OURS_WITH_JSON: lambda: ours_with_json(records),
    }
    runs |= {peer: partial(theirs, make, bodies) for peer, make in PEERS}
    times: dict[str, list[float]] = {program: [] for program in runs}
    for _ in range(repeats):
        for program, run in runs.items():
            times[program].append(run())
    print(f"{name}: {len(articles)} articles, {statistics.mean(map(len, bodies)):,.0f} characters each")
    medians = {program: statistics.median(seconds) / len(articles) for program, seconds in times.items()}
    for program, seconds in medians.items():
        beside = (
            "" if program in (OURS, OURS_WITH_JSON) else f"we are {seconds / medians[OURS]:.2f} × as fast"
        )
        print(f"  {program:22}{seconds * 1e6:10.0f} µs an article    {beside}")
    return medians


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--articles", type=int, default=1500)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(arguments)
    sets = {name: texts(name, options.articles) for name in ("wirebench", "press")}
    if not any(sets.values()):
        print("the evaluation data is not beside the checkout: the sample articles instead", file=sys.stderr)
        sets = {"samples": list(itertools.islice(itertools.cycle(samples.lines()), options.articles))}
    for name, records in sets.items():
        if records:
            compare(name, records, options.repeats)
    return 0
