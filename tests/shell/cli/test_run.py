"""Laws of the composition: a service stops when asked with code 0, says by its code why it ended otherwise,
and its port tells the truth from the first moment. On the embedded log, with the real engine."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.cli import run
from wirecopy.shell.errors import WatchdogExpiredError
from wirecopy.shell.pipeline import pipeline
from wirecopy.shell.ports import TopicPartition
from wirecopy.shell.settings import Settings
from wirecopy.shell.web import server as http

SENTENCE = "The harbour master of Port Selm said on Tuesday that the ferries would sail again in June. "


def world(partitions: int = 2) -> tuple[MemoryBroker, MemoryBackend]:
    broker = MemoryBroker(lambda: time.time_ns() // 1_000_000)
    backend = MemoryBackend(broker)
    backend.create_topics(partitions)
    return broker, backend


def free_settings(**more: Any) -> Settings:
    return Settings(http_host="127.0.0.1", http_port=0, **more)


class Ports:
    """Catches the port that the service was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        start = http.HttpServer.start

        async def started(server: http.HttpServer) -> None:
            await start(server)
            self.found.set_result(server.port)

        monkeypatch.setattr(http.HttpServer, "start", started)


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def until_status(port: int, path: str, status: int) -> str:
    async with asyncio.timeout(60):
        while True:
            found, body = await asyncio.to_thread(ask, port, path)
            if found == status:
                return body
            await asyncio.sleep(0.05)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - it is another loop's turn that makes it hold
            await asyncio.sleep(0.02)


def enriched_more_than(broker: MemoryBroker, count: int) -> bool:
    return sum(len(broker.read("articles.enriched", partition)) for partition in range(2)) > count


def metrics(text: str) -> Mapping[str, float]:
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


@pytest.mark.parametrize("chosen", [{}, {"fingerprint_workers": 1, "pipeline_inline_bytes_max": 0}])
async def test_articles_go_through_and_the_port_tells_of_it(
    chosen: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether threads of the service fingerprint or processes do."""
    broker, backend = world()
    ports, stop = Ports(monkeypatch), asyncio.Event()
    service = asyncio.create_task(run.serve(free_settings(**chosen), backend, stop))
    port = await ports.found
    await until_status(port, "/readyz", 200)
    assert (await asyncio.to_thread(ask, port, "/startupz"))[0] == 200
    body = SENTENCE * 12
    for partition, publisher in enumerate(["first.example", "second.example"]):
        value = json.dumps({"id": publisher, "publisher": publisher, "body": body}).encode()
        broker.produce("articles.raw", partition, value)
        await until(partial(enriched_more_than, broker, partition))
    broker.produce("articles.raw", 0, b"no json")
    await until(lambda: bool(broker.read("articles.dead", 0)))
    told = metrics((await asyncio.to_thread(ask, port, "/metrics"))[1])
    assert told['wirecopy_records_total{verdict="original"}'] == 1
    assert told['wirecopy_records_total{verdict="republication"}'] == 1
    assert told['wirecopy_dead_letters_total{reason="not_json"}'] == 1
    assert told["wirecopy_latency_seconds_count"] == 2
    assert told["wirecopy_partitions_open"] == 2
    stop.set()
    assert await service == 0


async def test_with_a_directory_for_its_state_it_goes_on_where_it_stood(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broker, backend = world()
    settings = free_settings(state_dir=str(tmp_path / "state"))
    for round_, publisher in enumerate(["first.example", "second.example"]):
        with monkeypatch.context() as patched:
            ports, stop = Ports(patched), asyncio.Event()
            service = asyncio.create_task(run.serve(settings, backend, stop))
            port = await ports.found
            await until_status(port, "/readyz", 200)
            value = json.dumps({"id": publisher, "publisher": publisher, "body": SENTENCE * 12}).encode()
            broker.produce("articles.raw", 0, value)
            await until(partial(enriched_more_than, broker, round_))
            told = metrics((await asyncio.to_thread(ask, port, "/metrics"))[1])
            assert told["wirecopy_restore_articles"] == round_
            assert told["wirecopy_catch_up_records"] == 0, "all of it was saved"
            stop.set()
            assert await service == 0
    assert told['wirecopy_records_total{verdict="republication"}'] == 1


async def test_the_port_opens_before_the_engine_is_warm_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    _, backend = world()
    ports, stop, go = Ports(monkeypatch), asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow_warm() -> None:
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result()

    monkeypatch.setattr(run, "warm", slow_warm)
    service = asyncio.create_task(run.serve(free_settings(), backend, stop))
    port = await ports.found
    assert (await asyncio.to_thread(ask, port, "/livez"))[0] == 200
    assert (await asyncio.to_thread(ask, port, "/startupz"))[0] == 503
    status, body = await asyncio.to_thread(ask, port, "/readyz")
    assert status == 503
    assert "warming" in body
    go.set()
    await until_status(port, "/startupz", 200)
    stop.set()
    assert await service == 0


async def test_a_port_that_is_taken_ends_the_service_with_code_1() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    taken = server.sockets[0].getsockname()[1]
    _, backend = world()
    assert await run.serve(Settings(http_host="127.0.0.1", http_port=taken), backend) == 1
    server.close()


async def test_unreadable_records_in_a_row_end_the_service_with_code_1_uncommitted() -> None:
    broker, backend = world(1)
    partition = TopicPartition("articles.raw", 0)
    for _ in range(50):
        broker.produce("articles.raw", 0, b"no json")
    settings = free_settings(pipeline_breaker_run_records=20)
    assert await asyncio.wait_for(run.serve(settings, backend), 60) == 1
    assert (broker.committed_offset("wirecopy", partition) or 0) < 20


async def test_the_watchdog_ends_the_service_with_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    _, backend = world()

    async def expired(*_: object) -> None:
        raise WatchdogExpiredError("log: append, for 180 s")

    monkeypatch.setattr(pipeline.Pipeline, "run", expired)
    assert await run.serve(free_settings(), backend) == 3
