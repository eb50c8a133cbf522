"""The guard tells of a source whose articles were its own and suddenly are not, of no other, and holds no more than it may."""

from __future__ import annotations

import random

import pytest

from wirecopy.core.engine import Engine
from wirecopy.core.model import RawArticle, RawPosition, VerdictKind
from wirecopy.shell.observe import events
from wirecopy.shell.observe.guard import HABIT_ARTICLES, RECENT, SILENT_S, SourceGuard
from wirecopy.shell.observe.telemetry import PrometheusSink
from wirecopy.shell.pipeline.partition.published import guarded
from wirecopy.shell.ports import PipelineHealth
from wirecopy.shell.web.exchange import Request
from wirecopy.shell.web.publishers import Publishers
from wirecopy.shell.web.tally import Tally

OWN, COPY, UPDATE, DUPLICATE = (
    VerdictKind.ORIGINAL,
    VerdictKind.REPUBLICATION,
    VerdictKind.UPDATE,
    VerdictKind.DUPLICATE,
)


def fed(guard: SourceGuard, source: str, kinds: list[VerdictKind]) -> list[bool]:
    """The beginnings (True) and ends of alarms."""
    return [told[1] for kind in kinds if (told := guard.judged(source, kind)) is not None]


@pytest.mark.parametrize("kind", [COPY, UPDATE, DUPLICATE])
def test_a_source_whose_articles_are_suddenly_not_its_own_is_told_once(kind: VerdictKind) -> None:
    guard = SourceGuard()
    assert fed(guard, "a.example", [OWN] * 200) == []
    assert fed(guard, "a.example", [kind] * 200) == [True]
    (alarm,) = guard.alarms()
    assert (alarm.source, alarm.mostly, alarm.habit) == ("a.example", kind, 0)
    assert fed(guard, "a.example", [OWN] * 50) == [False]
    assert guard.alarms() == []


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param([COPY] * 1_000, id="it copies everything, always"),
        pytest.param([OWN] * 20 + [COPY] * 400, id="it was its own for a moment"),
        pytest.param(([COPY] * 9 + [OWN]) * 100, id="it copies most"),
        pytest.param(
            [OWN] * 200 + ([COPY] * 4 + [OWN]) * 20, id="it copies four of five from one day to the next"
        ),
        pytest.param(([OWN] * 40 + [COPY] * 40) * 20, id="it sends its copies in runs"),
    ],
)
def test_a_source_that_is_as_always_or_not_known_is_not_told(kinds: list[VerdictKind]) -> None:
    assert fed(SourceGuard(), "a.example", kinds) == []


def test_a_change_that_lasts_becomes_habit() -> None:
    guard = SourceGuard()
    assert fed(guard, "a.example", [OWN] * HABIT_ARTICLES + [COPY] * 3 * HABIT_ARTICLES) == [True, False]
    assert fed(guard, "a.example", [COPY] * 1_000) == []


def test_sources_do_not_touch_each_other() -> None:
    guard, chance = SourceGuard(), random.Random(1)
    for number in range(20_000):
        source = f"{chance.randrange(20)}.example"
        kind = COPY if source == "7.example" and number > 16_000 else OWN
        guard.judged(source, kind)
    assert [alarm.source for alarm in guard.alarms()] == ["7.example"]


def test_what_is_kept_is_bounded_and_an_alarm_goes_with_its_source() -> None:
    guard = SourceGuard(sources_max=100)
    fed(guard, "a.example", [OWN] * 200 + [COPY] * 60)
    assert len(guard.alarms()) == 1
    for number in range(1_000):
        guard.judged(f"{number}.example", OWN)
    assert guard.alarms() == []
    assert len(guard._sources) == 100
    assert guard.judged("", COPY) is None


def test_an_alarm_does_not_outlast_a_source_that_went_elsewhere() -> None:
    now = [0.0]
    guard = SourceGuard(clock=lambda: now[0])
    fed(guard, "a.example", [OWN] * 200 + [COPY] * 60)
    now[0] = SILENT_S - 1
    assert guard.alarms()
    now[0] = SILENT_S + 1
    assert guard.alarms() == []
    assert fed(guard, "a.example", [COPY] * RECENT) == []


def article(source: str) -> RawArticle:
    return RawArticle(
        RawPosition("t", 0, 0), b"{}", "a", "", "", None, "", "", "", source, source, None, "", 0
    )


async def test_metric_log_and_page_tell_of_it_and_no_source_is_a_label() -> None:
    logged: list[tuple[str, object]] = []

    class Sink(PrometheusSink):
        def log(self, level: int, event: str, fields: object) -> None:
            logged.append((event, fields))

    sink = Sink()
    telemetry = events.Telemetry(sink)
    for kind in [OWN] * 200 + [COPY] * 60:
        guarded(article("a.example"), kind, telemetry)
    telemetry.sampled(Engine().stats(), PipelineHealth(True, 0, 0, ()))
    body, _ = sink.exposition()
    assert b"wirecopy_sources_flagged 1.0" in body
    assert b"a.example" not in body
    assert logged == [
        ("source_flagged", {"source": "a.example", "share": 0.96, "habit": 0.0, "mostly": "republication"})
    ]
    pages = Publishers(Tally(), alarms=telemetry.guard.alarms)
    shown = (await pages.page(Request("/publishers"))).body.decode()
    assert "<bdi>a.example</bdi>: 96" in shown
    quiet = (await Publishers(Tally()).page(Request("/publishers"))).body.decode()
    assert "Suddenly flagged" not in quiet
