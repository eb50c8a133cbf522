"""The origin index's postings: which stories hold this shingle, and where in them?

One table in memory, of buckets that are a line of cache each; segments exist only on disk (one table answers
in one miss of the cache, 4 to 16 segment tables in as many). A key is the high 50 bits of the shingle's id
after a multiplicative spreading, its bucket floor(key × buckets / 2^50): any number of buckets will do, and
their order is the keys' order. A bucket has six slots, and beside them, in the same line, the token positions
of the shingles in their articles (what chains hits to passages). A slot holds the 40 bits of the key that its
bucket does not imply, and a 28-bit article number. Eight slots with the positions elsewhere were smaller by a
sixteenth, and twice as slow: most look-ups of a copy hit, and each hit was a second miss.

Exactness: 50 bits tell keys apart, not 64. At 300 million postings one look-up in 4 million meets a posting
of another key: one article in 25,000 gets one hit too many, of the many a match needs. Where a single hit
decides (an identity), the caller compares what it stands for.

Growth never stops the world. When slots run short, a second table is made and a frontier walks through the
first, in order, a bounded number of buckets an insertion; below the frontier a key lives in the second table,
above it in the first. Dead postings are left behind, so growing, shrinking and sweeping are this one
operation. The memory behind the frontier goes back to the system, so a move costs no second table. Only live
postings decide the new size; they are counted exactly, by article.

Invariants: a posting lives while its article ≥ the oldest live one; a key has at most `POSTINGS_COUNT_MAX` of
them (a ninth is counted and dropped: a shingle of so many stories says nothing about any); hits come ordered
by article, so that what is answered does not depend on where slots happen to lie; the same calls in the same
order give the same table to the bit.

Not for several threads at once: a look-up must not run beside an insertion.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from wirecopy.core import limits
from wirecopy.core.index import bucket_kernels, insert_kernels, lookup_kernels
from wirecopy.core.index.memory import Pages
from wirecopy.core.model import I32, U16, U32, U64

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

POSITION_MAX: Final = 65535  # positions saturate here; identity keys use it as "no position"

_BUCKET_BYTES = bucket_kernels.BUCKET_LANES * 8
_BUCKETS_MIN = 1 << 16  # 4 MB, untouched until used; fewer would leave key bits neither stored nor implied
_LOAD_MAX = 0.72  # share of slots in use at which a move begins; even at 0.74 one in 10^8 finds no slot
_LOAD_AFTER = 0.51  # share in use after a move: growing by two fifths, each posting moves about three times
_LOAD_OF_MOVE = 1 / (
    insert_kernels.HOMES_PER_POSTING * bucket_kernels.BUCKET_SLOTS
)  # what insertions during a move add to it
_GIVE_BACK_BUCKETS = 1 << 18  # 16 MB at a time
_COUNTS_MIN = 1024
_ARTICLE_SPAN = 1 << bucket_kernels.ARTICLE_BITS

assert (
    1 << bucket_kernels.KEY_BITS
) // _BUCKETS_MIN * bucket_kernels.PROBE_BUCKETS_MAX <= 1 << bucket_kernels.STORED_KEY_BITS, (
    "the bits that are stored must tell apart all homes within reach"
)
assert _LOAD_AFTER + 2 * _LOAD_OF_MOVE < _LOAD_MAX < 1, (
    "a move must end before the next, even to half the size"
)


TableArrays = tuple[U64, U64, I64, U32]
"""A table as kernels are given it: slots of table a and of table b, control, live postings by article."""


class ArticleNumbersExhaustedError(RuntimeError):
    """More articles live at once than a slot can number: shorten the window or shard the index."""


class Hits(NamedTuple):
    """What a look-up found: `found` HIT[…] (lookup_kernels.py), ordered by sample and then by article, and `stories`
    u8[keys], the number of live postings of each key."""

    found: npt.NDArray[Any]
    stories: U8

    @property
    def article(self) -> U32:
        """Who holds the key."""
        return self.found["article"]

    @property
    def sample(self) -> I32:
        """Which of the keys asked for."""
        return self.found["sample"]

    @property
    def position(self) -> U16:
        """At which token of the article."""
        return self.found["position"]


class _Table:
    """Memory of one table: its buckets, and beyond the last home room for its overflow."""

    __slots__ = ("buckets", "pages", "slots")

    def __init__(self, buckets: int) -> None:
        self.buckets = buckets
        self.pages = Pages((buckets + bucket_kernels.PROBE_BUCKETS_MAX) * _BUCKET_BYTES)
        self.slots: U64 = self.pages.array(np.uint64)

    def give_back(self, start: int, stop: int) -> None:
        """Returns the memory of buckets start … stop to the system."""
        self.pages.give_back(start * _BUCKET_BYTES, stop * _BUCKET_BYTES)


class Postings:
    """The table. Keys may repeat within a call; article numbers count up from 0 and are never reused."""

    __slots__ = (
        "_a",
        "_b",
        "_control",
        "_counts",
        "_given_back",
        "_oldest",
        "_ready_to",
        "table",
    )

    def __init__(self) -> None:
        self._a = _Table(_BUCKETS_MIN)
        self._b: _Table | None = None
        self._counts: U32 = np.zeros(_COUNTS_MIN, np.uint32)
        self._given_back = 0  # buckets of table a whose memory is back with the system
        self._control: I64 = np.zeros(bucket_kernels.CONTROL_FIELDS, np.int64)
        self.table: TableArrays = (self._a.slots, self._a.slots, self._control, self._counts)
        self._oldest = 0
        self._ready_to = 0  # articles from here on need `_make_ready`
        self._settle()
        self._refresh()

    # ---- what it holds

    def __len__(self) -> int:
        """Live postings, exactly."""
        return int(self._control[bucket_kernels.LIVE])

    @property
    def nbytes(self) -> int:
        """Bytes of memory in use. What a move has not reached of table b is untouched, and takes none."""
        buckets = self._a.buckets - self._given_back
        if self._b is not None:
            reached = int(self._control[bucket_kernels.FRONTIER]) / self._a.buckets
            buckets += int(self._b.buckets * reached)
        return buckets * _BUCKET_BYTES + self._counts.nbytes

    @property
    def oldest_live(self) -> int:
        """The oldest article whose postings live."""
        return self._oldest

    @property
    def dropped(self) -> int:
        """Insertions refused because the key had postings of `POSTINGS_COUNT_MAX` stories."""
        return int(self._control[bucket_kernels.DROPPED_CAP])

    @property
    def dropped_for_room(self) -> int:
        """Postings lost because no slot within reach was free: keys forged to fall into one place."""
        return int(self._control[bucket_kernels.DROPPED_FULL])

    @property
    def moving(self) -> bool:
        return self._b is not None

    def live_postings(self, article: int) -> int:
        """How many live postings an article has."""
        if article < self._oldest:
            return 0
        at = article - int(self._control[bucket_kernels.COUNTS_BASE])
        return int(self._counts[at]) if at < len(self._counts) else 0

    # ---- asking

    def look_up(self, keys: U64) -> Hits:
        """All live postings of each key: one miss of the cache a key, overlapped over a call's keys."""
        found = np.empty(len(keys) * limits.POSTINGS_COUNT_MAX, lookup_kernels.HIT)
        stories = np.empty(len(keys), np.uint8)
        count = lookup_kernels.postings_look_up(keys, self.table, found, stories)
        return Hits(found[:count], stories)

    def count(self, keys: U64) -> U8:
        """How many live postings each key has: `look_up(keys).stories`, for half its time."""
        stories = np.empty(len(keys), np.uint8)
        lookup_kernels.postings_count(keys, self.table, stories)
        return stories

    # ---- changing

    def insert(self, keys: U64, article: int, positions: U16) -> None:
        """Adds a posting of `article` for each key, once only: of several positions the smallest stays.

        Raises ArticleNumbersExhaustedError when `article` is 2^28 or more beyond the oldest live one.
        """
        assert len(keys) == len(positions)
        if len(keys) == 0:
            return
        if not self._oldest <= article < self._ready_to:
            self._make_ready(article)
        if insert_kernels.postings_insert(keys, positions, article, self.table):
            self._tend()

    def move(self, keys: U64, article_from: int, article_to: int, positions: U16) -> int:
        """Makes the postings of one article those of another: its late original's, at its positions.

        Where `article_to` has the key already, the posting of `article_from` is dropped. Returns how many
        left `article_from`; keys that it has no posting of are passed over.
        """
        assert len(keys) == len(positions)
        assert article_from != article_to
        if article_from < self._oldest:
            return 0
        assert article_to >= self._oldest
        self._make_ready(max(article_from, article_to))
        return self._rewrite(keys, article_from, article_to, positions)

    def remove(self, keys: U64, article: int) -> int:
        """Drops the postings of `article` for the keys. Returns how many there were."""
        if article < self._oldest:
            return 0
        self._make_ready(article)
        return self._rewrite(keys, article, -1, np.zeros(len(keys), np.uint16))

    def expire(self, oldest_live: int) -> None:
        """Articles below `oldest_live` are dead from now on, and their postings with them."""
        if oldest_live <= self._oldest:
            return
        control = self._control
        base = int(control[bucket_kernels.COUNTS_BASE])
        control[bucket_kernels.LIVE] -= int(self._counts[self._oldest - base : oldest_live - base].sum())
        control[bucket_kernels.OLDEST] = self._oldest = oldest_live
        used_least = int(_BUCKETS_MIN * bucket_kernels.BUCKET_SLOTS * _LOAD_AFTER)
        if self._b is None and control[bucket_kernels.USED_A] > max(2 * len(self), used_least):
            self._begin_move()

    # ---- keeping

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """All there is to know, as arrays. They are views: write or copy them before the next change."""
        first = int(self._control[bucket_kernels.FRONTIER]) * bucket_kernels.BUCKET_LANES
        state: dict[str, npt.NDArray[Any]] = {
            "control": self._control,
            "counts": self._counts,
            "slots_a": self._a.slots[first:],
        }
        if self._b is not None:
            state["slots_b"] = self._b.slots
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, npt.NDArray[Any]]) -> Postings:
        """The table that gave the state: equal to it from now on, call for call. The arrays are copied."""
        postings = cls()
        postings._control[:] = state["control"]
        postings._counts = state["counts"].copy()
        frontier = int(postings._control[bucket_kernels.FRONTIER])
        postings._a = _Table(int(postings._control[bucket_kernels.BUCKETS_A]))
        postings._a.slots[frontier * bucket_kernels.BUCKET_LANES :] = state["slots_a"]
        postings._given_back = frontier // _GIVE_BACK_BUCKETS * _GIVE_BACK_BUCKETS
        if postings._control[bucket_kernels.BUCKETS_B] > 0:
            postings._b = _Table(int(postings._control[bucket_kernels.BUCKETS_B]))
            postings._b.slots[:] = state["slots_b"]
        postings._refresh()
        return postings

    # ---- inside

    def _refresh(self) -> None:
        """What Python reads at every call, taken from where kernels keep it."""
        control = self._control
        self.table = self._a.slots, (self._b or self._a).slots, control, self._counts
        self._oldest = int(control[bucket_kernels.OLDEST])
        last = int(control[bucket_kernels.BASE_A]) + _ARTICLE_SPAN // 2
        self._ready_to = min(int(control[bucket_kernels.COUNTS_BASE]) + len(self._counts), last)

    def _rewrite(self, keys: U64, article_from: int, article_to: int, positions: U16) -> int:
        return int(insert_kernels.postings_move(keys, positions, article_from, article_to, self.table))

    def _make_ready(self, article: int) -> None:
        """Makes room for an article's count, and sees that its number fits a slot."""
        assert article >= self._oldest, "an expired article gets no postings"
        if article < self._ready_to:
            return
        control = self._control
        beyond = article - int(control[bucket_kernels.BASE_A])
        if beyond >= _ARTICLE_SPAN // 2 and self._b is None:
            self._begin_move()  # a new table counts from the oldest article that lives now
        if beyond >= _ARTICLE_SPAN - 1:
            raise ArticleNumbersExhaustedError(
                f"article {article} is 2^{bucket_kernels.ARTICLE_BITS} or more beyond the oldest indexed"
                f" ({self._oldest}): shorten the window, or divide the index among shards"
            )
        base = int(control[bucket_kernels.COUNTS_BASE])
        if article - base >= len(self._counts):
            kept = self._counts[self._oldest - base :]
            self._counts = np.zeros(max(_COUNTS_MIN, (article - self._oldest + 1) * 5 // 4), np.uint32)
            self._counts[: len(kept)] = kept
            control[bucket_kernels.COUNTS_BASE] = self._oldest
        self._refresh()

    def _tend(self) -> None:
        """Begins a move, ends it, or gives back the memory that it has left."""
        frontier = int(self._control[bucket_kernels.FRONTIER])
        if self._b is None:
            self._begin_move()
        elif frontier == self._a.buckets:
            self._end_move()
        else:
            done = frontier // _GIVE_BACK_BUCKETS * _GIVE_BACK_BUCKETS
            self._a.give_back(self._given_back, done)
            self._given_back = done
            self._control[bucket_kernels.GIVE_BACK_AT] = min(done + _GIVE_BACK_BUCKETS, self._a.buckets)

    def _begin_move(self) -> None:
        """Makes table b, sized for the live postings; at least half of a, since insertions go on."""
        wanted = int(len(self) / (bucket_kernels.BUCKET_SLOTS * _LOAD_AFTER))
        buckets = max(_BUCKETS_MIN, self._a.buckets // 2, wanted)
        self._b = _Table(buckets)
        control = self._control
        control[bucket_kernels.BUCKETS_B] = buckets
        control[bucket_kernels.BASE_B] = control[bucket_kernels.OLDEST]
        control[bucket_kernels.USED_B] = 0
        control[bucket_kernels.FRONTIER] = 0
        control[bucket_kernels.GIVE_BACK_AT] = min(_GIVE_BACK_BUCKETS, self._a.buckets)
        self._refresh()

    def _end_move(self) -> None:
        """Table b becomes table a."""
        assert self._b is not None
        self._a, self._b = self._b, None
        self._given_back = 0
        control = self._control
        control[bucket_kernels.BASE_A] = control[bucket_kernels.BASE_B]
        control[bucket_kernels.USED_A] = control[bucket_kernels.USED_B]
        self._settle()
        self._refresh()

    def _settle(self) -> None:
        """The control fields of a table at rest."""
        control = self._control
        control[bucket_kernels.BUCKETS_A] = self._a.buckets
        control[bucket_kernels.BUCKETS_B] = control[bucket_kernels.BASE_B] = control[
            bucket_kernels.USED_B
        ] = 0
        control[bucket_kernels.FRONTIER] = 0
        control[bucket_kernels.GIVE_BACK_AT] = 0
        control[bucket_kernels.USED_MAX] = int(self._a.buckets * bucket_kernels.BUCKET_SLOTS * _LOAD_MAX)
