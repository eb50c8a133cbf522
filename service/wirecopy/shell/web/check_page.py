"""The check box: was this text published before? A page with a form, and `POST /api/check` for programs.

Both use checker.py and differ only in how they show the result. The form works without script. A pasted address is looked
up in the index. The service never fetches it: otherwise anybody who reaches the port could make the service call hosts that
only it can reach (server-side request forgery).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from wirecopy.core import limits
from wirecopy.core.model import RawArticle, Rejected, Verdict, VerdictKind
from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.pipeline.text_check import CheckResult, RateLimiter, Refusal, TextChecker, document
from wirecopy.shell.report.comparison_rows import alone
from wirecopy.shell.report.retelling_rows import compare_retold
from wirecopy.shell.report.words import headline, sentences
from wirecopy.shell.web.catalogue import Entry
from wirecopy.shell.web.evidence import CHARS_MAX, blocks_of, cut, on_text
from wirecopy.shell.web.exchange import JSON, Method, Request, Response, Route
from wirecopy.shell.web.problems import Problem, problem
from wirecopy.shell.web.rendering import article_url, page, story_url
from wirecopy.shell.web.site_data import SiteData

FORM: Final = "application/x-www-form-urlencoded"
FORM_FIELDS_MAX: Final = 8
FORM_GROWTH: Final = 3  # a form writes each byte that is no plain letter as three
SOURCES_SHOWN: Final = 20
STARTING_SECONDS: Final = 10
BUSY_SECONDS: Final = 1
FIELD_CHARS: Final = {
    "title": limits.TITLE_CHARS_MAX,
    "publisher": limits.NAME_CHARS_MAX,
    "url": limits.URL_CHARS_MAX,
}

_STARTING = (
    "The service is still reading its log and does not know all earlier articles yet. Try again later."
)
_BUSY = "Too many texts are being checked at once. Try again."

Aligned = TypeVar("Aligned")


def routes(site: SiteData, options: CheckOptions) -> list[Route]:
    checks = CheckPage(site, options)
    return [
        Route(Method.GET, "/check", checks.form),
        Route(Method.POST, "/check", checks.submitted, FORM_GROWTH * options.bytes_max),
        Route(Method.POST, "/api/check", checks.request, options.bytes_max),
        Route(Method.GET, "/api/openapi.json", _document),
    ]


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A source of a checked text, with its article if the pages can show it."""

    id: str
    publisher: str
    share: float
    source_share: float
    entry: Entry | None


class CheckPage:
    """Form and API, which share one rate limit."""

    def __init__(self, site: SiteData, options: CheckOptions) -> None:
        self._site = site
        self._options = options
        self._allowances = RateLimiter(options, time.monotonic)
        self._one = asyncio.Lock()

    # ---- for programs
    async def request(self, request: Request) -> Response:
        """`POST /api/check`: a raw record, or an object with `text`; or plain text."""
        media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
        if media_type == "text/plain":
            value = json_bytes(
                {"text": request.body.decode("utf-8", "replace"), "content_type": "text/plain"}
            )
        elif media_type == JSON or media_type.endswith("+json"):
            value = request.body
        else:
            return problem(
                Problem.MEDIA_TYPE,
                f"{media_type[:100]} is not supported: send application/json or text/plain.",
            )
        result = await self._check(value, request.peer)
        match result:
            case CheckResult():
                source = await self._retold(result.verdict)
                answer = await self._aligned(lambda: document(result, source))
                return Response(200, json_bytes(answer | {"links": self._links(result.verdict)}), JSON)
            case Rejected():
                return problem(Problem.UNREADABLE, result.detail, cause=result.reason)
            case Refusal.STARTING:
                return problem(Problem.STARTING, _STARTING, headers=_retry(STARTING_SECONDS))
            case Refusal.BUSY:
                return problem(Problem.BUSY, _BUSY, headers=_retry(BUSY_SECONDS))
        return problem(Problem.TOO_MANY, _too_many(result), headers=_retry(result))

    def _links(self, verdict: Verdict) -> dict[str, Any]:
        """Pages of this service about the verdict; null for what it cannot show (any more)."""
        original, story = self._original(verdict), self._site.catalogue.story(verdict.story)
        return {
            "original": None if original is None else article_url(original, exact=True),
            "story": story_url(story[0]) if story else None,
            "sources": [
                None if shown_source.entry is None else article_url(shown_source.entry, exact=True)
                for shown_source in self._sources(verdict)
            ],
        }

    # ---- for people
    async def form(self, request: Request) -> Response:
        """The empty form; with `?url=…`, what is known of that address."""
        url = request.query.get("url", "").strip()[: limits.URL_CHARS_MAX]
        return await self._looked_up(url, request.peer) if url else self._page({})

    async def submitted(self, request: Request) -> Response:
        """The result of a submitted form."""
        given = _form(request)
        if given is None:
            return self._page({}, status=415, trouble="Send the form on this page; programs use /api/check.")
        text = given.get("text", "")
        if not text.strip() and given.get("url", "").strip():
            return await self._looked_up(given["url"].strip()[: limits.URL_CHARS_MAX], request.peer)
        if not text.strip():
            return self._page(given, status=422, trouble="There is no text to check.")
        if _is_address(text):
            return await self._looked_up(text.strip(), request.peer)
        record = {
            name: given[name].strip()[:most]
            for name, most in FIELD_CHARS.items()
            if given.get(name, "").strip()
        }
        value = json_bytes({"text": text, **record})
        if len(value) > self._options.bytes_max:
            trouble = f"The text is too long: the limit is {self._options.bytes_max} bytes."
            return self._page({**given, "text": ""}, status=413, trouble=trouble)
        result = await self._check(value, request.peer)
        match result:
            case CheckResult():
                return await self._result(result)
            case Rejected():
                return self._page(given, status=422, trouble=f"This text cannot be judged: {result.detail}.")
        return self._refused(given, result)

    async def _result(self, result: CheckResult) -> Response:
        shown = cut(result.article)
        verdict = result.verdict
        source = await self._retold(verdict)
        if source is not None:
            comparison = await self._aligned(lambda: compare_retold(source, shown))
        else:
            comparison = await asyncio.to_thread(alone, shown, on_text(result.article, verdict))
        original = verdict.original
        return self._page(
            {},
            verdict=verdict,
            heading=_capital(headline(verdict)),
            sentences=[*sentences(verdict), *comparison.told],
            retold=bool(comparison.told),
            original=self._original(verdict),
            outside=original is not None and not original.ingested,
            sources=self._sources(verdict)[:SOURCES_SHOWN],
            sources_count=len(verdict.sources),
            blocks=blocks_of(comparison),
            cut=len(result.article.text) > CHARS_MAX,
        )

    async def _looked_up(self, url: str, peer: str) -> Response:
        given = {"url": url}
        wait = self._allowances.wait_seconds(peer)
        checker = self._ready()
        if wait or checker is None:
            return self._refused(given, wait or Refusal.STARTING)
        known = await checker.at_url(url)
        if isinstance(known, Refusal):
            return self._refused(given, known)
        if known is None:
            return self._page(given, unknown=True)
        return self._page(
            given,
            known=known,
            known_entry=self._site.catalogue.by_position(known.position),
            sentences=sentences(known.verdict),
            heading=_capital(headline(known.verdict)),
        )

    def _refused(self, given: dict[str, str], why: Refusal | int) -> Response:
        if isinstance(why, int):
            return self._page(given, status=429, trouble=_too_many(why), headers=_retry(why))
        starting = why is Refusal.STARTING
        seconds = STARTING_SECONDS if starting else BUSY_SECONDS
        return self._page(
            given, status=503, trouble=_STARTING if starting else _BUSY, headers=_retry(seconds)
        )

    def _page(
        self,
        given: dict[str, str],
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        trouble: str = "",
        unknown: bool = False,
        **values: Any,
    ) -> Response:
        nothing: dict[str, Any] = dict.fromkeys(
            (
                "verdict",
                "heading",
                "sentences",
                "original",
                "outside",
                "sources",
                "sources_count",
                "cut",
                "known",
                "retold",
            ),
        )
        return page(
            "check.html",
            status=status,
            headers=headers,
            **{
                **nothing,
                "known_entry": None,
                "blocks": (),
                "title": "Check a text",
                "active": "Check",
                "given": {name: given.get(name, "") for name in ("text", *FIELD_CHARS)},
                "trouble": trouble,
                "unknown": unknown,
                "bytes_max": self._options.bytes_max,
                "chars_max": CHARS_MAX,
                "field_chars": FIELD_CHARS,
                **values,
            },
        )

    # ---- both
    async def _retold(self, verdict: Verdict) -> RawArticle | None:
        """The article that a text was rewritten from, where its text can be read; cut to what is aligned."""
        if not verdict.rewritten_of:
            return None
        entry = self._entry(verdict.rewritten_of, verdict.rewritten_publisher)
        article = None if entry is None else await self._site.texts.read(entry.position, entry.body_xxh3)
        return cut(article) if isinstance(article, RawArticle) else None

    async def _aligned(self, align: Callable[[], Aligned]) -> Aligned:
        """What is made of two texts in a thread: one at a time, since two cores do everything."""
        async with self._one:
            return await asyncio.to_thread(align)

    async def _check(self, value: bytes, peer: str) -> CheckResult | Rejected | Refusal | int:
        """The verdict on a text, or the seconds to wait if this address has sent too many checks."""
        wait = self._allowances.wait_seconds(peer)
        if wait:
            return wait
        checker = self._ready()
        return Refusal.STARTING if checker is None else await checker.check(value)

    def _ready(self) -> TextChecker | None:
        checker = self._site.checker
        return checker if checker is not None and checker.ready() else None

    def _original(self, verdict: Verdict) -> Entry | None:
        original = verdict.original
        if original is None or original.position is None:
            return None
        return self._site.catalogue.by_position(original.position)

    def _sources(self, verdict: Verdict) -> list[ShownSource]:
        return [
            ShownSource(
                source.id,
                source.publisher,
                source.share,
                source.source_share,
                self._entry(source.id, source.publisher),
            )
            for source in verdict.sources
        ]

    def _entry(self, id_: str, publisher: str) -> Entry | None:
        """The newest article of an id and a publisher, where the pages can show it."""
        found = reversed(self._site.catalogue.by_id(id_))
        return next((entry for entry in found if entry.publisher == publisher), None)


@cache
def _document_bytes() -> bytes:
    return Path(__file__).with_name("openapi.json").read_bytes()


async def _document(_: Request) -> Response:
    """The OpenAPI document (written by tools/generate/openapi.py)."""
    return Response(200, _document_bytes(), JSON)


def _form(request: Request) -> dict[str, str] | None:
    """The fields of a submitted form; None for anything else."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    try:
        fields = parse_qsl(
            request.body.decode("ascii"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=FORM_FIELDS_MAX,
        )
    except ValueError:
        return None
    return {name: value.replace("\r\n", "\n") for name, value in fields if name in ("text", *FIELD_CHARS)}


def _is_address(text: str) -> bool:
    """Whether the pasted text is only an address."""
    text = text.strip()
    return (
        text.startswith(("http://", "https://"))
        and len(text) <= limits.URL_CHARS_MAX
        and not text.split()[1:]
    )


def _retry(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}


def _too_many(seconds: int) -> str:
    return f"Too many checks from this address. Try again in {seconds} s."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


assert set(VerdictKind) == {"original", "republication", "update", "duplicate"}, "check.html says each"
