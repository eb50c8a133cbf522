"""An engine saved and restored as a process does it, on disk or not, and two engines told apart."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wirecopy.core.engine import Engine

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


def inherit(source: Path, directory: Path, chance: random.Random) -> None:
    """The disk that a replica leaves to the next one; now and then it is damaged on the way."""
    if not source.exists():
        return
    shutil.copytree(source, directory, ignore=shutil.ignore_patterns("lock"))
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    if not files or chance.random() < 0.6:
        return
    path = chance.choice(files)
    match chance.randrange(4):
        case 0:
            path.unlink()
        case 1:
            with path.open("r+b") as file:
                file.truncate(chance.randrange(path.stat().st_size))
        case 2:
            data = bytearray(path.read_bytes())
            data[chance.randrange(min(len(data), 4_000))] ^= 1 << chance.randrange(8)
            path.write_bytes(data)
        case 3:  # the process died while it wrote
            path.parent.rename(path.parent.with_name("writing-1-1"))


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
