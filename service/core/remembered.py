"""What the index keeps of an article beside numbers: who it is and what was said of it, as bytes.

One blob an article, read only for the few candidates that a text really shares something with, and for corrections. Three
parts, a line feed between them: what judging a candidate needs (`head_values`); the rest of its verdict; the lines of its
sketch, packed, which only corrections read. The first two are JSON by the codec: it reads a dozen short fields faster than
Python unpacks them, and a snapshot shows them plainly. Bounded: a body of many thousand lines keeps the first ones, and so
do its passages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from service.core import kernels_replay, limits
from service.core.codec import json_bytes, json_value
from service.core.frozen import quick
from service.core.model import (
    I32,
    U8,
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
from service.core.record import RecordCredit, SketchRecord

_KINDS = {kind.value: kind for kind in VerdictKind}
CREDIT_KINDS = {kind.value: kind for kind in CreditKind}
_KIND_AT, _STORY_AT, _ORIGINAL_AT = 0, 2, 3  # in a verdict's list
_ID, _HOST, _DOMAIN, _KIND, _STORY, _ORIGINAL = 4, 7, 8, 10, 11, 12  # in a head
_NONE = np.empty(0, np.uint8)
OutcomeValues = list[Any]  # an outcome as a snapshot holds it


@quick
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


def encode_remembered(article: SketchRecord | Remembered, verdict: Verdict, lines: I32, packed: U8) -> bytes:
    """The blob of an article. lines i32[l, 5]: of its sketch, to name passages when a late original makes it a copy;
    packed u8[…]: room for them, kernels_replay.LINE_BYTES_MAX each."""
    kept = lines if len(lines) <= limits.REMEMBERED_LINES_MAX else lines[: limits.REMEMBERED_LINES_MAX]
    return _said(article, verdict) + packed[: kernels_replay.pack_lines(kept, packed)].tobytes()


def reencode_remembered(article: Remembered, verdict: Verdict, before: bytes) -> bytes:
    """The blob of an article of which something else is said now, with the lines of the blob before."""
    return _said(article, verdict) + before[_lines_at(before) :]


def _said(article: SketchRecord | Remembered, verdict: Verdict) -> bytes:
    """The first two parts."""
    position, host = article.position, article.host
    original = verdict.original
    head = [
        position.topic,
        position.partition,
        position.offset,
        article.body_xxh3,
        article.id,
        article.url,
        article.publisher,
        None if host == article.domain else host,
        article.domain,
        [
            [c.kind._value_, c.name, c.key, c.agency, c.start, c.end, c.inside, c.context]
            for c in article.credits
        ],
        verdict.kind._value_,
        None if verdict.story == article.id else verdict.story,
        None if original is None else _original_list(original),
    ]
    rest = verdict_list(verdict, limits.REMEMBERED_PASSAGES_MAX)
    rest[_KIND_AT] = rest[_STORY_AT] = rest[_ORIGINAL_AT] = None  # the head has them
    return b"%b\n%b\n" % (json_bytes(head), json_bytes(rest))


def head_values(blob: bytes) -> list[Any]:
    """The first part of a blob, as `_said` wrote it: topic, partition, offset, body, id, URL, publisher, host, domain, credits,
    kind, story, original. It is our own: damage is an assertion's matter, found by checksums before."""
    head: list[Any] = json_value(blob[: blob.index(b"\n")])
    if head[_HOST] is None:
        head[_HOST] = head[_DOMAIN]
    if head[_STORY] is None:
        head[_STORY] = head[_ID]
    head[_KIND] = _KINDS[head[_KIND]]
    if head[_ORIGINAL] is not None:
        head[_ORIGINAL] = _original(head[_ORIGINAL])
    return head


def decode_remembered(blob: bytes) -> Remembered:
    """The article that a blob holds."""
    topic, partition, offset, body, id_, url, publisher, host, domain, credits_, kind, story, original = (
        head_values(blob)
    )
    rest = blob[blob.index(b"\n") + 1 : _lines_at(blob) - 1]
    verdict = verdict_from_list([kind, *json_value(rest)[1:]])
    return Remembered(
        RawPosition(topic, partition, offset),
        body,
        id_,
        url,
        publisher,
        host,
        domain,
        tuple(credit_from_list(c) for c in credits_),
        replace(verdict, story=story, original=original),
    )


def credit_from_list(values: list[Any]) -> RecordCredit:
    """One of a head's credits."""
    return RecordCredit(CREDIT_KINDS[values[0]], *values[1:])


def remembered_lines(blob: bytes) -> I32:
    """The lines i32[l, 5] that a blob holds."""
    packed = (
        np.frombuffer(blob, np.uint8, -1, _lines_at(blob)).copy() if _lines_at(blob) < len(blob) else _NONE
    )
    lines = np.empty((len(packed) // 4, 5), np.int32)
    return lines[: kernels_replay.unpack_lines(packed, lines)]


def _lines_at(blob: bytes) -> int:
    return blob.index(b"\n", blob.index(b"\n") + 1) + 1


def verdict_list(verdict: Verdict, passages_max: int | None = None) -> list[object]:
    """A verdict as plain values, without names: what a snapshot and the memory of redelivery hold."""
    original = verdict.original
    credit = verdict.credit
    passages: list[list[object]] = []
    if verdict.passages:
        number = {source.id: at for at, source in enumerate(verdict.sources)}
        passages = [
            [p.start, p.end, p.words, number[p.source]]
            for p in verdict.passages[:passages_max]
            if p.source in number
        ]
    extent = verdict.extent
    # `_value_` is what `value` gives, without the call that a member's property is
    return [
        verdict.kind._value_,
        None if extent is None else extent._value_,
        verdict.story,
        None if original is None else _original_list(original),
        verdict.share,
        verdict.source_share,
        verdict.boilerplate_share,
        passages,
        [[s.id, s.publisher, s.share, s.source_share] for s in verdict.sources],
        None
        if credit is None
        else [
            credit.kind._value_,
            credit.name,
            credit.key,
            credit.agency,
            credit.text,
            credit.start,
            credit.end,
        ],
        [basis._value_ for basis in verdict.basis],
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


def _original_list(original: Original) -> list[object]:
    return [
        original.id,
        original.url,
        original.publisher,
        original.published_at_ms,
        original.ingested,
        None if original.position is None else _position(original.position),
    ]


def _position(position: RawPosition) -> tuple[str, int, int]:
    return position.topic, position.partition, position.offset


def _original(values: list[Any]) -> Original:
    id_, url, publisher, published_at_ms, ingested, position = values
    return Original(
        id_, url, publisher, published_at_ms, ingested, None if position is None else RawPosition(*position)
    )


def encode_outcomes(outcomes: Iterable[Outcome | OutcomeValues]) -> bytes:
    """Outcomes as bytes, for a snapshot; those that came out of one and were not asked for since go back as they are."""
    return json_bytes([one if isinstance(one, list) else _outcome_list(one) for one in outcomes])


def outcome_values(data: bytes) -> list[OutcomeValues]:
    """What `encode_outcomes` wrote, as plain values: a partition has thousands, and few are ever asked for again."""
    values: list[OutcomeValues] = json_value(data)
    return values


def position_of(values: OutcomeValues) -> RawPosition:
    return RawPosition(*values[0])


def outcome_from_list(values: OutcomeValues) -> Outcome:
    """The outcome that plain values say."""
    position, body, verdict, corrections = values
    return Outcome(
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


def _outcome_list(outcome: Outcome) -> OutcomeValues:
    return [
        _position(outcome.position),
        outcome.body_xxh3,
        verdict_list(outcome.verdict),
        [
            [c.id, _position(c.position), c.body_xxh3, verdict_list(c.verdict), c.reason, _position(c.cause)]
            for c in outcome.corrections
        ],
    ]
