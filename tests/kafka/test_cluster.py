"""A broker that is taken out of the cluster and never comes back, while transactions are under way (A14).

Two nodes, every topic on both: the one that goes may coordinate the group and the transactions and lead
partitions. What is left must take over, and the pipeline go on: nothing lost, nothing twice, no transaction open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.kafka.test_faults import PARTITIONS, assert_exactly_once, put, running, wait_for
from tests.shell.backends.test_contract import options_of
from tools.kafka import Broker, KafkaMissingError, free_ports, new_broker
from wirecopy.shell.backends.kafka.admin import KafkaAdmin
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import TopicSpec

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

BOTH = {
    "offsets.topic.replication.factor": "2",
    "transaction.state.log.replication.factor": "2",
    "transaction.state.log.min.isr": "1",
    "min.insync.replicas": "1",
    "replica.lag.time.max.ms": "3000",
    "broker.session.timeout.ms": "4000",
    "broker.heartbeat.interval.ms": "500",
}


@dataclass(frozen=True)
class Cluster:
    staying: Broker
    leaving: Broker


@pytest.fixture
def cluster(kafka_jars: None, tmp_path: Path) -> Iterator[Cluster]:
    port, controller, second = free_ports(3)
    nodes: list[Broker] = []
    try:
        one = {
            **BOTH,
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        }
        two = {
            **BOTH,
            "process.roles": "broker",
            "node.id": "2",
            "listeners": f"PLAINTEXT://127.0.0.1:{second}",
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        }
        for folder, its_port, config in (("one", port, one), ("two", second, two)):
            node = new_broker(tmp_path / folder, its_port, config)
            nodes.append(node)
            node.start()
        yield Cluster(*nodes)
    except KafkaMissingError as error:
        pytest.fail(str(error))
    finally:
        for node in nodes:
            node.kill()


async def _topics(options: KafkaOptions) -> None:
    """All on both nodes, as soon as the second has joined."""
    topics = options.topics
    specs = [
        TopicSpec(name, 1 if name == topics.fingerprints else PARTITIONS, 2, {})
        for name in (*topics.raw, topics.enriched, topics.corrections, topics.dead, topics.fingerprints)
    ]
    admin = KafkaAdmin(options)
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    await admin.create(specs)
                    break
                except Exception:
                    await asyncio.sleep(0.5)
    finally:
        await admin.close()


async def test_a_broker_that_is_removed_leaves_nothing_undone(cluster: Cluster, unique: str) -> None:
    both = f"{cluster.leaving.bootstrap},{cluster.staying.bootstrap}"
    options = replace(
        options_of(both, unique),
        request_timeout_ms=3_000,
        call_timeout_ms=5_000,
        close_timeout_ms=1_000,
        metadata_max_age_ms=2_000,
        transaction_timeout_ms=10_000,
    )
    await _topics(options)
    async with running(options):
        await put(options, 0, 300)
        await wait_for(options, 100)
        feeding = asyncio.create_task(put(options, 300, 300))
        await asyncio.sleep(0.2)
        cluster.leaving.kill()
        await feeding
        alone = replace(options, bootstrap_servers=cluster.staying.bootstrap)
        await put(alone, 600, 300)
        await wait_for(alone, 900, seconds=150)
    await assert_exactly_once(alone, 900)
