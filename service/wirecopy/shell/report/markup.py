"""What self-contained HTML pages have in common: their head, escaping, and which addresses may be linked.

Such a page holds no script, no image and no request to any address. Everything out of an article is escaped, and the page's
Content-Security-Policy forbids scripts and loads.
"""

from __future__ import annotations

import html
from typing import Final
from urllib.parse import urlsplit

from wirecopy.shell.report.terminal import shown

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def head(title: str, style: str) -> str:
    """A document's beginning, up to and with its `<body>`. `title` is escaped here, `style` is ours."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escaped(title)}</title><style>{style}</style></head><body>\n"
    )


def escaped(text: str) -> str:
    """A text as HTML, in an element or in quotes: overrides and control characters are made visible first."""
    return html.escape(shown(text), quote=True)


def web_address(url: str) -> str | None:
    """The address if it is http or https, else None: a link never runs anything."""
    try:
        parts = urlsplit(url)
        allowed = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return url if allowed and url.isprintable() else None
