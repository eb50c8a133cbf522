"""The field `republication` of the enriched record and of a correction: its members, and the way between `Verdict` and plain
JSON values.

`OBJECTS` is the one table of the members: name, meaning, JSON Schema, since which release. `make docs` writes the published
schemas, the OpenAPI document and the table of docs/records.md from it. The shape is a promise to every consumer: every member
is always there, null where nothing is known, and a release adds members but never changes one without a new `schema` number.

Offsets count code points of the body as it came, as the engine gives them: it maps them while it has the text, since a
correction is written without it. What a verdict knows beyond the promise (how a credit was recognised) is not written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wirecopy.core.model import (
    Basis,
    Credit,
    CreditKind,
    CreditScope,
    Extent,
    Original,
    Passage,
    Quotation,
    RawPosition,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.publishers import fold_name
from wirecopy.core.records.dates import read_date
from wirecopy.core.records.fields import time_text

SCHEMA = 1
FIRST_RELEASE = "0.1.0"  # that writes this schema
_SHARE_DIGITS = 4  # a tenth of a per mille: finer than any share is true


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object: what it means, and its type as JSON Schema has it. `since`: the first release that writes it."""

    name: str
    meaning: str
    schema: Mapping[str, object]
    since: str = FIRST_RELEASE


def _to(name: str) -> dict[str, object]:
    return {"$ref": f"#/$defs/{name}"}


def _or_null(schema: Mapping[str, object]) -> dict[str, object]:
    return {"anyOf": [{"type": "null"}, schema]}


def _list_of(schema: Mapping[str, object]) -> dict[str, object]:
    return {"type": "array", "items": schema}


_TEXT: dict[str, object] = {"type": "string"}
_NAME: dict[str, object] = {"type": "string", "minLength": 1}
_COUNT: dict[str, object] = {"type": "integer", "minimum": 0}
_FROM_ONE: dict[str, object] = {"type": "integer", "minimum": 1}
_TIME: dict[str, object] = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{3})?Z$",
}

# the objects by their names in the schema, `republication` first; members in the order in which they are written
OBJECTS: dict[str, tuple[Member, ...]] = {
    "republication": (
        Member("schema", "Version of this object's format.", {"const": SCHEMA}),
        Member(
            "verdict",
            "original: no substantial part was published before, within the window. republication: another publisher "
            "published it first. update: a newer version by the same publisher. duplicate: the same article by the same "
            "publisher.",
            {"enum": [kind.value for kind in VerdictKind]},
        ),
        Member(
            "extent",
            "Whether a republication takes over most of the original. Null for other verdicts.",
            {"enum": [*(extent.value for extent in Extent), None]},
        ),
        Member(
            "id",
            "This article's id: the record's own, else its URL, else its position.",
            _NAME,
            since="0.2.0",
        ),
        Member(
            "story",
            "Id of the story's first article; copies and updates have the same.",
            _NAME,
        ),
        Member(
            "original",
            "The article that was published first. Null for an original.",
            _or_null(_to("original")),
        ),
        Member(
            "share",
            "Share of this article, without boilerplate, that its sources contain.",
            _to("share"),
        ),
        Member("source_share", "Share of the original that this article contains.", _to("share")),
        Member(
            "boilerplate_share",
            "Share of the page that is site boilerplate.",
            _to("share"),
        ),
        Member(
            "passages",
            "Shared text in order: half-open ranges of code points of the body as it was sent (of the HTML source if it is "
            "HTML).",
            _list_of(_to("passage")),
        ),
        Member(
            "sources",
            "Articles that contain parts of this text, largest part first.",
            _list_of(_to("source")),
        ),
        Member(
            "credit",
            "The words in which this article names its source. Null if it names none.",
            _or_null(_to("credit")),
        ),
        Member(
            "basis",
            "The evidence for the original, including conflicts.",
            _list_of({"enum": [basis.value for basis in Basis]}) | {"uniqueItems": True},
        ),
        Member(
            "quotations",
            "Quotations that other articles carry too, in order. They are not part of `share` and make no republication.",
            _list_of(_to("quotation")),
            since="0.2.0",
        ),
        Member(
            "rewritten",
            "The article that this one was rewritten from, as far as rare words, names and numbers in common tell. Null if there"
            " is no such evidence.",
            _or_null(_to("rewritten")),
            since="0.2.0",
        ),
        Member(
            "licensed",
            "Whether a licence allows the republication. Null if the file of licences does not say.",
            {"type": ["boolean", "null"]},
            since="0.2.0",
        ),
        Member(
            "body_xxh3",
            "XXH3-128 (seed 0) of the body in UTF-8, in hexadecimal.",
            {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        ),
        Member("position", "Position of this article's raw record.", _to("position")),
    ),
    "original": (
        Member("id", "Its id. Null if the original was not received.", {"type": ["string", "null"]}),
        Member("url", "Its address, if known.", {"type": ["string", "null"]}),
        Member("publisher", "Its publisher, or the name in the credit.", _TEXT),
        Member("published_at", "Its publication time, UTC.", _or_null(_TIME)),
        Member(
            "ingested",
            "False if the original was not received and is known only from a credit.",
            {"type": "boolean"},
        ),
        Member("position", "Position of its raw record.", _or_null(_to("position"))),
    ),
    "passage": (
        Member("start", "First code point.", _COUNT),
        Member("end", "One past the last code point.", _FROM_ONE),
        Member("words", "Number of words.", _FROM_ONE),
        Member("source", "Id of the source.", _NAME),
    ),
    "quotation": (
        Member("start", "First code point, like the offsets of passages.", _COUNT),
        Member("end", "One past the last code point.", _FROM_ONE),
        Member("words", "Number of words.", _FROM_ONE),
        Member("id", "Id of another article that carries it.", _NAME),
        Member("publisher", "Its publisher.", _TEXT),
    ),
    "rewritten": (
        Member("id", "Its id.", _NAME),
        Member("publisher", "Its publisher.", _TEXT),
        Member("confidence", "How likely it is the source, by counted evidence.", _to("share")),
    ),
    "source": (
        Member("id", "Its id.", _NAME),
        Member("publisher", "Its publisher.", _TEXT),
        Member("share", "Share of this article that it contains.", _to("share")),
        Member("source_share", "Share of it that this article contains.", _to("share")),
    ),
    "credit": (
        Member("name", "The named source, as written.", _NAME),
        Member(
            "text",
            "The words. Empty in a correction, which is made without the text.",
            _TEXT,
        ),
        Member("start", "First code point, as in passages.", _COUNT),
        Member("end", "One past the last code point.", _FROM_ONE),
        Member(
            "scope",
            "What is credited. `text`: the whole text; believed without a match. `part`: material in it. `claim`: the text, in"
            " words that need a match. `fact`: a fact, figure or picture. `page`: said outside the article.",
            {"enum": [scope.value for scope in CreditScope]},
            since="0.2.0",
        ),
    ),
    "position": (
        Member("topic", "Topic.", _NAME),
        Member("partition", "Partition.", _COUNT),
        Member("offset", "Offset.", _COUNT),
    ),
}


@dataclass(frozen=True, slots=True)
class Republication:
    """The field `republication` read back. Its credit lacks what the record does not say: kind MENTION, no
    agency.
    """

    verdict: Verdict
    body_xxh3: str
    position: RawPosition
    licensed: bool | None = None


def position_to_json(position: RawPosition) -> dict[str, object]:
    return {"topic": position.topic, "partition": position.partition, "offset": position.offset}


def _original_to_json(original: Original) -> dict[str, object]:
    return {
        "id": original.id,
        "url": original.url,
        "publisher": original.publisher,
        "published_at": None if original.published_at_ms is None else time_text(original.published_at_ms),
        "ingested": original.ingested,
        "position": None if original.position is None else position_to_json(original.position),
    }


def _source_to_json(source: Source) -> dict[str, object]:
    return {
        "id": source.id,
        "publisher": source.publisher,
        "share": round(source.share, _SHARE_DIGITS),
        "source_share": round(source.source_share, _SHARE_DIGITS),
    }


def verdict_to_json(
    verdict: Verdict,
    id: str,  # noqa: A002 - the member's name
    body_xxh3: str,
    position: RawPosition,
    licensed: bool | None = None,
) -> dict[str, object]:
    """The field `republication` of the article `id` at `position`. Offsets are those of the verdict; what is of a
    closed list stays an enum, which is a string. `licensed` comes from elsewhere: no verdict knows it.
    """
    original, credit = verdict.original, verdict.credit
    return {
        "schema": SCHEMA,
        "verdict": verdict.kind,
        "extent": verdict.extent,
        "id": id,
        "story": verdict.story,
        "original": None if original is None else _original_to_json(original),
        # of most articles all shares are nought
        "share": round(verdict.share, _SHARE_DIGITS) if verdict.share else 0.0,
        "source_share": round(verdict.source_share, _SHARE_DIGITS) if verdict.source_share else 0.0,
        "boilerplate_share": round(verdict.boilerplate_share, _SHARE_DIGITS)
        if verdict.boilerplate_share
        else 0.0,
        "passages": [
            {"start": one.start, "end": one.end, "words": one.words, "source": one.source}
            for one in verdict.passages
        ]
        if verdict.passages
        else [],  # as most are: an empty comprehension costs a call
        "sources": [_source_to_json(source) for source in verdict.sources] if verdict.sources else [],
        "credit": None
        if credit is None
        else {
            "name": credit.name,
            "text": credit.text,
            "start": credit.start,
            "end": credit.end,
            "scope": credit.scope,
        },
        "basis": verdict.basis,
        "quotations": [
            {"start": q.start, "end": q.end, "words": q.words, "id": q.id, "publisher": q.publisher}
            for q in verdict.quotations
        ]
        if verdict.quotations
        else [],
        "rewritten": {
            "id": verdict.rewritten_of,
            "publisher": verdict.rewritten_publisher,
            "confidence": verdict.confidence,
        }
        if verdict.rewritten_of
        else None,
        "licensed": licensed,
        "body_xxh3": body_xxh3,
        "position": position_to_json(position),
    }


def _position(value: Any) -> RawPosition:
    return RawPosition(str(value["topic"]), int(value["partition"]), int(value["offset"]))


def _original(value: Any) -> Original:
    return Original(
        id=value["id"],
        url=value["url"],
        publisher=value["publisher"],
        published_at_ms=read_date(value["published_at"]).time_ms,
        ingested=value["ingested"],
        position=None if value["position"] is None else _position(value["position"]),
    )


def _rewritten(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return {
        "rewritten_of": str(value["id"]),
        "rewritten_publisher": str(value["publisher"]),
        "confidence": float(value["confidence"]),
    }


def _credit(value: Any) -> Credit:
    name = str(value["name"])
    return Credit(
        CreditKind.MENTION,
        name,
        fold_name(name),
        False,
        value["text"],
        int(value["start"]),
        int(value["end"]),
        CreditScope(value.get("scope", CreditScope.CLAIM)),
    )


def republication_of(value: Any) -> Republication | None:
    """The field `republication` read back; None where it is not what this release writes. Offsets stay
    those of the body.
    """
    try:
        if value["schema"] != SCHEMA:
            return None
        verdict = Verdict(
            kind=VerdictKind(value["verdict"]),
            extent=None if value["extent"] is None else Extent(value["extent"]),
            story=value["story"],
            original=None if value["original"] is None else _original(value["original"]),
            share=float(value["share"]),
            source_share=float(value["source_share"]),
            boilerplate_share=float(value["boilerplate_share"]),
            passages=tuple(
                Passage(int(one["start"]), int(one["end"]), int(one["words"]), one["source"])
                for one in value["passages"]
            ),
            sources=tuple(
                Source(one["id"], one["publisher"], float(one["share"]), float(one["source_share"]))
                for one in value["sources"]
            ),
            credit=None if value["credit"] is None else _credit(value["credit"]),
            basis=tuple(Basis(one) for one in value["basis"]),
            quotations=tuple(
                Quotation(int(q["start"]), int(q["end"]), int(q["words"]), q["id"], q["publisher"])
                for q in value.get("quotations", ())
            ),
            **_rewritten(value.get("rewritten")),
        )
        licensed = value.get("licensed")
        return Republication(
            verdict,
            str(value["body_xxh3"]),
            _position(value["position"]),
            licensed if isinstance(licensed, bool) else None,
        )
    except (KeyError, TypeError, ValueError, IndexError):
        return None
