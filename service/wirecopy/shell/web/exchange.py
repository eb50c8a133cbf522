"""Requests and responses of the pages, independent of the HTTP library.

A page is a function from `Request` to `Response`. server.py translates to and from the library, and no other file knows it,
so a page is tested by calling it.

Paths are matched here because an article's id may hold any character, including slashes and percent signs: the path is split
at its slashes as it was sent, and each segment is decoded by itself. `…/{id}.json` also takes the suffix from the path as
sent: an id that itself ends in `.json` is linked with `%2Ejson`, so the two forms cannot be confused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
CSV: Final = "text/csv; charset=utf-8; header=present"
EVENTS: Final = "text/event-stream; charset=utf-8"
QUERY_FIELDS_MAX: Final = 32  # a form of ours has five

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Sent with every answer of a page, whatever it is."""


class Method(StrEnum):
    GET = "GET"  # and HEAD
    POST = "POST"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `parts`: the decoded values of the pattern's names. `query`: the first value of each name."""

    path: str  # as it came over the wire, without the query
    parts: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    peer: str = ""  # address of the caller, for limits of rate; "" where it is not known


@dataclass(frozen=True, slots=True)
class Response:
    """A response. `stream` replaces `body`: it is sent piece by piece until it ends or the client disconnects."""

    status: int = 200
    body: bytes = b""
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: AsyncIterator[bytes] | None = None


Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """`pattern` is a path whose segments may be `{name}`, or `{name}.json` (a suffix of the wire).

    `body_bytes_max`: of a POST; a longer body is refused before the handler is called.
    """

    method: Method
    pattern: str
    handler: Handler
    body_bytes_max: int = 0


class Router:
    """Finds the route of a path: the first that matches, so suffixed forms come before bare ones."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = [(route, route.pattern.strip("/").split("/")) for route in routes]

    def methods(self, path: str) -> dict[Method, tuple[Route, dict[str, str]]]:
        """The routes of a path by method; empty if there is no such page."""
        segments = path.strip("/").split("/")
        found: dict[Method, tuple[Route, dict[str, str]]] = {}
        for route, pattern in self._routes:
            if route.method in found:
                continue
            parts = _matched(pattern, segments)
            if parts is not None:
                found[route.method] = (route, parts)
        return found


def _matched(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    parts: dict[str, str] = {}
    for wanted, segment in zip(pattern, segments, strict=True):
        if not wanted.startswith("{"):
            if wanted != segment:
                return None
            continue
        name, _, suffix = wanted[1:].partition("}")
        if not segment.endswith(suffix) or len(segment) == len(suffix):
            return None
        parts[name] = unquote(segment[: len(segment) - len(suffix)], errors="replace")
    return parts


def query_of(text: str) -> dict[str, str]:
    """The first value of each name; ValueError for more fields than any form has."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX):
        query.setdefault(name, value)
    return query


def segment(text: str) -> str:
    """Any text as one path segment. Never "." or "..", which browsers resolve as folders."""
    quoted = quote(text, safe="", errors="replace")
    for suffix in (".json", ".csv"):
        if quoted.endswith(suffix):
            quoted = quoted.removesuffix(suffix) + "%2E" + suffix[1:]
    return quoted
