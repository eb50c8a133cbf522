"""A stream of invented articles: originals, whole and partial copies, re-sends, and records that cannot be
read.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "on", "ur")]


@dataclass(frozen=True)
class Piece:
    """One raw record: which partition it goes to, and its value."""

    partition: int
    value: bytes | None


def pieces(count: int, partitions: int, seed: int, first: int = 0) -> list[Piece]:
    """The same for the same arguments. Ids are unique from `first` on."""
    chance = random.Random(seed)
    words = ["".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 2, 3)))) for _ in range(4000)]
    told: list[list[str]] = []
    made = []
    for number in range(first, first + count):
        kind = chance.random()
        partition = chance.randrange(partitions)
        if kind < 0.03:
            made.append(Piece(partition, chance.choice([None, b"{not json", b'{"body": ""}', b"\xff\xfe"])))
            continue
        text = chance.choices(words, k=chance.randint(60, 260))
        if told and kind < 0.45:
            text = chance.choice(told)
        elif told and kind < 0.6:
            source = chance.choice(told)
            begin = chance.randrange(max(1, len(source) - 50))
            text = [*text[:60], *source[begin : begin + 80], *text[60:120]]
        else:
            told.append(text)
        record = {
            "id": f"a{number}",
            "publisher": f"paper-{chance.randrange(40)}.example",
            "title": " ".join(text[:6]),
            "body": ". ".join(" ".join(text[i : i + 12]) for i in range(0, len(text), 12)) + ".",
            "extra": {"kept": number},
        }
        made.append(Piece(partition, json.dumps(record).encode()))
    return made
