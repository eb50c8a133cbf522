"""Finding an article's fields in records that others designed, and reading the loosely typed ones.

A raw record is whatever the producer's system writes. `FieldPaths` says where each field lies, `find` takes
it out, and the readers below (`text_of`, `version_of`) and in dates.py say what each JSON value means.
Invariant: nothing here raises for any JSON value; what a reader cannot read is None or "", and only the
caller knows whether that is harmless.

Whom an article belongs to (`domain`): an alias if one is set, else the site of the URL, since the URL says
where a text was published and the publisher's name only what a feed claims: an agency's text on a portal is
the portal's copy. On a platform that carries many publishers (addresses.py) it is what of the URL names one,
else the stated name. Where nothing says who published it, it belongs to nobody: "".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from math import inf
from operator import attrgetter
from typing import Any

from wirecopy.core import limits
from wirecopy.core.addresses import Place
from wirecopy.core.model import Dropped
from wirecopy.core.publishers import fold_name, host_of, registrable_domain
from wirecopy.core.values import Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OWN_LABEL_CHARS_MIN = 5  # shorter ones are sections: sport, news
_TOP_LEVEL = re.compile(r"\.[^\W\d_]{2,24}\Z")  # "Courier.example", not "U.S."
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


_TEXTS = (
    ("title", limits.TITLE_CHARS_MAX, Dropped.TITLE_NOT_TEXT, Dropped.TITLE_CUT),
    ("publisher", limits.NAME_CHARS_MAX, Dropped.PUBLISHER_NOT_TEXT, Dropped.PUBLISHER_CUT),
    ("language", limits.LANGUAGE_CHARS_MAX, Dropped.LANGUAGE_NOT_TEXT, Dropped.LANGUAGE_CUT),
)


def dropped_of(found: Found) -> tuple[Dropped, ...]:
    """What of a record's fields `decode_raw` does not use as it was given; dates apart, which carry a doubt."""
    dropped: list[Dropped] = []
    url = found.url
    if isinstance(url, str):
        if len(url) > limits.URL_CHARS_MAX:
            dropped.append(Dropped.URL_TOO_LONG)
    elif url is not None:
        dropped.append(Dropped.URL_NOT_TEXT)
    for name, chars_max, not_text, cut in _TEXTS:
        value = getattr(found, name)
        if isinstance(value, dict):
            value = value.get("name", value)
        if isinstance(value, str):
            if len(value) > chars_max:
                dropped.append(cut)
        elif value is not None:
            dropped.append(not_text)
    return tuple(dropped)


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
def _names(publisher: str, host: str, site: str) -> tuple[str, str, str]:
    """(folded name, site of the URL, registrable domain of the publisher's name where it is a host). A host whose first label
    is the publisher's name, under a domain of another name, is a site of its own: `oglobo.globo.com` of O Globo."""
    named = host_of(publisher)
    own = registrable_domain(named) if _TOP_LEVEL.search(named) else ""
    folded = fold_name(publisher) if publisher else ""
    if len(folded) >= _OWN_LABEL_CHARS_MIN and host != site and host.endswith("." + site):
        first = fold_name(host.partition(".")[0])
        if first == folded and first != fold_name(site):
            site = host
    return folded, site, own


def belongs_to(publisher: str, place: Place, authority: str, aliases: Mapping[str, str]) -> tuple[str, str]:
    """(publisher, domain): see the head of this file. `place` is the URL's, `authority` the domain of a provider's
    id.
    """
    folded, of_url, of_name = _names(publisher, place.host, place.site)
    domain = of_url or registrable_domain(authority) or of_name or folded
    publisher = publisher or domain
    for key in (folded, publisher, of_url, place.site, of_name, place.host, place.carrier) if aliases else ():
        if key and key in aliases:
            return publisher, aliases[key]
    return publisher, domain
