"""An opinion on one verdict, as a value and as JSON, with what the verdict was when it was given.

Labels are those by which pairs of real articles are labelled: `copy`, `version`, `quote`, `boilerplate`, `blockquote`, `none`,
`unsure`. An opinion without a label gets the one that follows from it: of a verdict that is right, what it says; of a link that
is wrong, `none`. Where neither follows (an original that is wrong), there is no pair until somebody names the other article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final

from wirecopy.core.model import RawPosition, Verdict, VerdictKind
from wirecopy.core.records.raw import json_bytes, json_value

NOTE_CHARS_MAX: Final = 2_000
ID_CHARS_MAX: Final = 4_000
SET: Final = "feedback"


class Judgement(StrEnum):
    """A closed set: a metric label."""

    RIGHT = "right"
    WRONG = "wrong"


class Label(StrEnum):
    COPY = "copy"
    VERSION = "version"
    QUOTE = "quote"
    BOILERPLATE = "boilerplate"
    BLOCKQUOTE = "blockquote"
    NONE = "none"
    UNSURE = "unsure"


class OpinionFault(ValueError):  # noqa: N818 - a sentence for the user
    """What is wrong with an opinion."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """`key`: one for each tenant and record, so that a new opinion replaces the old one. `other`: the article that the verdict
    names, or that it should have named."""

    key: str
    tenant: str
    judgement: str
    id: str
    position: str
    body_xxh3: str
    verdict: str
    extent: str | None
    basis: tuple[str, ...]
    share: float
    words: int
    other: str | None = None
    label: str | None = None
    note: str = ""
    given_at_ms: int = 0


def opinion_of(
    value: Mapping[str, Any],
    tenant: str,
    id_: str,
    position: RawPosition,
    body_xxh3: str,
    verdict: Verdict,
    now_ms: int,
) -> Opinion:
    """What somebody says of a verdict: `judgement`, and where given `label`, `other`, `note`. OpinionFault."""
    if unknown := set(value) - {"id", "at", "judgement", "label", "other", "note"}:
        raise OpinionFault(f"Unknown: {', '.join(sorted(unknown))}.")
    judgement, label = value.get("judgement"), value.get("label") or None
    if judgement not in tuple(Judgement):
        raise OpinionFault("judgement is right or wrong.")
    if label is not None and label not in tuple(Label):
        raise OpinionFault(f"label is one of {', '.join(Label)}.")
    other, note = value.get("other") or None, value.get("note") or ""
    if not isinstance(note, str) or len(note) > NOTE_CHARS_MAX:
        raise OpinionFault(f"note is a text of at most {NOTE_CHARS_MAX} characters.")
    if other is not None and (not isinstance(other, str) or len(other) > ID_CHARS_MAX):
        raise OpinionFault("other is the id of an article.")
    at = f"{position.topic}/{position.partition}/{position.offset}"
    named = verdict.original.id if verdict.original is not None else None
    return Opinion(
        key=f"{at} {tenant}",
        tenant=tenant,
        judgement=str(judgement),
        id=id_,
        position=at,
        body_xxh3=body_xxh3,
        verdict=verdict.kind.value,
        extent=None if verdict.extent is None else verdict.extent.value,
        basis=tuple(basis.value for basis in verdict.basis),
        share=round(verdict.share, 4),
        words=sum(passage.words for passage in verdict.passages),
        other=other or named,
        label=label,
        note=note,
        given_at_ms=now_ms,
    )


def as_json(opinion: Opinion) -> dict[str, Any]:
    found = asdict(opinion)
    found["basis"] = list(opinion.basis)
    return {"id": found.pop("key"), "article": found.pop("id"), **found}


def as_bytes(opinion: Opinion) -> bytes:
    """The value of its record; `id` is the record's key, as in every table."""
    return json_bytes(as_json(opinion))


def opinion_from_bytes(key: str, value: bytes) -> Opinion:
    """OpinionFault."""
    try:
        found = dict(json_value(value))
        found["key"], found["id"] = found.pop("id"), found.pop("article")
        found["basis"] = tuple(found["basis"])
        known = {field.name for field in fields(Opinion)}
        opinion = Opinion(**{name: one for name, one in found.items() if name in known})
        Judgement(opinion.judgement)
    except (ValueError, KeyError, TypeError) as error:
        raise OpinionFault(f"no opinion: {error}") from error
    if opinion.key != key:
        raise OpinionFault("the key of an opinion is its id")
    return opinion


def label_of(opinion: Opinion) -> Label | None:
    """What the pair is; None where the opinion does not say."""
    if opinion.label is not None:
        return Label(opinion.label)
    original = opinion.verdict == VerdictKind.ORIGINAL
    if opinion.judgement == Judgement.WRONG:
        return None if original else Label.NONE
    if original:
        return None
    return Label.COPY if opinion.verdict == VerdictKind.REPUBLICATION else Label.VERSION


def pairs(opinions: Iterable[Opinion]) -> list[dict[str, Any]]:
    """Labelled pairs, in the form of the evaluation's sets of real articles."""
    found = []
    for opinion in opinions:
        label = label_of(opinion)
        if label is None or opinion.other is None:
            continue
        right = opinion.judgement == Judgement.RIGHT
        found.append(
            {
                "set": SET,
                "id": opinion.id,
                "other": opinion.other,
                "label": label.value,
                "words": opinion.words,
                "extent": opinion.extent if right else None,
                "agency": None,
                "was_flagged": opinion.verdict != VerdictKind.ORIGINAL,
            }
        )
    return found


def counts(opinions: Iterable[Opinion]) -> list[dict[str, Any]]:
    """How often each rule was right and wrong: a rule is a verdict with one reason of its basis."""
    tally: Counter[tuple[str, str, str]] = Counter()
    for opinion in opinions:
        for basis in opinion.basis or ("",):
            tally[opinion.verdict, basis, opinion.judgement] += 1
    rules = sorted({(verdict, basis) for verdict, basis, _ in tally})
    return [
        {
            "verdict": verdict,
            "basis": basis or None,
            "right": tally[verdict, basis, Judgement.RIGHT],
            "wrong": tally[verdict, basis, Judgement.WRONG],
        }
        for verdict, basis in rules
    ]
