"""Two texts sentence by sentence: what the second tells of the first in other words.

`explain`, the pages and the answers to checks show it where a verdict rests on rare words, names and numbers
(core/rewriting.py). The engine judges by sketches and by how rare a word is in its stream; a reader has two texts and wants to
see both. So everything here comes from the two texts alone, and nothing here decides.

A feature weighs the more the fewer sentences of both texts have it, so that what nearly every sentence has counts for little;
names and numbers count twice. A sentence's partner is the one with which it has most in common by weight (a cosine), where that
is enough. A word that very many sentences have finds nobody's partner, so that no text makes the search slow.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Final

from wirecopy.core.model import RawArticle
from wirecopy.shell.report.alignment import Run, runs
from wirecopy.shell.report.sentences import (
    Feature,
    Kind,
    Sentence,
    SentenceText,
    entities,
    entity_keys,
    sentence_texts,
)

ENTITY_TIMES: Final = 2.0  # what a name or a number weighs more than a word
WEIGHT_LEAST: Final = 0.2  # of what every sentence has
LIKENESS_MIN: Final = 0.2  # of partners, 0 to 1
COMMON_MIN: Final = 2  # features of partners
PLACES_MAX: Final = 100  # sentences with a feature, beyond which it is not looked up
SAME_WORDS_MIN: Final = 4  # in a row


@dataclass(frozen=True, slots=True)
class Retelling:
    """`partners`: of each sentence of `second` the place of its partner in `first`, −1 for none. `same`: runs of equal tokens;
    `quotations`: those of them that both texts quote, as the second writes them. Names and numbers as they are written."""

    first: SentenceText
    second: SentenceText
    partners: tuple[int, ...]
    in_order: int
    same: tuple[Run, ...]
    quotations: tuple[str, ...]
    both: tuple[str, ...]
    added: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def told(self) -> int:
        """Sentences of the second text with a partner."""
        return sum(partner >= 0 for partner in self.partners)

    @property
    def first_told(self) -> int:
        """Sentences of the first text that are a partner."""
        return len({partner for partner in self.partners if partner >= 0})


def retelling(first_article: RawArticle, second_article: RawArticle) -> Retelling:
    """What the second article tells of the first."""
    first, second = sentence_texts(first_article, second_article)
    partners = _partners(first.sentences, second.sentences)
    theirs, ours = entity_keys(first), entity_keys(second)
    same = tuple(runs(first.hashes, second.hashes, SAME_WORDS_MIN))
    return Retelling(
        first,
        second,
        partners,
        in_order(partners),
        same,
        tuple(_quoted(first, second, same)),
        _listed(second, [part for group in entities(second) for part in _common(group, theirs)]),
        _listed(second, [group for group in entities(second) if not _common(group, theirs)]),
        _listed(first, [group for group in entities(first) if not _common(group, ours)]),
    )


def _common(group: Sequence[Feature], keys: Set[str]) -> list[Sequence[Feature]]:
    """The parts of a name that the other text has too, each of neighbours: of "Captain Ines Halloran" her name."""
    parts: list[list[Feature]] = []
    before = False
    for feature in group:
        common = feature.key in keys
        if common and before:
            parts[-1].append(feature)
        elif common:
            parts.append([feature])
        before = common
    return list(parts)


def _listed(text: SentenceText, groups: Sequence[Sequence[Feature]]) -> tuple[str, ...]:
    """Names and numbers as they are written, each once, and none that is a part of another."""
    found: dict[frozenset[str], str] = {}
    for group in groups:
        keys = frozenset(feature.key for feature in group)
        found.setdefault(keys, text.text[group[0].start : group[-1].end])
    return tuple(written for keys, written in found.items() if not any(keys < other for other in found))


def in_order(partners: Sequence[int]) -> int:
    """How many partners follow one another at most, as the first text has them: the longest series that never goes back."""
    tops: list[int] = []
    for partner in partners:
        if partner >= 0:
            place = bisect_right(tops, partner)
            tops[place : place + 1] = [partner]
    return len(tops)


def _partners(first: Sequence[Sentence], second: Sequence[Sentence]) -> tuple[int, ...]:
    weights = _weights(first, second)
    norms = [_norm(sentence, weights) for sentence in first]
    places: dict[str, list[int]] = defaultdict(list)
    for place, sentence in enumerate(first):
        for key in sorted(sentence.keys):
            places[key].append(place)
    found = []
    for number, sentence in enumerate(second):
        shared: dict[int, float] = defaultdict(float)
        common: Counter[int] = Counter()
        for key in sorted(sentence.keys):
            those = places.get(key, ())
            for place in those if len(those) <= PLACES_MAX else ():
                shared[place] += weights[key]
                common[place] += 1
        norm = _norm(sentence, weights)
        likeness = {
            place: weight / math.sqrt(norm * norms[place])
            for place, weight in shared.items()
            if common[place] >= COMMON_MIN
        }
        # of equals the one whose place in its text is most like this one's
        there = number * len(first) / len(second)
        best = max(likeness, key=lambda place: (likeness[place], -abs(place - there)), default=-1)
        found.append(best if best >= 0 and likeness[best] >= LIKENESS_MIN else -1)
    return tuple(found)


def _weights(first: Sequence[Sentence], second: Sequence[Sentence]) -> dict[str, float]:
    """The square of what each feature weighs."""
    having = Counter(key for sentence in (*first, *second) for key in sentence.keys)
    entities = {
        feature.key
        for sentence in (*first, *second)
        for feature in sentence.features
        if feature.kind is not Kind.WORD
    }
    count = len(first) + len(second)
    return {
        key: (WEIGHT_LEAST + math.log2(count / with_it) * (ENTITY_TIMES if key in entities else 1)) ** 2
        for key, with_it in having.items()
    }


def _norm(sentence: Sentence, weights: dict[str, float]) -> float:
    return sum(weights[key] for key in sorted(sentence.keys))


def _quoted(first: SentenceText, second: SentenceText, same: Sequence[Run]) -> list[str]:
    """What both texts quote in equal words."""
    found: list[str] = []
    for run in same:
        at = 0
        while at < run.length:
            end = at
            while end < run.length and first.quoted[run.first + end] and second.quoted[run.second + end]:
                end += 1
            if end - at >= SAME_WORDS_MIN:
                found.append(second.text[second.starts[run.second + at] : second.ends[run.second + end - 1]])
            at = end + 1
    return found
