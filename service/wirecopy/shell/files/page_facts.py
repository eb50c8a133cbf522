"""What an HTML page says of itself in its head. Without the core, so that a process that only extracts starts quickly."""

from __future__ import annotations

import html
import re
from typing import Final

HEAD_CHARS_MAX: Final = 512 * 1024
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_LANGUAGE: Final = re.compile(r"<html[^>]*\blang\s*=\s*[\"']?([A-Za-z-]{2,16})", re.IGNORECASE)
_CANONICAL: Final = re.compile(
    r"<link[^>]*\brel\s*=\s*[\"']?canonical[\"']?[^>]*\bhref\s*=\s*[\"']([^\"']+)", re.IGNORECASE
)
_PUBLISHED: Final = re.compile(
    r"<meta[^>]*\barticle:published_time[\"'][^>]*\bcontent\s*=\s*[\"']([^\"']+)", re.IGNORECASE
)


def page_facts(page: str) -> dict[str, object]:
    """What a page says of itself: title, language, canonical address, time of publication. All of it stands before the body;
    what is called a title behind it is a picture's."""
    end = page.find("<body", 0, HEAD_CHARS_MAX)
    head = page[: end if end >= 0 else HEAD_CHARS_MAX]

    def first(pattern: re.Pattern[str]) -> str:
        found = pattern.search(head)
        return html.unescape(found[1]).strip() if found else ""

    return {
        "title": " ".join(first(_TITLE).split()),
        "language": first(_LANGUAGE),
        "url": first(_CANONICAL),
        "published_at": first(_PUBLISHED),
        "content_type": "text/html",
    }
