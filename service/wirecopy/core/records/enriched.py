"""The field `republication` of the enriched record and of a correction, between `Verdict` and plain JSON
values.

The shape is a promise to every consumer (deploy/schemas/enriched.schema.json): every member is always
there, null where nothing is known, and a release adds members but never changes one without a new `schema`
number. Offsets count code points of the body as it came, as the engine gives them: it maps them while it
has the text, since a correction is written without it. What a verdict knows beyond the promise (how a
credit was recognised) is not written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wirecopy.core.model import (
    Basis,
    Credit,
    CreditKind,
    Extent,
    Original,
    Passage,
    RawPosition,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.publishers import fold_name
from wirecopy.core.records.fields import time_ms_of, time_text

SCHEMA = 1
_SHARE_DIGITS = 4  # a tenth of a per mille: finer than any share is true


@dataclass(frozen=True, slots=True)
class Republication:
    """The field `republication` read back. Its credit lacks what the record does not say: kind MENTION, no
    agency.
    """

    verdict: Verdict
    body_xxh3: str
    position: RawPosition


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


def verdict_to_json(verdict: Verdict, body_xxh3: str, position: RawPosition) -> dict[str, object]:
    """The field `republication` of the article at `position`. Offsets are those of the verdict; what is of a
    closed list stays an enum, which is a string.
    """
    original, credit = verdict.original, verdict.credit
    return {
        "schema": SCHEMA,
        "verdict": verdict.kind,
        "extent": verdict.extent,
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
        else {"name": credit.name, "text": credit.text, "start": credit.start, "end": credit.end},
        "basis": verdict.basis,
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
        published_at_ms=time_ms_of(value["published_at"]),
        ingested=value["ingested"],
        position=None if value["position"] is None else _position(value["position"]),
    )


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
        )
        return Republication(verdict, str(value["body_xxh3"]), _position(value["position"]))
    except (KeyError, TypeError, ValueError, IndexError):
        return None
