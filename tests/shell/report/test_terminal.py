"""Nothing out of an article reaches the terminal as a control; widths are those that the terminal shows."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.shell.report.terminal import Piece, Terminal, Tone, padded, shown, shown_line

ROWS = [
    ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
    ("\x1b]0;title\x07", "␛]0;title␇"),
    ("back\x08space\r\x7f", "back␈space␍␡"),
    ("\x9b31m", "‹U+009B›31m"),
    ("user\u202egnp.exe", "user‹U+202E›gnp.exe"),
    ("a\u2066b\u2069", "a‹U+2066›b‹U+2069›"),
    ("zero\u200bwidth", "zero‹U+200B›width"),
    ("half \ud83d", "half ‹U+D83D›"),
    ("tab\tand\nline", "tab\tand\nline"),
    ("עברית عربي 日本語 é", "עברית عربي 日本語 é"),
    ("[red]no markup[/red]", "[red]no markup[/red]"),
]


@pytest.mark.parametrize(("text", "visible"), ROWS)
def test_controls_become_visible_and_words_stay(text: str, visible: str) -> None:
    assert shown(text) == visible


@given(st.text())
def test_no_control_is_left_in_any_text(text: str) -> None:
    for character in shown(text):
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
        assert character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    assert "\n" not in shown_line(text, 40)


@given(st.text(st.sampled_from("aé日本語ｗ한글\u0301 \n\x1b"), max_size=60), st.integers(4, 40))
def test_a_padded_text_takes_exactly_its_columns(text: str, columns: int) -> None:
    taken = sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in padded(text, columns)
    )
    assert taken == columns


def test_a_cut_text_ends_in_an_ellipsis_and_a_short_one_is_whole() -> None:
    assert shown_line("a  long\nheadline", 40) == "a long headline"
    assert shown_line("a long headline", 8) == "a long …"
    assert shown_line("日本語日本語", 7) == "日本語…"


def test_without_a_terminal_plain_lines_come_out() -> None:
    out = io.StringIO()
    terminal = Terminal(out)
    terminal.line(Piece("[bold]not markup[/bold] :smile:", Tone.ALARM))
    with terminal.foot() as foot, terminal.progress("working") as bar:
        foot.show(Piece("unseen"))
        bar.show(0.5, "unseen")
    terminal.indented(4, Piece("word " * 100))
    assert out.getvalue() == "[bold]not markup[/bold] :smile:\n" + "    " + "word " * 100 + "\n"


def test_on_a_terminal_tones_are_colours() -> None:
    out = io.StringIO()
    Terminal(out, columns=40, colour=True).line(Piece("careful", Tone.ALARM))
    assert "\x1b[" in out.getvalue() and "careful" in out.getvalue()


def test_two_sides_start_on_one_line() -> None:
    out = io.StringIO()
    Terminal(out, columns=60, colour=False).side_by_side(
        ("left", "right"), [([Piece("one " * 20)], [Piece("first")]), ([Piece("two")], [Piece("second")])]
    )
    lines = out.getvalue().splitlines()
    assert [("one" in line, "first" in line) for line in lines if "first" in line] == [(True, True)]
    assert [("two" in line, "second" in line) for line in lines if "second" in line] == [(True, True)]
