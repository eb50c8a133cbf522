"""Offsets without records that a quiet partition has passed: markers of transactions, records of aborted ones.

No reader ever gets them, so no record's transaction commits past them, and the lag of a quiet topic would never end. A
busy partition commits past them with its next records. A quiet one commits its position in a transaction of its own, after
a pause, so that a producer that writes in transactions does not double the number of ours.
"""

from __future__ import annotations

QUIET_S = 2.0  # without a record and without another marker


class Passed:
    """When offsets were passed that are not committed yet. Times are the event loop's, in seconds."""

    def __init__(self) -> None:
        self._at: float | None = None

    def note(self, now: float) -> None:
        """Offsets without records were passed."""
        self._at = now

    def forget(self) -> None:
        """They are committed, or the partition begins anew."""
        self._at = None

    def due(self, now: float) -> bool:
        """Whether the position is to be committed now, if nothing is in flight."""
        return self._at is not None and now - self._at >= QUIET_S

    def wait_s(self) -> float | None:
        """How long a worker with nothing to do may wait; None: until something comes."""
        return None if self._at is None else QUIET_S
