"""How many Python calls an article costs, and how often they move from one file to another: `python -m tools.hops`.

Each call of a Python function costs the interpreter 50 to 100 ns, and each move to another file is a page that a reader has
to turn. Both are counted over the sample articles, by kind of verdict, for the four steps that an article takes: decode the raw
record, propose its log record, replay that record, encode the enriched record. Caches are warm: the samples have been taken
through another engine before.

With `--calls` it prints the calls of a usual article of each kind in order, indented by depth; with `--files` the files
that are entered most. A compiled kernel counts as one call, whatever it calls; built-in functions are not counted.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from types import FrameType

from wirecopy import samples
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.model import Outcome, RawArticle, RawPosition
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw, encode_enriched

STEPS = ("decode", "propose", "replay", "encode")
_PACKAGE = "/wirecopy/"
_PATHS = FieldPaths()


@dataclass(slots=True)
class Trace:
    """The calls of one article: (step, depth, file, function) each, in order."""

    calls: list[tuple[str, int, str, str]] = field(default_factory=list)

    @contextmanager
    def watching(self, step: str) -> Iterator[None]:
        """Notes every call of a function of the package, or of generated code, while it lasts."""
        depth = 0

        def hook(frame: FrameType, event: str, _: object) -> None:
            nonlocal depth
            name = frame.f_code.co_filename
            if _PACKAGE not in name and not name.startswith("<"):
                return
            if event == "call":
                short = name.partition(_PACKAGE)[2] or name
                self.calls.append((step, depth, short, frame.f_code.co_qualname))
                depth += 1
            elif event == "return":
                depth -= 1

        sys.setprofile(hook)
        try:
            yield
        finally:
            sys.setprofile(None)

    def counts(self, step: str) -> tuple[int, int]:
        """(calls, moves between files) of one step."""
        files = [file for at, _, file, _ in self.calls if at == step]
        return len(files), sum(one != other for one, other in pairwise(files))

    @property
    def total(self) -> tuple[int, int]:
        """The same of all steps."""
        each = [self.counts(step) for step in STEPS]
        return sum(calls for calls, _ in each), sum(moves for _, moves in each)


def take(engine: Engine, value: bytes, offset: int, trace: Trace) -> Outcome:
    """Takes one raw record all the way."""
    with trace.watching("decode"):
        article = decode_raw(value, RawPosition("samples", 0, offset), _PATHS, {})
    assert isinstance(article, RawArticle), "a sample can be read"
    with trace.watching("propose"):
        proposal = engine.propose(article)
    with trace.watching("replay"):
        outcome = engine.replay_many([(offset, offset, proposal.value)])[0]
    assert isinstance(outcome, Outcome), "its record can be replayed"
    with trace.watching("encode"):
        encode_enriched(article, enrich(proposal, outcome), proposal.body_xxh3)
    return outcome


def traced() -> dict[str, list[Trace]]:
    """The traces of all samples by kind of verdict, by an engine whose caches are warm."""
    values = list(samples.lines())
    warm = Engine()
    for offset, value in enumerate([*values, *values]):
        take(warm, value, offset, Trace())
    engine = Engine()
    kinds: dict[str, list[Trace]] = defaultdict(list)
    for offset, value in enumerate(values):
        trace = Trace()
        outcome = take(engine, value, offset, trace)
        kinds[outcome.verdict.kind.value].append(trace)
    return kinds


def report(kinds: dict[str, list[Trace]], write: Callable[[str], object]) -> None:
    """Mean calls and moves of each step and in all, by kind of verdict."""
    write(f"{'verdict':<14}{'articles':>9}" + "".join(f"{step:>16}" for step in (*STEPS, "all")))
    for kind, traces in kinds.items():
        cells = []
        for step in STEPS:
            calls, moves = zip(*(trace.counts(step) for trace in traces), strict=True)
            cells.append(f"{statistics.mean(calls):.0f} / {statistics.mean(moves):.0f}")
        calls, moves = zip(*(trace.total for trace in traces), strict=True)
        cells.append(f"{statistics.mean(calls):.1f} / {statistics.mean(moves):.1f}")
        write(f"{kind:<14}{len(traces):>9}" + "".join(f"{cell:>16}" for cell in cells))


def main() -> int:
    parser = argparse.ArgumentParser(description="Python calls and moves between files, an article")
    parser.add_argument("--calls", action="store_true", help="print the calls of one article of each kind")
    parser.add_argument("--files", action="store_true", help="print the files that are entered most")
    arguments = parser.parse_args()
    kinds = traced()
    report(kinds, print)
    if arguments.calls:
        for kind, traces in kinds.items():
            print(f"\n{kind}")
            trace = min(
                traces, key=lambda one: abs(one.total[0] - statistics.mean(t.total[0] for t in traces))
            )
            for step, depth, file, function in trace.calls:
                print(f"  {step:<8}{'  ' * depth}{file.removesuffix('.py')} {function}")
    if arguments.files:
        entered = Counter(file for traces in kinds.values() for t in traces for _, _, file, _ in t.calls)
        for file, calls in entered.most_common(40):
            print(f"{calls:>8}  {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
