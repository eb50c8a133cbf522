"""An engine saved and restored as a process does it, and two engines told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from service.core.engine import Engine

TABLES = ("postings/slots", "marks/slots")  # megabytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of an engine's state."""

    state: dict[str, npt.NDArray[Any]]


def snapshot_of(engine: Engine) -> Snapshot:
    return Snapshot({name: array.copy() for name, array in engine.state().items()})


def restored(snapshot: Snapshot) -> Engine:
    """An engine of its own: the snapshot can be restored again."""
    return Engine.from_state({name: array.copy() for name, array in snapshot.state.items()})


def differences(one: Engine, other: Engine, tables: bool = True) -> list[str]:
    """Names of the arrays in which two engines differ. `tables`: also the postings' tables, bit by bit."""
    here, there = one.state(), other.state()
    names = sorted({*here, *there})
    if not tables:
        names = [name for name in names if not name.startswith(TABLES)]
    return [
        name
        for name in names
        if name not in here or name not in there or not np.array_equal(here[name], there[name])
    ]
