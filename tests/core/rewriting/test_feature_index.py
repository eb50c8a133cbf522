"""What is remembered of features: the compiled index says what its plain twin says, at every step of a life."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.naive.features import NaiveFeatures, chosen
from wirecopy.core.fingerprint.features import Features
from wirecopy.core.index.feature_index import FeatureIndex

NUMBERS = st.integers(0, 400)  # few, so that articles share some


@st.composite
def made(draw: st.DrawFn) -> Features:
    entities, words = draw(st.sets(NUMBERS, max_size=60)), draw(st.sets(NUMBERS, min_size=16, max_size=90))
    first, rest = chosen(entities, words)
    numbers = np.array([*first, *rest], np.uint16)
    outside = np.array(
        draw(st.lists(st.integers(0, 1), min_size=len(numbers), max_size=len(numbers))), np.uint8
    )
    return Features(
        numbers, outside, len(first), len(first) < len(entities), len(rest) < len(words - entities)
    )


def told(index: FeatureIndex, features: Features) -> list[tuple[int, int, int, int]]:
    return [(one.article, one.common, one.here, one.there) for one in index.resembling(features)]


@settings(max_examples=60, deadline=None)
@given(st.lists(made(), min_size=1, max_size=14), st.data())
def test_the_index_says_what_its_twin_says(articles: list[Features], data: st.DataObject) -> None:
    index, twin = FeatureIndex(), NaiveFeatures()
    for number, features in enumerate(articles):
        if data.draw(st.booleans()):
            oldest = data.draw(st.integers(0, number))
            index.expire(oldest)
            twin.expire(oldest)
        if data.draw(st.booleans()):
            index = FeatureIndex.from_state({name: array.copy() for name, array in index.state().items()})
        assert told(index, features) == twin.resembling(features)
        index.insert(features, number)
        twin.insert(features, number)
        assert len(index) == len(twin.rows)


def test_rows_move_when_there_is_no_more_room() -> None:
    index, twin = FeatureIndex(), NaiveFeatures()
    chance = np.random.default_rng(7)
    for number in range(900):
        words = np.unique(chance.integers(0, 3000, 40)).astype(np.uint16)
        features = Features(words, np.ones(len(words), np.uint8), 0, False, False)
        if number % 150 == 149:
            index.expire(number - 60)
            twin.expire(number - 60)
            assert told(index, features) == twin.resembling(features)
        index.insert(features, number)
        twin.insert(features, number)
