"""Which words of a text are somebody else's by what the text itself says: those between quotation marks, and those that it
sets apart as quoted without marks (quotation_kernels.py has the laws).

A shared quotation says nothing of who took whose text: a statement, a speech or a post is quoted by many, each on its own.
So the log record carries which tokens are quoted, and replay counts what two articles share outside of them.
"""

from __future__ import annotations

import numpy as np

from wirecopy.core import limits
from wirecopy.core.model import I32, U8, RawArticle
from wirecopy.core.text import quotation_kernels
from wirecopy.core.text.tokens import Tokens

_BY = np.array(
    [
        limits.QUOTED_TOKENS_MIN,
        limits.QUOTED_TOKENS_MAX,
        limits.QUOTED_SINGLE_TOKENS_MAX,
        limits.SPEAKER_CHARS_MAX,
        limits.SPEAKER_LINES_MIN,
        limits.FRAME_TOKENS_MIN,
    ],
    np.int64,
)
_NO_BLOCKS: I32 = np.empty((0, 2), np.int32)
_ELEMENTS = ("blockquote", "q")


def quoted_tokens(utf8: bytes, tokens: Tokens, blocks: I32 = _NO_BLOCKS) -> tuple[U8, int]:
    """Which tokens of a text (UTF-8, surrogates as they are) are quoted, u8[tokens], and how many. blocks i32[b, 2]: code
    points of what its page sets apart as quoted."""
    quoted = np.empty(len(tokens), np.uint8)
    rows = np.empty((len(tokens.lines) + 1, quotation_kernels.ROW_COLUMNS), np.int64)
    count = quotation_kernels.find_quoted(utf8, tokens.starts, blocks, _BY, quoted, rows)
    return quoted, count


def quoted_in(utf8: bytes, tokens: Tokens, article: RawArticle) -> tuple[U8, int]:
    """The same of an article's text, with what its HTML sets apart."""
    blocks = _NO_BLOCKS if article.offsets is None else quoted_blocks(article.body, article.offsets)
    return quoted_tokens(utf8, tokens, blocks)


def quoted_blocks(body: str, offsets: I32) -> I32:
    """What HTML sets apart as quoted, `<blockquote>` and `<q>`, as ranges i32[b, 2] of its text, whose characters stand at
    `offsets` of the body. A page that sets most of itself apart so does it for the indentation: then it is nothing."""
    spans: list[tuple[int, int]] = []
    for name in _ELEMENTS:
        for element in (name, name.upper()):
            spans += _elements(body, element)
    if not spans:
        return _NO_BLOCKS
    blocks = np.searchsorted(offsets[:-1], np.array(sorted(spans), np.int64)).astype(np.int32)
    return _NO_BLOCKS if 2 * int((blocks[:, 1] - blocks[:, 0]).sum()) > len(offsets) else blocks


def _elements(body: str, name: str) -> list[tuple[int, int]]:
    """Where the outermost elements of a name stand in HTML; one that is never closed is none."""
    spans = []
    opening, closing = f"<{name}", f"</{name}"
    at = body.find(opening)
    while at >= 0:
        if body[at + len(opening) : at + len(opening) + 1] not in (">", " ", "\n", "\t"):
            at = body.find(opening, at + 1)
            continue
        end = body.find(closing, at)
        if end < 0:
            break
        spans.append((at, end))
        at = body.find(opening, end)
    return spans
