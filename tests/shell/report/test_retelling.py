"""Two texts sentence by sentence: partners are those that tell the same, and whatever is shown stands in the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy.core.engine import Engine
from wirecopy.core.model import Outcome, RawArticle, RawPosition
from wirecopy.core.records.raw import FieldPaths, decode_raw, json_bytes
from wirecopy.core.values import replace
from wirecopy.shell.report.comparison_rows import Mark
from wirecopy.shell.report.retelling import in_order, retelling
from wirecopy.shell.report.retelling_rows import (
    comparison_of,
    in_words,
    retelling_to_json,
    seems_retold,
)
from wirecopy.shell.report.sentences import Kind, sentence_texts

REPORT = """\
The harbour of Oldmere was closed on Thursday after the ferry Skua ran onto a bank of shingle with 214 people aboard. \
Captain Ines Halloran ordered the engines stopped within seconds, the harbour office wrote. \
Three passengers were taken to the hospital in Brackwater with broken wrists. \
"We felt the floor lift under us like a slow wave," said Tobias Renn, a carpenter who travels to work on the boat. \
Mr. Renn and 40 others waited on the upper deck until a tug from Saltney pulled the ship free at 16.20. \
The ferry line Norrland Sund had asked twice for the channel to be dredged, most recently in 2024. \
The council refused both requests because of a cost of 1,250,000 crowns. \
A spokeswoman for the council, Petra Oduya, said an inquiry would begin on Monday."""
RETOLD = """\
An inquiry starts on Monday, council spokeswoman Petra Oduya announced. \
Its subject is the grounding of the Skua, a ferry carrying 214 people, which got stuck on shingle off Oldmere and shut the \
port all Thursday. According to port officials, skipper Ines Halloran cut the engines almost at once. \
Broken wrists sent three of those travelling to Brackwater's hospital. \
For Tobias Renn, who commutes aboard, it was as if "the floor lift under us like a slow wave" had come. \
Only a tug sent out from Saltney got the vessel off, at 16.20; 40 travellers spent the wait with him on deck. \
Dredging, which Norrland Sund had demanded two times, in 2024 for the last time, was turned down by the council: \
1,250,000 crowns seemed too much."""
OTHER_REPORT = """\
Commuters on the Skua spoke of a jolt and a long silence on Thursday morning. \
Leonie Abara, 61, was drinking tea in the saloon when her cup slid off. \
"Nobody shouted, it was the oddest thing," she said at the quay in Oldmere. \
Her grandson Milo filmed gulls circling above the stranded ship for the broadcaster Channel Nine. \
The pilot association counted 7 groundings since January and blames winter storms. \
Its chairman Yusuf Lindqvist wants buoys moved by 90 metres before Easter."""
ABOUT_NOTHING_OF_IT = """\
The bakery on Quince Street sells a loaf made of chestnut flour since the spring. \
Its owner, Wanda Fairclough, learned the recipe from a cousin in the hills. \
She bakes 60 a day, and by noon the shelf is empty."""


def article(body: str, id_: str = "a", **more: str) -> RawArticle:
    decoded = decode_raw(
        json_bytes({"id": id_, "body": body} | more), RawPosition("t", 0, 0), FieldPaths(), {}
    )
    assert isinstance(decoded, RawArticle)
    return decoded


def test_a_retold_report_is_aligned_and_an_own_one_is_not() -> None:
    told = retelling(article(REPORT), article(RETOLD))
    own = retelling(article(REPORT), article(OTHER_REPORT))
    assert told.told >= 6 and own.told <= 1
    assert len(told.partners) == 7
    assert told.partners[0] == 7, "what came last is told first"
    assert told.in_order == told.told - 1
    assert retelling(article(REPORT), article(ABOUT_NOTHING_OF_IT)).told == 0


def test_names_numbers_and_quotations_of_both_and_of_each_are_listed_as_written() -> None:
    found = retelling(article(REPORT), article(RETOLD))
    assert {"Petra Oduya", "Skua", "214", "Ines Halloran", "1,250,000", "Tobias Renn"} <= set(found.both)
    assert found.quotations == ("the floor lift under us like a slow wave",)
    assert not found.added
    own = retelling(article(REPORT), article(OTHER_REPORT))
    assert {"Leonie Abara", "61", "Yusuf Lindqvist", "90"} <= set(own.added)
    assert {"Tobias Renn", "Saltney", "1,250,000"} <= set(own.missing)
    assert set(own.both) == {"Skua", "Thursday", "Oldmere"}


def test_it_is_said_in_words() -> None:
    words = " ".join(in_words(retelling(article(REPORT), article(RETOLD))))
    assert "of its 7 sentences tell what" in words and "in the same order" in words
    assert "Petra Oduya" in words and "1 quotation to the letter" in words
    assert "It has no names or numbers of its own." in words
    assert "Names and numbers of its own: Leonie Abara" in " ".join(
        in_words(retelling(article(REPORT), article(OTHER_REPORT)))
    )
    assert in_words(retelling(article(REPORT), article(ABOUT_NOTHING_OF_IT))) == [
        "No sentence of it tells what a sentence of the other article tells."
    ]


def test_rows_hold_every_sentence_and_mark_what_both_have() -> None:
    found = retelling(article(REPORT), article(RETOLD))
    rows = comparison_of(found).rows
    right = ["".join(stretch.text for stretch in row.right) for row in rows if row.right]
    assert right == [RETOLD[one.start : one.end] for one in found.second.sentences]
    left = {"".join(stretch.text for stretch in row.left) for row in rows if row.left}
    assert left == {REPORT[one.start : one.end] for one in found.first.sentences}
    marked = {(stretch.text, stretch.mark) for row in rows for stretch in row.right}
    assert ("1,250,000", Mark.ENTITY) in marked and ("shingle", Mark.WORD) in marked
    assert ("the floor lift under us like a slow wave", Mark.LETTER) in marked


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Mr. Abel of the U.S. office paid it back. She did not.", 2),
        ("Am 3. Mai kam der Zug nicht an. Danach auch nicht mehr.", 2),
        ("他很高兴地来到这里。她没有来到这里吃饭。", 2),
        ("He waited and said no. Then he left the house!", 2),
        ("A headline of four words\nThe text goes on below it.", 2),
        ("It costs 1.250,50 crowns or 3.5 marks a day", 1),
    ],
)
def test_where_sentences_end(text: str, sentences: int) -> None:
    first, _ = sentence_texts(article(text), article("Nothing of it."))
    assert len(first.sentences) == sentences


def test_a_number_is_one_however_it_is_grouped() -> None:
    first, second = sentence_texts(
        article("They paid 1,250,000 crowns."), article("1.250.000 crowns were paid.")
    )
    numbers = [
        [one.key for one in text.sentences[0].features if one.kind is Kind.NUMBER] for text in (first, second)
    ]
    assert numbers == [["1250000"], ["1250000"]]


def test_scripts_without_spaces_and_syllables_written_apart_have_features() -> None:
    first, second = sentence_texts(
        article("市长李明在周四宣布，新的渡轮码头将于2027年建成。"),
        article("新的渡轮码头2027年建成，李明市长说。"),
    )
    keys = [
        frozenset(key for sentence in text.sentences for key in sentence.keys) for text in (first, second)
    ]
    assert {"渡轮", "码头", "2027"} <= keys[0] & keys[1]
    first, second = sentence_texts(
        article("Bà Nguyễn Thị Lan nói rằng cầu cảng mới sẽ xong vào năm 2027 ở thành phố."),
        article("Cầu cảng mới ở thành phố sẽ xong năm 2027, bà Nguyễn Thị Lan cho biết như thế."),
    )
    names = {one.key for one in first.sentences[0].features if one.kind is Kind.NAME}
    assert names and names <= {key for sentence in second.sentences for key in sentence.keys}


def test_german_nouns_are_no_names() -> None:
    text = "Der Hafen der Stadt war am Morgen wegen der Fähre gesperrt, weil die Besatzung den Anker verlor."
    first, _ = sentence_texts(article(text), article(text))
    assert {one.kind for one in first.sentences[0].features} == {Kind.WORD}


def test_places_for_programs_are_those_of_the_body_as_it_came() -> None:
    body = f"<html><body><nav>Home</nav><p>{REPORT.replace('. ', '.</p><p>')}</p></body></html>"
    source, copy = article(body, content_type="text/html"), article(RETOLD)
    found = retelling(source, copy)
    told = retelling_to_json(found, source, copy)
    assert told["told"] == len(told["pairs"]) > 5
    for pair in told["pairs"]:
        assert RETOLD[pair["start"] : pair["end"]].strip()
        there = body[pair["source_start"] : pair["source_end"]]
        assert len(there.split()) > 5 and "nav" not in there


WORDS = st.sampled_from(
    [
        "Skua",
        "harbour",
        "12",
        "a",
        "“",
        "”",
        ".",
        "!",
        "\n",
        " ",
        "渡轮",
        "。",
        "Ines",
        "é",
        "\u202e",
        "(",
        ",",
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(WORDS, min_size=1, max_size=80), st.lists(WORDS, min_size=1, max_size=80))
def test_of_any_two_texts_sentences_are_disjoint_and_hold_their_features(a: list[str], b: list[str]) -> None:
    first, second = article("x" + " ".join(a)), article("y" + "".join(b))
    found = retelling(first, second)
    for text in (found.first, found.second):
        end = 0
        for sentence in text.sentences:
            assert end <= sentence.start < sentence.end <= len(text.text)
            end = sentence.end
            for feature in sentence.features:
                assert sentence.start <= feature.start < feature.end <= sentence.end
        covered = sum(
            sentence.start <= start < sentence.end for sentence in text.sentences for start in text.starts
        )
        assert covered == len(text.starts)
    assert len(found.partners) == len(found.second.sentences)
    assert all(-1 <= partner < len(found.first.sentences) for partner in found.partners)
    assert found.in_order <= found.told
    comparison_of(found)
    assert all(pair["start"] < pair["end"] for pair in retelling_to_json(found, first, second)["pairs"])


def test_a_text_is_its_own_retelling_in_order() -> None:
    found = retelling(article(REPORT), article(REPORT))
    assert found.partners == tuple(range(len(found.partners))) and found.in_order == len(found.partners)
    assert not found.added and not found.missing


@given(st.lists(st.integers(-1, 6), max_size=12))
def test_order_is_the_longest_series_that_never_goes_back(partners: list[int]) -> None:
    kept = [partner for partner in partners if partner >= 0]
    longest = [1] * len(kept)
    for at, partner in enumerate(kept):
        longest[at] += max((longest[j] for j in range(at) if kept[j] <= partner), default=0)
    assert in_order(partners) == max(longest, default=0)


@pytest.mark.parametrize(
    "text",
    [
        "Alpha beta Gamma 12. " * 20_000,
        " ".join(f"Skua{n % 97} Harbour{n} {n} is here." for n in range(15_000)),
        "渡轮码头。" * 20_000,
        "“" * 50_000 + "a b c d.",
    ],
    ids=["one sentence", "names", "no spaces", "marks"],
)
def test_no_text_makes_it_slow(text: str) -> None:
    one, other = article(text), article(text[: len(text) // 2] + " Another thing here.")
    comparison_of(retelling(one, one))
    began = time.perf_counter()
    comparison_of(retelling(one, other))
    assert time.perf_counter() - began < 10


def test_what_words_decided_is_not_looked_at() -> None:
    engine = Engine()
    articles = [article(REPORT, "a"), article("Lead.\n\n" + REPORT, "b")]
    places = [replace(one, position=RawPosition("t", 0, number)) for number, one in enumerate(articles)]
    outcomes = [engine.replay(number, 0, engine.propose(one).value) for number, one in enumerate(places)]
    verdicts = [outcome.verdict for outcome in outcomes if isinstance(outcome, Outcome)]
    assert seems_retold(article(REPORT), article(RETOLD), verdicts[0]) is not None
    assert seems_retold(article(REPORT), article(OTHER_REPORT), verdicts[0]) is None
    assert seems_retold(article(REPORT), article(RETOLD), verdicts[1]) is None
