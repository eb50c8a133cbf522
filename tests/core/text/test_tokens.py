"""Tokens are folded words with their places. The oracle of the kernels is their plain twin (`twins_text`)."""

from __future__ import annotations

import random
import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.naive import text as twins
from tests.core.story import prose
from wirecopy.core import limits
from wirecopy.core.text import kernels, prose_kernels
from wirecopy.core.text.kernels import (
    LINE_BLANK_BEFORE,
    LINE_CHAR_END,
    LINE_CHAR_START,
    LINE_COLUMNS,
    LINE_ENDS,
    LINE_PROSE,
)
from wirecopy.core.text.tokens import Tokens, phrase_hashes, tokenise
from wirecopy.core.text.unicode_table import CLASSES, EXPANSIONS, FOLDS

TABLE = twins.Table(CLASSES.tolist(), FOLDS.tolist(), EXPANSIONS.tolist())
PROSE_BY = (
    limits.PROSE_ENDING_TOKENS_MIN,
    limits.PROSE_TOKENS_MIN,
    limits.PROSE_LONG_TOKENS_MIN,
    limits.WRAPPED_CHARS_MIN,
    limits.WRAPPED_CHARS_MAX,
    limits.WRAPPED_PERCENT_MIN,
)
# Every kind of sign, and what breaks tokenisers: ligatures, digits of other scripts, marks, jamo, zero width,
# surrogates, every sign that ends a line, ideographs beyond the table, emoji, private use.
SIGNS = (
    "aZéßﬁİıŒ9٣²½ _-–'’\".!?…。」,;:|·•›©()[]\t\n\r\x0b\x0c\x85\u2028\u2029"
    "\x00\u00ad\u200b\u200d\u2060\ufeff\u0301\u0e31\u093f"
    "한글가\u1100\u1161\u11a8カヽ漢字々〇ไทยພາສາខ្មែរမြန်བོད𛀀𠀀𠮷𲎯🙂👩\u200d💻\ue000\U000e0041\U0010ffff"
    "\u202e\u2066ａＡ１｡ﾊﾝ\ud800\udfff"
)
texts = st.one_of(
    st.text(st.sampled_from(SIGNS), max_size=80),
    st.text(st.characters(), max_size=60),
    st.lists(
        st.sampled_from(
            [
                "word",
                "12",
                "7 ",
                "5 ",
                "9",
                "字 ",
                "é ",
                "Über",
                "漢字かな",
                "ไทยไทย",
                " ",
                ". ",
                "\n",
                "\n\n",
                "\r\n",
                "| ",
                "© ",
            ]
        ),
        max_size=60,
    ).map("".join),
)

seeds = st.integers(0, 2**32)


def words_of(text: str) -> list[str]:
    tokens = tokenise(text)
    return [tokens.word(i) for i in range(len(tokens))]


def assert_is_twin(text: str) -> Tokens:
    tokens = tokenise(text)
    twin = twins.tokenise(text, TABLE)
    assert list(zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)) == twin.places
    assert tokens.hashes.tolist() == twin.hashes
    assert tokens.canonical == twin.canonical
    twins.mark_prose(twin.lines, *PROSE_BY)
    assert tokens.lines.tolist() == twin.lines
    return tokens


# ---- the compiled loop is its plain twin
@settings(max_examples=250, deadline=None)
@given(texts)
def test_the_kernel_gives_what_its_twin_gives(text: str) -> None:
    tokens = assert_is_twin(text)
    canonical = tokens.canonical.decode("utf-8", "surrogatepass")
    assert canonical.split(" ")[:-1] == [
        tokens.canonical[a : b - 1].decode("utf-8", "surrogatepass") for a, b in _pairs(tokens)
    ]


def _pairs(tokens: Tokens) -> list[tuple[int, int]]:
    bounds = tokens.canonical_starts.tolist()
    assert len(bounds) == len(tokens) + 1
    assert bounds[-1] == len(tokens.canonical)
    return list(pairwise(bounds))


@pytest.mark.parametrize("sign", ["\ufdfa", "㍿", "ﷺ", "𝔸", "ǆ", "½", "㎏"])
def test_a_sign_that_grows_when_folded_does_not_overrun(sign: str) -> None:
    """U+FDFA is 18 letters: more bytes folded than any text has."""
    assert_is_twin(sign * 300)


@pytest.mark.parametrize(
    "text", ["a\n" * 30_000, "a" * 700_000, "字" * 400_000, "x y\n" + "a b c " * 300_000]
)
def test_texts_of_other_shapes_than_articles_have_room(text: str) -> None:
    """More lines, or more text, than the arrays that are kept hold; and again, in those that are kept then."""
    tokens, again = tokenise(text), tokenise(text)
    assert tokens.canonical == again.canonical
    assert tokens.lines.tolist() == again.lines.tolist()
    assert tokens.ends[-1] == len(text.rstrip())
    assert len(tokens.lines) == len(text.splitlines())


@settings(max_examples=100, deadline=None)
@given(texts, texts)
def test_places_are_where_the_words_stand(before: str, text: str) -> None:
    """The tokens of a text after a line of another are its own, further on."""
    alone = tokenise(text)
    start = len(before) + 1
    behind = tokenise(before + "\n" + text)
    assert words_of(before) + words_of(text) == words_of(before + "\n" + text)
    assert behind.starts.tolist()[len(behind) - len(alone) :] == (alone.starts + start).tolist()


BEFORE = ["कि", "文", "ไทย", "été", "– ", "０"]
SPELT = ["\x80 0 0", "文 2 0 2 4 年", "é 1 2 3", "— 5 7 —", "文 1", "文\u3000 1 2", "เ 1 2", "0 0", "文 10 2"]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("text", SPELT)
def test_a_number_spelt_digit_by_digit_is_told_by_the_sign_before_it_alone(before: str, text: str) -> None:
    assert words_of(before + "\n" + text) == words_of(before) + words_of(text)
    assert words_of(before + " or\n" + text) == [*words_of(before), "or", *words_of(text)]
    assert ("2024" in words_of(text)) == (text == SPELT[1])


@settings(max_examples=100, deadline=None)
@given(texts)
def test_tokens_ascend_and_lie_in_their_lines(text: str) -> None:
    tokens = tokenise(text)
    assert (tokens.starts < tokens.ends).all()
    assert (tokens.starts[1:] >= tokens.ends[:-1]).all()
    if len(tokens):
        assert tokens.ends[-1] <= len(text)
    at = 0
    for line in tokens.lines:
        assert line[0] == at < line[1]
        at = int(line[1])
        assert line[LINE_CHAR_START] == tokens.starts[line[0]]
        assert line[LINE_CHAR_END] >= tokens.ends[line[1] - 1]
    assert at == len(tokens)


# ---- folding
SAME = [
    ("The MAYOR", "the mayor"),
    ("ＮＨＫ　２０２４", "nhk 2024"),  # full width
    ("café", "cafe\u0301"),  # composed and decomposed
    ("café", "cafe"),  # marks are out
    ("straße", "STRASSE"),
    ("ﬁnance", "finance"),
    ("co\u00adoperate", "cooperate"),  # soft hyphen
    ("zero\u200bwidth\u2060joined", "zerowidthjoined"),
    ("\u202eword\u202c", "word"),  # direction marks
    ("ｶﾞｽ", "ガス"),  # half-width kana
    ("Ελλάς", "ΕΛΛΆΣ"),  # final sigma
    ("يُكتب", "يكتب"),  # Arabic vowel signs
    ("Zelensky\u0301", "zelensky"),
    ("한국", "한국"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_what_readers_take_for_the_same_word_is_the_same_token(left: str, right: str) -> None:
    assert words_of(left) == words_of(right)
    assert tokenise(left).hashes.tolist() == tokenise(right).hashes.tolist()


DIFFERENT = [("한국", "한글"), ("कि", "की"), ("2024", "2025"), ("над", "под"), ("ไทย", "ไท")]


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_words_are_different_tokens(left: str, right: str) -> None:
    assert tokenise(left).hashes.tolist() != tokenise(right).hashes.tolist()


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(categories=("Lu", "Ll", "Lt", "Nd", "Zs", "Po"), max_codepoint=0x2FF), max_size=60)
)
def test_composition_does_not_matter(text: str) -> None:
    assert words_of(unicodedata.normalize("NFC", text)) == words_of(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("number", ["7", "75", "602", "1984"])
def test_a_number_set_apart_sign_by_sign_is_that_number(number: str) -> None:
    """As scanners and some converters write: a blank between all signs."""
    text = f"盛夏{number}个工程师放弃了{number}年的计划"
    apart = " ".join(text)
    assert words_of(apart) == words_of(text)
    assert_is_twin(apart)
    assert_is_twin(f"{apart}\n{apart} {number} x")


def test_numbers_that_stand_beside_each_other_stay_apart() -> None:
    assert words_of("he drew 7 5 and 3") == ["he", "drew", "7", "5", "and", "3"]
    assert words_of("漢字 12 5 个")[-3:-1] == ["12", "5"]


def test_hangul_is_compared_letter_by_letter() -> None:
    """So syllables and the jamo that they are composed of are one."""
    assert words_of("한국어 시험") == [unicodedata.normalize("NFD", word) for word in ("한국어", "시험")]


# ---- scripts without spaces
UNSPACED = [
    "東京都は来年度から、すべての小学校で給食を無償にすると発表した",
    "สำนักข่าวรายงานว่าฝนตกหนักในหลายจังหวัดทางภาคเหนือ",
    "ဗမာနိုင်ငံတော်အစိုးရသတင်း",
]


@pytest.mark.parametrize("text", UNSPACED)
def test_pseudo_words_are_short_and_lose_no_sign(text: str) -> None:
    words = words_of(text)
    assert len(words) > 3
    assert max(map(len, words)) <= 5
    assert "".join(words) == "".join(
        "".join(map(chr, TABLE.folded(c))) for c in text if CLASSES[ord(c)] & 7 in (3, 4)
    )


@pytest.mark.parametrize("text", UNSPACED)
@pytest.mark.parametrize("before", ["", "前", "前文", "昨日の夕方", "ข่าว", "AFP"])
def test_copies_of_an_unspaced_passage_are_cut_alike_soon_after_its_start(text: str, before: str) -> None:
    whole, moved = words_of(text), words_of(before + text)
    same = 0
    while same < min(len(whole), len(moved)) and whole[-1 - same] == moved[-1 - same]:
        same += 1
    assert len("".join(whole[: len(whole) - same])) <= 10  # at most two pseudo-words differ


# ---- lines
SENTENCE = "The council of the old harbour town voted for the bridge on Monday."
ROWS = [
    ("eight tokens and a full stop", "One two three four five six seven eight.", 1),
    ("seven tokens and a full stop", "One two three four five six seven.", 0),
    ("eight tokens without an end", "One two three four five six seven eight", 0),
    ("eight tokens, mostly digits", "2001 2002 2003 2004 2005 2006 a b.", 0),
    ("eighteen with a comma", ", ".join(["word"] * 2) + " word" * 16, 1),
    ("seventeen with a comma", ", ".join(["word"] * 2) + " word" * 15, 0),
    ("thirty-nine without any sign", " ".join(["word"] * 39), 0),
    ("forty without any sign", " ".join(["word"] * 40), 1),
    ("a closing quote ends a sentence", "“One two three four five six seven eight”", 1),
    ("a Chinese full stop", "北京市政府昨天宣布明年起全市小学免费提供午餐并增加教师人数。", 1),
]


@pytest.mark.parametrize(("what", "line", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_a_line_is_prose_by_its_shape(what: str, line: str, expected: int) -> None:
    assert tokenise(line).lines[:, LINE_PROSE].tolist() == [expected]


def test_hard_wrapped_paragraphs_are_judged_as_one() -> None:
    wrapped = (
        "The council of the harbour town has voted\nfor a new bridge after a debate of nine hours\n"
        "which ended when the mayor left the room\nand took the only key."
    )
    assert tokenise(wrapped).lines[:, LINE_PROSE].tolist() == [1, 1, 1, 1]
    heads = wrapped.title()  # each line begins anew: a list of headlines
    assert tokenise(heads).lines[:, LINE_PROSE].tolist() == [0, 0, 0, 0]


def test_lines_end_at_every_sign_that_ends_lines() -> None:
    text = "a\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h"
    assert len(tokenise(text).lines) == 8
    assert tokenise("a\n\nb\nc").lines[:, LINE_BLANK_BEFORE].tolist() == [0, 1, 0]
    assert tokenise("a.\nb").lines[:, LINE_ENDS].tolist() == [1, 0]


@settings(max_examples=300, deadline=None)
@given(seeds)
def test_prose_is_marked_as_its_twin_marks_it(seed: int) -> None:
    """Any lines at all, not only those that a text gave."""
    chance = random.Random(seed)
    lines = drawn_lines(chance)
    twin = lines.tolist()
    by = tuple(chance.randint(1, top) for top in (10, 20, 40, 40, 80, 100))
    prose_kernels.mark_prose(lines, *by)
    twins.mark_prose(twin, *by)
    assert lines.tolist() == twin


def drawn_lines(chance: random.Random, most: int = 25) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Lines as `tokenise` fills them, in any combination of their numbers; LINE_PROSE too."""
    rows = []
    token = char = 0
    for _ in range(chance.randint(0, most)):
        tokens, chars = chance.randint(1, 30), chance.randint(1, 120)
        counts = [chance.randint(0, top) for top in (1, 9, 30, 3, 1, 1, 1)]
        bars = chance.choice([0, 0, 0, 3, 4, 1000])
        rows.append([token, token + tokens, char, char + chars, *counts, bars])
        token, char = token + tokens, char + chars + 1
    return np.array(rows, np.int32).reshape(-1, LINE_COLUMNS)


# ---- size
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "text",
    ["word " * 200_000, "漢" * 300_000, "a" * 1_000_000, "\n" * 1_000_000, "\ufdfa" * 50_000, "| " * 500_000],
)
def test_long_texts_of_one_thing_are_read_whole(text: str) -> None:
    tokens = tokenise(text)
    letters = sum(c.isalpha() for c in text[:1000])
    assert (len(tokens) > 0) == (letters > 0)
    if len(tokens):
        assert tokens.ends[-1] == len(text.rstrip())


def test_ascii_words_are_those_of_the_pinned_table() -> None:
    for byte, folded in enumerate(kernels._ASCII_WORDS.tolist()):
        of_word = byte < 128 and CLASSES[byte] & kernels.KIND_MASK == kernels.LETTER
        assert folded == (FOLDS[byte] if of_word else 0), chr(byte)


def test_phrase_hashes_are_those_of_the_text() -> None:
    text = prose(1)
    hashes = tokenise(text).hashes.tolist()
    first = " ".join(text.split()[:4])
    assert list(phrase_hashes(first)) == hashes[:4]


def test_a_run_of_ascii_words_ends_where_the_table_of_bytes_says_so() -> None:
    for place in range(8):
        for byte in range(256):
            eight = bytearray(b"aZ09zA7m")
            eight[place] = byte
            run = next((at for at, sign in enumerate(eight) if not kernels._ASCII_WORDS[sign]), 8)
            small, found, figures = kernels._ascii_run(np.uint64(int.from_bytes(eight, "little")))
            assert int(found) == run
            assert int(figures) == sum(chr(sign).isdigit() for sign in eight[:run])
            assert int(small).to_bytes(8, "little")[:run] == eight[:run].lower()
