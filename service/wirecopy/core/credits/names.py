"""What can be the name in a credit, and whose name it is.

A name is one to six words: the first begins with a capital, a digit or a letter of a script without case
(or is a host name or a name of the table, however written), the others do too or are the small words that
join names ("of", "de"). Reading stops where a word cannot belong to a name, so "Reuters on Tuesday" is
Reuters. What is read is never longer than limits.NAME_CHARS_MAX.
"""

from __future__ import annotations

import re
from functools import lru_cache

from wirecopy.core import limits
from wirecopy.core.agencies import MEDIA
from wirecopy.core.credits import word_table
from wirecopy.core.publishers import agency_key, fold_name, host_of, registrable_domain
from wirecopy.core.values import Value

_WORD = re.compile(r"(?:@?\w|&(?=\s))(?:[\w&+@·・!*.'’‑-]*[\w+!*])?")
_DIGITS = re.compile(r"\d+")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'”»）)\]]+", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,24}\Z", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’](?:s|in|ın|un|ün|nin|nın|a|e|ya|ye|da|de|ta|te|dan|den|tan|ten|nun|nün)?\Z")
_GAP = re.compile(r"[ \t\u00a0\u3000:：՝៖,\"'“„«‘「『《〈【(（\[*_>→\-–—@/|]*\Z")
_ARTICLE_WORDS = (
    "the an a le la les el los las il lo gli i der die das dem den het de o os as báo trang laman situs site sitio "
    "magazine newspaper website portal journal dziennik portál server газета газете сайт агентство агентства издание "
    "صحيفة موقع قناة وكالة"
)
ARTICLES = tuple(_ARTICLE_WORDS.split())
_ARTICLE = re.compile(rf"(?:{'|'.join(ARTICLES)})\s+|l['’]")
_JOINING_WORDS = (
    "of the and for in on at de la le les du des del di da do dos das della dello und für der die am im "
    "et en y e van het voor och og ja i & el los las al bin и в та і на"
)
_JOINING = frozenset(_JOINING_WORDS.split())
_WITHIN_CHARS_MAX = 64  # longer pieces of texts hardly ever come again
_SHORT_CASELESS_WORDS_MAX = 4  # a sentence of a script without case has no capital to end the name


class Name(Value):
    """A name as written, text[start:end]."""

    text: str
    start: int
    end: int


make_name = Name


@lru_cache(maxsize=1)
def _no_names() -> frozenset[str]:
    return frozenset(map(fold_name, word_table.NO_NAMES))


@lru_cache(maxsize=1)
def _no_first_words() -> frozenset[str]:
    return frozenset(word.casefold() for word in word_table.NO_FIRST_WORDS)


@lru_cache(maxsize=1)
def _media() -> frozenset[str]:
    return frozenset(map(fold_name, MEDIA))


def is_medium(name: str) -> bool:
    """Whether the table lists this medium, which is no agency."""
    return fold_name(name) in _media()


@lru_cache(maxsize=1)
def _desks() -> frozenset[str]:
    return frozenset(word_table.DESKS)


def agency_of(name: str) -> str:
    """The key of the agency that a name is, or whose desk: "dpa Sport"; "" for none."""
    found = agency_key(name)
    if found or " " not in name:
        return found
    words = name.split()
    while len(words) > 1 and words[-1] in _desks():
        words.pop()
        found = agency_key(" ".join(words))
        if found:
            return found
    return ""


@lru_cache(maxsize=limits.CACHED_NAMES_MAX)
def is_known(name: str) -> bool:
    """Whether the table lists this agency or medium, or it is a host name, which names nothing but a
    publisher."""
    return bool(agency_key(name)) or fold_name(name) in _media() or bool(_HOST.match(name))


def is_own(name: str, own: frozenset[str]) -> bool:
    """Whether a credited name is one of the publisher's own brand keys, or begins with one ("BBC Sport" at
    the BBC)."""
    if fold_name(name) in own or (agency_of(name) or " ") in own:
        return True
    words = name.split()
    return any(fold_name(" ".join(words[:count])) in own for count in range(1, len(words)))


@lru_cache(maxsize=limits.CACHED_NAMES_MAX)
def credited(name: str, own: frozenset[str]) -> tuple[str, bool]:
    """(key of the one whom a name credits, whether it is an agency of the table); no key where that is the
    publisher itself, whose brand keys are `own`."""
    if is_own(name, own):
        return "", False
    agency = agency_of(name)
    return agency or fold_name(name), bool(agency)


@lru_cache(maxsize=limits.CACHED_NAMES_MAX)
def _can_be_named(name: str) -> bool:
    """Whether what has the shape of a name is one."""
    first = name.split(maxsplit=1)[0]
    if first.casefold() in _no_first_words() and not (first.isupper() and first == name):
        return False
    if len(name) > limits.NAME_CHARS_MAX or sum(map(str.isalpha, name)) < 2:
        return False
    return fold_name(_DIGITS.sub("", name)) not in _no_names() or is_known(name)


def _begins_name(word: str) -> bool:
    first = word[1] if word[0] == "@" and len(word) > 1 else word[0]
    if first.isupper() or first.isdigit():
        return True
    if first.islower():
        return bool(_HOST.match(word)) or any(c.isupper() for c in word) or bool(agency_key(word))
    return first.isalpha()


def _words_from(text: str, at: int, stop: int) -> list[re.Match[str]]:
    """The words that may form a name, in order."""
    words: list[re.Match[str]] = []
    caseless = 0
    while len(words) < limits.CREDIT_NAME_WORDS_MAX:
        word = _WORD.match(text, at, stop)
        if word is None:
            break
        written = word[0]
        first = written[0]
        if not first.isupper():  # as most are
            if not ((words and written in _JOINING) or _begins_name(written)):
                break
            caseless += not (first.islower() or first.isdigit())
            if caseless > _SHORT_CASELESS_WORDS_MAX:
                break
        words.append(word)
        at = word.end()
        if text[at : at + 1] not in (" ", "\u00a0") or at + 1 >= stop:
            break
        at += 1
    while words and words[-1][0] in _JOINING:
        words.pop()
    return words


def name_from(text: str, gap_start: int, at: int, stop: int | None = None) -> Name | None:
    """The name at code point `at`, which a phrase that ended at `gap_start` credits; None where there is
    none."""
    if at != gap_start and (at - gap_start > 16 or not _GAP.match(text, gap_start, at)):
        return None
    first = text[at : at + 1]
    if not first:
        return None
    stop = min(len(text) if stop is None else stop, at + limits.NAME_CHARS_MAX)
    url = _URL.match(text, at, stop) if first in "hHwW" else None
    if url is not None:
        site = registrable_domain(host_of(url[0] if "//" in url[0] else "//" + url[0]))
        return make_name(site, at, url.end()) if site else None
    article = None if first.isupper() else _ARTICLE.match(text, at, stop)  # all of them are in small letters
    words = _words_from(text, article.end() if article else at, stop) or (
        _words_from(text, at, stop) if article else []
    )
    if not words:
        return None
    start, end = words[0].start(), words[-1].end()
    name = text[start:end]
    if "'" in name or "’" in name:
        possessive = _POSSESSIVE.search(text, start, end)
        if possessive is not None and possessive.start() > start:
            end = possessive.start()
            name = text[start:end]
    return make_name(name, start, end) if _can_be_named(name) else None


def name_within(text: str, start: int, end: int) -> Name | None:
    """The name that is all of text[start:end] but for quotes and marks around it; None where that is no
    name."""
    found = (_whole if end - start > _WITHIN_CHARS_MAX else _remembered_whole)(text[start:end])
    return make_name(found.text, start + found.start, start + found.end) if found is not None else None


def _whole(piece: str) -> Name | None:
    """The name that a piece of a text is, by its place in the piece."""
    name = name_from(piece, 0, 0)
    if name is None or piece[name.end :].strip(" \u00a0\t.,:;\"'’”»」』》】)）]*_…!"):
        return None
    return name


_remembered_whole = lru_cache(maxsize=limits.CACHED_NAMES_MAX)(_whole)  # the same few sources sign many texts
