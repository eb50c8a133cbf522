"""`POST /api/articles`: articles in, verdicts out; and what was published, to be read again.

The answer is given when the articles and their verdicts are on the disk. A request without an answer may have been taken in:
sent again, its articles are duplicates of themselves.

Whoever may write must not be a web page of somebody else's that a browser on this machine shows. So a request must be JSON,
which a foreign page cannot send unasked, and neither its Host nor its Origin may be another site's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from wirecopy.core import limits
from wirecopy.core.model import RejectReason, VerdictKind
from wirecopy.core.records.enriched import republication_of
from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell.backends.disk.broker import DiskBroker
from wirecopy.shell.desk.access import ANOTHER_NAME, this_machine
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.options import TopicNames
from wirecopy.shell.pipeline.steps import ORIGIN_PREFIX
from wirecopy.shell.ports import OutputRecord, OutputStream
from wirecopy.shell.report.words import headline, sentences
from wirecopy.shell.standalone.intake import Intake
from wirecopy.shell.web.exchange import JSON, Method, Request, Response, Route
from wirecopy.shell.web.problems import Problem, problem
from wirecopy.shell.web.site import Site

LINES: Final = ("application/x-ndjson", "application/jsonl", "application/jsonlines")
BODY_BYTES_MAX: Final = 2 * limits.RAW_BYTES_MAX
ARTICLES_MAX: Final = 10_000  # of one request
ROWS_MAX: Final = 1_000  # of what is read again at a time
ANSWER_BYTES_MAX: Final = 16 * 1024 * 1024
_RETRY: Final = {"Retry-After": "5"}


def article_routes(site: Site, broker: DiskBroker, intake: Intake, hosts: Sequence[str]) -> list[Route]:
    """The routes. `hosts`: names of this machine that requests may use, besides its addresses and localhost."""
    articles = _Articles(site, broker, intake, hosts)
    return [
        Route(Method.POST, "/api/articles", articles.taken, BODY_BYTES_MAX),
        Route(Method.GET, "/api/enriched", articles.enriched),
        Route(Method.GET, "/api/corrections", articles.corrections),
        Route(Method.GET, "/api/dead", articles.dead),
        Route(Method.GET, "/api/matches", articles.matches),
    ]


class _Articles:
    def __init__(self, site: Site, broker: DiskBroker, intake: Intake, hosts: Sequence[str]) -> None:
        self._site = site
        self._broker = broker
        self._intake = intake
        self._hosts = frozenset(host.lower() for host in hosts)
        self._names = TopicNames()

    async def taken(self, request: Request) -> Response:
        """One object, an array of objects, or JSON lines."""
        if self._foreign(request):
            return problem(Problem.FOREIGN, ANOTHER_NAME)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != JSON and media_type not in LINES:
            return problem(Problem.MEDIA_TYPE, f"Send {JSON}, or {LINES[0]} for JSON lines.")
        values = _values(request.body, lines=media_type in LINES)
        if values is None:
            return problem(
                Problem.UNREADABLE,
                "The body is neither an object nor an array of objects.",
                cause=RejectReason.NOT_JSON,
            )
        if len(values) > ARTICLES_MAX:
            return problem(
                Problem.TOO_LARGE, f"{len(values):,} articles: a request may have {ARTICLES_MAX:,}."
            )
        if not self._site.status().caught_up:
            return problem(Problem.STARTING, "The index is being read; try again later.", headers=_RETRY)
        if not self._intake.has_room(len(values)):
            return problem(Problem.BUSY, "Too many articles wait for their verdicts.", headers=_RETRY)
        try:
            found = await self._intake.judged(values)
        except UnavailableError as error:
            return problem(Problem.BUSY, f"{error}: nothing of this request was taken in.", headers=_RETRY)
        if isinstance(found, int):
            return Response(202, json_bytes({"accepted": len(values), "offset": found}), JSON)
        one = media_type == JSON and request.body.lstrip()[:1] == b"{"
        if not one:
            return Response(200, json_bytes({"articles": [_answer(record) for record in found]}), JSON)
        if found[0].stream is OutputStream.DEAD:
            reason, detail = _reason(found[0])
            return problem(Problem.UNREADABLE, detail, cause=RejectReason(reason))
        return Response(200, json_bytes(_answer(found[0])), JSON)

    async def enriched(self, request: Request) -> Response:
        """Enriched records from an offset on, as JSON lines; the header Next-Offset says where to read on."""
        return self._again(request, self._names.enriched)

    async def corrections(self, request: Request) -> Response:
        return self._again(request, self._names.corrections)

    async def dead(self, request: Request) -> Response:
        return self._again(request, self._names.dead)

    async def matches(self, request: Request) -> Response:
        return self._again(request, self._names.matches)

    def _again(self, request: Request, topic: str) -> Response:
        given = request.query.get("from", "0")
        offset = int(given) if len(given) <= 18 and given.isascii() and given.isdigit() else 0
        lines: list[bytes] = []
        size, next_offset = 0, offset
        for record in self._broker.read(topic, 0, offset, ROWS_MAX):
            line = record.value or b""
            if topic == self._names.dead:
                line = json_bytes(dict(_origin(record.headers)) | {"value": line.decode("utf-8", "replace")})
            size += len(line)
            if lines and size > ANSWER_BYTES_MAX:
                break
            lines.append(line + b"\n")
            next_offset = record.offset + 1
        return Response(200, b"".join(lines), LINES[0], {"Next-Offset": str(next_offset)})

    def _foreign(self, request: Request) -> bool:
        """Whether a browser may send this for a page of another site (DNS rebinding, cross-site requests)."""
        host = request.headers.get("host", "")
        origin = request.headers.get("origin")
        return not this_machine(request, self._hosts) or (
            origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        )


def _values(body: bytes, *, lines: bool) -> list[bytes] | None:
    """The raw records of a request; None where it is not JSON of objects. A line is taken as it is: what is wrong with it is
    said for that one."""
    if lines:
        return [line for line in body.splitlines() if line.strip()]
    if body.lstrip()[:1] == b"{":
        return [body]
    try:
        found = json_value(body)
    except ValueError:
        return None
    return [json_bytes(one) for one in found] if isinstance(found, list) else None


def _answer(record: OutputRecord) -> dict[str, Any]:
    """What is said of one article."""
    if record.stream is OutputStream.DEAD:
        reason, detail = _reason(record)
        return {"error": {"reason": reason, "detail": detail}}
    assert record.value is not None
    written = json_value(record.value)["republication"]
    republication = republication_of(written)
    assert republication is not None, "the service wrote a record that it cannot read"
    verdict = republication.verdict
    return {
        "id": (record.key or b"").decode("utf-8", "replace"),
        "verdict": verdict.kind,
        "published_before": verdict.kind is not VerdictKind.ORIGINAL,
        "summary": headline(verdict),
        "sentences": sentences(verdict),
        "republication": written,
    }


def _origin(headers: Sequence[tuple[str, bytes | None]]) -> list[tuple[str, str]]:
    return [
        (name.removeprefix(ORIGIN_PREFIX), (value or b"").decode("utf-8", "replace"))
        for name, value in headers
        if name.startswith(ORIGIN_PREFIX)
    ]


def _reason(record: OutputRecord) -> tuple[str, str]:
    origin = dict(_origin(record.headers))
    return origin["reason"], origin["detail"]
