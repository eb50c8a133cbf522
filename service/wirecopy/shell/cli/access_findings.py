"""What is wrong with how a cluster stands to us, each with what to do: the judgement of `check-config --connect`.

A fault is what would keep the service from running or from its word; a note what an operator should know.
Only values come in here (`ports.Standing`, the settings, the time), so each row of the table of rights is
tested without a broker; that a broker really answers so is tested with one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wirecopy.shell.cli.topics import Finding
from wirecopy.shell.ports import Standing

if TYPE_CHECKING:
    from wirecopy.shell.settings import Settings

CLOCK_SLACK_MS = 1_000  # clocks kept by NTP differ by some 10 ms


def judged(standing: Standing, settings: Settings, now_ms: int) -> Iterator[Finding]:
    """Faults and notes, in the order in which one would mend them."""
    where = settings.kafka_bootstrap_servers
    yield Finding(where, False, f"{standing.brokers} broker(s) that speak at least Kafka {standing.speaks}")
    if not standing.waits_for_pending_offsets:
        yield Finding(
            where, True, "the brokers are older than Kafka 2.5, which exactly-once needs: upgrade them"
        )
    yield from _rights(standing, settings)
    for topic, count in standing.under_replicated.items():
        yield Finding(
            topic, False, f"{count} partition(s) have fewer copies in sync than they should: see the brokers"
        )
    newest = standing.log_newest_ms
    if newest is not None and newest > now_ms + CLOCK_SLACK_MS:
        yield Finding(
            where,
            True,
            f"this machine's clock is at least {(newest - now_ms) / 1000:.1f} s behind the brokers': set it by NTP, or "
            "latencies and the window's edge are told wrongly",
        )


def _rights(standing: Standing, settings: Settings) -> Iterator[Finding]:
    names = settings.topics()
    needed = [
        *((name, ("READ",)) for name in names.raw),
        (names.fingerprints, ("READ", "WRITE")),
        *((name, ("WRITE",)) for name in (names.enriched, names.corrections, names.dead)),
    ]
    for topic, operations in needed:
        may = standing.topics.get(topic)
        if topic not in standing.topics:
            continue  # missing, or hidden: told by the check of the topics
        for operation in operations:
            if may is not None and operation not in may:
                yield Finding(
                    topic, True, f"we may not {operation} it: allow {operation} on the topic to our principal"
                )
    group = settings.kafka_group_id
    if standing.group_fault or (standing.group is not None and "READ" not in standing.group):
        told = f" ({standing.group_fault})" if standing.group_fault else ""
        yield Finding(
            f"group {group}", True, f"we may not join it{told}: allow READ on the group to our principal"
        )
    if standing.transactional_fault:
        yield Finding(
            f"transactional ids {group}.…",
            True,
            f"we may not write under them ({standing.transactional_fault}): allow WRITE on transactional ids with the "
            f"prefix {group}",
        )
