"""`wirecopy replay-dead`: send dead letters back to the raw topic that they came from, when their cause is
mended.

Key, value, headers, timestamp and partition are those of the raw record; the headers that told of its death
are taken off. A letter that fails again dies again, with its new reason, and is not sent twice by the same
run, which ends where the topic ended when it began.

Each reason has its own place, kept as the offsets of the group `<group>.replay-dead.<reason>` and moved in
the transaction that sends the records: so no letter goes twice, whether reasons are replayed one by one or
all together, and whether a run is cut off or not. A letter whose value was left out because it was too large
cannot be sent; it is counted and passed over.

Brokers forget the place of a reason that was not replayed for `offsets.retention.minutes` (7 days by default). Where a reason
has none and there are letters as old as that, it is not known which of them were sent, and nothing is sent until
`--from-beginning` says that none was.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from wirecopy.core.model import RejectReason
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain, write
from wirecopy.shell.errors import PortError
from wirecopy.shell.pipeline.steps import ORIGIN_PREFIX
from wirecopy.shell.ports import DeadTopic, RawRecord, TopicPartition

FORGOTTEN_MS = 7 * 86_400_000  # what brokers keep offsets for, unless told otherwise


class PlaceForgottenError(Exception):
    """To go on could send letters twice; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter that can be read: where it came from, why it died, the raw record as it was."""

    to: TopicPartition
    reason: RejectReason
    record: RawRecord
    has_value: bool  # False: it was too large to be kept


@dataclass(slots=True)
class Tally:
    sent: Counter[str] = field(default_factory=Counter)
    without_value: int = 0
    foreign: int = 0  # not written by this service


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reason",
        action="append",
        choices=[reason.value for reason in RejectReason],
        help="only letters with this reason (may be given several times; default: all)",
    )
    parser.add_argument("--dry-run", action="store_true", help="count, send nothing, move no place")
    parser.add_argument(
        "--from-beginning",
        action="store_true",
        help="send also letters of a reason whose place is not known: it was never replayed, or the brokers forgot it",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="send at most about N letters (whole batches)")


def main(args: argparse.Namespace) -> int:
    from wirecopy.shell.backends.kafka.dead_topic import KafkaDeadTopic

    loaded = load_or_explain()
    if loaded is None:
        return EXIT_CONFIG
    reasons = [RejectReason(reason) for reason in args.reason or RejectReason]
    options = loaded.settings.kafka_options()
    topic = KafkaDeadTopic(options)
    try:
        tally = asyncio.run(
            replay(
                topic,
                options.group_id,
                reasons,
                dry_run=args.dry_run,
                limit=args.limit or sys.maxsize,
                forgotten_before_ms=None
                if args.from_beginning
                else time.time_ns() // 1_000_000 - FORGOTTEN_MS,
            )
        )
    except (PortError, PlaceForgottenError) as error:
        sys.stderr.write(f"wirecopy: {error}\n")
        return 1
    report(tally, dry_run=args.dry_run)
    return 0


def report(tally: Tally, *, dry_run: bool) -> None:
    for reason, count in tally.sent.most_common():
        write(f"{reason}: {count} {'would be sent' if dry_run else 'sent'}")
    if tally.without_value:
        write(f"{tally.without_value} skipped: the dead letter does not hold the value, which was too large")
    if tally.foreign:
        write(f"{tally.foreign} skipped: not dead letters of this service")
    write(f"{tally.sent.total()} dead letter(s) {'would be sent' if dry_run else 'sent'}")


async def replay(
    topic: DeadTopic,
    group_id: str,
    reasons: Sequence[RejectReason],
    *,
    dry_run: bool,
    limit: int,
    forgotten_before_ms: int | None = None,
) -> Tally:
    """Send what waits under these reasons, partition by partition. Raises `PortError`; what was sent by then
    is sent, and remembered. `forgotten_before_ms`: raise `PlaceForgottenError` before a letter that is older and whose
    reason has no place.
    """
    groups = {reason: group_of(group_id, reason) for reason in reasons}
    tally = Tally()
    try:
        committed = await topic.open(list(groups.values()))
        for partition, (first, end) in (await topic.bounds()).items():
            places = {
                reason: max(first, committed[group].get(partition, first)) for reason, group in groups.items()
            }
            offset = min(places.values())
            while offset < end and tally.sent.total() < limit:
                records = await topic.read(partition, offset, end)
                if forgotten_before_ms is not None:
                    placed = {reason for reason, group in groups.items() if partition in committed[group]}
                    _check_places(records, set(groups) - placed, forgotten_before_ms)
                offset = records[-1].position.offset + 1 if records else end
                chosen = choose(records, places, tally)
                if not dry_run:
                    moves = moves_of(chosen, places, offset, offset == end)
                    for reason, letters in moves.items():
                        await topic.send(letters, groups[reason], partition, offset)
    finally:
        await topic.close()
    return tally


def _check_places(records: Sequence[RawRecord], unplaced: set[RejectReason], before_ms: int) -> None:
    for record in records:
        letter = opened(record)
        if letter is not None and letter.reason in unplaced and record.timestamp_ms < before_ms:
            raise PlaceForgottenError(
                f"it is not known which letters of the reason {letter.reason.value} were sent: it was never replayed, or"
                " the brokers have forgotten its place (offsets.retention.minutes). If none was sent, add"
                " --from-beginning; else set the offset of the group ….replay-dead."
                + letter.reason.value
                + " by hand"
            )


Sending = tuple[TopicPartition, RawRecord]


def moves_of(
    chosen: Sequence[Letter], places: Mapping[RejectReason, int], offset: int, last: bool
) -> dict[RejectReason, list[Sending]]:
    """What each reason sends, a transaction each. A reason with nothing to send is moved once, at the end."""
    moves: dict[RejectReason, list[Sending]] = {}
    for letter in chosen:
        moves.setdefault(letter.reason, []).append((letter.to, letter.record))
    for reason, place in places.items():
        if last and place < offset:
            moves.setdefault(reason, [])
    return moves


def group_of(group_id: str, reason: RejectReason) -> str:
    return f"{group_id}.replay-dead.{reason.value}"


def choose(records: Sequence[RawRecord], places: Mapping[RejectReason, int], tally: Tally) -> list[Letter]:
    """Those of the records that are to be sent: their reason is asked for, and they lie beyond its place."""
    chosen = []
    for record in records:
        letter = opened(record)
        if letter is None:
            tally.foreign += 1
        elif record.position.offset >= places.get(letter.reason, sys.maxsize):
            if letter.has_value:
                chosen.append(letter)
                tally.sent[letter.reason.value] += 1
            else:
                tally.without_value += 1
    return chosen


def opened(record: RawRecord) -> Letter | None:
    """A dead letter as the raw record that it was; None for what this service did not write."""
    origin = {
        name.removeprefix(ORIGIN_PREFIX): value.decode("utf-8", "replace")
        for name, value in record.headers
        if name.startswith(ORIGIN_PREFIX) and value is not None
    }
    try:
        to = TopicPartition(origin["topic"], int(origin["partition"]))
        reason, timestamp_ms = RejectReason(origin["reason"]), int(origin["timestamp"])
    except (KeyError, ValueError):
        return None
    kept = tuple(header for header in record.headers if not header[0].startswith(ORIGIN_PREFIX))
    raw = replace(record, headers=kept, timestamp_ms=max(0, timestamp_ms))
    has_value = record.value is not None or reason is RejectReason.TOMBSTONE
    return Letter(to, reason, raw, has_value)
