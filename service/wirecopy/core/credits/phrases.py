"""Credits by phrase: "originally published by X" in any sentence, "via X" on a line of its own, "Source: X"
at a head."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wirecopy.core import limits
from wirecopy.core.credits.datelines import by_known_name
from wirecopy.core.credits.names import Name, is_known, name_from, name_within
from wirecopy.core.credits.page import LINE_ENDS, SENTENCE_ENDS, Page
from wirecopy.core.credits.program import program
from wirecopy.core.credits.rules import ClosingForm, KnownName, Label, Phrase, match_backward, match_forward
from wirecopy.core.credits.signatures import closed, credits_figures, stands_at_edge
from wirecopy.core.model import Credit, CreditKind, CreditScope
from wirecopy.core.publishers import fold_name
from wirecopy.core.text.kernels import LINE_TOKEN_END

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
        elif isinstance(rule, ClosingForm):
            credit = closed(page, rule, start, end)
        else:
            credit = _phrase(page, rule, at, anchor, start, end)
        if credit is not None:
            yield credit


def _phrase(page: Page, phrase: Phrase, found_at: int, anchor: int, first: int, after: int) -> Credit | None:
    """A "text" or "head" phrase, found at a token: its words are tokens first … after, the creditor's own name
    and what stands before that left out."""
    starts, ends = page.tokens.starts, page.tokens.ends
    gap_start = ends.item(after - 1)
    start = starts.item(first) if phrase.own_at < 0 else _start_of(page, phrase, found_at, anchor, first)
    if start < 0 or "\n" in page.text[start:gap_start]:
        return None
    name = name_from(page.text, gap_start, starts.item(after))
    if name is None:
        return None
    if phrase.suffix and not _is_followed(page, phrase, found_at, after, name.end):
        return None
    if phrase.kind is CreditKind.ORIGINALLY and not _is_of_this_text(page, start, anchor, name.end):
        return None
    if phrase.place == "head" and not (
        page.nearly_begins_sentence(start) and SENTENCE_ENDS.match(page.text, name.end)
    ):
        return None
    return page.credit(phrase.kind, name, _with_own_name(page, start, anchor), name.end, phrase.scope)


def _with_own_name(page: Page, start: int, first: int) -> int:
    """The phrase's start, moved before the creditor's own name where that precedes it: "Courier informs via
    X"."""
    while first > 0 and page.tokens.starts[first - 1] >= start:
        first -= 1
    for words in range(1, min(first, limits.CREDIT_NAME_WORDS_MAX) + 1):
        begin = page.tokens.starts.item(first - words)
        if (
            fold_name(page.text[begin : page.tokens.ends.item(first - 1)]) in page.own
            and "\n" not in page.text[begin:start]
        ):
            return begin
    return start


def _window(page: Page, found_at: int) -> tuple[int, list[int]]:
    """The tokens that a rule found at one of them may cover: the first one's number, their hashes."""
    offset = max(0, found_at - limits.CREDIT_PHRASE_TOKENS_MAX)
    return offset, page.tokens.hashes[offset : found_at + limits.CREDIT_PHRASE_TOKENS_MAX].tolist()


def _is_followed(page: Page, phrase: Phrase, found_at: int, after: int, end: int) -> bool:
    """Whether the phrase's suffix stands behind the name that ends at code point `end`, an ending of it
    ("'de") between."""
    offset, window = _window(page, found_at)
    at = after - offset
    while at < len(window) and page.tokens.starts[at + offset] < end:
        at += 1
    return match_forward(phrase.suffix, window, at) >= 0 or match_forward(phrase.suffix, window, at + 1) >= 0


def _is_of_this_text(page: Page, start: int, at: int, end: int) -> bool:
    """Whether a phrase that begins at code point `start`, its anchor token `at`, is said of the text it stands in, and not
    of a book, a law or another's report: it begins a sentence; or a word for a text stands before it on its line that is
    called this one, or begins the sentence. A participle alone ("a report first published by X") is said of the text
    only where the sentence ends with the name, at code point `end`."""
    if page.begins_sentence(start):
        return True
    tokens = page.tokens
    first = max(0, at - limits.CREDIT_PHRASE_TOKENS_MAX)
    line_start = page.line_start(start)
    for token in range(at, first - 1, -1):
        if tokens.starts[token] < line_start:
            return False
        if tokens.hashes.item(token) in page.rules.text_nouns:
            this = page.rules.this_words
            for at_this in range(max(0, token - 2), token):
                if tokens.hashes.item(at_this) in this:  # but "information for this report was provided by …"
                    return not (at_this and tokens.hashes.item(at_this - 1) in page.rules.toward_words)
            if not page.nearly_begins_sentence(tokens.starts.item(token)):
                return False
            follows = tokens.starts[token + 1] < start if token + 1 <= at else False
            return bool(follows) or SENTENCE_ENDS.match(page.text, end) is not None
    return False


def _start_of(page: Page, phrase: Phrase, found_at: int, anchor: int, first: int) -> int:
    """Code point where a phrase begins that its creditor's own name precedes at token `first`; −1 where it does
    not."""
    starts, ends = page.tokens.starts, page.tokens.ends
    end = ends.item(first - 1) if first > 0 else 0
    for words in range(min(limits.CREDIT_NAME_WORDS_MAX, first), 0, -1):
        start = starts.item(first - words)
        name = page.text[start:end]
        if "\n" not in name and fold_name(name) in page.own:
            if phrase.own_at == 0:
                return start
            offset, window = _window(page, found_at)
            verb = match_backward(phrase.before[: phrase.own_at], window, first - words - offset)
            return starts.item(verb + offset) if verb >= 0 else -1
    # A line of its own that begins with any name will do: "Courier, citing Herald".
    line_start = page.line_start(starts.item(anchor))
    whole = phrase.own_at == 0 and end > line_start and name_within(page.text, line_start, end)
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
    in_midst = label.kind is CreditKind.SOURCE and (
        credits_figures(page, start)
        or (page.text[start - 1 : start] == "(" and not LINE_ENDS.match(page.text, name.end))
    )
    return page.credit(label.kind, name, start, name.end, CreditScope.FACT if in_midst else None)


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
        last = page.tokens.lines.item(line, LINE_TOKEN_END)
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
    start, end = starts.item(first), ends.item(last - 1)
    if phrase.suffix and not phrase.after and not _is_announced(page.text, starts.item(suffix_at), end, name):
        return None
    if not LINE_ENDS.match(page.text, max(end, name.end)):
        return None
    if phrase.place == "foot" and not stands_at_edge(page, first, known=is_known(name.text)):
        return None
    return page.credit(phrase.kind, name, start, max(end, name.end), phrase.scope)


def _is_announced(text: str, suffix_start: int, end: int, name: Name) -> bool:
    """Whether "X reports" is a verb and no heading ("Special Reports"): in small letters, and with a colon,
    a known name, or a second word. Scripts without case have no such headings."""
    if not text[suffix_start].islower():
        return not text[suffix_start].isupper()
    return is_known(name.text) or text[end : end + 2].strip()[:1] == ":" or " " in text[suffix_start:end]
