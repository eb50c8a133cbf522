"""Which format a file is in, told by its first bytes; its name decides only between kinds of plain text.

`format_of` looks at the start of the unpacked bytes. What is recognised and not read (PDF, ZIP, Avro, NewsML …) is named,
so that nobody waits for articles that never come.
"""

from __future__ import annotations

import re
from enum import Enum
from pathlib import PurePath
from typing import Final

from wirecopy.core.records.raw import json_value

START_BYTES: Final = 1 << 16  # looked at
LINES_TRIED: Final = 8  # one of them must be an object, or it is no file of JSON lines


class Format(Enum):
    """A format that is read."""

    JSON_LINES = "JSON lines"
    JSON = "JSON"  # an array, or objects over several lines
    CSV = "CSV"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    WARC = "WARC"
    FEED = "RSS or Atom feed"
    HTML = "HTML page"
    MARKDOWN = "Markdown"
    TEXT = "plain text"


class UnreadFormatError(ValueError):
    """A format that is known and not read; the text is a sentence that says what to do."""


_TEXT_ENDINGS: Final = {
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".tab": Format.CSV,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
}
PACKED_ENDINGS: Final = (".gz", ".xz", ".zst", ".bz2")
ENDINGS: Final = frozenset(
    {
        *_TEXT_ENDINGS,
        ".json",
        ".parquet",
        ".arrow",
        ".feather",
        ".ipc",
        ".warc",
        ".wet",
        ".rss",
        ".atom",
        ".xml",
    }
)
_UNREAD: Final = (
    (b"%PDF-", "a PDF: extract its text first"),
    (b"PK\x03\x04", "a ZIP archive (or an office document): unpack it and name the folder"),
    (b"Obj\x01", "an Avro file: convert it to Parquet or JSON lines"),
    (b"SQLite format 3\0", "an SQLite database: export the table as CSV or JSON lines"),
    (b"ORC", "an ORC file: convert it to Parquet"),
    (b"\x89HDF", "an HDF5 file: convert it to Parquet"),
)
_UNREAD_XML: Final = re.compile(
    rb"<(?:\w+:)?(newsMessage|newsItem|nitf|NewsML|mediawiki|sitemapindex|urlset)\b"
)
_FEED: Final = re.compile(rb"<(?:rss|feed|rdf:RDF|RDF)\b")
_HTML: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|p|div)\b", re.IGNORECASE)
_COLUMNS: Final = re.compile(r"(?i)\b(?:body|text|content|article|maintext|plaintext|story)\b")


def ending_of(name: str) -> str:
    """The ending of a file's name in small letters, that of a packing aside."""
    path = PurePath(name.lower())
    return PurePath(path.stem).suffix if path.suffix in PACKED_ENDINGS else path.suffix


def format_of(start: bytes, name: str) -> Format:
    """The format of what begins with `start` (`START_BYTES` of it). Raises `UnreadFormatError` for one that is not read."""
    for magic, said in _UNREAD:
        if start.startswith(magic):
            raise UnreadFormatError(f"it is {said}")
    if start.startswith(b"PAR1"):
        return Format.PARQUET
    if start.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return Format.ARROW
    if start.startswith(b"WARC/"):
        return Format.WARC
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return Format.JSON
    if text.startswith(b"{"):
        lines = text.split(b"\n", LINES_TRIED)[:LINES_TRIED]
        as_lines = len(lines) == 1 or any(_is_object(line) for line in lines)
        return Format.JSON_LINES if as_lines or ending_of(name) in (".jsonl", ".ndjson") else Format.JSON
    if text.startswith(b"<"):
        return _markup(text)
    return _by_name(text, name)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json_value(line.strip()), dict)
    except ValueError:
        return False


def _markup(text: bytes) -> Format:
    unread = _UNREAD_XML.search(text[:4096])
    if unread is not None:
        raise UnreadFormatError(
            f"it is XML of the kind <{unread[1].decode()}>: convert it to JSON (ninjs is read as it is)"
        )
    if _FEED.search(text[:4096]):
        return Format.FEED
    if _HTML.search(text):
        return Format.HTML
    raise UnreadFormatError("it is XML of an unknown kind: RSS, Atom and HTML are read")


def _by_name(text: bytes, name: str) -> Format:
    ending = ending_of(name)
    if ending in (".csv", ".tsv", ".tab"):
        return Format.CSV
    head = text.partition(b"\n")[0].decode("utf-8", "replace")
    if ending not in _TEXT_ENDINGS and any(mark in head for mark in ",\t;|") and _COLUMNS.search(head):
        return Format.CSV
    return _TEXT_ENDINGS.get(ending, Format.JSON_LINES)
