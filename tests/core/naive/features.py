"""A plain twin of features and of what is remembered of them: dictionaries and sets, one step after another."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from wirecopy.core.fingerprint.feature_kernels import ENTITIES_MAX, FEATURES_MAX
from wirecopy.core.fingerprint.features import Features
from wirecopy.core.index.feature_lookup_kernels import CANDIDATES_MAX, LOOKED_AT_MAX, POSTED, WEIGHT_MIN


def chosen(entities: set[int], words: set[int]) -> tuple[list[int], list[int]]:
    """Which of an article's features are kept: the lowest of each class."""
    words = words - entities
    kept_entities, kept_words = len(entities), len(words)
    if kept_entities + kept_words > FEATURES_MAX:
        kept_entities = min(kept_entities, max(ENTITIES_MAX, FEATURES_MAX - kept_words))
        kept_words = FEATURES_MAX - kept_entities
    return sorted(entities)[:kept_entities], sorted(words)[:kept_words]


def log_16(value: int) -> int:
    """16 · log₂, from the first six binary digits."""
    power = value.bit_length() - 1
    digits = (value - (1 << power)) >> (power - 5) if power > 5 else (value - (1 << power)) << (5 - power)
    return 16 * power + math.floor(16 * math.log2(1 + digits / 32) + 1e-9)


@dataclass
class NaiveFeatures:
    """Remembered articles in order, each with its features and those that it is listed under."""

    rows: list[tuple[int, Features, list[int]]] = field(default_factory=list)

    def _frequency(self) -> Counter[int]:
        return Counter(number for _, features, _ in self.rows for number in features.numbers.tolist())

    def _weight(self, frequency: Counter[int], number: int) -> int:
        return max(WEIGHT_MIN, log_16(max(len(self.rows), 60)) - log_16(frequency[number] + 1))

    def insert(self, features: Features, article: int) -> None:
        frequency = self._frequency()
        numbers = features.numbers.tolist()
        rarity = {
            i: 2 * frequency[number] * (1 if i < features.entities else 2) + (i >= features.entities)
            for i, number in enumerate(numbers)
        }
        listed = sorted(range(len(numbers)), key=lambda i: (rarity[i], i))[:POSTED]
        self.rows.append((article, features, [numbers[i] for i in listed]))

    def expire(self, oldest_article: int) -> None:
        self.rows = [row for row in self.rows if row[0] >= oldest_article]

    def resembling(self, here: Features) -> list[tuple[int, int, int, int]]:
        """(article, common weight, weight here, weight there) of the articles with most votes, best first."""
        frequency = self._frequency()
        votes: Counter[int] = Counter()
        for number in here.numbers.tolist():
            holders = [article for article, _, listed in self.rows if number in listed][-LOOKED_AT_MAX:]
            for article in holders:
                votes[article] += self._weight(frequency, number)
        best = sorted(votes, key=lambda article: (-votes[article], article))[:CANDIDATES_MAX]
        by_article = {article: features for article, features, _ in self.rows}
        return [(article, *self._compared(frequency, here, by_article[article])) for article in best]

    def _compared(self, frequency: Counter[int], here: Features, there: Features) -> tuple[int, int, int]:
        mine, theirs = _classes(here), _classes(there)
        both = mine.keys() & theirs.keys()
        only_quoted = {number for number in both if not mine[number][1] and not theirs[number][1]}
        common = sum(self._weight(frequency, number) for number in both - only_quoted)
        sides = []
        for one, other in ((here, there), (there, here)):
            tops = _tops(other)
            sides.append(
                sum(
                    self._weight(frequency, number)
                    for number, (entity, _) in _classes(one).items()
                    if number not in only_quoted and (number in both or number <= tops[entity])
                )
            )
        return common, sides[0], sides[1]


def _classes(features: Features) -> dict[int, tuple[bool, bool]]:
    """Each feature: whether it is an entity, whether it stands outside of quotations."""
    outside = features.outside.tolist()
    return {
        number: (i < features.entities, bool(outside[i]))
        for i, number in enumerate(features.numbers.tolist())
    }


def _tops(features: Features) -> dict[bool, int]:
    """Of each class the highest number that could have been kept."""
    numbers = features.numbers.tolist()
    entities, words = numbers[: features.entities], numbers[features.entities :]
    return {
        True: entities[-1] if features.entities_cut and entities else 1 << 16,
        False: words[-1] if features.words_cut and words else 1 << 16,
    }
