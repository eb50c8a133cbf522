"""What a back-fill is to do, as a file: the lines in order, cut into ranges that can be judged one without the other.

    work/
      plan.json          the settings that decide verdicts, the ranges, the slices; written last
      slices/            the archive's lines, numbered in the order of judging, each with its time in the log
      ranges/0003/       what came of a range (ranges.py)

A verdict depends on what the window holds. So a worker that begins some windows before its range, and drops what it says of
them, remembers at the range's start what one pass over the whole archive remembers there: nearly always, and verify.py
finds where not.

The order of judging is that of the inputs (`input`), or that of the articles' dates (`published`): then articles are sorted
a day at a time, and one without a date follows the one that came before it in its file. The log's time is the latest date
so far, as in `wirecopy scan --clock published`. A date more than a day after the plan was made counts as that day.
"""

from __future__ import annotations

import bisect
import itertools
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from wirecopy.core.engine import ENGINE_VERSION
from wirecopy.core.model import RawPosition, Rejected, Rewritten
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw
from wirecopy.shell.backfill.sorting import DaySorter
from wirecopy.shell.files.lines import PAUSE, Line
from wirecopy.shell.files.table_files import DAY_MS, TimedLine, read_lines, write_lines
from wirecopy.shell.pipeline.scan_log import TOPIC

PLAN: Final = "plan.json"
FORMAT: Final = 1
SLICE_LINES: Final = 20_000
ORDERS: Final = ("input", "published")
WARM_UP_WINDOWS: Final = 4
RANGE_WINDOWS: Final = 12


class PlanError(ValueError):
    """A plan cannot be made, read or followed; the text is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How lines are read and judged: what decides verdicts beside the lines and the engine."""

    fields: FieldPaths
    aliases: dict[str, str]
    window_ms: int
    rewritten: Rewritten = Rewritten.ON


@dataclass(frozen=True, slots=True)
class Slice:
    """A file of lines first … end - 1, and the log's time of its first line."""

    file: str
    first: int
    end: int
    log_time_ms: int


@dataclass(frozen=True, slots=True)
class Range:
    """Lines first … end - 1 are this range's; a worker reads from `warm_from` on."""

    number: int
    warm_from: int
    first: int
    end: int

    @property
    def name(self) -> str:
        return f"{self.number:04d}"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a worker needs to know."""

    engine_version: int
    reading: Reading
    warm_up_windows: int
    order: str
    slices: tuple[Slice, ...]
    ranges: tuple[Range, ...]
    inputs: tuple[str, ...] = field(default=())

    @property
    def lines(self) -> int:
        return self.slices[-1].end if self.slices else 0


@dataclass(frozen=True, slots=True)
class Cut:
    """Where ranges end: after so many windows of the log's time, or so that there are `ranges` of equal size (lines)."""

    warm_up_windows: int = WARM_UP_WINDOWS
    range_windows: int = RANGE_WINDOWS
    ranges: int | None = None


def make_plan(
    lines: Iterable[Line], work: Path, reading: Reading, cut: Cut, *, order: str, inputs: Sequence[str] = ()
) -> Plan:
    """Reads all lines once, writes them as slices and cuts them into ranges. PlanError where the folder has a plan, or
    where there is nothing to judge."""
    if (work / PLAN).exists():
        raise PlanError(
            f"“{work}” has a plan already: go on with `wirecopy backfill run`, or name another folder."
        )
    shutil.rmtree(work / "slices", ignore_errors=True)  # of a plan that was not finished
    (work / "slices").mkdir(parents=True)
    latest_ms = int(time.time() * 1000) + DAY_MS
    dated = _dated(lines, reading, latest_ms)
    if order == "published":
        with DaySorter(work / "sorting") as sorter:
            for log_time_ms, value in dated:
                sorter.add(log_time_ms, value)
            slices = _write_slices(work, _rising(sorter.sorted()))
    else:
        slices = _write_slices(work, _rising(dated))
    if not slices:
        raise PlanError("the inputs hold no article.")
    times = _LineTimes(work, slices)
    ranges = tuple(_cut(times, slices[-1].end, reading.window_ms, cut))
    plan = Plan(ENGINE_VERSION, reading, cut.warm_up_windows, order, slices, ranges, tuple(inputs))
    write_whole(work / PLAN, json.dumps(_to_json(plan), indent=1).encode())
    return plan


def read_plan(work: Path) -> Plan:
    """The plan of a folder. PlanError where there is none, or one that this version of Wirecopy cannot follow."""
    try:
        values = json.loads((work / PLAN).read_bytes())
    except FileNotFoundError as error:
        raise PlanError(f"“{work}” has no plan: make one with `wirecopy backfill plan`.") from error
    except (OSError, ValueError) as error:
        raise PlanError(f"the plan in “{work}” cannot be read: {error}") from error
    if values.get("format") != FORMAT or values.get("engine_version") != ENGINE_VERSION:
        raise PlanError(
            f"the plan in “{work}” is of engine version {values.get('engine_version')} and this is version"
            f" {ENGINE_VERSION}: finish it with the version that made it, or make a new one."
        )
    return _from_json(values)


def lines_of(work: Path, plan: Plan, first: int, end: int) -> Iterator[TimedLine]:
    """The lines first … end - 1, in order."""
    for one in plan.slices:
        if one.first < end and one.end > first:
            yield from read_lines(work / "slices" / one.file, first, end)


# ---- the order
def _dated(lines: Iterable[Line], reading: Reading, latest_ms: int) -> Iterator[tuple[int | None, bytes]]:
    """Each line's date in ms; None where it has none that can be read."""
    for line in lines:
        if line is PAUSE:
            continue
        article = decode_raw(line.value, RawPosition(TOPIC, 0, line.number), reading.fields, reading.aliases)
        published = None if isinstance(article, Rejected) else article.published_at_ms
        yield (None if published is None else min(published, latest_ms)), line.value


def _rising(dated: Iterable[tuple[int | None, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The log's time is the latest date so far."""
    log_time_ms = 0
    for published, value in dated:
        log_time_ms = max(log_time_ms, published or 0)
        yield log_time_ms, value


def _write_slices(work: Path, timed: Iterable[tuple[int, bytes]]) -> tuple[Slice, ...]:
    slices: list[Slice] = []
    part: list[TimedLine] = []

    def write() -> None:
        name = f"{len(slices):06d}.arrow"
        write_lines(work / "slices" / name, part)
        slices.append(Slice(name, part[0].number, part[-1].number + 1, part[0].log_time_ms))
        part.clear()

    for number, (log_time_ms, value) in enumerate(timed):
        part.append(TimedLine(number, log_time_ms, value))
        if len(part) == SLICE_LINES:
            write()
    if part:
        write()
    return tuple(slices)


# ---- the cuts
class _LineTimes:
    """The log's time of any line, and the first line of any time; reads a slice at a time."""

    def __init__(self, work: Path, slices: Sequence[Slice]) -> None:
        self._work, self._slices = work, slices
        self._held: tuple[int, list[int]] = (-1, [])

    def of(self, number: int) -> int:
        at = bisect.bisect_right(self._slices, number, key=lambda one: one.first) - 1
        return self._times(at)[number - self._slices[at].first]

    def first_from(self, log_time_ms: int) -> int:
        """The first line of that time or later; the number of lines where there is none."""
        at = max(bisect.bisect_left(self._slices, log_time_ms, key=lambda one: one.log_time_ms) - 1, 0)
        within = bisect.bisect_left(self._times(at), log_time_ms)
        return self._slices[at].first + within

    def _times(self, at: int) -> list[int]:
        if self._held[0] != at:
            one = self._slices[at]
            lines = read_lines(self._work / "slices" / one.file, one.first, one.end)
            self._held = (at, [line.log_time_ms for line in lines])
        return self._held[1]


def _cut(times: _LineTimes, lines: int, window_ms: int, cut: Cut) -> Iterator[Range]:
    bounds = [0]
    if cut.ranges is not None:
        bounds += [lines * at // cut.ranges for at in range(1, cut.ranges)]
    else:
        while (bound := times.first_from(times.of(bounds[-1]) + cut.range_windows * window_ms)) < lines:
            bounds.append(bound)
    bounds = [*sorted(set(bounds)), lines]
    for number, (first, end) in enumerate(itertools.pairwise(bounds)):
        warm_from = times.first_from(times.of(first) - cut.warm_up_windows * window_ms) if first else 0
        yield Range(number, min(warm_from, first), first, end)


# ---- the file
def _to_json(plan: Plan) -> dict[str, Any]:
    values = asdict(plan)
    values["reading"]["fields"]["presets"] = dict(plan.reading.fields.presets)
    return {"format": FORMAT, **values}


def _from_json(values: dict[str, Any]) -> Plan:
    reading = values["reading"]
    return Plan(
        engine_version=values["engine_version"],
        reading=Reading(
            FieldPaths(**reading["fields"]),
            reading["aliases"],
            reading["window_ms"],
            Rewritten(reading["rewritten"]),
        ),
        warm_up_windows=values["warm_up_windows"],
        order=values["order"],
        slices=tuple(Slice(**one) for one in values["slices"]),
        ranges=tuple(Range(**one) for one in values["ranges"]),
        inputs=tuple(values["inputs"]),
    )


def write_whole(path: Path, data: bytes) -> None:
    """A file that is there whole or not at all, whenever the power goes."""
    beside = path.with_name(path.name + ".partial")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
