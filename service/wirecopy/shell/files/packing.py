"""Packed streams, read to their end: gzip, xz, bzip2 and zstd, member after member.

Dumps are often several members, streams or frames in one file, written in parallel or joined by `cat`, with zero bytes
of padding or skippable frames between them. Most libraries end at the first of these without a word, and a shorter
dump looks like a dump. `Unpacked` goes on to the next member until the file ends, and raises `EOFError` where it ends
within one or where something stands behind a member that is none.

A packing is told by its first bytes and never by a name, so that standard input works alike. Few packed bytes can stand
for very many plain ones, so the packed side is read in sips: what an archive makes us hold is bounded.

Sources: RFC 1952 (gzip, members), the .xz file format 1.2 (streams and padding), RFC 8878 (zstd, skippable frames).
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol, cast

import zstandard

BUFFER_BYTES: Final = 1 << 20
FAULTS: Final = (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error, zstandard.ZstdError)
_ZSTD_WINDOW_BYTES_MAX: Final = 1 << 31  # what `zstd --long=31` writes
_SKIPPABLE: Final = frozenset(bytes([low, 0x2A, 0x4D, 0x18]) for low in range(0x50, 0x60))
_SKIPPABLE_HEAD_BYTES: Final = 8  # magic and size


class Member(Protocol):
    """What the standard library and zstandard call a decompression object."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Packing:
    """One way to pack. `padded`: zero bytes may stand between members. `sip_bytes`: read at a time."""

    name: str
    magic: bytes
    open: Callable[[], Member]
    padded: bool = False
    sip_bytes: int = 16_384


PACKINGS: Final = (
    Packing(
        "gzip", b"\x1f\x8b", lambda: cast(Member, zlib.decompressobj(wbits=31)), padded=True, sip_bytes=65_536
    ),
    Packing("xz", b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ), padded=True),
    Packing("bzip2", b"BZh", bz2.BZ2Decompressor),
    Packing(
        "zstd",
        b"\x28\xb5\x2f\xfd",
        lambda: cast(
            Member, zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES_MAX).decompressobj()
        ),
        sip_bytes=4096,
    ),
)
GZIP: Final = PACKINGS[0]
_ZSTD: Final = PACKINGS[-1]


def packing_of(start: bytes) -> Packing | None:
    """How a stream that begins with these bytes (8 are enough) is packed; None where it is not."""
    if start[:4] in _SKIPPABLE:
        return _ZSTD
    return next((packing for packing in PACKINGS if start.startswith(packing.magic)), None)


def unpacked(stream: io.BufferedReader) -> BinaryIO:
    """The plain bytes of a stream, or the stream itself where it is not packed."""
    packing = packing_of(stream.peek(8)[:8])
    return stream if packing is None else io.BufferedReader(Unpacked(stream, packing), BUFFER_BYTES)


class Unpacked(io.RawIOBase):
    """The plain bytes of all members of a packed stream, in order. Raises one of `FAULTS` where it is damaged."""

    def __init__(self, packed: BinaryIO, packing: Packing) -> None:
        self._packed = packed
        self._packing = packing
        self._member: Member | None = None  # None between members
        self._waiting = b""  # read, and not yet given to a member
        self._plain = memoryview(b"")
        self._given = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        """Plain bytes given so far; readers of WARC note where a record begins."""
        return self._given

    def readinto(self, buffer: object) -> int:
        target = memoryview(cast(bytearray, buffer)).cast("B")
        while not self._plain:
            if not self._waiting:
                self._waiting = self._packed.read(self._packing.sip_bytes)
            if not self._waiting:
                if self._member is not None:
                    raise EOFError("it ends in the middle of a member")
                return 0
            self._plain = memoryview(self._step())
        size = min(len(target), len(self._plain))
        target[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        self._given += size
        return size

    def _step(self) -> bytes:
        """Give what waits to the member under way, or begin the next one; what came out of it."""
        if self._member is None and not self._begins():
            return b""
        assert self._member is not None
        plain = self._member.decompress(self._waiting)
        self._waiting = self._member.unused_data if self._member.eof else b""
        if self._member.eof:
            self._member = None
        return plain

    def _begins(self) -> bool:
        """Begin a member with what waits; False where that is padding or a frame to be skipped."""
        if self._packing.padded:
            self._waiting = self._waiting.lstrip(b"\0")
        if self._waiting:
            self._fill(_SKIPPABLE_HEAD_BYTES)
        if not self._waiting:
            return False
        if self._packing is _ZSTD and self._waiting[:4] in _SKIPPABLE:
            self._skip(int.from_bytes(self._waiting[4:_SKIPPABLE_HEAD_BYTES], "little"))
            return False
        if not self._waiting.startswith(self._packing.magic):
            raise EOFError(f"what follows a {self._packing.name} member is no further one")
        self._member = self._packing.open()
        return True

    def _fill(self, size: int) -> None:
        while len(self._waiting) < size and (more := self._packed.read(self._packing.sip_bytes)):
            self._waiting += more

    def _skip(self, size: int) -> None:
        """Pass over a skippable frame of `size` bytes behind its head."""
        size += _SKIPPABLE_HEAD_BYTES
        while size > len(self._waiting):
            size -= len(self._waiting)
            self._waiting = self._packed.read(self._packing.sip_bytes)
            if not self._waiting:
                raise EOFError("it ends in the middle of a frame")
        self._waiting = self._waiting[size:]


def packed(file: BinaryIO, suffix: str) -> BinaryIO:
    """A stream that packs into `file` as the name's ending says (.gz, .xz, .bz2, .zst); `file` for any other. Closing
    it ends the packing and leaves `file` open."""
    match suffix.lower():
        case ".xz":
            return cast(BinaryIO, lzma.LZMAFile(file, "wb", preset=1))
        case ".bz2":
            return cast(BinaryIO, bz2.BZ2File(file, "wb"))
        case ".gz":
            return cast(
                BinaryIO, gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0)
            )
        case ".zst":
            return cast(BinaryIO, zstandard.ZstdCompressor(level=3).stream_writer(file, closefd=False))
        case _:
            return file
