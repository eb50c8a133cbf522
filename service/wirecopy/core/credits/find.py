"""Whom a text names as its source: datelines, bylines, "via X", "Source: X", "originally published by X",
links of teasers.

The theory: **where** words stand tells a credit from a mention. "according to X" inside a sentence says
where a fact is from; alone on its line it says whose text this is. So every rule binds words to a place (a
whole line, the head of a line, the start of the article, any sentence) and only rules that cannot be about
a mere fact yield a strong kind. The name must look like one (capitals, a domain, a script without case) and
must not be the publisher's own: a paper's dateline with its own name credits nobody.

Anchors are found by the flags of credit_rules.py over the tokens that the sketch needs anyway; each is then
checked on its own line, of which a bounded part is looked at, and candidates are bounded in number: linear
on any input. Phrases are in credit_phrases.py, datelines, bylines and mentions in credit_datelines.py, both
as data in word_table.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from wirecopy.core import limits
from wirecopy.core.credits.datelines import brackets, enclosed
from wirecopy.core.credits.kernels import credit_candidates
from wirecopy.core.credits.page import Page
from wirecopy.core.credits.phrases import worded
from wirecopy.core.credits.program import program
from wirecopy.core.credits.rules import rules
from wirecopy.core.credits.unspaced import has_unspaced, unspaced
from wirecopy.core.model import Credit, CreditKind, CreditScope
from wirecopy.core.publishers import brand_keys
from wirecopy.core.text.tokens import Tokens, tokenise_utf8
from wirecopy.core.values import replace

# Strongest first. "Originally published by" outweighs a dateline, which may be that of a source's source.
STRENGTH = (
    CreditKind.ORIGINALLY,
    CreditKind.VIA,
    CreditKind.READ_MORE,
    CreditKind.DATELINE,
    CreditKind.BYLINE,
    CreditKind.SOURCE,
    CreditKind.MENTION,
)
# Each hand that passes a text on adds its credit below: of these kinds the last is the nearest source.
_LAST_FIRST = frozenset((CreditKind.ORIGINALLY, CreditKind.VIA, CreditKind.READ_MORE, CreditKind.SOURCE))
_RANK = {kind: rank for rank, kind in enumerate(STRENGTH)}


def find_credits(
    text: str,
    title: str,
    publisher: str,
    domain: str,
    *,
    host: str = "",
    tokens: Tokens | None = None,
    utf8: bytes | None = None,
    year: int = 0,
    place: Callable[[Credit], CreditScope] | None = None,
) -> tuple[Credit, ...]:
    """Credits of a text, strongest first, of one kind the nearest source first; at most limits.CREDITS_MAX,
    each name once.

    `tokens` and `utf8` are those of `text` where the caller has them. `publisher`, `domain`, `host` tell whose names are no
    credit; a phrase that is part of `title` is none either. `year` is that of publication, 0 where it is not known. `place`
    says how much a credit says where it stands: what the page says comes last. Offsets are code points of `text`.
    """
    utf8 = text.encode("utf-8", "surrogatepass") if utf8 is None else utf8
    tokens = tokenise_utf8(utf8) if tokens is None else tokens
    if not len(tokens.starts):
        return ()
    found_words, in_texts = credit_candidates(
        utf8, tokens.hashes, tokens.starts, tokens.ends, tokens.lines, *program().arrays
    )
    words = found_words.tolist() if len(found_words) else []
    places = brackets(text, utf8, tokens) if len(tokens.closings) else []
    lacks_spaces = tokens.may_lack_spaces and has_unspaced(text)
    if not (words or places or lacks_spaces):  # as in most texts
        return ()
    page = Page(text, tokens, _own(publisher, host, domain), title, rules(), year, [])
    found = [*worded(page, words, in_texts), *enclosed(page, places)]
    if lacks_spaces:
        found += unspaced(page)
    if page.stale:
        found = [credit for credit in found if not _is_stale(page, credit)]
    if place is not None:
        found = [
            credit if (scope := place(credit)) is credit.scope else replace(credit, scope=scope)
            for credit in found
        ]
    return _best(found) if len(found) > 1 else tuple(found)


def _is_stale(page: Page, credit: Credit) -> bool:
    """Whether a signature stands beside its agency's copyright line of another year: both are the site's template."""
    return credit.kind is CreditKind.BYLINE and any(
        credit.key == key and abs(credit.start - at) < limits.CREDIT_LINE_CHARS_MAX for key, at in page.stale
    )


@lru_cache(maxsize=limits.CACHED_NAMES_MAX)
def _own(publisher: str, host: str, domain: str) -> frozenset[str]:
    """The keys by which a publisher would credit itself."""
    return frozenset(brand_keys(publisher, host, domain))


def _order(credit: Credit) -> tuple[bool, int, int, int]:
    return (
        credit.scope is CreditScope.PAGE,
        _RANK[credit.kind],
        -credit.start if credit.kind in _LAST_FIRST else credit.start,
        credit.end,
    )


def _best(found: Iterable[Credit]) -> tuple[Credit, ...]:
    """Sorted by strength and place, each key once, mentions bounded."""
    kept: dict[str, Credit] = {}
    mentions = 0
    for credit in sorted(found, key=_order):
        if credit.key in kept or len(kept) == limits.CREDITS_MAX:
            continue
        if credit.kind is CreditKind.MENTION:
            mentions += 1
            if mentions > limits.CREDIT_MENTIONS_MAX:
                break
        kept[credit.key] = credit
    return tuple(kept.values())
