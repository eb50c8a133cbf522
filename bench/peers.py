"""What others' libraries find on the same stream: MinHash LSH by three packages, and SimHash.

Each peer sees a record's body and nothing else, asks its index for similar earlier bodies, and then adds this
one. A record that has any is flagged, its original is the earliest of them and its sources are all of them:
the kindest reading of what a near-duplicate index says, which knows no publishers, credits or boilerplate.
Output has the shape of enriched records so that the sets' own scripts score it. Parameters are those that
each library derives from the threshold; the thresholds are the two that served best on page-like news (5-word
shingles at .5, 2-word at .45).

For measuring only: these packages are in the extra `bench`, never a dependency of the service.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Protocol

ROOT: Final = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from wirecopy.shell.files.lines import LineReader  # noqa: E402 — the checkout's own package, not an installed one

_WORD: Final = re.compile(r"\w+")
PERMUTATIONS: Final = 128


class Index(Protocol):
    """A near-duplicate index: who among the earlier texts is similar? Then adds the text under `number`."""

    def similar_then_add(self, number: int, text: str) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    make: Callable[[], Index]


def shingles(text: str, words: int) -> list[str]:
    """Distinct runs of `words` words of the case-folded text; the text's words where it has fewer."""
    found = _WORD.findall(text.lower())
    if len(found) <= words:
        return [" ".join(found)]
    return list({" ".join(found[i : i + words]) for i in range(len(found) - words + 1)})


class GaoyaIndex:
    """MinHash LSH of the gaoya package; it checks each candidate's estimated Jaccard itself.

    own_words: it cuts words and makes shingles by itself, in Rust, four times as fast as with ours, which every peer gets
    where verdicts are compared."""

    def __init__(self, words: int, jaccard_min: float, *, own_words: bool = False) -> None:
        from gaoya.minhash import MinHashStringIndex

        self._index: Any = MinHashStringIndex(
            hash_size=32,
            jaccard_threshold=jaccard_min,
            num_bands=None,
            band_size=None,
            num_hashes=PERMUTATIONS,
            analyzer="word" if own_words else lambda text: shingles(text, words),
            lowercase=True,
            ngram_range=(words, words),
            id_container="vec",
        )

    def similar_then_add(self, number: int, text: str) -> Sequence[int]:
        found: Sequence[int] = sorted(self._index.query(text))
        self._index.insert_document(number, text)
        return found


class DatasketchIndex:
    """MinHash LSH of the datasketch package, candidates checked by their estimated Jaccard."""

    def __init__(self, words: int, jaccard_min: float) -> None:
        from datasketch import MinHashLSH

        self._words, self._jaccard_min = words, jaccard_min
        self._index: Any = MinHashLSH(threshold=jaccard_min, num_perm=PERMUTATIONS)
        self._hashes: dict[int, Any] = {}

    def similar_then_add(self, number: int, text: str) -> Sequence[int]:
        from datasketch import MinHash

        minhash: Any = MinHash(num_perm=PERMUTATIONS, seed=1)
        minhash.update_batch([shingle.encode("utf-8") for shingle in shingles(text, self._words)])
        found = [
            k for k in self._index.query(minhash) if minhash.jaccard(self._hashes[k]) >= self._jaccard_min
        ]
        self._index.insert(number, minhash)
        self._hashes[number] = minhash
        return sorted(found)


class RensaIndex:
    """MinHash LSH of the rensa package, candidates checked by their estimated Jaccard."""

    def __init__(self, words: int, jaccard_min: float) -> None:
        from rensa import RMinHashLSH

        self._words, self._jaccard_min = words, jaccard_min
        self._index: Any = RMinHashLSH(threshold=jaccard_min, num_perm=PERMUTATIONS, num_bands=32)
        self._hashes: dict[int, Any] = {}

    def similar_then_add(self, number: int, text: str) -> Sequence[int]:
        from rensa import RMinHash

        minhash: Any = RMinHash(num_perm=PERMUTATIONS, seed=1)
        minhash.update(shingles(text, self._words))
        found = [
            k for k in self._index.query(minhash) if minhash.jaccard(self._hashes[k]) >= self._jaccard_min
        ]
        self._index.insert(number, minhash)
        self._hashes[number] = minhash
        return sorted(found)


class SimHashIndex:
    """SimHash (Charikar 2002; Manku, Jain and Das Sarma, WWW 2007): 64 bits over 3-word shingles, at most 6
    bits apart.

    Two fingerprints within 6 bits agree on at least one of seven blocks of nine or ten bits: the blocks are
    the index.
    """

    BITS: Final = 64
    BLOCKS: Final = 7

    def __init__(self, words: int = 3, distance_max: int = 6) -> None:
        assert distance_max < self.BLOCKS, "else two similar fingerprints may share no block"
        self._words, self._distance_max = words, distance_max
        self._blocks: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._prints: dict[int, int] = {}

    def _fingerprint(self, text: str) -> int:
        import numpy as np

        digests = b"".join(
            blake2b(s.encode("utf-8"), digest_size=8).digest() for s in shingles(text, self._words)
        )
        bits = np.unpackbits(np.frombuffer(digests, np.uint8).reshape(-1, 8), axis=1)
        majority = bits.sum(axis=0, dtype=np.int64) * 2 > len(bits)
        return int.from_bytes(np.packbits(majority).tobytes(), "big")

    def similar_then_add(self, number: int, text: str) -> Sequence[int]:
        mark = self._fingerprint(text)
        cuts = [self.BITS * i // self.BLOCKS for i in range(self.BLOCKS + 1)]
        keys = [(i, mark >> cuts[i] & ((1 << (cuts[i + 1] - cuts[i])) - 1)) for i in range(self.BLOCKS)]
        candidates = {other for key in keys for other in self._blocks[key]}
        for key in keys:
            self._blocks[key].append(number)
        self._prints[number] = mark
        near = (o for o in candidates if (self._prints[o] ^ mark).bit_count() <= self._distance_max)
        return sorted(near)


PEERS: Final = (
    Peer("MinHash LSH, 5-word shingles, Jaccard ≥ .5 (gaoya)", lambda: GaoyaIndex(5, 0.5)),
    Peer("MinHash LSH, 2-word shingles, Jaccard ≥ .45 (gaoya)", lambda: GaoyaIndex(2, 0.45)),
    Peer("MinHash LSH, 5-word shingles, Jaccard ≥ .5 (datasketch)", lambda: DatasketchIndex(5, 0.5)),
    Peer("MinHash LSH, 2-word shingles, Jaccard ≥ .45 (rensa)", lambda: RensaIndex(2, 0.45)),
    Peer("SimHash, 3-word shingles, ≤ 6 of 64 bits apart", lambda: SimHashIndex(3, 6)),
)


def records(articles: Path) -> Iterator[dict[str, Any]]:
    with LineReader(str(articles)) as lines:
        for line in lines:
            yield json.loads(line.value)


def detect(peer: Peer, stream: Iterable[dict[str, Any]], enriched: Path) -> tuple[int, float]:
    """Write the peer's verdicts; returns the number of articles and the CPU seconds that the peer took."""
    index = peer.make()
    ids: list[str] = []
    seconds = 0.0
    with enriched.open("w", encoding="utf-8") as out:
        for number, record in enumerate(stream):
            ids.append(record["id"])
            body = record.get("body") or ""
            started = time.process_time()
            similar = index.similar_then_add(number, body) if body.strip() else []
            seconds += time.process_time() - started
            out.write(json.dumps({"id": record["id"], "republication": _verdict(ids, similar)}) + "\n")
    return len(ids), seconds


def _verdict(ids: Sequence[str], similar: Sequence[int]) -> dict[str, Any]:
    sources = [{"id": ids[number]} for number in similar]
    return {
        "verdict": "republication" if sources else "original",
        "story": sources[0]["id"] if sources else ids[-1],
        "original": {"id": sources[0]["id"], "ingested": True} if sources else None,
        "share": 1.0 if sources else 0.0,
        "passages": [],
        "sources": sources,
        "credit": None,
    }
