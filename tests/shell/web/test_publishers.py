"""Laws of the publishers' page: the counts are those of the articles that are shown, whatever came, went or was corrected;
the matrix stays small and the table whole, however many publishers there are."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace

import pytest

from tests.core.story import prose
from tests.shell.web.page_client import PageClient, json_of
from wirecopy.core.model import Extent, Original, RawPosition, Verdict, VerdictKind
from wirecopy.shell.web.catalogue import Entry
from wirecopy.shell.web.publishers import (
    MATRIX_COLUMNS,
    MATRIX_ROWS,
    SORTS,
    TABLE_ROWS,
    Publishers,
    matrix,
    sorted_by,
)
from wirecopy.shell.web.tally import Tally

HOUR_MS = 3_600_000


def entry(serial: int, publisher: str, source: str | None = None, delay_ms: int | None = None) -> Entry:
    """An original, or a republication of a source's."""
    original = source and Original("o", None, source, 10 * HOUR_MS, True, RawPosition("t", 0, 0))
    kind = VerdictKind.ORIGINAL if source is None else VerdictKind.REPUBLICATION
    extent = None if source is None else Extent.FULL
    share = 0.0 if source is None else 0.9
    verdict = Verdict(kind, extent, "s", original or None, share, share, 0.0, (), (), None, ())
    published = None if delay_ms is None else 10 * HOUR_MS + delay_ms
    position = RawPosition("t", 0, serial)
    return Entry(serial, serial, 0, f"a{serial}", "", publisher, publisher, position, published, "", verdict)


def counted(entries: list[Entry]) -> dict[str, object]:
    """The same counts, the simple way."""
    names = {one.publisher for one in entries}
    copies = [one for one in entries if one.current.original is not None]
    names |= {one.current.original.publisher for one in copies if one.current.original}
    return {
        name: (
            Counter(one.current.kind for one in entries if one.publisher == name),
            Counter(
                one.current.original.publisher
                for one in copies
                if one.publisher == name and one.current.original
            ),
            Counter(
                one.publisher
                for one in copies
                if one.current.original and one.current.original.publisher == name
            ),
        )
        for name in names
    }


@pytest.mark.parametrize("seed", range(5))
def test_counts_are_those_of_the_articles_that_are_there(seed: int) -> None:
    chance = random.Random(seed)
    tally, held = Tally(), list[Entry]()
    names = [f"p{n}" for n in range(6)]
    for serial in range(300):
        move = chance.random()
        if move < 0.5 or not held:
            source = chance.choice([None, *names])
            made = entry(serial, chance.choice(names), source, chance.choice([None, 0, HOUR_MS, -5]))
            held.append(made)
            tally.changed(None, made)
        elif move < 0.8:
            gone = held.pop(chance.randrange(len(held)))
            tally.changed(gone, None)
        else:
            at = chance.randrange(len(held))
            other = entry(serial, held[at].publisher, chance.choice([None, *names])).verdict
            after = replace(held[at], corrected=other)
            tally.changed(held[at], after)
            held[at] = after
        now = {one.name: (one.verdicts, one.copied_from, one.copied_by) for one in tally.publishers()}
        assert now == counted(held)
        assert all(one.copies == one.copied_by.total() for one in tally.publishers())
    for one in held:
        tally.changed(one, None)
    assert len(tally) == 0


@pytest.mark.parametrize(
    "delays_ms", [[HOUR_MS], [0, 1000], [60_000, 2 * HOUR_MS, 3 * HOUR_MS], [HOUR_MS] * 9 + [10**12]]
)
def test_the_median_delay_is_right_to_five_percent(delays_ms: list[int]) -> None:
    tally = Tally()
    for serial, delay_ms in enumerate(delays_ms):
        tally.changed(None, entry(serial, "copier", "source", delay_ms))
    copier = tally.get("copier")
    assert copier is not None and copier.median_delay_ms is not None
    median = max(1000, sorted(delays_ms)[(len(delays_ms) - 1) // 2])
    assert median / 1.05 <= copier.median_delay_ms <= median * 1.05
    source = tally.get("source")
    assert source is not None and source.median_delay_ms is None


def of_many(publishers: int, seed: int = 1) -> Tally:
    chance = random.Random(seed)
    tally = Tally()
    for serial in range(publishers * 10):
        own = f"Paper {int(publishers * chance.random() ** 2)}"
        source = f"Paper {int(publishers * chance.random() ** 4)}" if chance.random() < 0.6 else None
        tally.changed(None, entry(serial, own, source, chance.randrange(10**7)))
    return tally


async def test_two_hundred_publishers_make_a_matrix_of_one_screen_and_a_table_of_all() -> None:
    tally = of_many(200)
    pages = Publishers(tally)
    from wirecopy.shell.web.exchange import Request

    first = (await pages.page(Request("/publishers"))).body.decode()
    second = (await pages.page(Request("/publishers", query={"page": "2"}))).body.decode()
    assert len(first) < 60_000
    named = [name for page in (first, second) for name in _rows(page)]
    assert len(named) == len(set(named)) == len(tally)
    table = matrix(list(tally.publishers()), tally, False)
    assert (len(table.rows), len(table.columns)) == (MATRIX_ROWS, MATRIX_COLUMNS)
    most = max(tally.publishers(), key=lambda one: one.copied_from.total())
    assert table.rows[0] == most.name


def _rows(page: str) -> list[str]:
    table = page.partition('<table class="publishers">')[2]
    return re.findall(r'<th scope="row"><bdi>([^<]*)</bdi>', table)


def test_every_cell_of_the_matrix_is_the_count_and_darker_for_more() -> None:
    tally = of_many(30)
    table = matrix(list(tally.publishers()), tally, False)
    shades = []
    for row, name in enumerate(table.rows):
        publisher = tally.get(name)
        assert publisher is not None
        for column, source in enumerate(table.columns):
            cell = table.cells[row][column]
            assert cell.count == publisher.copied_from[source]
            shades.append((cell.count, cell.shade))
    shades.sort()
    assert [shade for _, shade in shades] == sorted(shade for _, shade in shades)
    assert {shade for count, shade in shades if not count} <= {0}
    assert shades[-1][1] == 5


def test_a_filter_shows_a_publisher_with_its_partners_on_both_sides() -> None:
    tally = Tally()
    for serial, (own, source) in enumerate([("b", "a"), ("c", "b"), ("d", "a"), ("b", "x")]):
        tally.changed(None, entry(serial, own, source))
    found = [one for one in tally.publishers() if one.name == "b"]
    table = matrix(found, tally, True)
    assert set(table.rows) == {"b", "c"}
    assert set(table.columns) == {"a", "x", "b"}


@pytest.mark.parametrize("sort", SORTS)
def test_every_column_sorts_all_and_without_repeating_one(sort: str) -> None:
    tally = of_many(250)
    ordered = sorted_by(list(tally.publishers()), sort)
    assert Counter(one.name for one in ordered) == Counter(one.name for one in tally.publishers())
    assert ordered == sorted_by(ordered[::-1], sort), "in one order, whatever they came in"
    assert len(ordered) > 2 * TABLE_ROWS


async def test_a_page_is_made_once_in_a_while_and_not_at_every_request() -> None:
    from wirecopy.shell.web.exchange import Request

    now = [0.0]
    tally = of_many(3)
    pages = Publishers(tally, lambda: now[0])
    first = await pages.page(Request("/publishers"))
    tally.changed(None, entry(10_000, "Late Paper"))
    assert await pages.page(Request("/publishers")) is first
    now[0] += 10
    assert "Late Paper" in (await pages.page(Request("/publishers"))).body.decode()
    for n in range(100):
        await pages.page(Request("/publishers", query={"publisher": str(n)}))
    assert len(pages._kept) <= 16


async def test_page_and_export_say_what_the_engine_said() -> None:
    pages = PageClient()
    pages.send(prose(1), "wire.com", published_at="2026-05-01T08:00:00Z")
    pages.send(prose(1), "paper.com", published_at="2026-05-01T10:00:00Z")
    pages.send(prose(2), "<b>paper</b>.com")
    assert len(pages.site.tally) == 3
    document = {one["publisher"]: one for one in json_of(await pages.get("/publishers.json"))["publishers"]}
    assert (
        document["paper.com"]["copied_from"]
        == {"wire.com": 1}
        == {"wire.com": document["wire.com"]["articles"]}
    )
    assert document["wire.com"]["copied_by"] == {"paper.com": 1}
    assert abs(document["paper.com"]["median_delay_seconds"] - 7200) < 400
    assert document["wire.com"]["originals_share"] == 1.0
    page = (await pages.get("/publishers")).body.decode()
    assert "wire.com" in page and "<b>paper" not in page
    assert "No publisher name matches" in (await pages.get("/publishers?publisher=zzz")).body.decode()
    filtered = json_of(await pages.get("/publishers.json?publisher=WIRE"))
    assert [one["publisher"] for one in filtered["publishers"]] == ["wire.com"]
    await pages.close()
