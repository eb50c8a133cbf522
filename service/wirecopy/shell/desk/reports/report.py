"""The report on one publisher: counted from judged articles, wherever they come from.

An article counts on the day of its publication; where it states none, on that of its receipt, and where neither is known it
is counted as undated and nowhere else. A copy is a republication of which this publisher is the original or a source. The
last verdict counts: a correction replaces the one before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from wirecopy.core.model import Extent, Verdict, VerdictKind
from wirecopy.core.records.fields import time_text
from wirecopy.shell.desk.parties import Parties, Party, same
from wirecopy.shell.desk.reports.period import Period, day_of

COPIES_LISTED_MAX: Final = 10_000
LICENCE_WORDS: Final = {True: "licensed", False: "unlicensed", None: "not known"}


@dataclass(frozen=True, slots=True)
class Judged:
    """One article with its verdict. `time_ms` None: neither published nor received at a known time."""

    id: str
    url: str
    title: str
    publisher: str
    time_ms: int | None
    published_at_ms: int | None
    verdict: Verdict
    licensed: bool | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """`share` and `words`: what of it is the publisher's. `delay_ms`: after the original, where both state their dates."""

    article: Judged
    share: float
    words: int
    original_id: str | None
    delay_ms: int | None


@dataclass(slots=True)
class Copier:
    name: str
    copies: int = 0
    full: int = 0
    words: int = 0
    delays_ms: list[int] = field(default_factory=list)
    licensed: Counter[str] = field(default_factory=Counter)


class Report:
    """`add` each article once, in any order; a second verdict on the same article replaces nothing: give the last one."""

    def __init__(self, publisher: str, period: Period, parties: Parties) -> None:
        self.publisher = publisher
        self.period = period
        self.own: Counter[VerdictKind] = Counter()
        self.copies: list[Copy] = []
        self.copied_ids: Counter[str] = Counter()
        self.undated = 0
        self._own_ids: set[str] = set()
        self._asked = parties.asked(publisher)
        self._parties = parties

    def add(self, article: Judged) -> None:
        own = same(self._asked, self._parties.of(article.publisher, article.url))
        counted = None if own else self._counted(article.verdict)
        if not own and counted is None:
            return
        if article.time_ms is None:
            self.undated += 1
            return
        if not self.period.holds(article.time_ms):
            return
        if own:
            self.own[article.verdict.kind] += 1
            if article.verdict.kind is VerdictKind.ORIGINAL:
                self._own_ids.add(article.id)
            return
        assert counted is not None
        original = article.verdict.original
        named = original.id if original is not None else None
        delay = None
        if original is not None and None not in (original.published_at_ms, article.published_at_ms):
            assert original.published_at_ms is not None and article.published_at_ms is not None
            delay = max(0, article.published_at_ms - original.published_at_ms)
        if named is not None:
            self.copied_ids[named] += 1
        self.copies.append(Copy(article, *counted, named, delay))

    def _counted(self, verdict: Verdict) -> tuple[float, int] | None:
        """The share and the words that are the publisher's; None where it is no copy of theirs."""
        if verdict.kind is not VerdictKind.REPUBLICATION:
            return None
        theirs = {
            source.id: source.share
            for source in verdict.sources
            if self._is(self._parties.of(source.publisher))
        }
        if theirs:
            words = sum(passage.words for passage in verdict.passages if passage.source in theirs)
            return max(theirs.values()), words
        original = verdict.original
        if original is None or not self._is(self._parties.of(original.publisher, original.url or "")):
            return None
        return verdict.share, sum(passage.words for passage in verdict.passages)

    def _is(self, party: Party) -> bool:
        return same(self._asked, party)

    # ---- what is told
    def copiers(self) -> list[Copier]:
        """By the number of their copies."""
        found: dict[str, Copier] = {}
        for copy in self.copies:
            one = found.setdefault(copy.article.publisher, Copier(copy.article.publisher))
            one.copies += 1
            one.full += copy.article.verdict.extent is Extent.FULL
            one.words += copy.words
            one.licensed[LICENCE_WORDS[copy.article.licensed]] += 1
            if copy.delay_ms is not None:
                one.delays_ms.append(copy.delay_ms)
        return sorted(found.values(), key=lambda one: (-one.copies, -one.words, one.name))

    def by_day(self) -> list[tuple[str, int]]:
        """Copies on each day of the period."""
        days = Counter(day_of(copy.article.time_ms or 0) for copy in self.copies)
        begin = self.period.begin_ms
        return [
            (day, days[day])
            for day in (day_of(begin + number * 86_400_000) for number in range(self.period.days))
        ]

    def unique(self) -> int:
        """Originals of the period that no copy in it names."""
        return len(self._own_ids - set(self.copied_ids))

    def as_json(self) -> dict[str, Any]:
        delays = [copy.delay_ms for copy in self.copies if copy.delay_ms is not None]
        licensed = Counter(LICENCE_WORDS[copy.article.licensed] for copy in self.copies)
        return {
            "publisher": self.publisher,
            "period": {
                "name": self.period.name,
                "from": time_text(self.period.begin_ms),
                "to": time_text(self.period.end_ms),
            },
            "own": {
                "articles": self.own.total(),
                **{kind.value: self.own[kind] for kind in VerdictKind},
                "copied": len(self._own_ids & set(self.copied_ids)),
                "unique": self.unique(),
            },
            "copies": len(self.copies),
            "words": sum(copy.words for copy in self.copies),
            "licences": {name: licensed[name] for name in LICENCE_WORDS.values()},
            "median_delay_seconds": None if not delays else round(median(delays) / 1000),
            "undated": self.undated,
            "by_day": [{"day": day, "copies": count} for day, count in self.by_day()],
            "copiers": [
                {
                    "publisher": one.name,
                    "copies": one.copies,
                    "full": one.full,
                    "words": one.words,
                    "median_delay_seconds": round(median(one.delays_ms) / 1000) if one.delays_ms else None,
                    "licences": {name: one.licensed[name] for name in LICENCE_WORDS.values()},
                }
                for one in self.copiers()
            ],
            "articles": [self._row(copy) for copy in self.listed()],
        }

    def listed(self) -> list[Copy]:
        """The largest copies."""
        ordered = sorted(self.copies, key=lambda copy: (-copy.words, -copy.share, copy.article.id))
        return ordered[:COPIES_LISTED_MAX]

    @staticmethod
    def _row(copy: Copy) -> dict[str, Any]:
        article = copy.article
        return {
            "id": article.id,
            "publisher": article.publisher,
            "url": article.url or None,
            "title": article.title or None,
            "published_at": None if article.published_at_ms is None else time_text(article.published_at_ms),
            "extent": None if article.verdict.extent is None else article.verdict.extent.value,
            "share": round(copy.share, 4),
            "words": copy.words,
            "original": copy.original_id,
            "delay_seconds": None if copy.delay_ms is None else round(copy.delay_ms / 1000),
            "licensed": article.licensed,
        }
