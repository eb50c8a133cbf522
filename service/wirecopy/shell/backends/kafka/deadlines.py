"""An end for every call on a client that may never return, and for clients that will not be closed.

With a frozen broker most calls of the Kafka client wait for ever: its sends, offsets, commits, starts and
stops. It also raises `CancelledError` in tasks that nobody cancelled. So each call is made within a deadline,
and a client that is done with is stopped in the background, where it may hang without holding up its
successor.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from wirecopy.shell.errors import PortError, UnavailableError


@asynccontextmanager
async def within(
    timeout_ms: int, doing: str, translate: Callable[[BaseException, str], PortError]
) -> AsyncIterator[None]:
    """A deadline for calls on the client, and the errors of errors.py for its own.

    A cancellation that nobody of ours asked for is the client's (A5) and counts as unavailability. Ours raises the
    task's count of `cancelling` while the call runs; what it was before says nothing, since Python 3.11 and 3.12 leave
    it raised after a TaskGroup has failed.
    """
    before = cancellations()
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            yield
    except TimeoutError as error:
        raise translate(UnavailableError(f"{doing}: no answer within {timeout_ms} ms"), doing) from error
    except asyncio.CancelledError as error:
        if cancellations() > before:
            raise
        raise UnavailableError(f"{doing}: the client cancelled its own call") from error
    except (TypeError, NameError):
        raise  # a fault of our own, not a transient one
    except Exception as error:
        raise translate(error, doing) from error


def cancellations() -> int:
    """How often the present task was asked to cancel and has not taken it back."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


_left_behind: set[asyncio.Task[None]] = set()


async def close_bounded(stop: Callable[[], Awaitable[Any]], timeout_ms: int) -> None:
    """Stop a client in the background, for at most this long: it may hang, or raise whatever it likes. Never
    raises.
    """

    async def stopping() -> None:
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await stop()
        except BaseException:
            return

    task = asyncio.create_task(stopping(), name="close a client")
    _left_behind.add(task)
    task.add_done_callback(_left_behind.discard)
    await asyncio.wait([task], timeout=timeout_ms / 1000 + 1)


def close_in_background(stop: Callable[[], Awaitable[Any]], timeout_ms: int) -> None:
    """The same without waiting for it."""
    task = asyncio.create_task(close_bounded(stop, timeout_ms), name="close a client")
    _left_behind.add(task)
    task.add_done_callback(_left_behind.discard)
