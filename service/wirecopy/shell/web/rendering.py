"""Templates to bytes: the only file that uses the template engine, and the only one that makes HTML.

Everything that comes out of an article, a name or an address is escaped, always: autoescaping is on for every
template, and no template and no file here marks a value as safe (a test looks for it). Control characters and
bidirectional overrides, which could reorder the words around them, are made visible first, and templates put
names from articles into `<bdi>`.

Templates are compiled once, at first use. The address of a style sheet or script holds a hash of its content
(`style.css?v=…`), so that browsers can cache it for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import jinja2

from wirecopy.core.hashing import xxh3_64
from wirecopy.core.model import RawPosition, VerdictKind
from wirecopy.shell.report.markup import web_address
from wirecopy.shell.report.terminal import shown
from wirecopy.shell.report.words import percent, plural
from wirecopy.shell.web.catalogue import Entry, clipped
from wirecopy.shell.web.exchange import Response, segment

HERE: Final = Path(__file__).parent
SEGMENT_CHARS_MAX: Final = 1_500  # of an id in a path: longer ones are linked by their position
YEAR_MS_MAX: Final = 253_402_300_799_000  # the end of 9999, where the calendar of the library ends
_offered: list[tuple[str, str]] = [("Live", "/"), ("Publishers", "/publishers"), ("Check", "/check")]
_features: set[str] = set()
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
STATIC_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
SIGNS: Final = {
    VerdictKind.ORIGINAL: "◆",
    VerdictKind.REPUBLICATION: "●",
    VerdictKind.UPDATE: "▲",
    VerdictKind.DUPLICATE: "○",
}
"""A verdict's shape: colour alone would leave some readers out."""


def page(
    template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> Response:
    """A rendered template as a response. TemplateError and undefined names are bugs."""
    return Response(status, fragment(template, **values).encode("utf-8", "replace"), headers=headers or {})


def not_found(sentence: str) -> Response:
    """The page for something that does not exist."""
    return page("nothing.html", status=404, title="Not found", sentence=sentence, active="")


def fragment(template: str, **values: Any) -> str:
    """A rendered template as text."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_harmless,
    )
    environment.filters |= {
        "clipped": clipped,
        "count": count,
        "link": web_address,
        "host": host_of,
        "percent": percent,
        "plural": lambda number, one, many="": _spaced(plural(number, one, many)),
        "when": when,
        "iso": iso,
        "clock": clock,
        "tag": language_tag,
        "whole": lambda share: round(100 * share),
        "sign": SIGNS.__getitem__,
    }
    environment.globals |= {
        "asset": asset_url,
        "article_url": article_url,
        "story_url": story_url,
        "kinds": tuple(VerdictKind),
        "offered": _offered,
        "features": _features,
    }
    return environment


def offer_feature(name: str) -> None:
    """Show what templates ask for by this name: what not every process has."""
    _features.add(name)


def offer_page(name: str, address: str) -> None:
    """Link a page from the head of all pages: one that not every process has."""
    if (name, address) not in _offered:
        _offered.append((name, address))


def _harmless(value: Any) -> Any:
    """Make overrides and control characters in a value visible, before it is escaped."""
    return shown(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


# ---- addresses of ours
def article_url(entry: Entry, suffix: str = "", *, exact: bool = False) -> str:
    """The address of an entry's evidence page. `exact`: of this record, if several have the id."""
    at = "?at=" + position_text(entry.position)
    path = segment(entry.id)
    if len(path) > SEGMENT_CHARS_MAX or entry.id in (".", "..", ""):
        return f"/articles/{suffix}{at}"
    return f"/articles/{path}{suffix}{at if exact else ''}"


def story_url(entry: Entry, suffix: str = "", **query: object) -> str:
    """The address of an entry's story page."""
    path = segment(entry.current.story)
    fields = {name: str(value) for name, value in query.items() if value not in (None, "", 1)}
    if len(path) > SEGMENT_CHARS_MAX or entry.current.story in (".", "..", ""):
        fields["of"] = position_text(entry.position)
        path = ""
    parameters = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
    return f"/stories/{path}{suffix}{'?' + parameters if parameters else ''}"


def position_text(position: RawPosition) -> str:
    """A raw position as the value of a query field."""
    return f"{quote(position.topic)}/{position.partition}/{position.offset}"


def position_of(text: str) -> RawPosition | None:
    """The position that `position_text` wrote; None for anything else."""
    topic, _, rest = text.partition("/")
    partition, _, offset = rest.partition("/")
    if not (topic and _digits(partition) and _digits(offset)):
        return None
    return RawPosition(topic, int(partition), int(offset))


def _digits(text: str) -> bool:
    return 0 < len(text) <= 19 and text.isascii() and text.isdigit()


# ---- files of ours
@cache
def assets() -> Mapping[str, tuple[bytes, str, str]]:
    """Name → content, media type, version. Read once; they change only with a release."""
    found = {}
    for path in sorted((HERE / "static").iterdir()):
        if path.suffix in STATIC_TYPES:
            content = path.read_bytes()
            found[path.name] = (content, STATIC_TYPES[path.suffix], f"{xxh3_64(content):016x}")
    return found


def asset_url(name: str) -> str:
    return f"/static/{name}?v={assets()[name][2]}"


# ---- values as people read them
def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def language_tag(language: str) -> str:
    """A language as HTML's `lang` takes it (RFC 5646), or ""."""
    return language if _LANGUAGE.fullmatch(language) else ""


def count(number: int) -> str:
    return _spaced(f"{number:,}")


def _spaced(number: str) -> str:
    return number.replace(",", "\N{NARROW NO-BREAK SPACE}")


def _moment(time_ms: int) -> datetime | None:
    if not -62_135_596_800_000 <= time_ms <= YEAR_MS_MAX:
        return None
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def _written(form: str) -> Callable[[int | None], str]:
    def write(time_ms: int | None) -> str:
        moment = None if time_ms is None else _moment(time_ms)
        return "" if moment is None else moment.strftime(form)

    return write


when = _written("%-d %b %Y, %H:%M UTC")
clock = _written("%H:%M:%S")
iso = _written("%Y-%m-%dT%H:%M:%SZ")
