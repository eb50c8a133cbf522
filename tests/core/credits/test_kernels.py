"""The compiled loops that leave out what can be no credit leave out nothing else: each beside its plain twin."""

# ruff: noqa: E501  wide characters count double

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy.core import limits
from wirecopy.core.credits import phrase_table
from wirecopy.core.credits.datelines import (
    _ENCLOSED_CHARS_MAX,
    _PAIRS,
    _in_brackets,
    _may_credit,
    brackets,
    by_known_name,
    enclosed,
)
from wirecopy.core.credits.kernels import HOLDS_BYLINE, HOLDS_MENTION, HOLDS_SIGNATURE, credit_candidates
from wirecopy.core.credits.page import Page
from wirecopy.core.credits.phrases import _label, _line_phrase, _phrase
from wirecopy.core.credits.program import program
from wirecopy.core.credits.rules import (
    WHOLE_LINE,
    ClosingForm,
    KnownName,
    Label,
    Phrase,
    Rule,
    match_backward,
    match_forward,
    pair_hash,
    rules,
)
from wirecopy.core.credits.signatures import closed
from wirecopy.core.credits.unspaced import has_unspaced
from wirecopy.core.model import Credit
from wirecopy.core.text.kernels import CLOSING_SIGNS, LINE_TOKEN_END, LINE_TOKEN_START
from wirecopy.core.text.tokens import tokenise

AROUND = limits.CREDIT_PHRASE_TOKENS_MAX
PHRASES = [
    template.replace("*", "").replace("{own}", "Courier") for _, _, _, template, _ in phrase_table.PHRASES
]
WORDS = [
    "PARIS", "Berlin, 3 May", "NEW DELHI", "(", ")", "(Reuters)", "(dpa)", "[AFP]", "（共同）", "【ロンドン共同】", "(SEPA)", "(ab/AFP)",
    "（", "）", "【", "】", "]", "[", "—", "-", "–", "=", ".", ",", ":", "…", "”", "\n", "\n", " ", "\u00a0", "  ", "\r", "\t", "é", "3",
    "Reuters", "AP", "The Associated Press", "CNN", "dpa", "according to", "reported", "By", "Staff", "Writer", "Source", "via",
    "a storm tore the pier away and nobody saw it", "x" * 80, " " * 90, "The harbour was closed.", "新华社", "/TASS/", "",
    "the", "here", "Special", "reports", "Reports", "staff", "https://a.example", "www.a.example", "herald.example", "l'", "iPhone", "/", "--",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(PHRASES)), max_size=30).flatmap(
    lambda words: st.sampled_from(["", " ", "\n"]).map(lambda between: between.join(words))
)


def page_of(text: str) -> Page:
    return Page(text, tokenise(text), frozenset(["courier"]), "", rules(), 0, [])


def candidates(page: Page) -> tuple[list[list[int]], int]:
    """What the kernel finds in a text, as find_credits asks it."""
    tokens = page.tokens
    found, in_texts = credit_candidates(
        utf8_of(page), tokens.hashes, tokens.starts, tokens.ends, tokens.lines, *program().arrays
    )
    return found.tolist(), in_texts


def utf8_of(page: Page) -> bytes:
    return page.text.encode("utf-8", "surrogatepass")


def in_all_brackets(page: Page) -> set[Credit]:
    """Twin: every pair of brackets, judged by the patterns alone."""
    found = set()
    text = page.text
    for pair in _PAIRS[: 1 if text.isascii() else None]:
        closing, opening = pair[0], pair[1]
        closed = text.find(closing)
        while closed >= 0:
            opened = text.rfind(opening, max(0, closed - _ENCLOSED_CHARS_MAX), closed)
            inside = text[opened + 1 : closed]
            if (
                opened >= 0
                and len(inside) >= 2
                and not set("\n:") & set(inside)
                and _may_credit(text, opened, closed)
            ):
                found.add(_in_brackets(page, opened, closed))
            closed = text.find(closing, closed + 1)
    return {credit for credit in found if credit is not None}


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_no_bracket_that_holds_a_credit_is_left_out(text: str) -> None:
    page = page_of(text)
    found = brackets(text, utf8_of(page), page.tokens)
    assert set(enclosed(page, found)) == in_all_brackets(page)
    assert page.tokens.may_lack_spaces or not has_unspaced(text)


def test_each_sort_of_closing_bracket_is_noted_where_it_stands_and_bounded() -> None:
    text = "é [a] （b） (c)\n【d】 e) f] g) (h) 新"
    noted = tokenise(text).closings.tolist()
    assert "".join(pair[0] for pair in _PAIRS) == CLOSING_SIGNS
    assert [(CLOSING_SIGNS[sort], char) for sort, _, char in noted] == [
        (sign, at) for at, sign in enumerate(text) if sign in CLOSING_SIGNS
    ]
    assert [byte for _, byte, _ in noted] == [len(text[:char].encode()) for _, _, char in noted]
    most = limits.CREDIT_CANDIDATES_MAX
    assert len(tokenise("a) " * (most + 5) + "b] " * (most - 5)).closings) == 2 * most - 5


def matched(rule: Rule, hashes: list[int], place: int, distance: int) -> bool:
    """Twin: whether a rule's words stand around its anchor."""
    offset = max(0, place - AROUND)
    window, at = hashes[offset : place + AROUND], place + distance - offset
    if not isinstance(rule, Phrase):
        return at >= 0 and tuple(window[at : at + len(rule.hashes)]) == rule.hashes
    return 0 <= match_forward(rule.after, window, at) < len(window) and (
        match_backward(rule.before[rule.own_at + 1 :], window, at) >= 0
    )


def comes_to_nothing(page: Page, rule: Rule, anchor: int, at: int) -> bool:
    """Whether a rule whose words stand at a token is no credit, by the reader of its signs."""
    if isinstance(rule, Phrase):
        hashes = page.tokens.hashes.tolist()
        offset = max(0, at - AROUND)
        window = hashes[offset : at + AROUND]
        after = match_forward(rule.after, window, anchor - offset) + offset
        first = match_backward(rule.before[rule.own_at + 1 :], window, anchor - offset) + offset
        return _phrase(page, rule, at, anchor, first, after) is None
    starts, ends = page.tokens.starts, page.tokens.ends
    start, end = int(starts[anchor]), int(ends[anchor + len(rule.hashes) - 1])
    if isinstance(rule, Label):
        return _label(page, rule, start, end) is None
    if isinstance(rule, ClosingForm):
        return closed(page, rule, start, end) is None
    held = HOLDS_MENTION | HOLDS_BYLINE
    return by_known_name(page, rule, anchor, start, end, held, at) is None


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_what_stands_in_a_text_is_found_in_the_order_of_places_and_rules(text: str) -> None:
    page, table = page_of(text), rules()
    hashes = page.tokens.hashes.tolist()
    expected: list[tuple[int, int, int]] = []
    for place, token in enumerate(hashes):
        following = hashes[min(place + 1, len(hashes) - 1)]
        name = table.exact.get(token)
        here = [
            *table.pairs.get(pair_hash(token, following), ()),
            *((rule, 0) for rule in table.singles.get(token, ())),
            *([(name, 0)] if name is not None else []),
        ]
        for rule, distance in here:
            if matched(rule, hashes, place, distance):
                expected.append((place, id(rule), place + distance))
    if not hashes:
        return
    found, in_texts = candidates(page)
    numbered = program().rules
    numbers = {id(rule): number for number, rule in enumerate(numbered)}
    kept = [(at, id(numbered[rule]), anchor) for at, rule, anchor, *_ in found[:in_texts]]
    left_out = iter(expected)
    for one in kept:  # in the same order, and what lies between comes to nothing
        for place, key, first in iter(left_out.__next__, one):
            assert comes_to_nothing(page, numbered[numbers[key]], first, place)
    for place, key, first in left_out:
        assert comes_to_nothing(page, numbered[numbers[key]], first, place)
    for at, number, anchor, start, end, holds in found[:in_texts]:
        known = numbered[number]
        if isinstance(known, KnownName):
            held = HOLDS_MENTION | HOLDS_BYLINE | (holds & HOLDS_SIGNATURE)
            anything = by_known_name(page, known, anchor, start, end, held, at)
            assert by_known_name(page, known, anchor, start, end, holds, at) == anything


def lines_that_credit(page: Page) -> set[tuple[int, int]]:
    """Twin: (line, rule by id) of the phrases that are a whole line with a credit, every phrase tried on every line."""
    found = set()
    for line, row in enumerate(page.tokens.lines.tolist()):
        first, last = row[LINE_TOKEN_START], row[LINE_TOKEN_END]
        window = page.tokens.hashes[first:last].tolist()
        for rule in program().rules if 2 <= last - first <= AROUND else ():
            if not isinstance(rule, Phrase) or rule.place not in WHOLE_LINE:
                continue
            behind = match_forward(rule.after, window, 0)
            until = match_backward(rule.suffix, window, len(window)) if behind >= 0 else -1
            if behind < 0 or until <= behind:
                continue
            start, end = page.tokens.starts[first + behind], page.tokens.ends[first + until - 1]
            if _line_phrase(page, rule, first, last, first + until, int(start), int(end)) is not None:
                found.add((line, id(rule)))
    return found


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_no_line_that_is_a_credit_is_left_out(text: str) -> None:
    page = page_of(text)
    if not len(page.tokens):
        return
    found, in_texts = candidates(page)
    numbered = program().rules
    kept = {(line, id(numbered[rule])) for line, rule, *_ in found[in_texts:]}
    assert lines_that_credit(page) <= kept
