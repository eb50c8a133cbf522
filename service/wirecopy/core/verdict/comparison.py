"""One article against the index: which articles share enough with it to be looked at, and how much they share.

One compiled call looks everything up: the samples, the identities, what is template on this site, what the host reposted
from elsewhere, what it credited in the same words before. A second one lets what is not template vote for candidates, chains
the votes of each into runs, measures them, and says which may be sources. Both write into arrays that are lent for as long
as one article is compared (workspace.py); there the runs stay, and a candidate knows which rows are its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import starmap

import numpy as np
import numpy.typing as npt

from wirecopy.core import limits
from wirecopy.core.addresses import names_page
from wirecopy.core.fingerprint.record import SketchRecord, id_key
from wirecopy.core.hashing import xxh3_64
from wirecopy.core.index.articles import ArticleStore
from wirecopy.core.index.lookup_kernels import HIT
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.index.postings import Hits
from wirecopy.core.index.sharded import Shard
from wirecopy.core.model import I32, U8, U32, U64
from wirecopy.core.values import Value, replace
from wirecopy.core.verdict import candidate_kernels, measure_kernels, survey_kernels
from wirecopy.core.verdict.layout import (
    CANDIDATE,
    IDENTITIES,
    QUERY_FORMAT,
    SPAN,
    TOKEN_MAIN,
    TOKEN_TEMPLATE,
)
from wirecopy.core.verdict.workspace import Records, Workspace

_SPREAD = 0x9E3779B97F4A7C15
_REPOSTED = 0xA24BAED4963EE407  # sets the marks of reposted passages apart from those of templates
_U64_MASK = (1 << 64) - 1
_QUERY_FORMATS = [struct.Struct(f"{QUERY_FORMAT}{n}Q") for n in range(limits.CREDITS_MAX + 1)]
_NOBODY: U32 = np.empty(0, np.uint32)
_NO_ARTICLES: frozenset[int] = frozenset()


@lru_cache(maxsize=limits.CACHED_NAMES_MAX)
def site_key(domain: str) -> int:
    """By what a site's templates are told from another's."""
    return xxh3_64(b"site:" + domain.encode("utf-8", "replace"))


def _nobody(record: SketchRecord) -> str:
    """In place of a site, where nothing says who published an article: nobody else's, so nothing is learned of it."""
    position = record.position
    return f"?{position.topic}/{position.partition}/{position.offset}"


def identity_keys(record: SketchRecord) -> tuple[int, int, int]:
    """Keys under which this very article may have come before: its URL, its id on its site, its body."""
    domain = record.domain.encode("utf-8", "replace")
    page = record.url.partition("#")[0].encode("utf-8", "replace")  # as origin_index.page_of
    named = names_page(record.url)
    if page and not named:  # a feed's home page, as every item's address, is no evidence
        page = b""
    own_id = named if record.id == record.url else names_page(record.id)
    body = bytes.fromhex(record.body_xxh3)
    return (
        xxh3_64(b"url:" + (page or b"%d@" % record.position.offset + domain + body)),
        id_key(record.domain, record.id if own_id else f"{record.id}#{record.body_xxh3}"),
        xxh3_64(b"body:" + body),
    )


class Comparison:
    """What was found of one article, while it is judged: good until another is compared, since its arrays are lent.

    `votes` HIT are the postings of its samples, by article and then by sample; `reposted` HIT the samples that this site took
    from elsewhere before, and where in which article; `template` u8[n] says which samples are set aside."""

    __slots__ = (
        "fresh",
        "held",
        "own_tokens",
        "record",
        "reposted",
        "runs",
        "same_address",
        "same_body",
        "site",
        "succeeded",
        "template",
        "unspaced",
        "votes",
        "workspace",
    )

    def __init__(
        self, record: SketchRecord, site: int, workspace: Workspace, found: tuple[int, int, int, int, int]
    ) -> None:
        votes, reposted, same_address, same_body, self.fresh = found  # fresh: samples that nobody holds
        self.record = record
        self.site = site
        self.workspace = workspace
        self.template = workspace.template[: len(record.sketch.ids)]
        self.votes: Records = workspace.votes[:votes]
        self.reposted: Records = workspace.reposted[:reposted]
        self.held = (
            self.votes
        )  # what speaks for candidates: the votes; once it is asked, what this site reposted too
        self.same_address = self.same_body = _NO_ARTICLES
        if same_address or same_body:
            same = workspace.same[: same_address + same_body].tolist()
            self.same_address = frozenset(same[:same_address])  # articles of the same URL or id
            self.same_body = frozenset(same[same_address:])
        self.succeeded = _NO_ARTICLES  # articles that the record says it succeeds
        self.runs = 0  # rows of `workspace.runs` in use
        self.unspaced = False  # more tokens of this text say as much as one word of a spaced script
        self.own_tokens = -1  # of the main region, not template; until it is scored or flagged

    def flag_tokens(self) -> None:
        """Works out `own_tokens` and the flags in `workspace` from what is template now."""
        sketch = self.record.sketch
        self.own_tokens = measure_kernels.token_flags(
            sketch.tokens,
            sketch.lines,
            sketch.main_start,
            sketch.main_end,
            sketch.positions,
            self.template,
            self.workspace.flags,
        )

    def join_reposted(self) -> None:
        """Lets what this site took from elsewhere speak too: for its article that took it, as if that held it."""
        if len(self.reposted):
            held = np.empty(len(self.votes) + len(self.reposted), HIT)
            self.held = held[: survey_kernels.joined(self.votes, self.reposted, held)]

    def samples_of(self, article: int) -> I32:
        """The samples that an article holds, templates' aside; they ascend."""
        first, last = np.searchsorted(self.held["article"], (article, article + 1))
        samples = self.held["sample"][first:last]
        own: I32 = samples[self.template[samples] == 0]
        return own

    def mask_on_site(self, articles: ArticleStore, unless: set[int]) -> bool:
        """Sets aside what other articles of this site hold, those of `unless` apart: the site's template. Returns whether
        there is any."""
        marked: int = candidate_kernels.mark_on_site(
            self.template,
            self.held,
            articles.row_table,
            articles.first_row,
            self.site,
            np.array(sorted(unless), np.uint32) if unless else _NOBODY,
        )
        return marked > 0


def compare(record: SketchRecord, index: OriginIndex, workspace: Workspace) -> Comparison:
    """Looks an article up. Changes nothing but the arrays lent; where they are too small it makes larger ones."""
    sketch, credits_ = record.sketch, record.credits
    if len(sketch.ids) > workspace.samples or sketch.tokens > workspace.tokens:
        workspace = workspace.fitting(len(sketch.ids), sketch.tokens)
    owner = record.domain or _nobody(record)
    site = site_key(owner)
    of_article = (
        site,
        site_key(record.host or owner) ^ _REPOSTED,
        *identity_keys(record),
        sketch.title_digest,
        sketch.tokens,
        sketch.main_start,
        sketch.main_end,
    )
    keys = [(credit.context * _SPREAD & _U64_MASK) ^ site for credit in credits_] if credits_ else []
    _QUERY_FORMATS[len(keys)].pack_into(workspace.query_bytes, 0, *of_article, len(keys), *keys)
    found = survey(sketch.ids, index.postings, index.site_marks, workspace)
    if keys and any(times := workspace.credited_before[: len(keys)].tolist()):
        # what the site said in the same words before is its template's, not this article's
        record = replace(record, credits=tuple([c for c, n in zip(credits_, times, strict=True) if not n]))
        keys = [key for key, n in zip(keys, times, strict=True) if not n]
        _QUERY_FORMATS[len(keys)].pack_into(workspace.query_bytes, 0, *of_article, len(keys), *keys)
    comparison = Comparison(record, site, workspace, found)
    if record.succeeds:
        named = index.postings.look_up(np.array([record.succeeds], np.uint64)).article.tolist()
        comparison.succeeded = frozenset(named)
        comparison.same_address |= comparison.succeeded
    return comparison


def survey(
    ids: U64, postings: Shard, site_marks: Shard, workspace: Workspace
) -> tuple[int, int, int, int, int]:
    """Asks both tables everything at once: of the samples, and of what stands in `workspace.query`. Returns how many votes,
    reposted hits, articles of the address and of the body, and samples that nobody holds there are."""
    posted, marked = postings.table, site_marks.table
    if posted is None or marked is None:
        return _survey_by_parts(ids, postings, site_marks, workspace)
    found: tuple[int, int, int, int, int] = survey_kernels.survey(
        ids,
        workspace.query,
        posted,
        marked,
        workspace.votes,
        workspace.reposted,
        workspace.template,
        workspace.credited_before,
        workspace.same,
    )
    return found


def _survey_by_parts(
    ids: U64, postings: Shard, site_marks: Shard, workspace: Workspace
) -> tuple[int, int, int, int, int]:
    """The same of tables that can only be asked for keys."""
    query, count = workspace.query[0], len(ids)
    credits_ = query["credits"][: query["credits_count"]]
    hits = postings.look_up(np.concatenate((ids, query["identities"])))
    repeated = site_marks.count(ids ^ query["site"])
    workspace.template[:count] = (hits.stories[:count] >= limits.STORIES_PER_SHINGLE_MAX) | (repeated > 0)
    workspace.credited_before[: len(credits_)] = site_marks.count(credits_)
    votes = int(np.searchsorted(hits.sample, count))
    same = hits.article[votes:]
    workspace.same[: len(same)] = same
    _order(Hits(hits.found[:votes], hits.stories), workspace.votes)
    reposted = site_marks.look_up(ids ^ query["reposted"])
    _order(reposted, workspace.reposted)
    same_body = int(hits.stories[count + IDENTITIES - 1])
    fresh = int(np.count_nonzero(hits.stories[:count] == 0))
    return votes, len(reposted.found), len(same) - same_body, same_body, fresh


def _order(hits: Hits, into: Records) -> None:
    """Hits by sample and then by article → by article and then by sample."""
    into[: len(hits.found)] = hits.found[np.argsort(hits.article, kind="stable")]


class Measured(Value):
    """A candidate by what was counted: a record of layout.CANDIDATE."""

    article: int
    grades: int  # bits GRADE_…: of what it is a publication of this text, if …
    of_site: int  # 1 where its site's key is this article's
    same_title: int  # 1 where its title is
    hits: int  # in runs
    longest: int  # words of its longest run
    words: int  # of all its runs
    tails: int  # of those that end together with both main regions
    first: int  # token at which its first run of substance begins; −1 where none
    runs_first: int  # its rows of `workspace.runs`
    runs_last: int
    containment_here: float  # of this article's own main region that its runs cover
    containment_there: float  # of the candidate's
    lead_here: float  # of the first tokens of this article's, and of the candidate's
    lead_there: float


assert Measured.__struct_fields__ == CANDIDATE.names


def runs_of(comparison: Comparison, measured: Measured) -> Records:
    """A candidate's runs, lone hits aside: layout.RUN[n]."""
    runs = comparison.workspace.runs[measured.runs_first : measured.runs_last]
    return runs[runs["hits"] > 1]


def ranges_here(comparison: Comparison, measured: Measured) -> list[tuple[int, int]]:
    """Token ranges of this article that a candidate's runs hold, lone hits aside; they ascend."""
    kept = runs_of(comparison, measured)
    return list(zip(kept["start"].tolist(), kept["end"].tolist(), strict=True))


def density(comparison: Comparison, measured: Measured) -> float:
    """The part of this article's samples inside a candidate's runs that the candidate holds: 1 where it was copied to the
    letter; less, the more words were changed in it."""
    inside = samples_inside(comparison, measured)
    return measured.hits / inside if inside else 0.0


def samples_inside(comparison: Comparison, measured: Measured) -> int:
    """How many of this article's samples inside a candidate's runs are not template."""
    return _samples_inside(comparison, measured, comparison.template)


def template_inside(comparison: Comparison, measured: Measured) -> int:
    """How many of this article's samples inside a candidate's runs are template."""
    return _samples_inside(comparison, measured, np.bitwise_xor(comparison.template, np.uint8(1)))


def _samples_inside(comparison: Comparison, measured: Measured, aside: U8) -> int:
    runs = comparison.workspace.runs[measured.runs_first : measured.runs_last]
    count: int = measure_kernels.samples_inside(aside, comparison.record.sketch.positions, runs)
    return count


def _lying_in(record: SketchRecord, ranges: Iterable[Sequence[int]]) -> npt.NDArray[np.bool_]:
    """bool[samples]: which samples lie whole in one of the token ranges."""
    sketch = record.sketch
    inside = np.zeros(len(sketch.ids), np.bool_)
    for start, end in ranges:
        inside |= (sketch.positions >= start) & (sketch.positions + limits.SHINGLE_TOKENS <= end)
    return inside


def repeated(comparison: Comparison, measured: Measured) -> float:
    """The part of the samples inside a candidate's runs that this article holds more than once."""
    sketch = comparison.record.sketch
    inside = _lying_in(comparison.record, ranges_here(comparison, measured))
    _, which, times = np.unique(sketch.ids, return_inverse=True, return_counts=True)
    held = int(inside.sum())
    return int((times[which][inside] > 1).sum()) / held if held else 0.0


def reworded(comparison: Comparison, article: int, covered: I32) -> int:
    """How many own tokens of what is taken for another article's (`covered` [ranges, 2]) it does not hold: of those that
    stand only in samples that it does not hold, two a sample at most, since one word that was changed takes its
    neighbours' shingles with it."""
    sketch = comparison.record.sketch
    inside = _lying_in(comparison.record, covered.tolist())
    inside &= comparison.template == 0
    held = comparison.samples_of(article)
    inside[held] = False
    marked = np.zeros(sketch.tokens + limits.SHINGLE_TOKENS, np.bool_)
    for which, mark in ((np.flatnonzero(inside), True), (held, False)):
        for offset in range(limits.SHINGLE_TOKENS):
            marked[sketch.positions[which] + offset] = mark
    own = comparison.workspace.flags[: sketch.tokens] & (TOKEN_MAIN | TOKEN_TEMPLATE) == TOKEN_MAIN
    apart = int(np.count_nonzero(marked[: sketch.tokens] & own))
    return min(apart, limits.REWORDED_TOKENS_A_SAMPLE * int(np.count_nonzero(inside)))


def score_candidates(
    comparison: Comparison, articles: ArticleStore, votes: Records, passes: int
) -> tuple[list[Measured], int]:
    """The articles that enough votes are for, templates' aside, and those of the same address: of them those that may be
    sources by what they share, ascending. And how many votes are for articles of the same site.

    Where nothing may be a source, and unless `passes` is 0, these votes are set aside as template; with more passes all is
    done once again without them. The flags in `workspace` are then those of what is template now."""
    workspace, sketch, same = comparison.workspace, comparison.record.sketch, comparison.same_address
    comparison.own_tokens, candidates, comparison.runs, on_site, unspaced = (
        candidate_kernels.score_candidates(
            workspace.query,
            comparison.template,
            sketch.positions,
            sketch.lines,
            votes,
            np.array(sorted(same), np.uint32) if same else _NOBODY,
            articles.row_table,
            articles.first_row,
            passes,
            workspace.flags,
            workspace.runs,
            workspace.candidates,
        )
    )
    comparison.unspaced = unspaced == 1
    if not candidates:
        return [], on_site
    return list(starmap(Measured, workspace.candidates[:candidates].tolist())), on_site


def measure_whole(comparison: Comparison, articles: ArticleStore, wanted: list[int]) -> list[Measured]:
    """Some articles measured by all that the two pages hold: every vote, templates' too, and those of the passages that
    this site reposted before; their main regions are the whole pages."""
    workspace, sketch = comparison.workspace, comparison.record.sketch
    votes = np.concatenate((comparison.votes, comparison.reposted))
    votes = votes[np.isin(votes["article"], wanted)]
    votes = votes[np.lexsort((votes["sample"], votes["article"]))]
    numbers = np.array(wanted, np.uint32)
    spans = np.zeros(len(wanted), SPAN)
    spans["votes_first"] = np.searchsorted(votes["article"], numbers)
    spans["votes_last"] = np.searchsorted(votes["article"], numbers, side="right")
    spans["main_end"] = np.iinfo(np.uint16).max
    candidates = np.zeros(len(wanted), CANDIDATE)
    behind = comparison.runs  # the runs that `score_candidates` found stay where they are
    comparison.runs += candidate_kernels.score_whole_pages(
        workspace.query,
        sketch.positions,
        votes,
        spans,
        articles.column("own_tokens", numbers).astype(np.int64),
        comparison.unspaced,
        workspace.runs[behind:],
        candidates,
    )
    candidates["article"] = numbers
    candidates["runs_first"] += behind
    candidates["runs_last"] += behind
    return list(starmap(Measured, candidates.tolist()))
