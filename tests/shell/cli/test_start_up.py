"""What a command loads before it does its work: no more than it needs, since a command of a second is run often.

Read from a process of its own, whose modules are those that the command loaded and no test.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wirecopy import samples
from wirecopy.shell import settings
from wirecopy.shell.cli.loading import PREFIX, ArticleSettings, article_settings

# Servers, clients, settings and readers of other formats: none of them takes part in a scan of JSON lines.
NOT_FOR_FILES = {
    "aiohttp",
    "aiokafka",
    "asyncio",
    "cryptography",
    "fastwarc",
    "feedparser",
    "jinja2",
    "opentelemetry",
    "prometheus_client",
    "pyarrow",
    "pydantic",
    "pydantic_settings",
    "trafilatura",
}
FOR_HELP = {"numba", "numpy", "orjson", "rich", "msgspec"} | NOT_FOR_FILES
NUMBAS_OWN = "numba.np.linalg"  # loaded with all that a compiler may meet
_RUN = """
import sys
from wirecopy.__main__ import main
try:
    code = main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print("modules", *sys.modules)
sys.exit(code)
"""


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a command has loaded by its end, in an environment without settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 4), done.stderr
    return set(done.stdout.rpartition("modules ")[2].split())


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b"\n".join([*samples.lines()][:10]) + b"\n")
    return path


def test_help_loads_nothing_that_computes() -> None:
    assert not loaded_by("--help") & FOR_HELP


def test_a_scan_loads_no_server_no_client_and_no_settings(articles: Path, tmp_path: Path) -> None:
    command = ("scan", "--quiet", str(articles), "-o", str(tmp_path / "out.jsonl"))
    assert not loaded_by(*command) & NOT_FOR_FILES
    assert NUMBAS_OWN not in loaded_by(*command), "compiled kernels are loaded alone"


def test_a_check_against_files_loads_no_server_no_client_and_no_settings(
    articles: Path, tmp_path: Path
) -> None:
    needed = {"asyncio"}  # by what a service and `check` read alike
    text = tmp_path / "text.txt"
    text.write_text("The ferry to the outer islands will not sail before Thursday, the harbour office said.")
    assert not loaded_by("check", str(text), "--against", str(articles)) & (NOT_FOR_FILES - needed)


def test_defaults_without_settings_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)
    assert PREFIX == settings.PREFIX
    given = settings.load().settings
    taken = ArticleSettings(
        type(ArticleSettings().fields)(**given.field_paths()),
        given.aliases,
        given.window_ms,
        given.rewritten,
        given.licences_file,
    )
    assert article_settings() == ArticleSettings() == taken


def test_one_variable_is_enough_for_the_settings_to_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WIRECOPY_WINDOW_DAYS", "3")
    read = article_settings()
    assert read is not None
    assert read.window_ms == 3 * 24 * 3_600_000
    monkeypatch.setenv("WIRECOPY_WINDOW_DAY", "3")
    assert article_settings() is None
    assert "unknown setting" in capsys.readouterr().err
