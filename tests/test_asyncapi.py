"""The AsyncAPI document says what the code does: topics, headers, reasons, verdicts, and schemas that are
there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from wirecopy.core.model import RawPosition, Rejected, RejectReason, VerdictKind
from wirecopy.shell.cli.topics import wanted
from wirecopy.shell.options import KafkaOptions, TopicNames
from wirecopy.shell.pipeline.steps import ORIGIN_PREFIX, Limits, dead_letter
from wirecopy.shell.ports import RawRecord
from wirecopy.shell.settings import Settings

ROOT = Path(__file__).parent.parent
PATH = ROOT / "deploy/asyncapi.yaml"


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(PATH.read_text("utf-8"))
    return loaded


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(reference := part.get("$ref"), str):
            yield reference
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def unresolved(whole: dict[str, Any]) -> list[str]:
    """References that lead nowhere."""
    missing = []
    for reference in references(whole):
        if reference.startswith("#/"):
            at: Any = whole
            for step in reference[2:].split("/"):
                at = at.get(step) if isinstance(at, dict) else None
            if at is None:
                missing.append(reference)
        elif not (PATH.parent / reference).is_file() or not json.loads(
            (PATH.parent / reference).read_text("utf-8")
        ):
            missing.append(reference)
    return missing


def test_every_reference_leads_somewhere() -> None:
    assert unresolved(document()) == []


@pytest.mark.parametrize("fault", ["#/channels/none", "schemas/none.schema.json"])
def test_a_reference_that_leads_nowhere_is_seen(fault: str) -> None:
    whole = document()
    whole["operations"]["sendDead"]["channel"]["$ref"] = fault
    assert unresolved(whole) == [fault]


def test_channels_are_the_topics_and_operations_use_each_but_the_log() -> None:
    whole = document()
    names = {
        key: (value[0] if isinstance(value, tuple) else value) for key, value in asdict(TopicNames()).items()
    }
    assert {key: channel["address"] for key, channel in whole["channels"].items()} == names
    used = {operation["channel"]["$ref"].rsplit("/", 1)[1] for operation in whole["operations"].values()}
    assert used == set(names) - {"fingerprints"}
    group = whole["operations"]["receiveRaw"]["bindings"]["kafka"]["groupId"]["const"]
    assert group == KafkaOptions(bootstrap_servers="").group_id


def test_topics_are_bound_as_they_are_created() -> None:
    demands = {demand.spec.name: demand.spec for demand in wanted(Settings(desk_enabled=True))}
    for channel in document()["channels"].values():
        bound = channel.get("bindings", {}).get("kafka", {})
        spec = demands[channel["address"]]
        assert bound.get("partitions", spec.partitions) == spec.partitions
        policy = bound.get("topicConfiguration", {}).get("cleanup.policy", ["delete"])
        assert policy == [spec.config.get("cleanup.policy", "delete")]


def test_headers_are_those_that_are_written() -> None:
    messages = document()["components"]["messages"]
    assert set(messages["enrichedArticle"]["headers"]["properties"]["verdict"]["enum"]) == set(VerdictKind)
    headers = messages["deadLetter"]["headers"]
    assert set(headers["properties"]["wirecopy.reason"]["enum"]) == set(RejectReason)
    raw = RawRecord(RawPosition("t", 0, 0), None, b"x", (), 0)
    written = dead_letter(raw, Rejected(RejectReason.NOT_JSON, "why"), Limits(9999, 9999, 9999, 9999)).headers
    assert {name for name, _ in written} == set(headers["properties"]) == set(headers["required"])
    assert all(name.startswith(ORIGIN_PREFIX) for name in headers["properties"])
