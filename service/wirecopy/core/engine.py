"""The replicated state machine: `propose` makes a record for the fingerprint log, `replay` applies one.

Kafka's group coordinator has the same shape (`CoordinatorRuntime`, KIP-848): a write returns records, state changes only
when the record comes back from the log. `replay` sees the log alone: its records, their order and append times; no clock,
no chance, no partition assignment. So every replica holds the same index and says the same (law 1).

The state: the origin index, and the last outcomes of each raw partition, so that a redelivered record is told what was
said the first time although the index has moved on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from wirecopy.core import limits
from wirecopy.core.fingerprint.agreement import (
    decode_agreement,
    encode_agreement,
    is_agreement,
    made_again,
    merged,
)
from wirecopy.core.fingerprint.propose import Proposal, propose
from wirecopy.core.fingerprint.record import ENGINE_VERSION, SketchRecord, decode_record
from wirecopy.core.index.feature_index import FeatureIndex
from wirecopy.core.index.live_digest import live_digest
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.index.stored import (
    OutcomeValues,
    Remembered,
    encode_outcomes,
    outcome_from_list,
    outcome_values,
    position_of,
)
from wirecopy.core.model import (
    Agreement,
    EngineStats,
    Outcome,
    Passage,
    Quotation,
    Refused,
    Rewritten,
    Verdict,
)
from wirecopy.core.rewriting import first_seen, judged_again, rewritten_from, says_something_new
from wirecopy.core.values import replace
from wirecopy.core.verdict.comparison import Comparison, compare
from wirecopy.core.verdict.judge import Judged, judge
from wirecopy.core.verdict.learning import learn
from wirecopy.core.verdict.workspace import Workspace

Placed = TypeVar("Placed", Passage, Quotation)

__all__ = ["ENGINE_VERSION", "Engine", "Proposal", "Remembered", "enrich"]

Recent = dict[tuple[str, int], dict[int, Outcome | OutcomeValues]]  # as values where a snapshot gave them

_MODES = tuple(Rewritten)
_DECODED_AHEAD = 32  # records: a slice of the follower's and more, and little memory


class Engine:
    """The index and everything that decides. Not for several threads at once, but for `propose`."""

    def __init__(
        self,
        *,
        window_ms: int = limits.WINDOW_MS,
        shards: int = 1,
        rewritten: Rewritten = Rewritten.ON,
    ) -> None:
        self._window_ms = window_ms
        self._rewritten = rewritten
        self._features = FeatureIndex()
        self._renew_ms = window_ms * limits.RENEW_AGE_PERCENT // 100
        self._index = OriginIndex(shards)
        self._workspace = Workspace.least()
        self._recent: Recent = {}
        self._log_offset = 0
        self._log_time_ms = 0
        self._refused = 0
        self._agreed: Agreement | None = None

    @property
    def index(self) -> OriginIndex:
        """What is remembered, to be read only; for tests and benchmarks. The service uses the methods below."""
        return self._index

    @property
    def rewritten(self) -> Rewritten:
        """What becomes of evidence that an article was rewritten."""
        return self._rewritten

    def at_url(self, url: str) -> Remembered | None:
        """The newest article of an address, as far as the window reaches. Changes nothing."""
        return self._index.at_url(url)

    propose = staticmethod(propose)
    """`propose(article)` fingerprints an article; changes nothing. May run in any thread."""

    def replay(self, log_offset: int, log_time_ms: int, value: bytes) -> Outcome | Refused | Agreement:
        """Applies one record of the fingerprint log: the only thing that changes the index."""
        return self._applied(log_offset, log_time_ms, _decoded(value))

    def replay_many(self, records: Sequence[tuple[int, int, bytes]]) -> list[Outcome | Refused | Agreement]:
        """Applies records in order. A few are decoded at a time: each step then finds its own code still in the cache."""
        outcomes: list[Outcome | Refused | Agreement] = []
        for at in range(0, len(records), _DECODED_AHEAD):
            few = records[at : at + _DECODED_AHEAD]
            decoded = [(offset, time_ms, _decoded(value)) for offset, time_ms, value in few]
            outcomes += [self._applied(*record) for record in decoded]
        return outcomes

    def _applied(
        self, log_offset: int, log_time_ms: int, record: SketchRecord | Refused | Agreement
    ) -> Outcome | Refused | Agreement:
        """Applies one record as decoded."""
        self._log_offset = log_offset + 1
        if isinstance(record, Refused):
            self._refused += 1
            return record
        if isinstance(record, Agreement):
            return self._agree(record)
        position = record.position
        offset, partition = position.offset, (position.topic, position.partition)
        recent = self._recent.get(partition)
        if recent is None:
            recent = self._recent[partition] = {}
        before = recent.get(offset)
        if before is not None:
            before = before if isinstance(before, Outcome) else outcome_from_list(before)
            if before.body_xxh3 == record.body_xxh3:
                recent[offset] = before
                return replace(before, redelivered=True)
            del recent[offset]  # what comes in its place is the newest
        if log_time_ms > self._log_time_ms:  # log time never runs backwards
            self._log_time_ms = log_time_ms
        window_from_ms = self._log_time_ms - self._window_ms
        if self._index.articles.oldest_ms < window_from_ms:
            self._index.forget_before(window_from_ms)
            self._features.expire(self._index.articles.oldest_live)
        judged, comparison = self._judged(record)
        renew_from_ms = self._log_time_ms - self._renew_ms
        number = learn(
            self._index, comparison, judged.verdict, judged.learned, self._log_time_ms, renew_from_ms
        )
        if (
            self._rewritten is not Rewritten.OFF
            and record.features is not None
            and says_something_new(judged.verdict)
        ):
            self._features.insert(record.features, number)
        outcome = recent[offset] = Outcome(
            position, record.body_xxh3, judged.verdict, judged.corrections, False
        )
        if len(recent) > limits.RECENT_VERDICTS_PER_PARTITION:
            del recent[next(iter(recent))]
        return outcome

    def _agree(self, record: Agreement) -> Agreement:
        """What counts from now on. Positions of a topic that was made again name other records than before."""
        agreed = merged(self._agreed, record)
        for topic in made_again(self._agreed, agreed):
            for partition in [one for one in self._recent if one[0] == topic]:
                del self._recent[partition]
        self._agreed = agreed
        return record

    def agreed(self) -> Agreement | None:
        """What the replicas of this log have agreed on, as far as the log was replayed; None: nothing yet."""
        return self._agreed

    def check(self, proposal: Proposal) -> Outcome:
        """What `replay` would say of this article if it came next, at the log's present time; changes nothing. Not beside
        `replay` in another thread: it reads what `replay` writes."""
        record = decode_record(proposal.value)
        assert not isinstance(record, Refused), "a proposal is a record of this engine's version"
        judged, _ = self._judged(record)
        return Outcome(record.position, record.body_xxh3, judged.verdict, judged.corrections, False)

    def _judged(self, record: SketchRecord) -> tuple[Judged, Comparison]:
        """The verdict on a record, and what it was compared with; changes nothing. Rare words are asked where words did not
        decide."""
        comparison = self._compared(record)
        judged = judge(self._index, comparison)
        if (
            record.features is not None
            and self._rewritten is not Rewritten.OFF
            and first_seen(judged.verdict)
        ):
            found = rewritten_from(self._index, self._features, comparison, record.features)
            if found is not None:
                judged = judged_again(judged, found, self._rewritten)
        return judged, comparison

    def _compared(self, record: SketchRecord) -> Comparison:
        """A record looked up in the index; good until the next."""
        comparison = compare(record, self._index, self._workspace)
        if comparison.workspace is not self._workspace and comparison.workspace.kept:
            self._workspace = comparison.workspace
        return comparison

    def judged(self, topic: str, partition: int) -> tuple[int, int] | None:
        """The lowest and the highest raw offset of a partition among the outcomes that are remembered; None: there is none."""
        recent = self._recent.get((topic, partition))
        return (min(recent), max(recent)) if recent else None

    def body_at(self, topic: str, partition: int, offset: int) -> str | None:
        """The digest of the body that was judged at a raw position, as far as that is remembered."""
        held = self._recent.get((topic, partition), {}).get(offset)
        if held is None:
            return None
        return held.body_xxh3 if isinstance(held, Outcome) else str(held[1])

    def stats(self) -> EngineStats:
        """Sizes and progress, for metrics."""
        index = self._index
        return EngineStats(
            articles=len(index.articles),
            postings=len(index.postings),
            index_bytes=index.postings.nbytes
            + index.site_marks.nbytes
            + index.articles.nbytes
            + self._features.nbytes,
            template_shingles=len(index.site_marks),
            log_offset=self._log_offset,
            log_time_ms=self._log_time_ms,
            records_refused=self._refused,
        )

    # ---- keeping
    def live_digest(self) -> str:
        """Of all that decides later verdicts, redelivered records aside: equal for two engines that remember the same of the
        same articles, from wherever they read the log (index/live_digest.py)."""
        return live_digest(self._index, self._features, self._log_time_ms)

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """All that decides what is said from here on, as arrays by name; views, so write or copy them before the next
        change. `from_state` gives an engine that says the same to the byte."""
        state = self.index_arrays()
        numbers = [
            ENGINE_VERSION,
            self._window_ms,
            self._log_offset,
            self._log_time_ms,
            self._refused,
            _MODES.index(self._rewritten),
        ]
        state["engine"] = np.array(numbers, np.int64)
        outcomes = [outcome for held in self._recent.values() for outcome in held.values()]
        agreed = b"" if self._agreed is None else encode_agreement(self._agreed)
        state["agreed"] = np.frombuffer(agreed, np.uint8)
        state["recent"] = np.frombuffer(encode_outcomes(outcomes), np.uint8)
        return state

    def index_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Those arrays of `state` that are the index, by name; cheap."""
        features = {f"features/{name}": array for name, array in self._features.state().items()}
        return self._index.state() | features

    def sealed_arrays(self) -> dict[str, int]:
        """Names of the arrays of `state` that no replay changes any more and that are still needed, with the number by
        which `map_array` knows them."""
        return {f"articles/blobs_{number:08d}": number for number in self._index.articles.sealed_segments()}

    def map_array(self, number: int, mapped: npt.NDArray[np.uint8]) -> None:
        """Reads a sealed array from these bytes from now on, which must be equal to its own (a mapped file, say)."""
        self._index.articles.replace_segment(number, mapped)

    @classmethod
    def from_state(cls, state: Mapping[str, npt.NDArray[Any]]) -> Engine:
        """The engine that gave the state. ValueError where another engine version wrote it: rebuild from the log then."""
        version, window_ms, log_offset, log_time_ms, refused, mode = state["engine"].tolist()
        if version != ENGINE_VERSION:
            raise ValueError(
                f"the state is of engine version {version}, this is {ENGINE_VERSION}: rebuild it from the log"
            )
        engine = cls(window_ms=window_ms, rewritten=_MODES[mode])
        engine._index = OriginIndex.from_state(state)
        prefix = "features/"
        engine._features = FeatureIndex.from_state(
            {name[len(prefix) :]: array for name, array in state.items() if name.startswith(prefix)}
        )
        engine._log_offset, engine._log_time_ms, engine._refused = log_offset, log_time_ms, refused
        agreed = decode_agreement(state["agreed"].tobytes())
        engine._agreed = agreed if isinstance(agreed, Agreement) else None
        for values in outcome_values(state["recent"].tobytes()):
            at = position_of(values)
            engine._recent.setdefault((at.topic, at.partition), {})[at.offset] = values
        return engine


def _decoded(value: bytes) -> SketchRecord | Refused | Agreement:
    return decode_agreement(value) if is_agreement(value) else decode_record(value)


def enrich(proposal: Proposal, outcome: Outcome) -> Verdict:
    """The verdict with what only the owner of the text can add: the credit's words, passages cut at tokens. Pure."""
    verdict = outcome.verdict
    article = proposal.article
    credit, passages, quotations = verdict.credit, verdict.passages, verdict.quotations
    if credit is not None:
        credit = replace(credit, text=article.body[credit.start : credit.end])
    if (passages or quotations) and article.offsets is None and len(proposal.starts):
        passages = tuple([_cut_at_tokens(p, proposal) for p in passages])
        quotations = tuple([_cut_at_tokens(q, proposal) for q in quotations])
    elif credit is None:
        return verdict
    return replace(verdict, credit=credit, passages=passages, quotations=quotations)


def _cut_at_tokens(passage: Placed, proposal: Proposal) -> Placed:
    """A passage whose edges lie between tokens: interpolation inside a line may have cut one."""
    first = int(np.searchsorted(proposal.ends, passage.start, side="right"))
    last = int(np.searchsorted(proposal.starts, passage.end, side="left")) - 1
    if first > last:
        return passage
    start = min(passage.start, int(proposal.starts[first]))
    end = max(passage.end, int(proposal.ends[last]))
    return replace(passage, start=start, end=end)
