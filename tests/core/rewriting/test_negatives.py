"""What has much in common with an earlier article and is no rewriting of it: each kind generated, so that it is the kind that is
refused and not one text.

Facts, names and vocabularies are those of test_rewriting.py: two styles share no word, so that what two texts share is what their
kind makes them share.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from tests.core.rewriting.test_rewriting import COMMON, Event, Stream, word
from wirecopy.core.model import Extent, Rewritten, Verdict, VerdictKind

SEEDS = range(5)


def refused(verdict: Verdict) -> bool:
    return verdict.extent is not Extent.REWRITTEN and not verdict.rewritten_of


def names(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return [word(chance, 4).capitalize() for _ in range(count)]


def sentences(lists: Iterable[Iterable[str]]) -> str:
    return " ".join(" ".join(words).capitalize() + "." for words in lists)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("known", [4, 6, 8])
def test_an_independent_report_has_facts_of_its_own(seed: int, known: int) -> None:
    """Whatever part of the facts it shares, up to a half."""
    stream, event = Stream(), Event(seed)
    stream.add(event.told(0, seed), "first.example")
    own = Event(seed).told(1, seed + 50, facts=slice(0, known), own=16 - known)
    assert refused(stream.add(own, "second.example"))


@pytest.mark.parametrize("seed", SEEDS)
def test_reports_of_several_outlets_about_one_event_are_none_of_one_another(seed: int) -> None:
    """Each knows what all know, and as much that nobody else does."""
    stream, event = Stream(), Event(seed)
    for outlet in range(5):
        body = event.told(outlet % 2, seed + outlet, facts=slice(0, 6))
        own = Event(500 + 10 * seed + outlet).told(outlet % 2, outlet, facts=slice(0, 9))
        assert refused(stream.add(f"{body} {own}", f"outlet{outlet}.example"))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("stories", [3, 5])
def test_a_round_up_is_the_copy_of_no_story(seed: int, stories: int) -> None:
    stream = Stream()
    for number in range(stories):
        stream.add(Event(10 * seed + number).told(0, number), f"site{number}.example")
    parts = [Event(10 * seed + number).told(1, 50, facts=slice(0, 4)) for number in range(stories)]
    assert refused(stream.add(" ".join(parts), "other.example"))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_publisher_tells_anew_is_an_original(seed: int) -> None:
    """An update in other words by the publisher itself, with more facts or fewer."""
    stream, event = Stream(), Event(seed)
    stream.add(event.told(0, seed), "first.example")
    for part in (slice(0, 12), slice(4, 16)):
        verdict = stream.add(event.told(1, seed + 9, facts=part, own=2), "first.example")
        assert verdict.kind is VerdictKind.ORIGINAL and refused(verdict)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_translation_shares_names_and_numbers_alone(seed: int) -> None:
    """Of its words none stands in the source."""
    stream, event = Stream(), Event(seed)
    chance = random.Random(seed)
    translated = []
    for (one, other), number, rare in event.facts:
        foreign = [word(chance, 6) for _ in rare]
        translated.append([chance.choice(COMMON[1]), one, number, *foreign, other, chance.choice(COMMON[1])])
    stream.add(event.told(0, seed), "first.example")
    body = " ".join(f"{' '.join(words)}." for words in translated)
    assert refused(stream.add(body, "second.example"))


@pytest.mark.parametrize("seed", SEEDS)
def test_match_reports_from_one_scoresheet_have_their_own_words(seed: int) -> None:
    """Scorers, minutes and results are everybody's; what was seen on the field is each reporter's."""
    stream = Stream()
    scorers = names(seed, 6)
    minutes = [str(random.Random(seed).randint(10, 90)) for _ in scorers]

    def report(style: int) -> str:
        chance = random.Random(100 * seed + style)
        told = []
        for scorer, minute in zip(scorers, minutes, strict=True):
            seen = [word(chance, 5) for _ in range(5)]
            told.append([chance.choice(COMMON[style]), scorer, minute, *seen, chance.choice(COMMON[style])])
        colour = Event(900 + 10 * seed + style).told(style, style, facts=slice(0, 5))
        return " ".join(" ".join(words) + "." for words in told) + " " + colour

    stream.add(report(0), "first.example")
    assert refused(stream.add(report(1), "second.example"))


@pytest.mark.parametrize("seed", SEEDS)
def test_forms_with_other_facts_are_none_of_one_another(seed: int) -> None:
    """A standing text, in which each notice fills in its own names and numbers."""
    stream = Stream()
    chance = random.Random(seed)
    frame = [[chance.choice(COMMON[0]) for _ in range(7)] for _ in range(10)]
    for notice in range(5):
        filled = random.Random(1000 * seed + notice)
        lines = [
            [*words[:4], word(filled, 4).capitalize(), str(filled.randint(100, 99999)), *words[4:]]
            for words in frame
        ]
        body = " ".join(" ".join(words) + "." for words in lines)
        assert refused(stream.add(body, f"registry{notice}.example")), notice


@pytest.mark.parametrize("seed", SEEDS)
def test_of_two_rewrites_of_one_release_each_is_rewritten_from_the_release(seed: int) -> None:
    """In whichever order, and however much the two have in common."""
    stream, event = Stream(), Event(seed)
    stream.add(event.told(0, 1), "wire.example")
    source = f"a{stream.count - 1}"
    for number, part in enumerate((slice(0, 14), slice(2, 16), slice(0, 16))):
        verdict = stream.add(event.told(1, 2 + number, facts=part), f"outlet{number}.example")
        assert verdict.rewritten_of == source and verdict.story == source


@pytest.mark.parametrize("seed", SEEDS)
def test_a_story_about_the_same_people_a_week_later_is_another(seed: int) -> None:
    """It shares their names and nothing that happened."""
    stream, event = Stream(), Event(seed)
    stream.add(event.told(0, seed), "first.example")
    later = Event(seed + 300)
    later.facts = [
        (known[0], number, rare) for known, (_, number, rare) in zip(event.facts, later.facts, strict=True)
    ]
    assert refused(stream.add(later.told(1, seed), "second.example"))


@pytest.mark.parametrize("seed", SEEDS)
def test_two_texts_that_quote_one_document_are_none_of_one_another(seed: int) -> None:
    """Law 3, also where the quotation is the longest part of both."""
    stream = Stream()
    spoken = Event(seed).told(0, 1)
    for number in range(3):
        frame = Event(700 + 10 * seed + number).told(number % 2, number, facts=slice(0, 6))
        verdict = stream.add(f"{frame} “{spoken}”", f"outlet{number}.example")
        assert refused(verdict)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_setting_report_only_changes_no_verdict(seed: int) -> None:
    """Whatever comes, its verdicts are those of an engine that does not look."""
    chance = random.Random(seed)
    silent, off = Stream(Rewritten.REPORT), Stream(Rewritten.OFF)
    for number in range(30):
        event = Event(chance.randrange(6))
        body, site = event.told(chance.randrange(2), number), f"outlet{chance.randrange(5)}.example"
        one, other = (stream.add(body, site) for stream in (silent, off))
        assert (one.kind, one.extent, one.story, one.sources, one.basis) == (
            other.kind,
            other.extent,
            other.story,
            other.sources,
            other.basis,
        )
