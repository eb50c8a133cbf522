"""Law: a check says what replay would say, and changes nothing."""

from __future__ import annotations

import pytest

from tests.core.story import Desk, article, assert_equal_engines, prose
from tests.core.test_laws import log_of, stream
from wirecopy.core import limits
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.model import Outcome, VerdictKind

DAY_MS = 24 * 3600 * 1000


@pytest.mark.parametrize("seed", range(3))
def test_a_check_says_what_replay_then_says_and_changes_nothing(seed: int) -> None:
    records = stream(seed, 60)
    articles = [article(offset=n // 3, partition=n % 3, **record) for n, record in enumerate(records)]
    checked, untouched = Engine(), Engine()
    kinds, corrected = set(), 0
    for record, one in zip(log_of(records, step_ms=0), articles, strict=True):
        said = checked.check(propose(one))
        assert_equal_engines(checked, untouched)
        outcome = checked.replay(*record)
        assert isinstance(outcome, Outcome)
        assert said == outcome
        kinds.add(outcome.verdict.kind)
        corrected += len(outcome.corrections)
        untouched.replay(*record)
    assert_equal_engines(checked, untouched)
    assert kinds == set(VerdictKind), "the stream must show every verdict"
    assert corrected, "and originals that come late, whose check must not correct"


def test_a_check_is_at_the_logs_present_time_so_what_has_left_the_window_is_not_found() -> None:
    desk = Desk(Engine(window_ms=7 * DAY_MS))
    desk.send(prose(1), "first.com")
    again = propose(article(prose(1), offset=99, id="pasted"))
    assert desk.engine.check(again).verdict.kind is VerdictKind.REPUBLICATION
    desk.send(prose(2), "other.com", after_ms=8 * DAY_MS)
    assert desk.engine.check(again).verdict.kind is VerdictKind.ORIGINAL


def test_a_check_of_an_empty_index_and_of_a_text_without_words_is_an_original() -> None:
    for body in (prose(1), "?", "x" * (limits.TITLE_CHARS_MAX + 1)):
        engine = Engine()
        proposal = propose(article(body, id="pasted"))
        assert enrich(proposal, engine.check(proposal)).kind is VerdictKind.ORIGINAL
        assert_equal_engines(engine, Engine())


def test_an_address_finds_its_newest_article_whatever_its_fragment() -> None:
    desk = Desk(Engine(window_ms=7 * DAY_MS))
    for n in range(3):
        desk.send(prose(n), "paper.com", url="https://paper.com/live", id=f"live-{n}")
    desk.send(prose(9), "paper.com", url="https://paper.com/other#top", id="other")
    index = desk.engine.index
    found = [index.at_url(url) for url in ("https://paper.com/live#7", "https://paper.com/other")]
    assert [one and one.id for one in found] == ["live-2", "other"]
    assert found[0] is not None and found[0].verdict == desk.outcomes[2].verdict
    assert [index.at_url(url) for url in ("", "#top", "https://paper.com/", "https://paper.com/none")] == [
        None
    ] * 4
    desk.send(prose(5), "late.com", after_ms=8 * DAY_MS)
    assert index.at_url("https://paper.com/live") is None
