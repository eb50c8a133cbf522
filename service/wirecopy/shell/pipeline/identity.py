"""That this replica is in the world that the others are in: the same topics, the same log, the same settings.

A topic is not its name. Deleted and made again it has another id (KIP-516), and what was said of the old one's positions
says nothing of the new one's. And replicas agree only if whatever decides a verdict is the same for all of them: it is
written to the log (core/fingerprint/agreement.py), and a replica that differs ends with a sentence before it judges.

    start    the log is set up as it must be; the replica's settings and topics are those of the log's agreement
    opening  the log is the one that the partition's last owner knew, and has lost nothing that the index needs
    always   the topics are there, and are the same as at the start; nobody has replaced the agreement
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from wirecopy.core.fingerprint.agreement import encode_agreement, made_again
from wirecopy.core.model import Agreement
from wirecopy.core.values import replace
from wirecopy.shell.committed import LogPlace
from wirecopy.shell.errors import FatalError, PortError
from wirecopy.shell.options import Shared
from wirecopy.shell.ports import EnginePort, FingerprintLog, Opened, TopicPartition, TopicState

LOOK_S = 5.0
MISSING_LOOKS = 3  # in a row: a broker that has just started may not know a topic yet
NAMED_MAX = 3  # settings named in one sentence
READ_BACK_S = 0.02


class Identity:
    """Of one replica, for the length of its life. `shared` None: nothing is compared, as in a simulation."""

    def __init__(
        self, shared: Shared | None, engine: EnginePort, log: FingerprintLog, wall_clock_ms: Callable[[], int]
    ) -> None:
        self._shared = shared
        self._engine = engine
        self._log = log
        self._wall_clock_ms = wall_clock_ms
        self._ids: dict[str, str] = {}
        self._own: Agreement | None = None  # set once the replica has agreed
        self._agreed_at = -1  # newest offset of the log with an agreement that counts
        self.bounds = (0, 0)  # of the log, when it was last followed from the beginning
        self.oldest: tuple[int, int] | None = None  # offset and time of the log's oldest record, where known

    # ---- at the start, once the log was followed to its end
    async def agree(self) -> None:
        """Returns when this replica may judge. Raises FatalError where it may not."""
        shared = self._shared
        if shared is None:
            return
        self._check_set_up(await self._log.described(), shared)
        self._ids = dict(await self._log.topic_ids() or {})
        raw_ids = tuple(sorted((name, id_) for name, id_ in self._ids.items() if name in shared.topics))
        own = Agreement(tuple(sorted(shared.settings.items())), raw_ids, replaces=False)
        standing = self._engine.agreed()
        if standing is not None:
            other = difference(standing, own)
            if other and not shared.replace_settings:
                raise FatalError(_differs(other))
            again = made_again(standing, own)
            if again and not shared.accept_new_topics:
                raise FatalError(_made_again(again))
            if other or again:
                own = replace(own, replaces=True)
        [self._agreed_at] = await self._log.append([encode_agreement(own)])
        while self._engine.stats().log_offset <= self._agreed_at:  # noqa: ASYNC110 - the follower is watched
            await asyncio.sleep(READ_BACK_S)
        self._own = own
        self.seen()

    def seen(self) -> None:
        """An agreement was replayed. Raises FatalError where it leaves this replica out."""
        standing = self._engine.agreed()
        if self._own is None or standing is None:
            return
        other = difference(standing, self._own)
        if other:
            raise FatalError(_differs(other))
        again = made_again(standing, self._own)
        if again:
            raise FatalError(_made_again(again))

    def _check_set_up(self, state: TopicState | None, shared: Shared) -> None:
        """The log is one total order, in the brokers' time, and kept for as long as the index remembers."""
        if state is None:
            return
        name, config = state.name, state.config
        faults = []
        if state.partitions != 1:
            faults.append(f"it has {state.partitions} partitions instead of one")
        if config.get("message.timestamp.type", "LogAppendTime") != "LogAppendTime":
            faults.append("message.timestamp.type is not LogAppendTime")
        if "compact" in config.get("cleanup.policy", "delete"):
            faults.append("cleanup.policy is not delete")
        retention_ms = int(config.get("retention.ms", "-1"))
        if shared.window_ms is not None and 0 <= retention_ms < shared.window_ms:
            faults.append(
                f"retention.ms is {retention_ms}, which is shorter than the window of {shared.window_ms} ms"
            )
        if faults:
            raise FatalError(
                f"the fingerprint log {name} cannot be used: {'; '.join(faults)}. Replicas would give different"
                " verdicts. `wirecopy topics --check` lists what is wrong, and `wirecopy topics` makes a right one"
            )

    # ---- when a partition is opened
    def log_place(self) -> LogPlace | None:
        """What to note beside a committed offset."""
        if self._shared is None:
            return None
        first_offset, first_time_ms = self.oldest or (self.bounds[0], 0)
        stats, topic = self._engine.stats(), self._shared.log_topic
        return LogPlace(
            topic,
            self._ids.get(topic, ""),
            first_offset,
            first_time_ms,
            stats.log_offset,
            stats.log_time_ms,
        )

    async def check(self, partition: TopicPartition, opened: Opened) -> None:
        """Raises FatalError where the raw topic is not the one of the start, or the log is not the one that the partition's
        last owner followed, or has lost records that an index still needs."""
        if opened.topic_id and self._ids:
            self._compare({partition.topic: opened.topic_id})
        place, shared = opened.committed.note.log if opened.committed else None, self._shared
        if place is None or shared is None or place.topic != shared.log_topic:
            return
        if self.oldest is None and place.first_time_ms:
            self.oldest = (place.first_offset, place.first_time_ms)
        if shared.accept_lost_log:
            return
        ours = self._ids.get(place.topic, "")
        if "" not in (ours, place.topic_id) and ours != place.topic_id:
            fault = f"was deleted and made again (its id was {place.topic_id} and is {ours})"
        elif place.next_offset > self._engine.stats().log_offset and (
            place.next_offset > (await self._log.bounds())[1]
        ):
            fault = (
                f"has lost its end: it held offset {place.next_offset - 1} when"
                f" {partition.topic}-{partition.partition} was last committed"
            )
        elif self._was_cut(place, shared.window_ms):
            fault = (
                f"was cut: it began at offset {place.first_offset} and now begins at {self.bounds[0]}, and what is"
                " gone lies within the window"
            )
        else:
            return
        raise FatalError(
            f"the fingerprint log {place.topic} {fault}. What was published before is not known to this replica, so its"
            " verdicts would differ. Set WIRECOPY_KAFKA_LOG_LOST=accept to go on with what the log holds, on all"
            " replicas and without their saved state; see docs/runbook.md"
        )

    def _was_cut(self, place: LogPlace, window_ms: int | None) -> bool:
        """Retention takes nothing that is younger than the window."""
        if window_ms is None:
            return False
        from_ms, first = self._wall_clock_ms() - window_ms, self.bounds[0]
        return (first > place.first_offset and place.first_time_ms > from_ms) or (
            first > place.next_offset and place.time_ms > from_ms
        )

    # ---- always
    async def watch(self) -> None:
        """Looks at the topics again and again. Raises FatalError where one is gone or another one."""
        missing = 0
        while self._ids:
            await asyncio.sleep(LOOK_S)
            try:
                now = await self._log.topic_ids()
                first, _ = await self._log.bounds()
            except PortError:
                continue  # the others notice that the brokers are away
            if now is None:
                continue
            self._compare(now)
            gone = sorted(set(self._ids) - set(now))
            missing = missing + 1 if gone else 0
            if missing >= MISSING_LOOKS:
                raise FatalError(
                    f"the topic {', '.join(gone)} is not there any more, or we may not see it. Nothing is read until it"
                    " exists again; check with `wirecopy topics --check`"
                )
            if self._own is not None and first > self._agreed_at:
                try:
                    [self._agreed_at] = await self._log.append(
                        [encode_agreement(replace(self._own, replaces=False))]
                    )
                except PortError:
                    continue

    def _compare(self, now: Mapping[str, str]) -> None:
        again = sorted(name for name, id_ in now.items() if self._ids.get(name, id_) != id_)
        if again:
            raise FatalError(
                f"the topic {', '.join(again)} was deleted and made again while this replica was running. Start it again:"
                " it then says what is to be decided"
            )


def difference(standing: Agreement, own: Agreement) -> list[tuple[str, str, str]]:
    """Settings in which two agreements differ: name, theirs, ours. One that either does not know is no difference."""
    theirs, ours = dict(standing.settings), dict(own.settings)
    return [
        (name, theirs[name], ours[name])
        for name in sorted(theirs)
        if ours.get(name, theirs[name]) != theirs[name]
    ]


def _differs(other: list[tuple[str, str, str]]) -> str:
    told = "; ".join(f"{name} is {ours} here and {theirs} there" for name, theirs, ours in other[:NAMED_MAX])
    more = f"; and {len(other) - NAMED_MAX} more" if len(other) > NAMED_MAX else ""
    return (
        f"this replica would judge otherwise than the other replicas of its fingerprint log: {told}{more}. Give all"
        " replicas the same settings. To change them, stop all replicas, and start with WIRECOPY_KAFKA_LOG_SETTINGS=replace"
    )


def _made_again(topics: set[str]) -> str:
    return (
        f"the raw topic {', '.join(sorted(topics))} was deleted and made again: its offsets name other records than those"
        " that were judged. Set WIRECOPY_KAFKA_OFFSET_LOST to earliest to read the new topic from its beginning, or to"
        " latest to skip what it holds; set it back afterwards"
    )
