"""`wirecopy topics`: create the topics that are missing, check those that exist.

Both follow one list of rows, `wanted(settings)`: what each topic must be for the service to keep its word.
What a topic has is told as a *fault* where the service would lose, forget or stall with it (exit code 1),
and as a *note* where it would only be less safe or less fit. An existing topic is never changed: another
team may own it, and a shortened retention cannot be undone. Raw topics belong to their producers, so little
is asked of them.

Why each demand: the fingerprint log must have one partition (a total order), broker time (no replica's clock
decides), and keep at least the window (a restart reads it all). Corrections are compacted, since the last
verdict stands; dead letters are not, since some have no key. What goes out must take the largest raw record
with its verdict, or such a record would be dead-lettered for its size alone.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wirecopy.core import limits
from wirecopy.shell.cli.findings import Finding, print_findings
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain, write
from wirecopy.shell.errors import PortError, UnavailableError
from wirecopy.shell.options import TopicNames
from wirecopy.shell.ports import Admin, TopicSpec, TopicState

if TYPE_CHECKING:
    from wirecopy.shell.settings import Settings

RECORD_SLACK_BYTES = 1024 * 1024  # key, headers and batch overhead on top of the largest value
RETRY_SECONDS = 1.0
FOREVER = -1
WHY = {
    "retention.ms": " (the window). Otherwise a restart forgets older articles",
    "retention.bytes": ". Otherwise a restart forgets the articles that did not fit",
    "max.message.bytes": ". Otherwise larger records are dead-lettered for their size",
}

COMPACTED = ". A compacted topic refuses records without a key and forgets all but the last of each key"


@dataclass(frozen=True, slots=True)
class Demand:
    """A topic as it should be created, and what an existing one must have."""

    spec: TopicSpec
    partitions_exact: bool = False
    config_exact: tuple[str, ...] = ()  # names of `spec.config` that must be as they are there
    at_least: tuple[str, ...] = ()  # names whose value may be larger, or -1 (for ever)


def wanted(settings: Settings) -> tuple[Demand, ...]:
    names = settings.topics()
    copies = settings.topic_replication_factor
    safe = {"min.insync.replicas": "2"} if copies >= 3 else {}

    def demand(
        name: str, partitions: int, config: Mapping[str, str], *, exact: bool = False,
        config_exact: Sequence[str] = (), at_least: Sequence[str] = (),
    ) -> Demand:  # fmt: skip
        return Demand(
            TopicSpec(name, partitions, copies, {**config, **safe}),
            exact,
            tuple(config_exact),
            tuple(at_least),
        )

    size = "max.message.bytes"
    raw = {size: str(limits.RAW_BYTES_MAX + RECORD_SLACK_BYTES)}
    out = {size: str(settings.pipeline_output_record_bytes_max)}
    dead = {size: str(settings.pipeline_dead_record_bytes_max), "cleanup.policy": "delete"}
    log = {
        size: str(settings.pipeline_log_record_bytes_max),
        "message.timestamp.type": "LogAppendTime",
        "cleanup.policy": "delete",
        "retention.ms": str(settings.fingerprints_retention_ms),
        "retention.bytes": str(FOREVER),
    }
    kept = ("message.timestamp.type", "cleanup.policy")
    return (
        *(demand(name, settings.topic_partitions, raw) for name in names.raw),
        demand(names.enriched, settings.topic_partitions, out, at_least=[size]),
        demand(
            names.corrections,
            settings.topic_partitions,
            {**out, "cleanup.policy": "compact"},
            config_exact=["cleanup.policy"],
            at_least=[size],
        ),
        demand(names.dead, settings.topic_partitions, dead, config_exact=["cleanup.policy"], at_least=[size]),
        demand(
            names.fingerprints,
            1,
            log,
            exact=True,
            config_exact=kept,
            at_least=[size, "retention.ms", "retention.bytes"],
        ),
        *(_of_the_desk(names, demand, settings.topic_partitions, out) if settings.desk_enabled else ()),
    )


def _of_the_desk(
    names: TopicNames, demand: Callable[..., Demand], partitions: int, out: Mapping[str, str]
) -> list[Demand]:
    """Matches, whose records hold verdicts and no texts; watches and opinions, of which the last of each key counts."""
    return [
        demand(names.matches, partitions, out),
        demand(names.matches_dead, partitions, out),
        *(
            demand(name, 1, {"cleanup.policy": "compact"}, config_exact=["cleanup.policy"])
            for name in (names.watches, names.feedback)
        ),
    ]


def findings(demand: Demand, state: TopicState, window_ms: int) -> list[Finding]:
    """What is wrong with an existing topic."""
    spec, found = demand.spec, []
    if demand.partitions_exact and state.partitions != spec.partitions:
        found.append(
            _fault(
                spec,
                f"has {state.partitions} partitions but must have {spec.partitions}, so that all records have one order",
            )
        )
    if state.replication_factor < spec.replication_factor:
        found.append(
            Finding(
                spec.name,
                False,
                f"replication factor {state.replication_factor}, recommended {spec.replication_factor}",
            )
        )
    if not state.config:
        found.append(
            Finding(
                spec.name,
                False,
                "cannot read its configuration. Allow DESCRIBE_CONFIGS on the topic to have it checked",
            )
        )
        return found
    found.extend(_config_faults(demand, state, window_ms))
    return found


def _config_faults(demand: Demand, state: TopicState, window_ms: int) -> Iterator[Finding]:
    spec = demand.spec
    for name in demand.config_exact:
        if state.config.get(name) != spec.config[name]:
            why = COMPACTED if spec.config[name] == "delete" else ""
            yield _fault(spec, f"{name} is {state.config.get(name)} but must be {spec.config[name]}{why}")
    for name in demand.at_least:
        least = window_ms if name == "retention.ms" else int(spec.config[name])
        has = int(state.config.get(name, "0"))
        if has != FOREVER and (least == FOREVER or has < least):
            required = "-1 (unlimited)" if least == FOREVER else f"at least {least}"
            yield _fault(spec, f"{name} is {has} but must be {required}{WHY.get(name, '')}")


def _fault(spec: TopicSpec, text: str) -> Finding:
    return Finding(spec.name, True, text)


async def apply(admin: Admin, settings: Settings, *, create: bool) -> tuple[list[TopicSpec], list[Finding]]:
    """Check what exists, create what does not (unless told not to). Returns what was missing, and the
    findings."""
    demands = wanted(settings)
    states = await admin.topics([demand.spec.name for demand in demands])
    missing = [demand.spec for demand in demands if demand.spec.name not in states]
    found = [
        finding
        for demand in demands
        if demand.spec.name in states
        for finding in findings(demand, states[demand.spec.name], settings.window_ms)
    ]
    if create and missing:
        await admin.create(missing)
    return missing, found


# ---- the command
def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="change nothing; report missing topics as faults"
    )
    parser.add_argument(
        "--partitions",
        type=_positive,
        metavar="N",
        help="partitions of new topics (default: WIRECOPY_TOPIC_PARTITIONS)",
    )
    parser.add_argument(
        "--replication-factor",
        type=_positive,
        metavar="N",
        help="replication factor of new topics; 1 for a single broker (default: WIRECOPY_TOPIC_REPLICATION_FACTOR)",
    )
    parser.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how long to wait until the brokers answer (default: 0)",
    )


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def main(args: argparse.Namespace) -> int:
    loaded = load_or_explain()
    if loaded is None:
        return EXIT_CONFIG
    given = {"topic_partitions": args.partitions, "topic_replication_factor": args.replication_factor}
    chosen = loaded.settings.model_copy(update={name: value for name, value in given.items() if value})
    return check_topics(chosen, create=not args.check, wait=args.wait)


def check_topics(settings: Settings, *, create: bool, wait: float) -> int:
    """Reach the brokers, check and perhaps create, tell what was found; returns the exit code."""
    try:
        missing, found = asyncio.run(_with_kafka(settings, create=create, wait=wait))
    except PortError as error:
        sys.stderr.write(f"wirecopy: {error}\n")
        return 1
    return report(missing, found, created=create)


def report(missing: Sequence[TopicSpec], found: Sequence[Finding], *, created: bool) -> int:
    for spec in missing:
        text = f"{'created' if created else 'FAULT: missing'}, {spec.partitions} partition(s)"
        write(f"{spec.name}: {text}, replication factor {spec.replication_factor}")
    faults = print_findings(found) + (0 if created else len(missing))
    write(f"{len(missing)} missing, {faults} fault(s), {sum(not finding.fault for finding in found)} note(s)")
    return 1 if faults else 0


async def _with_kafka(
    settings: Settings, *, create: bool, wait: float
) -> tuple[list[TopicSpec], list[Finding]]:
    from wirecopy.shell.backends.kafka.admin import KafkaAdmin

    deadline = asyncio.get_running_loop().time() + wait
    while True:
        admin = KafkaAdmin(settings.kafka_options())
        try:
            return await apply(admin, settings, create=create)
        except UnavailableError:
            if asyncio.get_running_loop().time() + RETRY_SECONDS > deadline:
                raise
        finally:
            await admin.close()
        await asyncio.sleep(RETRY_SECONDS)
