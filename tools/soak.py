"""Simulates as many seeds and tries as many hostile inputs as the time holds, and prints how many of each and
what was violated.

    python -m tools.soak --seconds 3600            seeds from the clock, so that every night tries others
    python -m tools.soak --seed 4711 [--scale 6]   one simulated seed again, with its violation
    python -m tools.soak --target settings --seed 5  one hostile input again

Small worlds mostly, and larger ones in between: a fault that needs a long history does not show in a short
one. Half of the time goes to simulation (tests/sim), half to the targets (tests/fuzz), a block of each in turn. Exit
code 1 where anything was violated; each such seed belongs into tests/sim/test_simulation.py or
tests/fuzz/test_fuzz.py.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SCALES = (1, 1, 1, 1, 1, 1, 1, 3, 3, 10)  # of each ten seeds
SEED_SPAN = 1 << 40
VIOLATIONS_SHOWN_MAX = 20
SIMULATED = "simulation"
SEEDS_A_BLOCK = 10
CASES_A_BLOCK = 400  # of one target
SAY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Block:
    """Seeds from `first` on: of the simulation, or of the fuzz target of that name."""

    name: str
    first: int
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    name: str
    count: int
    wrong: tuple[str, ...]
    rss_mb: int


def _try(block: Block) -> Tried:
    wrong: list[str] = []
    if block.name == SIMULATED:
        count = SEEDS_A_BLOCK if block.scale is None else 1
        for number in range(count):
            seed = block.first + number
            told = _simulated(seed, block.scale or SCALES[seed % len(SCALES)])
            if told:
                wrong.append(told)
    else:
        from tests.fuzz.targets import TARGETS

        count = CASES_A_BLOCK if block.scale is None else 1
        try:
            TARGETS[block.name](range(block.first, block.first + count))
        except Exception as error:
            cause = error.__cause__ or error
            wrong.append(f"{error}\n{''.join(traceback.format_exception(cause)[-4:])}")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Tried(block.name, count, tuple(wrong), peak_mb)


def _simulated(seed: int, scale: int) -> str:
    from tests.sim.simulate import SimViolationError, simulate

    try:
        simulate(seed, scale)
    except SimViolationError as error:
        return str(error)
    except Exception:
        return f"seed {seed}, scale {scale}: the simulation itself failed\n{traceback.format_exc()}"
    return ""


def _blocks(first: int, end_at: float) -> Iterator[Block]:
    """Simulation and each target in turn, until the time is over."""
    from tests.fuzz.targets import TARGETS

    seeds, cases = first, first
    while True:
        for name in TARGETS:
            for block in (Block(SIMULATED, seeds), Block(name, cases)):
                if time.monotonic() >= end_at:
                    return
                yield block
            seeds += SEEDS_A_BLOCK
        cases += CASES_A_BLOCK


def _soak(seconds: float, processes: int, first: int) -> int:
    tried: Counter[str] = Counter()
    wrongs: list[str] = []
    peak_mb, said_at = 0, time.monotonic()
    print(f"seeds from {first} on, {seconds:g} s, {processes} process(es)", flush=True)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        blocks = _blocks(first, time.monotonic() + seconds)
        for one in _as_they_come(pool, blocks, processes):
            tried[one.name] += one.count
            peak_mb = max(peak_mb, one.rss_mb)
            for wrong in one.wrong:
                wrongs.append(wrong)
                print(wrong, flush=True)
            if time.monotonic() - said_at > SAY_SECONDS:
                said_at = time.monotonic()
                print(_summary(tried, wrongs, peak_mb), flush=True)
            if len(wrongs) >= VIOLATIONS_SHOWN_MAX:
                break
    for name, count in tried.items():
        print(f"  {name}: {count}")
    print(_summary(tried, wrongs, peak_mb))
    return 1 if wrongs else 0


def _as_they_come(
    pool: multiprocessing.pool.Pool, blocks: Iterator[Block], processes: int
) -> Iterator[Tried]:
    """A pool's own iterators would draw all blocks at once, and these end by the clock."""
    under_way = [
        pool.apply_async(_try, (block,)) for block, _ in zip(blocks, range(2 * processes), strict=False)
    ]
    while under_way:
        yield under_way.pop(0).get()
        block = next(blocks, None)
        if block is not None:
            under_way.append(pool.apply_async(_try, (block,)))


def _summary(tried: Counter[str], wrongs: list[str], peak_mb: int) -> str:
    cases = tried.total() - tried[SIMULATED]
    return (
        f"{tried[SIMULATED]} simulated seeds, {cases} fuzz cases, {len(wrongs)} violations,"
        f" at most {peak_mb} MB in a process"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--first", type=int, help="the first seed; without it, from the clock")
    parser.add_argument("--seed", type=int, help="try this one only")
    parser.add_argument("--scale", type=int, default=1, help="of --seed: how large its world is")
    parser.add_argument(
        "--target", default=SIMULATED, help="of --seed: the fuzz target it is for (default: simulation)"
    )
    given = parser.parse_args()
    if given.seed is not None:
        one = _try(Block(given.target, given.seed, given.scale))
        print("\n".join(one.wrong) or f"{given.target}, seed {given.seed}: nothing is violated")
        return 1 if one.wrong else 0
    first = time.time_ns() % SEED_SPAN if given.first is None else given.first
    return _soak(given.seconds, given.processes, first)


if __name__ == "__main__":
    sys.exit(main())
