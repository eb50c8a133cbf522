"""A finding about a topic or a cluster, and how it is printed: what `topics` and `check-config --connect` share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wirecopy.shell.cli.loading import write


@dataclass(frozen=True, slots=True)
class Finding:
    """`fault`: the service would lose records, forget or stall; else a note."""

    subject: str  # a topic, the group, the brokers
    fault: bool
    text: str


def print_findings(found: Sequence[Finding]) -> int:
    """Write them; returns how many are faults."""
    for finding in found:
        write(f"{finding.subject}: {'FAULT' if finding.fault else 'note'}: {finding.text}.")
    return sum(finding.fault for finding in found)
