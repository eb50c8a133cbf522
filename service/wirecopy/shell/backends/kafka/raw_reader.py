"""Raw records read once more, one at a time, for those who look at an article's page."""

from __future__ import annotations

from typing import Any

import aiokafka

from wirecopy.core.model import RawPosition
from wirecopy.shell.backends.kafka.client import raw_record, reader, within
from wirecopy.shell.backends.kafka.deadlines import close_bounded, close_in_background
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.options import KafkaOptions
from wirecopy.shell.ports import RawRecord

RAW_READ_BYTES_MAX = 256 * 1024  # fetched to read one record again; a larger record comes whole all the same


class KafkaRawReader:
    """See `RawReader`. A consumer of its own, made when somebody first looks, so that the members of the group
    and their positions never notice; a failed one is thrown away.
    """

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._consumer: Any = None

    async def read(self, position: RawPosition) -> RawRecord | None:
        one = aiokafka.TopicPartition(position.topic, position.partition)
        if position.topic not in self._options.topics.raw:
            return None  # a record of the log may name any topic; only ours are read for others to see
        try:
            consumer = await self._started()
            async with within(self._options.call_timeout_ms, f"reading {position} again"):
                numbers = consumer.partitions_for_topic(position.topic)
                if numbers is not None and position.partition not in numbers:
                    return None
                consumer.assign([one])
                first = (await consumer.beginning_offsets([one]))[one]
                end = (await consumer.end_offsets([one]))[one]
                if not first <= position.offset < end:
                    return None
                consumer.seek(one, position.offset)
                got = await consumer.getmany(one, timeout_ms=self._options.request_timeout_ms, max_records=1)
            records = [raw_record(record) for record in got.get(one, ())]
            if not records:
                raise UnavailableError(f"the broker returned no record at {position}")  # noqa: TRY301
        except BaseException:
            self._drop()
            raise
        return records[0] if records[0].position == position else None

    async def _started(self) -> Any:
        if self._consumer is None:
            self._consumer = await reader(
                self._options, "connecting to read raw records again", fetch_bytes_max=RAW_READ_BYTES_MAX
            )
        return self._consumer

    def _drop(self) -> None:
        if self._consumer is not None:
            close_in_background(self._consumer.stop, self._options.close_timeout_ms)
            self._consumer = None

    async def close(self) -> None:
        if self._consumer is not None:
            await close_bounded(self._consumer.stop, self._options.close_timeout_ms)
            self._consumer = None
