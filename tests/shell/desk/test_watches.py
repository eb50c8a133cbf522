"""A watch matches what it asks for and nothing else, however many there are; a table of them may fail and come back."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.shell.desk.verdicts import matches, some_verdict, some_watch, verdict
from wirecopy.core.model import Correction, CorrectionReason, RawPosition, VerdictKind
from wirecopy.core.records.raw import json_value
from wirecopy.shell.backends.disk.keyed_file import KeyedFile
from wirecopy.shell.backends.memory import MemoryBroker, Step
from wirecopy.shell.backends.memory.keyed import MemoryKeyed
from wirecopy.shell.desk import following
from wirecopy.shell.desk.parties import Parties, same
from wirecopy.shell.desk.watches.compiled import CompiledWatches, Judged
from wirecopy.shell.desk.watches.listing import WatchList
from wirecopy.shell.desk.watches.watch import Watch, WatchFault, as_bytes, as_json, watch_from_bytes, watch_of
from wirecopy.shell.errors import FatalError, UnavailableError
from wirecopy.shell.keyed import KeyedRecord, KeyedTopic
from wirecopy.shell.ports import TopicPartition

PARTIES = Parties({"alderweekly": "alder.example"})


def compiled(*watches: Watch) -> CompiledWatches:
    made = CompiledWatches(PARTIES)
    for watch in watches:
        made.put(watch)
    return made


def found(watches: CompiledWatches, judged: Judged, licensed: bool | None = None) -> list[str]:
    return [match.watch.id for match in watches.of_verdict(judged, lambda: licensed)]


COPY = Judged("c", "The Birch", "https://birch.example/c", "de-AT", verdict())


# ---- who is who
@pytest.mark.parametrize(
    ("asked", "publisher", "url", "expected"),
    [
        ("alder.example", "Alder", "https://alder.example/1", True),
        ("https://www.alder.example/about", "Alder", "https://news.alder.example/1", True),
        ("Alder", "alder.example", "", True),
        ("The Alder", "Alder", "https://alder.example/1", True),
        ("alder.example", "Alder", "https://alder.test/1", False),  # two papers of one name
        ("Alder", "Alderman", "https://alderman.example/1", False),
        ("Alder Weekly", "Whoever", "https://alder.example/1", True),  # an alias gives the domain
        ("Reuters", "reuters.com", "https://www.reuters.com/x", True),
        ("alder.example", "Alder Weekly", "", True),
        ("", "Alder", "", False),
        ("???", "???", "", False),
    ],
)
def test_a_publisher_is_known_by_its_domain_and_else_by_its_name(
    asked: str, publisher: str, url: str, expected: bool
) -> None:
    assert same(PARTIES.asked(asked), PARTIES.of(publisher, url)) == expected


# ---- conditions
@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, True),
        ({"publishers": ("alder.example",)}, True),
        ({"publishers": ("cedar.example", "Alder")}, True),
        ({"publishers": ("cedar.example",)}, False),
        ({"copied_by": ("birch.example",)}, True),
        ({"copied_by": ("alder.example",)}, False),
        ({"stories": ("s1",)}, True),
        ({"stories": ("s2",)}, False),
        ({"credits": ("Alder",)}, False),
        ({"languages": ("de",)}, True),
        ({"languages": ("DE-at",)}, True),
        ({"languages": ("d",)}, False),
        ({"extents": ("full",)}, True),
        ({"extents": ("partial",)}, False),
        ({"share_min": 0.8, "words_min": 120}, True),
        ({"share_min": 0.81}, False),
        ({"words_min": 121}, False),
        ({"verdicts": ("update",)}, False),
    ],
)
def test_each_condition_is_asked(conditions: dict[str, Any], expected: bool) -> None:
    assert found(compiled(Watch("w", **conditions)), COPY) == ["w"] * expected


def test_what_counts_is_the_part_that_the_watched_publisher_holds() -> None:
    two = verdict(sources=(("a1", "Alder", 0.3, 40), ("b1", "Cedar News", 0.5, 70)), share=0.8)
    judged = Judged("c", "Elm", "", "", two)
    (match,) = compiled(Watch("w", publishers=("Cedar News",))).of_verdict(judged, lambda: None)
    assert (match.share, match.words) == (0.5, 70)
    assert not found(compiled(Watch("w", publishers=("Alder",), share_min=0.4)), judged)
    chained = verdict(sources=(("b1", "Cedar News", 0.8, 70),))  # of a copy of Alder's
    (match,) = compiled(Watch("w", publishers=("Alder",))).of_verdict(
        Judged("c", "Elm", "", "", chained), lambda: None
    )
    assert (match.share, match.words) == (0.8, 70)


def test_a_watch_of_unlicensed_copies_leaves_out_only_what_a_licence_allows() -> None:
    watches = compiled(Watch("w", unlicensed=True))
    assert [found(watches, COPY, licensed) for licensed in (True, False, None)] == [[], ["w"], ["w"]]


def test_a_correction_is_not_asked_what_it_cannot_say() -> None:
    correction = Correction(
        "c",
        RawPosition("articles.raw", 0, 3),
        "0" * 32,
        verdict(),
        CorrectionReason.LATE_ORIGINAL,
        RawPosition("articles.raw", 0, 9),
    )
    watches = compiled(
        Watch("a", publishers=("Alder",), languages=("fr",)), Watch("b", copied_by=("Elm",)), Watch("c")
    )
    told = [(match.watch.id, match.unasked) for match in watches.of_correction(correction, lambda: None)]
    assert told == [("a", ("languages",)), ("b", ("copied_by",)), ("c", ())]


@pytest.mark.parametrize("seed", range(40))
def test_compiled_watches_are_those_that_the_definition_finds(seed: int) -> None:
    chance = random.Random(seed)
    watches = {f"w{number:02}": some_watch(chance, f"w{number:02}") for number in range(60)}
    made = CompiledWatches(PARTIES)
    for watch in watches.values():
        made.put(some_watch(chance, watch.id))  # replaced by the next
        made.put(watch)
    for id_ in list(watches)[::5]:
        assert made.remove(id_) and not made.remove(id_)
        del watches[id_]
    for _ in range(40):
        judged = some_verdict(chance)
        expected = {
            id_: counted
            for id_, watch in watches.items()
            if (counted := matches(watch, judged, PARTIES)) is not None
        }
        told = made.of_verdict(judged, lambda: None)
        assert [(match.watch.id, (match.share, match.words)) for match in told] == list(expected.items())


def test_ten_thousand_watches_cost_little_where_none_matches() -> None:
    """500 articles a second, a third of them copies, must take a few percent of a core."""
    chance = random.Random(1)
    made = CompiledWatches(PARTIES)
    for number in range(10_000):
        made.put(Watch(f"w{number}", publishers=(f"site{number}.example",), languages=("en",)))
    judged = [some_verdict(chance) for _ in range(500)]
    for one in judged:
        made.of_verdict(one, lambda: None)  # names are folded once
    began = time.process_time()
    for one in judged:
        made.of_verdict(one, lambda: None)
    assert time.process_time() - began < 0.1


# ---- watches as JSON
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "JSON object"),
        ({"id": "w", "publisher": "Alder"}, "no member publisher"),
        ({"id": "a b"}, "letters"),
        ({"id": ""}, "letters"),
        ({"id": "w", "share_min": 1.5}, "0 to 1"),
        ({"id": "w", "share_min": True}, "0 to 1"),
        ({"id": "w", "words_min": -1}, "0 or more"),
        ({"id": "w", "extents": ["huge"]}, "full, partial"),
        ({"id": "w", "verdicts": ["copy"]}, "republication"),
        ({"id": "w", "publishers": [""]}, "empty"),
        ({"id": "w", "publishers": 7}, "list"),
        ({"id": "w", "publishers": ["x"] * 201}, "at most"),
        ({"id": "w", "unlicensed": "yes"}, "true or false"),
    ],
)
def test_a_watch_that_is_none_is_refused_with_a_sentence(value: Any, said: str) -> None:
    with pytest.raises(WatchFault, match=said):
        watch_of(value)


@pytest.mark.parametrize("seed", range(20))
def test_a_watch_comes_back_from_its_record(seed: int) -> None:
    watch = some_watch(random.Random(seed), "w")
    assert watch_from_bytes("w", as_bytes(watch)) == watch
    assert watch_of(as_json(watch)) == watch
    with pytest.raises(WatchFault, match="key"):
        watch_from_bytes("other", as_bytes(watch))


# ---- tables
def memory() -> MemoryKeyed:
    return MemoryKeyed(MemoryBroker(lambda: 1), "watches")


@pytest.fixture(params=["memory", "file"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> KeyedTopic:
    return memory() if request.param == "memory" else KeyedFile(tmp_path / "watches.jsonl")


def row(id_: str, name: str = "") -> KeyedRecord:
    return KeyedRecord(id_, as_bytes(Watch(id_, name=name)))


async def test_a_table_gives_all_that_it_holds_and_then_what_changes(table: KeyedTopic) -> None:
    await table.put([row("a"), row("b"), row("a", "newer"), row("c"), KeyedRecord("c", None)])
    await table.start()
    held: dict[str, bytes] = {}

    def take(records: Any) -> None:
        for key, value in records:
            held.pop(key, None)
            if value is not None:
                held[key] = value

    complete = False
    while not complete:
        batch = await table.read(10)
        take(batch.records)
        complete = batch.complete
    assert {key: json_value(value)["name"] for key, value in held.items()} == {"a": "newer", "b": ""}
    assert not (await table.read(10)).records
    await table.put([KeyedRecord("a", None), row("d")])
    for _ in range(10):
        take((await table.read(300)).records)
    assert sorted(held) == ["b", "d"]
    await table.close()


async def test_a_file_that_somebody_edits_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "watches.jsonl"
    watches = WatchList(KeyedFile(path), PARTIES)
    await watches.start(5)
    path.write_bytes(as_bytes(Watch("a")) + b"\n\n" + as_bytes(Watch("b")))
    await until(lambda: [one.id for one in watches.watches.all()] == ["a", "b"])
    path.write_bytes(as_bytes(Watch("b", name="newer")))
    await until(lambda: [one.name for one in watches.watches.all()] == ["newer"])
    path.write_bytes(b"no watch")  # the last that could be read stay in force
    await asyncio.sleep(0.6)
    assert len(watches.watches) == 1
    await watches.stop()


async def until(condition: Any, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - looks at what tells nobody
            await asyncio.sleep(0.01)


async def test_watches_are_all_known_before_the_first_verdict_and_follow_their_table() -> None:
    made = memory()
    await made.put([row(f"w{number}") for number in range(2_500)])
    await made.put([KeyedRecord("w7", None), KeyedRecord("w8", b'{"x": 1}'), KeyedRecord("bad", b"no json")])
    watches = WatchList(made, PARTIES)
    await watches.start(5)
    assert len(watches.watches) == 2_498 and watches.watches.get("w8") is None
    await watches.put(Watch("mine"))
    assert watches.watches.get("mine") is not None  # in force when it is said to be
    await watches.remove("mine")
    assert watches.watches.get("mine") is None
    await watches.stop()


async def test_a_table_that_fails_keeps_its_watches_in_force_and_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "RETRY_S", 0.01)
    failing = False

    async def hook(step: Step, partition: TopicPartition) -> None:
        if failing:
            raise UnavailableError("away")

    broker = MemoryBroker(lambda: 1, hook)
    made = MemoryKeyed(broker, "watches")
    await made.put([row("a"), row("b")])
    watches = WatchList(made, PARTIES)
    await watches.start(5)
    failing = True
    await asyncio.sleep(0.1)
    broker.produce("watches", 0, None, b"a")
    broker.produce("watches", 0, row("c").value, b"c")
    broker.truncate("watches", 0, 3)  # compacted meanwhile: neither a nor what removed it is there
    assert sorted(one.id for one in watches.watches.all()) == ["a", "b"]
    failing = False
    await until(lambda: [one.id for one in watches.watches.all()] == ["c"])
    await watches.stop()


async def test_a_table_that_never_comes_up_ends_the_process_with_a_sentence() -> None:
    async def hook(step: Step, partition: TopicPartition) -> None:
        raise UnavailableError("away")

    watches = WatchList(MemoryKeyed(MemoryBroker(lambda: 1, hook), "watches"), PARTIES)
    with pytest.raises(FatalError, match="watches could not be read"):
        await watches.start(0.1)


def test_originals_ask_nobody_where_nobody_asks_for_originals() -> None:
    judged = Judged("c", "Elm", "", "", verdict(VerdictKind.ORIGINAL, original=None, sources=(), extent=None))
    assert found(compiled(Watch("w")), judged) == []
    assert found(compiled(Watch("w", verdicts=("original",))), judged) == ["w"]
