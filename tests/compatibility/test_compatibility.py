"""Laws of how records may change: what the first release read and wrote is read and valid for ever. `schema_1.json`
holds its records byte for byte; it is never written anew, since then it would prove nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_schemas import faults
from wirecopy.core.engine import Engine
from wirecopy.core.fingerprint.record import decode_record
from wirecopy.core.model import Outcome, RawArticle, RawPosition, RefusalReason, Refused
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw, republication_from_json

PATH = Path(__file__).parent / "schema_1.json"
DIGEST = "bf769eecc503edd63d9d4ba0fd14a07c2f2f68e4a25c5931d5d695c2742fd9c6"
HELD: dict[str, list[str]] = json.loads(PATH.read_text("utf-8"))


def test_the_records_are_those_of_the_release() -> None:
    assert hashlib.sha256(PATH.read_bytes()).hexdigest() == DIGEST, (
        "add a file for a new schema; keep this one"
    )


@pytest.mark.parametrize("value", HELD["raw"])
def test_raw_records_are_still_read(value: str) -> None:
    assert isinstance(decode_raw(value.encode(), RawPosition("t", 0, 0), FieldPaths(), {}), RawArticle)
    assert not faults("raw", json.loads(value))


@pytest.mark.parametrize("value", HELD["enriched"])
def test_enriched_records_are_still_read_and_valid(value: str) -> None:
    read = republication_from_json(value.encode())
    assert read is not None
    record: dict[str, Any] = json.loads(value)
    assert read.verdict.kind == record["republication"]["verdict"]
    assert not faults("enriched", record)


@pytest.mark.parametrize("value", HELD["corrections"])
def test_corrections_are_still_read_and_valid(value: str) -> None:
    assert republication_from_json(value.encode()) is not None
    assert not faults("correction", json.loads(value))


def test_the_log_is_still_replayed_or_refused_by_its_version() -> None:
    """Never misread: a record either means what it meant, or says that another release wrote it."""
    engine = Engine()
    for offset, encoded in enumerate(HELD["fingerprints"]):
        value = base64.b64decode(encoded)
        record = decode_record(value)
        if isinstance(record, Refused):
            assert record.reason is RefusalReason.ENGINE_VERSION
            continue
        assert record.position == RawPosition("articles.raw", 0, offset)
        assert record.id == json.loads(HELD["raw"][offset])["id"]
        outcome = engine.replay(offset, 1_772_000_000_000 + offset, value)
        assert isinstance(outcome, Outcome)
        assert outcome.verdict.kind == json.loads(HELD["enriched"][offset])["republication"]["verdict"]
