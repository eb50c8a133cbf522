"""A verdict → what the index keeps of it: the article itself, its postings, the marks of its site.

What is kept is decided here and in learning_kernels.py; how, is the index's affair.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wirecopy.core import limits
from wirecopy.core.index.known import Known
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.index.stored import Remembered
from wirecopy.core.model import I32, Verdict
from wirecopy.core.values import Value
from wirecopy.core.verdict.comparison import Comparison
from wirecopy.core.verdict.learning_kernels import POSITION_MAX, lessons

NOTHING_COVERED: I32 = np.empty((0, 2), np.int32)


class Learned(Value):
    """What an article's verdict changes in the index."""

    story: int | None  # number of the story's first article; None: this one opens a story
    covered: I32  # [ranges, 2]: tokens that sources explain
    copies: Sequence[
        tuple[Known, list[tuple[int, int]]]
    ]  # their postings are its own from now on; where in it
    rewritten: Sequence[tuple[int, Remembered, Verdict]] = ()  # corrected: number, as it was, its verdict now
    also: bool = False  # of what is covered, this one is to hold too what few hold (limits.WITNESSES_MAX)


def learn(
    index: OriginIndex,
    comparison: Comparison,
    verdict: Verdict,
    learned: Learned,
    log_time_ms: int,
    renew_from_ms: int,
) -> int:
    """Keeps an article and its verdict, and the verdicts that it corrects; returns its number. Postings of an earlier log
    time than `renew_from_ms` are renewed where they are copied again, or a story that is still being copied would be
    forgotten with its first article."""
    sketch = comparison.record.sketch
    for corrected, before, rewritten in learned.rewritten:
        index.rewrite(corrected, before, rewritten)
    covered = learned.covered
    renew_before = index.first_since(renew_from_ms) if len(covered) else 0
    number = index.remember(
        comparison.record,
        verdict,
        learned.story,
        comparison.site,
        comparison.own_tokens,
        comparison.fresh,
        log_time_ms,
    )
    for known, ranges in learned.copies:
        _take_over(index, comparison, number, known, ranges)
    marks, mark_positions, keys, positions = lessons(
        sketch.ids,
        sketch.positions,
        comparison.template,
        covered,
        comparison.votes,
        len(comparison.votes),
        renew_before,
        comparison.workspace.query,
    )
    if len(marks):
        index.site_marks.insert(marks, number, mark_positions)
    index.postings.insert(keys, number, positions)
    if learned.also:
        stories = np.bincount(comparison.votes["sample"], minlength=len(sketch.ids))
        few = (stories <= limits.WITNESSES_MAX) & (comparison.template == 0)
        at = np.minimum(sketch.positions[few], POSITION_MAX).astype(np.uint16)
        index.postings.insert(sketch.ids[few], number, at)
    return number


def _take_over(
    index: OriginIndex, comparison: Comparison, number: int, copy: Known, ranges: list[tuple[int, int]]
) -> None:
    """Makes a copy's postings of these token ranges those of its late original."""
    sketch = comparison.record.sketch
    inside = np.zeros(sketch.tokens + 1, np.bool_)
    for start, end in ranges:
        inside[start:end] = True
    moved = inside[sketch.positions]
    at = np.minimum(sketch.positions[moved], POSITION_MAX).astype(np.uint16)
    index.postings.move(sketch.ids[moved], copy.number, number, at)
