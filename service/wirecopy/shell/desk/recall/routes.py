"""`/articles/{id}/recall`: the copies that still carry what an article's newest version has not, as a page and JSON."""

from __future__ import annotations

import asyncio

from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.desk.recall.finding import as_json, recall
from wirecopy.shell.web.evidence import Evidence
from wirecopy.shell.web.exchange import JSON, Method, Request, Response, Route
from wirecopy.shell.web.problems import Problem, problem
from wirecopy.shell.web.rendering import not_found, offer_feature, page
from wirecopy.shell.web.site_data import SiteData

GONE = "The text of the newest version cannot be shown, so there is nothing to compare with."


class RecallRoutes:
    """One article at a time: each reads and aligns the texts of all copies."""

    def __init__(self, site: SiteData) -> None:
        self._site = site
        self._evidence = Evidence(site)
        self._one = asyncio.Lock()

    def routes(self) -> list[Route]:
        offer_feature("recall")
        return [
            Route(Method.GET, "/articles/recall.json", self.as_json),
            Route(Method.GET, "/articles/{id}/recall.json", self.as_json),
            Route(Method.GET, "/articles/recall", self.page),
            Route(Method.GET, "/articles/{id}/recall", self.page),
        ]

    async def page(self, request: Request) -> Response:
        entry = self._evidence.found(request)
        if isinstance(entry, Response):
            return entry
        async with self._one:
            found = await recall(self._site, entry, withdrawn=request.query.get("withdrawn") == "true")
        if found is None:
            return not_found(GONE)
        return page("recall.html", title="Copies to correct", active="", entry=entry, found=found)

    async def as_json(self, request: Request) -> Response:
        entry = self._evidence.found(request)
        if isinstance(entry, Response):
            return problem(Problem.NO_SUCH_PAGE, "No article has this id, or several do: give `at` as well.")
        async with self._one:
            found = await recall(self._site, entry, withdrawn=request.query.get("withdrawn") == "true")
        if found is None:
            return problem(Problem.NO_SUCH_PAGE, GONE)
        return Response(200, json_bytes(as_json(found)), JSON)
