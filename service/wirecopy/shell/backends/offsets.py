"""Where to read a raw partition on: the rule that all backends share.

A group that never committed begins where it is told. A committed offset that the topic does not hold is a
loss, whatever is done about it: retention has passed it, or the topic was created anew. So the default is to
stop, and let people decide.
"""

from __future__ import annotations

from wirecopy.shell.errors import OffsetLostError
from wirecopy.shell.options import OffsetLostPolicy, StartAt
from wirecopy.shell.ports import TopicPartition


def place(
    partition: TopicPartition,
    committed_offset: int | None,
    bounds: tuple[int, int],
    start_at: StartAt,
    offset_lost: OffsetLostPolicy,
) -> int:
    """The offset to read from. `bounds`: the first offset that is held, and the one after the last.

    Raises `OffsetLostError` where the committed offset is lost and the policy is to stop.
    """
    first, end = bounds
    if committed_offset is None:
        return first if start_at is StartAt.EARLIEST else end
    if first <= committed_offset <= end:
        return committed_offset
    match offset_lost:
        case OffsetLostPolicy.EARLIEST:
            return first
        case OffsetLostPolicy.LATEST:
            return end
        case OffsetLostPolicy.STOP:
            raise OffsetLostError(
                partition,
                f"the committed offset {committed_offset} of {partition.topic}-{partition.partition} is not in the topic,"
                f" which holds {first} to {end}. Set WIRECOPY_KAFKA_OFFSET_LOST to earliest or latest, or set the"
                " group's offset by hand.",
            )
