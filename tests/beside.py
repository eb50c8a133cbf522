"""Something that runs until it is asked to stop, beside a test; and waiting for what it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def beside(run: Callable[[asyncio.Event], Coroutine[Any, Any, object]]) -> AsyncIterator[None]:
    """`run` is given the event that asks it to stop. What it raises comes out when the block ends."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """TimeoutError where it does not hold in this time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - looks at what tells nobody
            await asyncio.sleep(0.002)
