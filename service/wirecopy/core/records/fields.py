"""Finding an article's fields in records that others designed, and reading the loosely typed ones.

A raw record is whatever the producer's system writes. `FieldPaths` says where each field lies, `find` takes
it out, and the readers below (`text_of`, `identifier_of`, `time_ms_of`, …) say what each JSON value means.
Invariant: nothing here raises for any JSON value; what a reader cannot read is None or "", and only the
caller knows whether that is harmless.

Times are read leniently because they only ever support a verdict: a time that nobody can read is no time,
never a reason to lose the article. A wrong time is worse than none, so zero dates of other systems (Unix 0,
Go's year 1, -1) are no time either: believed, they would make their article the first of every story.

Whom an article belongs to (`domain`): an alias if one is set, else the registrable domain of the URL, since
the URL says where a text was published and the publisher's name only what a feed claims: an agency's text
on a portal is the portal's copy. Where many publishers share a domain (a hosting platform), aliases by
publisher's name set it right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from math import inf
from operator import attrgetter
from typing import Any

from wirecopy.core import limits
from wirecopy.core.publishers import fold_name, host_of, registrable_domain
from wirecopy.core.values import Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_NAIVE = _EPOCH.replace(tzinfo=None)  # written without its zone in a third of the time
_TOP_LEVEL = re.compile(r"\.[^\W\d_]{2,24}\Z")  # "Courier.example", not "U.S."
_DIGITS = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,9})?\Z")
_ZONE_WORD = re.compile(r"\s*(?:UTC|GMT|Z)\Z", re.IGNORECASE)
_GO_ZONE = re.compile(r"([+-]\d{4}) (?:UTC|[A-Z]{3,5}|[+-]\d{2,4})\Z")  # "2024-05-03 10:00:00 +0000 UTC"
_LEADING_NUMBER = re.compile(r"\s*v?([0-9]{1,24})(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FieldPaths:
    """Where each field lies: member names joined by dots, a number for a place in a list (`bodies.0.value`).

    A member whose own name holds the dots is found first. Several paths, divided by `|`, are tried in order
    (`content.0.value|summary`). `presets` names, by topic (`*`: any), a format of `core/records/shapes.py` or ninjs that
    every record of that topic is read as; elsewhere formats are recognised where the body's path leads to no text.
    """

    body: str = "body"
    id: str = "id"
    url: str = "url"
    title: str = "title"
    publisher: str = "publisher"
    published_at: str = "published_at"
    language: str = "language"
    version: str = "version"
    content_type: str = "content_type"
    presets: Mapping[str, str] = field(default_factory=dict)

    def preset_of(self, topic: str) -> str:
        """The format that every record of a topic has; "" where none is set."""
        return self.presets.get(topic) or self.presets.get("*", "") if self.presets else ""

    def __post_init__(self) -> None:
        for place in fields(self):
            path = getattr(self, place.name)
            if place.name != "presets" and not all(path and all(path.split(".")) for path in path.split("|")):
                raise ValueError(
                    f"the path of field {place.name} is {path!r}: write member names joined by dots"
                )


class Found(Value):
    """The field values of one record as they came, None where absent: what a plain record and ninjs have in
    common.

    `authority` is the domain in a provider's own identifier (urn:newsml:dpa.com:…, tag:reuters.com,2024:…),
    else "". `evolved_from` is the id of the item that this one succeeds.
    """

    body: object
    content_type: object
    id: object
    url: object
    title: object
    publisher: object
    published_at: object
    language: object
    version: object
    authority: str = ""
    evolved_from: object = None


@lru_cache(maxsize=64)  # one entry a configured path
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def find(record: dict[str, object], path: str) -> object:
    """The value at a dotted path, None where there is none; of several, divided by `|`, the first that is there."""
    if path in record:
        return record[path]
    if "|" in path:
        found = (find(record, one) for one in path.split("|"))
        return next((value for value in found if value is not None), None)
    if "." not in path:
        return None
    value: object = record
    for step in _steps(path):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


_places_of = attrgetter(*Found.__struct_fields__[:-2])


def find_all(record: dict[str, object], paths: FieldPaths) -> Found:
    """The fields of a plain record. What lies at the top, as nearly all does, is looked up without a call each."""
    places: tuple[str, ...] = _places_of(paths)
    values: Iterable[Any] = map(record.get, places)
    together = "".join(places)
    if "." in together or "|" in together:
        values = (find(record, place) for place in places)
    return Found(*values)


def text_of(value: object, chars_max: int) -> str:
    """A short text, outer white space cut; "" for anything else. schema.org's `{"name": "…"}` counts as its
    name.
    """
    if value is None:
        return ""
    if isinstance(value, dict):
        value = value.get("name")
    return value[:chars_max].strip() if isinstance(value, str) else ""


def version_of(value: object) -> int:
    """A version number ≥ 0 (of "6", 6, "6.1", "v6": 6); 0 where none can be read, VERSION_MAX at most."""
    if value is None:
        return 0
    number = 0
    if isinstance(value, str):
        match = _LEADING_NUMBER.match(value)
        number = int(match[1]) if match else 0
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < inf:
        number = int(value)
    return min(number, limits.VERSION_MAX) if number >= 0 else 0


def _in_range(moment: datetime) -> int | None:
    """Milliseconds of a moment, UTC where it names no zone; None for zero dates and years that no publisher
    writes.
    """
    if not limits.PUBLISHED_YEAR_MIN <= moment.year <= limits.PUBLISHED_YEAR_MAX:
        return None
    since = moment - (_EPOCH_NAIVE if moment.tzinfo is None else _EPOCH)
    # days and seconds may be below zero, microseconds never are: so this rounds down, as division would
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000 or None


def _of_number(number: float) -> int | None:
    """Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by size; 20240503 is a date."""
    if not 0 < number < 1e20:
        return None
    if number == int(number) and 19000101 <= number <= 21991231:
        try:
            return _in_range(datetime.strptime(str(int(number)), "%Y%m%d").replace(tzinfo=UTC))
        except ValueError:
            pass
    if number < 1e11:  # seconds up to the year 5138
        time_ms = int(number * 1000)
    elif number < 1e14:
        time_ms = int(number)
    else:
        time_ms = int(number // 1000) if number < 1e17 else int(number // 1_000_000)
    return _in_range(_EPOCH + timedelta(milliseconds=time_ms))


def _of_text(text: str) -> datetime | None:
    """ISO 8601 in its many forms, then the date of RFC 5322 (RSS)."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(_ZONE_WORD.sub("Z", _GO_ZONE.sub(r"\1", text)))
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def time_ms_of(value: object) -> int | None:
    """Milliseconds since the epoch of an ISO 8601 text, an RFC 5322 date, or an epoch number or its digits.

    A time without a zone is UTC. None for what cannot be read, for zero dates, and outside
    limits.PUBLISHED_YEAR_MIN.
    """
    if isinstance(value, str):
        text = value[: limits.TIME_CHARS_MAX].strip()
        if text[4:5] != "-" and len(text) >= 8 and _DIGITS.match(text):
            return _of_number(float(text) if "." in text else int(text))
        moment = _of_text(text)
        return None if moment is None else _in_range(moment)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _of_number(value)
    return None


@lru_cache(maxsize=1024)  # the days of the articles that are cited: three years of them
def _date_text(day: int) -> str | None:
    """ISO 8601 of a day counted from 1970-01-01; None where the calendar has no such year."""
    try:
        return date.fromordinal(_EPOCH.toordinal() + day).isoformat()
    except (ValueError, OverflowError):
        return None


def time_text(time_ms: int) -> str | None:
    """ISO 8601 in UTC, to the second where that says all (`2024-05-03T10:00:00Z`,
    `2024-05-03T10:00:00.250Z`); None where the calendar has no such year.
    """
    day, in_day = divmod(time_ms, 86_400_000)
    date_text = _date_text(day)
    if date_text is None:
        return None
    seconds, part = divmod(in_day, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    text = f"{date_text}T{hour:02}:{minute:02}:{second:02}"
    return f"{text}.{part:03}Z" if part else f"{text}Z"


@lru_cache(maxsize=limits.CACHED_NAMES_MAX)
def _names(publisher: str, host: str) -> tuple[str, str, str]:
    """(folded name, registrable domain of the host, of the publisher's name where it is a host)."""
    named = host_of(publisher)
    own = registrable_domain(named) if _TOP_LEVEL.search(named) else ""
    return fold_name(publisher) if publisher else "", registrable_domain(host) if host else "", own


def belongs_to(publisher: str, host: str, authority: str, aliases: Mapping[str, str]) -> tuple[str, str]:
    """(publisher, domain): see the head of this file. `host` is the URL's, `authority` that of a provider's
    id.
    """
    folded, of_url, of_name = _names(publisher, host)
    domain = of_url or registrable_domain(authority) or of_name or folded
    publisher = publisher or domain
    for key in (folded, publisher, of_url, of_name, host) if aliases else ():
        if key and key in aliases:
            return publisher, aliases[key]
    return publisher, domain
