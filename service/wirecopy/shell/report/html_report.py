"""The comparison of two articles as one self-contained HTML page (markup.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wirecopy.shell.report.comparison_rows import Comparison, Mark, Row, Side
from wirecopy.shell.report.markup import escaped, head
from wirecopy.shell.report.words import plural

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; } ul { padding-left: 1.2rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th { text-align: start; border-bottom: 2px solid; padding: .4rem .8rem; overflow-wrap: anywhere; }
td { vertical-align: top; padding: .25rem .8rem; overflow-wrap: anywhere; white-space: pre-wrap; }
td + td, th + th { border-inline-start: 1px solid #8886; }
tr.out td { text-align: center; color: #777; border: 0; font-style: italic; }
mark { border-radius: .2rem; color: #111; }
mark.matched { background: #9be59b; }
mark.shared { background: none; color: inherit; border-bottom: 2px dotted #a5a; }
mark.entity { background: #ffd9a0; } mark.letter { background: #9be59b; }
mark.word { background: none; color: inherit; border-bottom: 2px dotted #a5a; }
mark.credit { background: #ffd75e; font-weight: 600; } .aside { opacity: .5; }
.key { color: #777; font-size: .9rem; }
"""
_KEY: Final = (
    '<p class="key"><mark class="matched">matched</mark> · '
    '<mark class="shared">shared but not counted</mark> · <mark class="credit">credit</mark> · '
    '<span class="aside">outside the article</span></p>'
)
_RETOLD_KEY: Final = (
    '<p class="key"><mark class="entity">names and numbers in common</mark> · '
    '<mark class="word">words in common</mark> · <mark class="letter">equal words in a row</mark></p>'
)


def page(
    titles: tuple[str, str],
    heading: str,
    sentences: Sequence[str],
    comparison: Comparison,
    facts: Sequence[tuple[str, str]] = (),
) -> str:
    """An HTML document; `titles` head the columns, `facts` (name and value) stand before them."""
    items = "".join(f"<li>{escaped(sentence)}</li>" for sentence in (*sentences, *comparison.told))
    rows = "\n".join(_row(row) for row in comparison.rows)
    left, right = (escaped(title) for title in titles)
    return (
        f"{head(heading, _STYLE)}"
        f"<h1>{escaped(heading)}</h1>\n<ul>{items}</ul>\n"
        f"{_facts(facts)}{_RETOLD_KEY if comparison.told else _KEY}\n"
        f'<table><thead><tr><th dir="auto">{left}</th><th dir="auto">{right}</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table>\n</body></html>\n"
    )


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escaped(name)}</th><td dir="auto">{escaped(value)}</td></tr>'
        for name, value in facts
    )
    return f"<table><tbody>{rows}</tbody></table>\n" if rows else ""


def _row(row: Row) -> str:
    if row.left_out:
        return f'<tr class="out"><td colspan="2">{plural(row.left_out, "more line")} with nothing shared</td></tr>'
    return f'<tr><td dir="auto">{_side(row.left)}</td><td dir="auto">{_side(row.right)}</td></tr>'


def _side(side: Side) -> str:
    parts = []
    for stretch in side:
        text = escaped(stretch.text)
        match stretch.mark:
            case Mark.NONE:
                parts.append(text)
            case Mark.ASIDE:
                parts.append(f'<span class="aside">{text}</span>')
            case _:
                parts.append(f'<mark class="{stretch.mark.value}">{text}</mark>')
    return "".join(parts)
