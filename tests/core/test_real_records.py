"""What feeds, crawlers and platforms write about an article decides no more than it says: dates, addresses, names, letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.story import Desk, prose
from wirecopy.core.model import Basis, Extent, VerdictKind

seeds = st.integers(0, 10_000)
NOON = datetime(2024, 5, 3, 12, tzinfo=UTC)
NOBODY = {"url": None, "publisher": None, "published_at": None}


def sent(desk: Desk, name: str, body: str, **fields: Any) -> None:
    desk.send(body, f"{name}.example", id=name, **fields)


# ---- dates
def hours(count: float) -> datetime:
    return NOON + timedelta(hours=count)


UNTRUSTED: dict[str, Callable[[datetime], object]] = {
    "no zone": lambda at: (at - timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S"),
    "a zone of several meanings": lambda at: (at - timedelta(hours=6)).strftime("%a, %d %b %Y %H:%M:%S CST"),
    "a bare date": lambda at: at.strftime("%Y-%m-%d"),
    "midnight of its zone": lambda at: at.astimezone(timezone(timedelta(hours=-5))).strftime(
        "%Y-%m-%dT00:00:00-05:00"
    ),
    "a day that may be a month": lambda _: "02/03/2024",
    "a program's zero": lambda _: "1970-01-01T00:00:00Z",
    "a default": lambda _: "1999-07-03T10:12:00Z",
    "words": lambda _: "yesterday at noon",
    "a spreadsheet's day": lambda _: 45415,
}


@pytest.mark.parametrize("form", UNTRUSTED)
@settings(max_examples=5, deadline=None)
@given(seed=seeds, after=st.floats(0.1, 6))
def test_a_copys_date_that_cannot_be_trusted_makes_it_no_original(form: str, seed: int, after: float) -> None:
    desk, body = Desk(), prose(seed)
    sent(desk, "first", body, published_at=NOON.isoformat())
    sent(desk, "copy", body, published_at=UNTRUSTED[form](hours(after)))
    verdict = desk.final()["copy"]
    assert verdict.kind is VerdictKind.REPUBLICATION
    assert not desk.corrections()
    assert Basis.PUBLISHED_AT not in verdict.basis
    assert any(basis.value.startswith("date") for basis in verdict.basis)


@pytest.mark.parametrize("late", ["2040-01-01T00:00:00Z", "2031-05-03T10:00:00Z", "2024-05-03 20:00:00"])
def test_an_originals_date_that_cannot_be_trusted_leaves_it_the_original(late: str) -> None:
    desk, body = Desk(), prose(1)
    sent(desk, "first", body, published_at=late)
    sent(desk, "copy", body, published_at=NOON.isoformat())
    assert desk.final()["copy"].kind is VerdictKind.REPUBLICATION
    assert not desk.corrections()


@pytest.mark.parametrize(
    "early", ["Fri, 03 May 2024 05:00:00 EST", "2024-05-03T19:00:00+09:00", 1714730400, "2024-05-01"]
)
def test_an_honest_date_still_corrects_the_order_of_arrival(early: object) -> None:
    desk, body = Desk(), prose(2)
    sent(desk, "copy", body, published_at=NOON.isoformat())
    sent(desk, "first", body, published_at=early)
    final = desk.final()
    assert final["first"].kind is VerdictKind.ORIGINAL
    assert final["copy"].original is not None
    assert final["copy"].original.id == "first"


def test_a_correction_keeps_what_is_said_of_the_copys_own_date() -> None:
    desk, body = Desk(), prose(3)
    sent(desk, "copy", body, published_at="2024-05-06")
    sent(desk, "first", body, published_at=NOON.isoformat())
    assert desk.final()["copy"].basis == (Basis.PUBLISHED_AT, Basis.LATE_ORIGINAL, Basis.DATE_DAY_ONLY)


# ---- who published it
@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_where_nobody_is_named_nothing_is_of_one_publisher(seed: int) -> None:
    desk, body = Desk(), prose(seed)
    sent(desk, "one", body, **NOBODY)
    sent(desk, "two", prose(seed + 1, 20) + "\n\n" + body, **NOBODY)
    verdict = desk.final()["two"]
    assert verdict.kind is VerdictKind.REPUBLICATION
    assert Basis.SAME_PUBLISHER not in verdict.basis


PLATFORMS = [
    ("https://news.google.com/rss/articles/A1?oc=5", "https://news.google.com/rss/articles/B2?oc=5"),
    ("https://harbourletter.substack.com/p/pier", "https://islandnotes.substack.com/p/pier"),
    ("https://t.me/harbourletter/3", "https://t.me/islandnotes/4"),
    ("https://bit.ly/3abcd", "https://bit.ly/3efgh"),
]


@pytest.mark.parametrize(("here", "there"), PLATFORMS)
def test_two_publishers_of_one_platform_copy_each_other(here: str, there: str) -> None:
    desk, body = Desk(), prose(4)
    sent(desk, "one", body, url=here, publisher="Harbour Letter")
    sent(desk, "two", body, url=there, publisher="Island Notes")
    verdict = desk.final()["two"]
    assert (verdict.kind, verdict.extent) == (VerdictKind.REPUBLICATION, Extent.FULL)


CACHES = [
    "https://harbourletter-example.cdn.ampproject.org/c/s/www.harbourletter.example/news/1",
    "https://web.archive.org/web/20240602101500/https://www.harbourletter.example/news/1",
    "https://bit.ly/3abcd",
    "https://feedproxy.google.com/~r/HarbourLetter/~3/x/",
    "https://news.yahoo.com/fish-market-1.html",
]


@pytest.mark.parametrize("cached", CACHES)
@pytest.mark.parametrize("name", ["Harbour Letter", "The Harbour Letter", "HARBOUR LETTER"])
def test_a_papers_own_article_in_a_cache_is_its_own(cached: str, name: str) -> None:
    desk, body = Desk(), prose(5)
    sent(desk, "one", body, url="https://www.harbourletter.example/news/1", publisher="Harbour Letter")
    sent(desk, "two", body + "\n\n" + prose(6, 15), url=cached, publisher=name)
    verdict = desk.final()["two"]
    assert verdict.kind is VerdictKind.UPDATE
    assert Basis.SAME_PUBLISHER in verdict.basis


@pytest.mark.parametrize(
    "front",
    ["https://courier.example/", "https://www.courier.example/feed/", "https://courier.example/index.html"],
)
@pytest.mark.parametrize("members", [("id",), ("url",), ("id", "url")])
def test_a_feeds_home_page_as_every_address_is_no_evidence(front: str, members: tuple[str, ...]) -> None:
    desk, foot = Desk(), prose(99, 50)
    for number in range(4):
        fields: dict[str, Any] = {
            "id": f"i{number}",
            "url": f"https://courier.example/{number}",
        } | dict.fromkeys(members, front)
        outcome = desk.send(
            prose(200 + number) + "\n\n" + foot, "courier.example", publisher="Courier", **fields
        )
        assert outcome.verdict.kind is VerdictKind.ORIGINAL


# ---- bodies
TEXT = (
    "L’autorité du port a annoncé mardi que la réparation de la jetée durerait quatre mois de plus que prévu, parce que des "
    "plongeurs ont découvert des fissures dans onze pieux. Les travaux sur les rails se poursuivront, a déclaré l’ingénieure en "
    "chef, et les bacs vers les îles circuleront selon l’horaire d’été jusqu’à la fin de la saison, même les jours fériés."
)


def referenced(text: str) -> str:
    return "".join(c if c.isascii() else f"&#{ord(c)};" for c in text)


@pytest.mark.parametrize(
    "body",
    [
        referenced(TEXT),
        "<p>" + referenced(TEXT).replace("&", "&amp;") + "</p>",
        "&lt;p&gt;" + referenced(TEXT) + "&lt;/p&gt;",
        f"<div>&lt;p&gt;{TEXT}&lt;/p&gt;</div>",
    ],
    ids=["without tags", "twice in tags", "whole", "within tags"],
)
def test_a_body_in_references_is_the_text_that_it_stands_for(body: str) -> None:
    desk = Desk()
    sent(desk, "one", TEXT)
    sent(desk, "two", body)
    verdict = desk.shown()
    assert (verdict.kind, verdict.share) == (VerdictKind.REPUBLICATION, 1.0)
    passage = verdict.passages[0]
    assert 0 <= passage.start < passage.end <= len(body)
    assert "autorit" in body[passage.start : passage.start + 30]


def test_readings_beside_signs_are_no_part_of_a_text() -> None:
    plain = (
        "港町の議会は火曜日の夜遅く古い魚市場を少なくとも二年間閉鎖することを決めた。屋根の一部が先週の嵐で崩れたためである。"
        "検査官は柱の多くが腐っているのを見つけた。"
    )
    ruby = plain.replace("議会", "<ruby>議会<rp>(</rp><rt>ぎかい</rt><rp>)</rp></ruby>").replace(
        "市場", "<ruby>市<rt>いち<rt></rt>場<rt>ば</ruby>"
    )
    desk = Desk()
    sent(desk, "one", plain)
    sent(desk, "two", f"<p>{ruby}</p>")
    assert desk.final()["two"].share == 1.0
