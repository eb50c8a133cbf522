"""Articles for tests of the core: texts that nobody wrote, records as the codec reads them, one engine's log.

`prose(seed)` strings common words into sentences: so many words that two seeds share no shingle by chance.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.fingerprint.propose import Proposal, propose
from wirecopy.core.model import Correction, Outcome, RawArticle, RawPosition, Verdict
from wirecopy.core.records.raw import FieldPaths, decode_raw

TOPIC = "articles.raw"
NOW_MS = 1_700_000_000_000
FIELDS = FieldPaths()

_WORDS = """
harbour council voted after long debate repair bridge winter storm closed schools mayor said money
national fund engineers found cracks pillars autumn survey trains would run again before spring
residents crossed river ferry farmers asked minister price milk fallen third year row factory owner
promised workers wages union leader called strike unless talks resumed court heard witness saw
driver leave scene police searched forest dogs helicopter hospital opened ward children doctors
patients waited months operation scientists measured glacier melt faster islands researchers
published journal team sailed north collected samples water plankton warm current museum painting
stolen decade ago returned anonymous caller curator wept director praised detective patience
festival drew crowds musicians played streets until dawn rain stopped singer cancelled concert
tickets refunded organisers airline cut flights fuel cost passengers stranded airport hotels full
airport strike controllers pilots budget parliament passed bill narrow majority opposition walked
chamber speaker adjourned session coalition partners argued reform pensions age limit raised critics
warned poorer pensioners suffer bank governor rates held inflation eased slightly bread vegetables
cheaper market traders sold apples honest weather scale old town square statue restored sculptor
bronze marble foundry apprentices learned craft teacher retired pupils planted orchard garden plum
trees village well dug deeper drought reservoir empty rationing summer wildfire crews fought flames
ridge volunteers carried buckets tankers planes dropped foam wind turned saved chapel monks sang
evening bells rang
""".split()  # noqa: SIM905 - a page of strings says no more


def prose(seed: int, words: int = 240, *, wide: int = 60) -> str:
    """About `words` words in sentences, a paragraph a line, blank lines between."""
    chance = random.Random(seed)
    paragraphs: list[str] = []
    count = 0
    while count < words:
        sentences = []
        size = 0
        while size < wide and count + size < words:
            length = chance.randint(11, 19)
            sentence = [chance.choice(_WORDS) for _ in range(length)]
            sentence[length // 2] += ","
            sentences.append(" ".join(sentence).capitalize() + ".")
            size += length
        paragraphs.append(" ".join(sentences))
        count += size
    return "\n\n".join(paragraphs)


def article(body: str, *, offset: int = 0, partition: int = 0, **fields: Any) -> RawArticle:
    """An article as the codec reads it from a raw record."""
    record = {"body": body, **fields}
    made = decode_raw(json.dumps(record).encode(), RawPosition(TOPIC, partition, offset), FIELDS, {})
    assert isinstance(made, RawArticle), made
    return made


@dataclass
class Desk:
    """An engine with its log: articles go in one by one, an hour of log time apart unless said otherwise."""

    engine: Engine = field(default_factory=Engine)
    log: list[tuple[int, int, bytes]] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    now_ms: int = NOW_MS

    def send(self, body: str, site: str, *, after_ms: int = 60_000, **fields: Any) -> Outcome:
        """Judges one article of a site. Its id is `site-n` and its URL a page of the site, unless given."""
        number = len(self.log)
        fields.setdefault("id", f"{site}-{number}")
        fields.setdefault("url", f"https://www.{site}/{number}")
        self.now_ms += after_ms
        return self.apply(propose(article(body, offset=number, **fields)))

    def apply(self, proposal: Proposal) -> Outcome:
        self.log.append((len(self.log), self.now_ms, proposal.value))
        outcome = self.engine.replay(*self.log[-1])
        assert isinstance(outcome, Outcome), outcome
        self.outcomes.append(outcome)
        self.proposals.append(proposal)
        return outcome

    def shown(self, number: int = -1) -> Verdict:
        """The verdict as its owner publishes it."""
        return enrich(self.proposals[number], self.outcomes[number])

    def final(self) -> dict[str, Verdict]:
        """The last word on every article, corrections applied."""
        told: dict[str, Verdict] = {}
        for proposal, outcome in zip(self.proposals, self.outcomes, strict=True):
            told[proposal.article.id] = outcome.verdict
            told |= {correction.id: correction.verdict for correction in self.corrections((outcome,))}
        return told

    def corrections(self, outcomes: Iterable[Outcome] | None = None) -> list[Correction]:
        return [c for outcome in (outcomes or self.outcomes) for c in outcome.corrections]


def state_of(engine: Engine) -> dict[str, Any]:
    """All that an engine holds, as values that compare equal."""
    held: dict[str, Any] = {"stats": engine.stats()}
    for name, array in engine.state().items():
        held[name] = (array.dtype, array.shape, np.ascontiguousarray(array).tobytes())
    return held


def assert_equal_engines(first: Engine, second: Engine) -> None:
    """Fails with the names of the parts that differ."""
    left, right = state_of(first), state_of(second)
    assert left.keys() == right.keys()
    assert not [name for name in left if left[name] != right[name]]


def replayed(log: Sequence[tuple[int, int, bytes]], window_ms: int = limits.WINDOW_MS) -> Engine:
    """A new engine that was fed a log."""
    engine = Engine(window_ms=window_ms)
    engine.replay_many(log)
    return engine
