"""Lines sorted by date, a day at a time, for archives larger than memory.

Lines are kept in memory by day; when they take too much, each day's go to a file of its own. At the end the days come in
order, and within a day its lines sorted by date, equal dates in the order in which they came. So a day must fit in memory.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from wirecopy.shell.files.table_files import DAY_MS, TimedLine, read_lines, write_lines

HELD_BYTES_MAX: Final = 256 << 20


class DaySorter:
    """Give it lines with `add`, take them with `sorted`. Its folder is emptied before and after."""

    def __init__(self, folder: Path, held_bytes_max: int = HELD_BYTES_MAX) -> None:
        self._folder = folder
        self._held_bytes_max = held_bytes_max
        self._held: dict[int, list[TimedLine]] = {}
        self._held_bytes = 0
        self._files: dict[int, list[Path]] = {}
        self._number = 0
        self._before_ms = 0  # the date of the line before
        self._undated: list[bytes] = []  # what came before any date

    def __enter__(self) -> Self:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, published_ms: int | None, value: bytes) -> None:
        """A line with its date; without one it follows the line before, and what comes before all dates has the first."""
        if published_ms is None and not self._before_ms:
            self._undated.append(value)
            return
        self._before_ms = self._before_ms if published_ms is None else published_ms
        for earlier in self._undated:
            self._keep(earlier)
        self._undated.clear()
        self._keep(value)

    def sorted(self) -> Iterator[tuple[int, bytes]]:
        """All lines in order of date, each with its date in ms."""
        for value in self._undated:
            yield 0, value
        for day in sorted(set(self._held) | set(self._files)):
            lines = [line for path in self._files.get(day, ()) for line in read_lines(path, 0, self._number)]
            lines += self._held.pop(day, [])
            lines.sort(key=lambda line: (line.log_time_ms, line.number))
            for line in lines:
                yield line.log_time_ms, line.value

    def _keep(self, value: bytes) -> None:
        line = TimedLine(self._number, self._before_ms, value)
        self._number += 1
        self._held.setdefault(line.log_time_ms // DAY_MS, []).append(line)
        self._held_bytes += len(value)
        if self._held_bytes >= self._held_bytes_max:
            self._write_out()

    def _write_out(self) -> None:
        for day, lines in self._held.items():
            files = self._files.setdefault(day, [])
            path = self._folder / f"{day}-{len(files)}.arrow"
            write_lines(path, lines)
            files.append(path)
        self._held.clear()
        self._held_bytes = 0
