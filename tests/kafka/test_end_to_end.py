"""The service as it is deployed: processes on a real broker, read by a client that is not ours."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.kafka.service import deployed, wait_until
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


@pytest.mark.parametrize("seconds", [0.0, 0.4, 1.2])  # while it warms up, follows the log, joins the group
def test_a_replica_that_is_asked_to_stop_while_it_starts_ends_well(
    kafka_broker: str, unique: str, tmp_path: Path, seconds: float
) -> None:
    with deployed(kafka_broker, unique, tmp_path) as deployment:
        deployment.wait_until_begun(deployment.start())
        time.sleep(seconds)
        deployment.stop()


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


def test_a_zombie_publishes_nothing(kafka_broker: str, unique: str, tmp_path: Path) -> None:
    """A replica is stopped past its session, loses its partitions, and goes on as if nothing had been."""
    with deployed(kafka_broker, unique, tmp_path) as deployment:
        zombie, _ = deployment.start(), deployment.start()
        deployment.produce(pieces(300, 6, seed=4))
        deployment.wait_for(100)
        deployment.produce(pieces(500, 6, seed=4, first=300))
        zombie.send_signal(signal.SIGSTOP)
        try:
            time.sleep(9)
            deployment.produce(pieces(200, 6, seed=4, first=800))
            deployment.wait_for(1_000)
        finally:
            zombie.send_signal(signal.SIGCONT)
        deployment.produce(pieces(200, 6, seed=4, first=1_000))
        deployment.wait_for(1_200)
        deployment.stop()
        deployment.check()


def test_two_processes_with_one_instance_id_end_with_a_clear_error(
    kafka_broker: str, unique: str, tmp_path: Path
) -> None:
    """A12: they steal the partitions from each other at every heartbeat, and no broker says so."""
    settings = {
        "WIRECOPY_KAFKA_GROUP_INSTANCE_ID": "the-same",
        "WIRECOPY_PIPELINE_REASSIGNMENTS_MAX": "4",
    }
    with deployed(kafka_broker, unique, tmp_path, settings=settings) as deployment:
        pair = [deployment.start(), deployment.start()]
        give_up_at = time.monotonic() + 90
        while all(process.poll() is None for process in pair):
            assert time.monotonic() < give_up_at, deployment.logs()
            time.sleep(0.2)
        assert {process.poll() for process in pair} <= {1, None}
        assert "share one instance id" in deployment.logs()
        deployment.produce(pieces(200, 6, seed=5))

        def done() -> bool:
            if all(process.poll() is not None for process in deployment.replicas):
                deployment.start()  # neither knew that the other was giving up too
            return len(deployment.out()) >= 200

        wait_until(done, 120, deployment.logs)
        for process in deployment.replicas:
            if process.poll() is None:
                process.terminate()
                process.wait(45)
        deployment.check()
