"""The origin index: in which article did this passage first appear? Postings, marks, articles and stories, kept together.

    postings  shingle → the stories that first used it; also URL, id and body → the article that has them
    marks     (site, shingle) → the site repeats it (template) or took it from elsewhere; (site, credit's words) → said before
    articles  number → row of numbers and blob; members: story → the articles that joined it

Invariants: a posting is added only for a story that does not yet hold the shingle, so copies add nothing and the number of
postings of a shingle is the number of distinct stories that use it; all three forget by the same article number, so
nothing ever names an article that is gone. `learn` and `remember` are the only writers, and are called by `Engine.replay`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from service.core import limits
from service.core.articles import ArticleStore
from service.core.comparison import (
    Comparison,
    Measured,
    Votes,
    credit_keys,
    identity_keys,
    page_of,
    taken_keys,
    template_keys,
    url_key,
)
from service.core.domains import brand_keys
from service.core.model import Verdict
from service.core.postings import POSITION_MAX, Postings
from service.core.record import RecordCredit
from service.core.remembered import Remembered, decode_remembered, encode_remembered, remembered_lines
from service.core.verdict import Known, strong

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Learned:
    """What an article's verdict changes in the index."""

    story: int | None  # number of the story's first article; None: this one opens a story
    covered: list[tuple[int, int]]  # token ranges that sources explain
    takes_over: list[tuple[Known, Measured]]  # copies whose postings are this original's from now on
    rewritten: Sequence[tuple[int, Remembered, Verdict]] = ()  # corrected: number, as it was, its verdict now


class OriginIndex:
    """All that `replay` remembers but for the verdicts of redelivered records."""

    __slots__ = ("articles", "creditors", "marks", "members", "postings")

    def __init__(self) -> None:
        self.postings = Postings()
        self.marks = Postings()
        self.articles = ArticleStore()
        self.members: dict[int, list[int]] = {}
        self.creditors: dict[
            int, dict[str, int]
        ] = {}  # story → whom its articles credit, and the newest that does

    # ---- asking
    def alive(self, number: int) -> bool:
        """Whether the window still holds an article."""
        return number >= self.articles.oldest_live

    def known(self, number: int) -> Known:
        """What is remembered of an article, as judging needs it."""
        article = decode_remembered(self.articles.get_blob(number))
        strongest = next((credit for credit in article.credits if strong(credit)), None)
        published = self.articles.get("published_at_ms", number)
        original = article.verdict.original
        return Known(
            number,
            self.articles.get("story", number),
            article.verdict.story,
            article.id,
            article.url,
            article.publisher,
            article.host,
            article.domain,
            brand_keys(article.publisher, article.host, article.domain),
            None if published == limits.NO_TIME_MS else published,
            article.position,
            article.body_xxh3,
            self.articles.get("title_digest", number),
            (self.articles.get("main_start", number), self.articles.get("main_end", number)),
            self.articles.get("own_tokens", number),
            article.verdict.kind,
            original,
            strongest,
        )

    def at_url(self, url: str) -> Remembered | None:
        """The newest article of an address, as far as the window reaches."""
        page = page_of(url)
        if not page:
            return None
        for number in sorted(self.postings.look_up(url_key(url)).article.tolist(), reverse=True):
            article = decode_remembered(self.articles.get_blob(number))
            if page_of(article.url) == page:  # keys are told apart by 50 bits: another page may share them
                return article
        return None

    def story_members(self, story: int) -> list[int]:
        """Articles of a story that the window still holds, in order of arrival."""
        return [number for number in (story, *self.members.get(story, [])) if self.alive(number)]

    def crediting(self, story: int) -> list[int]:
        """Articles of a story that credit somebody, one for each whom they credit."""
        numbers = [number for number in self.creditors.get(story, {}).values() if self.alive(number)]
        return numbers[: limits.STORY_CREDITS_LOOKED_AT_MAX]

    def repeated_on_site(self, seen: Comparison, votes: Votes, unless: set[int]) -> Bools:
        """Samples bool[n] that other articles of this site hold, those of `unless` apart: the site's template."""
        repeated = np.zeros(len(seen.template), np.bool_)
        if not len(votes.article):
            return repeated
        here = self.articles.column("site", votes.article) == seen.site
        if unless:
            here &= ~np.isin(votes.article, list(unless))
        repeated[votes.sample[here]] = True
        return repeated

    # ---- writing
    def remember(self, seen: Comparison, verdict: Verdict, learned: Learned, log_time_ms: int) -> int:
        """Keeps an article and its verdict, and the verdicts that it corrects; returns its number."""
        for corrected, before, rewritten in learned.rewritten:
            self._rewrite(corrected, rewritten, before)
        record = seen.record
        sketch = record.sketch
        blob = encode_remembered(
            Remembered(
                record.position,
                record.body_xxh3,
                record.id,
                record.url,
                record.publisher,
                record.host,
                record.domain,
                record.credits,
                verdict,
            ),
            sketch.lines,
        )
        number = self.articles.append(
            blob=blob,
            log_time_ms=log_time_ms,
            story=learned.story,
            site=int(seen.site),
            main_start=min(sketch.main_start, POSITION_MAX),
            main_end=min(sketch.main_end, POSITION_MAX),
            own_tokens=min(seen.own_tokens, POSITION_MAX),
            title_digest=sketch.title_digest,
            published_at_ms=limits.NO_TIME_MS if record.published_at_ms is None else record.published_at_ms,
        )
        if learned.story is not None:
            self.members.setdefault(learned.story, []).append(number)
        self._note_credit(number if learned.story is None else learned.story, record.credits, number)
        return number

    def _note_credit(self, story: int, credits_: tuple[RecordCredit, ...], number: int) -> None:
        strongest = next((credit for credit in credits_ if strong(credit)), None)
        if strongest is None:
            return
        named = self.creditors.setdefault(story, {})
        named.pop(strongest.key, None)  # the newest stands for all: while it lives somebody does who says so
        named[strongest.key] = number

    def _rewrite(self, number: int, verdict: Verdict, article: Remembered) -> None:
        """Replaces the verdict that is remembered of an article, `article` as it was."""
        lines = remembered_lines(self.articles.get_blob(number))
        changed = Remembered(
            article.position,
            article.body_xxh3,
            article.id,
            article.url,
            article.publisher,
            article.host,
            article.domain,
            article.credits,
            verdict,
        )
        self.articles.set_blob(number, encode_remembered(changed, lines))

    def learn(self, seen: Comparison, learned: Learned, number: int, renew_before: int) -> None:
        """Writes postings and marks. Postings older than article `renew_before` are renewed where they are copied again,
        or a story that is still being copied would be forgotten with its first article."""
        record = seen.record
        sketch = record.sketch
        at = np.minimum(sketch.positions, POSITION_MAX - 1).astype(np.uint16)
        said = credit_keys(record.credits, seen.site)
        self.marks.insert(said, number, np.zeros(len(said), np.uint16))
        self.marks.insert(template_keys(seen)[seen.template], number, at[seen.template])
        covered = _inside(learned.covered, sketch.tokens)[sketch.positions]
        taken = covered & ~seen.template
        self.marks.insert(taken_keys(record)[taken], number, at[taken])
        for known, measured in learned.takes_over:
            ranges = [(start, end) for start, end, _, _ in measured.runs]
            moved = _inside(ranges, sketch.tokens)[sketch.positions]
            self.postings.move(sketch.ids[moved], known.number, number, at[moved])
        newest = np.full(len(sketch.ids), -1, np.int64)
        np.maximum.at(newest, seen.votes.sample, seen.votes.article.astype(np.int64))
        fading = taken & (newest >= 0) & (newest < renew_before)
        fresh = (~taken & ~seen.template) | fading
        self.postings.insert(sketch.ids[fresh], number, at[fresh])
        keys = identity_keys(record)
        self.postings.insert(keys, number, np.full(len(keys), POSITION_MAX, np.uint16))

    def forget_before(self, log_time_ms: int) -> None:
        """Lets go of the articles of an earlier log time, and of all that names them."""
        oldest = self.articles.expire_before(log_time_ms)
        if oldest <= self.postings.oldest_live:
            return
        self.postings.expire(oldest)
        self.marks.expire(oldest)
        for story in [story for story, numbers in self.members.items() if numbers[-1] < oldest]:
            del self.members[story]
        for story in [story for story, named in self.creditors.items() if max(named.values()) < oldest]:
            del self.creditors[story]

    # ---- keeping
    def state(self) -> dict[str, npt.NDArray[Any]]:
        """All of it as arrays, by name; views, so write or copy them before the next change."""
        state = {f"postings/{name}": array for name, array in self.postings.state().items()}
        state |= {f"marks/{name}": array for name, array in self.marks.state().items()}
        state |= {f"articles/{name}": array for name, array in self.articles.state().items()}
        pairs = [(story, number) for story, numbers in self.members.items() for number in numbers]
        state["members"] = np.array(pairs, np.int64).reshape(-1, 2)
        named = [
            (story, number)
            for story, by_key in self.creditors.items()
            for number in by_key.values()
            if self.alive(number)
        ]
        state["creditors"] = np.array(named, np.int64).reshape(-1, 2)
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, npt.NDArray[Any]]) -> OriginIndex:
        """The index that gave the state."""
        index = cls()

        def part(prefix: str) -> dict[str, npt.NDArray[Any]]:
            return {name[len(prefix) :]: array for name, array in state.items() if name.startswith(prefix)}

        index.postings = Postings.from_state(part("postings/"))
        index.marks = Postings.from_state(part("marks/"))
        index.articles = ArticleStore.from_state(part("articles/"))
        for story, number in state["members"].tolist():
            index.members.setdefault(story, []).append(number)
        for story, number in state["creditors"].tolist():
            if index.alive(number):
                index._note_credit(story, decode_remembered(index.articles.get_blob(number)).credits, number)
        return index


def _inside(ranges: list[tuple[int, int]], tokens: int) -> Bools:
    """bool[tokens + 1]: which tokens the ranges hold."""
    inside = np.zeros(tokens + 1, np.bool_)
    for start, end in ranges:
        inside[start:end] = True
    return inside
