"""A file that is one article: plain text, Markdown or an HTML page.

Its id is the file's path as it was given. Of plain text and Markdown the first line is the title where it is short and
stands alone; of a page the decoder reads the whole, and its <title> is the title. A file's time says when it was copied,
not when it was published, so such an article has no date.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from wirecopy.core import limits
from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.files.detect import Format
from wirecopy.shell.files.page_facts import page_facts

TITLE_CHARS_MAX: Final = 160


def document(stream: BinaryIO, kind: Format, name: str) -> Iterator[bytes]:
    """The one article of a file. ValueError where it is no UTF-8 text."""
    data = stream.read(limits.RAW_BYTES_MAX + 1)
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8: convert it, as with iconv") from error
    if not text.strip():
        raise ValueError("it is empty")
    record: dict[str, object] = {"id": name, "body": text}
    if kind is Format.HTML:
        record |= page_facts(text)
    else:
        record["content_type"] = "text/markdown" if kind is Format.MARKDOWN else "text/plain"
        record["title"] = _first_line(text)
    yield json_bytes({field: value for field, value in record.items() if value})


def _first_line(text: str) -> str:
    first, _, rest = text.lstrip().partition("\n")
    alone = not rest.strip() or rest.startswith(("\n", "\r\n"))
    if first.startswith("#"):
        return first.lstrip("# ").rstrip()
    return first.strip() if alone and len(first) <= TITLE_CHARS_MAX else ""
