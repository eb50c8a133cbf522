"""The generated pages are those that the code would generate now, every setting and metric is in them, and no
link or command of the hand-written ones leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.generate import tables
from wirecopy.__main__ import COMMANDS
from wirecopy.shell import settings
from wirecopy.shell.observe import events

ROOT = Path(__file__).parent.parent
WRITTEN = [
    *(
        ROOT / name
        for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "service/ARCHITECTURE.md")
    ),
    *sorted((ROOT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("path", tables.PAGES)
def test_a_generated_page_is_current(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == tables.PAGES[path](), (
        "run `make docs` and commit what it writes"
    )


def test_no_setting_and_no_metric_is_missing() -> None:
    page = tables.configuration()
    assert [
        name for name in settings.Settings.model_fields if f"**`{settings.variable(name)}`**" not in page
    ] == []
    page = tables.metrics()
    assert [metric.name for metric in events.METRICS if f"`{metric.name}`" not in page] == []


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


def test_the_index_of_the_docs_names_every_page() -> None:
    listed = set(links((ROOT / "docs/README.md").read_text("utf-8")))
    missing = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"} - listed
    assert not missing, "give each a line in docs/README.md"


def test_blocks_that_are_marked_to_be_run_are_on_the_page_whose_test_runs_them() -> None:
    marked = [page.name for page in WRITTEN if "<!-- run: " in page.read_text("utf-8")]
    assert marked == ["quick-start.md"]  # tests/kafka/test_quick_start.py


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_the_python_of_a_page_is_python(page: Path) -> None:
    for block in re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.S | re.M):
        compile(block, page.name, "exec")


@pytest.mark.parametrize(
    ("planted", "said"), [("[a](none.md)", "none.md"), ("[a](README.md#none)", "README.md#none")]
)
def test_a_planted_link_that_leads_nowhere_is_seen(tmp_path: Path, planted: str, said: str) -> None:
    (tmp_path / "README.md").write_text("# Title\n")
    (tmp_path / "page.md").write_text(planted)
    with pytest.raises(AssertionError, match=re.escape(said)):
        test_no_link_leads_nowhere(tmp_path / "page.md")


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


# ---- length and plain English
WORDS_MAX = 13_500
# The first three are not documentation of the product. The others are pages of reference: about other programs' files, and
# of the Python library. configuration.md is a list, written from the code.
# backfill.md, desk.md, recall.md, registry.md and rewritten.md are features' own pages.
NOT_COUNTED = (
    "backfill.md",
    "configuration.md",
    "desk.md",
    "recall.md",
    "rewritten.md",
    "registry.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "files.md",
    "library.md",
    "readers.md",
)
COUNTED = [page for page in WRITTEN if page.name not in NOT_COUNTED]
DIARY = re.compile(
    r"^(?:<{7}|>{7}) |\b(first|second|third|last|previous|this) (round|session)\b|tried before|until now|so far we|used to be"
    r"|no longer by|\bnow it\b|since then|before this|at the time of writing|turned out|\bTODO\b|\bissue #?\d",
    re.IGNORECASE | re.MULTILINE,
)


def test_the_documentation_stays_short() -> None:
    words = {str(page.relative_to(ROOT)): len(page.read_text("utf-8").split()) for page in COUNTED}
    assert sum(words.values()) <= WORDS_MAX, f"say each thing once, and shorten a page: {words}"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_a_page_tells_what_is_and_not_how_it_came_about(page: Path) -> None:
    assert [match[0] for match in DIARY.finditer(page.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("In the third round this became faster.", True),
        ("mypyc, tried before this, gave nothing.", True),
        ("Since then replay costs less.", True),
        ("In the first half of the log.", False),
        ("The last commit of a session is kept.", False),
    ],
)
def test_a_diary_is_told_from_a_description(sentence: str, found: bool) -> None:
    assert bool(DIARY.search(sentence)) is found


def named_paths(text: str) -> list[str]:
    """Files and folders of this repository that a page names in backticks."""
    return re.findall(r"`((?:service|core|shell|tests|tools|bench|deploy|docs)/[\w./-]*\w/?)`", text)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_files_that_a_page_names_exist(page: Path) -> None:
    roots = (ROOT, ROOT / "service" / "wirecopy")
    named = named_paths(page.read_text("utf-8"))
    assert [path for path in named if not any((root / path).exists() for root in roots)] == []
