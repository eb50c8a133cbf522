"""A scan's findings as one self-contained HTML page: stories, who copied whom, the copied passages.

`ScanReport` is told of what a scan judges and keeps what the page shows: of each article its heading, of each copy its
first passages. What makes the page safe to open is in markup.py.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from wirecopy.core.engine import enrich
from wirecopy.core.fingerprint.propose import Proposal
from wirecopy.core.model import Outcome, Verdict, VerdictKind
from wirecopy.core.records.fields import time_text
from wirecopy.shell.ports import LogRecord
from wirecopy.shell.report.markup import escaped, head, web_address
from wirecopy.shell.report.terminal import shown_line
from wirecopy.shell.report.words import headline, percent, plural, sentences

HEADINGS_MAX: Final = 300_000  # articles of which no copy came yet: some 100 MB
STORIES_SHOWN: Final = 500
MEMBERS_SHOWN: Final = 60  # of a story
PAIRS_SHOWN: Final = 200
PASSAGES_KEPT: Final = 4  # of a copy
PASSAGE_CHARS: Final = 600
TITLE_COLUMNS: Final = 200
NAME_COLUMNS: Final = 80
_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: start; padding: .25rem .6rem; vertical-align: top; }
th { border-bottom: 2px solid; } tr + tr td { border-top: 1px solid #8883; } td, p, h3 { overflow-wrap: anywhere; }
td.number, th.number { text-align: end; font-variant-numeric: tabular-nums; }
blockquote { margin: .3rem 0 .6rem; padding-inline-start: .8rem; border-inline-start: 3px solid #4a4; white-space: pre-wrap; }
.why { color: #666; font-size: .9rem; } .none { color: #777; }
"""


@dataclass(frozen=True, slots=True)
class Member:
    """An article as the page shows it. `passages`: what it shares with its sources, as far as kept."""

    number: int
    id: str
    title: str
    publisher: str
    url: str
    published_at_ms: int | None
    verdict: Verdict
    passages: tuple[str, ...] = ()
    corrected: bool = False


@dataclass(slots=True)
class ScanReport:
    """What a scan found. An observer of `scan`."""

    articles: int = 0
    kinds: Counter[VerdictKind] = field(default_factory=Counter)
    alone: OrderedDict[int, Member] = field(default_factory=OrderedDict)  # originals, by number
    linked: dict[int, Member] = field(default_factory=dict)  # everything else

    def judged(
        self, records: Sequence[LogRecord], outcomes: Sequence[Outcome], proposals: Sequence[Proposal]
    ) -> None:
        """See `Observer` of the scanner."""
        del records
        for outcome, proposal in zip(outcomes, proposals, strict=True):
            self.articles += 1
            self.kinds[outcome.verdict.kind] += 1
            self._put(_member(proposal, outcome))
            for correction in outcome.corrections:
                self._correct(correction.position.offset, correction.verdict)

    def _put(self, member: Member) -> None:
        if member.verdict.kind is VerdictKind.ORIGINAL:
            self.linked.pop(member.number, None)
            self.alone[member.number] = member
            if len(self.alone) > HEADINGS_MAX:
                self.alone.popitem(last=False)
        else:
            self.alone.pop(member.number, None)
            self.linked[member.number] = member

    def _correct(self, number: int, verdict: Verdict) -> None:
        before = self.linked.get(number) or self.alone.get(number)
        if before is not None:
            self.kinds[before.verdict.kind] -= 1
            self.kinds[verdict.kind] += 1
            self._put(replace(before, verdict=verdict, corrected=True))

    def stories(self) -> list[list[Member]]:
        """Stories of several articles, that with most copies first; in each the earliest article first."""
        by_story: dict[str, list[Member]] = {}
        for member in self.linked.values():
            by_story.setdefault(member.verdict.story, []).append(member)
        for member in self.alone.values():
            if (held := by_story.get(member.verdict.story)) is not None:
                held.append(member)
        for held in by_story.values():
            held.sort(key=lambda member: (_time_ms(member), member.number))
        return sorted(by_story.values(), key=lambda held: (-len(held), held[0].number))

    def pairs(self) -> Counter[tuple[str, str]]:
        """(who copied, from whom) → how often."""
        found: Counter[tuple[str, str]] = Counter()
        for member in self.linked.values():
            original = member.verdict.original
            if member.verdict.kind is VerdictKind.REPUBLICATION and original is not None:
                found[member.publisher, original.publisher] += 1
        return found


def _time_ms(member: Member) -> float:
    return float("inf") if member.published_at_ms is None else member.published_at_ms


def _member(proposal: Proposal, outcome: Outcome) -> Member:
    article = proposal.article
    verdict = outcome.verdict
    passages: tuple[str, ...] = ()
    if verdict.passages:
        verdict = enrich(proposal, outcome)
        passages = tuple(
            _clipped(article.body[passage.start : passage.end])
            for passage in verdict.passages[:PASSAGES_KEPT]
        )
    title = article.title or article.text[:TITLE_COLUMNS].strip().partition("\n")[0]
    return Member(
        article.position.offset,
        article.id,
        title[:TITLE_COLUMNS],
        article.publisher,
        article.url,
        article.published_at_ms,
        verdict,
        passages,
    )


def _clipped(text: str) -> str:
    return text if len(text) <= PASSAGE_CHARS else text[: PASSAGE_CHARS - 1].rstrip() + "…"


# ---- the page
def report_page(report: ScanReport, inputs: Sequence[str]) -> Iterator[str]:
    """The HTML document in pieces."""
    stories = report.stories()
    copies = report.kinds[VerdictKind.REPUBLICATION]
    yield head("Republications", _STYLE)
    yield (
        "<h1>Republications</h1>\n"
        f"<p>{plural(report.articles, 'article')}, {plural(copies, 'republication')},"
        f" {plural(len(stories), 'story', 'stories')} of several articles. "
        f"Read: {escaped(shown_line(', '.join(inputs), 400))}</p>\n"
    )
    yield "<table><thead><tr><th>Verdict</th><th class=number>Articles</th></tr></thead><tbody>\n"
    for kind in VerdictKind:
        yield f"<tr><td>{kind.value}</td><td class=number>{report.kinds[kind]:,}</td></tr>\n"
    yield "</tbody></table>\n"
    yield from _pairs(report.pairs())
    yield f"<h2>Stories</h2>\n{_more(len(stories), STORIES_SHOWN, 'stories, those with most articles')}"
    for story in stories[:STORIES_SHOWN]:
        yield from _story(story)
    yield "</body></html>\n"


def _pairs(pairs: Counter[tuple[str, str]]) -> Iterator[str]:
    yield f"<h2>Who copied whom</h2>\n{_more(len(pairs), PAIRS_SHOWN, 'pairs')}"
    if not pairs:
        yield "<p class=none>No republication was found.</p>\n"
        return
    yield "<table><thead><tr><th>Published by</th><th>First by</th><th class=number>Articles</th></tr></thead><tbody>\n"
    for (copier, source), number in pairs.most_common(PAIRS_SHOWN):
        cells = f'<td dir="auto">{_name(copier)}</td><td dir="auto">{_name(source)}</td>'
        yield f"<tr>{cells}<td class=number>{number:,}</td></tr>\n"
    yield "</tbody></table>\n"


def _story(story: Sequence[Member]) -> Iterator[str]:
    first = story[0]
    yield f'<h3 dir="auto">{escaped(shown_line(first.title or first.id, TITLE_COLUMNS))}</h3>\n'
    yield _more(len(story), MEMBERS_SHOWN, "articles")
    yield "<table><thead><tr><th>Published</th><th>By</th><th>Article</th><th>Verdict</th></tr></thead><tbody>\n"
    for member in story[:MEMBERS_SHOWN]:
        time = "" if member.published_at_ms is None else time_text(member.published_at_ms) or ""
        time = time[:16].replace("T", " ")
        yield (
            f'<tr><td>{time}</td><td dir="auto">{_name(member.publisher)}</td><td dir="auto">{_heading(member)}</td>'
            f'<td dir="auto">{_verdict(member)}</td></tr>\n'
        )
    yield "</tbody></table>\n"


def _heading(member: Member) -> str:
    title = escaped(shown_line(member.title or member.id, TITLE_COLUMNS))
    address = web_address(member.url)
    return title if address is None else f'<a rel="noreferrer noopener" href="{escaped(address)}">{title}</a>'


def _verdict(member: Member) -> str:
    verdict = member.verdict
    words = headline(verdict)
    if verdict.kind is VerdictKind.REPUBLICATION:
        words += f", {percent(verdict.share)}"
    parts = [escaped(words[:1].upper() + words[1:] + (" (corrected)" if member.corrected else ""))]
    if verdict.kind is not VerdictKind.ORIGINAL:
        parts.append(f"<div class=why>{escaped(' '.join(sentences(verdict)))}</div>")
    parts += [f"<blockquote>{escaped(passage)}</blockquote>" for passage in member.passages]
    left = len(verdict.passages) - len(member.passages)
    if member.passages and left > 0:
        parts.append(f"<div class=why>and {plural(left, 'more passage')}</div>")
    return "".join(parts)


def _more(total: int, most: int, what: str) -> str:
    return f"<p class=none>The first {most:,} of {total:,} {what}.</p>\n" if total > most else ""


def _name(text: str) -> str:
    return escaped(shown_line(text, NAME_COLUMNS)) or "<span class=none>unknown</span>"
