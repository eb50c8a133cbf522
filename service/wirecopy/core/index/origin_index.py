"""The origin index: in which article did this passage first appear? Postings, marks, articles and stories, kept together.

    postings    shingle → the stories that first used it; also URL, id and body → the article that has them
    site_marks  (site, shingle) → the site repeats it (template) or took it from elsewhere; (site, credit's words) → said before
    articles    number → row of numbers and blob

A story is a chain through its articles' rows, and no object of its own: ten million of those would take more memory than
their text. Its first article names its newest (`previous_in_story`), every other the one before it; from the newest the
articles that credit somebody are chained likewise (`credit_link`), one for each whom they credit, the newest. Where the
first article has left the window, `orphans` names the story's newest.

What is asked of the index, and what it learns of an article, is decided in verdict/ (comparison.py, learning.py): here is
how it is kept. Invariants: a posting is added only for a story that does not yet hold the shingle, so copies add nothing and
the number of postings of a shingle is the number of distinct stories that use it, and of few copies more that may be none
(learning.py); all three forget by the same article
number, so nothing is ever read of an article that is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from wirecopy.core import limits
from wirecopy.core.fingerprint.record import SketchRecord, packed_date, strong, unpacked_date
from wirecopy.core.hashing import xxh3_64
from wirecopy.core.index import sharded
from wirecopy.core.index.articles import ArticleStore
from wirecopy.core.index.known import Known
from wirecopy.core.index.postings import POSITION_MAX
from wirecopy.core.index.row import NO_ARTICLE
from wirecopy.core.index.stored import (
    DIGEST,
    Remembered,
    decode_head,
    decode_remembered,
    encode_remembered,
    reencode_remembered,
)
from wirecopy.core.model import Verdict, VerdictKind
from wirecopy.core.publishers import brand_keys


def page_of(url: str) -> str:
    """What of an address names the page: all but its fragment."""
    return url.partition("#")[0]


def url_key(page: str) -> int:
    """The key under which the articles of a page's address are found: of `identity_keys`, the first."""
    return xxh3_64(b"url:" + page.encode("utf-8", "replace"))


class OriginIndex:
    """All that `replay` remembers but for the verdicts of redelivered records."""

    __slots__ = ("_first_since", "_known", "articles", "orphans", "postings", "site_marks")

    def __init__(self, shards: int = 1) -> None:
        self.postings = sharded.made(shards)
        self.site_marks = sharded.made(shards)
        self.articles = ArticleStore()
        self.orphans: dict[int, int] = {}  # story whose first article is gone → its newest
        self._known: dict[int, Known] = {}  # of articles looked at lately: only saves time
        self._first_since = 0  # the last answer of `first_since`

    # ---- asking
    def alive(self, number: int) -> bool:
        """Whether the window still holds an article."""
        return number >= self.articles.oldest_live

    def known(self, number: int) -> Known:
        """What is remembered of an article, as judging needs it."""
        known = self._known.get(number)
        if known is not None:
            return known
        row = self.articles.row(number)
        head = decode_head(self.articles.blob_at(row.blob_at, row.blob_bytes))
        published_at_ms, date_doubt = unpacked_date(row.published)
        known = Known(
            number=number,
            story=row.story,
            story_id=head.story_id,
            id=head.id,
            url=head.url,
            publisher=head.publisher,
            host=head.host,
            domain=head.domain,
            brands=brand_keys(head.publisher, head.host, head.domain),
            published_at_ms=published_at_ms,
            position=head.position,
            body_xxh3=head.body_xxh3,
            title_digest=row.title_digest,
            main=(row.main_start, row.main_end),
            own_tokens=row.own_tokens,
            kind=head.kind,
            original=head.original,
            credit=head.strongest_credit() if head.credits else None,
            version=head.version,
            date_doubt=date_doubt,
            fresh=row.fresh,
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
        for number in sorted(
            self.postings.look_up(np.array([url_key(page)], np.uint64)).article.tolist(), reverse=True
        ):
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
            number = articles.columns["credit_link"][number - articles.first_row]
        return numbers[: -limits.STORY_CREDITS_LOOKED_AT_MAX - 1 : -1]

    def _newest(self, story: int) -> int:
        """The newest article of a story; its number where all have left the window."""
        articles = self.articles
        if story < articles.oldest_live:
            return self.orphans.get(story, story)
        newest: int = articles.columns["previous_in_story"][story - articles.first_row]
        return newest

    def _newest_crediting(self, newest: int) -> int:
        """The newest article that credits somebody, of the story whose newest one this is; or NO_ARTICLE."""
        articles = self.articles
        if newest < articles.oldest_live:
            return NO_ARTICLE
        place = newest - articles.first_row
        link: int = articles.columns["credit_link"][place]
        return newest if articles.columns["credit"][place] else link

    def first_since(self, log_time_ms: int) -> int:
        """The oldest article of that log time or later. Times asked for rise."""
        self._first_since = self.articles.first_from(log_time_ms, self._first_since)
        return self._first_since

    # ---- writing
    def remember(
        self,
        record: SketchRecord,
        verdict: Verdict,
        story: int | None,
        site: int,
        own_tokens: int,
        fresh: int,
        log_time_ms: int,
    ) -> int:
        """Keeps an article and its verdict; returns its number. story: number of the story's first article, None where this
        one opens a story; site: its site's key; own_tokens: of its main region, templates aside."""
        articles, sketch = self.articles, record.sketch
        credit = 0
        for one in record.credits:
            if strong(one):
                credit = xxh3_64(one.key.encode("utf-8", "replace")) or 1
                break
        newest, link = None, NO_ARTICLE
        if story is not None:
            newest = self._newest(story)
            link = self._credit_link(newest, credit)
        number = articles.append(
            blob=encode_remembered(record, verdict),
            log_time_ms=log_time_ms,
            story=story,
            site=site,
            credit=credit,
            previous_in_story=newest,
            credit_link=link,
            main_start=min(sketch.main_start, POSITION_MAX),
            main_end=min(sketch.main_end, POSITION_MAX),
            own_tokens=min(own_tokens, POSITION_MAX),
            title_digest=sketch.title_digest,
            published=packed_date(record.published_at_ms, record.date_doubt),
        )
        articles.set("fresh", number, min(fresh, POSITION_MAX))
        if story is None:
            return number
        if story >= articles.oldest_live:
            articles.columns["previous_in_story"][story - articles.first_row] = number
        else:
            self.orphans[story] = number
        return number

    def rewrite(self, number: int, article: Remembered, verdict: Verdict) -> None:
        """Replaces the verdict that is remembered of an article, `article` as it was."""
        self.articles.set_blob(number, reencode_remembered(article, verdict, self.articles.get_blob(number)))
        self._known.pop(number, None)

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

    def forget_before(self, log_time_ms: int) -> None:
        """Lets go of the articles of an earlier log time, and of all that names them."""
        articles = self.articles
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
