"""Files of JSON lines: read whatever they are packed in, written whole or not at all.

A reader gives `Line(number, value)` for every line that is not blank: the bytes as they came, without the
line's end, and its number from 0, blank lines counted, so that a number finds its line again with any editor.
How a file is packed is told by its first bytes (`packing.py`), so that standard input works
alike. A line longer than `limits.RAW_BYTES_MAX` is cut off one byte past it: the codec refuses it as too large, and a
gigabyte without a line break costs no memory.

A writer puts what is written beside its target and renames it into place at the end: a reader never sees half
a file, and a run that fails leaves what was there before. The target's ending (.xz, .gz, .zst) says how to
pack.

Bad weather (no such file, a damaged archive, a full disk) is raised as `FileTrouble`, whose text is a
sentence for the user.
"""

from __future__ import annotations

import io
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from wirecopy.core import limits
from wirecopy.shell.files.packing import BUFFER_BYTES, FAULTS, packed, unpacked

PARTIAL: Final = ".partial"  # ending of an output that was not finished
STANDARD: Final = "-"  # standard input or output, as everywhere else


class FileTrouble(Exception):  # noqa: N818 — trouble is what it is, not an error of ours
    """A file cannot be read or written; the text is a sentence that names it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: its number from 0 and its bytes without the line's end."""

    number: int
    value: bytes


PAUSE: Final = Line(-1, b"")  # comes between lines where standard input has nothing to say for a moment


class LineReader:
    """The lines of one file or of standard input, in order; closes what it opened when used as a context.

    `fraction()` is the part of the file already read (packed bytes), or None where its size is unknown.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._size_bytes: int | None = None
        try:
            if path == STANDARD:
                self._packed: BinaryIO = sys.stdin.buffer
            else:
                self._packed = Path(path).open("rb", buffering=BUFFER_BYTES)  # noqa: SIM115 — closed by __exit__
                self._size_bytes = os.fstat(self._packed.fileno()).st_size
            self._stream = unpacked(cast("io.BufferedReader", self._packed))
        except OSError as error:
            raise FileTrouble(f"Cannot read {_named(path)}: {_reason(error)}.") from error

    def __enter__(self) -> LineReader:
        return self

    def __exit__(self, *_: object) -> None:
        if self._path != STANDARD:
            self._packed.close()

    def fraction(self) -> float | None:
        if not self._size_bytes:
            return None
        with suppress(OSError, ValueError):
            return min(1.0, self._packed.tell() / self._size_bytes)
        return None

    def __iter__(self) -> Iterator[Line]:
        readline = self._stream.readline
        bytes_max = limits.RAW_BYTES_MAX + 1
        number = 0
        try:
            while value := readline(bytes_max + 1):
                if not value.endswith(b"\n") and len(value) > bytes_max:
                    value = value[:bytes_max]
                    self._skip_line()
                value = value.rstrip(b"\r\n")
                if value and not value.isspace():
                    yield Line(number, value)
                number += 1
        except FAULTS as error:
            raise FileTrouble(
                f"Cannot read {_named(self._path)} past line {number + 1}: {_reason(error)}. "
                "The archive may be cut off or damaged."
            ) from error

    def _skip_line(self) -> None:
        while part := self._stream.readline(BUFFER_BYTES):
            if part.endswith(b"\n"):
                return


@contextmanager
def open_output(
    path: str,
    table: Callable[[BinaryIO], BinaryIO] | None = None,
    keep: tuple[type[BaseException], ...] = (),
) -> Iterator[BinaryIO]:
    """A binary stream that becomes `path` when the block ends well, and leaves no trace when it does not.

    `table`: makes the stream that is written to out of that of the file, and is closed before it. `keep`: where the block ends
    in one of these, what was written becomes `path` + ".partial". `-` is standard output, which nothing
    can take back. Raises FileTrouble when the file cannot be written.
    """
    if path == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    if target.exists() and not target.is_file():  # a pipe or a device: /dev/null, >(sort)
        with _writing(path), target.open("wb") as stream:
            yield stream
        return
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with _writing(path):
            if keep:
                target.with_name(target.name + PARTIAL).unlink(missing_ok=True)
            with beside.open("xb", buffering=BUFFER_BYTES) as file:
                into = packed(file, target.suffix) if table is None else table(file)
                unfinished: BaseException | None = None
                try:
                    yield into
                except keep as error:
                    unfinished = error
                if into is not file:
                    into.close()
                file.flush()
                os.fsync(file.fileno())
            if unfinished is not None:
                if beside.stat().st_size:
                    beside.replace(target.with_name(target.name + PARTIAL))
                raise unfinished
            beside.replace(target)
    finally:
        with suppress(OSError):
            beside.unlink()


@contextmanager
def _writing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno is None:  # not the file's own trouble
            raise
        raise FileTrouble(f"Cannot write {_named(path)}: {_reason(error)}.") from error


def read_bytes(path: str, *, bytes_max: int) -> bytes:
    """The whole of a small file (or of standard input). Raises FileTrouble when it is missing or larger than
    `bytes_max`.
    """
    try:
        if path == STANDARD:
            value = sys.stdin.buffer.read(bytes_max + 1)
        else:
            with Path(path).open("rb") as file:
                value = file.read(bytes_max + 1)
    except OSError as error:
        raise FileTrouble(f"Cannot read {_named(path)}: {_reason(error)}.") from error
    if len(value) > bytes_max:
        raise FileTrouble(f"Cannot read {_named(path)}: it is larger than {bytes_max:,} bytes.")
    return value


def _named(path: str) -> str:
    return "standard input or output" if path == STANDARD else f"“{path}”"


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rstrip(".") or type(error).__name__
