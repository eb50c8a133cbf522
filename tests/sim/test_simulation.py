"""Whatever goes wrong, and in whatever order: nothing lost, nothing twice, order kept, every verdict the oracle's.

Two thousand small worlds, a batch a test so that processes share them. A seed that fails is printed with the
command that runs it again; `make soak` tries as many more as its time holds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.sim.network import Point
from tests.sim.scenario import planned, simulate

SEEDS, BATCH = 2_000, 50
# each of these found something once: in the shell, or in the simulation itself
KEPT = (127, 160, 343)


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_nothing_is_lost_and_nothing_comes_twice(first: int) -> None:
    for seed in range(first, first + BATCH):
        simulate(seed)


@pytest.mark.parametrize("seed", KEPT)
def test_seeds_that_once_failed(seed: int) -> None:
    simulate(seed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_larger_world(seed: int) -> None:
    """More articles, more faults, at one go."""
    simulate(seed, scale=6)


def test_the_faults_really_happen() -> None:
    """A simulation in which nothing goes wrong proves nothing: every kind of trouble is met within some seeds."""
    events: Counter[str] = Counter()
    for seed in range(3_000, 3_120):
        events += simulate(seed).network.events
    kinds = Counter(name.partition(":")[0] for name in events.elements())
    for kind in (
        "lost",
        "unanswered",
        "late",
        "failed",
        "crash",
        "rebalance",
        "session over",
        "stalled source",
    ):
        assert kinds[kind] >= 3, f"{kind}: {kinds[kind]} times"
    for fault in ("kill", "crash", "stop", "freeze", "doze", "join", "poison", "again", "snapshot", "slow"):
        assert events[f"fault: {fault}"] or fault == "join", f"{fault} never came"


@pytest.mark.parametrize("point", list(Point))
def test_a_crash_at_each_named_point(point: Point) -> None:
    """The replica that has the partitions dies just there, whichever seed gets that far."""
    crashed = 0
    for seed in range(40):
        if planned(seed).embedded:
            continue
        world = simulate(
            seed, prepare=lambda world: world.network.crash_at.update({0: (point, 0), 1: (point, 1)})
        )
        crashed += len(world.network.crashed)
        if crashed >= 3:
            return
    pytest.fail(f"nobody ever came to {point.value}")


def test_a_seed_gives_the_same_run_in_every_process() -> None:
    """Also where strings hash otherwise: or a seed would not bring a failure back."""
    script = (
        "from tests.sim.scenario import simulate; print([simulate(s).loop.trace for s in (7, 12, 33, 52)])"
    )
    traces = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={
                **os.environ,
                "PYTHONHASHSEED": hash_seed,
                "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(traces) == 1
