"""What an update took out of an article, and whether a copy still carries it: by the words, exactly.

A word of the old version is removed where no run of words that both versions share covers it. A removed passage is a stretch of
such words; single words between two of them count to it. A copy carries a removed word where a run that it shares with the old
version covers it, and the new version has no such run: so what the copy took from the new version never counts. Of a passage
that is long enough to be recognised alone, a copy must carry a run; of an altered word the words around it as well, which the
run shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint.sketch import make_sketch
from wirecopy.core.model import RawArticle
from wirecopy.core.text.tokens import Tokens, tokenise
from wirecopy.shell.report.alignment import runs

TOKENS_MAX: Final = 100_000  # of each text
GAP_TOKENS_MAX: Final = 2  # kept words between two removed ones that join them
RUN_TOKENS_MIN: Final = limits.SHINGLE_TOKENS  # of a run that shows where words come from
CARRIED_TOKENS_MIN: Final = 8  # removed words in one run that a copy must have


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a version that the next one has not: code points of its text, half open, and the words' numbers."""

    start: int
    end: int
    words: int
    first: int
    last: int  # one past


@dataclass(frozen=True, slots=True)
class Carried:
    """Of one removed passage the words that a copy still has: where, in the copy's text, and how many."""

    passage: int
    start: int
    end: int
    words: int


class Version:
    """A text with its words, tokenised once."""

    def __init__(self, article: RawArticle) -> None:
        self.text = article.text
        self.tokens: Tokens = tokenise(article.text)
        self.hashes: list[int] = self.tokens.hashes[:TOKENS_MAX].tolist()
        sketch = make_sketch(article, self.tokens)
        self.inside = np.zeros(len(self.hashes), np.uint8)
        self.inside[sketch.main_start : sketch.main_end] = 1

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Words [first, last) as code points of the text."""
        return int(self.tokens.starts[first]), int(self.tokens.ends[last - 1])


class Removed:
    """What of an old version is not in the new one. `new` None: the article was withdrawn, and all of it is meant."""

    def __init__(self, old: Version, new: Version | None) -> None:
        self._old = old
        self._gone = old.inside.copy()
        if new is not None:
            for run in runs(new.hashes, old.hashes, RUN_TOKENS_MIN):
                self._gone[run.second : run.second + run.length] = 0
        self.passages = self._passages()

    def _passages(self) -> list[Passage]:
        found: list[Passage] = []
        first = last = -1
        count = 0
        for at in np.flatnonzero(self._gone).tolist():
            if count and at - last > GAP_TOKENS_MAX:
                found.append(self._passage(first, last, count))
                count = 0
            if not count:
                first = at
            last = at + 1
            count += 1
        if count:
            found.append(self._passage(first, last, count))
        return found

    def _passage(self, first: int, last: int, count: int) -> Passage:
        return Passage(*self._old.span(first, last), count, first, last)

    def carried(self, copy: Version) -> list[Carried]:
        """What of it a copy still has, by passage."""
        covered = np.zeros(len(self._old.hashes), np.uint8)
        at: dict[int, int] = {}  # word of the old version → word of the copy
        for run in runs(self._old.hashes, copy.hashes, RUN_TOKENS_MIN):
            covered[run.first : run.first + run.length] = 1
            for step in range(run.length):
                at.setdefault(run.first + step, run.second + step)
        found = []
        for number, passage in enumerate(self.passages):
            words = [
                word for word in range(passage.first, passage.last) if self._gone[word] and covered[word]
            ]
            if len(words) >= min(passage.words, CARRIED_TOKENS_MIN):
                places = [at[word] for word in words]
                found.append(Carried(number, *copy.span(min(places), max(places) + 1), len(words)))
        return found
