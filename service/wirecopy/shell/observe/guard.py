"""The guard: sources of which suddenly nearly nothing counts as their own any more.

A source that copies everything is no news. One whose articles were mostly its own, and of whose last `RECENT` hardly one is an
original, most often has a new template that is taken for text, or a feed that sends everything again. So two shares are kept
of each source: that of its last articles, and its habit, a slow mean. The alarm ends when the source is itself again, when the
habit has caught up with a change that lasts, or when nothing of the source was judged here for an hour: its partition may
have gone to another replica.

The memory is bounded: of more than `SOURCES_MAX` sources the one that was silent longest is forgotten. No source is a label of a
metric: the metric counts alarms, the log line and the page name the source. Not thread-safe: used on the event loop.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from wirecopy.core.model import VerdictKind

SOURCES_MAX: Final = 10_000
RECENT: Final = 50  # articles of a source that count as its last ones
KNOWN_MIN: Final = 50  # articles before these, without which there is no habit
HABIT_ARTICLES: Final = 500  # the slow mean moves by one part of so many with each article
HABIT_MAX: Final = 0.5  # a source that copied more than this was no source of its own
FLAGGED_MIN: Final = 0.95  # of its last articles: the alarm begins
CALM_MAX: Final = 0.8  # and ends
SILENT_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """A source of which `share` of the last articles is not its own, where `habit` was usual. `mostly`: as what it counts now."""

    source: str
    share: float
    habit: float
    mostly: VerdictKind


@dataclass(slots=True)
class _Source:
    recent: deque[VerdictKind] = field(default_factory=lambda: deque(maxlen=RECENT))
    flagged: int = 0  # of the recent ones
    articles: int = 0  # that went into the habit
    habit: float = 0.0
    alarm: Alarm | None = None
    heard_at: float = 0.0


class SourceGuard:
    """`judged` takes every published verdict, and answers where an alarm begins (True) or ends (False). `clock`: seconds."""

    def __init__(self, sources_max: int = SOURCES_MAX, clock: Callable[[], float] = time.monotonic) -> None:
        self._sources: OrderedDict[str, _Source] = OrderedDict()
        self._sources_max = sources_max
        self._clock = clock
        self._alarms: dict[str, Alarm] = {}

    def alarms(self) -> list[Alarm]:
        """Those that last, by source."""
        since = self._clock() - SILENT_S
        for source in [one for one in self._alarms if self._sources[one].heard_at < since]:
            del self._alarms[source]
            del self._sources[source]  # what was its habit is no longer known here
        return [self._alarms[source] for source in sorted(self._alarms)]

    def judged(self, source: str, kind: VerdictKind) -> tuple[Alarm, bool] | None:
        """`source`: a domain, or a name where a record has no other; "" is nobody and counts nowhere."""
        if not source:
            return None
        one = self._known(source)
        one.heard_at = self._clock()
        if len(one.recent) == RECENT:
            self._learn(one, one.recent[0])
        one.recent.append(kind)
        one.flagged += _flagged(kind)
        if one.articles < KNOWN_MIN:
            return None
        share = one.flagged / RECENT
        if one.alarm is None and share >= FLAGGED_MIN and one.habit <= HABIT_MAX:
            mostly = max(VerdictKind, key=one.recent.count)
            one.alarm = self._alarms[source] = Alarm(source, share, one.habit, mostly)
            return one.alarm, True
        if one.alarm is not None and (share <= CALM_MAX or one.habit > HABIT_MAX):
            ended, one.alarm = one.alarm, None
            del self._alarms[source]
            return ended, False
        return None

    def _known(self, source: str) -> _Source:
        one = self._sources.get(source)
        if one is None:
            one = self._sources[source] = _Source()
            if len(self._sources) > self._sources_max:
                forgotten, _ = self._sources.popitem(last=False)
                self._alarms.pop(forgotten, None)
        else:
            self._sources.move_to_end(source)
        return one

    @staticmethod
    def _learn(one: _Source, kind: VerdictKind) -> None:
        """An article that leaves the last ones becomes habit: a plain mean at first, so that it is soon known."""
        one.flagged -= _flagged(kind)
        one.articles += 1
        one.habit += (_flagged(kind) - one.habit) / min(one.articles, HABIT_ARTICLES)


def _flagged(kind: VerdictKind) -> bool:
    return kind is not VerdictKind.ORIGINAL
