"""The copies of an article that still carry what its newest version has not: from the articles that the pages can show.

The versions are the articles of its story by the same publisher. Each earlier one is compared with the newest, and each of its
copies with what went. A version whose record says `pubstatus` `canceled` or `withheld` (ninjs) withdraws the article: then all
of the text before it is meant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from wirecopy.core.model import RawArticle
from wirecopy.shell.desk.recall.removed import Carried, Passage, Removed, Version
from wirecopy.shell.desk.recall.withdrawn import is_withdrawn
from wirecopy.shell.web.catalogue import Entry
from wirecopy.shell.web.rendering import article_url
from wirecopy.shell.web.site_data import SiteData

VERSIONS_MAX: Final = 10  # earlier ones that are compared, the newest first
COPIES_MAX: Final = 200
ALTERED_WORDS_MAX: Final = 7  # fewer removed words than this and one are an alteration


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that a copy still has: the words that went, and the copy's own."""

    removed: str
    words: int
    altered: bool  # a few words in a sentence that stayed
    copy: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CopyHeld:
    copy: Entry
    version: Entry
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """`newest` is the version that counts; `compared`: copies whose texts could be read, of `copies`."""

    newest: Entry
    versions: tuple[Entry, ...]
    withdrawn: bool
    copies: int
    compared: int
    found: tuple[CopyHeld, ...]


async def recall(site: SiteData, entry: Entry, *, withdrawn: bool = False) -> Recall | None:
    """What copies still carry of an article's earlier versions; None where the newest version cannot be read. `withdrawn`:
    whatever its record says."""
    catalogue = site.catalogue
    versions = [one for one in catalogue.story(entry.current.story) if one.domain == entry.domain]
    newest, earlier = versions[-1], versions[:-1][-VERSIONS_MAX:]
    article = await site.texts.read(newest.position, newest.body_xxh3)
    if not isinstance(article, RawArticle):
        return None
    withdrawn = withdrawn or is_withdrawn(article.raw)
    if withdrawn:
        earlier = versions[-VERSIONS_MAX:]
    new = None if withdrawn else await asyncio.to_thread(Version, article)
    known = {one.position for one in versions}
    found: list[CopyHeld] = []
    seen: set[object] = set()
    compared = 0
    for version in reversed(earlier):
        text = await site.texts.read(version.position, version.body_xxh3)
        if not isinstance(text, RawArticle):
            continue
        removed = await asyncio.to_thread(_removed, text, new)
        for copy in catalogue.copies_of(version):
            if copy.position in known or copy.position in seen or len(seen) >= COPIES_MAX:
                continue
            seen.add(copy.position)
            copied = await site.texts.read(copy.position, copy.body_xxh3)
            if not isinstance(copied, RawArticle):
                continue
            compared += 1
            held = await asyncio.to_thread(_held, removed, text, copied)
            if held:
                found.append(CopyHeld(copy, version, held))
    return Recall(newest, tuple(earlier), withdrawn, len(seen), compared, tuple(found))


def _removed(old: RawArticle, new: Version | None) -> Removed:
    return Removed(Version(old), new)


def _held(removed: Removed, old: RawArticle, copied: RawArticle) -> tuple[Held, ...]:
    return tuple(
        _told(removed.passages[one.passage], one, old.text, copied.text)
        for one in removed.carried(Version(copied))
    )


def _told(passage: Passage, carried: Carried, old: str, copy: str) -> Held:
    return Held(
        removed=old[passage.start : passage.end],
        words=carried.words,
        altered=passage.words <= ALTERED_WORDS_MAX,
        copy=copy[carried.start : carried.end],
        start=carried.start,
        end=carried.end,
    )


def as_json(found: Recall) -> dict[str, Any]:
    """Offsets are code points of the copy's text as it is shown."""
    return {
        "article": _named(found.newest),
        "withdrawn": found.withdrawn,
        "versions": [_named(one) for one in found.versions],
        "copies": found.copies,
        "compared": found.compared,
        "carry": [
            {**_named(one.copy), "version": one.version.id, "held": _rows(one.held)} for one in found.found
        ],
    }


def _rows(held: Sequence[Held]) -> list[dict[str, Any]]:
    return [
        {
            "removed": one.removed,
            "words": one.words,
            "altered": one.altered,
            "copy": one.copy,
            "start": one.start,
            "end": one.end,
        }
        for one in held
    ]


def _named(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "publisher": entry.publisher,
        "url": entry.url or None,
        "evidence": article_url(entry, exact=True),
    }
