"""A report counts what the verdicts say, the same from files and from the pages, and shows nothing that runs."""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.shell.desk.test_watch_pages import fill, get
from tests.shell.desk.verdicts import verdict
from tests.shell.standalone.served import serving
from wirecopy import samples
from wirecopy.core.model import VerdictKind
from wirecopy.core.records.fields import FieldPaths
from wirecopy.shell.cli.desk import report as command
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.reports.output import as_csv, as_html
from wirecopy.shell.desk.reports.period import PeriodFault, period_of
from wirecopy.shell.desk.reports.report import Judged, Report
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

JUNE = period_of("2026-06")
DAY = 86_400_000


def judged(id_: str, publisher: str, day: int | None, of: Any = None, **more: Any) -> Judged:
    time_ms = None if day is None else JUNE.begin_ms + day * DAY
    made = of or verdict(VerdictKind.ORIGINAL, original=None, sources=(), extent=None)
    return Judged(id_, f"https://x.example/{id_}", f"T {id_}", publisher, time_ms, time_ms, made, **more)


def report_of(*articles: Judged) -> Any:
    report = Report("Alder", JUNE, Parties({}))
    for article in articles:
        report.add(article)
    return report


# ---- periods
@pytest.mark.parametrize(
    ("text", "until", "first", "days"),
    [
        ("2026-06-02", "", "2026-06-02", 1),
        ("2026-W23", "", "2026-06-01", 7),
        ("2026-W01", "", "2025-12-29", 7),
        ("2026-12", "", "2026-12-01", 31),
        ("2024-02", "", "2024-02-01", 29),
        ("2026-06-02", "2026-06-30", "2026-06-02", 29),
    ],
)
def test_a_period_has_its_days(text: str, until: str, first: str, days: int) -> None:
    period = period_of(text, until)
    assert period.days == days and period == period_of(first, "") if days == 1 else period.days == days
    assert period.begin_ms == period_of(first).begin_ms


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("", ""),
        ("June", ""),
        ("2026-W54", ""),
        ("2026-13", ""),
        ("2026-06-02", "2026-06-01"),
        ("0001-01-01", "2026-01-01"),
    ],
)
def test_what_is_no_period_is_refused(text: str, until: str) -> None:
    with pytest.raises(PeriodFault):
        period_of(text, until)


# ---- counts
def test_copies_copiers_and_own_articles_are_counted() -> None:
    copied = verdict(sources=(("a1", "Alder", 0.9, 120),))
    part = verdict(sources=(("a2", "Alder", 0.3, 40), ("b", "Birch", 0.5, 80)), original=("Birch", ""))
    told = report_of(
        judged("a1", "Alder", 0),
        judged("a2", "Alder", 1),
        judged("a3", "Alder", 2),
        judged("a9", "Alder", 40),  # in July
        judged("u", "Alder", 3, verdict(VerdictKind.UPDATE, extent=None)),
        judged("c1", "Cedar", 4, copied, licensed=True),
        judged("c2", "Cedar", 5, copied, licensed=False),
        judged("d1", "Dogwood", 6, part),
        judged(
            "e1", "Elm", 7, verdict(original=("Birch", ""), sources=(("b", "Birch", 0.9, 99),))
        ),  # another's
        judged("f", "Fir", None, copied),
        judged("g", "Fir", 31, copied),  # too late
    ).as_json()
    assert told["own"] == {
        "articles": 4, "original": 3, "republication": 0, "update": 1, "duplicate": 0, "copied": 1, "unique": 2,
    }  # fmt: skip
    assert (told["copies"], told["words"], told["undated"]) == (3, 280, 1)
    assert told["licences"] == {"licensed": 1, "unlicensed": 1, "not known": 1}
    assert [(one["publisher"], one["copies"], one["words"]) for one in told["copiers"]] == [
        ("Cedar", 2, 240),
        ("Dogwood", 1, 40),
    ]
    assert sum(day["copies"] for day in told["by_day"]) == 3 and len(told["by_day"]) == 30


def test_what_an_article_says_runs_nowhere() -> None:
    evil = judged("=cmd()", "<script>alert(1)</script>", 1, verdict(sources=(("a1", "Alder", 0.9, 9),)))
    report = report_of(evil)
    (_, row) = csv.reader(as_csv(report).splitlines())
    assert row[0] == "'=cmd()"
    page = as_html(report)
    assert "<script" not in page and "default-src 'none'" in page


# ---- files and pages
def scanned(folder: Path) -> tuple[str, str]:
    enriched, corrections = folder / "enriched.jsonl", folder / "corrections.jsonl"
    with enriched.open("wb") as first, corrections.open("wb") as second:
        lines = (Line(number, value) for number, value in enumerate(samples.lines()))
        scan(lines, ScanOutputs(enriched=first, corrections=second), ScanOptions(FieldPaths(), {}))
    return str(enriched), str(corrections)


def wirecopy(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.main(parser.parse_args(arguments))


async def test_files_and_the_service_give_one_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = scanned(tmp_path)
    given = ("--publisher", "meridianpress.example", "--week", "2026-W23")
    assert wirecopy(*given, *inputs, "-o", str(tmp_path / "report.json")) == 0
    told = json.loads((tmp_path / "report.json").read_text())
    assert told["copies"] >= 5 and told["own"]["original"] >= 1
    assert wirecopy(*given, *inputs, "-o", str(tmp_path / "report.html")) == 0
    assert "By whom" in (tmp_path / "report.html").read_text()
    assert wirecopy(*given, *inputs, "-o", str(tmp_path / "report.csv")) == 0
    assert len((tmp_path / "report.csv").read_text().splitlines()) == told["copies"] + 1
    assert wirecopy("--publisher", "x", "--week", "never", *inputs) == 2
    assert wirecopy(*given, str(tmp_path / "none.jsonl")) == 1
    async with serving(tmp_path / "data", monkeypatch) as port:
        await fill(port)
        query = "publisher=meridianpress.example&period=2026-W23"
        served = (await get(port, f"/report.json?{query}")).json
        titled = [{**row, "title": None} for row in served.pop("articles")]
        assert titled == [{**row, "title": None} for row in told.pop("articles")]
        assert served == told
        page = await get(port, f"/report?{query}")
        assert page.status == 200 and b"By whom" in page.body
        assert b"<script" not in page.body and "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert (await get(port, "/report")).status == 200
        assert (await get(port, "/report?publisher=x&from=never")).status == 422
        assert (await get(port, "/report.json")).status == 422
        out = str(tmp_path / "again.json")
        place = ("--service", f"http://127.0.0.1:{port}")
        assert await asyncio.to_thread(wirecopy, *given, *place, "-o", out) == 0
