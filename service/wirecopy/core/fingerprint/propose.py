"""Article → proposal: the record that the fingerprint log is to hold of it, and what stays with the owner of
the text.

The half of the state machine that changes nothing: the same article gives the same bytes on every replica, in
any thread.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from wirecopy.core import limits
from wirecopy.core.credits.find import find_credits
from wirecopy.core.fingerprint.features import features_in
from wirecopy.core.fingerprint.record import RecordCredit, SketchRecord, encode_record, id_key
from wirecopy.core.fingerprint.sketch import Sketch, article_tokens, sketch_in
from wirecopy.core.fingerprint.varint_kernels import pack_quoted
from wirecopy.core.hashing import xxh3_64, xxh3_128_hex
from wirecopy.core.model import I32, U8, Credit, CreditKind, CreditScope, RawArticle
from wirecopy.core.text.quotations import quoted_in
from wirecopy.core.text.tokens import Tokens, borrow, give_back, tokens_in
from wirecopy.core.values import Value

_YEAR_MS = 31_556_952_000  # of the Gregorian calendar, on average


class Proposal(Value):
    """An article with the log record that proposes it. `value` is what to append; the rest stays here. `starts` and
    `ends` i32[t]: where its tokens lie, code points of the text."""

    article: RawArticle
    value: bytes
    body_xxh3: str
    starts: I32
    ends: I32
    credits: tuple[Credit, ...]


def propose(article: RawArticle) -> Proposal:
    """Fingerprints an article. Pure: the same article gives the same bytes on every replica."""
    text_utf8 = utf8 = article.text.encode("utf-8", "surrogatepass")
    scratch = borrow(len(utf8))
    tokens = tokens_in(scratch, utf8)
    quoted, quoted_tokens = quoted_in(utf8, tokens, article)
    if article.offsets is not None:  # else the text is the body
        utf8 = article.body.encode("utf-8", "surrogatepass")
    body_xxh3 = xxh3_128_hex(utf8)
    sketch = sketch_in(scratch, article, tokens)
    places = _places(tokens, sketch)
    found = find_credits(
        article.text,
        article.title,
        article.publisher,
        article.domain,
        host=article.host,
        tokens=tokens,
        utf8=text_utf8,
        year=0 if article.published_at_ms is None else 1970 + article.published_at_ms // _YEAR_MS,
        place=lambda credit: _scope_of(credit, places),
    )
    record = SketchRecord(
        article.position,
        body_xxh3,
        article.id[: limits.ID_CHARS_MAX],
        article.url[: limits.URL_CHARS_MAX],
        article.publisher[: limits.NAME_CHARS_MAX],
        article.host[: limits.HOST_CHARS_MAX],
        article.domain[: limits.NAME_CHARS_MAX],
        article.published_at_ms,
        article.version,
        _placed(found, article, tokens, sum(places) // 2) if found else (),
        sketch,
        id_key(article.domain[: limits.NAME_CHARS_MAX], article.evolved_from) if article.evolved_from else 0,
        _packed(quoted, quoted_tokens),
        date_doubt=article.date_doubt,
        features=features_in(text_utf8, tokens, quoted, *article_tokens(sketch)),
    )
    made = Proposal(
        article, encode_record(record), body_xxh3, tokens.starts.copy(), tokens.ends.copy(), found
    )
    give_back(scratch)
    return made


def _packed(quoted: U8, count: int) -> bytes:
    """Quoted tokens as the log holds them; nothing where none are."""
    if not count:
        return b""
    packed = np.empty(limits.QUOTED_BYTES_MAX, np.uint8)
    return packed[: pack_quoted(quoted, len(quoted), packed)].tobytes()


def _placed(
    found: tuple[Credit, ...], article: RawArticle, tokens: Tokens, below: int
) -> tuple[RecordCredit, ...]:
    """Credits as the log holds them: where in the body as it came. `below`: where the later half begins."""
    offsets = article.offsets
    return tuple(
        [
            RecordCredit(
                credit.kind,
                credit.name[: limits.NAME_CHARS_MAX],
                credit.key[: limits.NAME_CHARS_MAX],
                credit.agency,
                credit.start if offsets is None else int(offsets[credit.start]),
                credit.end if offsets is None else int(offsets[credit.end]),
                credit.scope,
                _context(tokens, credit, below),
            )
            for credit in found
        ]
    )


def _places(tokens: Tokens, sketch: Sketch) -> tuple[int, int]:
    """Code points where the main region begins and ends; (0, 0) without one."""
    if sketch.main_end <= sketch.main_start:
        return 0, 0
    return tokens.starts.item(sketch.main_start), tokens.ends.item(sketch.main_end - 1)


def _scope_of(credit: Credit, places: tuple[int, int]) -> CreditScope:
    """What a credit says where it stands: a dateline opens the article; a byline or signature stands above it or in its later
    half, which may go on with what is no longer of it."""
    first, end = places
    at = credit.start
    if not first - limits.CREDIT_BEFORE_CHARS <= at < end + limits.CREDIT_AFTER_CHARS:
        return CreditScope.PAGE
    if credit.kind is CreditKind.DATELINE and at >= first + limits.CREDIT_TOP_CHARS:
        return CreditScope.PAGE
    if credit.kind is CreditKind.BYLINE and first + limits.CREDIT_BEFORE_CHARS <= at < (first + end) // 2:
        return CreditScope.PAGE
    return credit.scope


def _context(tokens: Tokens, credit: Credit, below: int) -> int:
    """32 bits of the hash of a credit with the words on both sides of it. Of a signature that stands behind code point
    `below`, at the article's foot, with those behind it where there are any: before it stands the article, and no
    template."""
    starts = tokens.starts.data  # of Python's own numbers: a tenth of what the array's take to be compared
    first = bisect_left(starts, credit.start)
    end = bisect_left(starts, credit.end, first) + limits.CREDIT_CONTEXT_TOKENS
    if not (credit.kind is CreditKind.BYLINE and credit.start > below and end <= len(starts)):
        first = max(0, first - limits.CREDIT_CONTEXT_TOKENS)
    bounds = tokens.canonical_starts.data
    return xxh3_64(tokens.canonical[bounds[first] : bounds[min(end, len(starts))]]) & 0xFFFFFFFF
