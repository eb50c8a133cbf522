"""The live page: articles as they are judged, newest first, and the stream that updates the page.

The page is complete without script: a form filters it, a link shows older articles, a reload shows new ones.
Our script opens `/live`, a stream of server-sent events (https://html.spec.whatwg.org/#server-sent-events),
and inserts what it sends. Rows are rendered once for all viewers and escaped like any page.

Nobody can read five hundred headlines a second, so a message every `TICK_SECONDS` has the newest `ROWS_MAX`
articles that match the viewer's filters and the number of those left out. Viewers have no queue: each tick
looks at the articles since the last one, so a slow viewer misses rows and delays nobody. Messages are numbered
by the log's offset, which is the same on every replica: a browser that reconnects to any replica continues
where it was.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from functools import partial
from itertools import takewhile
from typing import Final
from urllib.parse import urlencode

from wirecopy.core.model import VerdictKind
from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.web.catalogue import Entry, Filters
from wirecopy.shell.web.exchange import EVENTS, Method, Request, Response, Route
from wirecopy.shell.web.rendering import count, fragment, page
from wirecopy.shell.web.site_data import SiteData

PAGE_ROWS: Final = 50
TICK_SECONDS: Final = 0.5  # messages come at most so often
ROWS_MAX: Final = 10  # in one message: twenty rows a second are more than anybody reads
PAGE_SCANNED_MAX: Final = 10_000  # articles looked at for one page, some 7 ms; "older" looks on from there
SCANNED_MAX: Final = 2_000  # articles looked at in one tick; beyond, the older ones count as not shown
GLANCE_TICKS: Final = 4  # figures are sent every so many ticks
QUIET_TICKS: Final = 20  # a comment is sent after so many without a message: proxies and we notice a dead end
RENDERED_MAX: Final = 512  # rows kept as rendered, for all who watch
LATER_MAX: Final = 100  # rows a watcher has that may still change (a headline is read, a verdict corrected)
SHARE_OF: Final = 1_000  # articles that the republished part is counted over
CHOICE_CHARS_MAX: Final = 100
SUGGESTIONS_MAX: Final = 60


def routes(site: SiteData) -> list[Route]:
    live = Live(site)
    return [
        Route(Method.GET, "/", live.page),
        Route(Method.GET, "/live", live.stream),
    ]


def filters_of(request: Request) -> Filters:
    """The form's fields; an unknown verdict is ignored."""
    kind = request.query.get("verdict", "")
    return Filters(
        frozenset((VerdictKind(kind),)) if kind in set(VerdictKind) else frozenset(),
        request.query.get("publisher", "").strip()[:CHOICE_CHARS_MAX],
        request.query.get("language", "").strip()[:CHOICE_CHARS_MAX],
        request.query.get("copied", "").strip()[:CHOICE_CHARS_MAX],
    )


class Live:
    """The page and the rows that all viewers get."""

    def __init__(self, site: SiteData) -> None:
        self._site = site
        self._rendered: OrderedDict[tuple[int, bool, bool], str] = OrderedDict()

    async def page(self, request: Request) -> Response:
        catalogue = self._site.catalogue
        filters = filters_of(request)
        before = _number(request.query.get("before"))
        start = None if before is None else catalogue.serial_from(before)
        rows, rest = catalogue.search(filters, PAGE_ROWS, start, PAGE_SCANNED_MAX)
        last = None if rest is None else catalogue.at(rest)
        self._site.want(rows)
        chosen = _chosen(filters)
        older = "" if last is None else "/?" + urlencode({**chosen, "before": str(last.log_offset)})
        newest = catalogue.at(catalogue.next_serial - 1)
        after = "" if newest is None else str(newest.log_offset)
        return page(
            "live.html",
            title="Live",
            active="Live",
            entries=rows,
            filters=filters,
            kind=next(iter(filters.kinds), ""),
            older=older,
            newest="/?" + urlencode(chosen) if before is not None else "",
            stream="/live?" + urlencode({**chosen, "after": after}) if before is None else "",
            glance=self._glance(),
            passed_over=catalogue.passed_over,
            publishers=self._suggestions(lambda entry: entry.publisher),
            languages=self._suggestions(lambda entry: entry.language),
        )

    async def stream(self, request: Request) -> Response:
        after = _number(request.headers.get("last-event-id"))
        if after is None:
            after = _number(request.query.get("after"))
        return Response(
            content_type=EVENTS,
            headers={"X-Accel-Buffering": "no"},
            stream=self._watched(filters_of(request), after),
        )

    async def _watched(self, filters: Filters, after: int | None) -> AsyncIterator[bytes]:
        catalogue = self._site.catalogue
        passes = catalogue.matcher(filters)
        seen = catalogue.next_serial if after is None else catalogue.serial_from(after + 1)
        shown: OrderedDict[int, Entry] = OrderedDict()
        quiet = tick = 0
        yield b"retry: 3000\n\n"
        while True:
            messages = []
            first = max(seen, catalogue.next_serial - SCANNED_MAX)
            fresh = takewhile(partial(_is_from, first), catalogue.newest_first())
            unseen = first - seen
            seen = catalogue.next_serial
            passing = [entry for entry in fresh if passes(entry)]
            if passing:
                rows = passing[:ROWS_MAX]
                self._site.want(rows)
                payload = {
                    "rows": [self._row(entry) for entry in reversed(rows)],
                    "more": len(passing) - len(rows) + unseen,
                }
                messages.append(event("rows", payload, passing[0].log_offset))
                for entry in reversed(rows):
                    shown[entry.serial] = entry
                while len(shown) > LATER_MAX:
                    shown.popitem(last=False)
            for was in list(shown.values()):
                now = catalogue.at(was.serial)
                if now is not None and now is not was:
                    shown[now.serial] = now
                    messages.append(event("change", {"offset": now.log_offset, "row": self._row(now)}))
            if tick % GLANCE_TICKS == 0:
                messages.append(event("glance", self._glance()))
            quiet = 0 if messages else quiet + 1
            if quiet >= QUIET_TICKS:
                messages.append(b": still here\n\n")
                quiet = 0
            if messages:
                yield b"".join(messages)
            tick += 1
            await asyncio.sleep(TICK_SECONDS)

    def _row(self, entry: Entry) -> str:
        key = (entry.serial, entry.read, entry.corrected is not None)
        row = self._rendered.get(key)
        if row is None:
            row = self._rendered[key] = fragment("row.html", entry=entry)
            if len(self._rendered) > RENDERED_MAX:
                self._rendered.popitem(last=False)
        return row

    def _glance(self) -> dict[str, str]:
        """The figures at the top of the page as text, by their names in the page."""
        status = self._site.status()
        catalogue = self._site.catalogue
        looked = copied = 0
        for entry in catalogue.newest_first():
            looked += 1
            copied += entry.current.kind is VerdictKind.REPUBLICATION
            if looked == SHARE_OF:
                break
        rate = status.articles_per_second
        behind = status.lag.log_records + status.lag.raw_records
        return {
            "rate": f"{rate:.1f}" if rate < 10 else count(round(rate)),
            "behind": count(behind) if status.caught_up else f"{count(behind)}, catching up",
            "copied": f"{round(100 * copied / looked)} %" if looked else "–",
            "known": count(status.known),
        }

    def _suggestions(self, value: Callable[[Entry], str]) -> list[str]:
        """Values among the newest articles, in alphabetical order."""
        found: set[str] = set()
        for looked, entry in enumerate(self._site.catalogue.newest_first()):
            found.add(value(entry)[:CHOICE_CHARS_MAX])
            if looked >= SHARE_OF or len(found) > SUGGESTIONS_MAX:
                break
        return sorted(found - {""}, key=str.casefold)


def event(name: str, data: object, number: int | None = None) -> bytes:
    """One server-sent event. JSON has no raw line ends, so the data is one line whatever an article holds."""
    number_line = b"" if number is None else b"id: %d\n" % number
    return b"event: %s\n%sdata: %s\n\n" % (name.encode("ascii"), number_line, json_bytes(data))


def _is_from(serial: int, entry: Entry) -> bool:
    return entry.serial >= serial


def _chosen(filters: Filters) -> dict[str, str]:
    chosen = {
        "verdict": next(iter(filters.kinds), ""),
        "publisher": filters.publisher,
        "language": filters.language,
        "copied": filters.copied,
    }
    return {name: value for name, value in chosen.items() if value}


def _number(text: str | None) -> int | None:
    return int(text) if text and len(text) <= 19 and text.isascii() and text.isdigit() else None
