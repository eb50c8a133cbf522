"""One seed, run and checked: a scenario on a loop of its own, then every law."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.sim.laws import breaches_of
from tests.sim.loop import DeadlockError, LivelockError, SimLoop
from tests.sim.scenario import World, planned


class SimViolationError(AssertionError):
    """A promise was broken; the message says by which seed."""


def simulate(seed: int, scale: int = 1, prepare: Callable[[World], None] = lambda world: None) -> World:
    """Runs a seed and checks it. Raises SimViolationError."""
    chance = random.Random(seed)
    loop = SimLoop(chance)  # type: ignore[abstract]
    world = World(planned(seed, scale), loop, chance)
    prepare(world)
    try:
        loop.run(world.run())
        wrongs = [*world.wrongs, *breaches_of(world)]
    except (DeadlockError, LivelockError) as error:
        wrongs = [*world.wrongs, repr(error)]
    if wrongs:
        raise SimViolationError(
            f"seed {seed}, scale {scale} (again: python -m tools.soak --seed {seed} --scale {scale}):\n  "
            + "\n  ".join(wrongs[:12])
        )
    return world
