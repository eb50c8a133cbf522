"""`Index`: the engine for a Python program, without Kafka and without files.

Articles are judged in the order in which they are added, by the code that `scan` and the service use: an index that is
given a file's articles says of each what `scan` writes, to the byte.

One lock makes each call whole: an index may be used from several threads, and their order is that in which they come to
the lock. Nothing here waits for anything but that lock, so an event loop calls it in a thread (`asyncio.to_thread`), or
directly where a millisecond an article does not matter.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields as fields_of
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from wirecopy.core import limits
from wirecopy.core.engine import Engine
from wirecopy.core.fingerprint.propose import Proposal, propose
from wirecopy.core.model import Outcome, RawPosition, Rejected, RejectReason, Rewritten
from wirecopy.core.records.raw import FieldPaths, decode_raw
from wirecopy.core.records.shapes import PRESETS
from wirecopy.shell.library import saved
from wirecopy.shell.library.articles import Article, ArticleError, ArticleLike, plain_names, record_of
from wirecopy.shell.library.saved import Options, Saved
from wirecopy.shell.library.verdicts import Verdict, verdict_of
from wirecopy.shell.pipeline.scan_log import TOPIC, Clock, LogTime
from wirecopy.shell.pipeline.text_check import read_text

_UNITS_MS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_WINDOW_MS_MAX: Final = 36_500 * _UNITS_MS["d"]
_WINDOW: Final = re.compile(r"(\d{1,6})\s*([smhdw])")
_FIELDS: Final = tuple(place.name for place in fields_of(FieldPaths) if place.name != "presets")
_BATCH: Final = 128  # articles replayed together: each step then finds its code and data still in the cache


class Index:
    """What was published, and the verdicts on what comes.

    `window`: how long an article is remembered: a `timedelta`, or a number with `s`, `m`, `h`, `d` or `w` ("30d").
    `clock`: what moves the window. "none": nothing does, all articles are one window, as in `scan`. "published": the latest
    `published_at` so far. "arrival": the time of each call.
    `fields`: paths of the fields in a record, by name (`{"body": "content.text"}`), as in `scan --field`. `preset`: every
    record is in this format, as in `scan --preset`; without either, known formats are recognised.
    `aliases`: whom a publisher belongs to, by its name or domain.
    `rewritten`: what becomes of an article that tells another in other words. "on": it is a republication; "report": the
    verdict names its source beside; "off": none of this.

    ValueError for a window, a clock, a field, a preset or a mode that there is not; TypeError for a window of another type.
    """

    def __init__(
        self,
        *,
        window: str | timedelta = timedelta(milliseconds=limits.WINDOW_MS),
        clock: Literal["none", "published", "arrival"] = "none",
        fields: Mapping[str, str] | None = None,
        preset: str = "",
        aliases: Mapping[str, str] | None = None,
        rewritten: Literal["on", "report", "off"] = "on",
    ) -> None:
        mode = Rewritten(rewritten)
        options = Options(
            _window_ms(window),
            Clock(clock).value,
            dict(fields or {}),
            preset,
            dict(aliases or {}),
            mode.value,
        )
        self._begin(Saved(Engine(window_ms=options.window_ms, rewritten=mode), options, 0))

    def _begin(self, state: Saved) -> None:
        options = state.options
        unknown = sorted(set(options.fields) - set(_FIELDS))
        if unknown:
            raise ValueError(f"there is no field {unknown[0]!r}; there are {', '.join(_FIELDS)}")
        if options.preset and options.preset not in PRESETS:
            raise ValueError(f"there is no preset {options.preset!r}; there are {', '.join(PRESETS)}")
        presets = {"*": options.preset} if options.preset else {}
        self._options = options
        self._paths = FieldPaths(**options.fields, presets=presets)
        self._engine = state.engine
        self._next_number = state.next_number
        self._time = LogTime(Clock(options.clock), state.engine.stats().log_time_ms)
        self._lock = threading.RLock()

    def __len__(self) -> int:
        """Articles that are remembered."""
        return self._engine.stats().articles

    def __repr__(self) -> str:
        return f"<wirecopy.Index of {len(self):,} articles, window {self._options.window_ms / 86_400_000:g} days>"

    # ---- judging
    def add(self, article: ArticleLike) -> Verdict:
        """Judge an article against all that came before it, and remember it.

        ArticleError where it cannot be judged; it counts as an article of the order (`position`), and nothing else changes.
        TypeError for what is no article.
        """
        record = record_of(article)
        with self._lock:
            position = self._next_position()
            proposal = self._proposed(article, record, position)
            if isinstance(proposal, Rejected):
                raise ArticleError.of(proposal, position.offset)
            return self._judged([proposal])[0]

    def add_many(
        self,
        articles: Iterable[ArticleLike],
        unreadable: Callable[[ArticleError], None] | None = None,
    ) -> list[Verdict]:
        """`add` for each in turn, faster; the verdicts of those that could be judged, in order.

        `unreadable` is told of each that could not be. Without it the first raises its ArticleError: those before it are
        then remembered, and those after it are not. Other threads' articles may come between two of these.
        TypeError for what is no article, and for one text in place of several.
        """
        if isinstance(articles, str | bytes | bytearray | Article | Mapping):
            raise TypeError(
                f"add_many takes several articles, not one {type(articles).__name__}: give a list of it, or call add"
            )
        verdicts: list[Verdict] = []
        batch: list[tuple[ArticleLike, bytes]] = []
        for article in articles:
            batch.append((article, record_of(article)))
            if len(batch) == _BATCH:
                self._add_batch(batch, verdicts, unreadable)
                batch = []
        self._add_batch(batch, verdicts, unreadable)
        return verdicts

    def _add_batch(
        self,
        batch: list[tuple[ArticleLike, bytes]],
        verdicts: list[Verdict],
        unreadable: Callable[[ArticleError], None] | None,
    ) -> None:
        faults: list[ArticleError] = []
        with self._lock:
            proposals: list[Proposal] = []
            for article, record in batch:
                position = self._next_position()
                proposal = self._proposed(article, record, position)
                if isinstance(proposal, Proposal):
                    proposals.append(proposal)
                    continue
                faults.append(ArticleError.of(proposal, position.offset))
                if unreadable is None:
                    break
            verdicts += self._judged(proposals)
        for fault in faults:
            if unreadable is None:
                raise fault
            unreadable(fault)

    def check(self, article: ArticleLike) -> Verdict:
        """What `add` would say of this article if it came next. Changes nothing.

        A record may have its text as `text` too, as in `POST /api/check`. ArticleError and TypeError as in `add`.
        """
        record = record_of(article)
        position = RawPosition(TOPIC, 0, self._next_number)
        proposal = self._proposed(article, record, position, to_check=True)
        if isinstance(proposal, Rejected):
            raise ArticleError.of(proposal, position.offset)
        with self._lock:
            return verdict_of(proposal, self._engine.check(proposal))

    # ---- keeping
    def save(self, directory: str | os.PathLike[str]) -> None:
        """Write the index to a directory, whole or not at all; what was saved there before is replaced. Articles are not
        added meanwhile. OSError where it cannot be written."""
        with self._lock:
            saved.save(Path(directory), Saved(self._engine, self._options, self._next_number))

    @classmethod
    def load(cls, directory: str | os.PathLike[str]) -> Index:
        """The index that `save` wrote, with its options: it says of what comes next what the saved one would have said.

        SavedIndexError where there is none, where it is damaged, or where another engine version saved it.
        """
        index = cls.__new__(cls)
        index._begin(saved.load(Path(directory)))  # noqa: SLF001 - its own
        return index

    # ---- inside
    def _next_position(self) -> RawPosition:
        number = self._next_number
        self._next_number += 1
        return RawPosition(TOPIC, 0, number)

    def _proposed(
        self, article: ArticleLike, record: bytes, position: RawPosition, *, to_check: bool = False
    ) -> Proposal | Rejected:
        paths = FieldPaths() if plain_names(article) else self._paths
        found = decode_raw(record, position, paths, self._options.aliases)
        if to_check and isinstance(found, Rejected) and found.reason is RejectReason.BODY_MISSING:
            found = read_text(record, paths, self._options.aliases, position)
        return found if isinstance(found, Rejected) else propose(found)

    def _judged(self, proposals: list[Proposal]) -> list[Verdict]:
        """Replays what was proposed; under the lock."""
        offset = self._engine.stats().log_offset
        records = [
            (offset + at, self._time.of(proposal.article.published_at_ms), proposal.value)
            for at, proposal in enumerate(proposals)
        ]
        verdicts = []
        for proposal, outcome in zip(proposals, self._engine.replay_many(records), strict=True):
            assert isinstance(outcome, Outcome), "the engine refused a record of its own making"
            verdicts.append(verdict_of(proposal, outcome))
        return verdicts


def _window_ms(window: str | timedelta) -> int:
    if isinstance(window, str):
        match = _WINDOW.fullmatch(window.strip())
        if match is None:
            raise ValueError(
                f"a window of {window!r} cannot be read: write a number and s, m, h, d or w, such as 30d"
            )
        window_ms = int(match[1]) * _UNITS_MS[match[2]]
    elif not isinstance(window, timedelta):
        raise TypeError(
            "a window is a timedelta, or a number with s, m, h, d or w such as '30d', not "
            f"{'None' if window is None else type(window).__name__}"
        )
    else:
        window_ms = round(window / timedelta(milliseconds=1))
    if not 0 < window_ms <= _WINDOW_MS_MAX:
        raise ValueError("a window is longer than nothing and at most 36,500 days")
    return window_ms
