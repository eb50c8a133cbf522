"""Features: what they are of a text, that two articles keep the same ones, and their bytes in the log."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.naive import features as twins
from wirecopy.core.fingerprint import feature_kernels
from wirecopy.core.fingerprint.features import Features, features_in, pack_features, unpack_features
from wirecopy.core.text.tokens import tokenise

NOTHING = np.empty(0, np.uint8)
SENTENCE = (
    "The harbour authority of Norvik said that {} ferries were delayed by {} after the storm had passed."
)


def features(text: str) -> Features | None:
    tokens = tokenise(text)
    return features_in(text.encode(), tokens, NOTHING, 0, len(tokens))


def text_of(words: list[str]) -> str:
    """Prose of these words, twelve a sentence."""
    sentences = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]
    return ". ".join(sentence.capitalize() for sentence in sentences) + "."


def words_of(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices("abcdefghijklmnoprstuv", k=chance.randint(5, 9))) for _ in range(count)]


def test_word_endings_do_not_matter_and_short_words_do_not_count() -> None:
    one = features(text_of([*words_of(1, 40), "reporting", "the", "a", "of"]))
    other = features(text_of([*words_of(1, 40), "reporters", "in", "to"]))
    assert one is not None and other is not None
    assert one.numbers.tolist() == other.numbers.tolist()


def test_names_and_numbers_are_told_from_words() -> None:
    plain = words_of(2, 36)
    found = features(text_of(plain))
    named = [*plain[:18], "Norvik", "Halvorsen", "1,204", "17", *plain[18:]]
    sentence = " ".join(named)
    with_names = features(sentence[0].upper() + sentence[1:] + ".")
    assert found is not None and found.entities == 0
    assert with_names is not None and with_names.entities == 4


def test_a_language_that_writes_nouns_with_capitals_has_numbers_for_entities() -> None:
    chance = random.Random(3)
    words = [word.capitalize() if chance.random() < 0.5 else word for word in words_of(3, 60)]
    sentence = "heute " + " ".join(words) + " 1848."
    found = features(sentence)
    assert found is not None and found.entities == 1


def test_too_short_a_text_has_none() -> None:
    assert features("Ferries were late.") is None


@given(st.integers(0, 10**6), st.integers(20, 300), st.integers(0, 100))
def test_two_articles_keep_the_same_features_of_those_that_both_have(seed: int, count: int, own: int) -> None:
    """Bottom-k: whatever one keeps and the other has, the other keeps too, below the highest that it kept of that class."""
    shared = words_of(seed, count)
    one = features(text_of([*shared, *words_of(seed + 1, own)]))
    other = features(text_of([*words_of(seed + 2, own), *shared]))
    everything = features_all(text_of([*words_of(seed + 2, own), *shared]))
    assert one is not None and other is not None
    kept = set(other.numbers.tolist())
    top = max(kept) if other.words_cut else 1 << 16
    for number in one.numbers.tolist():
        if number in everything and number <= top:
            assert number in kept


def features_all(text: str) -> set[int]:
    """All features of a text, however many: of its words one at a time, beside enough that are always the same."""
    found: set[int] = set()
    alone = features(text_of(words_of(99, 20)))
    assert alone is not None
    words = text.replace(".", " ").lower().split()
    for at in range(0, len(words), 30):
        part = features(text_of([*words[at : at + 30], *words_of(99, 20)]))
        assert part is not None
        found |= set(part.numbers.tolist())
    return found - set(alone.numbers.tolist())


@given(st.sets(st.integers(0, 65535), max_size=120), st.sets(st.integers(0, 65535), max_size=120))
def test_the_kernel_keeps_what_its_twin_keeps(entities: set[int], words: set[int]) -> None:
    found = sorted([number << 2 | 1 for number in entities] + [number << 2 for number in words])
    out = np.zeros(feature_kernels.FEATURES_MAX, np.uint16)
    outside = np.zeros(feature_kernels.FEATURES_MAX, np.uint8)
    kept_entities, kept_words, _, _ = feature_kernels._chosen(np.array(found, np.int64), out, outside)
    wanted_entities, wanted_words = twins.chosen(entities, words)
    assert out[:kept_entities].tolist() == wanted_entities
    assert out[kept_entities : kept_entities + kept_words].tolist() == wanted_words


@given(st.integers(0, 10**6), st.integers(16, 200))
def test_what_is_packed_is_unpacked(seed: int, count: int) -> None:
    found = features(text_of([*words_of(seed, count), "1848", "Norvik"]))
    assert found is not None
    packed = pack_features(found)
    again = unpack_features(packed)
    assert again is not None and pack_features(again) == packed
    assert again.numbers.tolist() == found.numbers.tolist()
    assert again.outside.tolist() == found.outside.tolist()
    assert (again.entities, again.entities_cut, again.words_cut) == (
        found.entities,
        found.entities_cut,
        found.words_cut,
    )


@pytest.mark.parametrize("cut", [1, 2, 3, 20])
def test_damaged_features_are_refused(cut: int) -> None:
    found = features(text_of(words_of(5, 60)))
    assert found is not None
    packed = pack_features(found)
    with pytest.raises(ValueError, match="features"):
        unpack_features(packed[:-cut])
    with pytest.raises(ValueError, match="ascend"):
        unpack_features(packed[:2] + packed[4:6] + packed[2:4] + packed[6:])
