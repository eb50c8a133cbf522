"""Records as libraries and services write them are read without a setting, and by their preset.

The inputs of the first tests are the real libraries' own output on a page and a feed of ours; those of services that
answer over the network follow their documentation.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from wirecopy.core.model import RawArticle, RawPosition, Rejected, RejectReason
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw
from wirecopy.core.records.shapes import BY_NAME, PRESETS, longest_text, value_at

URL = "https://harbour.example/2024/pier"
TEXT = (
    (
        "The council voted on Monday to close the northern ferry landing, after surveyors had discovered fractures in "
        "several pillars and reported that another winter storm could demolish the whole structure."
    ),
    (
        "Harbour master Ines Toller described the decision as overdue. Her department closed the gate on the same "
        "evening, and the last ferry of the season left from the southern quay instead."
    ),
    (
        "Fishermen who kept their vessels beside the landing have been promised berths inside the basin until the "
        "repairs are completed next summer, the council said."
    ),
)
PAGE = (
    "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Landing to close</title>"
    f"<link rel='canonical' href='{URL}'><meta property='og:site_name' content='Harbour Letter'>"
    "<meta property='article:published_time' content='2024-05-03T10:00:00+02:00'></head><body><main><article>"
    f"<h1>Landing to close</h1>{''.join(f'<p>{one}</p>' for one in TEXT)}</article></main></body></html>"
)
FEED = (
    "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
    "<title>Harbour Letter</title><item><title>Landing to close</title>"
    f"<link>{URL}</link><guid>{URL}</guid><pubDate>Fri, 03 May 2024 08:00:00 GMT</pubDate>"
    "<description>A teaser.</description><content:encoded><![CDATA["
    f"{''.join(f'<p>{one}</p>' for one in TEXT)}]]></content:encoded></item></channel></rss>"
)
TIME_MS = 1_714_723_200_000


def decoded(record: dict[str, Any], preset: str = "") -> RawArticle | Rejected:
    fields = FieldPaths(presets={"x": preset} if preset else {})
    return decode_raw(json.dumps(record, default=str).encode(), RawPosition("x", 0, 0), fields, {})


def of_feedparser() -> dict[str, Any]:
    feedparser = pytest.importorskip("feedparser")
    return dict(feedparser.parse(FEED).entries[0])


def of_trafilatura() -> dict[str, Any]:
    trafilatura = pytest.importorskip("trafilatura")
    written = trafilatura.extract(PAGE, url=URL, output_format="json", with_metadata=True)
    found: dict[str, Any] = json.loads(written)
    return found


def of_newspaper() -> dict[str, Any]:
    newspaper = pytest.importorskip("newspaper")
    article = newspaper.Article(URL)
    article.download(input_html=PAGE)
    article.parse()
    found: dict[str, Any] = json.loads(article.to_json())
    return found


LIBRARIES = {"feedparser": of_feedparser, "trafilatura": of_trafilatura, "newspaper": of_newspaper}


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("by_preset", [False, True])
def test_what_a_library_writes_is_read_as_it_is(name: str, by_preset: bool) -> None:
    article = decoded(LIBRARIES[name](), name if by_preset else "")
    assert isinstance(article, RawArticle), article
    assert all(paragraph in " ".join(article.text.split()) for paragraph in TEXT)
    assert (article.url, article.title) == (URL, "Landing to close")
    assert article.domain == "harbour.example"
    assert article.published_at_ms is not None
    day_ms = 86_400_000
    assert article.published_at_ms // day_ms == TIME_MS // day_ms  # trafilatura keeps the day alone


BODY = "\n\n".join(TEXT)
SERVICES: dict[str, dict[str, Any]] = {
    "jsonfeed": {"id": "7", "url": URL, "title": "T", "content_html": f"<p>{BODY}</p>", "date_published": "2024-05-03T08:00:00Z"},
    "schema-org": {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": "T", "articleBody": BODY, "url": URL,
        "datePublished": "2024-05-03T08:00:00Z", "publisher": {"@type": "Organization", "name": "Harbour Letter"},
    },
    "newsapi": {
        "source": {"id": None, "name": "Harbour Letter"}, "title": "T", "description": "d", "url": URL,
        "publishedAt": "2024-05-03T08:00:00Z", "content": BODY,
    },
    "event-registry": {
        "uri": "8", "lang": "eng", "dateTimePub": "2024-05-03T08:00:00Z", "url": URL, "title": "T", "body": BODY,
        "source": {"uri": "harbour.example", "title": "Harbour Letter"},
    },
    "fundus": {
        "title": "T", "publishing_date": "2024-05-03 08:00:00+00:00", "publisher": "Harbour Letter",
        "html": {"responded_url": URL},
        "body": {"summary": ["d"], "sections": [{"headline": [], "paragraphs": list(TEXT)}]},
    },
    "news-please": {
        "date_publish": "2024-05-03 08:00:00", "language": "en", "maintext": BODY, "source_domain": "harbour.example",
        "title": "T", "url": URL,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("by_preset", [False, True])
def test_what_a_service_answers_is_read_as_it_is(name: str, by_preset: bool) -> None:
    article = decoded(SERVICES[name], name if by_preset else "")
    assert isinstance(article, RawArticle), article
    assert article.text.split() == BODY.split()
    assert (article.url, article.title, article.published_at_ms) == (URL, "T", TIME_MS)


def test_an_article_in_a_graph_of_schema_org_is_found() -> None:
    graph = [
        {"@type": "WebPage", "name": "x"},
        SERVICES["schema-org"] | {"@type": ["Article", "NewsArticle"]},
    ]
    article = decoded({"@context": "https://schema.org", "@graph": graph})
    assert isinstance(article, RawArticle)
    assert article.text == BODY


@pytest.mark.parametrize("name", [*LIBRARIES, *SERVICES])
def test_a_record_of_our_own_form_keeps_its_meaning_whatever_else_it_holds(name: str) -> None:
    other = LIBRARIES[name]() if name in LIBRARIES else SERVICES[name]
    own: dict[str, Any] = {
        "id": "own",
        "title": "Own",
        "published_at": "2024-01-01T00:00:00Z",
        "url": "https://own.example/1",
    }
    article = decoded(other | own | {"body": "Our own text of some words, which is what counts."})
    assert isinstance(article, RawArticle)
    assert article.text == "Our own text of some words, which is what counts."
    assert (article.id, article.title, article.url) == ("own", "Own", "https://own.example/1")


def test_a_record_of_no_known_form_is_told_where_its_longest_text_lies() -> None:
    rejected = decoded(
        {"id": "1", "story": {"parts": ["short", "A much longer text that may well be the article."]}}
    )
    assert isinstance(rejected, Rejected)
    assert rejected.reason is RejectReason.BODY_MISSING
    assert "'story.parts.1'" in rejected.detail


def test_a_wrong_preset_is_told() -> None:
    rejected = decoded({"body": "A text."}, "trafilatura")
    assert isinstance(rejected, Rejected)
    assert "is the preset right?" in rejected.detail


def test_several_paths_are_tried_in_order() -> None:
    fields = FieldPaths(body="content.0.value|summary")
    for record in (
        {"content": [{"value": BODY}], "summary": "s"},
        {"content": [], "summary": BODY},
        {"summary": BODY},
    ):
        article = decode_raw(json.dumps(record).encode(), RawPosition("x", 0, 0), fields, {})
        assert isinstance(article, RawArticle)
        assert article.text == BODY


def test_paths_lead_through_lists() -> None:
    record: dict[str, object] = {"a": [{"b": ["one", "two"]}, {"b": []}, {"b": ["three"]}], "c.d": "dotted"}
    assert value_at(record, "a.*.b.*") == "one\n\ntwo\n\nthree"
    assert value_at(record, "a.2.b.0") == "three"
    assert value_at(record, "a.9.b") is None
    assert value_at(record, "c.d") == "dotted"
    assert longest_text(record) == ("c.d", 6)


def test_every_preset_has_a_name_that_the_command_line_takes() -> None:
    assert set(PRESETS) == {"ninjs", *BY_NAME}
