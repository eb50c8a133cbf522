"""The ids of topics (KIP-516): what tells a topic from an earlier one by its name.

The client speaks versions of the metadata request that do not carry them, so version 10 is laid out here, as Kafka's
protocol guide has it (https://kafka.apache.org/protocol: Metadata 10). Brokers before Kafka 2.8 do not know it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from wirecopy.shell.backends.kafka.client import within

NO_ID = uuid.UUID(int=0)


class _Uuid(AbstractType):  # type: ignore[misc]
    @classmethod
    def encode(cls, value: uuid.UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> uuid.UUID:
        return uuid.UUID(bytes=data.read(16))


_TAGS = ("tags", TaggedFields)


class _IdsResponse(Response):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString()),
                ("port", Int32),
                ("rack", CompactString()),
                _TAGS,
            ),
        ),
        ("cluster_id", CompactString()),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString()),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        _TAGS,
                    ),
                ),
                ("authorized_operations", Int32),
                _TAGS,
            ),
        ),
        ("authorized_operations", Int32),
        _TAGS,
    )


class _IdsStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 10
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _IdsResponse
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("topic", CompactString()), _TAGS)),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        _TAGS,
    )


class _IdsRequest(Request[_IdsStruct]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: Any) -> Any:
        return request_struct_class([(NO_ID, name, {}) for name in self._topics], False, False, False, {})


async def topic_ids(client: Any, names: Sequence[str], timeout_ms: int) -> Mapping[str, str] | None:
    """The id of each topic that exists, asked of any broker; None where the brokers know no ids.

    Raises `UnavailableError`.
    """
    async with within(timeout_ms, "asking for the ids of the topics"):
        try:
            told = await client.send(client.get_random_node(), _IdsRequest(names))
        except NotImplementedError:  # an older broker
            return None
    return {topic[1]: str(topic[2]) for topic in told.topics if topic[0] == 0 and topic[2] != NO_ID}
