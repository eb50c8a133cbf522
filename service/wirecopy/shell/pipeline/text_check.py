"""Was this published before? Asked of the index as it stands, without adding anything to it.

A text to be checked takes an article's way up to where the log would begin: decoded, cut into tokens, fingerprinted (a long
one in a thread of its own); between two slices of the follower's work (turns.py) the engine says what it would say if the
article came next. Nothing is sent to Kafka, and nothing is fetched: an address that somebody gives is looked up in the
index and never followed, so the service cannot be made to call other hosts.

Everybody who reaches the port may ask, so what one asker can cost is bounded: the size of a text, how many wait, and how
many come from one address in a while (`Allowances`).
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from wirecopy.core import limits
from wirecopy.core.engine import Remembered, enrich
from wirecopy.core.fingerprint.propose import Proposal, propose
from wirecopy.core.model import Outcome, RawArticle, RawPosition, Rejected, RejectReason, Verdict, VerdictKind
from wirecopy.core.records.enriched import verdict_to_json
from wirecopy.core.records.raw import FieldPaths, decode_raw, json_bytes, json_value
from wirecopy.core.values import replace
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.pipeline.turns import EngineTurns
from wirecopy.shell.report.retelling import retelling
from wirecopy.shell.report.retelling_rows import in_words, retelling_to_json
from wirecopy.shell.report.words import headline, sentences

TOPIC: Final = "check"
AT_ONCE_BYTES_MAX: Final = (
    64 * 1024
)  # a text of this size is fingerprinted in the engine's turn, a few ms, and not in
# another thread before it: each change of threads waits for the busy event loop
POSITION: Final = RawPosition(TOPIC, 0, 0)
NOBODY: Final = (
    "check.invalid"  # RFC 2606: the domain of a text that says not whose it is; nobody else has it
)
ASKERS_MAX: Final = (
    10_000  # addresses whose allowance is remembered, about 2 MB; then the longest silent is forgotten
)
IPV6_NETWORK_BITS: Final = 64  # one customer has a network of them: an allowance each would be none


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A text with what the engine says of it. `corrections`: verdicts that it would put right if it were taken in."""

    article: RawArticle
    verdict: Verdict
    body_xxh3: str
    corrections: int


class Refusal(StrEnum):
    """Why there is no answer now, though there will be one later."""

    STARTING = (
        "starting"  # the log has not been followed to its end: much that was published is not known yet
    )
    BUSY = "busy"  # too many wait


class QueryEngine(Protocol):
    """What a text check asks of an engine; both methods only read."""

    def check(self, proposal: Proposal) -> Outcome: ...

    def at_url(self, url: str) -> Remembered | None: ...


Read = Callable[[bytes], RawArticle | Rejected]


Admitted = TypeVar("Admitted")


class TextChecker:
    """`engine` is the one that `turns` are for, `read` makes an article of
    what somebody sent, `ready` says whether the index holds what it should."""

    def __init__(
        self,
        engine: QueryEngine,
        turns: EngineTurns,
        read: Read,
        options: CheckOptions,
        ready: Callable[[], bool],
    ) -> None:
        self._engine = engine
        self._turns = turns
        self._read = read
        self._options = options
        self.ready = ready
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="check")
        self._waiting = 0

    async def check(self, value: bytes) -> CheckResult | Rejected | Refusal:
        """The verdict on one raw record's value, as it would be if it came next."""
        return await self._admitted(lambda: self._checked(value))

    async def at_url(self, url: str) -> Remembered | Refusal | None:
        """What is known of an address. Looked up, never fetched."""
        return await self._admitted(lambda: self._turns.ask(lambda: self._engine.at_url(url)))

    async def _admitted(self, ask: Callable[[], Awaitable[Admitted]]) -> Admitted | Refusal:
        """What is asked, unless the index is not whole yet or too many wait already."""
        if not self.ready():
            return Refusal.STARTING
        if self._waiting >= self._options.waiting_max:
            return Refusal.BUSY
        self._waiting += 1
        try:
            return await ask()
        finally:
            self._waiting -= 1

    async def _checked(self, value: bytes) -> CheckResult | Rejected:
        if len(value) <= AT_ONCE_BYTES_MAX:
            return await self._turns.ask(lambda: self._answer(self._proposed(value)))
        loop = asyncio.get_running_loop()
        proposal = await loop.run_in_executor(self._executor, self._proposed, value)
        return await self._turns.ask(lambda: self._answer(proposal))

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _answer(self, proposal: Proposal | Rejected) -> CheckResult | Rejected:
        """In the engine's turn."""
        return proposal if isinstance(proposal, Rejected) else judged(proposal, self._engine.check(proposal))

    def _proposed(self, value: bytes) -> Proposal | Rejected:
        article = self._read(value)
        return article if isinstance(article, Rejected) else propose(article)


def judged(proposal: Proposal, outcome: Outcome) -> CheckResult:
    """What the engine said of a text, with what only who holds the text can add."""
    return CheckResult(
        proposal.article, enrich(proposal, outcome), outcome.body_xxh3, len(outcome.corrections)
    )


def read_text(
    value: bytes, fields: FieldPaths, aliases: Mapping[str, str], position: RawPosition = POSITION
) -> RawArticle | Rejected:
    """The article in what somebody sent: a raw record as the service takes it, or an object with `text` (or `body`) and
    the other fields under their plain names."""
    article = decode_raw(value, position, fields, aliases)
    if isinstance(article, Rejected) and article.reason is RejectReason.BODY_MISSING:
        plain = _plain(value)
        article = article if plain is None else decode_raw(plain, position, FieldPaths(), aliases)
    if isinstance(article, RawArticle) and not article.domain:
        return replace(article, domain=NOBODY)
    return article


def _plain(value: bytes) -> bytes | None:
    """An object with a `text` as a raw record with plain names; None where it has no text, or is no plain JSON."""
    try:
        record = json_value(value)
    except ValueError:
        return None
    body = record.get("text", record.get("body"))
    return None if body is None else json_bytes(record | {"body": body})


def document(checked: CheckResult, source: RawArticle | None = None) -> dict[str, Any]:
    """The answer for programs, but for links, which only the pages know. `source`: the article that this one was rewritten
    from, where its text is there: both are aligned, some ms for a long text."""
    found = None if source is None else retelling(source, checked.article)
    return {
        "verdict": checked.verdict.kind,
        "published_before": checked.verdict.kind is not VerdictKind.ORIGINAL,
        "summary": headline(checked.verdict),
        "sentences": [*sentences(checked.verdict), *(() if found is None else in_words(found))],
        "retelling": None
        if found is None or source is None
        else retelling_to_json(found, source, checked.article),
        "republication": verdict_to_json(checked.verdict, checked.article.id, checked.body_xxh3, POSITION),
    }


class RateLimiter:
    """How often each address may ask: a bucket of `burst` tokens each, refilled at `rate_per_second` (0: no limit).

    The bucket is kept as the time at which it will be full again, so one number says all of an asker.
    """

    def __init__(self, options: CheckOptions, clock: Callable[[], float]) -> None:
        self._interval = 1 / options.rate_per_second if options.rate_per_second else 0.0
        self._burst = options.burst
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait_seconds(self, address: str) -> int:
        """Takes a token of this address: 0. Where it has none left, whole seconds until it has one."""
        if not self._interval:
            return 0
        asker = _asker(address)
        now = self._clock()
        full_at = max(self._full_at.pop(asker, now), now)
        over = full_at + self._interval - (now + self._burst * self._interval)
        allowed = over <= self._interval * 1e-9
        self._full_at[asker] = full_at + self._interval if allowed else full_at
        if len(self._full_at) > ASKERS_MAX:
            self._full_at.popitem(last=False)
        return 0 if allowed else max(1, math.ceil(over))


def _asker(address: str) -> str:
    """Whom an address stands for: an IPv6 host for its network."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 6:
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, IPV6_NETWORK_BITS), strict=False))
    return str(ip)


assert CheckOptions().bytes_max <= limits.RAW_BYTES_MAX, "what may be checked may also come as an article"
