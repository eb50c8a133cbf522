"""`/report`: the report on a publisher over the articles that this replica can show, as a page, JSON and CSV."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.desk.licences import Licensed
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.reports.output import as_csv, as_html
from wirecopy.shell.desk.reports.period import Period, PeriodFault, day_of, period_of
from wirecopy.shell.desk.reports.report import Judged, Report
from wirecopy.shell.web.exchange import CSV, HTML, JSON, Method, Request, Response, Route
from wirecopy.shell.web.problems import Problem, problem
from wirecopy.shell.web.rendering import offer_page, page
from wirecopy.shell.web.site_data import SiteData

PIECE: Final = 500  # articles between two turns of the event loop
PUBLISHER_CHARS_MAX: Final = 200
WEEK_MS: Final = 7 * 86_400_000
# the page has its own style, and nothing else
_POLICY: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
}


class ReportRoutes:
    """One report is made at a time."""

    def __init__(self, site: SiteData, parties: Parties, licensed: Licensed) -> None:
        self._site = site
        self._parties = parties
        self._licensed = licensed
        self._one = asyncio.Lock()

    def routes(self) -> list[Route]:
        offer_page("Report", "/report")
        return [
            Route(Method.GET, "/report", self.page),
            Route(Method.GET, "/report.json", self.as_json),
            Route(Method.GET, "/report.csv", self.as_csv),
        ]

    async def page(self, request: Request) -> Response:
        """The form; with a publisher, its report."""
        if not request.query.get("publisher", "").strip():
            return self._form("")
        try:
            report = await self._report(request)
        except PeriodFault as fault:
            return self._form(str(fault), request.query)
        return Response(200, as_html(report).encode("utf-8", "replace"), HTML, _POLICY)

    async def as_json(self, request: Request) -> Response:
        try:
            report = await self._report(request)
        except PeriodFault as fault:
            return problem(Problem.INVALID, str(fault))
        return Response(200, json_bytes(report.as_json()), JSON)

    async def as_csv(self, request: Request) -> Response:
        try:
            report = await self._report(request)
        except PeriodFault as fault:
            return problem(Problem.INVALID, str(fault))
        return Response(200, as_csv(report).encode("utf-8", "replace"), CSV)

    def _form(self, trouble: str, given: Mapping[str, str] | None = None) -> Response:
        now_ms = self._site.wall_clock_ms()
        return page(
            "report.html",
            status=422 if trouble else 200,
            title="Report",
            active="Report",
            trouble=trouble,
            publisher=(given or {}).get("publisher", ""),
            begin=(given or {}).get("from") or day_of(now_ms - WEEK_MS),
            end=(given or {}).get("to") or day_of(now_ms),
        )

    async def _report(self, request: Request) -> Report:
        """PeriodFault."""
        publisher = request.query.get("publisher", "").strip()[:PUBLISHER_CHARS_MAX]
        if not publisher:
            raise PeriodFault("Name a publisher.")
        report = Report(publisher, self._period(request), self._parties)
        catalogue = self._site.catalogue
        async with self._one:
            for looked_at, serial in enumerate(range(catalogue.first_serial, catalogue.next_serial), 1):
                entry = catalogue.at(serial)  # None: it left meanwhile
                if entry is not None:
                    verdict = entry.current
                    licensed = self._licensed(entry.publisher, entry.url, entry.published_at_ms, verdict)
                    report.add(
                        Judged(
                            entry.id,
                            entry.url,
                            entry.title,
                            entry.publisher,
                            entry.time_ms,
                            entry.published_at_ms,
                            verdict,
                            licensed,
                        )
                    )
                if looked_at % PIECE == 0:
                    await asyncio.sleep(0)
        return report

    def _period(self, request: Request) -> Period:
        query = request.query
        if query.get("period"):
            return period_of(query["period"])
        now_ms = self._site.wall_clock_ms()
        return period_of(query.get("from") or day_of(now_ms - WEEK_MS), query.get("to") or day_of(now_ms))
