"""Raw bytes in, enriched bytes out: the only door between JSON and the types of `model`, and orjson's only
user.

`decode_raw` gives a RawArticle or a Rejected for any bytes whatever, and never raises. JSON is read
strictly (RFC 8259), but what old producers do often and safely is put right, so that `RawArticle.raw` is
always a valid UTF-8 JSON object:

| as it came | what happens |
|---|---|
| BOM, outer white space, Confluent framing (0x00, schema id) | cut |
| half of a surrogate pair (an emoji cut by JavaScript) | U+FFFD, in `raw` too: as many code points |
| Windows-1252 or Latin-1 bytes | re-encoded as UTF-8 where all speaks for it, else `not_utf8` |
| the same member twice | the last one counts, both go out |
| an integer over 64 bits | goes out as it came; as an id, its digits are kept |
| Avro or Protobuf in Confluent framing | `not_json`, which says so |
| NaN, Infinity, 1e999, raw control characters, two values | `not_json` |
| nesting over limits.JSON_DEPTH_MAX | `too_deep` |
| a `republication` from an earlier pass | cut, so that the new one is the only one |

Text that was garbled before it came ("cafÃ©") is judged as it came: a repair would have to guess, and move
offsets.

`encode_enriched` splices `republication` before the last brace instead of writing the record anew: numbers,
order, spacing and unknown members survive to the byte, and it costs 2 µs instead of 20.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from wirecopy.core import limits
from wirecopy.core.addresses import place_of
from wirecopy.core.hashing import body_xxh3
from wirecopy.core.model import (
    I32,
    Correction,
    RawArticle,
    RawPosition,
    Rejected,
    RejectReason,
    Verdict,
)
from wirecopy.core.records.dates import read_date
from wirecopy.core.records.enriched import Republication, position_to_json, republication_of, verdict_to_json
from wirecopy.core.records.fields import (
    FieldPaths,
    Found,
    belongs_to,
    dropped_of,
    find,
    find_all,
    text_of,
    version_of,
)
from wirecopy.core.records.ninjs import is_ninjs, read_ninjs
from wirecopy.core.records.repair import (
    FRAMING_BYTES,
    encoding_hint,
    framed_hint,
    framing_of,
    json_hint,
    surrogates_mended,
    utf8_of_western,
)
from wirecopy.core.records.shapes import BY_NAME, longest_text, recognise
from wirecopy.core.text.html import has_references, looks_like_html, shown_text
from wirecopy.core.text.markdown import without_addresses

__all__ = [
    "FieldPaths",
    "Republication",
    "decode_raw",
    "encode_correction",
    "encode_enriched",
    "json_bytes",
    "json_value",
    "republication_from_json",
]

_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
_FIELD = b"republication"
_FIRST_MEMBER = b'"' + _FIELD + b'":'
_ANOTHER_MEMBER = b"," + _FIRST_MEMBER
_BEFORE_FIRST = b"{" + _SPACE  # what may stand before the last brace of an object without members
_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml", "html", "xhtml"))
_PLAIN_TYPES = frozenset(("text/plain", "text/markdown", "text", "plain"))


# The C functions themselves: a verdict's way through the index takes four of them.
json_bytes = orjson.dumps
"""JSON of plain values, UTF-8; TypeError for others."""

json_value = orjson.loads
"""The value of strict JSON, `bytes` or `str`; ValueError for anything else."""


def json_indented(value: object) -> bytes:
    """JSON for people to read."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


# ---- bytes to one JSON object


def _rejected(reason: RejectReason, detail: str) -> Rejected:
    return Rejected(reason, detail[: limits.REJECT_DETAIL_CHARS_MAX])


def _parsed_again(value: bytes) -> tuple[bytes, Any] | Rejected:
    """What strict parsing refused: put right what can be, else say what is wrong."""
    try:
        value.decode()
    except UnicodeDecodeError as fault:
        western = utf8_of_western(value)
        if western is None:
            return _rejected(
                RejectReason.NOT_UTF8, f"byte {fault.start} is not UTF-8: {encoding_hint(value)}"
            )
        value = western
    value = surrogates_mended(value)
    try:
        return value, orjson.loads(value)
    except orjson.JSONDecodeError as fault:
        error = str(fault)
    if "depth" in error or "ecursion" in error:
        return _rejected(RejectReason.TOO_DEEP, _TOO_DEEP)
    if not value:
        return _rejected(RejectReason.NOT_JSON, "the value is empty: a record must be one JSON object")
    return _rejected(RejectReason.NOT_JSON, f"{error}: {json_hint(value, error)}")


_TOO_DEEP = f"objects and lists lie more than {limits.JSON_DEPTH_MAX} deep: flatten the record"


_CONTAINERS = frozenset((dict, list))  # what orjson makes, and none of their subclasses


def _too_deep(record: dict[str, Any]) -> bool:
    level: list[Any] = [child for child in record.values() if type(child) in _CONTAINERS]
    if not level:
        return False
    for _ in range(limits.JSON_DEPTH_MAX - 1):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if type(child) in _CONTAINERS
        ]
        if not level:
            return False
    return True


def _without_republication(raw: bytes, record: dict[str, Any]) -> bytes:
    """The object without the field of an earlier pass. As we write it, last, it is cut and the rest stays
    to the byte; anywhere else the object is written anew (orjson: shortest numbers, last of double
    members).
    """
    del record[_FIELD.decode()]
    cut = raw.rfind(_ANOTHER_MEMBER)
    if cut > 0:
        head = raw[:cut] + b"}"
        try:
            if orjson.loads(head) == record and len(orjson.loads(b"{" + raw[cut + 1 :])) == 1:
                return head
        except orjson.JSONDecodeError:
            pass
    return orjson.dumps(record)


def _parse(value: bytes) -> tuple[bytes, dict[str, Any]] | Rejected:
    """(raw, record): the JSON object as it will go out, and as values."""
    if len(value) > limits.RAW_BYTES_MAX:
        return _rejected(
            RejectReason.TOO_LARGE,
            f"{len(value)} bytes: a record may have {limits.RAW_BYTES_MAX}; send the text alone",
        )
    if value[:1] == b"\0":
        schema = framing_of(value)
        if schema is not None:
            value = value[FRAMING_BYTES:]
            if value.lstrip(_SPACE)[:1] != b"{":
                return _rejected(RejectReason.NOT_JSON, framed_hint(schema))
    if value.startswith(_BOM):
        value = value[3:]
    raw = value.strip(_SPACE)
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        again = _parsed_again(raw)
        if isinstance(again, Rejected):
            return again
        raw, record = again
    if not isinstance(record, dict):
        return _rejected(RejectReason.NOT_AN_OBJECT, "the JSON is no object: send each article as one object")
    if _too_deep(record):
        return _rejected(RejectReason.TOO_DEEP, _TOO_DEEP)
    if "republication" in record:
        raw = _without_republication(raw, record)
    return raw, record


# ---- one JSON object to an article


def _shown(body: str, content_type: object) -> tuple[str, I32 | None]:
    """The text that is judged, and its offsets in the body where that shows less than it holds: HTML, Markdown links."""
    kind = content_type.partition(";")[0].strip().lower() if isinstance(content_type, str) else ""
    if kind in _PLAIN_TYPES or ("<" not in body and "&" not in body):
        return without_addresses(body) or (body, None)
    declared = kind in _HTML_TYPES or looks_like_html(body)
    if declared or has_references(body):
        text, offsets = shown_text(body, declared=declared)
        without = without_addresses(text)
        return (text, offsets) if without is None else (without[0], offsets[without[1]])
    return without_addresses(body) or (body, None)


def _identifier(found: Found, raw: bytes, path: str, url: str, position: RawPosition) -> str | Rejected:
    """The record's own id (a number as its digits), else its URL, else its position."""
    value = found.id
    if isinstance(value, str) and 0 < len(value) <= limits.ID_CHARS_MAX:  # as nearly all are
        return value
    if isinstance(value, float):  # digits beyond a float's would make two ids one
        value = find(json.loads(raw, parse_float=str, parse_int=str), path)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or value == "":
        return url or f"{position.topic}/{position.partition}/{position.offset}"
    if not isinstance(value, str):
        return _rejected(
            RejectReason.FIELD_INVALID,
            f"the id at {path!r} is neither text nor number: set the path to its text (WIRECOPY_FIELD_ID)",
        )
    if len(value) > limits.ID_CHARS_MAX:
        return _rejected(
            RejectReason.FIELD_INVALID, f"the id has {len(value)} characters: at most {limits.ID_CHARS_MAX}"
        )
    return value


def _found(record: dict[str, Any], fields: FieldPaths, topic: str) -> Found:
    """The record's fields: by the topic's preset, else by the configured paths, else by the shape that it has."""
    if preset := fields.preset_of(topic):
        return read_ninjs(record) if preset == "ninjs" else BY_NAME[preset].read(record)
    found = find_all(record, fields)
    if isinstance(found.body, str) and found.published_at is not None:
        return found
    if found.body is None and is_ninjs(record):
        return read_ninjs(record)
    return recognise(record) or found


def _no_body(record: dict[str, Any], fields: FieldPaths, topic: str) -> Rejected:
    if preset := fields.preset_of(topic):
        where = f"no text where {preset} has it: is the preset right?"
    else:
        where = f"no text at {fields.body!r}: set WIRECOPY_FIELD_BODY to where it lies"
    path, length = longest_text(record)
    if length:
        hint = f"the longest text has {length} characters and lies at {path[:128]!r}"
    else:
        members = ", ".join(repr(member[:32]) for member in list(record)[:8])
        hint = f"it has {members or 'no members'}"
    return _rejected(RejectReason.BODY_MISSING, f"{where}; {hint}")


def decode_raw(
    value: bytes | None, position: RawPosition, fields: FieldPaths, aliases: Mapping[str, str]
) -> RawArticle | Rejected:
    """An article of one raw record's value, or why there is none.

    `aliases` names the owner of a publisher: keys are names, folded or not (`fold_name`), or domains,
    values what is compared.
    """
    if value is None:
        return _rejected(RejectReason.TOMBSTONE, "the record has no value: there is nothing to judge")
    parsed = _parse(value)
    if isinstance(parsed, Rejected):
        return parsed
    raw, record = parsed
    found = _found(record, fields, position.topic)
    body = found.body
    if body is None:
        return _no_body(record, fields, position.topic)
    if not isinstance(body, str):
        return _rejected(
            RejectReason.BODY_NOT_TEXT,
            f"the value at {fields.body!r} is no text: set WIRECOPY_FIELD_BODY to the text in it",
        )
    text, offsets = _shown(body, found.content_type)
    if not text or text.isspace():
        return _rejected(
            RejectReason.BODY_EMPTY,
            "the body holds no text" if offsets is None else "the HTML body shows no text",
        )
    url = found.url.strip() if isinstance(found.url, str) and len(found.url) <= limits.URL_CHARS_MAX else ""
    identifier = _identifier(found, raw, fields.id, url, position)
    if isinstance(identifier, Rejected):
        return identifier
    place = place_of(url)
    publisher, domain = belongs_to(
        text_of(found.publisher, limits.NAME_CHARS_MAX), place, found.authority, aliases
    )
    published = read_date(found.published_at)
    return RawArticle(
        position,
        raw,
        identifier,
        body,
        text,
        offsets,
        text_of(found.title, limits.TITLE_CHARS_MAX),
        url,
        place.host,
        publisher,
        domain,
        published.time_ms,
        text_of(found.language, limits.LANGUAGE_CHARS_MAX),
        version_of(found.version),
        text_of(found.evolved_from, limits.ID_CHARS_MAX),
        published.doubt,
        dropped_of(found),
    )


# ---- verdicts to bytes


def encode_enriched(
    article: RawArticle, verdict: Verdict, digest: str = "", licensed: bool | None = None
) -> bytes:
    """The raw object as it came, with `republication` as its last member. `digest`: the body's, where it is
    known. `licensed`: whether a licence allows it, where that is known.
    """
    digest = digest or body_xxh3(article.body)
    republication = verdict_to_json(verdict, article.id, digest, article.position, licensed)
    raw = article.raw
    comma = raw[-2] not in _BEFORE_FIRST or not raw[:-1].rstrip(_SPACE).endswith(b"{")
    name = _ANOTHER_MEMBER if comma else _FIRST_MEMBER
    return b"".join((memoryview(raw)[:-1], name, orjson.dumps(republication), b"}"))


def encode_correction(correction: Correction) -> bytes:
    """The record for the corrections topic; its key is `correction.id`."""
    return orjson.dumps(
        {
            "id": correction.id,
            "position": position_to_json(correction.position),
            "republication": verdict_to_json(
                correction.verdict, correction.id, correction.body_xxh3, correction.position
            ),
            "correction": {"reason": correction.reason.value, "cause": position_to_json(correction.cause)},
        }
    )


def republication_from_json(value: bytes) -> Republication | None:
    """The field `republication` of an enriched record or a correction; None where there is none that can be
    read.
    """
    try:
        record = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return republication_of(record.get("republication")) if isinstance(record, dict) else None
