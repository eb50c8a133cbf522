"""Two texts as rows of a comparison: lines with the same passage are side by side, and every stretch has a mark.

Which words are the same is exact (alignment.py). The verdict decides which of them count: a shared run that
touches a passage of the verdict is MATCHED; any other is only SHARED (a common phrase, the site's template, a
match that was too short). Lines outside the main region are ASIDE. Both sides keep all their lines in order.
Where passages changed places, the largest part that is in order on both sides is aligned; the other lines are
in rows of their own, with their marks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint.sketch import make_sketch
from wirecopy.core.model import RawArticle, Verdict
from wirecopy.core.text.tokens import Tokens, tokenise
from wirecopy.shell.report.alignment import Run, runs

TOKENS_MAX: Final = 100_000  # of each text: a book; the time to align grows with it
PLAIN_ROWS_MAX: Final = 3  # consecutive rows with nothing shared that are shown whole
PLAIN_ROWS_SHOWN: Final = 1  # of a longer stretch, at each end


class Mark(StrEnum):
    NONE = "none"
    MATCHED = "matched"
    SHARED = "shared"
    CREDIT = "credit"
    ASIDE = "aside"
    # of two texts sentence by sentence (retelling_rows.py)
    ENTITY = "entity"  # a name or a number that both have
    WORD = "word"  # a word that both sentences have
    LETTER = "letter"  # words that both have in a row


@dataclass(frozen=True, slots=True)
class Stretch:
    """`passage`: which passage of the verdict this is of, counted from 1 in the second text's order; else 0."""

    text: str
    mark: Mark
    passage: int = 0


Side = tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Lines side by side; an empty side has no line there. `left_out` > 0: that many rows are not shown."""

    left: Side
    right: Side
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: tuple[Row, ...]
    matched_words: int  # of the second text
    shared_words: int
    told: tuple[str, ...] = ()  # of two texts sentence by sentence: what they have in common, in words


def compare(
    a: RawArticle, b: RawArticle, a_verdict: Verdict, b_verdict: Verdict, *, whole: bool, others: bool = False
) -> Comparison:
    """Offsets of the verdicts are those of `text`. `whole`: leave nothing out. `others`: passages that another
    source than `a` holds are marked too, in the second text alone.
    """
    first, second = _View(a, a_verdict), _View(b, b_verdict)
    found = runs(first.hashes, second.hashes, limits.SHINGLE_TOKENS)
    matched = 0
    for run in found:
        passage = second.passage_at(run.second, run.length)
        counts = passage > 0 or (not b_verdict.passages and first.passage_at(run.first, run.length) > 0)
        mark = Mark.MATCHED if counts else Mark.SHARED
        first.set(run.first, run.length, mark, passage)
        second.set(run.second, run.length, mark, passage)
        matched += run.length if counts else 0
    if others:
        second.set_elsewhere(a.id)
    rows = _rows(first, second, _pairs(first, second, found))
    shared = sum(run.length for run in found) - matched
    return Comparison(tuple(rows if whole else _shortened(rows)), matched, shared)


def alone(article: RawArticle, verdict: Verdict) -> Comparison:
    """One text by itself: its passages as the verdict gives them, and the lines outside its main region."""
    view = _View(article, verdict)
    view.set_elsewhere("")
    rows = tuple(Row((), view.stretches(line)) for line in range(len(view.lines)))
    return Comparison(rows, sum(mark is Mark.MATCHED for mark in view.marks), 0)


class _View:
    """One text with its tokens, their marks and its lines."""

    def __init__(self, article: RawArticle, verdict: Verdict) -> None:
        self.text = article.text
        self.verdict = verdict
        self.tokens: Tokens = tokenise(article.text)
        self.hashes: list[int] = self.tokens.hashes[:TOKENS_MAX].tolist()
        sketch = make_sketch(article, self.tokens)
        self.marks: list[Mark] = [Mark.ASIDE] * len(self.tokens)
        inside = sketch.main_end - sketch.main_start
        self.marks[sketch.main_start : sketch.main_end] = [Mark.NONE] * inside
        self._passages = [0] * len(self.tokens)
        self.lines: list[tuple[int, int]] = _line_spans(article.text)
        self._line_starts = [start for start, _ in self.lines]

    def passage_at(self, token: int, length: int) -> int:
        """The number of the first passage that these tokens touch; 0: of none."""
        start, end = int(self.tokens.starts[token]), int(self.tokens.ends[token + length - 1])
        for number, passage in enumerate(self.verdict.passages, 1):
            if passage.start < end and start < passage.end:
                return number
        return 0

    def set(self, token: int, length: int, mark: Mark, passage: int) -> None:
        self.marks[token : token + length] = [mark] * length
        self._passages[token : token + length] = [passage if mark is Mark.MATCHED else 0] * length

    def set_elsewhere(self, id_: str) -> None:
        """Mark whole passages whose source is another article than `id_`: there is no text beside them to align."""
        for number, passage in enumerate(self.verdict.passages, 1):
            if passage.source != id_:
                first = int(np.searchsorted(self.tokens.starts, passage.start))
                last = int(np.searchsorted(self.tokens.starts, passage.end))
                self.set(first, last - first, Mark.MATCHED, number)

    def line_of(self, token: int) -> int:
        return bisect_left(self._line_starts, int(self.tokens.starts[token]) + 1) - 1

    def stretches(self, line: int) -> Side:
        """The line cut where the mark changes; the text between two tokens of one mark has that mark."""
        start, end = self.lines[line]
        first = int(np.searchsorted(self.tokens.starts, start))
        last = int(np.searchsorted(self.tokens.starts, end))
        out: list[Stretch] = []
        at, before, passage = start, Mark.NONE, 0
        for token in range(first, last):
            mark, number = self._mark(token), self._passages[token]
            if mark is before and number == passage:
                continue
            cut = int(self.tokens.starts[token]) if mark in _SHOWN else self._end_of(token - 1, at)
            if cut > at:
                out.append(Stretch(self.text[at:cut], before, passage))
                at = cut
            before, passage = mark, number
        if before in _SHOWN:
            cut = self._end_of(last - 1, at)
            out.append(Stretch(self.text[at:cut], before, passage))
            at, before, passage = cut, Mark.NONE, 0
        if at < end:
            out.append(Stretch(self.text[at:end], before, passage))
        return tuple(out)

    def _end_of(self, token: int, at: int) -> int:
        return max(at, int(self.tokens.ends[token])) if token >= 0 else at

    def _mark(self, token: int) -> Mark:
        credit = self.verdict.credit
        inside = credit is not None and credit.start <= int(self.tokens.starts[token]) < credit.end
        return Mark.CREDIT if inside else self.marks[token]


_SHOWN: Final = frozenset((Mark.MATCHED, Mark.SHARED, Mark.CREDIT))


def _line_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each line that is not blank, its ends trimmed."""
    spans = []
    start = 0
    for line in text.splitlines(keepends=True):
        kept = line.strip()
        if kept:
            begin = start + line.index(kept[0])
            spans.append((begin, begin + len(kept)))
        start += len(line)
    return spans


def _pairs(first: _View, second: _View, found: Sequence[Run]) -> list[tuple[int, int]]:
    """Pairs of lines to show side by side: the longest series of best partners that ascends on both sides."""
    shared: dict[int, Counter[int]] = {}
    for run in found:
        for step in range(run.length):
            line = second.line_of(run.second + step)
            shared.setdefault(line, Counter())[first.line_of(run.first + step)] += 1
    partners = [(counts.most_common(1)[0][0], line) for line, counts in sorted(shared.items())]
    return _ascending(partners)


def _ascending(partners: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence whose first members strictly ascend (patience sorting, n log n)."""
    tops: list[int] = []
    top_at: list[int] = []
    before: list[int] = []
    for index, (left, _) in enumerate(partners):
        place = bisect_left(tops, left)
        before.append(top_at[place - 1] if place else -1)
        if place == len(tops):
            tops.append(left)
            top_at.append(index)
        else:
            tops[place], top_at[place] = left, index
    chain: list[tuple[int, int]] = []
    index = top_at[-1] if top_at else -1
    while index >= 0:
        chain.append(partners[index])
        index = before[index]
    return chain[::-1]


def _rows(first: _View, second: _View, pairs: Sequence[tuple[int, int]]) -> list[Row]:
    rows: list[Row] = []
    left = right = 0
    for pair_left, pair_right in [*pairs, (len(first.lines), len(second.lines))]:
        rows += [Row(first.stretches(line), ()) for line in range(left, pair_left)]
        rows += [Row((), second.stretches(line)) for line in range(right, pair_right)]
        if pair_left < len(first.lines):
            rows.append(Row(first.stretches(pair_left), second.stretches(pair_right)))
        left, right = pair_left + 1, pair_right + 1
    return rows


def _shortened(rows: Sequence[Row]) -> list[Row]:
    """Reduce long stretches with nothing shared to their first row, a count and their last row."""
    out: list[Row] = []
    plain: list[Row] = []
    for row in [*rows, None]:
        if row is not None and not any(stretch.mark in _SHOWN for stretch in row.left + row.right):
            plain.append(row)
            continue
        if len(plain) > PLAIN_ROWS_MAX:
            hidden = Row((), (), left_out=len(plain) - 2 * PLAIN_ROWS_SHOWN)
            plain = [*plain[:PLAIN_ROWS_SHOWN], hidden, *plain[-PLAIN_ROWS_SHOWN:]]
        out += plain
        plain = []
        if row is not None:
            out.append(row)
    return out
