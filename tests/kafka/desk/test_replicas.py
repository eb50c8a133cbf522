"""What is set at one replica holds at all: watches and opinions over HTTP, with tokens; evidence has the broker's times."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.kafka.client import read_committed
from tests.kafka.service import Deployment, deployed, wait_until
from tests.kafka.stream import Piece
from tests.shell.standalone.served import JSON, Answer, ask
from wirecopy import samples
from wirecopy.shell.desk.evidence.bundle import verify
from wirecopy.shell.desk.evidence.keys import new_key

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

TOKEN = {"authorization": "Bearer aaaaaaaaaaaaaaaa1"}
COPY = "dailyharbour-9001"


def port_of(deployment: Deployment, number: int) -> int:
    log = deployment.folder / f"replica-{number}.log"
    wait_until(lambda: '"http_port"' in log.read_text(), 60, deployment.logs)
    found = re.search(r'"http_port": (\d+)', log.read_text())
    assert found is not None
    port = int(found[1])
    wait_until(lambda: ask(port, "/readyz").status == 200, 60, deployment.logs)
    return port


def post(port: int, path: str, value: Any) -> Answer:
    return ask(port, path, json.dumps(value).encode(), JSON, **TOKEN)


def get(port: int, path: str) -> Answer:
    return ask(port, path, None, JSON, **TOKEN)


def test_replicas_agree_on_watches_and_opinions(kafka_broker: str, unique: str, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("meridian aaaaaaaaaaaaaaaa1\n")
    new_key(tmp_path / "key")
    with deployed(kafka_broker, unique, tmp_path, partitions=2) as deployment:
        topics = ("matches", "watches", "matches_dead", "feedback")
        deployment.settings = {
            "WIRECOPY_DESK_ENABLED": "true",
            "WIRECOPY_PAGES_ENABLED": "true",
            "WIRECOPY_DESK_TOKENS_FILE": str(tmp_path / "tokens"),
            "WIRECOPY_EVIDENCE_KEY_FILE": str(tmp_path / "key"),
            **{f"WIRECOPY_TOPIC_{name.upper()}": deployment.topic(name) for name in topics},
        }
        deployment.create_topics()
        deployment.start(), deployment.start()
        first, second = port_of(deployment, 0), port_of(deployment, 1)
        assert ask(first, "/api/watches").status == 401
        assert post(first, "/api/watches", {"id": "ours", "publishers": ["Meridian Press"]}).status == 201
        wait_until(lambda: get(second, "/api/watches/ours").status == 200, 10, deployment.logs)
        deployment.produce([Piece(at % 2, line) for at, line in enumerate(samples.lines())])
        deployment.wait_for(len(samples.lines()))
        matches = read_committed(kafka_broker, deployment.topic("matches"))
        assert matches and {json.loads(read.value or b"")["watch"]["tenant"] for read in matches} == {
            "meridian"
        }
        for port in (first, second):
            wait_until(lambda port=port: ask(port, f"/articles/{COPY}").status == 200, 20, deployment.logs)  # type: ignore[misc]
            found = verify(ask(port, f"/articles/{COPY}/bundle.zip").body)
            assert found.faults == () and found.manifest["copy"]["received_at"] is not None
        assert post(first, "/api/feedback", {"id": COPY, "judgement": "right"}).status == 201
        wait_until(lambda: len(get(second, "/api/feedback").json["feedback"]) == 1, 10, deployment.logs)
        assert ask(second, "/report.json?publisher=Meridian%20Press&period=2026-W23").json["copies"] > 0
        deployment.stop()
