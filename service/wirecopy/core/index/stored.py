"""What the index keeps of an article beside numbers: who it is and what was said of it, as bytes.

One blob an article, read only for the few candidates that a text really shares something with, and for corrections:

    head     numbers: position, digest, verdict's kind, sizes of what follows
    names    topic, id, URL, publisher, host, domain: UTF-8, one behind the other; the head has their lengths
    judged   what else judging a candidate needs, JSON: credits, story, original; nothing where an article credits
             nobody and is an original that opened its own story, as most are
    rest     of its verdict, JSON; shorter for such an original
    quoted   which of its tokens are quoted, as the log's record has it
    lines    of its sketch, as the log's record has them: only corrections read them

Every article is written here once, few are read: so what writing costs counts most. Bounded: a body of many thousand lines
keeps the first ones, and so do its passages.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint import varint_kernels
from wirecopy.core.fingerprint.record import RecordCredit, SketchRecord
from wirecopy.core.model import (
    I32,
    Basis,
    Correction,
    CorrectionReason,
    Credit,
    CreditKind,
    CreditScope,
    Extent,
    Original,
    Outcome,
    Passage,
    Quotation,
    RawPosition,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.core.values import Value, replace

CREDIT_KINDS = {kind.value: kind for kind in CreditKind}
_FACT = CreditScope.FACT.value
_VERDICT_KINDS = tuple(VerdictKind)
_KIND_NUMBERS = {kind._value_: number for number, kind in enumerate(_VERDICT_KINDS)}
# partition, offset, body's digest, bytes of judged and of rest, of names, their lengths in code points, kind, version, bytes
# of quoted
_HEAD = struct.Struct("<QQ16sIIH6HBQH")
_JUDGED_BYTES, _REST_BYTES, _NAMES_BYTES, _KIND, _QUOTED_BYTES = 3, 4, 5, 12, 14  # places among them
DIGEST = slice(16, 32)  # where a blob has the body's digest
_SAME_HOST = (1 << 16) - 1  # in place of a host's length: it is the domain
_NONE = np.empty(0, np.uint8)
OutcomeValues = list[Any]  # an outcome as a snapshot holds it


_NAMED = Verdict.__struct_fields__.index("quotations") + 1
_LATER = Verdict.__struct_fields__[_NAMED:]
_LATER_DEFAULTS = list(Verdict.__struct_defaults__[-len(_LATER) :]) if _LATER else []


class Remembered(Value):
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


def encode_remembered(record: SketchRecord, verdict: Verdict) -> bytes:
    """The blob of an article, from its record as it came out of the log."""
    lines = record.lines
    if len(record.sketch.lines) > limits.REMEMBERED_LINES_MAX:
        lines = lines[: _end_of_number(lines, 4 * limits.REMEMBERED_LINES_MAX)]
    topic, id_, url, publisher = record.position.topic, record.id, record.url, record.publisher
    host, domain = record.host, record.domain
    own_host = "" if host == domain else host
    names = "".join((topic, id_, url, publisher, own_host, domain)).encode()
    judged, rest = _judged(record, verdict), _rest(verdict)
    head = _HEAD.pack(
        record.position.partition,
        record.position.offset,
        bytes.fromhex(record.body_xxh3),
        len(judged),
        len(rest),
        len(names),
        len(topic),
        len(id_),
        len(url),
        len(publisher),
        _SAME_HOST if host == domain else len(host),
        len(domain),
        _KIND_NUMBERS[verdict.kind._value_],
        record.version,
        len(record.quoted),
    )
    return b"".join((head, names, judged, rest, record.quoted, lines))


def reencode_remembered(article: Remembered, verdict: Verdict, before: bytes) -> bytes:
    """The blob of an article of which something else is said now: who it is, and its lines, are those of the blob before."""
    head = list(_HEAD.unpack_from(before))
    names_end = _HEAD.size + head[_NAMES_BYTES]
    quoted_at = names_end + head[_JUDGED_BYTES] + head[_REST_BYTES]
    judged, rest = _judged(article, verdict), _rest(verdict)
    head[_JUDGED_BYTES], head[_REST_BYTES] = len(judged), len(rest)
    head[_KIND] = _KIND_NUMBERS[verdict.kind._value_]
    return b"".join((_HEAD.pack(*head), before[_HEAD.size : names_end], judged, rest, before[quoted_at:]))


def _judged(article: SketchRecord | Remembered, verdict: Verdict) -> bytes:
    """The third part."""
    original = verdict.original
    if original is None and not article.credits and verdict.story == article.id:
        return b""
    credits_ = [
        [c.kind._value_, c.name, c.key, c.agency, c.start, c.end, c.scope._value_, c.context]
        for c in article.credits
    ]
    story = None if verdict.story == article.id else verdict.story
    return json_bytes([credits_, story, None if original is None else _original_list(original)])


def _rest(verdict: Verdict) -> bytes:
    """The fourth part: a verdict's list without what stands before it. Of an original that shares nothing and credits
    nobody, its template's share and its basis."""
    shares = verdict.share or verdict.source_share or verdict.sources or verdict.passages
    plain = not verdict.quotations and (not _LATER or _later(verdict) == _LATER_DEFAULTS)
    if plain and not shares and verdict.extent is None and verdict.credit is None:
        return json_bytes([verdict.boilerplate_share, verdict.basis])
    extent = None if verdict.extent is None else verdict.extent._value_
    return json_bytes([extent, *_shares_list(verdict, limits.REMEMBERED_PASSAGES_MAX)])


def _end_of_number(packed: bytes, count: int) -> int:
    """Where the first `count` numbers of unsigned LEB128 end."""
    return int(np.flatnonzero(np.frombuffer(packed, np.uint8) < 128)[count - 1]) + 1


_PLAIN: tuple[list[Any], None, None] = ([], None, None)


class Head(Value):
    """What judging a candidate needs of a blob."""

    position: RawPosition
    body_xxh3: str
    id: str
    url: str
    publisher: str
    host: str
    domain: str
    credits: list[list[Any]]  # each for `credit_from_list`
    kind: VerdictKind
    story_id: str
    original: Original | None
    version: int  # as its publisher counts; 0: not said

    def strongest_credit(self) -> RecordCredit | None:
        """Its first credit that is more than a mention."""
        for values in self.credits:
            if values[6] != _FACT:
                return credit_from_list(values)
        return None


def decode_head(blob: bytes) -> Head:
    """The head of a blob. It is our own: damage is an assertion's matter, found by checksums before."""
    (
        partition,
        offset,
        digest,
        judged_bytes,
        _,
        names_bytes,
        topic_chars,
        id_chars,
        url_chars,
        publisher_chars,
        host_chars,
        domain_chars,
        kind,
        version,
        _,
    ) = _HEAD.unpack_from(blob)
    names_end = _HEAD.size + names_bytes
    names = blob[_HEAD.size : names_end].decode()
    id_at = topic_chars
    url_at = id_at + id_chars
    publisher_at = url_at + url_chars
    host_at = publisher_at + publisher_chars
    domain = names[len(names) - domain_chars :]
    id_ = names[id_at:url_at]
    credits_, story, original = (
        json_value(blob[names_end : names_end + judged_bytes]) if judged_bytes else _PLAIN
    )
    return Head(
        position=RawPosition(names[:id_at], partition, offset),
        body_xxh3=digest.hex(),
        id=id_,
        url=names[url_at:publisher_at],
        publisher=names[publisher_at:host_at],
        host=domain if host_chars == _SAME_HOST else names[host_at : host_at + host_chars],
        domain=domain,
        credits=credits_,
        kind=_VERDICT_KINDS[kind],
        story_id=id_ if story is None else story,
        original=None if original is None else _original(original),
        version=version,
    )


def decode_remembered(blob: bytes) -> Remembered:
    """The article that a blob holds."""
    head = decode_head(blob)
    quoted_at = _quoted_at(blob)
    rest = json_value(blob[quoted_at - _HEAD.unpack_from(blob)[_REST_BYTES] : quoted_at])
    if len(rest) == 2:
        basis = tuple(Basis(one) for one in rest[1])
        verdict = Verdict(
            head.kind, None, head.story_id, head.original, 0.0, 0.0, rest[0], (), (), None, basis
        )
    else:
        verdict = verdict_from_list([head.kind, rest[0], head.story_id, None, *rest[1:]])
        verdict = replace(verdict, original=head.original)
    return Remembered(
        position=head.position,
        body_xxh3=head.body_xxh3,
        id=head.id,
        url=head.url,
        publisher=head.publisher,
        host=head.host,
        domain=head.domain,
        credits=tuple(credit_from_list(c) for c in head.credits),
        verdict=verdict,
    )


def credit_from_list(values: list[Any]) -> RecordCredit:
    """One of a head's credits."""
    kind, name, key, agency, start, end, scope, context = values
    return RecordCredit(CREDIT_KINDS[kind], name, key, agency, start, end, CreditScope(scope), context)


def remembered_lines(blob: bytes) -> I32:
    """The lines i32[l, 5] that a blob holds."""
    at = _quoted_at(blob) + _HEAD.unpack_from(blob)[_QUOTED_BYTES]
    packed = np.frombuffer(blob, np.uint8, -1, at).copy() if at < len(blob) else _NONE
    lines = np.empty((len(packed) // 4, 5), np.int32)
    return lines[: varint_kernels.unpack_lines(packed, lines)]


def remembered_quoted(blob: bytes) -> bytes:
    """Which tokens of an article are quoted, as its record had it."""
    at = _quoted_at(blob)
    return blob[at : at + _HEAD.unpack_from(blob)[_QUOTED_BYTES]]


def _quoted_at(blob: bytes) -> int:
    head = _HEAD.unpack_from(blob)
    at: int = _HEAD.size + head[_NAMES_BYTES] + head[_JUDGED_BYTES] + head[_REST_BYTES]
    return at


def verdict_list(verdict: Verdict) -> list[object]:
    """A verdict as plain values, without names: what a snapshot and the memory of redelivery hold. Fields behind those that
    are named here are written as they are: numbers, text, truth values."""
    original, extent = verdict.original, verdict.extent
    # `_value_` is what `value` gives, without the call that a member's property is
    return [
        verdict.kind._value_,
        None if extent is None else extent._value_,
        verdict.story,
        None if original is None else _original_list(original),
        *_shares_list(verdict, None),
    ]


def _shares_list(verdict: Verdict, passages_max: int | None) -> list[object]:
    """The rest of a verdict's list: what it shares with which sources, and why it says so."""
    credit = verdict.credit
    sources, number = list[list[object]](), dict[str, int]()
    for source in verdict.sources:
        number[source.id] = len(sources)
        sources.append([source.id, source.publisher, source.share, source.source_share])
    passages = [
        [passage.start, passage.end, passage.words, number[passage.source]]
        for passage in verdict.passages[:passages_max]
        if passage.source in number
    ]
    return [
        verdict.share,
        verdict.source_share,
        verdict.boilerplate_share,
        passages,
        sources,
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
            credit.scope._value_,
        ],
        verdict.basis,
        [[q.start, q.end, q.words, q.id, q.publisher] for q in verdict.quotations],
        *(_later(verdict) if _LATER else ()),
    ]


def _later(verdict: Verdict) -> list[object]:
    return [getattr(verdict, name) for name in _LATER]


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
        quotations,
        *later,
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
        None if credit is None else _credit(*credit),
        tuple(Basis(one) for one in basis),
        tuple(Quotation(*one) for one in quotations),
        *later,
    )


def _credit(
    kind: str, name: str, key: str, agency: bool, text: str, start: int, end: int, scope: str
) -> Credit:
    return Credit(CreditKind(kind), name, key, agency, text, start, end, CreditScope(scope))


def _original_list(original: Original) -> list[object]:
    at = original.position
    return [
        original.id,
        original.url,
        original.publisher,
        original.published_at_ms,
        original.ingested,
        None if at is None else (at.topic, at.partition, at.offset),
    ]


def _position(position: RawPosition) -> tuple[str, int, int]:
    return position.topic, position.partition, position.offset


def _original(values: list[Any]) -> Original:
    id_, url, publisher, published_at_ms, ingested, position = values
    return Original(
        id_,
        url,
        publisher,
        published_at_ms,
        ingested,
        None if position is None else RawPosition(*position),
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
