"""Where to read a raw partition on: the rule that all backends share.

A group that never committed begins where it is told. A committed offset that the topic does not hold is a loss, whatever
is done about it: retention has passed it, or the topic was created anew. So is a missing one where the fingerprint log
knows records of the partition: brokers forget the offsets of a group that stood still for `offsets.retention.minutes`. So is
an offset of another topic: one by the same name that was deleted. The default is to stop, and let people decide.
"""

from __future__ import annotations

from wirecopy.shell.committed import Committed, of_another_topic
from wirecopy.shell.errors import OffsetLostError
from wirecopy.shell.options import OffsetLostPolicy, StartAt
from wirecopy.shell.ports import TopicPartition


def place(
    partition: TopicPartition,
    committed: Committed | None,
    judged: tuple[int, int] | None,
    bounds: tuple[int, int],
    start_at: StartAt,
    offset_lost: OffsetLostPolicy,
    topic_id: str = "",
) -> int:
    """The offset to read from. `bounds`: the first offset that is held, and the one after the last. `judged`: the lowest
    and the highest one that the fingerprint log is known to hold a record of. `topic_id`: of the topic as it is now.

    A committed offset past the end of the same topic means that the topic lost its end. What it still holds was judged, so
    `earliest` begins where the log's memory does: it tells what is new there from what is not.

    Raises `OffsetLostError` where the committed offset is lost and the policy is to stop.
    """
    first, end = bounds
    if committed is None and judged is None:
        return first if start_at is StartAt.EARLIEST else end
    another = committed is not None and of_another_topic(committed, topic_id)
    if committed is not None and first <= committed.offset <= end and not another:
        return committed.offset
    match offset_lost:
        case OffsetLostPolicy.EARLIEST:
            if committed is not None and committed.offset > end and judged is not None and not another:
                return min(max(first, judged[0]), end)
            return first
        case OffsetLostPolicy.LATEST:
            return end
        case OffsetLostPolicy.STOP:
            if committed is None:
                raise OffsetLostError(partition, _forgotten(partition, judged))
            if another:
                raise OffsetLostError(partition, _made_again(partition, committed, topic_id))
            raise OffsetLostError(
                partition,
                f"the committed offset {committed.offset} of {partition.topic}-{partition.partition} is not in the topic,"
                f" which holds {first} to {end}. Set WIRECOPY_KAFKA_OFFSET_LOST to earliest or latest, or set the"
                " group's offset by hand.",
            )


def _made_again(partition: TopicPartition, committed: Committed, topic_id: str) -> str:
    return (
        f"the topic {partition.topic} was deleted and made again: the committed offset {committed.offset} of partition"
        f" {partition.partition} is of the topic with id {committed.note.topic_id}, and this one has id {topic_id}. Set"
        " WIRECOPY_KAFKA_OFFSET_LOST to earliest to read the new topic from its beginning, or to latest to skip what it"
        " holds; set it back afterwards."
    )


def _forgotten(partition: TopicPartition, judged: tuple[int, int] | None) -> str:
    return (
        f"the group has no committed offset for {partition.topic}-{partition.partition}, but the fingerprint log holds its"
        f" records up to offset {judged[1] if judged else 0}: the brokers forgot the group's offsets"
        " (offsets.retention.minutes), or this is a new group on an old log. To begin anew would publish everything again."
        " Set the group's offset by hand, or set what to do about lost offsets."
    )
