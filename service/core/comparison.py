"""One article against the index: which articles share enough with it to be looked at, and how much they share.

One compiled call looks everything up: the samples, the identities, what is template on this site, what the host took from
elsewhere, what it credited in the same words before. A second one lets what is not template vote for candidates, chains
the votes of each into runs and measures them. Both write into arrays that are lent for as long as one article is compared
(`Workspace`): fresh ones cost more than the work at 150 samples an article.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from service.core import kernels_index, kernels_replay, limits
from service.core.articles import AT_MAIN_END, AT_MAIN_START, AT_SITE, ArticleStore
from service.core.hashing import xxh3_64
from service.core.kernels_replay import (
    M_COLUMNS,
    R_CANDIDATE,
    R_COLUMNS,
    R_END,
    R_HITS,
    R_SOURCE_END,
    R_SOURCE_START,
    R_START,
    SAID_CANDIDATES,
    SAID_ON_SITE,
    SAID_OWN,
    SAID_RUNS,
    T_MAIN,
)
from service.core.model import I32, U8, U16, U32, U64
from service.core.postings import Hits, Postings
from service.core.record import SketchRecord
from service.core.sharded import Shard

I64 = npt.NDArray[np.int64]

_SPREAD = 0x9E3779B97F4A7C15
_TAKEN = 0xA24BAED4963EE407  # sets the marks of taken passages apart from those of templates
_U64_MASK = (1 << 64) - 1
_ASKED = [struct.Struct(f"={kernels_index.ASKED_SAID + n}Q") for n in range(limits.CREDITS_MAX + 1)]
_CHOSEN_MAX = limits.CANDIDATES_MAX + kernels_replay.SAME_MAX
_IDENTITY_HITS = kernels_index.IDENTITIES * limits.POSTINGS_COUNT_MAX
_SAMPLES_MIN, _TOKENS_MIN = 2048, 16_384  # of a workspace: most articles
_SAMPLES_KEPT_MAX, _TOKENS_KEPT_MAX = 65_536, 1 << 20  # beyond it, a larger one is for one article only

assert _IDENTITY_HITS <= kernels_replay.SAME_MAX

BY = np.zeros(kernels_replay.BY_FIELDS, np.int64)
"""The limits that the kernels of replay go by."""
BY[kernels_replay.BY_SHINGLE] = limits.SHINGLE_TOKENS
BY[kernels_replay.BY_SOURCE_GAP] = limits.RUN_SOURCE_GAP_TOKENS_MAX
BY[kernels_replay.BY_GAP] = limits.RUN_GAP_TOKENS_MAX
BY[kernels_replay.BY_DRIFT] = limits.RUN_DRIFT_TOKENS_MIN
BY[kernels_replay.BY_PIECE] = limits.PIECE_WORDS_MIN
BY[kernels_replay.BY_LEAD] = limits.LEAD_TOKENS
BY[kernels_replay.BY_TAIL] = limits.TAIL_TOKENS
BY[kernels_replay.BY_SOLID_GAP] = limits.SOLID_GAP_TOKENS
BY[kernels_replay.BY_TEMPLATE_GAP] = limits.TEMPLATE_GAP_TOKENS_MAX
BY[kernels_replay.BY_LINE_PERCENT] = limits.TEMPLATE_LINE_PERCENT
BY[kernels_replay.BY_CANDIDATES] = limits.CANDIDATES_MAX
BY[kernels_replay.BY_CANDIDATE_HITS] = limits.CANDIDATE_HITS_MIN


@lru_cache(maxsize=limits.CACHED_NAMES_MAX)
def site_key(domain: str) -> int:
    """By what a site's templates are told from another's."""
    return xxh3_64(b"site:" + domain.encode("utf-8", "replace"))


def page_of(url: str) -> str:
    """What of an address names the page: all but its fragment."""
    return url.partition("#")[0]


def url_key(url: str) -> U64:
    """The key u64[1] under which the articles of an address are found: of `identity_keys`, the first."""
    return np.array([xxh3_64(b"url:" + page_of(url).encode("utf-8", "replace"))], np.uint64)


def identity_keys(record: SketchRecord) -> tuple[int, int, int]:
    """Keys under which this very article may have come before: its URL, its id on its site, its body."""
    domain = record.domain.encode("utf-8", "replace")
    url = page_of(record.url).encode("utf-8", "replace")
    body = bytes.fromhex(record.body_xxh3)
    return (
        xxh3_64(b"url:" + (url or b"%d@" % record.position.offset + domain + body)),
        xxh3_64(b"id:" + domain + b"\x00" + record.id.encode("utf-8", "replace")),
        xxh3_64(b"body:" + body),
    )


class Workspace:
    """Arrays for articles of so many samples and tokens; what they hold means nothing between two articles."""

    __slots__ = (
        "asked",
        "asked_bytes",
        "at",
        "chosen",
        "flags",
        "found",
        "hit_position",
        "hit_sample",
        "keys",
        "keys_positions",
        "marks_keys",
        "marks_positions",
        "measures",
        "newest",
        "of",
        "own",
        "own_before",
        "packed",
        "prose_before",
        "runs",
        "said",
        "said_before",
        "same",
        "samples",
        "taken",
        "taught",
        "template",
        "tokens",
        "votes",
    )

    def __init__(self, samples: int, tokens: int) -> None:
        self.samples, self.tokens = samples, tokens
        hits = 2 * (samples * limits.POSTINGS_COUNT_MAX + _IDENTITY_HITS)  # twice: they are sorted in place
        self.votes = Votes.empty(hits)
        self.taken = Votes.empty(hits)
        self.template: U8 = np.empty(samples, np.uint8)
        self.asked: U64 = np.empty(kernels_index.ASKED_SAID + limits.CREDITS_MAX, np.uint64)
        self.asked_bytes = self.asked.view(np.uint8).data
        self.said_before: U8 = np.empty(limits.CREDITS_MAX, np.uint8)
        self.same: U32 = np.empty(_IDENTITY_HITS, np.uint32)
        self.found: I64 = np.zeros(kernels_index.FOUND_FIELDS, np.int64)
        self.flags: U8 = np.empty(tokens, np.uint8)
        self.prose_before: I32 = np.empty(tokens + 1, np.int32)
        self.own_before: I32 = np.empty(tokens + 1, np.int32)
        self.own: U8 = np.empty(tokens, np.uint8)
        self.packed: U8 = np.empty(kernels_replay.LINE_BYTES_MAX * limits.REMEMBERED_LINES_MAX, np.uint8)
        self.of: I64 = np.zeros(kernels_replay.OF_FIELDS, np.int64)
        self.at: I64 = np.array([AT_SITE, AT_MAIN_START, AT_MAIN_END, 0], np.int64)
        self.chosen: U32 = np.empty(_CHOSEN_MAX, np.uint32)
        self.measures: I32 = np.empty((_CHOSEN_MAX, M_COLUMNS), np.int32)
        self.runs: I32 = np.empty((hits // 2 + 1, R_COLUMNS), np.int32)
        self.hit_sample: I32 = np.empty(hits // 2, np.int32)
        self.hit_position: U16 = np.empty(hits // 2, np.uint16)
        self.said: I64 = np.zeros(kernels_replay.SAID_FIELDS, np.int64)
        self.marks_keys: U64 = np.empty(2 * samples + limits.CREDITS_MAX, np.uint64)
        self.marks_positions: U16 = np.empty(len(self.marks_keys), np.uint16)
        self.keys: U64 = np.empty(samples + kernels_index.IDENTITIES, np.uint64)
        self.keys_positions: U16 = np.empty(len(self.keys), np.uint16)
        self.newest: I64 = np.empty(samples, np.int64)
        self.taught: I64 = np.zeros(kernels_replay.TAUGHT_FIELDS, np.int64)

    @classmethod
    def least(cls) -> Workspace:
        return cls(_SAMPLES_MIN, _TOKENS_MIN)

    def fitting(self, samples: int, tokens: int) -> Workspace:
        """This one where it is large enough, else a larger."""
        if samples <= self.samples and tokens <= self.tokens:
            return self
        return Workspace(max(samples, self.samples), max(tokens, self.tokens))

    @property
    def kept(self) -> bool:
        """Whether it serves the next article too: a monster's does not."""
        return self.samples <= _SAMPLES_KEPT_MAX and self.tokens <= _TOKENS_KEPT_MAX


@dataclass(slots=True)
class Votes:
    """Postings of an article's samples, ordered by article and then by sample: the first `count` of lent arrays."""

    sample: I32
    article: U32
    position: U16
    count: int

    @classmethod
    def empty(cls, size: int) -> Votes:
        return cls(np.empty(size, np.int32), np.empty(size, np.uint32), np.empty(size, np.uint16), 0)

    def take(self, hits: Hits, count: int) -> None:
        """Takes over the first `count` hits, which are ordered by sample and then by article."""
        order = np.argsort(hits.article[:count], kind="stable")
        self.sample[:count] = hits.sample[order]
        self.article[:count] = hits.article[order]
        self.position[:count] = hits.position[order]


class Comparison:
    """What was found of one article, while it is judged. `template` u8[n] says which samples are set aside.

    Good until the index compares another article: its arrays are lent.
    """

    __slots__ = (
        "_own",
        "_own_tokens",
        "asked",
        "record",
        "room",
        "same_address",
        "same_body",
        "site",
        "taken",
        "template",
        "votes",
    )

    def __init__(self, record: SketchRecord, site: int, asked: U64, room: Workspace) -> None:
        votes, taken, same_address, same_body = room.found.tolist()
        room.votes.count, room.taken.count = votes, taken
        self.record = record
        self.site = site
        self.asked = asked
        self.room = room
        self.template = room.template[: len(record.sketch.ids)]
        self.votes = room.votes
        self.taken = (
            room.taken
        )  # samples that this site took from elsewhere before, and where in which article
        same = room.same[: same_address + same_body].tolist() if same_address or same_body else []
        self.same_address = frozenset(same[:same_address])  # articles of the same URL or id
        self.same_body = frozenset(same[same_address:])
        self._own_tokens = -1  # until worked out from what is template now
        self._own: bytes | None = None

    @property
    def own_tokens(self) -> int:
        """Tokens of the main region that are not template."""
        if self._own_tokens < 0:
            sketch = self.record.sketch
            self._own_tokens = kernels_replay.token_flags(
                sketch.tokens,
                sketch.lines,
                sketch.main_start,
                sketch.main_end,
                sketch.positions,
                self.template,
                BY,
                self.room.flags,
            )
        return self._own_tokens

    def flagged(self, own_tokens: int) -> None:
        """Takes it that the flags in `room` are those of the template now."""
        self._own_tokens, self._own = own_tokens, None

    def mask_taken(self) -> None:
        """Sets aside as template what this site took from elsewhere before."""
        self.template[self.taken.sample[: self.taken.count]] = 1
        self._own_tokens, self._own = -1, None

    def mask_on_site(self, articles: ArticleStore, unless: set[int]) -> bool:
        """Sets aside what other articles of this site hold, those of `unless` apart: the site's template. Returns whether
        there is any."""
        room, votes = self.room, self.votes
        room.at[kernels_replay.AT_BASE] = articles.first_row
        marked = kernels_replay.mark_on_site(
            self.template,
            votes.sample,
            votes.article,
            votes.count,
            articles.words,
            room.at,
            room.asked[kernels_index.ASKED_SITE],
            np.array(sorted(unless), np.uint32),
        )
        if marked:
            self._own_tokens, self._own = -1, None
        return bool(marked)

    def words_scale(self) -> float:
        """Tokens of this text that say as much as one word of a spaced script."""
        sketch = self.record.sketch
        lines = sketch.lines  # the article's own: what the page says around it may be of another script
        lines = lines[(lines[:, 0] >= sketch.main_start) & (lines[:, 1] <= sketch.main_end)]
        if not len(lines):
            return 1.0
        token_start, token_end, char_start, char_end, _ = lines.sum(0).tolist()
        tokens, chars = token_end - token_start, char_end - char_start
        return limits.UNSPACED_WORDS_SCALE if chars < tokens * limits.UNSPACED_CHARS_PER_TOKEN_MAX else 1.0

    def own(self) -> bytes:
        """A byte a token: 1 where it is of the main region and not template."""
        own_tokens = self.own_tokens  # first, as it brings the flags up to date
        if self._own is None:
            assert own_tokens >= 0
            room, tokens = self.room, self.record.sketch.tokens
            kernels_replay.own_tokens(room.flags, tokens, room.own)
            self._own = room.own[:tokens].tobytes()
        return self._own


def compare(record: SketchRecord, postings: Shard, marks: Shard, room: Workspace) -> Comparison:
    """Looks an article up. Changes nothing but the arrays lent, which must be large enough."""
    sketch = record.sketch
    site = site_key(record.domain)
    taken = site_key(record.host or record.domain) ^ _TAKEN
    identities = identity_keys(record)
    said = [(credit.context * _SPREAD & _U64_MASK) ^ site for credit in record.credits]
    _ASKED[len(said)].pack_into(room.asked_bytes, 0, site, taken, *identities, *said)
    asked = room.asked[: kernels_index.ASKED_SAID + len(said)]
    if isinstance(postings, Postings) and isinstance(marks, Postings):
        _survey(sketch.ids, asked, postings, marks, room)
    else:
        _survey_by_parts(sketch.ids, asked, postings, marks, room)
    if said and any(times := room.said_before[: len(said)].tolist()):
        # what the site said in the same words before is its template's, not this article's
        record = replace(
            record, credits=tuple(c for c, n in zip(record.credits, times, strict=True) if not n)
        )
        said = [key for key, n in zip(said, times, strict=True) if not n]
        _ASKED[len(said)].pack_into(room.asked_bytes, 0, site, taken, *identities, *said)
        asked = room.asked[: kernels_index.ASKED_SAID + len(said)]
    return Comparison(record, site, asked, room)


def _survey(ids: U64, asked: U64, postings: Postings, marks: Postings, room: Workspace) -> None:
    """Asks two tables of this process everything at once."""
    votes, taken = room.votes, room.taken
    kernels_index.postings_survey(
        ids,
        asked,
        *postings.table,
        *marks.table,
        votes.sample,
        votes.article,
        votes.position,
        taken.sample,
        taken.article,
        taken.position,
        room.template,
        room.said_before,
        room.same,
        room.found,
        limits.STORIES_PER_SHINGLE_MAX,
    )


def _survey_by_parts(ids: U64, asked: U64, postings: Shard, marks: Shard, room: Workspace) -> None:
    """The same of tables that can only be asked for keys."""
    count, said = len(ids), asked[kernels_index.ASKED_SAID :]
    identities = asked[kernels_index.ASKED_IDENTITY : kernels_index.ASKED_SAID]
    hits = postings.look_up(np.concatenate((ids, identities)))
    stories = hits.stories[:count]
    repeated = marks.count(ids ^ asked[kernels_index.ASKED_SITE])
    room.template[:count] = (stories >= limits.STORIES_PER_SHINGLE_MAX) | (repeated > 0)
    room.said_before[: len(said)] = marks.count(said)
    votes = int(np.searchsorted(hits.sample, count))
    room.votes.take(hits, votes)
    same = hits.article[votes:]
    room.same[: len(same)] = same
    taken = marks.look_up(ids ^ asked[kernels_index.ASKED_TAKEN])
    room.taken.take(taken, len(taken.sample))
    room.found[:] = (
        votes,
        len(taken.sample),
        int(hits.stories[count : count + 2].sum()),
        int(hits.stories[count + 2]),
    )


@dataclass(slots=True)
class Measured:
    """One candidate's row of kernels_replay.measure, and its runs: (start, end, source start, source end) in tokens."""

    article: int
    row: list[int]
    runs: list[tuple[int, int, int, int]]
    singles: list[tuple[int, int, int, int]]  # lone hits, in the same form


@dataclass(slots=True)
class Weighed:
    """The candidates that votes chose, ascending. `on_site`: votes that are for articles of the same site."""

    measured: list[Measured]
    on_site: int


def weigh(seen: Comparison, articles: ArticleStore, votes: Votes) -> Weighed:
    """The articles that enough votes are for, templates' aside, and those of the same address: chained and measured."""
    room, sketch = seen.room, seen.record.sketch
    room.at[kernels_replay.AT_BASE] = articles.first_row
    same = seen.same_address
    room.of[:] = (sketch.tokens, sketch.main_start, sketch.main_end, votes.count, len(same))
    kernels_replay.weigh(
        room.of,
        seen.template,
        sketch.positions,
        sketch.lines,
        votes.sample,
        votes.article,
        votes.position,
        np.array(sorted(same), np.uint32) if same else room.same,
        articles.words,
        articles.halves,
        room.at,
        seen.asked[kernels_index.ASKED_SITE],
        BY,
        room.flags,
        room.prose_before,
        room.own_before,
        room.chosen,
        room.measures,
        room.runs,
        room.hit_sample,
        room.hit_position,
        room.said,
    )
    said = room.said.tolist()
    seen.flagged(said[SAID_OWN])
    chosen = room.chosen[: said[SAID_CANDIDATES]].tolist() if said[SAID_CANDIDATES] else []
    return Weighed(_measured(room, chosen, said[SAID_RUNS]), said[SAID_ON_SITE])


def measure_whole(seen: Comparison, wanted: list[int]) -> list[Measured]:
    """Some articles measured by all that the two pages hold: every vote, templates' too, and those of the passages that
    this site took before; their main regions are the whole pages."""
    if not wanted:
        return []
    room, sketch = seen.room, seen.record.sketch
    votes, taken = seen.votes, seen.taken
    sample = np.concatenate((votes.sample[: votes.count], taken.sample[: taken.count]))
    article = np.concatenate((votes.article[: votes.count], taken.article[: taken.count]))
    position = np.concatenate((votes.position[: votes.count], taken.position[: taken.count]))
    order = np.lexsort((sample, article))
    order = order[np.isin(article[order], wanted)]
    starts = np.searchsorted(article[order], np.array(wanted, np.uint32)).astype(np.int32)
    flags = np.full(sketch.tokens, T_MAIN | kernels_replay.T_PROSE, np.uint8)
    runs = kernels_replay.measure(
        flags,
        sketch.tokens,
        sketch.positions,
        sample[order],
        position[order],
        np.append(starts, np.int32(len(order))),
        np.zeros(len(wanted), np.int32),
        np.full(len(wanted), np.iinfo(np.uint16).max, np.int32),
        len(wanted),
        BY,
        room.prose_before,
        room.own_before,
        room.measures,
        whole := np.empty((len(order) + 1, R_COLUMNS), np.int32),
    )
    return _measured(room, wanted, runs, whole)


def _measured(room: Workspace, chosen: list[int], runs: int, table: I32 | None = None) -> list[Measured]:
    """What a kernel wrote of the chosen articles."""
    if not chosen:
        return []
    rows = room.measures[: len(chosen)].tolist()
    measured = [Measured(number, row, [], []) for number, row in zip(chosen, rows, strict=True)]
    for run in (room.runs if table is None else table)[:runs].tolist():
        candidate = measured[run[R_CANDIDATE]]
        kept = candidate.runs if run[R_HITS] > 1 else candidate.singles
        kept.append((run[R_START], run[R_END], run[R_SOURCE_START], run[R_SOURCE_END]))
    return measured
