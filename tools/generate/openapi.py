"""Write the OpenAPI document that the service shows under /api/openapi.json.

What it says is taken from where it is decided: the shape of a verdict from the published schema of enriched records, that of
a text from the schema of raw records, the problems from the pages' own list, limits from the settings' defaults. Only the
sentences stand here. A test makes it again, compares its paths with the routes, and holds real answers against it.

    python -m tools.generate.openapi
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wirecopy.core.model import RejectReason, VerdictKind
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.web.problems import KINDS, PROBLEM_JSON, Problem

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "service" / "wirecopy" / "shell" / "web" / "openapi.json"
SCHEMAS = ROOT / "deploy" / "schemas"
DEFINED = "#/components/schemas/"

Schema = dict[str, Any]


def main() -> None:
    TARGET.write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def document() -> Schema:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wirecopy",
            "version": "1",
            "summary": "Was this text published before?",
            "description": "Read-only access to what one replica knows. Texts that are sent are not stored, and addresses"
            " that are sent are not fetched.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "security": [],
        "paths": _paths(),
        "components": {"schemas": _schemas()},
        "x-problems": {
            kind.value: {"status": status, "title": title} for kind, (status, title) in KINDS.items()
        },
    }


def _paths() -> Schema:
    article = _parameter("id", "path", "The article's id.")
    story = _parameter("id", "path", "The story's id: the id of its first article.")
    return {
        "/api/check": {"post": _check()},
        "/api/openapi.json": {
            "get": _operation("document", "This document.", "application/json", {"type": "object"})
        },
        "/articles/{id}.json": {
            "get": _operation(
                "article",
                "The enriched record of an article as it was published; if its text is no longer available, the rest of"
                " the record.",
                "application/json",
                _ref("Enriched"),
                [
                    article,
                    _parameter(
                        "at",
                        "query",
                        "Its raw position, topic/partition/offset, if several articles have the id.",
                    ),
                ],
                Problem.NO_SUCH_PAGE,
            )
        },
        "/stories/{id}.json": {
            "get": _operation(
                "story",
                "The articles of a story, earliest first.",
                "application/json",
                _ref("Story"),
                [story],
                Problem.NO_SUCH_PAGE,
            )
        },
        "/stories/{id}.csv": {
            "get": _operation(
                "storyTable",
                "The articles of a story as CSV (RFC 4180).",
                "text/csv",
                {"type": "string"},
                [story],
            )
        },
        "/publishers.json": {
            "get": _operation(
                "publishers",
                "Who republishes whom, in the articles that this replica can show.",
                "application/json",
                _ref("Publishers"),
                [_parameter("publisher", "query", "Part of a publisher's name.")],
            )
        },
    }


def _check() -> Schema:
    options = CheckOptions()
    operation = _operation(
        "check",
        "Check whether a text was published before, without adding it to the index.",
        "application/json",
        _ref("Checked"),
        [],
        Problem.TOO_LARGE,
        Problem.MEDIA_TYPE,
        Problem.UNREADABLE,
        Problem.TOO_MANY,
        Problem.BUSY,
    )
    operation["description"] = (
        f"At most {options.bytes_max} bytes per request and {options.rate_per_second:g} requests per second from one"
        f" address, after a burst of {options.burst} (defaults of the settings). Responses 429 and 503 have Retry-After."
    )
    for status in ("429", "503"):
        operation["responses"][status]["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
        }
    operation["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {
                "schema": _ref("Text"),
                "example": {
                    "text": "PORT SELM — Talks between the ferry operator …",
                    "publisher": "Eastgate News",
                },
            },
            "text/plain": {"schema": {"type": "string"}},
        },
    }
    return operation


def _operation(
    name: str,
    summary: str,
    media_type: str,
    schema: Schema,
    parameters: list[Schema] | None = None,
    *problems: Problem,
) -> Schema:
    by_status: dict[str, list[str]] = {}
    for each in (*problems, Problem.FAULT):
        status, title = KINDS[each]
        by_status.setdefault(str(status), []).append(title)
    responses = {"200": {"description": summary, "content": {media_type: {"schema": schema}}}} | {
        status: {
            "description": "; ".join(titles) + ".",
            "content": {PROBLEM_JSON: {"schema": _ref("Problem")}},
        }
        for status, titles in sorted(by_status.items())
    }
    made: Schema = {"operationId": name, "summary": summary, "responses": responses}
    if parameters:
        made["parameters"] = parameters
    return made


def _parameter(name: str, where: str, description: str) -> Schema:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": description,
        "schema": {"type": "string"},
    }


def _ref(name: str) -> Schema:
    return {"$ref": DEFINED + name}


def _schemas() -> Schema:
    enriched = json.loads((SCHEMAS / "enriched.schema.json").read_text("utf-8"))
    raw = json.loads((SCHEMAS / "raw.schema.json").read_text("utf-8"))
    defined = {name: _moved(schema) for name, schema in enriched.pop("$defs").items()}
    fields = {name: schema for name, schema in raw["properties"].items() if name != "body"}
    return {
        **defined,
        "Enriched": {
            "description": enriched["description"],
            "type": "object",
            "required": enriched["required"],
            "properties": _moved(enriched["properties"]),
        },
        "Text": {
            "description": "A raw record as on the raw topic, or an object with `text`.",
            "type": "object",
            "properties": {
                "text": {"description": "The text, plain or HTML.", "type": "string", "minLength": 1},
                "body": {
                    "description": "The same as `text`, by its name in raw records.",
                    "type": "string",
                    "minLength": 1,
                },
                **_moved(fields),
            },
            "anyOf": [{"required": ["text"]}, {"required": ["body"]}],
        },
        "Checked": _checked(),
        "Story": _story(),
        "Publishers": {
            "type": "object",
            "required": ["publishers"],
            "properties": {"publishers": {"type": "array", "items": _publisher()}},
        },
        "Problem": _problem(),
    }


def _checked() -> Schema:
    optional = {"type": ["string", "null"]}
    return {
        "description": "The verdict that the service would publish if this text arrived next.",
        "type": "object",
        "required": [
            "verdict",
            "published_before",
            "summary",
            "sentences",
            "retelling",
            "republication",
            "links",
        ],
        "properties": {
            "verdict": {"enum": [kind.value for kind in VerdictKind]},
            "published_before": {
                "description": "False for an original, else true.",
                "type": "boolean",
            },
            "summary": {"description": "The verdict in a few words.", "type": "string"},
            "sentences": {
                "description": "The reasons for the verdict.",
                "type": "array",
                "items": {"type": "string"},
            },
            "retelling": _retelling(),
            "republication": _ref("republication"),
            "links": {
                "description": "Pages of this service; null for what it cannot show (any more).",
                "type": "object",
                "required": ["original", "story", "sources"],
                "properties": {
                    "original": optional,
                    "story": optional,
                    "sources": {
                        "description": "In the order of the sources.",
                        "type": "array",
                        "items": optional,
                    },
                },
            },
        },
    }


def _retelling() -> Schema:
    """How a text and the one that it was rewritten from are aligned."""
    offset = {"type": "integer", "minimum": 0}
    count = {"type": "integer", "minimum": 0}
    texts = {"type": "array", "items": {"type": "string"}}
    counts = ("sentences", "told", "in_order", "source_sentences", "source_told")
    lists = ("in_both", "added", "missing", "quotations")
    places = ("start", "end", "source_start", "source_end")
    return {
        "description": "Of a text that was rewritten: its sentences beside those of the source that they tell. `in_both`, `added`"
        " and `missing` are names and numbers as they are written. Null where there is no such source, or its text cannot"
        " be read.",
        "type": ["object", "null"],
        "required": [*counts, *lists, "pairs"],
        "properties": {
            **dict.fromkeys(counts, count),
            **dict.fromkeys(lists, texts),
            "pairs": {
                "description": "Sentences that tell the same. Offsets are code points of the bodies, half open.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": [*places],
                    "properties": dict.fromkeys(places, offset),
                },
            },
        },
    }


def _story() -> Schema:
    return {
        "type": "object",
        "required": ["story", "articles"],
        "properties": {
            "story": {"type": "string"},
            "articles": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "publisher", "seen_at", "republication", "correction"],
                    "properties": {"republication": _ref("republication")},
                },
            },
        },
    }


def _problem() -> Schema:
    return {
        "description": "RFC 9457. `type` is an address in this document.",
        "type": "object",
        "required": ["type", "title", "status", "detail", "reason"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"description": "What is wrong and what to do.", "type": "string"},
            "reason": {"enum": [kind.value for kind in Problem]},
            "cause": {
                "description": "For `unreadable`: the reason, in the words of the dead letters.",
                "enum": [reason.value for reason in RejectReason],
            },
        },
    }


def _publisher() -> Schema:
    count = {"type": "integer", "minimum": 0}
    counts = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}}
    return {
        "type": "object",
        "required": [
            "publisher",
            "articles",
            "verdicts",
            "originals_share",
            "copied_from",
            "copied_by",
            "median_delay_seconds",
        ],
        "properties": {
            "publisher": {"type": "string"},
            "articles": count,
            "verdicts": counts | {"propertyNames": {"enum": [kind.value for kind in VerdictKind]}},
            "originals_share": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "copied_from": counts,
            "copied_by": counts,
            "median_delay_seconds": {
                "description": "Between the publication time of the original and of the copy.",
                "type": ["integer", "null"],
                "minimum": 0,
            },
        },
    }


def _moved(schema: Any) -> Any:
    """A schema whose references point to where its definitions stand in this document."""
    if isinstance(schema, dict):
        return {
            name: DEFINED + value.removeprefix("#/$defs/") if name == "$ref" else _moved(value)
            for name, value in schema.items()
        }
    return [_moved(each) for each in schema] if isinstance(schema, list) else schema


if __name__ == "__main__":
    main()
