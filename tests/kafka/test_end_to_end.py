"""The service as it is deployed: processes on a real broker, read by a client that is not ours."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.kafka.service import deployed
from tests.kafka.stream import pieces

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(280)]


@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_every_record_goes_out_once_whatever_the_number_of_replicas(
    kafka_broker: str, unique: str, tmp_path: Path, replicas: int
) -> None:
    """With more than one, the last joins in the middle, the first leaves: two rebalances."""
    with deployed(kafka_broker, unique, tmp_path) as deployment:
        for _ in range(max(1, replicas - 1)):
            deployment.start()
        deployment.produce(pieces(600, 6, seed=replicas))
        deployment.wait_for(100)
        if replicas > 1:
            deployment.start()
        deployment.produce(pieces(600, 6, seed=replicas, first=600))
        deployment.wait_for(700)
        if replicas > 1:
            deployment.replicas[0].terminate()
            assert deployment.replicas[0].wait(45) == 0, deployment.logs()
        deployment.produce(pieces(300, 6, seed=replicas, first=1_200))
        deployment.wait_for(1_500)
        deployment.stop()
        counts = deployment.check()
    assert counts.raw == 1_500
    assert 20 < counts.dead < 100 and counts.enriched > 1_000


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_replica_loses_nothing_and_repeats_nothing(
    kafka_broker: str, unique: str, tmp_path: Path, seed: int
) -> None:
    """SIGKILL under load, a restart, SIGKILL of the other one."""
    with deployed(kafka_broker, unique, tmp_path) as deployment:
        first, second = deployment.start(), deployment.start()
        deployment.produce(pieces(400, 6, seed))
        deployment.wait_for(50)
        for victim, begin in ((first, 400), (second, 900)):
            deployment.produce(pieces(500, 6, seed, first=begin))
            time.sleep(0.2 * seed)
            deployment.kill(victim)
            deployment.start()
            deployment.produce(pieces(100, 6, seed, first=begin + 500))
        deployment.wait_for(1_600)
        deployment.stop()
        counts = deployment.check()
    assert counts.raw == 1_600
