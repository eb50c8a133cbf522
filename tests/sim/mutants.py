"""Deliberate breakages of what exactly-once and determinism stand on: each must be caught by some seed.

A suite that finds nothing proves little unless it is known to find something. Each mutant is a mistake that
somebody could make in good faith, applied to the real pipeline or engine, or to what implements the ports
where the bargain is kept there (ports.py), while everything else stays as it is. `apply` patches with pytest's
MonkeyPatch and may set the world up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sim import sim_backend
from tests.sim.scenario import World
from wirecopy.core.engine import Engine
from wirecopy.core.index.feature_index import FeatureIndex
from wirecopy.core.model import Agreement, Outcome, Refused
from wirecopy.shell.committed import NO_NOTE, Committed, Note
from wirecopy.shell.errors import FencedError, UnavailableError
from wirecopy.shell.pipeline import follower, steps
from wirecopy.shell.pipeline.partition import worker as partition
from wirecopy.shell.pipeline.partition.flight import PartitionFlight
from wirecopy.shell.pipeline.steps import Entry
from wirecopy.shell.ports import LogRecord, Opened, OutputStream, TopicPartition

Patch = pytest.MonkeyPatch
Prepare = Callable[[World], None]


def _nothing(world: World) -> None:
    """The world as it is."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`seed`: one that caught it when this was written, tried first to save time."""

    apply: Callable[[Patch], Prepare]
    seed: int

    @property
    def name(self) -> str:
        return self.apply.__name__


def skipped_fence(patch: Patch) -> Prepare:
    """A new owner goes on with the old producer's epoch."""

    def fence(self: sim_backend.TransactionLog, transactional_id: str) -> int:
        broker = self._backend.broker
        return broker.epoch(transactional_id) or broker.fence(transactional_id)

    patch.setattr(sim_backend.TransactionLog, "fence", fence)
    return _nothing


def offset_before_fence(patch: Patch) -> Prepare:
    """The committed offset is read first, the fence comes after it."""

    async def open_(self: sim_backend.SimOutputs, part: TopicPartition) -> Opened:
        transactional_id = f"{self.sim_backend.backend.group_id}.{part.topic}.{part.partition}"
        committed = await self.committed(part)
        epoch = await self.fence(transactional_id)
        return Opened(sim_backend.SimTransactions(self.sim_backend, part, transactional_id, epoch), committed)

    patch.setattr(sim_backend.SimOutputs, "open", open_)
    return _nothing


def offsets_outside(patch: Patch) -> Prepare:
    """The raw offset is committed by itself, once the transaction is through."""

    async def publish(
        self: sim_backend.SimTransactions, records: Sequence[Any], next_raw_offset: int, note: Note = NO_NOTE
    ) -> None:
        backend = self.sim_backend.backend
        await plain(self, records, next_raw_offset, note)
        await self.sim_backend.network.ask(
            "commit the offset",
            lambda: backend.broker.commit(
                backend.group_id, self.partition, Committed(next_raw_offset, note, noted=True)
            ),
        )

    async def send_offset(
        self: sim_backend.SimTransactions, next_raw_offset: int, note: Note = NO_NOTE
    ) -> None:
        """Not in the transaction."""

    plain = sim_backend.SimTransactions.publish
    patch.setattr(sim_backend.SimTransactions, "publish", publish)
    patch.setattr(sim_backend.SimTransactions, "send_offset", send_offset)
    return _nothing


def unchecked_delivery(patch: Patch) -> Prepare:
    """The commit goes ahead whatever became of the sends."""

    async def deliver_all(self: sim_backend.SimTransactions, requests: Sequence[Any]) -> None:
        await asyncio.gather(*requests, return_exceptions=True)

    patch.setattr(sim_backend.SimTransactions, "deliver_all", deliver_all)
    return _nothing


def commit_tried_again(patch: Patch) -> Prepare:
    """After a commit whose outcome is unknown the same transaction is sent once more."""

    async def publish(
        self: sim_backend.SimTransactions, records: Sequence[Any], next_raw_offset: int, note: Note = NO_NOTE
    ) -> None:
        try:
            await plain(self, records, next_raw_offset, note)
        except UnavailableError:
            self.dead = False
            await plain(self, records, next_raw_offset, note)

    plain = sim_backend.SimTransactions.publish
    patch.setattr(sim_backend.SimTransactions, "publish", publish)
    return _nothing


def dead_letters_outside(patch: Patch) -> Prepare:
    """Dead letters are written at once, by a plain producer."""

    async def deliver(self: sim_backend.SimTransactions, stream: OutputStream, batch: Sequence[Any]) -> None:
        if stream is not OutputStream.DEAD:
            await plain(self, stream, batch)
            return
        broker = self.sim_backend.backend.broker
        await self.sim_backend.network.ask(
            "send dead letters",
            lambda: [broker.produce(t, n, r.value, r.key, r.headers) for t, n, r in batch],
        )

    plain = sim_backend.SimTransactions.deliver
    patch.setattr(sim_backend.SimTransactions, "deliver", deliver)
    return _nothing


def fence_ignored(patch: Patch) -> Prepare:
    """A producer that was fenced gets itself a new epoch and goes on."""

    async def publish(
        self: sim_backend.SimTransactions, records: Sequence[Any], next_raw_offset: int, note: Note = NO_NOTE
    ) -> None:
        try:
            await plain(self, records, next_raw_offset, note)
        except FencedError:
            self.epoch = self.sim_backend.transactions.fence(self.transactional_id)
            self.dead = False
            await plain(self, records, next_raw_offset, note)

    plain = sim_backend.SimTransactions.publish
    patch.setattr(sim_backend.SimTransactions, "publish", publish)
    return _nothing


def clock_in_replay(patch: Patch) -> Prepare:
    """The window is measured by the replica's clock and not by the log's."""

    def prepare(world: World) -> None:
        def replay_many(
            self: Engine, records: Sequence[tuple[int, int, bytes]]
        ) -> list[Outcome | Refused | Agreement]:
            return plain(self, [(offset, world.broker.clock_ms(), value) for offset, _, value in records])

        patch.setattr(Engine, "replay_many", replay_many)

    plain = Engine.replay_many
    return prepare


def outcome_of_another(patch: Patch) -> Prepare:
    """What comes back from the log is taken to be about the oldest record that waits."""

    def settle(self: partition.PartitionWorker, outcome: Outcome) -> None:
        for entry in self._flight.entries:
            if not entry.settled:
                entry.outcome = outcome
                self._changed.set()
                return

    patch.setattr(partition.PartitionWorker, "settle", settle)
    return _nothing


def forgotten_redelivery(patch: Patch) -> Prepare:
    """The engine does not remember what it said of a raw record."""

    def replay_many(
        self: Engine, records: Sequence[tuple[int, int, bytes]]
    ) -> list[Outcome | Refused | Agreement]:
        outcomes = []
        for record in records:
            self._recent.clear()
            outcomes += plain(self, [record])
        return outcomes

    plain = Engine.replay_many
    patch.setattr(Engine, "replay_many", replay_many)
    return _nothing


def judged_before_replay(patch: Patch) -> Prepare:
    """The owner judges its own records as soon as they are appended, without waiting for its turn in the log."""

    async def append(self: partition.PartitionWorker, entries: Sequence[Entry]) -> None:
        await plain(self, entries)
        for entry in entries:
            if entry.outcome is None and entry.proposal is not None:
                now_ms = self._context.wall_clock_ms()
                [outcome] = self._context.engine.replay_many(
                    [(entry.log_offset or 0, now_ms, entry.proposal.value)]
                )
                if isinstance(outcome, Outcome):
                    entry.outcome = outcome
        self._changed.set()

    plain = partition.PartitionWorker._append
    patch.setattr(partition.PartitionWorker, "_append", append)
    return _nothing


def prefix_with_holes(patch: Patch) -> Prepare:
    """What is settled is published, whether or not all before it is."""

    def settled_prefix(self: PartitionFlight, records_max: int, followed_offset: int) -> list[Entry]:
        settled = [entry for entry in self.entries if entry.settled]
        waiting = [entry for entry in self.entries if not entry.settled]
        self.entries.clear()
        self.entries.extend([*settled, *waiting])
        return settled[:records_max]

    patch.setattr(PartitionFlight, "settled_prefix", settled_prefix)
    return _nothing


def offset_of_the_last(patch: Patch) -> Prepare:
    """The offset that is committed is the last record's own, not the one after it."""

    async def guarded(self: Any, transactions: Any, batch: Any, records: Any, next_offset: int) -> None:
        await plain(self, transactions, batch, records, next_offset - 1)

    plain = partition.PartitionWorker._publish_guarded
    patch.setattr(partition.PartitionWorker, "_publish_guarded", guarded)
    return _nothing


def no_seek_after_failure(patch: Patch) -> Prepare:
    """After a failure reading goes on where it stood, not at the committed offset."""

    def take_seek(self: partition.PartitionWorker) -> int | None:
        offset = plain(self)
        if offset is None or self.partition in seen:
            return None
        seen[self.partition] = True
        return offset

    seen: dict[TopicPartition, bool] = {}
    plain = partition.PartitionWorker.take_seek
    patch.setattr(partition.PartitionWorker, "take_seek", take_seek)

    def prepare(world: World) -> None:
        seen.clear()

    return prepare


def kept_in_flight(patch: Patch) -> Prepare:
    """A new incarnation keeps what the one before it had in flight."""

    def forget(self: PartitionFlight) -> None:
        self._inbox.clear()

    patch.setattr(PartitionFlight, "forget", forget)
    return _nothing


def follower_skips(patch: Patch) -> Prepare:
    """After a failure the follower goes on behind what it asked for."""

    async def begin(self: follower.Follower) -> int:
        again = self.next_offset > 0
        end = await plain(self)
        if again:
            self.next_offset = min(self.next_offset + 1, end)
            await self._log.follow(self.next_offset)
        return end

    plain = follower.Follower._begin
    patch.setattr(follower.Follower, "_begin", begin)
    return _nothing


def follower_starts_at_end(patch: Patch) -> Prepare:
    """A replica begins with what is new, and not with what the log holds."""

    async def begin(self: follower.Follower) -> int:
        end = await plain(self)
        if self._engine.stats().log_offset == 0:
            await self._log.follow(end)
            self.next_offset = end
        return end

    plain = follower.Follower._begin
    patch.setattr(follower.Follower, "_begin", begin)
    return _nothing


def replayed_out_of_order(patch: Patch) -> Prepare:
    """A batch of the log is replayed by raw partition."""

    async def replay(self: follower.Follower, records: Sequence[LogRecord]) -> None:
        await plain(self, sorted(records, key=lambda record: record.value[10:14]))

    plain = follower.Follower._replay
    patch.setattr(follower.Follower, "_replay", replay)
    return _nothing


def refused_is_not_passed(patch: Patch) -> Prepare:
    """A poisoned record of the log ends whoever meets it."""

    def replay_many(
        self: Engine, records: Sequence[tuple[int, int, bytes]]
    ) -> list[Outcome | Refused | Agreement]:
        outcomes = plain(self, records)
        assert not any(isinstance(outcome, Refused) for outcome in outcomes)
        return outcomes

    plain = Engine.replay_many
    patch.setattr(Engine, "replay_many", replay_many)
    return _nothing


def no_corrections_of_redelivered(patch: Patch) -> Prepare:
    """The corrections of a record that came twice are taken to be published already."""

    def corrections(outcome: Outcome, *rest: Any) -> list[Any]:
        return [] if outcome.redelivered else plain(outcome, *rest)

    plain = steps._corrections
    patch.setattr(steps, "_corrections", corrections)
    return _nothing


def verdict_by_owner(patch: Patch) -> Prepare:
    """What the index learns depends on which replica owns the partition."""

    def prepare(world: World) -> None:
        make = world.make_engine

        def make_engine(window_ms: int) -> Engine:
            return make(window_ms if len(world.replicas) % 2 else window_ms // 2)

        world.make_engine = make_engine

    return prepare


def snapshot_without_offset(patch: Patch) -> Prepare:
    """A snapshot is said to reach one record further than it does."""

    def state(engine: Engine) -> Any:
        saved = plain(engine)
        saved.state["engine"][2] += 1
        return saved

    from tests.sim import scenario, snapshot

    plain = snapshot.snapshot_of
    patch.setattr(scenario, "snapshot_of", state)
    return _nothing


def features_uncounted(patch: Patch) -> Prepare:
    """A restored engine does not know how many articles have a feature."""

    def from_state(state: Mapping[str, Any]) -> FeatureIndex:
        index = plain(state)
        index._frequency[:] = 0
        return index

    plain = FeatureIndex.from_state
    patch.setattr(FeatureIndex, "from_state", from_state)
    return _nothing


def features_expire_by_batch(patch: Patch) -> Prepare:
    """Rare words of articles that have left the window are forgotten at the end of a batch, not record by record."""

    def replay_many(
        self: Engine, records: Sequence[tuple[int, int, bytes]]
    ) -> list[Outcome | Refused | Agreement]:
        due: list[int] = []
        with pytest.MonkeyPatch.context() as held:
            held.setattr(self._features, "expire", due.append)
            outcomes = plain(self, records)
        for oldest in due[-1:]:
            self._features.expire(oldest)
        return outcomes

    plain = Engine.replay_many
    patch.setattr(Engine, "replay_many", replay_many)
    return _nothing


MUTANTS = (
    Mutant(skipped_fence, 3),
    Mutant(offset_before_fence, 29),
    Mutant(offsets_outside, 6),
    Mutant(unchecked_delivery, 20),
    Mutant(commit_tried_again, 9),
    Mutant(dead_letters_outside, 4),
    Mutant(fence_ignored, 285),
    Mutant(clock_in_replay, 0),
    Mutant(outcome_of_another, 4),
    Mutant(forgotten_redelivery, 3),
    Mutant(judged_before_replay, 0),
    Mutant(prefix_with_holes, 4),
    Mutant(offset_of_the_last, 0),
    Mutant(no_seek_after_failure, 3),
    Mutant(kept_in_flight, 5),
    Mutant(follower_skips, 3),
    Mutant(follower_starts_at_end, 3),
    Mutant(replayed_out_of_order, 2),
    Mutant(refused_is_not_passed, 8),
    Mutant(no_corrections_of_redelivered, 13),
    Mutant(verdict_by_owner, 0),
    Mutant(snapshot_without_offset, 31),
    Mutant(features_uncounted, 38),
    Mutant(features_expire_by_batch, 3),
)
