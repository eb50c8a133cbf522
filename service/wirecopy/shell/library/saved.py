"""An index on disk: one snapshot in a directory, in the form in which the service keeps its own (shell/state/).

What the library knows beyond the engine (how articles are read, which number comes next) is an array of the snapshot, so it
is written, checked and replaced together with the rest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wirecopy.core.engine import ENGINE_VERSION, Engine
from wirecopy.core.model import Rewritten
from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell import locking
from wirecopy.shell.pipeline.scan_log import TOPIC
from wirecopy.shell.state import read, write
from wirecopy.shell.state.format import NO_RECORD, Place, Unusable

_ARRAY: Final = "library"
State = Mapping[str, npt.NDArray[Any]]


class SavedIndexError(ValueError):
    """A saved index cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """How an index reads articles, and what moves its window."""

    window_ms: int
    clock: str
    fields: Mapping[str, str] = field(default_factory=dict)
    preset: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    rewritten: str = Rewritten.ON


@dataclass(frozen=True, slots=True)
class Saved:
    """What is on disk. `next_number`: of the next article, those that could not be judged counted."""

    engine: Engine
    options: Options
    next_number: int


def save(root: Path, saved: Saved) -> None:
    """Write a snapshot and put it in the place of the one before. OSError where that cannot be done."""
    root.mkdir(parents=True, exist_ok=True)
    lock = locking.taken(root, wait=True)
    assert lock is not None, "it was waited for"
    try:
        write.discard_unfinished(root)
        place = Place.of(saved.engine.stats(), saved.options.window_ms, TOPIC, NO_RECORD)
        known = asdict(saved.options) | {"next_number": saved.next_number}
        state = saved.engine.state() | {_ARRAY: np.frombuffer(json_bytes(known), np.uint8)}
        written = write.write(root, state, place, None, str(os.getpid()))
        write.publish(root, written, place.next_offset, [], 1)
    finally:
        os.close(lock)


def load(root: Path) -> Saved:
    """What `save` wrote. SavedIndexError where it is missing, damaged or of another engine version."""
    try:
        directory = next(iter(write.snapshots(root)), None)
    except OSError as error:
        raise SavedIndexError(f"“{root}” cannot be read: {error.strerror or error}") from error
    if directory is None:
        raise SavedIndexError(f"“{root}” holds no saved index")
    manifest = read.read_manifest(directory)
    if isinstance(manifest, Unusable):
        raise SavedIndexError(f"“{root}” cannot be used: {manifest.detail}")
    version = manifest.place.engine_version
    if version != ENGINE_VERSION:
        raise SavedIndexError(
            f"“{root}” was saved by engine version {version}, and this is version {ENGINE_VERSION}, which may judge"
            " differently: add its articles to a new index"
        )
    found: dict[str, bytes] = {}

    def from_state(state: State) -> Engine:
        found[_ARRAY] = state[_ARRAY].tobytes()
        return Engine.from_state(state)

    template = Engine(window_ms=manifest.place.window_ms).state()
    engine = read.load(directory, manifest, from_state, template)
    if isinstance(engine, Unusable):
        raise SavedIndexError(f"“{root}” cannot be used: {engine.detail}")
    known = json_value(found[_ARRAY])
    next_number = known.pop("next_number")
    return Saved(engine, Options(**known), next_number)
