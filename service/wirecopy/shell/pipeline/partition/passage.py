"""A pass over a raw partition that begins below an offset that was committed once.

That is so where the committed offset lay past the topic's end: the topic lost its end (an unclean election), or the offset
was set by hand. What the topic still holds was published, up to where it lost its end, and what lies behind that is new. The
log knows which is which: a record that was judged has its position and its body's digest in the engine's memory. The first
record that the engine does not remember is new, and so is all after it; that is committed before the log holds it, since
afterwards the engine remembers it too.

Dead letters are not in the log. One before the first new record counts as published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wirecopy.shell.committed import Committed, Note, of_another_topic
from wirecopy.shell.pipeline.steps import Entry
from wirecopy.shell.ports import EnginePort, TopicPartition


class Passage:
    """What is noted beside the offsets of one incarnation. `offset`: where it begins to read."""

    def __init__(
        self,
        partition: TopicPartition,
        committed: Committed | None,
        offset: int,
        topic_id: str,
        judged: tuple[int, int] | None = None,
    ) -> None:
        self._partition = partition
        until = 0
        if committed is not None and not of_another_topic(committed, topic_id):
            until = committed.note.published_until
            if offset < committed.offset and judged is not None:
                until = max(until, committed.offset)
        self.note = Note(topic_id, until if until > offset else 0)

    def mark(self, entries: Sequence[Entry], engine: EnginePort) -> bool:
        """Mark those that an earlier pass published. Returns whether the note has changed, since something is new."""
        until = self.note.published_until
        for entry in entries:
            offset = entry.record.position.offset
            if offset >= until:
                return False
            known = entry.proposal is None or (
                engine.body_at(*self._partition, offset) == entry.proposal.body_xxh3
            )
            if not known:
                self.note = replace(self.note, published_until=offset)
                return True
            entry.published_before = True
        return False
