"""Credits in scripts without spaces (Chinese, Japanese, Korean, Thai): by characters at the ends of short
lines.

Their words are not tokens, which are cut by content there; so phrases are compared as they stand, and only
where they are the whole of a short line or, for a dispatch's head ("新华社北京5月3日电"), at its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from wirecopy.core import limits
from wirecopy.core.agencies import AGENCIES
from wirecopy.core.credits import phrase_table
from wirecopy.core.credits.names import Name, name_within
from wirecopy.core.credits.page import Page
from wirecopy.core.model import Credit, CreditKind
from wirecopy.core.text.kernels import LINE_CHAR_END, LINE_CHAR_START

_UNSPACED_NAME_CHARS_MAX = 20  # a longer run without spaces is a clause
_UNSPACED_FROM = "\u0e00"  # Thai; Han, kana and Hangul lie above
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]")
_TELEGRAM = re.compile(r"[^\n，。、]{0,24}?(?:电|電|讯|訊)")
_ARTICLE_HEADS = ("本文", "文章", "此文", "该文", "本稿", "原文")


@lru_cache(maxsize=1)
def unspaced_agencies() -> re.Pattern[str]:
    """The agencies' names in scripts without spaces, longest first: there a place and a name are one word."""
    names = {n for _, names, _ in AGENCIES for n in names if n[0] >= "\u0e00" and len(n) >= 2}
    return re.compile("|".join(map(re.escape, sorted(names, key=lambda n: (-len(n), n)))))


@lru_cache(maxsize=1)
def _unspaced_phrases() -> tuple[dict[str, list[tuple[str, str, str]]], frozenset[str], frozenset[str]]:
    """Phrases by their first character, or where they begin with the name by their last; the agencies'
    first ones; the first characters of both."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for kind, before, after in phrase_table.UNSPACED_PHRASES:
        found.setdefault(before[0] if before else after[-1], []).append((kind, before, after))
        for head in _ARTICLE_HEADS if kind == "originally" else ():
            found.setdefault(head[0], [])  # a line that begins so is looked at
    agencies = frozenset(n[0] for _, names, _ in AGENCIES for n in names if n[0] >= _UNSPACED_FROM)
    return found, agencies, agencies.union(found)


def has_unspaced(text: str) -> bool:
    """Whether a script without spaces is seen where a text is looked at: its ends, and between them here and there."""
    return not text.isascii() and bool(
        _UNSPACED.search(text[:128] + text[-256:] + text[:: max(1, len(text) // 64)])
    )


def unspaced(page: Page) -> Iterator[Credit]:
    """Phrases of Chinese, Japanese, Thai and Korean, whose words tokens do not show: of texts that have such
    scripts."""
    text = page.text
    phrases, agency_heads, either = _unspaced_phrases()
    lines = [(s, e) for s, e in _line_places(page) if text[s] in either or text[e - 1] in phrases]
    for start, _ in lines:
        credit = _telegram(page, start) if text[start] in agency_heads else None
        if credit is not None:
            yield credit
    for start, end in lines:
        if end - start > limits.CREDIT_LINE_CHARS_MAX // 2:
            continue
        skipped = 2 if text.startswith(_ARTICLE_HEADS, start) else 0
        for first in (text[start], text[start + 2] if skipped else "", text[end - 1]):
            for phrase in phrases.get(first, ()):
                credit = _unspaced_phrase(page, phrase, start, end, skipped)
                if credit is not None:
                    yield credit


def _line_places(page: Page) -> Iterator[tuple[int, int]]:
    """Where lines start and end: the first ones and the last."""
    lines = page.tokens.lines
    half = limits.CREDIT_CANDIDATES_MAX // 2
    if len(lines) > 2 * half:
        lines = np.concatenate((lines[:half], lines[-half:]))
    return zip(lines[:, LINE_CHAR_START].tolist(), lines[:, LINE_CHAR_END].tolist(), strict=True)


def _telegram(page: Page, start: int) -> Credit | None:
    """ "新华社北京5月3日电": agency, place, date and the word for a dispatch."""
    agency = unspaced_agencies().match(page.text, start)
    dispatch = _TELEGRAM.match(page.text, agency.end()) if agency else None
    if agency is None or dispatch is None:
        return None
    return page.credit(
        CreditKind.DATELINE, Name(agency[0], agency.start(), agency.end()), start, dispatch.end()
    )


def _unspaced_phrase(
    page: Page, phrase: tuple[str, str, str], start: int, end: int, skipped: int
) -> Credit | None:
    """A phrase that is the whole of a short line, words for "this article" before it left out."""
    kind, before, after = phrase
    line = page.text[start:end]
    first = 0 if line.startswith(before) else skipped
    if (
        not line.startswith(before, first)
        or not line.endswith(after)
        or len(line) - first <= len(before) + len(after)
    ):
        return None
    name = name_within(page.text, start + first + len(before), end - len(after))
    if name is None or len(name.text) > _UNSPACED_NAME_CHARS_MAX:
        return None
    return page.credit(CreditKind(kind), name, start, end)
