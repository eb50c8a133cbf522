"""Copies that were rewritten: found by names, numbers and rare words; independent reports and the like are not.

A story here is a list of facts, each with names and numbers of its own; `told` writes it in one of two vocabularies that
share no word, so a copy that was rewritten shares facts alone with its source.
"""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest

from tests.core.story import FIELDS, NOW_MS, TOPIC
from wirecopy.core.engine import Engine
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.model import Basis, Extent, Outcome, RawPosition, Rewritten, Verdict, VerdictKind
from wirecopy.core.records.raw import decode_raw

AROUND = 90  # other articles in the stream, so that rare words are known to be rare
LETTERS = "bdfgklmnprstv"
VOWELS = "aeiou"


def word(chance: random.Random, syllables: int) -> str:
    return "".join(chance.choice(LETTERS) + chance.choice(VOWELS) for _ in range(syllables))


def vocabulary(seed: int, size: int = 400) -> list[str]:
    chance = random.Random(seed)
    return [word(chance, 3) for _ in range(size)]


COMMON = [vocabulary(seed) for seed in (11, 12)]


class Event:
    """What happened: sixteen facts of two names, a number and four rare words."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed * 7919 + 1)
        self.facts = [
            (
                [word(chance, 4).capitalize() for _ in range(2)],
                str(chance.randint(1000, 99999)),
                [word(chance, 5) for _ in range(4)],
            )
            for _ in range(16)
        ]

    def told(self, style: int, seed: int, *, facts: slice = slice(None), own: int = 0) -> str:
        """A text of these facts in the words of a style, with `own` facts that no other text has."""
        chance = random.Random(seed)
        sentences = []
        for names, number, rare in [*self.facts[facts], *Event(seed + 10**6).facts[:own]]:
            words = [chance.choice(COMMON[style]) for _ in range(4)]
            words[1:1], words[3:3] = [names[0]], [number, rare[0]]
            words += [names[1], *rare[1:], chance.choice(COMMON[style])]
            sentences.append(" ".join(words).capitalize().replace(names[0].lower(), names[0]) + ".")
            sentences[-1] = sentences[-1].replace(names[1].lower(), names[1])
        return " ".join(sentences)


def retold(pairs: int) -> list[dict[str, Any]]:
    """Records: other articles, then stories, each told once more by another site in other words."""
    bodies = [(Event(1000 + seed).told(seed % 2, seed), f"paper{seed % 9}.example") for seed in range(AROUND)]
    for seed in range(pairs):
        bodies += [(Event(seed).told(style, seed + style), f"site{style}.example") for style in (0, 1)]
    return [
        {"id": f"a{number}", "url": f"https://{site}/{number}", "body": body}
        for number, (body, site) in enumerate(bodies)
    ]


class Stream:
    """One engine and the articles that came."""

    def __init__(self, mode: Rewritten = Rewritten.ON) -> None:
        self.engine = Engine(rewritten=mode)
        self.count = 0
        for seed in range(AROUND):
            self.add(Event(1000 + seed).told(seed % 2, seed), f"paper{seed % 9}.example")

    def add(self, body: str, site: str, **more: Any) -> Verdict:
        value = {"id": f"a{self.count}", "url": f"https://{site}/{self.count}", "body": body} | more
        article = decode_raw(json.dumps(value).encode(), RawPosition(TOPIC, 0, self.count), FIELDS, {})
        outcome = self.engine.replay(self.count, NOW_MS + self.count, propose(article).value)  # type: ignore[arg-type]
        assert isinstance(outcome, Outcome)
        self.count += 1
        return outcome.verdict


@pytest.mark.parametrize("seed", range(6))
def test_a_story_told_in_other_words_is_a_rewritten_copy_of_it(seed: int) -> None:
    stream, event = Stream(), Event(seed)
    stream.add(event.told(0, seed), "first.example")
    source = f"a{stream.count - 1}"
    verdict = stream.add(event.told(1, seed + 50), "second.example")
    assert (verdict.kind, verdict.extent) == (VerdictKind.REPUBLICATION, Extent.REWRITTEN)
    assert verdict.original is not None and verdict.original.id == source == verdict.rewritten_of
    assert verdict.story == source and Basis.REWRITTEN in verdict.basis
    assert 0.5 < verdict.confidence <= 1 and 0 < verdict.share <= 1 and not verdict.passages


@pytest.mark.parametrize("seed", range(6))
def test_an_independent_report_of_the_event_is_none(seed: int) -> None:
    """It has some of the facts, and as many of its own."""
    stream, event = Stream(), Event(seed)
    stream.add(event.told(0, seed), "first.example")
    verdict = stream.add(event.told(1, seed + 50, facts=slice(0, 6), own=10), "second.example")
    assert verdict.kind is VerdictKind.ORIGINAL and not verdict.rewritten_of


def test_a_round_up_of_several_stories_is_none() -> None:
    stream = Stream()
    for seed in range(5):
        stream.add(Event(seed).told(0, seed), f"site{seed}.example")
    parts = [Event(seed).told(1, seed + 50, facts=slice(0, 3)) for seed in range(5)]
    assert stream.add(" ".join(parts), "other.example").kind is VerdictKind.ORIGINAL


def test_what_the_same_publisher_tells_again_is_none() -> None:
    stream, event = Stream(), Event(1)
    stream.add(event.told(0, 1), "first.example")
    assert not stream.add(event.told(1, 2), "first.example").rewritten_of


def test_an_article_that_was_published_before_is_not_rewritten_from_a_later_one() -> None:
    stream, event = Stream(), Event(1)
    stream.add(event.told(0, 1), "first.example", published_at="2023-11-14T12:00:00Z")
    late = stream.add(event.told(1, 2), "second.example", published_at="2023-11-14T08:00:00Z")
    assert late.kind is VerdictKind.ORIGINAL


def test_two_rewrites_of_one_release_are_both_rewritten_from_it() -> None:
    stream, event = Stream(), Event(3)
    stream.add(event.told(0, 1), "agency.example")
    source = f"a{stream.count - 1}"
    one = stream.add(event.told(1, 2, facts=slice(0, 13)), "one.example")
    other = stream.add(event.told(1, 3, facts=slice(3, 16)), "other.example")
    for verdict in (one, other):
        assert verdict.original is not None and verdict.original.id == source
        assert verdict.story == source


def test_what_two_articles_share_in_quotations_alone_is_no_evidence() -> None:
    """Law 3: nor does what both quote."""
    stream, event = Stream(), Event(4)
    spoken = event.told(0, 1)
    frames = [Event(200).told(0, 5, facts=slice(0, 5)), Event(201).told(1, 6, facts=slice(0, 5))]
    stream.add(f"{frames[0]} He said: “{spoken}”", "first.example")
    verdict = stream.add(f"{frames[1]} “{spoken}”, he said.", "second.example")
    assert verdict.extent is not Extent.REWRITTEN


@pytest.mark.parametrize("mode", [Rewritten.REPORT, Rewritten.OFF])
def test_the_setting_turns_it_down_or_off(mode: Rewritten) -> None:
    stream, event = Stream(mode), Event(2)
    stream.add(event.told(0, 1), "first.example")
    verdict = stream.add(event.told(1, 2), "second.example")
    assert verdict.kind is VerdictKind.ORIGINAL and verdict.extent is None
    assert bool(verdict.rewritten_of) is (mode is Rewritten.REPORT)
    assert bool(verdict.confidence) is (mode is Rewritten.REPORT)


def test_among_few_articles_nothing_is_said() -> None:
    stream, event = Stream(), Event(2)
    stream.engine = Engine()
    stream.add(event.told(0, 1), "first.example")
    assert not stream.add(event.told(1, 2), "second.example").rewritten_of


def test_an_engine_from_a_state_says_the_same() -> None:
    stream, event = Stream(), Event(5)
    stream.add(event.told(0, 1), "first.example")
    kept = Engine.from_state({name: np.array(array) for name, array in stream.engine.state().items()})
    said = stream.add(event.told(1, 2), "second.example")
    stream.engine, stream.count = kept, stream.count - 1
    assert stream.add(event.told(1, 2), "second.example") == said
    assert said.extent is Extent.REWRITTEN


def test_what_has_left_the_window_is_no_source() -> None:
    stream, event = Stream(), Event(6)
    stream.engine = Engine(window_ms=60)
    for seed in range(70):
        stream.add(Event(1000 + seed).told(seed % 2, seed), f"paper{seed % 9}.example")
    stream.add(event.told(0, 1), "first.example")
    for seed in range(70):
        stream.add(Event(3000 + seed).told(seed % 2, seed), f"paper{seed % 9}.example")
    assert not stream.add(event.told(1, 2), "second.example").rewritten_of
