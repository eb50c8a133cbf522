"""What the kafka*.py files make good in the client, as far as no broker is needed to see it."""

from __future__ import annotations

import asyncio
from typing import Any

import aiokafka
import pytest
from aiokafka import errors
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.producer import sender
from aiokafka.protocol.commit import OffsetFetchRequest, OffsetFetchResponse_v3
from aiokafka.protocol.group import HeartbeatRequest

from wirecopy.shell.backends.kafka.backend import CONCURRENT_TRANSACTIONS_DELAY_S, KafkaBackend
from wirecopy.shell.backends.kafka.client import guard_offset_fetch, translate, within
from wirecopy.shell.backends.kafka.deadlines import close_bounded
from wirecopy.shell.errors import FencedError, RefusalKind, RefusedError, StalledError, UnavailableError
from wirecopy.shell.options import KafkaOptions


class Coordinator:
    """Answers with what it is given, one after the other."""

    def __init__(self, *responses: Any) -> None:
        self._responses = list(responses)
        self.coordinator_id: int | None = 1
        self.deaths = 0

    async def _send_req(self, request: Any) -> Any:
        return self._responses.pop(0)

    def coordinator_dead(self) -> None:
        self.deaths += 1


def fetched(error_code: int, offset: int | None = None) -> Any:
    topics = [] if offset is None else [("raw", [(0, offset, "", 0)])]
    return OffsetFetchResponse_v3(throttle_time_ms=0, topics=topics, error_code=error_code)


REQUEST = OffsetFetchRequest("group", [("raw", [0])])


@pytest.mark.parametrize(
    ("code", "error", "deaths"),
    [
        (14, errors.GroupLoadInProgressError, 0),
        (15, errors.GroupCoordinatorNotAvailableError, 1),
        (16, errors.NotCoordinatorForGroupError, 1),
        (30, errors.GroupAuthorizationFailedError, 0),
        (-1, errors.UnknownError, 0),
    ],
)
async def test_an_offset_fetch_that_failed_as_a_whole_is_an_error(
    code: int, error: type[Exception], deaths: int
) -> None:
    """A17: the client would take the empty answer for a group that never committed."""
    coordinator = Coordinator(fetched(code))
    guard_offset_fetch(coordinator)
    with pytest.raises(error):
        await coordinator._send_req(REQUEST)
    assert coordinator.deaths == deaths


async def test_the_guard_lets_answers_pass() -> None:
    good, other = fetched(0, 77), object()
    coordinator = Coordinator(good, other)
    guard_offset_fetch(coordinator)
    assert await coordinator._send_req(REQUEST) is good
    assert await coordinator._send_req(HeartbeatRequest("group", 1, "member")) is other


async def test_the_client_asks_again_after_the_guard_has_spoken() -> None:
    """The client's own loop retries what the guard raises, and finds the offset."""
    answers = Coordinator(fetched(16), fetched(14), fetched(0, 77))

    class Real(GroupCoordinator):  # type: ignore[misc]
        """Only what `fetch_committed_offsets` needs."""

        def __init__(self) -> None:
            self.group_id = "group"
            self.coordinator_id: int | None = 1
            self._retry_backoff_ms = 1
            self._coordinator_dead_fut = asyncio.get_running_loop().create_future()

        async def ensure_coordinator_known(self) -> None:
            if self.coordinator_id is None:
                self.coordinator_id = 1
                self._coordinator_dead_fut = asyncio.get_running_loop().create_future()

        async def _send_req(self, request: Any) -> Any:
            return await answers._send_req(request)

    coordinator = Real()
    guard_offset_fetch(coordinator)
    one = aiokafka.TopicPartition("raw", 0)
    assert (await coordinator.fetch_committed_offsets([one]))[one].offset == 77


def test_the_private_names_that_are_used_exist() -> None:
    assert asyncio.iscoroutinefunction(GroupCoordinator._send_req)
    KafkaBackend(KafkaOptions("localhost:9092"))
    assert sender.BACKOFF_OVERRIDE == CONCURRENT_TRANSACTIONS_DELAY_S


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.ProducerFenced(), FencedError),
        (errors.InvalidProducerEpoch(), FencedError),
        (errors.MessageSizeTooLargeError(), RefusedError),
        (errors.TopicAuthorizationFailedError("t"), RefusedError),
        (errors.KafkaConnectionError("x"), UnavailableError),
        (errors.OutOfOrderSequenceNumber(), UnavailableError),
        (errors.IllegalOperation("x"), UnavailableError),
        (AssertionError("x"), UnavailableError),
        (OSError("x"), UnavailableError),
        (StalledError("x"), StalledError),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_the_clients_exceptions_become_ours(error: Exception, expected: type[Exception]) -> None:
    assert type(translate(error, "trying")) is expected


def test_a_refusal_says_which() -> None:
    refused = translate(errors.MessageSizeTooLargeError(), "sending")
    assert isinstance(refused, RefusedError) and refused.kind is RefusalKind.TOO_LARGE


async def test_a_call_that_never_returns_has_an_end() -> None:
    with pytest.raises(UnavailableError, match="waiting for ever: no answer within 20 ms"):
        async with within(20, "waiting for ever"):
            await asyncio.Event().wait()


async def test_a_cancellation_that_nobody_asked_for_is_transient() -> None:
    """A5."""
    with pytest.raises(UnavailableError, match="cancelled its own call"):
        async with within(1_000, "calling"):
            raise asyncio.CancelledError


async def test_a_cancellation_that_a_failed_task_group_left_behind_is_not_ours() -> None:
    """Python 3.11 and 3.12 leave the task's count raised; 3.13 takes it back."""

    async def fails() -> None:
        raise RuntimeError

    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())
        with pytest.raises(UnavailableError, match="cancelled its own call"):
            async with within(1_000, "calling"):
                raise asyncio.CancelledError


async def test_our_own_cancellation_stays_one() -> None:
    async def call() -> None:
        async with within(10_000, "calling"):
            await asyncio.Event().wait()

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("failure", [asyncio.CancelledError, RuntimeError, None])
async def test_a_client_is_put_away_whatever_its_stop_does(failure: type[BaseException] | None) -> None:
    """A5: it hangs, or raises what it likes."""

    async def stop() -> None:
        if failure is None:
            await asyncio.Event().wait()
        else:
            raise failure

    await close_bounded(stop, 20)
