"""A back-fill by processes of this machine: each does one range after the other, until all are done."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from wirecopy.shell.backfill.plan import PlanError, read_plan
from wirecopy.shell.backfill.ranges import Result, run_range


def run_local(work: Path, numbers: Sequence[int], workers: int, on_done: Callable[[Result], None]) -> None:
    """Does these ranges. `on_done` is told of each as it ends. PlanError where a worker died."""
    if workers == 1:
        for number in numbers:
            on_done(run_numbered(str(work), number))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_end_with_the_parent) as pool:
        futures = [pool.submit(run_numbered, str(work), number) for number in numbers]
        try:
            for future in as_completed(futures):
                on_done(future.result())
        except BrokenProcessPool as error:
            raise PlanError(
                "a worker process ended before its range was done, perhaps for want of memory: run it again,"
                " with fewer --workers. What is done is kept."
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def run_numbered(work: str, number: int) -> Result:
    """A range by its number; what every scheduler calls, in a process of its own."""
    folder = Path(work)
    plan = read_plan(folder)
    return run_range(folder, plan, plan.ranges[number])


def _end_with_the_parent() -> None:
    """A worker whose parent was killed must not go on beside the next run."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker has a parent"

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
