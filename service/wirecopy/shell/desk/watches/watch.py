"""A watch: one standing question, as a value and as JSON.

    {"name": "Copies of our work in German", "publishers": ["meridian.example"], "languages": ["de"], "share_min": 0.5}

What is left out asks for nothing. Several values of one condition mean "any of them"; several conditions mean "all of them".
A member that is not known is refused, so that a misspelt condition never makes a watch match everything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from wirecopy.core.model import Extent, VerdictKind
from wirecopy.core.records.raw import json_bytes, json_value

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
NAME_CHARS_MAX: Final = 200
VALUES_MAX: Final = 200  # of one condition
VALUE_CHARS_MAX: Final = 1_000  # the ids of stories can be URLs
WATCH_BYTES_MAX: Final = 256 * 1024
EVERYBODY: Final = "*"  # the tenant that sees and changes all watches


class WatchFault(ValueError):  # noqa: N818 - a sentence for the user
    """What is wrong with a watch, as a sentence."""


@dataclass(frozen=True, slots=True)
class Watch:
    """`publishers`: whose text is copied. `copied_by`: who copies it. `share_min`: of the copy's own words, 0..1.
    `unlicensed`: copies that a licence allows are left out. `recalls`: updates and withdrawals of the publishers' own
    articles are told too. `targets`: names of receivers of `wirecopy notify`."""

    id: str
    tenant: str = ""
    name: str = ""
    verdicts: tuple[str, ...] = (VerdictKind.REPUBLICATION.value,)
    publishers: tuple[str, ...] = ()
    copied_by: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    extents: tuple[str, ...] = ()
    share_min: float = 0.0
    words_min: int = 0
    unlicensed: bool = False
    recalls: bool = False
    targets: tuple[str, ...] = ()


MEMBERS: Final = tuple(field.name for field in fields(Watch))
LISTS: Final = (
    "verdicts",
    "publishers",
    "copied_by",
    "stories",
    "credits",
    "languages",
    "extents",
    "targets",
)
FLAGS: Final = ("unlicensed", "recalls")
_CLOSED: Final[Mapping[str, frozenset[str]]] = {
    "verdicts": frozenset(kind.value for kind in VerdictKind),
    "extents": frozenset(extent.value for extent in Extent),
}


def watch_of(value: Any, *, id_: str = "", tenant: str | None = None) -> Watch:
    """A watch from JSON values. `id_`: where the value has none; `tenant`: whose it is, whatever the value says. WatchFault."""
    if not isinstance(value, dict):
        raise WatchFault("A watch is a JSON object.")
    unknown = sorted(set(value) - set(MEMBERS))
    if unknown:
        raise WatchFault(f"A watch has no member {', '.join(unknown)}; it has {', '.join(MEMBERS)}.")
    found: dict[str, Any] = {name: _texts(name, value[name]) for name in LISTS if value.get(name) is not None}
    found["id"] = _text("id", value.get("id") or id_, 100)
    if not ID.fullmatch(found["id"]):
        raise WatchFault("An id has 1 to 100 letters, digits, dots, underscores or hyphens.")
    found["name"] = _text("name", value.get("name") or "", NAME_CHARS_MAX)
    found["tenant"] = _text("tenant", value.get("tenant") or "", 100) if tenant is None else tenant
    share = value.get("share_min", 0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise WatchFault("share_min is a number from 0 to 1.")
    words = value.get("words_min", 0)
    if isinstance(words, bool) or not isinstance(words, int) or not 0 <= words <= 1_000_000:
        raise WatchFault("words_min is a whole number, 0 or more.")
    flags = {name: value.get(name, False) for name in FLAGS}
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            raise WatchFault(f"{name} is true or false.")
    if not found.get("verdicts", ("",)):
        del found["verdicts"]
    return Watch(**found, share_min=float(share), words_min=words, **flags)


def _texts(name: str, value: Any) -> tuple[str, ...]:
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list) or len(several) > VALUES_MAX:
        raise WatchFault(f"{name} is a list of at most {VALUES_MAX} texts.")
    texts = tuple(dict.fromkeys(_text(name, one, VALUE_CHARS_MAX) for one in several))
    if "" in texts:
        raise WatchFault(f"{name} holds an empty text.")
    allowed = _CLOSED.get(name)
    if allowed is not None and not allowed.issuperset(texts):
        raise WatchFault(f"{name} may hold {', '.join(sorted(allowed))}.")
    return texts


def _text(name: str, value: Any, chars_max: int) -> str:
    if not isinstance(value, str) or len(value) > chars_max:
        raise WatchFault(f"{name} is a text of at most {chars_max} characters.")
    return value.strip()


def watch_from_bytes(key: str, value: bytes) -> Watch:
    """A watch as the topic or the file holds it. WatchFault."""
    if len(value) > WATCH_BYTES_MAX:
        raise WatchFault(f"A watch has at most {WATCH_BYTES_MAX} bytes.")
    try:
        decoded = json_value(value)
    except ValueError as error:
        raise WatchFault(f"A watch is JSON: {error}.") from error
    watch = watch_of(decoded, id_=key)
    if watch.id != key:
        raise WatchFault("The id of a watch is the key of its record.")
    return watch


def as_json(watch: Watch) -> dict[str, Any]:
    """Its members; conditions that ask for nothing are left out."""
    found: dict[str, Any] = {"id": watch.id, "tenant": watch.tenant, "name": watch.name}
    found |= {name: list(getattr(watch, name)) for name in LISTS if getattr(watch, name)}
    found |= {"share_min": watch.share_min} if watch.share_min else {}
    found |= {"words_min": watch.words_min} if watch.words_min else {}
    return found | {name: True for name in FLAGS if getattr(watch, name)}


def as_bytes(watch: Watch) -> bytes:
    return json_bytes(as_json(watch))
