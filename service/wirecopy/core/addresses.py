"""The address of an article → the site that published it: through caches, archives, redirects and platforms.

An address may lead to a copy that somebody else serves: an AMP cache, an archive, a translator, a reader without paywall, a
redirect. Those write the article's own address inside theirs, which is then the one that counts. It may lie on a platform where
many publish (platforms.py): then a subdomain or a part of the path is the publisher, or nothing of the address is.

And an address may name no page at all: feeds that give their home page as every item's id say nothing about which of their
articles came before (`names_page`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from wirecopy.core.limits import CACHED_NAMES_MAX
from wirecopy.core.platforms import PATH_PAGES, PATH_PREFIXES, Carrier, carrier_of
from wirecopy.core.publishers import host_of, registrable_domain

_UNWRAPPED_MAX = 3
_INNER = re.compile(r"(?:https?(?::/{1,2}|%3A%2F%2F))(?=[^/?#\s])", re.IGNORECASE)
_CACHE_PATH = re.compile(
    r"/(?:amp|[acirvx]|ii|c/s|amp/s)/(?:s/)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(/[^?#]*)?", re.IGNORECASE
)
_CACHE_HOSTS = ("cdn.ampproject.org", "ampproject.net", "bing-amp.com", "amp.cloudflare.com")
_AMP_VIEWERS = re.compile(r"(?:www\.)?(?:google\.[a-z.]{2,6}|bing\.com)/amp/", re.IGNORECASE)
_DASHED = ("translate.goog", "cdn.ampproject.org")
_TURBO = re.compile(r"\.turbopages\.org/(?:[^/]+/)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)/s/", re.IGNORECASE)
_REDIRECTS = re.compile(
    r"(?:^|[/_.-])(?:redirect|redir|url|away|out|translate|proxy|cache|amp|clicks?|goto|l\.php|links?|exit|view)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_REDIRECTING = frozenset(
    ("out", "click", "clicks", "link", "links", "go", "redirect", "away", "l", "translate", "url", "exit")
)
_FRONTS = """
    feed feeds rss rss2 atom rss.xml atom.xml feed.xml feed.json index.xml index.rdf index home homepage main start startseite
    inicio accueil portada news latest all blog www web
"""
_GENERIC = frozenset(_FRONTS.split())
_GENERIC_FILE = re.compile(r"(?:index|default|home|main|start)\.[a-z]{2,5}\Z", re.IGNORECASE)
_FRONT_CHARS_MAX = 128  # a longer address is no front's
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?\Z", re.IGNORECASE)


class Place(NamedTuple):
    """`host`: of the site that published, "" where a platform carries it. `site`: what stands for the publisher, "" where the
    address does not say. `carrier`: the platform's domain, else ""."""

    host: str
    site: str
    carrier: str


_NOWHERE = Place("", "", "")


def _after_host(url: str) -> tuple[str, str]:
    """(what stands before the path, path and what follows)."""
    at = url.find("//")
    end = url.find("/", at + 2) if at >= 0 else url.find("/")
    return (url[:end], url[end:]) if end >= 0 else (url, "")


def _undashed(label: str) -> str:
    """The host in a label that writes dots as dashes and dashes doubled."""
    return label.replace("--", "\0").replace("-", ".").replace("\0", "-")


def _inner(url: str) -> str:
    """The address that another address holds; "" where it holds none."""
    head, rest = _after_host(url.partition("#")[0])
    host = host_of(head)
    if not host:  # nobody's address holds nobody else's
        return ""
    path, _, query = rest.partition("?")
    match = _INNER.search(path)
    if match is not None:
        return unquote(rest[match.start() :]).replace(":/", "://", 1).replace(":///", "://", 1)
    if host.endswith(_CACHE_HOSTS) or _AMP_VIEWERS.search(head + rest):
        cached = _CACHE_PATH.match(path)
        if cached is not None:
            return f"https://{cached[1]}{cached[2] or ''}"
    for suffix in _DASHED:
        label = host.removesuffix("." + suffix)
        if label != host and "-" in label:
            return f"https://{_undashed(label)}{path}"
    turbo = _TURBO.search(head + path)
    if turbo is not None:
        return f"https://{turbo[1]}/"
    match = _INNER.search(query) or (_INNER.search(rest) if rest.startswith("?") else None)
    if match is not None and (
        _REDIRECTS.search(head + path) or carrier_of(host, registrable_domain(host)) is not None
    ):
        return unquote(unquote(query[match.start() :]).partition("&")[0])
    return ""


@lru_cache(maxsize=CACHED_NAMES_MAX)
def _of_host(host: str) -> tuple[str, Carrier | None, str]:
    """(registrable domain, kind of carrier, the carrier's domain)."""
    domain = registrable_domain(host)
    found = carrier_of(host, domain)
    return (domain, None, "") if found is None else (domain, *found)


def _in_path(path: str, *, any_name: bool) -> str:
    """The part of a path that names a publisher; "" where none does. `any_name`: without the sign that says so."""
    for part in path.split("/")[1:]:
        part = part.partition("?")[0].partition("#")[0]
        if part.startswith("@") and len(part) > 1:
            return part.lower()
        if not any_name or not part or part.lower() in PATH_PAGES or part.startswith("wall-"):
            return ""
        if part.lower() not in PATH_PREFIXES:
            return "@" + part.lower().lstrip("~")
    return ""


@lru_cache(maxsize=CACHED_NAMES_MAX)
def _own_place(head: str) -> Place | None:
    """The place of an address by what stands before its path, where that says all: articles are many, hosts few."""
    host = host_of(head)
    if not host:
        return _NOWHERE
    domain, carrier, _ = _of_host(host)
    return Place(host, domain, "") if carrier is None else None


def place_of(url: str) -> Place:
    """Where an article was published, by its address. "" throughout where there is no host."""
    if not url.startswith(
        ("https://", "http://")
    ):  # as few do not: where a host ends is then another question
        return _place_within(url)
    end = url.find("/", 8)
    place = _own_place(url[: end + 1] if end >= 0 else url)
    if place is not None and (
        end < 0 or not (url.find(":/", end) >= 0 or url.find("%3", end) >= 0 or url.startswith("/@", end))
    ):
        return place
    return _place_within(url)


def _place_within(url: str) -> Place:
    """The same of an address that holds another, or lies on a platform."""
    for _ in range(_UNWRAPPED_MAX):
        inner = _inner(url)
        if not host_of(inner):
            break
        url = inner
    head, rest = _after_host(url)
    host = host_of(head + "/" if rest else head)
    if not host:
        return _NOWHERE
    domain, carrier, entry = _of_host(host)
    if carrier is None:
        named = _in_path(rest, any_name=False) if rest.startswith("/@") else ""
        return Place("", domain + "/" + named, domain) if named else Place(host, domain, "")
    if carrier is Carrier.SUBDOMAIN:
        return Place(host, host, entry)
    named = _in_path(rest, any_name=True) if carrier is Carrier.PATH else ""
    return Place("", f"{entry}/{named}" if named else "", entry)


def names_page(address: str) -> bool:
    """Whether an address names a page, and not a site's front or its feed, which every item of a feed may give."""
    if "://" not in address or len(address) > _FRONT_CHARS_MAX:
        return True
    path = _after_host(address.partition("#")[0])[1]
    if "?" in path and path.partition("?")[2]:
        return True
    for part in path.partition("?")[0].lower().split("/"):
        if part and part not in _GENERIC and not _GENERIC_FILE.match(part) and not _LANGUAGE.match(part):
            return True
    return False
