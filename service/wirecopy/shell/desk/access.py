"""Who may see and change watches: a tenant by its token, or by the header of a proxy that has logged it in.

Which of them holds is a matter of settings. Tokens are kept as SHA-256 digests and compared in constant time; a browser sends
one as the password of HTTP Basic. A proxy's header counts only from the networks of proxies, since anybody can write a header.
Without either, changes are allowed only where the service is for this machine alone (`serve`), and there everything is the
tenant "": nobody else can be told apart.

A request that changes something must also come from our own page or from a program: a browser says in `Origin` and
`Sec-Fetch-Site` where a form or script came from (CSRF).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from wirecopy.shell.desk.watches.watch import EVERYBODY
from wirecopy.shell.web.exchange import Request, Response
from wirecopy.shell.web.problems import Problem, problem

TOKEN_CHARS_MIN: Final = 16
CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="Wirecopy", charset="UTF-8"'}
ANOTHER_NAME: Final = "Ask under an address of this machine, or name the host with --allow-host."
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class AccessFault(ValueError):  # noqa: N818 - a sentence for the operator
    """What is wrong with the tokens or the networks."""


@dataclass(frozen=True, slots=True)
class Access:
    """`tokens`: tenant by the digest of its token. `user_header` (lower case) counts from `proxies`. `alone`: where neither is
    set, whoever reaches the port may do everything."""

    tokens: dict[str, str] = field(default_factory=dict)
    user_header: str = ""
    proxies: Sequence[Network] = ()
    alone: bool = False
    hosts: frozenset[str] = frozenset()  # names of this machine beside its addresses, where it is alone

    @property
    def closed(self) -> bool:
        """Nobody may do anything."""
        return not (self.tokens or self.user_header or self.alone)

    @property
    def for_this_machine(self) -> bool:
        """Whoever asks under a name of this machine may do everything."""
        return self.alone and not (self.tokens or self.user_header)

    def tenant(self, request: Request) -> str | None:
        """Whose request it is; None where it does not say so, or nobody is let in."""
        if self.user_header and self._from_proxy(request.peer):
            name = request.headers.get(self.user_header, "").strip()
            if name:
                return name[:100]
        if self.tokens:
            token = _token(request.headers.get("authorization", ""))
            return None if token is None else self._tenant_of(token)
        return "" if self.for_this_machine and this_machine(request, self.hosts) else None

    def _tenant_of(self, token: str) -> str | None:
        given = digest(token)
        found = None
        for known, tenant in self.tokens.items():  # all of them: how long it takes says nothing
            if hmac.compare_digest(known, given):
                found = tenant
        return found

    def _from_proxy(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self.proxies)


def sees(tenant: str, owner: str) -> bool:
    """Whether a tenant may see and change what is another's."""
    return tenant in (EVERYBODY, owner)


def foreign(request: Request) -> bool:
    """Whether a browser sends this for a page of another site. Our pages send no referrer, so a browser gives their forms the
    origin `null`; then only `Sec-Fetch-Site` can say that the form is ours."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "" if origin == "null" else "none")
    if origin is not None and origin != "null":
        return urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    return site not in ("none", "same-origin")


def this_machine(request: Request, hosts: frozenset[str]) -> bool:
    """Whether the request was sent to this machine by an address or a name of its own: a foreign name that leads here (DNS
    rebinding) is none."""
    try:
        name = (urlsplit(f"//{request.headers.get('host', '')}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost") or name in hosts:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def changing(access: Access, request: Request) -> str | Response:
    """The tenant of a request that changes something, or why it may not."""
    tenant = access.tenant(request)
    if tenant is None:
        return denied(access)
    if foreign(request):
        return problem(Problem.FOREIGN, "Send the request from this service's own page or from a program.")
    return tenant


def denied(access: Access) -> Response:
    """The answer to a program without access."""
    if access.closed:
        return problem(
            Problem.DENIED,
            "No access is set up: set WIRECOPY_DESK_TOKENS_FILE or WIRECOPY_DESK_USER_HEADER.",
        )
    if access.for_this_machine:
        return problem(Problem.FOREIGN, ANOTHER_NAME)
    return problem(Problem.UNKNOWN_USER, "Send a token: Authorization: Bearer <token>.", headers=CHALLENGE)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def tokens_of(path: str) -> dict[str, str]:
    """The tokens of a file, `tenant token` a line; `#` begins a comment. The tenant `*` is everybody's. AccessFault, which
    never names a token."""
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessFault(f"the file of tokens cannot be read: {error}") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2:
            raise AccessFault(f"line {number} of the file of tokens is not `tenant token`")
        tenant, token = words
        if len(token) < TOKEN_CHARS_MIN:
            raise AccessFault(
                f"the token in line {number} has fewer than {TOKEN_CHARS_MIN} characters: anybody could guess it"
            )
        if found.setdefault(digest(token), tenant) != tenant:
            raise AccessFault(f"the token in line {number} is another tenant's too")
    if not found:
        raise AccessFault("the file of tokens holds none")
    return found


def networks_of(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks as `10.0.0.0/8`. AccessFault."""
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise AccessFault(f"not a network: {error}") from error


def _token(header: str) -> str | None:
    """The token of an Authorization header: Bearer, or the password of Basic."""
    scheme, _, rest = header.partition(" ")
    match scheme.lower():
        case "bearer":
            return rest.strip() or None
        case "basic":
            try:
                decoded = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
            except ValueError:
                return None
            return decoded.partition(":")[2] or None
    return None
