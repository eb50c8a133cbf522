"""The watches in force at one replica: read from their table, asked at every verdict.

They are read to their end before the first verdict is published, so that a restart overlooks nothing. After that a table
that cannot be read costs nothing but news: the watches known so far stay in force, the reader tries again, and the metric
`wirecopy_watches_read_timestamp_seconds` says when it last could.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from typing import Final

from wirecopy.core.model import Correction, RawArticle, Verdict, VerdictKind
from wirecopy.core.records.enriched import verdict_to_json
from wirecopy.shell.desk.following import Following
from wirecopy.shell.desk.licences import Licensed, nobody_knows
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.recall.withdrawn import is_withdrawn
from wirecopy.shell.desk.watches import records
from wirecopy.shell.desk.watches.compiled import CompiledWatches, Judged
from wirecopy.shell.desk.watches.watch import Watch, WatchFault, as_bytes, watch_from_bytes
from wirecopy.shell.keyed import KeyedRecord, KeyedTopic
from wirecopy.shell.observe import events, logs
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.ports import OutputRecord

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
        self._telemetry = telemetry or Telemetry()
        self.licensed = licensed
        self._log = logs.logger("watches")
        self._following = Following("watches", table, self.take, self.watches.ids, self._told)

    # ---- of the pipeline
    def judged(self, article: RawArticle, verdict: Verdict, body_xxh3: str) -> Sequence[OutputRecord]:
        """A record for each watch that matches, by the watches' ids; then one for each that is told of a recall."""
        judged = Judged(article.id, article.publisher, article.url, article.language, verdict)
        return (*self._matched(judged, article, body_xxh3), *self._recalled(judged, article, body_xxh3))

    def _recalled(self, judged: Judged, article: RawArticle, body_xxh3: str) -> Sequence[OutputRecord]:
        if not self.watches.recalling:
            return ()
        withdrawn = is_withdrawn(article.raw)
        if judged.verdict.kind is not VerdictKind.UPDATE and not withdrawn:
            return ()
        found = self.watches.of_recall(judged)
        if not found:
            return ()
        republication = verdict_to_json(judged.verdict, article.id, body_xxh3, article.position, None)
        self._telemetry.record(events.RECALLS, len(found))
        return [records.of_recall(one, article, republication, withdrawn=withdrawn) for one in found]

    def _matched(self, judged: Judged, article: RawArticle, body_xxh3: str) -> Sequence[OutputRecord]:
        verdict = judged.verdict
        found = self.watches.of_verdict(
            judged,
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
        await self._following.start(seconds_max)

    async def stop(self) -> None:
        await self._following.stop()

    async def read_all(self) -> None:
        """Once, for those who do not follow. PortError."""
        await self._following.read_all()

    def _told(self) -> None:
        self._telemetry.record(events.WATCHES, len(self.watches))
        self._telemetry.record(events.WATCHES_READ, time.time())

    # ---- changes
    def take(self, taken: Iterable[KeyedRecord]) -> None:
        """Records of the table, in order. One that cannot be read removes its key: an old question must not go on in its name."""
        for key, value in taken:
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

    async def put(self, watch: Watch) -> None:
        """Into the table, and in force here when this returns. PortError."""
        record = KeyedRecord(watch.id, as_bytes(watch))
        await self._following.put(record, lambda: self.watches.get(watch.id) == watch)

    async def remove(self, id_: str) -> None:
        """Out of the table, and out of force here when this returns. PortError."""
        await self._following.put(KeyedRecord(id_, None), lambda: self.watches.get(id_) is None)
