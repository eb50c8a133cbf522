"""The simulation catches each deliberate breakage of mutants.py, by a seed that the unbroken pipeline survives."""

from __future__ import annotations

import pytest

from tests.sim.mutants import MUTANTS, Mutant
from tests.sim.simulate import SimViolationError, simulate

SEEDS = 150


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_breakage_is_caught(mutant: Mutant) -> None:
    for seed in (mutant.seed, *range(SEEDS)):
        with pytest.MonkeyPatch.context() as patch:
            prepare = mutant.apply(patch)
            try:
                simulate(seed, prepare=prepare)
            except SimViolationError:
                pass
            else:
                continue
        simulate(seed)
        return
    pytest.fail(f"{mutant.name} survived {SEEDS} seeds")
