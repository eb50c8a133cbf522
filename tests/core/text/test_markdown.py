"""Links as extractors write them: their words are the text's, their addresses are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirecopy.core.model import RawArticle, RawPosition
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw
from wirecopy.core.text.markdown import without_addresses

ADDRESSES = [
    ("The [harbour](https://example.org/a/b?c=d) is shut.", "The [harbour] is shut."),
    ("[one](/a) and [two](../b#c), [three](#d)", "[one] and [two], [three]"),
    ('A [title](https://example.org/x "What it is") after it', "A [title] after it"),
    ("An [article](https://example.org/Oslo_(city)) of a city", "An [article] of a city"),
    ("![A ship](ship.png) ![A quay](./quay.png)", "![A ship](ship.png) ![A quay]"),
    ('[One][1], [two][B]\n\n[1]: https://example.org/(a)\n   [b]: <#b> "B"  \n', "[One], [two]\n\n\n\n"),
    ("[One][1]\r\n[1]: /a\r\n[2]:\r\n  /b\r\n", "[One]\r\n\n\n"),
    ("[Here](/a) and [there][1]\n[1]: /(b)\n[2]: ../c", "[Here] and [there]\n\n"),
    ("The harbour (https://example.org/a_(b)?c=d) is shut (http://example.org).", "The harbour  is shut ."),
    ("* Ships (https://example.org/ships)\n* [Quays](https://example.org/quays)", "* Ships \n* [Quays]"),
]


@pytest.mark.parametrize(("body", "text"), ADDRESSES)
def test_an_address_is_not_shown_and_what_is_shown_keeps_its_place(body: str, text: str) -> None:
    shown = without_addresses(body)
    assert shown is not None
    assert shown[0] == text
    assert "".join(body[at] for at in shown[1][:-1]) == text
    assert shown[1][-1] == len(body)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no link",
        "He said [so](or so I heard).",
        "[a] (see https://example.org)",
        "f[0](x)",
        "[a][b] of no definition",
        "[1] https://example.org",
        "[Laughs]: So I said.",
        "A note, [1]: /a",
        "(https://example.org and more)",
        "(https://example.org",
        "(https)",
    ],
)
def test_what_is_no_address_stays(body: str) -> None:
    assert without_addresses(body) is None


@given(
    st.lists(st.sampled_from([*'[]()<>/:#?." ab\n', "](/a)", "[a]: /b", "][a]", "(https://"])).map("".join)
)
def test_only_whole_addresses_go(body: str) -> None:
    shown = without_addresses(body)
    if shown is not None:
        text, offsets = shown
        assert "".join(body[at] for at in offsets[:-1]) == text
        assert len(offsets) == len(text) + 1
        assert list(offsets) == sorted(set(offsets.tolist()))


def test_a_decoded_article_is_judged_without_addresses() -> None:
    value = b'{"id": "1", "body": "The [harbour](https://example.org/a) is shut."}'
    article = decode_raw(value, RawPosition("t", 0, 0), FieldPaths(), {})
    assert isinstance(article, RawArticle)
    assert article.text == "The [harbour] is shut."
    assert article.offsets is not None and article.body[article.offsets[-2]] == "."


@pytest.mark.parametrize(
    "bait",
    [
        "](/",
        "](/(",
        '](/ "',
        "](http:" + "a" * 50,
        '](/ "a" ',
        "(https://",
        "(https://a(",
        "\n[a]:" + " " * 500,
        '\n[a]: /a "',
        "\n[a]: /a(b][a",
    ],
)
def test_hostile_text_is_read_in_linear_time(bait: str) -> None:
    seconds = []
    for size in (200_000, 800_000):
        body = bait * (size // len(bait))
        began = time.process_time()
        without_addresses(body)
        seconds.append(time.process_time() - began)
    assert seconds[1] < 1 + 12 * seconds[0], "four times the text must not take sixteen times the time"


def test_a_page_that_holds_html_is_judged_without_addresses_too() -> None:
    value = b'{"id": "1", "body": "<p>The [harbour](https://example.org/a) &amp;</p><p>quay (https://a.example).</p>"}'
    article = decode_raw(value, RawPosition("t", 0, 0), FieldPaths(), {})
    assert isinstance(article, RawArticle)
    assert article.text == "The [harbour] &\nquay ."
    assert article.offsets is not None
    shown = "".join(article.body[at] for at in article.offsets[:-1])
    assert shown == "The [harbour] &<quay ."
    assert article.body[article.offsets[-1] :] == "</p>"
