"""Laws of the check box: what it says is what the engine says, with links to what can be seen; what cannot be answered is a
problem with its reason; nothing that is pasted can act."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from tests.core.story import prose
from tests.shell.web.page_client import FORM, PageClient, json_of
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.web.problems import PROBLEM_JSON, Problem

WIRE = prose(1)


@pytest.fixture
async def pages() -> AsyncIterator[PageClient]:
    made = PageClient()
    made.send(WIRE, "wire.com", title="A quarrel", id="w/1")
    made.send(prose(2), "paper.com", title="Another matter")
    yield made
    await made.close()


async def test_a_copy_is_recognised_and_its_source_is_one_click_away(pages: PageClient) -> None:
    answer = await pages.post("/api/check", json.dumps({"text": "Lead.\n\n" + WIRE}).encode())
    assert (answer.status, answer.content_type) == (200, "application/json")
    document = json_of(answer)
    assert document["verdict"] == "republication" and document["published_before"]
    assert document["republication"]["original"]["id"] == "w/1"
    for link in (document["links"]["original"], document["links"]["story"], *document["links"]["sources"]):
        assert (await pages.get(link)).status == 200
    assert len(document["links"]["sources"]) == len(document["republication"]["sources"]) == 1


async def test_the_answer_has_date_and_publisher_of_the_original() -> None:
    pages = PageClient()
    pages.send(WIRE, "wire.com", title="A quarrel", id="w/1", published_at="2026-05-03T09:30:00Z")
    original = json_of(await pages.post("/api/check", json.dumps({"text": WIRE}).encode()))["republication"][
        "original"
    ]
    assert (original["publisher"], original["published_at"]) == ("wire.com", "2026-05-03T09:30:00Z")
    shown = await pages.submit(text=WIRE)
    assert shown.count("3 May 2026, 09:30 UTC") == 2, "of the source and of the original"
    await pages.close()


async def test_an_original_is_one_and_nothing_that_was_checked_is_remembered(pages: PageClient) -> None:
    for _ in range(2):
        document = json_of(await pages.post("/api/check", json.dumps({"text": prose(9)}).encode()))
        assert document["verdict"] == "original" and not document["published_before"]
        assert document["links"] == {"original": None, "story": None, "sources": []}


async def test_plain_text_is_taken_too(pages: PageClient) -> None:
    answer = await pages.post("/api/check", WIRE.encode(), "text/plain; charset=utf-8")
    assert json_of(answer)["verdict"] == "republication"
    answer = await pages.post("/api/check", json.dumps({"text": WIRE}).encode(), None)
    assert json_of(answer)["verdict"] == "republication"


@pytest.mark.parametrize(
    ("body", "content_type", "problem", "cause"),
    [
        (b"", "application/json", Problem.UNREADABLE, "not_json"),
        (b'{"title": "x"}', "application/json", Problem.UNREADABLE, "body_missing"),
        (b'{"text": " "}', "application/problem+json", Problem.UNREADABLE, "body_empty"),
        (b"text=abc", FORM, Problem.MEDIA_TYPE, None),
        (b"\x00", "image/png", Problem.MEDIA_TYPE, None),
        (b" ", "text/plain", Problem.UNREADABLE, "body_empty"),
    ],
)
async def test_what_cannot_be_judged_is_a_problem_with_its_reason(
    pages: PageClient, body: bytes, content_type: str, problem: Problem, cause: str | None
) -> None:
    answer = await pages.post("/api/check", body, content_type)
    assert answer.content_type == PROBLEM_JSON
    document = json_of(answer)
    assert document["status"] == answer.status
    assert (document["reason"], document.get("cause")) == (problem.value, cause)
    described = json_of(await pages.get("/api/openapi.json"))
    assert document["type"].partition("#/x-problems/")[2] in described["x-problems"]


async def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    pages = PageClient(CheckOptions(rate_per_second=0.5, burst=2))
    asked = json.dumps({"text": WIRE}).encode()
    answers = [await pages.post("/api/check", asked) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "2"
    assert json_of(answers[2])["reason"] == "too_many"
    assert (await pages.post("/api/check", asked, peer="10.0.0.2")).status == 200, "others may"
    form = urlencode({"text": WIRE}).encode()
    page = await pages.post("/check", form, FORM)
    assert page.status == 429 and page.headers["Retry-After"], "one allowance for form and API"
    assert WIRE[:40] in page.body.decode(), "and the text is not lost"
    await pages.close()


async def test_while_the_log_is_read_there_is_no_answer_rather_than_a_wrong_one(pages: PageClient) -> None:
    pages.caught_up = False
    answer = await pages.post("/api/check", json.dumps({"text": WIRE}).encode())
    assert (answer.status, json_of(answer)["reason"]) == (503, "starting")
    assert int(answer.headers["Retry-After"]) > 0
    assert (await pages.post("/check", urlencode({"text": WIRE}).encode(), FORM)).status == 503
    assert (await pages.get("/check?url=https://www.wire.com/0")).status == 503
    assert (await pages.get("/check")).status == 200


async def test_the_form_without_script_says_the_same(pages: PageClient) -> None:
    page = await pages.submit(text="A lead of our own.\r\n\r\n" + WIRE.replace("\n", "\r\n"), title="Mine")
    assert "epublication of wire.com" in page
    assert re.search(r'href="/articles/w%2F1[^"]*"', page)
    marked = re.findall(r'<mark class="matched[^"]*">([^<]*)</mark>', page)
    assert sum(len(text) for text in marked) > 0.9 * len(WIRE)


async def test_an_original_says_how_far_that_reaches(pages: PageClient) -> None:
    assert "as far back as the index reaches" in await pages.submit(text=prose(9))


async def test_an_empty_form_says_so_and_another_media_type_is_refused(pages: PageClient) -> None:
    assert "There is no text to check" in await pages.submit(text="  ")
    assert (await pages.post("/check", b"{}", "application/json")).status == 415
    too_many = urlencode([(f"f{n}", "") for n in range(20)]).encode()
    assert (await pages.post("/check", too_many, FORM)).status == 415


async def test_an_address_is_looked_up_wherever_it_is_pasted_and_never_fetched(pages: PageClient) -> None:
    known = "https://www.wire.com/0"
    for page in (
        (await pages.get("/check?" + urlencode({"url": known}))).body.decode(),
        await pages.submit(text=f"  {known}\n"),
        await pages.submit(text="", url=known),
    ):
        assert "This address is in the index: original" in page.replace("Original", "original")
        assert "/articles/w%2F1" in page
    unknown = await pages.submit(text="http://169.254.169.254/latest/meta-data/")
    assert "not in the index" in unknown
    assert "does not fetch" in unknown


async def test_a_text_over_the_limit_is_refused_before_it_is_judged() -> None:
    pages = PageClient(CheckOptions(bytes_max=2048, rate_per_second=0))
    page = await pages.post("/check", urlencode({"text": "word " * 1000}).encode(), FORM)
    assert page.status == 413
    await pages.close()


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "</textarea><svg onload=alert(1)>",
    "‮gnp.exe",
)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_what_is_pasted_cannot_act(pages: PageClient, hostile: str) -> None:
    for page in (
        await pages.submit(
            text=f"{hostile}\n{WIRE}\n{hostile}", title=hostile, publisher=hostile, url=hostile
        ),
        await pages.submit(text=" ", title=hostile, publisher=hostile, url="javascript:alert(1)//" + hostile),
        (await pages.get("/check?" + urlencode({"url": "https://" + hostile}))).body.decode(),
    ):
        assert not re.search(r"<(script|img|svg) ?[^>]*(alert|onerror|onload)", page)
        assert not re.search(r"\b49\b", page)
        assert "javascript:" not in re.findall(r'href="([^"]{0,11})', page)
        assert "‮" not in page


async def test_source_articles_that_left_the_catalogue_are_named_without_a_link() -> None:
    pages = PageClient(articles_max=2)
    pages.send(WIRE, "wire.com", id="old")
    for n in range(3):
        pages.send(prose(20 + n), "paper.com")
    document = json_of(await pages.post("/api/check", json.dumps({"text": WIRE}).encode()))
    assert document["republication"]["original"]["id"] == "old"
    assert document["links"] == {"original": None, "story": None, "sources": [None]}
    page = await pages.submit(text=WIRE)
    assert "old" in page and "/articles/old" not in page
    await pages.close()
