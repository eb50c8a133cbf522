"""How a cluster stands to our principal: what it speaks, what it lets us do. For `check-config --connect`.

Asked, not tried, wherever Kafka tells (KIP-430: the operations that a principal may do, in the answers on
topics and groups), so that nothing is written and no replica is disturbed. For transactional ids there is
no such answer: one id that no replica uses, with the group's name before it, is opened and left alone.

The client speaks versions of these requests that do not carry the answer, so the two are laid out here, as
Kafka's protocol guide has them (https://kafka.apache.org/protocol: Metadata 8, DescribeGroups 3).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import aiokafka
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, errors
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.admin import ApiVersionRequest, DescribeGroupsRequest_v3, DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

from wirecopy.shell.backends.kafka.client import connection, within
from wirecopy.shell.backends.kafka.deadlines import close_bounded
from wirecopy.shell.errors import PortError
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import ClusterAccess

OPERATIONS = {3: "READ", 4: "WRITE", 5: "CREATE", 8: "DESCRIBE", 10: "DESCRIBE_CONFIGS"}  # bit: its name
OFFSETS_RETENTION = "offsets.retention.minutes"
UNKNOWN = -(2**31)  # the broker has no authorizer, or does not say
# The request that came with a release, newest first; brokers do not tell their version by name.
CAME_WITH = ((77, "4.1"), (76, "4.0"), (75, "3.8"), (68, "3.5"), (65, "3.0"), (60, "2.8"), (48, "2.6"))
COORDINATOR_SECONDS_MAX = 10
OFFSET_FETCH, STABLE_VERSION = 9, 7  # KIP-447: offsets of pending transactions are waited for


class _MetadataResponse(Response):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", Array(("node_id", Int32), ("host", String()), ("port", Int32), ("rack", String()))),
        ("cluster_id", String()),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String()),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("authorized_operations", Int32),
    )


class _MetadataStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(String())),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _GroupsStruct(DescribeGroupsRequest_v3):  # type: ignore[misc]
    RESPONSE_TYPE = DescribeGroupsResponse_v3


class _MetadataRequest(Request[_MetadataStruct]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = list(topics)

    def build(self, request_struct_class: Any) -> Any:
        return request_struct_class(self._topics, False, False, True)


class _GroupsRequest(Request[_GroupsStruct]):  # type: ignore[misc]
    API_KEY = 15

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: Any) -> Any:
        return request_struct_class([self._group], True)


def _operations(bits: int) -> frozenset[str] | None:
    if bits == UNKNOWN:
        return None
    return frozenset(name for bit, name in OPERATIONS.items() if bits >> bit & 1)


async def cluster_access(options: KafkaOptions) -> ClusterAccess:
    """Raises `PortError` where the brokers cannot be reached; what else is wrong is in the answer."""
    client = AIOKafkaAdminClient(**connection(options))
    try:
        async with within(options.call_timeout_ms, "connecting"):
            await client.start()
        async with within(options.call_timeout_ms, "asking what the brokers speak and allow"):
            spoken = {key: most for key, _, most in (await _ask(client, ApiVersionRequest())).api_versions}
            names = [*options.topics.raw, *_outputs(options)]
            metadata = await _ask(client, _MetadataRequest(names))
            group, group_fault = await _group(client, options.group_id)
            offsets_retention_ms = await _offsets_retention_ms(client, metadata.brokers[0][0])
    finally:
        await close_bounded(client.close, options.close_timeout_ms)
    return ClusterAccess(
        brokers=len(metadata.brokers),
        kafka_version=next((release for key, release in CAME_WITH if key in spoken), "before 2.6"),
        waits_for_pending_offsets=spoken.get(OFFSET_FETCH, 0) >= STABLE_VERSION,
        topics={topic[1]: _operations(topic[4]) for topic in metadata.topics if topic[0] == 0},
        under_replicated={
            topic[1]: few
            for topic in metadata.topics
            if (few := sum(len(part[5]) < len(part[4]) for part in topic[3]))
        },
        group=group,
        group_fault=group_fault,
        transactional_fault=await _transactional_fault(options),
        log_newest_ms=await _log_newest_ms(options),
        offsets_retention_ms=offsets_retention_ms,
    )


def _outputs(options: KafkaOptions) -> tuple[str, ...]:
    topics = options.topics
    return (
        topics.enriched,
        topics.corrections,
        topics.dead,
        topics.fingerprints,
        topics.matches,
        topics.watches,
        topics.feedback,
    )


async def _ask(client: Any, request: Any, node: int | None = None) -> Any:
    return await client._send_request(request, node)  # noqa: SLF001 - the client has no public way to ask


async def _group(client: Any, group: str) -> tuple[frozenset[str] | None, str]:
    """Operations, and what kept us from asking. Of a cluster whose first group this is, the coordinator takes a
    moment."""
    give_up_at = asyncio.get_running_loop().time() + COORDINATOR_SECONDS_MAX
    while True:
        try:
            node = await client.find_coordinator(group)
            metadata = (await _ask(client, _GroupsRequest(group), node)).groups[0]
            if metadata[0] == 0:
                return _operations(metadata[6]), ""
            raise errors.for_code(metadata[0])
        except errors.KafkaError as error:
            if not error.retriable or asyncio.get_running_loop().time() > give_up_at:
                return frozenset(), type(error).__name__
        await asyncio.sleep(0.3)


async def _offsets_retention_ms(client: Any, broker: int) -> int | None:
    """`offsets.retention.minutes` of a broker; None where its configuration may not be read."""
    resource = ConfigResource(ConfigResourceType.BROKER, str(broker), {OFFSETS_RETENTION: None})
    for response in await client.describe_configs([resource]):
        for code, _message, _kind, _name, entries in response.resources:
            for entry in entries if code == 0 else ():
                if entry[0] == OFFSETS_RETENTION and entry[1]:
                    return int(entry[1]) * 60_000
    return None


async def _transactional_fault(options: KafkaOptions) -> str:
    producer = AIOKafkaProducer(
        **connection(options),
        transactional_id=f"{options.group_id}:check-config",
        transaction_timeout_ms=1_000,
    )
    try:
        async with within(options.call_timeout_ms, "opening a transactional id"):
            await producer.start()
    except PortError as error:
        return str(error)
    finally:
        await close_bounded(producer.stop, options.close_timeout_ms)
    return ""


async def _log_newest_ms(options: KafkaOptions) -> int | None:
    """The brokers' time of the newest record of the fingerprint log; None where it has none, or may not be read."""
    one = aiokafka.TopicPartition(options.topics.fingerprints, 0)
    consumer = AIOKafkaConsumer(**connection(options), group_id=None, enable_auto_commit=False)
    try:
        async with within(options.call_timeout_ms, "reading the end of the fingerprint log"):
            await consumer.start()
            consumer.assign([one])
            end = (await consumer.end_offsets([one]))[one]
            begin = (await consumer.beginning_offsets([one]))[one]
            if end == begin:
                return None
            consumer.seek(one, end - 1)
            record = await asyncio.wait_for(consumer.getone(one), 5)
    except (PortError, TimeoutError):
        return None
    finally:
        await close_bounded(consumer.stop, options.close_timeout_ms)
    return int(record.timestamp)
