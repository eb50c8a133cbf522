"""A scan judges every line in order, loses none, repeats itself to the byte, stops for nothing in a line."""

from __future__ import annotations

import base64
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from wirecopy import __main__ as command_line
from wirecopy import samples
from wirecopy.core.engine import Engine, Proposal
from wirecopy.core.model import RawArticle, RejectReason, VerdictKind
from wirecopy.core.records.raw import FieldPaths
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline import scanner as scan_module
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, Summary, scan

Json = dict[str, Any]
OPTIONS = ScanOptions(fields=FieldPaths(), aliases={})
DAY = 24 * 3600 * 1000
TEXT = samples.lines()[0]


def numbered(values: list[bytes]) -> list[Line]:
    return [Line(number, value) for number, value in enumerate(values)]


class Scanned:
    """A scan of some values, with what it wrote."""

    def __init__(self, values: list[bytes], options: ScanOptions = OPTIONS) -> None:
        outputs = ScanOutputs(enriched=io.BytesIO(), corrections=io.BytesIO(), dead=io.BytesIO())
        self.progress: list[int] = []
        self.summary: Summary = scan(
            numbered(values), outputs, options, lambda summary: self.progress.append(summary.lines)
        )
        self.bytes = [stream.getvalue() for stream in (outputs.enriched, outputs.corrections, outputs.dead)]  # type: ignore[union-attr]
        self.enriched, self.corrections, self.dead = (
            [json.loads(line) for line in written.splitlines()] for written in self.bytes
        )

    def verdicts(self) -> list[str]:
        return [record["republication"]["verdict"] for record in self.enriched]


def article(id: str, body: str, **fields: object) -> bytes:  # noqa: A002 - the record's own name
    return json.dumps({"id": id, "body": body, **fields}).encode()


BODY: str = json.loads(TEXT)["body"]
BAD = {
    b"no json": RejectReason.NOT_JSON,
    b"[1]": RejectReason.NOT_AN_OBJECT,
    b'{"id": "x"}': RejectReason.BODY_MISSING,
    b'{"body": 7}': RejectReason.BODY_NOT_TEXT,
    b'{"body": " "}': RejectReason.BODY_EMPTY,
    b'{"body": "\xff\xfe\xfd"}': RejectReason.NOT_UTF8,
}


def test_every_readable_line_comes_out_once_in_order_with_its_own_fields_to_the_byte() -> None:
    written = Scanned(samples.lines()).bytes[0].splitlines()
    assert len(written) == len(samples.lines())
    for raw, enriched in zip(samples.lines(), written, strict=True):
        assert enriched.startswith(raw.rstrip()[:-1] + b',"republication":')
        assert json.loads(enriched)["republication"]["schema"] == 1


def test_a_line_is_judged_at_its_number_in_the_file() -> None:
    got = Scanned([b"bad", article("a", BODY), b"bad", article("b", "another text")])
    positions = [record["republication"]["position"] for record in got.enriched]
    assert positions == [{"topic": "scan", "partition": 0, "offset": offset} for offset in (1, 3)]


def test_two_scans_are_equal_to_the_byte_whatever_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Scanned(samples.lines())
    for lines_max, bytes_max in ((1, 1 << 20), (7, 1 << 20), (1000, 3000)):
        monkeypatch.setattr(scan_module, "BATCH_LINES_MAX", lines_max)
        monkeypatch.setattr(scan_module, "BATCH_BYTES_MAX", bytes_max)
        assert Scanned(samples.lines()).bytes == whole.bytes


def test_bad_lines_are_kept_with_their_reason_and_the_rest_is_judged() -> None:
    values = [value for bad in BAD for value in (bad, article(f"id{len(bad)}", BODY + str(bad)))]
    got = Scanned(values)
    assert [letter["reason"] for letter in got.dead] == [reason.value for reason in BAD.values()]
    assert [letter["position"]["offset"] for letter in got.dead] == list(range(0, len(values), 2))
    for bad, letter in zip(BAD, got.dead, strict=True):
        kept = letter["value"].encode() if "value" in letter else base64.b64decode(letter["value_base64"])
        assert kept == bad
        assert letter["detail"]
    assert len(got.enriched) == len(BAD)


def test_the_counts_add_up() -> None:
    got = Scanned([*samples.lines(), *BAD])
    summary = got.summary
    assert summary.lines == len(samples.lines()) + len(BAD) == summary.articles + summary.dead.total()
    assert dict(summary.dead) == dict.fromkeys(BAD.values(), 1)
    for kind in VerdictKind:
        assert summary.verdicts[kind] == got.verdicts().count(kind.value)
    assert summary.corrections == len(got.corrections) > 0
    assert got.progress[-1] == summary.lines


def test_a_fault_of_the_engine_costs_one_record_only(monkeypatch: pytest.MonkeyPatch) -> None:
    propose = Engine.propose

    def faulty(wanted: RawArticle) -> Proposal:
        if wanted.id == "cursed":
            raise AssertionError("bad code")
        return propose(wanted)

    monkeypatch.setattr(Engine, "propose", staticmethod(faulty))
    got = Scanned([article("a", BODY), article("cursed", BODY), article("b", "another text")])
    assert [record["id"] for record in got.enriched] == ["a", "b"]
    assert [letter["reason"] for letter in got.dead] == ["internal"]
    assert json.loads(got.dead[0]["value"])["id"] == "cursed"


def test_an_archive_is_one_window_unless_the_articles_dates_drive_the_clock() -> None:
    values = [
        article("first", BODY, publisher="a.example", published_at="2026-01-01"),
        article("other", "something else", publisher="b.example", published_at="2026-03-01"),
        article("copy", BODY, publisher="c.example", published_at="2026-03-02"),
    ]
    assert Scanned(values).verdicts()[2] == "republication"
    narrow = ScanOptions(fields=FieldPaths(), aliases={}, window_ms=30 * DAY, clock_published=True)
    assert Scanned(values, narrow).verdicts()[2] == "original"
    wide = ScanOptions(fields=FieldPaths(), aliases={}, window_ms=90 * DAY, clock_published=True)
    assert Scanned(values, wide).verdicts()[2] == "republication"


def test_a_date_in_the_far_future_does_not_end_the_window() -> None:
    values = [
        article("first", BODY, publisher="a.example", published_at=time.strftime("%Y-%m-%d")),
        article("wrong", "something else", publisher="b.example", published_at="2999-01-01"),
        article("copy", BODY, publisher="c.example", published_at=time.strftime("%Y-%m-%d")),
    ]
    options = ScanOptions(fields=FieldPaths(), aliases={}, window_ms=30 * DAY, clock_published=True)
    assert Scanned(values, options).verdicts()[2] == "republication"


# ---- the command


def test_the_command_writes_all_three_files_and_a_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b"\n".join([*samples.lines(), b"bad"]))
    out, corrections, dead = (tmp_path / name for name in ("out.jsonl", "corrections.jsonl", "dead.jsonl"))
    arguments = ["scan", str(source), "-o", str(out), "--corrections", str(corrections), "--dead", str(dead)]
    assert command_line.main(arguments) == 0
    assert [path.read_bytes() for path in (out, corrections, dead)] == Scanned(
        [*samples.lines(), b"bad"]
    ).bytes
    told = capsys.readouterr()
    assert told.out == ""
    for word in ("original", "republication", "update", "duplicate", "not_json", "corrections"):
        assert word in told.err


def test_without_an_output_file_records_go_to_standard_output(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(TEXT)
    assert command_line.main(["scan", str(source), "--quiet"]) == 0
    told = capfdbinary.readouterr()
    assert told.out == Scanned([TEXT]).bytes[0]
    assert told.err == b""


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda _: None, "No such file"),
        (lambda path: path.write_bytes(b"\xfd7zXZ\x00damaged"), "damaged"),
        (lambda path: path.mkdir(), "the folder holds no file"),
    ],
    ids=["missing", "damaged", "a folder"],
)
def test_an_input_that_cannot_be_read_is_told_and_leaves_the_output_as_it_was(
    prepare: Any, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    prepare(source)
    out.write_bytes(b"before")
    assert command_line.main(["scan", str(source), "-o", str(out)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("wirecopy scan: Cannot read “") and sentence in told
    assert out.read_bytes() == b"before"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["-o", "same.jsonl", "--dead", "same.jsonl"], "the same path"),
        (["--field", "boddy=text"], "boddy"),
        (["--field", "body=a..b"], "dots"),
    ],
)
def test_a_wrong_command_line_is_told_with_exit_code_two(
    arguments: list[str],
    word: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_bytes(TEXT)
    assert command_line.main(["scan", "in.jsonl", *arguments]) == 2
    assert word in capsys.readouterr().err
    assert [entry.name for entry in tmp_path.iterdir()] == ["in.jsonl"]


def test_field_paths_say_where_the_text_lies(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(json.dumps({"key": "k", "content": {"text": BODY}}).encode())
    arguments = [
        "scan",
        str(source),
        "-o",
        str(out),
        "--quiet",
        "--field",
        "body=content.text",
        "--field",
        "id=key",
    ]
    assert command_line.main(arguments) == 0
    assert json.loads(out.read_bytes())["republication"]["story"] == "k"


def test_the_settings_of_the_service_bear_on_a_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a scan says what the service would; what is wrong with them is told."""
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    values = [
        {"id": site, "text": BODY, "url": f"https://{site}.example/1", "publisher": site}
        for site in ("one", "two")
    ]
    source.write_bytes(b"\n".join(json.dumps(value).encode() for value in values))
    monkeypatch.setenv("WIRECOPY_FIELD_BODY", "text")
    monkeypatch.setenv("WIRECOPY_ALIASES", "two.example=one.example")
    assert command_line.main(["scan", str(source), "-o", str(out), "--quiet"]) == 0
    verdicts = [json.loads(line)["republication"]["verdict"] for line in out.read_bytes().splitlines()]
    assert verdicts == ["original", "duplicate"]
    monkeypatch.setenv("WIRECOPY_WINDOW_DAYS", "never")
    assert command_line.main(["scan", str(source)]) == 2
    assert "WIRECOPY_WINDOW_DAYS" in capsys.readouterr().err
