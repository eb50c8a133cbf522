"""The replicated state machine: `propose` (propose.py) makes a record for the fingerprint log, `replay`
applies one.

Kafka's group coordinator has the same shape (KIP-848's `CoordinatorRuntime`): a write returns records, state changes only
when the record comes back from the log. `replay` sees the log alone: its records, their order and append times; no clock,
no chance, no partition assignment. So every replica holds the same index and says the same (law 1).

The state: postings (which story first used a shingle), marks (what a site repeats), the articles, the members of each
story, and the last verdicts of each raw partition, so that a redelivered record is told what was said the first time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.core import limits
from service.core.articles import ArticleStore
from service.core.comparison import (
    Comparison,
    Measured,
    Votes,
    candidates,
    compare,
    credit_keys,
    every_vote,
    identity_keys,
    measure,
    own_votes,
    taken_keys,
    template_keys,
)
from service.core.domains import brand_keys
from service.core.kernels import T_MAIN, T_PROSE
from service.core.model import (
    Basis,
    Correction,
    CorrectionReason,
    Credit,
    EngineStats,
    Extent,
    Original,
    Outcome,
    Passage,
    RawArticle,
    RawPosition,
    Refused,
    Source,
    Verdict,
    VerdictKind,
)
from service.core.passages import LineMap, filled, painted, passages, snapped, trimmed
from service.core.postings import POSITION_MAX, Postings
from service.core.propose import Proposal, propose
from service.core.record import ENGINE_VERSION, RecordCredit, SketchRecord, decode_record
from service.core.remembered import Remembered, decode_remembered, encode_remembered, remembered_lines
from service.core.tokens import Tokens
from service.core.verdict import (
    Cover,
    Direction,
    Known,
    Match,
    accepted,
    also_source,
    cover,
    credits_any,
    directed,
    extent,
    external_credit,
    lead,
    named_measures,
    same_publisher,
    strong,
)

__all__ = ["ENGINE_VERSION", "Engine", "Proposal", "enrich"]


@dataclass(frozen=True, slots=True)
class _Recent:
    """What was said of a raw record, for when it comes again."""

    body_xxh3: str
    outcome: Outcome


@dataclass(slots=True)
class _Judged:
    """An article's verdict with what follows from it for the index."""

    verdict: Verdict
    story: int | None  # number of the story's first article; None: this one opens a story
    covered: list[tuple[int, int]]  # token ranges that sources explain
    takes_over: list[tuple[Known, Measured]]  # copies whose postings are this original's from now on
    corrections: list[Correction]
    own_tokens: int


class Engine:
    """The index and everything that decides. Not for several threads at once, but for `propose`."""

    def __init__(self, *, window_ms: int = limits.WINDOW_MS) -> None:
        self._window_ms = window_ms
        self._postings = Postings()
        self._marks = Postings()
        self._articles = ArticleStore()
        self._members: dict[int, list[int]] = {}
        self._recent: dict[tuple[str, int], dict[int, _Recent]] = {}
        self._log_offset = 0
        self._log_time_ms = 0
        self._refused = 0

    # ---- the two ways in
    def propose(self, article: RawArticle) -> Proposal:
        """Fingerprints an article; changes nothing. May run in any thread."""
        return propose(article)

    def replay(self, log_offset: int, log_time_ms: int, value: bytes) -> Outcome | Refused:
        """Applies one record of the fingerprint log: the only thing that changes the index."""
        self._log_offset = log_offset + 1
        record = decode_record(value)
        if isinstance(record, Refused):
            self._refused += 1
            return record
        recent = self._recent.setdefault((record.position.topic, record.position.partition), {})
        before = recent.get(record.position.offset)
        if before is not None and before.body_xxh3 == record.body_xxh3:
            return replace(before.outcome, redelivered=True)
        self._pass_time(log_time_ms)
        outcome = self._judge(record)
        recent.pop(record.position.offset, None)
        recent[record.position.offset] = _Recent(record.body_xxh3, outcome)
        if len(recent) > limits.RECENT_VERDICTS_PER_PARTITION:
            del recent[next(iter(recent))]
        return outcome

    def replay_many(self, records: Sequence[tuple[int, int, bytes]]) -> list[Outcome | Refused]:
        """Applies records in order."""
        return [self.replay(*record) for record in records]

    def stats(self) -> EngineStats:
        """Sizes and progress, for metrics."""
        return EngineStats(
            articles=len(self._articles),
            postings=len(self._postings),
            index_bytes=self._postings.nbytes + self._marks.nbytes + self._articles.nbytes,
            template_shingles=len(self._marks),
            log_offset=self._log_offset,
            log_time_ms=self._log_time_ms,
            records_refused=self._refused,
        )

    # ---- time
    def _pass_time(self, log_time_ms: int) -> None:
        """Log time never runs backwards; what is older than the window leaves."""
        self._log_time_ms = max(self._log_time_ms, log_time_ms)
        oldest = self._articles.expire_before(self._log_time_ms - self._window_ms)
        if oldest > self._postings.oldest_live:
            self._postings.expire(oldest)
            self._marks.expire(oldest)
            for story in [story for story in self._members if story < oldest]:
                del self._members[story]

    # ---- one article
    def _judge(self, record: SketchRecord) -> Outcome:
        seen = compare(record, self._postings, self._marks)
        record = seen.record
        judged = self._sent_again(seen)
        if judged is None:
            matches, measured = self._matches(seen)
            judged = self._verdict(seen, matches, measured)
        number = self._remember(seen, judged)
        self._learn(seen, judged, number)
        return Outcome(record.position, record.body_xxh3, judged.verdict, tuple(judged.corrections), False)

    def _sent_again(self, seen: Comparison) -> _Judged | None:
        """The very same body from the same publisher: a duplicate, and nothing to measure."""
        record = seen.record
        for number in sorted(seen.same_body):
            known = self._known(number)
            if not same_publisher(record, known):
                continue
            sketch = record.sketch
            lines = LineMap(sketch.lines)
            verdict = Verdict(
                VerdictKind.DUPLICATE,
                None,
                self._story_id(known.story),
                self._first_version(known),
                1.0,
                1.0,
                self._boilerplate(seen),
                passages([(0, sketch.tokens, 0)], lines, [known.id]) if len(sketch.lines) else (),
                (Source(known.id, known.publisher, 1.0, 1.0),),
                _credit(record),
                (Basis.SAME_BODY, Basis.SAME_PUBLISHER),
            )
            return _Judged(verdict, known.story, [(0, sketch.tokens)], [], [], seen.own_tokens)
        return None

    def _matches(self, seen: Comparison) -> tuple[list[Match], dict[int, Measured]]:
        """Candidates that are accepted. On the way the site's template is learned from those that are not."""
        resent = self._resent(seen)
        if resent is not None:
            return resent
        if len(seen.taken_sample):
            samples = np.zeros(len(seen.template), np.bool_)
            samples[seen.taken_sample] = True
            seen.mask(samples)
        for _ in range(2):
            chosen, votes = candidates(seen, own_votes(seen, seen.votes))
            found = self._measure(seen, chosen, votes)
            matches = [self._match(seen, m) for m in found]
            good = [match for match in matches if accepted(match)]
            if seen.same_address and not any(match.same_url for match in good):
                good += self._same_page(seen)
            repeated = self._repeated_on_site(seen, votes, {match.known.number for match in good})
            if not repeated.any():
                break
            self._learned = repeated
            seen.mask(repeated)
        if good:
            numbers = {match.known.number for match in good}
            good += [m for m in matches if m.known.number not in numbers and also_source(m)]
        return good, {m.article: m for m in found}

    def _resent(self, seen: Comparison) -> tuple[list[Match], dict[int, Measured]] | None:
        """The case of a site that sends its copy again: the passages it took before all lie in one article."""
        if not len(seen.taken_sample):
            return None
        order = np.lexsort((seen.taken_sample, seen.taken_article))
        votes = Votes(seen.taken_sample[order], seen.taken_article[order], seen.taken_position[order])
        chosen, votes = candidates(seen, own_votes(seen, votes))
        found = self._measure(seen, chosen, votes)
        matches = [self._match(seen, m) for m in found]
        good = [match for match in matches if match.same_site and accepted(match)]
        return (good, {m.article: m for m in found}) if good else None

    def _same_page(self, seen: Comparison) -> list[Match]:
        """The article of the same address, compared by all that the pages hold, where their main regions differ."""
        chosen, votes = candidates(seen, every_vote(seen))
        wanted = [number for number in chosen if number in seen.same_address]
        flags, own = seen.flags, seen.own_tokens
        seen.flags = np.full(len(flags), T_MAIN | T_PROSE, np.uint8)
        seen.own_tokens = len(flags)
        ends = np.full(len(wanted), POSITION_MAX, np.int32)
        matches = [
            self._match(seen, m) for m in measure(seen, wanted, votes, np.zeros(len(wanted), np.int32), ends)
        ]
        seen.flags, seen.own_tokens = flags, own
        return [match for match in matches if accepted(match)][:1]

    def _measure(self, seen: Comparison, chosen: list[int], votes: Votes) -> list[Measured]:
        numbers = np.array(chosen, np.uint32)
        starts = self._articles.column("main_start", numbers)
        ends = self._articles.column("main_end", numbers)
        return measure(seen, chosen, votes, starts.astype(np.int32), ends.astype(np.int32))

    def _match(self, seen: Comparison, measured: Measured) -> Match:
        record = seen.record
        known = self._known(measured.article)
        brands = brand_keys(record.publisher, record.host, record.domain)
        names = any(strong(c) and credits_any(c, known.brands) for c in record.credits) or (
            known.credit is not None and credits_any(known.credit, brands)
        )
        digest = record.sketch.title_digest
        same_title = digest != 0 and digest == known.title_digest
        return Match(
            known,
            named_measures(measured.row, seen.own_tokens, known.own_tokens),
            tuple(measured.runs) + (tuple(measured.singles) if same_title or names else ()),
            measured.article in seen.same_address,
            same_publisher(record, known),
            same_title,
            known.body_xxh3 == record.body_xxh3,
            names,
            seen.words_scale(),
        )

    def _known(self, number: int) -> Known:
        article = decode_remembered(self._articles.get_blob(number))
        strongest = next((c for c in article.credits if strong(c)), None)
        published = self._articles.get("published_at_ms", number)
        return Known(
            number,
            self._articles.get("story", number),
            article.id,
            article.url,
            article.publisher,
            article.host,
            article.domain,
            brand_keys(article.publisher, article.host, article.domain),
            None if published == limits.NO_TIME_MS else published,
            article.position,
            article.body_xxh3,
            self._articles.get("title_digest", number),
            self._articles.get("own_tokens", number),
            article.verdict.kind,
            article.verdict.original is not None and not article.verdict.original.ingested,
            strongest,
        )

    # ---- verdicts
    def _verdict(self, seen: Comparison, matches: list[Match], measured: dict[int, Measured]) -> _Judged:
        if not matches:
            return self._unmatched(seen)
        chosen = cover(matches, seen.own())
        leading = lead(chosen)
        site = [c for c in chosen if c.match.same_url or c.match.same_site]
        if site and (site[0].match.same_url or site[0] is chosen[0]):
            return self._again(seen, site[0], chosen)
        chosen = [c for c in chosen if not c.match.same_site]
        if leading not in chosen:
            leading = lead(chosen)
        return self._republication(seen, chosen, leading, matches, measured)

    def _unmatched(self, seen: Comparison) -> _Judged:
        """Nothing of substance came before: an original, or another's text whose source nobody sent."""
        record = seen.record
        outside = external_credit(record)
        brands = brand_keys(record.publisher, record.host, record.domain)
        share = self._boilerplate(seen)
        if outside is None or credits_any(outside, brands):
            verdict = Verdict(
                VerdictKind.ORIGINAL, None, record.id, None, 0.0, 0.0, share, (), (), _credit(record), (Basis.FIRST_SEEN,)
            )
        else:
            verdict = Verdict(
                VerdictKind.REPUBLICATION,
                Extent.FULL,
                record.id,
                _outside(outside),
                0.0,
                0.0,
                share,
                (),
                (),
                _credit(record),
                (Basis.CREDIT,),
            )
        return _Judged(verdict, None, [], [], [], seen.own_tokens)

    def _again(self, seen: Comparison, source: Cover, chosen: list[Cover]) -> _Judged:
        """The same publisher sent another version of this before."""
        known = source.match.known
        basis = [
            basis
            for basis, holds in (
                (Basis.SAME_URL, source.match.same_url),
                (Basis.SAME_PUBLISHER, source.match.same_site),
            )
            if holds
        ]
        story = known.story
        first = self._first_version(known)
        verdict, covered = self._drawn(
            seen,
            VerdictKind.UPDATE,
            None,
            self._story_id(story),
            first,
            [source, *(c for c in chosen if c is not source)],
            tuple(basis),
        )
        verdict = _renamed(verdict, known.id, first.id or known.id)
        return _Judged(verdict, story, covered, [], [], seen.own_tokens)

    def _republication(
        self,
        seen: Comparison,
        chosen: list[Cover],
        leading: Cover,
        matches: list[Match],
        measured: dict[int, Measured],
    ) -> _Judged:
        record = seen.record
        brands = brand_keys(record.publisher, record.host, record.domain)
        source = leading.match.known
        members = self._members.get(source.story, [])[: limits.STORY_CREDITS_LOOKED_AT_MAX]
        others = [self._known(number) for number in (source.story, *members) if number != source.number and self._alive(number)]
        direction = directed(record, brands, source, others)
        if direction.late:
            return self._late_original(seen, matches, leading.match, direction, measured)
        original = _ingested(source) if direction.external is None else _outside(direction.external)
        ordered = [leading, *(c for c in chosen if c is not leading)]
        verdict, covered = self._drawn(
            seen, VerdictKind.REPUBLICATION, leading, self._story_id(source.story), original, ordered, direction.basis
        )
        return _Judged(verdict, source.story, covered, [], [], seen.own_tokens)

    def _late_original(
        self, seen: Comparison, matches: list[Match], leading: Match, direction: Direction, measured: dict[int, Measured]
    ) -> _Judged:
        """This one was first although its copies came before it: they are corrected, and their postings become its."""
        record = seen.record
        brands = brand_keys(record.publisher, record.host, record.domain)
        story = leading.known.story
        verdict = Verdict(
            VerdictKind.ORIGINAL,
            None,
            self._story_id(story),
            None,
            0.0,
            0.0,
            self._boilerplate(seen),
            (),
            (),
            _credit(record),
            direction.basis,
        )
        corrections: list[Correction] = []
        copies: list[tuple[Known, Measured]] = []
        for match in matches:
            known = match.known
            if match.same_site or (
                known.story != story and not directed(record, brands, known, []).late
            ):
                continue
            copies.append((known, measured[known.number]))
            corrections.append(self._corrected_copy(seen, match, measured[known.number], direction.basis))
        done = {known.number for known, _ in copies}
        whole = leading.measures.part_here >= limits.STORY_TAKEN_PART_MIN
        for number in (story, *self._members.get(story, [])):
            if number in done or not self._alive(number):
                continue
            done.add(number)
            member = self._known(number)
            names_us = member.credit is not None and credits_any(member.credit, brands)
            if whole or names_us:
                corrections.append(self._corrected_member(record, member, direction.basis))
        return _Judged(verdict, story, [], copies, corrections, seen.own_tokens)

    def _corrected_copy(
        self, seen: Comparison, match: Match, measured: Measured, basis: tuple[Basis, ...]
    ) -> Correction:
        """The new verdict of an article that this original was compared with: measured from its side."""
        record = seen.record
        known = match.known
        blob = self._articles.get_blob(known.number)
        before, line_table = decode_remembered(blob), remembered_lines(blob)
        m = match.measures
        lines = LineMap(line_table)
        tokens = int(line_table[-1, 1]) if len(line_table) else 0
        ranges = [(start, min(end, tokens)) for _, _, start, end in measured.runs if start < tokens]
        found = passages(painted([snapped(ranges, lines.starts, lines.ends)], tokens), lines, [record.id])
        whole = m.part_there >= limits.FULL_SHARE_MIN and (
            m.lead_here >= limits.FULL_LEAD_MIN or m.part_here >= limits.FULL_PART_MIN
        )
        verdict = Verdict(
            VerdictKind.REPUBLICATION,
            Extent.FULL if whole else Extent.PARTIAL,
            before.verdict.story,
            _this(record),
            round(m.part_there, 4),
            round(m.part_here, 4),
            before.verdict.boilerplate_share,
            found,
            (Source(record.id, record.publisher, round(m.part_there, 4), round(m.part_here, 4)),),
            before.verdict.credit,
            basis,
        )
        return self._correct(known.number, before, verdict, record.position)

    def _corrected_member(self, record: SketchRecord, member: Known, basis: tuple[Basis, ...]) -> Correction:
        """The new verdict of a copy of that copy: what it shares was measured before, only who was first changes."""
        before = decode_remembered(self._articles.get_blob(member.number))
        old = before.verdict
        first = old.original.id if old.original is not None and old.original.id is not None else None
        lead_id = first or (old.sources[0].id if old.sources else None)
        kind = VerdictKind.REPUBLICATION if old.kind is VerdictKind.ORIGINAL else old.kind
        if old.kind in (VerdictKind.UPDATE, VerdictKind.DUPLICATE) and member.domain != record.domain:
            kind = VerdictKind.REPUBLICATION
        verdict = replace(
            old,
            kind=kind,
            extent=old.extent or Extent.FULL,
            original=_this(record),
            passages=tuple(replace(p, source=record.id) if p.source == lead_id else p for p in old.passages),
            sources=(
                Source(
                    record.id,
                    record.publisher,
                    old.sources[0].share if old.sources else old.share,
                    old.sources[0].source_share if old.sources else old.source_share,
                ),
                *(s for s in old.sources if s.id not in (lead_id, record.id)),
            ),
            basis=basis,
        )
        return self._correct(member.number, before, verdict, record.position)

    def _correct(self, number: int, before: Remembered, verdict: Verdict, cause: RawPosition) -> Correction:
        lines = remembered_lines(self._articles.get_blob(number))
        self._articles.set_blob(number, encode_remembered(replace(before, verdict=verdict), lines))
        return Correction(
            before.id, before.position, before.body_xxh3, verdict, CorrectionReason.LATE_ORIGINAL, cause
        )

    def _drawn(
        self,
        seen: Comparison,
        kind: VerdictKind,
        leading: Cover | None,
        story: str,
        original: Original,
        chosen: list[Cover],
        basis: tuple[Basis, ...],
    ) -> tuple[Verdict, list[tuple[int, int]]]:
        """A verdict that draws on sources, best first, and the token ranges they explain."""
        sketch = seen.record.sketch
        lines = LineMap(sketch.lines)
        own = seen.own()
        tokens = sketch.tokens
        main = (sketch.main_start, sketch.main_end)
        ranges = []
        for c in chosen:
            there = self._articles.get("main_start", c.match.known.number), self._articles.get("main_end", c.match.known.number)
            m = c.match.measures
            alike = min(m.part_here, m.part_there) >= limits.FILL_EDGE_PART_MIN
            edge = limits.FILL_EDGE_ALIKE_TOKENS_MAX if alike else limits.FILL_EDGE_TOKENS_MAX
            runs = c.match.runs
            explained = filled(runs, main, there, edge) if leading is not None else [run[:2] for run in runs]
            ranges.append(snapped(explained, lines.starts, lines.ends))
        stretches = painted(ranges, tokens)
        if leading is not None or len(chosen) == 1:
            own = trimmed(own, stretches, chosen[0].match.runs, there if len(chosen) == 1 else (0, 0))
        total = own.count(1)
        by_source = [0] * len(chosen)
        for start, end, source in stretches:
            by_source[source] += own.count(1, start, end)
        share = _ratio(sum(by_source), total)
        sources = tuple(
            Source(
                c.match.known.id,
                c.match.known.publisher,
                _ratio(by_source[i], total),
                round(c.match.measures.part_there, 4),
            )
            for i, c in enumerate(chosen)
        )
        best = chosen[0]
        verdict = Verdict(
            kind,
            None if leading is None else extent(share, leading.match.measures),
            story,
            original,
            share,
            round(best.match.measures.part_there, 4),
            self._boilerplate(seen),
            passages(stretches, lines, [c.match.known.id for c in chosen]),
            sources,
            _credit(seen.record, best.match.known.brands),
            basis,
        )
        return verdict, [(start, end) for start, end, _ in stretches]

    # ---- learning
    def _repeated_on_site(self, seen: Comparison, votes: Votes, good: set[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Samples that other, unrelated articles of this site hold: its template, learned now."""
        repeated = np.zeros(len(seen.template), np.bool_)
        if not len(votes.article):
            return repeated
        sites = self._articles.column("site", votes.article)
        here = sites == np.uint64(seen.site)
        if good:
            here &= ~np.isin(votes.article, list(good))
        repeated[votes.sample[here]] = True
        return repeated

    def _learn(self, seen: Comparison, judged: _Judged, number: int) -> None:
        """Writes postings and marks: the only place that does."""
        sketch = seen.record.sketch
        at = np.minimum(sketch.positions, POSITION_MAX - 1).astype(np.uint16)
        said = credit_keys(seen.record.credits, seen.site)
        self._marks.insert(said, number, np.zeros(len(said), np.uint16))
        if seen.template.any():
            self._marks.insert(template_keys(seen)[seen.template], number, at[seen.template])
        covered = np.zeros(sketch.tokens + 1, np.bool_)
        for start, end in judged.covered:
            covered[start:end] = True
        taken = covered[sketch.positions] & ~seen.template
        if taken.any():
            self._marks.insert(taken_keys(seen.record)[taken], number, at[taken])
        for known, measured in judged.takes_over:
            inside = np.zeros(sketch.tokens + 1, np.bool_)
            for start, end, _, _ in measured.runs:
                inside[start:end] = True
            moved = inside[sketch.positions]
            self._postings.move(sketch.ids[moved], known.number, number, at[moved])
        fresh = ~taken & ~seen.template
        self._postings.insert(sketch.ids[fresh], number, at[fresh])
        keys = identity_keys(seen.record)
        self._postings.insert(keys, number, np.full(len(keys), POSITION_MAX, np.uint16))

    def _remember(self, seen: Comparison, judged: _Judged) -> int:
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
                judged.verdict,
            ),
            sketch.lines,
        )
        number = self._articles.append(
            blob=blob,
            log_time_ms=self._log_time_ms,
            story=judged.story,
            site=int(seen.site),
            main_start=min(sketch.main_start, POSITION_MAX),
            main_end=min(sketch.main_end, POSITION_MAX),
            own_tokens=min(judged.own_tokens, POSITION_MAX),
            title_digest=sketch.title_digest,
            published_at_ms=limits.NO_TIME_MS if record.published_at_ms is None else record.published_at_ms,
        )
        if judged.story is not None:
            self._members.setdefault(judged.story, []).append(number)
        return number

    # ---- small things
    def _alive(self, number: int) -> bool:
        return number >= self._postings.oldest_live

    def _story_id(self, story: int) -> str:
        """Id of a story: that of its first article."""
        if not self._alive(story):
            return ""
        return decode_remembered(self._articles.get_blob(story)).verdict.story

    def _first_version(self, known: Known) -> Original:
        """The version that this one goes back to: of an update, what it updates."""
        if known.kind in (VerdictKind.UPDATE, VerdictKind.DUPLICATE):
            original = decode_remembered(self._articles.get_blob(known.number)).verdict.original
            if original is not None:
                return original
        return _ingested(known)

    def _boilerplate(self, seen: Comparison) -> float:
        tokens = seen.record.sketch.tokens
        return round(1.0 - seen.own_tokens / tokens, 4) if tokens else 0.0


def _renamed(verdict: Verdict, old: str, new: str) -> Verdict:
    """A verdict that names another version of the same article as its source."""
    if old == new:
        return verdict
    return replace(
        verdict,
        passages=tuple(replace(p, source=new) if p.source == old else p for p in verdict.passages),
        sources=tuple(replace(s, id=new) if s.id == old else s for s in verdict.sources),
    )


def _ratio(part: int, whole: int) -> float:
    return round(min(1.0, part / whole), 4) if whole else 0.0


def _credit(record: SketchRecord, brands: tuple[str, ...] = ()) -> Credit | None:
    """The credit that the verdict shows: the one that names the source, else the strongest. The owner of the text fills in
    its words."""
    if not record.credits:
        return None
    best = next((c for c in record.credits if strong(c) and c.key in brands), record.credits[0])
    return Credit(best.kind, best.name, best.key, best.agency, "", best.start, best.end)


def _ingested(known: Known) -> Original:
    return Original(known.id, known.url or None, known.publisher, known.published_at_ms, True, known.position)


def _this(record: SketchRecord) -> Original:
    return Original(
        record.id, record.url or None, record.publisher, record.published_at_ms, True, record.position
    )


def _outside(credit: RecordCredit) -> Original:
    return Original(None, None, credit.name, None, False, None)


def enrich(proposal: Proposal, outcome: Outcome) -> Verdict:
    """The verdict with what only the owner of the text can add: the credit's words, passages cut at tokens. Pure."""
    verdict = outcome.verdict
    article, tokens = proposal.article, proposal.tokens
    credit = verdict.credit
    if credit is not None:
        credit = replace(credit, text=article.body[credit.start : credit.end])
    if not verdict.passages or article.offsets is not None or not len(tokens):
        return replace(verdict, credit=credit)
    return replace(verdict, credit=credit, passages=tuple(_cut_at_tokens(p, tokens) for p in verdict.passages))


def _cut_at_tokens(passage: Passage, tokens: Tokens) -> Passage:
    """A passage whose edges lie between tokens: interpolation inside a line may have cut one."""
    first = int(np.searchsorted(tokens.ends, passage.start, side="right"))
    last = int(np.searchsorted(tokens.starts, passage.end, side="left")) - 1
    if first > last:
        return passage
    start = min(passage.start, int(tokens.starts[first]))
    end = max(passage.end, int(tokens.ends[last]))
    return replace(passage, start=start, end=end)
