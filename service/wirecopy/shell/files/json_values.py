"""JSON that is no JSON lines: an array of articles, one object over many lines, several objects in a row.

`values` cuts a stream into its values without changing them, since a record goes out as it came in; line breaks between
their parts become spaces, so that each fits on a line. It knows
strings, escapes and brackets, and leaves whether a value is JSON to the decoder. An array is opened: each entry is a value.
So is an object that only wraps a list of articles (a JSON Feed, a dump of feedparser, the answer of a news API).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from wirecopy.core import limits
from wirecopy.core.records.raw import json_bytes, json_value

READ_BYTES: Final = 1 << 18
WRAPPER_BYTES_MAX: Final = 256 << 20  # a document that wraps its articles is held as a whole
_WRAPPED: Final = ("articles", "items", "entries", "results", "docs", "data", "news", "value")
_NO_BREAKS: Final = bytes.maketrans(b"\r\n", b"  ")
_BETWEEN: Final = b" \t\r\n,"
_TOKEN: Final = re.compile(rb'["\\{}\[\]]')
_IN_STRING: Final = re.compile(rb'["\\]')


def values(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of each value of a stream; of an array those of its entries. A value longer than a record may be is cut
    off one byte past the limit, as a line is."""
    yield from map(_on_one_line, _values(stream))


def _on_one_line(value: bytes) -> bytes:
    """Line breaks of a JSON value stand between its parts, never in its strings: spaces say the same."""
    return value.translate(_NO_BREAKS) if b"\n" in value or b"\r" in value else value


def _values(stream: BinaryIO) -> Iterator[bytes]:
    start = stream.read(READ_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        yield from _cut(stream, start[1:], limits.RAW_BYTES_MAX + 1)
    else:
        for value in _cut(stream, start, WRAPPER_BYTES_MAX):
            yield from unwrapped(value)


def _cut(stream: BinaryIO, buffer: bytes, bytes_max: int) -> Iterator[bytes]:
    """The values at depth 0 of what follows, up to the bracket that closes the array around them. What is neither object
    nor array comes as it stands, for the decoder to refuse."""
    depth, at, in_string = 0, 0, False
    begun, opened = 0, -1  # where the last value ended, and where the bracket of the present one stands
    while True:
        found = (_IN_STRING if in_string else _TOKEN).search(buffer, at)
        if found is None or (found[0] == b"\\" and found.end() == len(buffer)):
            kept = buffer[begun:]
            at = len(kept) - (0 if found is None else 1)
            begun, opened = 0, max(opened - begun, -1)
            if len(kept) > bytes_max + READ_BYTES:  # it is too large already: its end alone is looked for
                kept, at = kept[:bytes_max], bytes_max
            more = stream.read(READ_BYTES)
            if not more:
                yield from _loose(kept[:bytes_max])  # cut off: the decoder says what is wrong with it
                return
            buffer = kept + more
            continue
        at = found.end()
        sign = found[0]
        if sign == b"\\":
            at += 1
        elif sign == b'"':
            in_string = not in_string
        elif sign in b"{[":
            opened = found.start() if depth == 0 else opened
            depth += 1
        elif sign in b"}]":
            if depth == 0:
                yield from _loose(buffer[begun : at - 1])
                return
            depth -= 1
            if depth == 0:
                yield from _loose(buffer[begun:opened])
                yield buffer[opened:at][:bytes_max]
                begun, opened = at, -1


def _loose(between: bytes) -> Iterator[bytes]:
    """What stands between two objects, where that is more than commas and white space."""
    between = between.strip(_BETWEEN)
    if between:
        yield between


def unwrapped(value: bytes) -> Iterator[bytes]:
    """The articles in an object that wraps a list of them, each with what the wrapper knows; else the value itself."""
    try:
        record = json_value(value)
    except ValueError:  # the decoder says what is wrong with it
        record = None
    if not isinstance(record, dict):
        yield value
        return
    member = next((name for name in _WRAPPED if _is_list_of_objects(record.get(name))), None)
    if member is None or isinstance(record.get("body"), str):
        yield value
        return
    publisher = _publisher(record)
    for entry in record[member]:
        if publisher and not any(name in entry for name in ("publisher", "source")):
            entry["publisher"] = publisher
        yield json_bytes(entry)


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _publisher(record: dict[str, Any]) -> str:
    """The title of a feed around its entries."""
    feed = record.get("feed")
    title = feed.get("title") if isinstance(feed, dict) else record.get("title")
    return title if isinstance(title, str) else ""
