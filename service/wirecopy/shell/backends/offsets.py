"""Where to read a raw partition on: the rule that all backends share.

A group that never committed begins where it is told. A committed offset that the topic does not hold is a loss, whatever
is done about it: retention has passed it, or the topic was created anew. So is a missing one where the fingerprint log
knows records of the partition: brokers forget the offsets of a group that stood still for `offsets.retention.minutes`. The
default is to stop, and let people decide.
"""

from __future__ import annotations

from wirecopy.shell.errors import OffsetLostError
from wirecopy.shell.options import OffsetLostPolicy, StartAt
from wirecopy.shell.ports import TopicPartition


def place(
    partition: TopicPartition,
    committed_offset: int | None,
    judged_offset: int | None,
    bounds: tuple[int, int],
    start_at: StartAt,
    offset_lost: OffsetLostPolicy,
) -> int:
    """The offset to read from. `bounds`: the first offset that is held, and the one after the last. `judged_offset`: the
    highest one that the fingerprint log is known to hold a record of.

    Raises `OffsetLostError` where the committed offset is lost and the policy is to stop.
    """
    first, end = bounds
    if committed_offset is None and judged_offset is None:
        return first if start_at is StartAt.EARLIEST else end
    if committed_offset is not None and first <= committed_offset <= end:
        return committed_offset
    match offset_lost:
        case OffsetLostPolicy.EARLIEST:
            return first
        case OffsetLostPolicy.LATEST:
            return end
        case OffsetLostPolicy.STOP:
            if committed_offset is None:
                raise OffsetLostError(partition, _forgotten(partition, judged_offset))
            raise OffsetLostError(
                partition,
                f"the committed offset {committed_offset} of {partition.topic}-{partition.partition} is not in the topic,"
                f" which holds {first} to {end}. Set WIRECOPY_KAFKA_OFFSET_LOST to earliest or latest, or set the"
                " group's offset by hand.",
            )


def _forgotten(partition: TopicPartition, judged_offset: int | None) -> str:
    return (
        f"the group has no committed offset for {partition.topic}-{partition.partition}, but the fingerprint log holds its"
        f" records up to offset {judged_offset}: the brokers forgot the group's offsets (offsets.retention.minutes), or"
        " this is a new group on an old log. To begin anew would publish everything again. Set the group's offset by hand,"
        " or set what to do about lost offsets."
    )
