"""Where an article's microseconds go, stage by stage: raw bytes → article → proposal → verdict → enriched bytes.

Each stage runs by itself over the same articles, on what the stage before it made. Time is the thread's CPU
time, the median of the repeats and the least (what a quieter machine shows more often). Articles are those of
an evaluation set beside the checkout, drawn evenly from it, or else the samples over and over, each time with
other numbers in them so that none is a copy of the last round's. `propose` and `replay` are measured as a
whole too, so that what lies between their stages shows.

    python bench/stages.py [--set wirebench|press] [--articles 2000] [--repeats 5]
"""

from __future__ import annotations

import argparse
import gc
import lzma
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from wirecopy import samples  # noqa: E402 — the checkout's own package, not an installed one
from wirecopy.core import limits  # noqa: E402
from wirecopy.core.credits.find import find_credits  # noqa: E402
from wirecopy.core.engine import Engine, enrich  # noqa: E402
from wirecopy.core.fingerprint.propose import propose  # noqa: E402
from wirecopy.core.fingerprint.record import SketchRecord, decode_record, encode_record  # noqa: E402
from wirecopy.core.fingerprint.sketch import sketch_in  # noqa: E402
from wirecopy.core.hashing import xxh3_128_hex  # noqa: E402
from wirecopy.core.model import Outcome, RawArticle, RawPosition, Rejected  # noqa: E402
from wirecopy.core.records.fields import FieldPaths  # noqa: E402
from wirecopy.core.records.raw import decode_raw, encode_enriched  # noqa: E402
from wirecopy.core.text.tokens import Tokens, borrow, give_back, tokenise_utf8, tokens_in  # noqa: E402

EVALUATION: Final = ROOT.parent / "shared" / "eval"
_FIELDS: Final = FieldPaths()
TIME_STEP_MS: Final = 1000  # between two records of the log


@dataclass(frozen=True, slots=True)
class Timing:
    stage: str
    median_us: float
    least_us: float


def raw_records(name: str, count: int) -> list[bytes]:
    """So many raw records of a set, evenly drawn; of the samples where the set is not there."""
    path = EVALUATION / name / "articles.jsonl.xz"
    if path.exists():
        with lzma.open(path) as file:
            lines = [line.rstrip(b"\n") for line in file]
        return lines[:: max(1, len(lines) // count)][:count]
    return list(_renumbered(samples.lines(), count))


def _renumbered(lines: Sequence[bytes], count: int) -> Iterator[bytes]:
    """The lines again and again; from the second round on every full stop is followed by the round's number."""
    for number in range(count):
        line, turn = lines[number % len(lines)], number // len(lines)
        yield line.replace(b". ", b" %d. " % turn) if turn else line


def timed(stage: str, work: Callable[..., Any], repeats: int, *arguments: Iterable[Any]) -> Timing:
    """One stage over all articles, some times over."""
    calls = list(zip(*arguments, strict=True))
    work(*calls[0])
    spent = []
    for _ in range(repeats):
        began = time.thread_time()
        for call in calls:
            work(*call)
        spent.append((time.thread_time() - began) / len(calls) * 1e6)
    return Timing(stage, statistics.median(spent), min(spent))


def _proposal_stages(articles: Sequence[RawArticle], repeats: int) -> Iterator[Timing]:
    texts = [article.text for article in articles]
    yield timed("  UTF-8", lambda text: text.encode("utf-8", "surrogatepass"), repeats, texts)
    utf8 = [text.encode("utf-8", "surrogatepass") for text in texts]
    yield timed("  tokens, lines", _tokenised, repeats, utf8)
    tokens = [tokenise_utf8(data) for data in utf8]
    yield timed("  credits", _credits, repeats, articles, tokens)
    yield timed("  digest of the body", xxh3_128_hex, repeats, utf8)
    yield timed("  title, main region, picks, ids", _sketched, repeats, articles, tokens)
    yield timed("propose, all of it", propose, repeats, articles)


def _decoded(value: bytes, position: RawPosition) -> RawArticle | Rejected:
    return decode_raw(value, position, _FIELDS, {})


def _tokenised(utf8: bytes) -> None:
    """As `propose` does it, in arrays that are lent."""
    scratch = borrow(len(utf8))
    tokens_in(scratch, utf8)
    give_back(scratch)


def _sketched(article: RawArticle, tokens: Tokens) -> None:
    """As above."""
    scratch = borrow(len(tokens.canonical))
    sketch_in(scratch, article, tokens)
    give_back(scratch)


def _credits(article: RawArticle, tokens: Tokens) -> object:
    return find_credits(
        article.text, article.title, article.publisher, article.domain, host=article.host, tokens=tokens
    )


def _record_stages(values: Sequence[bytes], repeats: int) -> Iterator[Timing]:
    yield timed("  record from bytes", decode_record, repeats, values)
    records = [record for record in map(decode_record, values) if isinstance(record, SketchRecord)]
    yield timed("  record to bytes (in propose)", encode_record, repeats, records)


def _replay_stages(articles: Sequence[RawArticle], values: Sequence[bytes], repeats: int) -> Iterator[Timing]:
    """Replay changes the index, so every repeat has an engine of its own and begins with an empty one."""
    proposals = [propose(article) for article in articles]
    spent, outcomes = [], []
    for _ in range(repeats):
        engine = Engine(window_ms=limits.WINDOW_MS)
        began = time.thread_time()
        outcomes = [engine.replay(n, n * TIME_STEP_MS, value) for n, value in enumerate(values)]
        spent.append((time.thread_time() - began) / len(values) * 1e6)
    yield Timing("replay, all of it", statistics.median(spent), min(spent))
    judged = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    yield timed("enrich", enrich, repeats, proposals, judged)
    verdicts = [enrich(proposal, outcome) for proposal, outcome in zip(proposals, judged, strict=True)]
    digests = [proposal.body_xxh3 for proposal in proposals]
    yield timed("enriched bytes", encode_enriched, repeats, articles, verdicts, digests)


def stages(raw: Sequence[bytes], repeats: int) -> Iterator[Timing]:
    """All stages in an article's order."""
    positions = [RawPosition("articles.raw", 0, offset) for offset in range(len(raw))]
    decoded = map(_decoded, raw, positions)
    articles = [article for article in decoded if isinstance(article, RawArticle)]
    gc.collect()
    gc.freeze()  # what is loaded here is no part of what is measured
    yield timed("article from raw bytes", _decoded, repeats, raw, positions)
    yield from _proposal_stages(articles, repeats)
    values = [propose(article).value for article in articles]
    yield from _record_stages(values, repeats)
    yield from _replay_stages(articles, values, repeats)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", default="wirebench")
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    raw = raw_records(options.set, options.articles)
    print(f"{len(raw)} articles, {sum(map(len, raw)) // len(raw)} bytes of JSON each, CPU µs an article")
    print(f"{'stage':<34}{'median':>9}{'least':>9}")
    for timing in stages(raw, options.repeats):
        print(f"{timing.stage:<34}{timing.median_us:>9.1f}{timing.least_us:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
