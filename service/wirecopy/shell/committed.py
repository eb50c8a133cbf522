"""A committed offset and the note beside it: what the number alone does not say.

Kafka keeps a short text with each committed offset. A topic is not its name: deleted and made again, it has the same name,
another id (KIP-516) and other records at the same offsets. So the note names the ids of the raw topic and of the fingerprint
log. Where a partition is read again from below an offset that was committed once, what lies below that offset is published
already; the note keeps this through a restart in the middle.

An offset without a note was set by hand or committed by a release that wrote none.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

_OPENS = "wirecopy "
NOTE_CHARS_MAX = 2_000  # brokers take 4,096 bytes by default


@dataclass(frozen=True, slots=True)
class LogPlace:
    """The fingerprint log as it was at a commit: its oldest record, and where the index stood."""

    topic: str
    topic_id: str = ""
    first_offset: int = 0
    first_time_ms: int = 0  # of its oldest record; 0: not known
    next_offset: int = 0
    time_ms: int = 0  # of the newest record before it; 0: none


@dataclass(frozen=True, slots=True)
class Note:
    """What is committed beside an offset. `topic_id`: of the raw topic, "" where it is not known. `published_until`: records
    below this offset were published by an earlier pass."""

    topic_id: str = ""
    published_until: int = 0
    log: LogPlace | None = None

    def text(self) -> str:
        """As Kafka keeps it."""
        return _OPENS + json.dumps(asdict(self), separators=(",", ":"))


NO_NOTE = Note()


@dataclass(frozen=True, slots=True)
class Committed:
    """What a group has committed for a partition. `noted`: by a release that writes notes."""

    offset: int
    note: Note = NO_NOTE
    noted: bool = False


def read_committed(offset: int, text: str) -> Committed:
    """The committed offset with its note; a text that is not ours says nothing."""
    if not text.startswith(_OPENS) or len(text) > NOTE_CHARS_MAX:
        return Committed(offset)
    try:
        told = json.loads(text[len(_OPENS) :])
        log = told.get("log")
        place = None if log is None else LogPlace(**log)
        note = Note(str(told.get("topic_id", "")), int(told.get("published_until", 0)), place)
    except (ValueError, TypeError, AttributeError):
        return Committed(offset)
    return Committed(offset, note, noted=True)


@dataclass(frozen=True, slots=True)
class Damage:
    """Offsets of a raw partition that nobody can read."""

    first_offset: int
    next_offset: int  # after them
    detail: str


def of_another_topic(committed: Committed, topic_id: str) -> bool:
    """Whether an offset was committed for an earlier topic by the same name. Only where both ids are known."""
    return "" not in (committed.note.topic_id, topic_id) and committed.note.topic_id != topic_id
