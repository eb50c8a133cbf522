"""The record of a match, on its topic: what a watch's owner is told of one article.

Its `id` names the match, wherever and however often it is made: watch, raw position, body, and for a correction its cause; a
recall of the same article has another. It is the idempotency key of webhooks. Its key is the watch's id, so the matches of a
watch keep their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from wirecopy.core.hashing import body_xxh3
from wirecopy.core.model import Correction, RawArticle, RawPosition
from wirecopy.core.records.enriched import verdict_to_json
from wirecopy.core.records.fields import time_text
from wirecopy.core.records.raw import json_bytes
from wirecopy.shell.desk.watches.compiled import Match
from wirecopy.shell.desk.watches.watch import Watch
from wirecopy.shell.ports import Headers, OutputRecord, OutputStream

SCHEMA: Final = 1
TITLE_CHARS_MAX: Final = 300


def of_verdict(match: Match, article: RawArticle, republication: dict[str, Any]) -> OutputRecord:
    """`republication`: the field of the enriched record."""
    return _record(match, "verdict", _told(article), republication, match_id(match, republication, None))


def of_recall(
    watch: Watch, article: RawArticle, republication: dict[str, Any], *, withdrawn: bool
) -> OutputRecord:
    """An article of a watched publisher's own was updated or withdrawn: its copies may carry what it has no more. Which do, is
    read from the texts, where `list` says."""
    match = Match(watch, 0.0, 0, (), None)
    position = article.position
    at = f"{quote(position.topic)}/{position.partition}/{position.offset}"
    recall = {"withdrawn": withdrawn, "list": f"/articles/recall.json?at={at}"}
    number = match_id(match, republication, None, "recall")
    return _record(match, "recall", _told(article), republication, number, {"recall": recall})


def _told(article: RawArticle) -> dict[str, Any]:
    published = article.published_at_ms
    return {
        "id": article.id,
        "url": article.url or None,
        "title": article.title[:TITLE_CHARS_MAX] or None,
        "publisher": article.publisher,
        "published_at": None if published is None else time_text(published),
        "language": article.language or None,
    }


def of_correction(match: Match, correction: Correction) -> OutputRecord:
    """A correction names its article by id and position alone."""
    republication = verdict_to_json(
        correction.verdict, correction.id, correction.body_xxh3, correction.position
    )
    told = dict.fromkeys(("url", "title", "publisher", "published_at", "language"))
    number = match_id(match, republication, correction.cause)
    return _record(match, "correction", {"id": correction.id, **told}, republication, number)


def match_id(match: Match, republication: dict[str, Any], cause: RawPosition | None, what: str = "") -> str:
    """32 hexadecimal digits."""
    position = republication["position"]
    parts = [match.watch.id, position["topic"], str(position["partition"]), str(position["offset"])]
    parts.append(str(republication["body_xxh3"]))
    if cause is not None:
        parts += [cause.topic, str(cause.partition), str(cause.offset)]
    if what:
        parts.append(what)
    return body_xxh3("\n".join(parts))


def _record(
    match: Match,
    cause: str,
    article: dict[str, Any],
    republication: dict[str, Any],
    number: str,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> OutputRecord:
    watch = match.watch
    value = json_bytes(
        {
            "schema": SCHEMA,
            "id": number,
            "cause": cause,
            "watch": {
                "id": watch.id,
                "name": watch.name,
                "tenant": watch.tenant,
                "targets": list(watch.targets),
            },
            "share": round(match.share, 4),
            "words": match.words,
            "unasked": list(match.unasked),
            "licensed": match.licensed,
            "article": article,
            "republication": republication,
            **more,
        }
    )
    headers: Headers = (
        ("match", number.encode()),
        ("watch", watch.id.encode()),
        ("tenant", watch.tenant.encode("utf-8", "replace")),
    )
    return OutputRecord(OutputStream.MATCHES, watch.id.encode(), value, headers)
