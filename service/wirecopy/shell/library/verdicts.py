"""What the library answers: the engine's verdict with what only the text's owner can add, and as records.

`Verdict.to_json()` and `Verdict.enriched()` are the bytes that `scan` writes for the same article.
"""

from __future__ import annotations

from typing import Any, cast

from wirecopy.core import model
from wirecopy.core.engine import enrich
from wirecopy.core.fingerprint.propose import Proposal
from wirecopy.core.model import Outcome, RawArticle, RawPosition, VerdictKind
from wirecopy.core.records.enriched import verdict_to_json
from wirecopy.core.records.raw import encode_correction, encode_enriched, json_bytes, json_value
from wirecopy.shell.report.words import headline, sentences

__all__ = ["Correction", "Verdict", "VerdictKind"]

_OF_VERDICT = model.Verdict.__struct_fields__
_OF_CORRECTION = model.Correction.__struct_fields__


class Correction(model.Correction):
    """An earlier article's verdict that a later one showed to be wrong. `id` and `position` name the article, `verdict` is
    the one that is valid now, `cause` the position of the article that showed it."""

    def to_dict(self) -> dict[str, Any]:
        """The record of the corrections topic (docs/records.md)."""
        return cast(dict[str, Any], json_value(self.to_json()))

    def to_json(self) -> bytes:
        """The same as JSON: a line of `scan --corrections`."""
        return encode_correction(self)


class Verdict(model.Verdict, kw_only=True):
    """Where a text was published before. The members are those of `republication` in docs/records.md; shares are
    fractions, times milliseconds since 1970, and passages half-open ranges of code points of the body as it was given."""

    id: str  # of the article
    article: RawArticle  # as it was read
    body_xxh3: str  # digest of its body
    position: RawPosition  # its place among the articles that were added: `position.offset`, from 0
    corrections: tuple[Correction, ...]  # of earlier verdicts, caused by this article

    @property
    def published_before(self) -> bool:
        """Whether it is anything but an original."""
        return self.kind is not VerdictKind.ORIGINAL

    @property
    def summary(self) -> str:
        """A few words: "full republication of Meridian Press"."""
        return headline(self)

    @property
    def sentences(self) -> list[str]:
        """The reasons in plain English, a sentence each."""
        return sentences(self)

    def to_dict(self) -> dict[str, Any]:
        """The object `republication` of an enriched record, as plain values."""
        return cast(dict[str, Any], json_value(self.to_json()))

    def to_json(self) -> bytes:
        """The same as JSON in UTF-8."""
        return json_bytes(verdict_to_json(self, self.id, self.body_xxh3, self.position))

    def enriched(self) -> bytes:
        """The article's record with `republication` as its last member: a line of `scan -o`."""
        return encode_enriched(self.article, self, self.body_xxh3)


def verdict_of(proposal: Proposal, outcome: Outcome) -> Verdict:
    """What the library says of an outcome."""
    verdict = enrich(proposal, outcome)
    return Verdict(
        *(getattr(verdict, name) for name in _OF_VERDICT),
        id=proposal.article.id,
        article=proposal.article,
        body_xxh3=outcome.body_xxh3,
        position=outcome.position,
        corrections=tuple(
            Correction(*(getattr(one, name) for name in _OF_CORRECTION)) for one in outcome.corrections
        ),
    )
