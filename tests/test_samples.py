"""The samples tell every kind of story, and the engine reads them as a reader would.

`samples_expected.json` holds, in order of arrival, the verdict that a careful editor gives each sample: the
test is that the engine agrees, record by record, and that its corrections mend what could not be known at
first.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from wirecopy import samples
from wirecopy.core.records.raw import FieldPaths
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

Json = dict[str, Any]
EXPECTED: list[Json] = json.loads(
    Path(__file__).with_name("samples_expected.json").read_text(encoding="utf-8")
)
FIELDS = {"id", "url", "title", "publisher", "published_at", "language", "body"}


@cache
def articles() -> list[Json]:
    return [json.loads(line) for line in samples.lines()]


@cache
def judged() -> tuple[dict[str, Json], dict[str, Json]]:
    """Verdicts by id, and the last correction by id."""
    enriched, corrections = io.BytesIO(), io.BytesIO()
    scan(
        (Line(number, value) for number, value in enumerate(samples.lines())),
        ScanOutputs(enriched=enriched, corrections=corrections),
        ScanOptions(fields=FieldPaths(), aliases={}),
    )
    first, last = (
        [json.loads(line) for line in out.getvalue().splitlines()] for out in (enriched, corrections)
    )
    return {r["id"]: r["republication"] for r in first}, {r["id"]: r["republication"] for r in last}


def test_samples_are_about_forty_articles_in_at_least_six_languages() -> None:
    assert 38 <= len(articles()) <= 45
    assert len({article["language"] for article in articles()}) >= 6
    assert all(set(article) == FIELDS for article in articles())


def test_every_sample_has_its_own_id_and_an_expected_verdict() -> None:
    ids = [article["id"] for article in articles()]
    assert len(set(ids)) == len(ids)
    assert [expected["id"] for expected in EXPECTED] == ids


def test_samples_show_every_verdict() -> None:
    counts = Counter(expected["verdict"] for expected in EXPECTED)
    assert set(counts) == {"original", "republication", "update", "duplicate"}
    assert any(expected.get("external") for expected in EXPECTED)
    assert any(expected.get("corrects") for expected in EXPECTED)


def test_samples_name_no_real_site() -> None:
    """Invented papers live under .example, which nobody can register (RFC 2606)."""
    for article in articles():
        assert article["url"].split("/")[2].endswith(".example"), article["id"]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["id"])
def test_the_engine_reads_a_sample_as_a_careful_editor_does(expected: Json) -> None:
    got = judged()[0][expected["id"]]
    assert got["verdict"] == expected["verdict"], got
    if "extent" in expected or expected["verdict"] != "republication":
        assert got["extent"] == expected.get("extent"), got
    if expected.get("external"):
        assert got["original"]["ingested"] is False
        assert got["original"]["publisher"] == expected["external"]
    else:
        assert (got["original"] or {}).get("id") == expected["original"]
    if expected.get("credit"):
        assert got["credit"]["name"] == expected["credit"]
    if expected.get("sources"):
        assert {source["id"] for source in got["sources"]} == set(expected["sources"])


@pytest.mark.parametrize("late", [e for e in EXPECTED if e.get("corrects")], ids=lambda late: late["id"])
def test_a_late_original_mends_the_verdicts_of_its_copies(late: Json) -> None:
    _, corrections = judged()
    for copy in late["corrects"]:
        assert corrections[copy]["verdict"] == "republication"
        assert corrections[copy]["original"]["id"] == late["id"]


def test_every_passage_of_a_verdict_lies_in_its_body() -> None:
    verdicts, _ = judged()
    for article in articles():
        for passage in verdicts[article["id"]]["passages"]:
            assert 0 <= passage["start"] < passage["end"] <= len(article["body"]), article["id"]
