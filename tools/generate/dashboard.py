"""Write deploy/grafana/dashboards/wirecopy.json, the on-call view, from a readable list of panels.

It answers three questions in the order of urgency: is it keeping up, is it healthy, what does it find? Grafana's JSON is
hundreds of lines around a dozen queries and cannot be reviewed by hand. A test fails when the file is not current or
a query uses a series that the service does not export.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATH = ROOT / "deploy/grafana/dashboards/wirecopy.json"
SOURCE = {"type": "prometheus", "uid": "prometheus"}
COLUMNS = 24
HEIGHT = 7


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    unit: str  # Grafana's names: "short", "s", "ops", "bytes", "percentunit"
    queries: tuple[tuple[str, str], ...]  # PromQL, legend
    meaning: str
    kind: str = "timeseries"
    width: int = 8
    bad_above: float | None = None
    bad_below: float | None = None


def filled(query: str) -> str:
    """A query as Grafana takes it: `{J}` chooses the job of the drop-down, `[R]` the interval that fits the
    zoom."""
    return query.replace("{J", '{job="$job"').replace("[R]", "[$__rate_interval]")


def quantiles(name: str, by: str = "") -> tuple[tuple[str, str], ...]:
    group, legend = (f"le, {by}", f" {{{{{by}}}}}") if by else ("le", "")
    rates = f"sum by ({group}) (rate({name}_bucket{{J}}[R]))"
    return tuple((f"histogram_quantile({q}, {rates})", f"p{q * 100:g}{legend}") for q in (0.5, 0.99))


def rate(name: str, by: str) -> str:
    return f"sum by ({by}) (rate({name}{{J}}[R]))"


DEAD = "sum(rate(wirecopy_dead_letters_total{J}[10m]))"
JUDGED = "sum(rate(wirecopy_records_total{J}[10m]))"
COPIES = 'sum(rate(wirecopy_records_total{J, verdict="republication"}[1h]))'
ALL = "sum(rate(wirecopy_records_total{J}[1h]))"
STAGES = "histogram_quantile(0.99, sum by (le, stage) (rate(wirecopy_stage_seconds_bucket{J}[R])))"

ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Is it keeping up?",
        (
            Panel(
                "Ready replicas",
                "short",
                (("sum(wirecopy_ready{J})", "ready"),),
                "Replicas that have caught up and have every assigned partition open.",
                "stat",
                4,
                bad_below=1,
            ),
            Panel(
                "Waiting",
                "short",
                (("sum(wirecopy_partition_lag_records{J})", "records"),),
                "Raw records not yet judged, in all partitions.",
                "stat",
                4,
                bad_above=10_000,
            ),
            Panel(
                "Articles",
                "ops",
                (("sum(rate(wirecopy_records_total{J}[R]))", "judged"),),
                "Articles published with a verdict, per second.",
                "stat",
                4,
            ),
            Panel(
                "Since the last commit",
                "s",
                (("time() - max(wirecopy_last_commit_timestamp_seconds{J})", "age"),),
                "Grows while nothing arrives. It must not grow while records wait.",
                "stat",
                4,
            ),
            Panel(
                "Dead letters",
                "percentunit",
                ((f"{DEAD} / ({DEAD} + {JUDGED})", "share"),),
                "Share of the raw records that cannot be judged.",
                "stat",
                4,
                bad_above=0.05,
            ),
            Panel(
                "Log lag",
                "short",
                (("max(wirecopy_log_lag_records{J})", "records"),),
                "Records of the fingerprint log that the slowest replica has not replayed.",
                "stat",
                4,
                bad_above=5_000,
            ),
            Panel(
                "Latency",
                "s",
                quantiles("wirecopy_latency_seconds"),
                "From the raw record's timestamp to the commit of its verdict.",
            ),
            Panel(
                "Waiting, by partition",
                "short",
                (
                    (
                        "sum by (topic, partition) (wirecopy_partition_lag_records{J})",
                        "{{topic}}-{{partition}}",
                    ),
                ),
                "A single lagging partition means a hot key or a stuck owner.",
            ),
            Panel(
                "Log lag, by replica",
                "short",
                (("wirecopy_log_lag_records{J}", "{{instance}}"),),
                "A replica that lags publishes its verdicts late.",
            ),
        ),
    ),
    (
        "Is it healthy?",
        (
            Panel(
                "Partitions",
                "short",
                (
                    ("sum(wirecopy_partitions_assigned{J})", "assigned"),
                    ("sum(wirecopy_partitions_open{J})", "open"),
                    ("sum(wirecopy_partition_paused{J})", "paused"),
                ),
                "Fewer open than assigned for minutes: a partition cannot be opened.",
            ),
            Panel(
                "Transactions",
                "ops",
                (
                    (rate("wirecopy_transactions_committed_total", "job"), "committed"),
                    (rate("wirecopy_transactions_aborted_total", "job"), "aborted"),
                ),
                "An abort is retried. Many aborts mean a problem of the brokers.",
            ),
            Panel(
                "Failures",
                "ops",
                (
                    (rate("wirecopy_rebuilds_total", "part"), "rebuilt {{part}}"),
                    (rate("wirecopy_fenced_total", "job"), "fenced"),
                    (rate("wirecopy_rebalances_total", "job"), "rebalanced"),
                    (rate("wirecopy_internal_faults_total", "job"), "internal faults"),
                    (rate("wirecopy_offsets_lost_total", "job"), "offsets lost"),
                    (rate("wirecopy_log_refused_total", "reason"), "log refused {{reason}}"),
                ),
                "Normally all are 0.",
            ),
            Panel(
                "Dead letters, by reason",
                "ops",
                ((rate("wirecopy_dead_letters_total", "reason"), "{{reason}}"),),
                "A jump of one reason means that a producer changed its format.",
            ),
            Panel(
                "Event loop",
                "s",
                quantiles("wirecopy_loop_lag_seconds", "instance"),
                "How late the loop wakes. Above 0.5 s the group may remove the replica.",
            ),
            Panel(
                "Memory",
                "bytes",
                (
                    ("process_resident_memory_bytes{J}", "{{instance}}"),
                    ("wirecopy_index_bytes{J}", "index {{instance}}"),
                ),
                "The index grows until the window is full.",
            ),
            Panel(
                "In flight",
                "bytes",
                (("wirecopy_in_flight_bytes{J}", "{{instance}}"),),
                "Bytes read and not yet committed; reading pauses at the limit.",
            ),
            Panel("Stages, p99 of a batch", "s", ((STAGES, "{{stage}}"),), "Time of a batch in each stage."),
            Panel(
                "Processor",
                "percentunit",
                (("rate(process_cpu_seconds_total{J}[R])", "{{instance}}"),),
                "1 is one core.",
            ),
        ),
    ),
    (
        "What does it find?",
        (
            Panel(
                "Verdicts",
                "ops",
                ((rate("wirecopy_records_total", "verdict"), "{{verdict}}"),),
                "Articles by verdict, per second.",
            ),
            Panel(
                "Share of republications",
                "percentunit",
                ((f"{COPIES} / {ALL}", "republications"),),
                "Over one hour. A jump means a new source or a fault.",
            ),
            Panel(
                "Corrections and redeliveries",
                "ops",
                (
                    (rate("wirecopy_corrections_total", "job"), "corrections"),
                    (rate("wirecopy_redelivered_total", "job"), "redelivered"),
                ),
                "Corrections: an original arrived after its copy. Redeliveries follow a rebalance or a restart.",
            ),
            Panel(
                "Rewritten copies",
                "ops",
                ((rate("wirecopy_rewritten_total", "verdict"), "{{verdict}}"),),
                "Found by rare words, names and numbers. Original: reported only.",
            ),
            Panel(
                "Articles in the index",
                "short",
                (("max(wirecopy_index_articles{J})", "articles"),),
                "Equal on all replicas that have caught up.",
            ),
            Panel(
                "Postings",
                "short",
                (("max(wirecopy_index_postings{J})", "postings"),),
                "Entries of the index: this shingle is in this story.",
            ),
            Panel(
                "Template shingles",
                "short",
                (("max(wirecopy_index_template_shingles{J})", "shingles"),),
                "Text known to be site boilerplate.",
            ),
            Panel(
                "Sources suddenly flagged",
                "short",
                (("wirecopy_sources_flagged{J}", "{{instance}}"),),
                "Nearly none of their articles is an original any more. The log line source_flagged and /publishers name them.",
            ),
        ),
    ),
)


def thresholds(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.bad_above is not None:
        steps.append({"color": "red", "value": panel.bad_above})
    if panel.bad_below is not None:
        steps = [{"color": "red", "value": None}, {"color": "green", "value": panel.bad_below}]
    return {"mode": "absolute", "steps": steps}


def panel_json(panel: Panel, number: int, x: int, y: int) -> dict[str, Any]:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.meaning,
        "datasource": SOURCE,
        "gridPos": {"h": 4 if panel.kind == "stat" else HEIGHT, "w": panel.width, "x": x, "y": y},
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": thresholds(panel)},
            "overrides": [],
        },
        "targets": [
            {
                "refId": chr(ord("A") + place),
                "expr": filled(query),
                "legendFormat": legend,
                "datasource": SOURCE,
            }
            for place, (query, legend) in enumerate(panel.queries)
        ],
    }


def dashboard() -> dict[str, Any]:
    panels: list[dict[str, Any]] = []
    y = 0
    for title, row in ROWS:
        panels.append(
            {"id": len(panels) + 1, "type": "row", "title": title, "collapsed": False, "panels": [],
             "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": y}}
        )  # fmt: skip
        x, y, tall = 0, y + 1, 0
        for panel in row:
            if x + panel.width > COLUMNS:
                x, y, tall = 0, y + tall, 0
            made = panel_json(panel, len(panels) + 1, x, y)
            panels.append(made)
            x, tall = x + panel.width, max(tall, made["gridPos"]["h"])
        y += tall
    job = {
        "name": "job", "type": "query", "label": "Job", "datasource": SOURCE, "refresh": 1,
        "query": {"query": "label_values(wirecopy_build_info, job)", "refId": "job"},
        "current": {"text": "wirecopy", "value": "wirecopy"},
    }  # fmt: skip
    return {
        "uid": "wirecopy", "title": "Wirecopy", "tags": ["wirecopy", "kafka"],
        "schemaVersion": 39, "version": 1,
        "editable": True, "refresh": "10s", "time": {"from": "now-30m", "to": "now"}, "timezone": "browser",
        "templating": {"list": [job]}, "panels": panels,
    }  # fmt: skip


def text() -> str:
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    PATH.write_text(text(), "utf-8")


if __name__ == "__main__":
    main()
