"""Pages say what the verdict says, escape whatever an article holds, and stay small."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.core.story import prose
from tests.shell.web.filled_site import (
    LONG,
    START_MS,
    TEXTS,
    TOPIC,
    FilledSite,
    article,
    decode,
    original_and_copy,
)
from wirecopy import samples
from wirecopy.core.engine import enrich
from wirecopy.core.model import Outcome, RawArticle, RawPosition
from wirecopy.core.records.raw import encode_enriched
from wirecopy.shell.report.markup import web_address
from wirecopy.shell.web import evidence, rendering, stories
from wirecopy.shell.web.exchange import segment
from wirecopy.shell.web.rendering import article_url, story_url

VOID = {"meta", "link", "input", "img", "br", "hr", "rect", "circle", "line", "path", "polyline"}
OPTIONAL = {"option"}


class Page(HTMLParser):
    """A page's elements with their attributes; its end tags must fit."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> in {self._open}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def links(self) -> list[str]:
        return [href for tag, attributes in self.elements if tag == "a" and (href := attributes.get("href"))]


HOSTILE = [
    "<script>alert(1)</script>",
    "</title></textarea></style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "' onfocus='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eesrever\u202c \u2066x\u2069",
    "a\x00b\x1b[31m\x7f",
    "&lt;b&gt; &amp;amp;",
    "javascript:alert(1)//",
    "\N{REPLACEMENT CHARACTER}\ufeff",
]


def hostile(text: str, number: int) -> dict[str, object]:
    return {
        "id": text,
        "publisher": text,
        "title": text + " a headline of its own",
        "url": f"javascript:alert({number})" if number % 2 else f"https://x.example/{text}",
        "language": text[:30],
        "body": f"{text}\n\nBy {text}. Source: {text}\n\n" + TEXTS[number % len(TEXTS)],
    }


@pytest.fixture(scope="module")
def under_attack() -> FilledSite:
    world = FilledSite()
    world.add(*(hostile(text, number) for number, text in enumerate(HOSTILE)))
    world.add(
        *({**hostile(text, n), "id": text + "2", "publisher": text + "2"} for n, text in enumerate(HOSTILE))
    )
    return world


@pytest.mark.parametrize("number", range(2 * len(HOSTILE)))
async def test_nothing_in_an_article_becomes_markup(under_attack: FilledSite, number: int) -> None:
    entry = under_attack.site.catalogue.at(number)
    assert entry is not None
    pages = [
        await under_attack.text("/"),
        await under_attack.text("/?publisher=" + quote(entry.publisher)),
        await under_attack.text(article_url(entry)),
        await under_attack.text(article_url(entry, exact=True)),
        await under_attack.text(story_url(entry)),
    ]
    for html in pages:
        page = Page(html)
        for tag, attributes in page.elements:
            assert tag not in ("img", "iframe", "object", "embed", "base", "style")
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            if tag == "script":
                assert (attributes.get("src") or "").startswith("/static/")
        for href in page.links():
            assert href.startswith(("/", "#", "http://", "https://"))
            if not href.startswith(("/", "#")):
                rel = next(a for _, a in page.elements if a.get("href") == href)["rel"] or ""
                assert {"noopener", "noreferrer", "nofollow"} <= set(rel.split())
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]", html)
        assert "49" not in page.texts


async def test_a_title_of_a_megabyte_makes_no_large_page() -> None:
    world = FilledSite()
    world.add(article("long", "a.example", title="x" * 1_000_000, body=LONG))
    for url in ("/", "/articles/long", "/stories/long"):
        assert len((await world.get(url)).body) < 20_000


async def test_pages_are_small_at_three_hundred_copies() -> None:
    world = FilledSite()
    world.add(article("first", "first.example", published_at=START_MS))
    world.add(
        *(article(f"copy{n}", f"paper{n}.example", published_at=START_MS + n * 1000) for n in range(300))
    )
    for url in ("/", "/articles/first", "/articles/copy7", "/stories/first", "/stories/first?page=2"):
        html = await world.text(url)
        Page(html)
        assert len(html.encode()) < 100_000, url
    assert "300 of them are republications" in Page(await world.text("/stories/first")).text
    rows = [
        Page(await world.text(f"/stories/first?page={n}")).text.count("republication ") for n in (1, 2, 3, 4)
    ]
    assert sum(rows) >= 300


async def test_evidence_shows_both_texts_with_the_same_passages_marked() -> None:
    world = FilledSite()
    world.add(*original_and_copy(body=LONG.replace("Velensky", "Velenskyy") + "\n\nSource: first.example"))
    page = Page(await world.text("/articles/copy"))
    ids = {attributes.get("id") for _, attributes in page.elements}
    jumps = [href for href in page.links() if re.fullmatch(r"#[po]\d+", href)]
    assert jumps and all(href[1:] in ids for href in jumps)
    assert {href[1] for href in jumps} == {"p", "o"}
    assert "appears in first.example's article" in page.text
    assert page.text.count("its deckhands broke down on Tuesday") == 2
    assert "copied by 1 article" in Page(await world.text("/articles/first")).text.casefold()


async def test_evidence_names_who_carries_the_same_quotation_and_that_it_is_not_counted() -> None:
    said = " ".join(LONG.replace("“", "").replace("”", "").replace('"', "").split()[20:75])
    world = FilledSite()
    for number in range(2):
        own = prose(300 + number, 150)
        world.add(
            {
                "id": f"q{number}",
                "publisher": f"Paper {number}",
                "url": f"https://paper{number}.example/q",
                "title": f"Report number {number} of its own",
                "body": f"{own}\n\n“{said},” the mayor wrote on Tuesday.\n\n{prose(310 + number, 120)}",
            }
        )
    page = Page(await world.text("/articles/q1"))
    assert "It carries the same quotation as Paper 0" in page.text
    assert "Quotations that others carry too" in page.text and "Not counted as copied." in page.text
    assert " ".join(said.split()[5:30]) in page.text.split("Quotations that others carry too")[1]
    assert any(href.startswith("/articles/q0") for href in page.links())
    world.forget_texts()


async def test_a_text_that_is_gone_is_said_to_be_gone() -> None:
    world = FilledSite()
    world.add(*original_and_copy(), read=False)
    world.forget_texts()
    page = Page(await world.text("/articles/copy"))
    assert "The text is no longer available. The raw topic no longer has it." in page.text
    assert "appears in first.example's article" in page.text
    record = json.loads(await world.text("/articles/copy.json"))
    assert record["text"] is None and record["republication"]["verdict"] == "republication"


async def test_a_text_is_shown_only_if_it_is_the_one_that_was_judged() -> None:
    world = FilledSite()
    world.add(*original_and_copy(), read=False)
    ring = world.site.catalogue._ring
    ring[1] = replace(ring[1], body_xxh3="0" * 32)  # the topic was created anew: this was another text
    text = Page(await world.text("/articles/copy")).text
    assert "now has another record at this position" in text and "deckhands" not in text


async def test_the_record_is_the_one_that_was_published() -> None:
    world = FilledSite()
    world.add(*(value for value in samples.lines()))
    for offset, stored in enumerate(world.broker.read(TOPIC, 0)):
        decoded = decode(stored.value, RawPosition(TOPIC, 0, offset))
        entry = world.site.catalogue.by_position(RawPosition(TOPIC, 0, offset))
        assert isinstance(decoded, RawArticle) and entry is not None
        if entry.corrected is not None:
            continue
        proposal = world.engine.propose(decoded)
        outcome = Outcome(entry.position, entry.body_xxh3, entry.verdict, (), False)
        published = encode_enriched(decoded, enrich(proposal, outcome))
        answer = await world.get(article_url(entry, ".json", exact=True))
        assert answer.body == published and answer.content_type == "application/json"


async def test_an_id_of_several_publishers_leads_to_a_choice_and_each_to_its_own() -> None:
    world = FilledSite()
    world.add(article("same", "a.example"), article("same", "b.example", body=TEXTS[1] * 2))
    page = Page(await world.text("/articles/same", 300))
    choices = [href for href in page.links() if href.startswith("/articles/same?at=")]
    assert len(choices) == 2
    for href, publisher in zip(choices, ("a.example", "b.example"), strict=True):
        assert publisher in Page(await world.text(href)).text
    assert (await world.get("/articles/same.json")).status == 404, "a program is not given a choice"


@pytest.mark.parametrize("id_", ["..", ".", "report.json", "x.csv", "é" * 1000, "a/b?c#d%20"])
async def test_every_article_can_be_linked_whatever_its_id(id_: str) -> None:
    world = FilledSite()
    world.add(article(id_, "a.example"))
    entry = world.site.catalogue.at(0)
    assert entry is not None
    for url in (article_url(entry), article_url(entry, exact=True), story_url(entry)):
        assert "Title of" in await world.text(url)
    assert json.loads(await world.text(article_url(entry, ".json")))["id"] == id_
    assert json.loads(await world.text(story_url(entry, ".json")))["articles"][0]["id"] == id_
    assert (await world.get(story_url(entry, ".csv"))).status == 200


@pytest.mark.parametrize(
    "url",
    [
        "/articles/none",
        "/articles/none.json",
        "/stories/none",
        "/stories/none.csv",
        "/articles?at=x",
        "/articles/a?at=articles.raw/0/99",
        "/stories?of=a/1/2",
    ],
)
async def test_what_is_not_there_is_said_not_to_be_there(url: str) -> None:
    world = FilledSite()
    world.add(article("a", "a.example"))
    assert (await world.get(url)).status == 404


# ---- stories
async def test_any_article_names_its_story() -> None:
    world = FilledSite()
    world.add(*samples.lines())
    of_several = [entry for entry in world.site.catalogue.entries() if entry.id != entry.current.story]
    assert len(of_several) > 5
    for entry in of_several:
        by_name = json.loads(await world.text(story_url(entry, ".json")))
        assert json.loads(await world.text(f"/stories/{segment(entry.id)}.json")) == by_name


async def test_a_story_is_told_in_time_with_its_correction() -> None:
    world = FilledSite()
    world.add(*samples.lines())
    entry = next(entry for entry in world.site.catalogue.entries() if entry.corrected)
    page = Page(await world.text(story_url(entry)))
    assert "2 verdicts were corrected later" in page.text
    assert [1 for _, attributes in page.elements if attributes.get("class") == "ring"]
    document = json.loads(await world.text(story_url(entry, ".json")))
    times = [one["published_at"] for one in document["articles"]]
    assert times == sorted(times)
    corrected = [one for one in document["articles"] if one["correction"]]
    assert len(corrected) == 2 and corrected[0]["correction"]["reason"] == "late_original"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\r=x", "'\r=x"),
        ("＝cmd", "'＝cmd"),
        ('a "quoted", one\nline', 'a "quoted", one\nline'),
        ("plain", "plain"),
    ],
)
def test_no_cell_of_the_export_is_a_formula(cell: str, written: str) -> None:
    world = FilledSite()
    world.add(article("x", "a.example"))
    entry = world.site.catalogue.at(0)
    assert entry is not None
    exported = stories.as_csv([replace(entry, publisher=cell, title=cell)])
    rows = list(csv.reader(io.StringIO(exported.decode(), newline="")))
    assert tuple(rows[0]) == stories.COLUMNS and len(rows) == 2
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["publisher"] == row["title"] == written


def test_dots_of_one_publisher_do_not_hide_one_another() -> None:
    world = FilledSite()
    world.add(article("first", "a.example", published_at=START_MS))
    world.add(*(article(f"c{n}", "b.example", published_at=START_MS + 5) for n in range(4)))
    lanes = stories.plot(stories._members(world.site.catalogue.story("first"))).lanes
    places = [dot.x for dot in lanes[1].dots]
    assert len(places) == 4
    assert all(b - a >= stories.DOT_GAP for a, b in pairwise(places))


# ---- the rules of rendering
def test_no_template_and_no_code_trusts_a_value() -> None:
    root = Path(rendering.__file__).parent
    for path in [*root.rglob("*.html"), *root.rglob("*.py")]:
        text = path.read_text("utf-8")
        assert not re.search(r"\|\s*safe\b|Markup\(|autoescape (false|off)", text), path
        if path.suffix == ".html":
            assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", text), path
            assert not re.search(r"""(?:src|href)=["']?https?:""", text), f"{path} asks another host"


def test_every_reason_has_words() -> None:
    for words in (*evidence.BASIS_WORDS.values(), *evidence.BASIS_WORDS_OF_ORIGINAL.values()):
        assert words and words[0].islower()


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://a.example/x", True),
        ("HTTP://a.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example/x", False),
        ("https://", False),
        ("https://a.example/\u202e", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_are_followed(url: str, followed: bool) -> None:
    assert (web_address(url) == url) is followed or (url == "" and not followed)
