"""Whether what two articles share is more than what both quote.

A statement, a speech, a post is quoted by many, each on its own: however long, it says nothing of who took whose text. So a
candidate of another publisher must share words that neither of the two gives as somebody else's. A copied article
includes its quotations: where enough of the rest is shared, they are part of what was copied, and of the share."""

from __future__ import annotations

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint.varint_kernels import unpack_quoted
from wirecopy.core.index.articles import ArticleStore
from wirecopy.core.index.stored import remembered_quoted
from wirecopy.core.model import U8, Quotation
from wirecopy.core.values import Value
from wirecopy.core.verdict.comparison import Comparison, Measured
from wirecopy.core.verdict.layout import STRETCH
from wirecopy.core.verdict.passage_kernels import place
from wirecopy.core.verdict.quotation_kernels import SHARED_QUOTED, count_shared
from wirecopy.core.verdict.rules import Match


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


def shared_words(comparison: Comparison, articles: ArticleStore, measured: Measured, here: U8) -> Shared:
    """What this article and a candidate share, by quotations. here: `quoted_here`."""
    sketch, workspace = comparison.record.sketch, comparison.workspace
    row = articles.row(measured.article)
    there = np.empty(row.main_end, np.uint8)
    unpack_quoted(remembered_quoted(articles.get_blob(measured.article)), row.main_end, there)
    quoted, plain, longest, own, quoted_there = count_shared(
        measured.article,
        comparison.votes,
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
    return Shared(quoted, plain, longest, own, max(0, row.own_tokens - quoted_there))


def more_than_quoted(comparison: Comparison, match: Match, shared: Shared) -> bool:
    """Whether what this article and a candidate of another publisher share is more than what both quote, and how their
    quotations are framed."""
    scale = limits.UNSPACED_WORDS_SCALE if comparison.unspaced else 1.0
    measured = match.measured
    if min(measured.containment_here, measured.containment_there) >= limits.WHOLE_PART_MIN:
        return True
    if match.same_title and match.names:
        return True
    if match.lone_hits:  # something else says that the one is of the other
        return (
            shared.quoted < limits.QUOTATION_WORDS_MIN
            or shared.plain >= limits.PLAIN_NAMED_TOKENS_MIN * scale
        )
    if (
        shared.longest >= limits.PLAIN_RUN_TOKENS_MIN * scale
        or shared.plain >= limits.PLAIN_TOKENS_MIN * scale
    ):
        return True
    part = limits.PLAIN_PART_MIN * min(shared.own, shared.own_there)
    return bool(shared.plain >= max(part, limits.PLAIN_PART_TOKENS_MIN * scale))


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
