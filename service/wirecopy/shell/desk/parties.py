"""Who is who: whether a publisher that somebody wrote down is the one that a record names.

A party is known by its domain where a URL, a host name or an alias gives one, and by its name else. Two that have domains
are the same when the domains are; where one of them has none, names decide, as in credits (core/publishers.py). So a name
never joins two publishers whose domains differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from wirecopy.core.addresses import place_of
from wirecopy.core.publishers import agency_key, brand_keys, fold_name
from wirecopy.core.records.fields import belongs_to

_KEPT_MAX: Final = 65_536


class Party(NamedTuple):
    """`domain` "" where none is known; `names` are keys that compare with others' keys, never empty ones."""

    domain: str
    names: frozenset[str]


class Parties:
    """Parties under a table of aliases (name or domain → main name, the setting of the same name)."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._aliases = dict(aliases)
        self.of = lru_cache(_KEPT_MAX)(self._of)

    def _of(self, publisher: str, url: str = "") -> Party:
        """The party that a record names."""
        place = place_of(url)
        _, domain = belongs_to(publisher, place, "", self._aliases)
        dotted = domain if "." in domain else ""
        keys = brand_keys(publisher, place.host, dotted)
        aliased = (fold_name(domain),) if domain and not dotted else ()
        return Party(dotted, frozenset(key for key in (*keys, *aliased) if key))

    def asked(self, text: str) -> Party:
        """The party that a person means by a name, a host or a URL. Empty where the text names nobody."""
        place = place_of(text)
        if place.site:
            _, domain = belongs_to("", place, "", self._aliases)
            if "." in domain:
                return Party(domain, frozenset(brand_keys("", place.host, domain)))
        _, domain = belongs_to(text, place_of(""), "", self._aliases)
        dotted = domain if "." in domain else ""
        keys = (agency_key(text), fold_name(text), "" if dotted else fold_name(domain))
        return Party(dotted, frozenset(key for key in keys if key))


def same(asked: Party, named: Party) -> bool:
    """Whether a party that somebody asks for is the one that a record names."""
    if asked.domain and named.domain:
        return asked.domain == named.domain
    return not asked.names.isdisjoint(named.names)
