"""Records as well-known libraries and services write them, recognised by their members.

People send what their crawler or feed reader gives, not our JSON. A `Shape` says by which members a format is told
and where each of its fields lies, as rows of paths, first hit first. `recognise` looks a record up among them; the
decoder asks it only where the configured path of the body leads to no text, so a record of our own form never pays
for it and never changes its meaning.

A path is member names joined by dots, a number for a place in a list, `*` for every entry of a list: the texts found
are then joined by blank lines (Fundus writes an article as lists of paragraphs). Of several bodies the longest is
taken where the shape says so: a feed's `summary` is a teaser where there is `content`.

Sources: the formats' own documentation and what the libraries write (feedparser 6.0, trafilatura 2.3, newspaper4k 0.9,
news-please 1.6, Fundus 0.5, JSON Feed 1.1, schema.org NewsArticle, NewsAPI v2, Event Registry v1).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from wirecopy.core.records.fields import Found

Paths = tuple[str, ...]
_ARTICLE_TYPES = ("NewsArticle", "Article", "ReportageNewsArticle", "AnalysisNewsArticle", "BlogPosting")


@dataclass(frozen=True, slots=True)
class Shape:
    """One format. `told_by`: it is this format if all members of any one group are there."""

    name: str
    told_by: tuple[Paths, ...]
    body: Paths
    id: Paths = ("id",)
    url: Paths = ("url",)
    title: Paths = ("title",)
    publisher: Paths = ()
    published_at: Paths = ()
    language: Paths = ("language",)
    version: Paths = ()
    content_type: Paths = ()
    longest_body: bool = False

    def fits(self, record: dict[str, object]) -> bool:
        return any(all(member in record for member in group) for group in self.told_by)

    def read(self, record: dict[str, object]) -> Found:
        """The record's fields; `body` is None where it holds none."""
        body, at = self._body(record)
        values: dict[str, Any] = {field: _first(record, getattr(self, field)) for field in _FIELDS}
        if at.endswith("html"):
            values["content_type"] = "text/html"
        elif at:
            values["content_type"] = _first(record, (_beside(at, self.content_type),))
        return Found(body, **values)

    def _body(self, record: dict[str, object]) -> tuple[object, str]:
        """(text, the path where it lies)."""
        found = [
            (text, place)
            for path in self.body
            for place in _places(record, path)
            if isinstance(text := value_at(record, place), str) and text.strip()
        ]
        if not found:
            return None, ""
        return max(found, key=lambda one: len(one[0])) if self.longest_body else found[0]


_FIELDS = Found.__struct_fields__[
    1:-2
]  # all but `body`, which is first, and `authority` and `evolved_from`, which are ninjs' own


def _beside(place: str, names: Paths) -> str:
    """The first of `names` in the object in which `place` lies: the type of `content.0.value` is `content.0.type`."""
    stem, _, _ = place.rpartition(".")
    return f"{stem}.{names[0]}" if names and stem else "".join(names[1:2])


def _places(record: dict[str, object], path: str) -> list[str]:
    """The paths that `path` stands for: one for each entry of a list that it leaves open by `[]`."""
    stem, open_list, rest = path.partition("[]")
    if not open_list:
        return [path]
    entries = value_at(record, stem)
    return [f"{stem}.{at}{rest}" for at in range(len(entries))] if isinstance(entries, list) else []


def _first(record: dict[str, object], paths: Paths) -> object:
    for path in paths:
        value = value_at(record, path) if path else None
        if value not in (None, ""):
            return value
    return None


def value_at(value: object, path: str) -> object:
    """The value at a path, None where there is none; with `*` the texts of all entries, joined by blank lines."""
    if isinstance(value, dict) and path in value:
        return value[path]
    step, _, rest = path.partition(".")
    if step == "*":
        if not isinstance(value, list):
            return None
        texts = [
            found for entry in value if isinstance(found := value_at(entry, rest) if rest else entry, str)
        ]
        return "\n\n".join(text for text in texts if text.strip()) or None
    if isinstance(value, dict):
        value = value.get(step)
    elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
        value = value[int(step)]
    else:
        return None
    return value_at(value, rest) if rest else value


SHAPES: tuple[Shape, ...] = (
    Shape(
        name="feedparser",
        told_by=(("title_detail", "links"), ("summary_detail",), ("published_parsed",), ("guidislink",)),
        body=("content[].value", "summary"),
        longest_body=True,
        content_type=("type", "summary_detail.type"),
        url=("link",),
        publisher=("source.title", "publisher"),
        published_at=("published", "updated", "created"),
        language=("content.0.language", "title_detail.language"),
    ),
    Shape(
        name="trafilatura",
        told_by=(
            ("text", "hostname"),
            ("raw_text", "hostname"),
            ("text", "sitename"),
            ("text", "source-hostname"),
        ),
        body=("text", "raw_text"),
        url=("source", "url"),
        publisher=("source-hostname", "sitename", "hostname"),
        published_at=("date",),
    ),
    Shape(
        name="newspaper",
        told_by=(("text", "publish_date"), ("text", "canonical_link")),
        body=("text",),
        url=("canonical_link", "url", "source_url"),
        publisher=("meta_site_name",),
        published_at=("publish_date",),
        language=("language", "meta_lang"),
    ),
    Shape(
        name="news-please",
        told_by=(("maintext",),),
        body=("maintext",),
        publisher=("source_domain",),
        published_at=("date_publish",),
    ),
    Shape(
        name="fundus",
        told_by=(("plaintext",), ("body", "publishing_date")),
        body=("plaintext", "body.sections.*.paragraphs.*", "body.summary.*"),
        url=("html.responded_url", "html.requested_url", "url"),
        published_at=("publishing_date",),
        publisher=("publisher",),
        language=("lang", "language"),
    ),
    Shape(
        name="jsonfeed",
        told_by=(("content_html",), ("content_text",)),
        body=("content_html", "content_text"),
        url=("url", "external_url"),
        published_at=("date_published",),
    ),
    Shape(
        name="schema-org",
        told_by=(("articleBody",),),
        body=("articleBody",),
        id=("@id", "identifier"),
        url=("url", "mainEntityOfPage.@id", "mainEntityOfPage"),
        title=("headline", "name"),
        publisher=("publisher.name", "publisher.0.name", "publisher", "sourceOrganization.name"),
        published_at=("datePublished",),
        language=("inLanguage", "inLanguage.alternateName"),
    ),
    Shape(
        name="event-registry",
        told_by=(("body", "dateTimePub"), ("body", "dateTime", "lang")),
        body=("body",),
        id=("uri",),
        publisher=("source.title", "source.uri"),
        published_at=("dateTimePub", "dateTime"),
        language=("lang",),
    ),
    Shape(
        name="newsapi",
        told_by=(("content", "publishedAt"), ("description", "publishedAt")),
        body=("content", "description"),
        publisher=("source.name", "source.id"),
        published_at=("publishedAt",),
    ),
)
BY_NAME = {shape.name: shape for shape in SHAPES}
PRESETS = ("ninjs", *BY_NAME)  # ninjs is read by a module of its own


def recognise(record: dict[str, object]) -> Found | None:
    """The fields of a record of a known shape; None for any other. schema.org's `@graph` is looked into."""
    graph = record.get("@graph")
    if isinstance(graph, list):
        articles = [one for one in graph if isinstance(one, dict) and _is_article(one.get("@type"))]
        record = articles[0] if articles else record
    for shape in SHAPES:
        if shape.fits(record):
            found = shape.read(record)
            if found.body is not None:
                return found
    return None


def _is_article(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(one in _ARTICLE_TYPES for one in kinds)


def longest_text(record: dict[str, object], depth: int = 6) -> tuple[str, int]:
    """(path, characters) of the longest text in a record, for a hint where the body was not found."""
    best = ("", 0)
    for member, value in record.items():
        best = max(best, _longest(value, str(member), depth), key=lambda one: one[1])
    return best


def _longest(value: object, path: str, depth: int) -> tuple[str, int]:
    if isinstance(value, str):
        return path, len(value)
    if depth <= 0 or not isinstance(value, dict | list):
        return "", 0
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    best = ("", 0)
    for member, one in inner:
        best = max(best, _longest(one, f"{path}.{member}", depth - 1), key=lambda found: found[1])
    return best


assert all(set(_FIELDS) <= {field.name for field in fields(shape)} for shape in SHAPES), (
    "a field has its paths"
)
