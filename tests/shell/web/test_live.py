"""The stream sends what passes, newest rows only, says what it leaves out, and goes on where a browser was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.shell.web.filled_site import TEXTS, FilledSite, article
from wirecopy.shell.web import live
from wirecopy.shell.web.exchange import EVENTS, Request
from wirecopy.shell.web.live import Live, event

HOSTILE = "line\nbreak\r\ndata: x\n\nevent: y <b>\u2028 \x00"


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TICK_SECONDS", 0.001)
    monkeypatch.setattr(live, "GLANCE_TICKS", 1_000_000)


class Watcher:
    """What a browser makes of the stream."""

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream
        self._held: list[tuple[str, Any, str]] = []

    async def next(self, wanted: str) -> tuple[Any, str]:
        """Data and id of the next event of this name."""
        async with asyncio.timeout(10):
            while True:
                while self._held:
                    name, data, number = self._held.pop(0)
                    if name == wanted:
                        return data, number
                piece = (await anext(self._stream)).decode()
                assert piece.endswith("\n\n")
                for block in piece[:-2].split("\n\n"):
                    lines = block.split("\n")
                    fields = dict(line.split(": ", 1) for line in lines)
                    assert len(fields) == len(lines) and fields.keys() <= {"event", "data", "id", "retry", ""}
                    if "data" in fields:
                        self._held.append((fields["event"], json.loads(fields["data"]), fields.get("id", "")))


async def watch(world: FilledSite, query: dict[str, str] | None = None, last: str = "") -> Watcher:
    headers = {"last-event-id": last} if last else {}
    answer = await Live(world.site).stream(Request("/live", query=query or {}, headers=headers))
    assert answer.content_type == EVENTS and answer.stream is not None
    stream = answer.stream
    assert (await anext(stream)).startswith(b"retry: ")
    return Watcher(stream)


def test_an_event_is_one_block_whatever_it_holds() -> None:
    block = event("rows", {"text": HOSTILE}, 7)
    lines = block.decode().split("\n")
    assert lines[0] == "event: rows" and lines[1] == "id: 7" and lines[3:] == ["", ""]
    assert json.loads(lines[2].removeprefix("data: ")) == {"text": HOSTILE}


async def test_rows_come_escaped_and_in_order_with_the_logs_offset() -> None:
    world = FilledSite()
    watcher = await watch(world)
    world.add(article("a", "a.example", title=HOSTILE), article("b", "b.example", body=TEXTS[1]))
    json_of, number = await watcher.next("rows")
    assert [("/articles/a" in row, "/articles/b" in row) for row in json_of["rows"]] == [
        (True, False),
        (False, True),
    ]
    assert "<b>" not in json_of["rows"][0] and json_of["more"] == 0
    newest = world.site.catalogue.at(1)
    assert newest is not None and number == str(newest.log_offset)


async def test_more_than_can_be_shown_is_counted() -> None:
    world = FilledSite()
    watcher = await watch(world)
    world.add(*(article(f"a{n}", f"p{n}.example") for n in range(25)))
    json_of, _ = await watcher.next("rows")
    assert len(json_of["rows"]) == live.ROWS_MAX and json_of["more"] == 25 - live.ROWS_MAX
    assert "/articles/a24" in json_of["rows"][-1]


async def test_a_tick_looks_at_a_bounded_number_of_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SCANNED_MAX", 12)
    world = FilledSite()
    watcher = await watch(world)
    world.add(*(article(f"a{n}", f"p{n}.example") for n in range(25)))
    json_of, _ = await watcher.next("rows")
    assert len(json_of["rows"]) + json_of["more"] == 25


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"verdict": "republication"}, ["b"]),
        ({"verdict": "nonsense"}, ["a", "b", "c"]),
        ({"publisher": "C.EX"}, ["c"]),
        ({"language": "de"}, ["c"]),
        ({"copied": "A.EX"}, ["b"]),
        ({"copied": "a.example", "publisher": "b.ex"}, ["b"]),
    ],
)
async def test_only_what_passes_the_filters_is_sent(query: dict[str, str], ids: list[str]) -> None:
    world = FilledSite()
    watcher = await watch(world, query)
    world.add(article("a", "a.example"), article("b", "b.example"))
    world.add(article("c", "c.example", body=TEXTS[1], language="de"))
    json_of, _ = await watcher.next("rows")
    assert [id_ for id_ in "abc" if any(f"/articles/{id_}?" in row for row in json_of["rows"])] == ids


@pytest.mark.parametrize("how", ["page", "browser"])
async def test_a_watcher_goes_on_where_it_was(how: str) -> None:
    world = FilledSite()
    world.add(*(article(f"a{n}", f"p{n}.example") for n in range(3)))
    entry = world.site.catalogue.at(0)
    assert entry is not None
    after = str(entry.log_offset)
    watcher = await watch(
        world, {"after": after} if how == "page" else {"after": "999"}, "" if how == "page" else after
    )
    json_of, _ = await watcher.next("rows")
    assert [n for n in range(3) if any(f"/articles/a{n}?" in row for row in json_of["rows"])] == [1, 2]


async def test_a_row_changes_when_its_headline_is_read_or_its_verdict_corrected() -> None:
    world = FilledSite()
    watcher = await watch(world)
    world.add(article("a", "a.example"), read=False)
    json_of, _ = await watcher.next("rows")
    assert "Headline not loaded yet" in json_of["rows"][0]
    entry = world.site.catalogue.at(0)
    assert entry is not None
    world.site.catalogue.note(entry.position, "Now it is known", "en")
    changed, _ = await watcher.next("change")
    assert changed["offset"] == entry.log_offset and "Now it is known" in changed["row"]


async def test_headlines_of_what_somebody_looks_at_are_read_from_the_topic() -> None:
    world = FilledSite()
    world.add(article("a", "a.example"), article("b", "b.example", body=TEXTS[1]), read=False)
    await world.site.start()
    try:
        await world.text("/")
        async with asyncio.timeout(10):
            while not all(entry.read for entry in world.site.catalogue.entries()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        await world.site.stop()
    assert [entry.title for entry in world.site.catalogue.entries()] == ["Title of a", "Title of b"]


async def test_a_fault_in_reading_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FilledSite()
    real = world.site.catalogue.take
    failed = asyncio.Event()

    def fail(seconds_max: float) -> int:
        if failed.is_set():
            return real(seconds_max)
        failed.set()
        raise RuntimeError("ours")

    monkeypatch.setattr(world.site.catalogue, "take", fail)
    await world.site.start()
    try:
        async with asyncio.timeout(10):
            await failed.wait()
            world.add(article("a", "a.example"))
            while not len(world.site.catalogue):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        await world.site.stop()


async def test_the_page_is_whole_without_script() -> None:
    world = FilledSite()
    world.add(*(article(f"a{n}", f"p{n}.example") for n in range(60)))
    html = await world.text("/?publisher=p&verdict=republication")
    assert html.count('<li class="item"') == live.PAGE_ROWS
    assert 'rel="next"' in html and "verdict=republication" in html
    older = html.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = await world.text(older)
    assert rest.count('<li class="item"') == 59 - live.PAGE_ROWS and 'id="stream"' not in rest
