"""Laws of the article store: what was kept is what is given back, until the window drops it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from wirecopy.core.index.articles import BLOB_BYTES_MAX, SEGMENT_BYTES, ArticleStore
from wirecopy.core.index.row import COLUMNS, ROW
from wirecopy.core.model import U32

NAMES = [name for name, _ in COLUMNS]


def largest(name: str) -> int:
    return int(np.iinfo(dict(COLUMNS)[name]).max)


def fields_of(number: int) -> dict[str, int]:
    """Values that differ from field to field and from article to article."""
    fields = {name: (number * 31 + 7 * at) % 251 for at, name in enumerate(NAMES)}
    return {**fields, "log_time_ms": number * 10}


def append(store: ArticleStore, number: int, blob: bytes = b"", **fields: Any) -> int:
    arguments: dict[str, Any] = {**fields_of(number), **fields, "blob": blob}
    fresh = arguments.pop("fresh")
    made = store.append(**arguments)
    store.set("fresh", made, fresh)
    return made


def u32(*values: int) -> U32:
    return np.array(values, np.uint32)


def copied(state: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {name: array.copy() for name, array in state.items()}


class StoreAgainstDictionary(RuleBasedStateMachine):
    """Any calls in any order: what is read is what a dictionary of the live articles holds."""

    numbers = st.integers(0, 1 << 30)
    blobs = st.sampled_from([b"", b"a", b"id\nurl", b"x" * 3000, b"y" * BLOB_BYTES_MAX, b"z" * 200_000])

    def __init__(self) -> None:
        super().__init__()
        self.store = ArticleStore()
        self.rows: dict[int, dict[str, int]] = {}
        self.blobs_by_number: dict[int, bytes] = {}

    def some(self, choice: int) -> int:
        return sorted(self.rows)[choice % len(self.rows)]

    @rule(blob=blobs, story=st.none() | numbers)
    def append(self, blob: bytes, story: int | None) -> None:
        number = append(self.store, self.store.next_number, blob, story=story)
        self.rows[number] = {**fields_of(number), "story": number if story is None else story}
        self.blobs_by_number[number] = blob

    @precondition(lambda self: self.rows)
    @rule(choice=numbers, name=st.sampled_from([n for n in NAMES if n != "log_time_ms"]))
    def set(self, choice: int, name: str) -> None:
        number = self.some(choice)
        self.store.set(name, number, largest(name))
        self.rows[number][name] = largest(name)

    @precondition(lambda self: self.rows)
    @rule(choices=st.lists(numbers, min_size=1, max_size=5))
    def set_column(self, choices: list[int]) -> None:
        numbers = [self.some(choice) for choice in choices]
        self.store.set_column("story", u32(*numbers), [choice % 97 for choice in choices])
        for number, choice in zip(numbers, choices, strict=True):
            self.rows[number]["story"] = choice % 97

    @precondition(lambda self: self.rows)
    @rule(choice=numbers, blob=blobs)
    def set_blob(self, choice: int, blob: bytes) -> None:
        number = self.some(choice)
        self.store.set_blob(number, blob)
        self.blobs_by_number[number] = blob

    @rule(log_time=st.integers(0, 400))
    def expire(self, log_time: int) -> None:
        oldest = self.store.expire_before(log_time)
        self.rows = {n: row for n, row in self.rows.items() if row["log_time_ms"] >= log_time}
        assert oldest == min(self.rows, default=self.store.next_number)
        assert oldest == self.store.oldest_live

    @rule()
    def restore(self) -> None:
        state = self.store.state()
        restored = ArticleStore.from_state(copied(state))
        again = restored.state()
        assert again.keys() == state.keys()
        assert all(np.array_equal(again[name], state[name]) for name in state)
        self.store = restored

    @invariant()
    def readings_agree(self) -> None:
        numbers = sorted(self.rows)
        assert len(self.store) == len(numbers)
        read = self.store.rows(u32(*numbers))
        for name in NAMES:
            wanted = [self.rows[number][name] for number in numbers]
            assert self.store.column(name, u32(*numbers)).tolist() == wanted
            assert read[name].tolist() == wanted
            assert [self.store.get(name, number) for number in numbers] == wanted
        for number in numbers:
            assert self.store.get_blob(number) == self.blobs_by_number[number]


def test_any_calls_in_any_order_read_as_from_a_dictionary() -> None:
    run_state_machine_as_test(
        StoreAgainstDictionary, settings=settings(max_examples=40, stateful_step_count=40, deadline=None)
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_column_keeps_its_largest_and_smallest_value(name: str) -> None:
    store = ArticleStore()
    kind = np.iinfo(dict(COLUMNS)[name])
    smallest = 0 if name == "log_time_ms" else int(kind.min)
    for value in (smallest, int(kind.max)):
        fields: dict[str, Any] = {"log_time_ms": 0, name: value}
        number = append(store, 0, **fields)
        assert store.get(name, number) == value
        assert {n: store.get(n, number) for n in NAMES if n != name} == {
            n: v for n, v in {**fields_of(0), "log_time_ms": 0}.items() if n != name
        }


def test_growth_and_a_moving_window_keep_what_lives_and_drop_what_does_not() -> None:
    store = ArticleStore()
    window = 6000
    for number in range(40_000):
        assert append(store, number, b"%d" % number) == number
        if number % 1000 == 999:
            store.expire_before((number - window) * 10)
            oldest = store.oldest_live
            assert oldest == max(number - window, 0)
            numbers = np.arange(oldest, number + 1, dtype=np.uint32)
            assert store.column("log_time_ms", numbers).tolist() == (numbers.astype(np.int64) * 10).tolist()
            assert store.get_blob(oldest) == b"%d" % oldest
    assert store.nbytes < 4 * window * (ROW.itemsize + 5) + 2 * SEGMENT_BYTES


def test_rows_grow_although_someone_still_reads_the_old_ones() -> None:
    store = ArticleStore()
    append(store, 0)
    held = store.state()["rows"]
    for number in range(1, 20_000):
        append(store, number)
    assert store.column("log_time_ms", u32(0, 19_999)).tolist() == [0, 199_990]
    assert held["log_time_ms"].tolist() == [0]


def test_sealed_segments_never_change_and_may_be_replaced_by_the_same_bytes() -> None:
    store = ArticleStore()
    blobs = [bytes([65 + number % 26]) * 50_000 for number in range(70)]
    for number, blob in enumerate(blobs):
        append(store, number, blob)
    sealed = store.sealed_segments()
    assert len(sealed) >= 2
    before = copied(store.state())
    store.set_blob(0, b"changed")
    append(store, 70, b"more")
    after = store.state()
    for segment in sealed:
        name = f"blobs_{segment:08d}"
        assert np.array_equal(before[name], after[name])
        mapped = before[name]
        mapped.flags.writeable = False
        store.replace_segment(segment, mapped)
    assert [store.get_blob(number) for number in range(70)] == [b"changed", *blobs[1:]]


def test_the_window_drops_segments_whole() -> None:
    store = ArticleStore()
    for number in range(100):
        append(store, number, b"x" * 50_000)
    full = store.nbytes
    store.expire_before(950)
    assert store.nbytes < full / 2
    assert store.get_blob(99) == b"x" * 50_000
    store.expire_before(10_000)
    assert len(store) == 0
    append(store, 2000, b"new")
    assert store.get_blob(100) == b"new"


@pytest.mark.parametrize(("number", "why"), [(4, "expired"), (10, "not there yet")])
def test_what_is_not_live_cannot_be_read_or_set(number: int, why: str) -> None:
    store = ArticleStore()
    for at in range(10):
        append(store, at)
    store.expire_before(50)
    with pytest.raises(AssertionError):
        store.get("story", number)
    with pytest.raises(AssertionError):
        store.get_blob(number)
    with pytest.raises(IndexError):
        store.column("story", u32(7, number))
    with pytest.raises(IndexError):
        store.rows(u32(number))
    with pytest.raises(IndexError):
        store.set_column("story", u32(number), 0)


def test_the_logs_time_may_stand_but_not_fall() -> None:
    store = ArticleStore()
    append(store, 5)
    append(store, 5)
    with pytest.raises(AssertionError, match="does not fall"):
        append(store, 4)
