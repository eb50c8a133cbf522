"""Lines with a name in them, and what else they hold: people, dates, words of pictures, and prose above or below."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from wirecopy.core.credits import word_table
from wirecopy.core.credits.names import Name
from wirecopy.core.credits.page import Page
from wirecopy.core.text.kernels import LINE_CHAR_END, LINE_CHAR_START, LINE_PROSE, LINE_TOKEN_START

_PEOPLE_WORDS_MAX = 14
_LINES_ABOVE = 3  # above a byline or a bare name in which prose is an article's already
_LINES_BELOW = 3  # below a signature in which no prose may follow
_TITLE_CHARS_MIN = 12
_DATE_CHARS_MAX = 48  # of a line with a date and its label
_DATE_LABEL_WORDS_MAX = 2  # "Published Date:", "Last updated"
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
MARKS = " \u00a0\t\r-–—*•_|/([{<>~=.,:;])}\"“”»«'’"
TOKEN = re.compile(r"[^\s,;|/()\[\]–—-]+")
_NUMBER = re.compile(r"\d[\d:.']*(?:st|nd|rd|th|am|pm|h|er|º|ª|°)?\Z", re.IGNORECASE)
_JOINING_WORDS = (
    "and und y et e & with mit con com avec och og ja i a и в de der den van von del della di da la le el al bin ben ibn "
    "ter ten dos das du in en for für pour para special to the"
)
_JOINING = frozenset(_JOINING_WORDS.split())


@lru_cache(maxsize=1)
def _time_words() -> frozenset[str]:
    return frozenset((*word_table.MONTHS, *word_table.TIME_WORDS))


@lru_cache(maxsize=1)
def picture_words() -> frozenset[str]:
    return frozenset(word_table.PICTURE_WORDS)


@lru_cache(maxsize=1)
def _byline_words() -> tuple[str, ...]:
    return tuple(sorted((word.casefold() for word in word_table.BYLINE_WORDS), key=len, reverse=True))


def is_time(text: str) -> bool:
    """Whether a text is nothing but a date or time; nothing at all is."""
    times = _time_words()
    return all(
        _NUMBER.match(word) or word.casefold().strip(".:") in times or word.casefold() in times
        for word in TOKEN.findall(text)
    )


def is_dated(text: str) -> bool:
    return any(map(str.isdigit, text)) and is_time(text)


def years_of_date(text: str) -> list[int]:
    """The years of a short line that holds a day and little else: "Published: Dec 23, 2023"."""
    if len(text) > _DATE_CHARS_MAX:
        return []
    years = [int(year) for year in YEAR.findall(text)]
    if not years:
        return []
    times = _time_words()
    words = TOKEN.findall(text)
    numbers = sum(_NUMBER.match(word) is not None for word in words)
    others = sum(_NUMBER.match(word) is None and word.casefold().strip(".:") not in times for word in words)
    return years if numbers > len(years) and others <= _DATE_LABEL_WORDS_MAX else []


def ends_with_date(prefix: str) -> bool:
    """Whether a dateline's place and date end with the date: "New Delhi, Jun 2"."""
    words = prefix.replace(",", " ").split()[-3:]
    months = _months()
    return len(words) > 1 and any(
        first.strip(".").casefold() in months and second.strip(".").isdigit()
        for pair in pairwise(words)
        for first, second in (pair, pair[::-1])
    )


@lru_cache(maxsize=1)
def _months() -> frozenset[str]:
    return frozenset(word_table.MONTHS)


def without_byline(text: str) -> tuple[str, bool]:
    """What stands behind a byline's word, and whether there is one: "By Jane Roe" → "Jane Roe"."""
    bare = text.lstrip(MARKS)
    folded = bare[:24].casefold()
    for word in _byline_words():
        if folded.startswith(word) and not folded[len(word) : len(word) + 1].isalnum():
            return bare[len(word) :].lstrip(" \u00a0:"), True
    return bare, False


def are_people(text: str) -> bool:
    """Whether a text may be the names of one or more people: two words or more with capitals, and what joins them."""
    words = text.replace(",", " , ").replace(";", " , ").split()
    if not 2 <= len(words) <= _PEOPLE_WORDS_MAX:
        return False
    capitals = 0
    for word in words:
        if word == "," or word.casefold() in _JOINING:
            continue
        if not word[0].isupper() or any(map(str.isdigit, word)) or word[-1] in "!?:":
            return False
        if word.strip(".").casefold() in picture_words():
            return False
        capitals += 1
    return capitals >= 2


class Line:
    """The line of a name, by its number, and its neighbours. Text is cut to what credits look at."""

    __slots__ = ("_number", "after", "at", "before", "end", "name", "page", "start")

    def __init__(self, page: Page, at: int, name: Name) -> None:
        self.page, self.at, self.name = page, at, name
        self.start, self.end = page.line_start(name.start), page.line_end(name.end)
        self.before, self.after = page.text[self.start : name.start], page.text[name.end : self.end]
        self._number = -1

    @property
    def number(self) -> int:
        """Its number among the lines, looked for where it is asked for: most names sign nothing."""
        if self._number < 0:
            starts = self.page.tokens.lines[:, LINE_TOKEN_START]
            self._number = int(starts.searchsorted(self.at, "right")) - 1
        return self._number

    def neighbour(self, step: int) -> str:
        """The text of a line so many lines on; "" where there is none."""
        number = self.number + step
        lines = self.page.tokens.lines
        if not 0 <= number < len(lines):
            return ""
        start = lines.item(number, LINE_CHAR_START)
        return self.page.text[start : min(self.page.line_end(start), lines.item(number, LINE_CHAR_END) + 2)]

    def is_prose(self, step: int) -> bool:
        number = self.number + step
        lines = self.page.tokens.lines
        return 0 <= number < len(lines) and lines.item(number, LINE_PROSE) != 0

    def follows_prose(self) -> bool:
        """Whether prose stands not far above: else it is above the article's."""
        return any(self.is_prose(-step) for step in range(1, _LINES_ABOVE + 1))

    def ends_prose(self) -> bool:
        """Whether prose stands above it, short lines between left out, and none right below."""
        above = self.is_prose(-1) or (self.is_prose(-2) and len(self.neighbour(-1)) < 60)
        return above and not any(self.is_prose(step) for step in range(1, _LINES_BELOW + 1))

    def follows_title(self) -> bool:
        """Whether it stands right below the headline, or first of all lines."""
        if self.number == 0:
            return True
        title, above = self.page.title, self.neighbour(-1).strip()
        if len(above) >= _TITLE_CHARS_MIN and title:
            return above in title or title[: len(above)] == above or title in above
        return False
