"""Writes what is published of the enriched record: its schema, that of a correction, the list in docs/records.md.

All of it comes from one table, `OBJECTS` in service/wirecopy/core/records/enriched.py. Only relations between members stand
here (an original names no original) and what is said of whole records. Tests make it again, and validate real records.

    python -m tools.generate.schemas
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wirecopy.core.model import CorrectionReason, Extent, VerdictKind
from wirecopy.core.records.enriched import FIRST_RELEASE, OBJECTS, Member
from wirecopy.shell.desk.watches.records import SCHEMA as MATCH_SCHEMA
from wirecopy.shell.desk.watches.watch import ID as WATCH_ID
from wirecopy.shell.desk.watches.watch import NAME_CHARS_MAX, VALUES_MAX

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "schemas"
PAGE = ROOT / "docs" / "records.md"
OPENS = "<!-- The list is written by `make docs` from service/wirecopy/core/records/enriched.py: change it there. -->"
CLOSES = "<!-- end of the list -->"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

DESCRIPTIONS = {
    "republication": "Where this text was published before. All members are always present, null if nothing is known. Later"
    " releases may add members; a changed meaning raises `schema`.",
    "position": "Position of a raw record in Kafka.",
}
# what holds between the members of an object
RELATIONS: dict[str, Schema] = {
    "republication": {
        "allOf": [
            {
                "if": {"properties": {"verdict": {"const": "republication"}}},
                "then": {"properties": {"extent": {"type": "string"}}},
                "else": {"properties": {"extent": {"type": "null"}}},
            },
            {
                "if": {"properties": {"verdict": {"const": "original"}}},
                "then": {"properties": {"original": {"type": "null"}}},
                "else": {"properties": {"original": {"type": "object"}}},
            },
        ]
    },
    "original": {
        "if": {"properties": {"ingested": {"const": True}}},
        "then": {"properties": {"id": {"type": "string"}, "position": {"type": "object"}}},
        "else": {"properties": {"id": {"type": "null"}, "position": {"type": "null"}}},
    },
}


def enriched() -> Schema:
    """deploy/schemas/enriched.schema.json."""
    return {
        "$schema": DIALECT,
        "title": "Wirecopy enriched record",
        "description": "The value of a record on `articles.enriched`; its key is the article's id. It has the raw record's"
        " members, unchanged, and `republication`. The header `verdict` repeats the verdict, so that consumers can filter"
        " without parsing.",
        "type": "object",
        "required": ["republication"],
        "properties": {"republication": {"$ref": "#/$defs/republication"}},
        "$defs": {
            **{name: _object(name, members) for name, members in OBJECTS.items()},
            "share": {"type": "number", "minimum": 0, "maximum": 1},
        },
    }


def _object(name: str, members: tuple[Member, ...]) -> Schema:
    described = {"description": DESCRIPTIONS[name]} if name in DESCRIPTIONS else {}
    return {
        **described,
        "type": "object",
        # members that came later are not in every record that the topic still holds
        "required": [member.name for member in members if member.since == FIRST_RELEASE],
        "properties": {member.name: {"description": member.meaning, **member.schema} for member in members},
        **RELATIONS.get(name, {}),
    }


def correction() -> Schema:
    """deploy/schemas/correction.schema.json."""
    defined = "enriched.schema.json#/$defs/"
    position = f"{defined}position"
    return {
        "$schema": DIALECT,
        "title": "Wirecopy correction",
        "description": "The value of a record on `articles.corrections` (compacted); its key is the id of the corrected article."
        " It replaces a verdict that a later article proved wrong, and is committed in one transaction with the record of that"
        " article. The last correction of an id is valid.",
        "type": "object",
        "required": ["id", "position", "republication", "correction"],
        "properties": {
            "id": {"description": "Id of the corrected article.", "type": "string", "minLength": 1},
            "position": {
                "description": "Position of the corrected article's raw record.",
                "$ref": position,
            },
            "republication": {
                "description": "The complete new verdict.",
                "$ref": f"{defined}republication",
            },
            "correction": {
                "type": "object",
                "required": ["reason", "cause"],
                "properties": {
                    "reason": {
                        "description": "late_original: the original arrived after its copy. template_learned: the shared text was"
                        " recognised as site boilerplate.",
                        "enum": [reason.value for reason in CorrectionReason],
                    },
                    "cause": {"description": "Position of the raw record that caused it.", "$ref": position},
                },
            },
        },
    }


def watch() -> Schema:
    """deploy/schemas/watch.schema.json."""
    texts = {"type": "array", "maxItems": VALUES_MAX, "items": {"type": "string", "minLength": 1}}
    meanings = {
        "publishers": "Whose text is copied: names or sites.",
        "copied_by": "Who copies it: names or sites.",
        "stories": "Ids of stories.",
        "credits": "Whom the copy credits.",
        "languages": "Languages of the copy; `de` takes `de-AT` too.",
        "targets": "Receivers of `wirecopy notify`.",
    }
    kinds = {
        "verdicts": ("Verdicts. Absent: republication.", [kind.value for kind in VerdictKind]),
        "extents": ("Extents of republications.", [extent.value for extent in Extent]),
    }
    return {
        "$schema": DIALECT,
        "title": "Wirecopy watch",
        "description": "The value of a record on `articles.watches` (compacted), whose key is the watch's id, and a line of a"
        " file of watches. Several values of a condition mean any of them; several conditions mean all of them.",
        "type": "object",
        "required": ["id"],
        "additionalProperties": False,
        "properties": {
            "id": {"description": "Its id.", "type": "string", "pattern": f"^{WATCH_ID.pattern}$"},
            "tenant": {"description": "Whose watch it is.", "type": "string", "maxLength": 100},
            "name": {"description": "For people.", "type": "string", "maxLength": NAME_CHARS_MAX},
            **{name: {"description": meaning, **texts} for name, meaning in meanings.items()},
            **{
                name: {"description": meaning, "type": "array", "items": {"enum": values}}
                for name, (meaning, values) in kinds.items()
            },
            "share_min": {
                "description": "Least share of the copy's words that the watched publishers hold.",
                "$ref": "enriched.schema.json#/$defs/share",
            },
            "words_min": {"description": "Least number of such words.", "type": "integer", "minimum": 0},
            "unlicensed": {"description": "Leave out copies that a licence allows.", "type": "boolean"},
            "recalls": {
                "description": "Tell of updates and withdrawals of the watched publishers' own articles too.",
                "type": "boolean",
            },
        },
    }


def _recall() -> Schema:
    return {
        "description": "With the cause recall only.",
        "type": "object",
        "required": ["withdrawn", "list"],
        "properties": {
            "withdrawn": {"description": "Whether all of the article is meant.", "type": "boolean"},
            "list": {
                "description": "Path at a replica's port: which copies carry what.",
                "type": "string",
            },
        },
    }


def match() -> Schema:
    """deploy/schemas/match.schema.json."""
    text, or_null = {"type": "string"}, {"type": ["string", "null"]}
    return {
        "$schema": DIALECT,
        "title": "Wirecopy match",
        "description": "The value of a record on `articles.matches`: a watch matches a verdict, or a correction of one. Its key"
        " is the watch's id. It is committed in one transaction with the record that it is about.",
        "type": "object",
        "required": [
            "schema",
            "id",
            "cause",
            "watch",
            "share",
            "words",
            "unasked",
            "licensed",
            "article",
            "republication",
        ],
        "properties": {
            "schema": {"const": MATCH_SCHEMA},
            "id": {
                "description": "Names the match: an idempotency key.",
                "type": "string",
                "pattern": "^[0-9a-f]{32}$",
            },
            "cause": {
                "description": "recall: a watched publisher's own article was updated or withdrawn; share and words are 0.",
                "enum": ["verdict", "correction", "recall"],
            },
            "recall": _recall(),
            "watch": {
                "type": "object",
                "required": ["id", "name", "tenant", "targets"],
                "properties": {
                    "id": text,
                    "name": text,
                    "tenant": text,
                    "targets": {"type": "array", "items": text},
                },
            },
            "share": {
                "description": "Share of the article that counted for the watch.",
                "$ref": "enriched.schema.json#/$defs/share",
            },
            "words": {"description": "Words that counted.", "type": "integer", "minimum": 0},
            "unasked": {
                "description": "Conditions that a correction cannot answer, since it names neither publisher nor language.",
                "type": "array",
                "items": {"enum": ["copied_by", "languages"]},
            },
            "licensed": {
                "description": "Whether a licence allows the copy; null where nothing is known.",
                "type": ["boolean", "null"],
            },
            "article": {
                "description": "The copy. In a correction all but `id` is null.",
                "type": "object",
                "required": ["id", "url", "title", "publisher", "published_at", "language"],
                "properties": {
                    "id": text,
                    **dict.fromkeys(("url", "title", "publisher", "published_at", "language"), or_null),
                },
            },
            "republication": {"$ref": "enriched.schema.json#/$defs/republication"},
        },
    }


def table() -> str:
    """The members of `republication`, for docs/records.md; the schema describes those of the objects in it."""
    lines = []
    for one in OBJECTS["republication"]:
        since = "" if one.since == FIRST_RELEASE else f"; since {one.since}"
        lines.append(f"- `{one.name}` ({kind_of(one.schema)}{since}): {one.meaning}")
    return "\n".join(lines)


def kind_of(schema: Any) -> str:
    """A member's type in a word or two."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "0–1" if name == "share" else f"`{name}`"
    if "anyOf" in schema:
        return " or ".join(sorted((kind_of(one) for one in schema["anyOf"]), key="null".__eq__))
    if "enum" in schema:
        return ", ".join("null" if one is None else f"`{one}`" for one in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema["type"] == "array":
        return f"list of {kind_of(schema['items'])}"
    if schema.get("format") == "date-time":
        return "time"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(kinds)


def page(text: str) -> str:
    """docs/records.md with the current list."""
    head, opens, rest = text.partition(OPENS)
    _, closes, tail = rest.partition(CLOSES)
    assert opens and closes, f"{PAGE.name} has lost the marks around the list"
    return f"{head}{OPENS}\n{table()}\n{CLOSES}{tail}"


def as_text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


SCHEMAS = {"enriched": enriched, "correction": correction, "watch": watch, "match": match}


def main() -> None:
    for name, make in SCHEMAS.items():
        (FOLDER / f"{name}.schema.json").write_text(as_text(make()), "utf-8")
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
