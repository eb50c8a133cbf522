"""The desk in a real browser: add a watch, see what it matches, take the evidence away, mark a verdict wrong; for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PATIENCE_MS, watch
from tests.shell.standalone.served import LINES, Process, ask
from wirecopy import samples
from wirecopy.shell.desk.evidence.bundle import verify

PAGES = (
    "/watches",
    "/watches/ours",
    "/report",
    "/report?publisher=meridianpress.example&period=2026-W23",
    "/articles/eastgate-70125",
    "/articles/meridian-4411/recall",
)

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`wirecopy serve` with the samples and one watch."""
    process = Process(tmp_path_factory.mktemp("desk"))
    try:
        ask(process.port, "/api/articles", b"\n".join(samples.lines()), LINES)
        ask(process.port, "/api/watches", b'{"id": "ours", "publishers": ["Meridian Press"]}')
        yield f"http://127.0.0.1:{process.port}"
    finally:
        process.kill()


def test_a_watch_leads_to_its_matches_to_evidence_and_to_an_opinion(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, accept_downloads=True)
    watched = watch(context, address)
    page = watched.page
    page.goto("/")
    page.get_by_role("link", name="Watches", exact=True).click()
    page.get_by_label("Name").fill("Copies of ours")
    page.get_by_label("Whose text is copied").fill("Meridian Press")
    page.get_by_label("full", exact=True).check()
    page.get_by_role("button", name="Try first").click()
    expect(page.locator("#tried-heading")).to_contain_text("It would have matched")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Copies of ours")
    page.get_by_role("link", name=re.compile("^Eleven islands cut off")).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="signed evidence bundle").click()
    found = verify(Path(download.value.path()).read_bytes())
    assert found.faults == () and found.manifest["copy"]["id"] == "eastgate-70125"
    page.get_by_role("button", name="wrong", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Eleven islands cut off")
    told = page.request.get("/api/feedback").json()["feedback"]
    assert [(one["article"], one["judgement"]) for one in told] == [("eastgate-70125", "wrong")]
    page.get_by_role("link", name="Watches", exact=True).click()
    page.get_by_role("link", name="Copies of ours").click()
    page.get_by_role("button", name="Remove this watch").click()
    expect(page.get_by_role("link", name="Copies of ours")).to_have_count(0)
    assert watched.faults == []
    context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, address: str, path: str, scheme: str) -> None:
    dark = scheme == "dark"
    context = browser.new_context(base_url=address, color_scheme="dark" if dark else "light", bypass_csp=True)
    page = context.new_page()
    page.goto(path)
    found = Axe().run(page).response["violations"]
    serious = [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_on_a_phone_nothing_has_to_be_scrolled_sideways(browser: Browser, address: str, path: str) -> None:
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
