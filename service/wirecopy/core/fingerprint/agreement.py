"""The log's record of what its replicas must have alike.

    magic, engine version and checksum as every record of the log (record.py) · ten bytes 0xff, which no number begins with
    · JSON: {"settings": {…}, "topics": {…}, "replaces": …}

Whatever decides a verdict besides the log's records: with another window, or other names of the fields, a replica would say
otherwise than its neighbours. The first such record of a log counts, and each later one that says that it replaces it. It
also names the ids of the raw topics: where one was deleted and made again, its positions name other records than before.
A replica of another engine version refuses it like any record, and ends.
"""

from __future__ import annotations

import json

from wirecopy.core.fingerprint.record import ENGINE_VERSION, HEAD, MAGIC, checked, checksum_of
from wirecopy.core.model import Agreement, RefusalReason, Refused

MARK = b"\xff" * 10
BYTES_MAX = 256 * 1024


def encode_agreement(agreement: Agreement) -> bytes:
    """The log's bytes of an agreement."""
    told = {
        "settings": dict(agreement.settings),
        "topics": dict(agreement.topics),
        "replaces": agreement.replaces,
    }
    rest = MARK + json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return HEAD.pack(MAGIC, ENGINE_VERSION, checksum_of(ENGINE_VERSION, rest)) + rest


def is_agreement(value: bytes) -> bool:
    """Whether the bytes claim to be an agreement, and no article's record."""
    return value[HEAD.size : HEAD.size + len(MARK)] == MARK


def decode_agreement(value: bytes) -> Agreement | Refused:
    """The agreement that the bytes hold, or why they are passed over."""
    refused = checked(value)
    if refused is not None:
        return refused
    if not is_agreement(value) or len(value) > BYTES_MAX:
        return Refused(RefusalReason.NOT_A_RECORD, "the agreement is longer than any is")
    try:
        told = json.loads(value[HEAD.size + len(MARK) :])
        settings, topics = told["settings"], told["topics"]
        return Agreement(_pairs(settings), _pairs(topics), told["replaces"] is True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Refused(RefusalReason.NOT_A_RECORD, f"the agreement cannot be read: {type(error).__name__}")


def _pairs(told: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(name), str(value)) for name, value in told.items()))


def merged(before: Agreement | None, now: Agreement) -> Agreement:
    """What counts after a record: `now` where it is the first or replaces; else `before`, with topics that it did not know."""
    if before is None or now.replaces:
        return now
    if before.settings != now.settings:
        return before
    topics = dict(now.topics) | dict(before.topics)
    return Agreement(before.settings, tuple(sorted(topics.items())), before.replaces)


def made_again(before: Agreement | None, now: Agreement) -> set[str]:
    """Topics whose id is another than it was."""
    known = dict(before.topics) if before is not None else {}
    return {name for name, topic_id in now.topics if known.get(name, topic_id) != topic_id}
