"""Metrics and health on one port, for probes and scrapers only.

What each answer means, for whoever sets the probes: - `/livez` 200: the event loop turns. Nothing else
counts: killing a replica because its broker is away or a rebalance
  is under way would make the outage worse.
- `/startupz` 200: kernels compiled, the log followed to the end that it had at the start. Then it stays 200.
- `/readyz` 200: caught up, and every assigned partition is open. A hot spare without partitions is ready.
- `/metrics`: Prometheus text or OpenMetrics.

The port may be open to a whole cluster, so a caller cannot hold it: GET and HEAD only, no bodies, small
headers, one request a connection, a connection's whole life under `CONNECTION_SECONDS_MAX`, and at most
`CONNECTIONS_MAX`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from service.shell.ports import PipelineHealth

CONNECTION_SECONDS_MAX = 15.0  # a scrape takes milliseconds; Prometheus itself gives up after 10 s
CONNECTIONS_MAX = 64
HEADER_BYTES_MAX = 8 * 1024
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Views:
    """What the port shows; each is called on the event loop and must not block."""

    exposition: Callable[[str], tuple[bytes, str]]  # Accept header → body, content type
    health: Callable[[], PipelineHealth]
    started: Callable[[], bool]


class HttpServer:
    """Serves `views` from `start` to `stop`. `port` is the real one where 0 was asked for."""

    def __init__(
        self, views: Views, host: str, port: int, *, seconds_max: float = CONNECTION_SECONDS_MAX
    ) -> None:
        self._views = views
        self._host = host
        self.port = port
        self._seconds_max = seconds_max
        self._server: asyncio.Server | None = None
        self._connections: set[web.RequestHandler] = set()
        application = web.Application(client_max_size=1, middlewares=[_plain])
        application.router.add_get("/metrics", self._metrics)
        application.router.add_get("/livez", self._livez)
        application.router.add_get("/readyz", self._readyz)
        application.router.add_get("/startupz", self._startupz)
        self._runner = web.AppRunner(
            application, access_log=None, max_line_size=HEADER_BYTES_MAX, max_field_size=HEADER_BYTES_MAX
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
        self._connections = {known for known in self._connections if known.transport is not None}
        if len(self._connections) >= CONNECTIONS_MAX:
            return _Closed()
        handler: web.RequestHandler = server()
        self._connections.add(handler)
        asyncio.get_running_loop().call_later(self._seconds_max, handler.force_close)
        return handler

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


class _Closed(asyncio.Protocol):
    """Answers a connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


@web.middleware
async def _plain(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """No bodies, one request a connection."""
    if request.can_read_body:
        refused = _answer(False, {"why": "a request here has no body"}, status=413)
        refused.force_close()
        return refused
    response = await handler(request)
    response.force_close()
    return response


def _answer(ok: bool, more: dict[str, object], *, status: int = 503) -> web.Response:
    document = {"ok": ok, **more}
    return web.Response(body=json.dumps(document).encode(), content_type=JSON, status=200 if ok else status)
