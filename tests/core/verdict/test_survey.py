"""The joining of two ordered lists of hits, against the same said with sets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.core.index.lookup_kernels import HIT
from wirecopy.core.verdict.survey_kernels import joined

Hit = tuple[int, int, int]
# few articles and samples, so that many meet
hits = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5), st.integers(0, 65_535)), max_size=20)


def ordered(found: list[Hit]) -> npt.NDArray[np.void]:
    """By article and then by sample, as the survey gives them."""
    return np.array(sorted(found, key=lambda hit: hit[:2]), HIT)


@given(hits, hits)
def test_joined_hits_are_ordered_and_each_sample_of_an_article_is_there_once(
    votes: list[Hit], reposted: list[Hit]
) -> None:
    first, second = ordered(votes), ordered(reposted)
    held = np.empty(len(first) + len(second), HIT)
    count = joined(first, second, held)
    expected: dict[tuple[int, int], int] = {}
    for article, sample, position in [*first.tolist(), *second.tolist()]:
        expected.setdefault((article, sample), position)
    assert held[:count].tolist() == [(*key, expected[key]) for key in sorted(expected)]
