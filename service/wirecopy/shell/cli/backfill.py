"""`wirecopy backfill`: an archive judged in ranges of time, with the verdicts of one pass in order.

    wirecopy backfill plan ARCHIVE... --work DIR     cut it into ranges
    wirecopy backfill run --work DIR --workers 8     judge them, by processes of this machine or with --spark
    wirecopy backfill verify --work DIR              compare the seams, and do again what differs
    wirecopy backfill merge --work DIR -o OUT        Parquet by day

Each step can be killed and started again. Exit codes: 0 done; 1 failed; 2 the command line or a setting is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.shapes import PRESETS
from wirecopy.shell import locking
from wirecopy.shell.backfill.local import run_local
from wirecopy.shell.backfill.merge import merge
from wirecopy.shell.backfill.plan import (
    ORDERS,
    RANGE_WINDOWS,
    WARM_UP_WINDOWS,
    Cut,
    PlanError,
    Reading,
    make_plan,
    read_plan,
)
from wirecopy.shell.backfill.ranges import Result, discard_unfinished
from wirecopy.shell.backfill.spark import run_spark
from wirecopy.shell.backfill.verify import repair, undone
from wirecopy.shell.files.extras import MissingExtraError
from wirecopy.shell.files.lines import FileTrouble
from wirecopy.shell.files.source import ArticleSource
from wirecopy.shell.pipeline.scan_log import DAY_MS

EXIT_TROUBLE: Final = 1
EXIT_USAGE: Final = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the steps and their arguments."""
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    plan = steps.add_parser("plan", help="read the archive once and cut it into ranges")
    plan.add_argument(
        "input", nargs="+", metavar="IN", help="files, folders or patterns, as `wirecopy scan` reads"
    )
    plan.add_argument(
        "--order",
        choices=ORDERS,
        default=ORDERS[0],
        help="judge in the order of the inputs (default), or sort by date of publication first",
    )
    plan.add_argument(
        "--window-days",
        type=_at_least_1,
        metavar="N",
        help="length of the window (default: WIRECOPY_WINDOW_DAYS)",
    )
    plan.add_argument(
        "--warm-up",
        type=int,
        default=WARM_UP_WINDOWS,
        metavar="W",
        help="windows read before a range and dropped (default: %(default)s)",
    )
    plan.add_argument(
        "--range-windows",
        type=_at_least_1,
        default=RANGE_WINDOWS,
        metavar="W",
        help="length of a range in windows (default: %(default)s)",
    )
    plan.add_argument(
        "--ranges", type=_at_least_1, metavar="N", help="so many ranges of as many articles each"
    )
    plan.add_argument(
        "--preset", choices=PRESETS, metavar="NAME", help="read every record as this format writes it"
    )
    run = steps.add_parser("run", help="judge the ranges that are not done")
    run.add_argument(
        "--workers", type=_at_least_1, default=1, metavar="N", help="processes of this machine (default: 1)"
    )
    run.add_argument(
        "--spark", action="store_true", help="as tasks of Apache Spark, by the settings of spark-submit"
    )
    verify = steps.add_parser("verify", help="compare the seams, and do ranges behind broken ones again")
    merged = steps.add_parser("merge", help="put the results together as Parquet by day")
    merged.add_argument("-o", "--output", required=True, metavar="DIR", help="a new folder")
    for step in (plan, run, verify, merged):
        step.add_argument("--work", required=True, metavar="DIR", help="folder of the back-fill")


def main(args: argparse.Namespace) -> int:
    """Run a step; see the exit codes above."""
    work = Path(args.work)
    try:
        lock = _taken(work, new=args.step == "plan")
        try:
            return _STEPS[args.step](args, work)
        finally:
            os.close(lock)
    except (PlanError, FileTrouble, MissingExtraError) as trouble:
        _say(str(trouble))
    except OSError as error:
        _say(f"{error.filename or work}: {error.strerror or error}")
    return EXIT_TROUBLE


def _taken(work: Path, *, new: bool) -> int:
    """The lock on the folder. PlanError where there is none, or another process is at work in it."""
    if new:
        work.mkdir(parents=True, exist_ok=True)
    elif not work.is_dir():
        raise PlanError(f"“{work}” has no plan: make one with `wirecopy backfill plan`.")
    lock = locking.taken(work)
    if lock is None:
        raise PlanError(f"another process is at work in “{work}”.")
    return lock


def _plan(args: argparse.Namespace, work: Path) -> int:
    from wirecopy.shell.cli.loading import load_or_explain  # here: slow to import

    if not 0 <= args.warm_up <= 1000:
        _say("--warm-up must be between 0 and 1000")
        return EXIT_USAGE
    loaded = load_or_explain()
    if loaded is None:
        return EXIT_USAGE
    settings = loaded.settings
    presets = {"*": args.preset} if args.preset else dict(settings.presets)
    reading = Reading(
        FieldPaths(**(settings.field_paths() | {"presets": presets})),
        dict(settings.aliases),
        settings.window_ms if args.window_days is None else args.window_days * DAY_MS,
        settings.rewritten,
    )
    cut = Cut(args.warm_up, args.range_windows, args.ranges)
    plan = make_plan(ArticleSource(args.input), work, reading, cut, order=args.order, inputs=args.input)
    warm = sum(one.first - one.warm_from for one in plan.ranges)
    _say(f"{plan.lines:,} records in {len(plan.ranges)} ranges; warm-up reads {warm / plan.lines:.0%} more")
    return 0


def _run(args: argparse.Namespace, work: Path) -> int:
    plan = read_plan(work)
    discard_unfinished(work)
    left = undone(work, plan)
    if args.spark:
        run_spark(work, left, _told)
    else:
        run_local(work, left, args.workers, _told)
    _say(f"all {len(plan.ranges)} ranges are done: compare their seams with `wirecopy backfill verify`")
    return 0


def _verify(_: argparse.Namespace, work: Path) -> int:
    plan = read_plan(work)
    again = repair(work, plan, _told)
    _say(f"{len(plan.ranges) - 1} seams; {again} were broken, and the ranges behind them were done again")
    return 0


def _merge(args: argparse.Namespace, work: Path) -> int:
    count = merge(work, read_plan(work), Path(args.output))
    _say(f"{count} files in “{args.output}”")
    return 0


_STEPS: Final = {"plan": _plan, "run": _run, "verify": _verify, "merge": _merge}


def _told(result: Result) -> None:
    _say(
        f"range {result.number:04d}: {result.articles:,} articles, {result.corrections:,} corrections,"
        f" {result.dead:,} not read; CPU {result.cpu_seconds:.1f} s, warm-up {result.warm_up_cpu_seconds:.1f} s"
    )


def _say(text: str) -> None:
    sys.stderr.write(f"wirecopy backfill: {text}\n")
    sys.stderr.flush()


def _at_least_1(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
