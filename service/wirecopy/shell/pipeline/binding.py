"""The core's pure functions with the deployment's settings bound: what a pipeline and its checks are made of.

One place, so that the service, the demo and the tools that serve pages cannot come to judge differently.
"""

from __future__ import annotations

from collections.abc import Mapping

from wirecopy.core.engine import Proposal, enrich
from wirecopy.core.model import Outcome, RawArticle, RawPosition, Rejected, Verdict
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw, encode_correction, encode_enriched
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.pipeline.text_check import QueryEngine, TextChecker, read_text
from wirecopy.shell.ports import ProposalPort, Steps


def bound_steps(fields: FieldPaths, aliases: Mapping[str, str]) -> Steps:
    """The steps from raw bytes to enriched bytes; the optional ones are the caller's to add."""

    def decode(value: bytes | None, position: RawPosition) -> RawArticle | Rejected:
        return decode_raw(value, position, fields, aliases)

    def judge(proposal: ProposalPort, outcome: Outcome) -> Verdict:
        assert isinstance(proposal, Proposal), "the pipeline gives back what our engine proposed"
        return enrich(proposal, outcome)

    return Steps(
        decode=decode, enrich=judge, encode_enriched=encode_enriched, encode_correction=encode_correction
    )


def bound_text_checker(
    engine: QueryEngine,
    pipeline: Pipeline,
    fields: FieldPaths,
    aliases: Mapping[str, str],
    options: CheckOptions,
) -> TextChecker:
    """Checks against the index that this pipeline fills, once it has caught up."""
    return TextChecker(
        engine,
        pipeline.turns,
        lambda value: read_text(value, fields, aliases),
        options,
        lambda: pipeline.health().caught_up,
    )
