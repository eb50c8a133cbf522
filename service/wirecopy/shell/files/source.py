"""Inputs of a scan, one after the other: files of any format that is read, folders, patterns and standard input.

`ArticleSource` gives a `Line` for every article: its number counts on over all inputs, so that (topic, partition, offset)
names one article of the scan. What each input turned out to be, and how many articles came of it, is kept in `reports`,
since a scan that read nothing must say so. Folders are walked in the order of their names; in them files of other kinds
are passed over and counted, while a file that was named must be read.

`PAUSE` comes between lines where standard input has nothing to say for a moment: what was read so far can go out.
"""

from __future__ import annotations

import errno
import glob
import io
import os
import select
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, cast

from wirecopy.core import limits
from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.files.detect import (
    ENDINGS,
    START_BYTES,
    Format,
    UnreadFormatError,
    ending_of,
    format_of,
)
from wirecopy.shell.files.documents import document
from wirecopy.shell.files.extracting import extracted
from wirecopy.shell.files.extras import MissingExtraError
from wirecopy.shell.files.feeds import feed_entries
from wirecopy.shell.files.json_values import values
from wirecopy.shell.files.lines import PAUSE, STANDARD, FileTrouble, Line
from wirecopy.shell.files.packing import BUFFER_BYTES, FAULTS, unpacked
from wirecopy.shell.files.tables import arrow_rows, csv_rows, parquet_rows
from wirecopy.shell.files.warc import warc_articles

PAUSE_SECONDS: Final = 0.2
BESIDE_BYTES_MIN: Final = 1 << 20  # of a WARC that is worth a process of its own
_WILD: Final = frozenset("*?[")
_ONE_ARTICLE: Final = (Format.HTML, Format.MARKDOWN, Format.TEXT)


@dataclass(slots=True)
class Report:
    """What an input turned out to be. `passed_over`: parts of it without an article, by what they are."""

    path: str
    format: Format | None = None
    articles: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)


class ArticleSource:
    """The articles of all inputs, as JSON objects in order. Raises FileTrouble where a named input cannot be read."""

    def __init__(self, inputs: Iterable[str], *, extractor: str = "resiliparse", processes: int = 0) -> None:
        """`processes` extract the pages of a WARC beside this one, where it is a file; 0: this one does."""
        self._extractor = extractor
        self._processes = processes
        self._place_bytes: int | None = None  # where the processes are in their file
        self.reports: list[Report] = []
        self.passed_over: Counter[str] = Counter()  # files of folders, by ending
        self._paths = list(self._files(inputs))
        self._bytes_all = sum(_size_bytes(path) for path in self._paths)
        self._bytes_before = 0
        self._packed: BinaryIO | None = None
        self._number = 0

    @property
    def paths(self) -> list[str]:
        """The files that will be read, in order."""
        return self._paths

    def fraction(self) -> float | None:
        """The part already read of all inputs, in packed bytes; None where that is unknown."""
        if not self._bytes_all or STANDARD in self._paths:
            return None
        with suppress(OSError, ValueError):
            within = self._place_bytes
            if within is None:
                within = self._packed.tell() if self._packed is not None and not self._packed.closed else 0
            return min(1.0, (self._bytes_before + within) / self._bytes_all)
        return None

    def __iter__(self) -> Iterator[Line]:
        for path in self._paths:
            report = Report(path)
            self.reports.append(report)
            try:
                yield from self._lines_of(path, report)
            except MissingExtraError as error:
                raise FileTrouble(str(error)) from error
            except UnreadFormatError as error:
                raise FileTrouble(f"Cannot read “{path}”: {error}.") from error
            except FAULTS as error:
                raise FileTrouble(_damaged(report, error)) from error
            self._bytes_before += _size_bytes(path)
            self._place_bytes = None

    # ---- one file
    def _lines_of(self, path: str, report: Report) -> Iterator[Line]:
        with open_binary(path) as file:
            self._packed = file
            stream = cast(io.BufferedReader, unpacked(file))
            start = _start(stream, waits=path == STANDARD)
            report.format = kind = format_of(start, "" if path == STANDARD else path)
            if kind is Format.JSON_LINES:
                waiting = path == STANDARD and stream is file
                yield from self._json_lines(stream, report, file.fileno() if waiting else None)
                return
            for value in self._articles(stream, kind, path, report, packed=stream is not file):
                report.articles += 1
                yield Line(self._number, value)
                self._number += 1

    def _articles(
        self, stream: BinaryIO, kind: Format, path: str, report: Report, *, packed: bool
    ) -> Iterator[bytes]:
        in_place = None if packed or path == STANDARD else Path(path)
        if kind is Format.JSON:
            return values(stream)
        if kind is Format.CSV:
            return csv_rows(stream)
        if kind is Format.PARQUET:
            return parquet_rows(stream, in_place)
        if kind is Format.ARROW:
            return arrow_rows(stream, in_place)
        if kind is Format.WARC:
            return self._of_warc(stream, path, report)
        if kind is Format.FEED:
            return feed_entries(stream)
        return document(stream, kind, path)

    def _of_warc(self, stream: BinaryIO, path: str, report: Report) -> Iterator[bytes]:
        if self._processes and path != STANDARD and _size_bytes(path) >= BESIDE_BYTES_MIN:
            found = extracted(path, self._extractor, self._processes, report.passed_over, self._noted)
        else:
            found = warc_articles(stream, self._extractor, report.passed_over)
        for fields in found:
            if fields is not None:
                yield json_bytes(fields)

    def _noted(self, place_bytes: int) -> None:
        self._place_bytes = place_bytes

    def _json_lines(self, stream: io.BufferedReader, report: Report, fd: int | None) -> Iterator[Line]:
        """The lines that are not blank. A number counts every line, so that it finds its line again in an editor."""
        bytes_max = limits.RAW_BYTES_MAX + 1
        while True:
            while fd is not None and not _has_line(stream, fd):
                yield PAUSE
            value = stream.readline(bytes_max + 1)
            if not value:
                return
            if not value.endswith(b"\n") and len(value) > bytes_max:
                value = value[:bytes_max]
                _skip_line(stream)
            value = value.rstrip(b"\r\n")
            if value and not value.isspace():
                report.articles += 1
                yield Line(self._number, value)
            self._number += 1

    # ---- which files
    def _files(self, inputs: Iterable[str]) -> Iterator[str]:
        for given in inputs:
            path = Path(given)
            if given == STANDARD or path.is_file() or (path.exists() and not path.is_dir()):
                yield given
            elif path.is_dir():
                yield from self._in_folder(path)
            elif _WILD & set(given):
                found = sorted(glob.glob(given, recursive=True))  # noqa: PTH207 - a pattern may be absolute
                if not found:
                    raise FileTrouble(f"Cannot read “{given}”: no file fits this pattern.")
                for name in found:
                    yield from self._in_folder(Path(name)) if Path(name).is_dir() else (name,)
            else:
                raise FileTrouble(f"Cannot read “{given}”: {os.strerror(errno.ENOENT)}.")

    def _in_folder(self, folder: Path) -> Iterator[str]:
        found = False
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or any(part.startswith(".") for part in path.relative_to(folder).parts):
                continue
            ending = ending_of(path.name)
            if ending in ENDINGS:
                found = True
                yield str(path)
            else:
                self.passed_over[ending or "no ending"] += 1
        if not found:
            raise FileTrouble(f"Cannot read “{folder}”: the folder holds no file of a kind that is read.")


def open_binary(path: str) -> io.BufferedReader:
    """A file or standard input, to be read. FileTrouble where it cannot be opened."""
    try:
        if path == STANDARD:
            return cast(io.BufferedReader, sys.stdin.buffer)
        return cast(io.BufferedReader, Path(path).open("rb", buffering=BUFFER_BYTES))
    except OSError as error:
        raise FileTrouble(f"Cannot read “{path}”: {error.strerror or error}.") from error


def _start(stream: io.BufferedReader, *, waits: bool) -> bytes:
    """The first bytes of a stream, left in it. From standard input what is there must do."""
    return stream.peek(1 if waits else START_BYTES)[:START_BYTES]


def _has_line(stream: io.BufferedReader, fd: int) -> bool:
    """Whether reading a line would not wait: it is there already, or the input has more (or has ended)."""
    ready, _, _ = select.select([fd], [], [], 0)
    if ready:
        return True
    if b"\n" in _held(stream):
        return True
    ready, _, _ = select.select([fd], [], [], PAUSE_SECONDS)
    return bool(ready)


def _held(stream: io.BufferedReader) -> bytes:
    """What the buffer holds already; nothing is read for it."""
    blocking = os.get_blocking(stream.fileno())
    os.set_blocking(stream.fileno(), False)
    try:
        return stream.peek(1)
    except (BlockingIOError, ValueError):
        return b""
    finally:
        os.set_blocking(stream.fileno(), blocking)


def _skip_line(stream: BinaryIO) -> None:
    while part := stream.readline(BUFFER_BYTES):
        if part.endswith(b"\n"):
            return


def _size_bytes(path: str) -> int:
    with suppress(OSError):
        return 0 if path == STANDARD else Path(path).stat().st_size
    return 0


def _damaged(report: Report, error: BaseException) -> str:
    reason = str(error).rstrip(".") or type(error).__name__
    where = "standard input" if report.path == STANDARD else f"“{report.path}”"
    kind = f" ({report.format.value})" if report.format else ""
    return f"Cannot read {where}{kind} past article {report.articles}: {reason}. The file may be cut off or damaged."
