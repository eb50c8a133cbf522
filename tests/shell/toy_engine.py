"""An engine small enough to be right by sight: the pipeline's tests need verdicts that depend on the log's
order, no more.

The first article with a body is the original; a later one with the same body republishes it. A body "late"
corrects the article before it in the log. A redelivered position gets its first outcome back, as the real
engine's does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wirecopy.core.fingerprint.agreement import decode_agreement, is_agreement, made_again, merged
from wirecopy.core.model import (
    Agreement,
    Basis,
    Correction,
    CorrectionReason,
    EngineStats,
    Extent,
    Original,
    Outcome,
    RawArticle,
    RawPosition,
    RefusalReason,
    Refused,
    Rejected,
    RejectReason,
    Verdict,
    VerdictKind,
)
from wirecopy.shell.ports import ProposalPort, Steps


@dataclass(frozen=True, slots=True)
class ToyProposal:
    article: RawArticle
    value: bytes
    body_xxh3: str


class ToyEngine:
    def __init__(self) -> None:
        self._first: dict[str, tuple[str, RawPosition]] = {}
        self._taken: dict[tuple[RawPosition, str], Outcome] = {}
        self._last: Outcome | None = None
        self._offset = 0
        self._time_ms = 0
        self._refused = 0
        self._agreed: Agreement | None = None

    def propose(self, article: RawArticle) -> ToyProposal:
        if article.body == "propose fails":
            raise ZeroDivisionError("a fault of our own")
        digest = hashlib.sha256(article.body.encode()).hexdigest()[:32]
        position = [article.position.topic, article.position.partition, article.position.offset]
        record = {"position": position, "body": digest, "id": article.id, "late": article.body == "late"}
        return ToyProposal(article, json.dumps(record).encode(), digest)

    def replay_many(self, records: Sequence[tuple[int, int, bytes]]) -> list[Outcome | Refused | Agreement]:
        return [self._replay(*record) for record in records]

    def _replay(self, log_offset: int, log_time_ms: int, value: bytes) -> Outcome | Refused | Agreement:
        assert log_offset >= self._offset, "the log is replayed in order, each record once"
        self._offset = log_offset + 1
        self._time_ms = max(self._time_ms, log_time_ms)
        if is_agreement(value):
            agreement = decode_agreement(value)
            assert isinstance(agreement, Agreement)
            again = made_again(self._agreed, agreement)
            self._agreed = merged(self._agreed, agreement)
            self._taken = {key: one for key, one in self._taken.items() if key[0].topic not in again}
            return agreement
        try:
            record = json.loads(value)
            position = RawPosition(*record["position"])
        except (ValueError, KeyError, TypeError):
            self._refused += 1
            return Refused(RefusalReason.NOT_A_RECORD, "not of this engine")
        return self._judge(position, record["body"], record["id"], record["late"])

    def _judge(self, position: RawPosition, body: str, article_id: str, late: bool) -> Outcome:
        known = self._taken.get((position, body))
        if known is not None:
            return Outcome(position, body, known.verdict, known.corrections, redelivered=True)
        first_id, first_position = self._first.setdefault(body, (article_id, position))
        verdict = _verdict(article_id, position, first_id, first_position)
        corrections: tuple[Correction, ...] = ()
        if late and self._last is not None:
            corrections = (
                Correction(
                    self._last.verdict.story,
                    self._last.position,
                    self._last.body_xxh3,
                    self._last.verdict,
                    CorrectionReason.LATE_ORIGINAL,
                    position,
                ),
            )
        outcome = Outcome(position, body, verdict, corrections, redelivered=False)
        self._taken[(position, body)] = self._last = outcome
        return outcome

    def judged(self, topic: str, partition: int) -> tuple[int, int] | None:
        offsets = [at.offset for at, _ in self._taken if (at.topic, at.partition) == (topic, partition)]
        return (min(offsets), max(offsets)) if offsets else None

    def body_at(self, topic: str, partition: int, offset: int) -> str | None:
        bodies = [body for at, body in self._taken if at == RawPosition(topic, partition, offset)]
        return bodies[-1] if bodies else None

    def agreed(self) -> Agreement | None:
        return self._agreed

    def stats(self) -> EngineStats:
        return EngineStats(len(self._taken), 0, 0, 0, self._offset, self._time_ms, self._refused)


def _verdict(article_id: str, position: RawPosition, first_id: str, first: RawPosition) -> Verdict:
    if first == position:
        return Verdict(VerdictKind.ORIGINAL, None, article_id, None, 0.0, 0.0, 0.0, (), (), None, ())
    original = Original(first_id, None, "toy", None, True, first)
    basis = (Basis.FIRST_SEEN,)
    return Verdict(
        VerdictKind.REPUBLICATION, Extent.FULL, first_id, original, 1.0, 1.0, 0.0, (), (), None, basis
    )


def decode(value: bytes | None, position: RawPosition) -> RawArticle | Rejected:
    if value is None:
        return Rejected(RejectReason.TOMBSTONE, "no value")
    try:
        record: Any = json.loads(value)
    except ValueError:
        return Rejected(RejectReason.NOT_JSON, "not JSON")
    if record.get("body") == "decode fails":
        raise KeyError("a fault of our own")
    return RawArticle(
        position=position,
        raw=value,
        id=record["id"],
        body=record["body"],
        text=record["body"],
        offsets=None,
        title="",
        url="",
        host="",
        publisher="",
        domain="",
        published_at_ms=None,
        language="",
        version=0,
    )


def enrich(proposal: ProposalPort, outcome: Outcome) -> Verdict:
    if proposal.article.body == "enrich fails":
        raise IndexError("a fault of our own")
    return outcome.verdict


def encode_enriched(article: RawArticle, verdict: Verdict, body_xxh3: str) -> bytes:
    record = json.loads(article.raw)
    record["republication"] = {
        "verdict": verdict.kind.value,
        "story": verdict.story,
        "body_xxh3": body_xxh3,
        "position": [article.position.topic, article.position.partition, article.position.offset],
    }
    return json.dumps(record).encode()


def encode_correction(correction: Correction) -> bytes:
    return json.dumps({"id": correction.id, "cause": correction.cause.offset}).encode()


TOY_STEPS = Steps(decode, enrich, encode_enriched, encode_correction)


def raw(article_id: str, body: str) -> bytes:
    return json.dumps({"id": article_id, "body": body}).encode()
