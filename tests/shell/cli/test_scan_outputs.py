"""What a scan leaves behind: tables, a report, pages; all of it to the last record, also where it was cut short."""

from __future__ import annotations

import html.parser
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from wirecopy import __main__ as command_line
from wirecopy import samples
from wirecopy.core import limits
from wirecopy.core.records.enriched import OBJECTS
from wirecopy.shell.files import table_output

SAMPLES = Path(samples.__file__).with_name(samples.FILE_NAME)
TEXT: str = json.loads(samples.lines()[0])["body"]
Json = dict[str, Any]


def scan(*arguments: object) -> int:
    return command_line.main(["scan", *map(str, arguments), "--quiet"])


def written(path: Path, records: list[Json]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def lines(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def table(path: Path) -> list[Json]:
    parquet = pytest.importorskip("pyarrow.parquet")
    return list(parquet.read_table(path).to_pylist())


# ---- a table
def test_a_table_holds_what_the_lines_hold(tmp_path: Path) -> None:
    assert scan(SAMPLES, "-o", tmp_path / "out.parquet") == 0
    assert scan(SAMPLES, "-o", tmp_path / "out.jsonl") == 0
    for row, record in zip(table(tmp_path / "out.parquet"), lines(tmp_path / "out.jsonl"), strict=True):
        found = row.pop("republication")
        expected = record.pop("republication")
        assert row.pop("more") is None
        assert {name: value for name, value in row.items() if value is not None} == record
        original = found["original"]
        if original is not None and original["published_at"] is not None:
            moment = original["published_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
            original["published_at"] = moment
        assert found == expected
    assert scan(tmp_path / "out.parquet", "-o", tmp_path / "again.jsonl") == 0
    again = [record["republication"] for record in lines(tmp_path / "again.jsonl")]
    assert again == [record["republication"] for record in lines(tmp_path / "out.jsonl")]


def test_the_columns_of_a_table_are_those_of_the_schema(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    scan(SAMPLES, "-o", tmp_path / "out.parquet")
    kinds = {
        field.name: str(field.type) for field in parquet.read_schema(tmp_path / "out.parquet").field(-1).type
    }
    assert list(kinds) == [member.name for member in OBJECTS["republication"]]
    assert kinds["share"] == "double" and kinds["verdict"] == "string"
    assert "published_at: timestamp[ms, tz=UTC]" in kinds["original"]


def test_members_of_any_kind_and_late_ones_are_all_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_output, "SAMPLE_ROWS", 2)
    monkeypatch.setattr(table_output, "ROWS_A_GROUP", 3)
    records: list[Json] = [
        {"id": "a", "body": TEXT, "count": 1, "part": 1, "tags": ["x"], "flag": True},
        {"id": "b", "body": "other words", "count": 2, "part": 0.5, "tags": None, "flag": None},
        {"id": "c", "body": "more words", "count": "three", "part": 2, "tags": {"y": 1}, "flag": "no"},
        {"id": 7, "body": "words", "more": "theirs", "late": [1], "count": 1 << 80, "part": 1 << 60},
    ]
    scan(written(tmp_path / "in.jsonl", records), "-o", tmp_path / "out.parquet")
    rows = table(tmp_path / "out.parquet")
    found = []
    for row in rows:
        row.pop("republication")
        row["tags"] = json.loads(row["tags"]) if row["tags"] is not None else None
        more = json.loads(row.pop("more") or "{}")
        found.append({name: value for name, value in row.items() if value is not None} | more)
    given = [{name: value for name, value in record.items() if value is not None} for record in records]
    assert found[:3] == given[:3]
    given[3]["count"] = pytest.approx(float(1 << 80))
    assert found[3] == given[3]


def test_an_empty_table_is_a_table(tmp_path: Path) -> None:
    scan(written(tmp_path / "in.jsonl", [{"id": "x"}]), "-o", tmp_path / "out.parquet")
    assert table(tmp_path / "out.parquet") == []


# ---- cut short
@contextmanager
def scanning(*arguments: object) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """`wirecopy scan -` with a pipe for its input, which stays open."""
    command = [sys.executable, "-m", "wirecopy", "scan", "-", *map(str, arguments)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        try:
            yield process, process.stdin
        finally:
            process.kill()


def test_records_go_out_when_the_input_pauses(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        with scanning("--quiet", "--jobs", jobs) as (process, stdin):
            for line in samples.lines()[:3]:
                stdin.write(line + b"\n")
                stdin.flush()
                assert process.stdout is not None
                timer = threading.Timer(60, process.kill)
                timer.start()
                record = json.loads(process.stdout.readline())
                timer.cancel()
                assert record["id"] == json.loads(line)["id"]
            stdin.close()
            assert process.wait(60) == 0


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet", "out.jsonl.gz"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_scan_leaves_what_it_judged(name: str, number: signal.Signals, tmp_path: Path) -> None:
    out, seen = tmp_path / name, tmp_path / "seen.jsonl"
    out.write_bytes(b"before")
    with scanning("-o", out, "--dead", seen) as (process, stdin):
        stdin.write(b"\n".join([*samples.lines()[:5], b"no json", b""]))
        stdin.flush()
        while not any(
            path.stat().st_size for path in tmp_path.glob(".seen.jsonl.*")
        ):  # written out at a pause
            time.sleep(0.05)
            assert process.poll() is None
        process.send_signal(number)
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert f"{name}.partial" in process.stderr.read().decode()
    assert out.read_bytes() == b"before"
    partial = out.with_name(name + ".partial")
    if name.endswith(".parquet"):
        found = table(partial)
    else:
        plain = partial.rename(tmp_path / f"partial-{name}")
        assert scan(plain, "-o", tmp_path / "read.jsonl") == 0
        found = lines(tmp_path / "read.jsonl")
    assert [record["id"] for record in found] == [json.loads(line)["id"] for line in samples.lines()[:5]]
    assert (tmp_path / "seen.jsonl.partial").read_bytes().count(b"not_json") == 1


def test_a_damaged_input_leaves_all_that_came_before_the_damage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import gzip

    whole = gzip.compress(b"\n".join(samples.lines() * 8))
    (tmp_path / "in.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    for name in ("out.jsonl", "out.parquet"):
        assert scan(tmp_path / "in.jsonl.gz", "-o", tmp_path / name) == 1
        told = capsys.readouterr().err
        assert "may be cut off or damaged" in told and f"{name}.partial" in told
        assert not (tmp_path / name).exists()
    count = len(lines(tmp_path / "out.jsonl.partial"))
    assert count == len(table(tmp_path / "out.parquet.partial")) > 100
    assert f"past article {count}" in told
    assert scan(SAMPLES, "-o", tmp_path / "out.jsonl") == 0
    assert not (tmp_path / "out.jsonl.partial").exists(), "a whole output has no part beside it"


# ---- what was dropped
def test_fields_that_were_not_used_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records: list[Json] = [
        {
            "id": "1",
            "body": TEXT,
            "url": "https://a.example/" + "x" * limits.URL_CHARS_MAX,
            "published_at": "soon",
        },
        {"id": "2", "body": "words", "url": 7, "title": ["x"], "publisher": {"id": 1}, "language": 3},
        {
            "id": "3",
            "body": "words",
            "title": "t" * (limits.TITLE_CHARS_MAX + 1),
            "published_at": "02/03/2024",
        },
        {"id": "4", "body": "words", "publisher": {"name": "A"}, "published_at": "2026-05-01T10:00:00Z"},
    ]
    path = written(tmp_path / "in.jsonl", records)
    assert command_line.main(["scan", str(path), "-o", str(tmp_path / "out.jsonl")]) == 0
    told = {
        tuple(line.strip().rsplit(None, 1)) for line in capsys.readouterr().err.splitlines() if line.strip()
    }
    assert {
        ("fields that were not used", "8"),
        ("publisher: not text", "1"),
        (f"title: cut after {limits.TITLE_CHARS_MAX:,} characters", "1"),
        (f"url: over {limits.URL_CHARS_MAX:,} characters", "1"),
        ("url: not text", "1"),
        ("title: not text", "1"),
        ("language: not text", "1"),
        ("published_at: it is in no form that is known", "1"),
        ("published_at: it can be read as two dates", "1"),
    } <= told
    assert command_line.main(["scan", str(SAMPLES), "-o", str(tmp_path / "out.jsonl")]) == 0
    assert "not used" not in capsys.readouterr().err


# ---- the report
class Page(html.parser.HTMLParser):
    """Tags with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp; \u202egnp\x00\x1b[31m"


def test_the_report_tells_stories_pairs_and_passages(tmp_path: Path) -> None:
    assert scan(SAMPLES, "--report", tmp_path / "report.html") == 0
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert "41 articles, 18 republications" in page.text
    for word in ("Who copied whom", "Meridian Press", "Full republication of", "(corrected)"):
        assert word in page.text
    scan(SAMPLES, "-o", tmp_path / "out.jsonl")
    for record in lines(tmp_path / "out.jsonl"):
        for passage in record["republication"]["passages"][:1]:
            start = record["body"][passage["start"] : passage["end"]][:40]
            assert start in page.text or record["republication"]["verdict"] == "original"


def test_nothing_in_an_article_becomes_markup_of_the_report(tmp_path: Path) -> None:
    records = [
        {
            "id": f"{name} {HOSTILE}",
            "title": HOSTILE,
            "publisher": f"{name} {HOSTILE}",
            "url": url,
            "published_at": f"2026-05-0{day}T10:00:00Z",
            "body": f"{HOSTILE} {TEXT} (Source: {HOSTILE})",
            "content_type": "text/plain",
        }
        for name, url, day in (("A", "javascript:alert(1)", 1), ("B", 'https://b.example/"onclick=x', 2))
    ]
    path = written(tmp_path / 'in"<b>.jsonl', records)
    assert scan(path, "--report", tmp_path / "report.html") == 0
    text = (tmp_path / "report.html").read_text("utf-8")
    page = Page(text)
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "h3",
        "p",
        "div",
        "blockquote",
        "a",
    }
    allowed |= {"table", "thead", "tbody", "tr", "th", "td"}
    assert {tag for tag, _ in page.tags} <= allowed
    attributes = {name for _, given in page.tags for name in given}
    assert attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "dir", "rel", "href"}
    links = [given["href"] for tag, given in page.tags if tag == "a"]
    assert links and all(str(link).startswith("https://b.example/") for link in links)
    assert "\u202e" not in text and "\x00" not in text and "\x1b" not in text
    assert "alert(1)" in page.text, "shown as text"


def test_the_report_asks_nothing_of_any_address(tmp_path: Path) -> None:
    scan(SAMPLES, "--report", tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    policies = [given["content"] for _, given in Page(text).tags if given.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    for loads in ("src=", "url(", "@import", "<link", "<script", "<iframe"):
        assert loads not in text


# ---- the pages
def test_the_pages_show_the_result_of_a_scan() -> None:
    command = [sys.executable, "-m", "wirecopy", "scan", str(SAMPLES), "--serve", "--port", "0", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        address = said.split(" at ")[1].split()[0]

        def get(path: str, body: bytes | None = None) -> str:
            headers = {"Content-Type": "application/json"}
            with urllib.request.urlopen(urllib.request.Request(address + path, body, headers)) as answer:
                return str(answer.read().decode())

        try:
            assert "catching up" not in get("")
            evidence = get("articles/eastgate-70125")
            assert "<mark" in evidence and "Meridian Press" in evidence
            assert "meridian-4411" in get("stories/meridian-4411.json")
            answer = json.loads(get("api/check", json.dumps({"text": TEXT}).encode()))
            assert answer["published_before"]
            os.kill(process.pid, signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()
