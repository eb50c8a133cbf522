"""The origin index: in which article did this passage first appear? Postings, marks, articles and stories, kept together.

    postings    shingle → the stories that first used it; also URL, id and body → the article that has them
    site_marks  (site, shingle) → the site repeats it (template) or took it from elsewhere; (site, credit's words) → said before
    articles    number → row of numbers and blob

A story is a chain through its articles' rows, and no object of its own: ten million of those would take more memory than
their text. Its first article names its newest (`previous_in_story`), every other the one before it; from the newest the
articles that credit somebody are chained likewise (`credit_link`), one for each whom they credit, the newest. Where the
first article has left the window, `orphans` names the story's newest.

Invariants: a posting is added only for a story that does not yet hold the shingle, so copies add nothing and the number of
postings of a shingle is the number of distinct stories that use it; all three forget by the same article number, so
nothing is ever read of an article that is gone. `learn` and `remember` are the only writers, and are called by `Engine.replay`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from wirecopy.core import limits
from wirecopy.core.fingerprint.record import SketchRecord
from wirecopy.core.hashing import xxh3_64
from wirecopy.core.index import sharded
from wirecopy.core.index.articles import NO_ARTICLE, ArticleStore
from wirecopy.core.index.postings import POSITION_MAX, Postings, Taught, learn
from wirecopy.core.index.sharded import Shard
from wirecopy.core.index.stored import (
    DIGEST,
    Remembered,
    credit_from_list,
    decode_head,
    decode_remembered,
    encode_remembered,
    reencode_remembered,
)
from wirecopy.core.model import I32, U64, CreditKind, Verdict, VerdictKind
from wirecopy.core.publishers import brand_keys
from wirecopy.core.values import Value
from wirecopy.core.verdict import learning_kernels, survey_kernels
from wirecopy.core.verdict.comparison import Comparison, compare, page_of, url_key
from wirecopy.core.verdict.rules import Known, strong
from wirecopy.core.verdict.workspace import Workspace

Bools = npt.NDArray[np.bool_]


class Learned(Value):
    """What an article's verdict changes in the index."""

    story: int | None  # number of the story's first article; None: this one opens a story
    covered: I32  # [ranges, 2]: tokens that sources explain
    takes_over: list[
        tuple[Known, list[tuple[int, int]]]
    ]  # copies whose postings are its own from now on, and where
    rewritten: Sequence[tuple[int, Remembered, Verdict]] = ()  # corrected: number, as it was, its verdict now


_MENTION = CreditKind.MENTION.value


class OriginIndex:
    """All that `replay` remembers but for the verdicts of redelivered records."""

    __slots__ = ("_known", "_workspace", "articles", "orphans", "postings", "site_marks")

    def __init__(self, shards: int = 1) -> None:
        self.postings = sharded.made(shards)
        self.site_marks = sharded.made(shards)
        self.articles = ArticleStore()
        self.orphans: dict[int, int] = {}  # story whose first article is gone → its newest
        self._known: dict[int, Known] = {}  # of articles looked at lately: only saves time
        self._workspace = Workspace.least()

    # ---- asking
    def alive(self, number: int) -> bool:
        """Whether the window still holds an article."""
        return number >= self.articles.oldest_live

    def compare(self, record: SketchRecord) -> Comparison:
        """Looks an article up; what it gives is good until the next. Changes nothing."""
        sketch, workspace = record.sketch, self._workspace
        if len(sketch.ids) > workspace.samples or sketch.tokens > workspace.tokens:
            workspace = workspace.fitting(len(sketch.ids), sketch.tokens)
            if workspace.kept:
                self._workspace = workspace
        return compare(record, self.postings, self.site_marks, workspace)

    def known(self, number: int) -> Known:
        """What is remembered of an article, as judging needs it."""
        known = self._known.get(number)
        if known is not None:
            return known
        (
            blob_at,
            title_digest,
            _,
            published_at_ms,
            _,
            _,
            blob_bytes,
            story,
            _,
            _,
            main_start,
            main_end,
            own_tokens,
        ) = self.articles.row_values(number)
        position, body, id_, url, publisher, host, domain, credits_, kind, story_id, original, version = (
            decode_head(self.articles.blob_at(blob_at, blob_bytes))
        )
        strongest = None
        for values in credits_:
            if values[0] != _MENTION:
                strongest = credit_from_list(values)
                break
        known = Known(
            number,
            story,
            story_id,
            id_,
            url,
            publisher,
            host,
            domain,
            brand_keys(publisher, host, domain),
            None if published_at_ms == limits.NO_TIME_MS else published_at_ms,
            position,
            body,
            title_digest,
            (main_start, main_end),
            own_tokens,
            kind,
            original,
            strongest,
            version,
        )
        if len(self._known) >= limits.KNOWN_CACHED_MAX:
            self._known.clear()
        self._known[number] = known
        return known

    def may_hold_body(self, number: int, body_xxh3: str) -> bool:
        """Whether an article has this body by its digest: cheaper than `known`."""
        return bytes.fromhex(body_xxh3) == self.articles.get_blob(number)[DIGEST]

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
        members = []
        number = self._newest(story)
        while number != story and self.alive(number):
            members.append(number)
            number = self.articles.get("previous_in_story", number)
        if self.alive(story):
            members.append(story)
        return members[::-1]

    def own_versions_after(self, source: Known) -> list[Known]:
        """The articles of a story that its publisher sent after this one of it, as many as `crediting` looks at."""
        articles, site = self.articles, self.articles.get("site", source.number)
        own = [
            number
            for number in self.story_members(source.story)
            if number > source.number and articles.get("site", number) == site
        ]
        versions = map(self.known, own[-limits.STORY_CREDITS_LOOKED_AT_MAX :])
        return [known for known in versions if known.kind is not VerdictKind.REPUBLICATION]

    def crediting(self, story: int) -> list[int]:
        """Articles of a story that credit somebody, one for each whom they credit."""
        articles = self.articles
        numbers: list[int] = []
        number = self._newest_crediting(self._newest(story))
        while number != NO_ARTICLE and number >= articles.oldest_live:
            numbers.append(number)
            number = articles.get("credit_link", number)
        return numbers[: -limits.STORY_CREDITS_LOOKED_AT_MAX - 1 : -1]

    def _newest(self, story: int) -> int:
        """The newest article of a story; its number where all have left the window."""
        articles = self.articles
        if story >= articles.oldest_live:
            return articles.get("previous_in_story", story)
        return self.orphans.get(story, story)

    def _newest_crediting(self, newest: int) -> int:
        """The newest article that credits somebody, of the story whose newest one this is; or NO_ARTICLE."""
        articles = self.articles
        if newest < articles.oldest_live:
            return NO_ARTICLE
        return newest if articles.get("credit", newest) else articles.get("credit_link", newest)

    # ---- writing
    def remember(self, comparison: Comparison, verdict: Verdict, learned: Learned, log_time_ms: int) -> int:
        """Keeps an article and its verdict, and the verdicts that it corrects; returns its number."""
        for corrected, before, rewritten in learned.rewritten:
            self._rewrite(corrected, rewritten, before)
        record = comparison.record
        sketch = record.sketch
        credit = 0
        for credit_named in record.credits:
            if strong(credit_named):
                credit = xxh3_64(credit_named.key.encode("utf-8", "replace")) or 1
                break
        story, newest, link = learned.story, None, NO_ARTICLE
        if story is not None:
            newest = self._newest(story)
            link = self._credit_link(newest, credit)
        number = self.articles.append(
            blob=encode_remembered(record, verdict),
            log_time_ms=log_time_ms,
            story=story,
            site=comparison.site,
            credit=credit,
            previous_in_story=newest,
            credit_link=link,
            main_start=min(sketch.main_start, POSITION_MAX),
            main_end=min(sketch.main_end, POSITION_MAX),
            own_tokens=min(comparison.own_tokens, POSITION_MAX),
            title_digest=sketch.title_digest,
            published_at_ms=limits.NO_TIME_MS if record.published_at_ms is None else record.published_at_ms,
        )
        if story is None:
            return number
        if self.alive(story):
            self.articles.set("previous_in_story", story, number)
        else:
            self.orphans[story] = number
        return number

    def _credit_link(self, newest: int, credit: int) -> int:
        """The newest article that credits somebody of the story whose newest one this is, for one that joins it. The one
        that credits the same leaves the chain: while the newest lives somebody does who says so."""
        newest = self._newest_crediting(newest)
        after, number = NO_ARTICLE, newest
        while credit and number != NO_ARTICLE and self.alive(number):
            row = self.articles.row(number)
            if row.credit != credit:
                after, number = number, row.credit_link
            elif after == NO_ARTICLE:
                return row.credit_link
            else:
                self.articles.set("credit_link", after, row.credit_link)
                break
        return newest

    def _rewrite(self, number: int, verdict: Verdict, article: Remembered) -> None:
        """Replaces the verdict that is remembered of an article, `article` as it was."""
        self.articles.set_blob(number, reencode_remembered(article, verdict, self.articles.get_blob(number)))
        self._known.pop(number, None)

    def learn(self, comparison: Comparison, learned: Learned, number: int, renew_before: int) -> None:
        """Writes postings and marks. Postings older than article `renew_before` are renewed where they are copied again,
        or a story that is still being copied would be forgotten with its first article."""
        sketch, workspace, votes = comparison.record.sketch, comparison.workspace, comparison.votes
        for known, ranges in learned.takes_over:
            moved = _inside(ranges, sketch.tokens)[sketch.positions]
            at = np.minimum(sketch.positions[moved], POSITION_MAX - 1).astype(np.uint16)
            self.postings.move(sketch.ids[moved], known.number, number, at)
        article = (
            sketch.ids,
            sketch.positions,
            comparison.template,
            learned.covered,
            votes.sample,
            votes.article,
            votes.count,
        )
        postings, site_marks = self.postings, self.site_marks
        if isinstance(postings, Postings) and isinstance(site_marks, Postings):
            learn(
                article, renew_before, workspace.query, comparison.credits_count, number, postings, site_marks
            )
        else:
            _learn_by_parts(
                article, renew_before, workspace.query, comparison.credits_count, number, postings, site_marks
            )

    def forget_before(self, log_time_ms: int) -> None:
        """Lets go of the articles of an earlier log time, and of all that names them."""
        articles = self.articles
        if articles.oldest_ms >= log_time_ms:  # nearly every time
            return
        before, oldest = articles.oldest_live, articles.first_from(log_time_ms)
        if oldest == before:
            return
        for number in range(before, oldest):
            self._forget_previous(number, oldest)
        articles.expire_before(log_time_ms)
        self.postings.expire(oldest)
        self.site_marks.expire(oldest)

    def _forget_previous(self, number: int, oldest: int) -> None:
        """Keeps the newest article of a story whose first one leaves, and lets go of it when it leaves too."""
        row = self.articles.row(number)
        if row.story == number:
            if row.previous_in_story >= oldest:
                self.orphans[number] = row.previous_in_story
        elif self.orphans.get(row.story) == number:
            del self.orphans[row.story]

    # ---- keeping
    def state(self) -> dict[str, npt.NDArray[Any]]:
        """All of it as arrays, by name; views, so write or copy them before the next change."""
        state = {f"postings/{name}": array for name, array in self.postings.state().items()}
        state |= {f"marks/{name}": array for name, array in self.site_marks.state().items()}
        state |= {f"articles/{name}": array for name, array in self.articles.state().items()}
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, npt.NDArray[Any]]) -> OriginIndex:
        """The index that gave the state."""
        index = cls()

        def part(prefix: str) -> dict[str, npt.NDArray[Any]]:
            return {name[len(prefix) :]: array for name, array in state.items() if name.startswith(prefix)}

        index.postings = sharded.restored(part("postings/"))
        index.site_marks = sharded.restored(part("marks/"))
        index.articles = ArticleStore.from_state(part("articles/"))
        rows = index.articles.live_rows
        first = index.articles.oldest_live
        orphaned = np.flatnonzero(rows["story"] < first)
        stories = rows["story"][orphaned].tolist()
        index.orphans = dict(zip(stories, (orphaned + first).tolist(), strict=True))  # the last of each stays
        return index


NOTHING_COVERED: I32 = np.empty((0, 2), np.int32)


def _learn_by_parts(
    article: Taught,
    renew_before: int,
    query: U64,
    credits_count: int,
    number: int,
    postings: Shard,
    site_marks: Shard,
) -> None:
    """What postings.learn does, of tables that can only be given keys."""
    samples = len(article[0])
    site_marks_keys, site_marks_positions = (
        np.empty(2 * samples + credits_count, np.uint64),
        np.empty(2 * samples + credits_count, np.uint16),
    )
    keys = np.empty(samples + survey_kernels.IDENTITIES, np.uint64)
    positions = np.empty(len(keys), np.uint16)
    newest, taught = np.empty(samples, np.int64), np.empty(learning_kernels.TAUGHT_FIELDS, np.int64)
    learning_kernels.teach(
        *article,
        renew_before,
        query,
        credits_count,
        site_marks_keys,
        site_marks_positions,
        keys,
        positions,
        newest,
        taught,
    )
    told, kept = taught.tolist()
    site_marks.insert(site_marks_keys[:told], number, site_marks_positions[:told])
    postings.insert(keys[:kept], number, positions[:kept])


def _inside(ranges: list[tuple[int, int]], tokens: int) -> Bools:
    """bool[tokens + 1]: which tokens the ranges hold."""
    inside = np.zeros(tokens + 1, np.bool_)
    for start, end in ranges:
        inside[start:end] = True
    return inside
