"""Pages have limits of their own: however many people look, a probe is answered, and nobody can hold the port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from wirecopy.shell.ports import PipelineHealth
from wirecopy.shell.web import server as http
from wirecopy.shell.web.exchange import EVENTS, POLICY, Method, Request, Response, Route

ended: asyncio.Event


async def echo(asked: Request) -> Response:
    json_of = [asked.path, dict(asked.parts), dict(asked.query), asked.body.decode("latin-1"), asked.peer]
    return Response(body=json.dumps(json_of).encode(), content_type="application/json")


async def fault(asked: Request) -> Response:
    raise RuntimeError("the article's text")


async def ticking() -> AsyncIterator[bytes]:
    try:
        while True:
            yield b": tick\n\n"
            await asyncio.sleep(0.01)
    finally:
        ended.set()


async def stream(asked: Request) -> Response:
    return Response(content_type=EVENTS, stream=ticking())


ROUTES = [
    Route(Method.GET, "/", echo),
    Route(Method.GET, "/fault", fault),
    Route(Method.GET, "/stream", stream),
    Route(Method.GET, "/things/{id}", echo),
    Route(Method.POST, "/things/{id}", echo, body_bytes_max=1000),
]


@pytest.fixture(autouse=True)
async def _ended() -> None:
    """Set when a stream has come to its end. One for each test, since each has its own loop."""
    global ended
    ended = asyncio.Event()


@pytest.fixture
async def server() -> AsyncIterator[http.HttpServer]:
    views = http.Views(lambda _: (b"metrics", "text/x"), lambda: PipelineHealth(True, 0, 0, ()), lambda: True)
    made = http.HttpServer(views, "127.0.0.1", 0, routes=ROUTES)
    await made.start()
    yield made
    await made.stop()


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(server: http.HttpServer) -> Connection:
    return await asyncio.open_connection("127.0.0.1", server.port)


async def ask(connection: Connection, request: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one answer."""
    reader, writer = connection
    writer.write(request.encode())
    async with asyncio.timeout(5):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:-2])}
        body = (
            b""
            if request.startswith("HEAD")
            else await reader.readexactly(int(headers.get("content-length", 0)))
        )
    return int(lines[0].split()[1]), headers, body


def get(path: str, more: str = "", method: str = "GET") -> str:
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n"


def post(path: str, body: str) -> str:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}"


async def test_a_page_is_asked_what_came_over_the_wire(server: http.HttpServer) -> None:
    connection = await connect(server)
    _, _, body = await ask(connection, get("/things/a%2Fb%25c?x=1&x=2&y=%C3%A9"))
    assert json.loads(body) == ["/things/a%2Fb%25c", {"id": "a/b%c"}, {"x": "1", "y": "é"}, "", "127.0.0.1"]
    _, _, body = await ask(connection, post("/things/z", "hello"))  # the connection was kept
    assert json.loads(body)[1:4] == [{"id": "z"}, {}, "hello"]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/"), 200),
        (get("/", method="HEAD"), 200),
        (get("/nothing"), 404),
        (post("/", ""), 405),
        (get("/things/x", method="DELETE"), 405),
        (post("/things/x", "x" * 1000), 200),
        (post("/things/x", "x" * 1001), 413),
        (get("/fault"), 500),
        (get("/?" + "&".join(f"a{n}=1" for n in range(100))), 400),
        (
            "POST /things/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + ("ff\r\n" + "x" * 255 + "\r\n") * 5
            + "0\r\n\r\n",
            413,
        ),
    ],
)
async def test_every_answer_of_a_page_is_guarded(server: http.HttpServer, request_: str, status: int) -> None:
    found, headers, body = await ask(await connect(server), request_)
    assert found == status
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["server"] == "wirecopy"
    assert b"article's text" not in body, "a fault says nothing of what it was about"


async def test_metrics_are_not_a_page(server: http.HttpServer) -> None:
    status, headers, _ = await ask(await connect(server), get("/metrics"))
    assert status == 200 and "content-security-policy" not in headers and headers["connection"] == "close"


async def test_probes_are_answered_while_pages_have_all_their_connections(
    server: http.HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "CONNECTIONS_MAX", 4)
    monkeypatch.setattr(http, "PAGE_CONNECTIONS_MAX", 6)
    kept = []
    for _ in range(6):
        connection = await connect(server)
        assert (await ask(connection, get("/")))[0] == 200
        kept.append(connection)
    assert (await ask(await connect(server), get("/")))[0] == 503
    for _ in range(10):
        assert (await ask(await connect(server), get("/livez")))[0] == 200
    kept.pop()[1].close()
    await asyncio.sleep(0.05)
    assert (await ask(await connect(server), get("/")))[0] == 200


async def test_watchers_are_counted_and_let_go(
    server: http.HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STREAMS_MAX", 1)
    first = await connect(server)
    first[1].write(get("/stream").encode())
    assert b"text/event-stream" in await first[0].readuntil(b"\r\n\r\n")
    assert b"tick" in await first[0].readuntil(b"tick")
    status, headers, _ = await ask(await connect(server), get("/stream"))
    assert status == 503 and headers["retry-after"]
    first[1].close()
    async with asyncio.timeout(5):
        await ended.wait()
    await asyncio.sleep(0.02)
    again = await connect(server)
    again[1].write(get("/stream").encode())
    assert b"200 OK" in await again[0].readuntil(b"\r\n\r\n")
    again[1].close()


async def test_a_watcher_who_takes_nothing_is_let_go(
    server: http.HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STREAM_WRITE_SECONDS_MAX", 0.1)

    async def flood() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b": " + b"x" * 1_000_000 + b"\n\n"
        finally:
            ended.set()

    async def flooding(asked: Request) -> Response:
        return Response(content_type=EVENTS, stream=flood())

    views = http.Views(lambda _: (b"", ""), lambda: PipelineHealth(True, 0, 0, ()), lambda: True)
    made = http.HttpServer(views, "127.0.0.1", 0, routes=[Route(Method.GET, "/flood", flooding)])
    await made.start()
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", made.port, limit=1)
        writer.write(get("/flood").encode())
        async with asyncio.timeout(5):
            await ended.wait()
        writer.close()
    finally:
        await made.stop()


@pytest.mark.parametrize(("path", "limit"), [("/", "PAGE_SECONDS_MAX"), ("/stream", "STREAM_SECONDS_MAX")])
async def test_a_connection_ends(
    server: http.HttpServer, monkeypatch: pytest.MonkeyPatch, path: str, limit: str
) -> None:
    monkeypatch.setattr(http, limit, 0.2)
    reader, writer = await connect(server)
    writer.write(get(path).encode())
    async with asyncio.timeout(5):
        await reader.read(-1)
    writer.close()


async def test_without_routes_there_are_no_pages() -> None:
    views = http.Views(lambda _: (b"", ""), lambda: PipelineHealth(True, 0, 0, ()), lambda: True)
    made = http.HttpServer(views, "127.0.0.1", 0)
    await made.start()
    try:
        assert (await ask(await connect(made), get("/")))[0] == 404
        assert (
            await ask(await connect(made), "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        )[0] == 405
    finally:
        await made.stop()


async def test_bodies_on_their_way_are_bounded_together_and_room_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half a body holds room too; a caller who leaves gives his back."""
    monkeypatch.setattr(http, "BODIES_BYTES_MAX", 2_500)
    go_on = asyncio.Event()

    async def slow(asked: Request) -> Response:
        await go_on.wait()
        return await echo(asked)

    views = http.Views(lambda _: (b"", "text/x"), lambda: PipelineHealth(True, 0, 0, ()), lambda: True)
    routes = [*ROUTES, Route(Method.POST, "/slow", slow, body_bytes_max=1000)]
    server = http.HttpServer(views, "127.0.0.1", 0, routes=routes)
    await server.start()
    working = await connect(server)
    working[1].write(post("/slow", "x" * 1000).encode())
    half = await connect(server)
    half[1].write(post("/slow", "x" * 1000)[:-100].encode())
    await asyncio.sleep(0.1)
    status, headers, _ = await ask(await connect(server), post("/things/a", "x" * 900))
    assert (status, headers["retry-after"]) == (503, "2")
    assert (await ask(await connect(server), post("/things/a", "x" * 100)))[0] == 200
    assert (await ask(await connect(server), get("/")))[0] == 200
    half[1].close()
    await asyncio.sleep(0.1)
    assert (await ask(await connect(server), post("/things/a", "x" * 900)))[0] == 200
    go_on.set()
    async with asyncio.timeout(5):
        assert b"200" in await working[0].readline()
    await asyncio.sleep(0.05)
    for _ in range(4):
        assert (await ask(await connect(server), post("/things/a", "x" * 1000)))[0] == 200
    await server.stop()
