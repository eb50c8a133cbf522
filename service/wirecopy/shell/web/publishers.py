"""The publishers' page: who republishes whom, how much of each publisher's work is its own, and how fast it copies.

A graph of two hundred publishers would be unreadable. The page has a matrix of the publishers that republish most (rows)
and those that are republished most (columns), which fits one screen for any number of publishers; a filter, which limits
the matrix to the matching publishers and their partners; and a table of all, sorted by any column, a page at a time. The
counts are kept up to date as articles arrive (tally.py). A rendered page is cached for `KEPT_SECONDS`.
"""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.observe.guard import Alarm
from wirecopy.shell.web.exchange import JSON, Method, Request, Response, Route
from wirecopy.shell.web.rendering import page
from wirecopy.shell.web.site_data import SiteData
from wirecopy.shell.web.stories import span_text
from wirecopy.shell.web.tally import Publisher, Tally

KEPT_SECONDS: Final = 3.0
KEPT_MAX: Final = 16  # pages of different filters, sorts and numbers
MATRIX_ROWS: Final = 20
MATRIX_COLUMNS: Final = 15
TABLE_ROWS: Final = 100
SHADES: Final = 5
FILTER_CHARS_MAX: Final = 100
EXPORT_MAX: Final = 10_000  # publishers in one file
PARTNERS_MAX: Final = 100  # of each publisher in the file, largest first
SORTS: Final[dict[str, tuple[str, Callable[[Publisher], Any]]]] = {
    "articles": ("Articles", lambda one: one.articles),
    "originals": ("Originals", lambda one: -1.0 if one.originals_share is None else one.originals_share),
    "republications": ("Copied from others", lambda one: one.republications),
    "copies": ("Copied by others", lambda one: one.copies),
    "delay": ("Median delay", lambda one: math.inf if one.median_delay_ms is None else one.median_delay_ms),
    "name": ("Publisher", lambda one: one.name.casefold()),
}
ASCENDING: Final = {"name", "delay"}


def routes(site: SiteData) -> list[Route]:
    publishers = Publishers(site.tally, alarms=lambda: site.guard.alarms())
    return [
        Route(Method.GET, "/publishers.json", publishers.as_json),
        Route(Method.GET, "/publishers", publishers.page),
    ]


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    shade: int  # 0: none, to SHADES


@dataclass(frozen=True, slots=True)
class Matrix:
    """`cells[row][column]`: articles of the row's publisher whose original is the column's."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


class Publishers:
    """The page and its export."""

    def __init__(
        self,
        tally: Tally,
        clock: Callable[[], float] = time.monotonic,
        alarms: Callable[[], Sequence[Alarm]] = list,
    ) -> None:
        self._tally = tally
        self._alarms = alarms
        self._clock = clock
        self._kept: OrderedDict[tuple[object, ...], tuple[float, Response]] = OrderedDict()

    async def page(self, request: Request) -> Response:
        wanted = request.query.get("publisher", "").strip()[:FILTER_CHARS_MAX]
        sort = request.query.get("sort", "")
        sort = sort if sort in SORTS else "articles"
        text = request.query.get("page", "1")
        number = int(text) if len(text) < 6 and text.isascii() and text.isdigit() else 1
        return self._once((wanted, sort, number), lambda: self._page(wanted, sort, number))

    async def as_json(self, request: Request) -> Response:
        wanted = request.query.get("publisher", "").strip()[:FILTER_CHARS_MAX]
        return self._once(("json", wanted), lambda: self._export(wanted))

    def _once(self, key: tuple[object, ...], make: Callable[[], Response]) -> Response:
        """The cached answer while it is fresh, else a new one."""
        now = self._clock()
        made_at, answer = self._kept.get(key, (-math.inf, None))
        if answer is None or now - made_at >= KEPT_SECONDS:
            answer = make()
            self._kept[key] = (now, answer)
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return answer

    def _found(self, wanted: str) -> list[Publisher]:
        needle = wanted.casefold()
        return [one for one in self._tally.publishers() if needle in one.name.casefold()]

    def _page(self, wanted: str, sort: str, number: int) -> Response:
        found = self._found(wanted)
        ordered = sorted_by(found, sort)
        pages = max(1, math.ceil(len(ordered) / TABLE_ROWS))
        number = min(max(1, number), pages)
        shown = ordered[(number - 1) * TABLE_ROWS : number * TABLE_ROWS]
        return page(
            "publishers.html",
            title="Publishers",
            active="Publishers",
            wanted=wanted,
            sort=sort,
            sorts=[(name, label, _address(wanted, name, 1)) for name, (label, _) in SORTS.items()],
            ascending=ASCENDING,
            total=len(self._tally),
            alarms=self._alarms(),
            found=len(found),
            matrix=matrix(found, self._tally, bool(wanted)),
            rows=[(one, _largest(one.copied_from), _largest(one.copied_by), _delay(one)) for one in shown],
            first=(number - 1) * TABLE_ROWS,
            number=number,
            pages=pages,
            earlier=_address(wanted, sort, number - 1),
            later=_address(wanted, sort, number + 1),
            export="/publishers.json" + ("?" + urlencode({"publisher": wanted}) if wanted else ""),
        )

    def _export(self, wanted: str) -> Response:
        fields = {
            "publishers": [_as_json(one) for one in sorted_by(self._found(wanted), "articles")[:EXPORT_MAX]]
        }
        return Response(200, json_bytes(fields), JSON)


def sorted_by(publishers: Sequence[Publisher], sort: str) -> list[Publisher]:
    """Sorted by a column, then by volume and name, so that pages neither repeat nor skip a publisher."""
    _, value = SORTS[sort]
    ordered = sorted(publishers, key=lambda one: (-one.articles, -one.copies, one.name))
    ordered.sort(key=value, reverse=sort not in ASCENDING)
    return ordered


def matrix(found: Sequence[Publisher], tally: Tally, filtered: bool) -> Matrix:
    """The matrix of the most frequent copiers and sources; `filtered`: of the matching publishers and their partners."""
    copiers: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    for one in found:
        for name, count in one.copied_from.items():
            copiers[one.name] += count
            sources[name] += count
        if filtered:
            for name, count in one.copied_by.items():
                copiers[name] += count
                sources[one.name] += count
    rows, columns = _top(copiers, MATRIX_ROWS), _top(sources, MATRIX_COLUMNS)
    held = [tally.get(name) for name in rows]
    counts = [[one.copied_from[name] if one is not None else 0 for name in columns] for one in held]
    most = max((count for row in counts for count in row), default=0)
    cells = tuple(tuple(Cell(count, _shade(count, most)) for count in row) for row in counts)
    return Matrix(rows, columns, cells)


def _top(counter: Counter[str], most: int) -> tuple[str, ...]:
    return tuple(sorted(counter, key=lambda name: (-counter[name], name))[:most])


def _shade(count: int, most: int) -> int:
    """A logarithmic shade: otherwise one agency's thousands would leave all others blank."""
    if not count:
        return 0
    return 1 + min(SHADES - 1, int(SHADES * math.log(count) / math.log(most + 1)))


def _largest(counter: Counter[str]) -> tuple[str, int] | None:
    return max(counter.items(), key=lambda item: (item[1], item[0])) if counter else None


def _delay(publisher: Publisher) -> str:
    delay_ms = publisher.median_delay_ms
    return "" if delay_ms is None else span_text(delay_ms)


def _address(wanted: str, sort: str, number: int) -> str:
    fields = {
        "publisher": wanted,
        "sort": "" if sort == "articles" else sort,
        "page": str(number) if number > 1 else "",
    }
    query = urlencode({name: value for name, value in fields.items() if value})
    return "/publishers" + ("?" + query if query else "") + "#table-heading"


def _as_json(publisher: Publisher) -> dict[str, Any]:
    share, delay_ms = publisher.originals_share, publisher.median_delay_ms
    return {
        "publisher": publisher.name,
        "articles": publisher.articles,
        "verdicts": {kind.value: count for kind, count in sorted(publisher.verdicts.items())},
        "originals_share": None if share is None else round(share, 4),
        "copied_from": dict(publisher.copied_from.most_common(PARTNERS_MAX)),
        "copied_by": dict(publisher.copied_by.most_common(PARTNERS_MAX)),
        "median_delay_seconds": None if delay_ms is None else round(delay_ms / 1000),
    }
