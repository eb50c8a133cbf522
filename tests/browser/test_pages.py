"""The pages in a real browser: the demo's story can be followed, by anybody, on anything, and a hostile article does nothing."""

from __future__ import annotations

import json
import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.conftest import PATIENCE_MS, Watched, watch
from tools.served import Served
from wirecopy import samples

RECORDS = {record["id"]: record for record in map(json.loads, samples.lines())}
COPY, WIRE = RECORDS["eastgate-70125"], RECORDS["meridian-4411"]
PAGES = (
    "/",
    "/?verdict=republication",
    "/articles/eastgate-70125",
    "/articles/none",
    "/stories/meridian-4411",
    "/publishers",
    "/publishers?publisher=meridian",
    "/check",
    "/check?url=https://meridianpress.example/none",
)
BYTES_MAX = 100_000
AXE_PAGES = (
    "/",
    "/articles/eastgate-70125",
    "/articles/none",
    "/stories/meridian-4411",
    "/publishers",
    "/check",
)

expect.set_options(timeout=PATIENCE_MS)


def check(page: Page, text: str) -> None:
    """Pastes a text into the check box and sends it."""
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#result-heading")).to_be_visible()


def test_the_demo_s_story_is_followed_from_the_live_page_to_the_check_box(watched: Watched) -> None:
    page = watched.page
    page.goto("/")
    page.get_by_role("link", name=re.compile("^Eleven islands cut off")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Eleven islands cut off")
    expect(page.locator("mark.matched").first).to_be_visible()
    expect(page.locator("mark.credit").first).to_contain_text("Meridian Press")
    ours = page.locator(".pair .here mark.matched").all_inner_texts()
    theirs = page.locator(".pair .there mark.matched").all_inner_texts()
    assert ours and theirs
    assert len(" ".join(theirs)) > 1000
    page.get_by_role("link", name=re.compile("articles: timeline$")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(WIRE["title"])
    assert page.locator("svg.plot a.dot").count() >= 5
    page.get_by_role("link", name="Check", exact=True).click()
    check(page, COPY["body"])
    expect(page.locator("#result-heading")).to_have_text("Full republication of Meridian Press")
    assert len("".join(page.locator("mark.matched").all_inner_texts())) > 1000
    page.locator(".sources a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(WIRE["title"])
    page.get_by_role("link", name="Publishers", exact=True).click()
    expect(page.locator("table.matrix")).to_contain_text("Meridian Press")
    page.get_by_role("link", name="Copied by others").click()
    expect(page.locator("table.publishers tbody th").first).to_have_text("Meridian Press")


def test_what_comes_in_appears_without_a_reload(watched: Watched, served: Served) -> None:
    page = watched.page
    page.goto("/")
    expect(page.locator("#state")).to_have_text(re.compile("live", re.IGNORECASE))
    number = served.sent
    title = f"Just in, number {number}"
    body = f"A text that nobody has written before, about the {number} buoys of the outer fairway and who counts them."
    served.send(
        [
            json.dumps(
                {"id": f"late-{number}", "title": title, "body": body, "publisher": "Late Post"}
            ).encode()
        ]
    )
    expect(page.get_by_role("link", name=title)).to_be_visible()
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, served: Served, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(base_url=served.address, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    axe = Axe()
    found = []
    for address in AXE_PAGES:
        page.goto(address)
        if address == "/check":
            check(page, COPY["body"])
        options = {
            "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
            "resultTypes": ["violations"],
        }
        for violation in axe.run(page, options=options).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                where = [node["target"] for node in violation["nodes"]][:3]
                found.append((address, violation["id"], violation["help"], where))
    context.close()
    assert not found, found


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_nothing_has_to_be_scrolled_sideways(browser: Browser, served: Served, width: int) -> None:
    context = browser.new_context(
        base_url=served.address, viewport={"width": width, "height": 700}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    wide = []
    for address in (*PAGES, "checked"):
        page.goto("/check" if address == "checked" else address)
        if address == "checked":
            check(page, COPY["body"])
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(address)
    context.close()
    assert not wide


def test_every_page_is_light(browser: Browser, served: Served) -> None:
    """All that a first visit loads, style sheet and script included, without the texts of articles."""
    texts = max(len(COPY["body"].encode()) + len(WIRE["body"].encode()), 1)
    heavy = {}
    for address in PAGES:
        context = browser.new_context(base_url=served.address)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        responses = _responses(page)
        page.goto(address, wait_until="load")
        size = sum(len(response.body()) for response in responses if "/live?" not in response.url)
        if size - texts >= BYTES_MAX:
            heavy[address] = size
        context.close()
    assert not heavy


def _responses(page: Page) -> list[Response]:
    """Fills as the page loads."""
    responses: list[Response] = []

    def came(response: Response) -> None:
        responses.append(response)

    page.on("response", came)
    return responses


def test_all_of_it_works_without_script(browser: Browser, served: Served) -> None:
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    watched = watch(context, served.address)
    page = watched.page
    page.goto("/")
    page.get_by_label("Verdict").select_option("republication")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".item").first).to_contain_text("republication")
    page.locator(".item-title a").first.click()
    expect(page.locator("mark.matched").first).to_be_visible()
    page.goto("/check")
    check(page, COPY["body"])
    page.goto("/publishers")
    page.get_by_role("textbox", name="Publisher").fill("eastgate")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#table-heading")).to_contain_text("1 publisher")
    context.close()
    assert not watched.faults


def test_the_keyboard_alone_is_enough(watched: Watched) -> None:
    page = watched.page
    page.goto("/check")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "text")
    page.keyboard.type(
        "Nobody has ever written about the seventeen lamps of the pier at Tillingham before today."
    )
    _tab_to(page, "", role="button")
    page.keyboard.press("Enter")
    expect(page.locator("#result-heading")).to_have_text("Original")
    page.goto("/")
    for _ in range(40):
        page.keyboard.press("Tab")
        assert _outline(page) != "none", "where the focus is can be seen"
        if page.evaluate("document.activeElement.closest('.item-title') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#headline")).to_be_visible()


def _tab_to(page: Page, id_: str, role: str = "") -> None:
    """Presses Tab until an element has the focus, by its id or as the form's button."""
    for _ in range(20):
        page.keyboard.press("Tab")
        assert _outline(page) != "none", "where the focus is can be seen"
        here = (
            "document.activeElement.tagName === 'BUTTON'"
            if role
            else f"document.activeElement.id === '{id_}'"
        )
        if page.evaluate(here):
            return
    raise AssertionError(f"{id_ or role} cannot be reached by Tab")


def _outline(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))


def test_scripts_that_run_from_right_to_left_are_shown_so(watched: Watched) -> None:
    page = watched.page
    arabic = next(record for record in RECORDS.values() if record.get("language") == "ar")
    page.goto("/")
    headline = page.locator(".item-title span[dir=auto]", has_text=arabic["title"]).first
    assert headline.evaluate("element => getComputedStyle(element).direction") == "rtl"
    page.goto("/check")
    check(page, arabic["body"])
    shown = page.locator(".pair .here").first
    assert shown.evaluate("element => getComputedStyle(element).direction") == "rtl"


MEGABYTE = "‮</title><script>pwned(1)</script>" + "A very long headline " * 50_000
BREAKOUTS = (
    "<script>window.pwned = 1; alert(1)</script>",
    '"\'><img src=x onerror="window.pwned=1;alert(1)">',
    "<svg/onload=alert(1)>",
    "</textarea></script><iframe src=https://elsewhere.invalid/></iframe>",
    "<style>@import 'https://elsewhere.invalid/x.css';</style><link rel=stylesheet href=//elsewhere.invalid>",
    "<a href=javascript:alert(1)>click</a><meta http-equiv=refresh content='0;url=https://elsewhere.invalid'>",
    "‮⁦txet⁩ \x07​\ud800 {{7*7}} ${7*7} <!--",
)


def hostile_articles() -> list[bytes]:
    text = (
        "The harbour board met on Tuesday and decided nothing, as it has done on every Tuesday of this long year. "
        * 8
    )
    body = "\n".join((*BREAKOUTS, text, *BREAKOUTS))
    made = []
    for number, attack in enumerate((*BREAKOUTS, MEGABYTE)):
        made.append(
            {
                "id": f"{number}/../..\\{attack[:300]}?#%2e",
                "title": attack,
                "publisher": f"{attack[:150]} {number}",
                "url": f"javascript:alert(1)//{attack[:300]}"
                if number % 2
                else f"https://a.invalid/{attack[:300]}",
                "language": f'en" onmouseover="alert({number})',
                "published_at": f"2026-05-0{number + 1}T10:00:00Z",
                "content_type": "text/plain",
                "body": f"Source: {attack[:100]}\n{body}",
            }
        )
    return [json.dumps(record).encode("utf-8", "surrogatepass") for record in made]


def test_a_hostile_article_does_nothing(browser: Browser) -> None:
    with Served() as served:
        served.send(hostile_articles())
        context = browser.new_context(base_url=served.address)
        watched = watch(context, served.address)
        page = watched.page
        page.goto("/")
        expect(page.locator(".item").first).to_be_visible()
        addresses = page.evaluate("[...document.querySelectorAll('main a')].map(a => a.getAttribute('href'))")
        assert len(addresses) >= 8
        assert all(address.startswith("/") for address in addresses)
        visited = {"/publishers", "/check", *addresses}
        for address in sorted(visited):
            answer = page.goto(address)
            assert answer is not None and answer.status == 200, address
            links = page.evaluate("""[...document.querySelectorAll('[href], [src], [action]')].map(one =>
                new URL(one.getAttribute('href') ?? one.getAttribute('src') ?? one.getAttribute('action'), location)
                .protocol)""")
            assert set(links) <= {"http:", "https:", "data:"}, address
            page.mouse.move(300, 300)
        page.goto("/check")
        for text in (*BREAKOUTS, "\n".join(BREAKOUTS) * 3, MEGABYTE[:200_000]):
            page.goto("/check")
            check(page, text.encode("utf-8", "replace").decode())
        assert page.evaluate("window.pwned") is None
        assert page.title() == "Check a text – Wirecopy"
        context.close()
    assert not watched.faults, watched.faults[:5]


def test_the_port_of_a_service_cannot_be_framed_or_sniffed(served: Served, watched: Watched) -> None:
    for address in (*PAGES, "/publishers.json", "/api/openapi.json"):
        answer = watched.page.request.get(address)
        headers = answer.headers
        assert "script-src 'self'" in headers["content-security-policy"], address
        assert "default-src 'none'" in headers["content-security-policy"], address
        assert "frame-ancestors 'none'" in headers["content-security-policy"], address
        assert headers["x-content-type-options"] == "nosniff", address
