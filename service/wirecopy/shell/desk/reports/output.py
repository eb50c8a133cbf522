"""A report as CSV, and as one self-contained HTML page with a plot."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from wirecopy.shell.desk.reports.report import Report
from wirecopy.shell.report.markup import escaped, head, web_address
from wirecopy.shell.report.words import percent, plural

ROWS_SHOWN: Final = 500
COLUMNS: Final = (
    "id",
    "publisher",
    "url",
    "title",
    "published_at",
    "extent",
    "share",
    "words",
    "original",
    "delay_seconds",
    "licensed",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } h2 { margin-top: 2rem; } h1 { overflow-wrap: anywhere; } a { color: inherit; }
th, td { text-align: start; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8886; }
th, td.n, td:last-child { white-space: nowrap; } td, th[scope=row] { overflow-wrap: anywhere; }
td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; }
.frame { overflow-x: auto; } dl { display: flex; flex-wrap: wrap; gap: 1rem 3rem; }
dt { font-size: .9rem; } dd { margin: 0; font-size: 1.5rem; } rect { fill: #a33; }
text { font: 11px sans-serif; fill: currentColor; }
"""


def as_csv(report: Report) -> str:
    """A row for each copy (RFC 4180). What a spreadsheet would run begins with an apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in report.as_json()["articles"]:
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return stream.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def as_html(report: Report) -> str:
    """The page. It loads nothing and runs nothing."""
    told = report.as_json()
    own = told["own"]
    numbers = [
        ("copies by others", f"{told['copies']:,}"),
        ("words copied", f"{told['words']:,}"),
        ("median delay", _span(told["median_delay_seconds"])),
        ("licensed", f"{told['licences']['licensed']:,}"),
        ("unlicensed", f"{told['licences']['unlicensed']:,}"),
        ("licence not known", f"{told['licences']['not known']:,}"),
        ("own originals", f"{own['original']:,}"),
        ("of them copied", f"{own['copied']:,}"),
        ("of them unique", f"{own['unique']:,}"),
    ]
    figures = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in numbers
    )
    copiers = "".join(_copier(row) for row in told["copiers"][:ROWS_SHOWN])
    articles = "".join(_article(row) for row in told["articles"][:ROWS_SHOWN])
    title = f"Who copied {report.publisher}: {report.period.name}"
    return (
        f'{head(title, _STYLE)}<main><h1 dir="auto">{escaped(title)}</h1><dl>{figures}</dl>{_plot(report)}'
        '<h2 id="by">By whom</h2><div class="frame" role="region" aria-labelledby="by" tabindex="0"><table><thead><tr>'
        '<th scope="col">Publisher</th><th scope="col" class="n">Copies</th><th scope="col" class="n">Full</th>'
        '<th scope="col" class="n">Words</th><th scope="col" class="n">Median delay</th>'
        f'<th scope="col" class="n">Licensed</th></tr></thead><tbody>{copiers}</tbody></table></div>'
        '<h2 id="which">Which articles</h2><div class="frame" role="region" aria-labelledby="which" tabindex="0"><table>'
        '<thead><tr><th scope="col">Article</th><th scope="col">Publisher</th><th scope="col" class="n">Share</th>'
        '<th scope="col" class="n">Words</th><th scope="col" class="n">Delay</th><th scope="col">Licensed</th></tr></thead>'
        f"<tbody>{articles}</tbody></table></div></main></body></html>\n"
    )


def _copier(row: dict[str, Any]) -> str:
    return (
        f'<tr><th scope="row" dir="auto">{escaped(row["publisher"])}</th><td class="n">{row["copies"]:,}</td>'
        f'<td class="n">{row["full"]:,}</td><td class="n">{row["words"]:,}</td>'
        f'<td class="n">{_span(row["median_delay_seconds"])}</td><td class="n">{row["licences"]["licensed"]:,}</td></tr>'
    )


def _article(row: dict[str, Any]) -> str:
    name = escaped(row["title"] or row["id"])
    address = web_address(row["url"] or "")
    if address is not None:
        name = f'<a href="{escaped(address)}" rel="noopener noreferrer nofollow">{name}</a>'
    licensed = {True: "yes", False: "no", None: "not known"}[row["licensed"]]
    return (
        f'<tr><td dir="auto">{name}</td><td dir="auto">{escaped(row["publisher"])}</td>'
        f'<td class="n">{percent(row["share"])}</td><td class="n">{row["words"]:,}</td>'
        f'<td class="n">{_span(row["delay_seconds"])}</td><td>{licensed}</td></tr>'
    )


def _span(seconds: int | None) -> str:
    if seconds is None:
        return "–"
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds} s"


def _plot(report: Report) -> str:
    """Copies a day, as bars."""
    days = report.by_day()
    most = max((count for _, count in days), default=0)
    if not most or len(days) < 2:
        return ""
    width = 700 / len(days)
    bars = "".join(
        f'<rect x="{at * width:.1f}" y="{100 - 90 * count / most:.1f}" width="{max(1.0, width - 2):.1f}"'
        f' height="{90 * count / most:.1f}"><title>{day}: {count}</title></rect>'
        for at, (day, count) in enumerate(days)
    )
    said = f"Copies a day from {days[0][0]} to {days[-1][0]}, {plural(most, 'copy', 'copies')} at most"
    return (
        f'<svg viewBox="0 0 700 118" role="img" aria-label="{escaped(said)}">{bars}<text x="0" y="114">{days[0][0]}</text>'
        f'<text x="700" y="114" text-anchor="end">{days[-1][0]}</text></svg>'
    )
