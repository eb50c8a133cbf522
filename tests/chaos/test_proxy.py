"""Each fault of the proxy is felt, and is over when it is healed; ours and toxiproxy alike."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.proxy import TOXIPROXY, Net, NetFault, OwnProxy, Toxiproxy, proxy
from tools.kafka import free_ports

SENT = b"x" * 8_000


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that answers with what it is sent."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65_536):
                connection.sendall(data)

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


@pytest.fixture(params=["own", "toxiproxy"])
def between(
    request: pytest.FixtureRequest, echo: int, tmp_path: Path
) -> Iterator[tuple[int, Toxiproxy | OwnProxy]]:
    if request.param == "toxiproxy" and not TOXIPROXY.exists():
        pytest.skip("toxiproxy is not built: make chaos-tools")
    listen, interface = free_ports(2)
    with proxy(listen, echo, interface, tmp_path / "log", own=request.param == "own") as made:
        yield listen, made


def echoed(port: int, seconds: float = 1.5) -> float | None:
    """Seconds until all came back; None when it did not."""
    began = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as connection:
            connection.settimeout(seconds)
            connection.sendall(SENT)
            got = 0
            while got < len(SENT):
                data = connection.recv(65_536)
                if not data:
                    return None
                got += len(data)
    except OSError:
        return None
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("fault", "slow"),
    [
        (NetFault(Net.LATENCY, 200), 0.3),
        (NetFault(Net.BANDWIDTH, 16), 0.3),
        (NetFault(Net.SLICES), 0.0),
        (NetFault(Net.SLOW_CLOSE, 500), 0.0),
        (NetFault(Net.BLACK_HOLE), None),
        (NetFault(Net.ONE_WAY), None),
        (NetFault(Net.CUT), None),
    ],
    ids=lambda value: value.kind.value if isinstance(value, NetFault) else "",
)
def test_a_fault_is_felt_and_heals(
    between: tuple[int, Toxiproxy | OwnProxy], fault: NetFault, slow: float | None
) -> None:
    port, made = between
    assert echoed(port) is not None
    made.harm(fault)
    took = echoed(port, 6.0 if slow is not None else 1.0)
    assert (took is None) == (slow is None)
    assert took is None or slow is None or took >= slow
    made.heal()
    time.sleep(0.1)
    assert echoed(port, 5.0) is not None


def test_an_open_connection_is_reset(between: tuple[int, Toxiproxy | OwnProxy]) -> None:
    port, made = between
    with socket.create_connection(("127.0.0.1", port), 2) as connection:
        connection.settimeout(5)
        connection.sendall(b"x")
        assert connection.recv(1) == b"x"
        made.harm(NetFault(Net.RESET))
        with pytest.raises(ConnectionError):
            while True:
                connection.sendall(b"x")
                if not connection.recv(1):
                    raise ConnectionResetError
                time.sleep(0.05)
    made.heal()
    assert echoed(port, 5.0) is not None
