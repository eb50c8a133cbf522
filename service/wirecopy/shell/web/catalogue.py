"""The newest judged articles, as the pages show them: publisher, time, verdict, corrections.

Every replica replays the whole fingerprint log, so every replica can show every article. The follower tells the catalogue
of each batch, and the catalogue keeps the newest `articles_max` in a ring. The pages do not use the engine's index: it finds
articles by number and key, not "the last fifty by this publisher", and it belongs to the follower.

Telling costs the pipeline one append per batch (`add_many`). `take` reads the records later, in slices of a few milliseconds
between other turns of the event loop. If more arrive than the slices can take, the oldest waiting ones are skipped and
counted (`passed_over`); the pipeline never waits.

Entries have dense serial numbers, ascending in the log's order. Every index below is a list of serials in that order, and an
entry that leaves the ring is the first in each of its lists.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wirecopy.core.fingerprint.record import identity_of
from wirecopy.core.model import Correction, Outcome, RawArticle, RawPosition, Refused, Verdict, VerdictKind
from wirecopy.shell.ports import LogRecord

WAITING_MAX: Final = (
    50_000  # records told and not yet taken: about 60 MB, reached while a log is caught up with
)
SLICE_RECORDS: Final = 16  # between two looks at the clock: some 0.4 ms
TITLE_CHARS_MAX: Final = 300  # kept of a title: three lines on a phone
HEADINGS_MAX: Final = 10_000  # titles known before their article is judged
NAMES_MAX: Final = 50_000  # publishers and domains that are kept once; beyond, the table begins anew
RATE_SECONDS: Final = 10  # over which articles a second are counted


@dataclass(frozen=True, slots=True)
class Entry:
    """One judged article. `verdict` is the first verdict, `corrected` the one that replaced it."""

    serial: int  # ours: dense, ascending
    log_offset: int
    log_time_ms: int
    id: str
    url: str
    publisher: str
    domain: str
    position: RawPosition
    published_at_ms: int | None
    body_xxh3: str
    verdict: Verdict
    corrected: Verdict | None = None
    correction: Correction | None = None  # the last one
    corrected_at_ms: int | None = None  # the log's time of the article that caused it
    title: str = ""  # "" while nobody has read the text here; clipped
    language: str = ""  # likewise
    read: bool = False  # title and language are what the record says, "" included

    @property
    def current(self) -> Verdict:
        """The verdict that is valid now."""
        return self.corrected or self.verdict

    @property
    def time_ms(self) -> int:
        """The publication time if it is stated, else the time of receipt."""
        return self.log_time_ms if self.published_at_ms is None else self.published_at_ms


@dataclass(frozen=True, slots=True)
class Filters:
    """What the viewer wants to see; empty means all. `publisher` is part of a name or domain, `copied` part of the name of
    somebody whose text a republication holds."""

    kinds: frozenset[VerdictKind] = frozenset()
    publisher: str = ""
    language: str = ""
    copied: str = ""

    def __bool__(self) -> bool:
        return bool(self.kinds or self.publisher or self.language or self.copied)


class Catalogue:
    """A ring of entries and the indexes to find them. Used on the event loop only, except for `heading`."""

    def __init__(self, articles_max: int) -> None:
        assert articles_max > 0
        self._articles_max = articles_max
        self._ring: list[Entry] = []
        self._next = 0  # serial of the next entry
        self._waiting: deque[tuple[Sequence[LogRecord], Sequence[Outcome | Refused]]] = deque()
        self._waiting_records = 0
        self._begun = 0  # records of the first waiting batch that are taken
        self._by_id: dict[str, list[int]] = {}
        self._by_position: dict[RawPosition, int] = {}
        self._stories: dict[str, list[int]] = {}
        self._copies: dict[str, list[int]] = {}
        self._names: dict[str, str] = {}  # publishers and domains: one object for each name
        self._headings: deque[tuple[RawPosition, str, str]] = deque(maxlen=HEADINGS_MAX)
        self._titles: OrderedDict[RawPosition, tuple[str, str]] = OrderedDict()
        self._seconds: deque[tuple[int, int]] = deque()  # (second, articles told in it)
        self.passed_over = 0
        self.received = 0
        self.changed: Callable[[Entry | None, Entry | None], None] = _nobody
        """Called for every entry that arrives (before: None), leaves (after: None) or gets another verdict."""

    # ---- on the pipeline's way
    def add_many(self, records: Sequence[LogRecord], outcomes: Sequence[Outcome | Refused]) -> None:
        """Add the outcomes of a batch of the log, in its order."""
        self._waiting.append((records, outcomes))
        self._waiting_records += len(records)
        self.received += len(records)
        self._count(len(records))
        while (
            self._waiting_records > WAITING_MAX and len(self._waiting) > 1
        ):  # a batch alone is bounded by its reader
            dropped, _ = self._waiting.popleft()
            self.passed_over += len(dropped) - self._begun
            self._waiting_records -= len(dropped) - self._begun
            self._begun = 0

    def add(self, log_offset: int, log_time_ms: int, value: bytes, outcome: Outcome | Refused) -> None:
        """Add the outcome of one log record."""
        self.add_many((LogRecord(log_offset, log_time_ms, value),), (outcome,))

    def heading(self, article: RawArticle) -> None:
        """Note an article's title and language when it is decoded here. Callable from any thread: one append."""
        self._headings.append((article.position, headline_of(article), article.language))

    # ---- taking in
    def take(self, seconds_max: float) -> int:
        """Take in waiting records for about this time; returns how many still wait."""
        give_up_at = time.perf_counter() + seconds_max
        self._take_headings()
        while self._waiting:
            records, outcomes = self._waiting[0]
            for index in range(self._begun, min(len(records), self._begun + SLICE_RECORDS)):
                # stepped over first: a record that we fail on is not met again
                self._begun += 1
                self._waiting_records -= 1
                outcome = outcomes[index]
                if isinstance(outcome, Outcome):
                    self._take(records[index], outcome)
            if self._begun == len(records):
                self._waiting.popleft()
                self._begun = 0
            if time.perf_counter() >= give_up_at:
                break
        return self._waiting_records

    def _take(self, record: LogRecord, outcome: Outcome) -> None:
        if outcome.redelivered and outcome.position in self._by_position:
            return
        who = identity_of(record.value)
        title, language, read = "", "", False
        known = self._titles.pop(outcome.position, None)
        if known is not None:
            (title, language), read = known, True
        entry = Entry(
            self._next,
            record.offset,
            record.append_time_ms,
            who.id,
            who.url,
            self._one(who.publisher),
            self._one(who.domain),
            outcome.position,
            who.published_at_ms,
            outcome.body_xxh3,
            outcome.verdict,
            title=title,
            language=self._one(language),
            read=read,
        )
        self._put(entry)
        if not outcome.redelivered:
            for correction in outcome.corrections:
                self._correct(correction, record.append_time_ms)

    def _put(self, entry: Entry) -> None:
        if len(self._ring) < self._articles_max:
            self._ring.append(entry)
        else:
            self._forget(self._ring[entry.serial % self._articles_max])
            self._ring[entry.serial % self._articles_max] = entry
        self._next += 1
        self.changed(None, entry)
        self._by_id.setdefault(entry.id, []).append(entry.serial)
        self._by_position[entry.position] = entry.serial
        self._stories.setdefault(entry.verdict.story, []).append(entry.serial)
        for id_ in _drawn_on(entry.verdict):
            self._copies.setdefault(id_, []).append(entry.serial)

    def _correct(self, correction: Correction, at_ms: int) -> None:
        serial = self._by_position.get(correction.position)
        if serial is None:
            return
        before = self._at(serial)
        after = replace(before, corrected=correction.verdict, correction=correction, corrected_at_ms=at_ms)
        self._ring[serial % self._articles_max] = after
        self.changed(before, after)
        if correction.verdict.story != before.current.story:
            _remove(self._stories, before.current.story, serial)
            _insert(self._stories, correction.verdict.story, serial)
        for id_ in _drawn_on(before.current) - _drawn_on(correction.verdict):
            _remove(self._copies, id_, serial)
        for id_ in _drawn_on(correction.verdict) - _drawn_on(before.current):
            _insert(self._copies, id_, serial)

    def _forget(self, entry: Entry) -> None:
        self.changed(entry, None)
        _remove(self._by_id, entry.id, entry.serial)
        _remove(self._stories, entry.current.story, entry.serial)
        for id_ in _drawn_on(entry.current):
            _remove(self._copies, id_, entry.serial)
        if self._by_position.get(entry.position) == entry.serial:
            del self._by_position[entry.position]

    def _take_headings(self) -> None:
        while self._headings:
            position, title, language = self._headings.popleft()
            if not self.note(position, title, language):
                self._titles[position] = (title, language)
        while len(self._titles) > HEADINGS_MAX:
            self._titles.popitem(last=False)

    def note(self, position: RawPosition, title: str, language: str) -> bool:
        """Set title (clipped) and language of an article that were read later; False if it is not in the catalogue."""
        serial = self._by_position.get(position)
        if serial is None:
            return False
        entry = self._at(serial)
        self._ring[serial % self._articles_max] = replace(
            entry, title=title, language=self._one(language), read=True
        )
        return True

    # ---- finding
    def __len__(self) -> int:
        return len(self._ring)

    @property
    def next_serial(self) -> int:
        """The serial of the next entry."""
        return self._next

    @property
    def first_serial(self) -> int:
        """The serial of the oldest entry."""
        return self._next - len(self._ring)

    def at(self, serial: int) -> Entry | None:
        return self._at(serial) if self.first_serial <= serial < self._next else None

    def serial_from(self, log_offset: int) -> int:
        """The serial of the first entry with this offset of the log or a later one."""
        low, high = self.first_serial, self._next
        while low < high:
            middle = (low + high) // 2
            if self._at(middle).log_offset < log_offset:
                low = middle + 1
            else:
                high = middle
        return low

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first. Do not use across an `await`: entries leave meanwhile."""
        return (self._at(serial) for serial in range(self.first_serial, self._next))

    def newest_first(self, before: int | None = None) -> Iterator[Entry]:
        """Entries with a serial below `before`, newest first. Do not use across an `await`."""
        end = self._next if before is None else min(before, self._next)
        return (self._at(serial) for serial in range(end - 1, self.first_serial - 1, -1))

    def latest(
        self,
        limit: int,
        kinds: Collection[VerdictKind] = (),
        publisher: str = "",
        language: str = "",
        before: int | None = None,
    ) -> list[Entry]:
        """The newest entries that match, newest first; the kind is that of the valid verdict."""
        return self.search(Filters(frozenset(kinds), publisher, language), limit, before, len(self._ring))[0]

    def search(
        self, filters: Filters, limit: int, before: int | None, scanned_max: int
    ) -> tuple[list[Entry], int | None]:
        """The newest that pass of at most `scanned_max` articles, and the serial before which to look on, or
        None where there is nothing left to look at.
        """
        passes = self.matcher(filters)
        found: list[Entry] = []
        for scanned, entry in enumerate(self.newest_first(before), 1):
            if passes(entry):
                found.append(entry)
            if len(found) == limit or scanned == scanned_max:
                return found, entry.serial if entry.serial > self.first_serial else None
        return found, None

    @staticmethod
    def matcher(filters: Filters) -> Matcher:
        return Matcher(filters)

    def by_id(self, id_: str) -> list[Entry]:
        """All with this id, oldest first: versions of one article, or articles of several publishers."""
        return [self._at(serial) for serial in self._by_id.get(id_, ())]

    def by_position(self, position: RawPosition) -> Entry | None:
        serial = self._by_position.get(position)
        return None if serial is None else self._at(serial)

    def story(self, story_id: str) -> list[Entry]:
        """The articles of a story in the catalogue, in the log's order."""
        return [self._at(serial) for serial in self._stories.get(story_id, ())]

    def copies_of(self, entry: Entry) -> list[Entry]:
        """Other publishers' articles that have this one as a source, in the log's order."""
        copies = (self._at(serial) for serial in self._copies.get(entry.id, ()))
        return [copy for copy in copies if _is_copy(copy, entry)]

    def articles_per_second(self) -> float:
        """Records per second over the last seconds."""
        now = int(time.monotonic())
        within = [count for second, count in self._seconds if now - RATE_SECONDS <= second < now]
        return sum(within) / RATE_SECONDS

    # ---- inside
    def _at(self, serial: int) -> Entry:
        return self._ring[serial % self._articles_max]

    def _one(self, name: str) -> str:
        """One object for equal names, to save memory. Bounded, since a name can be anything."""
        if len(self._names) > NAMES_MAX:
            self._names.clear()
        return self._names.setdefault(name, name)

    def _count(self, records: int) -> None:
        second = int(time.monotonic())
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1] = (second, self._seconds[-1][1] + records)
        else:
            self._seconds.append((second, records))
            while self._seconds[0][0] < second - RATE_SECONDS:
                self._seconds.popleft()


def _nobody(before: Entry | None, after: Entry | None) -> None:
    """No listener."""


class Matcher:
    """Whether an entry passes filters. A name is compared once: a catalogue has few of them."""

    def __init__(self, filters: Filters) -> None:
        self._filters = filters
        self._needle = filters.publisher.casefold()
        self._language = filters.language.casefold()
        self._copied = filters.copied.casefold()
        self._names: dict[str, bool] = {}

    def __call__(self, entry: Entry) -> bool:
        kinds = self._filters.kinds
        if kinds and entry.current.kind not in kinds:
            return False
        if self._needle and not (self._named(entry.publisher) or self._named(entry.domain)):
            return False
        if self._copied and not self._copies(entry.current):
            return False
        return not self._language or entry.language.casefold().startswith(self._language)

    def _copies(self, verdict: Verdict) -> bool:
        if verdict.kind is not VerdictKind.REPUBLICATION:
            return False
        original = () if verdict.original is None else (verdict.original.publisher,)
        names = (*original, *(source.publisher for source in verdict.sources))
        return any(self._copied in name.casefold() for name in names)

    def _named(self, name: str) -> bool:
        passes = self._names.get(name)
        if passes is None:
            if len(self._names) > NAMES_MAX:
                self._names.clear()
            passes = self._names[name] = self._needle in name.casefold()
        return passes


def headline_of(article: RawArticle) -> str:
    """Its title, or the first line of its text, clipped."""
    return clipped(article.title or article.text[: 2 * TITLE_CHARS_MAX].strip().partition("\n")[0])


def clipped(text: str) -> str:
    """A title cut to a displayable length."""
    text = " ".join(text[: 4 * TITLE_CHARS_MAX].split())
    return text if len(text) <= TITLE_CHARS_MAX else text[: TITLE_CHARS_MAX - 1].rstrip() + "…"


def _drawn_on(verdict: Verdict) -> set[str]:
    """Ids of the sources of another publisher's copy."""
    if verdict.kind is not VerdictKind.REPUBLICATION:
        return set()
    ids = {source.id for source in verdict.sources}
    if verdict.original is not None and verdict.original.id is not None:
        ids.add(verdict.original.id)
    return ids


def _is_copy(copy: Entry, of: Entry) -> bool:
    """Several sites may use one id: the position identifies the original, the publisher a further source."""
    original = copy.current.original
    if original is not None and original.id == of.id and original.position is not None:
        if original.position == of.position:
            return True
        if original.publisher != of.publisher:
            return False
    return any(source.id == of.id and source.publisher == of.publisher for source in copy.current.sources)


def _remove(index: dict[str, list[int]], key: str, serial: int) -> None:
    held = index[key]
    held.remove(serial)  # nearly always the first
    if not held:
        del index[key]


def _insert(index: dict[str, list[int]], key: str, serial: int) -> None:
    held = index.setdefault(key, [])
    held.append(serial)
    if len(held) > 1 and held[-2] > serial:
        held.sort()
