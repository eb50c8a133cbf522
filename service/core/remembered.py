"""What the index keeps of an article beside numbers: who it is and what was said of it, as bytes.

One blob an article, read only for the few candidates that a text really shares something with, and for corrections.
JSON by the codec: quick, and readable in a snapshot. Two lines: the article with its verdict, then the lines of its sketch,
which only corrections read. Bounded: a body of many thousand lines keeps the first ones, and so do its passages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from service.core import limits
from service.core.codec import json_bytes, json_value
from service.core.model import (
    I32,
    Basis,
    Correction,
    CorrectionReason,
    Credit,
    CreditKind,
    Extent,
    Original,
    Outcome,
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
    verdict: Verdict  # as last said


def encode_remembered(article: Remembered, lines: I32) -> bytes:
    """The blob of an article. lines i32[l, 5]: of its sketch, to name passages when a late original makes it a copy."""
    position = article.position
    head = json_bytes(
        [
            [position.topic, position.partition, position.offset],
            article.body_xxh3,
            article.id,
            article.url,
            article.publisher,
            article.host,
            article.domain,
            [[c.kind, c.name, c.key, c.agency, c.start, c.end, c.inside, c.context] for c in article.credits],
            verdict_list(article.verdict, limits.REMEMBERED_PASSAGES_MAX),
        ]
    )
    return head + b"\n" + json_bytes(lines[: limits.REMEMBERED_LINES_MAX].ravel().tolist())


def decode_remembered(blob: bytes) -> Remembered:
    """The article that a blob holds. The blob is our own: damage is an assertion's matter, found by checksums before."""
    head = blob[: blob.index(b"\n")]
    position, body, id_, url, publisher, host, domain, credits_, verdict = json_value(head)
    return Remembered(
        RawPosition(*position),
        body,
        id_,
        url,
        publisher,
        host,
        domain,
        tuple(RecordCredit(CreditKind(c[0]), *c[1:]) for c in credits_),
        verdict_from_list(verdict),
    )


def remembered_lines(blob: bytes) -> I32:
    """The lines i32[l, 5] that a blob holds."""
    return np.array(json_value(blob[blob.index(b"\n") + 1 :]), np.int32).reshape(-1, 5)


def verdict_list(verdict: Verdict, passages_max: int | None = None) -> list[object]:
    """A verdict as plain values, without names: what a snapshot and the memory of redelivery hold."""
    original = verdict.original
    credit = verdict.credit
    number = {source.id: at for at, source in enumerate(verdict.sources)}
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
        [
            [p.start, p.end, p.words, number[p.source]]
            for p in verdict.passages[:passages_max]
            if p.source in number
        ],
        [[s.id, s.publisher, s.share, s.source_share] for s in verdict.sources],
        None
        if credit is None
        else [credit.kind, credit.name, credit.key, credit.agency, credit.text, credit.start, credit.end],
        [*verdict.basis],
    ]


def verdict_from_list(values: list[Any]) -> Verdict:
    """The verdict that `verdict_list` wrote."""
    (
        kind,
        extent,
        story,
        original,
        share,
        source_share,
        boilerplate_share,
        passages,
        sources,
        credit,
        basis,
    ) = values
    return Verdict(
        VerdictKind(kind),
        None if extent is None else Extent(extent),
        story,
        None if original is None else _original(original),
        share,
        source_share,
        boilerplate_share,
        tuple(Passage(start, end, words, sources[at][0]) for start, end, words, at in passages),
        tuple(Source(*source) for source in sources),
        None if credit is None else Credit(CreditKind(credit[0]), *credit[1:]),
        tuple(Basis(one) for one in basis),
    )


def _position(position: RawPosition) -> tuple[str, int, int]:
    return position.topic, position.partition, position.offset


def _original(values: list[Any]) -> Original:
    id_, url, publisher, published_at_ms, ingested, position = values
    return Original(
        id_, url, publisher, published_at_ms, ingested, None if position is None else RawPosition(*position)
    )


def encode_outcomes(outcomes: list[Outcome]) -> bytes:
    """Outcomes as bytes, for a snapshot."""
    return json_bytes(
        [
            [
                _position(outcome.position),
                outcome.body_xxh3,
                verdict_list(outcome.verdict),
                [
                    [
                        c.id,
                        _position(c.position),
                        c.body_xxh3,
                        verdict_list(c.verdict),
                        c.reason,
                        _position(c.cause),
                    ]
                    for c in outcome.corrections
                ],
            ]
            for outcome in outcomes
        ]
    )


def decode_outcomes(data: bytes) -> list[Outcome]:
    """The outcomes that `encode_outcomes` wrote."""
    return [
        Outcome(
            RawPosition(*position),
            body,
            verdict_from_list(verdict),
            tuple(
                Correction(
                    id_,
                    RawPosition(*at),
                    copy_body,
                    verdict_from_list(corrected),
                    CorrectionReason(reason),
                    RawPosition(*cause),
                )
                for id_, at, copy_body, corrected, reason, cause in corrections
            ),
            False,
        )
        for position, body, verdict, corrections in json_value(data)
    ]
