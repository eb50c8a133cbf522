"""The examples of docs/api.md do what they say, run as they stand against a service."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.served import Served
from wirecopy import __main__ as command_line
from wirecopy import samples

PAGE = (Path(__file__).parent.parent / "docs" / "api.md").read_text("utf-8")
RECORDS = {record["id"]: record for record in map(json.loads, samples.lines())}
COPY = RECORDS["eastgate-70125"]
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
CURLS = re.findall(r"^curl .*$", PAGE, re.MULTILINE)
COMMANDS = re.findall(r"^wirecopy .*$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served() as made:
        made.send(samples.lines())
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "article.txt").write_text(COPY["body"], encoding="utf-8")
    (tmp_path / "archive.jsonl.xz").write_bytes(_packed(b"\n".join(samples.lines())))
    return tmp_path


def _packed(data: bytes) -> bytes:
    import lzma

    return lzma.compress(data, preset=0)


def here(command: str, served: Served) -> str:
    return command.replace("http://localhost:8080", served.address).replace(
        "localhost:8080", served.address[7:]
    )


def test_the_client_has_five_lines_and_finds_the_original(served: Served, folder: Path) -> None:
    (code,) = PYTHON
    assert len([line for line in code.splitlines() if line]) == 5
    done = subprocess.run(
        [sys.executable, "-c", here(code, served)],
        capture_output=True,
        text=True,
        cwd=folder,
        check=True,
        timeout=60,
    )
    assert done.stdout == "full republication of Meridian Press Meridian Press\n"


@pytest.mark.parametrize(("command", "verdict"), list(zip(CURLS, ["original", "republication"], strict=True)))
def test_curl_gets_the_verdict(command: str, verdict: str, served: Served, folder: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = subprocess.run(
        here(command, served).replace("curl ", "curl --silent --fail ", 1),
        shell=True,
        capture_output=True,
        cwd=folder,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout)["verdict"] == verdict


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_says_so_and_its_exit_code_too(
    command: str,
    served: Served,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    assert command_line.main(here(command, served).split()[1:]) == 4
    out = capsys.readouterr().out
    if "--json" in command:
        assert json.loads(out)["republication"]["original"]["id"] == "meridian-4411"
    else:
        assert out.startswith("Full republication of Meridian Press")
        assert "348 words" in out


@pytest.mark.parametrize("where", ["--service", "--against"])
def test_a_text_that_is_new_ends_with_nought(
    where: str,
    served: Served,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = served.address if where == "--service" else str(folder / "archive.jsonl.xz")
    for value in (b"Nobody has ever written this.", b'{"text": "Nobody has ever written this."}'):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(value)))
        assert command_line.main(["check", "-", where, given]) == 0
        assert capsys.readouterr().out.startswith("Original")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["article.txt", "--service", "http://127.0.0.1:9"], "no answer from"),
        (["article.txt", "--service", "ftp://localhost"], "not a URL"),
        (["missing.txt", "--against", "archive.jsonl.xz"], "Cannot read"),
        (["article.txt", "--against", "missing.jsonl"], "Cannot read"),
        (["empty.txt", "--against", "archive.jsonl.xz"], "cannot be judged"),
    ],
)
def test_what_could_not_be_found_out_ends_with_one_and_a_sentence(
    arguments: list[str],
    said: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "empty.txt").write_text(" \n")
    monkeypatch.chdir(folder)
    assert command_line.main(["check", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_a_refusal_of_the_service_is_told(
    served: Served, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "empty.txt").write_text(" \n")
    assert command_line.main(["check", "empty.txt", "--service", served.address]) == 1
    err = capsys.readouterr().err
    assert "answered 422" in err and "holds no text" in err
    assert command_line.main(["check", "empty.txt", "--service", served.address + "/nothing"]) == 1
    assert "answered 404" in capsys.readouterr().err
