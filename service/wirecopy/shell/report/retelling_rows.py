"""A retelling (retelling.py) as people and programs are shown it: rows side by side, sentences in words, JSON.

Each sentence of the second text has a row, beside its partner in the first. A sentence of the first text that is nobody's
partner follows the row of the one before it, alone, so that what is missing is in sight too. A partner that is told twice
stands in both rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence, Set
from typing import Any, Final

from wirecopy.core.model import Extent, RawArticle, Verdict, VerdictKind
from wirecopy.shell.report.comparison_rows import Comparison, Mark, Row, Side, Stretch
from wirecopy.shell.report.retelling import Retelling, retelling
from wirecopy.shell.report.sentences import Kind, Sentence, SentenceText, entity_keys
from wirecopy.shell.report.terminal import shown_line
from wirecopy.shell.report.words import plural

NAMED_MAX: Final = 8  # names and numbers of one sort that are listed
NAME_COLUMNS_MAX: Final = 40
TOLD_PERCENT_MIN: Final = (
    30  # of the sentences, from which on two texts are shown so though no verdict says it
)


def retold_by(verdict: Verdict, id_: str) -> bool:
    """Whether a verdict says that its article tells that of this id in other words."""
    return verdict.rewritten_of == id_ and verdict.extent in (None, Extent.REWRITTEN)


def compare_retold(first: RawArticle, second: RawArticle) -> Comparison:
    """Two articles side by side, sentence by sentence."""
    return comparison_of(retelling(first, second))


def seems_retold(first: RawArticle, second: RawArticle, verdict: Verdict) -> Retelling | None:
    """What the second article tells of the first, where words decided nothing and much of it is told there; else None."""
    if verdict.kind is not VerdictKind.ORIGINAL:
        return None
    found = retelling(first, second)
    return found if found.told * 100 >= TOLD_PERCENT_MIN * max(1, len(found.partners)) else None


def comparison_of(found: Retelling) -> Comparison:
    """The rows of a retelling, and what it says in words."""
    same = [False] * len(found.first.starts), [False] * len(found.second.starts)
    for run in found.same:
        same[0][run.first : run.first + run.length] = [True] * run.length
        same[1][run.second : run.second + run.length] = [True] * run.length
    first, second = found.first, found.second
    theirs, ours = entity_keys(first), entity_keys(second)
    behind = _behind(found)
    told: dict[int, set[str]] = {}
    for place, partner in enumerate(found.partners):
        if partner >= 0:
            told.setdefault(partner, set()).update(second.sentences[place].keys)
    left = [
        _side(first, one, told.get(place, set()), ours, same[0]) for place, one in enumerate(first.sentences)
    ]
    rows = [Row(left[place], ()) for place in behind.get(-1, ())]
    for place, (one, partner) in enumerate(zip(second.sentences, found.partners, strict=True)):
        keys: Set[str] = first.sentences[partner].keys if partner >= 0 else set()
        right = _side(second, one, keys, theirs, same[1])
        rows.append(Row(left[partner] if partner >= 0 else (), right))
        rows += [Row(left[alone], ()) for alone in behind.get(place, ())]
    return Comparison(tuple(rows), 0, sum(run.length for run in found.same), tuple(in_words(found)))


def _behind(found: Retelling) -> dict[int, list[int]]:
    """Of each row the sentences of the first text that follow it alone; −1: before the first row."""
    row_of: dict[int, int] = {}
    for place, partner in enumerate(found.partners):
        if partner >= 0:
            row_of.setdefault(partner, place)
    behind: dict[int, list[int]] = {}
    row = -1
    for place in range(len(found.first.sentences)):
        if place in row_of:
            row = row_of[place]
        else:
            behind.setdefault(row, []).append(place)
    return behind


def _side(
    text: SentenceText,
    sentence: Sentence,
    partner: Set[str],
    entities: Set[str],
    same: Sequence[bool],
) -> Side:
    """A sentence with what it has in common with its partner, names and numbers with the whole other text."""
    marks = [Mark.NONE] * (sentence.end - sentence.start)

    def mark(start: int, end: int, as_: Mark) -> None:
        low, high = max(0, start - sentence.start), min(len(marks), end - sentence.start)
        marks[low:high] = [as_] * max(0, high - low)

    last = -1
    for token in _tokens_of(text, sentence):
        if same[token]:
            together = last == token - 1 and last >= 0
            mark(text.ends[last] if together else text.starts[token], text.ends[token], Mark.LETTER)
            last = token
    for feature in sentence.features:
        before = marks[feature.start - sentence.start : feature.end - sentence.start]
        if feature.kind is Kind.WORD and feature.key in partner and Mark.LETTER not in before:
            mark(feature.start, feature.end, Mark.WORD)
    for feature in sentence.features:
        if feature.kind is not Kind.WORD and feature.key in entities:
            mark(feature.start, feature.end, Mark.ENTITY)
    stretches: list[Stretch] = []
    at = 0
    for place in range(1, len(marks) + 1):
        if place == len(marks) or marks[place] is not marks[at]:
            written = text.text[sentence.start + at : sentence.start + place]
            stretches.append(Stretch(written, marks[at]))
            at = place
    return tuple(stretches)


def _tokens_of(text: SentenceText, sentence: Sentence) -> Iterable[int]:
    return range(bisect_left(text.starts, sentence.start), bisect_left(text.starts, sentence.end))


# ---- in words
def in_words(found: Retelling) -> list[str]:
    """What two texts have in common and what not, a sentence each."""
    count, told = len(found.partners), found.told
    if not told:
        return ["No sentence of it tells what a sentence of the other article tells."]
    sources = len(found.first.sentences)
    tell = f"{told} of its {plural(count, 'sentence')} tell what {found.first_told} of the source's {sources} tell"
    out = [f"{tell}, {found.in_order} of them in the same order."]
    if found.both:
        out.append(f"Names and numbers of both: {_listed(found.both)}.")
    if found.quotations:
        out.append(
            f"{plural(len(found.quotations), 'quotation')} to the letter, the longest: “{_longest(found.quotations)}”."
        )
    if found.added:
        out.append(f"Names and numbers of its own: {_listed(found.added)}.")
    else:
        out.append("It has no names or numbers of its own.")
    if found.missing:
        out.append(f"Not taken over: {_listed(found.missing)}.")
    return out


def _longest(quotations: Sequence[str]) -> str:
    return shown_line(max(quotations, key=len), 2 * NAME_COLUMNS_MAX)


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(shown_line(name, NAME_COLUMNS_MAX) for name in names[:NAMED_MAX])
    more = len(names) - NAMED_MAX
    return f"{listed} and {more} more" if more > 0 else listed


# ---- for programs
def retelling_to_json(found: Retelling, first: RawArticle, second: RawArticle) -> dict[str, Any]:
    """The alignment for programs. Offsets are code points of the bodies as they came, half open."""
    return {
        "sentences": len(found.partners),
        "told": found.told,
        "in_order": found.in_order,
        "source_sentences": len(found.first.sentences),
        "source_told": found.first_told,
        "in_both": list(found.both),
        "added": list(found.added),
        "missing": list(found.missing),
        "quotations": list(found.quotations),
        "pairs": [
            dict(zip(("start", "end"), _in_body(second, one), strict=True))
            | dict(
                zip(
                    ("source_start", "source_end"),
                    _in_body(first, found.first.sentences[partner]),
                    strict=True,
                )
            )
            for one, partner in zip(found.second.sentences, found.partners, strict=True)
            if partner >= 0
        ],
    }


def _in_body(article: RawArticle, sentence: Sentence) -> tuple[int, int]:
    offsets = article.offsets
    if offsets is None:
        return sentence.start, sentence.end
    return int(offsets[sentence.start]), int(offsets[sentence.end])
