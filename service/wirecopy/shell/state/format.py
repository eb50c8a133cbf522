"""What a snapshot of the engine looks like on disk, and what of it may be believed.

    state_dir/
      lock                                  held by the process that uses the directory
      snapshot-00000000000000123456/        named by the log offset at which the engine stood
        manifest.json                       what is here: written last
        live-123456.bin                     arrays that change, one behind the other, each at a page's start
        sealed-98765.bin …                  blob segments that were full by then; never changed, so every later
                                            snapshot has a hard link to the same file

The engine gives arrays by name and takes them back (`Engine.state`, `Engine.from_state`); nothing here knows
what they mean, but for one promise of `ArticleStore.state`: arrays called `…/blobs_N` never change again, the
one of the highest N apart. So a snapshot costs its live part, and what has come since the last one.

Invariant: a manifest names plain files of its own directory with their sizes, the arrays in them with an XXH3-128
checksum of name, type, shape and bytes, and holds a checksum of itself. `parse` refuses everything else before
anything is opened: names with a path, sizes beyond the file's, overlaps, element types other than numbers.
Checksums tell damage, not forgery: who may write to the directory is trusted as the one who may replace the program.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wirecopy.core.fingerprint.record import ENGINE_VERSION
from wirecopy.core.hashing import xxh3_128_hex
from wirecopy.core.model import EngineStats
from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell.observe.events import StateRefusal

FORMAT: Final = 2  # raised also where what an array holds is laid out anew
MANIFEST: Final = "manifest.json"
MANIFEST_BYTES_MAX: Final = (
    64 * 1024 * 1024
)  # 30 million articles need about 5 MB: a line for each MB of blobs
SNAPSHOT_PREFIX: Final = "snapshot-"
WRITING_PREFIX: Final = "writing-"
ALIGNMENT: Final = 4096  # bytes: arrays begin at a page, so that they can be mapped
BYTES_MAX: Final = 1 << 50  # no file is larger: keeps sums of hostile sizes small
NAMES_MAX: Final = 1 << 20  # arrays and files of one snapshot
TYPE_FIELDS_MAX: Final = 64

_FILE_NAME = re.compile(r"(live|sealed)-[0-9]{1,20}\.bin")
_ARRAY_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}(/[a-z][a-z0-9_]{0,63}){0,3}")
_DIRECTORY_NAME = re.compile(SNAPSHOT_PREFIX + r"([0-9]{20})")
_DIGEST = re.compile(r"[0-9a-f]{32}")
_NUMBER_TYPE = re.compile(r"<[iuf][248]|\|[iub]1")
_SEALABLE = re.compile(r"(?:.*/)?blobs_([0-9]+)")

Array = npt.NDArray[Any]
State = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Unusable:
    """A value, not an exception: what is found on a disk is data. `detail` is for the operator."""

    reason: StateRefusal
    detail: str


@dataclass(frozen=True, slots=True)
class LastRecord:
    """The last record of the log that the engine took: by it another log under the same name is told."""

    offset: int
    append_time_ms: int
    xxh3: str


NO_RECORD: Final = LastRecord(0, 0, "0" * 32)  # of an engine that is fed by no log that anybody goes on with


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which log the engine stood, and what it must be to go on there."""

    engine_version: int
    window_ms: int
    topic: str
    next_offset: int
    log_time_ms: int
    articles: int
    postings: int
    last: LastRecord

    @classmethod
    def of(cls, stats: EngineStats, window_ms: int, topic: str, last: LastRecord) -> Place:
        """Where an engine of this version stands."""
        return cls(
            ENGINE_VERSION,
            window_ms,
            topic,
            stats.log_offset,
            stats.log_time_ms,
            stats.articles,
            stats.postings,
            last,
        )


@dataclass(frozen=True, slots=True)
class StoredFile:
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StoredArray:
    name: str
    file: str
    start: int  # byte in the file
    dtype: object  # `dtype_to_json`
    shape: tuple[int, ...]
    xxh3: str  # of `heading` and the bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    place: Place
    files: tuple[StoredFile, ...]
    arrays: tuple[StoredArray, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


def heading(name: str, dtype: object, shape: Sequence[int]) -> bytes:
    """What an array's checksum begins with: so bytes under another's name, or read as another shape, are told."""
    return json_bytes([name, dtype, list(shape)])


def directory_name(next_offset: int) -> str:
    return f"{SNAPSHOT_PREFIX}{next_offset:020d}"


def offset_of(name: str) -> int | None:
    """The log offset that a directory is named by; None where it is no snapshot's."""
    match = _DIRECTORY_NAME.fullmatch(name)
    return int(match[1]) if match else None


def sealed_names(names: Sequence[str]) -> set[str]:
    """Arrays of a state that never change again: of each family of blobs all but the last."""
    highest: dict[str, tuple[int, str]] = {}
    found: set[str] = set()
    for name in names:
        match = _SEALABLE.fullmatch(name)
        if match:
            found.add(name)
            family = name[: match.start(1)]
            highest[family] = max(highest.get(family, (-1, "")), (int(match[1]), name))
    return found - {name for _, name in highest.values()}


# ---- element types
def dtype_to_json(dtype: np.dtype[Any]) -> object:
    """`"<u8"`, or of a record `{"bytes": 56, "fields": [["site", "<u8", 0], …]}`."""
    if dtype.fields is None:
        assert _NUMBER_TYPE.fullmatch(dtype.str), f"{dtype} is no plain number"
        return dtype.str
    fields = [[name, kind.str, at] for name, (kind, at, *_) in dtype.fields.items()]
    return {"bytes": dtype.itemsize, "fields": fields}


def dtype_from_json(value: object) -> np.dtype[Any]:
    """ValueError unless it is what `dtype_to_json` writes: never an object, never text."""
    if isinstance(value, str):
        if not _NUMBER_TYPE.fullmatch(value):
            raise ValueError("an unknown number type")
        return np.dtype(value)
    match value:
        case {"bytes": int(size), "fields": list(fields)} if 0 < size <= 4096 and fields:
            pass
        case _:
            raise ValueError("an unknown element type")
    if len(fields) > TYPE_FIELDS_MAX:
        raise ValueError("a record with too many fields")
    names, kinds, starts = [], [], []
    for field in fields:
        match field:
            case [str(name), str(kind), int(start)] if _NUMBER_TYPE.fullmatch(kind):
                names.append(name)
                kinds.append(kind)
                starts.append(start)
            case _:
                raise ValueError("an invalid field of a record")
        if start < 0 or start + np.dtype(kind).itemsize > size:
            raise ValueError("a field outside its record")
    return np.dtype({"names": names, "formats": kinds, "offsets": starts, "itemsize": size})


# ---- the manifest
def encode(manifest: Manifest) -> bytes:
    """The manifest's file."""
    value = asdict(manifest)
    value["format"] = FORMAT
    return json_bytes({"xxh3": xxh3_128_hex(json_bytes(value)), "snapshot": value}) + b"\n"


def parse(data: bytes) -> Manifest | Unusable:
    """What the file holds, all bounds checked."""
    if len(data) > MANIFEST_BYTES_MAX:
        return Unusable(StateRefusal.CORRUPT, "the manifest is too large")
    try:
        value = json_value(data)
        held = value["snapshot"]
        if xxh3_128_hex(json_bytes(held)) != value["xxh3"]:
            return Unusable(StateRefusal.CORRUPT, "the manifest's checksum differs")
        if held["format"] != FORMAT:
            return Unusable(
                StateRefusal.FORMAT, f"format {held['format']!r:.40}, this release reads {FORMAT}"
            )
        manifest = Manifest(
            _place(held["place"]),
            tuple(_file(file) for file in _list(held["files"])),
            tuple(_array(array) for array in _list(held["arrays"])),
        )
        _check_extents(manifest)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        return Unusable(
            StateRefusal.CORRUPT, f"the manifest cannot be read: {type(error).__name__}: {error}"[:300]
        )
    return manifest


def _list(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > NAMES_MAX:
        raise ValueError("not a list, or too long")
    return value


def _int(value: object, least: int = 0, most: int = BYTES_MAX) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError("a number out of range")
    return value


def _text(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError("an invalid name")
    return value


def _place(held: Mapping[str, Any]) -> Place:
    last = held["last"]
    return Place(
        engine_version=_int(held["engine_version"]),
        window_ms=_int(held["window_ms"], 1, 1 << 62),
        topic=_text(held["topic"], re.compile(r"[^/\x00]{1,249}")),
        next_offset=_int(held["next_offset"], 0, (1 << 63) - 1),
        log_time_ms=_int(held["log_time_ms"], -(1 << 62), 1 << 62),
        articles=_int(held["articles"]),
        postings=_int(held["postings"]),
        last=LastRecord(
            _int(last["offset"], 0, (1 << 63) - 1),
            _int(last["append_time_ms"], -(1 << 62), 1 << 62),
            _text(last["xxh3"], _DIGEST),
        ),
    )


def _file(held: Mapping[str, Any]) -> StoredFile:
    return StoredFile(_text(held["name"], _FILE_NAME), _int(held["size_bytes"]))


def _array(held: Mapping[str, Any]) -> StoredArray:
    shape = tuple(_int(size) for size in _list(held["shape"]))
    if not 1 <= len(shape) <= 4:
        raise ValueError("an array with invalid dimensions")
    dtype_from_json(held["dtype"])
    return StoredArray(
        _text(held["name"], _ARRAY_NAME),
        _text(held["file"], _FILE_NAME),
        _int(held["start"]),
        held["dtype"],
        shape,
        _text(held["xxh3"], _DIGEST),
    )


def _check_extents(manifest: Manifest) -> None:
    """Each array lies inside a file that is named, no two overlap, no name comes twice."""
    sizes = {file.name: file.size_bytes for file in manifest.files}
    if len(sizes) != len(manifest.files):
        raise ValueError("a file is listed twice")
    if len({array.name for array in manifest.arrays}) != len(manifest.arrays):
        raise ValueError("an array is listed twice")
    ends: dict[str, int] = {}
    for array in sorted(manifest.arrays, key=lambda array: (array.file, array.start)):
        if array.file not in sizes:
            raise ValueError("an array in a file that is not listed")
        size = math.prod(array.shape) * dtype_from_json(array.dtype).itemsize
        if array.start < ends.get(array.file, 0) or array.start % ALIGNMENT:
            raise ValueError("arrays overlap or are misaligned")
        if array.start + size > sizes[array.file]:
            raise ValueError("an array extends beyond the end of its file")
        ends[array.file] = array.start + size
