"""Whether what two articles share stands in one order over the length of both: a copy whose words were changed one by one.

Where every third word is another, few shingles are left and no passage is. But those that are left keep their order and
their distances from the first paragraph to the last, as words that two articles quote, or took from one release, do not:
each author picks these for a place of his own. So a handful of shingles is enough where they lie far apart, lie alike in
both, are nobody's quotation, and stand in no third story or are many for a text so short.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.index.articles import ArticleStore
from wirecopy.core.jit import Array, kernel_of
from wirecopy.core.model import I32, U8
from wirecopy.core.values import Value
from wirecopy.core.verdict.comparison import Comparison, Measured
from wirecopy.core.verdict.quotations import quoted_there


class Ordered(Value):
    """The longest row of shingles that two articles hold in one order at like distances, in tokens."""

    shingles: int
    places: int  # stretches of them that lie apart
    here: int  # from the first to the end of the last, in this article
    there: int  # in the other
    gap: int  # the longest step from one to the next, in this article


@kernel_of("UniTuple(i8, 5)", "i4[::1]", "i4[::1]")
def longest_in_order(here: Array, there: Array) -> Any:
    """The fields of `Ordered`. here, there i32[n]: where the shingles stand; here ascends."""
    count = len(here)
    best = np.ones(count, np.int64)
    before = np.full(count, -1, np.int64)
    last = np.int64(-1)
    for i in range(count):
        for j in range(i - 1, -1, -1):
            step = np.int64(here[i]) - np.int64(here[j])
            if step > limits.ORDER_GAP_TOKENS_MAX:
                break
            step_there = np.int64(there[i]) - np.int64(there[j])
            if step == 0 or step_there <= 0 or step_there > limits.ORDER_GAP_TOKENS_MAX:
                continue
            drift = abs(step - step_there)
            most = limits.FILL_DRIFT_PART * max(step, step_there)
            if drift > limits.FILL_DRIFT_TOKENS_MIN and drift > most:
                continue
            if best[j] + 1 > best[i]:
                best[i] = best[j] + 1
                before[i] = j
        if last < 0 or best[i] > best[last]:
            last = np.int64(i)
    if last < 0:
        return 0, 0, 0, 0, 0
    at = last
    places = np.int64(1)
    gap = np.int64(0)
    while before[at] >= 0:
        step = np.int64(here[at]) - np.int64(here[before[at]])
        places += step > limits.SOLID_GAP_TOKENS
        gap = max(gap, step)
        at = before[at]
    span = np.int64(here[last]) - np.int64(here[at]) + limits.SHINGLE_TOKENS
    span_there = np.int64(there[last]) - np.int64(there[at]) + limits.SHINGLE_TOKENS
    return best[last], places, span, span_there, gap


def kept_in_order(
    comparison: Comparison, articles: ArticleStore, measured: Measured, here_quoted: U8
) -> bool:
    """Whether an article of another publisher holds shingles of this one in order over most of both. here_quoted: which tokens
    of this article are quoted, u8[tokens]."""
    held, sketch = comparison.held, comparison.record.sketch
    first, last = np.searchsorted(held["article"], (measured.article, measured.article + 1))
    votes = held[first:last]
    votes = votes[comparison.template[votes["sample"]] == 0]
    if not limits.ORDER_SHINGLES_MIN <= len(votes) <= limits.ORDER_SHINGLES_MAX:
        return False
    row = articles.row(measured.article)
    samples = votes["sample"].astype(np.int64)
    here, there = sketch.positions[samples], votes["position"].astype(np.int32)
    there_quoted = quoted_there(articles, measured.article, row.main_end)
    plain = (sketch.main_start <= here) & (here < sketch.main_end)
    plain &= (row.main_start <= there) & (there < row.main_end)
    plain &= ~_touched(here_quoted, here) & ~_touched(there_quoted, np.minimum(there, row.main_end))
    if np.count_nonzero(plain) < limits.ORDER_SHINGLES_MIN or _mostly_template(comparison):
        return False
    main = (sketch.main_end - sketch.main_start, row.main_end - row.main_start)
    found = _in_order(here[plain], there[plain])
    if _lies_alike(
        found, main, limits.ORDER_SHORT_SPAN_MIN
    ) and found.shingles >= limits.ORDER_SHORT_PART_MIN * len(sketch.ids):
        return True
    stories = np.bincount(held["sample"], minlength=len(sketch.ids))
    _, which, times = np.unique(sketch.ids, return_inverse=True, return_counts=True)
    rare = plain & (stories[samples] == 1) & (times[which][samples] == 1)
    return _lies_alike(_in_order(here[rare], there[rare]), main, limits.ORDER_SPAN_MIN)


def _mostly_template(comparison: Comparison) -> bool:
    """Whether most of the article is what many stories hold: then what is left of it may be the remnants of a form."""
    sketch = comparison.record.sketch
    main = (sketch.main_start <= sketch.positions) & (sketch.positions < sketch.main_end)
    return bool(2 * np.count_nonzero(comparison.template[main]) > np.count_nonzero(main))


def _touched(quoted: U8, starts: I32) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """bool[n]: whether the shingles that begin at these tokens hold a quoted one."""
    before = np.zeros(len(quoted) + limits.SHINGLE_TOKENS + 1, np.int64)
    before[1 : len(quoted) + 1] = np.cumsum(quoted)
    before[len(quoted) + 1 :] = before[len(quoted)]
    touched: np.ndarray[Any, np.dtype[np.bool_]] = before[starts + limits.SHINGLE_TOKENS] > before[starts]
    return touched


def _in_order(here: I32, there: I32) -> Ordered:
    return Ordered(*longest_in_order(np.ascontiguousarray(here), np.ascontiguousarray(there)))


def _lies_alike(found: Ordered, main: tuple[int, int], span_min: float) -> bool:
    """Whether a row of shingles is long enough, lies over most of both main regions, evenly and alike in them: what lies in a few
    heaps was taken from one document by two."""
    part, part_there = found.here / max(1, main[0]), found.there / max(1, main[1])
    return (
        found.shingles >= limits.ORDER_SHINGLES_MIN
        and found.places >= limits.ORDER_PLACES_MIN
        and found.gap * (found.shingles - 1) <= limits.ORDER_UNEVEN_MAX * found.here
        and min(part, part_there) >= span_min
        and max(part, part_there) <= limits.ORDER_STRETCH_MAX * min(part, part_there)
    )
