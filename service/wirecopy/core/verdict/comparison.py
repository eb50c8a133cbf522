"""One article against the index: which articles share enough with it to be looked at, and how much they share.

One compiled call looks everything up: the samples, the identities, what is template on this site, what the host took from
elsewhere, what it credited in the same words before. A second one lets what is not template vote for candidates, chains
the votes of each into runs, measures them, and says which may be sources. Both write into arrays that are lent for as long
as one article is compared (workspace.py); there the runs stay, and a candidate knows which rows are its own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint.record import SketchRecord, id_key
from wirecopy.core.hashing import xxh3_64
from wirecopy.core.index.articles import ArticleStore
from wirecopy.core.index.postings import Postings
from wirecopy.core.index.sharded import Shard
from wirecopy.core.model import U32, U64
from wirecopy.core.values import replace
from wirecopy.core.verdict import candidate_kernels, grade_kernels, measure_kernels, survey_kernels
from wirecopy.core.verdict.grade_kernels import P_COLUMNS, W_ARTICLE, W_COLUMNS
from wirecopy.core.verdict.measure_kernels import M_RUNS_FIRST, M_RUNS_LAST, R_END, R_HITS, R_START, T_MAIN
from wirecopy.core.verdict.workspace import BY, TO, Votes, Workspace

_SPREAD = 0x9E3779B97F4A7C15
_REPOSTED = 0xA24BAED4963EE407  # sets the marks of taken passages apart from those of templates
_U64_MASK = (1 << 64) - 1
_QUERY_FORMATS = [
    struct.Struct(f"={survey_kernels.QUERY_CREDITS + n}Q") for n in range(limits.CREDITS_MAX + 1)
]


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
        id_key(record.domain, record.id),
        xxh3_64(b"body:" + body),
    )


_NOBODY: U32 = np.empty(0, np.uint32)


class Comparison:
    """What was found of one article, while it is judged. `template` u8[n] says which samples are set aside.

    Good until the index compares another article: its arrays are lent.
    """

    __slots__ = (
        "_own_tokens",
        "credits_count",
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

    def __init__(self, record: SketchRecord, site: int, credits_count: int, workspace: Workspace) -> None:
        votes, reposted, same_address, same_body = workspace.found.tolist()
        self.record = record
        self.site = site
        self.credits_count = credits_count  # credits of the record: so many of their keys stand at the end of `workspace.query`
        self.workspace = workspace
        self.template = workspace.template[: len(record.sketch.ids)]
        self.votes = workspace.votes
        self.reposted = (
            workspace.reposted
        )  # samples that this site took from elsewhere before, and where in which article
        self.votes.count, self.reposted.count = votes, reposted
        if same_address or same_body:
            same = workspace.same[: same_address + same_body].tolist()
            self.same_address = frozenset(same[:same_address])  # articles of the same URL or id
            self.same_body = frozenset(same[same_address:])
        else:
            self.same_address = self.same_body = _NONE
        self.succeeded = _NONE  # articles that the record says it succeeds
        self.runs = 0  # rows of `workspace.runs` in use
        self.unspaced = False  # more tokens of this text say as much as one word of a spaced script; by `score_candidates`
        self._own_tokens = -1  # until worked out from what is template now

    @property
    def own_tokens(self) -> int:
        """Tokens of the main region that are not template; the flags in `workspace` are then those of the template now."""
        if self._own_tokens < 0:
            sketch = self.record.sketch
            self._own_tokens = measure_kernels.token_flags(
                sketch.tokens,
                sketch.lines,
                sketch.main_start,
                sketch.main_end,
                sketch.positions,
                self.template,
                BY,
                self.workspace.flags,
            )
        return self._own_tokens

    def take_scores(self, own_tokens: int, runs: int, unspaced: bool) -> None:
        """Takes over what `score_candidates` found; the flags in `workspace` are those of the template now."""
        self._own_tokens, self.runs, self.unspaced = own_tokens, runs, unspaced

    def mask_reposted(self) -> None:
        """Sets aside as template what this site took from elsewhere before."""
        self.template[self.reposted.sample[: self.reposted.count]] = 1
        self._own_tokens = -1

    def mask_on_site(self, articles: ArticleStore, unless: set[int]) -> bool:
        """Sets aside what other articles of this site hold, those of `unless` apart: the site's template. Returns whether
        there is any."""
        workspace, votes = self.workspace, self.votes
        marked = candidate_kernels.mark_on_site(
            self.template,
            votes.count,
            votes.sample,
            votes.article,
            articles.words,
            workspace.located(articles),
            workspace.query,
            np.array(sorted(unless), np.uint32) if unless else _NOBODY,
        )
        if marked:
            self._own_tokens = -1
        return bool(marked)


_NONE: frozenset[int] = frozenset()


def compare(record: SketchRecord, postings: Shard, site_marks: Shard, workspace: Workspace) -> Comparison:
    """Looks an article up. Changes nothing but the arrays lent, which must be large enough."""
    sketch, credits_ = record.sketch, record.credits
    site = site_key(record.domain)
    reposted = site_key(record.host or record.domain) ^ _REPOSTED
    identities = identity_keys(record)
    credit_keys = [(credit.context * _SPREAD & _U64_MASK) ^ site for credit in credits_] if credits_ else ()
    _QUERY_FORMATS[len(credit_keys)].pack_into(
        workspace.query_bytes, 0, site, reposted, *identities, sketch.title_digest, *credit_keys
    )
    survey(sketch.ids, len(credit_keys), postings, site_marks, workspace)
    if credit_keys and any(times := workspace.credited_before[: len(credit_keys)].tolist()):
        # what the site said in the same words before is its template's, not this article's
        record = replace(record, credits=tuple([c for c, n in zip(credits_, times, strict=True) if not n]))
        credit_keys = [key for key, n in zip(credit_keys, times, strict=True) if not n]
        _QUERY_FORMATS[len(credit_keys)].pack_into(
            workspace.query_bytes, 0, site, reposted, *identities, sketch.title_digest, *credit_keys
        )
    comparison = Comparison(record, site, len(credit_keys), workspace)
    if record.succeeds:
        named = postings.look_up(np.array([record.succeeds], np.uint64)).article.tolist()
        comparison.succeeded = frozenset(named)
        comparison.same_address |= comparison.succeeded
    return comparison


def survey(ids: U64, credits_count: int, postings: Shard, site_marks: Shard, workspace: Workspace) -> None:
    """Asks both tables everything at once: of the samples, and of what stands in `workspace.query`, its credits too."""
    if isinstance(postings, Postings) and isinstance(site_marks, Postings):
        survey_kernels.postings_survey(
            ids, workspace.query, credits_count, *postings.table, *site_marks.table, *workspace.surveyed
        )
    else:
        _survey_by_parts(
            ids,
            workspace.query[: survey_kernels.QUERY_CREDITS + credits_count],
            postings,
            site_marks,
            workspace,
        )


def _survey_by_parts(ids: U64, query: U64, postings: Shard, site_marks: Shard, workspace: Workspace) -> None:
    """The same of tables that can only be asked for keys."""
    count, credit_keys = len(ids), query[survey_kernels.QUERY_CREDITS :]
    identities = query[survey_kernels.QUERY_IDENTITY :][: survey_kernels.IDENTITIES]
    hits = postings.look_up(np.concatenate((ids, identities)))
    stories = hits.stories[:count]
    repeated = site_marks.count(ids ^ query[survey_kernels.QUERY_SITE])
    workspace.template[:count] = (stories >= limits.STORIES_PER_SHINGLE_MAX) | (repeated > 0)
    workspace.credited_before[: len(credit_keys)] = site_marks.count(credit_keys)
    votes = int(np.searchsorted(hits.sample, count))
    workspace.votes.take(hits, votes)
    same = hits.article[votes:]
    workspace.same[: len(same)] = same
    reposted = site_marks.look_up(ids ^ query[survey_kernels.QUERY_REPOSTED])
    workspace.reposted.take(reposted, len(reposted.sample))
    workspace.found[:] = (
        votes,
        len(reposted.sample),
        int(hits.stories[count : count + 2].sum()),
        int(hits.stories[count + 2]),
    )


@dataclass(slots=True)
class Measured:
    """A candidate by what was counted: grade_kernels' columns W_… and shares P_…, named."""

    article: int
    grades: int  # bits G_…: of what it is a publication of this text, if …
    of_site: int  # 1 where its site's key is this article's
    same_title: int  # 1 where its title is
    hits: int  # in runs
    longest: int  # words of its longest run
    first: int  # token at which its first run of substance begins; −1 where none
    runs_first: int  # its rows of `workspace.runs`
    runs_last: int
    containment_here: float  # of this article's own main region that its runs cover
    containment_there: float  # of the candidate's
    lead_here: float  # of the first tokens of this article's, and of the candidate's
    lead_there: float


def ranges_here(comparison: Comparison, measured: Measured) -> list[tuple[int, int]]:
    """Token ranges of this article that a candidate's runs hold, lone hits aside; they ascend."""
    runs = comparison.workspace.runs[measured.runs_first : measured.runs_last].tolist()
    return [(run[R_START], run[R_END]) for run in runs if run[R_HITS] > 1]


def score_candidates(
    comparison: Comparison, articles: ArticleStore, votes: Votes, passes: int
) -> tuple[list[Measured], int]:
    """The articles that enough votes are for, templates' aside, and those of the same address: of them those that may be
    sources by what they share, ascending. And how many votes are for articles of the same site.

    Where nothing may be a source, and unless `passes` is 0, these votes are set aside as template; with more passes all is
    done once again without them."""
    workspace, sketch, same = comparison.workspace, comparison.record.sketch, comparison.same_address
    workspace.located(articles)
    candidate_kernels.score_candidates(
        sketch.tokens,
        sketch.main_start,
        sketch.main_end,
        comparison.template,
        sketch.positions,
        sketch.lines,
        votes.count,
        *votes.arrays,
        len(same),
        np.array(sorted(same), np.uint32) if same else _NOBODY,
        articles.words,
        articles.halves,
        passes,
        *workspace.score_into,
    )
    own, candidates, runs, on_site, unspaced = workspace.summary.tolist()
    comparison.take_scores(own, runs, unspaced == 1)
    if not candidates:
        return [], on_site
    scored, parts = workspace.scored[:candidates].tolist(), workspace.parts[:candidates].tolist()
    return [Measured(*row, *shares) for row, shares in zip(scored, parts, strict=True)], on_site


def measure_whole(comparison: Comparison, articles: ArticleStore, wanted: list[int]) -> list[Measured]:
    """Some articles measured by all that the two pages hold: every vote, templates' too, and those of the passages that
    this site took before; their main regions are the whole pages."""
    if not wanted:
        return []
    workspace, sketch = comparison.workspace, comparison.record.sketch
    votes, reposted = comparison.votes, comparison.reposted
    sample = np.concatenate((votes.sample[: votes.count], reposted.sample[: reposted.count]))
    article = np.concatenate((votes.article[: votes.count], reposted.article[: reposted.count]))
    position = np.concatenate((votes.position[: votes.count], reposted.position[: reposted.count]))
    order = np.lexsort((sample, article))
    order = order[np.isin(article[order], wanted)]
    starts = np.searchsorted(article[order], np.array(wanted, np.uint32)).astype(np.int32)
    flags = np.full(sketch.tokens, T_MAIN | measure_kernels.T_PROSE, np.uint8)
    behind = comparison.runs  # the runs that `score_candidates` found stay where they are
    comparison.runs += measure_kernels.measure(
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
        *workspace.measured,
        workspace.runs[behind:],
    )
    measured = []
    for place, number in enumerate(wanted):
        row = workspace.measures[place]
        row[M_RUNS_FIRST : M_RUNS_LAST + 1] += behind
        scored, parts = np.zeros(W_COLUMNS, np.int64), np.zeros(P_COLUMNS, np.float64)
        scored[W_ARTICLE] = number
        own_there = articles.get("own_tokens", number)
        grade_kernels.grade(row, sketch.tokens, own_there, False, comparison.unspaced, BY, TO, scored, parts)
        measured.append(Measured(*scored.tolist(), *parts.tolist()))
    return measured
