"""Laws of a start without a broker: a stop that is asked for is not kept waiting, and health says what is waited for, and
counts no time of a part that has not begun."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from tests.shell.pipeline.test_pipeline import QUICK
from tests.shell.toy_engine import TOY_STEPS, ToyEngine
from wirecopy.shell.backends.kafka.backend import KafkaBackend
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.pipeline.watch import unless

STOP_SECONDS_MAX = QUICK.stop_timeout_ms / 1000


def started(port: int) -> tuple[Pipeline, asyncio.Event, asyncio.Task[None]]:
    backend = KafkaBackend(KafkaOptions(bootstrap_servers=f"127.0.0.1:{port}"))
    pipeline = Pipeline(backend, ToyEngine(), TOY_STEPS, replace(QUICK, retry_delay_ms=500))
    stop = asyncio.Event()
    return pipeline, stop, asyncio.create_task(pipeline.run(stop))


@pytest.mark.parametrize("listens", [False, True])
async def test_a_stop_ends_a_start_without_a_broker(listens: bool) -> None:
    """Nobody listens there, or somebody who never answers."""
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    if not listens:
        silent.close()
        await silent.wait_closed()
    _, stop, running = started(port)
    await asyncio.sleep(0.7)
    stop.set()
    async with asyncio.timeout(STOP_SECONDS_MAX):
        await running
    for writer in held:
        writer.close()
    silent.close()


async def test_health_says_which_broker_is_waited_for_and_no_uptime() -> None:
    silent = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    silent.close()
    await silent.wait_closed()
    pipeline, stop, running = started(port)
    for line in pipeline.health().waits:
        assert not re.search(r"for \d{2,}", line), line
    await asyncio.sleep(1.0)
    waits = pipeline.health().waits
    assert any(str(port) in line for line in waits), waits
    assert all(float(seconds) < 5 for line in waits for seconds in re.findall(r"for ([0-9.]+) s", line)), (
        waits
    )
    stop.set()
    await running


async def test_a_step_that_was_done_is_told_from_one_that_was_given_up() -> None:
    stop = asyncio.Event()

    async def done() -> None:
        pass

    async def failed() -> None:
        raise ValueError("its own")

    assert await unless(stop, done())
    with pytest.raises(ValueError, match="its own"):
        await unless(stop, failed())
    stop.set()
    assert not await unless(stop, asyncio.sleep(60))
