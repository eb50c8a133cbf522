"""HTML to text: what a browser shows comes out in order, and every character knows where it is in the
source.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.naive import html as twins_html
from wirecopy.core.text import html_kernels as kernels
from wirecopy.core.text.html import _name_hash, html_to_text, looks_like_html, source_range

PIECES = (
    "<p>", "</p>", "<P class='a>b'>", "<div id=x>", "</div>", "<br/>", "<br>", "<td>", "</th>", "<pre>",
    "</pre>", "<b>", "</b>", "<a href=\"x?a=1&b=2\">", "<a href='", "<a href=\"", "<a =\">\" ",
    "<a b= >", "<a b=c\"d>", "<x/y>", "<script>", "</script>", "<SCRIPT src=x/>", "</ScRiPt >",
    "<style>p{}</style>", "<title>", "</title>", "<svg>", "</svg>", "<svg/>", "<select>", "</select",
    "<template>", "</template>", "<!--", "-->", "--!>", "<!-->", "<!-", "<!x>", "<?php ", "</ ", "</3>",
    "<", ">", "\"", "'", "=", "/", "&", "&amp;", "&ampx", "&notit;", "&not", "&#8217;", "&#x2019",
    "&#0;", "&#150;", "&#xD800;", "&#99999999999999;", "&#", "&#x", "&NotEqualTilde;", "&nbsp;", "&zz;",
    "&1;", "<![CDATA[", "<!--[CDATA[", "]]>", " ", "  ", "\n", "\t", "\r\n", "\f", "word", "é", "字", "\U0001f600", "\0",
    "\ud83d", ";", "x",
)  # fmt: skip

SHOWN = [
    # html, text
    ("<p>One</p><p>Two</p>", "One\nTwo"),
    ("<p>One\n   two</p>\n\n<p>three</p>", "One two\nthree"),
    ("One<br>two<br/><br />three", "One\ntwo\nthree"),
    ("wo<b>r</b>d", "word"),
    ("<span>a</span> <span>b</span>", "a b"),
    ("<table><tr><th>Year<th>Tons</tr><tr><td>1990<td>7</table>", "Year\tTons\n1990\t7"),
    ("<ul><li>a<li>b</ul>after", "a\nb\nafter"),
    ("AT&amp;T &lt;b&gt; &eacute;&#233;&#xE9; &copy 2024", "AT&T <b> ééé © 2024"),
    ("&notit; &nonsense; &; & &#; A&B", "¬it; &nonsense; &; & &#; A&B"),
    ("&#150;&#8217;&#0;&#xD800;&#1114112;", "–’\ufffd\ufffd\ufffd"),
    ("a&nbsp;&nbsp;b", "a\xa0\xa0b"),
    ("<head><title>No</title><style>p{}</style></head><body>Yes</body>", "Yes"),
    ("<script>if (a<b) x='</p>';</script>Yes", "Yes"),
    ("<SCRIPT>no</Script >Yes<noscript>no</noscript>", "Yes"),
    ("<svg><text>no</text></svg>Yes<template><p>no</template>", "Yes"),
    ("<svg/>Yes<script src=x />Yes", "YesYes"),
    ("Yes<svg>kept where nothing closes it", "Yeskept where nothing closes it"),
    ("Yes<script>lost where nothing closes it", "Yes"),
    ("<textarea><p>no</textarea>Yes", "Yes"),
    ("<!-- no <p> -->Yes<!---->Yes<!-->Yes<?no?>Yes<!no>Yes</3>", "YesYesYesYesYes"),
    ("Yes<!-- never closed", "Yes"),
    ('<a title="a > b" href=\'c > d\'>Yes</a>', "Yes"),
    ("<a title=it's>Yes</a>", "Yes"),
    ('<p title="never closed>Yes</p><p>Yes', "Yes\nYes"),
    ("Yes<p class=never", "Yes"),
    ("5 < 6 <i>and</i> 7 > 6 <3", "5 < 6 and 7 > 6 <3"),
    ("<pre>a\n  b</pre>c\n  d", "a\n  b\nc d"),
    ("First line\nsecond <b>line</b>\n\nthird", "First line\nsecond line\n\nthird"),
    ("<![CDATA[<p>From a feed</p>]]>", "From a feed"),
    ("<!--[CDATA[ if (a>b) no <p>no</p> ]]>Yes<p>Yes", "Yes\nYes"),
    ("<!--[CDATA[ no ]]-->Yes<!--[CDATA[ no ]]>-->Yes<!--[CDATA[ no --> Yes ]]>", "YesYes Yes ]]>"),
    ("Yes<![CDATA[<!--[CDATA[ no ]]>Yes]]>", "Yes Yes"),
    ("Yes<!--[CDATA[ never closed", "Yes"),
    ("<button>Share</button><button>Post</button>", "Share Post"),
    ("  <p> </p>  ", ""),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("html", "text"), SHOWN)
def test_what_is_shown_comes_out(html: str, text: str) -> None:
    assert html_to_text(html)[0] == text


def assert_offsets_hold(html: str, text: str, offsets: np.ndarray) -> None:
    """Where an offset points stands the character, white space, a reference, or the tag that broke the
    line.
    """
    assert len(offsets) == len(text) + 1
    assert offsets.dtype == np.int32
    assert (np.diff(offsets) >= 0).all()
    assert 0 <= offsets[-1] <= len(html)
    html = twins_html.without_cdata(html)
    for character, offset in zip(text, offsets[:-1].tolist(), strict=True):
        source = html[offset]
        if source == character:
            continue
        if source == "&":
            assert character in twins_html.reference(html, offset)[0]
        else:
            assert character in " \t\n"
            assert source in " \t\n\r\f<", (character, source)


@pytest.mark.parametrize(("html", "text"), SHOWN)
def test_offsets_point_at_the_source(html: str, text: str) -> None:
    shown, offsets = html_to_text(html)
    assert_offsets_hold(html, shown, offsets)


@pytest.mark.parametrize(
    ("html", "phrase", "source"),
    [
        ("<p>One</p><p>two three</p>", "two", "two"),
        ("a <b>bold</b><i>er</i> b", "bold", "bold"),
        ("a <b>bold</b><i>er</i> b", "bolder", "bold</b><i>er"),
        ("x AT&amp;T y", "AT&T", "AT&amp;T"),
        ("x Caf&eacute; y", "Café", "Caf&eacute;"),
        ("x Caf&eacute y", "Café", "Caf&eacute"),
        ("x &notit; y", "¬", "&not"),
        ("<p>at the end&#8230;</p></div>", "end…", "end&#8230;"),
        ("<p>字字<b>字</b>", "字字字", "字字<b>字"),
        ("x A&B y", "A&", "A&"),
    ],
)
def test_a_range_of_text_is_a_range_of_source(html: str, phrase: str, source: str) -> None:
    text, offsets = html_to_text(html)
    start = text.index(phrase)
    first, last = source_range(html, offsets, start, start + len(phrase))
    assert html[first:last] == source


def test_an_empty_range_of_text_is_an_empty_range_of_source() -> None:
    _, offsets = html_to_text("<p>abc</p>")
    assert source_range("<p>abc</p>", offsets, 1, 1) == (4, 4)


def generated(seed: int) -> str:
    chance = random.Random(seed)
    return "".join(chance.choices(PIECES, k=chance.randrange(1, 60)))


@pytest.mark.parametrize("block", range(8))
def test_the_kernel_and_its_twin_agree(block: int) -> None:
    for seed in range(block * 500, block * 500 + 500):
        html = generated(seed)
        text, offsets = html_to_text(html)
        assert (text, offsets[:-1].tolist()) == twins_html.html_to_text(html), f"seed {seed}: {html!r}"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map("".join))
def test_any_text_at_all_has_a_text_and_offsets(html: str) -> None:
    text, offsets = html_to_text(html)
    assert (text, offsets[:-1].tolist()) == twins_html.html_to_text(html)
    assert_offsets_hold(html, text, offsets)
    looks_like_html(html)


@pytest.mark.parametrize("name", ["", "p", "amp;", "CounterClockwiseContourIntegral;", "字"])
def test_names_are_hashed_alike_here_and_in_the_kernel(name: str) -> None:
    codes = np.array([ord(character) for character in name], dtype=np.uint32)
    assert int(kernels.name_hash(codes)) == _name_hash(name)


BAIT = [
    "<b>", "<svg>", "<svg></", '<a =">" ', "<a ='", "<", "&", "<!--", "<!", "<?", "</", "</x", "<p> ",
    "<div>", "<script>", "&amp;", "&#1", "&#" + "9" * 50, "&" + "a" * 33, "word ", "\n", "<![CDATA[", "<!--[CDATA[",
    "]]>", "<select></select", "=", "'\"",
]  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("bait", BAIT)
def test_a_million_characters_of_bait_are_read(bait: str) -> None:
    """Linear work takes a moment; quadratic work (10^12 steps) would never end."""
    html = "<a " + bait * (1_000_000 // len(bait))
    text, offsets = html_to_text(html)
    assert len(text) == len(offsets) - 1 <= len(html)
    looks_like_html(html)


@pytest.mark.parametrize(
    ("text", "is_html"),
    [
        ("<p>One</p>", True),
        ("  <!DOCTYPE html>\n<html><body>Hello<br></body>", True),
        ("<div class='x'>Some text</div>", True),
        ("<article>Text <a href='x'>link</a></article>", True),
        ("Lead.<br><br>Then more.<br>And more.", True),
        ("Lead.<p>Then more.<p>And more.<p>", True),
        ("Lead <a href='x'>link</a> and <span>more</span> text <a href='y'>z</a>", True),
        ("", False),
        ("Plain text.", False),
        ("Use the <b> tag, then </b>, to make text bold.", False),
        ("The <p> element: write <p> before and </p> after a paragraph.", False),
        ("if a < b and c > d", False),
        ("<p> is the first tag everyone learns", False),
        ("I <3 you <3 <3 <3", False),
        ("From: Ann <ann@mail.example>\nTo: Bo <bo@mail.example>", False),
        ("List<String> and Map<K, V>", False),
    ],
)
def test_only_clear_html_is_taken_for_html(text: str, is_html: bool) -> None:
    assert looks_like_html(text) is is_html
