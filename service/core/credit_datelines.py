"""Credits by place: datelines, bylines, sign-offs and mentions, most of them by the names of the table.

A dateline stands at the head of a line: place, date, name in brackets or between slashes, dash. Where the place is in
capitals any name will do ("PARIS (Courier) —"); elsewhere the name must be an agency of the table, since brackets near
the head of a line hold anything. A name without brackets must be known and be followed by a dash ("CNN —").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    for closing, opening in _BRACKETS[:1] if page.text.isascii() else _BRACKETS:
        at = page.text.find(closing)
        for _ in range(limits.CREDIT_CANDIDATES_MAX):
            if at < 0:
                break
            start = page.text.rfind(opening, max(0, at - _ENCLOSED_CHARS_MAX), at)
            if start >= 0 and at - start > 2:
                yield _in_brackets(page, start, at)
            at = page.text.find(closing, at + 1)


def _in_brackets(page: Page, opened: int, closed: int) -> Credit | None:
    text = page.text
    inside = text[opened + 1 : closed]
    if "\n" in inside or not (inside[0].isalpha() or inside[0].isspace()):
        return None
    line_start, _ = page.line_bounds(opened)
    prefix = text[line_start:opened]
    dash = _AFTER_DATELINE.match(text, closed + 1)
    if _is_place(prefix):
        agency = _agency_in(inside, opened + 1)
        capitals = _in_capitals(prefix)
        wide = text[closed] in "】）" or "=" in inside
        if agency is not None and (dash or capitals or wide or not prefix.strip()) and not LINE_ENDS.match(text, closed + 1):
            return page.credit(CreditKind.DATELINE, agency, line_start + len(prefix) - len(prefix.lstrip()), dash.end() if dash else closed + 1)
        if dash and (capitals or not prefix.strip()) and not agency:
            name = name_within(text, opened + 1, closed)
            if name is not None and not text[name.start].islower():
                return page.credit(CreditKind.DATELINE, name, line_start + len(prefix) - len(prefix.lstrip()), dash.end())
    if LINE_ENDS.match(text, closed + 1) and (_ENDS_SENTENCE.search(prefix[-4:]) or not prefix.strip()):
        return _sign_off(page, inside, opened, closed)
    return None


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


def _known_name(page: Page, at: int) -> tuple[KnownName, Name] | None:
    """The longest name of the table that begins at token `at`, in the case that it asks for."""
    hashes = page.tokens.hashes[at : at + limits.CREDIT_PHRASE_TOKENS_MAX].tolist()
    for known in page.rules.names.get(hashes[0], ()):
        size = len(known.hashes)
        if tuple(hashes[:size]) != known.hashes:
            continue
        start, end = int(page.tokens.starts[at]), int(page.tokens.ends[at + size - 1])
        written = page.text[start:end]
        if "\n" in written or written[0].islower() and written not in known.written:
            continue
        if not known.exact or written in known.written or (written.isupper() and len(written) > 4):
            return known, Name(written, start, end)
    return None


def by_known_name(page: Page, at: int) -> Credit | None:
    """What a name of the table is here: a dateline, a byline, a mention, or nothing."""
    found = _known_name(page, at)
    if found is None:
        return None
    known, name = found
    text = page.text
    line_start, line_end = page.line_bounds(name.start)
    prefix = text[line_start : name.start]
    if known.agency and prefix.endswith("/") and text[name.end : name.end + 1] == "/" and _is_place(prefix[:-1]):
        dash = _AFTER_DATELINE.match(text, name.end + 1)
        return page.credit(CreditKind.DATELINE, name, line_start, dash.end() if dash else name.end + 1)
    if known.bare:
        dash = _BARE_DASH.match(text, name.end)
        if dash and _is_bare_dateline(page, known, prefix, dash):
            return page.credit(CreditKind.DATELINE, name, line_start, dash.end())
        if known.agency and _AFTER_PLACE.search(prefix) and _names_place(prefix[:-2].rstrip(" \u00a0-–—.")):
            if text[name.end : name.end + 1] in (".", ",", "\n") or dash:
                return page.credit(CreditKind.DATELINE, name, line_start, name.end)
    if line_end - line_start < limits.CREDIT_LINE_CHARS_MAX // 2:
        byline = _byline(page, at, len(known.hashes), known, name)
        if byline is not None:
            return byline
    return _mention(page, at, len(known.hashes), name)


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


def _mention(page: Page, at: int, size: int, name: Name) -> Credit | None:
    """ "according to Reuters", "Reuters reported": in a sentence, hence weak."""
    hashes = page.tokens.hashes[max(0, at - 4) : at + size + 1].tolist()
    here = at - max(0, at - 4)
    while here > 0 and hashes[here - 1] in _filler():
        here -= 1
    for words in (1, 2, 3):
        if here >= words and tuple(hashes[here - words : here]) in page.rules.mention_before:
            first = max(0, at - 4) + here - words
            start = int(page.tokens.starts[first])
            if "\n" not in page.text[start : name.end]:
                return page.credit(CreditKind.MENTION, name, start, name.end)
    behind = hashes[min(at, 4) + size :]
    if behind and (behind[0],) in page.rules.mention_after:
        end = int(page.tokens.ends[at + size])
        if "\n" not in page.text[name.end : end]:
            return page.credit(CreditKind.MENTION, name, name.start, end)
    return None


# ---- scripts without spaces

_UNSPACED_FROM = "\u0e00"  # Thai; Han, kana and Hangul lie above
_HEAD_AGENCY = re.compile(r"(?:本报|据)?")
_TELEGRAM = re.compile(r"[^\n，。、]{0,24}?(?:电|電|讯|訊)")


def unspaced(page: Page) -> Iterator[Credit | None]:
    """Phrases of Chinese, Japanese, Thai and Korean, whose words tokens do not show; none in other texts."""
    text = page.text
    if text.isascii() or max(text[:: max(16, len(text) // 512)]) < _UNSPACED_FROM:
        return
    for start, end in _line_places(page):
        if text[start] < _UNSPACED_FROM:
            continue
        agency = _unspaced_agencies().match(text, start, start + 12)
        telegram = _TELEGRAM.match(text, agency.end(), min(len(text), agency.end() + 32)) if agency else None
        if agency and telegram:
            name = Name(agency[0], agency.start(), agency.end())
            yield page.credit(CreditKind.DATELINE, name, start, telegram.end())
        elif end - start <= limits.CREDIT_LINE_CHARS_MAX // 2:
            yield _unspaced_line(page, start, end)


def _line_places(page: Page) -> list[list[int]]:
    lines = page.tokens.lines[:, [LINE_CHAR_START, LINE_CHAR_END]]
    half = limits.CREDIT_CANDIDATES_MAX // 2
    return [*lines[:half].tolist(), *lines[max(half, len(lines) - half) :].tolist()]


def _unspaced_line(page: Page, start: int, end: int) -> Credit | None:
    line = page.text[start:end].rstrip(" 　。.)）】」")
    for kind, before, after in credit_table.UNSPACED_PHRASES:
        if after and not line.endswith(after):
            continue
        found = line.find(before) if before else 0
        if found < 0 or (kind != "originally" and found > 0) or found > 12:
            continue
        name = name_within(page.text, start + found + len(before), start + len(line) - len(after))
        if name is not None and len(name.text) <= 20:
            return page.credit(CreditKind(kind), name, start + found, start + len(line))
    return None
