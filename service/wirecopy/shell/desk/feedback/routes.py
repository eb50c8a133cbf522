"""Opinions over HTTP: two buttons on the evidence page, `/api/feedback` for programs, and the labelled pairs.

A tenant sees its own opinions; they are kept in a table as watches are, and no verdict ever reads them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell.desk.access import Access, changing, denied, sees
from wirecopy.shell.desk.feedback.opinion import (
    Judgement,
    Opinion,
    OpinionFault,
    as_bytes,
    as_json,
    counts,
    opinion_from_bytes,
    opinion_of,
    pairs,
)
from wirecopy.shell.desk.following import Following
from wirecopy.shell.errors import PortError
from wirecopy.shell.keyed import KeyedRecord, KeyedTopic
from wirecopy.shell.observe import events, logs
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.web.catalogue import Entry
from wirecopy.shell.web.evidence import Evidence
from wirecopy.shell.web.exchange import JSON, Method, Request, Response, Route
from wirecopy.shell.web.problems import Problem, problem
from wirecopy.shell.web.rendering import article_url, offer_feature
from wirecopy.shell.web.site_data import SiteData

BODY_BYTES_MAX: Final = 32 * 1024
FIELDS_MAX: Final = 8
OPINIONS_MAX: Final = 200_000
LINES: Final = "application/x-ndjson"
FORM: Final = "application/x-www-form-urlencoded"


class Feedback:
    """The opinions of one table."""

    def __init__(self, table: KeyedTopic, telemetry: Telemetry | None = None) -> None:
        self._opinions: dict[str, Opinion] = {}
        self._telemetry = telemetry or Telemetry()
        self._following = Following("feedback", table, self._take, self._opinions.keys)
        self._log = logs.logger("feedback")

    async def start(self, seconds_max: float) -> None:
        """FatalError where the table cannot be read."""
        await self._following.start(seconds_max)

    async def stop(self) -> None:
        await self._following.stop()

    async def read_all(self) -> None:
        """Once, for those who do not follow. PortError."""
        await self._following.read_all()

    async def put(self, opinion: Opinion) -> None:
        """PortError."""
        record = KeyedRecord(opinion.key, as_bytes(opinion))
        await self._following.put(record, lambda: self._opinions.get(opinion.key) == opinion)
        self._telemetry.record(events.FEEDBACK, 1, opinion.judgement)

    def of(self, tenant: str) -> list[Opinion]:
        """Those that a tenant may see, oldest first."""
        found = [one for one in self._opinions.values() if sees(tenant, one.tenant)]
        return sorted(found, key=lambda one: (one.given_at_ms, one.key))

    def _take(self, records: Sequence[KeyedRecord]) -> None:
        for key, value in records:
            self._opinions.pop(key, None)
            if value is None:
                continue
            try:
                self._opinions[key] = opinion_from_bytes(key, value)
            except OpinionFault as fault:
                logs.log_event(self._log, logging.WARNING, "opinion_unreadable", key=key, detail=fault)
        while len(self._opinions) > OPINIONS_MAX:  # the oldest stay in the table
            del self._opinions[next(iter(self._opinions))]


class FeedbackRoutes:
    """The routes over a site, whose verdicts are meant."""

    def __init__(self, feedback: Feedback, access: Access, site: SiteData) -> None:
        self._feedback = feedback
        self._access = access
        self._site = site
        self._evidence = Evidence(site)

    def routes(self) -> list[Route]:
        offer_feature("feedback")
        return [
            Route(Method.POST, "/articles/feedback", self.pressed, BODY_BYTES_MAX),
            Route(Method.POST, "/articles/{id}/feedback", self.pressed, BODY_BYTES_MAX),
            Route(Method.POST, "/api/feedback", self.given, BODY_BYTES_MAX),
            Route(Method.GET, "/api/feedback", self.listed),
            Route(Method.GET, "/api/feedback/pairs", self.paired),
        ]

    async def listed(self, request: Request) -> Response:
        """All opinions, and how often each rule was right and wrong."""
        tenant = self._access.tenant(request)
        if tenant is None:
            return denied(self._access)
        found = self._feedback.of(tenant)
        answer = {"rules": counts(found), "feedback": [as_json(one) for one in found]}
        return Response(200, json_bytes(answer), JSON)

    async def paired(self, request: Request) -> Response:
        """The labelled pairs as JSON lines."""
        tenant = self._access.tenant(request)
        if tenant is None:
            return denied(self._access)
        lines = [json_bytes(pair) + b"\n" for pair in pairs(self._feedback.of(tenant))]
        return Response(200, b"".join(lines), LINES)

    async def given(self, request: Request) -> Response:
        """An opinion as JSON: `id` (and `at`), `judgement`, and where known `label`, `other`, `note`: 201."""
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != JSON:
            return problem(Problem.MEDIA_TYPE, f"Send {JSON}.")
        try:
            value: Any = json_value(request.body)
        except ValueError:
            value = None
        if not isinstance(value, dict) or not isinstance(value.get("id"), str):
            return problem(Problem.INVALID, "Send an object with the id of the article and a judgement.")
        query = {"at": str(value["at"])} if value.get("at") else {}
        found = self._evidence.found(Request(request.path, {"id": value["id"]}, query))
        if isinstance(found, Response):
            return problem(Problem.NO_SUCH_PAGE, "No article has this id, or several do: give `at` as well.")
        answer = await self._put(request, found, value)
        return answer if isinstance(answer, Response) else Response(201, json_bytes(as_json(answer)), JSON)

    async def pressed(self, request: Request) -> Response:
        """The buttons of the evidence page; leads back to it."""
        found = self._evidence.found(request)
        if isinstance(found, Response):
            return found
        try:
            form = parse_qsl(request.body.decode("ascii"), max_num_fields=FIELDS_MAX)
        except ValueError:
            form = []
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != FORM:
            return problem(Problem.MEDIA_TYPE, "Send the form on the page.")
        answer = await self._put(request, found, dict(form))
        if isinstance(answer, Response):
            return answer
        return Response(303, headers={"Location": article_url(found, exact=True)})

    async def _put(self, request: Request, entry: Entry, value: dict[str, Any]) -> Opinion | Response:
        tenant = changing(self._access, request)
        if isinstance(tenant, Response):
            return tenant
        now_ms = self._site.wall_clock_ms()
        try:
            opinion = opinion_of(
                value, tenant, entry.id, entry.position, entry.body_xxh3, entry.current, now_ms
            )
            await self._feedback.put(opinion)
        except OpinionFault as fault:
            return problem(Problem.INVALID, str(fault))
        except PortError as error:
            return problem(Problem.BUSY, f"The opinion cannot be kept: {error}", headers={"Retry-After": "5"})
        return opinion


assert tuple(Judgement) == ("right", "wrong"), "evidence.html has a button for each"
