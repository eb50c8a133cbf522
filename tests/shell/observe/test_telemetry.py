"""Laws of the telemetry: an event moves its own series and no others, labels come from enums, no log line holds
article text."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from wirecopy.core.model import (
    Basis,
    EngineStats,
    RawPosition,
    RefusalReason,
    RejectReason,
    Verdict,
    VerdictKind,
)
from wirecopy.shell.observe import events, logs
from wirecopy.shell.observe.events import Part, Stage, StateRefusal
from wirecopy.shell.observe.telemetry import PrometheusSink
from wirecopy.shell.ports import PipelineHealth, TopicPartition

AT = RawPosition("articles.raw", 2, 77)
PARTITION = TopicPartition("articles.raw", 2)


class Observed(events.Telemetry):
    """Telemetry on a registry, and that registry."""

    def __init__(self) -> None:
        self.metrics = PrometheusSink(version="1.2.3", engine_version=1)
        super().__init__(self.metrics, lambda: 1_700_000_000.0)


def samples(telemetry: Observed) -> dict[str, float]:
    body, _ = telemetry.metrics.exposition()
    lines = [line.rpartition(" ") for line in body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines if name.startswith("wirecopy_")}


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    """What is logged, as it would be written."""
    stream = io.StringIO()
    before, level = list(logging.getLogger().handlers), logging.getLogger().level
    logs.configure("DEBUG", "json", secrets=["hunter2"], stream=stream)

    class Lines(list[dict[str, object]]):
        def __iter__(self) -> Iterator[dict[str, object]]:
            return iter([json.loads(line) for line in stream.getvalue().splitlines()])

    yield Lines()
    logging.getLogger().handlers[:] = before
    logging.getLogger().setLevel(level)


def told(kind: VerdictKind, rewritten_of: str) -> Verdict:
    return Verdict(kind, None, "s", None, 0, 0, 0, (), (), None, (), rewritten_of=rewritten_of)


OCCURRENCES = [
    ("judged", (VerdictKind.UPDATE, 50.0), {'wirecopy_records_total{verdict="update"}': 1,
                                            "wirecopy_latency_seconds_count": 1}),
    ("dated", ((Basis.FIRST_SEEN, Basis.DATES_APART, Basis.DATE_NO_ZONE),),
     {'wirecopy_dates_distrusted_total{reason="no_zone"}': 1, 'wirecopy_dates_distrusted_total{reason="apart"}': 1,
      'wirecopy_dates_distrusted_total{reason="unread"}': 0}),
    ("rewritten", (told(VerdictKind.ORIGINAL, "a"),),
     {'wirecopy_rewritten_total{verdict="original"}': 1, 'wirecopy_rewritten_total{verdict="republication"}': 0}),
    ("rewritten", (told(VerdictKind.REPUBLICATION, ""),), {'wirecopy_rewritten_total{verdict="republication"}': 0}),
    ("dead_lettered", (RejectReason.NOT_JSON, AT, "line 1"),
     {'wirecopy_dead_letters_total{reason="not_json"}': 1}),
    ("internal_fault", (AT, KeyError("x")), {"wirecopy_internal_faults_total": 1}),
    ("transaction_committed", (7,),
     {"wirecopy_transactions_committed_total": 1, "wirecopy_transaction_records_total": 7,
      "wirecopy_last_commit_timestamp_seconds": 1_700_000_000.0}),
    ("transaction_aborted", (PARTITION,), {"wirecopy_transactions_aborted_total": 1}),
    ("fenced", (PARTITION,), {"wirecopy_fenced_total": 1}),
    ("rebuilt", (Part.LOG, OSError("x")), {'wirecopy_rebuilds_total{part="log"}': 1}),
    ("rebalanced", (4,), {"wirecopy_rebalances_total": 1, "wirecopy_partitions_assigned": 4}),
    ("offset_lost", (PARTITION,), {"wirecopy_offsets_lost_total": 1}),
    ("partition_opened", (PARTITION, 5), {"wirecopy_partitions_open": 1}),
    ("log_followed", (90, 100, 5000), {"wirecopy_log_next_offset": 90, "wirecopy_log_end_offset": 100,
                                       "wirecopy_log_lag_records": 10, "wirecopy_log_time_seconds": 5}),
    ("log_refused", (RefusalReason.NOT_A_RECORD, 5, "bytes"),
     {'wirecopy_log_refused_total{reason="not_a_record"}': 1}),
    ("stage_time", (Stage.REPLAY, 0.5, 9),
     {'wirecopy_stage_records_total{stage="replay"}': 9,
                                           'wirecopy_stage_seconds_sum{stage="replay"}': 0.5}),
    ("caught_up", (9, 2.0),
     {"wirecopy_caught_up": 1, "wirecopy_catch_up_seconds": 2, "wirecopy_catch_up_records": 9}),
    ("state_refused", (StateRefusal.CORRUPT, "snapshot-1", "the checksum of live-1.bin differs"),
     {'wirecopy_state_refused_total{reason="corrupt"}': 1}),
    ("state_restored", (9, 12, 3.0, 2.0),
     {"wirecopy_restore_articles": 9, "wirecopy_restore_seconds": 3, "wirecopy_restore_cpu_seconds": 2}),
    ("snapshot_taken", (12, 3.0, 0.25, 900, 100),
     {"wirecopy_snapshots_taken_total": 1, "wirecopy_snapshot_timestamp_seconds": 1_700_000_000.0,
      "wirecopy_snapshot_log_offset": 12, "wirecopy_snapshot_seconds": 3, "wirecopy_snapshot_pause_seconds": 0.25,
      "wirecopy_snapshot_bytes": 900, "wirecopy_snapshot_written_bytes": 100}),
    ("snapshot_failed", (OSError("no space"),), {"wirecopy_snapshots_failed_total": 1}),
    ("sampled", (EngineStats(1, 2, 3, 4, 5, 6, 7), PipelineHealth(True, 2, 2, ())),
     {"wirecopy_index_articles": 1, "wirecopy_index_postings": 2, "wirecopy_index_bytes": 3,
      "wirecopy_index_template_shingles": 4, "wirecopy_ready": 1}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "arguments", "expected"), OCCURRENCES, ids=[row[0] for row in OCCURRENCES]
)
def test_an_occurrence_moves_its_own_series_and_no_others(
    method: str, arguments: tuple[object, ...], expected: dict[str, float]
) -> None:
    telemetry = Observed()
    before = samples(telemetry)
    getattr(telemetry, method)(*arguments)
    after = samples(telemetry)
    moved = {name for name in after if after[name] != before.get(name)}
    assert {name: after[name] for name in expected} == expected
    plain = {name.partition("{")[0] for name in expected}
    stray = {n for n in moved if not any(n.partition("{")[0].startswith(p.rsplit("_", 1)[0]) for p in plain)}
    assert not stray


@pytest.mark.parametrize("metric", events.METRICS, ids=[metric.name for metric in events.METRICS])
def test_a_row_of_the_table_is_all_that_a_metric_needs(metric: events.Metric) -> None:
    telemetry = Observed()
    labels = metric.values[:1] or tuple("x" for _ in metric.labels)
    name = metric.name + ("_sum" if metric.kind is events.Kind.HISTOGRAM else "")
    label = ",".join(f'{key}="{value}"' for key, value in sorted(zip(metric.labels, labels, strict=True)))
    series = f"{name}{{{label}}}" if label else name
    before = samples(telemetry).get(series, 0.0)
    telemetry.record(metric, 3, *labels)
    adds = metric.kind is not events.Kind.GAUGE
    assert samples(telemetry)[series] == (before + 3 if adds else 3)


def test_lag_is_forgotten_with_its_partition() -> None:
    telemetry = Observed()
    telemetry.partition_opened(PARTITION, 0)
    telemetry.partition_sampled(PARTITION, 12, paused=True)
    series = 'wirecopy_partition_lag_records{partition="2",topic="articles.raw"}'
    assert samples(telemetry)[series] == 12
    telemetry.partition_closed(PARTITION)
    telemetry.partition_sampled(PARTITION, 13, paused=False)  # a late sample
    assert series not in samples(telemetry)
    telemetry.partition_closed(PARTITION)  # twice is no fault


def test_a_latency_below_zero_counts_as_none() -> None:
    telemetry = Observed()
    telemetry.judged(VerdictKind.ORIGINAL, -5_000.0)  # the producer's clock runs ahead
    assert samples(telemetry)["wirecopy_latency_seconds_sum"] == 0


def test_every_metric_keeps_the_conventions() -> None:
    for metric in events.METRICS:
        assert metric.name.startswith("wirecopy_")
        assert metric.name.endswith("_total") == (metric.kind is events.Kind.COUNTER)
        assert not metric.name.endswith(("_ms", "_milliseconds", "_kb"))
        assert metric.meaning.endswith(".")
        if metric.labels and not metric.values:
            assert metric.labels in {("topic", "partition"), ("version", "engine_version", "python")}


def test_enum_labels_exist_from_the_start() -> None:
    found = samples(Observed())
    for kind in VerdictKind:
        assert found[f'wirecopy_records_total{{verdict="{kind}"}}'] == 0
    for reason in RejectReason:
        assert found[f'wirecopy_dead_letters_total{{reason="{reason}"}}'] == 0
    assert {name.partition("{")[0] for name in found} <= events.series_names()


def test_exposition_speaks_openmetrics_when_asked() -> None:
    body, content_type = Observed().metrics.exposition("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert body.rstrip().endswith(b"# EOF")


# ---- log lines
def test_a_dead_letter_is_one_line_with_its_position(lines: list[dict[str, object]]) -> None:
    Observed().dead_lettered(RejectReason.NOT_UTF8, AT, "byte 3 is no UTF-8")
    (line,) = lines
    assert line["event"] == "dead_lettered"
    assert (line["reason"], line["topic"], line["partition"], line["offset"]) == (
        "not_utf8",
        "articles.raw",
        2,
        77,
    )


def test_a_fault_of_ours_is_told_by_type_and_place_never_by_its_message(
    lines: list[dict[str, object]],
) -> None:
    try:
        raise KeyError("the president said on Monday")
    except KeyError as error:
        Observed().internal_fault(AT, error)
    logging.getLogger("anything").warning("boom", exc_info=KeyError("the president said on Monday"))
    assert "president" not in json.dumps(list(lines))
    fault, foreign = lines
    assert fault["error"] == foreign["error"] == "KeyError"
    assert "test_telemetry.py" in str(fault["where"])


def test_repeats_are_held_back_and_counted() -> None:
    now = [100.0]
    limited = logs.RepeatFilter(lambda: now[0])

    def passes(name: str) -> tuple[bool, int]:
        record = logging.LogRecord("wirecopy.x", logging.WARNING, "", 0, name, (), None)
        return limited.filter(record), getattr(record, "held_back", 0)

    assert [passes("refused")[0] for _ in range(8)] == [True] * 5 + [False] * 3
    assert passes("other") == (True, 0)
    now[0] += logs.REPEAT_WINDOW_SECONDS
    assert passes("refused") == (True, 3)
    assert passes("refused") == (True, 0)


def test_the_filter_forgets_old_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "NAMES_MAX", 10)
    limited = logs.RepeatFilter(lambda: 0.0)
    for number in range(100):
        limited.filter(logging.LogRecord("x", logging.INFO, "", 0, f"name {number}", (), None))
    assert len(limited._counts) == 10


def test_secrets_are_masked_and_long_values_cut(lines: list[dict[str, object]]) -> None:
    logs.log_event(
        logs.logger("x"), logging.INFO, "noted", detail="password=hunter2", long="a" * 10_000, number=3
    )
    logging.getLogger("aiokafka").error("login with %s failed", "hunter2")
    ours, foreign = lines
    assert ours["detail"] == "password=********"
    assert len(str(ours["long"])) == logs.VALUE_CHARS_MAX + 1
    assert ours["number"] == 3
    assert foreign["event"] == "login with ******** failed"


def test_a_line_stays_one_line_whatever_it_holds(lines: list[dict[str, object]]) -> None:
    logs.log_event(logs.logger("x"), logging.INFO, "noted", detail="a\nb\x1b[31m\u2028c")
    assert [line["detail"] for line in lines] == ["a\nb\x1b[31m\u2028c"]
    record = logging.LogRecord("wirecopy.x", logging.INFO, "", 0, "noted", (), None)
    setattr(record, logs.FIELDS, {"detail": "a\nb\x1b[31m"})
    text = logs.TextFormatter([]).format(record)
    assert "\n" not in text
    assert "\x1b" not in text
