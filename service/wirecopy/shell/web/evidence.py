"""The evidence page: an article, its verdict in sentences, and the texts behind it, side by side.

The verdict comes from the catalogue, which follows the log; the texts are read again from the raw topic
(texts.py). With the text, the verdict is completed as the owner of the raw partition completed it
(`core.engine.enrich`), so that the page and `.json` show exactly what was published. Without the text, the
page says so and shows what the verdict alone holds.

Aligning two texts takes some milliseconds per thousand words. It runs in a thread, one alignment at a time, on
the first `CHARS_MAX` characters of each text; the results are cached.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from wirecopy.core.engine import enrich
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.model import Basis, Outcome, RawArticle, Verdict, VerdictKind
from wirecopy.core.records.enriched import verdict_to_json
from wirecopy.core.records.fields import time_text
from wirecopy.core.records.raw import encode_enriched, json_bytes
from wirecopy.core.timing import DATE_BASES
from wirecopy.core.values import replace
from wirecopy.shell.report.comparison_rows import Comparison, Mark, Row, Side, alone, compare
from wirecopy.shell.report.retelling_rows import compare_retold, retold_by
from wirecopy.shell.report.words import DOUBT_WORDS, headline, sentences
from wirecopy.shell.web.catalogue import Entry
from wirecopy.shell.web.exchange import JSON, Method, Request, Response, Route
from wirecopy.shell.web.problems import Problem, problem
from wirecopy.shell.web.rendering import not_found, page, position_of
from wirecopy.shell.web.site_data import SiteData
from wirecopy.shell.web.texts import Gone

CHARS_MAX: Final = 60_000  # of each text that are aligned and shown: ten thousand words, a long read
KEPT_MAX: Final = 32  # alignments in the cache
COPIES_MAX: Final = 30  # listed; the story page has them all
VERSIONS_MAX: Final = 20
QUOTATION_CHARS_MAX: Final = 400  # of each that are shown
CHOICES_MAX: Final = 50  # articles of one id
PLAIN_ROWS_MAX: Final = 4  # consecutive lines with nothing shared that are shown; more are folded
BASIS_WORDS: Final = {
    Basis.CREDIT: "the text credits the original",
    Basis.PUBLISHED_AT: "the original has the earlier publication date",
    Basis.FIRST_SEEN: "order of arrival",
    Basis.SAME_URL: "same address",
    Basis.SAME_ID: "same id",
    Basis.SAME_BODY: "identical text",
    Basis.SAME_PUBLISHER: "same publisher",
    Basis.CREDIT_CONFLICT: "the credit and the dates contradict each other",
    Basis.LATE_ORIGINAL: "the original was received after its copy",
    Basis.TEMPLATE_LEARNED: "part of the text was recognised as site boilerplate",
    Basis.REWRITTEN: "rare words, names and numbers in common, and few of its own",
    Basis.DATES_APART: "the two publication dates are weeks apart, so neither was believed",
    **{DATE_BASES[doubt]: f"date not trusted: {words}" for doubt, words in DOUBT_WORDS.items()},
}

BASIS_WORDS_OF_ORIGINAL: Final = {
    Basis.CREDIT: "copies credit this article",
    Basis.FIRST_SEEN: "no earlier article has this text",
    Basis.LATE_ORIGINAL: "received after its copies",
}

assert set(BASIS_WORDS) == set(Basis)


def routes(site: SiteData) -> list[Route]:
    evidence = Evidence(site)
    return [
        Route(Method.GET, "/articles/.json", evidence.record),
        Route(Method.GET, "/articles/{id}.json", evidence.record),
        Route(Method.GET, "/articles", evidence.page),
        Route(Method.GET, "/articles/{id}", evidence.page),
    ]


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article as it is shown. Offsets of `verdict` are those of the body, of `on_text` those of the text."""

    entry: Entry
    article: RawArticle | Gone
    verdict: Verdict
    on_text: Verdict


@dataclass(frozen=True, slots=True)
class ShownQuotation:
    """A quotation that another article carries too; `entry` is that article, where it can be shown."""

    text: str
    words: int
    publisher: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that are shown, or `folded` into a line that says how many there are."""

    rows: tuple[Row, ...]
    folded: bool


class Evidence:
    """The page and the JSON record of each article."""

    def __init__(self, site: SiteData) -> None:
        self._site = site
        self._kept: OrderedDict[tuple[object, ...], Comparison] = OrderedDict()
        self._one = asyncio.Lock()  # two cores for everything: one alignment at a time

    async def page(self, request: Request) -> Response:
        found = self.found(request)
        if isinstance(found, Response):
            return found
        shown = await self.shown(found)
        beside, why_alone = await self.beside(shown, request.query.get("beside", ""))
        comparison = await self.compared(shown, beside)
        current = shown.verdict
        catalogue = self._site.catalogue
        copies = catalogue.copies_of(found)
        same = [one for one in catalogue.by_id(found.id) if one.domain == found.domain]
        versions = [one for one in same if one.position != found.position]
        self._site.want([*copies[:COPIES_MAX], *versions[:VERSIONS_MAX]])
        original = current.original
        return page(
            "evidence.html",
            title=found.title or found.id,
            active="",
            entry=found,
            article=shown.article if isinstance(shown.article, RawArticle) else None,
            gone=shown.article.detail if isinstance(shown.article, Gone) else "",
            verdict=current,
            heading=headline(current),
            sentences=[*sentences(current), *(comparison.told if comparison is not None else ())],
            retold=comparison is not None and bool(comparison.told),
            basis=_basis(current),
            before=headline(found.verdict) if found.corrected else "",
            original=catalogue.by_position(original.position) if original and original.position else None,
            beside=beside.entry if beside is not None else None,
            why_alone=why_alone,
            blocks=blocks_of(comparison) if comparison is not None else (),
            numbers=_numbers(comparison) if comparison is not None else ((), ()),
            aside=comparison is not None and _has_aside(comparison),
            cut=_is_cut(shown) or (beside is not None and _is_cut(beside)),
            chars_max=CHARS_MAX,
            copies=copies[:COPIES_MAX],
            copies_count=len(copies),
            versions=versions[-VERSIONS_MAX:],
            quotations=self._quotations(shown),
            story_size=len(catalogue.story(current.story)),
        )

    async def record(self, request: Request) -> Response:
        """The enriched record as published; if its text is not available, the rest of it."""
        found = self.found(request)
        if isinstance(found, Response):
            return problem(
                Problem.NO_SUCH_PAGE, "No article has this id, or several do: open the page without .json."
            )
        shown = await self.shown(found)
        if isinstance(shown.article, RawArticle):
            return Response(200, encode_enriched(shown.article, shown.verdict), JSON)
        fields: dict[str, Any] = {
            "id": found.id,
            "url": found.url or None,
            "publisher": found.publisher,
            "published_at": None if found.published_at_ms is None else time_text(found.published_at_ms),
            "text": None,
            "text_gone": shown.article.detail,
            "republication": verdict_to_json(shown.verdict, found.id, found.body_xxh3, found.position),
        }
        return Response(200, json_bytes(fields), JSON)

    def _quotations(self, shown: ShownArticle) -> list[ShownQuotation]:
        """The quotations that others carry too, each with its words where the text is there, and the other article where this
        replica can show it."""
        text = shown.article.text if isinstance(shown.article, RawArticle) else ""
        told = []
        for quotation in shown.on_text.quotations:
            others = self._site.catalogue.by_id(quotation.id)
            entry = next((one for one in others if one.publisher == quotation.publisher), None)
            words = text[quotation.start : quotation.end][:QUOTATION_CHARS_MAX]
            told.append(ShownQuotation(words, quotation.words, quotation.publisher or quotation.id, entry))
        return told

    # ---- which article
    def found(self, request: Request) -> Entry | Response:
        """The requested article; else the page that says there is none, or offers the choice of several."""
        catalogue = self._site.catalogue
        at = request.query.get("at")
        if at is not None:
            position = position_of(at)
            entry = None if position is None else catalogue.by_position(position)
            if entry is not None and request.parts.get("id", entry.id) == entry.id:
                return entry
            return not_found("This replica cannot show this article, or can no longer show it.")
        found = catalogue.by_id(request.parts.get("id", ""))
        if not found:
            return not_found("This replica has no article with this id among the newest it has judged.")
        if len({entry.domain for entry in found}) == 1:
            return found[-1]
        return page(
            "choices.html",
            status=300,
            title="Several articles have this id",
            active="",
            id=found[0].id,
            entries=found[-CHOICES_MAX:],
        )

    # ---- texts
    async def shown(self, entry: Entry) -> ShownArticle:
        """An article with its text, where it can be read, and its verdict."""
        article = await self._site.texts.read(entry.position, entry.body_xxh3)
        verdict = entry.current
        if isinstance(article, Gone):
            return ShownArticle(entry, article, verdict, verdict)
        if not entry.read:
            self._site.want([entry])
        if entry.corrected is None:
            verdict = await _finished(article, entry)
        elif verdict.credit is not None:
            credit = verdict.credit
            verdict = replace(verdict, credit=replace(credit, text=article.body[credit.start : credit.end]))
        return ShownArticle(entry, article, verdict, on_text(article, verdict))

    async def beside(self, shown: ShownArticle, wanted: str) -> tuple[ShownArticle | None, str]:
        """The article to show beside this one, or a sentence that says why there is none."""
        verdict, catalogue = shown.verdict, self._site.catalogue
        original = verdict.original
        told = verdict.rewritten_of if verdict.kind is VerdictKind.ORIGINAL else ""
        if not told and (verdict.kind is VerdictKind.ORIGINAL or not (verdict.sources or original)):
            return None, ""
        candidates = [e for e in catalogue.by_id(told) if e.publisher == verdict.rewritten_publisher]
        for source in verdict.sources:
            if not wanted or source.id == wanted:
                candidates += [e for e in catalogue.by_id(source.id) if e.publisher == source.publisher]
        if original is not None and original.position is not None and wanted in ("", original.id):
            first = catalogue.by_position(original.position)
            if first is not None and (wanted or any(e.position == first.position for e in candidates)):
                candidates = [first]
        earlier = [entry for entry in candidates if entry.position != shown.entry.position]
        if not earlier:
            if original is not None and not original.ingested and not verdict.sources:
                return None, "The original was not received, so there is no second text to show."
            return None, "This replica can no longer show the source article."
        beside = await self.shown(earlier[0])
        if isinstance(beside.article, Gone):
            return None, f"The source article's text cannot be shown. {beside.article.detail}"
        return beside, ""

    async def compared(self, shown: ShownArticle, beside: ShownArticle | None) -> Comparison | None:
        """The texts aligned, cut to CHARS_MAX each; the last ones are kept."""
        article = shown.article
        if not isinstance(article, RawArticle):
            return None
        other = beside.article if beside is not None else None
        key = (
            shown.entry.position,
            shown.entry.body_xxh3,
            shown.entry.corrected is not None,
            None if beside is None else (beside.entry.position, beside.entry.body_xxh3),
        )
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        async with self._one:
            if beside is not None and isinstance(other, RawArticle):
                made = await asyncio.to_thread(_aligned, other, article, beside.on_text, shown.on_text)
            else:
                made = await asyncio.to_thread(alone, cut(article), shown.on_text)
        self._kept[key] = made
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return made


async def _finished(article: RawArticle, entry: Entry) -> Verdict:
    """The verdict as the owner of the text published it."""
    outcome = Outcome(entry.position, entry.body_xxh3, entry.verdict, (), False)
    return await asyncio.to_thread(lambda: enrich(propose(article), outcome))


def _aligned(a: RawArticle, b: RawArticle, a_verdict: Verdict, b_verdict: Verdict) -> Comparison:
    if retold_by(b_verdict, a.id):
        return compare_retold(cut(a), cut(b))
    return compare(cut(a), cut(b), a_verdict, b_verdict, whole=True, others=True)


def cut(article: RawArticle) -> RawArticle:
    return replace(article, text=article.text[:CHARS_MAX]) if len(article.text) > CHARS_MAX else article


def _is_cut(shown: ShownArticle) -> bool:
    return isinstance(shown.article, RawArticle) and len(shown.article.text) > CHARS_MAX


def on_text(article: RawArticle, verdict: Verdict) -> Verdict:
    """The verdict with its offsets taken from the body to the text that was judged."""
    offsets = article.offsets
    if offsets is None:
        return verdict

    def at(offset: int) -> int:
        return int(np.searchsorted(offsets, offset))

    passages = tuple(replace(p, start=at(p.start), end=at(p.end)) for p in verdict.passages)
    credit = verdict.credit and replace(
        verdict.credit, start=at(verdict.credit.start), end=at(verdict.credit.end)
    )
    quotations = tuple(replace(q, start=at(q.start), end=at(q.end)) for q in verdict.quotations)
    return replace(verdict, passages=passages, credit=credit, quotations=quotations)


# ---- what the template needs
def _basis(verdict: Verdict) -> list[str]:
    """The reasons for the verdict in words. For an original they are about its copies."""
    own = BASIS_WORDS_OF_ORIGINAL if verdict.kind is VerdictKind.ORIGINAL else {}
    return [own.get(basis, BASIS_WORDS[basis]) for basis in verdict.basis]


def _has_aside(comparison: Comparison) -> bool:
    return any(stretch.mark is Mark.ASIDE for row in comparison.rows for stretch in row.left + row.right)


def _is_plain(row: Row) -> bool:
    return not any(stretch.mark in (Mark.MATCHED, Mark.CREDIT) for stretch in row.left + row.right)


def blocks_of(comparison: Comparison) -> tuple[Block, ...]:
    """Rows in blocks; long stretches with nothing matched are folded, so that the evidence is in sight."""
    if not comparison.matched_words:
        return (Block(comparison.rows, False),)
    blocks: list[Block] = []
    run: list[Row] = []
    for row in [*comparison.rows, None]:
        if row is not None and (not run or _is_plain(row) == _is_plain(run[0])):
            run.append(row)
            continue
        if run:
            blocks.append(Block(tuple(run), _is_plain(run[0]) and len(run) > PLAIN_ROWS_MAX))
        run = [] if row is None else [row]
    return tuple(blocks)


def _numbers(comparison: Comparison) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The passages that are marked on the left and on the right."""

    def on(sides: list[Side]) -> tuple[int, ...]:
        return tuple(sorted({stretch.passage for side in sides for stretch in side} - {0}))

    return on([row.left for row in comparison.rows]), on([row.right for row in comparison.rows])
