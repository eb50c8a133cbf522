"""Feeds: RSS 0.9 to 2.0, RDF and Atom, each entry an article. JSON Feed is JSON, see `json_values.py`.

feedparser reads them. Of an entry's texts the longest HTML or Atom text is taken: `summary` is a teaser where there is
`content`, and a photo's caption (`media:description`) is put among both. feedparser is an extra (`wirecopy[files]`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.files.extras import needed

FEED_BYTES_MAX: Final = 64 << 20  # a feed is read as a whole


def feed_entries(stream: BinaryIO) -> Iterator[bytes]:
    """The entries of a feed as JSON objects. ValueError where it is larger than `FEED_BYTES_MAX` or holds no entry that can
    be read."""
    feedparser = needed("feedparser", "RSS and Atom feeds", "files")
    data = stream.read(FEED_BYTES_MAX + 1)
    if len(data) > FEED_BYTES_MAX:
        raise ValueError(f"a feed may have {FEED_BYTES_MAX >> 20} MiB")
    parsed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if parsed.bozo and not parsed.entries:
        raise ValueError(f"the feed cannot be read: {parsed.get('bozo_exception')}")
    for entry in parsed.entries:
        yield json_bytes(_record(entry, parsed.feed))


def _record(entry: Any, feed: Any) -> dict[str, Any]:
    source = entry.get("source") or {}
    text, kind = _text(entry)
    record = {
        "id": entry.get("id"),
        "url": entry.get("link"),
        "title": entry.get("title"),
        "publisher": source.get("title") or feed.get("title"),
        "published_at": entry.get("published") or entry.get("updated"),
        "language": feed.get("language"),
        "body": text,
        "content_type": kind,
        "authors": [author.get("name") for author in entry.get("authors", []) if author.get("name")],
    }
    return {name: value for name, value in record.items() if value}


def _text(entry: Any) -> tuple[str | None, str | None]:
    """(text, content type) of the entry's longest text."""
    texts = [(part.get("value") or "", part.get("type")) for part in entry.get("content", [])]
    detail = entry.get("summary_detail") or {}
    texts.append((entry.get("summary") or "", detail.get("type")))
    text, kind = max(texts, key=lambda one: len(one[0]))
    if not text:
        return None, None
    return text, "text/html" if kind in ("text/html", "application/xhtml+xml") or "<" in text else kind
