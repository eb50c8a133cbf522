"""The postings of an index that one machine cannot hold: S tables, each with a slice of the hash space.

Everything the index asks of its postings it asks by key, of a whole article at a time. So a shard is a table that sees
only the keys of its slice: a look-up sends each shard its keys and gathers the hits, an insertion sends each its new
ones. A key's postings lie all in one shard, so what is counted of a key (its stories, its cap) is counted there, and the
gathered hits, put in order again, are the very arrays that one table answers: verdicts cannot differ. Rows and blobs of
articles are not divided: they are small (docs/scaling.md), and judging needs those of any candidate.

`Shard` is the whole interface: arrays of keys out, arrays of hits back. Here shards are objects of this process; that is
enough to prove the law, not to use a second machine. A transport would stand behind `Shard`.

The slice is taken from other bits than the bucket within a table is (another multiplier), or each shard would use one
part of its table and leave the rest empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from wirecopy.core.index.postings import Hits, Postings, TableArrays
from wirecopy.core.model import U16, U64

_SPREAD: Final = np.uint64(0xD6E8FEB86659FD93)  # odd, and not the one by which tables find buckets
_HALF: Final = np.uint64(32)
SHARDS_MAX: Final = 1024  # a look-up of 150 keys would find one of them at most in most shards

Indices = npt.NDArray[np.intp]


class Shard(Protocol):
    """Postings of a slice: what would cross a wire. `Postings` says what each call means.

    `table` is for a kernel that makes several look-ups in one call: the arrays of a table that lies whole in this process.
    It is None where keys must be sent to somebody who has it: `look_up` and `count` are for that."""

    @property
    def table(self) -> TableArrays | None: ...

    @property
    def oldest_live(self) -> int: ...

    @property
    def nbytes(self) -> int: ...

    def __len__(self) -> int: ...

    def look_up(self, keys: U64) -> Hits: ...

    def count(self, keys: U64) -> npt.NDArray[np.uint8]: ...

    def insert(self, keys: U64, article: int, positions: U16) -> None: ...

    def move(self, keys: U64, article_from: int, article_to: int, positions: U16) -> int: ...

    def remove(self, keys: U64, article: int) -> int: ...

    def expire(self, oldest_live: int) -> None: ...

    def state(self) -> dict[str, npt.NDArray[Any]]: ...


def slice_of(keys: U64, shards: int) -> npt.NDArray[np.uint64]:
    """u64[n]: which of the shards holds each key; equal parts of a 32-bit space."""
    return ((keys * _SPREAD) >> _HALF) * np.uint64(shards) >> _HALF


class ShardedPostings:
    """Answers as one `Postings` that holds all shards' postings."""

    __slots__ = ("_shards",)
    table = None

    def __init__(self, shards: int, make: Callable[[], Shard] = Postings) -> None:
        assert 1 <= shards <= SHARDS_MAX
        self._shards: list[Shard] = [make() for _ in range(shards)]

    def __len__(self) -> int:
        return sum(len(shard) for shard in self._shards)

    @property
    def shards(self) -> tuple[Shard, ...]:
        """To be looked at, for tests and metrics."""
        return tuple(self._shards)

    @property
    def nbytes(self) -> int:
        return sum(shard.nbytes for shard in self._shards)

    @property
    def oldest_live(self) -> int:
        return self._shards[0].oldest_live

    # ---- asking
    def look_up(self, keys: U64) -> Hits:
        """Scatters the keys and gathers the hits, ordered by sample and then by article."""
        gathered = []
        stories = np.zeros(len(keys), np.uint8)
        for shard, at in self._scattered(keys):
            hits = shard.look_up(keys[at])
            found = hits.found.copy()
            found["sample"] = at[hits.sample]
            gathered.append(found)
            stories[at] = hits.stories
        if not gathered:
            return self._shards[0].look_up(keys)
        every = np.concatenate(gathered)
        # a sample's hits all come from one shard, in their order there
        return Hits(every[np.argsort(every["sample"], kind="stable")], stories)

    def count(self, keys: U64) -> npt.NDArray[np.uint8]:
        stories = np.zeros(len(keys), np.uint8)
        for shard, at in self._scattered(keys):
            stories[at] = shard.count(keys[at])
        return stories

    # ---- changing
    def insert(self, keys: U64, article: int, positions: U16) -> None:
        for shard, at in self._scattered(keys):
            shard.insert(keys[at], article, positions[at])

    def move(self, keys: U64, article_from: int, article_to: int, positions: U16) -> int:
        return sum(
            shard.move(keys[at], article_from, article_to, positions[at])
            for shard, at in self._scattered(keys)
        )

    def remove(self, keys: U64, article: int) -> int:
        return sum(shard.remove(keys[at], article) for shard, at in self._scattered(keys))

    def expire(self, oldest_live: int) -> None:
        for shard in self._shards:
            shard.expire(oldest_live)

    def _scattered(self, keys: U64) -> Iterator[tuple[Shard, Indices]]:
        """The shards that hold any of the keys, and where in `keys` theirs stand."""
        of = slice_of(keys, len(self._shards))
        for number, shard in enumerate(self._shards):
            at = np.flatnonzero(of == number)
            if len(at):
                yield shard, at

    # ---- keeping
    def state(self) -> dict[str, npt.NDArray[Any]]:
        return {
            f"shard{number:04d}/{name}": array
            for number, shard in enumerate(self._shards)
            for name, array in shard.state().items()
        }


def sharded_from_state(state: Mapping[str, npt.NDArray[Any]]) -> ShardedPostings:
    """The shards that gave the state."""
    numbers = sorted({name.partition("/")[0] for name in state})
    parts = iter(
        {name.partition("/")[2]: array for name, array in state.items() if name.startswith(number + "/")}
        for number in numbers
    )
    return ShardedPostings(len(numbers), lambda: Postings.from_state(next(parts)))


def made(shards: int) -> Postings | ShardedPostings:
    """One table where one is enough: the shortest way to it."""
    return Postings() if shards == 1 else ShardedPostings(shards)


def restored(state: Mapping[str, npt.NDArray[Any]]) -> Postings | ShardedPostings:
    """Whichever gave the state."""
    if any(name.startswith("shard") for name in state):
        return sharded_from_state(state)
    return Postings.from_state(state)
