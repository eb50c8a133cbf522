"""A bad network between the replicas and their broker, which advertises the proxy's port as its own.

Toxiproxy where it is built (`make chaos-tools`), else a small proxy of our own that does the same; both take
the same faults. The runner and its checker go past the proxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parent.parent.parent
TOXIPROXY = ROOT / ".cache" / "bin" / "toxiproxy-server"
CHUNK_BYTES = 16 * 1024
HELD_SECONDS = 0.05


class Net(StrEnum):
    LATENCY = "latency"  # milliseconds, both ways
    RESET = "reset"  # every connection is reset again and again
    BLACK_HOLE = "black hole"  # bytes vanish, connections stay
    ONE_WAY = "one way"  # requests arrive, answers vanish
    SLOW_CLOSE = "slow close"  # milliseconds until a closed connection is known to be
    BANDWIDTH = "bandwidth"  # kilobytes a second
    SLICES = "slices"  # packets of some dozen bytes
    CUT = "cut"  # nobody listens


@dataclass(frozen=True)
class NetFault:
    kind: Net
    value: int = 0


class Proxy(Protocol):
    name: str

    def harm(self, fault: NetFault) -> None: ...

    def heal(self) -> None: ...


class Toxiproxy:
    """By its HTTP interface."""

    name = "toxiproxy"

    def __init__(self, interface: int, listen: int, upstream: int) -> None:
        self._interface = interface
        self._call(
            "POST",
            "/proxies",
            {
                "name": "broker",
                "listen": f"127.0.0.1:{listen}",
                "upstream": f"127.0.0.1:{upstream}",
                "enabled": True,
            },
        )

    def _call(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._interface, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            read = answer.read()
            assert answer.status < 300, (method, path, answer.status, read)
            return json.loads(read or b"null")
        finally:
            connection.close()

    def harm(self, fault: NetFault) -> None:
        value, both = fault.value, ("upstream", "downstream")
        match fault.kind:
            case Net.LATENCY:
                self._toxics("latency", {"latency": value, "jitter": value // 4}, both)
            case Net.RESET:
                self._toxics("reset_peer", {"timeout": 500}, both)
            case Net.BLACK_HOLE:
                self._toxics("timeout", {"timeout": 0}, both)
            case Net.ONE_WAY:
                self._toxics("timeout", {"timeout": 0}, ("downstream",))
            case Net.SLOW_CLOSE:
                self._toxics("slow_close", {"delay": value}, both)
            case Net.BANDWIDTH:
                self._toxics("bandwidth", {"rate": value}, both)
            case Net.SLICES:
                self._toxics("slicer", {"average_size": 48, "size_variation": 24, "delay": 50}, both)
            case Net.CUT:
                self._call("POST", "/proxies/broker", {"enabled": False})

    def _toxics(self, kind: str, attributes: dict[str, int], streams: tuple[str, ...]) -> None:
        for stream in streams:
            self._call(
                "POST", "/proxies/broker/toxics", {"type": kind, "stream": stream, "attributes": attributes}
            )

    def heal(self) -> None:
        self._call("POST", "/reset")


class OwnProxy:
    """An event loop in a thread; one task for each direction of each connection."""

    name = "our own proxy"

    def __init__(self, listen: int, upstream: int) -> None:
        self._listen, self._upstream = listen, upstream
        self._fault: NetFault | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True, name="proxy")
        self._thread.start()
        assert started.wait(10)

    def _run(self, started: threading.Event) -> None:
        listening = asyncio.start_server(self._connected, "127.0.0.1", self._listen)
        server = self._loop.run_until_complete(listening)
        started.set()
        self._loop.run_forever()
        server.close()
        self._reset_all()
        left = asyncio.all_tasks(self._loop)
        if left:
            self._loop.run_until_complete(asyncio.wait(left, timeout=5))
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def harm(self, fault: NetFault) -> None:
        self._fault = fault
        if fault.kind in (Net.RESET, Net.CUT):
            self._loop.call_soon_threadsafe(self._reset_all)

    def heal(self) -> None:
        held = self._fault is not None and self._fault.kind in (Net.BLACK_HOLE, Net.ONE_WAY)
        self._fault = None
        if held:  # what vanished is gone: a stream with a hole in it must not go on
            self._loop.call_soon_threadsafe(self._reset_all)

    def _reset_all(self) -> None:
        for writer in list(self._open):
            raw = writer.get_extra_info("socket")
            if raw is not None:
                with contextlib.suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def _is(self, *kinds: Net) -> int | None:
        fault = self._fault
        return fault.value if fault is not None and fault.kind in kinds else None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is(Net.CUT) is not None:
            writer.transport.abort()
            return
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, there_writer}
        if self._is(Net.RESET) is not None:
            self._loop.call_later(0.5, self._reset_all)
        await asyncio.gather(
            self._pump(reader, there_writer, answers=False),
            self._pump(there_reader, writer, answers=True),
            return_exceptions=True,
        )
        self._open -= {writer, there_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool) -> None:
        try:
            while data := await reader.read(CHUNK_BYTES):
                if self._is(Net.BLACK_HOLE) is not None or (answers and self._is(Net.ONE_WAY) is not None):
                    continue
                if latency_ms := self._is(Net.LATENCY):
                    await asyncio.sleep(latency_ms / 1000)
                if rate := self._is(Net.BANDWIDTH):
                    await asyncio.sleep(len(data) / (rate * 1024))
                size = 48 if self._is(Net.SLICES) is not None else CHUNK_BYTES
                for start in range(0, len(data), size):
                    writer.write(data[start : start + size])
                    await writer.drain()
            await asyncio.sleep((self._is(Net.SLOW_CLOSE) or 0) / 1000)
        finally:
            writer.close()


@contextmanager
def proxy(
    listen: int, upstream: int, interface: int, output: Path, own: bool = False
) -> Iterator[Toxiproxy | OwnProxy]:
    """`own`: ours even where the other is built."""
    if own or not TOXIPROXY.exists():
        ours = OwnProxy(listen, upstream)
        try:
            yield ours
        finally:
            ours.stop()
        return
    with output.open("wb") as written:
        process = subprocess.Popen(
            [str(TOXIPROXY), "-host", "127.0.0.1", "-port", str(interface)], stdout=written, stderr=written
        )
    try:
        give_up_at = time.monotonic() + 15
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", interface), 1):
                break
            assert time.monotonic() < give_up_at, output.read_text(errors="replace")
            time.sleep(0.05)
        yield Toxiproxy(interface, listen, upstream)
    finally:
        process.kill()
        process.wait()
