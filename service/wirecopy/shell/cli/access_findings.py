"""What is wrong with a cluster, each with what to do: the judgement of `check-config --connect`.

A fault is what would keep the service from running or from its word; a note what an operator should know.
Only values come in here (`ports.ClusterAccess`, the settings, the time), so each row of the table of rights is
tested without a broker; that a broker really answers so is tested with one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wirecopy.shell.cli.findings import Finding
from wirecopy.shell.ports import ClusterAccess

if TYPE_CHECKING:
    from wirecopy.shell.settings import Settings

DAY_MS = 24 * 3600 * 1000
CLOCK_SLACK_MS = 1_000  # clocks kept by NTP differ by some 10 ms


def access_findings(access: ClusterAccess, settings: Settings, now_ms: int) -> Iterator[Finding]:
    """Faults and notes, in the order in which one would mend them."""
    where = settings.kafka_bootstrap_servers
    yield Finding(where, False, f"{access.brokers} broker(s), Kafka {access.kafka_version} or later")
    if not access.waits_for_pending_offsets:
        yield Finding(
            where,
            True,
            "the brokers are older than Kafka 2.5, which exactly-once delivery requires. Upgrade them",
        )
    yield from _rights(access, settings)
    for topic, count in access.under_replicated.items():
        yield Finding(topic, False, f"{count} partition(s) are under-replicated. Check the brokers")
    yield from _retention(access, settings)
    newest = access.log_newest_ms
    if newest is not None and newest > now_ms + CLOCK_SLACK_MS:
        yield Finding(
            where,
            True,
            f"this machine's clock is at least {(newest - now_ms) / 1000:.1f} s behind the brokers' clock, so "
            "latencies and the end of the window are wrong. Synchronise it with NTP",
        )


def _retention(access: ClusterAccess, settings: Settings) -> Iterator[Finding]:
    """Brokers forget where a group stands some days after its last member left; the log knows longer what was judged."""
    kept = access.offsets_retention_ms
    if kept is None:
        yield Finding(
            settings.kafka_bootstrap_servers,
            False,
            "cannot read offsets.retention.minutes. Allow DESCRIBE_CONFIGS on the cluster to have it checked",
        )
    elif kept < settings.fingerprints_retention_ms:
        yield Finding(
            f"group {settings.kafka_group_id}",
            False,
            f"offsets are forgotten {kept / DAY_MS:.3g} days after the last replica stopped (offsets.retention.minutes). A later "
            f"start finds them lost and does as WIRECOPY_KAFKA_OFFSET_LOST says. Raise it above the longest pause",
        )


def _rights(access: ClusterAccess, settings: Settings) -> Iterator[Finding]:
    names = settings.topics()
    needed = [
        *((name, ("READ",)) for name in names.raw),
        (names.fingerprints, ("READ", "WRITE")),
        *((name, ("WRITE",)) for name in (names.enriched, names.corrections, names.dead)),
        *(
            [
                (names.matches, ("WRITE",)),
                *((name, ("READ", "WRITE")) for name in (names.watches, names.feedback)),
            ]
            if settings.desk_enabled
            else ()
        ),
    ]
    for topic, operations in needed:
        may = access.topics.get(topic)
        if topic not in access.topics:
            continue  # missing or hidden: reported by the check of the topics
        for operation in operations:
            if may is not None and operation not in may:
                yield Finding(
                    topic,
                    True,
                    f"permission denied: {operation}. Allow our principal {operation} on this topic",
                )
    group = settings.kafka_group_id
    if access.group_fault or (access.group is not None and "READ" not in access.group):
        detail = f" ({access.group_fault})" if access.group_fault else ""
        yield Finding(
            f"group {group}", True, f"permission denied: READ{detail}. Allow our principal READ on this group"
        )
    if access.transactional_fault:
        yield Finding(
            f"transactional ids {group}.…",
            True,
            f"permission denied: WRITE ({access.transactional_fault}). Allow our principal WRITE on transactional ids with "
            f"the prefix {group}",
        )
