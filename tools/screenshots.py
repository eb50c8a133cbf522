"""`make screenshots`: docs/images/page-*.png, the pages over the demo's articles as a real Chromium shows them.

The articles of the demo are invented; the order of rows is theirs, the times are those of the run. An image beyond
`BYTES_MAX` is an error, since every clone of the repository carries it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page, sync_playwright

from tools.served import Served
from wirecopy import samples

ROOT: Final = Path(__file__).parent.parent
TARGET: Final = ROOT / "docs" / "images"
CHROMIUM: Final = os.environ.get("WIRECOPY_CHROMIUM") or "/usr/bin/chromium"
ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
)
BYTES_MAX: Final = 200_000
COPY: Final = "eastgate-70125"


@dataclass(frozen=True, slots=True)
class Shot:
    name: str
    address: str
    width: int = 1200
    height: int = 780
    scheme: Literal["light", "dark"] = "light"
    checked: bool = False  # with a copy pasted into the form


SHOTS: Final = (
    Shot("live", "/"),
    Shot("evidence", f"/articles/{COPY}", height=980),
    Shot("story", "/stories/meridian-4411", height=620),
    Shot("publishers", "/publishers", height=880),
    Shot("check", "/check", height=760, checked=True),
    Shot("phone-live", "/", 390, 780, scheme="dark"),
    Shot("phone-check", "/check", 390, 780, checked=True),
)


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    copy = next(record for record in map(json.loads, samples.lines()) if record["id"] == COPY)
    with Served() as served, sync_playwright() as playwright:
        served.send(samples.lines())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for shot in SHOTS:
            context = browser.new_context(
                base_url=served.address,
                viewport={"width": shot.width, "height": shot.height},
                color_scheme=shot.scheme,
                reduced_motion="reduce",
            )
            _take(context.new_page(), shot, copy["body"])
            context.close()
        browser.close()


def _take(page: Page, shot: Shot, text: str) -> None:
    page.goto(shot.address)
    if shot.checked:
        page.get_by_label("Text", exact=True).fill(text)
        page.get_by_role("button", name="Check", exact=True).click()
        page.wait_for_selector("#result-heading")
    page.wait_for_timeout(700)  # the first message of the live page
    image = page.screenshot()
    assert len(image) <= BYTES_MAX, f"{shot.name} has {len(image)} bytes"
    (TARGET / f"page-{shot.name}.png").write_bytes(image)
    print(f"{shot.name}: {len(image):,} bytes")


if __name__ == "__main__":
    main()
