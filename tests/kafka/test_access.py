"""Laws of `check-config --connect`: against a broker that is as it must be it finds no fault; each thing that is
not is told with what to do about it; nothing is changed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import admin as foreign_admin

from tests.kafka.client import high_watermarks, produce
from wirecopy.shell.backends.kafka.access import cluster_access
from wirecopy.shell.cli.access_findings import access_findings
from wirecopy.shell.ports import ClusterAccess
from wirecopy.shell.settings import Settings

foreign: Any = foreign_admin  # its names are not typed
pytestmark = [pytest.mark.kafka, pytest.mark.timeout(200)]

ROOT = Path(__file__).parents[2]
NAMES = ("raw", "enriched", "corrections", "dead", "fingerprints")
GROUP, ALL = "wirecopy", frozenset(("READ", "WRITE"))
WELL = ClusterAccess(
    brokers=3, kafka_version="4.0", waits_for_pending_offsets=True,
    topics={f"articles.{name}": ALL for name in NAMES}, under_replicated={}, group=ALL, group_fault="",
    transactional_fault="", log_newest_ms=None,
)  # fmt: skip


def environment(bootstrap: str, prefix: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIRECOPY_")}
    return {
        **kept,
        "WIRECOPY_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "WIRECOPY_KAFKA_GROUP_ID": prefix,
        "WIRECOPY_TOPIC_REPLICATION_FACTOR": "1",
        **{f"WIRECOPY_TOPIC_{name.upper()}": f"{prefix}.{name}" for name in NAMES},
    }


def wirecopy(environment: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "wirecopy", *arguments],
        env=dict(environment), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_cluster_as_it_must_be_has_no_fault_and_is_left_as_it_was(kafka_broker: str, unique: str) -> None:
    given = environment(kafka_broker, unique)
    assert wirecopy(given, "topics")[0] == 0
    code, said = wirecopy(given, "check-config", "--connect")
    assert code == 0, said
    assert "1 broker(s), Kafka " in said
    assert "FAULT" not in said
    assert [high_watermarks(kafka_broker, f"{unique}.{name}")[1] for name in NAMES] == [0] * len(NAMES)


def test_each_planted_fault_is_told_with_its_cure(kafka_broker: str, unique: str) -> None:
    admin = foreign.AdminClient({"bootstrap.servers": kafka_broker})
    small = {"max.message.bytes": "1000000"}
    planted = [
        foreign.NewTopic(f"{unique}.raw", 2, 1),
        foreign.NewTopic(f"{unique}.enriched", 2, 1, config=small),
        foreign.NewTopic(f"{unique}.corrections", 2, 1),
        foreign.NewTopic(f"{unique}.fingerprints", 2, 1, config={"retention.ms": "3600000"}),
    ]
    for future in admin.create_topics(planted).values():
        future.result(30)
    in_an_hour = int(time.time() * 1000) + 3_600_000
    produce(kafka_broker, f"{unique}.fingerprints", 0, [(None, b"x", [], in_an_hour)])
    code, said = wirecopy(environment(kafka_broker, unique), "check-config", "--connect")
    assert code == 1
    for sentence in (
        f"{unique}.fingerprints: FAULT: has 2 partitions but must have 1",
        "FAULT: message.timestamp.type is CreateTime but must be LogAppendTime",
        "FAULT: retention.ms is 3600000 but must be at least",
        f"{unique}.corrections: FAULT: cleanup.policy is delete but must be compact",
        f"{unique}.enriched: FAULT: max.message.bytes is 1000000 but must be at least",
        f"{unique}.dead: FAULT: missing",
        "behind the brokers' clock",
    ):
        assert sentence in said, said


def test_brokers_that_do_not_answer_are_one_sentence() -> None:
    given = environment("127.0.0.1:9", "x") | {"WIRECOPY_LOG_LEVEL": "ERROR"}
    code, said = wirecopy(given, "check-config", "--connect")
    assert code == 1
    assert "wirecopy: connecting: KafkaConnectionError" in said
    assert "Traceback" not in said


async def test_the_answers_are_those_of_the_broker(kafka_broker: str, unique: str) -> None:
    given = environment(kafka_broker, unique)
    assert wirecopy(given, "topics")[0] == 0
    # the desk's too: others on this broker may have made those of the usual names
    own = (*(name for name in NAMES if name != "raw"), "matches", "watches", "feedback", "matches_dead")
    names: dict[str, Any] = {f"topic_{name}": f"{unique}.{name}" for name in own}
    chosen = Settings(
        kafka_bootstrap_servers=kafka_broker, kafka_group_id=unique, topic_raw=(f"{unique}.raw",), **names
    )
    told = await cluster_access(chosen.kafka_options())
    assert (told.brokers, told.waits_for_pending_offsets, told.under_replicated) == (1, True, {})
    assert float(told.kafka_version) >= 3.8
    assert set(told.topics) == {f"{unique}.{name}" for name in NAMES}
    assert (told.group_fault, told.transactional_fault, told.log_newest_ms) == ("", "", None)
    assert told.offsets_retention_ms == 7 * 24 * 3600 * 1000  # Kafka's own


@pytest.mark.parametrize(
    ("differing", "said"),
    [
        ({}, None),
        ({"topics": {**WELL.topics, "articles.raw": frozenset()}}, "Allow our principal READ on this topic"),
        (
            {"topics": {**WELL.topics, "articles.dead": frozenset(("READ",))}},
            "Allow our principal WRITE on this topic",
        ),
        (
            {"topics": {**WELL.topics, "articles.fingerprints": frozenset(("READ",))}},
            "Allow our principal WRITE on this topic",
        ),
        ({"topics": dict.fromkeys(WELL.topics), "group": None}, None),  # no authorizer
        ({"group": frozenset(("DESCRIBE",))}, "Allow our principal READ on this group"),
        (
            {"group": frozenset(), "group_fault": "GroupAuthorizationFailedError"},
            "Allow our principal READ on this group",
        ),
        ({"transactional_fault": "refused"}, "WRITE on transactional ids"),
        ({"waits_for_pending_offsets": False}, "Upgrade them"),
        ({"log_newest_ms": 10_500}, None),
        ({"log_newest_ms": 12_000}, "2.0 s behind"),
    ],
)
def test_what_is_not_as_it_must_be_is_told(differing: dict[str, object], said: str | None) -> None:
    found = access_findings(replace(WELL, **differing), Settings(), 10_000)  # type: ignore[arg-type]
    faults = [finding.text for finding in found if finding.fault]
    assert len(faults) == (0 if said is None else 1), faults
    assert said is None or said in faults[0]


@pytest.mark.parametrize(
    ("days", "said"),
    [(None, "cannot read offsets.retention.minutes"), (7, "forgotten 7 days after"), (3_650, None)],
)
def test_how_long_brokers_remember_offsets_is_noted(days: int | None, said: str | None) -> None:
    kept = None if days is None else days * 24 * 3600 * 1000
    found = list(access_findings(replace(WELL, offsets_retention_ms=kept), Settings(), 10_000))
    notes = [finding.text for finding in found if "offsets" in finding.text]
    assert len(notes) == (said is not None)
    assert said is None or (said in notes[0] and not any(finding.fault for finding in found))
