"""`wirecopy serve` in this process, and in one of its own that can be killed."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from wirecopy.shell.cli import serve
from wirecopy.shell.settings import Settings
from wirecopy.shell.web import server as http

JSON = "application/json"
LINES = "application/x-ndjson"
START_SECONDS_MAX = 60


class Answer:
    """Status, headers and body."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


def ask(port: int, path: str, body: bytes | None = None, media_type: str = JSON, **headers: str) -> Answer:
    """One request. OSError where the process is not there, or dies meanwhile."""
    given = {"Content-Type": media_type, **{name.title(): value for name, value in headers.items()}}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, given)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())


@asynccontextmanager
async def serving(root: Path, monkeypatch: pytest.MonkeyPatch, **chosen: Any) -> AsyncIterator[int]:
    """The port of the service over a directory."""
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    start = http.HttpServer.start

    async def noted(server: http.HttpServer) -> None:
        await start(server)
        started.set_result(server.port)

    state: dict[str, Any] = {"state_dir": str(root / serve.STATE), "pages_enabled": True}
    settings = Settings(http_host="127.0.0.1", http_port=0, **(state | chosen))
    stop = asyncio.Event()
    with monkeypatch.context() as patched:
        patched.setattr(http.HttpServer, "start", noted)
        service = asyncio.create_task(serve.serve(settings, root, ["press.example"], stop))
        port = await started
    async with asyncio.timeout(START_SECONDS_MAX):
        while (await asyncio.to_thread(ask, port, "/readyz")).status != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    try:
        yield port
    finally:
        stop.set()
        assert await service == 0


class Process:
    """`wirecopy serve` as a user starts it."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "wirecopy", "serve", str(root), "--port", "0"]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        self.said = ""
        self.port = 0
        for line in self._process.stderr:
            self.said += line
            if found := re.search(r'"http_port": (\d+)', line):
                self.port = int(found[1])
            if "partition_opened" in line:
                return
        raise AssertionError(f"it did not start: {self.said}")

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()
