"""A copy whose words were changed one by one is found by the order of what is left; who only quotes the same is not.

The laws: shingles in one order over most of both texts make a copy, however few; the same shingles in another order, in one
corner, or inside quotations do not; and the kernel finds the row that its plain twin finds.
"""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.naive.order import longest_in_order
from tests.core.story import Desk, prose
from wirecopy.core import limits
from wirecopy.core.model import VerdictKind
from wirecopy.core.verdict import quotations

ORIGINAL, REPUBLICATION = VerdictKind.ORIGINAL, VerdictKind.REPUBLICATION


def reworded(text: str, seed: int, part: float) -> str:
    """The same text with so large a part of its words replaced, each by a word that stands nowhere else."""
    chance = random.Random(seed)
    words = text.split()
    changed = [f"w{seed}x{n}" if chance.random() < part else word for n, word in enumerate(words)]
    return " ".join(changed) + "."


def places(text: str, count: int) -> list[str]:
    """Pieces of fourteen words of a text, too far from each other to be one passage."""
    words = text.split()
    step = len(words) // count
    return [" ".join(words[n * step : n * step + 14]) for n in range(count)]


def test_a_copy_of_which_every_fourth_word_is_another_is_found() -> None:
    missed = 0
    for seed in range(20):
        story, desk = prose(seed, 320), Desk()
        desk.send(story, "agency.com", id="source", title="Harbour council votes")
        verdict = desk.send(reworded(story, seed, 0.25), "paper.com", title="Elsewhere today").verdict
        missed += verdict.kind is not REPUBLICATION
        if verdict.kind is REPUBLICATION:
            assert verdict.share > 0
            assert [source.id for source in verdict.sources] == ["source"]
    assert missed <= 4


def _mixed(pieces: list[str], seed: int, gap: int) -> str:
    """Pieces inside a text of its own, `gap` words before each."""
    own = prose(seed + 5_000, gap * (len(pieces) + 1)).replace("\n\n", " ").split()
    parts = []
    for number, piece in enumerate(pieces):
        parts += [" ".join(own[number * gap : (number + 1) * gap]), piece]
    return " ".join([*parts, " ".join(own[-gap:])])


@pytest.mark.parametrize("seed", range(6))
def test_the_same_pieces_in_another_order_link_nothing(seed: int) -> None:
    story = prose(seed, 480).replace("\n\n", " ")
    pieces = places(story, 6)
    random.Random(seed).shuffle(pieces)
    desk = Desk()
    desk.send(story, "agency.com", id="source", title="Harbour council votes")
    assert desk.send(_mixed(pieces, seed, 66), "paper.com", title="Elsewhere").verdict.kind is ORIGINAL


@pytest.mark.parametrize("seed", range(6))
def test_quoted_pieces_in_order_link_nothing(seed: int) -> None:
    story = prose(seed, 480).replace("\n\n", " ")
    pieces = [f"“{piece.strip('.')},” she said." for piece in places(story, 6)]
    desk = Desk()
    desk.send(story, "agency.com", id="source", title="Harbour council votes")
    assert desk.send(_mixed(pieces, seed, 66), "paper.com", title="Elsewhere").verdict.kind is ORIGINAL


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_the_kernel_finds_the_row_that_the_twin_finds(seed: int) -> None:
    chance = random.Random(seed)
    here = sorted(chance.sample(range(900), chance.randint(0, 40)))
    there = [max(0, at + chance.choice([0, 3, 40, chance.randint(-300, 300)])) for at in here]
    found = quotations.longest_in_order(np.array(here, np.int32), np.array(there, np.int32))
    row = longest_in_order(list(zip(here, there, strict=True)))
    spans = [row[-1][i] - row[0][i] + limits.SHINGLE_TOKENS if row else 0 for i in (0, 1)]
    apart = sum(b[0] - a[0] > limits.SOLID_GAP_TOKENS for a, b in pairwise(row))
    gap = max((b[0] - a[0] for a, b in pairwise(row)), default=0)
    assert list(found) == [len(row), apart + 1 if row else 0, *spans, gap]
