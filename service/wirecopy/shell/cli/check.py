"""`wirecopy check`: was this text published before? Of an index built from a file, or of a running service.

Built from a file, the index is that of `wirecopy scan`: the file's articles in their order, raw or enriched records alike.
A running service is asked over HTTP (`POST /api/check`), and nothing is indexed here.

Exit codes are made for scripts: 0 nothing of it was published before; 4 it was (a republication, a newer version or a
duplicate); 1 it could not be found out; 2 the command line or the settings are wrong. 3 is the watchdog's.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from wirecopy.core import limits
from wirecopy.core.model import RawArticle, RawPosition, Rejected, Verdict, VerdictKind
from wirecopy.core.records.fields import time_text
from wirecopy.core.records.raw import (
    decode_raw,
    json_bytes,
    json_indented,
    json_value,
    republication_from_json,
)
from wirecopy.shell.files.lines import STANDARD, FileTrouble, read_bytes
from wirecopy.shell.report.terminal import Piece, Terminal, Tone, shown, shown_line
from wirecopy.shell.report.words import TONES, headline, percent, sentences

EXIT_ORIGINAL: Final = 0
EXIT_TROUBLE: Final = 1
EXIT_USAGE: Final = 2
EXIT_PUBLISHED: Final = 4
ANSWER_BYTES_MAX: Final = 4 * 1024 * 1024  # the longest answer holds passages and sources, no text
ANSWER_SECONDS_MAX: Final = 30.0
RETRY_SECONDS_MAX: Final = 30  # a service that asks for more patience than this is left alone
PASSAGES_SHOWN: Final = 5
PASSAGE_COLUMNS: Final = 100
SOURCES_SHOWN: Final = 10


class CheckTrouble(Exception):  # noqa: N818 - a sentence for the user
    """The question could not be answered; the text says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the command's arguments."""
    parser.description = "Say whether a text was published before, without adding it to the index."
    parser.epilog = "Exit codes: 0 not published before, 4 published before, 1 failed, 2 wrong command line."
    parser.add_argument(
        "file", metavar="FILE", help="the text: a .txt, .html or .json file; - is standard input"
    )
    index = parser.add_mutually_exclusive_group(required=True)
    index.add_argument(
        "--against",
        metavar="IN",
        help="compare with the articles in this file or folder, of any format that `wirecopy scan` reads",
    )
    index.add_argument(
        "--service", metavar="URL", help="ask a running service, such as http://localhost:8080"
    )
    parser.add_argument("--title", help="headline of the text")
    parser.add_argument("--url", help="address of the text; it is looked up in the index, never fetched")
    parser.add_argument(
        "--publisher", help="publisher of the text, so that its own earlier versions count as updates"
    )
    parser.add_argument(
        "--published-at", metavar="TIME", help="time of publication, such as 2026-05-01T09:30:00Z"
    )
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def main(args: argparse.Namespace) -> int:
    """Run the command; see the exit codes above."""
    try:
        record = _record(args)
        answer = _asked(args.service, record) if args.service else _judged(args.against, record)
    except (FileTrouble, CheckTrouble) as trouble:
        sys.stderr.write(f"wirecopy check: {trouble}\n")
        return EXIT_TROUBLE
    if answer is None:
        return EXIT_USAGE
    if args.json:
        sys.stdout.write(json_indented(answer).decode() + "\n")
    else:
        _print(Terminal(sys.stdout), answer, record)
    return EXIT_PUBLISHED if answer["published_before"] else EXIT_ORIGINAL


def _record(args: argparse.Namespace) -> dict[str, Any]:
    """What is to be checked, as a raw record. FileTrouble where it cannot be read."""
    from wirecopy.shell.cli.explain import record_of_text

    value = read_bytes(args.file, bytes_max=limits.RAW_BYTES_MAX)
    suffix = Path(args.file).suffix.lower()
    if suffix == ".json" or (args.file == STANDARD and value.lstrip()[:1] == b"{"):
        try:
            record: Any = json_value(value)
        except ValueError as error:
            raise FileTrouble(f"“{args.file}” is not valid JSON: {error}.") from error
        if not isinstance(record, dict):
            raise FileTrouble(f"“{args.file}” does not contain a JSON object.")
    else:
        record = record_of_text(value, suffix)
    given = {name: getattr(args, name) for name in ("title", "url", "publisher", "published_at")}
    return {**record, **{name: text for name, text in given.items() if text is not None}}


# ---- an index built now
def _judged(path: str, record: dict[str, Any]) -> dict[str, Any] | None:
    """The answer of an index built from a file; None for faulty settings, which are told."""
    from wirecopy.core.engine import Engine
    from wirecopy.core.fingerprint.propose import propose
    from wirecopy.shell.cli.loading import article_settings
    from wirecopy.shell.files.source import ArticleSource
    from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan
    from wirecopy.shell.pipeline.text_check import document, judged, read_text

    settings = article_settings()
    if settings is None:
        return None
    article = read_text(json_bytes(record), settings.fields, settings.aliases)
    if isinstance(article, Rejected):
        raise CheckTrouble(f"the text cannot be judged: {article.detail}.")
    engine = Engine(window_ms=settings.window_ms, rewritten=settings.rewritten)
    screen = Terminal(sys.stderr)
    source = ArticleSource([path])
    with screen.progress("building the index") as bar:
        options = ScanOptions(settings.fields, settings.aliases, settings.window_ms)
        summary = scan(
            source,
            ScanOutputs(),
            options,
            lambda summary: bar.show(source.fraction(), f"{summary.articles:,} articles"),
            engine,
        )
    if summary.lines and not summary.articles:
        raise CheckTrouble(f"“{path}” holds no article that can be read. `wirecopy scan` says why")
    proposal = propose(article)
    checked = judged(proposal, engine.check(proposal))
    told = None
    if checked.verdict.rewritten_of:
        decode = partial(decode_raw, fields=settings.fields, aliases=settings.aliases)
        told = _article_of(path, checked.verdict, decode)
    return document(checked, told)


def _article_of(
    path: str, verdict: Verdict, decode: Callable[[bytes, RawPosition], RawArticle | Rejected]
) -> RawArticle | None:
    """The article that a text was rewritten from, read once more: the index holds no texts."""
    from wirecopy.shell.files.source import ArticleSource
    from wirecopy.shell.pipeline.scan_log import TOPIC

    wanted = verdict.rewritten_of, verdict.rewritten_publisher
    for line in ArticleSource([path]):
        article = decode(line.value, RawPosition(TOPIC, 0, line.number))
        if isinstance(article, RawArticle) and (article.id, article.publisher) == wanted:
            return article
    return None


# ---- a running service
def _asked(service: str, record: dict[str, Any]) -> dict[str, Any]:
    """The answer of a running service. Asked once more where it says when to."""
    address = urlsplit(service)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise CheckTrouble(f"--service {service}: not a URL. Write it as http://localhost:8080")
    request = urllib.request.Request(  # noqa: S310 - the scheme is one of two
        service.rstrip("/") + "/api/check",
        json_bytes(record),
        {"Content-Type": "application/json", "Accept": "application/json"},
    )
    for last in (False, True):
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS_MAX) as response:  # noqa: S310
                return _answer(response.read(ANSWER_BYTES_MAX))
        except urllib.error.HTTPError as error:
            wait = error.headers.get("Retry-After", "")
            if not last and wait.isdigit() and int(wait) <= RETRY_SECONDS_MAX:
                time.sleep(int(wait))
                continue
            raise CheckTrouble(
                f"{service} answered {error.code}: {_told(error.read(ANSWER_BYTES_MAX))}"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise CheckTrouble(f"no answer from {service}: {error}") from error
    raise AssertionError("the second attempt returns or raises")


def _answer(value: bytes) -> dict[str, Any]:
    try:
        answer = json_value(value)
    except ValueError as error:
        raise CheckTrouble(
            "the reply is not JSON. Check that --service is the address of a wirecopy service"
        ) from error
    if (
        not isinstance(answer, dict)
        or "published_before" not in answer
        or republication_from_json(value) is None
    ):
        raise CheckTrouble(
            "the reply has an unknown format: the service probably runs another release."
            " Use the same release here"
        )
    return answer


def _told(value: bytes) -> str:
    """What an answer that is none says, on one line: a problem's detail, or its own words."""
    try:
        problem = json.loads(value)
        text = str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        text = value[:1000].decode("utf-8", "replace")
    return shown_line(text, 200)


# ---- what is shown
def _print(terminal: Terminal, answer: dict[str, Any], record: dict[str, Any]) -> None:
    republication = republication_from_json(json_bytes(answer))
    assert republication is not None, "looked at before"
    verdict = republication.verdict
    words = headline(verdict)
    terminal.line(Piece(words[:1].upper() + words[1:], TONES[verdict.kind]))
    for sentence in answer.get("sentences") or sentences(verdict):
        terminal.indented(2, Piece(shown(str(sentence))))
    _print_sources(terminal, verdict)
    body = record.get("body", record.get("text"))
    if isinstance(body, str):
        _print_passages(terminal, verdict, body)
    if verdict.kind is VerdictKind.ORIGINAL:
        terminal.indented(2, Piece("As far as the index reaches back.", Tone.DIM))


def _print_sources(terminal: Terminal, verdict: Verdict) -> None:
    original = verdict.original
    if original is not None:
        published = None if original.published_at_ms is None else time_text(original.published_at_ms)
        told = [shown_line(original.publisher or "unknown publisher", 60), published or "date unknown"]
        if original.url:
            told.append(shown_line(original.url, 200))
        terminal.indented(2, Piece("First: ", Tone.DIM), Piece(" · ".join(told)))
    for source in verdict.sources[:SOURCES_SHOWN]:
        terminal.indented(
            2,
            Piece(f"{percent(source.share):>6} ", Tone.STRONG),
            Piece(f"{shown_line(source.publisher, 40)} · {shown_line(source.id, 80)}"),
        )
    if len(verdict.sources) > SOURCES_SHOWN:
        terminal.indented(2, Piece(f"and {len(verdict.sources) - SOURCES_SHOWN} more sources", Tone.DIM))


def _print_passages(terminal: Terminal, verdict: Verdict, body: str) -> None:
    for passage in verdict.passages[:PASSAGES_SHOWN]:
        words = shown_line(body[passage.start : passage.end], PASSAGE_COLUMNS)
        terminal.indented(
            2,
            Piece(f"{passage.words:>5} words: ", Tone.DIM),
            Piece("“"),
            Piece(words, Tone.MATCH),
            Piece("”"),
        )
    if len(verdict.passages) > PASSAGES_SHOWN:
        terminal.indented(2, Piece(f"and {len(verdict.passages) - PASSAGES_SHOWN} more passages", Tone.DIM))
