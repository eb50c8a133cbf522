"""A day, perhaps with a time of it and a zone, out of the words and figures that writers put it in.

Everything in the text must be understood: one word that is no month, weekday or filler, a second time, a figure left over, and
nothing is read. Forms are tried from the year outward, never by position alone, so that feeds in any language and order are
one grammar. Used by dates.py, which makes a moment of what is found.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from wirecopy.core.model import DateDoubt
from wirecopy.core.records.date_words import HALVES, MONTHS, WEEKDAYS
from wirecopy.core.records.zones import AMBIGUOUS, MILITARY, ZONES, place_minutes


class Clock(NamedTuple):
    """A time of day; 24:00:00 and second 60 are as written."""

    hour: int
    minute: int
    second: int
    milli: int


Zone = int | DateDoubt | None
"""Minutes east of Greenwich, or why they are not known, or None where no zone is named."""

_OFFSET_HOURS_MAX = 14
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})t([0-9]{2})([0-9]{2})?([0-9]{2})?(?:[.,]([0-9]{1,9}))?")
_WEEK = re.compile(r"([0-9]{4})-?w([0-9]{2})-?([1-7])(?![0-9])")
_ORDINAL = re.compile(r"([0-9]{4})-([0-9]{3})(?![0-9])")
_HAN_DATE = re.compile(r"([0-9]{4})\s*[年년]\s*([0-9]{1,2})\s*[月월]\s*([0-9]{1,2})\s*[日일]?")
_VIETNAMESE = re.compile(r"([0-9]{1,2})\s(?:thang|thg)\s([0-9]{1,2}),?\s(?:nam\s)?([0-9]{4})")
_HAN_TIME = re.compile(r"([0-9]{1,2})\s*[时時点點시]\s*([0-9]{1,2})\s*[分분]?(?:\s*([0-9]{1,2})\s*[秒초])?")
_GO_CLOCK = re.compile(r"\sm=[+-][0-9.]+\Z")
_TIME = re.compile(
    r"(?<![0-9:.,/+-])([0-9]{1,2})(?:[:h]([0-9]{2})(?::([0-9]{2})(?:[.,:]([0-9]{1,9}))?)?(?![0-9:])|(?=\s*[ap]\.?\s?m\b))"
)
_ISO_TIME = re.compile(
    r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}-?w[0-9]{2}-?[1-7]|[0-9]{4}-[0-9]{3})t(?=[0-9])"
)
_ISO_HOUR = re.compile(r"(?<=[0-9] )([0-9]{2})(?=z\Z|[+-][0-9]{2}(?::?[0-9]{2})?\Z|\Z)")
_HALF = re.compile(r"\s*([ap])\.?\s?m\b\.?")
_OFFSET = re.compile(r"(\s*)(?:(utc|gmt|ut|z)\s?)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?(?![0-9:])")
_ZONE_NAME = re.compile(r"\s*([a-z]{1,5})(?![^\s,;)\]])")
_SAID_TWICE = re.compile(r"\s+([a-z]{1,5}|[+-][0-9]{2,4})(?![^\s,;)\]])")  # "+0200 CEST", "-0300 -03"
_INSIDE = re.compile(r"\(([^()]*)\)")
_REGION_AFTER = re.compile(r"([0-9z])\[[a-z0-9_/+-]+\]")
_PLACE = re.compile(
    r"\s?\[?\(?((?:africa|america|antarctica|arctic|asia|atlantic|australia|brazil|canada|etc|europe|indian|pacific|us)"
    r"(?:/[a-z_-]+){1,2})\)?\]?\Z"
)
_RUN_TOGETHER = re.compile(
    r"(?:d:)?([0-9]{8})([0-9]{6})(z|[+-][0-9]{2}(?::?'?[0-9]{2}'?)?)\Z"
)  # PDF's, LDAP's
_EXIF = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2})(?= [0-9])")
_SIGNS = re.compile(r"[,;|·•–—\"]+|:(?=\s)|(?<=\s)[-/@](?=\s)|(?<=\s)at(?=\s)")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])\s?([0-9]{1,2})\2\s?([0-9]{1,2})(?![0-9])\.?")
_YEAR_LAST = re.compile(r"(?<![0-9])([0-9]{1,2})([-/.])\s?([0-9]{1,2})\2\s?([0-9]{4})(?![0-9])\.?")
_WORD = r"([^\s0-9.,/():;|-]{2,20})"
_DAY_FIRST = re.compile(
    rf"(?<![0-9])([0-9]{{1,2}})(?:st|nd|rd|th|er|º|o|\.|\.?-|/)?\s*(?:de\s|of\s|d'\s?)?{_WORD}[.,]?[\s/-]*(?:de\s|del\s|of\s)?([0-9]{{4}}|[0-9]{{2}})(?![0-9])"
)
_MONTH_FIRST = re.compile(
    rf"(?<!\S){_WORD}\.?[\s-]*([0-9]{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+([0-9]{{4}})(?![0-9])"
)
_YEAR_WORD = re.compile(rf"(?<![0-9])([0-9]{{4}})\.?[\s-]*{_WORD}\.?[\s-]*([0-9]{{1,2}})(?![0-9])\.?")
_FILLING = """
    at on the of um uhr am le la las los el a alle ore ora h hs hrs hour hours kl klo klockan kello om em de den der del d dia dne
    v o u г года год р року в у ngay luc saat pukul jam pada tanggal στις i posted published updated date datum gmt utc
"""
_FILLERS = frozenset(_FILLING.split())


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Months 1 to 12, weekdays 0 to 6, halves of the day 0 and 1, by word."""
    return (
        {word: number for number, words in enumerate(MONTHS, 1) for word in words.split()},
        {word: number for number, words in enumerate(WEEKDAYS) for word in words.split()},
        {word: number for number, words in enumerate(HALVES) for word in words.split()},
    )


def _minutes(sign: str, hours: str, minutes: str | None) -> int | None:
    """Minutes east of Greenwich of an offset; None where no place has it."""
    east = int(hours) * 60 + int(minutes or 0)
    if east > _OFFSET_HOURS_MAX * 60 or int(minutes or 0) % 15:
        return None
    return -east if sign == "-" else east


def _is_zone(name: str) -> bool:
    return name[0] in "+-" or name in ZONES or name in AMBIGUOUS


def _zone_in(text: str, attached: bool) -> tuple[Zone, int] | None:
    """(zone, where it ends) at the head of what follows a time; None where that cannot be right. `attached`: a sign and
    one or two digits are an offset there, and no dash before a day."""
    found = _OFFSET.match(text)
    if found is not None:
        blank, name, sign, hours, minutes = found.groups()
        if name or minutes or (attached and not blank) or found.end() == len(text):
            east = _minutes(sign, hours, minutes)
            if east is None:
                return None
            again = _SAID_TWICE.match(text, found.end())
            return east, again.end() if again is not None and _is_zone(again[1]) else found.end()
    named = _ZONE_NAME.match(text)
    if named is None:
        return None, 0
    if named[1] in AMBIGUOUS and named[1] != "at":
        return DateDoubt.ZONE_AMBIGUOUS, named.end()
    if named[1] in ZONES:
        return ZONES[named[1]], named.end()
    if named[1] in MILITARY and named[1] not in _FILLERS:
        return DateDoubt.NO_ZONE, named.end()
    return None, 0


def _numeric(first: int, sign: str, second: int, year: int, weekday: int | None) -> date | DateDoubt | None:
    """Day and month, or month and day, before the year. With full stops the day comes first everywhere."""
    found = []
    for day, month in ((first, second), (second, first))[: 1 if sign == "." else 2]:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    if len(set(found)) > 1 and weekday is not None:
        found = [day for day in found if day.weekday() == weekday]
    if not found:
        return None
    return found[0] if len(set(found)) == 1 else DateDoubt.AMBIGUOUS


def _weekday_in(words: list[str]) -> int | None:
    days = _words()[1]
    return next((days[word.strip(".")] for word in words if word.strip(".") in days), None)


def _with_words(text: str) -> tuple[date | DateDoubt, str] | None:
    """The day in a text that names its month in words, and the text around; None where there is none."""
    months = _words()[0]
    for pattern, order in ((_DAY_FIRST, "dmy"), (_MONTH_FIRST, "mdy"), (_YEAR_WORD, "ymd")):
        for match in pattern.finditer(text):
            parts = dict(zip(order, match.groups(), strict=True))
            month = months.get(parts["m"].strip("."))
            if month is None:
                continue
            rest = text[: match.start()] + " " + text[match.end() :]
            short = len(parts["y"]) == 2
            year = int(parts["y"]) + (0 if not short else 2000 if int(parts["y"]) < 50 else 1900)
            try:
                found = date(year, month, int(parts["d"]))
            except ValueError:
                return None
            if short and _weekday_in(rest.split()) != found.weekday():  # "24 May 03" is a day of two years
                return DateDoubt.AMBIGUOUS, rest
            return found, rest
    return None


def _day_in(text: str) -> date | DateDoubt:
    """The one day that a text without its time names; every other word must be a weekday or mean nothing."""
    text = _SIGNS.sub(" ", text)
    found: date | DateDoubt | None = None
    rest = text
    match = _YEAR_FIRST.search(text)
    if match is not None:
        try:
            found = date(int(match[1]), int(match[3]), int(match[4]))
        except ValueError:
            return DateDoubt.UNREAD
    elif match := _YEAR_LAST.search(text):
        weekday = _weekday_in((text[: match.start()] + " " + text[match.end() :]).split())
        found = _numeric(int(match[1]), match[2], int(match[3]), int(match[4]), weekday)
    if match is not None:
        rest = text[: match.start()] + " " + text[match.end() :]
    elif worded := _with_words(text):
        found, rest = worded
    if found is None:
        return DateDoubt.UNREAD
    days = _words()[1]
    for word in rest.split():
        plain = word.strip(".")
        if plain and plain not in days and plain not in _FILLERS:
            return DateDoubt.UNREAD
    return found


def _calendar(text: str) -> str:
    """Week dates, ordinal dates, compact and Chinese forms, written as year, month and day with a blank before the time."""
    text = _HAN_TIME.sub(lambda m: f" {m[1]}:{int(m[2]):02}" + (f":{int(m[3]):02}" if m[3] else ""), text)
    text = _VIETNAMESE.sub(r"\3-\2-\1 ", _HAN_DATE.sub(r"\1-\2-\3 ", text))
    compact = _COMPACT.match(text)
    if compact is not None:
        year, month, day, hour, minute, second, part = compact.groups()
        clock = f"{hour}:{minute or '00'}:{second or '00'}" + (f".{part}" if part else "")
        return f"{year}-{month}-{day} {clock}{text[compact.end() :]}"
    text = _ISO_TIME.sub(r"\1 ", text)
    for pattern, form in ((_WEEK, "%G-%V-%u"), (_ORDINAL, "%Y-%j")):
        match = pattern.match(text)
        if match is not None:
            try:
                day_found = datetime.strptime("-".join(match.groups()), form).date()  # noqa: DTZ007 — a day
            except ValueError:
                return ""
            return day_found.isoformat() + " " + text[match.end() :].lstrip()
    return text


def _half_in(before: str, after: str) -> tuple[int | None, str, str]:
    """Forenoon 0 or afternoon 1 where words beside a time say so, and the texts without them."""
    found = _HALF.match(after)
    if found is not None:
        return int(found[1] == "p"), before, after[found.end() :]
    halves = _words()[2]
    for at, words in ((0, before.split()), (1, after.split())):
        for word in words:
            if word.strip(".") in halves:
                half = halves[word.strip(".")]
                changed = (before, after)[at].replace(word, " ", 1)
                return (half, changed, after) if at == 0 else (half, before, changed)
    return None, before, after


def _clock_of(match: re.Match[str], half: int | None) -> Clock | None:
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if half is not None:
        if hour > 12 and half == 0:
            return None
        if hour <= 12:
            hour = hour % 12 + 12 * half
    if hour > 24 or minute > 59 or second > 60:
        return None
    return Clock(hour, minute, second, int((match[4] or "0")[:3].ljust(3, "0")))


def read_words(text: str) -> tuple[date, Clock | None, Zone] | DateDoubt:
    """What a text says, in small letters and single blanks (`zones.folded`); or why nothing was read."""
    place = None
    if (named := _PLACE.search(text)) is not None:
        place, text = named[1], text[: named.start()]
    if (joined := _RUN_TOGETHER.match(text)) is not None:
        text = f"{joined[1]}t{joined[2]}{joined[3].replace(chr(39), '')}"
    text = _EXIF.sub(r"\1-\2-\3", text)
    inside = _INSIDE.findall(text)
    text = _REGION_AFTER.sub(r"\1", _INSIDE.sub(" ", text))
    text = _ISO_HOUR.sub(r"\1:00", _calendar(_GO_CLOCK.sub("", text)))
    times = list(_TIME.finditer(text))
    if len(times) > 1:
        return DateDoubt.UNREAD
    clock: Clock | None = None
    zone: Zone = None
    rest = text
    if times:
        half, before, after = _half_in(text[: times[0].start()], text[times[0].end() :])
        clock = _clock_of(times[0], half)
        zoned = _zone_in(after, attached=True)
        if clock is None or zoned is None:
            return DateDoubt.UNREAD
        zone, end = zoned
        rest = f"{before} {after[end:]}"
    for remark in inside if not isinstance(zone, int) else ():
        zoned = _zone_in(remark, attached=True)
        if zoned is None or zoned[0] is None or zoned[1] != len(remark):
            return DateDoubt.UNREAD
        zone = zoned[0]
    day = _day_in(rest)
    if isinstance(day, DateDoubt):
        return day
    return day, clock, place_minutes(place, day) if place is not None and zone is None else zone
