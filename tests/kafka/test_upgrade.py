"""The roll-out of a release with another engine version, as docs/runbook.md has it, with two versions of the service
on a real broker: the plain way is refused before it does harm, the procedure loses nothing, says nothing twice,
and the new release knows what was published before it came."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kafka.client import read_committed
from tests.kafka.service import ROOT, Deployment, deployed, wait_until
from tests.kafka.stream import Piece, pieces

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(280)]

SENTENCES = [
    f"Ferry number {n} left the harbour of Port Selm at {n} past noon with {n * 3} on board."
    for n in range(40)
]


@dataclass
class NextVersion(Deployment):
    """Replicas of the next engine version."""

    def start(self) -> subprocess.Popen[bytes]:
        with (self.folder / f"replica-next-{len(self.replicas)}.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.kafka.next_version", "run"],
                env=self.environment(), cwd=ROOT, stdout=output, stderr=output,
            )  # fmt: skip
        self.replicas.append(process)
        return process


def story(number: int, publisher: str) -> Piece:
    record = {"id": f"story-{number}-{publisher}", "publisher": publisher, "body": " ".join(SENTENCES)}
    return Piece(number % 6, json.dumps(record).encode())


def shadow_of(old: Deployment) -> NextVersion:
    """Beside the old release: its raw topic, and everything else of its own."""
    names = ("enriched", "corrections", "dead")
    settings = {f"WIRECOPY_TOPIC_{name.upper()}": f"{old.topic(name)}.shadow" for name in names}
    log = {"WIRECOPY_TOPIC_FINGERPRINTS": old.topic("fingerprints.2")}
    group = {"WIRECOPY_KAFKA_GROUP_ID": f"{old.prefix}.shadow"}
    return NextVersion(old.bootstrap, old.prefix, old.folder, old.partitions, {**settings, **log, **group})


def out_of(shadow: Deployment) -> int:
    environment = shadow.environment()
    topics = [environment[f"WIRECOPY_TOPIC_{name}"] for name in ("ENRICHED", "DEAD")]
    return sum(len(read_committed(shadow.bootstrap, topic)) for topic in topics)


def ended(process: subprocess.Popen[bytes], logs: Callable[[], str]) -> int:
    wait_until(lambda: process.poll() is not None, 90, logs)
    return process.returncode


def test_the_procedure_of_the_runbook(kafka_broker: str, unique: str, tmp_path: Path) -> None:
    with deployed(kafka_broker, unique, tmp_path) as old:
        old.start()
        old.produce([story(0, "first.example"), *pieces(200, 6, seed=6)])
        old.wait_for(201)

        # the plain way: a replica of the next version beside the others, on their log
        plain = NextVersion(old.bootstrap, old.prefix, tmp_path, old.partitions)
        assert ended(plain.start(), plain.logs) == 1
        assert "need a log each" in plain.logs()
        old.produce(pieces(100, 6, seed=7, first=200))
        old.wait_for(301)

        # the procedure: beside the old release until it has caught up, then in its place
        shadow = shadow_of(old)
        shadow.create_topics()
        shadow.start()
        try:
            wait_until(lambda: out_of(shadow) >= 301, 120, shadow.logs)
            old.produce(pieces(100, 6, seed=8, first=300))
            old.stop()
            old.produce(pieces(100, 6, seed=9, first=400))  # while neither publishes
            wait_until(lambda: out_of(shadow) >= 501, 120, shadow.logs)
            shadow.stop()
        finally:
            for process in shadow.replicas:
                process.kill()
        settings = {"WIRECOPY_TOPIC_FINGERPRINTS": old.topic("fingerprints.2")}
        new = NextVersion(old.bootstrap, old.prefix, tmp_path, old.partitions, settings)
        new.start()
        try:
            new.produce([story(1, "second.example"), *pieces(100, 6, seed=10, first=500)])
            new.wait_for(602)
            new.stop()
        finally:
            for process in new.replicas:
                process.kill()
        _, enriched, _ = new.check_once()
        told = {record.key: json.loads(record.value or b"") for record in enriched}
        copy = told[b"story-1-second.example"]["republication"]
        assert (copy["verdict"], copy["original"]["id"]) == ("republication", "story-0-first.example")
