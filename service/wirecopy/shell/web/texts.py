"""The texts of articles, read again from the raw topic.

The index holds fingerprints and no text, so a page reads its texts from the raw topic by position, as long as
the topic keeps them. Texts that this replica has just decoded are cached (bounded by bytes), since people look
at new articles most; the others come through `ports.RawReader`.

Invariant: a text is shown only if its digest is that of the judged article. A topic that was deleted and
created again has another record at the same position; such a text is `Gone`.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wirecopy.core.hashing import body_xxh3
from wirecopy.core.model import RawArticle, RawPosition, Rejected
from wirecopy.shell.errors import PortError
from wirecopy.shell.ports import RawReader, RawRecord

CACHE_BYTES_MAX: Final = 32 * 1024 * 1024  # of raw records: some six thousand of an average article
RECORD_BYTES_MAX: Final = 4 * 1024 * 1024  # a larger one is not kept: it would push out a thousand others
INLINE_BYTES_MAX: Final = 64 * 1024  # decoding more than this leaves the event loop for a thread
RECENT_MAX: Final = 512  # just decoded, and not yet taken into the cache: a tenth of a second's worth
RECENT_BYTES_MAX: Final = 128 * 1024  # of one of them: a larger record is read again when somebody looks
READS_MAX: Final = 32  # that wait for the reader at a time; one more is refused at once
READ_SECONDS_MAX: Final = 4.0  # a page waits no longer for a text

Decode = Callable[[bytes | None, RawPosition], RawArticle | Rejected]


class GoneReason(StrEnum):
    RETENTION = "retention"  # the topic does not hold the record any more
    REPLACED = "replaced"  # another record lies there: the topic was created anew
    UNREADABLE = "unreadable"  # it cannot be decoded (any more): field paths have changed
    UNREACHABLE = "unreachable"  # the broker did not answer in time: later it may
    BUSY = "busy"  # too many ask at once: later it may


@dataclass(frozen=True, slots=True)
class Gone:
    """No text, and a sentence with the reason."""

    reason: GoneReason
    detail: str


class Texts:
    """`read` returns an article's text or the reason why there is none. `reader` None: only cached texts."""

    def __init__(self, decode: Decode, reader: RawReader | None) -> None:
        self._decode = decode
        self._reader = reader
        self._kept: OrderedDict[RawPosition, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._recent: deque[tuple[RawPosition, bytes]] = deque(maxlen=RECENT_MAX)
        self._reading: dict[RawPosition, asyncio.Future[RawArticle | Gone]] = {}
        self._one = asyncio.Lock()  # the reader seeks: one at a time

    def decoded(self, article: RawArticle) -> None:
        """Note an article that was just decoded. Callable from any thread: one append."""
        if len(article.raw) <= RECENT_BYTES_MAX:
            self._recent.append((article.position, article.raw))

    async def read(self, position: RawPosition, digest: str = "") -> RawArticle | Gone:
        """The article at a position. `digest`: of the judged body, which must match."""
        self.take_decoded()
        raw = self._kept.get(position)
        if raw is not None:
            self._kept.move_to_end(position)
            article = await self._decoded(raw, position)
        else:
            article = await self._shared(position)
        if isinstance(article, RawArticle) and digest and body_xxh3(article.body) != digest:
            return Gone(GoneReason.REPLACED, "The raw topic now has another record at this position.")
        return article

    async def record(self, position: RawPosition) -> RawRecord | None:
        """The raw record as it lies in its topic; None where nobody can give it (any more)."""
        if self._reader is None:
            return None
        try:
            async with asyncio.timeout(READ_SECONDS_MAX), self._one:
                return await self._reader.read(position)
        except (PortError, TimeoutError):
            return None

    async def close(self) -> None:
        if self._reader is not None:
            await self._reader.close()

    async def _shared(self, position: RawPosition) -> RawArticle | Gone:
        """One read for all callers that want the same position meanwhile."""
        pending = self._reading.get(position)
        if pending is None:
            if self._reader is None:
                return Gone(GoneReason.RETENTION, "The text was not kept.")
            if len(self._reading) >= READS_MAX:
                return Gone(GoneReason.BUSY, "Too many texts are being read at once; try again later.")
            pending = asyncio.ensure_future(self._fetched(self._reader, position))
            self._reading[position] = pending
            pending.add_done_callback(lambda _: self._reading.pop(position, None))
        return await asyncio.shield(pending)

    async def _fetched(self, reader: RawReader, position: RawPosition) -> RawArticle | Gone:
        try:
            async with asyncio.timeout(READ_SECONDS_MAX), self._one:
                record = await reader.read(position)
        except (PortError, TimeoutError):
            return Gone(
                GoneReason.UNREACHABLE, "The raw topic cannot be read at the moment; try again later."
            )
        if record is None or record.value is None:
            return Gone(GoneReason.RETENTION, "The raw topic no longer has it.")
        if isinstance(record.read, Rejected):
            return Gone(GoneReason.UNREADABLE, f"Its record cannot be read: {record.read.detail}.")
        article = await self._decoded(record.read or record.value, position)
        if isinstance(article, RawArticle):
            self._keep(position, article.raw)
        return article

    async def _decoded(self, value: bytes, position: RawPosition) -> RawArticle | Gone:
        if len(value) > INLINE_BYTES_MAX:
            article = await asyncio.to_thread(self._decode, value, position)
        else:
            article = self._decode(value, position)
        if isinstance(article, Rejected):
            return Gone(GoneReason.UNREADABLE, f"Its record cannot be read: {article.detail}.")
        return article

    def take_decoded(self) -> None:
        """Cache what was decoded since the last call; the oldest texts are dropped."""
        while self._recent:
            self._keep(*self._recent.popleft())

    def _keep(self, position: RawPosition, raw: bytes) -> None:
        if len(raw) > RECORD_BYTES_MAX:
            return
        before = self._kept.pop(position, b"")
        self._kept[position] = raw
        self._kept_bytes += len(raw) - len(before)
        while self._kept_bytes > CACHE_BYTES_MAX:
            _, old = self._kept.popitem(last=False)
            self._kept_bytes -= len(old)
