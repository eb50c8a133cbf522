"""No match is lost and none comes without its key; a receiver's outage holds back nobody else; nothing private is reached."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.beside import beside, until
from tests.shell.desk.receiver import SECRET, Got, Receiver
from tests.shell.desk.test_watch_pages import post
from tests.shell.standalone.served import LINES, serving
from wirecopy import samples
from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker, Step
from wirecopy.shell.cli.desk.notify import group_of, notify_topics
from wirecopy.shell.desk.notify import notifier, sending
from wirecopy.shell.desk.notify.notifier import Notifier
from wirecopy.shell.desk.notify.targets import Target, TargetFault, targets_of
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.options import TopicNames
from wirecopy.shell.ports import TopicPartition

LOCAL = (ipaddress.ip_network("127.0.0.0/8"),)
MATCHES, DEAD = TopicNames().matches, TopicNames().matches_dead


def target(name: str, url: str, **more: Any) -> Target:
    quick: dict[str, Any] = {"timeout_ms": 300, "retry_ms": 10, "retry_ms_max": 40, "give_up_ms": 400}
    return Target(name, url, SECRET, rate_per_second=10_000, **(quick | more))


def match(number: int, *targets: str, tenant: str = "") -> bytes:
    watch = {"id": "w", "name": "", "tenant": tenant, "targets": list(targets)}
    return json_bytes({"schema": 1, "id": f"{number:032x}", "cause": "verdict", "watch": watch})


def backend(hook: Any = None) -> MemoryBackend:
    broker = MemoryBroker(lambda: 1_780_000_000_000) if hook is None else MemoryBroker(lambda: 1, hook)
    made = MemoryBackend(broker, notify_topics(TopicNames()), "wirecopy.notify")
    broker.create_topic(MATCHES, 2)
    made.create_topics(2)
    return made


def put(made: MemoryBackend, *values: bytes) -> None:
    for at, value in enumerate(values):
        made.broker.produce(MATCHES, at % 2, value, b"w", (("match", b"m"),))


def notifier_of(made: MemoryBackend, *targets: Target, dead: bool = False) -> Notifier:
    def backend_of(name: str) -> MemoryBackend:
        names = replace(made.names, raw=(DEAD,)) if dead else made.names
        return replace(made, names=names, group_id=group_of("wirecopy", name, dead=dead))

    return Notifier(backend_of, {one.name: one for one in targets}, LOCAL, to_the_end=dead)


@asynccontextmanager
async def notifying(made: MemoryBackend, *targets: Target) -> AsyncIterator[Notifier]:
    notifier = notifier_of(made, *targets)
    async with beside(notifier.run):
        yield notifier


def committed(made: MemoryBackend, name: str = "a") -> int:
    group = group_of("wirecopy", name)
    return sum(made.broker.committed_offset(group, TopicPartition(MATCHES, n)) or 0 for n in range(2))


def letters(made: MemoryBackend) -> list[tuple[str, str]]:
    found = []
    for record in made.broker.read(DEAD, 0):
        headers = dict(record.headers)
        found.append(((headers["notify.target"] or b"").decode(), (headers["notify.reason"] or b"").decode()))
    return found


# ---- delivery
async def test_a_match_is_sent_signed_with_its_key_and_its_offset_committed() -> None:
    made = backend()
    async with Receiver() as receiver:
        put(made, *(match(number, "a") for number in range(50)))
        async with notifying(made, target("a", receiver.url)):
            await until(lambda: committed(made) == 50)
        assert sorted(receiver.ids()) == [f"msg_{number:032x}" for number in range(50)]
        (first, *_) = receiver.got
        assert first.json["type"] == "wirecopy.match" and first.json["timestamp"] == "2026-05-28T20:26:40Z"
        assert first.json["data"]["watch"]["id"] == "w"
        assert first.headers["idempotency-key"] == f'"{first.headers["webhook-id"]}"'
        assert letters(made) == []


async def test_a_recall_is_sent_as_what_it_is() -> None:
    made = backend()
    async with Receiver() as receiver:
        put(made, match(1, "a"), match(2, "a").replace(b'"verdict"', b'"recall"'))
        async with notifying(made, target("a", receiver.url)):
            await until(lambda: len(receiver.taken) == 2)
        types = {got.headers["webhook-id"]: got.json["type"] for got in receiver.taken}
        assert types == {f"msg_{1:032x}": "wirecopy.match", f"msg_{2:032x}": "wirecopy.recall"}


@pytest.mark.parametrize("how", ["fail", "hang", "redirect", "garbage", "empty", "endless", "liar"])
async def test_a_receiver_that_fails_gets_a_match_again_under_the_same_key(how: str) -> None:
    seen: Counter[str] = Counter()

    def behave(got: Got) -> str:
        seen[got.headers["webhook-id"]] += 1
        return "ok" if seen[got.headers["webhook-id"]] > 1 else how

    made = backend()
    async with Receiver(behave) as receiver:
        put(made, *(match(number, "a") for number in range(6)))
        async with notifying(made, target("a", receiver.url, give_up_ms=60_000, in_flight_max=6)):
            await until(lambda: committed(made) == 6)
        assert sorted(receiver.ids()) == [f"msg_{number:032x}" for number in range(6)]
        assert set(seen.values()) == {2} and letters(made) == []


@pytest.mark.parametrize("how", ["fail", "hang", "garbage"])
async def test_one_target_s_outage_holds_back_nobody_and_is_waited_out(how: str) -> None:
    made = backend()
    async with Receiver() as well, Receiver(lambda _: how) as ill:
        put(made, *(match(number, "well", "ill") for number in range(40)))
        async with notifying(made, target("well", well.url), target("ill", ill.url)):
            await until(lambda: len(well.taken) == 40, 2)
            await until(lambda: committed(made, "well") == 40)
            await asyncio.sleep(1)  # more than twice as long as one match is tried
            assert committed(made, "ill") == 0 and letters(made) == []
            ill.behave = lambda _: "ok"
            await until(lambda: committed(made, "ill") == 40)
        assert set(ill.ids()) == set(well.ids()) and len(well.taken) == 40
        assert letters(made) == []


@pytest.mark.parametrize("how", ["fail", "hang"])
async def test_an_outage_in_the_middle_of_many_matches_gives_up_none(how: str) -> None:
    """Some were taken after all of these had come: that does not make the outage a refusal of the rest."""
    made = backend()
    async with Receiver() as receiver:
        receiver.behave = lambda _: "ok" if len(receiver.taken) < 10 else how
        put(made, *(match(number, "a") for number in range(40)))
        async with notifying(made, target("a", receiver.url)):
            await until(lambda: len(receiver.taken) == 10)
            await asyncio.sleep(1.5)  # more than three times as long as a refused match is tried
            assert letters(made) == []
            receiver.behave = lambda _: "ok"
            await until(lambda: committed(made) == 40)
        assert len(set(receiver.ids())) == 40 and letters(made) == []


async def test_a_match_that_a_target_refuses_while_it_takes_others_is_a_dead_letter_and_can_be_sent_again() -> (
    None
):
    bad = {f"msg_{number:032x}" for number in (3, 7)}
    made = backend()
    async with Receiver(lambda got: "fail" if got.headers["webhook-id"] in bad else "ok") as receiver:
        one = target("a", receiver.url)
        put(made, *(match(number, "a") for number in range(10)))
        async with notifying(made, one):
            await until(lambda: len(receiver.taken) == 8)
            put(made, *(match(number, "a") for number in range(10, 60)))
            await until(lambda: committed(made) == 60)
        assert letters(made) == [("a", "status")] * 2
        async with asyncio.timeout(20):
            await notifier_of(made, one, dead=True).run(asyncio.Event())
        assert letters(made) == [("a", "status")] * 4  # still refused
        receiver.behave = lambda _: "ok"
        async with asyncio.timeout(20):
            await notifier_of(made, one, dead=True).run(asyncio.Event())
        assert set(receiver.ids()) == {f"msg_{number:032x}" for number in range(60)}


async def test_a_receiver_that_wants_no_more_gets_no_more_of_what_it_refused() -> None:
    made = backend()
    async with Receiver(lambda _: "gone") as receiver:
        put(made, *(match(number, "a") for number in range(6)))
        async with notifying(made, target("a", receiver.url)):
            await until(lambda: committed(made) == 6)
        assert letters(made) == [("a", "gone")] * 6 and len(receiver.got) == 6


async def test_limits_of_requests_at_once_and_of_rate_are_kept() -> None:
    made = backend()
    async with Receiver() as receiver:
        put(made, *(match(number, "a") for number in range(30)))
        one = replace(target("a", receiver.url, in_flight_max=2), rate_per_second=40.0)
        began = asyncio.get_running_loop().time()
        async with notifying(made, one):
            await until(lambda: committed(made) == 30)
        assert receiver.open_max <= 2
        assert asyncio.get_running_loop().time() - began > 0.5  # 30 at 40 a second, from an empty bucket


async def test_what_has_no_target_or_is_no_match_is_a_dead_letter() -> None:
    made = backend()
    async with Receiver() as receiver:
        values = (match(1, "none"), b"no json", match(2, "theirs"), match(3, "theirs", tenant="x"), match(4))
        put(made, *values)
        async with notifying(made, replace(target("theirs", receiver.url), tenant="x")):
            await until(lambda: committed(made, "theirs") == committed(made, "") == 5)
        assert receiver.ids() == [f"msg_{3:032x}"]
        assert sorted(letters(made)) == [
            ("", "unreadable"),
            ("none", "unknown_target"),
            ("theirs", "unknown_target"),
        ]


@pytest.mark.parametrize("seed", range(5))
async def test_nothing_is_lost_whatever_fails_and_a_dead_letter_comes_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failing brokers, receivers and restarts: each match is taken at least once or dead-lettered once."""
    monkeypatch.setattr(notifier, "RETRY_S", 0.01)
    chance = random.Random(seed)

    async def hook(step: Step, partition: TopicPartition) -> None:
        if chance.random() < 0.05:
            raise UnavailableError(f"{step} failed")

    made = backend(hook)
    count = 120
    poison = {f"msg_{number:032x}" for number in range(0, count, 10)}
    ways = ("ok", "ok", "fail", "garbage")

    def behave(got: Got) -> str:
        return "fail" if got.headers["webhook-id"] in poison else chance.choice(ways)

    async with Receiver(behave) as receiver:
        put(made, *(match(number, "a") for number in range(count)))
        later = iter(range(count, 1_000))  # so that it takes something after what it refuses
        for _ in range(100):
            async with notifying(made, target("a", receiver.url, give_up_ms=100)):
                put(made, match(next(later), "a"))
                await asyncio.sleep(0.1 + chance.random() * 0.3)
            if committed(made) >= count + 1:
                break
        dead = [json.loads(record.value or b"")["id"] for record in made.broker.read(DEAD, 0)]
        assert len(dead) == len(set(dead))
        taken = {one.removeprefix("msg_") for one in receiver.ids()}
        gone = [
            made.broker.committed_offset(group_of("wirecopy", "a"), TopicPartition(MATCHES, n))
            for n in range(2)
        ]
        done = {
            json.loads(record.value or b"")["id"]
            for n in range(2)
            for record in made.broker.read(MATCHES, n, 0, gone[n] or 0)
        }
        assert len(done) >= count and done <= taken | set(dead)


# ---- whom we connect to
@pytest.mark.parametrize(
    ("address", "secure", "expected"),
    [
        ("8.8.8.8", True, True),
        ("8.8.8.8", False, False),  # http goes to allowed networks only
        ("10.1.2.3", True, False),
        ("127.0.0.1", True, False),
        ("169.254.169.254", True, False),
        ("192.168.1.1", True, False),
        ("100.64.0.1", True, False),
        ("0.0.0.0", True, False),
        ("224.0.0.1", True, False),
        ("::1", True, False),
        ("fe80::1", True, False),
        ("fd00::1", True, False),
        ("::ffff:10.0.0.1", True, False),
        ("64:ff9b::a00:1", True, False),  # NAT64 of 10.0.0.1
        ("2002:a00:1::", True, False),  # 6to4 of 10.0.0.1
        ("2606:4700:4700::1111", True, True),
        ("172.16.5.5", False, True),  # allowed below
        ("::ffff:172.16.5.5", True, True),
    ],
)
def test_only_public_addresses_and_allowed_networks_are_reached(
    address: str, secure: bool, expected: bool
) -> None:
    allowed = (ipaddress.ip_network("172.16.0.0/12"),)
    assert sending.may_reach(ipaddress.ip_address(address), allowed, secure=secure) == expected


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that leads elsewhere at each look (DNS rebinding) is looked up once."""
    loop = asyncio.get_running_loop()
    looks: list[str] = []
    connected: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        looks.append(host)
        address = "93.184.216.34" if len(looks) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    async def open_connection(host: str, port: int, **more: Any) -> Any:
        connected.append(host)
        assert more["server_hostname"] == "hooks.example" and more["ssl"] is not None
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(asyncio, "open_connection", open_connection)
    answer = await sending.post("https://hooks.example/x", {}, b"{}", 1_000, ())
    assert (looks, connected) == (["hooks.example"], ["93.184.216.34"])
    assert answer.failure == "unreachable"


async def test_a_private_receiver_gets_nothing_unless_it_is_allowed() -> None:
    async with Receiver() as receiver:
        for url in (receiver.url, receiver.url.replace("127.0.0.1", "localhost")):
            refused = await sending.post(url, {}, b"{}", 1_000, ())
            assert refused.failure == "refused"
        assert not receiver.got


# ---- the file of targets
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no table"),
        ("no toml", "cannot be read"),
        ('[targets.a]\nurl = "https://a.example"', "required"),
        ('[targets.a]\nurl = "ftp://a.example"\nsecret = "S"', "address"),
        ('[targets.a]\nurl = "https://u:p@a.example"\nsecret = "S"', "address"),
        ('[targets.a]\nurl = "https://a.example"\nsecret = "whsec_short"', "base64"),
        ('[targets.a]\nurl = "https://a.example"\nsecret = "S"\nrate = 3', "unknown: rate"),
        ('[targets.a]\nurl = "https://a.example"\nsecret = "S"\ntimeout_ms = 1', "timeout_ms"),
        ('[targets.a]\nurl = 7\nsecret = "S"', "text"),
    ],
)
def test_a_file_of_targets_that_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "targets.toml"
    path.write_text(text.replace('"S"', f'"{SECRET}"'))
    with pytest.raises(TargetFault, match=said) as fault:
        targets_of(str(path))
    assert "short" not in str(fault.value) and SECRET not in str(fault.value)


# ---- the whole
async def test_serve_tells_a_receiver_of_a_copy_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver() as receiver:
        path = tmp_path / "targets.toml"
        path.write_text(f'[targets.desk]\nurl = "{receiver.url}"\nsecret = "{SECRET}"\n')
        given = {"notify_targets_file": str(path), "notify_allow_networks": ("127.0.0.0/8",)}
        async with serving(tmp_path / "data", monkeypatch, **given) as port:
            await post(port, "/api/watches", {"publishers": ["Meridian Press"], "targets": ["desk"]})
            await post(port, "/api/articles", b"\n".join(samples.lines()[:10]), LINES)
            await until(lambda: bool(receiver.taken), 3)
            data = receiver.taken[0].json["data"]
            assert data["republication"]["original"]["publisher"] == "Meridian Press"
        told = len(receiver.taken)
        async with serving(tmp_path / "data", monkeypatch, **given):
            await asyncio.sleep(0.8)
        assert len(receiver.taken) == told  # what was committed is not sent again
