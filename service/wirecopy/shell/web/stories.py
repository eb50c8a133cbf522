"""The story page: who published first, who copied when and how much; as a plot, a table, JSON and CSV.

The plot is plain SVG without script or style attributes: publishers are rows, in the order of their first
article, and time runs from left to right. Most copies come within minutes and a few after days, so the time
axis is logarithmic, with ticks. The shape of a mark gives the verdict, its size how much was copied, a ring
that the verdict was corrected. A story with more publishers than `PLOT_ROWS_MAX` gets a curve over all
articles above the plot of the first publishers; the table has every article, a page at a time.
"""

from __future__ import annotations

import asyncio
import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from wirecopy.core.model import VerdictKind
from wirecopy.core.records.enriched import position_to_json, verdict_to_json
from wirecopy.core.records.fields import time_text
from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.web.catalogue import Entry
from wirecopy.shell.web.exchange import CSV, JSON, Method, Request, Response, Route
from wirecopy.shell.web.problems import Problem, problem
from wirecopy.shell.web.rendering import not_found, page, position_of
from wirecopy.shell.web.site_data import SiteData

TABLE_ROWS: Final = 100  # of the table at a time: a page of 300 would be over 100 KB
PLOT_ROWS_MAX: Final = 40  # publishers drawn; more would be a screen of dots that nobody reads
EXPORT_MAX: Final = 20_000  # articles in one file; a story has never had as many
WIDTH: Final = 1000  # of the plot in its own units
LABEL_WIDTH: Final = 230
ROW_HEIGHT: Final = 24
HEAD_HEIGHT: Final = 30
CURVE_HEIGHT: Final = 90
DOT_GAP: Final = 15  # between the middles of two dots of a row
DOTS_MAX: Final = 30  # drawn of one publisher
KNEE_MS: Final = 5 * 60_000  # below it the axis is nearly linear, above it logarithmic
LABEL_CHARS_MAX: Final = 28
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TICKS: Final = (
    (0, "first"),
    (5 * MINUTE, "5 min"),
    (30 * MINUTE, "30 min"),
    (2 * HOUR, "2 h"),
    (6 * HOUR, "6 h"),
    (DAY, "1 day"),
    (3 * DAY, "3 days"),
    (10 * DAY, "10 days"),
    (30 * DAY, "30 days"),
    (365 * DAY, "1 year"),
)
DANGEROUS_FIRST: Final = "=+-@\t\r\n＝＋－＠"  # what a spreadsheet takes for a formula
COLUMNS: Final = (
    "id",
    "url",
    "publisher",
    "domain",
    "published_at",
    "seen_at",
    "verdict",
    "extent",
    "share",
    "source_share",
    "original_id",
    "original_publisher",
    "verdict_before_correction",
    "corrected_at",
    "title",
)


def routes(site: SiteData) -> list[Route]:
    stories = Stories(site)
    return [
        Route(Method.GET, "/stories/.json", stories.as_json),
        Route(Method.GET, "/stories/.csv", stories.as_csv),
        Route(Method.GET, "/stories/{id}.json", stories.as_json),
        Route(Method.GET, "/stories/{id}.csv", stories.as_csv),
        Route(Method.GET, "/stories", stories.page),
        Route(Method.GET, "/stories/{id}", stories.page),
    ]


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story. `delay_ms`: time since the earliest publication."""

    entry: Entry
    delay_ms: int
    delay: str


@dataclass(frozen=True, slots=True)
class Dot:
    entry: Entry
    x: float
    y: float
    radius: float
    hollow: bool  # no publication date: placed by time of receipt
    said: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A publisher's row of the plot."""

    name: str
    y: float
    dots: tuple[Dot, ...]
    from_x: float
    to_x: float


@dataclass(frozen=True, slots=True)
class Plot:
    width: int
    height: float
    lanes: tuple[Lane, ...]
    left_out: int  # publishers that are not drawn
    ticks: tuple[tuple[float, str], ...]
    curve: str  # points of the curve over all articles; "" where every publisher has a row
    curve_height: float


class Stories:
    """The page and the exports of each story."""

    def __init__(self, site: SiteData) -> None:
        self._site = site

    async def page(self, request: Request) -> Response:
        entries = self._entries(request)
        if not entries:
            return not_found("This replica has no article of this story among the newest it has judged.")
        members = _members(entries)
        number = _page_number(request.query.get("page"), len(members))
        shown = members[(number - 1) * TABLE_ROWS : number * TABLE_ROWS]
        self._site.want(member.entry for member in shown)
        copies = [m for m in members if m.entry.current.kind is VerdictKind.REPUBLICATION]
        delays = sorted(copy.delay_ms for copy in copies)
        first = members[0].entry
        return page(
            "story.html",
            title=f"Story: {first.title or first.id}",
            active="",
            first=first,
            outside=_outside(members),
            members=shown,
            total=len(members),
            publishers=len({entry.domain for entry in entries}),
            copies=len(copies),
            corrected=sum(entry.corrected is not None for entry in entries),
            median_delay=span_text(delays[len(delays) // 2]) if delays else "",
            plot=plot(members),
            number=number,
            pages=_pages(len(members)),
        )

    async def as_json(self, request: Request) -> Response:
        entries = self._entries(request)
        if not entries:
            return problem(
                Problem.NO_SUCH_PAGE,
                "This replica has no article of this story among the newest it has judged.",
            )
        return Response(200, await asyncio.to_thread(as_json, entries), JSON)

    async def as_csv(self, request: Request) -> Response:
        entries = self._entries(request)
        if not entries:
            return Response(404, b"no such story\r\n", CSV)
        headers = {"Content-Disposition": 'attachment; filename="story.csv"'}
        ordered = [member.entry for member in _members(entries)[:EXPORT_MAX]]
        return Response(200, await asyncio.to_thread(as_csv, ordered), CSV, headers)

    def _entries(self, request: Request) -> list[Entry]:
        catalogue = self._site.catalogue
        story = request.parts.get("id", "")
        if "of" in request.query:
            position = position_of(request.query["of"])
            entry = None if position is None else catalogue.by_position(position)
            if entry is None:
                return []
            story = entry.current.story
        if found := catalogue.story(story):
            return found
        members = catalogue.by_id(
            story
        )  # any member's id names the story, too: the newest article of that id
        return catalogue.story(members[-1].current.story) if members else []


def _pages(total: int) -> int:
    return max(1, math.ceil(total / TABLE_ROWS))


def _page_number(text: str | None, total: int) -> int:
    number = int(text) if text and len(text) < 7 and text.isascii() and text.isdigit() else 1
    return min(max(1, number), _pages(total))


def _members(entries: Sequence[Entry]) -> list[Member]:
    """Earliest first; articles of the same time in order of arrival."""
    ordered = sorted(entries, key=lambda entry: (entry.time_ms, entry.log_offset))
    start = ordered[0].time_ms
    return [Member(entry, entry.time_ms - start, span_text(entry.time_ms - start)) for entry in ordered]


def _outside(members: Sequence[Member]) -> str:
    """The publisher that the story is credited to, if its own article was not received; else ""."""
    for member in members:
        original = member.entry.current.original
        if original is not None and not original.ingested:
            return original.publisher
    return ""


def span_text(span_ms: int) -> str:
    """A time span in one or two words."""
    if span_ms < MINUTE:
        return f"{span_ms // 1000} s"
    if span_ms < 2 * HOUR:
        return f"{span_ms // MINUTE} min"
    if span_ms < 2 * DAY:
        return f"{span_ms / HOUR:.1f} h"
    return f"{span_ms / DAY:.1f} days"


# ---- the plot
def plot(members: Sequence[Member]) -> Plot:
    """All positions, in the plot's own units."""
    last = max(member.delay_ms for member in members)
    reach = _stretched(max(last, MINUTE))
    usable = WIDTH - LABEL_WIDTH - 30

    def x(delay_ms: int) -> float:
        return round(LABEL_WIDTH + 10 + usable * _stretched(delay_ms) / reach, 1)

    of: dict[str, list[Member]] = {}
    for member in members:
        of.setdefault(member.entry.domain or member.entry.publisher, []).append(member)
    crowded = len(of) > PLOT_ROWS_MAX
    top = HEAD_HEIGHT + (CURVE_HEIGHT if crowded else 0)
    lanes = []
    for row, held in enumerate(list(of.values())[:PLOT_ROWS_MAX]):
        y = top + row * ROW_HEIGHT + ROW_HEIGHT / 2
        dots = _beside_each_other([_dot(member, x(member.delay_ms), y) for member in held[:DOTS_MAX]])
        name = held[0].entry.publisher
        name = name if len(name) <= LABEL_CHARS_MAX else name[: LABEL_CHARS_MAX - 1] + "…"
        lanes.append(Lane(name, y, dots, dots[0].x, dots[-1].x))
    ticks: list[tuple[float, str]] = []
    for at, said in TICKS:
        if at <= last and (not ticks or x(at) - ticks[-1][0] > 48):
            ticks.append((x(at), said))
    return Plot(
        WIDTH,
        top + len(lanes) * ROW_HEIGHT + 8,
        tuple(lanes),
        len(of) - len(lanes),
        tuple(ticks),
        _curve(members, x) if crowded else "",
        top,
    )


def _stretched(delay_ms: int) -> float:
    return math.log1p(max(0, delay_ms) / KNEE_MS)


def _dot(member: Member, x: float, y: float) -> Dot:
    verdict = member.entry.current
    share = verdict.share if verdict.kind is VerdictKind.REPUBLICATION else 1.0
    said = f"{member.entry.publisher}: {verdict.kind.value}"
    if verdict.share:
        said += f", {round(100 * verdict.share)} %"
    said += f", {member.delay} after the first" if member.delay_ms else ", first"
    if member.entry.corrected is not None:
        said += ", corrected"
    return Dot(
        member.entry, x, y, round(3.5 + 3.5 * math.sqrt(share), 1), member.entry.published_at_ms is None, said
    )


def _beside_each_other(dots: Sequence[Dot]) -> tuple[Dot, ...]:
    """Dots of a row, moved to the right where they would overlap."""
    moved: list[Dot] = []
    for dot in dots:
        if moved and dot.x < moved[-1].x + DOT_GAP:
            dot = replace(dot, x=round(moved[-1].x + DOT_GAP, 1))
        moved.append(dot)
    return tuple(moved)


def _curve(members: Sequence[Member], x: Any) -> str:
    """The number of articles over time, as points of a line, at most one per unit of width."""
    low, high = HEAD_HEIGHT + CURVE_HEIGHT - 14, HEAD_HEIGHT + 4
    points: dict[float, float] = {}
    for number, member in enumerate(members, 1):
        points[round(x(member.delay_ms))] = round(low - (low - high) * number / len(members), 1)
    return " ".join(f"{at:g},{height:g}" for at, height in points.items())


# ---- exports
def as_json(entries: Sequence[Entry]) -> bytes:
    """The story's articles, earliest first, each with its valid verdict."""
    articles = [_as_json(member) for member in _members(entries)[:EXPORT_MAX]]
    return json_bytes({"story": entries[0].current.story, "articles": articles})


def _as_json(member: Member) -> dict[str, Any]:
    entry = member.entry
    return {
        "id": entry.id,
        "url": entry.url or None,
        "publisher": entry.publisher,
        "domain": entry.domain,
        "title": entry.title or None,
        "published_at": None if entry.published_at_ms is None else time_text(entry.published_at_ms),
        "seen_at": time_text(entry.log_time_ms),
        "republication": verdict_to_json(entry.current, entry.id, entry.body_xxh3, entry.position),
        "correction": None
        if entry.correction is None or entry.corrected_at_ms is None
        else {
            "reason": entry.correction.reason.value,
            "cause": position_to_json(entry.correction.cause),
            "at": time_text(entry.corrected_at_ms),
            "was": entry.verdict.kind.value,
        },
    }


def as_csv(entries: Sequence[Entry]) -> bytes:
    """RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV
    injection"): an article's title may be anything.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        verdict, original = entry.current, entry.current.original
        row = (
            entry.id,
            entry.url,
            entry.publisher,
            entry.domain,
            "" if entry.published_at_ms is None else time_text(entry.published_at_ms),
            time_text(entry.log_time_ms),
            verdict.kind.value,
            verdict.extent.value if verdict.extent else "",
            f"{verdict.share:.4f}",
            f"{verdict.source_share:.4f}",
            (original.id or "") if original else "",
            original.publisher if original else "",
            entry.verdict.kind.value if entry.corrected is not None else "",
            "" if entry.corrected_at_ms is None else time_text(entry.corrected_at_ms),
            entry.title,
        )
        writer.writerow([_harmless(cell) for cell in row])
    return file.getvalue().encode("utf-8", "replace")


def _harmless(cell: str | None) -> str:
    if not cell:
        return ""
    return "'" + cell if cell[0] in DANGEROUS_FIRST else cell
