"""What the index keeps of an article beside numbers: who it is and what was said of it, as bytes.

One blob an article, read only for the few candidates that a text really shares something with, and for corrections.
JSON by the codec: quick, and readable in a snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.core.codec import json_bytes, json_value
from service.core.model import (
    I32,
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
from service.core.record import RecordCredit


@dataclass(frozen=True, slots=True)
class Remembered:
    """An article as the store holds it."""

    position: RawPosition
    body_xxh3: str
    id: str
    url: str
    publisher: str
    host: str
    domain: str
    credits: tuple[RecordCredit, ...]
    lines: I32  # of its sketch, to name passages when a late original makes it a copy
    verdict: Verdict  # as last said


def encode_remembered(article: Remembered) -> bytes:
    """The blob of an article."""
    position = article.position
    return json_bytes(
        [
            [position.topic, position.partition, position.offset],
            article.body_xxh3,
            article.id,
            article.url,
            article.publisher,
            article.host,
            article.domain,
            [[c.kind, c.name, c.key, c.agency, c.start, c.end, c.inside, c.context] for c in article.credits],
            article.lines.ravel().tolist(),
            verdict_list(article.verdict),
        ]
    )


def decode_remembered(blob: bytes) -> Remembered:
    """The article that a blob holds. The blob is our own: damage is an assertion's matter, found by checksums before."""
    position, body, id_, url, publisher, host, domain, credits_, lines, verdict = json_value(blob)
    return Remembered(
        RawPosition(*position),
        body,
        id_,
        url,
        publisher,
        host,
        domain,
        tuple(RecordCredit(CreditKind(c[0]), *c[1:]) for c in credits_),
        np.array(lines, np.int32).reshape(-1, 5),
        verdict_from_list(verdict),
    )


def verdict_list(verdict: Verdict) -> list[object]:
    """A verdict as plain values, without names: what a snapshot and the memory of redelivery hold."""
    original = verdict.original
    credit = verdict.credit
    return [
        verdict.kind,
        verdict.extent,
        verdict.story,
        None
        if original is None
        else [
            original.id,
            original.url,
            original.publisher,
            original.published_at_ms,
            original.ingested,
            None if original.position is None else [*_position(original.position)],
        ],
        verdict.share,
        verdict.source_share,
        verdict.boilerplate_share,
        [[p.start, p.end, p.words, p.source] for p in verdict.passages],
        [[s.id, s.publisher, s.share, s.source_share] for s in verdict.sources],
        None
        if credit is None
        else [credit.kind, credit.name, credit.key, credit.agency, credit.text, credit.start, credit.end],
        [*verdict.basis],
    ]


def verdict_from_list(values: list[object]) -> Verdict:
    """The verdict that `verdict_list` wrote."""
    kind, extent, story, original, share, source_share, boilerplate_share, passages, sources, credit, basis = values
    return Verdict(
        VerdictKind(kind),
        None if extent is None else Extent(extent),
        story,  # type: ignore[arg-type]
        None if original is None else _original(original),  # type: ignore[arg-type]
        share,  # type: ignore[arg-type]
        source_share,  # type: ignore[arg-type]
        boilerplate_share,  # type: ignore[arg-type]
        tuple(Passage(*p) for p in passages),  # type: ignore[attr-defined]
        tuple(Source(*s) for s in sources),  # type: ignore[attr-defined]
        None if credit is None else Credit(CreditKind(credit[0]), *credit[1:]),  # type: ignore[index]
        tuple(Basis(b) for b in basis),  # type: ignore[attr-defined]
    )


def _position(position: RawPosition) -> tuple[str, int, int]:
    return position.topic, position.partition, position.offset


def _original(values: list[object]) -> Original:
    *rest, position = values
    return Original(*rest, None if position is None else RawPosition(*position))  # type: ignore[arg-type, misc]
