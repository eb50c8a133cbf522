"""Writes the engine's state to a directory, whole or not at all.

`write` may run in a forked child of a process with other threads, so it takes no lock that another thread may
hold: no logging, no imports, no compiled kernels; it only reads arrays, hashes and calls the system. What it
makes is called `writing-…` until `publish` renames it, after every file and the directory are on the disk
(fsync): a name `snapshot-…` is never seen half written, whenever the power goes.

A file whose blob segments are all still needed or that holds at least one of them is linked as a whole; its
dead segments go with the snapshot that needs none of it. Where the file system has no hard links the segments
are written again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from wirecopy.core.hashing import Checksum
from wirecopy.shell.state.format import (
    ALIGNMENT,
    MANIFEST,
    WRITING_PREFIX,
    Array,
    Manifest,
    Place,
    State,
    StoredArray,
    StoredFile,
    directory_name,
    dtype_to_json,
    encode,
    heading,
    offset_of,
    sealed_names,
)

CHUNK_BYTES: Final = 4 * 1024 * 1024  # hashed and written at a time: stays in the cache between the two
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Previous:
    """An earlier snapshot of the same engine: its sealed files can be linked."""

    directory: Path
    manifest: Manifest


def write(root: Path, state: State, place: Place, previous: Previous | None, tag: str) -> Path:
    """Writes a snapshot and returns the directory that `publish` makes the newest. OSError where the disk is
    full or gone.
    """
    directory = writing(root, place.next_offset, tag)
    directory.mkdir(mode=0o700)
    sealed = sealed_names(list(state))
    files, arrays = _link(directory, sealed, previous)
    linked = {array.name for array in arrays}
    new = sorted(sealed - linked)
    live = sorted(set(state) - sealed)
    for kind, names in (("sealed", new), ("live", live)):
        if names:
            file, stored = _write_file(directory, f"{kind}-{place.next_offset}.bin", names, state)
            files.append(file)
            arrays += stored
    _write_all(directory / MANIFEST, encode(Manifest(place, tuple(files), tuple(arrays))))
    sync_directory(directory)
    return directory


def writing(root: Path, next_offset: int, tag: str) -> Path:
    """The directory that `write` makes; `tag` tells writers apart."""
    return root / f"{WRITING_PREFIX}{next_offset}-{tag}"


def publish(root: Path, written: Path, next_offset: int, trusted: Sequence[Path], kept: int) -> list[Path]:
    """Gives the snapshot its name and removes what is not among the newest `kept` of this index: `trusted` and
    this one. So one that was refused, of another log perhaps and of a higher offset, cannot outlive ours.
    Returns those that are left, newest first.
    """
    final = root / directory_name(next_offset)
    if final.exists():
        shutil.rmtree(final)
    written.rename(final)
    sync_directory(root)
    left = [final, *(path for path in trusted if path != final)][:kept]
    for found in snapshots(root):
        if found not in left:
            shutil.rmtree(found, ignore_errors=True)
    return left


def discard_unfinished(root: Path) -> None:
    """Removes what a process that died was writing."""
    for entry in root.glob(WRITING_PREFIX + "*"):
        shutil.rmtree(entry, ignore_errors=True)


def snapshots(root: Path) -> list[Path]:
    """The finished snapshots, newest first."""
    found = [(offset, entry) for entry in root.iterdir() if (offset := offset_of(entry.name)) is not None]
    return [entry for _, entry in sorted(found, reverse=True)]


def sync_directory(directory: Path) -> None:
    """The names in it are on the disk. Not every file system can say so of a directory."""
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def _link(
    directory: Path, sealed: set[str], previous: Previous | None
) -> tuple[list[StoredFile], list[StoredArray]]:
    """Links the earlier snapshot's files that hold sealed arrays of this state."""
    if previous is None:
        return [], []
    wanted = [array for array in previous.manifest.arrays if array.name in sealed]
    sources = {array.file for array in wanted if array.file.startswith("sealed-")}
    files = []
    for file in previous.manifest.files:
        if file.name in sources:
            try:
                os.link(previous.directory / file.name, directory / file.name)
            except OSError:  # no hard links here, or the file is gone: written again
                continue
            files.append(file)
    there = {file.name for file in files}
    return files, [array for array in wanted if array.file in there]


def _write_file(
    directory: Path, name: str, names: Sequence[str], state: Mapping[str, Array]
) -> tuple[StoredFile, list[StoredArray]]:
    """Writes arrays one behind the other."""
    at, stored = 0, []
    handle = os.open(directory / name, _CREATE, 0o600)
    try:
        for array_name in names:
            array = state[array_name]
            dtype = dtype_to_json(array.dtype)
            at += _write_bytes(handle, memoryview(bytes(-at % ALIGNMENT)), Checksum())
            checksum, start = Checksum(heading(array_name, dtype, array.shape)), at
            at += _write_bytes(handle, np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, checksum)
            stored.append(StoredArray(array_name, name, start, dtype, array.shape, checksum.hexdigest()))
        os.fsync(handle)
    finally:
        os.close(handle)
    return StoredFile(name, at), stored


def _write_bytes(handle: int, data: memoryview, checksum: Checksum) -> int:
    for start in range(0, len(data), CHUNK_BYTES):
        chunk = data[start : start + CHUNK_BYTES]
        checksum.update(chunk)
        while chunk:
            chunk = chunk[os.write(handle, chunk) :]
    return len(data)


def _write_all(path: Path, data: bytes) -> None:
    handle = os.open(path, _CREATE, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)
