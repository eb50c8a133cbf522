"""A back-fill says what one scan says, however it is cut, killed and begun again."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.core.rewriting.test_rewriting import retold
from tests.core.story import prose
from wirecopy import __main__ as command_line
from wirecopy.core.model import Rewritten
from wirecopy.core.records.raw import FieldPaths
from wirecopy.shell.backfill import ranges, verify
from wirecopy.shell.backfill.local import run_local
from wirecopy.shell.backfill.merge import merge
from wirecopy.shell.backfill.plan import Cut, Plan, PlanError, Range, Reading, make_plan, read_plan
from wirecopy.shell.backfill.ranges import Result
from wirecopy.shell.files import table_files
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

pq = pytest.importorskip("pyarrow.parquet", reason="needs wirecopy[files]")

DAY_MS = 24 * 3600 * 1000
WINDOW_MS = 4 * DAY_MS
READING = Reading(FieldPaths(), {}, WINDOW_MS)
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
Written = dict[str, list[bytes]]


def archive(seed: int = 3, articles: int = 360) -> list[bytes]:
    """Articles of two months, six a day: half of them copy one of the 40 before, some name whom they copy, some lines are
    none. An original may come after its copy, with an earlier date."""
    chance, bodies, lines = random.Random(seed), [""], []
    for number in range(articles):
        paper = f"paper{chance.randrange(15)}"
        body = prose(seed * 1000 + number, 110)
        if chance.random() < 0.5:
            body = chance.choice(bodies[-40:]) + "\n\n" + prose(seed * 1000 + number, 30)
            if chance.random() < 0.3:
                body = f"First published by paper{chance.randrange(15)}.example.\n\n{body}"
        bodies.append(body)
        at = BEGAN + timedelta(hours=4 * number - (30 if chance.random() < 0.1 else 0))
        record = {
            "id": f"a{number}",
            "url": f"https://{paper}.example/{number}",
            "published_at": at.isoformat(),
            "body": body,
        }
        lines.append(json.dumps(record).encode() if chance.random() > 0.02 else b"no record")
    return lines


def numbered(values: list[bytes]) -> list[Line]:
    return [Line(number, value) for number, value in enumerate(values)]


def scanned(values: list[bytes], rewritten: Rewritten = Rewritten.ON) -> Written:
    outputs = {kind: io.BytesIO() for kind in ranges.KINDS}
    options = ScanOptions(READING.fields, {}, window_ms=WINDOW_MS, clock_published=True, rewritten=rewritten)
    scan(numbered(values), ScanOutputs(**outputs), options)
    return {kind: file.getvalue().splitlines() for kind, file in outputs.items()}


def merged(out: Path) -> Written:
    """The records of a merged back-fill, in the order of judging."""
    found: Written = {}
    for kind in ranges.KINDS:
        rows: list[tuple[int, str]] = []
        for file in sorted((out / kind).rglob("*.parquet")):
            table = pq.ParquetFile(file).read()
            days = {str(time.date()) for time in table["log_time"].to_pylist()}
            assert days == {file.parent.name.removeprefix("day=")}
            rows += zip(table["number"].to_pylist(), table["record"].to_pylist(), strict=True)
        rows.sort(key=lambda row: row[0])
        found[kind] = [record.encode() for _, record in rows]
    return found


def planned(
    work: Path, lines: list[bytes], cut: Cut, order: str = "input", reading: Reading = READING
) -> Plan:
    work.mkdir(parents=True, exist_ok=True)
    make_plan(numbered(lines), work, reading, cut, order=order)
    return read_plan(work)


def finish(work: Path, plan: Plan, out: Path) -> tuple[Written, int]:
    """All that is left to do; the records, and how many ranges were done again."""
    ranges.discard_unfinished(work)
    run_local(work, verify.undone(work, plan), 1, lambda _: None)
    again = verify.repair(work, plan, lambda _: None)
    merge(work, plan, out)
    return merged(out), again


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return archive()


@pytest.fixture(scope="module")
def expected(lines: list[bytes]) -> Written:
    written = scanned(lines)
    assert len(written["corrections"]) > 3, "the archive must cause corrections"
    assert written["dead"]
    return written


@pytest.mark.parametrize("cut", [Cut(3, 2), Cut(2, 1), Cut(4, 12, 7), Cut(1, 3, 1)], ids=str)
def test_ranges_say_what_one_scan_says(
    tmp_path: Path, lines: list[bytes], expected: Written, cut: Cut
) -> None:
    plan = planned(tmp_path / "work", lines, cut)
    assert plan.ranges[0].first == 0
    assert [one.end for one in plan.ranges] == [*(one.first for one in plan.ranges[1:]), len(lines)]
    found, _ = finish(tmp_path / "work", plan, tmp_path / "out")
    assert found == expected


@pytest.mark.parametrize("mode", Rewritten)
def test_ranges_judge_copies_in_other_words_as_the_plan_says(tmp_path: Path, mode: Rewritten) -> None:
    values = [
        json.dumps(record | {"published_at": (BEGAN + timedelta(hours=number)).isoformat()}).encode()
        for number, record in enumerate(retold(20))
    ]
    said = scanned(values, mode)
    verdicts = [json.loads(record)["republication"]["verdict"] for record in said["enriched"]]
    assert (verdicts.count("republication") > 15) == (mode is Rewritten.ON)
    plan = planned(tmp_path / "work", values, Cut(4, 12, 3), reading=replace(READING, rewritten=mode))
    assert len(plan.ranges) == 3 and plan.reading.rewritten is mode
    found, _ = finish(tmp_path / "work", plan, tmp_path / "out")
    assert found == said


def test_ranges_without_a_warm_up_are_done_again_from_the_neighbours_snapshot(
    tmp_path: Path, lines: list[bytes], expected: Written
) -> None:
    plan = planned(tmp_path / "work", lines, Cut(0, 12, 6))
    found, again = finish(tmp_path / "work", plan, tmp_path / "out")
    assert again == 5
    assert found == expected


def test_a_planted_broken_seam_is_found_and_mended(
    tmp_path: Path, lines: list[bytes], expected: Written
) -> None:
    work = tmp_path / "work"
    plan = planned(work, lines, Cut(4, 12, 5))
    run_local(work, [0, 1, 2, 3, 4], 1, lambda _: None)
    verify.repair(work, plan, lambda _: None)
    snapshot_of = plan.ranges[1]
    again: list[Result] = []
    for one in plan.ranges[1:3]:  # range 2 as a worker leaves it that began too late
        late = Range(one.number, one.first if one.number == 2 else one.warm_from, one.first, one.end)
        shutil.rmtree(ranges.range_folder(work, one))
        ranges.run_range(work, plan, late)
    with pytest.raises(PlanError, match="0002 does not begin where 0001 ended"):
        merge(work, plan, tmp_path / "out")
    assert (ranges.range_folder(work, snapshot_of) / ranges.SNAPSHOT).exists()
    assert verify.repair(work, plan, again.append) == 1
    assert [result.number for result in again] == [2]
    merge(work, plan, tmp_path / "out")
    assert merged(tmp_path / "out") == expected


def test_an_order_by_date_is_that_of_a_scan_of_sorted_lines(tmp_path: Path, lines: list[bytes]) -> None:
    readable = [line for line in lines if line != b"no record"]
    shuffled = random.Random(5).sample(readable, len(readable))
    in_order = sorted(readable, key=lambda line: json.loads(line)["published_at"])
    plan = planned(tmp_path / "work", shuffled, Cut(4, 12, 3), order="published")
    found, _ = finish(tmp_path / "work", plan, tmp_path / "out")
    assert found == scanned(in_order)


class _Killer:
    """Ends the process without a farewell at the n-th of its steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def of(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                os._exit(9)
            done = function(*args, **kwargs)
            if self.left == 0:
                os._exit(9)
            return done

        return stepped


def _run_until_killed(work: Path, plan: Plan, steps: int) -> bool:
    """Goes on in a child that dies at a step: a row, a file, a rename. Whether it was done before."""
    child = os.fork()
    if child == 0:
        try:
            killer = _Killer(steps)
            table_files.DayPartitions.add = killer.of(table_files.DayPartitions.add)  # type: ignore[method-assign]
            for name in ("write_whole", "sync_tree"):
                setattr(ranges, name, killer.of(getattr(ranges, name)))
            Path.rename = killer.of(Path.rename)  # type: ignore[method-assign]
            Path.mkdir = killer.of(Path.mkdir)  # type: ignore[method-assign]
            ranges.discard_unfinished(work)
            run_local(work, verify.undone(work, plan), 1, lambda _: None)
            verify.repair(work, plan, lambda _: None)
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9), "the child failed otherwise"
    return code == 0


@pytest.mark.parametrize("warm_up", [0, 3])
def test_killed_anywhere_and_begun_again_it_says_the_same(
    tmp_path: Path, lines: list[bytes], expected: Written, warm_up: int
) -> None:
    work, chance, kills = tmp_path / "work", random.Random(warm_up), 0
    plan = planned(work, lines, Cut(warm_up, 12, 8))
    done: dict[str, tuple[int, bool]] = {}
    while True:
        ended = _run_until_killed(work, plan, chance.choice((chance.randint(1, 12), chance.randint(1, 110))))
        kills += not ended
        for one in plan.ranges:
            result = ranges.read_result(work, one)
            if result is None:
                continue
            held = (ranges.range_folder(work, one) / ranges.RESULT).stat().st_mtime_ns, result.from_snapshot
            before = done.setdefault(one.name, held)
            assert before == held or (held[1] and not before[1]), "a range that was done is done again"
            done[one.name] = held
        if ended:
            break
    assert kills >= 10
    merge(work, plan, tmp_path / "out")
    assert merged(tmp_path / "out") == expected
    assert not list((work / "ranges").glob("*.partial-*"))


def test_the_commands_go_from_files_to_parquet(
    tmp_path: Path, lines: list[bytes], expected: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    source, work, out = tmp_path / "in.jsonl", str(tmp_path / "work"), str(tmp_path / "out")
    source.write_bytes(b"\n".join(lines) + b"\n")

    def backfill(*arguments: str) -> int:
        return command_line.main(["backfill", *arguments, "--work", work])

    assert backfill("run") == 1
    assert "has no plan: make one with `wirecopy backfill plan`" in capsys.readouterr().err
    assert backfill("plan", str(source), "--window-days", "4", "--ranges", "4", "--warm-up", "2") == 0
    assert backfill("plan", str(source)) == 1
    assert backfill("verify") == 1
    assert "4 of 4 ranges are not done" in capsys.readouterr().err
    assert backfill("run", "--workers", "2") == 0
    assert backfill("verify") == 0
    assert backfill("merge", "-o", out) == 0
    assert backfill("merge", "-o", out) == 1
    assert "is there already" in capsys.readouterr().err
    assert merged(Path(out)) == expected
