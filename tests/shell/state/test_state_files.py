"""Laws of the files: what is read back is the engine that was written, to the byte, or it is refused with its
reason; nothing in between, whatever happened to the files."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.story import assert_equal_engines
from tests.shell.state.states import engine_of, loaded, log_of, place_of, saved
from wirecopy.core.engine import Engine
from wirecopy.core.hashing import xxh3_128_hex
from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell.observe.events import StateRefusal
from wirecopy.shell.state import read as state_read
from wirecopy.shell.state import write as state_write
from wirecopy.shell.state.child import Child
from wirecopy.shell.state.format import (
    MANIFEST,
    Unusable,
    dtype_from_json,
    dtype_to_json,
    parse,
    sealed_names,
)

LOG = log_of(120)


@pytest.mark.parametrize("at", [1, 37, 80])
def test_what_was_restored_says_the_same_from_there_on(tmp_path: Path, at: int) -> None:
    whole = engine_of(LOG)
    half = engine_of(LOG[:at])
    restored = loaded(saved(tmp_path / "state", half, LOG).directory)
    assert isinstance(restored, Engine), restored
    assert_equal_engines(restored, half)
    told = Engine(window_ms=3_600_000).replay_many(LOG)[at:]
    assert restored.replay_many(LOG[at:]) == told
    assert_equal_engines(restored, whole)


def test_a_snapshot_is_not_changed_by_the_engine_that_was_restored_from_it(tmp_path: Path) -> None:
    """Files are mapped; a write to the mapping must stay in memory."""
    directory = saved(tmp_path / "state", engine_of(LOG[:60]), LOG).directory
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    first = loaded(directory)
    assert isinstance(first, Engine)
    first.replay_many(LOG[60:])
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before
    assert isinstance(loaded(directory), Engine)


def test_sealed_segments_are_linked_and_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wirecopy.core.index.articles.SEGMENT_BYTES", 1 << 14)
    monkeypatch.setattr("wirecopy.core.index.articles.BLOB_BYTES_MAX", 1 << 13)
    engine = engine_of(LOG[:60])
    first = saved(tmp_path / "state", engine, LOG)
    sealed = sealed_names([array.name for array in first.manifest.arrays])
    assert sealed
    engine.replay_many(LOG[60:])
    second = saved(tmp_path / "state", engine, LOG, first)
    (old,) = [file.name for file in first.manifest.files if file.name.startswith("sealed-")]
    assert (first.directory / old).stat().st_ino == (second.directory / old).stat().st_ino
    assert len([file for file in second.manifest.files if file.name.startswith("sealed-")]) == 2
    shutil.rmtree(first.directory)
    restored = loaded(second.directory)
    assert isinstance(restored, Engine)
    assert_equal_engines(restored, engine)


def test_without_hard_links_they_are_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wirecopy.core.index.articles.SEGMENT_BYTES", 1 << 14)
    monkeypatch.setattr("wirecopy.core.index.articles.BLOB_BYTES_MAX", 1 << 13)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    engine = engine_of(LOG[:60])
    first = saved(tmp_path / "state", engine, LOG)
    monkeypatch.setattr("os.link", refused)
    engine.replay_many(LOG[60:])
    restored = loaded(saved(tmp_path / "state", engine, LOG, first).directory)
    assert isinstance(restored, Engine)
    assert_equal_engines(restored, engine)


def test_only_the_newest_of_this_index_are_kept(tmp_path: Path) -> None:
    """Also beside a refused one of a higher offset, which must not be kept in ours' place."""
    root = tmp_path / "state"
    root.mkdir()
    (root / "snapshot-00000000000099999999").mkdir()
    previous = None
    engine = Engine(window_ms=3_600_000)
    for record in LOG[:5]:
        engine.replay_many([record])
        previous = saved(root, engine, LOG, previous)
    assert [path.name[-2:] for path in state_write.snapshots(root)] == ["05", "04"]


KINDS = ["<u8", "<i4", "|u1", np.dtype([("site", "<u8"), ("story", "<u4")], align=True)]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_element_types_come_back(kind: Any) -> None:
    assert dtype_from_json(json_value(json_bytes(dtype_to_json(np.dtype(kind))))) == np.dtype(kind)


@pytest.mark.parametrize(
    "value",
    ["|O", "O", "<U4", "<V8", ">u8x", "", 7, None, [], {"bytes": 8, "fields": []},
     {"bytes": 8, "fields": [["a", "|O", 0]]}, {"bytes": 8, "fields": [["a", "<u8", 1]]},
     {"bytes": 8, "fields": [["a", "<u8", -1]]}, {"bytes": 1 << 40, "fields": [["a", "<u8", 0]]}],
)  # fmt: skip
def test_other_element_types_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"unknown|invalid field|outside"):
        dtype_from_json(value)


# ---- damage
class Damage:
    """One snapshot, damaged a thousand ways; each leaves it as it was."""

    def __init__(self, root: Path, seed: int) -> None:
        self.engine = engine_of(LOG[:60])
        snapshot = saved(root / "state", self.engine, LOG)
        self.directory = snapshot.directory
        self.manifest = (self.directory / MANIFEST).read_bytes()
        self.live = next(path for path in self.directory.glob("live-*"))
        self.size = self.live.stat().st_size
        held = [a for a in snapshot.manifest.arrays if a.file == self.live.name]
        self.arrays = [
            (a.start, a.start + int(np.prod(a.shape)) * dtype_from_json(a.dtype).itemsize) for a in held
        ]
        self.chance = random.Random(seed)
        self.found: Counter[str] = Counter()

    def judge(self, what: str) -> None:
        """What is loaded is the engine, or a refusal."""
        found = loaded(self.directory)
        if isinstance(found, Unusable):
            self.found[found.reason] += 1
        else:
            self.found["right"] += 1
            assert found.stats() == self.engine.stats(), what
            assert_equal_engines(found, self.engine)

    # each of these is one case
    def manifest_bytes(self) -> None:
        data, chance = bytearray(self.manifest), self.chance
        match chance.randrange(4):
            case 0:
                del data[chance.randrange(len(data)) :]
            case 1:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            case 2:
                at = chance.randrange(len(data))
                data[at : at + chance.randrange(40)] = chance.randbytes(chance.randrange(40))
            case 3:
                data = bytearray(chance.randbytes(chance.randrange(300)))
        (self.directory / MANIFEST).write_bytes(data)
        self.judge("the manifest's bytes")
        (self.directory / MANIFEST).write_bytes(self.manifest)

    def hostile_manifest(self) -> None:
        """Its own checksum is right: somebody means it."""
        held = json_value(self.manifest)["snapshot"]
        change = _hostile(held, self.chance)
        data = json_bytes({"xxh3": xxh3_128_hex(json_bytes(held)), "snapshot": held})
        (self.directory / MANIFEST).write_bytes(data)
        self.judge(change)
        (self.directory / MANIFEST).write_bytes(self.manifest)

    def truncated_file(self) -> None:
        data = self.live.read_bytes()
        with self.live.open("r+b") as file:
            file.truncate(self.chance.randrange(self.size))
        self.judge("a file cut short")
        self.live.write_bytes(data)

    def flipped_bit(self) -> None:
        start, end = self.chance.choice([extent for extent in self.arrays if extent[1] > extent[0]])
        at, bit = self.chance.randrange(start, end), 1 << self.chance.randrange(8)
        with self.live.open("r+b") as file:
            for _ in range(2):
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ bit]))
                file.flush()
                if _ == 0:
                    before = self.found["right"]
                    self.judge("a bit")
                    assert self.found["right"] == before, f"bit {bit} of byte {at} went unnoticed"


HOSTILE_NAMES: tuple[object, ...] = (
    "../../etc/passwd", "/etc/passwd", "live-1.bin/../x", "..", "", "live-1.bin\x00", "manifest.json", "lock",
    "live-%s.bin", "sealed-1.bin", 7, None, [], {"a": 1},
)  # fmt: skip
HOSTILE_NUMBERS: tuple[object, ...] = (
    -1, 0, 1, 7, 8, 4095, 4096, 1 << 31, 1 << 50, 1 << 62, (1 << 63) - 1, (1 << 64) - 1, 1.5, True, "8", None, [],
)  # fmt: skip
HOSTILE_TYPES: tuple[object, ...] = (
    "|O", "<u8", "<i8", "<u4", "|u1", "<f8", "<U9", None, 3, {"bytes": 56, "fields": [["a", "<u8", 0]]}, "|b1",
)  # fmt: skip


def _hostile(held: dict[str, Any], chance: random.Random) -> str:
    """Changes a manifest as a malefactor would; says what."""
    array, other = chance.sample(held["arrays"], 2)
    file = chance.choice(held["files"])
    place = held["place"]
    kinds: list[tuple[str, Callable[[], object]]] = [
        ("array file", lambda: array.update(file=chance.choice(HOSTILE_NAMES))),
        ("array name", lambda: array.update(name=chance.choice(HOSTILE_NAMES))),
        ("names swapped", lambda: _swap(array, other, "name")),
        ("starts swapped", lambda: _swap(array, other, "start")),
        ("start", lambda: array.update(start=chance.choice(HOSTILE_NUMBERS))),
        ("start moved", lambda: array.update(start=array["start"] + 4096 * chance.randrange(-3, 4))),
        ("dtype", lambda: array.update(dtype=chance.choice(HOSTILE_TYPES))),
        ("shape", lambda: array.update(shape=[chance.choice(HOSTILE_NUMBERS)])),
        ("dimensions", lambda: array.update(shape=[*array["shape"], chance.choice(HOSTILE_NUMBERS)])),
        ("shape parts", lambda: array.update(shape=[1 << 20] * chance.randrange(9))),
        ("no array", lambda: held["arrays"].remove(array)),
        ("array twice", lambda: held["arrays"].append(dict(array))),
        ("file name", lambda: file.update(name=chance.choice(HOSTILE_NAMES))),
        ("file size", lambda: file.update(size_bytes=chance.choice(HOSTILE_NUMBERS))),
        ("no file", lambda: held["files"].remove(file)),
        ("digest", lambda: array.update(xxh3=chance.choice(["", "0" * 32, "g" * 32, None]))),
        ("place", lambda: place.update({chance.choice(list(place)): chance.choice(HOSTILE_NUMBERS)})),
        ("lists", lambda: held.update({chance.choice(["arrays", "files"]): chance.choice([[], {}, None, 3, "x"])})),
        ("missing", lambda: held.pop(chance.choice(list(held)))),
        ("format", lambda: held.update(format=chance.choice([0, 1, 3, "2", None]))),
    ]  # fmt: skip
    name, change = chance.choice(kinds)
    change()
    return name


def _swap(one: dict[str, Any], other: dict[str, Any], key: str) -> None:
    one[key], other[key] = other[key], one[key]


@pytest.mark.parametrize("seed", range(8))
def test_damage_is_refused_or_harmless(tmp_path: Path, seed: int) -> None:
    """In all 2,300 cases. The place in the manifest is judged against the log by others."""
    damage = Damage(tmp_path, seed)
    for _ in range(120):
        damage.manifest_bytes()
    for _ in range(140):
        damage.hostile_manifest()
    for _ in range(15):
        damage.truncated_file()
        damage.flipped_bit()
    damage.flipped_bit()
    damage.judge("all as it was")
    assert damage.found["right"] >= 1
    assert damage.found[StateRefusal.CORRUPT] > 100
    assert damage.found[StateRefusal.TORN] >= 15


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    directory = saved(tmp_path / "state", engine_of(LOG[:20]), LOG).directory
    live = next(directory.glob("live-*"))
    kept = tmp_path / "kept"
    live.rename(kept)
    ways: list[Callable[[], None]] = [
        lambda: live.symlink_to(kept),
        lambda: os.mkfifo(live),
        lambda: live.mkdir(),
        lambda: None,
    ]
    for make in ways:
        make()
        found = loaded(directory)
        assert isinstance(found, Unusable), make
        if live.is_dir():
            live.rmdir()
        else:
            live.unlink(missing_ok=True)
    kept.rename(live)
    assert isinstance(loaded(directory), Engine)


def test_a_snapshot_under_another_offset_is_refused(tmp_path: Path) -> None:
    directory = saved(tmp_path / "state", engine_of(LOG[:20]), LOG).directory
    moved = directory.rename(directory.with_name(f"snapshot-{7:020d}"))
    found = state_read.read_manifest(moved)
    assert isinstance(found, Unusable)


def test_sigkill_while_it_writes_leaves_nothing_that_is_taken_for_a_snapshot(tmp_path: Path) -> None:
    """Whenever it comes: what the child left is unfinished or whole, and says which."""
    root, chance = tmp_path / "state", random.Random(3)
    engine = engine_of(LOG[:60])
    before = saved(root, engine, LOG)
    engine.replay_many(LOG[60:])
    place = place_of(engine, LOG)
    killed = 0
    began = time.monotonic()
    child = Child.fork(root, engine.state, place, before, began)
    while not child.ended(began):
        time.sleep(0.001)
    seconds = time.monotonic() - began
    state_write.discard_unfinished(root)
    for _ in range(25):
        child = Child.fork(root, engine.state, place, before, began)
        time.sleep(chance.random() * 1.2 * seconds)
        child.end()
        assert state_write.snapshots(root) == [before.directory]
        if (child.written / MANIFEST).exists() and not isinstance(
            parse((child.written / MANIFEST).read_bytes()), Unusable
        ):
            (directory,) = state_write.publish(root, child.written, place.next_offset, [before.directory], 2)[
                :1
            ]
            found = loaded(directory)
            assert isinstance(found, Engine), found
            assert_equal_engines(found, engine)
            shutil.rmtree(directory)
        else:
            killed += 1
        state_write.discard_unfinished(root)
        assert [path.name for path in root.iterdir()] == [before.directory.name]
    assert killed >= 3


def test_a_place_is_written_as_it_is_read(tmp_path: Path) -> None:
    snapshot = saved(tmp_path / "state", engine_of(LOG[:20]), LOG, topic="another.log")
    assert snapshot.manifest.place.topic == "another.log"
    assert replace(snapshot.manifest.place, topic="x") != snapshot.manifest.place
