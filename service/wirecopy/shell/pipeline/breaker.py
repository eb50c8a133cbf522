"""The breaker: stops the service when so much cannot be read that the fault must lie upstream.

A wrong schema on the producers' side would otherwise drain a whole topic into the dead letters, with offsets
committed. So the share of unreadable records among the last ones, and the longest run of them, are bounded;
past a bound the service stops with the offsets of what it was reading uncommitted, and a sentence that names
the commonest reason. Counted where records are decoded, before anything of them is published. Both rules look
at this replica's records only, in the order in which it read them.
"""

from __future__ import annotations

from collections import Counter, deque

from wirecopy.core.model import RejectReason
from wirecopy.shell.errors import BreakerOpenError


class Breaker:
    """`window` last records, at most `ratio` of them unreadable once the window is full; at most `run` in a
    row.
    """

    def __init__(self, window: int, ratio: float, run: int) -> None:
        assert window > 0 and run > 0 and 0 < ratio <= 1
        self._ratio = ratio
        self._run_max = run
        self._recent: deque[RejectReason | None] = deque(maxlen=window)
        self._reasons: Counter[RejectReason] = Counter()
        self._run = 0

    def count(self, reason: RejectReason | None) -> None:
        """One record more: readable (None) or rejected. Raises `BreakerOpenError` past a bound."""
        recent = self._recent
        if len(recent) == recent.maxlen:
            oldest = recent[0]
            if oldest is not None:
                self._reasons[oldest] -= 1
        recent.append(reason)
        if reason is None:
            self._run = 0
            return
        self._reasons[reason] += 1
        self._run += 1
        unreadable = self._reasons.total()
        if self._run >= self._run_max:
            raise BreakerOpenError(f"{self._run} records in a row could not be read{self._hint()}")
        if len(recent) == recent.maxlen and unreadable > self._ratio * len(recent):
            raise BreakerOpenError(
                f"{unreadable} of the last {len(recent)} records could not be read{self._hint()}"
            )

    def _hint(self) -> str:
        reason, count = self._reasons.most_common(1)[0]
        return (
            f" (most common reason: {reason.value}, {count} times). Nothing of the last batch was committed. Compare the"
            " raw topic with the WIRECOPY_FIELD_… settings; if they are right, raise WIRECOPY_PIPELINE_BREAKER_…."
        )
