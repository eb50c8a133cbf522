"""Which watches match a verdict: compiled so that ten thousand of them cost next to nothing where none matches.

Each watch is filed once, under its most selective condition: story, publisher, credit, copier, language; only one without
any of these is looked at for every verdict. A verdict asks for the few keys that it has. An original asks only where some
watch wants originals. What is found is checked in full, and comes in the order of the watches' ids: the same watches say the
same of a record on every replica.

Lists are replaced and never changed, because a huge record is rendered in a thread while the event loop takes in a change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from wirecopy.core.model import Correction, Original, Verdict
from wirecopy.core.publishers import agency_key, fold_name
from wirecopy.shell.desk.parties import Parties, Party, same
from wirecopy.shell.desk.watches.watch import Watch

Key = tuple[str, str]
EVERY: Final[Key] = ("every", "")


@dataclass(frozen=True, slots=True)
class Judged:
    """What watches ask of an article: who published it where, in which language ("" unknown), and its verdict."""

    id: str
    publisher: str
    url: str
    language: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Copier:
    """Whose article it is, as far as a record says. In a correction only the id is known: None for the rest."""

    party: Party | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """A watch that matches. `share`, `words`: what counted for it. `unasked`: conditions that a correction cannot answer."""

    watch: Watch
    share: float
    words: int
    unasked: tuple[str, ...]
    licensed: bool | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    watch: Watch
    publishers: tuple[Party, ...]
    copied_by: tuple[Party, ...]
    credits: frozenset[str]
    languages: tuple[str, ...]
    keys: tuple[Key, ...]


class CompiledWatches:
    """The watches of a list by what they ask for. `matches` may run in any thread, `put` and `remove` on the event loop."""

    def __init__(self, parties: Parties) -> None:
        self.parties = parties
        self._watches: dict[str, _Compiled] = {}
        self._filed: dict[Key, tuple[_Compiled, ...]] = {}
        self._kinds: Counter[str] = Counter()  # watches that ask for each verdict
        self._recalls: dict[Key, tuple[_Compiled, ...]] = {}  # those that want recalls

    def __len__(self) -> int:
        return len(self._watches)

    def get(self, id_: str) -> Watch | None:
        found = self._watches.get(id_)
        return None if found is None else found.watch

    def ids(self) -> Collection[str]:
        return self._watches.keys()

    def all(self) -> list[Watch]:
        """By id."""
        return [self._watches[id_].watch for id_ in sorted(self._watches)]

    # ---- changes
    def put(self, watch: Watch) -> None:
        """Add a watch, in place of one with its id."""
        self.remove(watch.id)
        compiled = self._compile(watch)
        self._watches[watch.id] = compiled
        self._kinds.update(watch.verdicts)
        for key in compiled.keys:
            self._filed[key] = (*self._filed.get(key, ()), compiled)
        for key in _recall_keys(compiled):
            self._recalls[key] = (*self._recalls.get(key, ()), compiled)

    def remove(self, id_: str) -> bool:
        """Whether there was such a watch."""
        compiled = self._watches.pop(id_, None)
        if compiled is None:
            return False
        self._kinds.subtract(compiled.watch.verdicts)
        _unfile(self._filed, compiled.keys, compiled)
        _unfile(self._recalls, _recall_keys(compiled), compiled)
        return True

    def _compile(self, watch: Watch) -> _Compiled:
        publishers = tuple(map(self.parties.asked, watch.publishers))
        copied_by = tuple(map(self.parties.asked, watch.copied_by))
        credited = frozenset(key for name in watch.credits for key in _credit_keys(name))
        languages = tuple(language.lower() for language in watch.languages)
        keys: set[Key] = {EVERY}
        if watch.stories:
            keys = {("story", story) for story in watch.stories}
        elif publishers:
            keys = {("from", key) for party in publishers for key in _party_keys(party)}
        elif credited:
            keys = {("credit", key) for key in credited}
        elif copied_by:
            keys = {("by", key) for party in copied_by for key in _party_keys(party)} | {("by", "")}
        elif languages:
            keys = {("in", language.partition("-")[0]) for language in languages} | {("in", "")}
        return _Compiled(watch, publishers, copied_by, credited, languages, tuple(sorted(keys)))

    # ---- matching
    def of_verdict(self, judged: Judged, licensed: Callable[[], bool | None]) -> list[Match]:
        """The watches that match the verdict on an article. `licensed` is asked at most once."""
        if not self._kinds[judged.verdict.kind]:
            return []
        copier = Copier(self.parties.of(judged.publisher, judged.url), judged.language.lower())
        return self._found(copier, judged.verdict, licensed)

    def of_correction(self, correction: Correction, licensed: Callable[[], bool | None]) -> list[Match]:
        """The same of a correction, which names neither its article's publisher nor its language."""
        verdict = correction.verdict
        if not self._kinds[verdict.kind]:
            return []
        return self._found(Copier(None, None), verdict, licensed)

    @property
    def recalling(self) -> bool:
        """Whether any watch wants recalls."""
        return bool(self._recalls)

    def of_recall(self, judged: Judged) -> list[Watch]:
        """The watches that are told of an update or a withdrawal, by id: the article is its publisher's own, so only whose it is,
        its story and its language are asked."""
        party, language = self.parties.of(judged.publisher, judged.url), judged.language.lower()
        asks = [EVERY, ("story", judged.verdict.story), *(("from", key) for key in _party_keys(party))]
        found = {one.watch.id: one for key in asks for one in self._recalls.get(key, ())}
        return [
            found[id_].watch
            for id_ in sorted(found)
            if (not found[id_].publishers or any(same(one, party) for one in found[id_].publishers))
            and (not found[id_].watch.stories or judged.verdict.story in found[id_].watch.stories)
            and (not found[id_].languages or _speaks(language, found[id_].languages))
        ]

    def _found(self, copier: Copier, verdict: Verdict, licensed: Callable[[], bool | None]) -> list[Match]:
        seen = _Seen(verdict, copier, self.parties)
        candidates: dict[str, _Compiled] = {}
        for key in seen.asks():
            for compiled in self._filed.get(key, ()):
                candidates[compiled.watch.id] = compiled
        found: list[Match] = []
        known: list[bool | None] = []
        for watch_id in sorted(candidates):
            compiled = candidates[watch_id]
            counted = seen.counted(compiled)
            if counted is None:
                continue
            if not known:
                known.append(licensed())
            if compiled.watch.unlicensed and known[0]:
                continue
            found.append(Match(compiled.watch, *counted, seen.unasked(compiled), known[0]))
        return found


class _Seen:
    """One verdict with what watches ask of it."""

    def __init__(self, verdict: Verdict, copier: Copier, parties: Parties) -> None:
        self.verdict = verdict
        self.copier = copier
        original = verdict.original
        self.original = None if original is None else _named(original, parties)
        self.sources = [
            (source, _source_party(source.id, source.publisher, original, parties))
            for source in verdict.sources
        ]
        credit = verdict.credit
        self.credits = frozenset(() if credit is None else _credit_keys(credit.name))

    def asks(self) -> Iterable[Key]:
        yield EVERY
        yield "story", self.verdict.story
        for party in (self.original, *(party for _, party in self.sources)):
            for key in () if party is None else _party_keys(party):
                yield "from", key
        for key in self.credits:
            yield "credit", key
        if self.copier.party is None:
            yield "by", ""
        else:
            for key in _party_keys(self.copier.party):
                yield "by", key
        language = self.copier.language
        yield "in", "" if language is None else language.partition("-")[0]

    def counted(self, compiled: _Compiled) -> tuple[float, int] | None:
        """The share and the words that count for a watch; None where it does not match."""
        watch, verdict = compiled.watch, self.verdict
        extent = None if verdict.extent is None else verdict.extent.value
        if verdict.kind.value not in watch.verdicts or (watch.extents and extent not in watch.extents):
            return None
        if watch.stories and verdict.story not in watch.stories:
            return None
        if compiled.credits and compiled.credits.isdisjoint(self.credits):
            return None
        if not self._by(compiled) or not self._in(compiled):
            return None
        counted = self._taken(compiled.publishers)
        if counted is None or counted[0] < watch.share_min or counted[1] < watch.words_min:
            return None
        return counted

    def _by(self, compiled: _Compiled) -> bool:
        party = self.copier.party
        return not compiled.copied_by or party is None or any(same(one, party) for one in compiled.copied_by)

    def _in(self, compiled: _Compiled) -> bool:
        language = self.copier.language
        return not compiled.languages or language is None or _speaks(language, compiled.languages)

    def _taken(self, publishers: Sequence[Party]) -> tuple[float, int] | None:
        """What of the article is these publishers': of its sources, or of the whole where only the original is theirs, as
        where a copy of a copy was found."""
        verdict = self.verdict
        words = sum(passage.words for passage in verdict.passages)
        if not publishers:
            return verdict.share, words
        theirs = [source for source, party in self.sources if any(same(one, party) for one in publishers)]
        if theirs:
            ids = {source.id for source in theirs}
            counted = sum(passage.words for passage in verdict.passages if passage.source in ids)
            return max(source.share for source in theirs), counted
        if self.original is not None and any(same(one, self.original) for one in publishers):
            return verdict.share, words
        return None

    def unasked(self, compiled: _Compiled) -> tuple[str, ...]:
        found = []
        if compiled.copied_by and self.copier.party is None:
            found.append("copied_by")
        if compiled.languages and self.copier.language is None:
            found.append("languages")
        return tuple(found)


def _named(original: Original, parties: Parties) -> Party:
    return parties.of(original.publisher, original.url or "")


def _source_party(id_: str, publisher: str, original: Original | None, parties: Parties) -> Party:
    """A source has no URL in the record; one that is the original has the original's."""
    if original is not None and original.id == id_ and original.publisher == publisher:
        return _named(original, parties)
    return parties.of(publisher)


def _recall_keys(compiled: _Compiled) -> tuple[Key, ...]:
    """Where a watch is filed for recalls: nowhere unless it wants them."""
    if not compiled.watch.recalls:
        return ()
    if compiled.watch.stories:
        return tuple(("story", story) for story in compiled.watch.stories)
    if compiled.publishers:
        return tuple({("from", key) for party in compiled.publishers for key in _party_keys(party)})
    return (EVERY,)


def _unfile(filed: dict[Key, tuple[_Compiled, ...]], keys: Iterable[Key], compiled: _Compiled) -> None:
    for key in keys:
        rest = tuple(one for one in filed[key] if one is not compiled)
        if rest:
            filed[key] = rest
        else:
            del filed[key]


def _speaks(language: str, asked: Iterable[str]) -> bool:
    return any(language == one or language.startswith(one + "-") for one in asked)


def _party_keys(party: Party) -> Iterable[str]:
    if party.domain:
        yield "/" + party.domain  # no name holds a slash
    yield from party.names


def _credit_keys(name: str) -> Iterable[str]:
    return {key for key in (agency_key(name), fold_name(name)) if key}
