"""Whether what two articles share is more than what both quote.

A statement, a speech, a post is quoted by many, each on its own: however long, it says nothing of who took whose text. So a
candidate of another publisher must share words that neither of the two gives as somebody else's. A copied article
includes its quotations: where enough of the rest is shared, they are part of what was copied, and of the share.

Runs chain hits over gaps, so that the words between two quoted passages would count as shared. Here a token counts only if a
hit's shingle holds it, or if it stands between two hits so close and equally far apart in both texts that the stretch is
the same to the letter. The kernels that count so come first.

A copy whose words were changed one by one shares little to the letter too, and is told from quotations by order
(`kept_in_order`).
Where every third word is another, few shingles are left and no passage is. But those that are left keep their order and
their distances from the first paragraph to the last, as words that two articles quote, or took from one release, do not:
each author picks these for a place of his own. So a handful of shingles is enough where they lie far apart, lie alike in
both, are nobody's quotation, and stand in no third story or are many for a text so short.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint.varint_kernels import unpack_quoted
from wirecopy.core.index.articles import ArticleStore
from wirecopy.core.index.stored import remembered_quoted
from wirecopy.core.jit import Array, Number, kernel, kernel_of
from wirecopy.core.model import I32, U8, Quotation
from wirecopy.core.values import Value
from wirecopy.core.verdict.comparison import Comparison, Measured, density
from wirecopy.core.verdict.layout import STRETCH, TOKEN_MAIN, TOKEN_TEMPLATE
from wirecopy.core.verdict.passage_kernels import place
from wirecopy.core.verdict.rules import Match

SHARED_PLAIN, SHARED_QUOTED = 1, 2  # a shared token, by whether either article quotes it


@kernel
def _in_run(runs: Array, here: Number, there: Number) -> Any:
    """Whether a run of more than one hit holds a hit at these tokens."""
    for run in runs:
        if (
            run.hits > 1
            and run.start <= here
            and here + limits.SHINGLE_TOKENS <= run.end
            and run.source_start <= there
            and there + limits.SHINGLE_TOKENS <= run.source_end
        ):
            return True
    return False


@kernel
def _mark_shared(
    votes: Array,
    template: Array,
    positions: Array,
    runs: Array,
    quoted_here: Array,
    quoted_there: Array,
    source_start: Number,
    shared: Array,
) -> None:
    """Fills shared u8[tokens] by the votes of one candidate that its runs hold, inside its main region."""
    tokens, source_end = len(quoted_here), len(quoted_there)
    shared[:tokens] = 0
    last_here = last_there = np.int64(-1)
    for vote in votes:
        if template[vote.sample]:
            continue
        here, there = np.int64(positions[vote.sample]), np.int64(vote.position)
        if not _in_run(runs, here, there):
            continue
        begin: Number = here
        step = here - last_here
        if last_here >= 0 and step == there - last_there and step <= limits.SOLID_GAP_TOKENS:
            begin = last_here
        end: Number = min(tokens, here + limits.SHINGLE_TOKENS)
        for t in range(begin, end):
            source = there - here + t
            if source_start <= source < source_end:
                quoted = quoted_here[t] or quoted_there[source]
                shared[t] = SHARED_QUOTED if quoted else max(shared[t], SHARED_PLAIN)
        last_here, last_there = here, there


@kernel
def count_shared(
    number: Number,
    votes: Array,
    template: Array,
    positions: Array,
    flags: Array,
    main_start: Number,
    main_end: Number,
    runs: Array,
    quoted_here: Array,
    quoted_there: Array,
    source_start: Number,
    shared: Array,
) -> Any:
    """What this article and the candidate `number` share, in own tokens of this one's main region: (quoted by either, by
    neither, of these those of the run that has most; tokens of this article's main region that it does not quote; tokens of
    the candidate's that it quotes).

    votes HIT by article and then by sample; template u8[n], positions i32[n] of the samples; flags u8[≥ tokens]; runs RUN,
    the candidate's; quoted_here u8[tokens]; quoted_there u8[end of the candidate's main region], which begins at
    source_start. Fills shared u8[≥ tokens] with SHARED_…."""
    low, high = np.int64(0), np.int64(len(votes))
    while low < high:
        middle = (low + high) // 2
        if votes[middle].article < number:
            low = middle + 1
        else:
            high = middle
    while high < len(votes) and votes[high].article == number:
        high += 1
    _mark_shared(votes[low:high], template, positions, runs, quoted_here, quoted_there, source_start, shared)
    quoted = plain = own = longest = quoted_in_source = np.int64(0)
    for t in range(main_start, main_end):
        if flags[t] & (TOKEN_MAIN | TOKEN_TEMPLATE) == TOKEN_MAIN:
            own += quoted_here[t] == 0
            quoted += shared[t] == SHARED_QUOTED
            plain += shared[t] == SHARED_PLAIN
    for run in runs:
        inside = np.int64(0)
        if run.hits > 1:
            for t in range(max(main_start, run.start), min(main_end, run.end)):
                inside += shared[t] == SHARED_PLAIN and flags[t] & TOKEN_TEMPLATE == 0
        longest = max(longest, inside)
    for t in range(source_start, len(quoted_there)):
        quoted_in_source += quoted_there[t]
    return quoted, plain, longest, own, quoted_in_source


class Shared(Value):
    """Tokens that two articles share, inside the main region of both."""

    quoted: int  # quoted by either
    plain: int  # by neither
    longest: int  # of these, those of the run that has most
    own: int  # tokens of this article's main region that it does not quote
    own_there: int  # likewise of the candidate's


def quoted_here(comparison: Comparison) -> U8:
    """Which tokens of this article are quoted, u8[tokens]."""
    record = comparison.record
    quoted = np.empty(record.sketch.tokens, np.uint8)
    unpack_quoted(record.quoted, len(quoted), quoted)
    return quoted


def quoted_there(articles: ArticleStore, number: int, tokens: int) -> U8:
    """Which of the first tokens of an article that came before are quoted, u8[tokens]."""
    quoted = np.empty(tokens, np.uint8)
    unpack_quoted(remembered_quoted(articles.get_blob(number)), tokens, quoted)
    return quoted


def shared_words(comparison: Comparison, articles: ArticleStore, measured: Measured, here: U8) -> Shared:
    """What this article and a candidate share, by quotations. here: `quoted_here`."""
    sketch, workspace = comparison.record.sketch, comparison.workspace
    row = articles.row(measured.article)
    there = quoted_there(articles, measured.article, row.main_end)
    quoted, plain, longest, own, in_source = count_shared(
        measured.article,
        comparison.held,
        comparison.template,
        sketch.positions,
        workspace.flags,
        sketch.main_start,
        sketch.main_end,
        workspace.runs[measured.runs_first : measured.runs_last],
        here,
        there,
        row.main_start,
        workspace.owner,
    )
    return Shared(quoted, plain, longest, own, max(0, row.own_tokens - in_source))


def more_than_quoted(comparison: Comparison, match: Match, shared: Shared) -> bool:
    """Whether what this article and a candidate of another publisher share is more than what both quote, and how their
    quotations are framed."""
    scale = limits.UNSPACED_WORDS_SCALE if comparison.unspaced else 1.0
    measured = match.measured
    if min(measured.containment_here, measured.containment_there) >= limits.WHOLE_PART_MIN:
        return True
    if match.in_order or (match.same_title and match.names):
        return True
    if match.lone_hits:  # something else says that the one is of the other
        return (
            shared.quoted < limits.QUOTATION_WORDS_MIN
            or shared.plain >= limits.PLAIN_NAMED_TOKENS_MIN * scale
        )
    if _scattered(comparison, measured, shared):
        return False
    if (
        shared.longest >= limits.PLAIN_RUN_TOKENS_MIN * scale
        or shared.plain >= limits.PLAIN_TOKENS_MIN * scale
    ):
        return True
    part = limits.PLAIN_PART_MIN * min(shared.own, shared.own_there)
    return bool(shared.plain >= max(part, limits.PLAIN_PART_TOKENS_MIN * scale))


def _scattered(comparison: Comparison, measured: Measured, shared: Shared) -> bool:
    """Whether two articles share words that stand among others, little of either and at the head of neither: what two
    reports of one decree, verdict or speech took from it, each in its own choice. Who takes a passage from another article takes
    it to the letter, or opens with it, or takes much of it."""
    return (
        max(measured.containment_here, measured.containment_there) < limits.SCATTERED_PART_MAX
        and max(measured.lead_here, measured.lead_there) < limits.SCATTERED_LEAD_MAX
        and shared.longest < limits.SCATTERED_RUN_TOKENS_MAX
        and density(comparison, measured) < limits.SCATTERED_DENSITY_MAX
    )


class Quoting(Value):
    """Another article that carries quotations of this one, and where they stand here, in tokens."""

    id: str
    publisher: str
    stretches: list[tuple[int, int]]


def shared_quotations(comparison: Comparison) -> list[tuple[int, int]]:
    """The stretches that this article and the candidate last asked about by `shared_words` share and quote."""
    shared = comparison.workspace.owner[: comparison.record.sketch.tokens] == SHARED_QUOTED
    edges = np.flatnonzero(np.diff(shared, prepend=False, append=False)).tolist()
    return [
        (first, last)
        for first, last in zip(edges[::2], edges[1::2], strict=True)
        if last - first >= limits.QUOTATION_WORDS_MIN
    ]


def told(comparison: Comparison, quoting: list[Quoting]) -> tuple[Quotation, ...]:
    """What a verdict tells of them: the first limits.QUOTATIONS_MAX, in order."""
    spans = sorted((first, last, n) for n, one in enumerate(quoting) for first, last in one.stretches)
    spans = spans[: limits.QUOTATIONS_MAX]
    stretches = np.zeros(len(spans), STRETCH)
    stretches["start"], stretches["end"] = [s[0] for s in spans], [s[1] for s in spans]
    place(comparison.record.sketch.lines, stretches, len(spans))
    return tuple(
        Quotation(start, end, last - first, quoting[n].id, quoting[n].publisher)
        for (first, last, n), start, end in zip(
            spans, stretches["char_start"].tolist(), stretches["char_end"].tolist(), strict=True
        )
        if end > start
    )


# ---- the order of what is left of a reworded copy
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
