"""Laws of the gate: never more inside than its width, first come first served, nobody waits longer than its patience, and
who is cancelled, at whatever moment, takes nobody's place along."""

from __future__ import annotations

import asyncio
import random

import pytest

from wirecopy.shell.pipeline.gate import WIDTH_MIN, Gate


async def _turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("partitions", "width"), [(1, 2), (4, 2), (5, 3), (6, 3), (30, 15)])
async def test_never_more_inside_than_its_width(partitions: int, width: int) -> None:
    gate, most, left = Gate(lambda: partitions, patience_s=60), 0, 0

    async def publish() -> None:
        nonlocal most, left
        async with gate:
            most = max(most, gate.inside)
            await _turns(3)
        left += 1

    await asyncio.gather(*(publish() for _ in range(40)))
    assert (most, left, gate.inside) == (width, 40, 0)


async def test_first_come_first_served() -> None:
    gate, order = Gate(lambda: 1, patience_s=60), list[int]()

    async def publish(number: int) -> None:
        async with gate:
            order.append(number)
            await _turns(1 + number % 3)

    await asyncio.gather(*(publish(number) for number in range(12)))
    assert order == list(range(12))


async def test_one_that_hangs_keeps_nobody_waiting_beyond_the_patience() -> None:
    gate, hung = Gate(lambda: 1, patience_s=0.01), asyncio.Event()

    async def hang() -> None:
        async with gate:
            await hung.wait()

    hanging = [asyncio.create_task(hang()) for _ in range(WIDTH_MIN)]
    await _turns()
    async with asyncio.timeout(10), gate:
        assert gate.inside == WIDTH_MIN + 1
    hung.set()
    await asyncio.gather(*hanging)
    assert gate.inside == 0


async def test_a_failure_inside_is_raised_and_gives_its_place_back() -> None:
    gate = Gate(lambda: 1, patience_s=60)
    with pytest.raises(ZeroDivisionError):
        async with gate:
            raise ZeroDivisionError
    assert gate.inside == 0


async def test_a_wider_gate_is_used_at_the_next_turn() -> None:
    partitions = 1
    gate, go = Gate(lambda: partitions, patience_s=60), asyncio.Event()

    async def publish() -> None:
        async with gate:
            await go.wait()

    tasks = [asyncio.create_task(publish()) for _ in range(6)]
    await _turns()
    assert gate.inside == WIDTH_MIN
    partitions = 8
    tasks[0].cancel()
    await _turns()
    assert gate.inside == 4
    go.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert gate.inside == 0


@pytest.mark.parametrize("seed", range(20))
async def test_cancelled_at_any_moment_it_leaves_nothing_behind(seed: int) -> None:
    chance, gate, served = random.Random(seed), Gate(lambda: 1, patience_s=60), 0

    async def publish() -> None:
        nonlocal served
        async with gate:
            assert gate.inside <= WIDTH_MIN
            await _turns(chance.randrange(3))
        served += 1

    tasks = [asyncio.create_task(publish()) for _ in range(30)]
    doomed = chance.sample(tasks, 15)
    for task in doomed:
        await _turns(chance.randrange(2))
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert gate.inside == 0
    assert served >= 15
    async with asyncio.timeout(10), gate:
        assert gate.inside == 1
