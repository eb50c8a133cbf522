"""The demo runs the real pipeline on the embedded log, shows every sample with its reasons, and says what a
scan says.
"""

from __future__ import annotations

import io
import json

import pytest

from wirecopy import __main__ as command_line
from wirecopy import samples
from wirecopy.core.records.raw import FieldPaths
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan
from wirecopy.shell.report.terminal import shown_line


@pytest.fixture(scope="module")
def lines() -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO()
        patch.setattr("sys.stdout", out)
        assert command_line.main(["demo", "--fast"]) == 0
    return out.getvalue().splitlines()


def test_every_sample_is_shown_in_order_with_the_verdict_of_a_scan(lines: list[str]) -> None:
    enriched = io.BytesIO()
    numbered = [Line(number, value) for number, value in enumerate(samples.lines())]
    scan(numbered, ScanOutputs(enriched=enriched), ScanOptions(fields=FieldPaths(), aliases={}))
    at = 0
    for record in map(json.loads, enriched.getvalue().splitlines()):
        title = shown_line(record["title"], 30).rstrip("…")
        at = next(number for number in range(at, len(lines)) if title in lines[number])
        assert record["republication"]["verdict"] in lines[at], lines[at]
        assert len(lines[at + 1].strip()) > 20, "each verdict has its reasons in words below it"
        at += 1


def test_corrections_are_shown_when_the_late_original_comes(lines: list[str]) -> None:
    corrections = [line for line in lines if line.strip().startswith("correction ")]
    assert len(corrections) == 2
    assert all("Fennmark Observer" in line and "(fennmark-1)" in line for line in corrections)


def test_the_end_counts_the_verdicts_and_says_what_to_try_next(lines: list[str]) -> None:
    end = "\n".join(lines[-14:])
    counted = {
        line.split()[0]: int(line.split()[1])
        for line in lines[-14:]
        if line[-1:].isdigit() or line[-3:].strip().isdigit()
    }
    assert counted["articles"] == len(samples.lines())
    assert (
        sum(counted[kind] for kind in ("original", "republication", "update", "duplicate"))
        == counted["articles"]
    )
    assert "wirecopy scan" in end and "wirecopy explain" in end
