"""One article against the index: which articles share enough with it to be looked at, and how much they share.

A look-up answers for all samples at once. What is template on this site, or stands in too many stories, is masked; the
rest votes for candidates, and one kernel chains the votes of each into runs and measures them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from service.core import kernels, limits
from service.core.hashing import xxh3_64
from service.core.kernels import (
    R_CANDIDATE,
    R_END,
    R_HITS,
    R_SOURCE_END,
    R_SOURCE_START,
    R_START,
    T_MAIN,
    T_TEMPLATE,
)
from service.core.model import I32, U16, U32, U64
from service.core.postings import Postings
from service.core.record import RecordCredit, SketchRecord

Bools = npt.NDArray[np.bool_]
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_TAKEN = np.uint64(0xA24BAED4963EE407)  # sets the marks of taken passages apart from those of templates


def site_key(domain: str) -> int:
    """By what a site's templates are told from another's."""
    return xxh3_64(b"site:" + domain.encode("utf-8", "replace"))


def page_of(url: str) -> str:
    """What of an address names the page: all but its fragment."""
    return url.partition("#")[0]


def url_key(url: str) -> U64:
    """The key u64[1] under which the articles of an address are found: of `identity_keys`, the first."""
    return np.array([xxh3_64(b"url:" + page_of(url).encode("utf-8", "replace"))], np.uint64)


def identity_keys(record: SketchRecord) -> U64:
    """Keys u64[3] under which this very article may have come before: its URL, its id on its site, its body."""
    domain = record.domain.encode("utf-8", "replace")
    url = page_of(record.url).encode("utf-8", "replace")
    return np.array(
        [
            xxh3_64(
                b"url:" + (url or b"%d@" % record.position.offset + domain + bytes.fromhex(record.body_xxh3))
            ),
            xxh3_64(b"id:" + domain + b"\x00" + record.id.encode("utf-8", "replace")),
            xxh3_64(b"body:" + bytes.fromhex(record.body_xxh3)),
        ],
        np.uint64,
    )


def credit_keys(credits_: tuple[RecordCredit, ...], site: np.uint64) -> U64:
    """Keys u64[n] by which a site remembers where it said a credit."""
    contexts = np.array([credit.context for credit in credits_], np.uint64)
    return contexts * _SPREAD ^ site


def taken_keys(record: SketchRecord) -> U64:
    """Keys u64[n] by which a host remembers a passage it took from elsewhere."""
    return record.sketch.ids ^ np.uint64(site_key(record.host or record.domain)) ^ _TAKEN


@dataclass(frozen=True, slots=True)
class Votes:
    """Postings of this article's samples, ordered by article and then by sample."""

    sample: I32
    article: U32
    position: U16


@dataclass(slots=True)
class Comparison:
    """What was found of one article, while it is judged. `template` bool[n] says which samples are set aside."""

    record: SketchRecord
    site: np.uint64
    template: Bools
    votes: Votes
    taken_sample: I32  # samples that this site took from elsewhere before, and where in which article
    taken_article: U32
    taken_position: U16
    same_address: frozenset[int]  # articles of the same URL or id
    same_body: frozenset[int]
    flags: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    own_tokens: int = 0

    def mask(self, samples: npt.NDArray[np.bool_]) -> None:
        """Sets further samples aside as template."""
        self.template = self.template | samples
        self.reflag()

    def reflag(self) -> None:
        """Works out the tokens' flags again from what is template now."""
        sketch = self.record.sketch
        self.flags = kernels.token_flags(
            sketch.tokens,
            sketch.lines,
            sketch.main_start,
            sketch.main_end,
            sketch.positions,
            self.template.view(np.uint8),
            limits.SHINGLE_TOKENS,
            limits.TEMPLATE_GAP_TOKENS_MAX,
            limits.TEMPLATE_LINE_PERCENT,
        )
        self.own_tokens = int(np.count_nonzero((self.flags & (T_MAIN | T_TEMPLATE)) == T_MAIN))

    def words_scale(self) -> float:
        """Tokens of this text that say as much as one word of a spaced script."""
        lines = self.record.sketch.lines
        if not len(lines):
            return 1.0
        tokens = int((lines[:, 1] - lines[:, 0]).sum())
        chars = int((lines[:, 3] - lines[:, 2]).sum())
        return limits.UNSPACED_WORDS_SCALE if chars < tokens * limits.UNSPACED_CHARS_PER_TOKEN_MAX else 1.0

    def own(self) -> bytes:
        """A byte a token: 1 where it is of the main region and not template."""
        return bytes(((self.flags & (T_MAIN | T_TEMPLATE)) == T_MAIN).tobytes())


def compare(record: SketchRecord, postings: Postings, marks: Postings) -> Comparison:
    """Looks an article up. Changes nothing."""
    sketch = record.sketch
    site = np.uint64(site_key(record.domain))
    if record.credits:  # what the site said in the same words before is its template's, not this article's
        said = marks.look_up(credit_keys(record.credits, site)).stories
        kept = tuple(c for c, times in zip(record.credits, said, strict=True) if not times)
        record = replace(record, credits=kept)
    keys = sketch.ids
    hits = postings.look_up(np.concatenate((keys, identity_keys(record))))
    count = len(keys)
    template = marks.look_up(keys ^ site).stories > 0
    template |= hits.stories[:count] >= limits.STORIES_PER_SHINGLE_MAX
    of_sample = hits.sample < count
    order = np.lexsort((hits.sample[of_sample], hits.article[of_sample]))
    votes = Votes(
        hits.sample[of_sample][order], hits.article[of_sample][order], hits.position[of_sample][order]
    )
    taken = marks.look_up(taken_keys(record))
    identity = hits.sample[~of_sample] - count
    identity_article = hits.article[~of_sample]
    made = Comparison(
        record,
        site,
        template,
        votes,
        taken.sample,
        taken.article,
        taken.position,
        frozenset(identity_article[identity < 2].tolist()),
        frozenset(identity_article[identity == 2].tolist()),
    )
    made.reflag()
    return made


def own_votes(seen: Comparison, votes: Votes) -> Votes:
    """The votes of samples that are not template."""
    usable = ~seen.template[votes.sample]
    return Votes(votes.sample[usable], votes.article[usable], votes.position[usable])


def every_vote(seen: Comparison) -> Votes:
    """All votes, templates' too, and those of the passages that this site took before."""
    sample = np.concatenate((seen.votes.sample, seen.taken_sample))
    article = np.concatenate((seen.votes.article, seen.taken_article))
    order = np.lexsort((sample, article))
    return Votes(
        sample[order], article[order], np.concatenate((seen.votes.position, seen.taken_position))[order]
    )


def candidates(seen: Comparison, votes: Votes) -> tuple[list[int], Votes]:
    """The articles that enough votes are for (ascending), and those of the same address; and the votes."""
    if len(votes.article) == 0:
        return sorted(seen.same_address), votes
    articles, counts = np.unique(votes.article, return_counts=True)
    enough = counts >= limits.CANDIDATE_HITS_MIN
    articles, counts = articles[enough], counts[enough]
    best = np.lexsort((articles, -counts))[: limits.CANDIDATES_MAX]
    chosen = sorted({*articles[best].tolist(), *seen.same_address})
    return chosen, votes


@dataclass(frozen=True, slots=True)
class Measured:
    """One candidate's row of kernels.measure, and its runs: (start, end, source start, source end) in tokens."""

    article: int
    row: list[int]
    runs: list[tuple[int, int, int, int]]
    singles: list[tuple[int, int, int, int]]  # lone hits, in the same form


def measure(
    seen: Comparison, chosen: list[int], votes: Votes, main_start: I32, main_end: I32
) -> list[Measured]:
    """Chains and measures the votes for the chosen articles, whose main regions are given (i32[c])."""
    if not chosen:
        return []
    wanted = np.array(chosen, np.uint32)
    slot = np.searchsorted(wanted, votes.article)
    keep = (slot < len(wanted)) & (wanted[np.minimum(slot, len(wanted) - 1)] == votes.article)
    starts = np.searchsorted(votes.article[keep], wanted).astype(np.int32)
    starts = np.append(starts, np.int32(np.count_nonzero(keep)))
    rows, runs = kernels.measure(
        seen.flags,
        seen.record.sketch.positions,
        votes.sample[keep],
        votes.position[keep],
        starts,
        main_start,
        main_end,
        limits.SHINGLE_TOKENS,
        limits.RUN_SOURCE_GAP_TOKENS_MAX,
        limits.RUN_GAP_TOKENS_MAX,
        limits.RUN_DRIFT_TOKENS_MIN,
        limits.PIECE_WORDS_MIN,
        limits.LEAD_TOKENS,
        limits.TAIL_TOKENS,
        limits.SOLID_GAP_TOKENS,
    )
    measured = [Measured(number, row, [], []) for number, row in zip(chosen, rows.tolist(), strict=True)]
    for run in runs.tolist():
        candidate = measured[run[R_CANDIDATE]]
        kept = candidate.runs if run[R_HITS] > 1 else candidate.singles
        kept.append((run[R_START], run[R_END], run[R_SOURCE_START], run[R_SOURCE_END]))
    return measured


def template_keys(seen: Comparison) -> U64:
    """Keys u64[n] by which this site remembers its template."""
    return seen.record.sketch.ids ^ seen.site
