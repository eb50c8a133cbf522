"""Forms, notices and write-throughs: what several texts share without one being taken from another, and what is one text
although much of it is new.

The laws: the third of several forms, or of several articles that a notice stands for, is an original, whoever sends it; a
first mistake does not silence the words for good; and an article sent again with a new lead under a new address is an
update, whose words stay its publisher's own.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.core.story import Desk, assert_equal_engines, prose
from wirecopy.core.engine import Engine
from wirecopy.core.model import Extent, VerdictKind

ORIGINAL, UPDATE, REPUBLICATION = VerdictKind.ORIGINAL, VerdictKind.UPDATE, VerdictKind.REPUBLICATION
_NAMES = (
    "Brandal",
    "Corvik",
    "Ostmeer",
    "Halvard",
    "Quenby",
    "Thorsund",
    "Lindholt",
    "Varga",
    "Okoro",
    "Petrov",
    "Salcedo",
)
_LANGUAGES = ("latin", "greek", "unspaced")


def letters(text: str, script: str) -> str:
    """The same text in the letters of another script: Greek, or one that writes no spaces."""
    if script == "latin":
        return text
    first = 0x3B1 if script == "greek" else 0x4E00
    step = 1 if script == "greek" else 37
    kept = "".join(chr(first + step * (ord(c) - 97)) if "a" <= c <= "z" else c for c in text.lower())
    return kept if script == "greek" else kept.replace(" ", "").replace(",", "、").replace(".", "。")


def form(seed: int, words: int) -> list[str]:
    """A form: sentences in which a slot stands at every seventh to twelfth word."""
    chance = random.Random(f"form {seed}")
    text = prose(seed + 400, words).split()
    at = chance.randint(3, 6)
    while at < len(text):
        if text[at][0].islower() and text[at].isalpha():
            text[at] = "{}"
        at += chance.randint(7, 12)
    return text


def filled_in(blank: list[str], seed: int) -> tuple[str, str]:
    """Headline and text of a form with its facts: figures and names that no other has."""
    chance = random.Random(f"facts {seed}")

    def fact() -> str:
        return chance.choice(_NAMES) + str(seed) if chance.random() < 0.4 else str(chance.randint(10, 10**6))

    return f"{fact()} {fact()} report", " ".join(fact() if word == "{}" else word for word in blank)


@pytest.mark.parametrize("seed", range(9))
@pytest.mark.parametrize("publishers", ["one", "many"])
def test_the_third_of_several_forms_is_an_original_and_so_are_all_after_it(
    publishers: str, seed: int
) -> None:
    blank = form(seed, 90 + 6 * seed)
    desk = Desk()
    for number in range(6):
        title, body = filled_in(blank, 100 * seed + number)
        site = "agency.com" if publishers == "one" else f"paper{number}.com"
        verdict = desk.send(body, site, title=title).verdict
        if number != 1:
            assert (verdict.kind, verdict.sources) == (ORIGINAL, ()), number
    assert desk.corrections() == []


@pytest.mark.parametrize("seed", range(8))
def test_a_copy_of_each_form_is_a_copy_of_that_one(seed: int) -> None:
    blank = form(seed, 120)
    desk = Desk()
    for number in range(2):
        title, body = filled_in(blank, 100 * seed + number)
        desk.send(body, "agency.com", title=title, id=f"form{number}")
        verdict = desk.send(body, "paper.com", title=f"What the {number} says").verdict
        assert verdict.kind is REPUBLICATION
        assert verdict.original is not None
        assert verdict.original.id == f"form{number}"


def test_copies_that_were_changed_each_in_its_own_places_are_copies() -> None:
    """As sparse as forms, and no form: the third holds what one of the others changed. By count: chance may put two papers'
    changes into the same places."""
    missed = 0
    for seed in range(12):
        chance = random.Random(seed)
        story = prose(seed, 260).split()
        desk = Desk()
        desk.send(" ".join(story), "agency.com", id="source", title="Harbour council votes")
        for number in range(5):
            places = chance.sample([n for n, word in enumerate(story) if word.islower()], 10)
            changed = " ".join(f"x{number}{n}" if n in places else word for n, word in enumerate(story))
            verdict = desk.send(changed, f"paper{number}.com", title=f"Our own {number} headline").verdict
            missed += verdict.kind is not REPUBLICATION
    assert missed <= 2


@pytest.mark.parametrize("script", _LANGUAGES)
@pytest.mark.parametrize("own", [0, 12, 40])
@pytest.mark.parametrize("sites", ["one", "many"])
def test_the_third_article_that_a_notice_stands_for_is_an_original(sites: str, own: int, script: str) -> None:
    for seed in range(3):
        # a word of Latin letters is two to three of Chinese
        notice = letters(prose(seed + 700, 14 if script == "unspaced" else 50), script)
        desk = Desk()
        for number in range(6):
            lead = letters(prose(1000 * seed + number, own), script) + "\n\n" if own else ""
            title = letters(" ".join(prose(5000 + 10 * seed + number, 12).split()[:5]), script)
            site = "daily.com" if sites == "one" else f"daily{number}.com"
            verdict = desk.send(lead + notice, site, title=title).verdict
            if number != 1:
                assert verdict.kind is ORIGINAL, (seed, number)


def test_a_brief_under_one_headline_is_found_in_every_paper() -> None:
    desk = Desk()
    brief = prose(3, 70)
    for number in range(9):
        verdict = desk.send(brief, f"paper{number}.com", title="Ferry to the islands runs again").verdict
        if number:
            assert (verdict.kind, verdict.extent) == (REPUBLICATION, Extent.FULL), number


def test_a_story_is_found_although_a_notice_stands_under_it_on_its_site() -> None:
    desk = Desk()
    notice = prose(700, 60)
    stories = [prose(n, 220) for n in range(5)]
    for number, story in enumerate(stories):
        verdict = desk.send(
            f"{story}\n\n{notice}", "daily.com", id=f"s{number}", title=f"Story {number}"
        ).verdict
        assert verdict.kind is ORIGINAL
    verdict = desk.send(stories[3], "other.com", title="Another headline").verdict
    assert [source.id for source in verdict.sources] == ["s3"]


# ---- write-throughs
@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("clean", [True, False])
def test_a_story_with_a_new_lead_under_a_new_address_is_an_update_and_stays_the_agencys(
    clean: bool, seed: int
) -> None:
    chance = random.Random(seed)
    body = prose(seed, chance.randint(150, 700))
    leads = [prose(seed + 100 * n, chance.randint(12, 60)) for n in range(1, 4)]
    desk = Desk()
    around = "" if clean else "Home\nNews\nSport\n\n"
    for number, lead in enumerate(leads):
        title = ["Market shuts", "UPDATE 1-Harbour master resigns", "UPDATE 2-Council meets"][number]
        verdict = desk.send(f"{around}{lead}\n\n{body}", "agency.com", id=f"v{number}", title=title).verdict
        if number:
            assert verdict.kind is UPDATE, number
            assert verdict.boilerplate_share < 0.15
            assert verdict.share == pytest.approx(
                1 - len(lead.split()) / len(f"{lead} {body}".split()), abs=0.12
            )
    verdict = desk.send(f"{leads[0]}\n\n{body}", "paper.com", title="In our words").verdict
    assert verdict.kind is REPUBLICATION
    assert verdict.share > 0.88


@pytest.mark.parametrize("seed", range(6))
def test_two_stories_of_one_site_with_the_same_background_are_two_stories(seed: int) -> None:
    desk = Desk()
    background = prose(300 + seed, 40)
    for number in range(4):
        body = prose(10 * seed + number, 300 + 20 * seed)
        assert (
            desk.send(f"{body}\n\n{background}", "agency.com", title=f"Story {number}").verdict.kind
            is ORIGINAL
        )


def test_a_gallery_under_two_stories_is_no_version_of_either() -> None:
    """Half of both pages, and all captions under one head."""
    desk = Desk()
    captions = [
        f"Photos of the long race for the office: {line}" for line in prose(80, 500, wide=20).split("\n\n")
    ]
    gallery = "\n\n".join(captions)
    for number in range(2):
        verdict = desk.send(f"{prose(number, 350)}\n\n{gallery}", "site.com", title=f"Story {number}").verdict
        assert verdict.kind is ORIGINAL


# ---- what is learned
def test_what_forms_and_notices_teach_is_the_logs_alone() -> None:
    """It is in snapshots, and leaves with the window."""
    blank = form(5, 120)
    sent = [filled_in(blank, number) for number in range(4)]
    desk = Desk()
    for number, (title, body) in enumerate(sent[:2]):
        desk.send(body, f"paper{number}.com", title=title)
    restored = Engine.from_state(desk.engine.state())
    for number, (title, body) in enumerate(sent[2:]):
        outcome = desk.send(body, f"paper{number + 2}.com", title=title)
        assert outcome.verdict.kind is ORIGINAL
        assert restored.replay(*desk.log[-1]) == outcome
    assert_equal_engines(restored, desk.engine)

    forgetful = Desk(Engine(window_ms=10 * 60_000))
    for number, (title, body) in enumerate(sent):
        forgetful.send(body, f"paper{number}.com", title=title)
    late = forgetful.send(sent[0][1], "paper9.com", title="Long after", after_ms=20 * 60_000).verdict
    assert late.kind is ORIGINAL
    assert len(forgetful.engine.index.articles) == 1


@pytest.mark.parametrize("days", [2, 60, 120, 500])
@pytest.mark.parametrize("headline", ["same", "other"])
def test_one_body_under_another_headline_a_quarter_later_stands_in_the_place_of_articles(
    headline: str, days: int
) -> None:
    desk = Desk()
    notice, first = prose(40 + days, 220), "Odds for the spring regatta"
    title = first if headline == "same" else "Payouts of the autumn derby"
    desk.send(notice, "daily.com", title=first, published_at="2026-01-05T08:00:00Z")
    again = datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(days=days)
    verdict = desk.send(notice, "daily.com", title=title, published_at=again.isoformat()).verdict
    assert (verdict.kind is ORIGINAL) is (headline == "other" and days > 92)


@pytest.mark.parametrize("seed", range(6))
def test_a_short_text_put_into_the_middle_of_others_is_no_notice(seed: int) -> None:
    desk = Desk()
    brief = prose(800 + seed, 70)
    desk.send(brief, "agency.com", id="brief", title="Ferry to the islands runs again")
    for number in range(4):
        around = [prose(9000 + 10 * seed + 2 * number + k, 45) for k in range(2)]
        verdict = desk.send(
            f"{around[0]}\n\n{brief}\n\n{around[1]}",
            f"paper{number}.com",
            title=f"Our own {number} round up of news",
        ).verdict
        assert verdict.kind is REPUBLICATION, number


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("publishers", ["one", "many"])
def test_the_second_of_a_form_is_never_wholly_the_first(publishers: str, seed: int) -> None:
    """The facts that were filled in are its own words, also at the edges of what the two share."""
    blank = form(seed + 30, 80 + 10 * seed)
    desk = Desk()
    for number in range(2):
        title, body = filled_in(blank, 1000 * seed + number)
        desk.send(body, "agency.com" if publishers == "one" else f"paper{number}.com", title=title)
    verdict = desk.shown()
    assert verdict.kind is ORIGINAL or verdict.share <= 0.97


@pytest.mark.parametrize("seed", range(8))
def test_a_longer_story_whose_figures_rise_stays_one_story(seed: int) -> None:
    chance = random.Random(f"rise {seed}")
    words = prose(seed + 900, chance.randint(260, 420)).split()
    places = chance.sample(range(20, len(words) - 20), 5)
    desk = Desk()
    for number in range(4):
        for place in places:
            words[place] = str(100 * number + place)
        verdict = desk.send(" ".join(words), "agency.com", title=f"Landslide: {3 + 4 * number} dead").verdict
        assert verdict.kind is (UPDATE if number else ORIGINAL), number


@pytest.mark.parametrize("seed", range(6))
def test_a_copy_of_a_later_version_draws_on_the_version_that_added_the_words(seed: int) -> None:
    first, lead, end = prose(seed + 50, 220), prose(seed + 60, 40), prose(seed + 70, 60)
    desk = Desk()
    desk.send(first, "agency.com", title="Harbour wall breaks")
    desk.send(f"{lead}\n\n{first}", "agency.com", title="Wall of the harbour gives way")
    desk.send(f"{lead}\n\n{first}\n\n{end}", "agency.com", title="Wall gives way, mayor speaks")
    verdict = desk.send(f"{lead}\n\n{first}\n\n{end}", "paper.com", title="What the sea took").verdict
    assert (verdict.kind, verdict.extent) == (REPUBLICATION, Extent.FULL)
    assert verdict.share >= 0.95
    assert "agency.com-2" in {source.id for source in verdict.sources}


@pytest.mark.parametrize("words", [20, 35, 50])
def test_an_own_lead_over_a_whole_article_is_no_rest_of_a_page_where_there_is_no_page(words: int) -> None:
    body, lead = prose(81, 260), prose(82, words)
    desk = Desk()
    desk.send(body, "agency.com", title="Ferry runs again")
    verdict = desk.send(f"{lead}\n\n{body}", "paper.com", title="Back on the water").verdict
    assert verdict.kind is REPUBLICATION
    assert abs(verdict.share - 260 / (260 + words)) < 0.06


@pytest.mark.parametrize("script", _LANGUAGES)
@pytest.mark.parametrize("words", [70, 99, 160, 310, 600])
@pytest.mark.parametrize("headline", ["same", "own"])
def test_a_copy_to_the_letter_is_the_whole_of_both(headline: str, words: int, script: str) -> None:
    text = letters(prose(words, words), script)
    desk = Desk()
    desk.send(text, "agency.com", title="Harbour wall breaks")
    title = "Harbour wall breaks" if headline == "same" else "What the sea took in the night"
    verdict = desk.send(text, "paper.com", title=title).verdict
    assert (verdict.kind, verdict.share, verdict.source_share) == (REPUBLICATION, 1.0, 1.0)


_NOTICE_OF = (
    "{name}, {age}, of {town}, passed away peacefully on {day} at home surrounded by family. {She} worked for many years as "
    "{job} and will be remembered for kindness, patience and a good laugh.\n\n{She} is survived by {kin} and many friends. "
    "{She} was preceded in death by {her} parents and one sister.\n\nFriends may call on Saturday from ten until noon at "
    "{church}, followed by a service at one o'clock. Burial will take place in the cemetery beside it. The family asks that "
    "gifts be made to the local hospice, and condolences may be left in the guest book."
)


def death_notice(number: int, chance: random.Random) -> tuple[str, str]:
    """Headline and text of one family's notice. Half of its slots hold one of two words, so that two notices agree there."""
    woman = number % 3 != 1
    name, age = f"{_NAMES[number]} {_NAMES[-1 - number]}", chance.randint(60, 99)
    text = _NOTICE_OF.format(
        name=name,
        age=age,
        town=_NAMES[(number + 3) % len(_NAMES)] + "ton",
        day=("Monday", "Sunday", "Friday", "Tuesday", "Thursday")[number % 5],
        job=("a baker", "a ship's cook", "the village nurse", "a clerk", "a stone mason")[number % 5],
        kin=("two children", "three sons", "one daughter")[number % 3],
        church=("Saint Hilda", "the Old Kirk", "Grace church", "Trinity", "All Souls")[number % 5],
        She="She" if woman else "He",
        her="her" if woman else "his",
    )
    return f"{name}, {age}", text


@pytest.mark.parametrize("seed", range(6))
def test_notices_whose_slots_hold_one_of_two_words_are_no_copies_of_each_other(seed: int) -> None:
    chance, desk = random.Random(seed), Desk()
    for number in range(5):
        title, body = death_notice(number, chance)
        verdict = desk.send(body, f"paper{number}.com", title=title).verdict
        if number == 1:
            assert (verdict.extent, verdict.share <= 0.97) == (Extent.PARTIAL, True)
        else:
            assert verdict.kind is ORIGINAL, number


@pytest.mark.parametrize("words", [36, 44, 60])
@pytest.mark.parametrize(
    "mark", ["", " Read more…", " […]", " … Continue reading", " [...] Weiterlesen", "\n\nMore on our pages."]
)
def test_the_head_of_an_article_with_a_feeds_cut_mark_behind_it_is_a_part_of_it(
    mark: str, words: int
) -> None:
    for seed in range(8):
        story, desk = prose(seed, 300), Desk()
        desk.send(story, "agency.com", id="source", title="Harbour council votes")
        verdict = desk.send(" ".join(story.split()[:words]) + mark, "blog.com", title="Elsewhere").verdict
        assert (verdict.kind, verdict.extent) == (REPUBLICATION, Extent.PARTIAL)
        assert [source.id for source in verdict.sources] == ["source"]
