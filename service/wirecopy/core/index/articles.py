"""What the engine keeps of each article it has seen: one row of numbers, and one blob.

The row is fixed (row.py): what judging needs of a candidate (whose, of which story, which part of it is the
article, its times, who else is of its story). Compiled loops read rows where they lie (`row_table`). The blob is
whatever the caller must say of an article once it is named (id, URL, publisher, position, its verdict): opaque
here, read rarely.

Articles are numbered 0, 1, 2 … in the log's order and expire in that order. Rows lie in pages that give their
front back. Blobs are appended to segments of 1 MB which never change once full ("sealed"): so a snapshot
writes each of them once, the window drops them whole, and a mapped file of the same bytes can stand in for
one (`replace_segment`). A blob that is set anew is appended like any other, and its old bytes stay until
their segment goes.

Invariants: numbers are dense and never reused; log times never fall from one article to the next; no blob
crosses from one segment into the next.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wirecopy.core.index.memory import Pages
from wirecopy.core.index.row import PACK, ROW, Row
from wirecopy.core.model import U32

SEGMENT_BYTES: Final = 1 << 20
BLOB_BYTES_MAX: Final = 1 << 18  # ids, a URL, names and lines at their limits take half of it

_ROW_BYTES: Final[int] = ROW.itemsize
_ROWS_MIN = 4096
_GROWTH = 1.5  # in place and untouched until used, so generous
_NEAR_ROWS = 64  # a search that goes on from an earlier one's place mostly ends that near to it
_GIVE_BACK_ROWS = 1 << 14  # 1 MB

assert BLOB_BYTES_MAX <= SEGMENT_BYTES


class ArticleStore:
    """Rows and blobs by article number.

    A number that is not live (below `oldest_live`, or from `next_number` on) is the caller's error: an
    AssertionError where one is asked for, an IndexError where it is one of several.
    """

    __slots__ = (
        "_blob_end",
        "_bytes",
        "_first_segment",
        "_given_back",
        "_log_time_ms",
        "_log_times",
        "_open",
        "_open_at",
        "_open_end",
        "_pages",
        "_segment_ends",
        "_segments",
        "columns",
        "first_row",
        "next_number",
        "oldest_live",
        "oldest_ms",
        "row_table",
    )

    def __init__(self) -> None:
        # for others to read only, plain since every article asks for them many times
        self.first_row = 0  # the number of the article whose row is the first of `row_table`
        self.oldest_live = 0
        self.next_number = 0  # the number that the next article gets
        self._given_back = 0  # rows whose memory is back with the system
        self._log_time_ms = 0  # of the newest article
        self.oldest_ms = 0  # of the oldest live one; where none lives, no later than of the next
        self._use(Pages(_ROWS_MIN * ROW.itemsize))
        self._blob_end = 0  # offset behind the last blob, counted through all segments that ever were
        self._first_segment = 0
        self._segments: list[npt.NDArray[np.uint8]] = []
        self._segment_ends: list[int] = []  # of each sealed segment: the articles in it have smaller numbers
        self._open = memoryview(b"")  # the last segment's bytes
        self._open_at = 0  # offset where it begins
        self._open_end = -1  # and ends; the first blob, even an empty one, begins the first segment

    # ---- what it holds

    def __len__(self) -> int:
        """Live articles."""
        return self.next_number - self.oldest_live

    @property
    def nbytes(self) -> int:
        """Bytes of the rows in use and of all blob segments (mapped ones included)."""
        rows = self.next_number - self.first_row - self._given_back
        return rows * _ROW_BYTES + sum(segment.nbytes for segment in self._segments)

    @property
    def live_rows(self) -> npt.NDArray[Any]:
        """The rows of all live articles, a view."""
        return self._live()

    # ---- adding

    def append(
        self,
        *,
        site: int,
        story: int | None,
        title_digest: int,
        published: int,
        log_time_ms: int,
        credit: int,
        previous_in_story: int | None,
        credit_link: int,
        main_start: int,
        main_end: int,
        own_tokens: int,
        blob: bytes,
    ) -> int:
        """Keeps an article and returns its number. Without a `story` it begins one: its own number, and so is its
        `previous_in_story`."""
        number = self.next_number
        at = number - self.first_row
        if at == len(self.row_table):
            self._make_room()
            at = number - self.first_row
        if number == self.oldest_live:
            self.oldest_ms = log_time_ms
        assert log_time_ms >= self._log_time_ms, "the log's time does not fall"
        self._log_time_ms = log_time_ms
        PACK.pack_into(
            self._bytes,
            at * _ROW_BYTES,
            self._append_blob(blob),
            title_digest,
            site,
            published,
            log_time_ms,
            credit,
            len(blob),
            number if story is None else story,
            number if previous_in_story is None else previous_in_story,
            credit_link,
            main_start,
            main_end,
            own_tokens,
            0,  # fresh: whoever counts it sets it
        )
        self.next_number = number + 1
        return number

    # ---- reading and setting

    def rows(self, numbers: U32) -> npt.NDArray[Any]:
        """The rows of several articles, copied: a structured array of `ROW`, of the shape of `numbers`."""
        return self._live().take(self._indices(numbers))

    def column(self, name: str, numbers: U32) -> npt.NDArray[Any]:
        """One field of several articles, copied."""
        return self._live()[name][self._indices(numbers)]

    def set_column(self, name: str, numbers: U32, values: npt.ArrayLike) -> None:
        """Sets one field of several articles. Where a number repeats, its last value stays."""
        self._live()[name][self._indices(numbers)] = values

    def row(self, number: int) -> Row:
        """All numbers of one article."""
        assert self.oldest_live <= number < self.next_number, f"article {number} is not live"
        return Row._make(PACK.unpack_from(self._bytes, (number - self.first_row) * _ROW_BYTES))

    def get(self, name: str, number: int) -> int:
        assert self.oldest_live <= number < self.next_number, f"article {number} is not live"
        value: int = self.columns[name][number - self.first_row]
        return value

    def set(self, name: str, number: int, value: int) -> None:
        self.columns[name][self._index(number)] = value

    def get_blob(self, number: int) -> bytes:
        return self.blob_at(self.get("blob_at", number), self.get("blob_bytes", number))

    def blob_at(self, at: int, size: int) -> bytes:
        """The blob of an article, by what its row says of it now."""
        if size == 0:
            return b""
        start = at % SEGMENT_BYTES
        return self._segments[at // SEGMENT_BYTES - self._first_segment][start : start + size].tobytes()

    def set_blob(self, number: int, blob: bytes) -> None:
        """Replaces the blob of an article. The old bytes stay until their segment is dropped."""
        self.set("blob_at", number, self._append_blob(blob))
        self.set("blob_bytes", number, len(blob))

    def first_from(self, log_time_ms: int, start: int = 0) -> int:
        """The oldest live article of that log time or later; the next number where there is none. No article below `start`
        is so late: an earlier answer, where times asked for rise."""
        times, base = self._log_times, self.first_row
        start = max(start, self.oldest_live)
        first, last = start - base, self.next_number - base
        if first == last or times[first] >= log_time_ms:  # nearly every time
            return start
        near = first + _NEAR_ROWS
        if near < last and times[near] >= log_time_ms:
            last = near
        # by bisection, since searchsorted copies a column first
        return base + bisect_left(times, log_time_ms, first, last)

    # ---- forgetting

    def expire_before(self, log_time_ms: int) -> int:
        """Forgets the articles whose log time is smaller. Returns the oldest number that lives."""
        oldest = self.first_from(log_time_ms)
        if oldest == self.oldest_live:
            return oldest
        self.oldest_live = oldest
        if oldest < self.next_number:
            self.oldest_ms = self._log_times[oldest - self.first_row]
        self._drop_segments()
        done = (oldest - self.first_row) // _GIVE_BACK_ROWS * _GIVE_BACK_ROWS
        if done > self._given_back:
            self._pages.give_back(self._given_back * ROW.itemsize, done * ROW.itemsize)
            self._given_back = done
        return oldest

    # ---- keeping

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """All there is to know, as arrays: views, so write or copy them before the next change.

        `blobs_N` are the segments that still hold a live article's blob; all but the highest N are sealed: an
        array of that name never changes again, and need not be written twice.
        """
        state: dict[str, npt.NDArray[Any]] = {
            "numbers": np.array(
                [self.oldest_live, self.next_number, self._log_time_ms, self._blob_end, self._first_segment],
                np.int64,
            ),
            "rows": self._live(),
            "segment_ends": np.array(self._segment_ends, np.int64),
        }
        for index, segment in enumerate(self._segments, self._first_segment):
            used = min(self._blob_end - index * SEGMENT_BYTES, SEGMENT_BYTES)
            state[f"blobs_{index:08d}"] = segment[:used]
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, npt.NDArray[Any]]) -> ArticleStore:
        """The store that gave the state. Sealed segments are used as given: they may be mapped files. ValueError where
        one of them is not there."""
        store = cls()
        numbers = [int(number) for number in state["numbers"]]
        store.oldest_live, store.next_number, store._log_time_ms, store._blob_end, store._first_segment = (
            numbers
        )
        store.first_row = store.oldest_live
        store._segment_ends = [int(n) for n in state["segment_ends"]]
        rows = state["rows"]
        if len(rows):
            store.oldest_ms = int(rows["log_time_ms"][0])
        store._use(Pages(max(_ROWS_MIN, int(len(rows) * _GROWTH)) * ROW.itemsize))
        store.row_table[: len(rows)] = rows
        names = sorted(name for name in state if name.startswith("blobs_"))
        kept = len(store._segment_ends) + 1 if names or len(rows) or store._segment_ends else 0
        first = store._first_segment
        if names != [f"blobs_{index:08d}" for index in range(first, first + kept)]:
            raise ValueError(f"the blobs of {len(rows)} articles should lie in {kept} segments: {names}")
        store._segments = [state[name] for name in names]
        if names:
            last = np.zeros(SEGMENT_BYTES, np.uint8)
            last[: len(state[names[-1]])] = state[names[-1]]
            store._open_segment(first + kept - 1, last)
        return store

    def sealed_segments(self) -> range:
        """The numbers of the segments that are full and still needed."""
        return range(
            self._first_segment, max(self._first_segment, self._first_segment + len(self._segments) - 1)
        )

    def replace_segment(self, number: int, mapped: npt.NDArray[np.uint8]) -> None:
        """Puts an array of the same bytes (of a mapped file, say) in the place of a sealed segment."""
        assert number in self.sealed_segments()
        assert len(mapped) == SEGMENT_BYTES
        self._segments[number - self._first_segment] = mapped

    # ---- inside

    def _live(self) -> npt.NDArray[Any]:
        return self.row_table[self.oldest_live - self.first_row : self.next_number - self.first_row]

    def _indices(self, numbers: U32) -> U32:
        """Indices into the live rows. A dead number wraps around to a huge one, which NumPy refuses."""
        return numbers - np.uint32(self.oldest_live)

    def _index(self, number: int) -> int:
        assert self.oldest_live <= number < self.next_number, f"article {number} is not live"
        return number - self.first_row

    def _append_blob(self, blob: bytes) -> int:
        """Appends the bytes and returns where they start."""
        size = len(blob)
        at = self._blob_end
        if at + size > self._open_end:
            at = self._begin_segment(size)
        start = at - self._open_at
        self._open[start : start + size] = blob
        self._blob_end = at + size
        return at

    def _begin_segment(self, size: int) -> int:
        """Opens the next segment for a blob that does not fit the last one: not across two. Returns where it starts."""
        assert size <= BLOB_BYTES_MAX, "the caller's limits keep names and addresses short"
        if self._segments:
            self._segment_ends.append(self.next_number)
        index = self._first_segment + len(self._segments)
        self._open_segment(index, np.zeros(SEGMENT_BYTES, np.uint8))
        return self._open_at

    def _open_segment(self, index: int, segment: npt.NDArray[np.uint8]) -> None:
        """Puts an array in the last segment's place, or behind it."""
        self._segments[index - self._first_segment :] = [segment]
        self._open = segment.data
        self._open_at = index * SEGMENT_BYTES
        self._open_end = self._open_at + SEGMENT_BYTES

    def _make_room(self) -> None:
        """Makes the array longer in place; or, where half of it is dead, copies the living to its front."""
        live = self.next_number - self.oldest_live
        dead = self.oldest_live - self.first_row
        if dead >= live:
            rows = self.row_table[dead:]
            self._use(Pages(max(_ROWS_MIN, int(live * _GROWTH)) * ROW.itemsize))
            self.row_table[:live] = rows
            self.first_row, self._given_back = self.oldest_live, 0
            return
        size = int(len(self.row_table) * _GROWTH)
        del (
            self.row_table,
            self._bytes,
            self.columns,
            self._log_times,
        )  # no view of it may live while it grows
        self._pages.grow(size * ROW.itemsize)
        self._use(self._pages)

    def _use(self, pages: Pages) -> None:
        """Puts the rows on these pages."""
        self._pages = pages
        self.row_table: npt.NDArray[Any] = pages.array(ROW)  # of article n at n − first_row
        self._bytes = self.row_table.view(np.uint8).data
        # of article n at n − first_row: each field as Python's own numbers, a tenth of what the array's take
        self.columns = {name: self.row_table[name].data for name in ROW.fields}
        self._log_times = self.columns["log_time_ms"]

    def _drop_segments(self) -> None:
        """Lets go of the sealed segments of which no article lives.

        A blob set anew is of an older article than those appended beside it, so the segment's end speaks for
        both.
        """
        gone = 0
        while gone < len(self._segment_ends) and self._segment_ends[gone] <= self.oldest_live:
            gone += 1
        del self._segments[:gone]
        del self._segment_ends[:gone]
        self._first_segment += gone
