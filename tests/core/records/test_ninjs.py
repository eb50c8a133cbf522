"""IPTC ninjs: an agency's item of any generation gives the article that a plain record would give."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wirecopy.core.model import RawArticle, RawPosition, Rejected, RejectReason
from wirecopy.core.records.ninjs import is_ninjs
from wirecopy.core.records.raw import FieldPaths, decode_raw

POSITION = RawPosition("articles.raw", 0, 5)
TEXT = (
    "EASTPORT (NNA) — Crane drivers at the container terminal voted on Friday to stay out for a second week."
)
MARKUP = f"<section><p>{TEXT}</p></section>"
URI = "urn:newsml:nna.example:20240503:harbour-17"


def decoded(record: dict[str, Any]) -> RawArticle:
    article = decode_raw(json.dumps(record).encode(), POSITION, FieldPaths(), {})
    assert isinstance(article, RawArticle), article
    return article


HEADLINES = [
    {"role": "short", "value": "Strike"},
    {"role": "main", "value": "Harbour strike enters second week"},
]
NITF = f"<nitf><body.content>{MARKUP}</body.content></nitf>"
GENERATIONS: dict[str, dict[str, Any]] = {
    "1.x": {
        "uri": URI,
        "type": "text",
        "version": "2",
        "versioncreated": "2024-05-03T12:00:00+02:00",
        "firstcreated": "2024-05-03T08:00:00Z",
        "language": "en",
        "copyrightholder": "Norvik News Agency",
        "headline": "Harbour strike enters second week",
        "title": "STRIKE2",
        "body_text": TEXT,
        "body_xhtml": MARKUP,
    },
    "2.x": {
        "uri": URI,
        "version": "2",
        "versioncreated": "2024-05-03T12:00:00+02:00",
        "language": "en",
        "copyrightholder": "Norvik News Agency",
        "headlines": HEADLINES,
        "bodies": [
            {"role": "html", "contenttype": "text/html", "value": MARKUP},
            {"role": "text", "contenttype": "text/plain", "value": TEXT},
        ],
    },
    "3.x": {
        "standard": {"name": "ninjs", "version": "3.1"},
        "uri": URI,
        "version": "2",
        "versionCreated": "2024-05-03T12:00:00+02:00",
        "language": "en",
        "copyrightHolder": "Norvik News Agency",
        "headlines": [{"value": "Harbour strike enters second week"}],
        "bodies": [
            {"role": "nitf", "contentType": "application/xml", "value": NITF},
            {"role": "main", "contentType": "text/plain", "value": TEXT},
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_generation_gives_the_same_article(generation: str) -> None:
    article = decoded(GENERATIONS[generation])
    assert (article.text, article.offsets) == (TEXT, None)
    assert article.id == URI
    assert article.title == "Harbour strike enters second week"
    assert (article.publisher, article.domain) == ("Norvik News Agency", "nna.example")
    assert article.published_at_ms == 1714730400000
    assert (article.language, article.version) == ("en", 2)
    assert article.url == ""


BODIES = [
    # members of the item, the text that is judged
    ({"body_text": "Plain."}, "Plain."),
    ({"body_html": "<p>Marked up.</p>"}, "Marked up."),
    ({"body_xhtml": "<p>Marked &amp; up.</p>"}, "Marked & up."),
    ({"body_new": "Whatever it is."}, "Whatever it is."),
    ({"body_html": "<p>Short</p>", "body_text": "Plain."}, "Plain."),
    ({"body_text": "Teaser.", "body_html": "<p>" + "Long. " * 20 + "</p>"}, ("Long. " * 20).strip()),
    ({"bodies": [{"value": "Without a type."}]}, "Without a type."),
    ({"bodies": [{"value": "<p>Clearly</p><p>HTML</p>"}]}, "Clearly\nHTML"),
    ({"bodies": [{"role": "html5", "value": "a<br>b"}]}, "a\nb"),
    (
        {"bodies": [{"role": "intro", "value": "Short."}, {"role": "text", "value": "Much longer."}]},
        "Much longer.",
    ),
    ({"bodies": [{"role": "html", "value": "<p>a</p>"}, {"role": "html5", "value": "<p>ab</p>"}]}, "ab"),
    ({"bodies": [None, 5, {"value": 7}, {"value": " "}, {"value": "Found."}]}, "Found."),
    ({"bodies": [], "body_text": "Mixed generations."}, "Mixed generations."),
]


@pytest.mark.parametrize(("members", "text"), BODIES)
def test_of_several_bodies_the_fullest_plain_one_is_judged(members: dict[str, Any], text: str) -> None:
    assert decoded({"uri": "urn:x:1", **members}).text == text


PUBLISHERS = [
    ({"copyrightHolder": "NNA"}, "NNA"),
    ({"copyrightholder": " NNA "}, "NNA"),
    ({"infoSources": [{"name": "NNA"}]}, "NNA"),
    ({"infosource": [{"literal": "nna"}]}, "nna"),
    (
        {"infosources": [{"name": "A. Writer", "role": "x:author"}, {"name": "NNA", "role": "x:provider"}]},
        "NNA",
    ),
    ({"infosources": [{"name": "A. Writer"}, {"name": "B. Editor"}]}, ""),
    ({"publisher": "NNA"}, "NNA"),
    ({"uri": "https://nna.example/item/1"}, "nna.example"),
    ({"uri": URI}, "nna.example"),
    ({"uri": "tag:desk@nna.example,2024:newsml_1"}, "nna.example"),
    ({"uri": "tag:nna.example,2024:newsml_1"}, "nna.example"),
    ({"uri": "urn:newsml:nna:20240503:1"}, ""),
    ({}, ""),
]


@pytest.mark.parametrize(("members", "publisher"), PUBLISHERS)
def test_the_publisher_is_who_holds_the_copyright_else_who_gave_the_id(
    members: dict[str, Any], publisher: str
) -> None:
    assert decoded({"uri": "urn:x:1", "body_text": TEXT, **members}).publisher == publisher


@pytest.mark.parametrize(
    ("members", "url"),
    [
        ({"uri": "https://nna.example/item/1"}, "https://nna.example/item/1"),
        ({"altids": {"web": "https://nna.example/a", "slug": "x"}}, "https://nna.example/a"),
        ({"altIds": [{"value": "7"}, {"value": "HTTPS://nna.example/b"}]}, "HTTPS://nna.example/b"),
        ({"url": "https://nna.example/c"}, "https://nna.example/c"),
        ({"altIds": [{"value": 7}, None]}, ""),
    ],
)  # fmt: skip
def test_the_url_is_the_first_identifier_that_is_one(members: dict[str, Any], url: str) -> None:
    assert decoded({"uri": "urn:x:1", "body_text": TEXT, **members}).url == url


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"uri": "urn:x:1", "body_text": "x"}, True),
        ({"uri": "urn:x:1", "bodies": []}, True),
        ({"uri": "urn:x:1", "versioncreated": "2024"}, True),
        ({"$standard": {"name": "ninjs"}}, True),
        ({"standard": {"name": "ninjs"}}, True),
        ({"standard": {"name": "other"}}, False),
        ({"uri": "urn:x:1", "text": "x"}, False),
        ({"uri": 5, "body_text": "x"}, False),
        ({"body_text": "x"}, False),
        ({}, False),
    ],
)
def test_ninjs_is_known_by_its_shape(record: dict[str, Any], expected: bool) -> None:
    assert is_ninjs(record) is expected


def test_a_plain_record_with_a_uri_stays_plain() -> None:
    article = decoded({"uri": "urn:x:1", "body": "Plain.", "body_text": "Other.", "id": "a"})
    assert (article.id, article.text) == ("a", "Plain.")


def test_an_item_without_text_is_rejected_as_such() -> None:
    record = json.dumps({"uri": "urn:x:1", "type": "picture", "headlines": [{"value": "A crane"}]}).encode()
    rejected = decode_raw(record, POSITION, FieldPaths(), {})
    assert isinstance(rejected, Rejected)
    assert rejected.reason is RejectReason.BODY_MISSING
