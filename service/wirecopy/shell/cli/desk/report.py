"""`wirecopy report`: who copied a publisher in a period, from the topics, from files, or from a running service.

    wirecopy report --publisher meridian.example --period 2026-W23 -o report.html
    wirecopy report --publisher meridian.example --period 2026-06 enriched.jsonl corrections.jsonl

Files are what `wirecopy scan` writes: enriched records and corrections. Without files and without --service the enriched and
corrections topics of the settings are read from their beginnings. The format is told by the output's name: .html, .csv, else
JSON. Exit codes: 0 done; 1 failed; 2 the command line or a setting is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from wirecopy.core.model import RawArticle, RawPosition, Verdict
from wirecopy.core.records.enriched import republication_of
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw, json_indented, json_value
from wirecopy.shell.cli.desk.client import Service, ServiceTrouble, add_service
from wirecopy.shell.cli.loading import EXIT_CONFIG, load_or_explain
from wirecopy.shell.desk.licences import LicenceFault, licensed_of
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.reports.output import as_csv, as_html
from wirecopy.shell.desk.reports.period import Period, PeriodFault, period_of
from wirecopy.shell.desk.reports.report import Judged, Report
from wirecopy.shell.errors import PortError
from wirecopy.shell.files.lines import STANDARD, FileTrouble, open_output
from wirecopy.shell.files.source import ArticleSource

if TYPE_CHECKING:
    from wirecopy.shell.settings import Settings

EXIT_TROUBLE: Final = 1
READ_MS: Final = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the arguments."""
    add = parser.add_argument
    add(
        "input",
        nargs="*",
        metavar="FILE",
        help="enriched records and corrections, as `wirecopy scan` writes them",
    )
    add("--publisher", required=True, help="name or site of the publisher that is copied")
    add(
        "--period",
        "--week",
        metavar="P",
        required=True,
        help="2026-06-02, 2026-W23, 2026-06, or the first day",
    )
    add("--until", default="", metavar="DAY", help="the last day, where --period is the first")
    add(
        "-o",
        "--output",
        default=STANDARD,
        metavar="OUT",
        help=".html, .csv or .json (default: JSON on standard output)",
    )
    add_service(parser)


def main(args: argparse.Namespace) -> int:
    """Run the command; see the exit codes above."""
    try:
        period = period_of(args.period, args.until)
        made = _asked(args) if args.service else _counted(args, period)
        if made is None:
            return EXIT_CONFIG
        with open_output(args.output) as file:
            file.write(made)
    except (PeriodFault, LicenceFault) as fault:
        sys.stderr.write(f"wirecopy report: {fault}\n")
        return EXIT_CONFIG
    except (FileTrouble, ServiceTrouble, PortError) as trouble:
        sys.stderr.write(f"wirecopy report: {trouble}\n")
        return EXIT_TROUBLE
    return 0


def _asked(args: argparse.Namespace) -> bytes:
    suffix = {"html": "", "csv": ".csv"}.get(args.output.rpartition(".")[2].lower(), ".json")
    days = {"from": args.period, "to": args.until} if args.until else {"period": args.period}
    query = urlencode({"publisher": args.publisher, **days})
    return Service(args.service, args.token_file).bytes("GET", f"/report{suffix}?{query}")


def _counted(args: argparse.Namespace, period: Period) -> bytes | None:
    loaded = load_or_explain()
    if loaded is None:
        return None
    settings = loaded.settings
    report = Report(args.publisher, period, Parties(settings.aliases))
    held = _Verdicts(settings)
    if args.input:
        held.take(line.value for line in ArticleSource(args.input))
    else:
        asyncio.run(_read_topics(settings, held))
    for article in held.judged():
        report.add(article)
    match args.output.rpartition(".")[2].lower():
        case "html":
            return as_html(report).encode("utf-8", "replace")
        case "csv":
            return as_csv(report).encode("utf-8", "replace")
        case _:
            return json_indented(report.as_json()) + b"\n"


class _Verdicts:
    """Enriched records with the last correction of each. Records that are neither are passed over."""

    def __init__(self, settings: Settings) -> None:
        self._fields = FieldPaths(**settings.field_paths())
        self._aliases = settings.aliases
        self._licences = settings.licences_file
        self._articles: dict[RawPosition, Judged] = {}
        self._corrected: dict[RawPosition, Verdict] = {}

    def take(self, values: Iterable[bytes]) -> None:
        for value in values:
            try:
                record: Any = json_value(value)
                found = republication_of(record["republication"])
            except (ValueError, KeyError, TypeError):
                continue
            if found is None:
                continue
            if "correction" in record and "position" in record:
                self._corrected[found.position] = found.verdict
                continue
            article = decode_raw(value, found.position, self._fields, self._aliases)
            if isinstance(article, RawArticle):
                self._articles[found.position] = Judged(
                    article.id,
                    article.url,
                    article.title,
                    article.publisher,
                    article.published_at_ms,
                    article.published_at_ms,
                    found.verdict,
                    found.licensed,
                )

    def judged(self) -> Iterator[Judged]:
        """Each with its last verdict. Licences are those of the settings, or as the record says; of a correction nothing is
        known without them."""
        licensed = None if self._licences is None else licensed_of(self._licences, self._aliases)
        for position, article in self._articles.items():
            corrected = self._corrected.get(position)
            if corrected is not None:
                article = replace(article, verdict=corrected, licensed=None)
            if licensed is not None:
                known = licensed(article.publisher, article.url, article.published_at_ms, article.verdict)
                article = replace(article, licensed=known)
            yield article


async def _read_topics(settings: Settings, held: _Verdicts) -> None:
    """Both topics from their beginnings to the ends that they have now. PortError."""
    from wirecopy.shell.backends.kafka.keyed import KafkaKeyed

    for topic in (settings.topic_enriched, settings.topic_corrections):
        table = KafkaKeyed(settings.kafka_options(), topic)
        try:
            await table.start()
            complete = False
            while not complete:
                batch = await table.read(READ_MS)
                held.take(record.value for record in batch.records if record.value is not None)
                complete = batch.complete
        finally:
            await table.close()
