"""The results of all ranges as one folder: Parquet partitioned by day, a file for each range that touches the day.

    out/
      enriched/day=2026-03-01/0003.parquet      number, log_time, id, kind, record (JSON, as `wirecopy scan` writes it)
      corrections/day=…/                        number of the article that caused it, log_time, id, reason, record
      dead/day=…/                               number, log_time, reason, record

Files are linked where the file system can, else copied; the folder appears when it is whole.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from wirecopy.shell.backfill.plan import Plan, PlanError
from wirecopy.shell.backfill.ranges import KINDS, range_folder
from wirecopy.shell.backfill.verify import broken_seams
from wirecopy.shell.files.table_files import sync_tree


def merge(work: Path, plan: Plan, out: Path) -> int:
    """Makes the folder; returns how many files it has. PlanError where it is there already, or where a range is not done or
    begins otherwise than the one before it ended."""
    if out.exists():
        raise PlanError(f"“{out}” is there already: name another folder.")
    for before, behind in broken_seams(work, plan):
        raise PlanError(
            f"range {behind.name} does not begin where {before.name} ended: run `wirecopy backfill verify` first."
        )
    partial = out.with_name(out.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    count = 0
    for kind in KINDS:
        (partial / kind).mkdir(parents=True)
        for one in plan.ranges:
            folder = range_folder(work, one) / kind
            for file in sorted(folder.rglob("*.parquet")):
                into = partial / kind / file.relative_to(folder)
                into.parent.mkdir(exist_ok=True)
                try:
                    os.link(file, into)
                except OSError:  # another file system, or one without hard links
                    shutil.copyfile(file, into)
                count += 1
    sync_tree(partial)
    partial.rename(out)
    return count
