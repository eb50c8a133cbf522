"""`wirecopy scan`: the engine of `wirecopy run` over files of articles, in order.

Files of any format that `shell/files/` reads, several of them, folders, patterns and standard input; their order is the
order of the log (see `shell/pipeline/scanner.py`). What could not be read is counted by reason, and a scan that could read
nothing says so and ends with exit code 1. Only a file that cannot be read or written stops a scan.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from wirecopy.core import limits
from wirecopy.core.engine import Engine
from wirecopy.core.model import DateDoubt, Dropped, VerdictKind
from wirecopy.core.records.raw import FieldPaths
from wirecopy.core.records.shapes import PRESETS
from wirecopy.shell.cli.loading import ArticleSettings, article_settings
from wirecopy.shell.files.extras import MissingExtraError
from wirecopy.shell.files.lines import PARTIAL, STANDARD, FileTrouble, Line, open_output
from wirecopy.shell.files.source import ArticleSource
from wirecopy.shell.files.table_output import TableWriter
from wirecopy.shell.files.warc import EXTRACTORS
from wirecopy.shell.pipeline.scan_log import DAY_MS
from wirecopy.shell.pipeline.scanner import (
    DROPPED_DATES,
    Observer,
    ScanOptions,
    ScanOutputs,
    Summary,
    scan,
)
from wirecopy.shell.pipeline.workers import WorkerDiedError
from wirecopy.shell.report.terminal import Terminal
from wirecopy.shell.report.words import DOUBT_WORDS

if TYPE_CHECKING:
    from wirecopy.shell.desk.licences import Licensed
    from wirecopy.shell.desk.watches.listing import WatchList
    from wirecopy.shell.report.scan_report import ScanReport
    from wirecopy.shell.standalone.scanned import ScannedPages

JOBS_MAX: Final = 64  # one process replays what all others make: it is busy long before
FIELDS: Final = tuple(place.name for place in fields(FieldPaths) if place.name != "presets")
PROGRESS_SECONDS: Final = 0.2
LITTLE_PERCENT: Final = 50  # readable records below which a scan says that something is wrong
EXIT_FINE: Final = 0
EXIT_TROUBLE: Final = 1
EXIT_USAGE: Final = 2
EXIT_INTERRUPTED: Final = 130
DROPPED_WORDS: Final[dict[Dropped | DateDoubt, str]] = {
    Dropped.URL_TOO_LONG: f"url: over {limits.URL_CHARS_MAX:,} characters",
    Dropped.URL_NOT_TEXT: "url: not text",
    Dropped.TITLE_NOT_TEXT: "title: not text",
    Dropped.TITLE_CUT: f"title: cut after {limits.TITLE_CHARS_MAX:,} characters",
    Dropped.PUBLISHER_NOT_TEXT: "publisher: not text",
    Dropped.PUBLISHER_CUT: f"publisher: cut after {limits.NAME_CHARS_MAX:,} characters",
    Dropped.LANGUAGE_NOT_TEXT: "language: not text",
    Dropped.LANGUAGE_CUT: f"language: cut after {limits.LANGUAGE_CHARS_MAX:,} characters",
    **{doubt: f"published_at: {DOUBT_WORDS[doubt]}" for doubt in DROPPED_DATES},
}
_DESCRIPTION: Final = (
    "Judge every article of the inputs, in their order. Read are JSON lines, JSON arrays, CSV, Parquet, Arrow, WARC and WET, "
    "RSS, Atom and JSON Feed, text, Markdown and HTML files, and folders of these, each also packed as .gz, .xz, .zst or "
    ".bz2. The format is told by the content."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the command's arguments."""
    parser.description = _DESCRIPTION
    add = parser.add_argument
    add("input", nargs="+", metavar="IN", help="files, folders or patterns of articles; - is standard input")
    add(
        "-o",
        "--output",
        metavar="OUT",
        help="enriched records as JSON lines, or as a table where the name ends in .parquet (default: standard output, or "
        "nowhere with --report or --serve)",
    )
    add(
        "--report",
        metavar="FILE.html",
        help="write the stories, who copied whom and the copied passages as one page",
    )
    add("--serve", action="store_true", help="show the result on web pages afterwards, until Ctrl-C")
    add("--port", type=int, help="port of the pages (default: 8080, or a free one if it is taken)")
    add("--corrections", metavar="FILE", help="write corrections of earlier verdicts to this file")
    add("--watches", metavar="FILE", help="watches as JSON lines, whose matches --matches takes")
    add("--matches", metavar="FILE", help="write matches of the watches to this file")
    add("--dead", metavar="FILE", help="write unreadable records to this file, each with its reason")
    add(
        "--preset",
        choices=PRESETS,
        metavar="NAME",
        help=f"read every record as this format writes it: {', '.join(PRESETS)} (default: recognise them)",
    )
    add(
        "--field",
        action="append",
        default=[],
        type=_assignment,
        metavar="NAME=PATH",
        help="path of a field in a record, such as body=content.text; a|b tries two paths; may be repeated",
    )
    add(
        "--extractor",
        choices=EXTRACTORS,
        default=EXTRACTORS[0],
        help="what takes the text out of a WARC's pages; none judges the whole page (default: %(default)s)",
    )
    add(
        "--clock",
        choices=("none", "published"),
        default="none",
        help="what moves the window: nothing (the default: all inputs are one window) or the articles' dates",
    )
    add(
        "--window-days",
        type=_days,
        metavar="N",
        help="length of the window with --clock published (default: WIRECOPY_WINDOW_DAYS)",
    )
    add(
        "--jobs",
        type=_jobs,
        default=1,
        metavar="N",
        help="processes that read and fingerprint articles (default: 1, everything in one process)",
    )
    add("--quiet", action="store_true", help="print no progress bar and no summary")


def main(args: argparse.Namespace) -> int:
    """Run the command: 0; 1 when a file cannot be read or written, no article could be read, or a worker process died; 2
    for a wrong command line or settings.
    """
    screen = Terminal(sys.stderr)
    try:
        options = _options(args)
    except ValueError as fault:
        sys.stderr.write(f"wirecopy scan: {fault}\n")
        return EXIT_USAGE
    if options is None:
        return EXIT_USAGE
    if args.output is None and not (args.report or args.serve):
        args.output = STANDARD
    engine = Engine(window_ms=options.window_ms, rewritten=options.rewritten)
    report = _report() if args.report else None
    pages = _pages(engine, options) if args.serve else None
    try:
        beside = max(1, args.jobs // 2) if (os.cpu_count() or 1) > 1 else 0  # extract pages
        source = ArticleSource(args.input, extractor=args.extractor, processes=beside)
        _refuse_overwriting(source, args)
        observers = [observer for observer in (report, pages) if observer is not None]
        summary, interrupted = _scan_files(source, args, options, screen, engine, observers)
        if report is not None:
            from wirecopy.shell.report.scan_report import report_page

            with open_output(args.report) as file:
                file.writelines(piece.encode("utf-8", "replace") for piece in report_page(report, args.input))
    except (FileTrouble, MissingExtraError, WorkerDiedError) as trouble:
        sys.stderr.write(f"wirecopy scan: {trouble}\n")
        _tell_partial(args)
        return EXIT_TROUBLE
    if not args.quiet:
        print_summary(summary, screen)
    code = _told(source, summary)
    if interrupted:
        _tell_partial(args)
        return EXIT_INTERRUPTED
    return code if pages is None else _served(pages, args, code)


def _report() -> ScanReport:
    from wirecopy.shell.report.scan_report import ScanReport

    return ScanReport()


def _outputs_of(args: argparse.Namespace) -> list[str]:
    return [path for path in (args.output, args.corrections, args.dead, args.report, args.matches) if path]


def _refuse_overwriting(source: ArticleSource, args: argparse.Namespace) -> None:
    """FileTrouble where an output is one of the inputs."""
    inputs = {Path(path).resolve() for path in source.paths if path != STANDARD}
    for output in _outputs_of(args):
        if output != STANDARD and Path(output).resolve() in inputs:
            raise FileTrouble(f"Cannot write “{output}”: it is also an input. Name another file.")


def _scan_files(
    source: ArticleSource,
    args: argparse.Namespace,
    options: ScanOptions,
    screen: Terminal,
    engine: Engine,
    observers: Sequence[Observer],
) -> tuple[Summary, bool]:
    """The counts, and whether Ctrl-C ended it: then what was judged so far is in the files."""
    lines = _Interruptible(source)
    summary = Summary()
    with suppress(_Interrupted), ExitStack() as stack:
        opened = partial(_opened, stack)
        paths = (args.output, args.corrections, args.dead, args.matches)
        outputs = ScanOutputs(*map(opened, paths))
        bar = None if args.quiet else stack.enter_context(screen.progress("scanning"))
        shown_at = 0.0

        def on_progress(summary: Summary) -> None:
            nonlocal shown_at
            if bar is not None and summary.seconds - shown_at >= PROGRESS_SECONDS:
                shown_at = summary.seconds
                bar.show(source.fraction(), _progress_note(summary))

        summary = scan(lines, outputs, options, on_progress, engine, observers)
        if lines.trouble is not None:
            raise lines.trouble
        if lines.interrupted:
            raise _Interrupted
    return summary, lines.interrupted


class _Interrupted(KeyboardInterrupt):
    """The scan was asked to end, and what it judged by then is written."""


class _Interruptible:
    """The lines of a source until Ctrl-C or SIGTERM, or until it cannot be read on: then what came before is judged first. A
    second signal does what it would have done."""

    def __init__(self, source: ArticleSource) -> None:
        self._source = source
        self.interrupted = False
        self.trouble: FileTrouble | None = None

    def __iter__(self) -> Iterator[Line]:
        numbers = (
            (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
        )
        before = {number: signal.signal(number, self._asked) for number in numbers}
        try:
            for line in self._source:
                if self.interrupted:
                    return
                yield line
        except FileTrouble as trouble:
            self.trouble = trouble
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _asked(self, number: int, _: object) -> None:
        self.interrupted = True
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def _opened(stack: ExitStack, path: str | None) -> BinaryIO | None:
    if path is None:
        return None
    table = _as_table if path.lower().endswith(".parquet") else None
    return stack.enter_context(open_output(path, table, (FileTrouble, KeyboardInterrupt, WorkerDiedError)))


def _as_table(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, TableWriter(file))


def _tell_partial(args: argparse.Namespace) -> None:
    for path in _outputs_of(args):
        if path != STANDARD and Path(path + PARTIAL).exists():
            sys.stderr.write(f"wirecopy scan: what was judged until then is in “{path}{PARTIAL}”\n")


def _pages(engine: Engine, options: ScanOptions) -> ScannedPages:
    from wirecopy.shell.standalone.scanned import ScannedPages  # here: the server is slow to import
    from wirecopy.shell.web.site_data import ARTICLES_MAX

    return ScannedPages(engine, options, ARTICLES_MAX)


def _served(pages: ScannedPages, args: argparse.Namespace, code: int) -> int:
    import asyncio  # here and below: slow to import, and few scans need it

    def told(address: str) -> None:
        sys.stderr.write(f"wirecopy scan: the pages are at {address} until Ctrl-C\n")
        sys.stderr.flush()

    try:
        asyncio.run(pages.serve(args.port, told))
    except OSError as error:
        sys.stderr.write(f"wirecopy scan: the pages cannot be served: {error.strerror or error}\n")
        return EXIT_TROUBLE
    return code


def _told(source: ArticleSource, summary: Summary) -> int:
    """Say what was not read, as loudly as it deserves; the exit code."""
    for report in source.reports:
        for what, count in report.passed_over.most_common():
            sys.stderr.write(f"wirecopy scan: “{report.path}”: passed over {count:,} × {what}\n")
    if source.passed_over:
        kinds = ", ".join(f"{count:,} × {ending}" for ending, count in source.passed_over.most_common(8))
        sys.stderr.write(f"wirecopy scan: files of other kinds in the folders were passed over: {kinds}\n")
    if summary.lines and summary.articles * 100 >= summary.lines * LITTLE_PERCENT:
        return EXIT_FINE
    formats = ", ".join(sorted({report.format.value for report in source.reports if report.format}))
    sys.stderr.write(
        f"wirecopy scan: {summary.articles:,} of {summary.lines:,} records could be read"
        f" ({formats or 'no input'}).\n"
    )
    for reason, count in summary.dead.most_common():
        sys.stderr.write(f"  {count:,} × {reason.value}, for example: {summary.examples[reason]}\n")
    return EXIT_FINE if summary.articles else EXIT_TROUBLE


def _progress_note(summary: Summary) -> str:
    copied = summary.verdicts[VerdictKind.REPUBLICATION]
    return f"{summary.articles:,} articles · {copied:,} republications · {summary.articles_per_second:,.0f}/s"


def print_summary(summary: Summary, screen: Terminal) -> None:
    """Counts by verdict, dead letters by reason, corrections and speed."""
    rows = [("articles judged", f"{summary.articles:,}")]
    rows += [(f"  {kind.value}", f"{summary.verdicts[kind]:,}") for kind in VerdictKind]
    rows.append(("corrections of earlier verdicts", f"{summary.corrections:,}"))
    if summary.matches:
        rows.append(("matches of watches", f"{summary.matches:,}"))
    rows.append(("records that could not be read", f"{summary.dead.total():,}"))
    rows += [(f"  {reason.value}", f"{count:,}") for reason, count in sorted(summary.dead.items())]
    if summary.dropped:
        rows.append(("fields that were not used", f"{summary.dropped.total():,}"))
    rows += [(f"  {DROPPED_WORDS[what]}", f"{count:,}") for what, count in sorted(summary.dropped.items())]
    rows.append(("articles a second", f"{summary.articles_per_second:,.0f}"))
    screen.numbers(rows)


def _options(args: argparse.Namespace) -> ScanOptions | None:
    """The settings of `wirecopy run` that bear on verdicts, but for what the command line says; None for
    faulty ones, which are told. ValueError for a faulty command line.
    """
    named = _outputs_of(args)
    places = [path if path == STANDARD else str(Path(path).absolute()) for path in named]
    if len(set(places)) < len(places):
        raise ValueError(
            "enriched records, corrections, dead letters and the report need separate files, but two have the same path"
        )
    settings = article_settings()
    if settings is None:
        return None
    given: dict[str, Any] = {"presets": {"*": args.preset}} if args.preset else {}
    for name, path in args.field:
        if name not in FIELDS:
            raise ValueError(f"--field {name}: there is no such field; there are {', '.join(FIELDS)}")
        given[name] = path
    return ScanOptions(
        fields=replace(settings.fields, **given),
        aliases=settings.aliases,
        window_ms=settings.window_ms if args.window_days is None else args.window_days * DAY_MS,
        rewritten=settings.rewritten,
        clock_published=args.clock == "published",
        jobs=args.jobs,
        watching=_watching(args, settings),
        licensed=None if settings.licences_file is None else _licensed(settings),
    )


def _watching(args: argparse.Namespace, settings: ArticleSettings) -> WatchList | None:
    """The watches of a file. ValueError for a file that cannot be read, or a watch that is none."""
    if (args.watches is None) != (args.matches is None):
        raise ValueError("--watches and --matches go together")
    if args.watches is None:
        return None
    from wirecopy.shell.desk.watches.from_file import watches_of_file

    return watches_of_file(Path(args.watches), settings.aliases, _licensed(settings))


def _licensed(settings: ArticleSettings) -> Licensed:
    """ValueError for a file that cannot be read."""
    from wirecopy.shell.desk.licences import licensed_of

    return licensed_of(settings.licences_file, settings.aliases)


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 36_500:
        raise argparse.ArgumentTypeError("--window-days must be between 1 and 36500")
    return days


def _jobs(text: str) -> int:
    jobs = int(text)
    if not 1 <= jobs <= JOBS_MAX:
        raise argparse.ArgumentTypeError(f"--jobs must be between 1 and {JOBS_MAX}")
    return jobs


def _assignment(text: str) -> tuple[str, str]:
    name, _, path = text.partition("=")
    if not name or not path:
        raise argparse.ArgumentTypeError(f"{text!r} must be NAME=PATH, such as body=content.text")
    return name, path
