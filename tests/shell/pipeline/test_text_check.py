"""Laws of checking: what is said of a text is what would be published of it, nothing is taken in, and nobody can ask for
more than their part."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.core.story import Desk, assert_equal_engines, prose, replayed
from wirecopy.core.index.stored import Remembered
from wirecopy.core.model import RawArticle, Rejected, RejectReason, VerdictKind
from wirecopy.core.records.raw import FieldPaths, encode_enriched, json_value
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.pipeline import text_check as checking
from wirecopy.shell.pipeline.text_check import (
    CheckResult,
    RateLimiter,
    Refusal,
    TextChecker,
    document,
    read_text,
)
from wirecopy.shell.pipeline.turns import EngineTurns


class World:
    def __init__(self, options: CheckOptions | None = None) -> None:
        self.desk = Desk()
        self.desk.send(prose(1), "first.com", title="The first")
        self.executor = ThreadPoolExecutor(1)
        self.turns = EngineTurns(self.desk.engine, self.executor, 0)
        self.caught_up = True
        self.checker = TextChecker(
            self.desk.engine,
            self.turns,
            lambda value: read_text(value, FieldPaths(), {}),
            options or CheckOptions(),
            lambda: self.caught_up,
        )


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    made.checker.close()
    made.executor.shutdown()


def asked(**record: Any) -> bytes:
    return json.dumps(record).encode()


async def test_a_check_says_what_would_be_published_and_takes_nothing_in(world: World) -> None:
    record: dict[str, Any] = {
        "body": prose(1),
        "title": "A copy",
        "url": "https://second.com/9",
        "id": "copy",
    }
    said = await world.checker.check(asked(**record))
    assert isinstance(said, CheckResult)
    assert_equal_engines(world.desk.engine, replayed(world.desk.log))
    world.desk.send(record.pop("body"), "second.com", **record)
    published = json_value(encode_enriched(world.desk.proposals[-1].article, world.desk.shown()))
    expected = published["republication"] | {"position": {"topic": "check", "partition": 0, "offset": 0}}
    shown = json.loads(json.dumps(document(said)))
    assert shown["republication"] == json.loads(json.dumps(expected))
    assert shown["verdict"] == "republication"
    assert shown["published_before"] is True
    assert "first.com" in shown["summary"]


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"text": prose(1)}, VerdictKind.REPUBLICATION),  # nobody's: not the first publisher's
        ({"body": prose(1)}, VerdictKind.REPUBLICATION),
        ({"body": "<p>" + prose(1).replace("\n\n", "</p><p>") + "</p>"}, VerdictKind.REPUBLICATION),
        ({"text": prose(1), "publisher": "first.com"}, VerdictKind.DUPLICATE),
        ({"text": prose(1) + "\n\nOne more.", "publisher": "first.com"}, VerdictKind.UPDATE),
        ({"text": prose(2)}, VerdictKind.ORIGINAL),
        ({"text": prose(2), "url": "https://www.first.com/0"}, VerdictKind.ORIGINAL),
    ],
)
async def test_what_is_given_with_the_text_counts(
    world: World, record: dict[str, Any], kind: VerdictKind
) -> None:
    said = await world.checker.check(asked(**record))
    assert isinstance(said, CheckResult)
    assert said.verdict.kind is kind


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", RejectReason.NOT_JSON),
        (b"[1]", RejectReason.NOT_AN_OBJECT),
        (b'{"title": "x"}', RejectReason.BODY_MISSING),
        (b'\xef\xbb\xbf{"title": "caf\xe9"}', RejectReason.NOT_JSON),
        (b'{"text": 7}', RejectReason.BODY_NOT_TEXT),
        (b'{"text": "  "}', RejectReason.BODY_EMPTY),
        (b'{"text": "a", "id": []}', RejectReason.FIELD_INVALID),
    ],
)
async def test_what_cannot_be_read_is_said_with_its_reason(
    world: World, value: bytes, reason: RejectReason
) -> None:
    said = await world.checker.check(value)
    assert isinstance(said, Rejected)
    if reason is not RejectReason.NOT_JSON:
        assert said.reason is reason


def test_plain_names_are_understood_beside_the_field_paths_of_the_settings() -> None:
    paths = replace(FieldPaths(), body="content.text", title="content.head")
    for record in ({"content": {"text": "abc", "head": "t"}}, {"text": "abc", "title": "t"}):
        article = read_text(asked(**record), paths, {})
        assert isinstance(article, RawArticle)
        assert (article.body, article.title, article.domain) == ("abc", "t", checking.NOBODY)


async def test_before_the_log_is_followed_to_its_end_nothing_is_said(world: World) -> None:
    world.caught_up = False
    assert await world.checker.check(asked(text="x")) is Refusal.STARTING

    assert await world.checker.at_url("https://www.first.com/0") is Refusal.STARTING


async def test_look_ups_wait_in_the_same_queue() -> None:
    world = World(options=CheckOptions(waiting_max=1))
    urls = ["https://www.first.com/0"] * 4
    answers = await asyncio.gather(*(world.checker.at_url(url) for url in urls))
    assert sum(isinstance(answer, Remembered) for answer in answers) == 1
    assert answers.count(Refusal.BUSY) == 3
    world.checker.close()
    world.executor.shutdown()


async def test_more_than_may_wait_are_refused_at_once_and_the_others_answered() -> None:
    world = World(options=CheckOptions(waiting_max=3))
    answers = await asyncio.gather(*(world.checker.check(asked(text=prose(1))) for _ in range(10)))
    assert sum(isinstance(answer, CheckResult) for answer in answers) == 3
    assert answers.count(Refusal.BUSY) == 7
    assert isinstance(await world.checker.check(asked(text=prose(1))), CheckResult), "and later again"
    world.checker.close()
    world.executor.shutdown()


async def test_an_address_is_looked_up_in_the_index_and_not_followed(world: World) -> None:
    found = await world.checker.at_url("https://www.first.com/0#comments")
    assert isinstance(found, Remembered) and found.id == "first.com-0"
    assert await world.checker.at_url("http://169.254.169.254/latest/meta-data") is None


def test_an_address_may_ask_its_burst_at_once_and_then_at_the_rate() -> None:
    now = [1000.0]
    gate = RateLimiter(CheckOptions(rate_per_second=4.0, burst=3), lambda: now[0])
    assert [gate.wait_seconds("10.0.0.1") for _ in range(5)] == [0, 0, 0, 1, 1]
    assert gate.wait_seconds("10.0.0.2") == 0, "each its own"
    now[0] += 0.25
    assert [gate.wait_seconds("10.0.0.1") for _ in range(2)] == [0, 1]
    now[0] += 3600
    assert [gate.wait_seconds("10.0.0.1") for _ in range(4)] == [0, 0, 0, 1]


@pytest.mark.parametrize("rate", [0.01, 0.3, 1.0, 7.0])
def test_waiting_as_long_as_was_said_is_enough(rate: float) -> None:
    now = [0.0]
    gate = RateLimiter(CheckOptions(rate_per_second=rate, burst=2), lambda: now[0])
    for _ in range(50):
        wait = gate.wait_seconds("a")
        if wait:
            now[0] += wait
            assert gate.wait_seconds("a") == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "", True),
    ],
)
def test_who_counts_as_one_asker(one: str, other: str, same: bool) -> None:
    gate = RateLimiter(CheckOptions(rate_per_second=1, burst=1), lambda: 0.0)
    assert gate.wait_seconds(one) == 0
    assert (gate.wait_seconds(other) > 0) == same


def test_what_is_remembered_of_askers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "ASKERS_MAX", 10)
    gate = RateLimiter(CheckOptions(rate_per_second=1, burst=1), lambda: 0.0)
    for n in range(100):
        gate.wait_seconds(f"10.0.0.{n}")
    assert len(gate._full_at) == 10
    assert gate.wait_seconds("10.0.0.99") > 0, "the longest silent are forgotten first"


def test_a_rate_of_nought_is_no_limit() -> None:
    gate = RateLimiter(CheckOptions(rate_per_second=0, burst=1), lambda: 0.0)
    assert [gate.wait_seconds("a") for _ in range(100)] == [0] * 100


async def test_a_long_text_is_answered_like_a_short_one(world: World) -> None:
    body = prose(1) + "\n\n" + prose(77, 20_000)
    assert len(body) > checking.AT_ONCE_BYTES_MAX
    said = await world.checker.check(asked(text=body))
    assert isinstance(said, CheckResult)
    assert said.verdict.kind is VerdictKind.REPUBLICATION
    assert isinstance(await world.checker.check(asked(text=[prose(77, 20_000)])), Rejected)
