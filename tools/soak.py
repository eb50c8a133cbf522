"""Simulates as many seeds as the time holds, in several processes, and prints how many and what was violated.

    python -m tools.soak --minutes 60              seeds from the clock, so that every night tries others
    python -m tools.soak --seed 4711 [--scale 6]   one seed again, with its trace of violations

Small worlds mostly, and larger ones in between: a fault that needs a long history does not show in a short
one. Exit code 1 where anything was violated; each such seed belongs into tests/sim/test_simulation.py.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from dataclasses import dataclass

SCALES = (1, 1, 1, 1, 1, 1, 1, 3, 3, 10)  # of each ten seeds
SEED_SPAN = 1 << 40
VIOLATIONS_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Tried:
    """One seed. `wrong` is what was violated, or empty."""

    seed: int
    wrong: str


def _try(task: tuple[int, int]) -> Tried:
    from tests.sim.scenario import SimViolationError, simulate

    seed, scale = task
    try:
        simulate(seed, scale)
    except SimViolationError as error:
        return Tried(seed, str(error))
    except Exception:
        return Tried(
            seed, f"seed {seed}, scale {scale}: the simulation itself failed\n{traceback.format_exc()}"
        )
    return Tried(seed, "")


def _soak(minutes: float, processes: int, first: int) -> int:
    end_at = time.monotonic() + 60 * minutes
    wrongs: list[Tried] = []
    tried = 0

    def tasks() -> list[tuple[int, int]]:
        return [(first + tried + i, SCALES[(first + tried + i) % len(SCALES)]) for i in range(20 * processes)]

    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        said_at = time.monotonic()
        while time.monotonic() < end_at:
            for one in pool.imap_unordered(_try, tasks()):
                tried += 1
                if one.wrong:
                    wrongs.append(one)
                    print(one.wrong, flush=True)
            if time.monotonic() - said_at > 60:
                said_at = time.monotonic()
                print(f"{tried} seeds, {len(wrongs)} violations", flush=True)
            if len(wrongs) >= VIOLATIONS_SHOWN_MAX:
                break
    print(f"{tried} seeds from {first} on, {len(wrongs)} violations")
    return 1 if wrongs else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--first", type=int, help="the first seed; without it, from the clock")
    parser.add_argument("--seed", type=int, help="try this one only")
    parser.add_argument("--scale", type=int, default=1, help="of --seed: how large its world is")
    given = parser.parse_args()
    if given.seed is not None:
        one = _try((given.seed, given.scale))
        print(one.wrong or f"seed {given.seed}: nothing is violated")
        return 1 if one.wrong else 0
    first = time.time_ns() % SEED_SPAN if given.first is None else given.first
    return _soak(given.minutes, given.processes, first)


if __name__ == "__main__":
    sys.exit(main())
