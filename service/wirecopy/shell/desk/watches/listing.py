"""The watches in force at one replica: read from their table, asked at every verdict.

They are read to their end before the first verdict is published, so that a restart overlooks nothing. After that a table
that cannot be read costs nothing but news: the watches known so far stay in force, the reader tries again, and the metric
`wirecopy_watches_read_timestamp_seconds` says when it last could.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from wirecopy.core.model import Correction, RawArticle, Verdict
from wirecopy.core.records.enriched import verdict_to_json
from wirecopy.shell.desk.licences import Licensed, nobody_knows
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.watches import records
from wirecopy.shell.desk.watches.compiled import CompiledWatches, Judged
from wirecopy.shell.desk.watches.watch import Watch, WatchFault, as_bytes, watch_from_bytes
from wirecopy.shell.errors import FatalError, PortError, UnavailableError
from wirecopy.shell.keyed import KeyedRecord, KeyedTopic
from wirecopy.shell.observe import events, logs
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.ports import OutputRecord

READ_MS: Final = 500
RETRY_S: Final = 1.0
RETRY_S_MAX: Final = 30.0
SEEN_SECONDS_MAX: Final = 10.0  # a change of our own comes back from the table within this
WATCHES_MAX: Final = 100_000


class WatchList:
    """Watches that follow a table. `judged` and `corrected` are the pipeline's (`Steps.watched`, `Steps.watched_again`)."""

    def __init__(
        self,
        table: KeyedTopic,
        parties: Parties,
        telemetry: Telemetry | None = None,
        licensed: Licensed = nobody_knows,
    ) -> None:
        self.watches = CompiledWatches(parties)
        self._table = table
        self._telemetry = telemetry or Telemetry()
        self.licensed = licensed
        self._log = logs.logger("watches")
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._stale: set[str] = set()  # of the last life, not seen again yet

    # ---- of the pipeline
    def judged(self, article: RawArticle, verdict: Verdict, body_xxh3: str) -> Sequence[OutputRecord]:
        """A record for each watch that matches, by the watches' ids."""
        found = self.watches.of_verdict(
            Judged(article.id, article.publisher, article.url, article.language, verdict),
            lambda: self.licensed(article.publisher, article.url, article.published_at_ms, verdict),
        )
        if not found:
            return ()
        known = found[0].licensed
        republication = verdict_to_json(verdict, article.id, body_xxh3, article.position, known)
        self._telemetry.record(events.MATCHES, len(found))
        return [records.of_verdict(match, article, republication) for match in found]

    def corrected(self, correction: Correction) -> Sequence[OutputRecord]:
        """The same of a correction. Who published its article is not known here, nor whether a licence allows it."""
        found = self.watches.of_correction(correction, lambda: None)
        self._telemetry.record(events.MATCHES, len(found))
        return [records.of_correction(match, correction) for match in found]

    # ---- its life
    async def start(self, seconds_max: float) -> None:
        """Read the table to its end, then follow it. FatalError where it cannot be read in this time."""
        give_up_at = time.monotonic() + seconds_max
        delay = RETRY_S
        while True:
            try:
                await self.read_all()
                break
            except UnavailableError as error:
                if time.monotonic() + delay > give_up_at:
                    raise FatalError(
                        f"the watches could not be read in {seconds_max:.0f} s: {error}"
                    ) from error
                await asyncio.sleep(delay)
                delay = min(2 * delay, RETRY_S_MAX)
            except PortError as error:
                raise FatalError(f"the watches cannot be read: {error}") from error
        logs.log_event(self._log, logging.INFO, "watches_read", watches=len(self.watches))
        self._task = asyncio.create_task(self._follow(), name="watches")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._table.close()

    async def read_all(self) -> None:
        self._stale = {watch.id for watch in self.watches.all()}
        await self._table.start()
        complete = False
        while not complete:
            batch = await self._table.read(READ_MS)
            self.take(batch.records)
            complete = batch.complete
        for id_ in self._stale:  # removed while nobody read, and compacted away
            self.watches.remove(id_)
        self._stale = set()
        self._told()

    async def _follow(self) -> None:
        delay = RETRY_S
        failed = False
        while True:
            try:
                if failed:
                    await self.read_all()
                    failed = False
                batch = await self._table.read(READ_MS)
                if batch.records:
                    self.take(batch.records)
                self._told()
                delay = RETRY_S
            except Exception as error:
                failed = True
                logs.log_event(
                    self._log,
                    logging.WARNING,
                    "watches_unread",
                    error=type(error).__name__,
                    detail=error if isinstance(error, PortError) else logs.where(error),
                )
                await asyncio.sleep(delay)
                delay = min(2 * delay, RETRY_S_MAX)

    def _told(self) -> None:
        self._telemetry.record(events.WATCHES, len(self.watches))
        self._telemetry.record(events.WATCHES_READ, time.time())

    # ---- changes
    def take(self, taken: Iterable[KeyedRecord]) -> None:
        """Records of the table, in order. One that cannot be read removes its key: an old question must not go on in its name."""
        for key, value in taken:
            self._stale.discard(key)
            try:
                if value is None:
                    self.watches.remove(key)
                elif self.watches.get(key) is None and len(self.watches) >= WATCHES_MAX:
                    raise WatchFault(f"There are {WATCHES_MAX} watches already.")  # noqa: TRY301
                else:
                    self.watches.put(watch_from_bytes(key, value))
            except WatchFault as fault:
                self.watches.remove(key)
                logs.log_event(self._log, logging.WARNING, "watch_unreadable", watch=key, detail=fault)
        self._changed.set()
        self._changed = asyncio.Event()

    async def put(self, watch: Watch) -> None:
        """Into the table, and in force here when this returns. PortError."""
        await self._table.put([KeyedRecord(watch.id, as_bytes(watch))])
        await self._seen(lambda: self.watches.get(watch.id) == watch)

    async def remove(self, id_: str) -> None:
        """Out of the table, and out of force here when this returns. PortError."""
        await self._table.put([KeyedRecord(id_, None)])
        await self._seen(lambda: self.watches.get(id_) is None)

    async def _seen(self, condition: Callable[[], bool]) -> None:
        """Until what was written has come back; later where the table is slow: it is safely written all the same."""
        if self._task is None:
            return
        try:
            async with asyncio.timeout(SEEN_SECONDS_MAX):
                while not condition():
                    await self._changed.wait()
        except TimeoutError:
            pass
