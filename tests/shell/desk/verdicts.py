"""Verdicts and watches made by chance, and which of them match by the definition: each watch is asked of each verdict."""

from __future__ import annotations

import random
from typing import Any

from wirecopy.core.model import (
    Credit,
    CreditKind,
    CreditScope,
    Extent,
    Original,
    Passage,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.publishers import fold_name
from wirecopy.shell.desk.parties import Parties, same
from wirecopy.shell.desk.watches.compiled import Judged
from wirecopy.shell.desk.watches.watch import Watch

SITES = ("alder.example", "birch.example", "cedar.example", "dogwood.example", "elm.example")
NAMES = ("Alder", "The Birch", "Cedar News", "Dogwood Press", "Elm")
LANGUAGES = ("en", "de", "de-AT", "fr", "")
STORIES = ("s1", "s2", "s3")


def verdict(
    kind: VerdictKind = VerdictKind.REPUBLICATION,
    *,
    original: tuple[str, str] | None = ("Alder", "https://alder.example/1"),
    sources: tuple[tuple[str, str, float, int], ...] = (("a1", "Alder", 0.8, 120),),
    credit: str = "",
    story: str = "s1",
    extent: Extent | None = Extent.FULL,
    share: float = 0.8,
) -> Verdict:
    """`sources`: id, publisher, share, words of each."""
    named = None
    if original is not None:
        named = Original("a1", original[1] or None, original[0], None, True, None)
    said = None
    if credit:
        said = Credit(CreditKind.SOURCE, credit, fold_name(credit), False, credit, 0, 5, CreditScope.TEXT)
    return Verdict(
        kind,
        extent,
        story,
        named,
        share,
        0.5,
        0.0,
        tuple(Passage(0, 10, words, id_) for id_, _, _, words in sources),
        tuple(Source(id_, publisher, one, 0.5) for id_, publisher, one, _ in sources),
        said,
        (),
    )


def some_verdict(chance: random.Random) -> Judged:
    kind = chance.choice((VerdictKind.REPUBLICATION, VerdictKind.REPUBLICATION, *VerdictKind))
    who = chance.randrange(len(NAMES))
    sources = tuple(
        (f"i{number}", chance.choice(NAMES), round(chance.random(), 2), chance.randrange(300))
        for number in range(chance.randrange(3))
    )
    original = None
    if kind is not VerdictKind.ORIGINAL:
        of = chance.randrange(len(NAMES))
        original = (NAMES[of], f"https://{SITES[of]}/x" if chance.random() < 0.5 else "")
    made = verdict(
        kind,
        original=original,
        sources=sources,
        credit=chance.choice(("", *NAMES)),
        story=chance.choice(STORIES),
        extent=chance.choice((Extent.FULL, Extent.PARTIAL)) if kind is VerdictKind.REPUBLICATION else None,
        share=round(chance.random(), 2),
    )
    return Judged("c", NAMES[who], f"https://{SITES[who]}/c", chance.choice(LANGUAGES), made)


def some_watch(chance: random.Random, id_: str) -> Watch:
    def some(*values: str) -> tuple[str, ...]:
        return tuple(sorted({chance.choice(values) for _ in range(chance.choice((0, 0, 1, 2)))}))

    given: dict[str, Any] = {
        "publishers": some(*SITES, *NAMES),
        "copied_by": some(*SITES, *NAMES),
        "stories": some(*STORIES),
        "credits": some(*NAMES),
        "languages": some("en", "de", "fr"),
        "extents": some("full", "partial"),
        "share_min": chance.choice((0.0, 0.0, 0.5)),
        "words_min": chance.choice((0, 0, 100)),
    }
    kinds = some(*(kind.value for kind in VerdictKind)) or ("republication",)
    return Watch(id_, verdicts=kinds, **given)


def matches(watch: Watch, judged: Judged, parties: Parties) -> tuple[float, int] | None:
    """The definition, a condition after the other: the share and the words that count, or None."""
    found = judged.verdict
    language = judged.language.lower()
    asked = [parties.asked(name) for name in watch.publishers]
    credit = "" if found.credit is None else fold_name(found.credit.name)
    by = parties.of(judged.publisher, judged.url)
    holds = (
        found.kind in watch.verdicts
        and (not watch.extents or found.extent in watch.extents)
        and (not watch.stories or found.story in watch.stories)
        and (not watch.credits or credit in {fold_name(name) for name in watch.credits})
        and (not watch.copied_by or any(same(parties.asked(name), by) for name in watch.copied_by))
        and (
            not watch.languages
            or any(language == one or language.startswith(f"{one}-") for one in watch.languages)
        )
    )
    if not holds:
        return None
    share, words = found.share, sum(passage.words for passage in found.passages)
    if asked:
        ids = [
            source.id
            for source in found.sources
            if any(same(one, parties.of(source.publisher)) for one in asked)
        ]
        original = found.original
        if ids:
            share = max(source.share for source in found.sources if source.id in ids)
            words = sum(passage.words for passage in found.passages if passage.source in ids)
        elif original is None or not any(
            same(one, parties.of(original.publisher, original.url or "")) for one in asked
        ):
            return None
    return (share, words) if share >= watch.share_min and words >= watch.words_min else None
