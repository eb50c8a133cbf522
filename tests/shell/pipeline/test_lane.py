"""Laws of the lane: one piece at a time with a turn of the loop between two; what is due first runs first; what nobody
waits for does not run; a batch is cut into pieces that hold all of it, in order, whatever the clock says; pieces are small
while little waits, large in a backlog, and short in any case."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.shell.pipeline.lane import (
    BACKLOG_RECORDS,
    PIECE_RECORDS_MAX,
    PIECE_SECONDS_MAX,
    SLICE_BYTES_MAX,
    SLICE_RECORDS_MAX,
    CoreLane,
    Slices,
    Work,
    slices,
)


async def test_between_two_pieces_the_loop_turns() -> None:
    lane, seen = CoreLane(), list[str]()

    async def beside() -> None:
        for turn in range(3):
            seen.append(f"loop {turn}")
            await asyncio.sleep(0)

    works = [
        asyncio.create_task(lane.run(Work.PREPARE, partial(seen.append, f"piece {n}"))) for n in range(3)
    ]
    await asyncio.gather(asyncio.create_task(beside()), *works)
    told = " ".join(seen)
    assert "piece 0 piece 1" not in told
    assert "piece 1 piece 2" not in told


async def test_what_has_been_begun_is_finished_before_more_is_begun() -> None:
    lane, seen = CoreLane(), list[object]()
    asked = [Work.PUBLISH, Work.PREPARE, Work.REPLAY, Work.PREPARE, Work.REPLAY]
    await asyncio.gather(*(lane.run(work, partial(seen.append, work)) for work in asked))
    assert seen == [Work.REPLAY, Work.REPLAY, Work.PREPARE, Work.PREPARE, Work.PUBLISH]


async def test_nothing_waits_for_ever_behind_what_is_more_urgent() -> None:
    lane, ended = CoreLane(), asyncio.Event()

    async def urgent() -> None:
        while not ended.is_set():
            await lane.run(Work.REPLAY, lambda: None)

    crowd = [asyncio.create_task(urgent()) for _ in range(3)]
    async with asyncio.timeout(10):
        await lane.turn(Work.PUBLISH)
    ended.set()
    await asyncio.gather(*crowd)


async def test_a_piece_that_fails_fails_its_caller_alone() -> None:
    lane = CoreLane()
    failed, came = await asyncio.gather(
        lane.run(Work.REPLAY, lambda: 1 // 0), lane.run(Work.REPLAY, lambda: 7), return_exceptions=True
    )
    assert isinstance(failed, ZeroDivisionError)
    assert came == 7


async def test_what_nobody_waits_for_is_not_run() -> None:
    lane, seen = CoreLane(), list[object]()
    first = asyncio.create_task(lane.run(Work.PREPARE, partial(seen.append, "first")))
    second = asyncio.create_task(lane.run(Work.PREPARE, partial(seen.append, "second")))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    await first
    await lane.turn(Work.PUBLISH)
    assert seen == ["first"]


@given(st.lists(st.integers(0, 2 * SLICE_BYTES_MAX), max_size=80))
def test_slices_hold_everything_in_order_and_are_small_or_single(sizes: list[int]) -> None:
    cut = list(slices(sizes, lambda size: size))
    assert [size for piece, _ in cut for size in piece] == sizes
    for piece, size_bytes in cut:
        assert size_bytes == sum(piece)
        assert len(piece) == 1 or (len(piece) <= SLICE_RECORDS_MAX and size_bytes <= SLICE_BYTES_MAX)


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@given(
    st.lists(st.integers(0, 2 * SLICE_BYTES_MAX) | st.integers(0, 2000), max_size=400),
    st.lists(st.floats(0, 2 * PIECE_SECONDS_MAX), min_size=1, max_size=20),
)
def test_pieces_hold_everything_in_order_whatever_the_clock_says(
    sizes: list[int], seconds: list[float]
) -> None:
    clock, waiting, done, steps = Clock(), Slices(sizes, lambda size: size), list[int](), 0

    def step(records: Sequence[int]) -> list[int]:
        nonlocal steps
        clock.at += seconds[steps % len(seconds)]
        steps += 1
        return list(records)

    while waiting:
        began_at, began_steps = clock.at, steps
        piece = waiting.piece(step, clock)
        done += piece
        assert len(piece) <= (PIECE_RECORDS_MAX if len(sizes) >= BACKLOG_RECORDS else SLICE_RECORDS_MAX)
        assert len(piece) == 1 or max(piece) <= SLICE_BYTES_MAX
        longest = max(seconds)
        assert steps == began_steps + 1 or clock.at - began_at <= PIECE_SECONDS_MAX + longest
    assert done == sizes


def test_pieces_are_small_while_little_waits_large_in_a_backlog_and_short() -> None:
    def cut(count: int, seconds: float) -> list[int]:
        clock, waiting = Clock(), Slices(range(count), lambda _: 1)

        def step(records: Sequence[int]) -> list[int]:
            clock.at += seconds
            return list(records)

        found = list[int]()
        while waiting:
            found.append(len(waiting.piece(step, clock)))
        return found

    assert cut(BACKLOG_RECORDS - 1, 0.0) == [16, 16, 16, 15]
    assert cut(300, 0.0) == [128, 128, 44]
    assert cut(96, 0.3 * PIECE_SECONDS_MAX) == [48, 48], "three slices fit into the time"
    assert cut(64, 2 * PIECE_SECONDS_MAX) == [16] * 4, "one slice at least"


async def test_what_is_too_large_for_the_loop_goes_to_a_thread() -> None:
    lane, threads = CoreLane(SLICE_BYTES_MAX), list[int]()

    def step(records: Sequence[int]) -> list[int]:
        threads.append(threading.get_ident())
        return list(records)

    waiting = Slices([1, SLICE_BYTES_MAX + 1, 2], lambda size: size)
    with ThreadPoolExecutor(1) as executor:
        for _ in range(3):
            await lane.advance(Work.PREPARE, waiting, step, executor)
    assert [thread == threading.get_ident() for thread in threads] == [True, False, True]
