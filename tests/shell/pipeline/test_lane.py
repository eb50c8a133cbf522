"""Laws of the lane: one piece at a time with a turn of the loop between two; what is due first runs first; what nobody
waits for does not run; a batch is cut into pieces that hold all of it, in order."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.shell.pipeline.lane import PIECE_BYTES_MAX, PIECE_RECORDS_MAX, CoreLane, Work, pieces


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


@given(st.lists(st.integers(0, 2 * PIECE_BYTES_MAX), max_size=80))
def test_pieces_hold_everything_in_order_and_are_small_or_single(sizes: list[int]) -> None:
    cut = list(pieces(sizes, lambda size: size))
    assert [size for piece, _ in cut for size in piece] == sizes
    for piece, size_bytes in cut:
        assert size_bytes == sum(piece)
        assert len(piece) == 1 or (len(piece) <= PIECE_RECORDS_MAX and size_bytes <= PIECE_BYTES_MAX)
