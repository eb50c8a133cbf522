"""The seams: whether each range began with the state with which the range before it ended.

Range 0 begins with nothing, as one pass does. Where the digests are equal at a seam, all later verdicts of the two are equal;
where they are not, the later range is done again from the snapshot of the earlier one, and its end is compared with the next.
So by induction all ranges say what one pass says.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from wirecopy.shell.backfill.plan import Plan, PlanError, Range
from wirecopy.shell.backfill.ranges import SNAPSHOT, Result, range_folder, read_result, run_range


def undone(work: Path, plan: Plan) -> list[int]:
    """Numbers of the ranges that are still to do."""
    return [one.number for one in plan.ranges if read_result(work, one) is None]


def broken_seams(work: Path, plan: Plan) -> Iterator[tuple[Range, Range]]:
    """Each seam that is broken, as the ranges before and behind it; read one after the other, so that a range done again is
    compared anew. PlanError where a range is not done."""
    if left := undone(work, plan):
        raise PlanError(
            f"{len(left)} of {len(plan.ranges)} ranges are not done: go on with `wirecopy backfill run`."
        )
    for before, behind in pairwise(plan.ranges):
        ended, began = read_result(work, before), read_result(work, behind)
        assert ended is not None, "it was done"
        assert began is not None, "it was done"
        if ended.end_digest != began.start_digest:
            yield before, behind


def repair(work: Path, plan: Plan, on_done: Callable[[Result], None]) -> int:
    """Does the ranges behind broken seams again. Returns how many. Snapshots that nobody needs any more are removed: all but
    the last range's."""
    again = 0
    for before, behind in broken_seams(work, plan):
        result = run_range(work, plan, behind, before)
        ended = read_result(work, before)
        assert ended is not None, "it was done"
        if result.start_digest != ended.end_digest:
            raise PlanError(
                f"the snapshot of range {before.name} is not its end: remove it and run it again."
            )
        on_done(result)
        again += 1
    for one in plan.ranges[:-1]:
        shutil.rmtree(range_folder(work, one) / SNAPSHOT, ignore_errors=True)
    return again
