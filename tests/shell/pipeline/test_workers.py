"""Worker processes say what one process says, in its order; one that dies is an error that is told."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from wirecopy import samples
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.fingerprint.transfer import from_transfer, to_transfer
from wirecopy.core.model import Outcome, RawArticle, RawPosition, Rejected, RejectReason
from wirecopy.core.records.raw import FieldPaths, decode_raw, encode_enriched
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan
from wirecopy.shell.pipeline.steps import Limits, prepare
from wirecopy.shell.pipeline.workers import (
    Pending,
    RawInput,
    RestartingPool,
    WorkerDiedError,
    WorkerPool,
)
from wirecopy.shell.ports import RawRecord, Steps

AT = RawPosition("scan", 0, 7)
PAGE = json.dumps(
    {
        "id": "page",
        "body": "<html><body><nav>Home</nav><p>"
        + json.loads(samples.lines()[0])["body"].replace("\n", "</p><p>")
        + "</p></body></html>",
    }
).encode()
BAD = (b"no json", b"[1]", b'{"id": "x"}', b'{"body": 7}', b'{"body": "\xff\xfe\xfd"}', b"\xff" * 40)


def stream() -> list[bytes]:
    """Some hundred lines: the samples as they came, reversed (originals after their copies), renumbered, bad ones."""
    lines = samples.lines()
    values = [*lines, *reversed(lines)]
    for turn in range(1, 1 + 300 // len(lines)):
        values += [line.replace(b". ", b" %d. " % turn) for line in lines[:: -1 if turn % 2 else 1]]
        values += BAD
    return [*values, PAGE, b"\xef\xbb\xbf" + lines[0], lines[1] + b"  "]


def scanned(values: list[bytes], jobs: int) -> list[bytes]:
    outputs = ScanOutputs(enriched=io.BytesIO(), corrections=io.BytesIO(), dead=io.BytesIO())
    options = ScanOptions(FieldPaths(), {"Herald": "herald.example"}, clock_published=True, jobs=jobs)
    scan([Line(number, value) for number, value in enumerate(values)], outputs, options)
    return [stream.getvalue() for stream in (outputs.enriched, outputs.corrections, outputs.dead)]  # type: ignore[union-attr]


def test_workers_say_what_one_process_says_to_the_byte() -> None:
    alone, by_workers = scanned(stream(), 1), scanned(stream(), 2)
    assert by_workers == alone
    assert all(alone), "records, corrections and dead letters are among what is compared"


@pytest.mark.parametrize("value", [*samples.lines()[:12], PAGE, b"\xef\xbb\xbf" + samples.lines()[0]])
def test_what_a_proposal_leaves_behind_nobody_misses(value: bytes) -> None:
    article = decode_raw(value, AT, FieldPaths(), {})
    assert isinstance(article, RawArticle)
    made = propose(article)
    got = from_transfer(to_transfer(made, value), value, AT)
    assert (got.value, got.body_xxh3, got.article.raw) == (made.value, made.body_xxh3, article.raw)
    for name in (
        "position",
        "id",
        "body",
        "title",
        "url",
        "host",
        "publisher",
        "domain",
        "language",
        "version",
    ):
        assert getattr(got.article, name) == getattr(article, name)
    engine = Engine()
    for other in (value.replace(b'"id"', b'"other"'), value):  # a copy has passages and perhaps a credit
        again = decode_raw(other, AT, FieldPaths(), {})
        assert isinstance(again, RawArticle)
        outcome = engine.replay(0, 0, propose(again).value)
    assert isinstance(outcome, Outcome)
    said = [encode_enriched(one.article, enrich(one, outcome), outcome.body_xxh3) for one in (made, got)]
    assert said[0] == said[1]


def test_a_worker_that_dies_is_an_error_and_the_pool_says_so_from_then_on() -> None:
    with WorkerPool(1, FieldPaths(), {}) as workers:
        article, none = workers.hand_out([(samples.lines()[0], AT), (None, AT)]).results()
        assert not isinstance(article, Rejected)
        assert isinstance(none, Rejected)
        assert none.reason is RejectReason.TOMBSTONE
        for process in multiprocessing.active_children():
            process.kill()
        with pytest.raises(WorkerDiedError):
            for _ in range(100):  # the death is noticed when it is noticed
                workers.hand_out([(samples.lines()[0], AT)]).results()
                time.sleep(0.05)


@pytest.mark.parametrize(
    ("sent", "to_workers", "code"), [(signal.SIGINT, True, 130), (signal.SIGKILL, False, 1)]
)
def test_a_scan_ends_with_its_workers(
    tmp_path: Path, sent: signal.Signals, to_workers: bool, code: int
) -> None:
    """Ctrl-C reaches owner and workers alike; a worker killed by the system is told. Neither leaves a process, nor anything
    under the output's name: what was judged by then is whole records under another."""
    target = tmp_path / "enriched.jsonl"
    command = [sys.executable, "-m", "wirecopy", "scan", "-", "-o", str(target), "--jobs", "2"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WIRECOPY_")}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=environment,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        line = samples.lines()[0].rstrip() + b"\n"
        process.stdin.write(line * 128 * 4)  # enough batches that workers are started, and no end of input
        process.stdin.flush()
        workers = _workers_of(process.pid)
        if to_workers:
            os.killpg(process.pid, sent)
        else:
            os.kill(workers[0], sent)
            time.sleep(0.2)
            with suppress(BrokenPipeError):  # it has gone already
                process.stdin.write(line * 128 * 4)
        with suppress(BrokenPipeError):
            process.stdin.close()
        said = process.stderr.read().decode()
        assert process.wait(60) == code, said
    assert "Traceback" not in said
    assert ("worker process died" in said) == (not to_workers)
    left = list(tmp_path.iterdir())
    assert [path.name for path in left] in ([], ["enriched.jsonl.partial"])
    assert all(b'"republication"' in line for path in left for line in path.read_bytes().splitlines())
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def _workers_of(owner: int) -> list[int]:
    """Both worker processes, once they are there (the tracker of shared resources is no worker)."""
    children = Path(f"/proc/{owner}/task/{owner}/children")
    if not children.exists():
        pytest.skip("needs Linux's list of a process's children")
    for _ in range(600):
        found = []
        for thread in Path(f"/proc/{owner}/task").iterdir():
            found += [int(pid) for pid in (thread / "children").read_text().split()]
        workers = [pid for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        if len(workers) == 2:
            return workers
        time.sleep(0.05)
    raise AssertionError("no workers were started")


def records(values: list[bytes]) -> list[RawRecord]:
    return [
        RawRecord(RawPosition("articles.raw", 0, offset), b"key", value, (("header", b"kept"),), 0)
        for offset, value in enumerate(values)
    ]


def test_the_service_gets_from_workers_what_it_would_make_and_a_dead_pool_is_told_of_and_replaced() -> None:
    fields, deaths = FieldPaths(), list[str]()
    values = [*samples.lines()[:20], *BAD]
    steps = Steps(
        decode=lambda value, position: decode_raw(value, position, fields, {}),
        enrich=lambda proposal, outcome: outcome.verdict,
        encode_enriched=encode_enriched,
        encode_correction=lambda correction: b"",
    )
    limits = Limits(1 << 20, 1 << 20, 1 << 20, 1 << 20)
    expected = prepare(records(values), steps, Engine(), limits)
    workers = RestartingPool(
        lambda: WorkerPool(2, fields, {}), lambda death: deaths.append(str(death)), own_bytes_max=1000
    )
    elsewhere = replace(
        steps, fingerprint=lambda batch: workers.fingerprint([(one.value, one.position) for one in batch])
    )
    try:
        for _ in range(2):
            entries = prepare(records(values), elsewhere, Engine(), limits)
            for entry, other in zip(entries, expected, strict=True):
                assert (entry.record, entry.size_bytes, entry.rejected) == (
                    other.record,
                    other.size_bytes,
                    other.rejected,
                )
                assert (entry.proposal is None) == (other.proposal is None)
                if entry.proposal is not None and other.proposal is not None:
                    assert entry.proposal.value == other.proposal.value
            for process in multiprocessing.active_children():
                process.kill()
        assert workers.fingerprint([(b"{}", AT)]) is None, "a small batch is the caller's"
    finally:
        workers.close()
    assert len(deaths) == 1


def test_a_batch_that_kills_every_pool_comes_back_to_the_caller() -> None:
    class Deadly(WorkerPool):
        def hand_out(self, inputs: Sequence[RawInput]) -> Pending:
            raise WorkerDiedError

    deaths: list[WorkerDiedError] = []
    workers = RestartingPool(lambda: Deadly(1, FieldPaths(), {}), deaths.append, own_bytes_max=0)
    assert workers.fingerprint([(b"x" * 10, AT)]) is None
    assert len(deaths) > 1
    workers.close()
