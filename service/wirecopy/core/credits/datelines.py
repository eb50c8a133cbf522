"""Credits by place: datelines, bylines, sign-offs and mentions, most of them by the names of the table.

A dateline stands at the head of a line: place, date, name in brackets or between slashes, dash. Where the
place is in capitals any name will do ("PARIS (Courier) —"); elsewhere the name must be an agency of the
table, since brackets near the head of a line hold anything. A name without brackets must be known and be
followed by a dash ("CNN —").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from wirecopy.core import limits
from wirecopy.core.agencies import AGENCIES
from wirecopy.core.credits.bracket_kernels import bracket_candidates
from wirecopy.core.credits.kernels import HOLDS_BYLINE, HOLDS_MENTION, HOLDS_SIGNATURE
from wirecopy.core.credits.lines import ends_with_date
from wirecopy.core.credits.names import Name, is_known, make_name, name_within
from wirecopy.core.credits.page import LINE_ENDS, Page
from wirecopy.core.credits.rules import KnownName
from wirecopy.core.credits.signatures import is_given_name, signed, stands_at_edge_of
from wirecopy.core.credits.unspaced import unspaced_agencies
from wirecopy.core.model import I32, Credit, CreditKind
from wirecopy.core.publishers import agency_key
from wirecopy.core.text.kernels import LINE_CHAR_END, LINE_CHAR_START, LINE_TOKEN_END, LINE_TOKEN_START
from wirecopy.core.text.tokens import Tokens

_PLACE_CHARS_MAX = 72  # "WEST PALM BEACH, Florida, September 23, 2024 "
_ENCLOSED_CHARS_MAX = 60
_BYLINE_ENDING_CHARS_MAX = 24  # " Entertainment Writer"
_DASHES = "-–—―=_"
_MARKS = frozenset("/-–—.\n")  # beside a name without brackets in a dateline
_ENDING = frozenset(("", "\n", "\r", ".", ",", ":", ";", *_DASHES))
_PAIRS = (
    ")(",
    "）（",
    "】【",
    "][",
)  # in the order of kernels.CLOSING_SIGNS; the first alone where all is ASCII
_BRACKETS = np.array(
    [[*pair[0].encode().ljust(3, b"\0"), *pair[1].encode().ljust(3, b"\0")] for pair in _PAIRS], np.uint8
)
_ROUND_ALONE = _BRACKETS[:1].copy()
_AFTER_DATELINE = re.compile(r"[ \u00a0]?[.,:;]?[ \u00a0]{0,2}(?:[-–—―=]{1,3}|\.-|_(?=\s))")
_NO_DASH = re.compile(r"[ \u00a0.,:;]{0,4}[^ \u00a0.,:;\-–—―=_]")
_COLON_OR_STOP = re.compile(r"[ \u00a0]?(?::|\.[ \u00a0]|[ \u00a0]?\|)")
_STATE = re.compile(r"\[[^\]\n]{2,30}\]")  # "Chennai [Tamil Nadu], June 2 (ANI):"

_BARE_DASH = re.compile(r"[ \u00a0]?\n?(?:—|–|--)[ \u00a0\n]|[ \u00a0]-[ \u00a0]")
_AFTER_PLACE = re.compile(r"[-–—―][ \u00a0]?\Z|\.[ \u00a0]\Z")
_PLACE = re.compile(r"[\s\"'“„«*•>_\-–—]{0,4}(?!\d{1,2}:)[^\s\d()\[\]/|:?!][^()\[\]|:?!\n]*\Z")
_DIGIT = re.compile(r"\d")
_COMMA_OR_DIGIT = re.compile(r"[,\d]")
_PIECES = re.compile(r"(?:(?! +[-–—] )[^/／;；,，、=＝・|])+")
_PIECE_SIGNS = frozenset("/;；,，、=＝・|-–—")  # without them there is nothing to part
_INITIALS = re.compile(r"[a-zäöüß]{1,4}\Z")
_ENDS_SENTENCE = re.compile(r"[.!?。！？…\"”»’」』)]\s{0,2}\Z")


def _is_place(prefix: str) -> bool:
    """Whether what stands before a name can be a dateline's place and date; nothing at all can."""
    return not prefix.strip() or (
        len(prefix) <= _PLACE_CHARS_MAX and len(prefix.split()) <= 9 and bool(_PLACE.match(prefix))
    )


def _names_place(prefix: str) -> bool:
    """Whether this is a place for sure: in capitals, dated, or in a script without case. Menus are none of
    it."""
    sure = _in_capitals(prefix) or _DIGIT.search(prefix) or prefix.upper() == prefix.lower()
    return bool(sure) and sum(map(str.isalpha, prefix)) >= 3 and _is_place(prefix)


def _in_capitals(prefix: str) -> bool:
    """Whether a place is set in capitals up to its first comma or figure: "NEW DELHI, May 3"."""
    end = _COMMA_OR_DIGIT.search(prefix)
    place = prefix[: end.start()] if end is not None else prefix
    place = place.strip(" \u00a0\"'“„«*•>_-–—")
    return place.isupper() and sum(map(str.isalpha, place)) >= 3


def _spells_out(prefix: str, name: str) -> bool:
    """Whether brackets only spell out what stands before: "SEPA (Single Euro Payments Area) —"."""
    initials = [word[0] for word in name.split() if word[0].isupper()]
    return len(initials) > 1 and "".join(initials) == "".join(filter(str.isalpha, prefix))


def _agency_in(inside: str, at: int) -> Name | None:
    """The agency that brackets hold: alone, first of several, or behind a place. `at` is where they hold
    it."""
    name = _agency_of(inside)
    return None if name is None else make_name(name.text, at + name.start, at + name.end)


@lru_cache(maxsize=limits.CACHED_NAMES_MAX)
def _agency_of(inside: str) -> Name | None:
    """The same, by its place in what they hold: at most _ENCLOSED_CHARS_MAX."""
    if _PIECE_SIGNS.isdisjoint(inside):  # one piece, as most are
        pieces = [(inside.strip(), 0)]
    else:
        pieces = [(piece.group().strip(" \u00a0-–—"), piece.start()) for piece in _PIECES.finditer(inside)][
            :4
        ]
        pieces = [(piece, start) for piece, start in pieces if piece]
    lower = len(pieces) > 1 and all(agency_key(piece) for piece, _ in pieces)  # "(sda/afp)", but not "(app)"
    for piece, start in pieces:
        if agency_key(piece) and (lower or not piece[0].islower() or piece in _lower_names()):
            start += inside[start:].index(piece)
            return Name(piece, start, start + len(piece))
    if inside[-1] >= "\u0e00":
        for match in unspaced_agencies().finditer(inside):
            if match.end() == len(inside):
                return Name(match[0], match.start(), match.end())
    return None


@lru_cache(maxsize=1)
def _lower_names() -> frozenset[str]:
    return frozenset(n for _, names, _ in AGENCIES for n in names if n[0].islower())


def brackets(text: str, utf8: bytes, tokens: Tokens) -> list[list[int]]:
    """Brackets of a text that may hold a credit (`bracket_candidates`)."""
    sorts = _ROUND_ALONE if len(utf8) == len(text) else _BRACKETS
    found: I32 = bracket_candidates(utf8, tokens.closings, sorts, _ENCLOSED_CHARS_MAX, _PLACE_CHARS_MAX)
    return found.tolist() if len(found) else []


def enclosed(page: Page, found: list[list[int]]) -> Iterator[Credit]:
    """Names in brackets: datelines, and the sign-offs of agencies at the end of a line."""
    text = page.text
    for opened, closed in found:
        if _agency_of(text[opened + 1 : closed]) is None and _NO_DASH.match(text, closed + 1):
            continue  # any other name must be set off by a dash
        if _may_credit(text, opened, closed):
            credit = _in_brackets(page, opened, closed)
            if credit is not None:
                yield credit


def _may_credit(text: str, opened: int, closed: int) -> bool:
    """A quick no to most brackets: neither a dash nor the line's end behind them, nor capitals or nothing
    before."""
    behind = text[closed + 1 : closed + 3]
    return bool(
        behind[:1] in _ENDING
        or behind[1:] in _DASHES
        or opened == 0
        or text[opened - 1] in "\n-—"
        or (opened > 1 and (text[opened - 2].isupper() or _DIGIT.search(text, max(0, opened - 16), opened)))
    )


def _in_brackets(page: Page, opened: int, closed: int) -> Credit | None:
    text = page.text
    first = text[opened + 1]
    if not (first.isalpha() or first.isspace()):
        return None
    inside = text[opened + 1 : closed]
    ends_line = LINE_ENDS.match(text, closed + 1) is not None
    prefix = text[page.line_start(opened) : opened]
    if "[" in prefix:
        prefix = _STATE.sub("", prefix)
    if not ends_line and _is_place(prefix):
        return _bracketed_dateline(page, prefix, opened, closed)
    if ends_line and (_ENDS_SENTENCE.search(prefix[-4:]) or not prefix.strip()):
        return _sign_off(page, inside, opened, closed)
    if ends_line and prefix.strip() and _names_place(prefix) and not prefix.isupper():
        agency = _agency_in(inside, opened + 1)  # "QUEENSTOWN, New Zealand (AFP)", the text on the next line
        start = page.line_start(opened)
        return None if agency is None else page.credit(CreditKind.DATELINE, agency, start, closed + 1)
    return None


def _bracketed_dateline(page: Page, prefix: str, opened: int, closed: int) -> Credit | None:
    """ "PARIS (Courier) —", "Berlin (dpa) -", "【ロンドン共同】", "Delhi, Jun 2 (PTI) ", "Berlin (epd). ": what stands behind
    is on the same line."""
    text = page.text
    inside = text[opened + 1 : closed]
    dash = _AFTER_DATELINE.match(text, closed + 1)
    capitals = not prefix.strip() or _in_capitals(prefix)
    sure = dash is not None or capitals or text[closed] in "】）" or "=" in inside
    if not (sure or _COLON_OR_STOP.match(text, closed + 1) or ends_with_date(prefix)):
        return None
    start = page.line_start(opened)
    start += len(text[start:opened]) - len(text[start:opened].lstrip())
    agency = _agency_in(inside, opened + 1)
    if agency is not None:
        if not sure and (_spells_out(prefix, agency.text) or _is_spelled_out(prefix, agency.text)):
            return None  # "Press Trust of India (PTI): …"
        return page.credit(CreditKind.DATELINE, agency, start, dash.end() if dash else closed + 1)
    name = name_within(text, opened + 1, closed) if dash and capitals else None
    if name is None or dash is None or _spells_out(prefix, name.text):
        return None
    if name.text[0].islower() and not is_known(name.text):
        return None
    return page.credit(CreditKind.DATELINE, name, start, dash.end())


def _is_spelled_out(prefix: str, name: str) -> bool:
    """Whether the words before brackets are what the name in them abbreviates."""
    initials = "".join(word[0] for word in prefix.split() if word[0].isupper())
    return name.isupper() and len(name) > 1 and initials.endswith(name)


def _sign_off(page: Page, inside: str, opened: int, closed: int) -> Credit | None:
    """ "(dpa)", "(AFP/jb)" at the end of a text: agencies and initials alone, for captions name
    photographers too."""
    agency = _agency_in(inside, opened + 1)
    if agency is None:
        return None
    pieces = [piece.strip() for piece in _PIECES.findall(inside)]
    if not all(agency_key(piece) or _INITIALS.match(piece) for piece in filter(None, pieces)):
        return None
    if not page.text[page.line_start(opened) : opened].strip() and not stands_at_edge_of(page, opened):
        return None  # a picture's, between paragraphs
    return page.credit(CreditKind.BYLINE, agency, opened, closed + 1)


# ---- names of the table, wherever they stand


def _is_written(known: KnownName, written: str) -> bool:
    """Whether a name's tokens are written as its case asks: "AP" and not "ap"."""
    if written in known.written:
        return True
    if known.exact:
        return written.isupper() and len(written) > 4
    return not written[0].islower() and "\n" not in written


def by_known_name(
    page: Page, known: KnownName, at: int, start: int, end: int, holds: int, found_at: int
) -> Credit | None:
    """What a name of the table is at token `at`, text[start:end]: a dateline, a byline, a mention, or nothing.
    `holds` says which of the latter the neighbours' words allow, around the token at which the name was found."""
    text = page.text
    written = text[start:end]
    if not _is_written(known, written):
        return None
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    dateline = (
        behind[:1] == "/" or _BARE_DASH.match(text, end) or (known.agency and _AFTER_PLACE.search(before))
    )
    if not (holds or dateline):
        return None
    bare = before[-1:] in ("", "\n") and behind[:1] in ("", "\n") and behind[1:] not in ("—", "–", "-")
    if bare and not known.agency:
        return None  # a line of the bare name: a menu's
    name = make_name(written, start, end)
    if known.noun or bare:
        return signed(page, known, at, name) if holds & HOLDS_SIGNATURE else None
    if dateline and (not _MARKS.isdisjoint(before + behind) or not before):
        credit = _dateline_of(page, known, name)
        if credit is not None:
            return credit
    if len(known.hashes) == 1 and is_given_name(page, name):
        return None
    if holds & HOLDS_BYLINE and _may_be_byline(page, start, end):
        byline = _byline(page, at, len(known.hashes), known, name)
        if byline is not None:
            return byline
    if holds & HOLDS_SIGNATURE:
        signature = signed(page, known, at, name)
        if signature is not None:
            return signature
    return _mention(page, at, len(known.hashes), found_at, name) if holds & HOLDS_MENTION else None


def _dateline_of(page: Page, known: KnownName, name: Name) -> Credit | None:
    """A dateline without brackets: "/TASS/", "CNN —", "МОСКВА, 3 мая - РИА Новости."."""
    text = page.text
    line_start = page.line_start(name.start)
    prefix = text[line_start : name.start]
    if (
        known.agency
        and prefix[-1:] == "/"
        and prefix[-2:-1] in ("", " ")
        and text[name.end : name.end + 1] == "/"
        and _is_place(prefix[:-1])
    ):
        dash = _AFTER_DATELINE.match(text, name.end + 1)
        return page.credit(CreditKind.DATELINE, name, line_start, dash.end() if dash else name.end + 1)
    dash = _BARE_DASH.match(text, name.end)
    if dash and _is_bare_dateline(page, known, prefix, dash):
        return page.credit(CreditKind.DATELINE, name, line_start, dash.end())
    ends = dash is not None or text[name.end : name.end + 1] in (".", ",", "\n")
    if not (known.agency and ends and _AFTER_PLACE.search(prefix)):
        return None
    place = prefix[:-2].rstrip(" \u00a0-–—.")
    if not _names_place(place):
        return None
    return page.credit(CreditKind.DATELINE, name, line_start, name.end)


def _is_bare_dateline(page: Page, known: KnownName, prefix: str, dash: re.Match[str]) -> bool:
    """ "CNN —" at the head of a line of prose. A hyphen alone also parts a page's title from its name, so
    prose must follow, and only an agency may be set off by it."""
    if prefix.strip(' \u00a0"“*'):
        return False
    if dash[0].strip() in "-–" and not known.agency:
        return False
    end = page.text.find("\n", dash.end(), dash.end() + limits.CREDIT_LINE_CHARS_MAX)
    if end < 0:
        end = min(len(page.text), dash.end() + limits.CREDIT_LINE_CHARS_MAX)
    return end - dash.end() >= 60 or (end > dash.end() and page.text[end - 1] in '.!?”"')


def _may_be_byline(page: Page, start: int, end: int) -> bool:
    """A quick no to names that end no line, or whose line begins with no byline's word."""
    text = page.text
    if "\n" not in text[end : end + _BYLINE_ENDING_CHARS_MAX] and end + _BYLINE_ENDING_CHARS_MAX <= len(text):
        return False
    prefix = text[max(0, start - _PLACE_CHARS_MAX) : start].rpartition("\n")[2].split(maxsplit=1)
    return not prefix or prefix[0].strip(":").casefold() in page.rules.byline_heads


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


def _mention(page: Page, name_at: int, size: int, found_at: int, name: Name) -> Credit | None:
    """ "according to Reuters", "Reuters reported": in a sentence, hence weak."""
    offset = max(0, found_at - limits.CREDIT_PHRASE_TOKENS_MAX)
    window = page.tokens.hashes[offset : found_at + limits.CREDIT_PHRASE_TOKENS_MAX].tolist()
    here = at = name_at - offset
    while here > 0 and window[here - 1] in page.rules.mention_fillers:
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
