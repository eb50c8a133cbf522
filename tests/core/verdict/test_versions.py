"""Versions of one article by one publisher, in whatever order they come.

The laws: what succeeds an article is its update, if its publisher says so or the texts do; what comes late is no update of
what succeeded it; and a publisher has had a text since the earliest of its versions, so no copy dated between two of them
is the original of both.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.core.story import FIELDS, TOPIC, Desk, prose
from wirecopy.core.engine import Engine
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.model import RawArticle, RawPosition, Verdict, VerdictKind
from wirecopy.core.records.raw import decode_raw

DUPLICATE, UPDATE, REPUBLICATION = VerdictKind.DUPLICATE, VerdictKind.UPDATE, VerdictKind.REPUBLICATION
HOURS = [f"2026-06-02T{hour:02d}:15:30Z" for hour in range(24)]


def original_of(verdict: Verdict) -> str | None:
    return verdict.original.id if verdict.original is not None else None


def revised(seed: int, story: str) -> str:
    """A later version: a sentence more at the end, at the front or both."""
    chance = random.Random(seed)
    more = prose(seed + 900, chance.randint(8, 40)), prose(seed + 950, chance.randint(8, 40))
    shape = chance.choice(["end", "front", "both"])
    return "\n\n".join([more[0]] * (shape != "end") + [story] + [more[1]] * (shape != "front"))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("told_by", ["number", "time", "both"])
def test_an_older_version_that_comes_late_is_no_update_and_its_copy_no_original(
    seed: int, told_by: str
) -> None:
    chance = random.Random(seed)
    story = prose(seed, chance.randint(130, 500))
    early, between, late = sorted(chance.sample(range(24), 3))
    numbers: list[dict[str, Any]] = [{}, {}] if told_by == "time" else [{"version": 2}, {"version": 1}]
    times: list[dict[str, Any]] = [{"published_at": HOURS[late]}, {"published_at": HOURS[early]}]
    if told_by == "number":
        times[1] = {}
    page: dict[str, Any] = {"url": "https://paper.com/page", "title": "Ferry to the islands runs again"}
    desk = Desk()
    desk.send(revised(seed, story), "paper.com", id="new", **page, **numbers[0], **times[0])
    verdict = desk.send(story, "paper.com", id="old", **page, **numbers[1], **times[1]).verdict
    assert (verdict.kind, original_of(verdict)) == (DUPLICATE, "new")
    assert verdict.share > 0.8
    if told_by != "number":
        verdict = desk.send(story, "other.com", id="copy", published_at=HOURS[between]).verdict
        assert (verdict.kind, original_of(verdict)) == (REPUBLICATION, "new")
    assert desk.corrections() == []


@pytest.mark.parametrize("seed", range(6))
def test_a_version_by_its_number_is_an_update_whatever_the_clocks_say(seed: int) -> None:
    desk = Desk()
    story = prose(seed, 180)
    page: dict[str, Any] = {"url": "https://paper.com/page"}
    desk.send(story, "paper.com", id="a", version=3, published_at=HOURS[9], **page)
    verdict = desk.send(
        revised(seed, story), "paper.com", id="b", version=4, published_at=HOURS[7], **page
    ).verdict
    assert (verdict.kind, original_of(verdict)) == (UPDATE, "a")


@pytest.mark.parametrize("seed", range(6))
def test_a_page_read_again_under_its_true_earlier_date_keeps_its_text_from_a_copy(seed: int) -> None:
    desk = Desk()
    story = prose(seed, 160 + 40 * seed)
    page: dict[str, Any] = {"url": "https://paper.com/page"}
    desk.send(story, "paper.com", id="a", published_at=HOURS[12], **page)
    if seed % 2:
        desk.send(revised(seed, story), "paper.com", id="b", published_at=HOURS[14], **page)
    assert desk.send(story, "paper.com", id="c", published_at=HOURS[8], **page).verdict.kind is DUPLICATE
    verdict = desk.send(story, "other.com", id="copy", published_at=HOURS[10]).verdict
    assert (verdict.kind, desk.corrections()) == (REPUBLICATION, [])


def test_one_who_wrote_it_before_the_earliest_version_is_still_the_original() -> None:
    desk = Desk()
    story = prose(3, 200)
    page: dict[str, Any] = {"url": "https://paper.com/page"}
    desk.send(revised(3, story), "paper.com", id="new", published_at=HOURS[12], **page)
    desk.send(story, "paper.com", id="old", published_at=HOURS[10], **page)
    assert (
        desk.send(story, "agency.com", id="first", published_at=HOURS[8]).verdict.kind is VerdictKind.ORIGINAL
    )
    assert original_of(desk.final()["new"]) == "first"


# ---- ninjs: versions by an agency's own word
NINJS: dict[str, Any] = {"versioncreated": HOURS[3], "infosource": [{"name": "Selm Wire"}]}


def item(uri: str, body: str, headline: str, offset: int, **members: Any) -> RawArticle:
    record = {"uri": uri, "headline": headline, "body_text": body, **NINJS, **members}
    made = decode_raw(json.dumps(record).encode(), RawPosition(TOPIC, 0, offset), FIELDS, {})
    assert isinstance(made, RawArticle), made
    return made


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("member", ["evolvedfrom", "evolvedFrom"])
def test_an_item_is_the_update_of_the_one_that_it_evolved_from_however_much_was_rewritten(
    member: str, seed: int
) -> None:
    desk = Desk()
    desk.apply(propose(item("urn:newsml:selmwire.example:1", prose(seed, 150), "Fish market shut", 0)))
    second = item(
        "urn:newsml:selmwire.example:2",
        prose(seed + 50, 150),  # not one sentence kept
        "Harbour master resigns",
        1,
        **{member: "urn:newsml:selmwire.example:1"},
    )
    verdict = desk.apply(propose(second)).verdict
    assert (verdict.kind, original_of(verdict)) == (UPDATE, "urn:newsml:selmwire.example:1")
    assert verdict.share == 0.0
    again = item("urn:newsml:selmwire.example:3", prose(seed + 90, 150), "Elsewhere", 2)
    assert desk.apply(propose(again)).verdict.kind is VerdictKind.ORIGINAL


def test_an_item_that_evolved_from_one_which_nobody_sent_is_judged_by_its_text() -> None:
    desk = Desk()
    evolved: dict[str, Any] = {"evolvedfrom": "urn:newsml:selmwire.example:0"}
    made = item("urn:newsml:selmwire.example:1", prose(1, 150), "Fish market shut", 0, **evolved)
    assert desk.apply(propose(made)).verdict.kind is VerdictKind.ORIGINAL


def test_an_item_of_a_higher_version_is_an_update_and_of_a_lower_one_is_not() -> None:
    desk = Desk()
    uri = "urn:newsml:selmwire.example:1"
    kinds = []
    for offset, (version, seed) in enumerate([(2, 1), (3, 2), (1, 3)]):
        made = item(uri, prose(seed, 150), "Fish market shut", offset, version=version)
        kinds.append(desk.apply(propose(made)).verdict.kind)
    assert kinds == [VerdictKind.ORIGINAL, UPDATE, VerdictKind.ORIGINAL]


def test_who_an_item_evolved_from_goes_through_the_log_and_a_snapshot() -> None:
    """The state alone knows what it succeeds: a restored engine says the same."""
    first = item("urn:newsml:selmwire.example:1", prose(1, 150), "Fish market shut", 0)
    engine = Engine()
    engine.replay(0, 1000, propose(first).value)
    restored = Engine.from_state(engine.state())
    evolved: dict[str, Any] = {"evolvedfrom": "urn:newsml:selmwire.example:1"}
    second = propose(item("urn:newsml:selmwire.example:2", prose(2, 150), "Resigns", 1, **evolved))
    assert restored.replay(1, 2000, second.value) == engine.replay(1, 2000, second.value)


@pytest.mark.parametrize("seed", range(10))
def test_background_in_the_middle_of_two_articles_makes_no_versions_and_an_old_lead_does(seed: int) -> None:
    chance = random.Random(seed)
    explainer = prose(400 + seed, 170)
    own = [prose(450 + 10 * seed + n, chance.randint(110, 130)) for n in range(4)]
    page: list[dict[str, Any]] = [
        {"published_at": HOURS[8 + n], "title": f"News of the harbour day {n}"} for n in range(2)
    ]
    desk = Desk()
    desk.send(f"{own[0]}\n\n{explainer}\n\n{own[1]}", "paper.com", id="a", **page[0])
    verdict = desk.send(f"{own[2]}\n\n{explainer}\n\n{own[3]}", "paper.com", id="b", **page[1]).verdict
    assert verdict.kind is VerdictKind.ORIGINAL
    desk = Desk()
    desk.send(f"{explainer}\n\n{own[0]}\n\n{own[1]}", "paper.com", id="a", **page[0])
    verdict = desk.send(f"{own[2]}\n\n{explainer}\n\n{own[3]}", "paper.com", id="b", **page[1]).verdict
    assert (verdict.kind, original_of(verdict)) == (UPDATE, "a")
