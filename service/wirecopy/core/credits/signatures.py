"""Lines that sign a text: bylines with an agency, an agency's bare name at head or foot, copyright lines, sign-offs.

One name of an agency is read in its line and between that line's neighbours. The theory is the reader's: **where** a name
stands tells whose text this is from where a picture or a fact comes from. A line signs where it holds nothing but the
name and what belongs to a signature (people, trades, dates, other agencies), and where it stands above the prose, below
its headline or its author, or right below the prose with none after it. A picture's line fails by its words, by the
caption above it or by the prose that goes on below.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from wirecopy.core import limits
from wirecopy.core.credits import word_table
from wirecopy.core.credits.lines import (
    MARKS,
    TOKEN,
    YEAR,
    Line,
    are_people,
    is_dated,
    is_time,
    picture_words,
    without_byline,
    years_of_date,
)
from wirecopy.core.credits.names import Name, is_known
from wirecopy.core.credits.page import Page
from wirecopy.core.credits.rules import ClosingForm, KnownName
from wirecopy.core.model import Credit, CreditKind, CreditScope
from wirecopy.core.publishers import agency_key
from wirecopy.core.text.kernels import (
    LINE_CHAR_END,
    LINE_CHAR_START,
    LINE_PROSE,
    LINE_TOKEN_END,
    LINE_TOKEN_START,
)

_COPYRIGHT = re.compile(
    r"(?:^|[.!?…»”\"')\]]\s+|\|\s*)[\s(\[*_>–—-]*(?:all\s+content\s+(?:is\s+)?)?"
    r"(?P<sign>Â?©|\([cC]\)|(?i:copyrights?|urheberrecht|droits d.auteur|derechos de autor|direitos autorais|авторские права|"
    r"telif hakkı|hak cipta|bản quyền|版权)(?!\w))"
    r"(?:[\s,.:;/–—-]|Â?©|\([cC]\)|\d{4}|(?i:copyright|by|of|the|von|der|de|del|la|el|di|par|por|agencia|agência|agence|agenzia|agentur|l'))*\Z"
)
_LONGER_NAME = re.compile(
    r"\s(?:&|(?!(?:All|Alle|Alla|Todos|Tous|Tutti|Wszelkie|Все|Ltd|Limited|Inc|LLC|GmbH|Sport|Reproduction)\b)[^\W\d_a-z]\w)"
)  # "© Dow Jones & Company": another's name
_COPYRIGHT_WORD = re.compile(
    r"(?i:\(c\)|COPYRIGHT|urheber|droits d|derechos de|direitos a|авторски|telif|hak cipta|bản quyền|版权)"
)
_PART_CHARS_MIN = 5  # " bidro"
_TAIL_CHARS_MAX = 80  # behind a name that signs: trades, other agencies, a date
_RIGHTS = re.compile(r"\d{4}|(?i:rights|rechte|droits|derechos|direitos|diritti|права|reserv)")
_CORRESPONDENT = re.compile(r"\s*(?i:correspondent|special correspondent|bureau|staff)\b")
_FROM_OUR = re.compile(r"(?i:\A\W*(?:from|by) our)\s*\Z")
_ENDS_SENTENCE = re.compile(r"[.!?…。।][\"”»’'\])]{0,3}\s*(?:[-–—]{1,2}\s*)?\Z")
_SEPARATED = re.compile(
    r"(?:,|/|\||[-–—]|\(|•|·|\bfor|\bof|\bvon|\bpour|\bpara|\bper|\bvoor|\bдля)\s*(?:[Tt]he\s+)?\Z"
)
_PLACE_WORD = r"[^\W\d_a-z][\w.'’-]{0,24}"
_PLACE = rf"{_PLACE_WORD}(?:[ /]{_PLACE_WORD}){{0,3}}"
_PLACE_BEFORE = re.compile(rf"\A[\s\"“*]*(?:{_PLACE}(?:, {_PLACE}){{0,2}}),\s*\Z")
_PLACE_BEHIND = re.compile(rf"\A,\s*({_PLACE})(?:,\s*[^:–—\n]{{3,24}})?\s*(?:[:–—]|--|\s-\s|\Z)")
_IN_PLACE = re.compile(rf"[ \u00a0](?:in|à|aus|en|em|a|v|w|i|в) {_PLACE}(?:, {_PLACE})?[.\s]*\Z")
_NEXT_WORD = re.compile(
    r"[ \u00a0](?:(?:de|da|di|du|dos|del|della|van|von|der|den|ter|ten|la|le|al|el|bin) ){0,2}(\w[\w'’-]*)"
)
_LIST_SIGNS = re.compile(
    r"\s*(?:/|,|;|\+|&|\||-|–|—|\band\b|\bund\b|\by\b|\bet\b|\be\b|\bo\b|\boch\b|\bog\b|\bи\b)\s*"
)


@lru_cache(maxsize=1)
def _trades() -> frozenset[str]:
    return frozenset(word_table.BYLINE_TRADES)


@lru_cache(maxsize=1)
def _behind_agencies() -> frozenset[str]:
    """Words that stand behind an agency's name and are no family name."""
    nouns = (noun.split()[0] for noun in word_table.AGENCY_NOUNS)
    return frozenset(
        word.casefold() for word in (*word_table.BYLINE_TRADES, *word_table.DESKS, *nouns, "News")
    )


def is_given_name(page: Page, name: Name) -> bool:
    """Whether an agency's name of one word is a person's in a byline: "By Petra Havel", "By ANA REUTER", but not "By AP
    Technology Writer" or "By Reuters Staff"."""
    word = _NEXT_WORD.match(page.text, name.end)
    if word is None or not word[1][0].isupper() or word[1].casefold() in _behind_agencies():
        return False
    if (name.text.isupper() and not word[1].isupper()) or agency_key(word[1]):
        return False
    rest, byline = without_byline(page.text[page.line_start(name.start) : name.start])
    return byline and not rest and not _goes_on_with_trade(page.text[word.end() : page.line_end(name.end)])


def _goes_on_with_trade(text: str) -> bool:
    """Whether a desk's name ends in a trade with no comma before it: " Technology Writer"."""
    words = TOKEN.findall(text.partition(",")[0])
    return bool(words) and words[-1].casefold() in _trades()


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    return frozenset(label.casefold() for label in word_table.SOURCE_LABELS)


def signed(page: Page, known: KnownName, at: int, name: Name) -> Credit | None:
    """What an agency's name at token `at` is where it stands on a short line, or at the head or end of a long one."""
    line = Line(page, at, name)
    before, after = line.before, line.after
    if "©" in before or "opyright" in before or _COPYRIGHT_WORD.search(before):
        copyright_ = _COPYRIGHT.search(before)
        if copyright_ is not None:
            return _by_copyright(line, copyright_)
    if _is_part(line):
        return page.credit(CreditKind.SOURCE, name, line.start, name.end, CreditScope.PART)
    if after[:1] in (":", ","):
        credit = _by_place(line)
        if credit is not None:
            return credit
    if len(after) > _TAIL_CHARS_MAX:  # a sentence goes on
        return None
    if known.noun:
        wider = _name_around(line)
        if wider is None:
            return None
        line = wider
    credit = _by_line(line) or _by_sign_off(line)
    return None if credit is None or _holds_picture(line) or _of_another_year(line) else credit


def _of_another_year(line: Line) -> bool:
    """Whether a date of another year than the article's stands beside it: what it signs is another article of the page, or
    the page itself."""
    year = line.page.year
    if not year:
        return False
    beside = [found for step in (-2, -1, 1) for found in years_of_date(line.neighbour(step))]
    return bool(beside) and all(abs(found - year) > 1 for found in beside)


@lru_cache(maxsize=1)
def _part_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Heads of lines that say who had a part in a text, and what says so behind a name."""
    heads, endings = (
        "|".join(sorted((re.escape(words) for _, words in rows), key=len, reverse=True))
        for rows in (word_table.PART_HEADS, word_table.PART_ENDINGS)
    )
    return (
        re.compile(rf"\W{{0,3}}(?:{heads})(?!\w)", re.IGNORECASE),
        re.compile(
            rf"[\s,.;)]{{0,3}}(?:writers?|reporters?|correspondents?|staff)?[^.\n]{{0,60}}?(?<!\w)(?:{endings})(?!\w)",
            re.IGNORECASE,
        ),
    )


def _is_part(line: Line) -> bool:
    """ "With files from the Associated Press", "Contributing: …; AP", "Reuters contributed to this report": material of
    theirs in an own text."""
    heads, endings = _part_words()
    return (line.before != "" and heads.match(line.before) is not None) or (
        len(line.after) > _PART_CHARS_MIN and endings.match(line.after) is not None
    )


def _credit(line: Line, kind: CreditKind = CreditKind.BYLINE, start: int = -1) -> Credit | None:
    first = line.start + len(line.before) - len(line.before.lstrip()) if start < 0 else start
    last = line.end - (len(line.after) - len(line.after.rstrip()))
    return line.page.credit(kind, line.name, first, max(line.name.end, last), CreditScope.TEXT)


def _by_copyright(line: Line, found: re.Match[str]) -> Credit | None:
    """ "© 2024 AFP", "Copyright 2012 The Associated Press. All rights reserved.": below the prose; alone on a line without
    a year it may be a picture's."""
    if line.after[:1] in ("/", "|") or _LONGER_NAME.match(line.after) or _begins_with_picture(line.after):
        return None
    inside = line.before[found.start() :] + line.after
    dated = _RIGHTS.search(inside) is not None
    years = [int(year) for year in YEAR.findall(inside)]
    if years and 0 < max(years) < line.page.year - 1:  # of another text, or of the site
        line.page.stale.append((agency_key(line.name.text), line.name.start))
        return None
    if line.before[: found.start("sign")].strip(MARKS):  # a sentence of its paragraph
        return _credit(line, start=line.start + found.start("sign"))
    if not (line.is_prose(0) or line.page.tokens.lines[: line.number, LINE_PROSE].any()):
        return None
    return _credit(line) if dated or line.ends_prose() else None


def _by_place(line: Line) -> Credit | None:
    """Datelines without brackets or dash: "Wellington, PTI:", "AFP, MANILA"."""
    if line.after[:1] == ":" and _PLACE_BEFORE.match(line.before):
        return line.page.credit(CreditKind.DATELINE, line.name, line.start, line.name.end + 1)
    if line.after[:1] == "," and not line.before.strip(' "“*'):
        place = _PLACE_BEHIND.match(line.after)
        if place is not None and (place.end() < len(line.after) or place[1].isupper()):
            if is_known(place[1]):  # a list: "AFP, AP"
                return None
            return line.page.credit(CreditKind.DATELINE, line.name, line.start, line.name.end + place.end())
    return None


def _name_around(line: Line) -> Line | None:
    """The line of a name that is the whole piece around an agency's noun: "Jane Roe, Mentone News Service"."""
    before, _ = without_byline(line.before)
    piece = re.split(r"[,/|(]\s*|\s[-–—]\s", before)[-1].strip(MARKS)
    words = piece.split()
    if len(words) > 4 or not all(word[0].isupper() for word in words):
        return None
    start = line.name.start - len(line.before) + line.before.rindex(piece) if piece else line.name.start
    behind = re.match(
        r" (?:[^\W\d_a-z][\w.'’-]*)(?: [^\W\d_a-z][\w.'’-]*){0,2}(?=\s*(?:$|[,|/)]))", line.after
    )
    end = line.name.end + (behind.end() if behind and not piece else 0)
    if not piece and not behind:
        return None
    name = Name(line.page.text[start:end], start, end)
    return Line(line.page, line.at, name)


def _begins_with_picture(text: str) -> bool:
    word = re.match(r"[\s/-]*(\w+)", text)
    return word is not None and word[1].casefold() in picture_words()


def _holds_picture(line: Line) -> bool:
    pictures = picture_words()
    return any(
        word.casefold().strip(".:") in pictures
        for part in (line.before[-80:], line.after[:40])
        for word in TOKEN.findall(part)
    )


def _tail_of(line: Line) -> tuple[bool, bool, bool]:
    """(whether what stands behind the name belongs to a signature, whether a trade does, whether a date does)."""
    after = line.after.strip(MARKS)
    if not after:
        return True, False, False
    words = TOKEN.findall(after)
    trades, count = _trades(), 0
    while count < min(3, len(words)) and words[count].casefold() not in trades:
        count += 1  # "Technology Writer": the desk before the trade
    trade = count < min(3, len(words)) and line.after[:1] in (" ", "-", "\u00a0")
    if trade:
        while count < len(words) and words[count].casefold() in trades:
            count += 1
        rest = " ".join(words[count:])
    else:
        rest = after
    if is_time(rest):
        return True, trade, any(map(str.isdigit, rest))
    pieces = [piece for piece in _LIST_SIGNS.split(rest) if piece]
    if (
        len(pieces) > 1
        and is_time(" ".join(pieces[1:]))
        and pieces[0][0].isupper()
        and len(pieces[0]) < 32
        and any(map(str.isdigit, rest))
    ):
        return True, trade, True  # "PTI | New Delhi | 3 May 2024"
    listed = all(agency_key(p) or is_known(p) or re.match(r"[a-zäöüß]{1,4}\Z", p) for p in pieces)
    glued = (
        line.after[:1] in ("/", ",", "-", "+")
        or line.after[:2] in (" /", " ,", " -")
        or bool(_LIST_SIGNS.match(line.after))
    )
    return listed and glued, trade, False


def _by_line(line: Line) -> Credit | None:
    """A line that holds nothing but a signature."""
    rest, byline = without_byline(line.before)
    people = rest.rstrip(MARKS)
    comma = line.before.rstrip(" \u00a0").endswith((",", "|"))
    if people and not (byline or comma):  # as most are: a sentence, or a picture's line
        return None
    fits, trade, dated = _tail_of(line)
    fits = fits or (byline and _IN_PLACE.match(line.after) is not None)
    if not fits:
        if _FROM_OUR.match(line.before) and _CORRESPONDENT.match(line.after):
            return line.page.credit(CreditKind.BYLINE, line.name, line.start, line.name.end)
        return None
    if byline:
        if not people or (
            (trade or _SEPARATED.search(line.before))
            and (are_people(people) or (len(people.split()) <= 4 and people[0].isupper()))
        ):
            return _credit(line)
        return None
    if people:
        named = are_people(people) and (trade or " " in line.name.text) and not line.follows_prose()
        if named and comma and (line.follows_title() or line.is_prose(1)):
            return _credit(line)
        return None
    return _by_bare_line(line, trade=trade, dated=dated)


def _by_bare_line(line: Line, *, trade: bool, dated: bool) -> Credit | None:
    """An agency's name alone, its trade or a date behind it."""
    above = line.neighbour(-1)
    rest, byline = without_byline(above)
    rest = rest.strip(MARKS)
    if byline and (not rest or are_people(rest)):
        return _credit(line)
    if above.strip(MARKS).casefold() in _labels():
        return _credit(line)
    if are_people(rest) and not line.follows_prose() and (line.is_prose(1) or is_dated(line.neighbour(1))):
        return _credit(line)
    if not line.follows_prose():
        whole = " " in line.name.text
        opens = line.is_prose(1) or is_dated(line.neighbour(1)) or _names_author(line.neighbour(1))
        if dated or (trade and " " not in line.before):
            return _credit(line)
        if line.follows_title() and (opens or whole):
            return _credit(line)
        if opens and whole:
            return _credit(line)
        return None
    if line.ends_prose() and not line.name.text.endswith(" News"):  # which is a section's heading
        return _credit(line)
    return _credit(line) if trade and line.after.casefold().strip(MARKS) in ("staff", "redaktion") else None


def _names_author(text: str) -> bool:
    rest, byline = without_byline(text)
    return byline and bool(rest) and rest[0].isupper()


def _by_sign_off(line: Line) -> Credit | None:
    """An agency behind the last sentence of a paragraph: "… said. AFP", "… deport him. — PTI"."""
    if line.after.strip(MARKS) or not _ENDS_SENTENCE.search(line.before[-8:]):
        return None
    if line.before[-1:] not in (" ", "\u00a0", "-", "–", "—", "("):
        return None
    return line.page.credit(CreditKind.BYLINE, line.name, line.name.start, line.name.end)


def closed(page: Page, form: ClosingForm, start: int, end: int) -> Credit | None:
    """ "Reporting by A; Editing by B" at text[start:end]: its agency's, whose name it need not say."""
    line_start = page.line_start(start)
    if page.text[line_start:start].strip(" \u00a0(\"'“[*_") and not page.begins_sentence(start):
        return None
    stop = page.line_end(end)
    later = page.text[end : min(stop + 160, len(page.text))].split("\n", 1)[0].casefold()
    if not any(words in later for words in form.later):
        return None
    return page.credit(CreditKind.BYLINE, Name(form.agency, start, end), start, end)


def stands_at_edge(page: Page, at: int, *, known: bool) -> bool:
    """Whether the line of token `at` ends the prose; one with a known name may also stand above it."""
    name = Name("", page.tokens.starts.item(at), page.tokens.starts.item(at))
    line = Line(page, at, name)
    return line.ends_prose() or (known and not line.follows_prose())


def stands_at_edge_of(page: Page, start: int) -> bool:
    """The same of the line that holds code point `start`, of a name that is known."""
    return stands_at_edge(page, int(np.searchsorted(page.tokens.starts, start, "right")), known=True)


def credits_figures(page: Page, start: int) -> bool:
    """Whether a source named at code point `start` is that of figures or a picture: prose stands right below its line and
    above, or the line is short and begins with other words ("Visitors in thousands. Source: X")."""
    lines = page.tokens.lines
    number = int(np.searchsorted(lines[:, LINE_CHAR_START], start, "right")) - 1
    if number < 0:
        return False
    size = lines.item(number, LINE_TOKEN_END) - lines.item(number, LINE_TOKEN_START)
    if lines.item(number, LINE_CHAR_START) < start and size <= limits.CREDIT_PHRASE_TOKENS_MAX:
        return True
    above = page.text[lines.item(number - 1, LINE_CHAR_START) : lines.item(number - 1, LINE_CHAR_END)]
    if number and above and (above in page.title or (page.title and page.title in above)):
        return False  # right below the headline
    return 0 < number < len(lines) - 1 and bool(
        lines[number - 1, LINE_PROSE] and lines[number + 1, LINE_PROSE]
    )
