"""Hosts, registrable domains and brand keys: by what two records are found to have one publisher.

A publisher is known by its **registrable domain** (public suffix and one label: ``bbc.co.uk``; the private
section of the list counts too, so that each blog of a hosting site is a publisher of its own) and is *called*
by **brand keys**: names folded so far that "The Guardian", ``theguardian.com`` and "guardian" meet. The
credit side folds a name to one key; the publisher's side lists every key it may be called by. Domains compare
exactly; keys only ever support a verdict, since two papers may share a name.

The public suffix list comes inside the package and is never fetched: every replica of one release cuts alike.
Hosts are kept as A-labels (RFC 5890), keys in Unicode. All is a pure function of its arguments; the caches
only save time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from wirecopy.core.agencies import AGENCIES
from wirecopy.core.limits import CACHED_NAMES_MAX, HOST_CHARS_MAX, NAME_CHARS_MAX, URL_CHARS_MAX

_AUTHORITY = re.compile(r"(?:[a-z][a-z0-9+.\-]{0,30}:)?//([^/?#\\\s]*)(?=[/?#\\]|\Z)", re.IGNORECASE)
_BARE_HOST = re.compile(r"([^\s/?#@:\\]+\.[^\s/?#@:\\]+)(?::\d*)?(?=[/?#]|\Z)")
_LABELS = re.compile(r"(?!-)[a-z0-9_\-]{1,63}(?:\.[a-z0-9_\-]{1,63})*\Z")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}\Z")
_NAMED_BY_HOST = re.compile(r"[^\W_][\w\-]*(?:\.[\w\-]+)*\.[^\W\d_]{2,24}\Z")  # "CNN.com", not "U.S."

# Letters that Unicode does not decompose, as domains spell them ("Søndag" → sondag.dk).
_SPELLED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "þ": "th", "ð": "d"}
)

# Words before a name that its readers leave out; dropped only where a name remains.
_ARTICLES = "the le la les el los las il lo gli der die das het de den det"
_AGENCY_NOUNS = (
    "agencia agência agence agenzia agentur agenția agentia agencja agentura ajans агентство агенція агенция "
    "nachrichtenagentur presseagentur nyhetsbyrån persbureau kantor"
)
_LEADING_WORDS = frozenset((*_ARTICLES.split(), *_AGENCY_NOUNS.split()))
# Words after a name that say only what it is.
_TRAILING_WORDS = (
    ("news", "agency"),
    ("press", "agency"),
    ("haber", "ajansı"),
    ("nachrichtenagentur",),
    ("presseagentur",),
    ("agency",),
)
# Words that join the parts of a name, which a sign may stand for; and what a company adds to its name.
_JOINING_WORDS = frozenset(("and", "und", "et", "og", "och"))
_COMPANY_FORMS = frozenset(
    ("ltd", "limited", "inc", "llc", "gmbh", "plc", "corp", "corporation", "ltda", "pty")
)
# Articles grown together with a label: theguardian, lemonde, elpais.
_GROWN_ARTICLES = tuple(_ARTICLES.split())
# Labels that are no one's name.
_NAMELESS = "go com net co news press media online web www blog blogs home"
_NAMELESS_LABELS = frozenset(_NAMELESS.split())


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    """Parsed on first use: 0.1 s that an import should not cost."""
    return PublicSuffixList()


def _in_letters(label: str) -> str:
    """A label in Unicode where it is an A-label. Written again by IDNA 2003, which makes ß ss and ς σ, a name is one however
    it came: `straße`, its A-label by IDNA 2008, or `strasse`, under which its owner is found too."""
    if not label.startswith("xn--"):
        return label
    try:
        letters = label[4:].encode("ascii").decode("punycode")
        letters.encode("idna")
    except UnicodeError:
        return label
    return letters


def _as_host(text: str) -> str:
    """Lower-case A-labels of a host, or "" where it is none."""
    host = text.strip().rstrip(".").lower()
    if not host or len(host) > HOST_CHARS_MAX:
        return ""
    if "xn--" in host:
        host = ".".join(map(_in_letters, host.split(".")))
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return host if _LABELS.match(host) and len(host) <= HOST_CHARS_MAX else ""


@lru_cache(maxsize=CACHED_NAMES_MAX)
def host_of(url: str) -> str:
    """Host of a URL: lower case, A-labels, without "www.", port or user; "" where there is none.

    A missing scheme is forgiven ("cnn.com/a", "//cnn.com/a") as feeds leave it out; IPv6 loses its brackets.
    """
    url = url[:URL_CHARS_MAX].strip()
    match = _AUTHORITY.match(url) or _BARE_HOST.match(url)
    if match is None:
        return ""
    host = match[1].rpartition("@")[2]
    if host.startswith("["):
        address, closed, _ = host[1:].lower().partition("]")
        return address if closed and re.fullmatch(r"[0-9a-f:.]{2,45}", address) else ""
    host = _as_host(host.partition(":")[0])
    return host[4:] if host.startswith("www.") and "." in host[4:] else host


@lru_cache(maxsize=CACHED_NAMES_MAX)
def registrable_domain(host: str) -> str:
    """The host's public suffix and one label more (publicsuffix.org); "" where `host` is none.

    An address, a lone label ("localhost") and a suffix itself stand for themselves: they name something too.
    """
    if ":" in host:
        return host.lower() if re.fullmatch(r"[0-9a-fA-F:.]{2,45}", host) else ""
    host = _as_host(host)
    if not host or _ADDRESS.match(host):
        return host
    return _suffixes().privatesuffix(host) or host


def _folded(name: str) -> str:
    """Letters and digits alone: case-folded, marks dropped, look-alike forms made one (NFKC)."""
    if name.isascii():  # those forms of themselves
        return "".join(filter(str.isalnum, name.lower()))
    wide = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return unicodedata.normalize("NFC", "".join(filter(str.isalnum, wide)).translate(_SPELLED))


def _label(domain: str) -> str:
    """The label that names a registrable domain, in Unicode: "bbc" of bbc.co.uk."""
    label = domain.partition(".")[0]
    if label.startswith("xn--"):
        try:
            label = label.encode("ascii").decode("idna")
        except UnicodeError:
            return label
    return label


@lru_cache(maxsize=CACHED_NAMES_MAX)
def fold_name(name: str) -> str:
    """The key that a written name compares by; "" where it holds no letter or digit.

    "The Guardian" → "guardian"; "CNN.com" → "cnn"; "Agência Lusa" → "lusa"; "Süddeutsche" → "suddeutsche".
    """
    name = name[:NAME_CHARS_MAX].strip(" .,;:\"'“”«»()[]\n\t")
    if name.isascii() and name.isalpha():  # one word, and nothing to leave out
        return name.lower()
    if "." in name and _NAMED_BY_HOST.match(name):
        domain = registrable_domain(name)
        if domain:
            return _folded(_label(domain)) or _folded(name)
    words = [
        word
        for word in name.replace("’", "'").replace("&", " ").split()
        if word.casefold() not in _JOINING_WORDS
    ]
    lowered = [word.casefold() for word in words]
    first = 0
    while first + 1 < len(words) and lowered[first] in _LEADING_WORDS:
        first += 1
    last = len(words)
    while last - 1 > first and lowered[last - 1].strip(".,") in _COMPANY_FORMS:
        last -= 1
    for ending in _TRAILING_WORDS:
        if last - len(ending) > first and tuple(lowered[last - len(ending) : last]) == ending:
            last -= len(ending)
            break
    return _folded(" ".join(words[first:last])) or _folded(name)


@lru_cache(maxsize=1)
def _agencies() -> dict[str, str]:
    """Name or domain of an agency, folded whole ("Emirates News Agency" is not Emirates) → its key."""
    found: dict[str, str] = {}
    for key, names, domains in AGENCIES:
        for name in (*names, *domains):
            found.setdefault(_folded(name), key)
    return found


def agency_names() -> Iterable[str]:
    """What an agency's name or domain may be folded to: what `agency_key` knows."""
    return _agencies()


@lru_cache(maxsize=CACHED_NAMES_MAX)
def agency_key(name: str) -> str:
    """The key of the news agency that signs with this name or has this domain ("AP", "apnews.com" → "ap"),
    or ""."""
    name = name[:NAME_CHARS_MAX]
    return _agencies().get(_folded(name)) or _agencies().get(fold_name(name), "")


@lru_cache(maxsize=CACHED_NAMES_MAX)
def one_name(left: str, right: str) -> bool:
    """Whether two stated names are spellings of one: the same when folded, or of one agency."""
    if not left or not right:
        return False
    agency = agency_key(left)
    return fold_name(left) == fold_name(right) or (agency != "" and agency == agency_key(right))


@lru_cache(maxsize=CACHED_NAMES_MAX)
def brand_keys(publisher: str, host: str, domain: str) -> tuple[str, ...]:
    """Keys by which others may credit this publisher, the surest first: the agency's key where it is one,
    its folded name, its domain's label, what readers make of them ("theguardian" → "guardian", "foxnews" →
    "fox", "sueddeutsche" → "suddeutsche"), and the first label of its host ("oglobo" of oglobo.globo.com).

    Any argument may be empty; a publisher that is written as a host stands for a missing host. At most
    sixteen keys, none empty, none twice.
    """
    written = fold_name(publisher)
    host = host or (publisher.lower() if _NAMED_BY_HOST.match(publisher) else "")
    site = registrable_domain(domain) if "." in domain else ""
    site = site or registrable_domain(host)
    keys = [agency_key(publisher) or _agencies().get(_folded(site), ""), written]
    label = _folded(_label(site)) if "." in site and not _ADDRESS.match(site) else ""
    if label and (label not in _NAMELESS_LABELS or not written):
        keys.append(label)
        keys += [label[len(a) :] for a in _GROWN_ARTICLES if label.startswith(a) and len(label) >= len(a) + 3]
        if site.rpartition(".")[2] in ("de", "at", "ch"):
            keys.append(label.replace("ue", "u").replace("oe", "o").replace("ae", "a"))
    for key in keys[1:4]:
        if key.endswith("news") and len(key) > 5:
            keys.append(key[:-4])
        elif key:
            keys.append(key + "news")
    if site and host.endswith("." + site):
        first = host.removesuffix("." + site).removeprefix("www.")
        keys.append(_folded(_label(first)))
    return tuple(dict.fromkeys(key for key in keys if key))
