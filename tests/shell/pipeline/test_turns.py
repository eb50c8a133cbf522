"""Laws of turns: records in order and once, whoever asks; nobody asks while the engine replays; a crowd of questions does
not stop the replays, and a batch does not stop a question."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from wirecopy.core.model import Agreement, EngineStats, Outcome, RawArticle, RefusalReason, Refused
from wirecopy.shell.pipeline.lane import BACKLOG_RECORDS, PIECE_RECORDS_MAX, PIECE_SECONDS_MAX
from wirecopy.shell.pipeline.lane import SLICE_RECORDS_MAX as SLICE_RECORDS
from wirecopy.shell.pipeline.turns import EngineTurns
from wirecopy.shell.ports import ProposalPort


class Busy:
    """An engine that takes its time, and fails when two are in it at once."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.replayed: list[int] = []
        self.turns: list[str] = []
        self.entered = threading.Event()
        self._inside = threading.Lock()

    def replay_many(self, records: Sequence[tuple[int, int, bytes]]) -> list[Outcome | Refused | Agreement]:
        with self._alone(f"replay {len(records)}"):
            self.replayed += [offset for offset, _, _ in records]
            return [Refused(RefusalReason.NOT_A_RECORD, str(offset)) for offset, _, _ in records]

    def question(self) -> int:
        with self._alone("question"):
            return len(self.replayed)

    def _alone(self, what: str) -> _Alone:
        return _Alone(self, what)

    def propose(self, article: RawArticle) -> ProposalPort:
        raise NotImplementedError

    def body_at(self, topic: str, partition: int, offset: int) -> str | None:
        raise NotImplementedError

    def agreed(self) -> Agreement | None:
        raise NotImplementedError

    def judged(self, topic: str, partition: int) -> tuple[int, int] | None:
        return None

    def stats(self) -> EngineStats:
        raise NotImplementedError


class _Alone:
    def __init__(self, engine: Busy, what: str) -> None:
        self._engine, self._what = engine, what

    def __enter__(self) -> None:
        assert self._engine._inside.acquire(blocking=False), "two are in the engine at once"
        self._engine.turns.append(self._what)
        self._engine.entered.set()
        time.sleep(self._engine.seconds)

    def __exit__(self, *_: object) -> None:
        self._engine._inside.release()


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


def batch(count: int, first: int = 0) -> list[tuple[int, int, bytes]]:
    return [(first + n, 0, b"") for n in range(count)]


def told(outcomes: list[Outcome | Refused | Agreement]) -> list[int]:
    return [int(outcome.detail) for outcome in outcomes if isinstance(outcome, Refused)]


async def test_a_batch_that_nobody_interrupts_is_replayed_in_order_and_once(
    executor: ThreadPoolExecutor,
) -> None:
    for inline in (0, 1000):
        engine = Busy()
        turns = EngineTurns(engine, executor, inline)
        assert told(await turns.replay(batch(100))) == list(range(100))
        assert await turns.replay([]) == []
        assert engine.replayed == list(range(100))


def sizes(engine: Busy) -> list[int]:
    return [int(turn.split()[1]) for turn in engine.turns]


async def test_a_piece_ends_before_it_holds_the_loop_for_too_long(executor: ThreadPoolExecutor) -> None:
    engine = Busy(0.4 * PIECE_SECONDS_MAX)  # a slice: two fit, three do not
    longest, last = 0, 0

    async def beside() -> None:
        nonlocal longest, last
        while True:
            longest, last = max(longest, len(engine.turns) - last), len(engine.turns)
            await asyncio.sleep(0)

    watching = asyncio.create_task(beside())
    await EngineTurns(engine, executor, 1000).replay(batch(PIECE_RECORDS_MAX))
    watching.cancel()
    assert longest <= 2
    assert engine.replayed == list(range(PIECE_RECORDS_MAX))


@pytest.mark.parametrize("inline", [3, SLICE_RECORDS, PIECE_RECORDS_MAX])
@pytest.mark.parametrize("count", [1, BACKLOG_RECORDS - 1, BACKLOG_RECORDS, 300])
async def test_no_size_of_pieces_changes_what_is_replayed(
    executor: ThreadPoolExecutor, inline: int, count: int
) -> None:
    engine = Busy()
    assert told(await EngineTurns(engine, executor, inline).replay(batch(count))) == list(range(count))
    assert engine.replayed == list(range(count))
    assert max(sizes(engine)) <= min(inline, SLICE_RECORDS)


async def test_a_question_waits_for_a_slice_and_not_for_the_batch(executor: ThreadPoolExecutor) -> None:
    engine = Busy(0.005)
    turns = EngineTurns(engine, executor, 0)
    replay = asyncio.create_task(turns.replay(batch(40 * SLICE_RECORDS)))
    assert await asyncio.to_thread(engine.entered.wait, 5)
    seen = await turns.ask(engine.question)
    assert seen < 40 * SLICE_RECORDS, "answered before the batch was over"
    assert seen % SLICE_RECORDS == 0
    assert told(await replay) == engine.replayed == list(range(40 * SLICE_RECORDS))


@pytest.mark.parametrize("inline", [0, SLICE_RECORDS])
async def test_a_crowd_of_questions_leaves_every_other_turn_to_the_replays(
    executor: ThreadPoolExecutor, inline: int
) -> None:
    engine = Busy(0.001)
    turns = EngineTurns(engine, executor, inline)
    crowd = [asyncio.create_task(turns.ask(engine.question)) for _ in range(30)]
    await asyncio.sleep(0)
    for first in range(0, 10 * SLICE_RECORDS, SLICE_RECORDS):
        assert len(await turns.replay(batch(SLICE_RECORDS, first))) == SLICE_RECORDS
    assert not all(task.done() for task in crowd), "ten slices needed no more than ten questions' time or so"
    await asyncio.gather(*crowd)
    assert engine.replayed == list(range(10 * SLICE_RECORDS))
    longest = max(len(run.split()) for run in " ".join(engine.turns).split(f"replay {SLICE_RECORDS}")[1:10])
    assert longest <= 1, "between two slices there is one question"


@pytest.mark.parametrize("inline", [0, 1000])
async def test_who_goes_away_while_the_engine_is_read_gives_nobody_else_the_turn(
    executor: ThreadPoolExecutor, inline: int
) -> None:
    engine = Busy(0.05)
    turns = EngineTurns(engine, executor, inline)
    question = asyncio.create_task(turns.ask(engine.question))
    assert await asyncio.to_thread(engine.entered.wait, 5)
    question.cancel()
    replay = asyncio.create_task(turns.replay(batch(3)))
    await asyncio.sleep(0)
    question.cancel()
    await replay  # the engine itself asserts that it is alone
    with pytest.raises(asyncio.CancelledError):
        await question
    assert engine.turns == ["question", "replay 3"]


async def test_a_question_that_fails_fails_its_asker_alone(executor: ThreadPoolExecutor) -> None:
    engine = Busy()
    turns = EngineTurns(engine, executor, 0)

    def fails() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await turns.ask(fails)
    assert await turns.ask(engine.question) == 0
    assert len(await turns.replay(batch(5))) == 5
