"""Who republishes whom: counts for the publishers' page, kept up to date as articles come and go.

The catalogue tells of every entry that comes, leaves or changes (`Catalogue.changed`), so the counts always match the
articles that it holds, and a page needs no pass over a hundred thousand of them. What an entry adds depends on the entry
alone, so removing it removes exactly that.

A median must be able to forget, so delays are counted in bins whose edges are a tenth apart: the median is accurate to 5 %.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from wirecopy.core.model import VerdictKind
from wirecopy.shell.web.catalogue import Entry

Key = TypeVar("Key")

_BIN_GROWTH: Final = math.log(1.1)
_SECOND_MS: Final = 1000  # finer than this nobody's clock is


@dataclass(slots=True)
class Publisher:
    """One publisher's counts. `articles` is 0 for a name that only credits and copies mention."""

    name: str
    verdicts: Counter[VerdictKind] = field(default_factory=Counter)
    copied_from: Counter[str] = field(default_factory=Counter)  # publisher → articles of ours taken from it
    copied_by: Counter[str] = field(default_factory=Counter)
    copies: int = 0  # sum of copied_by
    delays: Counter[int] = field(default_factory=Counter)  # bin → copies made by us

    @property
    def articles(self) -> int:
        return self.verdicts.total()

    @property
    def republications(self) -> int:
        return self.verdicts[VerdictKind.REPUBLICATION]

    @property
    def originals_share(self) -> float | None:
        """Share of its articles that are originals; None if it has no articles."""
        articles = self.articles
        return self.verdicts[VerdictKind.ORIGINAL] / articles if articles else None

    @property
    def median_delay_ms(self) -> int | None:
        """Median time between the publication of the original and of the copy, where both are stated."""
        total = self.delays.total()
        if not total:
            return None
        seen = 0
        for number in sorted(self.delays):
            seen += self.delays[number]
            if 2 * seen >= total:
                return _of_bin(number)
        raise AssertionError("the bins hold all that was counted")


class Tally:
    """All publishers by name."""

    def __init__(self) -> None:
        self._publishers: dict[str, Publisher] = {}

    def __len__(self) -> int:
        return len(self._publishers)

    def publishers(self) -> Iterable[Publisher]:
        return self._publishers.values()

    def get(self, name: str) -> Publisher | None:
        return self._publishers.get(name)

    def changed(self, before: Entry | None, after: Entry | None) -> None:
        """An entry arrived (`before` None), left (`after` None) or changed."""
        if before is not None:
            self._count(before, -1)
        if after is not None:
            self._count(after, 1)

    def _count(self, entry: Entry, by: int) -> None:
        verdict = entry.current
        publisher = self._of(entry.publisher)
        _add(publisher.verdicts, verdict.kind, by)
        original = verdict.original
        if verdict.kind is VerdictKind.REPUBLICATION and original is not None:
            source = self._of(original.publisher)
            _add(publisher.copied_from, source.name, by)
            _add(source.copied_by, publisher.name, by)
            source.copies += by
            if entry.published_at_ms is not None and original.published_at_ms is not None:
                _add(publisher.delays, _bin(entry.published_at_ms - original.published_at_ms), by)
            self._forget_empty(source)
        self._forget_empty(publisher)

    def _of(self, name: str) -> Publisher:
        publisher = self._publishers.get(name)
        if publisher is None:
            publisher = self._publishers[name] = Publisher(name)
        return publisher

    def _forget_empty(self, publisher: Publisher) -> None:
        if not publisher.verdicts and not publisher.copied_by:
            self._publishers.pop(publisher.name, None)


def _add(counter: Counter[Key], key: Key, by: int) -> None:
    counter[key] += by
    if not counter[key]:
        del counter[key]


def _bin(delay_ms: int) -> int:
    return round(math.log(max(delay_ms, _SECOND_MS) / _SECOND_MS) / _BIN_GROWTH)


def _of_bin(number: int) -> int:
    return round(_SECOND_MS * math.exp(number * _BIN_GROWTH))
