"""WARC and WET: what crawlers and Common Crawl write. A page, or a record of plain text, is an article.

Of the records, `response` and `resource` hold pages, `conversion` (WET) holds text that somebody extracted. Other kinds
and responses other than 200 with text are passed over and counted. The text of a page comes from an extraction library:
resiliparse by default (the fastest of those tried), trafilatura by setting (slower, keeps more of odd pages), or none, and
then the whole page is judged, which Wirecopy can do too.

Servers and crawlers disagree about headers: a body may say chunked or gzip and be neither any more, as Common Crawl
unpacks what it stores. So a body is unpacked only where it is packed, whatever its headers say.

The libraries are an extra (`wirecopy[files]`) and are imported where a WARC needs them.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from wirecopy.core import limits
from wirecopy.shell.files.extras import needed
from wirecopy.shell.files.page_facts import page_facts

EXTRACTORS: Final = ("resiliparse", "trafilatura", "none")
_CHUNK: Final = re.compile(rb"([0-9a-fA-F]{1,8})(?:;[^\r\n]{0,256})?\r\n")
_HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
Fields = dict[str, Any]
Extract = Callable[[str], Fields]


def warc_articles(
    stream: BinaryIO,
    extractor: str,
    passed_over: Counter[str],
    part: int = 0,
    parts: int = 1,
    begins: Callable[[int], None] = lambda _: None,
) -> Iterator[Fields | None]:
    """The fields of each article of a WARC or WET stream (unpacked), None for a record without one. `passed_over` counts
    these, by what they are. Of several readers, each takes every so many records: `part` of `parts`. `begins` is told
    where each record begins in the stream.
    """
    warc = needed("fastwarc.warc", "WARC files", "files")
    kinds = warc.WarcRecordType
    extract = extraction(extractor)
    for number, record in enumerate(warc.ArchiveIterator(stream, parse_http=True)):
        begins(record.stream_pos)
        if number % parts != part:
            continue
        if record.record_type == kinds.conversion:
            found: Fields | str = _text_record(record)
        elif record.record_type in (kinds.response, kinds.resource):
            found = _page_record(record, extract)
        else:
            found = f"{record.headers.get('WARC-Type', 'unknown')} record"
        if isinstance(found, str):
            passed_over[found] += 1
            yield None
        else:
            yield found


def _text_record(record: Any) -> Fields | str:
    text = record.reader.read(limits.RAW_BYTES_MAX).decode("utf-8", "replace")
    if text.strip():
        return _article(record, {"body": text, "content_type": "text/plain"})
    return "record without text"


def _page_record(record: Any, extract: Extract) -> Fields | str:
    http = record.http_headers
    if http is not None and http.status_code != 200:
        return f"HTTP status {http.status_code}"
    kind = (record.http_content_type or record.headers.get("Content-Type") or "").lower()
    if kind not in _HTML_TYPES and not kind.startswith("text/plain"):
        return f"type {kind or 'unknown'}"
    data = plain_body(record.reader.read(limits.RAW_BYTES_MAX * 2))
    if data is None:
        return "body that cannot be unpacked"
    encoding = needed("resiliparse.parse.encoding", "WARC files", "files")
    charset = record.http_charset or encoding.detect_encoding(data)
    text = encoding.bytes_to_str(data, charset)
    fields = extract(text) if kind in _HTML_TYPES else {"body": text, "content_type": "text/plain"}
    if str(fields.get("body") or "").strip():
        return _article(record, fields)
    return "page without text"


def _article(record: Any, fields: Fields) -> Fields:
    url = record.headers.get("WARC-Target-URI") or ""
    identifier = record.headers.get("WARC-Record-ID") or url
    article = {"id": identifier.strip("<>"), "url": url, "crawled_at": record.headers.get("WARC-Date")}
    return {name: value for name, value in (fields | article).items() if value}


def plain_body(data: bytes) -> bytes | None:
    """A body as it was before its transfer: chunks joined, gzip and deflate unpacked where it is so packed. None where it is
    packed in a way that is not read."""
    joined = _unchunked(data)
    data = data if joined is None else joined
    try:
        if data[:2] == b"\x1f\x8b":
            return zlib.decompressobj(wbits=31).decompress(data, limits.RAW_BYTES_MAX * 2)
        if data[:1] == b"\x78" and int.from_bytes(data[:2], "big") % 31 == 0:
            return zlib.decompressobj().decompress(data, limits.RAW_BYTES_MAX * 2)
    except zlib.error:
        return None
    return data if b"\0" not in data[:1024] or data[:2] in (b"\xff\xfe", b"\xfe\xff") else None


def _unchunked(data: bytes) -> bytes | None:
    """The joined chunks (RFC 9112, 7.1); None where the data does not read as chunks from its first byte."""
    parts: list[bytes] = []
    at = 0
    while (head := _CHUNK.match(data, at)) is not None:
        size = int(head[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(data[head.end() : head.end() + size])
        at = head.end() + size
        if data[at : at + 2] != b"\r\n":
            return b"".join(parts) if at >= len(data) else None
        at += 2
    return b"".join(parts) if parts and at >= len(data) else None


def extraction(name: str) -> Extract:
    """A page's fields by the extractor of that name (one of `EXTRACTORS`)."""
    if name == "none":
        return lambda page: page_facts(page) | {"body": page}
    if name == "trafilatura":
        return _by_trafilatura(needed("trafilatura", "pages of a WARC", "files"))
    return _by_resiliparse(needed("resiliparse.extract.html2text", "pages of a WARC", "files"))


def _by_resiliparse(library: Any) -> Extract:
    def extract(page: str) -> dict[str, Any]:
        text = library.extract_plain_text(page, main_content=True, alt_texts=False, noscript=False)
        return page_facts(page) | {"body": text, "content_type": "text/plain"}

    return extract


def _by_trafilatura(library: Any) -> Extract:
    def extract(page: str) -> dict[str, Any]:
        text = library.extract(page, include_comments=False, deduplicate=False)
        return page_facts(page) | {"body": text, "content_type": "text/plain"}

    return extract
