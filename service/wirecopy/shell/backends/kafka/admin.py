"""Topics: which there are, how they are set up, and making them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import errors
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from wirecopy.shell.backends.kafka.client import connection, translate, within
from wirecopy.shell.backends.kafka.deadlines import close_bounded, close_in_background
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import TopicSpec, TopicState

BATCH_OVERHEAD_BYTES = 1024  # of a batch with its header, generously, under the topic's max.message.bytes


class KafkaAdmin:
    """See `Admin`. Connects at the first call."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._client: Any = None

    async def _started(self) -> Any:
        if self._client is None:
            client = AIOKafkaAdminClient(**connection(self._options))
            try:
                async with within(self._options.call_timeout_ms, "connecting"):
                    await client.start()
            except BaseException:
                close_in_background(client.close, self._options.close_timeout_ms)
                raise
            self._client = client
        return self._client

    async def topics(self, names: Sequence[str]) -> Mapping[str, TopicState]:
        client = await self._started()
        async with within(self._options.call_timeout_ms, "describing topics"):
            there = set(await client.list_topics()).intersection(names)
            told = await client.describe_topics(sorted(there)) if there else []
            configs = await self._configs(client, sorted(there))
        found = {}
        for topic in told:
            if topic["error_code"] == 0 and topic["partitions"]:
                name = topic["topic"]
                replicas = min(len(partition["replicas"]) for partition in topic["partitions"])
                found[name] = TopicState(name, len(topic["partitions"]), replicas, configs.get(name, {}))
        return found

    async def _configs(self, client: Any, names: Sequence[str]) -> dict[str, dict[str, str]]:
        if not names:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found: dict[str, dict[str, str]] = {}
        for response in await client.describe_configs(resources):
            for code, _message, _kind, name, entries in response.resources:
                if code == 0:
                    found[name] = {entry[0]: entry[1] for entry in entries}
        return found

    async def create(self, specs: Sequence[TopicSpec]) -> None:
        """Those that exist are left as they are."""
        client = await self._started()
        new = [
            NewTopic(spec.name, spec.partitions, spec.replication_factor, topic_configs=dict(spec.config))
            for spec in specs
        ]
        async with within(self._options.call_timeout_ms, "creating topics"):
            response = await client.create_topics(new)
        for name, code, *message in response.topic_errors:
            if code not in (0, errors.TopicAlreadyExistsError.errno):
                raise translate(errors.for_code(code)(*message), f"creating topic {name}")

    async def close(self) -> None:
        if self._client is not None:
            await close_bounded(self._client.close, self._options.close_timeout_ms)
            self._client = None


def bound_of(state: TopicState) -> int | None:
    told = state.config.get("max.message.bytes")
    return None if told is None else int(told) - BATCH_OVERHEAD_BYTES
