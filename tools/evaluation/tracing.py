"""Copies that were rewritten, traced at every threshold: how many are found, and how many other articles are taken for copies.

Whatever names an earlier article with a score can be asked: our own engine by its confidence, the word-level MinHash, an
embedding model by its cosine (embedding.py). A copy counts as found where its true source, or another copy of it, is named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.evaluation.errors import json_lines
from wirecopy.core import limits
from wirecopy.core.engine import Engine
from wirecopy.core.model import Rewritten
from wirecopy.core.records.raw import FieldPaths
from wirecopy.shell.files.lines import LineReader, open_output
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

MINHASH: Final = "MinHash of single words (datasketch)"
PERMUTATIONS: Final = 128
STEPS: Final = 50  # of a score
INDEPENDENT_SHOWN: Final = (
    1,
    4,
    10,
)  # independent reports taken for copies, at which the table says what is found
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Scored:
    """An article, the earlier articles that are named as what it was made from, and how surely, 0 to 1."""

    id: str
    sources: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Traced:
    """What acting on a score of at least `threshold` finds. Counts, and out of how many."""

    threshold: float
    light: tuple[int, int]
    heavy: tuple[int, int]
    independent: tuple[int, int]
    other: tuple[int, int]

    @property
    def recall(self) -> float:
        return (self.light[0] + self.heavy[0]) / max(1, self.light[1] + self.heavy[1])


def curve(rows: Sequence[Scored], truth: Path) -> list[Traced]:
    """A point for each threshold, lowest first."""
    labels = {label["id"]: label for label in json_lines(truth)}
    return [_traced(step / STEPS, rows, labels) for step in range(STEPS + 1)]


def _traced(threshold: float, rows: Sequence[Scored], labels: Mapping[str, dict[str, Any]]) -> Traced:
    found = {row.id: row.sources for row in rows if row.sources and row.score >= threshold}
    counts = {kind: [0, 0] for kind in ("light", "heavy", "independent", "other")}
    for id_, label in labels.items():
        named, kind = found.get(id_, ()), label["role"]
        hit = bool(named)
        if kind == "rewrite":
            kind, source = label["kind"], label["source"]
            hit = any(source in (name, labels.get(name, {}).get("source")) for name in named)
        count = counts.get(kind, counts["other"])
        count[0] += hit
        count[1] += 1
    pairs = {kind: (hits, of) for kind, (hits, of) in counts.items()}
    return Traced(threshold, pairs["light"], pairs["heavy"], pairs["independent"], pairs["other"])


def at_false_rate(points: Iterable[Traced], independent_max: int) -> Traced | None:
    """The most permissive threshold that takes at most so many independent reports for copies; None where each takes more."""
    return next((point for point in points if point.independent[0] <= independent_max), None)


# ---- who traces


def ours(articles: Path, into: Path) -> list[Scored]:
    """Our engine, its threshold taken away: it names the likeliest source of each article and only reports it. What words
    decided is certain."""
    enriched = into / "traced.jsonl"
    options = ScanOptions(fields=FieldPaths(), aliases={})
    threshold = limits.REWRITTEN_EVIDENCE_MIN
    limits.REWRITTEN_EVIDENCE_MIN = 1
    try:
        with LineReader(str(articles)) as lines, open_output(str(enriched)) as file:
            scan(lines, ScanOutputs(enriched=file), options, engine=Engine(rewritten=Rewritten.REPORT))
    finally:
        limits.REWRITTEN_EVIDENCE_MIN = threshold
    return [_of_verdict(record["id"], record["republication"]) for record in json_lines(enriched)]


def _of_verdict(id_: str, republication: Mapping[str, Any]) -> Scored:
    told = republication["rewritten"]
    if told is not None:
        return Scored(id_, (told["id"],), told["confidence"])
    if republication["verdict"] == "original":
        return Scored(id_, (), 0.0)
    original = republication["original"] or {}
    names = [original.get("id"), *(source["id"] for source in republication["sources"])]
    return Scored(id_, tuple(name or "" for name in names), 1.0)


def minhash(articles: Path) -> list[Scored]:
    """The earlier article whose set of words is most like this one's, by estimated Jaccard."""
    import numpy as np
    from datasketch import MinHash

    ids: list[str] = []
    signatures: list[Any] = []
    rows: list[Scored] = []
    with LineReader(str(articles)) as lines:
        for line in lines:
            record = json.loads(line.value)
            signature: Any = MinHash(num_perm=PERMUTATIONS, seed=1)
            words = {word.encode("utf-8") for word in _WORD.findall(record["body"].lower())}
            signature.update_batch(sorted(words))
            if ids:
                alike = (np.array(signatures) == signature.hashvalues).mean(axis=1)
                best = int(alike.argmax())
                rows.append(Scored(record["id"], (ids[best],), float(alike[best])))
            ids.append(record["id"])
            signatures.append(signature.hashvalues)
    return rows
