"""What old producers do to UTF-8 and JSON, put right where it is safe, and in words where it is not.

Safe means: nothing is guessed that could come out as other text without anybody noticing, and no count of
code points changes but where the whole record was in another encoding. All works on the bytes of one
record, in linear time.
"""

from __future__ import annotations

import re

from wirecopy.core import limits

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)
_NOT_A_NUMBER = re.compile(rb"[:,\[]\s*-?(?:NaN|Infinity|nan|inf)\b")
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Signs between two letters: other code pages keep letters of their own there (ISO 8859-2: ±¶³¿).
_SIGN_IN_WORD = re.compile(
    rb"[a-z][\x80-\x84\x86-\x8b\x8d\x8f\x90\x95\x98\x99\x9b\x9d\xa1-\xac\xae-\xb6\xb8-\xbf\xd7\xf7][a-z]"
)
# ÐÝÞðýþ: İŞğış in Turkish (cp1254), ý in Czech and Slovak (cp1250), far likelier than Icelandic in cp1252.
_TURKISH_OR_CZECH = re.compile(rb"[\xd0\xdd\xde\xf0\xfd\xfe]")


def surrogates_mended(value: bytes) -> bytes:
    """Escapes of half surrogate pairs become the replacement character's: as long, and one code point too."""

    def mended(match: re.Match[bytes]) -> bytes:
        escape = match[0]
        return rb"\ufffd" if len(escape) == 6 and escape[2] in b"dD" else escape

    return _ESCAPE.sub(mended, value)


def utf8_of_western(value: bytes) -> bytes | None:
    """UTF-8 of Windows-1252 bytes, None where they might as well be something else.

    Damaged UTF-8 and other code pages must not pass: their letters would come out as wrong ones, silently.
    So the bytes over 127 must be few (no alphabet of their own), form no UTF-8, stand for letters wherever
    letters surround them, and be none that another code page uses far more often. What still passes wrongly
    is short text in cp1250, with other marks on some letters.
    """
    if b"\0" in value:  # UTF-16
        return None
    high = len(_HIGH.findall(value))
    in_sequences = sum(map(len, _UTF8_SEQUENCE.findall(value)))
    if (
        high > limits.WESTERN_BYTES_SHARE_MAX * len(value)
        or 4 * in_sequences > high
        or _SIGN_IN_WORD.search(value)
        or _TURKISH_OR_CZECH.search(value)
    ):
        return None
    try:
        return value.decode("cp1252").encode()
    except UnicodeDecodeError:
        return None


def encoding_hint(value: bytes) -> str:
    if value[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "this is UTF-16; write UTF-8"
    if value[:2] == b"\x1f\x8b" or value[:4] == b"\x28\xb5\x2f\xfd":
        return "this is compressed; let the Kafka producer compress (compression.type), not the value"
    return "write UTF-8 (Windows-1252 is understood only where it is beyond doubt)"


def json_hint(value: bytes, fault: str) -> str:
    """What to do about UTF-8 that is no JSON, given what the parser says of it."""
    if _NOT_A_NUMBER.search(value):
        return "NaN and Infinity are no JSON: write null"
    if "control character" in fault:
        return "a line break or other control character stands bare in a text: escape it"
    if "unexpected content" in fault:
        return "write one object per record"
    return "a record must be one JSON object"


FRAMING_BYTES = 5  # of Confluent's serializers: zero, then the schema's id, big endian
_SCHEMA_IDS_MAX = 1 << 26  # registries count from 1; UTF-16 begins alike, with a larger number
_UTF_32 = b"\0\0\0"


def framing_of(value: bytes) -> int | None:
    """The schema's id in Confluent's framing; None where a value has none.
    https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
    """
    if len(value) <= FRAMING_BYTES or value[0] or (value.startswith(_UTF_32) and value[4:7] == _UTF_32):
        return None
    schema = int.from_bytes(value[1:FRAMING_BYTES], "big")
    return schema if schema < _SCHEMA_IDS_MAX else None


def framed_hint(schema: int) -> str:
    """What to do about a framed value that is no JSON."""
    return (
        f"it is framed as Confluent's serializers do (schema id {schema}), and what is in the frame is no JSON but Avro or"
        " Protobuf: set WIRECOPY_REGISTRY_URL to its schema registry, or write JSON"
    )
