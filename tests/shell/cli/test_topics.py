"""Laws of the topics: what is missing is created, what exists is never changed, what would lose data is a
fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from wirecopy.core import limits
from wirecopy.shell.cli import topics
from wirecopy.shell.cli.findings import Finding
from wirecopy.shell.ports import TopicSpec, TopicState
from wirecopy.shell.settings import Settings


class Brokers:
    """`ports.Admin` over a dict."""

    def __init__(self, *states: TopicState) -> None:
        self.states = {state.name: state for state in states}

    async def topics(self, names: Sequence[str]) -> Mapping[str, TopicState]:
        return {name: self.states[name] for name in names if name in self.states}

    async def create(self, specs: Sequence[TopicSpec]) -> None:
        for spec in specs:
            assert spec.name not in self.states
            self.states[spec.name] = made(spec)

    async def close(self) -> None: ...


def made(spec: TopicSpec) -> TopicState:
    return TopicState(spec.name, spec.partitions, spec.replication_factor, spec.config)


def demand_of(name: str, settings: Settings) -> topics.Demand:
    return next(demand for demand in topics.wanted(settings) if demand.spec.name == name)


async def test_what_was_created_has_no_faults_and_is_not_created_again() -> None:
    brokers, settings = Brokers(), Settings()
    missing, found = await topics.apply(brokers, settings, create=True)
    assert {spec.name for spec in missing} == set(brokers.states)
    assert len(missing) == 5
    assert not found
    assert await topics.apply(brokers, settings, create=True) == ([], [])


async def test_check_changes_nothing() -> None:
    brokers = Brokers()
    missing, _ = await topics.apply(brokers, Settings(), create=False)
    assert len(missing) == 5
    assert not brokers.states


def test_each_output_takes_the_largest_raw_record_with_its_verdict() -> None:
    settings = Settings()
    for name in (settings.topic_enriched, settings.topic_corrections, settings.topic_dead):
        assert int(demand_of(name, settings).spec.config["max.message.bytes"]) > limits.RAW_BYTES_MAX


@pytest.mark.parametrize(("copies", "in_sync"), [(1, None), (2, None), (3, "2")])
def test_two_copies_must_agree_where_three_are_kept(copies: int, in_sync: str | None) -> None:
    for demand in topics.wanted(Settings(topic_replication_factor=copies)):
        assert demand.spec.config.get("min.insync.replicas") == in_sync
        assert demand.spec.replication_factor == copies


FINGERPRINTS, CORRECTIONS, ENRICHED, DEAD = (
    "articles.fingerprints",
    "articles.corrections",
    "articles.enriched",
    "articles.dead",
)


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        (FINGERPRINTS, {"partitions": 3}, "must have 1"),
        (FINGERPRINTS, {"message.timestamp.type": "CreateTime"}, "must be LogAppendTime"),
        (FINGERPRINTS, {"cleanup.policy": "compact"}, "must be delete"),
        (FINGERPRINTS, {"retention.ms": str(limits.WINDOW_MS - 1)}, "forgets older articles"),
        (FINGERPRINTS, {"retention.ms": str(limits.WINDOW_MS)}, None),
        (FINGERPRINTS, {"retention.ms": "-1"}, None),
        (FINGERPRINTS, {"retention.bytes": "1000000"}, "unlimited"),
        (FINGERPRINTS, {"max.message.bytes": "1048588"}, "at least"),
        (CORRECTIONS, {"cleanup.policy": "delete"}, "must be compact"),
        (DEAD, {"cleanup.policy": "compact"}, "refuses records without a key"),
        (CORRECTIONS, {"partitions": 1}, None),
        (ENRICHED, {"max.message.bytes": "1048588"}, "dead-lettered for their size"),
        (DEAD, {"max.message.bytes": "1048588"}, "dead-lettered for their size"),
        ("articles.raw", {"max.message.bytes": "1048588"}, None),  # the producers' business
        ("articles.raw", {"partitions": 48}, None),
    ],
)
def test_what_would_lose_or_forget_is_a_fault(
    name: str, changed: dict[str, str | int], said: str | None
) -> None:
    demand = demand_of(name, Settings())
    state = made(demand.spec)
    if isinstance(partitions := changed.get("partitions"), int):
        state = replace(state, partitions=partitions)
    config = {key: str(value) for key, value in changed.items() if key != "partitions"}
    found = topics.findings(demand, replace(state, config={**state.config, **config}), limits.WINDOW_MS)
    assert [finding.fault for finding in found] == ([True] if said else [])
    assert said is None or said in found[0].text


def test_fewer_copies_and_a_hidden_configuration_are_notes() -> None:
    demand = demand_of(FINGERPRINTS, Settings())
    found = topics.findings(
        demand, replace(made(demand.spec), replication_factor=1, config={}), limits.WINDOW_MS
    )
    assert [finding.fault for finding in found] == [False, False]
    assert "DESCRIBE_CONFIGS" in found[1].text


@pytest.mark.parametrize(
    ("missing", "fault", "created", "code"),
    [(0, False, True, 0), (1, False, True, 0), (1, False, False, 1), (0, True, True, 1)],
)
def test_the_exit_code_says_whether_there_is_a_fault(
    missing: int, fault: bool, created: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = demand_of(FINGERPRINTS, Settings()).spec
    found = [Finding("t", True, "is wrong")] if fault else []
    assert topics.report([spec] * missing, found, created=created) == code
    assert ("FAULT" in capsys.readouterr().out) == (code == 1)
