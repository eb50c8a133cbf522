"""Laws of the port: liveness is the loop's alone; readiness follows the pipeline; nobody can hold a
connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from wirecopy.__main__ import main
from wirecopy.shell.ports import PipelineHealth
from wirecopy.shell.web import server as http


class FilledSite:
    """What the port shows, to be changed by a test."""

    def __init__(self) -> None:
        self.health = PipelineHealth(caught_up=False, assigned=0, opened=0, waits=("log: 3 s",))
        self.started = False

    def views(self) -> http.Views:
        return http.Views(
            lambda accept: (b"metrics for " + accept.encode(), "text/x"), lambda: self.health, self._started
        )

    def _started(self) -> bool:
        return self.started


@pytest.fixture
def world() -> FilledSite:
    return FilledSite()


@pytest.fixture
async def server(world: FilledSite) -> AsyncIterator[http.HttpServer]:
    made = http.HttpServer(world.views(), "127.0.0.1", 0, seconds_max=1.0)
    await made.start()
    yield made
    await made.stop()


async def ask(server: http.HttpServer, request: str) -> tuple[int, str, bytes]:
    """Status, lower-case head and body of the answer; the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request.encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode().lower(), body


def get(path: str, more: str = "") -> str:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n"


@pytest.mark.parametrize(
    ("health", "started", "live", "ready", "start"),
    [
        (PipelineHealth(False, 0, 0, ()), False, 200, 503, 503),
        (PipelineHealth(True, 3, 1, ("p 1: fence",)), True, 200, 503, 200),
        (PipelineHealth(True, 3, 3, ()), True, 200, 200, 200),
        (PipelineHealth(True, 0, 0, ()), True, 200, 200, 200),  # a hot spare
    ],
)
async def test_probes_answer_by_what_the_pipeline_says(
    server: http.HttpServer,
    world: FilledSite,
    health: PipelineHealth,
    started: bool,
    live: int,
    ready: int,
    start: int,
) -> None:
    world.health, world.started = health, started
    assert (await ask(server, get("/livez")))[0] == live
    status, _, body = await ask(server, get("/readyz"))
    assert status == ready
    assert json.loads(body)["waits"] == list(health.waits)
    assert (await ask(server, get("/startupz")))[0] == start


async def test_metrics_come_in_the_form_that_was_asked_for(server: http.HttpServer) -> None:
    status, head, body = await ask(server, get("/metrics", "Accept: x/y\r\n"))
    assert (status, body) == (200, b"metrics for x/y")
    assert "content-type: text/x" in head


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/"), 404),
        (get("/../etc/passwd"), 404),
        ("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405),
        ("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413),
        (get("/" + "a" * 20_000), 400),
        (get("/livez", "X: " + "a" * 20_000 + "\r\n"), 400),
        ("nonsense\r\n\r\n", 400),
    ],
)
async def test_what_is_no_probe_is_refused(server: http.HttpServer, request_: str, status: int) -> None:
    assert (await ask(server, request_))[0] == status


async def test_a_connection_serves_one_request(server: http.HttpServer) -> None:
    _, _, body = await ask(server, get("/livez") + get("/livez"))
    assert json.loads(body) == {"ok": True}


@pytest.mark.parametrize("sent", [b"", b"GET /livez HTTP/1.1\r\nHost: x\r\nX: "])
async def test_a_caller_that_sends_nothing_or_half_a_request_is_let_go(
    server: http.HttpServer, sent: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def connected(server: http.HttpServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", server.port)


async def test_connections_are_bounded(monkeypatch: pytest.MonkeyPatch, world: FilledSite) -> None:
    """Also those of a burst, which are accepted before any of them is set up: the oldest silent one gives way."""
    monkeypatch.setattr(http, "CONNECTIONS_MAX", 3)
    server = http.HttpServer(world.views(), "127.0.0.1", 0, seconds_max=60.0)
    await server.start()
    held = await asyncio.gather(*(connected(server) for _ in range(60)))
    ends = [asyncio.create_task(reader.read()) for reader, _ in held]
    done, waiting = await asyncio.wait(ends, timeout=1)
    assert (len(done), len(waiting)) == (57, 3)
    for _, writer in held:
        writer.close()
    await asyncio.wait(ends, timeout=2)
    await server.stop()


async def test_silent_callers_keep_no_probe_out(world: FilledSite) -> None:
    server = http.HttpServer(world.views(), "127.0.0.1", 0, seconds_max=60.0)
    await server.start()
    held = await asyncio.gather(*(connected(server) for _ in range(320)))
    assert [(await ask(server, get("/livez")))[0] for _ in range(35)] == [200] * 35
    for _, writer in held:
        writer.close()
    await server.stop()


async def test_headers_have_a_time_limit_of_their_own(
    monkeypatch: pytest.MonkeyPatch, world: FilledSite
) -> None:
    monkeypatch.setattr(http, "HEADER_SECONDS_MAX", 0.2)
    server = http.HttpServer(world.views(), "127.0.0.1", 0, seconds_max=60.0)
    await server.start()
    reader, writer = await connected(server)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nX: ")
    assert await asyncio.wait_for(reader.read(), 2) == b""
    writer.close()
    await server.stop()


@pytest.mark.parametrize("request_", [get("/livez"), get("/metrics"), get("/nothing"), "nonsense\r\n\r\n"])
async def test_no_answer_names_versions_of_software(server: http.HttpServer, request_: str) -> None:
    assert "\r\nserver: wirecopy" in (await ask(server, request_))[1]


async def test_health_command_exits_by_the_answer(
    server: http.HttpServer, world: FilledSite, capsys: pytest.CaptureFixture[str]
) -> None:
    def probe(*arguments: str) -> int:
        return main(["health", "--port", str(server.port), *arguments])

    assert await asyncio.to_thread(probe) == 0
    assert await asyncio.to_thread(probe, "readyz") == 1
    world.health = PipelineHealth(True, 0, 0, ())
    assert await asyncio.to_thread(probe, "readyz") == 0
    await server.stop()
    assert await asyncio.to_thread(probe) == 1
    assert "no answer" in capsys.readouterr().err
