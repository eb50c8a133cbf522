"""`wirecopy watch add|list|try|remove`: watches in the topic, in a file, or at a running service.

Without `--service` and `--file` the topic of the settings is written and read directly, which needs the rights on it. A watch
is given by its conditions, or as JSON: one object, or many as JSON lines, so that ten thousand come in one go.

Exit codes: 0 done; 1 failed; 2 the command line, a setting or a watch is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from wirecopy.core.records.raw import json_bytes, json_value
from wirecopy.shell.backends.disk.keyed_file import KeyedFile
from wirecopy.shell.cli.desk.client import Service, ServiceTrouble, add_service
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain, write
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.watches.api import named
from wirecopy.shell.desk.watches.listing import WatchList
from wirecopy.shell.desk.watches.watch import FLAGS, LISTS, Watch, WatchFault, as_bytes, as_json, watch_of
from wirecopy.shell.errors import FatalError, PortError
from wirecopy.shell.files.lines import STANDARD, FileTrouble, read_bytes
from wirecopy.shell.keyed import KeyedRecord, KeyedTopic
from wirecopy.shell.web.exchange import segment

EXIT_TROUBLE: Final = 1
PUT_AT_ONCE: Final = 500
JSON_BYTES_MAX: Final = 256 * 1024 * 1024
_FLAGS: Final = {
    "publishers": "--publisher",
    "copied_by": "--copied-by",
    "stories": "--story",
    "credits": "--credit",
    "languages": "--language",
    "extents": "--extent",
    "verdicts": "--verdict",
    "targets": "--target",
}
_HELP: Final = {
    "publishers": "whose text is copied: a name or site",
    "copied_by": "who copies it: a name or site",
    "stories": "id of a story",
    "credits": "whom the copy credits",
    "languages": "language of the copy, such as de",
    "extents": "full or partial",
    "verdicts": "verdict (default: republication)",
    "targets": "receiver of wirecopy notify",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the subcommands."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="add watches, or replace those with their ids")
    _conditions(add)
    _place(add)
    listed = actions.add_parser("list", help="print all watches as JSON lines")
    _place(listed)
    trial = actions.add_parser("try", help="print what a watch would have matched")
    _conditions(trial)
    trial.add_argument("--against", metavar="IN", help="articles that `wirecopy scan` can read")
    add_service(trial)
    remove = actions.add_parser("remove", help="remove watches")
    remove.add_argument("id", nargs="+", metavar="ID")
    _place(remove)


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file", metavar="FILE", help="a file of watches, as `scan --watches` reads it")
    add_service(parser)


def _conditions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", metavar="FILE", help="watches as JSON or JSON lines; - is standard input")
    parser.add_argument("--id", help="id of the watch (default: made of its conditions)")
    parser.add_argument("--name", help="name of the watch")
    parser.add_argument("--tenant", help="whose watch it is")
    for name in LISTS:
        parser.add_argument(
            _FLAGS[name], dest=name, action="append", metavar="X", help=f"{_HELP[name]}; may be repeated"
        )
    parser.add_argument("--share-min", type=float, metavar="S", help="least share of the copy, 0 to 1")
    parser.add_argument("--words-min", type=int, metavar="N", help="least number of copied words")
    parser.add_argument("--unlicensed", action="store_true", default=None, help="without licensed copies")
    parser.add_argument(
        "--recalls",
        action="store_true",
        default=None,
        help="also updates and withdrawals of the publishers' own articles",
    )


def main(args: argparse.Namespace) -> int:
    """Run the command; see the exit codes above."""
    try:
        match args.action:
            case "add":
                return _changed(args, [KeyedRecord(one.id, as_bytes(one)) for one in _given(args)])
            case "remove":
                return _changed(args, [KeyedRecord(id_, None) for id_ in args.id])
            case "list":
                return _listed(args)
            case _:
                return _tried(args, _given(args))
    except (WatchFault, FileTrouble) as fault:
        sys.stderr.write(f"wirecopy watch: {fault}\n")
        return EXIT_CONFIG
    except (ServiceTrouble, PortError, FatalError) as trouble:
        sys.stderr.write(f"wirecopy watch: {trouble}\n")
        return EXIT_TROUBLE


# ---- what is given
def _given(args: argparse.Namespace) -> list[Watch]:
    """The watches of the command line. WatchFault, FileTrouble."""
    names = ("id", "name", "tenant", *LISTS, "share_min", "words_min", *FLAGS)
    flags = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if args.json is not None:
        if flags:
            raise WatchFault("Give the conditions either as options or in --json.")
        return [
            watch_of(value, id_=named(value))
            for value in _values(read_bytes(args.json, bytes_max=JSON_BYTES_MAX))
        ]
    if not flags:
        raise WatchFault("Say what to watch: --publisher NAME, for example, or --json FILE.")
    return [watch_of(flags, id_=named(flags))]


def _values(data: bytes) -> list[Any]:
    """One JSON value, a list of them, or JSON lines."""
    try:
        value = json_value(data)
    except ValueError:
        try:
            return [json_value(line) for line in data.splitlines() if line.strip()]
        except ValueError as error:
            raise WatchFault(f"The watches are not JSON: {error}.") from error
    return value if isinstance(value, list) else [value]


# ---- where they are
def _changed(args: argparse.Namespace, records: Sequence[KeyedRecord]) -> int:
    if args.service:
        service = Service(args.service, args.token_file)
        for record in records:
            if record.value is None:
                service.json("DELETE", f"/api/watches/{segment(record.key)}")
            else:
                service.json("POST", "/api/watches", json_value(record.value))
    else:
        table = _table(args)
        if table is None:
            return EXIT_CONFIG
        asyncio.run(_put(table, records))
    for record in records:
        write(f"{'removed' if record.value is None else 'added'} {record.key}")
    return 0


async def _put(table: KeyedTopic, records: Sequence[KeyedRecord]) -> None:
    try:
        for begin in range(0, len(records), PUT_AT_ONCE):
            await table.put(records[begin : begin + PUT_AT_ONCE])
    finally:
        await table.close()


def _listed(args: argparse.Namespace) -> int:
    if args.service:
        found = Service(args.service, args.token_file).json("GET", "/api/watches")["watches"]
    else:
        table = _table(args)
        if table is None:
            return EXIT_CONFIG
        found = [as_json(watch) for watch in asyncio.run(_read(table))]
    for watch in found:
        write(json_bytes(watch).decode())
    return 0


async def _read(table: KeyedTopic) -> list[Watch]:
    watches = WatchList(table, Parties({}))
    try:
        await watches.read_all()
        return watches.watches.all()
    finally:
        await watches.stop()


def _table(args: argparse.Namespace) -> KeyedTopic | None:
    """The file, or the topic of the settings; None for faulty settings, which are told."""
    if args.file:
        return KeyedFile(Path(args.file))
    from wirecopy.shell.backends.kafka.keyed import KafkaKeyed

    loaded = load_or_explain()
    if loaded is None:
        return None
    return KafkaKeyed(loaded.settings.kafka_options(), loaded.settings.topic_watches)


# ---- trying
def _tried(args: argparse.Namespace, watches: Sequence[Watch]) -> int:
    if bool(args.against) == bool(args.service):
        raise WatchFault("Say what to try it on: --against IN, or --service URL.")
    if args.service:
        service = Service(args.service, args.token_file)
        for watch in watches:
            for found in service.json("POST", "/api/watches/try", as_json(watch))["matches"]:
                write(json_bytes({"watch": watch.id, **found}).decode())
        return 0
    from wirecopy.core.engine import Engine
    from wirecopy.core.records.raw import FieldPaths
    from wirecopy.shell.files.source import ArticleSource
    from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

    loaded = load_or_explain()
    if loaded is None:
        return EXIT_CONFIG
    settings = loaded.settings
    watching = WatchList(KeyedFile(Path(args.against)), Parties(settings.aliases))
    for watch in watches:
        watching.watches.put(watch)
    options = ScanOptions(
        FieldPaths(**settings.field_paths()), settings.aliases, settings.window_ms, watching=watching
    )
    source = ArticleSource([STANDARD if args.against == STANDARD else args.against])
    scan(
        source,
        ScanOutputs(matches=sys.stdout.buffer),
        options,
        engine=Engine(window_ms=settings.window_ms, rewritten=settings.rewritten),
    )
    sys.stdout.buffer.flush()
    return 0
