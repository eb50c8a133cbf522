"""`wirecopy explain A B`: two articles side by side, what they share, and why the verdict is what it is.

A and B are files (text, HTML, a raw or an enriched record as JSON) or, with `--in`, ids in a file of enriched
records. Files are judged here and now by the real engine, A having arrived before B; records are explained by
the verdict that they carry, so that what is shown is what was published and not what this release would say.

The rows of the comparison are made by `compare` from exact runs of tokens (shell/report/alignment.py), of a copy that was
rewritten sentence by sentence (retelling.py), and are shown
by two renderers that know nothing of articles: the terminal (terminal.py) and a self-contained page
(page.py).
"""

from __future__ import annotations

import argparse
import html
import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from wirecopy.core import limits
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.model import Outcome, RawArticle, RawPosition, Rejected, Verdict
from wirecopy.core.records.raw import (
    FieldPaths,
    decode_raw,
    encode_enriched,
    json_bytes,
    republication_from_json,
)
from wirecopy.core.values import replace
from wirecopy.shell.cli.loading import article_settings
from wirecopy.shell.files.lines import FileTrouble, LineReader, open_output, read_bytes
from wirecopy.shell.report.comparison_rows import Comparison, Mark, Row, Side, compare
from wirecopy.shell.report.html_report import page
from wirecopy.shell.report.retelling_rows import compare_retold, comparison_of, retold_by, seems_retold
from wirecopy.shell.report.terminal import Piece, Terminal, Tone, shown, shown_line
from wirecopy.shell.report.words import TONES, headline, plural, sentences

TOPIC: Final = "explain"
TITLE_CHARS_MAX: Final = 200  # a first line longer than this is no headline
TITLE_WORDS_MIN: Final = 4
HEAD_CHARS: Final = 65_536  # of an HTML file, where its title is looked for
_HTML_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{1,1000})</title", re.IGNORECASE)
_TONE_OF: Final = {
    Mark.NONE: Tone.PLAIN,
    Mark.MATCHED: Tone.MATCH,
    Mark.SHARED: Tone.REPEAT,
    Mark.CREDIT: Tone.CREDIT,
    Mark.ASIDE: Tone.DIM,
    Mark.ENTITY: Tone.CREDIT,
    Mark.WORD: Tone.REPEAT,
    Mark.LETTER: Tone.MATCH,
}
_KEY: Final = {
    Mark.MATCHED: "matched",
    Mark.SHARED: "shared but not counted",
    Mark.CREDIT: "credit",
    Mark.ASIDE: "outside the article",
}
_RETOLD_KEY: Final = {
    Mark.ENTITY: "names and numbers in common",
    Mark.WORD: "words in common",
    Mark.LETTER: "equal words in a row",
}
# where nothing can be coloured
_SIGNS: Final = {
    Mark.MATCHED: ("⟦", "⟧"),
    Mark.SHARED: ("‹", "›"),
    Mark.CREDIT: ("⟪", "⟫"),
    Mark.ENTITY: ("⟪", "⟫"),
    Mark.WORD: ("‹", "›"),
    Mark.LETTER: ("⟦", "⟧"),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """An article with its verdict. `verdict` has its offsets in `article.text`, unlike the record's."""

    article: RawArticle
    verdict: Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Register the command's arguments."""
    parser.description = "Show two articles side by side: what they share, and why this verdict."
    parser.add_argument(
        "a", metavar="A", help="the article that came first: a .txt, .html or .json file, or an id"
    )
    parser.add_argument("b", metavar="B", help="the article whose verdict is to be explained")
    parser.add_argument(
        "--in", dest="records", metavar="ENRICHED.jsonl", help="take A and B as ids of records in this file"
    )
    parser.add_argument(
        "--publishers",
        nargs=2,
        metavar=("A", "B"),
        help="publishers of A and B (default: two different publishers)",
    )
    parser.add_argument("--html", metavar="OUT.html", help="write a self-contained HTML page instead")
    parser.add_argument("--all", action="store_true", help="also show long stretches with nothing shared")


def main(args: argparse.Namespace) -> int:
    """Run the command: 0; 1 when an article cannot be read or found; 2 for faulty settings."""
    decode = _decoder()
    if decode is None:
        return 2
    try:
        if args.records:
            a, b = _found(args.records, args.a, args.b, decode)
        else:
            a, b = _judged(args.a, args.b, args.publishers or (None, None), decode)
        comparison = _compared(a, b, whole=args.all)
        if args.html:
            text = page((_title(a), _title(b)), _heading(b), sentences(b.verdict), comparison)
            with open_output(args.html) as file:
                file.write(text.encode("utf-8"))
        else:
            _print(Terminal(sys.stdout), a, b, comparison)
    except FileTrouble as trouble:
        sys.stderr.write(f"wirecopy explain: {trouble}\n")
        return 1
    return 0


Decode = Callable[[bytes, RawPosition], RawArticle | Rejected]


def _decoder() -> Decode | None:
    """How the settings of `wirecopy run` read a record; None for faulty ones, which are told."""
    settings = article_settings()
    if settings is None:
        return None
    fields, aliases = settings.fields, settings.aliases
    return lambda value, position: decode_raw(value, position, fields, aliases)


# ---- two files, judged now


def _judged(
    a_path: str, b_path: str, publishers: tuple[str | None, str | None], decode: Decode
) -> tuple[Explained, Explained]:
    engine = Engine()
    proposals = []
    for number, (path, publisher) in enumerate(zip((a_path, b_path), publishers, strict=True)):
        article = _article(path, publisher, number, decode)
        proposals.append(engine.propose(article))
    outcomes = engine.replay_many([(number, 0, proposal.value) for number, proposal in enumerate(proposals)])
    explained = []
    for proposal, outcome in zip(proposals, outcomes, strict=True):
        assert isinstance(outcome, Outcome), "the engine refused a record of its own making"
        record = encode_enriched(proposal.article, enrich(proposal, outcome), proposal.body_xxh3)
        explained.append(_explained(proposal.article, record))
    return explained[0], explained[1]


def _article(path: str, publisher: str | None, number: int, decode: Decode) -> RawArticle:
    value = read_bytes(path, bytes_max=limits.RAW_BYTES_MAX)
    suffix = Path(path).suffix.lower()
    position = RawPosition(TOPIC, 0, number)
    if suffix == ".json":
        article = decode(value, position)
    else:
        whose = {
            "id": Path(path).name,
            "publisher": Path(path).stem,
        }  # its own publisher unless told otherwise
        article = decode_raw(json_bytes(whose | record_of_text(value, suffix)), position, FieldPaths(), {})
    if isinstance(article, Rejected):
        raise FileTrouble(f"Cannot judge “{path}”: {article.detail}.")
    if publisher is not None:
        return replace(article, publisher=publisher, domain=publisher)
    return article


def record_of_text(value: bytes, suffix: str) -> dict[str, str]:
    """A raw record for the bytes of a plain or HTML file, its first line the title where it reads like one."""
    text = value.decode("utf-8-sig", "replace")
    record = {"body": text}
    if suffix in (".html", ".htm", ".xhtml"):
        found = _HTML_TITLE.search(text[:HEAD_CHARS])
        return record | {
            "content_type": "text/html",
            "title": html.unescape(found[1]).strip() if found else "",
        }
    first = text.lstrip().partition("\n")[0].strip()
    short = len(first) <= TITLE_CHARS_MAX and len(first.split()) >= TITLE_WORDS_MIN
    title = first if short and not first.endswith(".") else ""
    return record | {"content_type": "text/plain", "title": title}


# ---- two records, explained by the verdicts they carry


def _found(path: str, a_id: str, b_id: str, decode: Decode) -> tuple[Explained, Explained]:
    found: dict[str, Explained] = {}
    for quickly in (True, False):
        if {a_id, b_id} - found.keys():
            found |= _look_for({a_id, b_id} - found.keys(), path, decode, quickly=quickly)
    for missing in (one for one in (a_id, b_id) if one not in found):
        raise FileTrouble(f"There is no enriched record with the id “{shown_line(missing, 80)}” in “{path}”.")
    return found[a_id], found[b_id]


def _look_for(ids: set[str], path: str, decode: Decode, *, quickly: bool) -> dict[str, Explained]:
    """`quickly`: only lines that hold an id as text are read, which misses ids made of positions."""
    spelled = [text.encode("utf-8", "replace") for id_ in ids for text in (id_, json.dumps(id_)[1:-1])]
    found: dict[str, Explained] = {}
    with LineReader(path) as lines:
        for line in lines:
            if quickly and not any(text in line.value for text in spelled):
                continue
            republication = republication_from_json(line.value)
            if republication is None:
                continue
            article = decode(line.value, republication.position)
            if isinstance(article, RawArticle) and article.id in ids:
                found[article.id] = _explained(article, line.value)
                if len(found) == len(ids):
                    break
    return found


def _explained(article: RawArticle, record: bytes) -> Explained:
    """The verdict that the enriched record carries, its offsets taken from the body to the text that was
    judged.
    """
    republication = republication_from_json(record)
    assert republication is not None, "the codec reads what it wrote"
    verdict = republication.verdict
    offsets = article.offsets
    if offsets is None:
        return Explained(article, verdict)

    def at(offset: int) -> int:
        return int(np.searchsorted(offsets, offset))

    passages = tuple(replace(p, start=at(p.start), end=at(p.end)) for p in verdict.passages)
    credit = verdict.credit and replace(
        verdict.credit, start=at(verdict.credit.start), end=at(verdict.credit.end)
    )
    return Explained(article, replace(verdict, passages=passages, credit=credit))


# ---- what is shown


def _compared(a: Explained, b: Explained, *, whole: bool) -> Comparison:
    """Word for word, or sentence by sentence where B tells A in other words or, by these two texts alone, may do so."""
    if retold_by(b.verdict, a.article.id):
        return compare_retold(a.article, b.article)
    found = seems_retold(a.article, b.article, b.verdict)
    if found is not None:
        return comparison_of(found)
    return compare(a.article, b.article, a.verdict, b.verdict, whole=whole)


def _title(explained: Explained) -> str:
    article = explained.article
    when = ""
    if article.published_at_ms is not None:
        when = datetime.fromtimestamp(article.published_at_ms / 1000, UTC).strftime(" · %Y-%m-%d %H:%M")
    publisher = shown_line(article.publisher or article.id, 60)
    return f"{publisher}{when} · {shown_line(article.title or article.id, 120)}"


def _heading(b: Explained) -> str:
    return f"{shown_line(b.article.publisher or b.article.id, 60)}: {headline(b.verdict)}"


def _print(terminal: Terminal, a: Explained, b: Explained, comparison: Comparison) -> None:
    terminal.line(Piece(_heading(b), TONES[b.verdict.kind]))
    for sentence in sentences(b.verdict):
        terminal.indented(2, Piece(sentence))
    for sentence in comparison.told:
        terminal.indented(2, Piece(sentence))
    matched, shared = comparison.matched_words, comparison.shared_words
    counts = f"{plural(matched, 'word')} in matched passages; {shared:,} shared but not counted."
    if not comparison.told:
        terminal.indented(2, Piece(counts, Tone.DIM))
    terminal.line()
    signs: Mapping[Mark, tuple[str, str]] = {} if terminal.is_terminal else _SIGNS
    rows = [(_pieces(row.left, row, signs), _pieces(row.right, row, signs)) for row in comparison.rows]
    terminal.side_by_side((_title(a), _title(b)), rows)
    key = []
    for mark, meaning in (_RETOLD_KEY if comparison.told else _KEY).items():
        before, behind = signs.get(mark, (" ", " "))
        key += [Piece("  "), Piece(f"{before}{meaning}{behind}", _TONE_OF[mark])]
    terminal.line(*key)


def _pieces(side: Side, row: Row, signs: Mapping[Mark, tuple[str, str]]) -> list[Piece]:
    if row.left_out:
        return [Piece(f"… {plural(row.left_out, 'more line')} …", Tone.DIM)]
    pieces = []
    for stretch in side:
        before, behind = signs.get(stretch.mark, ("", ""))
        pieces.append(Piece(f"{before}{shown(stretch.text)}{behind}", _TONE_OF[stretch.mark]))
    return pieces
