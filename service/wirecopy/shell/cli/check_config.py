"""`wirecopy check-config`: the settings as the service would take them, and where each came from.

For the operator who asks "what does it really run with?". Only what differs from the defaults is printed
unless `--all` is given, since seventy lines of defaults hide the two that matter. Secrets are masked. Faults
are printed all at once, a sentence each, and the exit code is 2, so that a deployment's pipeline can stop
there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

from wirecopy.shell import settings
from wirecopy.shell.cli.access_findings import access_findings
from wirecopy.shell.cli.findings import print_findings
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain, write
from wirecopy.shell.cli.topics import check_topics
from wirecopy.shell.errors import PortError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also print settings that have their default")
    parser.add_argument(
        "--connect",
        action="store_true",
        help="also connect to the brokers and check their version, our permissions, the clocks and the topics",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, including defaults")


def main(args: argparse.Namespace) -> int:
    loaded = load_or_explain()
    if loaded is None:
        return EXIT_CONFIG
    rows = [
        (settings.variable(name), settings.masked(name, getattr(loaded.settings, name)), origin)
        for name, origin in loaded.origins.items()
    ]
    if args.json:
        document = {name: {"value": value, "origin": origin} for name, value, origin in rows}
        write(json.dumps(document, indent=2))
        return check_connection(loaded.settings) if args.connect else 0
    shown = [row for row in rows if args.all or row[2] != "default"]
    for name, value, origin in shown:
        write(f"{name}={value}  # {origin}")
    write(f"# valid; {len(rows) - sum(row[2] != 'default' for row in rows)} settings at their defaults")
    return check_connection(loaded.settings) if args.connect else 0


def check_connection(chosen: settings.Settings) -> int:
    """Whether the brokers answer, allow what the service does, and have the topics that it needs; prints what is wrong."""
    from wirecopy.shell.backends.kafka.access import cluster_access  # here: slow to load

    try:
        access = asyncio.run(cluster_access(chosen.kafka_options()))
    except PortError as error:
        sys.stderr.write(f"wirecopy: {error}\n")
        return 1
    faults = print_findings(list(access_findings(access, chosen, time.time_ns() // 1_000_000)))
    return max(int(faults > 0), check_topics(chosen, create=False, wait=0.0))
