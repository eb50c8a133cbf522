"""The pages over the result of a scan: `wirecopy scan --serve`.

`ScannedPages` is told of what the scan judges, like any observer. Articles' records are kept in a temporary file, which has
no name and goes with the process; the pages read an article's text from there.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from wirecopy.core.engine import Engine
from wirecopy.core.fingerprint.propose import Proposal
from wirecopy.core.model import Outcome, RawPosition, Refused
from wirecopy.core.records.raw import decode_raw
from wirecopy.shell.observe.telemetry import PrometheusSink
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.pipeline.scan_log import TOPIC
from wirecopy.shell.pipeline.scanner import ScanOptions
from wirecopy.shell.pipeline.text_check import TextChecker, read_text
from wirecopy.shell.pipeline.turns import EngineTurns
from wirecopy.shell.ports import Lag, LogRecord, PipelineHealth, RawRecord
from wirecopy.shell.web.server import HttpServer, Views
from wirecopy.shell.web.site import Site

HOST: Final = "127.0.0.1"
PORT: Final = 8080  # of the pages, as that of the service; where it is taken, any
_HEALTH: Final = PipelineHealth(caught_up=True, assigned=0, opened=0, waits=())


class _Records:
    """The records of judged articles, by their numbers (`RawReader`)."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - as long as this object
        self._numbers = array("Q")  # ascending
        self._ends = array("Q", [0])

    def add(self, number: int, raw: bytes) -> None:
        self._file.write(raw)
        self._numbers.append(number)
        self._ends.append(self._ends[-1] + len(raw))

    async def read(self, position: RawPosition) -> RawRecord | None:
        at = bisect_left(self._numbers, position.offset)
        if position.topic != TOPIC or at == len(self._numbers) or self._numbers[at] != position.offset:
            return None
        self._file.seek(self._ends[at])
        value = self._file.read(self._ends[at + 1] - self._ends[at])
        return RawRecord(position, None, value, (), 0)

    async def close(self) -> None:
        self._file.close()


class _Ended:
    """A scan that is over, as the pages see a pipeline."""

    def observe(self, observer: Callable[[Sequence[LogRecord], Sequence[Outcome | Refused]], None]) -> None:
        """Nothing comes any more."""

    def health(self) -> PipelineHealth:
        return _HEALTH

    def lag(self) -> Lag:
        return Lag(0, 0)


class ScannedPages:
    """The pages of one scan. An observer of `scan`; `engine` is the scan's."""

    def __init__(self, engine: Engine, options: ScanOptions, articles_max: int) -> None:
        self._engine = engine
        self._options = options
        self._records = _Records()
        self.site = Site(
            lambda value, position: decode_raw(value, position, options.fields, options.aliases),
            self._records,
            articles_max=articles_max,
            wall_clock_ms=lambda: time.time_ns() // 1_000_000,
        )

    def judged(
        self, records: Sequence[LogRecord], outcomes: Sequence[Outcome], proposals: Sequence[Proposal]
    ) -> None:
        """See `Observer` of the scanner."""
        catalogue = self.site.catalogue
        for proposal in proposals:
            self._records.add(proposal.article.position.offset, proposal.article.raw)
            catalogue.heading(proposal.article)
        catalogue.add_many(records, outcomes)
        catalogue.take(float("inf"))

    async def serve(
        self, port: int | None, told: Callable[[str], None], stop: asyncio.Event | None = None
    ) -> None:
        """Until `stop`, Ctrl-C or SIGTERM. `told` is given the address. OSError where the port is taken."""
        stop = stop or asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        options = self._options
        with ThreadPoolExecutor(1, thread_name_prefix="replay") as executor:
            checker = TextChecker(
                self._engine,
                EngineTurns(self._engine, executor, 0),
                lambda value: read_text(value, options.fields, options.aliases),
                CheckOptions(),
                lambda: True,
            )
            self.site.attach(_Ended(), checker)
            await self.site.start()
            server: HttpServer | None = None
            try:
                server = await self._started(port)
                told(f"http://{HOST}:{server.port}/")
                await stop.wait()
            finally:
                if server is not None:
                    await server.stop()
                await self.site.stop()

    async def _started(self, port: int | None) -> HttpServer:
        views = Views(PrometheusSink().exposition, lambda: _HEALTH, lambda: True)
        ports = (PORT, 0) if port is None else (port,)
        for each in ports:
            server = HttpServer(views, HOST, each, routes=self.site.routes())
            try:
                await server.start()
            except OSError:
                await server.stop()
                if each == ports[-1]:
                    raise
                continue
            return server
        raise AssertionError("the last port is taken or returned")
