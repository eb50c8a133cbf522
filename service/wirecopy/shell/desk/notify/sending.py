"""One POST to a receiver that may be anything: its name is resolved, the address is checked, and that address is connected to.

So a name that leads into a private network reaches nothing there, also when it leads elsewhere a moment later (DNS
rebinding). Redirects are not followed, proxies of the environment are not used, and of the answer only the head is read, up to
a limit and a deadline. http without TLS goes to networks that the operator allows, and to nobody else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from wirecopy.shell.observe.events import NotifyFailure as Failure

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
HEAD_BYTES_MAX: Final = 16 * 1024
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: [^\r\n]*)?\r?\n")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
RETRY_AFTER_S_MAX: Final = 3_600


@dataclass(frozen=True, slots=True)
class Answer:
    """`failure` None: the receiver has it. `retry_after_s`: as it asks for, else 0."""

    failure: Failure | None
    detail: str = ""
    retry_after_s: int = 0


async def post(
    url: str, headers: Mapping[str, str], body: bytes, timeout_ms: int, allowed: Sequence[Network]
) -> Answer:
    """Never raises, but for a cancellation; returns within the time-out."""
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            return await _posted(url, headers, body, allowed)
    except TimeoutError:
        return Answer(Failure.TIMEOUT, f"no answer within {timeout_ms} ms")
    except ssl.SSLError as error:
        return Answer(Failure.TLS, error.reason or "TLS failed")
    except OSError as error:
        return Answer(Failure.UNREACHABLE, error.strerror or type(error).__name__)
    except (EOFError, ValueError, asyncio.LimitOverrunError):
        return Answer(Failure.GARBLED, "the answer is not HTTP")


async def _posted(url: str, headers: Mapping[str, str], body: bytes, allowed: Sequence[Network]) -> Answer:
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return Answer(Failure.UNRESOLVED, f"{host} has no address")
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    good = [address for address in addresses if may_reach(address, allowed, secure=secure)]
    if not good:
        why = "not a public address" if secure else "http goes to allowed networks only"
        return Answer(Failure.REFUSED, f"{host} is {addresses[0]}: {why}")
    context = ssl.create_default_context() if secure else None
    reader, writer = await _connected(good, port, context, host)
    try:
        writer.write(_request(url, headers, body))
        await writer.drain()
        return _answer(await reader.readuntil(b"\n\r\n"))
    finally:
        writer.close()
        with suppress(Exception):
            writer.transport.abort()


async def _connected(
    addresses: Sequence[Address], port: int, context: ssl.SSLContext | None, host: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To the first address that answers. Its certificate must be the host's, whatever the address."""
    name = host if context is not None else None
    for at, address in enumerate(addresses, 1):
        try:
            return await asyncio.open_connection(
                str(address), port, ssl=context, server_hostname=name, limit=HEAD_BYTES_MAX
            )
        except ssl.SSLError:
            raise
        except OSError:
            if at == len(addresses):
                raise
    raise AssertionError("there is an address")


def _request(url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    parts = urlsplit(url)
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"POST {path} HTTP/1.1", f"Host: {name}{'' if parts.port is None else f':{parts.port}'}"]
    lines += [f"{key}: {value}" for key, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def _answer(head: bytes) -> Answer:
    """The head of an answer. ValueError for what is none."""
    status = _STATUS.match(head)
    if status is None:
        raise ValueError
    code = int(status[1])
    if 200 <= code < 300:
        return Answer(None)
    after = re.search(rb"\nretry-after: *([0-9]{1,6})\r?\n", head, re.IGNORECASE)
    wait = min(RETRY_AFTER_S_MAX, int(after[1])) if after is not None else 0
    return Answer(Failure.GONE if code == 410 else Failure.STATUS, f"status {code}", wait)


def may_reach(address: Address, allowed: Sequence[Network], *, secure: bool) -> bool:
    """Whether an address may be connected to: public ones over TLS, and all of the allowed networks."""
    inner = _inner(address)
    if any(one in network for network in allowed for one in {address, inner}):
        return True
    return secure and all(one.is_global and not one.is_multicast for one in (address, inner))


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address carries (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour or address
