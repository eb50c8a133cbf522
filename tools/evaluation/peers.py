"""The peers' figures, kept from run to run: their packages and the sets change seldom, and a run of all takes
minutes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench import peers
from tools.evaluation.errors import Run
from tools.evaluation.scores import STREAM_SET, score_pairs, score_stream, unpacked

Json = dict[str, Any]
ON_PAIRS: Final = ("gaoya", "SimHash")  # which peers also run on the sets of pairs, by a part of the name


def peers_scores(
    names: list[str], data: Path, folder: Path, cache: Path
) -> Iterator[tuple[str, dict[str, Json], float]]:
    """(peer, scores by set, µs an article of the stream set) for each peer."""
    for peer in peers.PEERS:
        by_set: dict[str, Json] = {}
        microseconds = 0.0
        for name in names:
            if name != STREAM_SET and not any(part in peer.name for part in ON_PAIRS):
                continue
            found = _kept(peer, name, data, folder, cache)
            by_set[name] = found["scores"]
            if name == STREAM_SET:
                microseconds = found["microseconds"]
        yield peer.name, by_set, microseconds


def _kept(peer: peers.Peer, name: str, data: Path, folder: Path, cache: Path) -> Json:
    articles = data / name / "articles.jsonl.xz"
    program = Path(peers.__file__).read_bytes()
    state = f"{peer.name} {name} {articles.stat().st_size}".encode() + hashlib.sha256(program).digest()
    kept = cache / f"peer-{hashlib.sha256(state).hexdigest()[:24]}.json"
    if kept.exists():
        found: Json = json.loads(kept.read_text(encoding="utf-8"))
        return found
    print(f"  running {peer.name} on {name}")
    enriched = folder / "peer.jsonl"
    count, seconds = peers.detect(peer, peers.records(articles), enriched)
    run = Run(peer.name, enriched, None, seconds, count)
    if name == STREAM_SET:
        scores = score_stream(data, unpacked(data / name / "truth.jsonl.xz", folder), run)
    else:
        scores = score_pairs(data, name, run)
    found = {"scores": scores, "microseconds": seconds / max(1, count) * 1e6}
    cache.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found), encoding="utf-8")
    return found
