"""Hostile and broken input: whatever the bytes, the codec gives an article or a reason.

Two generators: Hypothesis builds values that JSON allows and nobody expects; a seeded mutator damages valid
records, HTML pages and ninjs items as disks, encoders and truncating producers do. A failure prints the seed.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirecopy.core.limits import ID_CHARS_MAX, NAME_CHARS_MAX, REJECT_DETAIL_CHARS_MAX, TITLE_CHARS_MAX
from wirecopy.core.model import Basis, RawArticle, RawPosition, Rejected, RejectReason, Verdict, VerdictKind
from wirecopy.core.records.raw import (
    FieldPaths,
    decode_raw,
    encode_enriched,
    json_value,
    republication_from_json,
)

POSITION = RawPosition("articles.raw", 0, 5)
PATHS = FieldPaths()
NESTED_PATHS = FieldPaths(body="content.text", id="meta.0.id")
VERDICT = Verdict(VerdictKind.ORIGINAL, None, "a", None, 0.0, 0.0, 0.0, (), (), None, (Basis.FIRST_SEEN,))
CASES_A_BLOCK = 1_500
BLOCKS = 8

TEXT = (
    "Crane drivers at the “container” terminal voted on Friday to stay out – for a second week. 字 \U0001f600"
)
RECORDS: list[dict[str, Any]] = [
    {
        "id": "a-1",
        "url": "https://www.courier.example/1",
        "title": "Strike",
        "publisher": "Courier",
        "body": TEXT,
    },
    {"id": 7, "published_at": "2024-05-03T10:00:00Z", "language": "en", "version": "3", "body": TEXT},
    {
        "published_at": 1714730400,
        "body": f"<article><p>{TEXT}</p><p>Fish &amp; chips<br>a<b>c</b></p></article>",
    },
    {"content_type": "text/html", "body": "<td>1990<td>7</table><script>x('</p>')</script>&#8217;&copy"},
    {"content": {"text": TEXT}, "meta": [{"id": "m-1"}]},
    {
        "uri": "urn:newsml:nna.example:20240503:h17",
        "versioncreated": "2024-05-03T10:00:00Z",
        "body_text": TEXT,
    },
    {
        "uri": "https://nna.example/1",
        "headlines": [{"value": "H"}],
        "bodies": [{"role": "html", "value": f"<p>{TEXT}</p>"}],
    },
    {
        "body": TEXT,
        "republication": {"schema": 1, "verdict": "original"},
        "after": [1.50, {"a": [None, True]}],
    },
]
SNIPPETS = [
    b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"\0", b"\n", b"\xff", b"\xc3", b"\xed\xa0\x80",
    b"\xef\xbb\xbf", b"\\ud83d", b"\\u0000", b"NaN", b"-Infinity", b"1e999", b"1" * 40, b"null", b"true",
    b"{}", b"[]", b"[" * 200, b'{"a":' * 70, b',"republication":{}', b',"body":"again"', b'"body":',
    b'"id":', b"<p>", b"<!--", b"<script>", b"&amp;", b"&#x", b"<a href='", b"\xe9", b"\x92",
    "Привет".encode("cp1251"), b"9999-12-31T23:59:59-12:00", b"\x1f\x8b",
]  # fmt: skip
FIELDS = ["id", "url", "title", "publisher", "published_at", "version", "content_type"]
OTHERS: list[object] = [None, 5, -0.5, True, [], {}, ["x"], {"name": "x"}, "", " ", "0", 10**18, "x" * 5000]
ENCODINGS = ["utf-8"] * 4 + ["utf-16", "cp1252", "cp1251", "gb18030"]


def assert_law(value: bytes | None, paths: FieldPaths) -> bool:
    """An article (True) or a reason; and an article comes back whole from its enriched record."""
    decoded = decode_raw(value, POSITION, paths, {})
    if isinstance(decoded, Rejected):
        assert isinstance(decoded.reason, RejectReason)
        assert decoded.reason is not RejectReason.INTERNAL
        assert 0 < len(decoded.detail) <= REJECT_DETAIL_CHARS_MAX
        return False
    assert isinstance(decoded, RawArticle)
    assert decoded.text
    assert not decoded.text.isspace()
    assert 0 < len(decoded.id) <= max(ID_CHARS_MAX, 4096)
    assert len(decoded.title) <= TITLE_CHARS_MAX
    assert len(decoded.publisher) <= NAME_CHARS_MAX
    if decoded.offsets is None:
        assert decoded.text == decoded.body
    else:
        assert len(decoded.offsets) == len(decoded.text) + 1
        assert int(decoded.offsets[-1]) <= len(decoded.body)
    enriched = encode_enriched(decoded, VERDICT)
    assert republication_from_json(enriched) is not None
    fields = json_value(enriched)
    del fields["republication"]
    assert fields == json_value(decoded.raw)
    again = decode_raw(enriched, POSITION, paths, {})
    assert isinstance(again, RawArticle)
    assert facts(again) == facts(decoded)
    return True


def facts(article: RawArticle) -> tuple[object, ...]:
    offsets = None if article.offsets is None else article.offsets.tobytes()
    others = (getattr(article, name) for name in RawArticle.__struct_fields__ if name != "offsets")
    return offsets, *others


def damaged(chance: random.Random) -> bytes:
    """A valid record after a few blows."""
    record: dict[str, Any] = dict(chance.choice(RECORDS))
    if chance.random() < 0.3:  # a member of another type
        other: object = chance.choice(
            [None, 5, -0.5, True, [], {}, ["x"], {"name": "x"}, "", " ", "0", 10**18, "x" * 5000]
        )
        record[chance.choice([*record, "id", "url", "title", "publisher", "published_at", "version"])] = other
    text = json.dumps(record, ensure_ascii=chance.random() < 0.3)
    value = bytearray(
        text.encode(
            chance.choice(["utf-8", "utf-8", "utf-8", "utf-16", "cp1252", "cp1251", "gb18030"]), "replace"
        )
    )
    for _ in range(chance.choice([0, 1, 1, 1, 2, 4])):
        at = chance.randrange(len(value) + 1)
        blow = chance.randrange(5)
        if blow == 0:
            value[at:at] = chance.choice(SNIPPETS)
        elif blow == 1:
            del value[at : at + chance.choice([1, 2, 30])]
        elif blow == 2:
            del value[at:]
        elif blow == 3 and at < len(value):
            value[at] ^= 1 << chance.randrange(8)
        else:
            value[at:at] = value[: chance.randrange(len(value) + 1)]
    return bytes(value)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_damaged_records_are_judged_or_rejected(block: int) -> None:
    articles = 0
    for seed in range(block * CASES_A_BLOCK, (block + 1) * CASES_A_BLOCK):
        chance = random.Random(seed)
        value = damaged(chance)
        try:
            articles += assert_law(value, chance.choice([PATHS, PATHS, NESTED_PATHS]))
        except Exception as fault:
            raise AssertionError(f"seed {seed}: {value[:300]!r}") from fault
    assert CASES_A_BLOCK // 10 < articles < CASES_A_BLOCK * 9 // 10, "the mutator no longer tries both"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4)
    ),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    [
        *FIELDS,
        *("body", "language", "uri", "bodies", "headlines", "body_text", "body_html", "versioncreated"),
        *("infosource", "altids", "standard", "republication", "meta", "content"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(MEMBERS, JSON_VALUES, max_size=8), st.text(max_size=60))
def test_any_value_in_any_field_is_judged_or_rejected(record: dict[str, Any], body: str) -> None:
    for value in (record, {**record, "body": body}, {**record, "body": f"<p>{body}</p>"}):
        assert_law(json.dumps(value).encode(), PATHS)
        assert_law(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), PATHS)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_judged_or_rejected(value: bytes) -> None:
    assert_law(value, PATHS)
    assert_law(b'{"body":"' + value + b'"}', PATHS)


HOSTILE = {
    "a body of ten megabytes": b'{"body":"' + b"word " * 2_000_000 + b'"}',
    "ten megabytes of tags": b'{"body":"<p>x' + b"<b>" * 3_300_000 + b'"}',
    "ten megabytes of escapes": b'{"body":"' + b"\\u00e9" * 1_700_000 + b'"}',
    "half surrogate pairs": b'{"body":"' + b"\\ud83d" * 300_000 + b'"}',
    "a million lists deep": b'{"body":"x","a":' + b"[" * 1_000_000,
    "a million objects deep": b'{"body":"x","a":' + b'{"a":' * 1_000_000,
    "many members": b'{"body":"x"' + b',"a":1' * 300_000 + b"}",
    "two hundred thousand lists": b'{"body":"x","a":[' + b"[]," * 200_000 + b"1]}",
    "a million verdicts": b'{"body":"x"' + b',"republication":1' * 500_000 + b"}",
    "a million verdicts inside": b'{"body":"' + b',\\"republication\\":' * 300_000 + b'","republication":1}',
    "cp1252 for ten megabytes": b'{"body":"' + b"d\xe9j\xe0 vu, my old friend " * 400_000 + b'"}',
    "a title of a megabyte": b'{"body":"x","title":"' + b"t" * 1_000_000 + b'"}',
    "a publisher of a megabyte": b'{"body":"x","publisher":"' + b"p." * 500_000 + b'"}',
    "a time of a megabyte": b'{"body":"x","published_at":"' + b"1" * 1_000_000 + b'"}',
    "a number of a megabyte": b'{"body":"x","id":' + b"1" * 1_000_000 + b"}",
    "NUL through and through": b'{"body":"' + b"\\u0000" * 100_000 + b'"}',
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", HOSTILE)
def test_big_hostile_records_come_to_an_end(name: str) -> None:
    """Quadratic work at these sizes would outlast the timeout by far."""
    assert_law(HOSTILE[name], PATHS)
