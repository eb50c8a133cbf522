"""The generated pages are those that the code would generate now, every setting and metric is in them, and no
link or command of the hand-written ones leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.__main__ import COMMANDS
from service.shell import settings, telemetry
from tools import tables

ROOT = Path(__file__).parent.parent
WRITTEN = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", tables.PAGES)
def test_a_generated_page_is_current(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == tables.PAGES[path](), (
        "run `make docs` and commit what it writes"
    )


def test_no_setting_and_no_metric_is_missing() -> None:
    page = tables.configuration()
    assert [
        name for name in settings.Settings.model_fields if f"`{settings.variable(name)}` |" not in page
    ] == []
    page = tables.metrics()
    assert [metric.name for metric in telemetry.METRICS if f"`{metric.name}`" not in page] == []


def links(text: str) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_no_link_leads_nowhere(page: Path) -> None:
    for link in links(page.read_text("utf-8")):
        target, _, anchor = link.partition("#")
        path = (page.parent / target) if target else page
        assert path.exists(), link
        assert not anchor or anchor in anchors(path.read_text("utf-8")), link


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_commands_targets_and_settings_that_are_named_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    commands = {command.name for command in COMMANDS}
    assert set(re.findall(r"`(?:\.venv/bin/)?wirecopy ([a-z][a-z-]*)", text)) <= commands
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", text, re.MULTILINE)) <= {
        pair for target in targets for pair in ((target, ""), ("", target))
    }
    known = {settings.variable(name) for name in settings.Settings.model_fields} | settings.NOT_SETTINGS
    assert set(re.findall(r"WIRECOPY_[A-Z_]+[A-Z]", text)) <= known
