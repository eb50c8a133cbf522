"""What is wrong with how a cluster stands to us, each with what to do: the judgement of `check-config --connect`.

A fault is what would keep the service from running or from its word; a note what an operator should know.
Only values come in here (`ports.Standing`, the settings, the time), so each row of the table of rights is
tested without a broker; that a broker really answers so is tested with one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wirecopy.shell.cli.findings import Finding
from wirecopy.shell.ports import ClusterAccess

if TYPE_CHECKING:
    from wirecopy.shell.settings import Settings

CLOCK_SLACK_MS = 1_000  # clocks kept by NTP differ by some 10 ms


def access_findings(access: ClusterAccess, settings: Settings, now_ms: int) -> Iterator[Finding]:
    """Faults and notes, in the order in which one would mend them."""
    where = settings.kafka_bootstrap_servers
    yield Finding(where, False, f"{access.brokers} broker(s) that speak at least Kafka {access.speaks}")
    if not access.waits_for_pending_offsets:
        yield Finding(
            where, True, "the brokers are older than Kafka 2.5, which exactly-once needs: upgrade them"
        )
    yield from _rights(access, settings)
    for topic, count in access.under_replicated.items():
        yield Finding(
            topic, False, f"{count} partition(s) have fewer copies in sync than they should: see the brokers"
        )
    newest = access.log_newest_ms
    if newest is not None and newest > now_ms + CLOCK_SLACK_MS:
        yield Finding(
            where,
            True,
            f"this machine's clock is at least {(newest - now_ms) / 1000:.1f} s behind the brokers': set it by NTP, or "
            "latencies and the window's edge are detail wrongly",
        )


def _rights(access: ClusterAccess, settings: Settings) -> Iterator[Finding]:
    names = settings.topics()
    needed = [
        *((name, ("READ",)) for name in names.raw),
        (names.fingerprints, ("READ", "WRITE")),
        *((name, ("WRITE",)) for name in (names.enriched, names.corrections, names.dead)),
    ]
    for topic, operations in needed:
        may = access.topics.get(topic)
        if topic not in access.topics:
            continue  # missing, or hidden: detail by the check of the topics
        for operation in operations:
            if may is not None and operation not in may:
                yield Finding(
                    topic, True, f"we may not {operation} it: allow {operation} on the topic to our principal"
                )
    group = settings.kafka_group_id
    if access.group_fault or (access.group is not None and "READ" not in access.group):
        detail = f" ({access.group_fault})" if access.group_fault else ""
        yield Finding(
            f"group {group}", True, f"we may not join it{detail}: allow READ on the group to our principal"
        )
    if access.transactional_fault:
        yield Finding(
            f"transactional ids {group}.…",
            True,
            f"we may not write under them ({access.transactional_fault}): allow WRITE on transactional ids with the "
            f"prefix {group}",
        )
