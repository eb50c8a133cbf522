"""Whatever goes wrong, and in whatever order: nothing lost, nothing twice, order kept, every verdict the oracle's.

Two thousand small worlds, a batch a test so that processes share them. A seed that fails is printed with the
command that runs it again; `make soak` tries as many more as its time holds.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.sim.articles import START_MS
from tests.sim.network import Point
from tests.sim.scenario import World, planned
from tests.sim.simulate import simulate
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.ports import TopicPartition

SEEDS, BATCH = 2_000, 50


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_nothing_is_lost_and_nothing_comes_twice(first: int) -> None:
    for seed in range(first, first + BATCH):
        simulate(seed)


class SlowToLetGo:
    """A member's listener; its revocation takes until `over`."""

    def __init__(self) -> None:
        self.asked, self.over = asyncio.Event(), asyncio.Event()

    async def assigned(self, partitions: frozenset[TopicPartition]) -> None: ...

    async def revoked(self, partitions: frozenset[TopicPartition]) -> None:
        self.asked.set()
        await self.over.wait()


async def test_a_member_that_stops_while_another_leaves_is_given_nothing() -> None:
    """A simulation found it: the embedded group dealt partitions to a member that had let go of its listener."""
    backend = MemoryBackend(MemoryBroker(lambda: START_MS))
    backend.create_topics(2)
    leaving, stopping = backend.source(), backend.source()
    listener, other = SlowToLetGo(), SlowToLetGo()
    listener.over.set()
    other.over.set()
    await stopping.start(listener)
    await leaving.start(other)
    listener.asked.clear()
    listener.over.clear()
    first = asyncio.create_task(leaving.stop(leave=True))
    await listener.asked.wait()
    second = asyncio.create_task(stopping.stop(leave=True))
    await asyncio.sleep(0)
    listener.over.set()
    await asyncio.gather(first, second)
    assert stopping.assignment() == frozenset()


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
        assert events[f"fault: {fault}"], f"{fault} never came"


@pytest.mark.parametrize("first", range(0, 48, 12))
def test_replicas_that_keep_their_state_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """Saved at any time, inherited whole or damaged, restored or rebuilt: the verdicts are the oracle's."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    events: Counter[str] = Counter()

    def prepare(world: World) -> None:
        world.state_root = tmp_path / str(world.plan.seed)
        world.plan.faults += [(part * world.plan.seconds, "kill") for part in (0.3, 0.45, 0.6, 0.75, 0.9)]

    for seed in range(9_000 + first, 9_012 + first):
        events += simulate(seed, prepare=prepare).network.events
        shutil.rmtree(tmp_path / str(seed))
    assert events["state saved"] > 10
    assert events["state restored"] > 3


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
        "from tests.sim.simulate import simulate; print([simulate(s).loop.trace for s in (7, 12, 33, 52)])"
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
