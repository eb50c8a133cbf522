"""A replica with a directory for its state, killed and started again on a real broker: it reads the log's tail
alone, and says what an engine says that read the log from its beginning."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.kafka.service import Deployment, deployed, wait_until
from tests.kafka.stream import pieces

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(280)]


def events(deployment: Deployment, replica: int, name: str) -> list[dict[str, object]]:
    lines = (deployment.folder / f"replica-{replica}.log").read_text(errors="replace").splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    return [line for line in told if line["event"] == name]


def test_a_killed_replica_reads_only_the_tail(kafka_broker: str, unique: str, tmp_path: Path) -> None:
    state = tmp_path / "state"
    settings = {"WIRECOPY_STATE_DIR": str(state), "WIRECOPY_STATE_SNAPSHOT_INTERVAL_MS": "500"}
    with deployed(kafka_broker, unique, tmp_path, settings=settings) as deployment:
        first = deployment.start()
        deployment.produce(pieces(500, 6, seed=11))
        deployment.wait_for(500)
        wait_until(lambda: bool(events(deployment, 0, "snapshot_taken")), 30, deployment.logs)
        time.sleep(1.0)  # one with all of them in it
        deployment.produce(pieces(200, 6, seed=11, first=500))
        time.sleep(0.3)
        deployment.kill(first)
        saved = int(str(events(deployment, 0, "snapshot_taken")[-1]["log_offset"]))
        assert saved > 300

        deployment.start()
        deployment.produce(pieces(300, 6, seed=11, first=700))
        deployment.wait_for(1_000)
        (restored,) = events(deployment, 1, "state_restored")
        assert int(str(restored["log_offset"])) >= saved
        (caught_up,) = events(deployment, 1, "caught_up")
        assert int(str(caught_up["records"])) < 400, "the tail, and not the log"
        deployment.stop()

        deployment.start()
        deployment.produce(pieces(100, 6, seed=11, first=1_000))
        deployment.wait_for(1_100)
        (restored,) = events(deployment, 2, "state_restored")
        (caught_up,) = events(deployment, 2, "caught_up")
        assert int(str(caught_up["records"])) < 150, "a stop that was asked for has saved all"
        deployment.stop()
        assert not events(deployment, 1, "state_refused") + events(deployment, 2, "state_refused")
        counts = deployment.check()
    assert counts.raw == 1_100
