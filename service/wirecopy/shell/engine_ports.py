"""The engine as the pipeline sees it, so that tests can put another in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wirecopy.core.model import Agreement, EngineStats, Outcome, RawArticle, Refused


class ProposalPort(Protocol):
    @property
    def article(self) -> RawArticle: ...

    @property
    def value(self) -> bytes: ...

    @property
    def body_xxh3(self) -> str: ...


class EnginePort(Protocol):
    """`propose` changes nothing and may run in any thread; `replay_many` is called by the follower alone, in
    log order.
    """

    def propose(self, article: RawArticle) -> ProposalPort: ...

    def replay_many(
        self, records: Sequence[tuple[int, int, bytes]]
    ) -> Sequence[Outcome | Refused | Agreement]: ...

    def judged(self, topic: str, partition: int) -> tuple[int, int] | None:
        """The lowest and the highest raw offset of a partition that the engine remembers to have judged; None: none."""
        ...

    def body_at(self, topic: str, partition: int, offset: int) -> str | None:
        """The digest of the body that was judged at a raw position, as far as the engine remembers."""
        ...

    def agreed(self) -> Agreement | None:
        """What the replicas of this log have agreed on, as far as the log was replayed; None: nothing yet."""
        ...

    def stats(self) -> EngineStats: ...
