"""The oracle: what must be said of every record of a fingerprint log, worked out slowly and plainly.

Written beside the engine and not from it: dictionaries for the index (keys are what they mean, not hashes of
it: a site, a kind and a shingle, where the engine mixes bits), lists for token flags, a chain and a measure
that go token by token, a list of what was said before for redelivery, no kernel, no numba, no NumPy but for
the arrays that a decoded record brings. It shares with the engine only what has no index in it and would be
copied word for word: the decoding of a record (record.py), who was first (verdict.py) and publishers' names
(domains.py); and with the kernels' tests the plain Python twins of the rules over measured candidates and of
the cutting of passages. All of these have row tests of their own. So it vouches for the index, expiry,
redelivery, voting, chaining, measuring, learning and for the order in which all of that happens, and not for a
threshold being wise.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

import numpy as np

from tests.core.naive.forms import Shared
from tests.core.naive.order import kept_in_order
from tests.core.naive.verdict import (
    Cover,
    LineMap,
    Match,
    accepted,
    also_source,
    cover,
    filled,
    hopeless,
    inside,
    later_version_of,
    lead,
    may_be_version,
    named_measures,
    painted,
    passages,
    snapped,
    trimmed,
)
from wirecopy.core import limits
from wirecopy.core.addresses import names_page
from wirecopy.core.fingerprint.record import RecordCredit, SketchRecord, decode_record, id_key, strong
from wirecopy.core.fingerprint.varint_kernels import unpack_quoted
from wirecopy.core.index.known import Known
from wirecopy.core.model import (
    Basis,
    Correction,
    CorrectionReason,
    Credit,
    Extent,
    Original,
    Outcome,
    RawPosition,
    Refused,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.publishers import brand_keys
from wirecopy.core.timing import earlier_version
from wirecopy.core.values import replace
from wirecopy.core.verdict.comparison import Measured
from wirecopy.core.verdict.layout import MEASURES
from wirecopy.core.verdict.rules import (
    credits_any,
    directed,
    extent,
    external_credit,
    later_version,
    named_whole,
    older_version,
    same_place,
    same_publisher,
    stands_in,
)

NO_POSITION = 65_535
OPEN_RUNS_MAX = 4
Ranges = list[tuple[int, int]]


class Listed:
    """Key → article → position: who holds a key, at most eight living articles each."""

    def __init__(self) -> None:
        self._held: dict[Hashable, dict[int, int]] = {}
        self._oldest = 0

    def of(self, key: Hashable) -> dict[int, int]:
        held = self._held.get(key)
        if not held:
            return {}
        return {article: held[article] for article in sorted(held) if article >= self._oldest}

    def add(self, key: Hashable, article: int, position: int) -> None:
        living = self.of(key)
        if article in living:
            living[article] = min(living[article], position)
        elif len(living) < limits.POSTINGS_COUNT_MAX:
            living[article] = position
        self._held[key] = living

    def hand_over(self, key: Hashable, giver: int, taker: int, position: int) -> None:
        living = self.of(key)
        if giver in living:
            del living[giver]
            living.setdefault(taker, position)
            self._held[key] = living

    def forget_before(self, article: int) -> None:
        self._oldest = max(self._oldest, article)

    def all(self) -> Iterable[Hashable]:
        return self._held

    def count(self) -> int:
        return sum(article >= self._oldest for held in self._held.values() for article in held)


@dataclass(slots=True)
class Kept:
    """An article that came before."""

    number: int
    story: int
    record: SketchRecord
    own_tokens: int
    verdict: Verdict
    log_time_ms: int
    fresh: int

    @property
    def main(self) -> tuple[int, int]:
        sketch = self.record.sketch
        return min(sketch.main_start, NO_POSITION), min(sketch.main_end, NO_POSITION)


@dataclass(slots=True)
class Run:
    """Hits that follow each other in both texts."""

    here: int
    here_end: int
    there: int
    there_end: int
    hits: int
    solid: int

    @property
    def edges(self) -> tuple[int, int, int, int]:
        return self.here, self.here_end, self.there, self.there_end


@dataclass(slots=True)
class Judged:
    verdict: Verdict
    story: int | None
    covered: Ranges
    takes_over: list[tuple[int, list[Run]]] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    also: bool = False  # few others hold what is covered: so may this one


@dataclass(slots=True)
class Seen:
    """The article that is being judged."""

    record: SketchRecord
    ids: list[int]
    positions: list[int]
    lines: list[list[int]]
    template: list[bool]
    votes: list[tuple[int, int, int]]  # article, sample, position
    taken: list[tuple[int, int, int]]
    same_address: set[int]
    same_body: set[int]
    succeeded: set[int]
    fresh: int
    main: list[bool] = field(default_factory=list)
    prose: list[bool] = field(default_factory=list)
    boiler: list[bool] = field(default_factory=list)
    _own: bytes = b""

    def work_out(self) -> None:
        """What each token is, given what is template now."""
        sketch = self.record.sketch
        size = sketch.tokens
        self.main = [sketch.main_start <= t < sketch.main_end for t in range(size)]
        self.prose, self.boiler = [False] * size, [False] * size
        for start, end, _, _, is_prose in self.lines:
            for t in range(start, end):
                self.prose[t] = self.prose[t] or bool(is_prose & 1)
        for i, position in enumerate(self.positions):
            if not self.template[i]:
                continue
            begin = position
            if (
                i
                and self.template[i - 1]
                and position - self.positions[i - 1] <= limits.TEMPLATE_GAP_TOKENS_MAX
            ):
                begin = self.positions[i - 1]
            for t in range(begin, min(size, position + limits.SHINGLE_TOKENS)):
                self.boiler[t] = True
        if any(self.template):
            for start, end, *_ in self.lines:
                share = sum(self.boiler[start:end]) * 100
                if share >= (end - start) * limits.TEMPLATE_LINE_PERCENT:
                    self.boiler[start:end] = [True] * (end - start)
        self._own = bytes(self.main[t] and not self.boiler[t] for t in range(size))

    @property
    def held(self) -> list[tuple[int, int, int]]:
        """The votes, and what this site took, as if its article that took it held it."""
        by_place = {(article, sample): (article, sample, at) for article, sample, at in self.taken}
        by_place |= {(article, sample): (article, sample, at) for article, sample, at in self.votes}
        return sorted(by_place.values())

    def inside(self, match: Match, *, template: bool = False) -> list[int]:
        """The samples that lie wholly inside a candidate's runs; those that are template too, if asked."""
        return [
            i
            for i, position in enumerate(self.positions)
            if (template or not self.template[i])
            and any(run[0] <= position and position + limits.SHINGLE_TOKENS <= run[1] for run in match.firm)
        ]

    def set_aside(self, samples: set[int]) -> None:
        self.template = [is_template or i in samples for i, is_template in enumerate(self.template)]
        self.work_out()

    def own(self) -> bytes:
        """A byte a token: 1 where it is the article's own."""
        return self._own

    @property
    def own_tokens(self) -> int:
        return sum(self._own)

    @property
    def boilerplate_share(self) -> float:
        size = self.record.sketch.tokens
        return round(1.0 - _ratio(self.own_tokens, size), 4)

    @property
    def words_scale(self) -> float:
        main_start, main_end = self.record.sketch.main_start, self.record.sketch.main_end
        lines = [line for line in self.lines if main_start <= line[0] and line[1] <= main_end]
        tokens = sum(end - start for start, end, *_ in lines)
        chars = sum(last - first for _, _, first, last, _ in lines)
        dense = lines and chars < tokens * limits.UNSPACED_CHARS_PER_TOKEN_MAX
        return limits.UNSPACED_WORDS_SCALE if dense else 1.0


class Oracle:
    """`replay` gives the outcome of a record, None where it is refused."""

    def __init__(self, window_ms: int = limits.WINDOW_MS) -> None:
        self._window_ms = window_ms
        self._shingles = Listed()
        self._identities = Listed()
        self._marks = Listed()
        self._kept: dict[int, Kept] = {}
        self._next = 0
        self._oldest = 0
        self._members: dict[int, list[int]] = {}
        self._said: dict[tuple[str, int], list[tuple[int, str, Outcome]]] = defaultdict(list)
        self.log_offset = 0
        self.log_time_ms = 0
        self.refused = 0

    # ---- what others compare
    def shingles(self) -> list[int]:
        return [key for key in self._shingles.all() if isinstance(key, int)]

    def live_postings(self) -> dict[int, dict[int, int]]:
        return {key: living for key in self.shingles() if (living := self._shingles.of(key))}

    def sizes(self) -> tuple[int, int, int]:
        """Articles, postings, marks."""
        postings = self._shingles.count() + self._identities.count()
        return self._next - self._oldest, postings, self._marks.count()

    # ---- one record
    def replay(self, log_offset: int, log_time_ms: int, value: bytes) -> Outcome | None:
        self.log_offset = log_offset + 1
        record = decode_record(value)
        if isinstance(record, Refused):
            self.refused += 1
            return None
        place = record.position
        said = self._said[place.topic, place.partition]
        for offset, body, outcome in said:
            if offset == place.offset and body == record.body_xxh3:
                return replace(outcome, redelivered=True)
        self._let_time_pass(log_time_ms)
        outcome = self._judge(record)
        said[:] = [entry for entry in said if entry[0] != place.offset]
        said.append((place.offset, record.body_xxh3, outcome))
        del said[: -limits.RECENT_VERDICTS_PER_PARTITION]
        return outcome

    def _let_time_pass(self, log_time_ms: int) -> None:
        self.log_time_ms = max(self.log_time_ms, log_time_ms)
        before = self._oldest
        while self._oldest < self._next and (
            self._kept[self._oldest].log_time_ms < self.log_time_ms - self._window_ms
        ):
            del self._kept[self._oldest]
            self._oldest += 1
        if self._oldest == before:
            return
        for listed in (self._shingles, self._identities, self._marks):
            listed.forget_before(self._oldest)

    def _judge(self, record: SketchRecord) -> Outcome:
        seen = self._look_up(record)
        judged = self._duplicate(seen)
        if judged is None:
            good, chains = self._search(seen)
            judged = self._verdict(seen, good, chains) if good else self._new(seen)
        judged.verdict = _with_own_date(judged.verdict, record)
        self._learn(seen, judged)
        return Outcome(record.position, record.body_xxh3, judged.verdict, tuple(judged.corrections), False)

    # ---- the index
    def _look_up(self, record: SketchRecord) -> Seen:
        site = record.domain or record.position
        credits_ = tuple(c for c in record.credits if not self._marks.of(("said", site, c.context)))
        record = replace(record, credits=credits_)
        sketch = record.sketch
        ids = [int(i) for i in sketch.ids]
        template, votes, taken = [], [], []
        for i, key in enumerate(ids):
            holders = self._shingles.of(key)
            votes += [(article, i, position) for article, position in holders.items()]
            on_site = bool(self._marks.of(("template", site, key)))
            template.append(on_site or len(holders) >= limits.STORIES_PER_SHINGLE_MAX)
            holders = self._marks.of(("taken", record.host or site, key))
            taken += [(article, i, position) for article, position in holders.items()]
        url, id_, body = (self._identities.of(key) for key in _identities(record))
        succeeded = [
            number
            for number, kept in self._kept.items()
            if record.succeeds and id_key(kept.record.domain, kept.record.id) == record.succeeds
        ]
        seen = Seen(
            record,
            ids,
            [int(p) for p in sketch.positions],
            sketch.lines.tolist(),
            template,
            sorted(votes),
            sorted(taken),
            {*url, *id_, *succeeded},
            {*body},
            set(succeeded),
            sum(not self._shingles.of(key) for key in ids),
        )
        seen.work_out()
        return seen

    def _learn(self, seen: Seen, judged: Judged) -> None:
        record, number = seen.record, self._next
        site = record.domain or record.position
        self._next += 1
        story = number if judged.story is None else judged.story
        own = min(seen.own_tokens, NO_POSITION)
        fresh = min(seen.fresh, NO_POSITION)
        self._kept[number] = Kept(number, story, record, own, judged.verdict, self.log_time_ms, fresh)
        if judged.story is not None:
            self._members.setdefault(judged.story, []).append(number)
        for credit in record.credits:
            self._marks.add(("said", site, credit.context), number, 0)
        inside = {t for start, end in judged.covered for t in range(start, end)}
        for i, (key, position) in enumerate(zip(seen.ids, seen.positions, strict=True)):
            at = min(position, NO_POSITION - 1)
            for copy, runs in judged.takes_over:
                if any(run.here <= position < run.here_end for run in runs):
                    self._shingles.hand_over(key, copy, number, at)
            if seen.template[i]:
                self._marks.add(("template", site, key), number, at)
            elif position in inside:
                self._marks.add(("taken", record.host or site, key), number, at)
        aged = self.log_time_ms - self._window_ms * limits.RENEW_AGE_PERCENT // 100
        young = {number for number, kept in self._kept.items() if kept.log_time_ms >= aged}
        for i, (key, position) in enumerate(zip(seen.ids, seen.positions, strict=True)):
            holders = {article for article, sample, _ in seen.votes if sample == i}
            fading = bool(holders) and not holders & young
            few = judged.also and len(holders) <= limits.WITNESSES_MAX
            if not seen.template[i] and (position not in inside or fading or few):
                self._shingles.add(key, number, min(position, NO_POSITION - 1))
        for identity in _identities(record):
            self._identities.add(identity, number, NO_POSITION)

    # ---- the search
    def _duplicate(self, seen: Seen) -> Judged | None:
        record = seen.record
        same = [
            known
            for known in map(self._known, sorted(seen.same_body))
            if known.number in seen.same_address - seen.succeeded or same_publisher(record, known)
        ]
        titles = {known.title_digest for known in same} - {0}
        title = record.sketch.title_digest
        brief = record.sketch.tokens < limits.NOTICE_BODY_TOKENS_MAX and not seen.same_address
        if brief and len(titles) > 1 and title not in (0, *titles):
            return None
        if not seen.same_address and all(stands_in(record, known) for known in same):
            return None
        for known in same:
            size = record.sketch.tokens
            whole = passages([(0, size, 0)], LineMap(record.sketch.lines), [known.id]) if seen.lines else ()
            again = not all(earlier_version(other, record) for other in same)
            tie = Basis.SAME_PUBLISHER if same_publisher(record, known) else same_place(record, known)
            verdict = Verdict(
                kind=VerdictKind.DUPLICATE if again else VerdictKind.UPDATE,
                extent=None,
                story=known.story_id,
                original=self._goes_back_to(known),
                share=1.0,
                source_share=1.0,
                boilerplate_share=seen.boilerplate_share,
                passages=whole,
                sources=(Source(known.id, known.publisher, 1.0, 1.0),),
                credit=_credit(record),
                basis=(Basis.SAME_BODY, tie),
            )
            return Judged(verdict, known.story, [(0, size)])
        return None

    def _search(self, seen: Seen) -> tuple[list[Match], dict[int, list[Run]]]:
        for _ in range(2):
            votes = _usable(seen, seen.held)
            chains = self._chains(seen, votes)
            matches = [self._match(seen, number, runs) for number, runs in chains.items()]
            matches = [match for match in matches if self._hopeful(seen, match, set(chains))]
            good = self._accepted(seen, votes, chains, matches)
            good = [
                match
                for match in good
                if match.same_url
                or not (match.same_body and match.same_site and stands_in(seen.record, match.known))
            ]
            good = self._not_only_quoted(seen, votes, chains, good)
            if seen.same_address and not any(match.same_url for match in good):
                good += self._by_address(seen)
            shared, found = self._shared(seen), good
            good = shared.without_forms(good, matches)
            letters = good != found and any(shared.to_the_letter(match) for match in good)
            kept = {match.known.number for match in (found if letters else good)}
            repeated = {
                sample
                for article, sample, _ in votes
                if article not in kept and self._kept[article].record.domain == seen.record.domain != ""
            }
            if not repeated:
                break
            seen.set_aside(repeated)
        if good:
            kept = {match.known.number for match in found}
            further = [
                m
                for m in matches
                if m.known.number not in kept and (also_source(m) or later_version_of(m, good))
            ]
            good += self._not_only_quoted(seen, votes, chains, further)
        return good, chains

    def _not_only_quoted(
        self,
        seen: Seen,
        votes: list[tuple[int, int, int]],
        chains: dict[int, list[Run]],
        matches: list[Match],
    ) -> list[Match]:
        """Matches without those of other publishers that share no more than what both quote."""
        kept = []
        for match in matches:
            runs = chains[match.known.number]
            more = match.same_url or match.same_site
            if more or _more_than_quoted(seen, votes, runs, match, self._kept[match.known.number]):
                kept.append(match)
                continue
            ordered = self._in_order(seen, votes, chains, match)
            kept += [] if ordered is None else [ordered]
        return kept

    def _accepted(
        self,
        seen: Seen,
        votes: list[tuple[int, int, int]],
        chains: dict[int, list[Run]],
        matches: list[Match],
    ) -> list[Match]:
        found = []
        for match in matches:
            if accepted(match) or self._version(seen, match):
                found.append(match)
                continue
            ordered = self._in_order(seen, votes, chains, match)
            found += [] if ordered is None else [ordered]
        return found

    def _in_order(
        self,
        seen: Seen,
        votes: list[tuple[int, int, int]],
        chains: dict[int, list[Run]],
        match: Match,
    ) -> Match | None:
        """A match of another publisher as one whose words were changed one by one; None where they were not."""
        before = match.measures.hits and match.measures.before
        if match.same_site or match.same_url or before:
            return None
        number, sketch = match.known.number, seen.record.sketch
        kept = self._kept[number]
        if not kept_in_order(
            [(sample, there) for article, sample, there in votes if article == number],
            [sample for _, sample, _ in seen.held],
            seen.ids,
            seen.positions,
            seen.template,
            ((sketch.main_start, sketch.main_end), kept.main),
            (_quoted(seen.record), _quoted(kept.record)),
        ):
            return None
        lone = tuple(run.edges for run in chains[number] if run.hits == 1)
        return dataclasses.replace(match, in_order=True, runs=(*match.firm, *lone))

    def _hopeful(self, seen: Seen, match: Match, candidates: set[int]) -> bool:
        known = match.known
        on_site = known.domain == seen.record.domain
        if (
            not on_site
            and known.story != known.number
            and known.story in candidates
            and self._kept[known.story].record.domain == known.domain != ""
            and match.measures.words >= limits.SECOND_WORDS_MIN
            and not match.measures.before
        ):
            return True
        return (
            match.known.number in seen.same_address
            or (on_site and match.same_body)
            or not hopeless(match.measures, match.same_title, match.words_scale, on_site)
        )

    def _version(self, seen: Seen, match: Match) -> bool:
        if not match.same_site or match.same_url or not may_be_version(match.measures):
            return False
        inside = seen.inside(match)
        times = Counter(seen.ids)
        again = sum(times[seen.ids[i]] > 1 for i in seen.inside(match, template=True))
        whole = len(seen.inside(match, template=True))
        m = match.measures
        measured = Measured(
            match.known.number, 0, 1, match.same_title, m.hits, m.longest, m.words, m.tails, m.first, 0, 0,
            m.containment_here, m.containment_there, m.lead_here, m.lead_there,
        )  # fmt: skip
        return later_version(
            seen.record,
            match.known,
            measured,
            m.hits / len(inside) if inside else 0.0,
            again / whole if whole else 0.0,
            len(match.firm),
        )

    def _shared(self, seen: Seen) -> Shared:
        def samples_of(number: int) -> set[int]:
            return {sample for article, sample, _ in _usable(seen, seen.held) if article == number}

        def inside(match: Match) -> int:
            return len(seen.inside(match))

        def template_inside(match: Match) -> int:
            return len(seen.inside(match, template=True)) - len(seen.inside(match))

        sketch = seen.record.sketch
        main = {
            i
            for i, position in enumerate(seen.positions)
            if not seen.template[i] and sketch.main_start <= position < sketch.main_end
        }
        return Shared(
            sketch.title_digest,
            seen.words_scale,
            sketch.main_start,
            main,
            samples_of,
            inside,
            template_inside,
            lambda number: sum(seen.template[s] for article, s, _ in seen.held if article == number),
        )

    def _chains(self, seen: Seen, votes: list[tuple[int, int, int]]) -> dict[int, list[Run]]:
        """The runs of each candidate, lone hits among them, by number."""
        counts = Counter(article for article, _, _ in votes)
        ranked = sorted(
            (-count, article) for article, count in counts.items() if count >= limits.CANDIDATE_HITS_MIN
        )
        chosen = {article for _, article in ranked[: limits.CANDIDATES_MAX]} | seen.same_address
        return {
            number: _chained([(seen.positions[s], p) for article, s, p in votes if article == number])
            for number in sorted(chosen)
        }

    def _by_address(self, seen: Seen) -> list[Match]:
        """The article of this address, compared as if both pages were article from end to end."""
        chains = self._chains(seen, sorted([*seen.votes, *seen.taken]))
        size = len(seen.main)
        yes = [True] * size
        whole = dataclasses.replace(seen, main=yes, prose=yes, boiler=[False] * size, _own=bytes(yes))
        matches = [
            self._match(whole, number, chains[number], (0, NO_POSITION))
            for number in sorted(seen.same_address)
        ]
        return [match for match in matches if accepted(match)][:1]

    def _match(self, seen: Seen, number: int, runs: list[Run], there: tuple[int, int] | None = None) -> Match:
        record, known = seen.record, self._known(number)
        row = _measured(seen, [run for run in runs if run.hits > 1], there or self._kept[number].main)
        row["singles"] = sum(run.hits == 1 for run in runs)
        we_name_it = any(strong(c) and credits_any(c, known.brands) for c in record.credits)
        it_names_us = known.credit is not None and credits_any(known.credit, _brands(record))
        title = record.sketch.title_digest
        same_title = title != 0 and title == known.title_digest
        named = we_name_it or it_names_us
        edges = [run.edges for run in runs if run.hits > 1]
        if same_title or named:
            edges += [run.edges for run in runs if run.hits == 1]
        return Match(
            known=known,
            measures=named_measures(row, seen.own_tokens, known.own_tokens),
            runs=tuple(edges),
            firm=tuple(run.edges for run in runs if run.hits > 1),
            same_url=number in seen.same_address,
            same_site=same_publisher(record, known),
            of_site=record.domain == known.domain != "",
            same_title=same_title,
            same_body=known.body_xxh3 == record.body_xxh3,
            names=named,
            succeeds=number in seen.succeeded
            or (
                0 < known.version < record.version and (known.domain, known.id) == (record.domain, record.id)
            ),
            words_scale=seen.words_scale,
        )

    def _known(self, number: int) -> Known:
        kept = self._kept[number]
        record = kept.record
        return Known(
            number=number,
            story=kept.story,
            story_id=kept.verdict.story,
            id=record.id,
            url=record.url,
            publisher=record.publisher,
            host=record.host,
            domain=record.domain,
            brands=_brands(record),
            published_at_ms=record.published_at_ms,
            position=record.position,
            body_xxh3=record.body_xxh3,
            title_digest=record.sketch.title_digest,
            main=kept.main,
            own_tokens=kept.own_tokens,
            kind=kept.verdict.kind,
            original=kept.verdict.original,
            credit=next((c for c in record.credits if strong(c)), None),
            version=record.version,
            date_doubt=record.date_doubt,
            fresh=kept.fresh,
        )

    # ---- what is said
    def _new(self, seen: Seen) -> Judged:
        record = seen.record
        outside = external_credit(record)
        another = outside is not None and not credits_any(outside, _brands(record))
        verdict = Verdict(
            kind=VerdictKind.REPUBLICATION if another else VerdictKind.ORIGINAL,
            extent=Extent.FULL if another else None,
            story=record.id,
            original=_outside(outside) if another and outside is not None else None,
            share=0.0,
            source_share=0.0,
            boilerplate_share=seen.boilerplate_share,
            passages=(),
            sources=(),
            credit=_credit(record),
            basis=(Basis.CREDIT,) if another else (Basis.FIRST_SEEN,),
        )
        return Judged(verdict, None, [])

    def _verdict(self, seen: Seen, good: list[Match], chains: dict[int, list[Run]]) -> Judged:
        shared = self._shared(seen)
        sources = cover(shared.without_witnesses(good), seen.own())
        succeeded = [match for match in good if match.succeeds]
        if succeeded:
            named = next((c for c in sources if c.match is succeeded[-1]), None)
            return self._newer_version(seen, named or Cover(succeeded[-1], 0), sources, good)
        at_address = [m for m in good if m.same_url]
        story = min((m.known.story for m in at_address), default=-1)
        ours = [Cover(m, 0) for m in at_address if m.known.story == story]
        ours = [c for c in sources if any(c.match is one.match for one in ours)] or ours
        if not ours and sources[0].match.same_site:
            ours = [sources[0]]
        if not ours:
            most = sources[0].match.measures.hits
            ours = [Cover(m, 0) for m in good if m.same_site and m.measures.hits >= most]
        if ours:
            first = max(c.match.measures.hits for c in ours)
            own = next(c for c in ours if c.match.measures.hits == first)
            own = next((c for c in sources if c.match is own.match), own)
            return self._newer_version(seen, own, sources, good)
        sources = [c for c in sources if not c.match.same_site]
        leading = lead(sources, named_whole(seen.record))
        source = leading.match.known
        # all of the story: of those who credit one and the same, the engine asks the newest only, which is equal
        others = [self._known(n) for n in self._story(source.story) if n != source.number]
        direction = directed(seen.record, _brands(seen.record), source, others, self._versions_after(source))
        if direction.late:
            return self._late(seen, good, leading.match, direction.basis, chains)
        original = _ingested(source) if direction.external is None else _outside(direction.external)
        if direction.external is None and source.renewed and source.story not in self._kept:
            original = source.original or original
        ordered = [leading, *(c for c in sources if c is not leading)]
        verdict, covered = self._drawn(seen, leading, ordered, source.story_id, original, direction.basis)
        parts = [
            p
            for c in sources
            for p in (c.match.measures.containment_here, c.match.measures.containment_there)
        ]
        if max(parts) < limits.PIECE_PART_MAX:
            covered = []
        return Judged(verdict, source.story, covered, also=shared.weak(leading.match))

    def _versions_after(self, source: Known) -> list[Known]:
        """What the source's publisher sent of its story after it."""
        later = [self._known(n) for n in self._story(source.story) if n > source.number]
        own = [known for known in later if known.domain and known.domain == source.domain]
        own = own[-limits.STORY_CREDITS_LOOKED_AT_MAX :]
        return [known for known in own if known.kind is not VerdictKind.REPUBLICATION]

    def _story(self, story: int) -> list[int]:
        """What lives of a story."""
        return [number for number in (story, *self._members.get(story, [])) if number in self._kept]

    def _newer_version(self, seen: Seen, source: Cover, sources: list[Cover], good: list[Match]) -> Judged:
        known = source.match.known
        here = [known] if source.match.same_url else []
        here += [o for o in map(self._known, sorted(seen.same_address)) if o.story == known.story]
        basis = [same_place(seen.record, here[0])] if here else []
        basis += [Basis.SAME_PUBLISHER] if source.match.same_site else []
        first = self._goes_back_to(known)
        ordered = [source, *(c for c in sources if c is not source)]
        verdict, covered = self._drawn(seen, None, ordered, known.story_id, first, tuple(basis))
        others = {c.match.known.id for c in sources}
        name = known.id if first.id is None or first.id in others else first.id
        verdict = replace(
            verdict,
            passages=tuple(
                replace(p, source=name if p.source == known.id else p.source) for p in verdict.passages
            ),
            sources=tuple(replace(s, id=name if s.id == known.id else s.id) for s in verdict.sources),
        )
        if not source.match.succeeds and older_version(seen.record, known):
            verdict = replace(verdict, kind=VerdictKind.DUPLICATE)
        for other in good:
            if other.same_site and other.known.story == known.story and other.known.number != known.number:
                covered += [(run[0], run[1]) for run in other.firm]
        return Judged(verdict, known.story, covered, also=self._shared(seen).weak(source.match))

    def _drawn(
        self,
        seen: Seen,
        leading: Cover | None,
        sources: list[Cover],
        story: str,
        original: Original,
        basis: tuple[Basis, ...],
    ) -> tuple[Verdict, Ranges]:
        sketch = seen.record.sketch
        lines, own = LineMap(sketch.lines), seen.own()
        main = (sketch.main_start, sketch.main_end)
        doubtful = self._shared(seen).doubtful(sources[0].match)
        explained = []
        for source in sources:
            runs = source.match.runs
            ranges: Iterable[tuple[int, int]] = [(run[0], run[1]) for run in runs]
            if leading is not None and not doubtful:
                both = min(source.match.measures.containment_here, source.match.measures.containment_there)
                alike = both >= limits.FILL_EDGE_PART_MIN
                edge = limits.FILL_EDGE_ALIKE_TOKENS_MAX if alike else limits.FILL_EDGE_TOKENS_MAX
                ranges = filled(runs, main, self._kept[source.match.known.number].main, edge)
            ranges = snapped(ranges, lines.starts, lines.ends)
            if leading is None:
                ranges = inside(ranges, main)
            elif sketch.title_found:
                ranges = inside(ranges, (main[0], sketch.tokens))
            explained.append(ranges)
        stretches = painted(explained, sketch.tokens)
        alone = len(sources) == 1
        page = main[1] - main[0] < limits.ARTICLE_ALONE_PART_MIN * sketch.tokens
        if leading is not None and not doubtful and page:
            there = self._kept[sources[0].match.known.number].main if alone else (0, 0)
            own = trimmed(own, stretches, sources[0].match.runs, there, sources[0].match.same_title)
        held = [0] * len(sources)
        for start, end, index in stretches:
            held[index] += sum(own[start:end])
        by_first = [(start, end) for start, end, index in stretches if index == 0]
        changed = self._reworded(seen, sources[0].match, by_first) if doubtful else 0
        held[0] = max(0, held[0] - changed)
        parts = [round(c.match.measures.containment_there, 4) for c in sources]
        if not changed:
            parts[0] = self._held_there(sources[0].match, by_first)
        share = _ratio(sum(held), sum(own))
        verdict = Verdict(
            kind=VerdictKind.UPDATE if leading is None else VerdictKind.REPUBLICATION,
            extent=None
            if leading is None
            else self._extent(share, leading.match, [c.match for c in sources], self._shared(seen)),
            story=story,
            original=original,
            share=share,
            source_share=parts[0],
            boilerplate_share=seen.boilerplate_share,
            passages=passages(stretches, lines, [c.match.known.id for c in sources]),
            sources=tuple(
                Source(
                    c.match.known.id,
                    c.match.known.publisher,
                    _ratio(held[i], sum(own)),
                    parts[i],
                )
                for i, c in enumerate(sources)
            ),
            credit=_credit(seen.record, sources[0].match.known.brands),
            basis=basis,
        )
        return verdict, [(start, end) for start, end, _ in stretches]

    def _held_there(self, match: Match, covered: list[tuple[int, int]]) -> float:
        """The part of a source that stands here, what is taken for its beyond the outermost hits included."""
        part, main = match.measures.containment_there, match.known.main
        if not match.firm or not match.known.own_tokens:
            return round(part, 4)
        first, last = min(match.firm, key=lambda run: run[2]), max(match.firm, key=lambda run: run[3])
        grown = sum(max(0, min(first[0] - a, first[2] - main[0])) for a, b in covered if a <= first[0] < b)
        grown += sum(max(0, min(b - last[1], main[1] - last[3])) for a, b in covered if a < last[1] <= b)
        return round(min(1.0, part + grown / match.known.own_tokens), 4)

    def _reworded(self, seen: Seen, match: Match, covered: list[tuple[int, int]]) -> int:
        """Own tokens of what is taken for a candidate's that stand only in samples that it does not hold."""
        theirs = self._shared(seen).samples_of(match.known.number)
        sizes = range(limits.SHINGLE_TOKENS)
        missing = [
            i
            for i, at in enumerate(seen.positions)
            if i not in theirs
            and not seen.template[i]
            and any(start <= at and at + limits.SHINGLE_TOKENS <= end for start, end in covered)
        ]
        apart = {seen.positions[i] + n for i in missing for n in sizes}
        apart -= {seen.positions[i] + n for i in theirs for n in sizes}
        tokens = sum(own for t, own in enumerate(seen.own()) if t in apart)
        return min(tokens, limits.REWORDED_TOKENS_A_SAMPLE * len(missing))

    def _extent(self, share: float, leading: Match, matches: list[Match], shared: Shared) -> Extent:
        if shared.weak(leading) and share < limits.FULL_VERSION_SHARE_MIN:
            return Extent.PARTIAL
        versions = [match.measures for match in matches if match.known.story == leading.known.story]
        part = max(m.containment_there for m in versions)
        told = extent(share, part, max(m.lead_there for m in versions))
        later = share >= limits.FULL_VERSION_SHARE_MIN and self._versions_after(leading.known)
        return extent(share, part, 1.0) if later else told

    # ---- late originals
    def _late(
        self,
        seen: Seen,
        good: list[Match],
        leading: Match,
        basis: tuple[Basis, ...],
        chains: dict[int, list[Run]],
    ) -> Judged:
        record, story = seen.record, leading.known.story
        verdict = Verdict(
            kind=VerdictKind.ORIGINAL,
            extent=None,
            story=leading.known.story_id,
            original=None,
            share=0.0,
            source_share=0.0,
            boilerplate_share=seen.boilerplate_share,
            passages=(),
            sources=(),
            credit=_credit(record),
            basis=basis,
        )
        judged = Judged(verdict, story, [])
        for match in good:
            known = match.known
            if match.same_site:
                continue
            if (
                known.story == story
                or directed(record, _brands(record), known, [], self._versions_after(known)).late
            ):
                runs = [run for run in chains[known.number] if run.hits > 1]
                judged.takes_over.append((known.number, runs))
                judged.corrections.append(self._correct_copy(record, match, runs, basis))
        done = {number for number, _ in judged.takes_over}
        whole = leading.measures.containment_here >= limits.STORY_TAKEN_PART_MIN
        for number in self._story(story):
            if number in done:
                continue
            credit = self._known(number).credit
            if whole or (credit is not None and credits_any(credit, _brands(record))):
                judged.corrections.append(self._correct_member(record, number, basis))
        return judged

    def _correct_copy(
        self, record: SketchRecord, match: Match, runs: list[Run], basis: tuple[Basis, ...]
    ) -> Correction:
        kept, m = self._kept[match.known.number], match.measures
        lines = LineMap(kept.record.sketch.lines)
        size = lines.ends[-1] if lines.ends else 0
        ranges = [(run.there, min(run.there_end, size)) for run in runs if run.there < size]
        share, source_share = round(m.containment_there, 4), round(m.containment_here, 4)
        verdict = replace(
            kept.verdict,
            kind=VerdictKind.REPUBLICATION,
            extent=extent(share, source_share, m.lead_here),
            original=_this(record),
            share=share,
            source_share=source_share,
            passages=passages(painted([snapped(ranges, lines.starts, lines.ends)], size), lines, [record.id]),
            sources=(Source(record.id, record.publisher, share, source_share),),
            basis=basis,
        )
        return self._correct(kept, verdict, record.position)

    def _correct_member(self, record: SketchRecord, number: int, basis: tuple[Basis, ...]) -> Correction:
        kept = self._kept[number]
        old = kept.verdict
        first = old.sources[0] if old.sources else None
        gone = old.original.id if old.original is not None else None
        gone = gone or (first.id if first is not None else None)
        again = old.kind in (VerdictKind.UPDATE, VerdictKind.DUPLICATE)
        same_site = same_publisher(record, self._known(number))
        verdict = replace(
            old,
            kind=old.kind if again and same_site else VerdictKind.REPUBLICATION,
            extent=None if again and same_site else old.extent or Extent.FULL,
            original=_this(record),
            passages=tuple(
                replace(p, source=record.id if p.source == gone else p.source) for p in old.passages
            ),
            sources=(
                Source(
                    record.id,
                    record.publisher,
                    first.share if first is not None else old.share,
                    first.source_share if first is not None else old.source_share,
                ),
                *(s for s in old.sources if s.id not in (gone, record.id)),
            ),
            basis=basis,
        )
        return self._correct(kept, verdict, record.position)

    def _correct(self, kept: Kept, verdict: Verdict, cause: RawPosition) -> Correction:
        record = kept.record
        kept.verdict = verdict = _with_own_date(verdict, record)
        return Correction(
            record.id, record.position, record.body_xxh3, verdict, CorrectionReason.LATE_ORIGINAL, cause
        )

    # ---- names
    def _goes_back_to(self, known: Known) -> Original:
        original = self._kept[known.number].verdict.original
        if known.kind in (VerdictKind.UPDATE, VerdictKind.DUPLICATE) and original is not None:
            return original
        return _ingested(known)


# ---- without state
def _identities(record: SketchRecord) -> tuple[Hashable, Hashable, Hashable]:
    """Under what this very article may have come before: its address, its id on its site, its body."""
    url = record.url.partition("#")[0]
    if url and not names_page(url):
        url = ""
    address = url or (record.position.offset, record.domain, record.body_xxh3)
    id_ = record.id if names_page(record.id) else (record.id, record.body_xxh3)
    return ("url", address), ("id", record.domain, id_), ("body", record.body_xxh3)


def _brands(record: SketchRecord) -> tuple[str, ...]:
    return brand_keys(record.publisher, record.host, record.domain)


def _usable(seen: Seen, votes: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    return [vote for vote in votes if not seen.template[vote[1]]]


def _more_than_quoted(
    seen: Seen, votes: list[tuple[int, int, int]], runs: list[Run], match: Match, kept: Kept
) -> bool:
    """Whether an article and one that came before share more than what both quote."""
    size, (start_there, end_there) = limits.SHINGLE_TOKENS, kept.main
    here_quoted, there_quoted = _quoted(seen.record), _quoted(kept.record)
    shared: dict[int, bool] = {}  # token here: whether either article quotes it
    last = (-1, -1)
    for article, sample, there in votes:
        here = seen.positions[sample]
        held = any(
            run.hits > 1
            and run.here <= here <= run.here_end - size
            and run.there <= there <= run.there_end - size
            for run in runs
        )
        if article != kept.number or not held:
            continue
        step = here - last[0]
        solid = last[0] >= 0 and step == there - last[1] and step <= limits.SOLID_GAP_TOKENS
        for token in range(last[0] if solid else here, min(len(seen.main), here + size)):
            source = there - here + token
            if start_there <= source < end_there:
                quoted = token in here_quoted or source in there_quoted
                shared[token] = shared.get(token, False) or quoted
        last = (here, there)
    own = [token for token, is_own in enumerate(seen.own()) if is_own]
    quoted_words = sum(shared.get(token, False) for token in own)
    plain = {token for token in own if shared.get(token) is False}
    longest = max((sum(t in plain for t in range(r.here, r.here_end)) for r in runs if r.hits > 1), default=0)
    scale = match.words_scale
    measures = match.measures
    if min(measures.containment_here, measures.containment_there) >= limits.WHOLE_PART_MIN:
        return True
    if match.in_order or (match.same_title and match.names):
        return True
    if match.same_title or match.names:
        named = len(plain) >= limits.PLAIN_NAMED_TOKENS_MIN * scale
        return quoted_words < limits.QUOTATION_WORDS_MIN or named
    inside = len(seen.inside(match))
    if (
        max(measures.containment_here, measures.containment_there) < limits.SCATTERED_PART_MAX
        and max(measures.lead_here, measures.lead_there) < limits.SCATTERED_LEAD_MAX
        and longest < limits.SCATTERED_RUN_TOKENS_MAX
        and (measures.hits / inside if inside else 0.0) < limits.SCATTERED_DENSITY_MAX
    ):
        return False
    if longest >= limits.PLAIN_RUN_TOKENS_MIN * scale or len(plain) >= limits.PLAIN_TOKENS_MIN * scale:
        return True
    ours = sum(token not in here_quoted for token in own)
    theirs = kept.own_tokens - sum(start_there <= token < end_there for token in there_quoted)
    part = limits.PLAIN_PART_MIN * min(ours, max(0, theirs))
    return len(plain) >= max(part, limits.PLAIN_PART_TOKENS_MIN * scale)


def _quoted(record: SketchRecord) -> set[int]:
    """The tokens that an article quotes."""
    quoted = np.empty(record.sketch.tokens, np.uint8)
    unpack_quoted(np.frombuffer(record.quoted, np.uint8), len(quoted), quoted)
    return set(np.flatnonzero(quoted).tolist())


def _chained(hits: list[tuple[int, int]]) -> list[Run]:
    """Runs of one candidate's hits (place here, place there), in the order in which they begin here."""
    size = limits.SHINGLE_TOKENS
    runs: list[Run] = []
    growing: list[Run] = []  # the newest last
    for here, there in hits:
        for run in reversed(growing):
            step, step_there = here - (run.here_end - size), there - (run.there_end - size)
            near = 0 < step_there <= limits.RUN_SOURCE_GAP_TOKENS_MAX and step <= limits.RUN_GAP_TOKENS_MAX
            drift = abs(step - step_there)
            if near and (drift <= limits.RUN_DRIFT_TOKENS_MIN or 2 * drift <= max(step, step_there)):
                run.solid += min(step, limits.SOLID_GAP_TOKENS)
                run.here_end, run.there_end = here + size, there + size
                run.hits += 1
                break
        else:
            run = Run(here, here + size, there, there + size, 1, size)
            runs.append(run)
            growing = [*growing, run][-OPEN_RUNS_MAX:]
    return runs


def _measured(seen: Seen, runs: list[Run], main_there: tuple[int, int]) -> dict[str, int]:
    """One candidate's numbers, by the names of MEASURES."""
    row = dict.fromkeys(MEASURES.names or (), 0)
    size = len(seen.main)
    own = [t for t, is_own in enumerate(seen.own()) if is_own]
    own_prose = {t for t in own if seen.prose[t]}
    main = [t for t in range(size) if seen.main[t]]
    main_start, main_end = (main[0], main[-1] + 1) if main else (size, size)
    start_there, end_there = main_there
    begins = min((at for at in seen.positions if at >= main_start), default=0)
    for run in runs:
        if run.here == begins and run.there - start_there == begins - main_start < limits.WINNOW_WINDOW:
            run.solid += begins - main_start
            run.here, run.there = main_start, start_there
    first: list[int] = []
    words_of: list[int] = []
    for run in runs:
        end = min(size, run.here_end)
        inside = _overlap((run.there, run.there_end), main_there)
        words = sum(t in own_prose for t in range(run.here, end))
        words = min(words * inside // max(1, run.there_end - run.there), run.solid)
        row["hits"] += run.hits
        row["longest"] = max(row["longest"], words)
        row["words"] += words
        if words >= limits.PIECE_WORDS_MIN:
            row["pieces"] += words
            first.append(run.here)
        row["any"] += end - run.here
        row["there"] += inside
        row["lead_there"] += _overlap(
            (run.there, run.there_end), (start_there, start_there + limits.LEAD_TOKENS)
        )
        words_of.append(words)
    row["before"] = int(all(min(size, r.here_end) <= main_start or r.there_end <= start_there for r in runs))
    row["first"] = min(first, default=-1)
    foot = _foot(runs, words_of, main_end, end_there)
    row["tails"] = sum(words_of[i] for i in foot)
    row["rest"] = max((words for i, words in enumerate(words_of) if i not in foot), default=0)
    explained = {t for run in runs for t in range(run.here, min(size, run.here_end))}
    row["own"] = sum(t in explained for t in own)
    row["lead_here"] = sum(t in explained for t in own[: limits.LEAD_TOKENS])
    return row


def _foot(runs: list[Run], words_of: list[int], end: int, end_there: int) -> set[int]:
    """Which runs end both main regions, and which stand close before those; none where they have no words."""
    gap, tail = limits.RUN_SOURCE_GAP_TOKENS_MAX, limits.TAIL_TOKENS
    inside = [i for i, run in enumerate(runs) if run.here < end and run.there < end_there]
    foot = {i for i in inside if runs[i].here_end + tail >= end and runs[i].there_end + tail >= end_there}
    while any(words_of[i] for i in foot):
        start = min(end, *(runs[i].here for i in foot))
        start_there = min(end_there, *(runs[i].there for i in foot))
        near = {
            i
            for i in inside
            if runs[i].here_end + gap >= start and runs[i].there_end + gap >= start_there and i not in foot
        }
        if not near:
            break
        foot.add(min(near))
    return foot


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _ratio(part: int, whole: int) -> float:
    return round(min(1.0, part / whole), 4) if whole else 0.0


def _credit(record: SketchRecord, brands: tuple[str, ...] = ()) -> Credit | None:
    """The credit that is shown: one that names the source, if there is, before the strongest."""
    if not record.credits:
        return None
    best = next((c for c in record.credits if strong(c) and c.key in brands), record.credits[0])
    return Credit(best.kind, best.name, best.key, best.agency, "", best.start, best.end, best.scope)


def _with_own_date(verdict: Verdict, record: SketchRecord) -> Verdict:
    if record.date_doubt is None:
        return verdict
    return replace(verdict, basis=(*verdict.basis, Basis(f"date_{record.date_doubt.value}")))


def _ingested(known: Known) -> Original:
    return Original(known.id, known.url or None, known.publisher, known.published_at_ms, True, known.position)


def _this(record: SketchRecord) -> Original:
    return Original(
        record.id, record.url or None, record.publisher, record.published_at_ms, True, record.position
    )


def _outside(credit: RecordCredit) -> Original:
    return Original(None, None, credit.name, None, False, None)
