"""`docs/evaluation.md` and its plots, written from the figures of one run of `make eval`.

The words around the figures are in prose.py. Plots are SVG without dates, so that a run with the same figures gives the
same files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.curves import Point
from tools.evaluation import prose
from tools.evaluation.errors import FLAGGED, Run, json_lines
from tools.evaluation.scores import READ_SETS
from tools.evaluation.tracing import INDEPENDENT_SHOWN, Traced, at_false_rate

Json = dict[str, Any]
OURS: Final = "Wirecopy"
PLOTS_FOLDER: Final = "images"
INDEPENDENT_PLOTTED: Final = 20
COLOURS: Final = (
    "#1b7837",
    "#762a83",
    "#b35806",
)  # told apart without colour vision


@dataclass(frozen=True, slots=True)
class ThresholdPoint:
    """Precision and recall of who acts on a republication only from this share on."""

    share_min: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that the page shows. Scores: as the sets' own scripts give them, by detector, then set."""

    scores: Mapping[str, Mapping[str, Json]]
    microseconds: Mapping[str, float]  # an article of the stream set, by detector
    thresholds: Sequence[ThresholdPoint]
    lengths: Sequence[Point]
    rewriting: Sequence[Point]
    traced: Mapping[str, Sequence[Traced]] = field(default_factory=dict)  # by detector, a point a threshold


def threshold_curve(truth: Path, run: Run) -> list[ThresholdPoint]:
    """What a share demanded of republications costs and gains; other verdicts have no threshold to pass."""
    got = {record["id"]: record["republication"] for record in json_lines(run.enriched)}
    judged = [(true["verdict"], _strength(got.get(true["id"]))) for true in json_lines(truth)]
    republished = sum("original" not in wanted for wanted, _ in judged)
    points = []
    for step in range(20):
        share_min = step / 20
        acted = [wanted for wanted, strength in judged if strength is not None and strength >= share_min]
        hits = sum("original" not in wanted for wanted in acted)
        false = sum(wanted == ["original"] for wanted in acted)
        points.append(ThresholdPoint(share_min, hits / max(1, hits + false), hits / max(1, republished)))
    return points


def _strength(record: Json | None) -> float | None:
    """The share that a threshold is held against; None where nothing was flagged."""
    if record is None or record["verdict"] not in FLAGGED:
        return None
    measured = record["verdict"] == "republication" and record["sources"]
    return float(record["share"]) if measured else 1.0


# ---- the page


def write_report(results: Results, goals: Mapping[str, str], folder: Path) -> None:
    """`evaluation.md` and its plots under `folder`."""
    images = folder / PLOTS_FOLDER
    images.mkdir(parents=True, exist_ok=True)
    _plots(results, images)
    (folder / "evaluation.md").write_text("\n".join(_lines(results, goals)) + "\n", encoding="utf-8")


def _lines(results: Results, goals: Mapping[str, str]) -> list[str]:
    ours = results.scores[OURS]
    lines = [prose.INTRODUCTION, *_read_sets(ours), *_traced(results), prose.REAL_STREAMS]
    if "wirebench" in ours:
        lines += [*_beside_peers(results), *_by_case(ours["wirebench"], goals)]
    lines += _pairs(results, goals)
    if results.thresholds:
        lines += _thresholds()
    if results.lengths:
        lines += _curves(results)
    return [*lines, prose.ERRORS]


def _read_sets(scores: Mapping[str, Json]) -> list[str]:
    """The sets that were labelled by reading: the rows of `prose.READ_ROWS`."""
    present = [name for name in READ_SETS if name in scores]
    if not present:
        return []
    found = {label: figures for name in present for label, figures in scores[name].items()}
    lines = [prose.READ_SETS, *_head("what", "how many", "rate")]
    for label, words in prose.READ_ROWS.items():
        if label in found:
            count, of, rate = found[label]
            lines.append(_row(words, f"{count} of {of}", _three(rate)))
    return [*lines, ""]


def _traced(results: Results) -> list[str]:
    """Copies that were rewritten, at each false rate, by detector and by language."""
    if not results.traced:
        return []
    first = next(iter(results.traced.values()))[0]
    light, heavy, independent = first.light[1], first.heavy[1], first.independent[1]
    lines = [
        prose.TRACED.format(light=light, heavy=heavy, independent=independent),
        f"![Copies found against independent reports]({PLOTS_FOLDER}/evaluation-rewritten.svg)",
        "",
        *_head("light + heavy found, at independent reports ≤", *map(str, INDEPENDENT_SHOWN)),
    ]
    for detector, points in results.traced.items():
        cells = []
        for most in INDEPENDENT_SHOWN:
            point = at_false_rate(points, most)
            cells.append("none" if point is None else f"{point.light[0]} + {point.heavy[0]}")
        bold = "**" if detector == OURS else ""
        lines.append(_row(f"{bold}{detector}{bold}", *cells))
    return [*lines, "", *_by_language(results.scores[OURS].get("rewrites", {}))]


def _by_language(scores: Json) -> list[str]:
    """What the verdicts find of both strengths, by language."""
    found: dict[str, list[int]] = {}
    for label, (count, of, _) in scores.items():
        words = label.split()
        if len(words) == 3 and words[0] == "found" and words[1] in ("light", "heavy"):
            total = found.setdefault(words[2], [0, 0])
            total[0] += count
            total[1] += of
    if not found:
        return []
    most = sorted(found.items(), key=lambda one: (-one[1][1], one[0]))
    told = ", ".join(f"{language} {count}/{of}" for language, (count, of) in most)
    return [f"By language: {told}.", ""]


def _beside_peers(results: Results) -> list[str]:
    lines = [
        prose.BESIDE_PEERS,
        *_head(
            "detector", "precision", "recall", "F1", "false flags", "original named", "CPU µs per article"
        ),
    ]
    for name, scores in results.scores.items():
        if "wirebench" in scores:
            summary, whole = scores["wirebench"]["summary"], scores["wirebench"]["ALL"]
            bold = "**" if name == OURS else ""
            cells = [
                _three(summary["precision"]),
                _three(summary["recall"]),
                _three(summary["f1"]),
                _percent(summary["false_flag_rate"]),
                _percent(whole["original"]),
                f"{results.microseconds[name]:,.0f}",
            ]
            lines.append(_row(f"{bold}{name}{bold}", *cells))
    return [*lines, ""]


def _by_case(scores: Json, goals: Mapping[str, str]) -> list[str]:
    columns = ("flagged", "verdict", "original", "sources", "extent", "share_error", "passages", "credit")
    summary = scores["summary"] | scores["ALL"]
    lines = [prose.WIREBENCH, "", *_head("measure", "meaning", "figure", "goal")]
    for name, meaning in prose.MEASURES.items():
        value = summary.get(name)
        lines.append(_row(name, meaning, _four(value), _goal(goals[name])))
    lines += [
        "",
        *_head("case", "what", "n", *(column.replace("_", " ") for column in columns)),
    ]
    for case, meaning in prose.CASES.items():
        if case in scores:
            cells = [_three(scores[case][column]) for column in columns]
            lines.append(_row(case, meaning, f"{scores[case]['n']:,}", *cells))
    return [*lines, ""]


def _pairs(results: Results, goals: Mapping[str, str]) -> list[str]:
    names = [name for name in ("press", "pages", "extractions") if name in results.scores[OURS]]
    if not names:
        return []
    lines = [
        prose.PAIRS,
        *_head("detector", *(f"{name}: {what}" for name in names for what in ("found", "false links"))),
    ]
    for detector, scores in results.scores.items():
        if not any(name in scores for name in names):
            continue
        cells = []
        for name in names:
            score = scores.get(name)
            if score is None:
                cells += ["not run", "not run"]
                continue
            cells += [_of(score["found"], score["of"]), _of(score["false_links"], score["of_unrelated"])]
        bold = "**" if detector == OURS else ""
        lines.append(_row(f"{bold}{detector}{bold}", *cells))
    told = "; ".join(f"{name}: {_goal(goals[name])}" for name in names)
    return [*lines, "", f"Goals: {told}.", ""]


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}" if whole else "–"


def _thresholds() -> list[str]:
    plot = f"![Precision and recall against the least share]({PLOTS_FOLDER}/evaluation-threshold.svg)"
    return [prose.ACTING_ON_A_SHARE, plot, ""]


def _curves(results: Results) -> list[str]:
    return [
        prose.PASSAGE_LENGTH.replace("TRIALS", str(results.lengths[0].trials)),
        f"![Recall against the length of the shared passage]({PLOTS_FOLDER}/evaluation-length.svg)",
        "",
        *_head("words shared", "found", "flagged at all"),
        *(_point(f"{point.x:.0f}", point) for point in results.lengths),
        "",
        prose.REWRITING,
        f"![Recall against the strength of rewriting]({PLOTS_FOLDER}/evaluation-rewriting.svg)",
        "",
    ]


def _point(x: str, point: Point) -> str:
    return _row(x, _three(point.recall), _three(point.flagged / point.trials))


def _head(*names: str) -> list[str]:
    return [_row(*names), "|---" * len(names) + "|"]


def _row(*cells: str) -> str:
    """A line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _four(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}".rstrip("0").rstrip(".") + " %"


def _goal(goal: str) -> str:
    return goal.replace(">=", "≥").replace("<=", "≤")


# ---- the plots


def _plots(results: Results, images: Path) -> None:
    if results.thresholds:
        x = [point.share_min for point in results.thresholds]
        precision = ("precision", x, [point.precision for point in results.thresholds])
        recall = ("recall", x, [point.recall for point in results.thresholds])
        _plot(images / "evaluation-threshold.svg", "least share acted on", [precision, recall], bottom=0.0)
    if results.lengths:
        lengths = [point.x for point in results.lengths]
        series = ("found", lengths, [point.recall for point in results.lengths])
        _plot(images / "evaluation-length.svg", "words of the shared passage", [series], bottom=0.0)
    if results.traced:
        _plot_traced(images / "evaluation-rewritten.svg", results.traced)
    if results.rewriting:
        strengths = [point.x for point in results.rewriting]
        series = ("found", strengths, [point.recall for point in results.rewriting])
        _plot(images / "evaluation-rewriting.svg", "part of the words touched", [series], bottom=0.0)


def _plot_traced(path: Path, traced: Mapping[str, Sequence[Traced]]) -> None:
    """Recall against independent reports taken for copies: a point for each threshold that few of them pass."""
    series = []
    for name, points in traced.items():
        shown = [point for point in points if point.independent[0] <= INDEPENDENT_PLOTTED]
        series.append((name, [point.independent[0] for point in shown], [point.recall for point in shown]))
    label = f"independent reports of {next(iter(traced.values()))[0].independent[1]} taken for copies"
    _plot(path, label, series, bottom=0.0)


Series = tuple[str, Sequence[float], Sequence[float]]


def _plot(path: Path, x_label: str, series: Sequence[Series], *, bottom: float) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "wirecopy"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 3.4))
    for (name, x, y), colour, marker in zip(series, COLOURS, "os^", strict=False):
        axes.plot(x, y, marker=marker, color=colour, label=name)
    axes.set_xlabel(x_label)
    axes.set_ylim(bottom, 1.03)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
