"""Laws of the replay: a letter goes back as the raw record that it was, and never twice, whichever reasons
are asked for and wherever a run is cut off."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest

from wirecopy.core.model import RawPosition, Rejected, RejectReason
from wirecopy.shell.cli import replay_dead
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.pipeline.steps import Limits, dead_letter
from wirecopy.shell.ports import RawRecord, TopicPartition

LIMITS = Limits(log_value=10**6, enriched=10**6, corrections=10**6, dead=4_000)
DEAD = "articles.dead"
Sent = tuple[TopicPartition, RawRecord]


def letter(offset: int, reason: RejectReason, value: bytes | None = b"x", at: int = 0) -> RawRecord:
    """What the service writes for a raw record, as it lies in the dead letters."""
    raw = RawRecord(RawPosition("articles.raw", 3, offset), b"key", value, (("trace", b"1"),), 1_000 + offset)
    made = dead_letter(raw, Rejected(reason, "because"), LIMITS)
    return RawRecord(RawPosition(DEAD, 0, at), made.key, made.value, made.headers, 9_999)


class Topic:
    """`ports.DeadTopic` over a list; `fails_at` counts the transactions until the broker goes away."""

    def __init__(self, letters: Sequence[RawRecord], batch: int = 2, fails_at: int = 10**9) -> None:
        self.letters = [
            RawRecord(RawPosition(DEAD, 0, at), one.key, one.value, one.headers, one.timestamp_ms)
            for at, one in enumerate(letters)
        ]
        self.batch = batch
        self.fails_at = fails_at
        self.committed: dict[str, dict[TopicPartition, int]] = {}
        self.sent: list[Sent] = []

    async def open(self, groups: Sequence[str]) -> Mapping[str, Mapping[TopicPartition, int]]:
        return {group: dict(self.committed.get(group, {})) for group in groups}

    async def bounds(self) -> Mapping[TopicPartition, tuple[int, int]]:
        return {TopicPartition(DEAD, 0): (0, len(self.letters))}

    async def read(self, partition: TopicPartition, offset: int, end: int) -> Sequence[RawRecord]:
        return self.letters[offset : min(end, offset + self.batch)]

    async def send(self, letters: Sequence[Sent], group: str, of: TopicPartition, offset: int) -> None:
        self.fails_at -= 1
        if self.fails_at < 0:
            raise UnavailableError("gone")
        self.sent += letters
        self.committed.setdefault(group, {})[of] = offset

    async def close(self) -> None: ...


async def replay(
    topic: Topic, *reasons: RejectReason, dry_run: bool = False, limit: int = 10**9
) -> replay_dead.Tally:
    return await replay_dead.replay(topic, "g", reasons or list(RejectReason), dry_run=dry_run, limit=limit)


MIXED = [
    letter(offset, reason)
    for offset, reason in enumerate(
        [RejectReason.NOT_JSON, RejectReason.BODY_MISSING, RejectReason.NOT_JSON, RejectReason.INTERNAL] * 3
    )
]


async def test_a_letter_goes_back_as_the_raw_record_that_it_was() -> None:
    topic = Topic([letter(7, RejectReason.NOT_JSON, b"value")])
    await replay(topic)
    ((to, record),) = topic.sent
    assert to == TopicPartition("articles.raw", 3)
    assert (record.key, record.value, record.headers, record.timestamp_ms) == (
        b"key",
        b"value",
        (("trace", b"1"),),
        1_007,
    )


@pytest.mark.parametrize(
    "first", [(), (RejectReason.NOT_JSON,), (RejectReason.INTERNAL, RejectReason.NOT_JSON)]
)
async def test_each_letter_goes_once_whatever_is_asked_for_first(first: tuple[RejectReason, ...]) -> None:
    topic = Topic(MIXED)
    tally = await replay(topic, *first)
    wanted = set(first or RejectReason)
    assert tally.sent.total() == sum(
        RejectReason((r.headers[-2][1] or b"").decode()) in wanted for r in MIXED
    )
    await replay(topic)
    assert (await replay(topic)).sent.total() == 0
    assert sorted(record.timestamp_ms for _, record in topic.sent) == [1_000 + at for at in range(len(MIXED))]


async def test_each_letter_goes_once_wherever_a_run_is_cut_off() -> None:
    for transactions, batch in itertools.product(range(16), (1, 2, 5, 100)):
        topic = Topic(MIXED, batch, transactions)
        try:
            await replay(topic)
        except UnavailableError:
            topic.fails_at = 10**9
            await replay(topic)
        assert sorted(record.timestamp_ms for _, record in topic.sent) == [
            1_000 + at for at in range(len(MIXED))
        ]


async def test_a_dry_run_sends_nothing_and_moves_no_place() -> None:
    topic = Topic(MIXED)
    assert (await replay(topic, dry_run=True)).sent.total() == len(MIXED)
    assert not topic.sent
    assert not topic.committed


async def test_a_limit_ends_after_the_batch_that_reaches_it_and_the_next_run_goes_on() -> None:
    topic = Topic(MIXED, batch=4)
    assert (await replay(topic, limit=5)).sent.total() == 8
    assert (await replay(topic)).sent.total() == 4


async def test_what_cannot_be_sent_is_counted_and_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    foreign = RawRecord(RawPosition(DEAD, 0, 0), None, b"x", (("wirecopy.reason", b"nonsense"),), 0)
    large = letter(1, RejectReason.TOO_LARGE, b"x" * 5_000)
    assert large.value is None
    tombstone = letter(2, RejectReason.TOMBSTONE, None)
    topic = Topic([foreign, large, tombstone])
    tally = await replay(topic)
    assert (tally.foreign, tally.without_value, dict(tally.sent)) == (1, 1, {"tombstone": 1})
    replay_dead.report(tally, dry_run=False)
    assert "1 dead letter(s) sent" in capsys.readouterr().out


async def test_nothing_is_sent_twice_after_the_brokers_forgot_the_places() -> None:
    topic = Topic(MIXED)
    every = list(RejectReason)
    await replay(topic)
    sent = len(topic.sent)
    topic.committed.clear()
    old, young = 10_000, 9_000  # letters were written at 9,999
    with pytest.raises(replay_dead.PlaceForgottenError, match=r"not_json.*--from-beginning"):
        await replay_dead.replay(topic, "g", every, dry_run=False, limit=99, forgotten_before_ms=old)
    assert len(topic.sent) == sent and not topic.committed
    tally = await replay_dead.replay(topic, "g", every, dry_run=False, limit=99, forgotten_before_ms=young)
    assert tally.sent.total() == len(MIXED), (
        "younger than any place that was forgotten: it was never replayed"
    )
    await replay_dead.replay(topic, "g", every, dry_run=False, limit=99, forgotten_before_ms=old)
    assert len(topic.sent) == sent + len(MIXED), "the places are known"
