"""What a bundle holds about one article: the raw records as they lie in their topic, the texts, the verdict, the passages.

copy/record.json, source/record.json    the raw records' values, byte for byte
copy/body.txt, source/body.txt          the bodies as they were judged
verdict.json                            the field `republication`, and the correction, if one came
passages.json                           each passage with its words on both sides
evidence.html                           all of it on one page, to read and to print
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wirecopy.core.fingerprint.record import ENGINE_VERSION
from wirecopy.core.model import RawArticle
from wirecopy.core.records.enriched import position_to_json, verdict_to_json
from wirecopy.core.records.fields import time_text
from wirecopy.core.records.raw import json_indented
from wirecopy.shell.desk.evidence.bundle import sealed
from wirecopy.shell.desk.evidence.keys import SigningKey
from wirecopy.shell.ports import RawRecord
from wirecopy.shell.report.comparison_rows import Comparison, Mark
from wirecopy.shell.report.html_report import page
from wirecopy.shell.report.words import headline, sentences
from wirecopy.shell.web.catalogue import Entry
from wirecopy.shell.web.evidence import CHARS_MAX, Evidence, ShownArticle
from wirecopy.shell.web.site_data import SiteData


class NoEvidence(Exception):  # noqa: N818 - a sentence for the user
    """There is nothing to prove, or its texts are gone; the text says why."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One article with its raw record."""

    shown: ShownArticle
    article: RawArticle
    record: RawRecord | None


async def bundle(
    site: SiteData, evidence: Evidence, entry: Entry, key: SigningKey, version: str, beside: str = ""
) -> bytes:
    """The signed bundle of an article. `beside`: the id of another source than the first. NoEvidence."""
    shown = await evidence.shown(entry)
    if not isinstance(shown.article, RawArticle):
        raise NoEvidence(f"The text cannot be shown. {shown.article.detail}")
    copy = _Part(shown, shown.article, await site.texts.record(entry.position))
    other, why = await evidence.beside(shown, beside)
    source = None
    if other is not None and isinstance(other.article, RawArticle):
        source = _Part(other, other.article, await site.texts.record(other.entry.position))
    comparison = await evidence.compared(shown, other)
    assert comparison is not None, "the text is there"
    parts = _files("copy", copy)
    if source is not None:
        parts |= _files("source", source)
    parts["verdict.json"] = json_indented(_verdict(shown)) + b"\n"
    parts["passages.json"] = json_indented(_passages(shown, comparison)) + b"\n"
    about: dict[str, Any] = {
        "made_at": time_text(site.wall_clock_ms()),
        "wirecopy": {"version": version, "engine_version": ENGINE_VERSION},
        "copy": _about(copy),
        "source": None if source is None else _about(source),
    }
    facts = [*_facts("Copy", copy), *_facts("Source", source)]
    if source is None and why:
        facts.append(("Source", why))
    if any(len(one.article.text) > CHARS_MAX for one in (copy, source) if one is not None):
        facts.append(
            ("Shown", f"the first {CHARS_MAX:,} characters of each text; the whole texts are in the bundle")
        )
    titles = (source.shown.entry.publisher if source else "", entry.publisher)
    verdict = shown.verdict
    heading = f"{headline(verdict)}: {entry.title or entry.id}"
    parts["evidence.html"] = page(titles, heading, sentences(verdict), comparison, facts).encode(
        "utf-8", "replace"
    )
    return sealed(parts, about, key)


def _files(folder: str, part: _Part) -> dict[str, bytes]:
    value = part.article.raw if part.record is None else part.record.value
    return {
        f"{folder}/record.json": value or b"",
        f"{folder}/body.txt": part.article.body.encode("utf-8", "surrogatepass"),
    }


def _verdict(shown: ShownArticle) -> dict[str, Any]:
    entry = shown.entry
    told: dict[str, Any] = {
        "republication": verdict_to_json(shown.verdict, entry.id, entry.body_xxh3, entry.position)
    }
    if entry.correction is not None:
        told["before"] = verdict_to_json(entry.verdict, entry.id, entry.body_xxh3, entry.position)
        told["correction"] = {
            "reason": entry.correction.reason,
            "cause": position_to_json(entry.correction.cause),
        }
    return told


def _passages(shown: ShownArticle, comparison: Comparison) -> list[dict[str, Any]]:
    """By the numbers on the page. `start` and `end` are code points of the copy's body."""
    left: dict[int, list[str]] = {}
    right: dict[int, list[str]] = {}
    for row in comparison.rows:
        for side, texts in ((row.left, left), (row.right, right)):
            for stretch in side:
                if stretch.mark is Mark.MATCHED and stretch.passage:
                    texts.setdefault(stretch.passage, []).append(stretch.text)
    return [
        {
            "number": number,
            "words": passage.words,
            "source": passage.source,
            "start": passage.start,
            "end": passage.end,
            "copy": "\n".join(right.get(number, ())),
            "in_source": "\n".join(left.get(number, ())),
        }
        for number, passage in enumerate(shown.verdict.passages, 1)
    ]


def _about(part: _Part) -> dict[str, Any]:
    """Where and when: the record's own timestamp is its producer's or its broker's, the log's is the broker's."""
    entry, record = part.shown.entry, part.record
    told: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url or None,
        "publisher": entry.publisher,
        "title": part.article.title or None,
        "position": position_to_json(entry.position),
        "log_offset": entry.log_offset,
        "published_at": None if entry.published_at_ms is None else time_text(entry.published_at_ms),
        "received_at": None if record is None else time_text(record.timestamp_ms),
        "appended_at": time_text(entry.log_time_ms),
        "body_xxh3": entry.body_xxh3,
    }
    if record is not None:
        told["key_base64"] = None if record.key is None else base64.b64encode(record.key).decode()
        told["headers"] = [
            {"name": name, "value_base64": None if value is None else base64.b64encode(value).decode()}
            for name, value in record.headers
        ]
    return told


def _facts(name: str, part: _Part | None) -> Sequence[tuple[str, str]]:
    if part is None:
        return ()
    told = _about(part)
    position = told["position"]
    return [
        (name, f"{told['publisher']} · {told['title'] or ''} · {told['id']}"),
        (f"{name}: address", told["url"] or "none given"),
        (f"{name}: published", told["published_at"] or "no date given"),
        (f"{name}: received", told["received_at"] or "not known"),
        (f"{name}: appended to the log", f"{told['appended_at']}, offset {told['log_offset']}"),
        (
            f"{name}: record",
            f"{position['topic']}, partition {position['partition']}, offset {position['offset']}",
        ),
        (f"{name}: XXH3-128 of the body", told["body_xxh3"]),
    ]
