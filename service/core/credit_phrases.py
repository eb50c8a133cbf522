"""Credits by phrase: "originally published by X" in any sentence, "via X" on a line of its own, "Source: X"
at a head."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from service.core import limits
from service.core.credit_datelines import by_known_name
from service.core.credit_names import Name, is_known, name_from, name_within
from service.core.credit_page import LINE_ENDS, SENTENCE_ENDS, Page
from service.core.credit_program import program
from service.core.credit_rules import KnownName, Label, Phrase, Slot, match_backward, match_forward
from service.core.domains import fold_name
from service.core.kernels import LINE_TOKEN_END
from service.core.model import Credit, CreditKind

_LABEL_GAP = re.compile(r"[ \t\u00a0]{0,4}[:：՝៖][ \t\u00a0]{0,4}[\"'“„«「『《【(（\[@]{0,3}")

_CLOSING = {"«": "»", "“": "”", "„": "“", '"': '"'}


def worded(page: Page, found: Sequence[Sequence[int]], in_texts: int) -> Iterator[Credit]:
    """Phrases, labels and names of the table wherever they stand, then lines that are nothing but a credit: of
    what `candidates` found."""
    if in_texts:
        yield from _in_text(page, found[:in_texts])
    if in_texts < len(found):
        yield from _whole_lines(page, found[in_texts:])


def _in_text(page: Page, found: Sequence[Sequence[int]]) -> Iterator[Credit]:
    """What the candidates that stand in a text come to."""
    numbered = program().rules
    place, named = -1, False
    for at, number, anchor, start, end, holds in found:
        if at != place:
            place, named = at, False
        rule = numbered[number]
        if isinstance(rule, KnownName):
            if named:  # by the longest name that stands here: "Interfax-Ukraine" is not Interfax
                continue
            credit = by_known_name(page, rule, anchor, start, end, holds, at)
            named = credit is not None
        elif isinstance(rule, Label):
            credit = _label(page, rule, start, end)
        else:
            offset = max(0, at - limits.CREDIT_PHRASE_TOKENS_MAX)
            window = page.tokens.hashes[offset : at + limits.CREDIT_PHRASE_TOKENS_MAX].tolist()
            credit = _phrase(page, rule, window, anchor - offset, offset)
        if credit is not None:
            yield credit


def _phrase(page: Page, phrase: Phrase, window: Sequence[int], at: int, offset: int) -> Credit | None:
    """A "text" or "head" phrase around its anchor, window[at]."""
    after = match_forward(phrase.after, window, at)
    if after < 0 or after >= len(window):
        return None
    starts, ends = page.tokens.starts, page.tokens.ends
    start = _start_of(page, phrase.before, window, at, offset)
    if start < 0:
        return None
    gap_start, name_at = int(ends[after - 1 + offset]), int(starts[after + offset])
    if "\n" in page.text[start:gap_start]:
        return None
    name = name_from(page.text, gap_start, name_at)
    if name is None:
        return None
    if phrase.suffix and not _is_followed(page, phrase, window, after, name.end, offset):
        return None
    if phrase.kind is CreditKind.ORIGINALLY and not _is_of_this_text(page, start, at + offset):
        return None
    if phrase.place == "head" and not (
        page.nearly_begins_sentence(start) and SENTENCE_ENDS.match(page.text, name.end)
    ):
        return None
    return page.credit(phrase.kind, name, _with_own_name(page, start, at + offset), name.end)


def _with_own_name(page: Page, start: int, first: int) -> int:
    """The phrase's start, moved before the creditor's own name where that precedes it: "Courier informs via
    X"."""
    while first > 0 and page.tokens.starts[first - 1] >= start:
        first -= 1
    for words in range(1, min(first, limits.CREDIT_NAME_WORDS_MAX) + 1):
        begin = int(page.tokens.starts[first - words])
        if (
            fold_name(page.text[begin : int(page.tokens.ends[first - 1])]) in page.own
            and "\n" not in page.text[begin:start]
        ):
            return begin
    return start


def _is_followed(page: Page, phrase: Phrase, window: Sequence[int], at: int, end: int, offset: int) -> bool:
    """Whether the phrase's suffix stands behind the name that ends at code point `end`, an ending of it
    ("'de") between."""
    while at < len(window) and page.tokens.starts[at + offset] < end:
        at += 1
    return match_forward(phrase.suffix, window, at) >= 0 or match_forward(phrase.suffix, window, at + 1) >= 0


def _is_of_this_text(page: Page, start: int, at: int) -> bool:
    """Whether a phrase begins a sentence or has a word for a text before it on its line: else it is of a
    book or law."""
    if page.begins_sentence(start):
        return True
    first = max(0, at - limits.CREDIT_PHRASE_TOKENS_MAX)
    line_start = page.line_start(start)
    for token in range(at, first - 1, -1):
        if page.tokens.starts[token] < line_start:
            return False
        if int(page.tokens.hashes[token]) in page.rules.text_nouns:
            return True
    return False


def _start_of(page: Page, before: Sequence[Slot], window: Sequence[int], at: int, offset: int) -> int:
    """Code point where the phrase begins, its creditor's own name included; −1 where it does not match."""
    own_at = next((i for i, slot in enumerate(before) if slot.own), None)
    if own_at is None:
        first = match_backward(before, window, at)
        return int(page.tokens.starts[first + offset]) if first >= 0 else -1
    first = match_backward(before[own_at + 1 :], window, at)
    if first < 0:
        return -1
    for words in range(min(limits.CREDIT_NAME_WORDS_MAX, first + offset), 0, -1):
        start = int(page.tokens.starts[first + offset - words])
        name = page.text[start : int(page.tokens.ends[first + offset - 1])]
        if "\n" not in name and fold_name(name) in page.own:
            if own_at == 0:
                return start
            verb = match_backward(before[:own_at], window, first - words)
            return int(page.tokens.starts[verb + offset]) if verb >= 0 else -1
    # A line of its own that begins with any name will do: "Courier, citing Herald".
    line_start = page.line_start(int(page.tokens.starts[at + offset]))
    end = int(page.tokens.ends[first + offset - 1]) if first + offset > 0 else 0
    whole = own_at == 0 and end > line_start and name_within(page.text, line_start, end)
    return line_start if whole and page.line_is_short(line_start) else -1


def _label(page: Page, label: Label, start: int, end: int) -> Credit | None:
    """ "Source: X" to the end of the line or sentence; the label is text[start:end]."""
    gap = _LABEL_GAP.match(page.text, end)
    if gap is None or not page.begins_sentence(start):
        return None
    name = name_from(page.text, gap.end(), gap.end())
    if name is not None and not (SENTENCE_ENDS.match(page.text, name.end) or _lists_more(page.text, name)):
        name = _rest_of_line(page, gap.end())
    if name is None:
        return None
    return page.credit(label.kind, name, start, name.end)


def _rest_of_line(page: Page, at: int) -> Name | None:
    """A name that goes on in small letters: «Вечерний город», Источник: Российская газета. Only to the end of
    its line, and in quotes or Cyrillic, where papers are written so; elsewhere it would be "Company data".
    """
    line = page.text[at : page.line_end(at)].rstrip(" \u00a0\t\r.,;)]")
    quoted = page.text[at - 1] in _CLOSING and line.endswith(_CLOSING[page.text[at - 1]])
    words = line.strip("\"»”“’'").split()
    if not (quoted or "\u0400" <= line[:1] <= "\u04ff") or not 1 < len(words) <= limits.CREDIT_NAME_WORDS_MAX:
        return None
    text = line[:-1] if quoted else line
    known = all(word.strip("-").isalpha() for word in words)
    return Name(text, at, at + len(text)) if known else None


def _lists_more(text: str, name: Name) -> bool:
    """Whether other sources follow on the line: "dpa/AFP", "Reuters, AP"."""
    return text[name.end : name.end + 1] == "/" or (
        text[name.end : name.end + 2] == ", " and is_known(name.text)
    )


# ---- lines that are nothing but a credit


def _whole_lines(page: Page, found: Sequence[Sequence[int]]) -> Iterator[Credit]:
    """What the candidates that are lines come to: of each line the first that is a credit."""
    numbered = program().rules
    credited = -1
    for line, number, first, start, end, suffix_at in found:
        if line == credited:
            continue
        rule = numbered[number]
        assert isinstance(rule, Phrase), "only phrases are whole lines"
        last = int(page.tokens.lines[line, LINE_TOKEN_END])
        credit = _line_phrase(page, rule, first, last, suffix_at, start, end)
        if credit is not None:
            credited = line
            yield credit


def _line_phrase(
    page: Page, phrase: Phrase, first: int, last: int, suffix_at: int, name_start: int, name_end: int
) -> Credit | None:
    """A phrase that must be the whole line, tokens first … last: prefix, name, suffix from token `suffix_at` and
    nothing else."""
    name = name_within(page.text, name_start, name_end)
    if name is None or (phrase.place == "known" and not is_known(name.text)):
        return None
    starts, ends = page.tokens.starts, page.tokens.ends
    start, end = int(starts[first]), int(ends[last - 1])
    if phrase.suffix and not phrase.after and not _is_announced(page.text, int(starts[suffix_at]), end, name):
        return None
    if not LINE_ENDS.match(page.text, max(end, name.end)):
        return None
    return page.credit(phrase.kind, name, start, max(end, name.end))


def _is_announced(text: str, suffix_start: int, end: int, name: Name) -> bool:
    """Whether "X reports" is a verb and no heading ("Special Reports"): in small letters, and with a colon,
    a known name, or a second word. Scripts without case have no such headings."""
    if not text[suffix_start].islower():
        return not text[suffix_start].isupper()
    return is_known(name.text) or text[end : end + 2].strip()[:1] == ":" or " " in text[suffix_start:end]
