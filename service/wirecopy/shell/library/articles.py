"""What the library is given: an article in one of four shapes, made a raw record here.

A raw record is what the service reads from Kafka and `scan` from a file, so an article is decoded by the same code and the
same settings everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from wirecopy.core.model import Rejected, RejectReason
from wirecopy.core.records.raw import json_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article by its fields. Only `body` (text or HTML) is needed; each other one sharpens the verdict.

    `id` is what verdicts call it (without one its URL, else its position). `publisher` or `url` say whose it is.
    `published_at` without a zone is taken for local time somewhere, and trusted less.
    """

    body: str
    id: str | None = None
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    published_at: datetime | str | None = None
    language: str | None = None


ArticleLike = Article | Mapping[str, Any] | bytes | str
"""An `Article`; a record as a mapping, or as JSON in UTF-8 (`bytes`); or a text alone (`str`)."""


class ArticleError(ValueError):
    """An article cannot be judged. `reason` is one of the dead letters' reasons; `detail` says what is wrong."""

    def __init__(self, reason: RejectReason, detail: str, number: int) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail
        self.number = number
        """Its place among all articles that were added, from 0."""

    @classmethod
    def of(cls, rejected: Rejected, number: int) -> ArticleError:
        return cls(rejected.reason, rejected.detail, number)


_NAMES = tuple(place.name for place in fields(Article))


def record_of(article: ArticleLike) -> bytes:
    """The raw record. TypeError for what is no article, or holds values that JSON has not."""
    match article:
        case bytes():
            return article
        case str():
            return _encoded({"body": article})
        case Article():
            given = {name: getattr(article, name) for name in _NAMES}
            return _encoded({name: value for name, value in given.items() if value is not None})
        case Mapping():
            return _encoded(article if isinstance(article, dict) else dict(article))
    raise TypeError(
        f"an article is an Article, a mapping, bytes of JSON or a text, not {type(article).__name__}"
    )


def _encoded(record: dict[str, Any]) -> bytes:
    """Strict JSON; what it has not (half of a surrogate pair, an integer over 64 bits) as loose JSON, which the decoder puts
    right or refuses as it does with anybody's."""
    try:
        return json_bytes(record)
    except TypeError:
        return json.dumps(record, default=_moment).encode("ascii")


def _moment(value: object) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of JSON")


def plain_names(article: ArticleLike) -> bool:
    """Whether its members have their plain names, whatever the paths of other records are."""
    return isinstance(article, Article | str)
