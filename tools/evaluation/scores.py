"""Scores by the evaluation sets' own scripts, run as they are, so that nothing here can flatter a figure."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tools.evaluation.errors import Run

Json = dict[str, Any]
STREAM_SET: Final = "wirebench"  # the set with a truth a record; the others have labelled pairs
PAIR_SETS: Final = ("press", "pages", "extractions")
READ_SETS: Final = {  # labelled by reading, or rewritten on purpose: name -> (the set's script, its labels)
    "real": ("score_real.py", "pairs.jsonl"),
    "credits": ("score_credits.py", "labels.jsonl"),
    "rewrites": ("score_rewrites.py", "truth.jsonl"),
}


def score_stream(data: Path, truth: Path, run: Run) -> Json:
    """WireBench's own score of a run: {case: figures, …, "ALL": figures, "summary": figures}."""
    files = [truth, run.enriched, *([run.corrections] if run.corrections else [])]
    return _scored(data / "score.py", files)


def score_pairs(data: Path, name: str, run: Run) -> Json:
    """The pair sets' own score of a run: found, of, recall, false_links, of_unrelated, false_link_rate."""
    return _scored(data / "score_pairs.py", [data / name / "pairs.jsonl", run.enriched])


def score_read(data: Path, name: str, run: Run) -> Json:
    """The score of a set that was labelled by reading: {label: [how many, of how many, rate]}."""
    script, labels = READ_SETS[name]
    return _scored(data / script, [data / name / labels, run.enriched])


def _scored(script: Path, files: list[Path]) -> Json:
    command = [sys.executable, str(script), *map(str, files), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{script.name} failed:\n{done.stderr}")
    scores: Json = json.loads(done.stdout)
    return scores


def unpacked(path: Path, into: Path) -> Path:
    """A plain copy of an .xz file, which the sets' scripts need."""
    plain = into / path.stem
    with lzma.open(path) as packed:
        plain.write_bytes(packed.read())
    return plain
