"""Whether what two articles share is more than what both quote.

A statement, a speech, a post is quoted by many, each on its own: however long, it says nothing of who took whose text. So a
candidate of another publisher must share words that neither of the two gives as somebody else's. A copied article
includes its quotations: where enough of the rest is shared, they are part of what was copied, and of the share."""

from __future__ import annotations

import numpy as np

from wirecopy.core.fingerprint.varint_kernels import unpack_quoted
from wirecopy.core.index.articles import ArticleStore
from wirecopy.core.index.stored import remembered_quoted
from wirecopy.core.model import U8
from wirecopy.core.values import Value
from wirecopy.core.verdict.comparison import Comparison, Measured
from wirecopy.core.verdict.quotation_kernels import Q_COLUMNS, count_quoted
from wirecopy.core.verdict.workspace import BY, Votes


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


def shared_words(
    comparison: Comparison, articles: ArticleStore, votes: Votes, measured: Measured, here: U8
) -> Shared:
    """What this article and a candidate share, by quotations. here: `quoted_here`."""
    sketch = comparison.record.sketch
    _, _, _, _, _, _, _, _, _, _, main_start, main_end, own_there = articles.row_values(measured.article)
    there = np.empty(main_end, np.uint8)
    unpack_quoted(remembered_quoted(articles.get_blob(measured.article)), main_end, there)
    counts = np.empty(Q_COLUMNS, np.int64)
    main = (
        sketch.main_start,
        sketch.main_end,
        main_start,
        main_end,
        measured.runs_first,
        measured.runs_last,
    )
    workspace = comparison.workspace
    assert comparison.own_tokens >= 0, "brings the flags up to date"
    count_quoted(
        measured.article,
        votes.count,
        *votes.arrays,
        comparison.template,
        sketch.positions,
        workspace.flags,
        np.array(main, np.int64),
        workspace.runs,
        BY,
        here,
        there,
        workspace.owner,
        counts,
    )
    quoted, plain, longest, own, quoted_there = counts.tolist()
    return Shared(quoted, plain, longest, own, max(0, own_there - quoted_there))
