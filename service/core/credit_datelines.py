"""Credits by place: datelines, bylines, sign-offs and mentions, most of them by the names of the table.

A dateline stands at the head of a line: place, date, name in brackets or between slashes, dash. Where the place is in
capitals any name will do ("PARIS (Courier) —"); elsewhere the name must be an agency of the table, since brackets near
the head of a line hold anything. A name without brackets must be known and be followed by a dash ("CNN —").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from service.core import credit_table, limits
from service.core.credit_names import Name, name_within
from service.core.credit_page import LINE_ENDS, Page
from service.core.credit_rules import KnownName
from service.core.domains import agency_key
from service.core.kernels import LINE_CHAR_END, LINE_CHAR_START, LINE_TOKEN_END, LINE_TOKEN_START
from service.core.model import Credit, CreditKind
from service.core.tokens import phrase_hashes

_PLACE_CHARS_MAX = 72  # "WEST PALM BEACH, Florida, September 23, 2024 "
_ENCLOSED_CHARS_MAX = 60
_UNSPACED_NAME_CHARS_MAX = 20  # a longer run without spaces is a clause
_DASHES = "-–—―="
_MARKS = frozenset("/-–—.\n")  # beside a name without brackets in a dateline
_ENDING = frozenset(("", "\n", "\r", ".", ",", ":", ";", *_DASHES))
_BRACKETS = ((")", "("), ("）", "（"), ("】", "【"), ("]", "["))
_AFTER_DATELINE = re.compile(r"[ \u00a0]?[.,:;]?[ \u00a0]{0,2}(?:[-–—―=]{1,3}|\.-)")
_BARE_DASH = re.compile(r"[ \u00a0]?\n?(?:—|–|--)[ \u00a0\n]|[ \u00a0]-[ \u00a0]")
_AFTER_PLACE = re.compile(r"[-–—―][ \u00a0]?\Z|\.[ \u00a0]\Z")
_PLACE = re.compile(r"[\s\"'“„«*•>_\-–—]{0,4}(?!\d{1,2}:)[^\s\d()\[\]/|:?!][^()\[\]|:?!\n]*\Z")
_PIECES = re.compile(r"\s*[/／;；,，、=＝・|]\s*|\s+-\s+|\s+[–—]\s+")
_INITIALS = re.compile(r"[a-zäöüß]{1,4}\Z")
_ENDS_SENTENCE = re.compile(r"[.!?。！？…\"”»’」』)]\s{0,2}\Z")


def _is_place(prefix: str) -> bool:
    """Whether what stands before a name can be a dateline's place and date; nothing at all can."""
    return not prefix.strip() or (len(prefix) <= _PLACE_CHARS_MAX and len(prefix.split()) <= 9 and bool(_PLACE.match(prefix)))


def _names_place(prefix: str) -> bool:
    return sum(map(str.isalpha, prefix)) >= 3 and _is_place(prefix)


def _in_capitals(prefix: str) -> bool:
    """Whether a place is set in capitals up to its first comma or figure: "NEW DELHI, May 3"."""
    place = re.split(r"[,\d]", prefix, maxsplit=1)[0].strip(" \u00a0\"'“„«*•>_-–—")
    return place.isupper() and sum(map(str.isalpha, place)) >= 3


@lru_cache(maxsize=1)
def _unspaced_agencies() -> re.Pattern[str]:
    """The agencies' names in scripts without spaces, longest first: there a place and a name are one word."""
    names = {n for _, names, _ in credit_table.AGENCIES for n in names if n[0] >= "\u0e00" and len(n) >= 2}
    return re.compile("|".join(map(re.escape, sorted(names, key=lambda n: (-len(n), n)))))


def _agency_in(inside: str, at: int) -> Name | None:
    """The agency that brackets hold: alone, first of several, or behind a place."""
    start = 0
    for piece in [*_PIECES.split(inside)][:4]:
        found = inside.find(piece, start)
        start = found + len(piece)
        name = piece.strip()
        if name and agency_key(name) and (name[0].isupper() or not name[0].islower() or name in _lower_names()):
            begin = at + found + (len(piece) - len(piece.lstrip()))
            return Name(name, begin, begin + len(name))
    if inside[-1:] >= "\u0e00":
        for match in _unspaced_agencies().finditer(inside):
            if match.end() == len(inside):
                return Name(match[0], at + match.start(), at + match.end())
    words = inside.rsplit(" ", 1)  # "東京 3日 ロイター", "Von unserem Korrespondenten dpa" is none
    if len(words) == 2 and words[1][:1] >= "\u0e00" and agency_key(words[1]):
        return Name(words[1], at + len(inside) - len(words[1]), at + len(inside))
    return None


@lru_cache(maxsize=1)
def _lower_names() -> frozenset[str]:
    return frozenset(n for _, names, _ in credit_table.AGENCIES for n in names if n[0].islower())


def enclosed(page: Page) -> Iterator[Credit | None]:
    """Names in brackets: datelines, and the sign-offs of agencies at the end of a line."""
    text = page.text
    for closing, opening in _BRACKETS[:1] if text.isascii() else _BRACKETS:
        closed = text.find(closing)
        for _ in range(limits.CREDIT_CANDIDATES_MAX):
            if closed < 0:
                break
            opened = text.rfind(opening, max(0, closed - _ENCLOSED_CHARS_MAX), closed)
            if closed - opened > 2 and opened >= 0 and _may_credit(text, opened, closed):
                yield _in_brackets(page, opened, closed)
            closed = text.find(closing, closed + 1)


def _may_credit(text: str, opened: int, closed: int) -> bool:
    """A quick no to most brackets: neither a dash nor the line's end behind them, nor capitals or nothing before."""
    behind = text[closed + 1 : closed + 3]
    return (
        behind[:1] in _ENDING
        or behind[1:] in _DASHES
        or opened == 0
        or text[opened - 1] in "\n-—"
        or (opened > 1 and text[opened - 2].isupper())
    )


def _in_brackets(page: Page, opened: int, closed: int) -> Credit | None:
    text = page.text
    inside = text[opened + 1 : closed]
    if "\n" in inside or ":" in inside or not (inside[0].isalpha() or inside[0].isspace()):
        return None
    line_start, _ = page.line_bounds(opened)
    prefix = text[line_start:opened]
    ends_line = LINE_ENDS.match(text, closed + 1) is not None
    if not ends_line and _is_place(prefix):
        return _bracketed_dateline(page, prefix, opened, closed)
    if ends_line and (_ENDS_SENTENCE.search(prefix[-4:]) or not prefix.strip()):
        return _sign_off(page, inside, opened, closed)
    return None


def _bracketed_dateline(page: Page, prefix: str, opened: int, closed: int) -> Credit | None:
    """ "PARIS (Courier) —", "Berlin (dpa) -", "【ロンドン共同】": what stands behind is on the same line."""
    text = page.text
    inside = text[opened + 1 : closed]
    dash = _AFTER_DATELINE.match(text, closed + 1)
    capitals = _in_capitals(prefix) or not prefix.strip()
    start = opened - len(prefix.lstrip())
    agency = _agency_in(inside, opened + 1)
    if agency is not None:
        if dash or capitals or text[closed] in "】）" or "=" in inside:
            return page.credit(CreditKind.DATELINE, agency, start, dash.end() if dash else closed + 1)
        return None
    name = name_within(text, opened + 1, closed) if dash and capitals else None
    if name is None or dash is None or text[name.start].islower():
        return None
    return page.credit(CreditKind.DATELINE, name, start, dash.end())


def _sign_off(page: Page, inside: str, opened: int, closed: int) -> Credit | None:
    """ "(dpa)", "(AFP/jb)" at the end of a text: agencies and initials alone, for captions name photographers too."""
    agency = _agency_in(inside, opened + 1)
    if agency is None:
        return None
    pieces = _PIECES.split(inside.strip())
    if not all(agency_key(piece) or _INITIALS.match(piece) for piece in pieces):
        return None
    return page.credit(CreditKind.SOURCE, agency, opened, closed + 1)


# ---- names of the table, wherever they stand


def is_written(page: Page, known: KnownName, at: int) -> bool:
    """Whether a name's tokens, found at token `at`, are written as its case asks: "AP" and not "ap"."""
    written = page.text[int(page.tokens.starts[at]) : int(page.tokens.ends[at + len(known.hashes) - 1])]
    if written in known.written:
        return True
    if known.exact:
        return written.isupper() and len(written) > 4
    return not written[0].islower() and "\n" not in written


def by_known_name(page: Page, known: KnownName, at: int, window: Sequence[int], offset: int) -> Credit | None:
    """What a name of the table is at token `at`: a dateline, a byline, a mention, or nothing. The window holds the hashes
    of the tokens from `offset`."""
    text, size = page.text, len(known.hashes)
    start, end = int(page.tokens.starts[at]), int(page.tokens.ends[at + size - 1])
    name = Name(text[start:end], start, end)
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    if not _MARKS.isdisjoint(before + behind) or not before:
        credit = _dateline_of(page, known, name)
        if credit is not None:
            return credit
    if "\n" in text[end : end + 24] or end + 24 > len(text):
        byline = _byline(page, at, size, known, name)
        if byline is not None:
            return byline
    return _mention(page, window, at - offset, size, offset, name)


def _dateline_of(page: Page, known: KnownName, name: Name) -> Credit | None:
    """A dateline without brackets: "/TASS/", "CNN —", "МОСКВА, 3 мая - РИА Новости."."""
    text = page.text
    line_start, _ = page.line_bounds(name.start)
    prefix = text[line_start : name.start]
    if known.agency and prefix.endswith("/") and text[name.end : name.end + 1] == "/" and _is_place(prefix[:-1]):
        dash = _AFTER_DATELINE.match(text, name.end + 1)
        return page.credit(CreditKind.DATELINE, name, line_start, dash.end() if dash else name.end + 1)
    dash = _BARE_DASH.match(text, name.end)
    if dash and _is_bare_dateline(page, known, prefix, dash):
        return page.credit(CreditKind.DATELINE, name, line_start, dash.end())
    if known.agency and (dash or text[name.end : name.end + 1] in (".", ",", "\n")):
        if _AFTER_PLACE.search(prefix) and _names_place(prefix[:-2].rstrip(" \u00a0-–—.")):
            return page.credit(CreditKind.DATELINE, name, line_start, name.end)
    return None


def _is_bare_dateline(page: Page, known: KnownName, prefix: str, dash: re.Match[str]) -> bool:
    """ "CNN —" at the head of a line of prose. A hyphen alone also parts a page's title from its name, so prose must
    follow, and only an agency may be set off by it."""
    if prefix.strip(" \u00a0\"“*"):
        return False
    if dash[0].strip() in "-–" and not known.agency:
        return False
    end = page.text.find("\n", dash.end(), dash.end() + limits.CREDIT_LINE_CHARS_MAX)
    if end < 0:
        end = min(len(page.text), dash.end() + limits.CREDIT_LINE_CHARS_MAX)
    return end - dash.end() >= 60 or (end > dash.end() and page.text[end - 1] in ".!?”\"")


def _byline(page: Page, at: int, size: int, known: KnownName, name: Name) -> Credit | None:
    """ "By Reuters", "By Ann Lee, Associated Press Writer", "Reuters Staff": the whole of a short line."""
    lines = page.tokens.lines
    line = lines[int(np.searchsorted(lines[:, LINE_TOKEN_START], at, "right")) - 1]
    first, last = int(line[LINE_TOKEN_START]), int(line[LINE_TOKEN_END])
    start, end = int(line[LINE_CHAR_START]), max(int(line[LINE_CHAR_END]), name.end)
    if last - first > limits.CREDIT_PHRASE_TOKENS_MAX:
        return None
    window = page.tokens.hashes[first:last].tolist()
    ending = tuple(window[at + size - first :])
    if ending and ending not in page.rules.byline_endings:
        return None
    head = window[: at - first]
    if not head:
        return page.credit(CreditKind.BYLINE, name, start, end) if known.agency and ending else None
    for words in range(min(3, len(head)), 0, -1):
        if tuple(head[:words]) not in page.rules.bylines:
            continue
        if words == len(head):
            return page.credit(CreditKind.BYLINE, name, start, end)
        gap = page.text[int(page.tokens.ends[at - 1]) : name.start].strip(" \u00a0")
        if gap in (",", "/", "|", "-", "–", "—", "(", ", The", "for", "of"):
            return page.credit(CreditKind.BYLINE, name, start, end)
    return None


@lru_cache(maxsize=1)
def _filler() -> frozenset[int]:
    """Words between a phrase and the name it mentions."""
    words = ("the", "agency", "news", "newspaper", "агентству", "агентство", "agencia", "agence", "agentur", "la", "el", "der")
    return frozenset(phrase_hashes(word)[0] for word in words)


def _mention(page: Page, window: Sequence[int], at: int, size: int, offset: int, name: Name) -> Credit | None:
    """ "according to Reuters", "Reuters reported": in a sentence, hence weak."""
    here = at
    while here > 0 and window[here - 1] in _filler():
        here -= 1
    for words in (1, 2, 3):
        if here >= words and tuple(window[here - words : here]) in page.rules.mention_before:
            start = int(page.tokens.starts[offset + here - words])
            if "\n" not in page.text[start : name.end]:
                return page.credit(CreditKind.MENTION, name, start, name.end)
    if at + size < len(window) and (window[at + size],) in page.rules.mention_after:
        end = int(page.tokens.ends[offset + at + size])
        if "\n" not in page.text[name.end : end]:
            return page.credit(CreditKind.MENTION, name, name.start, end)
    return None


# ---- scripts without spaces

_UNSPACED_FROM = "\u0e00"  # Thai; Han, kana and Hangul lie above
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]")
_TELEGRAM = re.compile(r"[^\n，。、]{0,24}?(?:电|電|讯|訊)")
_ARTICLE_HEADS = ("本文", "文章", "此文", "该文", "本稿", "原文")


@lru_cache(maxsize=1)
def _unspaced_phrases() -> tuple[dict[str, list[tuple[str, str, str]]], frozenset[str]]:
    """Phrases by their first character, or where they begin with the name by their last; the agencies' first ones."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for kind, before, after in credit_table.UNSPACED_PHRASES:
        found.setdefault(before[0] if before else after[-1], []).append((kind, before, after))
        for head in _ARTICLE_HEADS if kind == "originally" else ():
            found.setdefault(head[0], [])  # a line that begins so is looked at
    agencies = frozenset(n[0] for _, names, _ in credit_table.AGENCIES for n in names if n[0] >= _UNSPACED_FROM)
    return found, agencies


def unspaced(page: Page) -> Iterator[Credit | None]:
    """Phrases of Chinese, Japanese, Thai and Korean, whose words tokens do not show; none in other texts."""
    text = page.text
    if text.isascii() or not _UNSPACED.search(text[:: max(1, len(text) // 64)]):
        return
    phrases, agency_heads = _unspaced_phrases()
    lines = _line_places(page)
    for start in [start for start, _ in lines if text[start] in agency_heads]:
        yield _telegram(page, start)
    for start, end in [(s, e) for s, e in lines if text[s] in phrases or text[e - 1] in phrases]:
        if end - start > limits.CREDIT_LINE_CHARS_MAX // 2:
            continue
        skipped = 2 if text.startswith(_ARTICLE_HEADS, start) else 0
        for first in (text[start], text[start + 2] if skipped else "", text[end - 1]):
            for phrase in phrases.get(first, ()):
                yield _unspaced_phrase(page, phrase, start, end, skipped)


def _line_places(page: Page) -> list[list[int]]:
    lines = page.tokens.lines[:, [LINE_CHAR_START, LINE_CHAR_END]]
    half = limits.CREDIT_CANDIDATES_MAX // 2
    return [*lines[:half].tolist(), *lines[max(half, len(lines) - half) :].tolist()]


def _telegram(page: Page, start: int) -> Credit | None:
    """ "新华社北京5月3日电": agency, place, date and the word for a dispatch."""
    agency = _unspaced_agencies().match(page.text, start)
    dispatch = _TELEGRAM.match(page.text, agency.end()) if agency else None
    if agency is None or dispatch is None:
        return None
    return page.credit(CreditKind.DATELINE, Name(agency[0], agency.start(), agency.end()), start, dispatch.end())


def _unspaced_phrase(page: Page, phrase: tuple[str, str, str], start: int, end: int, skipped: int) -> Credit | None:
    """A phrase that is the whole of a short line, words for "this article" before it left out."""
    kind, before, after = phrase
    line = page.text[start:end]
    first = 0 if line.startswith(before) else skipped
    if not line.startswith(before, first) or not line.endswith(after) or len(line) - first <= len(before) + len(after):
        return None
    name = name_within(page.text, start + first + len(before), end - len(after))
    if name is None or len(name.text) > _UNSPACED_NAME_CHARS_MAX:
        return None
    return page.credit(CreditKind(kind), name, start, end)
