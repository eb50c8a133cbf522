"""Inputs that were once misread, where they lie beside the checkout: copies to the letter, and packed files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from wirecopy.core.records.fields import FieldPaths
from wirecopy.shell.files.lines import Line, LineReader
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

FOUND = Path(__file__).resolve().parent.parent.parent / "shared" / "cases" / "found"
PAIRS = sorted(FOUND.glob("*.jsonl"))
PACKED = {"packed_padded.jsonl.xz": 6, "packed_pzstd.jsonl.zst": 3}

pytestmark = [
    pytest.mark.evaluation,
    pytest.mark.skipif(not PAIRS, reason="the cases are not beside the checkout (../shared/cases)"),
]


def judged(lines: list[Line]) -> list[dict[str, Any]]:
    out = io.BytesIO()
    scan(iter(lines), ScanOutputs(enriched=out), ScanOptions(fields=FieldPaths(), aliases={}))
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_a_copy_to_the_letter_is_whole_whatever_its_letters_entities_dates_and_host(path: Path) -> None:
    with LineReader(str(path)) as reader:
        records = judged(list(reader))
    assert len(records) > 1 and len(records) % 2 == 0
    for first, copy in zip(records[::2], records[1::2], strict=True):
        said = copy["republication"]
        assert first["republication"]["verdict"] == "original"
        assert (said["verdict"], said["extent"], said["original"]["id"]) == (
            "republication",
            "full",
            first["id"],
        )
        assert (said["share"], said["source_share"]) == (1.0, 1.0)


@pytest.mark.parametrize(("name", "articles"), PACKED.items())
def test_a_packed_file_is_read_to_its_last_article(name: str, articles: int) -> None:
    with LineReader(str(FOUND / name)) as reader:
        assert len(judged(list(reader))) == articles
