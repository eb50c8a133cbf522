"""When an article was published, as others write it: one moment, and how far it can be trusted.

Why own code: of the kept readers, `email.utils` gives a time without zone for every zone that it does not know, feedparser
and dateutil take such times for UTC, dateparser and htmldate guess which of two numbers is the month, and none says so
(docs/readers.md). A wrong time is worse than none here: it makes the copy the original. So every form below is read whole or
not at all, and what is read says how much it leaves open (`DateDoubt`):

| as written | read as |
|---|---|
| ISO 8601 with its zone, RFC 5322 (zones, places by name too), JavaScript's, Java's, Go's, CDX's, PDF's forms | the moment |
| epoch seconds, milliseconds, microseconds, nanoseconds; .NET ticks, Windows file times | the moment |
| `{"$date": …}`, `ISODate("…")`, `/Date(…)/`, Firestore's seconds, PHP's date and zone | the moment |
| a time without a zone, spreadsheet days, lists of numbers | `no_zone` |
| a zone of several meanings (IST, CST, BST, ET) | `zone_ambiguous` |
| a bare date, midnight | `day_only`; midnight of a zone: `local_midnight` |
| 02/03/2024, 24-05-03, a number that is a moment in two ways | `ambiguous`, no time |
| 1970-01-01, 0001-01-01, 9999-12-31 and other zeros of programs | `placeholder`, no time |
| whatever else | `unread`, no time |

A time that names no zone is given as if it were UTC, and compared as what it is: anywhere within a day of that.
Words are read in some ninety languages (date_words.py). Pure: a date means the same whenever it is read.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from math import isfinite
from typing import Any, NamedTuple

from wirecopy.core import limits
from wirecopy.core.model import DateDoubt
from wirecopy.core.records.date_texts import Clock, Zone, read_words
from wirecopy.core.records.zones import folded


class ReadDate(NamedTuple):
    """`time_ms`: milliseconds since 1970, as if it were UTC where no zone is known; None where nothing was read."""

    time_ms: int | None
    doubt: DateDoubt | None


NO_DATE = ReadDate(None, None)
_UNREAD = ReadDate(None, DateDoubt.UNREAD)
_TWO_WAYS = ReadDate(None, DateDoubt.AMBIGUOUS)
_ZERO = ReadDate(None, DateDoubt.PLACEHOLDER)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MIDNIGHT = Clock(0, 0, 0, 0)
_DAY_MS = 86_400_000
# What programs write for "no date": zeros of Unix (and of a zone west of it), Excel, Mac, Windows, SQL Server, DOS, PHP,
# Cocoa, and the turn of the century.
_ZEROS = """
    1601-01-01 1753-01-01 1899-12-30 1899-12-31 1900-01-01 1904-01-01 1969-12-31 1970-01-01 1970-01-02 1980-01-01 1999-11-30
    2000-01-01 2001-01-01
"""
_ZERO_DAYS = frozenset(map(date.fromisoformat, _ZEROS.split()))
_ZERO_YEARS = frozenset(
    (1969, 1970)
)  # of these any time of the day: the zero in some zone, or a few seconds later
_YEAR_MIN, _YEAR_MAX = limits.PUBLISHED_YEAR_MIN, limits.PUBLISHED_YEAR_MAX
_EPOCH_SECONDS = (limits.EPOCH_SECONDS_MIN, limits.EPOCH_SECONDS_MAX)
_TICKS_OF_NET = 621_355_968_000_000_000  # of 100 ns from year 1 to 1970
_TICKS_OF_WINDOWS = 116_444_736_000_000_000  # from 1601
_YEAR_ONE = (-62_135_596_800, -62_135_596_800_000)  # seconds and milliseconds from 1970: .NET's and Go's zero
_EXCEL_DAYS = 25_569  # from 1899-12-30 to 1970

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:[.,][0-9]{0,12})?\Z")
_WRAPPED = re.compile(
    r"(?:new\s+)?(?:iso)?(?:date|timestamp)\(\s*[\"']?([^()\"',]+)[\"']?\s*(?:,\s*[0-9]+\s*)?\)\Z"
)
_RFC_5322 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r" (?:GMT|UTC|Z|([+-])([0-9]{2}):?([0-9]{2}))"
)
_ENGLISH = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_ENGLISH_MONTHS = {name: number for number, name in enumerate(_ENGLISH.split(), 1)}
_SLASHED = re.compile(r"\\?/date\((-?[0-9]{1,16})(?:[+-][0-9]{4})?\)\\?/\Z")
# ---- from calendar to moment


def _read(day: date, clock: Clock | None, zone: Zone) -> ReadDate:
    """The moment of a day, a time of it, and a zone: minutes east, or why it is not known, or None."""
    hour, minute, second, milli = clock or _MIDNIGHT
    plus = (hour, minute, second, milli) == (24, 0, 0, 0)
    try:
        moment = datetime(
            day.year, day.month, day.day, 0 if plus else hour, minute, min(second, 59), milli * 1000, UTC
        )
        moment += timedelta(days=int(plus))
    except (ValueError, OverflowError):
        return _UNREAD
    midnight = clock is None or (clock == _MIDNIGHT or plus)
    if _is_zero(moment, midnight):
        return _ZERO
    time_ms = (moment - _EPOCH) // timedelta(milliseconds=1)
    if midnight and not (isinstance(zone, int) and zone and clock is not None):
        return ReadDate(time_ms, DateDoubt.DAY_ONLY)
    if not isinstance(zone, int):
        return ReadDate(time_ms, zone or DateDoubt.NO_ZONE)
    return ReadDate(time_ms - zone * 60_000, DateDoubt.LOCAL_MIDNIGHT if midnight else None)


def _is_zero(moment: datetime, midnight: bool) -> bool:
    """Whether a moment is some program's "none"."""
    if not _YEAR_MIN < moment.year <= _YEAR_MAX:
        return True
    return moment.date() in _ZERO_DAYS and (midnight or moment.year in _ZERO_YEARS)


def _of_moment(moment: datetime) -> ReadDate:
    """A moment that names its zone."""
    hour, minute, second, year = moment.hour, moment.minute, moment.second, moment.year
    if (hour or minute or second) and year not in _ZERO_YEARS and _YEAR_MIN < year <= _YEAR_MAX:
        since = moment - _EPOCH  # its days may be below zero, the rest never is: so this rounds down
        return ReadDate((since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000, None)
    offset = moment.utcoffset()
    assert offset is not None
    clock = Clock(hour, minute, second, moment.microsecond // 1000)
    return _read(moment.date(), clock, round(offset.total_seconds() / 60))


def _of_epoch_ms(time_ms: int) -> ReadDate:
    """A moment counted from 1970: it is in UTC by its nature."""
    return _of_moment(_EPOCH + timedelta(milliseconds=time_ms))


# ---- numbers


def _of_digits(digits: str) -> ReadDate | None:
    """A calendar date written without separators: 8, 10, 12, 14 or 17 digits from the year on; None where it is none."""
    size = len(digits)
    if size not in (8, 10, 12, 14, 17) or digits[:2] not in ("19", "20", "21"):
        return None
    parts = [int(digits[i : i + 2]) for i in range(4, min(size, 14), 2)]
    month, day, hour, minute, second = (*parts, 0, 0, 0)[:5]
    clock = Clock(hour, minute, second, int(digits[14:] or 0)) if size > 8 else None
    try:
        found = date(int(digits[:4]), month, day)
    except ValueError:
        return None
    if hour > 23 or minute > 59 or second > 60:
        return None
    return _read(found, clock, None)


def _of_epoch(number: int) -> ReadDate | None:
    """A whole number since 1970 (1, for .NET; 1601, for Windows) in whatever unit makes it a moment of the web's time."""
    first, last = _EPOCH_SECONDS
    for unit in (1, 1000, 1_000_000, 1_000_000_000):
        if first * unit <= number <= last * unit:
            return _of_epoch_ms(number * 1000 // unit)
    for ticks in (_TICKS_OF_NET, _TICKS_OF_WINDOWS):
        if first * 10_000_000 <= number - ticks <= last * 10_000_000:
            read = _of_epoch_ms((number - ticks) // 10_000)
            return (
                read
                if ticks == _TICKS_OF_WINDOWS
                else ReadDate(read.time_ms, read.doubt or DateDoubt.NO_ZONE)
            )
    return None


def _of_number(number: float) -> ReadDate:
    """A number, or digits: see the head of this file."""
    if not isfinite(number):
        return _UNREAD
    if number in (0, -1) or number in _YEAR_ONE:
        return _ZERO
    first, last = _EPOCH_SECONDS
    whole = int(number)
    if whole != number:
        if first <= number <= last:
            return _of_epoch_ms(round(number * 1000))
        if first * 1000 <= number <= last * 1000:
            return _of_epoch_ms(whole)
    readings = [_of_digits(str(whole)), _of_epoch(whole)] if whole == number else []
    found = [reading for reading in readings if reading is not None]
    if len(found) == 2:
        return _TWO_WAYS
    if found:
        return found[0]
    if first <= (number - _EXCEL_DAYS) * 86_400 <= last:
        moment = _EPOCH + timedelta(seconds=round((number - _EXCEL_DAYS) * 86_400))
        clock = Clock(moment.hour, moment.minute, moment.second, 0)
        return _read(moment.date(), clock if whole != number else None, None)
    return _ZERO if 0 < number < 86_400 * 2 and number not in range(1600, 2200) else _UNREAD


# ---- texts


def _of_feed(match: re.Match[str]) -> datetime | None:
    """The date of RFC 5322 in its usual form, read without going through all the others."""
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    east = timedelta(hours=int(hours), minutes=int(minutes)) if sign else timedelta()
    try:
        zone = timezone(-east if sign == "-" else east) if east else UTC
        return datetime(
            int(year), _ENGLISH_MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=zone
        )
    except (ValueError, KeyError):
        return None


def _of_text(text: str) -> ReadDate:
    """A text that no fast way reads."""
    plain = folded(text).strip(" \t\r\n\"'")
    for _ in range(2):
        wrapped = _WRAPPED.match(plain)
        if wrapped is None:
            break
        plain = wrapped[1].strip()
    slashed = _SLASHED.match(plain)
    if slashed is not None:
        return _of_epoch_ms(int(slashed[1])) if 0 < int(slashed[1]) < 1e14 else _ZERO
    if _NUMBER.match(plain):
        plain = plain.replace(",", ".")
        return _of_number(float(plain) if "." in plain else int(plain))
    found = read_words(" ".join(plain.split()))
    return ReadDate(None, found) if isinstance(found, DateDoubt) else _read(*found)


# ---- other values


def _of_object(value: dict[str, Any]) -> ReadDate:
    """A date as JSON writers wrap it; see the head of this file."""
    for name in ("$date", "$timestamp", "$numberLong", "$numberDouble", "@value", "value", "iso"):
        if name in value:
            return read_date(value[name])
    if isinstance(value.get("t"), int) and isinstance(value.get("i"), int):  # MongoDB's Timestamp
        return read_date(value["t"])
    seconds = value.get("seconds", value.get("_seconds"))
    if (
        isinstance(seconds, (int, str))
        and not isinstance(seconds, bool)
        and re.fullmatch(r"[0-9]{9,10}", str(seconds))
    ):
        nanos = value.get("nanos", value.get("nanoseconds", value.get("_nanoseconds", 0)))
        return _of_epoch_ms(int(seconds) * 1000 + (nanos if isinstance(nanos, int) else 0) // 1_000_000)
    if isinstance(value.get("date"), str) and isinstance(value.get("timezone"), str):  # PHP's DateTime
        return read_date(f"{value['date']} {value['timezone']}")
    return _UNREAD


def _of_list(value: list[Any]) -> ReadDate:
    """Year, month, day, hour, minute, second, and what the program counts behind them: nanoseconds (Java), weekdays
    (Python). One entry: that."""
    if len(value) == 1:
        return read_date(value[0])
    if not 3 <= len(value) <= 9 or not all(
        isinstance(part, int) and not isinstance(part, bool) for part in value
    ):
        return _UNREAD
    parts = [*value[:6], 0, 0, 0][:6]
    milli = value[6] // 1_000_000 if len(value) == 7 and 0 <= value[6] < 1_000_000_000 else 0
    try:
        day = date(*parts[:3])
    except (ValueError, OverflowError):
        return _UNREAD
    if not (0 <= parts[3] <= 23 and 0 <= parts[4] <= 59 and 0 <= parts[5] <= 60):
        return _UNREAD
    return _read(day, Clock(parts[3], parts[4], parts[5], milli) if len(value) > 3 else None, None)


def read_date(value: object) -> ReadDate:
    """The moment that a value of any kind names, and what it leaves open. `NO_DATE` for null and blanks; never raises."""
    if isinstance(value, str):
        text = value[: limits.TIME_CHARS_MAX + 1].strip()
        if not text:
            return NO_DATE
        if text[4:5] == "-" and (text[-1] == "Z" or text[-6:-5] in ("+", "-")):  # as nearly all are
            try:
                moment = datetime.fromisoformat(text)
            except (ValueError, IndexError):
                pass
            else:
                if moment.tzinfo is not None:
                    return _of_moment(moment)
        feed = _RFC_5322.fullmatch(text)
        if feed is not None and (found := _of_feed(feed)) is not None:
            return _of_moment(found)
        return _of_text(text) if len(value) <= limits.TIME_CHARS_MAX else _UNREAD
    if value is None:
        return NO_DATE
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _of_number(value)
    if isinstance(value, dict):
        return _of_object(value)
    return _of_list(value) if isinstance(value, list) else _UNREAD
