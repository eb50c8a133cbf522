"""`wirecopy recall ID`: the copies that still carry what an article's newest version has not, as JSON.

Asked of a running service (`--service`), or of articles in files (`--against`), which are judged as `wirecopy scan` judges them.
Exit codes: 0 done; 1 failed; 2 the command line or a setting is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any, Final

from wirecopy.core.records.raw import json_indented
from wirecopy.shell.cli.desk.client import Service, ServiceTrouble, add_service
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain
from wirecopy.shell.files.lines import FileTrouble
from wirecopy.shell.web.exchange import segment

EXIT_TROUBLE: Final = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the arguments."""
    parser.add_argument("id", metavar="ID", help="id of the article that was updated or withdrawn")
    parser.add_argument("--withdrawn", action="store_true", help="all of its text is meant")
    parser.add_argument(
        "--against", action="append", default=[], metavar="IN", help="articles that `wirecopy scan` can read"
    )
    add_service(parser)


def main(args: argparse.Namespace) -> int:
    """Run the command; see the exit codes above."""
    if bool(args.service) == bool(args.against):
        sys.stderr.write("wirecopy recall: give --service URL or --against IN\n")
        return EXIT_CONFIG
    try:
        if args.service:
            query = "?withdrawn=true" if args.withdrawn else ""
            path = f"/articles/{segment(args.id)}/recall.json{query}"
            found: Any = Service(args.service, args.token_file).json("GET", path)
        else:
            found = _from_files(args)
    except (ServiceTrouble, FileTrouble) as trouble:
        sys.stderr.write(f"wirecopy recall: {trouble}\n")
        return EXIT_TROUBLE
    if found is None:
        return EXIT_CONFIG
    sys.stdout.write(json_indented(found).decode() + "\n")
    return 0


def _from_files(args: argparse.Namespace) -> Any:
    from wirecopy.core.engine import Engine
    from wirecopy.core.records.raw import FieldPaths
    from wirecopy.shell.desk.recall.finding import as_json, recall
    from wirecopy.shell.files.source import ArticleSource
    from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan
    from wirecopy.shell.standalone.scanned import ScannedPages

    loaded = load_or_explain()
    if loaded is None:
        return None
    settings = loaded.settings
    options = ScanOptions(FieldPaths(**settings.field_paths()), settings.aliases, settings.window_ms)
    engine = Engine(window_ms=settings.window_ms, rewritten=settings.rewritten)
    pages = ScannedPages(engine, options, settings.pages_articles_max)
    scan(ArticleSource(args.against), ScanOutputs(), options, engine=engine, observers=[pages])

    async def found() -> Any:
        entries = pages.site.catalogue.by_id(args.id)
        if not entries:
            raise FileTrouble(f"No article has the id {args.id}.")
        answer = await recall(pages.site, entries[-1], withdrawn=args.withdrawn)
        await pages.site.texts.close()
        return None if answer is None else as_json(answer)

    return asyncio.run(found())
