"""The codec: any bytes give an article or a reason, and what goes out holds what came in, to the byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wirecopy.core import limits
from wirecopy.core.hashing import body_xxh3, xxh3_64, xxh3_128_hex
from wirecopy.core.model import (
    Basis,
    Correction,
    CorrectionReason,
    Credit,
    CreditKind,
    CreditScope,
    Extent,
    Original,
    Passage,
    RawArticle,
    RawPosition,
    Rejected,
    RejectReason,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.publishers import host_of
from wirecopy.core.records.dates import read_date
from wirecopy.core.records.fields import find, time_text, version_of
from wirecopy.core.records.raw import (
    FieldPaths,
    decode_raw,
    encode_correction,
    encode_enriched,
    json_bytes,
    json_value,
    republication_from_json,
)
from wirecopy.core.values import replace

POSITION = RawPosition("articles.raw", 3, 77)
PATHS = FieldPaths()
ORIGINAL = Verdict(
    VerdictKind.ORIGINAL, None, "c-1", None, 0.0, 0.0, 0.125, (), (), None, (Basis.FIRST_SEEN,)
)
COPY = Verdict(
    kind=VerdictKind.REPUBLICATION,
    extent=Extent.FULL,
    story="c-1",
    original=Original(
        "c-1", "https://courier.example/1", "Courier", 1714730400250, True, RawPosition("articles.raw", 0, 5)
    ),
    share=0.97125,
    source_share=0.5,
    boilerplate_share=1 / 3,
    passages=(Passage(5, 9, 2, "c-1"),),
    sources=(Source("c-1", "Courier", 0.97, 0.93),),
    credit=Credit(CreditKind.VIA, "Courier", "courier", False, "via Courier", 0, 11, CreditScope.CLAIM),
    basis=(Basis.CREDIT, Basis.FIRST_SEEN),
)


def decoded(value: bytes | str | dict[str, object], **aliases: str) -> RawArticle:
    if isinstance(value, dict):
        value = json.dumps(value)
    article = decode_raw(value.encode() if isinstance(value, str) else value, POSITION, PATHS, aliases)
    assert isinstance(article, RawArticle), article
    return article


def reason(value: bytes | None, paths: FieldPaths = PATHS) -> RejectReason:
    rejected = decode_raw(value, POSITION, paths, {})
    assert isinstance(rejected, Rejected), rejected
    assert rejected.detail
    assert len(rejected.detail) <= limits.REJECT_DETAIL_CHARS_MAX
    return rejected.reason


def test_every_field_arrives() -> None:
    article = decoded(
        {
            "id": "a-1",
            "url": " https://www.news.courier.example:8080/2024/harbour?x=1 ",
            "title": " Harbour strike ",
            "publisher": "Courier",
            "published_at": "2024-05-03T10:00:00.250Z",
            "language": "en",
            "version": "3",
            "body": "The strike goes on.",
        }
    )
    assert replace(article, raw=b"") == RawArticle(
        position=POSITION,
        raw=b"",
        id="a-1",
        body="The strike goes on.",
        text="The strike goes on.",
        offsets=None,
        title="Harbour strike",
        url="https://www.news.courier.example:8080/2024/harbour?x=1",
        host="news.courier.example",
        publisher="Courier",
        domain="courier.example",
        published_at_ms=1714730400250,
        language="en",
        version=3,
    )


REJECTED = [
    (None, RejectReason.TOMBSTONE),
    (b"", RejectReason.NOT_JSON),
    (b"   ", RejectReason.NOT_JSON),
    (b"hello", RejectReason.NOT_JSON),
    (b'{"body": "cut', RejectReason.NOT_JSON),
    (b'{"body": "two"}{"body": "values"}', RejectReason.NOT_JSON),
    (b'{"body": "x", "share": NaN}', RejectReason.NOT_JSON),
    (b'{"body": "x", "share": -Infinity}', RejectReason.NOT_JSON),
    (b'{"body": "x", "share": 1e999}', RejectReason.NOT_JSON),
    (b'{"body": "a bare\nline break"}', RejectReason.NOT_JSON),
    (b"{'body': 'x'}", RejectReason.NOT_JSON),
    (b'{"body": "x",}', RejectReason.NOT_JSON),
    (b"\0" * 100, RejectReason.NOT_JSON),
    (b"[" * 100_000, RejectReason.TOO_DEEP),
    (b'{"a":' * 65 + b"1" + b"}" * 65, RejectReason.TOO_DEEP),
    (b'{"body":"x","a":' + b"[" * 64 + b"]" * 64 + b"}", RejectReason.TOO_DEEP),
    (b'[{"body": "x"}]', RejectReason.NOT_AN_OBJECT),
    (b'"text"', RejectReason.NOT_AN_OBJECT),
    (b"null", RejectReason.NOT_AN_OBJECT),
    (b"{}", RejectReason.BODY_MISSING),
    (b'{"text": "elsewhere"}', RejectReason.BODY_MISSING),
    (b'{"body": null}', RejectReason.BODY_MISSING),
    (b'{"body": 1}', RejectReason.BODY_NOT_TEXT),
    (b'{"body": ["x"]}', RejectReason.BODY_NOT_TEXT),
    (b'{"body": ""}', RejectReason.BODY_EMPTY),
    (b'{"body": " \\n\\u00a0"}', RejectReason.BODY_EMPTY),
    (b'{"body": "<p> <img src=x></p>"}', RejectReason.BODY_EMPTY),
    (b'{"body": "x", "id": ["a"]}', RejectReason.FIELD_INVALID),
    (b'{"body": "x", "id": true}', RejectReason.FIELD_INVALID),
    (b'{"body": "x", "id": "' + b"a" * 1025 + b'"}', RejectReason.FIELD_INVALID),
    ('{"body": "Привет, мир"}'.encode("cp1251"), RejectReason.NOT_UTF8),
    ('{"body": "Zażółć gęślą jaźń, książę"}'.encode("iso-8859-2"), RejectReason.NOT_UTF8),
    ('{"body": "Kış geldi, dağ köyünde iş yok"}'.encode("cp1254"), RejectReason.NOT_UTF8),
    ('{"body": "Který den je dnes nový"}'.encode("cp1250"), RejectReason.NOT_UTF8),
    ('{"body": "港口罢工进入第二周"}'.encode("gb18030"), RejectReason.NOT_UTF8),
    ('{"body": "港のストライキ"}'.encode("shift_jis"), RejectReason.NOT_UTF8),
    ('{"body": "x"}'.encode("utf-16"), RejectReason.NOT_UTF8),
    (
        '{"body": "déjà vu: café à gogo"}'.encode()[:-3] + b'\xc3"}',
        RejectReason.NOT_UTF8,
    ),  # cut inside a letter
    (
        '{"body": "A long line of plain words, then café and déjà, then '.encode() + b'caf\xc3"}',
        RejectReason.NOT_UTF8,
    ),
    (b'{"body": "\xed\xa0\x80"}', RejectReason.NOT_UTF8),
    (b"\x1f\x8b\x08\0\0\0\0\0", RejectReason.NOT_UTF8),
    (b'{"body": "' + b"x" * limits.RAW_BYTES_MAX + b'"}', RejectReason.TOO_LARGE),
]


@pytest.mark.parametrize(("value", "expected"), REJECTED, ids=lambda value: repr(value)[:40])
def test_what_cannot_be_read_is_rejected_with_its_reason(value: bytes | None, expected: RejectReason) -> None:
    assert reason(value) is expected


def test_a_rejection_says_what_to_do() -> None:
    rejected = decode_raw(b'{"content": "x", "id": 1}', POSITION, PATHS, {})
    assert isinstance(rejected, Rejected)
    assert "WIRECOPY_FIELD_BODY" in rejected.detail
    assert "'content'" in rejected.detail


# value as it came, RawArticle.raw
PUT_RIGHT = [
    (b'\xef\xbb\xbf{"body": "x"}', b'{"body": "x"}'),
    (b' \n{"body": "x"}\r\n', b'{"body": "x"}'),
    (b'\0\0\0\0\x07{"body": "x"}', b'{"body": "x"}'),
    (b'\0\0\0\0\x07 \n{"body": "x"}', b'{"body": "x"}'),
    (b'{"body": "cut \\ud83d"}', b'{"body": "cut \\ufffd"}'),
    (b'{"body": "\\ud83d\\ude00, \\uDE00\\ud83d."}', b'{"body": "\\ud83d\\ude00, \\ufffd\\ufffd."}'),
    (b'{"body": "no escape \\\\ud83d but \\ud83d"}', b'{"body": "no escape \\\\ud83d but \\ufffd"}'),
    ('{"body": "Déjà vu au café du port"}'.encode("latin-1"), '{"body": "Déjà vu au café du port"}'.encode()),
    ('{"body": "It’s “quoted” – for €5"}'.encode("cp1252"), '{"body": "It’s “quoted” – for €5"}'.encode()),
    (b'{"body": "x", "republication": {"schema": 1}}', b'{"body":"x"}'),
    (b'{"body": "x","republication":{"schema": 1}}', b'{"body": "x"}'),
    (b'{"n": 1.50, "body": "x","republication":{"a":",\\"republication\\":"}}', b'{"n": 1.50, "body": "x"}'),
    (b'{"republication": 1, "body": "x"}', b'{"body":"x"}'),
    (b'{"body": "x","republicatio\\u006e":1}', b'{"body":"x"}'),
    (b'{"body": ",\\"republication\\":","republication":1}', b'{"body": ",\\"republication\\":"}'),
    (b'{"body": "x","a":{"b":1,"republication":2}}', b'{"body": "x","a":{"b":1,"republication":2}}'),
    (b'{"body": "a", "body": "x"}', b'{"body": "a", "body": "x"}'),
    (b'{"body": "x", "n": 1234567890123456789012}', b'{"body": "x", "n": 1234567890123456789012}'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "raw"), PUT_RIGHT, ids=lambda value: repr(value)[:40])
def test_what_old_producers_do_is_put_right_and_nothing_else_is_touched(value: bytes, raw: bytes) -> None:
    article = decoded(value)
    assert article.raw == raw
    assert "body" in json_value(article.raw)


def test_garbled_text_is_judged_as_it_came() -> None:
    assert decoded('{"body": "cafÃ© du port"}').text == "cafÃ© du port"


@pytest.mark.parametrize(
    ("record", "identifier"),
    [
        ({"id": "a"}, "a"),
        ({"id": 7}, "7"),
        ({"id": 0}, "0"),
        ({"id": "", "url": "https://a.example/1"}, "https://a.example/1"),
        ({"id": None, "url": "https://a.example/1"}, "https://a.example/1"),
        ({"url": 5}, "articles.raw/3/77"),
        ({"url": "https://a.example/" + "x" * limits.URL_CHARS_MAX}, "articles.raw/3/77"),
        ({}, "articles.raw/3/77"),
    ],
)
def test_an_article_has_an_id_its_own_its_url_or_its_position(
    record: dict[str, object], identifier: str
) -> None:
    assert decoded({**record, "body": "x"}).id == identifier


@pytest.mark.parametrize("digits", ["123456789012345678901234567890", "1.50", "1e3", "-0.0"])
def test_a_number_as_id_keeps_its_digits(digits: str) -> None:
    assert decoded(f'{{"id": {digits}, "body": "x"}}').id == digits


@pytest.mark.parametrize(
    ("url", "publisher", "expected"),
    [
        # (publisher, domain)
        ("https://edition.courier.co.uk/1", "The Courier", ("The Courier", "courier.co.uk")),
        ("https://edition.courier.co.uk/1", None, ("courier.co.uk", "courier.co.uk")),
        ("https://portal.example/courier/1", "Courier", ("Courier", "portal.example")),  # a copy on a portal
        (None, "Courier.example", ("Courier.example", "courier.example")),
        (None, "https://www.courier.example/", ("https://www.courier.example/", "courier.example")),
        (None, "The Eastport Courier", ("The Eastport Courier", "eastportcourier")),
        (None, {"name": "Courier"}, ("Courier", "courier")),
        (None, ["Courier"], ("", "")),
        (None, None, ("", "")),
        ("no url", None, ("", "")),
    ],
)
def test_an_article_belongs_to_whom_its_url_names(
    url: str | None, publisher: object, expected: tuple[str, str]
) -> None:
    article = decoded({"body": "x", "url": url, "publisher": publisher})
    assert (article.publisher, article.domain) == expected


@given(
    st.lists(
        st.sampled_from([*"/?#\\@: ", "//", "https:", "www.", "Courier.example", ":80", "[::1]", "é.de"])
    )
)
def test_the_host_is_that_of_the_whole_url(pieces: list[str]) -> None:
    url = "".join(pieces)
    assume("https:/" not in url[len("https:/") :])  # an address inside another is followed,
    assume("/@" not in url)  # and an account on a platform (test_addresses.py)
    assert decoded({"body": "x", "url": url}).host == host_of(url)


@pytest.mark.parametrize("key", ["courier", "portal.example"])
def test_an_alias_names_the_owner_by_folded_name_or_domain(key: str) -> None:
    record = json.dumps({"body": "x", "url": "https://portal.example/1", "publisher": "The Courier"}).encode()
    article = decode_raw(record, POSITION, PATHS, {key: "courier-group"})
    assert isinstance(article, RawArticle)
    assert (article.publisher, article.domain) == ("The Courier", "courier-group")


MAY_3_10 = 1714730400000


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (MAY_3_10, "2024-05-03T10:00:00Z"),
        (MAY_3_10 + 250, "2024-05-03T10:00:00.250Z"),
        (MAY_3_10 + 7, "2024-05-03T10:00:00.007Z"),
        (-3_304_454_400_000, "1865-04-15T00:00:00Z"),
        (253402343999000, None),
        (-(1 << 62), None),
    ],
)
def test_a_time_is_written_with_the_precision_it_has_and_read_back(time_ms: int, text: str | None) -> None:
    assert time_text(time_ms) == text
    assert text is None or read_date(text).time_ms == time_ms


@pytest.mark.parametrize(
    ("value", "version"),
    [
        (3, 3),
        ("6", 6),
        ("v2", 2),
        ("6.1", 6),
        (2.0, 2),
        (-1, 0),
        (2**56, 2**56 - 1),  # the log holds no larger number
        ("1714730400000000000", 2**56 - 1),
        (float("inf"), 0),
        (float("nan"), 0),
        ("x", 0),
        (True, 0),
        (None, 0),
        ([], 0),
    ],
)
def test_versions_are_numbers_from_zero(value: object, version: int) -> None:
    assert version_of(value) == version


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", {"b": [{"c": "deep"}, 5]}),
        ("a.b", [{"c": "deep"}, 5]),
        ("a.b.0.c", "deep"),
        ("a.b.1", 5),
        ("a.b.2", None),
        ("a.b.-1", None),
        ("a.b.x", None),
        ("a.b.0.c.d", None),
        ("dotted.name", "whole"),
        ("none", None),
    ],
)
def test_a_path_leads_into_objects_and_lists(path: str, value: object) -> None:
    assert find({"a": {"b": [{"c": "deep"}, 5]}, "dotted.name": "whole"}, path) == value


@pytest.mark.parametrize("path", ["", ".", "a..b", "a."])
def test_a_path_without_names_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="body"):
        FieldPaths(body=path)


def test_fields_are_found_where_the_settings_say() -> None:
    paths = FieldPaths(body="content.text", id="meta.ids.0", title="content.headline")
    record = b'{"content": {"text": "x", "headline": "H"}, "meta": {"ids": ["a", "b"]}}'
    article = decode_raw(record, POSITION, paths, {})
    assert isinstance(article, RawArticle)
    assert (article.body, article.id, article.title) == ("x", "a", "H")


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html", "Fish &amp; chips", "Fish & chips"),
        ("text/html; charset=utf-8", "<b>x</b>", "x"),
        ("TEXT/HTML", "<b>x</b>", "x"),
        ("application/xhtml+xml", "<b>x</b>", "x"),
        ("text/html", "plain\ntext", "plain\ntext"),
        ("text/plain", "<p>shown as it is</p>", "<p>shown as it is</p>"),
        (None, "<p>One</p>", "One"),
        ("article", "<p>One</p>", "One"),
        (None, "the <b> tag", "the <b> tag"),
        (5, "Fish &amp; chips", "Fish & chips"),
        ("text/plain", "Fish &amp; chips", "Fish &amp; chips"),
        (None, "Fish & chips, 1 < 2 &lt; 3, a<b and c>d", "Fish & chips, 1 < 2 < 3, a<b and c>d"),
        (None, "AT&T?a=1&copy=2", "AT&T?a=1&copy=2"),
        (None, "Un &eacute;t&eacute; <i>court</i>", "Un été court"),
        (None, "<p>&amp;#7843;nh &amp;eacute;</p>", "ảnh é"),
        (None, "&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One\nTwo"),
        (None, "<div>&lt;p&gt;One &amp;amp; two&lt;/p&gt;</div>", "One & two"),
    ],
)
def test_html_is_read_where_declared_or_clear(content_type: object, body: str, text: str) -> None:
    article = decoded({"body": body, "content_type": content_type})
    assert (article.body, article.text) == (body, text)
    assert (article.offsets is None) is (text == body)


# ---- going out


@pytest.mark.parametrize("verdict", [ORIGINAL, COPY])
@pytest.mark.parametrize(
    "raw",
    [
        b'{"body":"x"}',
        b'{ "b" : 1.0e+2 , "b" : 2 , "body" : "\\u0041\\/" , "n" : 123456789012345678901234567890 }',
        '{"body":"字 \U0001f600"}'.encode(),
    ],
)
def test_the_record_goes_out_as_it_came_with_one_field_more(raw: bytes, verdict: Verdict) -> None:
    article = decoded(raw)
    value = encode_enriched(article, verdict)
    assert value.startswith(raw[:-1] + b',"republication":{"schema":1,')
    again = json.loads(value)
    assert again.pop("republication")["body_xxh3"] == body_xxh3(article.body)
    assert again == json.loads(raw)


def test_an_empty_object_gets_no_comma() -> None:
    article = replace(decoded(b'{"body":"x"}'), raw=b"{ }")
    assert json_value(encode_enriched(article, ORIGINAL))["republication"]["verdict"] == "original"


@pytest.mark.parametrize("verdict", [ORIGINAL, COPY])
def test_an_enriched_record_fed_back_is_the_same_article(verdict: Verdict) -> None:
    article = decoded(b'{"body": "x", "n": 1.50, "id": "c-2"}')
    assert decoded(encode_enriched(article, verdict)) == article


def test_the_verdict_reads_back() -> None:
    article = decoded(b'{"body": "x"}')
    back = republication_from_json(encode_enriched(article, COPY))
    assert back is not None
    assert (back.position, back.body_xxh3) == (POSITION, body_xxh3("x"))
    credit = Credit(CreditKind.MENTION, "Courier", "courier", False, "via Courier", 0, 11, CreditScope.CLAIM)
    assert back.verdict == replace(COPY, share=0.9712, boilerplate_share=0.3333, credit=credit)


def test_a_correction_reads_back() -> None:
    cause = RawPosition("articles.raw", 1, 99)
    correction = Correction("c-2", POSITION, "0" * 32, ORIGINAL, CorrectionReason.LATE_ORIGINAL, cause)
    value = json_value(encode_correction(correction))
    assert (value["id"], value["correction"]["reason"]) == ("c-2", "late_original")
    assert value["correction"]["cause"] == {"topic": "articles.raw", "partition": 1, "offset": 99}
    back = republication_from_json(encode_correction(correction))
    assert back is not None
    assert (back.verdict, back.position, back.body_xxh3) == (ORIGINAL, POSITION, "0" * 32)


@pytest.mark.parametrize(
    "value",
    [b"", b"[]", b"{}"]
    + [b'{"republication":' + field + b"}" for field in (b"5", b"{}", b'{"schema": 1}', b'{"schema": 2}')],
)
def test_what_is_no_verdict_reads_back_as_none(value: bytes) -> None:
    assert republication_from_json(value) is None


def test_json_is_strict_both_ways() -> None:
    assert json_value(json_bytes({"a": [1, "é", None]})) == {"a": [1, "é", None]}
    with pytest.raises(ValueError, match="JSON"):
        json_value(b"NaN")


# ---- the published hash


def test_hashes_are_the_published_xxh3() -> None:
    """Vectors of the empty input and of "abc", from the reference implementation (xxhsum -H2, xxhsum -H3)."""
    assert xxh3_64(b"") == 0x2D06800538D394C2
    assert xxh3_64(b"abc") == 0x78AF5F94892F3950
    assert xxh3_128_hex(b"") == "99aa06d3014798d86001c324468d497f"
    assert xxh3_128_hex(b"abc") == "06b05ab6733a618578af5f94892f3950"


@pytest.mark.parametrize(
    ("payload", "schema"),
    [
        (b"\x08id-1\x12some text", 42),  # Avro: lengths as zigzag numbers, then UTF-8
        (b"\x00\x0a\x04id-1\x12\x09some text", 7),  # Protobuf: message index, fields with tags
        (b"\xff\xfe\x80", 1),
    ],
)
def test_framed_records_that_are_no_json_are_said_to_be_that(payload: bytes, schema: int) -> None:
    value = b"\0" + schema.to_bytes(4, "big") + payload
    found = decode_raw(value, RawPosition("t", 0, 0), FieldPaths(), {})
    assert isinstance(found, Rejected)
    assert found.reason is RejectReason.NOT_JSON
    assert f"schema id {schema}" in found.detail and "Avro or Protobuf" in found.detail


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-32-be"])
def test_wide_encodings_that_begin_with_zero_are_not_taken_for_frames(encoding: str) -> None:
    value = '{"body": "x"}'.encode(encoding)
    found = decode_raw(value, RawPosition("t", 0, 0), FieldPaths(), {})
    assert isinstance(found, Rejected) and "schema id" not in found.detail
