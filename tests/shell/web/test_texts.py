"""Texts are read again once for all who ask, kept within a bound, and shown only if they are what was judged."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.shell.web.filled_site import decode
from wirecopy.core.hashing import body_xxh3
from wirecopy.core.model import RawArticle, RawPosition
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.ports import RawRecord
from wirecopy.shell.web import texts as module
from wirecopy.shell.web.texts import Gone, GoneReason, Texts


def at(offset: int) -> RawPosition:
    return RawPosition("articles.raw", 0, offset)


def value_of(offset: int, size: int = 10) -> bytes:
    return json.dumps({"id": str(offset), "body": f"{offset} " + "x" * size}).encode()


class Reader:
    """Holds offsets 0 to 99; `answer` overrides what it gives."""

    def __init__(self) -> None:
        self.reads: list[int] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.error: Exception | None = None
        self.value: bytes | None = None
        self.closed = False

    async def read(self, position: RawPosition) -> RawRecord | None:
        self.reads.append(position.offset)
        await self.go_on.wait()
        if self.error is not None:
            raise self.error
        if position.offset >= 100:
            return None
        return RawRecord(position, None, self.value or value_of(position.offset), (), 0)

    async def close(self) -> None:
        self.closed = True


async def test_a_text_is_read_once_for_all_who_ask_and_then_kept() -> None:
    reader = Reader()
    reader.go_on.clear()
    texts = Texts(decode, reader)
    asked = [asyncio.create_task(texts.read(at(7))) for _ in range(5)]
    await asyncio.sleep(0)
    reader.go_on.set()
    found = await asyncio.gather(*asked)
    assert all(isinstance(one, RawArticle) and one.id == "7" for one in found)
    await texts.read(at(7))
    assert reader.reads == [7]
    await texts.close()
    assert reader.closed


async def test_who_goes_away_takes_nobody_with_him() -> None:
    reader = Reader()
    reader.go_on.clear()
    texts = Texts(decode, reader)
    gone, stays = (asyncio.create_task(texts.read(at(7))) for _ in range(2))
    await asyncio.sleep(0.01)
    gone.cancel()
    reader.go_on.set()
    assert isinstance(await stays, RawArticle)


@pytest.mark.parametrize(
    ("offset", "error", "value", "digest", "reason"),
    [
        (100, None, None, "", GoneReason.RETENTION),
        (1, UnavailableError("the broker is away"), None, "", GoneReason.UNREACHABLE),
        (1, None, b"not json", "", GoneReason.UNREADABLE),
        (1, None, None, "0" * 32, GoneReason.REPLACED),
    ],
)
async def test_what_cannot_be_shown_says_why(
    offset: int, error: Exception | None, value: bytes | None, digest: str, reason: GoneReason
) -> None:
    reader = Reader()
    reader.error, reader.value = error, value
    found = await Texts(decode, reader).read(at(offset), digest)
    assert isinstance(found, Gone) and found.reason is reason and found.detail.endswith((".", "again."))


async def test_the_digest_of_the_judged_body_lets_it_through() -> None:
    body = json.loads(value_of(3))["body"]
    assert isinstance(await Texts(decode, Reader()).read(at(3), body_xxh3(body)), RawArticle)


async def test_a_broker_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_SECONDS_MAX", 0.05)
    reader = Reader()
    reader.go_on.clear()
    found = await Texts(decode, reader).read(at(1))
    assert isinstance(found, Gone) and found.reason is GoneReason.UNREACHABLE


async def test_no_more_than_a_few_wait_for_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READS_MAX", 2)
    reader = Reader()
    reader.go_on.clear()
    texts = Texts(decode, reader)
    waiting = [asyncio.create_task(texts.read(at(number))) for number in range(2)]
    await asyncio.sleep(0.01)
    found = await texts.read(at(9))
    assert isinstance(found, Gone) and found.reason is GoneReason.BUSY
    reader.go_on.set()
    assert all(isinstance(one, RawArticle) for one in await asyncio.gather(*waiting))


async def test_what_was_decoded_here_needs_no_reading_and_memory_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CACHE_BYTES_MAX", 3_000)
    reader = Reader()
    texts = Texts(decode, reader)
    for number in range(10):
        decoded = decode(value_of(number, 900), at(number))
        assert isinstance(decoded, RawArticle)
        texts.decoded(decoded)
    assert isinstance(await texts.read(at(9)), RawArticle) and reader.reads == []
    await texts.read(at(0))
    assert reader.reads == [0], "the oldest had to go"
    assert sum(map(len, texts._kept.values())) == texts._kept_bytes <= 3_000


async def test_without_a_reader_only_what_was_kept_is_shown() -> None:
    found = await Texts(decode, None).read(at(1))
    assert isinstance(found, Gone) and found.reason is GoneReason.RETENTION
