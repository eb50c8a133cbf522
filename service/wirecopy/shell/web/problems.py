"""Refusals for programs: RFC 9457, "Problem Details for HTTP APIs".

The `type` of each is an address in our OpenAPI document, which describes it; `reason` is its last part, for
`switch` statements. The list is closed, and the document is generated from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from wirecopy.core.model import RejectReason
from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.web.exchange import Response

PROBLEM_JSON: Final = "application/problem+json"
DOCUMENT: Final = "/api/openapi.json"


class Problem(StrEnum):
    """Why a request is refused. `cause` uses the words of the dead letters' header."""

    UNREADABLE = "unreadable"  # with `cause`, a RejectReason
    TOO_LARGE = "too_large"
    MEDIA_TYPE = "media_type"
    TOO_MANY = "too_many"
    BUSY = "busy"
    STARTING = "starting"
    NO_SUCH_PAGE = "no_such_page"
    NO_SUCH_METHOD = "no_such_method"
    TOO_MANY_FIELDS = "too_many_fields"
    FOREIGN = "foreign"
    UNKNOWN_USER = "unknown_user"
    DENIED = "denied"
    INVALID = "invalid"
    FAULT = "fault"


KINDS: Final[Mapping[Problem, tuple[int, str]]] = {
    Problem.UNREADABLE: (422, "The text cannot be judged"),
    Problem.TOO_LARGE: (413, "The request is too large"),
    Problem.MEDIA_TYPE: (415, "Send JSON or plain text"),
    Problem.TOO_MANY: (429, "Too many requests from this address"),
    Problem.BUSY: (503, "Too many requests at once"),
    Problem.STARTING: (503, "The index is not complete yet"),
    Problem.NO_SUCH_PAGE: (404, "Not found"),
    Problem.NO_SUCH_METHOD: (405, "Method not allowed"),
    Problem.TOO_MANY_FIELDS: (400, "Too many fields"),
    Problem.FOREIGN: (403, "The request comes from another site"),
    Problem.UNKNOWN_USER: (401, "Log in"),
    Problem.DENIED: (403, "Not allowed"),
    Problem.INVALID: (422, "The request is not valid"),
    Problem.FAULT: (500, "Internal error"),
}

assert set(KINDS) == set(Problem)


def problem(
    kind: Problem,
    detail: str,
    *,
    cause: RejectReason | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response for a program. `detail`: a sentence that says what to do."""
    status, title = KINDS[kind]
    members: dict[str, object] = {
        "type": f"{DOCUMENT}#/x-problems/{kind.value}",
        "title": title,
        "status": status,
        "detail": detail,
        "reason": kind.value,
    }
    if cause is not None:
        members["cause"] = cause.value
    return Response(status, json_bytes(members), PROBLEM_JSON, headers or {})


def refusal(path: str, kind: Problem, detail: str) -> Response:
    """The server's own refusal: a problem document for programs, plain text for people."""
    if path.startswith("/api/") or path.endswith(".json"):
        return problem(kind, detail)
    return Response(KINDS[kind][0], detail.encode(), "text/plain")
