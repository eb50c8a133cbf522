"""What all pages know, and the tasks that keep it current: the catalogue, the texts, the headlines that are wanted.

The pipeline owes the pages nothing and must not feel them: it appends to a queue, and nothing here is awaited by it. A
fault of the reading task is written to the log, and the task goes on with the next record.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from wirecopy.core.model import Outcome, RawArticle, RawPosition, Refused, Rejected
from wirecopy.shell.observe import logs
from wirecopy.shell.observe.guard import SourceGuard
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.ports import Lag, LogRecord, PipelineHealth, ProposalPort, RawReader, RawRecord, Steps
from wirecopy.shell.web.catalogue import Catalogue, Entry, headline_of
from wirecopy.shell.web.tally import Tally
from wirecopy.shell.web.texts import Decode, GoneReason, Texts

if TYPE_CHECKING:
    from wirecopy.shell.pipeline.text_check import TextChecker

ARTICLES_MAX: Final = 100_000
TAKE_INTERVAL_S: Final = 0.1  # how often what was told is read,
TAKE_SECONDS_MAX: Final = 0.003  # and for how long: 3 % of the event loop at most
WANTED_MAX: Final = 200  # headlines that wait to be read: what a few people have on their screens
TITLE_INTERVAL_S: Final = 0.02  # between two of them
FOR_GOOD: Final = {GoneReason.RETENTION, GoneReason.REPLACED, GoneReason.UNREADABLE}


@dataclass(frozen=True, slots=True)
class Status:
    """How fast articles arrive, and how far behind this replica is."""

    articles_per_second: float
    lag: Lag
    caught_up: bool
    known: int  # articles in the catalogue
    passed_over: int  # articles that came faster than the pages could take


class Followed(Protocol):
    """What the pages ask of a pipeline."""

    def observe(
        self, observer: Callable[[Sequence[LogRecord], Sequence[Outcome | Refused]], None]
    ) -> None: ...

    def health(self) -> PipelineHealth: ...

    def lag(self) -> Lag: ...


class SiteData:
    """The data that the pages share. `catalogue` and `texts` are used on the event loop only."""

    def __init__(
        self,
        decode: Decode,
        reader: RawReader | None,
        *,
        articles_max: int = ARTICLES_MAX,
        wall_clock_ms: Callable[[], int],
        check: CheckOptions | None = None,
    ) -> None:
        self.catalogue = Catalogue(articles_max)
        self.tally = Tally()
        self.guard = SourceGuard()  # the service puts its own here
        self.catalogue.changed = self.tally.changed
        self.checker: TextChecker | None = None
        self.check_options = check or CheckOptions()
        self.texts = Texts(decode, reader)
        self.wall_clock_ms = wall_clock_ms
        self._pipeline: Followed | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._wanted: OrderedDict[RawPosition, str] = OrderedDict()
        self._wants = asyncio.Event()
        self._log = logs.logger("pages")

    # ---- beside the pipeline
    def listening(self, steps: Steps) -> Steps:
        """The same steps, which also tell the pages of every article they decode, in any thread."""
        decode, fingerprint = steps.decode, steps.fingerprint

        def tell(article: RawArticle) -> None:
            self.catalogue.heading(article)
            self.texts.decoded(article)

        def and_tell(value: bytes | None, position: RawPosition) -> RawArticle | Rejected:
            article = decode(value, position)
            if isinstance(article, RawArticle):
                tell(article)
            return article

        def and_tell_all(records: Sequence[RawRecord]) -> Sequence[ProposalPort | Rejected] | None:
            found = None if fingerprint is None else fingerprint(records)
            for one in found or ():
                if not isinstance(one, Rejected):
                    tell(one.article)
            return found

        return replace(steps, decode=and_tell, fingerprint=None if fingerprint is None else and_tell_all)

    def attach(self, pipeline: Followed, checker: TextChecker | None = None) -> None:
        """Connect the catalogue to the pipeline's outcomes and lag."""
        self._pipeline = pipeline
        self.checker = checker
        pipeline.observe(self.catalogue.add_many)

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._take_for_ever(), name="pages"),
            asyncio.create_task(self._read_titles(), name="titles"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self.checker is not None:
            self.checker.close()
        await self.texts.close()

    async def _take_for_ever(self) -> None:
        while True:
            try:
                self.catalogue.take(TAKE_SECONDS_MAX)
                self.texts.take_decoded()
            except Exception as error:
                self._fault(error)
            await asyncio.sleep(TAKE_INTERVAL_S)

    def _fault(self, error: Exception) -> None:
        logs.log_event(
            self._log, logging.ERROR, "pages_fault", error=type(error).__name__, where=logs.where(error)
        )

    # ---- headlines
    def want(self, entries: Iterable[Entry]) -> None:
        """Read, when there is time, the missing headlines of entries that somebody views."""
        for entry in entries:
            if not entry.read:
                self._wanted[entry.position] = entry.body_xxh3
                self._wants.set()
        while len(self._wanted) > WANTED_MAX:
            self._wanted.popitem(last=False)

    async def _read_titles(self) -> None:
        while True:
            await self._wants.wait()
            if not self._wanted:
                self._wants.clear()
                continue
            position, digest = self._wanted.popitem()
            try:
                article = await self.texts.read(position, digest)
                if isinstance(article, RawArticle):
                    self.catalogue.note(position, headline_of(article), article.language)
                elif article.reason in FOR_GOOD:
                    self.catalogue.note(position, "", "")
            except Exception as error:
                self._fault(error)
            await asyncio.sleep(TITLE_INTERVAL_S)

    def status(self) -> Status:
        pipeline, catalogue = self._pipeline, self.catalogue
        return Status(
            catalogue.articles_per_second(),
            Lag(0, 0) if pipeline is None else pipeline.lag(),
            pipeline is not None and pipeline.health().caught_up,
            len(catalogue),
            catalogue.passed_over,
        )
