"""The evaluation stream through the real broker and two replicas, against `scan` over the log's order (law 6)."""

from __future__ import annotations

import io
import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from tests.kafka.client import read_committed
from tests.kafka.service import Deployment, deployed
from tests.kafka.stream import Piece
from wirecopy.core.fingerprint.agreement import is_agreement
from wirecopy.core.fingerprint.record import SketchRecord, decode_record
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import json_value
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

STREAM = Path(__file__).resolve().parents[2].parent / "shared" / "eval" / "wirebench" / "articles.jsonl.xz"
PARTITIONS = 6

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.evaluation,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not STREAM.exists(), reason="the evaluation data is not beside the checkout (../shared/eval)"
    ),
]


def test_two_replicas_say_what_scan_says_though_one_is_killed(
    kafka_broker: str, unique: str, tmp_path: Path
) -> None:
    raw = lzma.decompress(STREAM.read_bytes()).splitlines()
    assert len(raw) > 5_000
    pieces = [Piece(number % PARTITIONS, value) for number, value in enumerate(raw)]
    with deployed(kafka_broker, unique, tmp_path) as deployment:
        first, second = deployment.start(), deployment.start()
        deployment.produce(pieces[:2_000])
        deployment.wait_for(500, 240)
        deployment.produce(pieces[2_000:])
        deployment.wait_for(2_500, 240)
        deployment.kill(first)
        deployment.start()
        deployment.wait_for(len(raw), 300)
        deployment.stop()
        assert second.returncode == 0
        counts = deployment.check()
        assert counts.raw == counts.enriched == len(raw)
        _same_as_scan(deployment, tmp_path)


def _same_as_scan(deployment: Deployment, folder: Path) -> None:
    """Record by record, but for where the raw records lay."""
    bootstrap = deployment.bootstrap
    raw = {(r.partition, r.offset): r.value for r in read_committed(bootstrap, deployment.topic("raw"))}
    order: dict[tuple[int, int], None] = {}
    for record in read_committed(bootstrap, deployment.topic("fingerprints")):
        assert record.value is not None
        if is_agreement(record.value):
            continue  # on settings, of no article
        decoded = decode_record(record.value)
        assert isinstance(decoded, SketchRecord)
        order.setdefault((decoded.position.partition, decoded.position.offset))
    lines = [Line(number, raw[position] or b"") for number, position in enumerate(order)]
    out = io.BytesIO()
    scan(iter(lines), ScanOutputs(enriched=out), ScanOptions(fields=FieldPaths(), aliases={}))
    scanned = {record["id"]: _verdict(record) for record in map(json.loads, out.getvalue().splitlines())}
    served = {
        record["id"]: _verdict(record)
        for record in (
            json_value(r.value or b"") for r in read_committed(bootstrap, deployment.topic("enriched"))
        )
    }
    assert len(scanned) == len(served) == len(raw)
    different = [article for article, verdict in scanned.items() if served[article] != verdict]
    assert not different, f"{len(different)} verdicts differ, the first of {different[0]}"


def _verdict(record: dict[str, Any]) -> dict[str, Any]:
    """The field `republication` without raw positions, which a file has others of."""
    told: dict[str, Any] = record["republication"]
    original = told["original"] and {**told["original"], "position": None}
    return {**told, "position": None, "original": original}
