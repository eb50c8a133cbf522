"""A period of a report in UTC: a day, an ISO week, a month, or from one day to another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

DAY_MS: Final = 86_400_000
DAYS_MAX: Final = 3_700
_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")


class PeriodFault(ValueError):  # noqa: N818 - a sentence for the user
    """What is wrong with a period."""


@dataclass(frozen=True, slots=True)
class Period:
    """Half open, in milliseconds; `name` is for people."""

    name: str
    begin_ms: int
    end_ms: int

    def holds(self, time_ms: int) -> bool:
        return self.begin_ms <= time_ms < self.end_ms

    @property
    def days(self) -> int:
        return (self.end_ms - self.begin_ms) // DAY_MS


def period_of(text: str, until: str = "") -> Period:
    """`2026-06-02`, `2026-W23`, `2026-06`; with `until`, from one day to the other, both included. PeriodFault."""
    try:
        if until:
            return _days(f"{text} to {until}", date.fromisoformat(text), date.fromisoformat(until))
        if week := _WEEK.fullmatch(text):
            monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return _days(f"week {text}", monday, monday + timedelta(days=6))
        if month := _MONTH.fullmatch(text):
            first = date(int(month[1]), int(month[2]), 1)
            following = (first + timedelta(days=31)).replace(day=1)
            return _days(text, first, following - timedelta(days=1))
        day = date.fromisoformat(text)
        return _days(text, day, day)
    except (ValueError, OverflowError) as error:
        raise PeriodFault(
            "A period is a day (2026-06-02), a week (2026-W23), a month (2026-06), or two days."
        ) from error


def _days(name: str, first: date, last: date) -> Period:
    begin, end = _ms(first), _ms(last) + DAY_MS
    if not 0 < end - begin <= DAYS_MAX * DAY_MS:
        raise PeriodFault(f"A period has 1 to {DAYS_MAX} days.")
    return Period(name, begin, end)


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def day_of(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d")
