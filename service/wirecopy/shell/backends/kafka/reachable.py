"""Which brokers' addresses could not be connected to, by the last attempt at each.

A client finds the cluster at the bootstrap address, and then goes where each broker says that it is (`advertised.listeners`).
Where that address cannot be reached from here, the client says "no metadata" or "node not ready", and names the node's number
alone. So each attempt is looked at, and what fails for it is told with the address.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiokafka.client

TOLD_MAX = 8  # addresses
TOLD_S = 60.0  # after the last attempt: a broker that has left the cluster is tried no more

_unreachable: dict[str, tuple[str, float]] = {}  # address: why, when


def watch_connections() -> None:
    """From now on, of all clients of this process. Does nothing the second time."""
    connect = aiokafka.client.create_conn
    if getattr(connect, "watched", False):
        return

    async def watched(host: str, port: int, **options: Any) -> Any:
        address = f"{host}:{port}"
        try:
            made = await connect(host, port, **options)
        except asyncio.CancelledError:
            _unreachable[address] = "no answer", time.monotonic()
            raise
        except Exception as error:
            _unreachable[address] = str(error) or type(error).__name__, time.monotonic()
            raise
        _unreachable.pop(address, None)
        return made

    vars(watched)["watched"] = True
    aiokafka.client.create_conn = watched


def told() -> str:
    """A sentence on the addresses that were not reached; "" where all were."""
    now = time.monotonic()
    for address in [one for one, (_, at) in _unreachable.items() if now - at > TOLD_S]:
        del _unreachable[address]
    if not _unreachable:
        return ""
    each = "; ".join(f"{address} ({why})" for address, (why, _) in list(_unreachable.items())[-TOLD_MAX:])
    return (
        f"cannot connect to {each}; an address that is not in the settings is a broker's advertised.listeners"
    )
