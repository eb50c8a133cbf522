"""Laws of quoted words: which of a text's tokens the text itself gives as somebody else's."""

from __future__ import annotations

import random

import pytest

from wirecopy.core import limits
from wirecopy.core.text.html import html_to_text
from wirecopy.core.text.quotations import quoted_blocks, quoted_tokens
from wirecopy.core.text.tokens import tokenise

WORDS = [
    "harbour",
    "ferry",
    "tide",
    "council",
    "lantern",
    "gravel",
    "orchard",
    "signal",
    "pier",
    "timber",
    "market",
    "lock",
]
MARKS = [
    ('"', '"'), ("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("« ", " »"), ("»", "«"), ("”", "”"), ("‘", ".’"),
    ("「", "」"), ("『", "』"), ("``", "''"), ("‹", "›"), ("“", '"'),
]  # fmt: skip


def quoted(text: str) -> str:
    """The quoted tokens of a text."""
    tokens = tokenise(text)
    marked, count = quoted_tokens(text.encode(), tokens)
    assert int(marked.sum()) == count
    return " ".join(text[tokens.starts[i] : tokens.ends[i]] for i in range(len(tokens)) if marked[i])


def prose(rng: random.Random, size: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(size))


@pytest.mark.parametrize(("opening", "closing"), MARKS)
@pytest.mark.parametrize("seed", range(8))
def test_words_between_marks_are_quoted_and_no_others(opening: str, closing: str, seed: int) -> None:
    rng = random.Random(seed)
    said = prose(rng, rng.randint(4, 90))
    text = f"The mayor wrote: {opening}{said}{closing} and {prose(rng, rng.randint(1, 30))}."
    assert quoted(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "The workers don't know whose turn it's going to be, nor does the ferrymen's guild.",
        "A 6'2\" man met a 5'10\" woman in the yard of the old house.",
        'הוא הלך לארה"ב עם צה"ל ביחד ולא חזר משם עד היום בכלל',
        "It was a “grand” day.",
        "KARACHI: The council met on Tuesday to speak of the harbour.",
        "Бхопал: Профсоюз служащих выступил с инициативой.\nБхопал: ещё одна строка текста.\nБхопал: и ещё одна.",
    ],
)
def test_apostrophes_inches_abbreviations_and_datelines_quote_nothing(text: str) -> None:
    assert quoted(text) == ""


@pytest.mark.parametrize("seed", range(8))
def test_a_quotation_goes_on_over_paragraphs_only_if_it_is_closed_before_the_next(seed: int) -> None:
    rng = random.Random(seed)
    first, second, own = (prose(rng, rng.randint(5, 30)) for _ in range(3))
    assert quoted(f"“{first}.\n\n“{second},” she said. {own}.") == f"{first} {second}"
    assert quoted(f"“{first}.\n\n{second},” she said. {own}.") == f"{first} {second}"
    assert quoted(f"“{first}.\n\n{own}. “{second},” she said.") == f"{first} {second}"


@pytest.mark.parametrize(("opening", "closing"), [('"', '"'), ("“", "”")])
@pytest.mark.parametrize("inner", range(1, 4))
def test_a_quotation_inside_one_of_the_same_marks_belongs_to_it(
    opening: str, closing: str, inner: int
) -> None:
    rng = random.Random(inner)
    pieces = [prose(rng, rng.randint(5, 12))]
    for _ in range(inner):
        pieces += [f"{opening}{prose(rng, 4)}{closing}", prose(rng, rng.randint(3, 9))]
    said = " ".join(pieces)
    plain = said.replace(opening, "").replace(closing, "")
    own = prose(rng, 12)
    assert quoted(f"She told us, {opening}{said}.{closing} {own}.") == plain
    # forgotten, the outer mark quotes nothing
    forgotten = f"She told us, {opening}{prose(rng, 6)}. {own}. {opening}{prose(rng, 5)}{closing} she said."
    assert own not in quoted(forgotten)


@pytest.mark.parametrize("seed", range(6))
def test_one_sign_at_both_ends_quotes_what_it_holds(seed: int) -> None:
    rng = random.Random(seed)
    said = prose(rng, rng.randint(4, 40))
    assert quoted(f"The mayor wrote: “{said}“ and went. {prose(rng, 200)}.") == said
    assert quoted(f"The pier is “new“ now. {prose(rng, 200)}.") == ""
    assert quoted(f"The pier is new“ now. {prose(rng, 30)}.") == ""


@pytest.mark.parametrize("size", [20, 110, 140, 400])
def test_a_mark_that_nobody_closed_quotes_no_more_than_a_statement(size: int) -> None:
    text = f"The mayor wrote: “{prose(random.Random(size), size)}."
    assert (quoted(text) != "") is (size < limits.QUOTED_TOKENS_MAX)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ADAMS: we go now\nBAKER: no we stay\nADAMS: so be it then", "ADAMS we go now BAKER no we stay ADAMS so be it then"),
        ("> we are sorry for that\nThe mayor wrote so.", "we are sorry for that"),
        ("A great day for the pier pic.twitter.com/ab1\nOwn words.", "A great day for the pier pic twitter com ab1"),
        ("We shall all sail tomorrow\n— Mayor (@mayor) March 4, 2017", "We shall all sail tomorrow Mayor mayor March 4 2017"),
        ("The statement reads:\n\nWe are sorry for the delay.\n\nNobody believed it.", "We are sorry for the delay"),
    ],
)  # fmt: skip
def test_what_is_set_apart_without_marks_is_quoted(text: str, said: str) -> None:
    assert quoted(text) == said


def test_blockquotes_of_html_are_quoted_unless_they_are_most_of_the_page() -> None:
    own, said = "The ferry sailed at noon and came back at dusk. " * 3, "we are sorry for all of it"
    html = f"<p>{own}</p><blockquote>{said}</blockquote><p>{own}</p>"
    text, offsets = html_to_text(html)
    tokens = tokenise(text)
    marked, _ = quoted_tokens(text.encode(), tokens, quoted_blocks(html, offsets))
    assert [tokens.word(i) for i in range(len(tokens)) if marked[i]] == said.split()
    html = f"<blockquote>{own}</blockquote><p>{said}</p>"
    assert len(quoted_blocks(html, html_to_text(html)[1])) == 0


@pytest.mark.parametrize("seed", range(20))
def test_no_text_breaks_the_search(seed: int) -> None:
    rng = random.Random(seed)
    signs = "\"'“”„«»‘’‚‹›「」\n\n  ab éж中>@/:(.-—"
    text = "".join(rng.choice(signs) for _ in range(rng.randint(0, 400)))
    quoted(text)
