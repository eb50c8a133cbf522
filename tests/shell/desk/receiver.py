"""A receiver of webhooks that takes, fails, hangs and lies, as its test tells it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OK = b"HTTP/1.1 204 No Content\r\n\r\n"
ANSWERS = {
    "ok": OK,
    "fail": b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno",
    "gone": b"HTTP/1.1 410 Gone\r\n\r\n",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
    "garbage": b"\x00\xff" * 40_000,
    "empty": b"",
    "endless": b"HTTP/1.1 200 OK\r\n" + b"x-more: y\r\n" * 20_000,
    "liar": b"HTTP/1.1 2000 OK\r\n\r\n",
}


@dataclass
class Got:
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """`behave(attempt)` says what to do with each request: a name of ANSWERS, or `hang`."""

    def __init__(self, behave: Callable[[Got], str] = lambda _: "ok") -> None:
        self.behave = behave
        self.got: list[Got] = []  # every attempt
        self.taken: list[Got] = []  # those that were answered with success
        self.open = 0
        self.open_max = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Receiver:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook?a=1"

    def ids(self) -> list[str]:
        return [got.headers["webhook-id"] for got in self.taken]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open += 1
        self.open_max = max(self.open_max, self.open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = {
                name.lower(): value
                for name, _, value in (line.partition(": ") for line in head.split("\r\n"))
            }
            body = await reader.readexactly(int(headers["content-length"]))
            got = Got(headers, body.decode())
            Webhook(SECRET).verify(got.body, headers)  # raises where the signature is not ours
            self.got.append(got)
            how = self.behave(got)
            if how == "hang":
                await asyncio.sleep(3_600)
            if how == "ok":
                self.taken.append(got)
            writer.write(ANSWERS[how])
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()
