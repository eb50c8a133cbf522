"""`make bench` and `make bench-full`: every benchmark in one run, and docs/benchmarks.md with its plots written from it.

Each section prints as it goes, ours beside the peer's from the same run, and gives the rows that the page shows. No
figure is kept from an earlier run: what was not run says so on the page. The longer form has more repeats, two
replicas, and an index of ten million articles (`--articles` for more).

    python -m bench.report [--full] [--only texts,stages,growth,restart,throughput,latency] [--articles N]
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench import end_to_end, growth, outage, stages
from bench.compare import OURS, OURS_WITH_JSON, compare, texts
from tools.kafka import KafkaMissingError

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "benchmarks.md"
IMAGES: Final = ROOT / "docs" / "images"
GROWTH_ARTICLES: Final = (1_000_000, 10_000_000)  # short, full
OUR_COLOUR, THEIR_COLOUR = "#0b5fa5", "#9a9a9a"


@dataclass(frozen=True, slots=True)
class Section:
    """What one benchmark has to say on the page: Markdown, and the names of its plots."""

    title: str
    text: str
    plots: tuple[str, ...] = ()


@dataclass(slots=True)
class Options:
    full: bool
    growth_articles: int
    said: list[str] = field(default_factory=list)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    first, *others = (f"| {' | '.join(map(str, line))} |" for line in (head, *rows))
    return "\n".join([first, "|---" * len(head) + "|", *others])


def _texts(options: Options) -> Section:
    rows, labels, ratios = [], [], []
    for name, goals in (("wirebench", (4, 4, 30)), ("press", (4, 4, 30))):
        records = texts(name, 3000 if options.full else 1500)
        if not records:
            continue
        times = compare(name, records, 5 if options.full else 3)
        mine, with_json = times.pop(OURS), times.pop(OURS_WITH_JSON)
        rows.append([name, f"**{OURS}**", f"{mine * 1e6:,.0f}", ""])
        rows.append([name, OURS_WITH_JSON, f"{with_json * 1e6:,.0f}", ""])
        for (peer, seconds), goal in zip(times.items(), goals, strict=True):
            rows.append([name, peer, f"{seconds * 1e6:,.0f}", f"{seconds / mine:.1f}x (goal {goal}x)"])
            labels.append(f"{name}\n{peer}")
            ratios.append(seconds / mine)
    if not rows:
        return Section("Text to verdict", "Not run: the evaluation data does not lie beside the checkout.")
    head = ("set", "program", "CPU µs per article, median", "Wirecopy is faster by")
    text = (
        "One core. Wirecopy gives a full verdict with credits, templates and passages; the second row includes reading and "
        "writing JSON. The other libraries shingle (5 words), query and insert the same bodies and report only what is "
        "similar. Each is used in its fastest way (gaoya with its own shingles, datasketch in batches).\n\n"
    )
    return Section(
        "Text to verdict", text + _table(head, rows), (_bars("texts", labels, ratios, "times as fast"),)
    )


def _stages(options: Options) -> Section:
    count, repeats = (2000, 7) if options.full else (1000, 3)
    timings = list(stages.stages(stages.raw_records("wirebench", count), repeats))
    for timing in timings:
        print(f"{timing.stage:<34}{timing.median_us:>9.1f}{timing.least_us:>9.1f}", flush=True)
    rows = [(t.stage.replace("  ", "… "), f"{t.median_us:.0f}", f"{t.least_us:.0f}") for t in timings]
    whole = [timing for timing in timings if not timing.stage.startswith(" ")]
    rates = [1e6 / timing.median_us for timing in whole]
    text = f"{count:,} articles of WireBench, CPU time of one thread per article, {repeats} repeats.\n\n"
    plot = _bars(
        "stages", [timing.stage for timing in whole], rates, "articles per second, one core", log=True
    )
    return Section(
        "Throughput by stage", text + _table(("stage", "µs, median", "µs, fastest"), rows), (plot,)
    )


def _growth(options: Options) -> Section:
    gc.disable()
    decades = []
    for row in growth.measure(options.growth_articles, 0, 1):
        print(f"{row.articles:>12,} articles: {row.mean_us:.1f} µs, {row.bytes:.0f} bytes each", flush=True)
        decades.append(row)
    gc.enable()
    rows = [
        (f"{d.articles:,}", f"{d.mean_us:.1f}", f"{d.median_us:.1f}", f"{d.quiet_us:.1f}", f"{d.bytes:.0f}")
        for d in decades
    ]
    head = ("articles", "µs per article, mean", "median", "undisturbed", "bytes per article")
    base = next((d for d in decades if d.articles == 100_000), None)
    ratio = (
        f" The last row is {decades[-1].mean_us / base.mean_us:.2f} times the row of 100,000 (goal ≤ 2)."
        if base
        else ""
    )
    text = (
        "Look-up and insertion of an article's shingles in a growing index, 64 % copies, CPU time of one thread including "
        "the growth of the tables. Bytes are those of postings and rows, without the descriptions of articles (URL, names, "
        f"verdict).{ratio}\n\n"
    )
    return Section("Growth", text + _table(head, rows), (_growth_plot(decades),))


def _throughput(options: Options) -> Section:
    made = end_to_end.throughput(
        9000 if options.full else 6000, (1, 2) if options.full else (1,), 3 if options.full else 1
    )
    rows = [
        (
            r["replicas"],
            f"{r['ours']:,.0f}",
            f"{r['bare']:,.0f}",
            f"{r['ratio']:.2f} (goal 0.50 with one)",
            f"{r['cpu_seconds'] * 1e6:,.0f}",
        )
        for r in made
    ]
    head = (
        "replicas",
        "Wirecopy, articles/s",
        "bare aiokafka",
        "ratio",
        "Wirecopy's CPU µs per article, fastest",
    )
    text = (
        "A broker of one node on the same cores, exactly once. The bare program (`bench/bare.py`) uses the same protocol "
        "and batch sizes but does no work on the articles.\n\n"
    )
    labels = [f"{r['replicas']} replica(s)\n{who}" for r in made for who in ("wirecopy", "bare")]
    rates = [value for r in made for value in (r["ours"], r["bare"])]
    return Section(
        "End to end", text + _table(head, rows), (_bars("throughput", labels, rates, "articles a second"),)
    )


def _latency(options: Options) -> Section:
    rows, curves = [], []
    partitions = end_to_end.PARTITIONS
    short, full = ((500, partitions), (500, 1)), ((100, partitions), (250, partitions))
    for rate, count in (*full, *short) if options.full else short:
        found = end_to_end.latency(rate, 60 if options.full else 30, partitions=count)
        rows.append((f"{rate}/s", count, *(f"{found[name]:.0f}" for name in ("p50", "p90", "p99"))))
        curves.append((f"{rate}/s, {count} partition(s)", found["sorted_ms"]))
    text = (
        "Milliseconds from sending the raw record to reading the enriched one with `read_committed`. Goals at 500/s: p50 50, "
        f"p99 250. The first {end_to_end.WARM_UP_SECONDS} seconds on a fresh broker are left out.\n\n"
    )
    head = ("rate", "raw partitions", "p50", "p90", "p99")
    return Section("Latency", text + _table(head, rows), (_distribution(curves),))


def _outage(options: Options) -> Section:
    found = outage.catch_up(60 if options.full else 3, 100)
    text = (
        f"One replica with six raw partitions and no saved state had a backlog of {found.backlog:,} articles, from "
        f"{found.minutes:g} minutes at {found.rate}/s, while articles kept arriving at this rate. It caught up "
        f"**{found.seconds:.0f} s** after its start ({found.start_seconds:.0f} s of it until the first commit), at "
        f"{found.per_second:,.0f} articles/s."
    )
    return Section("After an outage", text)


def _restart(_: Options) -> Section:
    """By the benchmark's own program, whose output is the section."""
    command = [sys.executable, "-m", "bench.restart"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, flush=True)
    if done.returncode:
        return Section("Restart", f"Not run: {done.stderr.strip().splitlines()[-1:]}")
    return Section("Restart", f"```text\n{done.stdout.strip()}\n```")


SECTIONS: Final[dict[str, Callable[[Options], Section]]] = {
    "texts": _texts,
    "stages": _stages,
    "growth": _growth,
    "restart": _restart,
    "throughput": _throughput,
    "latency": _latency,
    "outage": _outage,
}


# ---- plots
def _figure(name: str, draw: Callable[[Any], None]) -> str:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "wirecopy"  # equal data, equal files
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3.2), layout="constrained")
    draw(axes)
    axes.spines[["top", "right"]].set_visible(False)
    IMAGES.mkdir(parents=True, exist_ok=True)
    file = f"bench-{name}.svg"
    figure.savefig(IMAGES / file, metadata={"Date": None})
    pyplot.close(figure)
    return file


def _bars(name: str, labels: Sequence[str], values: Sequence[float], unit: str, *, log: bool = False) -> str:
    def draw(axes: Any) -> None:
        colours = [THEIR_COLOUR if "bare" in label else OUR_COLOUR for label in labels]
        bars = axes.barh(range(len(labels)), values, color=colours)
        axes.bar_label(bars, fmt="{:,.1f}" if max(values) < 100 else "{:,.0f}", padding=3)
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        if log:
            axes.set_xscale("log")

    return _figure(name, draw)


def _growth_plot(decades: Sequence[growth.Decade]) -> str:
    def draw(axes: Any) -> None:
        numbers = [decade.articles for decade in decades]
        axes.plot(numbers, [d.mean_us for d in decades], "o-", color=OUR_COLOUR, label="µs an article")
        axes.set_xscale("log")
        axes.set_xlabel("articles in the index")
        axes.set_ylabel("µs an article")
        axes.set_ylim(bottom=0)
        other = axes.twinx()
        other.plot(numbers, [d.bytes for d in decades], "s--", color=THEIR_COLOUR)
        other.set_ylabel("bytes an article (dashed)")
        other.set_ylim(bottom=0)

    return _figure("growth", draw)


def _distribution(curves: Sequence[tuple[str, Sequence[float]]]) -> str:
    def draw(axes: Any) -> None:
        for label, values in curves:
            shares = [100 * (index + 1) / len(values) for index in range(len(values))]
            axes.plot(values, shares, label=label)
        axes.set_xscale("log")
        axes.set_xlabel("ms")
        axes.set_ylabel("% of articles within")
        axes.legend()

    return _figure("latency", draw)


# ---- the page
def _page(sections: Sequence[Section], options: Options, minutes: float) -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    how = "make bench-full" if options.full else "make bench"
    opening = (
        f"Written by `{how}` in {minutes:.0f} minutes on {os.cpu_count()} cores with Python {platform.python_version()}; load "
        f"{load} at the end. Ratios carry over to other machines better than times. What bounds the times: "
        "[performance.md](performance.md). Sizing: [scaling.md](scaling.md)."
    )
    parts = ["# Benchmarks", opening]
    for section in sections:
        plots = [f"![{section.title}](images/{plot})" for plot in section.plots]
        parts += [f"## {section.title}", section.text, *plots]
    return "\n\n".join(parts) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, commas between; writes no page")
    parser.add_argument("--articles", type=int, help="how far the index grows")
    chosen = parser.parse_args()
    options = Options(chosen.full, chosen.articles or GROWTH_ARTICLES[chosen.full])
    names = [name for name in chosen.only.split(",") if name]
    unknown = set(names) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    began, sections = time.monotonic(), []
    for name in names:
        print(f"\n== {name}", flush=True)
        try:
            sections.append(SECTIONS[name](options))
        except KafkaMissingError as error:
            print(error, file=sys.stderr)
            sections.append(Section(name.capitalize(), f"Not run: {error}"))
    if set(names) == set(SECTIONS):
        PAGE.write_text(_page(sections, options, (time.monotonic() - began) / 60))
        print(f"\nwrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
