"""Laws of shared quotations: however long, they make no republication and are part of no share; what is copied with its
quotations is a copy; what is said of them is where they stand and who else carries them."""

from __future__ import annotations

import random

import pytest

from tests.core.story import Desk, prose
from wirecopy.core.model import Extent, VerdictKind

MARKS = [("“", "”"), ('"', '"'), ("„", "“"), ("«", "»"), ("« ", " »")]


def passage(seed: int, size: int) -> str:
    """Prose of about so many words without marks of its own."""
    return " ".join(prose(seed, size).replace("\n", " ").split()[:size]).rstrip(".") + "."


@pytest.mark.parametrize("seed", range(16))
def test_a_statement_that_several_quote_makes_no_republication_and_is_told(seed: int) -> None:
    chance = random.Random(seed)
    said, desk = passage(seed, chance.randint(40, 200)), Desk()
    for n in range(3):
        opening, closing = chance.choice(MARKS)
        before, after = (prose(1000 + 10 * seed + 2 * n + k, chance.randint(90, 250)) for k in range(2))
        body = f"{before}\n\nThe mayor wrote: {opening}{said}{closing}\n\n{after}"
        verdict = desk.send(body, f"paper{n}.com", id=f"a{n}").verdict
        assert (verdict.kind, verdict.share) == (VerdictKind.ORIGINAL, 0.0)
    assert {one.id for one in verdict.quotations} == {"a0", "a1"}
    for one in verdict.quotations:
        assert body[one.start : one.end].split()[5] in said


@pytest.mark.parametrize("seed", range(16))
def test_what_one_marks_as_quoted_is_quoted_for_both(seed: int) -> None:
    chance = random.Random(seed)
    said, desk = passage(seed, chance.randint(50, 120)), Desk()
    desk.send(f"{prose(2000 + seed, 200)}\n\n{said}\n\n{prose(2100 + seed, 200)}", "first.com", id="a")
    body = f"{prose(2200 + seed, 200)}\n\n“{said}” the mayor wrote.\n\n{prose(2300 + seed, 200)}"
    assert desk.send(body, "second.com", id="b").verdict.kind is VerdictKind.ORIGINAL


@pytest.mark.parametrize("seed", range(16))
def test_an_article_copied_with_its_quotations_is_a_copy_and_they_count(seed: int) -> None:
    chance = random.Random(seed)
    opening, closing = chance.choice(MARKS)
    said = passage(seed, chance.randint(40, 200))
    body = (
        f"{prose(3000 + seed, 90)}\n\nThe mayor wrote: {opening}{said}{closing}\n\n{prose(3100 + seed, 60)}"
    )
    desk = Desk()
    desk.send(body, "first.com", id="a")
    verdict = desk.send(body, "second.com", id="b").verdict
    assert (verdict.kind, verdict.extent) == (VerdictKind.REPUBLICATION, Extent.FULL)
    assert verdict.share > 0.93
    assert verdict.source_share > 0.93
    assert verdict.quotations == ()


@pytest.mark.parametrize("seed", range(16))
def test_own_leads_over_one_body_do_not_hide_the_copy(seed: int) -> None:
    chance = random.Random(seed)
    body, desk = prose(4000 + seed, chance.randint(120, 900)), Desk()
    leads = [passage(4100 + 2 * seed + n, chance.randint(60, 120)) for n in range(2)]
    desk.send(f"{leads[0]}\n\n{body}", "first.com", id="a")
    verdict = desk.send(f"{leads[1]}\n\n{body}", "second.com", id="b").verdict
    assert verdict.kind is VerdictKind.REPUBLICATION
    assert verdict.share < 0.97


@pytest.mark.parametrize("seed", range(16))
def test_a_brief_inside_a_long_story_is_a_part_of_it_under_its_own_title_too(seed: int) -> None:
    chance = random.Random(seed)
    brief, desk = passage(5000 + seed, chance.randint(45, 70)), Desk()
    rest = prose(5100 + seed, chance.randint(200, 900))
    desk.send(brief, "first.com", id="a", title="Ferry to the islands runs again")
    verdict = desk.send(f"{brief}\n\n{rest}", "second.com", title="Ferry to the islands runs again").verdict
    assert (verdict.kind, verdict.extent) == (VerdictKind.REPUBLICATION, Extent.PARTIAL)
    assert verdict.share < 0.45


def reports(seed: int, source: list[str], count: int) -> list[str]:
    """Own reports of one document: each takes sentences of it, changes a word in every ten and writes much around them."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        taken = []
        for sentence in source:
            words = sentence.split()
            for at in range(chance.randrange(6), len(words), 10):
                words[at] = f"w{n}x{at}"
            taken.append(" ".join(words))
        own = [prose(100_000 + 100 * seed + 10 * n + k, 160) for k in range(len(taken) + 1)]
        made.append(
            own[0] + "".join(f"\n\n{said}\n\n{text}" for said, text in zip(taken, own[1:], strict=True))
        )
    return made


@pytest.mark.parametrize("seed", range(12))
def test_reports_of_one_document_are_no_copies_of_each_other(seed: int) -> None:
    decree = [passage(6000 + 10 * seed + n, 60) for n in range(3)]
    desk = Desk()
    for n, body in enumerate(reports(seed, decree, 4)):
        assert desk.send(body, f"paper{n}.com", id=f"a{n}").verdict.kind is VerdictKind.ORIGINAL


@pytest.mark.parametrize("seed", range(12))
def test_a_passage_taken_to_the_letter_is_a_copy_however_little_of_both_it_is(seed: int) -> None:
    chance = random.Random(seed)
    taken, desk = passage(7000 + seed, chance.randint(55, 90)), Desk()
    parts = [prose(7100 + 10 * seed + n, chance.randint(300, 500)) for n in range(4)]
    desk.send(f"{parts[0]}\n\n{taken}\n\n{parts[1]}", "first.com", id="a")
    verdict = desk.send(f"{parts[2]}\n\n{taken}\n\n{parts[3]}", "second.com").verdict
    assert (verdict.kind, verdict.extent) == (VerdictKind.REPUBLICATION, Extent.PARTIAL)
