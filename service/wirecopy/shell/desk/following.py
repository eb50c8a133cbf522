"""A table that is followed: read to its end first, then as it changes, and again from its beginning after a failure.

What is known stays in force while the table cannot be read. Keys that are gone when it is read again (removed meanwhile, and
compacted away) are taken as removed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from typing import Final

from wirecopy.shell.errors import FatalError, PortError, UnavailableError
from wirecopy.shell.keyed import KeyedRecord, KeyedTopic
from wirecopy.shell.observe import logs

READ_MS: Final = 500
RETRY_S: Final = 1.0
RETRY_S_MAX: Final = 30.0
SEEN_SECONDS_MAX: Final = 10.0  # a change of our own comes back from the table within this


class Following:
    """`take` is given the records, `keys` says which are known; `told` is called whenever the table could be read."""

    def __init__(
        self,
        name: str,
        table: KeyedTopic,
        take: Callable[[Sequence[KeyedRecord]], None],
        keys: Callable[[], Collection[str]],
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._table = table
        self._take = take
        self._keys = keys
        self._told = told
        self._log = logs.logger(name)
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

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
                        f"the {self._name} could not be read in {seconds_max:.0f} s: {error}"
                    ) from error
                await asyncio.sleep(delay)
                delay = min(2 * delay, RETRY_S_MAX)
            except PortError as error:
                raise FatalError(f"the {self._name} cannot be read: {error}") from error
        logs.log_event(self._log, logging.INFO, "table_read", table=self._name, keys=len(self._keys()))
        self._task = asyncio.create_task(self._follow(), name=self._name)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._table.close()

    async def read_all(self) -> None:
        """Once, to the end that it has now. PortError."""
        stale = set(self._keys())
        await self._table.start()
        complete = False
        while not complete:
            batch = await self._table.read(READ_MS)
            stale.difference_update(record.key for record in batch.records)
            self._give(batch.records)
            complete = batch.complete
        self._give([KeyedRecord(key, None) for key in stale])
        self._told()

    async def _follow(self) -> None:
        delay = RETRY_S
        failed = False
        while True:
            try:
                if failed:
                    await self.read_all()
                    failed = False
                self._give((await self._table.read(READ_MS)).records)
                self._told()
                delay = RETRY_S
            except Exception as error:
                failed = True
                logs.log_event(
                    self._log,
                    logging.WARNING,
                    "table_unread",
                    table=self._name,
                    error=type(error).__name__,
                    detail=error if isinstance(error, PortError) else logs.where(error),
                )
                await asyncio.sleep(delay)
                delay = min(2 * delay, RETRY_S_MAX)

    def _give(self, records: Sequence[KeyedRecord]) -> None:
        if records:
            self._take(records)
            self._changed.set()
            self._changed = asyncio.Event()

    async def put(self, record: KeyedRecord, seen: Callable[[], bool]) -> None:
        """Into the table; returns when it has come back (`seen`), or later where the table is slow: it is safely written all
        the same. PortError."""
        await self._table.put([record])
        if self._task is None:
            return
        try:
            async with asyncio.timeout(SEEN_SECONDS_MAX):
                while not seen():
                    await self._changed.wait()
        except TimeoutError:
            pass
