"""A journal: frames appended to segment files, which are found whole after any crash.

    journal-00000000000000000001.log     frames, one behind the other
    frame    length (4 bytes, little endian), CRC-32 of the payload (4), payload

What is written after a frame is on the disk only if the frame is, so a caller that syncs a later frame has synced all
before it. A process that dies in the middle of a frame leaves a tail that is cut off when the journal is opened again;
nobody was told that it was written. A frame that is damaged anywhere else is an error, and nothing is cut.

A place is a number: the segment's number in the high bits, the byte in the segment in the low 40.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SEGMENT_BYTES: Final = 128 * 1024 * 1024
_HEAD: Final = struct.Struct("<II")
_LOW_BITS: Final = 40
_NAME: Final = re.compile(r"journal-(\d{20})\.log")
_READ_BYTES: Final = 1 << 20
FRAME_BYTES_MAX: Final = 1 << 30


class DamagedJournalError(Exception):
    """A frame that was acknowledged cannot be read; the text says where."""


def first_place(number: int) -> int:
    """The least place in a segment. Places ascend with what is appended."""
    return number << _LOW_BITS


class Journal:
    """The segments of one directory. One process at a time uses it: the caller holds a lock."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._handles: dict[int, int] = {}  # by segment's number, in order
        self._size = 0  # of the last segment
        self.cut_bytes = 0  # of an unfinished frame, cut off when this journal was opened
        numbers = sorted(int(match[1]) for path in root.iterdir() if (match := _NAME.fullmatch(path.name)))
        for number in numbers:
            self._handles[number] = os.open(self._path(number), os.O_RDWR | os.O_CLOEXEC)

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """All frames in order, as (place of the payload, payload); to be read to the end before anything is appended.
        Raises DamagedJournalError."""
        for number, handle in self._handles.items():
            at, last = 0, number == self.newest
            size = os.fstat(handle).st_size
            while at < size:
                payload = self._frame(handle, at, size)
                if payload is None:
                    if not last:
                        raise DamagedJournalError(f"{self._path(number)} is damaged at byte {at:,}")
                    self.cut_bytes = size - at
                    os.ftruncate(handle, at)
                    os.fsync(handle)
                    break
                yield first_place(number) + at + _HEAD.size, payload
                at += _HEAD.size + len(payload)
            self._size = at

    @staticmethod
    def _frame(handle: int, at: int, size: int) -> bytes | None:
        """The payload of the frame at `at`; None where it is not whole."""
        head = os.pread(handle, _HEAD.size, at)
        if len(head) < _HEAD.size:
            return None
        length, checksum = _HEAD.unpack(head)
        if not 0 < length <= min(FRAME_BYTES_MAX, size - at - _HEAD.size):
            return None
        payload = os.pread(handle, length, at + _HEAD.size)
        return payload if len(payload) == length and zlib.crc32(payload) == checksum else None

    @property
    def newest(self) -> int:
        """The number of the last segment; 0 where there is none."""
        return next(reversed(self._handles), 0)

    @property
    def full(self) -> bool:
        """Whether the last segment is large enough to begin another."""
        return not self._handles or self._size >= SEGMENT_BYTES

    def begin_segment(self) -> int:
        """A new last segment; returns its number. What is in the one before is synced."""
        if self._handles:
            self.sync()
        number = self.newest + 1
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._handles[number] = os.open(self._path(number), flags, 0o600)
        self._size = 0
        folder = os.open(self._root, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return number

    def append(self, payload: bytes) -> int:
        """Write a frame behind the last; returns the place of its payload. OSError where it cannot be written: then it is
        not there."""
        handle, at = self._handles[self.newest], self._size
        frame = memoryview(_HEAD.pack(len(payload), zlib.crc32(payload)) + payload)
        try:
            done = 0
            while done < len(frame):
                done += os.pwrite(handle, frame[done:], at + done)
        except OSError:
            os.ftruncate(handle, at)
            raise
        self._size = at + len(frame)
        return first_place(self.newest) + at + _HEAD.size

    def sync(self) -> None:
        """All frames are on the disk. In any thread."""
        os.fdatasync(self._handles[self.newest])

    def read(self, place: int, size: int) -> bytes:
        """At most `size` bytes from a place on."""
        number = place >> _LOW_BITS
        return os.pread(self._handles[number], size, place - first_place(number))

    def age_ms(self, number: int, now_ms: int) -> int:
        """How long ago a segment was last written to."""
        return now_ms - os.fstat(self._handles[number]).st_mtime_ns // 1_000_000

    def segments(self) -> list[int]:
        """The numbers of the segments, oldest first."""
        return list(self._handles)

    def remove(self, number: int) -> None:
        """Delete a segment."""
        self._path(number).unlink()
        os.close(self._handles.pop(number))

    def close(self) -> None:
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()

    def _path(self, number: int) -> Path:
        return self._root / f"journal-{number:020d}.log"
