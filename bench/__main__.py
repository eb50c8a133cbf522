"""`make bench`: text → verdict beside MinHash libraries, in one run, over the same texts.

Ours is decode, propose, replay, enrich and encode of each article, peers' is shingling, query and insertion of its body;
both in CPU seconds of this process, in turn, so that a noisy machine slows both. Texts: WireBench and the press releases
where they lie beside the checkout, else the sample articles many times over.

    python -m bench [--articles N] [--repeats N]
    python -m bench restart …    see restart.py
    python -m bench gather …     see gather.py
    python -m bench pages …      see pages.py
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.peers import DatasketchIndex, GaoyaIndex, Index, RensaIndex
from service import samples
from service.core.codec import decode_raw, encode_enriched
from service.core.engine import Engine, enrich
from service.core.fields import FieldPaths
from service.core.model import Outcome, RawArticle, RawPosition

DATA = Path(__file__).resolve().parents[2] / "shared" / "eval"
PEERS: tuple[tuple[str, Callable[[], Index]], ...] = (
    ("gaoya", lambda: GaoyaIndex(5, 0.5)),
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


def ours(records: Sequence[bytes]) -> float:
    """CPU seconds from record bytes to enriched bytes."""
    engine, fields = Engine(), FieldPaths()
    started = time.process_time()
    for number, record in enumerate(records):
        article = decode_raw(record, RawPosition("bench", 0, number), fields, {})
        if not isinstance(article, RawArticle):
            continue
        proposal = engine.propose(article)
        outcome = engine.replay(number, 0, proposal.value)
        assert isinstance(outcome, Outcome)
        encode_enriched(article, enrich(proposal, outcome), outcome.body_xxh3)
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
    bodies: list[str] = [body for body in (_body(record) for record in records) if body.strip()]
    ours(records[:50])  # compiled kernels, warm caches
    times: dict[str, list[float]] = {name: [] for name in ("wirecopy", *(peer for peer, _ in PEERS))}
    for _ in range(repeats):
        times["wirecopy"].append(ours(records))
        for peer, make in PEERS:
            times[peer].append(theirs(make, bodies))
    print(f"{name}: {len(records)} articles, {statistics.mean(map(len, bodies)):,.0f} characters each")
    mine = statistics.median(times["wirecopy"])
    for peer, seconds in times.items():
        median = statistics.median(seconds)
        beside = "" if peer == "wirecopy" else f"we are {median / mine:.2f} × as fast"
        print(f"  {peer:12}{median / len(records) * 1e6:10.0f} µs an article    {beside}")
    return {peer: statistics.median(seconds) / len(records) for peer, seconds in times.items()}


def _body(record: bytes) -> str:
    value: Any = json.loads(record)
    return value.get("body") or ""


def main() -> int:
    if sys.argv[1:2] == ["restart"]:
        from bench import restart  # which takes its texts from here

        return restart.main(sys.argv[2:])
    if sys.argv[1:2] == ["pages"]:
        from bench import pages

        return pages.main(sys.argv[2:])
    if sys.argv[1:2] == ["gather"]:
        from bench import gather

        return gather.main(sys.argv[2:])
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--articles", type=int, default=1500)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    sets = {name: texts(name, options.articles) for name in ("wirebench", "press")}
    if not any(sets.values()):
        print("the evaluation data is not beside the checkout: the sample articles instead", file=sys.stderr)
        sets = {"samples": list(itertools.islice(itertools.cycle(samples.lines()), options.articles))}
    for name, records in sets.items():
        if records:
            compare(name, records, options.repeats)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
