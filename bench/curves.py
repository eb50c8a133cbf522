"""Two curves that no labelled set gives: recall against the length of what is shared, and against rewriting.

Both are made from WireBench at run time: an original page, and, from a verbatim copy with its labelled spans,
the article's own words. `embedded` puts a run of n of these words into a page of somebody else's, at a random
place in its prose; `rewritten` changes the article's words and sentences at a given strength and publishes it
elsewhere. A trial counts as found when it is flagged and names its source. Every host page is used once in a
round, never indexed on its own, and each round has an engine of its own, so trials cannot help each other.
Seeds are fixed: two runs give the same curve.

The rewriting knows no synonyms: a changed word becomes another article's word, which is as hard for matching
as a synonym. Passages are measured in words of space-separated scripts; articles of others are left out here.
"""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from wirecopy.core.records.raw import FieldPaths
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

Json = dict[str, Any]
WORDS_SHARED: Final = (15, 25, 40, 60, 80, 120)
STRENGTHS: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
TRIALS: Final = 300
SEED: Final = 20_260_601
PROSE_WORDS_MIN: Final = 20
PLACES_MIN: Final = 3
SPACED: Final = 3.0  # least mean of words a hundred characters for a script that separates words
FLAGGED: Final = ("republication", "update", "duplicate")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class Point:
    """`found` of `trials` were flagged with their source named; `flagged` of them were flagged at all."""

    x: float
    trials: int
    found: int
    flagged: int

    def plus(self, more: tuple[int, int, int]) -> Point:
        """With the counts of another round."""
        trials, found, flagged = more
        return Point(self.x, self.trials + trials, self.found + found, self.flagged + flagged)

    @property
    def recall(self) -> float:
        return self.found / self.trials if self.trials else 0.0


@dataclass(frozen=True, slots=True)
class Material:
    """Originals as they came, each with its article's own text; pages of others, each with the offsets in its
    article where sentences end.
    """

    originals: tuple[tuple[Json, str], ...]
    hosts: tuple[tuple[Json, tuple[int, ...]], ...]


def material(records: Sequence[Json], truths: Sequence[Json]) -> Material:
    """What the curves are made of, from WireBench's records and truth.

    Verbatim copies say by their labelled spans which part of a page is its article. Half of their originals
    are drawn from; of the other half one copy each takes things in, if it credits nobody (or it would be
    flagged for that).
    """
    by_id = {record["id"]: record for record in records}
    copies = [true for true in truths if true["case"] == "verbatim"]
    stories = sorted({true["original"] for true in copies})
    random.Random(SEED).shuffle(stories)
    drawn_on = {*stories[::2]}
    texts: dict[str, str] = {}
    hosts: dict[str, tuple[Json, tuple[int, ...]]] = {}
    for true in copies:
        record = by_id[true["id"]]
        spans = [(start, end) for start, end, *_ in true["spans"]]
        text = "\n".join(record["body"][start:end] for start, end in spans)
        if not _is_spaced(text):
            continue
        if true["original"] not in drawn_on:
            places = tuple(_places(record["body"], spans))
            if len(places) >= PLACES_MIN and not true.get("credit"):
                hosts.setdefault(true["original"], (record, places))
        elif len(text.split()) >= max(WORDS_SHARED) * 1.5:
            texts.setdefault(true["original"], text)
    originals = tuple((by_id[original], text) for original, text in texts.items())
    return Material(originals, tuple(hosts.values()))


def _is_spaced(text: str) -> bool:
    return len(text.split()) >= SPACED * len(text) / 100


def _places(body: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Offsets within the spans where sentences of prose end: places where something can be put in."""
    places = []
    start = 0
    for line in body.splitlines(keepends=True):
        if len(line.split()) >= PROSE_WORDS_MIN:
            places += [start + match.start() for match in _SENTENCE_END.finditer(line)]
        start += len(line)
    return [place for place in places if any(first < place < end for first, end in spans)]


# ---- recall against length


def embedded(given: Material, words: int, trials: int = TRIALS) -> Point:
    """A verbatim run of `words` words inside somebody else's page."""
    chance = random.Random(SEED + words)
    point = Point(float(words), 0, 0, 0)
    while point.trials < trials:  # each round has every host once, and an engine of its own
        hosts = chance.sample(given.hosts, min(len(given.hosts), trials - point.trials))
        made = []
        for number, (host, places) in enumerate(hosts):
            original, text = _of_another_site(given, host, chance)
            run = _run(text, words, chance)
            made.append((_put_in(host, run, chance.choice(places), number, chance), original))
        point = point.plus(_measured(made))
    return point


def _of_another_site(given: Material, host: Json, chance: random.Random) -> tuple[Json, str]:
    """A site that reprints itself is another matter (an update)."""
    while True:
        original, text = chance.choice(given.originals)
        if _site(original) != _site(host):
            return original, text


def _site(record: Json) -> str | None:
    return urlsplit(record.get("url") or "").hostname


def _put_in(host: Json, run: str, place: int, number: int, chance: random.Random) -> Json:
    body: str = host["body"]
    glue = chance.choice(("\n", " "))
    changed = f"{body[:place]}{glue}{run}{glue}{body[place:].lstrip()}"
    trial = host | {"id": f"trial-{number}", "body": changed}
    trial.pop("published_at", None)  # else a host dated before the source would count as the original
    return trial


def _run(text: str, words: int, chance: random.Random) -> str:
    """`words` words in a row as they stand in `text`."""
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    first = chance.randrange(len(spans) - words + 1)
    return text[spans[first][0] : spans[first + words - 1][1]]


# ---- recall against rewriting


def rewritten(given: Material, strength: float, trials: int = TRIALS) -> Point:
    """Articles rewritten sentence by sentence; `strength` is the part of the words that is touched."""
    chance = random.Random(SEED + round(strength * 1000))
    trial_sources = chance.sample(given.originals, min(trials, len(given.originals)))
    vocabulary = [word for host, _ in given.hosts[:200] for word in host["body"].split() if word.isalpha()]
    made = []
    for number, (original, text) in enumerate(trial_sources):
        record = {
            "id": f"trial-{number}",
            "url": f"https://rewriter{number % 50}.example/{number}",
            "publisher": f"Rewriter {number % 50}",
            "title": _rewrite_words((original.get("title") or "").split(), strength, vocabulary, chance),
            "body": rewrite(text, strength, vocabulary, chance),
        }
        made.append((record, original))
    return Point(strength, 0, 0, 0).plus(_measured(made))


def rewrite(text: str, strength: float, vocabulary: Sequence[str], chance: random.Random) -> str:
    """Words are left out, swapped with the next or replaced; sentences left out or swapped, a quarter as
    often.
    """
    paragraphs = []
    for line in text.splitlines():
        sentences = [
            _rewrite_words(sentence.split(), strength, vocabulary, chance)
            for sentence in _SENTENCE_END.split(line)
            if chance.random() >= strength / 4
        ]
        for index in range(len(sentences) - 1):
            if chance.random() < strength / 4:
                sentences[index], sentences[index + 1] = sentences[index + 1], sentences[index]
        paragraphs.append(" ".join(sentences))
    return "\n".join(paragraphs)


def _rewrite_words(
    words: Sequence[str], strength: float, vocabulary: Sequence[str], chance: random.Random
) -> str:
    out: list[str] = []
    waiting: str | None = None
    for word in words:
        kind = chance.choice("dsr") if chance.random() < strength else "keep"
        if kind == "s" and waiting is None:
            waiting = word
            continue
        if kind != "d":
            out.append(chance.choice(vocabulary) if kind == "r" else word)
        if waiting is not None:
            out.append(waiting)
            waiting = None
    return " ".join([*out, *([waiting] if waiting else [])])


# ---- measuring


def _measured(trials: Sequence[tuple[Json, Json]]) -> tuple[int, int, int]:
    """(trials, found, flagged) where the originals arrive first, then the trials, each with its original."""
    originals = {original["id"]: original for _, original in trials}
    stream = [
        json.dumps(record).encode() for record in [*originals.values(), *(record for record, _ in trials)]
    ]
    out = io.BytesIO()
    lines = (Line(number, value) for number, value in enumerate(stream))
    scan(lines, ScanOutputs(enriched=out), ScanOptions(fields=FieldPaths(), aliases={}))
    verdicts = {r["id"]: r["republication"] for r in map(json.loads, out.getvalue().splitlines())}
    found = flagged = 0
    for record, original in trials:
        verdict = verdicts[record["id"]]
        if verdict["verdict"] in FLAGGED:
            flagged += 1
            named = {s["id"] for s in verdict["sources"]} | {(verdict["original"] or {}).get("id")}
            found += original["id"] in named
    return len(trials), found, flagged


def curves(given: Material) -> tuple[list[Point], list[Point]]:
    """Recall against the length of a shared run, and against the strength of rewriting."""
    return [embedded(given, words) for words in WORDS_SHARED], [rewritten(given, part) for part in STRENGTHS]
