"""`make eval`: the engine's verdicts against the labelled sets, beside what others' libraries find in the
same run.

Each set of the evaluation data is scanned by the engine of `wirecopy run` and scored by the set's own script,
so that nothing here can flatter the figures. `--quick` scans WireBench alone and prints; the whole run adds
the other sets, the peers (MinHash LSH, SimHash), the generated curves, and writes `docs/evaluation.md` with
its plots. A set that is absent is skipped with a message: the texts belong to their publishers and are no
part of this repository.

    python tools/evaluate.py --quick                     wirebench only
    python tools/evaluate.py --quick --errors out/errors  with the ids of what went wrong, by kind and case
    python tools/evaluate.py --sets press pages          some sets only
    python tools/evaluate.py                             everything, and docs/evaluation.md
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

# the checkout's own package, not an installed one
from tools.evaluation.errors import (  # noqa: E402
    Run,
    json_lines,
    pair_errors,
    stream_errors,
    write_errors,
)
from tools.evaluation.scores import (  # noqa: E402
    PAIR_SETS,
    READ_SETS,
    STREAM_SET,
    score_pairs,
    score_read,
    score_stream,
    unpacked,
)
from wirecopy import samples  # noqa: E402
from wirecopy.core.records.raw import FieldPaths  # noqa: E402
from wirecopy.shell.files.lines import Line, LineReader, open_output  # noqa: E402
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, Summary, scan  # noqa: E402

if TYPE_CHECKING:
    from bench.curves import Point
    from tools.evaluation.tracing import Traced

Json = dict[str, Any]
TRACED_SET: Final = "rewrites"
DATA_DEFAULT: Final = ROOT.parent / "shared" / "eval"
GOALS: Final = {
    "precision": ">= .999",
    "recall": ">= .997",
    "f1": ">= .998",
    "false_flag_rate": "<= .0015",
    "original": ">= .993",
    "sources": ">= .992",
    "extent": ">= .99",
    "share_error": "<= .02",
    "passages": ">= .97",
    "credit": ">= .985",
    "external": ">= .995",
    "final": ">= .995",
    "press": "0 false links, 15 found",
    "pages": "0 false links",
    "extractions": "recall >= .997",
}


def run_ours(articles: Path, into: Path) -> Run:
    """Scan `articles` with the engine into `into`/enriched.jsonl and corrections.jsonl."""
    enriched, corrections = into / "enriched.jsonl", into / "corrections.jsonl"
    options = ScanOptions(fields=FieldPaths(), aliases={})
    numbered = (Line(number, value) for number, value in enumerate(samples.lines()))
    scan(numbered, ScanOutputs(), options)  # compiles the kernels, which shall not count
    with (
        LineReader(str(articles)) as lines,
        open_output(str(enriched)) as enriched_file,
        open_output(str(corrections)) as corrections_file,
        open_output(str(into / "dead.jsonl")) as dead_file,
    ):
        outputs = ScanOutputs(enriched=enriched_file, corrections=corrections_file, dead=dead_file)
        started = time.process_time()
        summary: Summary = scan(lines, outputs, options)
        seconds = time.process_time() - started
    if summary.dead:
        counts = ", ".join(f"{reason.value} {count}" for reason, count in summary.dead.items())
        print(f"  {summary.dead.total()} lines could not be read: {counts}")
    return Run("wirecopy", enriched, corrections, seconds, summary.articles)


# ---- what is printed

COLUMNS: Final = (
    "n",
    "flagged",
    "verdict",
    "original",
    "sources",
    "extent",
    "share_error",
    "passages",
    "credit",
    "external",
    "final",
)


def print_stream(scores: Json) -> None:
    """The table by case, then the totals beside the goals."""
    print("case".ljust(15), *(column[:9].rjust(9) for column in COLUMNS))
    for case, figures in scores.items():
        if case != "summary":
            cells = ("" if figures[column] is None else f"{figures[column]:.4g}" for column in COLUMNS)
            print(case.ljust(15), *(cell.rjust(9) for cell in cells))
    print()
    for name, value in (scores["summary"] | {k: scores["ALL"][k] for k in COLUMNS if k in GOALS}).items():
        goal = GOALS[name]
        sign, bound = goal.split()
        met = value is not None and (value >= float(bound) if sign == ">=" else value <= float(bound))
        print(f"  {name:16} {value!s:>8}   goal {goal:9} {'met' if met else 'NOT MET'}")


def print_pairs(name: str, scores: Json) -> None:
    print(
        f"  {name:12} found {scores['found']} of {scores['of']} ({scores['recall']}), "
        f"false links {scores['false_links']} of {scores['of_unrelated']}   goal {GOALS[name]}"
    )


# ---- the command


def evaluate_set(name: str, data: Path, into: Path, detect: Callable[[Path, Path], Run]) -> tuple[Run, Json]:
    """Run one detector over one set and score it."""
    into.mkdir(parents=True, exist_ok=True)
    run = detect(data / name / "articles.jsonl.xz", into)
    if name in READ_SETS:
        return run, score_read(data, name, run)
    if name != STREAM_SET:
        return run, score_pairs(data, name, run)
    return run, score_stream(data, unpacked(data / name / "truth.jsonl.xz", into), run)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, default=DATA_DEFAULT, help="where the sets lie (default: %(default)s)")
    add("--quick", action="store_true", help="wirebench only, no peers, no report")
    add(
        "--sets",
        nargs="+",
        choices=(*READ_SETS, STREAM_SET, *PAIR_SETS),
        help="these sets only, no peers, no report",
    )
    add("--curves", action="store_true", help="the generated curves only, no peers, no report")
    add("--errors", type=Path, metavar="DIR", help="write what went wrong, with ids, by kind and case")
    add("--keep", type=Path, metavar="DIR", help="keep the enriched records here")
    add("--report", type=Path, default=ROOT / "docs", metavar="DIR", help="where evaluation.md goes")
    args = parser.parse_args()
    whole = not (args.quick or args.sets or args.curves)
    wanted = [STREAM_SET] if args.quick else args.sets or [*READ_SETS, STREAM_SET, *PAIR_SETS]
    present = [name for name in wanted if (args.data / name / "articles.jsonl.xz").exists()]
    for name in wanted:
        if name not in present:
            print(f"Skipped {name}: the evaluation data are not at {args.data / name}.")
    with tempfile.TemporaryDirectory(prefix="wirecopy-eval-") as scratch:
        folder = args.keep or Path(scratch)
        runs = {} if args.curves else run_sets(present, args.data, folder, args.errors)
        lengths, rewriting = (
            generated(args.data) if (whole or args.curves) and STREAM_SET in present else ([], [])
        )
        if whole and present:
            report(present, args.data, folder, runs, (lengths, rewriting), args.report)
    return 0


def run_sets(names: list[str], data: Path, folder: Path, errors: Path | None) -> dict[str, tuple[Run, Json]]:
    """Our engine over each set, its figures printed."""
    runs = {}
    for name in names:
        started = time.perf_counter()
        run, scores = runs[name] = evaluate_set(name, data, folder / name, run_ours)
        print_set(name, run, scores, time.perf_counter() - started)
        if errors:
            write_errors(errors, name, errors_of(name, data, folder / name, run))
    return runs


def generated(data: Path) -> tuple[list[Point], list[Point]]:
    """The generated curves, printed: recall against length, recall against rewriting."""
    from bench.curves import curves, material

    with tempfile.TemporaryDirectory(prefix="wirecopy-eval-") as scratch:
        records = list(json_lines(unpacked(data / STREAM_SET / "articles.jsonl.xz", Path(scratch))))
        truths = list(json_lines(unpacked(data / STREAM_SET / "truth.jsonl.xz", Path(scratch))))
    lengths, rewriting = curves(material(records, truths))
    print("\nA verbatim run of n words inside another article:")
    for point in lengths:
        print(f"  n = {point.x:<4.0f} {told(point)}")
    print("Rewritten, by the part of the words touched:")
    for point in rewriting:
        print(f"  {point.x:<8.2f} {told(point)}")
    return lengths, rewriting


def told(point: Point) -> str:
    """A point in a line of text."""
    return f"found {point.recall:.3f} ({point.found} of {point.trials}), flagged at all {point.flagged}"


def report(
    names: list[str],
    data: Path,
    folder: Path,
    runs: dict[str, tuple[Run, Json]],
    points: tuple[list[Point], list[Point]],
    target: Path,
) -> None:
    """Run the peers and write the page."""
    from tools.evaluation.peers import peers_scores
    from tools.evaluation.report import OURS, Results, threshold_curve, write_report

    scores: dict[str, dict[str, Json]] = {OURS: {name: score for name, (_, score) in runs.items()}}
    microseconds: dict[str, float] = {}
    thresholds = []
    if STREAM_SET in runs:
        run, _ = runs[STREAM_SET]
        microseconds[OURS] = run.seconds / run.articles * 1e6
        thresholds = threshold_curve(folder / STREAM_SET / "truth.jsonl", run)
    for peer, by_set, peer_microseconds in peers_scores(
        [name for name in names if name not in READ_SETS], data, folder, ROOT / ".cache"
    ):
        scores[peer] = by_set
        microseconds[peer] = peer_microseconds
    traced = traces(data / TRACED_SET, folder, OURS) if TRACED_SET in runs else {}
    write_report(Results(scores, microseconds, thresholds, *points, traced), GOALS, target)
    print(f"\nWritten: {target / 'evaluation.md'}")


def traces(data: Path, folder: Path, us: str) -> dict[str, list[Traced]]:
    """The curves of rewritten copies: ours, MinHash, and a sentence-embedding model where it is installed or its result kept."""
    from tools.evaluation import embedding, tracing

    articles, truth, cache = data / "articles.jsonl.xz", data / "truth.jsonl", ROOT / ".cache" / "eval"
    found = {us: tracing.ours(articles, folder), tracing.MINHASH: tracing.minhash(articles)}
    if embedding.installed() or embedding.kept(articles, cache).exists():
        found[embedding.NAME] = embedding.nearest(articles, cache)
    return {name: tracing.curve(rows, truth) for name, rows in found.items()}


def print_set(name: str, run: Run, scores: Json, seconds: float) -> None:
    """One set's figures."""
    speed = f"{run.seconds:.1f} s of CPU ({run.articles / max(run.seconds, 1e-9):,.0f}/s)"
    print(f"\n{name}: {run.articles:,} articles in {speed}; {seconds:.1f} s with scoring")
    if name == STREAM_SET:
        print_stream(scores)
    elif name in READ_SETS:
        for label, (count, of, rate) in scores.items():
            print(f"  {label:64} {count}/{of}  {rate:.3f}")
    else:
        print_pairs(name, scores)


def errors_of(name: str, data: Path, into: Path, run: Run) -> dict[str, list[str]]:
    """What went wrong in a set, by kind."""
    if name == STREAM_SET:
        return stream_errors(into / "truth.jsonl", run)
    if name in READ_SETS:
        return {}  # their scripts name no ids
    return pair_errors(data / name / "pairs.jsonl", run)


if __name__ == "__main__":
    sys.exit(main())
