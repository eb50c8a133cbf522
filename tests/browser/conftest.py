"""A real Chromium and a service with the demo's articles, once for all tests of a module.

Not for longer: the driver keeps an event loop running in its thread, and beside it no other test could start one.

Which browser: $WIRECOPY_CHROMIUM, else Debian's. Without one the tests skip and say so; nothing is downloaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tools.served import Served
from wirecopy import samples

CHROMIUM = os.environ.get("WIRECOPY_CHROMIUM") or "/usr/bin/chromium"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 20_000  # a loaded machine is slow, and not wrong


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).is_file():
        pytest.skip(f"no Chromium at {CHROMIUM} (Debian: apt install chromium; else set WIRECOPY_CHROMIUM)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """The demo's articles, judged."""
    with Served() as made:
        made.send(samples.lines())
        yield made


@dataclass
class Watched:
    """A page, and everything it did that it should not."""

    page: Page
    faults: list[str] = field(default_factory=list)
    bytes_received: int = 0


def watch(context: BrowserContext, address: str) -> Watched:
    """A page of this context whose dialogs, errors and requests to other hosts are noted."""
    watched = Watched(context.new_page())
    page, here = watched.page, urlsplit(address).netloc
    page.set_default_timeout(PATIENCE_MS)

    def told(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watched.faults.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        if urlsplit(request.url).netloc != here and not request.url.startswith("data:"):
            watched.faults.append(f"asked {request.url[:200]}")

    def dialog(shown: object) -> None:
        watched.faults.append(f"dialog: {shown}")

    page.on("console", told)
    page.on("request", asked)
    page.on("dialog", dialog)
    page.on("pageerror", lambda error: watched.faults.append(f"error: {error}"))
    page.on("popup", lambda popup: watched.faults.append(f"popup: {popup.url}"))
    return watched


@pytest.fixture
def watched(browser: Browser, served: Served) -> Iterator[Watched]:
    """A page on a desk, which must end without a fault."""
    context = browser.new_context(base_url=served.address, viewport={"width": 1200, "height": 900})
    made = watch(context, served.address)
    yield made
    context.close()
    assert not made.faults, made.faults
