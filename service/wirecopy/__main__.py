"""The command line: which commands there are, and nothing of what they do.

Each command is a module of `wirecopy.shell` with `add_arguments(parser)` and `main(args) -> int`. A module
is imported only when its command is asked for, because NumPy, numba and the Kafka client take most of a
second to load, and `wirecopy --help` or the container's health probe need none of them. So the list of
commands with their one-line descriptions stands here as data, and the modules hold the rest.

Exit codes, the same for every command: 0 done; 1 failed, and standard error says why; 2 the command line or
the settings are wrong; 3 the watchdog ended a service that made no progress; 4 `check` found the text published
before; 130 interrupted by Ctrl-C.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from wirecopy.shell.cli import kernel_cache

EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    module: str
    help: str


COMMANDS = (
    Command(
        "run", "wirecopy.shell.cli.run", "run the service: read raw articles from Kafka, publish verdicts"
    ),
    Command("demo", "wirecopy.shell.cli.demo", "run the whole pipeline on sample articles, without Kafka"),
    Command(
        "scan",
        "wirecopy.shell.cli.scan",
        "judge every article in files: JSON, CSV, Parquet, WARC, feeds, HTML pages",
    ),
    Command(
        "serve",
        "wirecopy.shell.cli.serve",
        "run the service without Kafka: articles in over HTTP, the index in a directory",
    ),
    Command(
        "explain",
        "wirecopy.shell.cli.explain",
        "show two articles side by side: what they share, and why this verdict",
    ),
    Command(
        "check",
        "wirecopy.shell.cli.check",
        "find out whether a text was published before, from a file or a running service",
    ),
    Command(
        "watch",
        "wirecopy.shell.cli.desk.watch",
        "add, list, try and remove watches: be told who copies whom",
    ),
    Command(
        "notify",
        "wirecopy.shell.cli.desk.notify",
        "deliver matches of watches as signed webhooks",
    ),
    Command(
        "evidence",
        "wirecopy.shell.cli.desk.evidence",
        "make or verify a signed bundle that proves a copy",
    ),
    Command(
        "feedback",
        "wirecopy.shell.cli.desk.feedback",
        "print what people said of verdicts, as counts or labelled pairs",
    ),
    Command(
        "report",
        "wirecopy.shell.cli.desk.report",
        "who copied a publisher in a period, how much, how fast, licensed or not",
    ),
    Command(
        "recall",
        "wirecopy.shell.cli.desk.recall",
        "list the copies that still carry what an article has removed or altered",
    ),
    Command(
        "backfill",
        "wirecopy.shell.cli.backfill",
        "judge an archive in ranges of time, by many processes or on Spark",
    ),
    Command("topics", "wirecopy.shell.cli.topics", "create missing topics and check existing ones"),
    Command("replay-dead", "wirecopy.shell.cli.replay_dead", "send dead letters back to their raw topics"),
    Command(
        "check-config",
        "wirecopy.shell.cli.check_config",
        "print the settings in effect and where each came from",
    ),
    Command(
        "health", "wirecopy.shell.cli.health", "ask a running service for its health, for container probes"
    ),
)


def version() -> str:
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("wirecopy")
    except PackageNotFoundError:
        return "unknown (not installed)"


class _Version(argparse.Action):
    """`--version`, looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        parser.exit(message=f"wirecopy {version()}\n")


def build_parser(wanted: str | None) -> argparse.ArgumentParser:
    """The parser with every command known by name; only the wanted command's own arguments are loaded."""
    parser = argparse.ArgumentParser(
        prog="wirecopy",
        description="Tells where a text was published before: what an article republishes, and from whom.",
        epilog="See `wirecopy COMMAND --help` for a command's options, and docs/configuration.md for the settings.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        child = commands.add_parser(command.name, help=command.help, description=command.help)
        if command.name == wanted:
            importlib.import_module(command.module).add_arguments(child)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    if wanted != "health":
        kernel_cache.prepare()  # before any command's module imports numba
    args = build_parser(wanted).parse_args(arguments)
    module = importlib.import_module(next(c.module for c in COMMANDS if c.name == args.command))
    try:
        return int(module.main(args))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `wirecopy scan … | head`: the reader has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
