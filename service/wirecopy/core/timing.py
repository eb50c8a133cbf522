"""Which of two articles was published first, as far as their dates can tell.

A date is a span of time, and not a moment, where it leaves something open: a time without a zone is one of a day's length, a
bare date is any time of that day in some zone. One article is earlier than another only where its whole span is. So a date
that cannot be trusted never overturns the order of arrival; where it is off by days all the same, it does. Dates that are
weeks apart are no evidence either: a story is copied within days, and one of the two is a program's default, an expiry date
or a slip (1999, 2099); which, they do not tell, and no clock is asked, so that a scan says what the service says.
"""

from __future__ import annotations

from typing import Protocol

from wirecopy.core import limits
from wirecopy.core.model import Basis, DateDoubt, Verdict

_HOUR_MS = 3_600_000
_EAST_MS, _WEST_MS = limits.ZONE_EAST_HOURS * _HOUR_MS, limits.ZONE_WEST_HOURS * _HOUR_MS
_DAY_MS = 24 * _HOUR_MS
# How much earlier and how much later than its milliseconds a date may lie.
_SPANS: dict[DateDoubt | None, tuple[int, int]] = {  # of dates that have a time
    None: (0, 0),
    DateDoubt.NO_ZONE: (_EAST_MS, _WEST_MS),
    DateDoubt.ZONE_AMBIGUOUS: (_EAST_MS, _WEST_MS),
    DateDoubt.DAY_ONLY: (_EAST_MS, _WEST_MS + _DAY_MS - 1),
    DateDoubt.LOCAL_MIDNIGHT: (0, _DAY_MS - 1),
}
DATE_BASES: dict[DateDoubt, Basis] = {doubt: Basis(f"date_{doubt.value}") for doubt in DateDoubt}
"""What the basis of a verdict says of its article's date."""
DATE_DOUBTS = {basis: doubt for doubt, basis in DATE_BASES.items()}


def own_date(verdict: Verdict) -> tuple[Basis, ...]:
    """What the basis of a verdict says of its article's own date: no later verdict on the article changes that."""
    return tuple(basis for basis in verdict.basis if basis in DATE_DOUBTS)


class Dated(Protocol):
    """What bears a date: a record of the log, or what is remembered of one."""

    @property
    def published_at_ms(self) -> int | None: ...

    @property
    def date_doubt(self) -> DateDoubt | None: ...


def dates_apart(here: Dated, there: Dated, most_ms: int = limits.DATES_APART_MS_MAX) -> bool:
    """Whether two dates lie further apart than one story's copies do: one of them is none."""
    if here.published_at_ms is None or there.published_at_ms is None:
        return False
    return abs(here.published_at_ms - there.published_at_ms) > most_ms


def earlier(here: Dated, there: Dated) -> bool:
    """Whether this one was published before that one, by dates that leave no doubt of it."""
    here_ms, there_ms = here.published_at_ms, there.published_at_ms
    if here_ms is None or there_ms is None or here_ms >= there_ms or dates_apart(here, there):
        return False
    if here.date_doubt is None and there.date_doubt is None:  # as nearly all are
        return True
    return here_ms + _SPANS[here.date_doubt][1] < there_ms - _SPANS[there.date_doubt][0]


def earlier_version(here: Dated, there: Dated) -> bool:
    """The same of two articles of one publisher, which writes all its dates in one way: what they leave open is the same."""
    if here.published_at_ms is None or there.published_at_ms is None:
        return False
    if here.date_doubt is there.date_doubt:
        return here.published_at_ms < there.published_at_ms
    return earlier(here, there)


def dates_agree(source: Dated, copy: Dated) -> bool:
    """Whether the dates bear out that the source was first: of two moments, not later; else surely earlier."""
    if source.published_at_ms is None or copy.published_at_ms is None:
        return False
    exact = source.date_doubt is None and copy.date_doubt is None and not dates_apart(source, copy)
    return (exact and source.published_at_ms <= copy.published_at_ms) or earlier(source, copy)
