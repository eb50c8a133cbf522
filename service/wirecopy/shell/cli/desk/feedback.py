"""`wirecopy feedback`: what people said of verdicts, as counts by rule, as a list, or as labelled pairs.

    wirecopy feedback rules
    wirecopy feedback pairs > pairs.jsonl     # in the form of the evaluation's sets of real articles

Read from the topic of the settings, from a file (`serve`: DIR/feedback.jsonl), or from a running service.
Exit codes: 0 done; 1 failed; 2 settings.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any, Final

from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.backends.disk.keyed_file import KeyedFile
from wirecopy.shell.cli.desk.client import Service, ServiceTrouble, add_service
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain
from wirecopy.shell.desk.feedback.opinion import (
    Opinion,
    OpinionFault,
    as_json,
    counts,
    opinion_from_bytes,
    pairs,
)
from wirecopy.shell.errors import PortError
from wirecopy.shell.keyed import KeyedTopic

EXIT_TROUBLE: Final = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the arguments."""
    parser.add_argument(
        "what", choices=("rules", "list", "pairs"), help="counts by rule, all opinions, or pairs"
    )
    parser.add_argument("--file", metavar="FILE", help="a file of feedback")
    add_service(parser)


def main(args: argparse.Namespace) -> int:
    """Run the command; see the exit codes above."""
    try:
        found = _asked(args) if args.service else _read(args)
    except (ServiceTrouble, PortError) as trouble:
        sys.stderr.write(f"wirecopy feedback: {trouble}\n")
        return EXIT_TROUBLE
    if found is None:
        return EXIT_CONFIG
    for row in found:
        sys.stdout.write(json_bytes(row).decode() + "\n")
    return 0


def _asked(args: argparse.Namespace) -> list[Any]:
    service = Service(args.service, args.token_file)
    if args.what == "pairs":
        from wirecopy.core.records.raw import json_value

        return [json_value(line) for line in service.bytes("GET", "/api/feedback/pairs").splitlines()]
    answer = service.json("GET", "/api/feedback")
    return list(answer["rules" if args.what == "rules" else "feedback"])


def _read(args: argparse.Namespace) -> list[Any] | None:
    table: KeyedTopic
    if args.file:
        table = KeyedFile(Path(args.file))
    else:
        from wirecopy.shell.backends.kafka.keyed import KafkaKeyed

        loaded = load_or_explain()
        if loaded is None:
            return None
        table = KafkaKeyed(loaded.settings.kafka_options(), loaded.settings.topic_feedback)
    found = asyncio.run(_opinions(table))
    match args.what:
        case "rules":
            return counts(found)
        case "pairs":
            return pairs(found)
        case _:
            return [as_json(one) for one in found]


async def _opinions(table: KeyedTopic) -> list[Opinion]:
    held: dict[str, Opinion] = {}
    try:
        await table.start()
        complete = False
        while not complete:
            batch = await table.read(500)
            complete = batch.complete
            for key, value in batch.records:
                held.pop(key, None)
                if value is not None:
                    try:
                        held[key] = opinion_from_bytes(key, value)
                    except OpinionFault as fault:
                        sys.stderr.write(f"wirecopy feedback: {key}: {fault}\n")
    finally:
        await table.close()
    return sorted(held.values(), key=lambda one: (one.given_at_ms, one.key))
