"""The log that a scan and the library make: its name, and the time that moves its window.

Both number articles in the order in which they come and give each the same time in the log, so their verdicts are equal to
the byte. The time is 0 for ever (all articles are one window), the latest date of publication so far, or the time of
arrival.
"""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Final

TOPIC: Final = "scan"
DAY_MS: Final = 24 * 3600 * 1000


class Clock(StrEnum):
    """What moves the window."""

    NONE = "none"
    PUBLISHED = "published"
    ARRIVAL = "arrival"


class LogTime:
    """The time of each article in the log. `now_ms` is the latest given; it never runs backwards."""

    def __init__(self, clock: Clock, now_ms: int = 0) -> None:
        self._clock = clock
        self.now_ms = now_ms

    def of(self, published_at_ms: int | None) -> int:
        """The log's time when an article of this date comes, in milliseconds since 1970. A date more than a day in the
        future counts as that: one wrong date must not end the window."""
        match self._clock:
            case Clock.PUBLISHED if published_at_ms is not None:
                within = min(published_at_ms, _wall_clock_ms() + DAY_MS)
                self.now_ms = max(self.now_ms, within)
            case Clock.ARRIVAL:
                self.now_ms = max(self.now_ms, _wall_clock_ms())
        return self.now_ms


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000
