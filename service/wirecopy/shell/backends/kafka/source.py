"""The raw topics, as a member of the consumer group. Positions belong to the pipeline: a partition gives nothing until it
is seeked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import aiokafka
from aiokafka import AIOKafkaConsumer, errors
from aiokafka.abc import ConsumerRebalanceListener

from wirecopy.shell.backends.kafka.client import connection, guard_offset_fetch, raw_record, translate, within
from wirecopy.shell.backends.kafka.damage import isolate, taken_damage
from wirecopy.shell.backends.kafka.deadlines import cancellations, close_bounded, close_in_background
from wirecopy.shell.backends.kafka.topic_ids import topic_ids
from wirecopy.shell.backends.offsets import place
from wirecopy.shell.committed import Committed, read_committed
from wirecopy.shell.errors import (
    OffsetLostError,
    PortError,
    RefusalKind,
    RefusedError,
    StalledError,
    UnavailableError,
)
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import AssignmentListener, Damage, RawRecord, TopicPartition

NOBODY = aiokafka.TopicPartition("", 0)  # polling for it keeps the membership and returns nothing


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """The client only logs what its listener raises (A9): here it breaks the source, and the next poll says
    so.
    """

    def __init__(self, source: KafkaSource) -> None:
        self._source = source

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        await self._source.when_revoked(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        await self._source.when_assigned(assigned)


class KafkaSource:
    """A member of the consumer group. See `RawSource`."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._listener: AssignmentListener | None = None
        self._consumer: Any = None
        self._assigned: frozenset[TopicPartition] = frozenset()
        self._reading: set[TopicPartition] = set()
        self._broken: BaseException | None = None

    async def start(self, listener: AssignmentListener) -> None:
        options = self._options
        self._listener = listener
        consumer = AIOKafkaConsumer(
            **connection(options),
            group_id=options.group_id,
            group_instance_id=options.group_instance_id,
            session_timeout_ms=options.session_timeout_ms,
            heartbeat_interval_ms=options.heartbeat_interval_ms,
            rebalance_timeout_ms=options.rebalance_timeout_ms,
            max_poll_interval_ms=options.max_poll_interval_ms,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=options.fetch_partition_bytes_max,
            fetch_max_bytes=options.fetch_bytes_max,
        )
        self._consumer = consumer
        try:
            async with within(options.call_timeout_ms, "joining the group"):
                await consumer.start()
                guard_offset_fetch(consumer._coordinator)  # noqa: SLF001
                there = await consumer.topics()
        except BaseException:
            close_in_background(consumer.stop, options.close_timeout_ms)
            raise
        missing = [topic for topic in options.topics.raw if topic not in there]
        if missing:
            close_in_background(consumer.stop, options.close_timeout_ms)
            raise RefusedError(
                RefusalKind.NO_SUCH_TOPIC, f"no such raw topic (or no right to see it): {', '.join(missing)}"
            )
        consumer.subscribe(topics=list(options.topics.raw), listener=_Listener(self))

    async def when_assigned(self, assigned: Iterable[Any]) -> None:
        partitions = frozenset(TopicPartition(one.topic, one.partition) for one in assigned)
        try:
            self._consumer.pause(
                *assigned
            )  # until the pipeline has seeked: nothing is to be fetched at a stale offset
            isolate(self._state_of(one) for one in partitions)
            self._assigned = partitions
            assert self._listener is not None
            await self._listener.assigned(partitions)
        except Exception as error:
            self._broken = error

    async def when_revoked(self, revoked: Iterable[Any]) -> None:
        partitions = frozenset(TopicPartition(one.topic, one.partition) for one in revoked)
        self._assigned -= partitions
        self._reading -= partitions
        try:
            if self._listener is not None:
                await self._listener.revoked(partitions)
        except Exception as error:
            self._broken = error

    async def poll(self, timeout_ms: int, records_max: int) -> Mapping[TopicPartition, Sequence[RawRecord]]:
        if self._broken is not None:
            raise StalledError(f"a rebalance failed: {self._broken!r}") from self._broken
        options = self._options
        wanted = [aiokafka.TopicPartition(*one) for one in self._reading] or [NOBODY]
        # during a rebalance the client does not look at the time-out (A6): it ends within these, or never
        before = cancellations()
        stalled_ms = timeout_ms + options.rebalance_timeout_ms + options.session_timeout_ms
        try:
            async with asyncio.timeout(stalled_ms / 1000):
                got = await self._consumer.getmany(*wanted, timeout_ms=timeout_ms, max_records=records_max)
        except TimeoutError as error:
            raise StalledError(
                f"the consumer did not come back from a poll within {stalled_ms} ms"
            ) from error
        except errors.OffsetOutOfRangeError as error:
            for lost in error.args[0] if error.args else ():
                raise OffsetLostError(TopicPartition(*lost), f"out of range: {error}") from error
            raise UnavailableError(f"polling: {error}") from error
        except errors.RecordTooLargeError as error:  # a batch's length is damaged
            one, offset = error.args[1:3]
            self._state_of(one).damage = Damage(offset, offset + 1, "the length of its batch is damaged")
            got = {}
        except (errors.ConsumerStoppedError, errors.IllegalStateError) as error:
            raise StalledError(f"polling: {error!r}") from error
        except asyncio.CancelledError:
            if cancellations() > before:
                raise
            raise StalledError("the consumer cancelled its own poll") from None
        except Exception as error:
            raise _of_polling(error) from error
        return {
            TopicPartition(one.topic, one.partition): [raw_record(record) for record in records]
            for one, records in got.items()
        }

    def _state_of(self, partition: TopicPartition) -> Any:
        subscription = self._consumer._subscription.subscription  # noqa: SLF001
        return subscription.assignment.state_value(aiokafka.TopicPartition(*partition))

    def take_damaged(self) -> Mapping[TopicPartition, Damage]:
        found = {}
        for partition in sorted(self._reading):
            try:
                damage = taken_damage(self._state_of(partition))
            except AttributeError:  # just revoked
                continue
            if damage is not None:
                found[partition] = damage
                self.pause(partition)
        return found

    def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition in self._assigned:
            self._quietly(lambda: self._consumer.seek(aiokafka.TopicPartition(*partition), offset))

    def pause(self, partition: TopicPartition) -> None:
        self._reading.discard(partition)

    def resume(self, partition: TopicPartition) -> None:
        if partition in self._assigned and partition not in self._reading:
            self._reading.add(partition)
            self._quietly(lambda: self._consumer.resume(aiokafka.TopicPartition(*partition)))

    def _quietly(self, call: Callable[[], None]) -> None:
        """A partition that the client has just lost: we are about to be told."""
        try:
            call()
        except (errors.IllegalStateError, AssertionError):
            return

    def assignment(self) -> frozenset[TopicPartition]:
        return self._assigned

    def static_member(self) -> bool:
        return self._options.group_instance_id is not None

    async def committed(self, partition: TopicPartition) -> Committed | None:
        """Only for `KafkaOutputs.open`, after the fence: before it, this may be stale (A2)."""
        one = aiokafka.TopicPartition(*partition)
        async with within(self._options.call_timeout_ms, f"reading the committed offset of {partition}"):
            # the client's own `committed` leaves the note out
            found = await self._consumer._coordinator.fetch_committed_offsets([one])  # noqa: SLF001
        return read_committed(found[one].offset, found[one].metadata) if one in found else None

    async def topic_ids(self) -> Mapping[str, str] | None:
        topics = self._options.topics
        client = self._consumer._client  # noqa: SLF001 - the client has no public way to ask
        return await topic_ids(client, [*topics.raw, topics.fingerprints], self._options.call_timeout_ms)

    async def resume_offset(
        self,
        partition: TopicPartition,
        committed: Committed | None,
        judged: tuple[int, int] | None = None,
        topic_id: str = "",
    ) -> int:
        one = aiokafka.TopicPartition(*partition)
        async with within(self._options.call_timeout_ms, f"reading the bounds of {partition}"):
            first: int = (await self._consumer.beginning_offsets([one]))[one]
            end: int = (await self._consumer.end_offsets([one]))[one]
        return place(
            partition,
            committed,
            judged,
            (first, end),
            self._options.auto_offset_reset,
            self._options.offset_lost,
            topic_id,
        )

    def position(self, partition: TopicPartition) -> int | None:
        if partition not in self._reading:
            return None
        state = self._consumer._subscription.subscription  # noqa: SLF001 - `position()` would wait
        try:
            found = state.assignment.state_value(aiokafka.TopicPartition(*partition))
        except AttributeError:
            return None
        return found.position if found is not None and found.has_valid_position else None

    def end_offset(self, partition: TopicPartition) -> int | None:
        if partition not in self._assigned:
            return None
        try:
            end: int | None = self._consumer.last_stable_offset(aiokafka.TopicPartition(*partition))
        except (errors.IllegalStateError, AssertionError):
            return None
        return end

    async def stop(self, leave: bool) -> None:
        self._listener = None
        self._assigned, self._reading = frozenset(), set()
        if self._consumer is None:
            return
        if leave:
            await close_bounded(self._consumer.stop, self._options.close_timeout_ms)
        else:
            close_in_background(self._consumer.stop, self._options.close_timeout_ms)


def _of_polling(error: Exception) -> PortError:
    """A consumer whose coordination failed without a code stays failed: only a new one helps."""
    if type(error) is errors.KafkaError:
        return StalledError(f"polling: {error}")
    return translate(error, "polling")
