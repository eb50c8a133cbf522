"""What can go wrong outside the core: the errors of a backend, and those that end the process.

A backend raises nothing but a `PortError`; its client's own exceptions stay inside it. The pipeline waits out an
`UnavailableError`, opens the partition again after a `FencedError`, and ends the process with a `FatalError`, whose
message is a sentence for the operator.
"""

from __future__ import annotations

from enum import StrEnum

from wirecopy.shell.ports import TopicPartition


class PortError(Exception):
    """Something outside this process went wrong. The message says what, and what to do if known."""


class UnavailableError(PortError):
    """The broker did not answer in time or could not be reached; whether the request took effect is not
    known.
    """


class FencedError(PortError):
    """Another owner of the raw partition came after us (or our transaction timed out): nothing of ours may be
    published.
    """


class RefusalKind(StrEnum):
    TOO_LARGE = "too_large"
    NOT_ALLOWED = "not_allowed"
    NO_SUCH_TOPIC = "no_such_topic"
    INVALID = "invalid"
    INVALID_RECORD = "invalid_record"  # for a compacted topic, most often: without a key


class RefusedError(PortError):
    """The broker said no, and would say no again."""

    def __init__(self, kind: RefusalKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class OffsetLostError(PortError):
    """The offset to read from is not in the topic any more (retention passed it) or not yet (the topic was
    created anew). `partition` None: of the fingerprint log.
    """

    def __init__(self, partition: TopicPartition | None, message: str) -> None:
        super().__init__(message)
        self.partition = partition


class StalledError(PortError):
    """The client neither answers nor fails: its object is to be thrown away and made anew."""


class FatalError(Exception):
    """The service cannot go on by itself; the message is for the operator. Offsets in doubt are left
    uncommitted.
    """


class BreakerOpenError(FatalError):
    """Too many records in a row, or of the last ones, are unreadable: probably a wrong schema upstream."""


class WatchdogExpiredError(FatalError):
    """No progress for `PipelineOptions.progress_timeout_ms`; the message holds what each part waits for."""
