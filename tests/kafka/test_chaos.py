"""The short form of `make chaos`: real processes on a real broker behind a bad network, all invariants checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.plan import FULL, SHORT, Kind, plan
from tests.chaos.replica import Point
from tests.chaos.run import Run, RunOptions

SEED = 20


def test_a_seed_gives_the_same_plan_again_and_a_full_one_has_its_share_of_everything() -> None:
    assert plan(SEED, FULL, 6.0) == plan(SEED, FULL, 6.0) != plan(SEED + 1, FULL, 6.0)
    for seed in range(20):
        steps = [inner for step in plan(seed, FULL, 6.0) for inner in (step, *step.during)]
        points = [point for step in steps for point in step.points]
        assert len(points) >= 50 and set(points) == {*Point, None}
        kinds = [step.kind for step in steps]
        assert kinds.count(Kind.ZOMBIE) == 10 and kinds.count(Kind.NET) == 8
        assert sum(kinds.count(k) for k in (Kind.BROKER_KILL, Kind.BROKER_STOP, Kind.BROKER_FREEZE)) == 15
        assert sum(len(step.moves) for step in steps) >= 30
        assert all(kind in kinds for kind in Kind)


@pytest.mark.kafka
@pytest.mark.timeout(400)
def test_nothing_is_lost_and_nothing_comes_twice(kafka_jars: None, tmp_path: Path) -> None:
    """Exactly once, order, verdicts, recovery and the rest of report.INVARIANTS, after each kind of fault."""
    run = Run(RunOptions(SEED, short=True), tmp_path)
    run.print_plan()
    report = run.run()
    report.print()
    assert report.sound, {name: several for name, several in run.violations.found.items() if several}
    assert report.faults["kill"] >= SHORT.kills_at_random + 3
