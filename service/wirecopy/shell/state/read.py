"""Reads a snapshot back: the engine that was written, or a refusal with its reason; never anything between.

Every byte is checked before it is used: the manifest against its own checksum, each file against its size, each array
against its XXH3-128. The files are then mapped, privately and copy-on-write. Sealed blob segments stay mapped, so the
articles' texts of identity and verdict are read from the page cache and not held in memory; the live arrays are
copied by the engine into its own (huge) pages. Checksums are taken through a small buffer and not through the
mapping, which would make every page resident.

Another process's files may change under a mapping only if somebody writes to them in place; nothing here does:
files are written once, then linked and unlinked.
"""

from __future__ import annotations

import math
import mmap
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from wirecopy.core.engine import Engine
from wirecopy.core.hashing import Checksum
from wirecopy.shell.observe.events import StateRefusal
from wirecopy.shell.state.format import (
    MANIFEST,
    MANIFEST_BYTES_MAX,
    Array,
    Manifest,
    State,
    StoredArray,
    Unusable,
    dtype_from_json,
    heading,
    offset_of,
    parse,
    sealed_names,
)

BUFFER_BYTES: Final = 1024 * 1024
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # not to hang on a pipe in a file's place


class _RefusedError(Exception):
    def __init__(self, reason: StateRefusal, detail: str) -> None:
        super().__init__(detail)
        self.unusable = Unusable(reason, detail)


def read_manifest(directory: Path) -> Manifest | Unusable:
    """The manifest of a snapshot, which must stand where its name says."""
    try:
        handle, size = _open(directory / MANIFEST)
        try:
            if size > MANIFEST_BYTES_MAX:
                return Unusable(StateRefusal.CORRUPT, "the manifest is too large")
            data = b"".join(iter(lambda: os.read(handle, BUFFER_BYTES), b""))
        finally:
            os.close(handle)
    except _RefusedError as error:
        return error.unusable
    manifest = parse(data)
    if isinstance(manifest, Manifest) and manifest.place.next_offset != offset_of(directory.name):
        return Unusable(StateRefusal.CORRUPT, "the directory's name has another offset than its manifest")
    return manifest


def load(
    directory: Path,
    manifest: Manifest,
    from_state: Callable[[State], Engine],
    template: State,
) -> Engine | Unusable:
    """The engine of a snapshot. `template`: the state of an empty engine, which says what arrays must be like."""
    try:
        state = _mapped(directory, manifest)
        _check_kinds(state, template)
        engine = from_state(state)
        _check_engine(engine, manifest, state)
    except _RefusedError as error:
        return error.unusable
    except OSError as error:
        return Unusable(StateRefusal.UNREADABLE, str(error))
    except Exception as error:  # whatever the arrays are, they are no engine's
        return Unusable(
            StateRefusal.CORRUPT, f"the arrays are no engine's: {type(error).__name__}: {error}"[:300]
        )
    return engine


def _open(path: Path) -> tuple[int, int]:
    """A plain file, and its size."""
    try:
        handle = os.open(path, _OPEN)
    except FileNotFoundError as error:
        raise _RefusedError(StateRefusal.TORN, f"{path.name} is missing") from error
    except (OSError, ValueError) as error:
        raise _RefusedError(StateRefusal.UNREADABLE, f"{path.name}: {error}") from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise _RefusedError(StateRefusal.CORRUPT, f"{path.name} is not a regular file")
    return handle, found.st_size


def _mapped(directory: Path, manifest: Manifest) -> dict[str, Array]:
    """All arrays, over files whose sizes are right, each with its checksum verified."""
    of_file: dict[str, list[StoredArray]] = {}
    for array in manifest.arrays:
        of_file.setdefault(array.file, []).append(array)
    buffer = memoryview(bytearray(BUFFER_BYTES))
    state: dict[str, Array] = {}
    for file in manifest.files:
        handle, size = _open(directory / file.name)
        try:
            if size != file.size_bytes:
                raise _RefusedError(
                    StateRefusal.TORN, f"{file.name} has {size} bytes, and {file.size_bytes} were written"
                )
            for array in of_file.get(file.name, ()):
                _check_bytes(handle, array, buffer)
            memory = mmap.mmap(handle, size, access=mmap.ACCESS_COPY) if size else None
        finally:
            os.close(handle)
        for array in of_file.get(file.name, ()):
            state[array.name] = _array(memory, array)
    return state


def _array(memory: mmap.mmap | None, array: StoredArray) -> Array:
    dtype = dtype_from_json(array.dtype)
    count = math.prod(array.shape)
    if memory is None or count == 0:
        return np.zeros(array.shape, dtype)
    return np.frombuffer(memory, dtype, count, array.start).reshape(array.shape)


def _check_bytes(handle: int, array: StoredArray, buffer: memoryview) -> None:
    """Reads an array through the buffer, and compares its checksum."""
    checksum = Checksum(heading(array.name, array.dtype, array.shape))
    at = array.start
    left = math.prod(array.shape) * dtype_from_json(array.dtype).itemsize
    while left:
        read = os.preadv(handle, [buffer[: min(left, BUFFER_BYTES)]], at)
        if not read:
            raise _RefusedError(StateRefusal.TORN, f"{array.file} ends within {array.name}")
        checksum.update(buffer[:read])
        at, left = at + read, left - read
    if checksum.hexdigest() != array.xxh3:
        raise _RefusedError(StateRefusal.CORRUPT, f"the checksum of {array.name} in {array.file} differs")


def _check_kinds(state: State, template: State) -> None:
    """Every array of an empty engine is there; each is of the element type and dimensions that it has there."""
    missing = sorted(set(template) - set(state))
    if missing:
        raise _RefusedError(StateRefusal.CORRUPT, f"the array {missing[0]} is missing")
    for name, array in state.items():
        wanted = template.get(name)
        if wanted is None:
            continue
        if (array.dtype, array.shape[1:]) != (wanted.dtype, wanted.shape[1:]) or array.ndim != wanted.ndim:
            raise _RefusedError(StateRefusal.CORRUPT, f"the array {name} has another type or shape")


def _check_engine(engine: Engine, manifest: Manifest, state: State) -> None:
    """The engine stands where the manifest says, and holds arrays of the sizes that it was given."""
    stats, place = engine.stats(), manifest.place
    found = (stats.log_offset, stats.log_time_ms, stats.articles, stats.postings)
    if found != (place.next_offset, place.log_time_ms, place.articles, place.postings):
        raise _RefusedError(StateRefusal.CORRUPT, f"the arrays do not match the manifest: {found}")
    held = engine.index_arrays()
    sealed = sealed_names(list(held))
    for name, array in held.items():
        if name not in sealed and (name not in state or array.shape != state[name].shape):
            raise _RefusedError(StateRefusal.CORRUPT, f"the array {name} has the wrong size")
