"""Metrics, health and, where enabled, the pages: one port for two kinds of callers.

What the probes mean:

- `/livez` 200: the event loop turns. Nothing else counts: killing a replica because its broker is away or a
  rebalance is under way would make the outage worse.
- `/startupz` 200: kernels compiled, the log followed to the end that it had at the start. Then it stays 200.
- `/readyz` 200: caught up, and every assigned partition is open. A hot spare without partitions is ready.
- `/metrics`: Prometheus text or OpenMetrics.

The port may be open to a whole cluster, so no caller can block it. Probes: GET and HEAD only, no bodies,
small headers, one request per connection, at most `HEADER_SECONDS_MAX` for its headers, `CONNECTION_SECONDS_MAX` per
connection and `CONNECTIONS_MAX` connections. A connection counts from the moment it is accepted. Above the limit the
oldest one that has not yet sent a request gives way, so silent callers cannot keep a probe out. Browsers keep
connections open: the first page request on a connection moves it from the probes' count to the pages' count, which has
its own limits, so that probes are answered however many people view pages. Streams (server-sent events) have a third
limit. Bodies that are being received or worked on have a limit together: what would pass it is refused, to be sent again.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web, web_response

from wirecopy.shell.observe import logs
from wirecopy.shell.ports import PipelineHealth
from wirecopy.shell.web.exchange import (
    JSON,
    SECURITY_HEADERS,
    Method,
    Request,
    Response,
    Route,
    Router,
    query_of,
)
from wirecopy.shell.web.problems import Problem, refusal

CONNECTION_SECONDS_MAX = 15.0  # a scrape takes milliseconds; Prometheus itself gives up after 10 s
CONNECTIONS_MAX = 64
HEADER_SECONDS_MAX = 5.0  # for all headers of a request; a probe sends them at once
HEADER_BYTES_MAX = 8 * 1024
PAGE_CONNECTIONS_MAX = 128  # a browser keeps up to six
BUSY_SECONDS = 2  # after which a caller may send again
PAGE_SECONDS_MAX = 120.0  # a page's connection is made anew after this
KEEP_ALIVE_SECONDS_MAX = 15.0  # between two requests on it
BODIES_BYTES_MAX = (
    64 * 1024 * 1024
)  # of all pages' requests that are not answered yet; one takes 32 MB at most
STREAMS_MAX = 32  # open live views; each costs a few writes a second
STREAM_SECONDS_MAX = 600.0  # then the browser reconnects, and another replica may answer
STREAM_WRITE_SECONDS_MAX = 10.0  # a client that reads nothing for so long is disconnected


vars(web_response)["SERVER_SOFTWARE"] = (
    "wirecopy"  # the default, sent with refusals too, names versions of Python and aiohttp
)


@dataclass(frozen=True, slots=True)
class Views:
    """What the port serves; each is called on the event loop and must not block."""

    exposition: Callable[[str], tuple[bytes, str]]  # Accept header → body, content type
    health: Callable[[], PipelineHealth]
    started: Callable[[], bool]


class HttpServer:
    """Serves `views` from `start` to `stop`. `port` is the actual port if 0 was requested."""

    def __init__(
        self,
        views: Views,
        host: str,
        port: int,
        *,
        seconds_max: float = CONNECTION_SECONDS_MAX,
        routes: Sequence[Route] = (),
    ) -> None:
        self._views = views
        self._host = host
        self.port = port
        self._seconds_max = seconds_max
        self._server: asyncio.Server | None = None
        self._connections: dict[web.RequestHandler, _Connection] = {}  # in the order of their arrival
        self._ends: dict[web.RequestHandler, asyncio.TimerHandle] = {}
        self._pages = _Pages(Router(routes), self._prolong)
        application = web.Application(client_max_size=1, middlewares=[self._plain])
        application.router.add_get("/metrics", self._metrics)
        application.router.add_get("/livez", self._livez)
        application.router.add_get("/readyz", self._readyz)
        application.router.add_get("/startupz", self._startupz)
        if routes:
            application.router.add_route("*", "/{any:.*}", self._pages.answer)
        self._runner = web.AppRunner(
            application,
            access_log=None,
            max_line_size=HEADER_BYTES_MAX,
            max_field_size=HEADER_BYTES_MAX,
            keepalive_timeout=KEEP_ALIVE_SECONDS_MAX,
            shutdown_timeout=1.0,  # streams end when they are told to; nobody waits for the others
        )

    async def start(self) -> None:
        """Raises OSError where the port is taken."""
        await self._runner.setup()
        self._server = await asyncio.get_running_loop().create_server(self._connection, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()

    def _connection(self) -> asyncio.Protocol:
        server = self._runner.server
        assert server is not None, "set up before it listens"
        if len(self._connections) >= CONNECTIONS_MAX and not self._silent_one_gives_way():
            return _Closed()
        handler: web.RequestHandler = server()
        connection = _Connection(handler, self._lost)
        self._connections[handler] = connection
        seconds = min(HEADER_SECONDS_MAX, self._seconds_max)
        self._ends[handler] = asyncio.get_running_loop().call_later(seconds, self._end, handler)
        return connection

    def _silent_one_gives_way(self) -> bool:
        """Closes the oldest connection that has not sent a request; False where there is none."""
        for handler, connection in self._connections.items():
            if not connection.asked:
                del self._connections[handler]
                connection.close()
                return True
        return False

    def _asked(self, handler: web.RequestHandler) -> None:
        """A request's headers are complete: the connection has the rest of its time."""
        connection = self._connections.get(handler)
        if connection is not None and not connection.asked:
            connection.asked = True
            self._end_in(handler, self._seconds_max)

    def _lost(self, handler: web.RequestHandler) -> None:
        self._connections.pop(handler, None)
        end = self._ends.pop(handler, None)
        if end is not None:
            end.cancel()

    def _end(self, handler: web.RequestHandler) -> None:
        self._ends.pop(handler, None)
        handler.force_close()

    def _prolong(self, handler: web.RequestHandler, seconds: float) -> None:
        """A connection that requested a page: it leaves the probes' count and may live longer."""
        self._connections.pop(handler, None)
        self._end_in(handler, seconds)

    def _end_in(self, handler: web.RequestHandler, seconds: float) -> None:
        end = self._ends.pop(handler, None)
        if end is not None:
            end.cancel()
        self._ends[handler] = asyncio.get_running_loop().call_later(seconds, self._end, handler)

    @web.middleware
    async def _plain(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Rules of probes: no bodies, one request per connection."""
        self._asked(request.protocol)
        if handler == self._pages.answer:
            return await handler(request)
        if request.can_read_body:
            refused = _answer(False, {"why": "requests here must not have a body"}, status=413)
            refused.force_close()
            return refused
        response = await handler(request)
        response.force_close()
        return response

    async def _metrics(self, request: web.Request) -> web.Response:
        body, content_type = self._views.exposition(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _livez(self, _: web.Request) -> web.Response:
        return _answer(True, {})

    async def _readyz(self, _: web.Request) -> web.Response:
        health = self._views.health()
        return _answer(
            health.ready,
            {
                "caught_up": health.caught_up,
                "assigned": health.assigned,
                "opened": health.opened,
                "waits": health.waits,
            },
        )

    async def _startupz(self, _: web.Request) -> web.Response:
        return _answer(self._views.started(), {})


class _Connection(asyncio.Protocol):
    """Passes everything on to aiohttp's handler, and tells when the connection has gone."""

    def __init__(self, handler: web.RequestHandler, lost: Callable[[web.RequestHandler], None]) -> None:
        self.asked = False
        self._handler = handler
        self._lost = lost
        self._transport: asyncio.BaseTransport | None = None
        self._closed = False

    def close(self) -> None:
        """At once, or as soon as it is made."""
        self._closed = True
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._handler.connection_made(transport)
        if self._closed:
            transport.close()

    def connection_lost(self, error: BaseException | None) -> None:
        self._lost(self._handler)
        self._handler.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self._handler.data_received(data)

    def eof_received(self) -> None:
        self._handler.eof_received()

    def pause_writing(self) -> None:
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        self._handler.resume_writing()


class _Closed(asyncio.Protocol):
    """Closes a connection above the limit."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


class _Pages:
    """The pages, with their own limits of connections, streams and body sizes."""

    def __init__(self, router: Router, prolong: Callable[[web.RequestHandler, float], None]) -> None:
        self._router = router
        self._prolong = prolong
        self._connections: set[web.RequestHandler] = set()
        self._streams = 0
        self._bodies_bytes = 0
        self._log = logs.logger("pages")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        if not self._admitted(request.protocol):
            busy = refusal(path, Problem.BUSY, "Too many open pages; try again later.")
            return _sent(busy, close=True)
        found = self._router.methods(path)
        wanted = "GET" if request.method == "HEAD" else request.method
        route, parts = next((found[method] for method in found if method == wanted), (None, {}))
        if route is None:
            kind = Problem.NO_SUCH_METHOD if found else Problem.NO_SUCH_PAGE
            missing = _sent(refusal(path, kind, "There is no such page."), close=request.can_read_body)
            if found:
                missing.headers["Allow"] = ", ".join(sorted(found))
            return missing
        body, whole = bytearray(), b""
        try:
            refused = await self._read(request, path, route, body)
            if refused is not None:
                return refused
            whole = bytes(body)
            body.clear()
            return await self._answered(request, path, query, route, parts, whole)
        finally:
            self._bodies_bytes -= len(body) + len(whole)

    async def _read(
        self, request: web.Request, path: str, route: Route, body: bytearray
    ) -> web.StreamResponse | None:
        """Reads the whole body, as far as there is room for it; else why it is refused."""
        bytes_max = route.body_bytes_max if route.method is Method.POST else 0
        limit = f"The limit for this request is {bytes_max} bytes."
        if (request.content_length or 0) > bytes_max:
            return _sent(refusal(path, Problem.TOO_LARGE, limit), close=True)
        async for piece in request.content.iter_any():
            body += piece
            self._bodies_bytes += len(piece)
            if len(body) > bytes_max:
                return _sent(refusal(path, Problem.TOO_LARGE, limit), close=True)
            if self._bodies_bytes > BODIES_BYTES_MAX:
                busy = _sent(
                    refusal(path, Problem.BUSY, "Too many texts at once; send it again."), close=True
                )
                busy.headers["Retry-After"] = str(BUSY_SECONDS)
                return busy
        return None

    async def _answered(
        self, request: web.Request, path: str, query: str, route: Route, parts: Mapping[str, str], body: bytes
    ) -> web.StreamResponse:
        try:
            fields = query_of(query)
        except ValueError:
            return _sent(refusal(path, Problem.TOO_MANY_FIELDS, "Too many fields."))
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            answer = await route.handler(Request(path, parts, fields, headers, body, request.remote or ""))
        except Exception as error:
            return self._fault(error, route, path)
        if answer.stream is None or request.method == "HEAD":
            return _sent(answer)
        return await self._streamed(request, answer)

    def _admitted(self, handler: web.RequestHandler) -> bool:
        """Whether the connection is, or can become, a page connection."""
        if handler in self._connections:
            return True
        self._connections = {known for known in self._connections if known.transport is not None}
        if len(self._connections) >= PAGE_CONNECTIONS_MAX:
            return False
        self._connections.add(handler)
        self._prolong(handler, PAGE_SECONDS_MAX)
        return True

    async def _streamed(self, request: web.Request, answer: Response) -> web.StreamResponse:
        assert answer.stream is not None
        if self._streams >= STREAMS_MAX:
            busy = Response(503, b"Too many live views are open.", "text/plain", {"Retry-After": "30"})
            return _sent(busy)
        response = web.StreamResponse(status=answer.status, headers=_headers(answer))
        response.force_close()
        self._prolong(request.protocol, STREAM_SECONDS_MAX)
        self._streams += 1
        try:
            await response.prepare(request)
            async for piece in answer.stream:
                async with asyncio.timeout(STREAM_WRITE_SECONDS_MAX):
                    await response.write(piece)
        except (ConnectionError, TimeoutError):
            pass  # the watcher has gone, or takes nothing
        except Exception as error:
            self._fault(error, None)
        finally:
            self._streams -= 1
            close = getattr(answer.stream, "aclose", None)
            if close is not None:
                await close()
        return response

    def _fault(self, error: BaseException, route: Route | None, path: str = "") -> web.StreamResponse:
        """Log a failure of our own on one page, without the request, which may hold anything."""
        logs.log_event(
            self._log,
            logging.ERROR,
            "page_fault",
            page=route.pattern if route is not None else "stream",
            error=type(error).__name__,
            where=logs.where(error),
        )
        return _sent(refusal(path, Problem.FAULT, "This page failed; see the service's log."))


def _headers(answer: Response) -> dict[str, str]:
    return {
        "Content-Type": answer.content_type,
        "Cache-Control": "no-store",
        "Server": "wirecopy",
        **SECURITY_HEADERS,
        **answer.headers,
    }


def _sent(answer: Response, *, close: bool = False) -> web.Response:
    response = web.Response(status=answer.status, body=answer.body, headers=_headers(answer))
    if close:
        response.force_close()
    return response


def _answer(ok: bool, more: dict[str, object], *, status: int = 503) -> web.Response:
    document = {"ok": ok, **more}
    return web.Response(body=json.dumps(document).encode(), content_type=JSON, status=200 if ok else status)
