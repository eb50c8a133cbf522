"""The record of the fingerprint log: bytes that every replica, and another language, reads alike.

    magic "WC" · engine version u8 · XXH3-64 of the rest, its seed the engine version - 1, little endian
    · numbers: unsigned LEB128 (https://dwarfstd.org, §7.6), in the order of `encode_record`
    · strings: UTF-8, each after its length (a number of the stream)
    · quoted tokens (varint_kernels.pack_quoted)
    · features of its words (features.py)
    · body XXH3-128, 16 bytes · title digest u64 · key of the article that it succeeds u64 · bytes of quoted u16, of features u8
    · shingle ids u64[n], little endian

Decoding trusts nothing: another writer on the topic must not make replicas differ or fail, so whatever does
not check is one refusal, a value. About 1 KB for an average article.
"""

from __future__ import annotations

import struct
from operator import gt

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint import varint_kernels
from wirecopy.core.fingerprint.features import Features, pack_features, unpack_features
from wirecopy.core.fingerprint.sketch import Sketch
from wirecopy.core.hashing import xxh3_64
from wirecopy.core.model import CreditKind, CreditScope, DateDoubt, RawPosition, RefusalReason, Refused
from wirecopy.core.values import Value

MAGIC = b"WC"
ENGINE_VERSION = 4  # raised by every release that would change a verdict
HEAD = struct.Struct("<2sBQ")
_TAIL = struct.Struct("<16sQQHB")
_LITTLE_U64, _U64, _I64, _I32 = np.dtype("<u8"), np.dtype(np.uint64), np.dtype(np.int64), np.dtype(np.int32)
_CREDIT_KINDS = tuple(CreditKind)
_CREDIT_SCOPES = tuple(CreditScope)
_CREDIT_SCOPE_NUMBERS = {scope: number for number, scope in enumerate(_CREDIT_SCOPES)}
_CREDIT_KIND_NUMBERS = {kind: number for number, kind in enumerate(_CREDIT_KINDS)}
_DOUBTS = (None, *DateDoubt)
_DOUBT_NUMBERS = {doubt: number for number, doubt in enumerate(_DOUBTS)}
_DOUBT_BITS = 4
_NUMBER_BYTES_MAX = 10  # of an unsigned LEB128 of 64 bits
_NUMBERS_LEAST = varint_kernels.RECORD_NUMBERS + 6  # of a record without credits
_NUMBERS_MAX = _NUMBERS_LEAST + 7 * limits.CREDITS_MAX
_DAMAGES = {
    varint_kernels.RECORD_ENDS_EARLY: "it ends early",
    varint_kernels.RECORD_NUMBER_CUT: "a number is cut",
    varint_kernels.RECORD_COUNT: "a count is out of bounds",
    varint_kernels.RECORD_POSITIONS: "positions do not ascend inside the text",
    varint_kernels.RECORD_LINES: "lines lie outside the text",
}
# topic, id, URL, publisher, host, domain, then name and key of each credit
_STRING_CHARS_MAX = (
    limits.HOST_CHARS_MAX,
    limits.ID_CHARS_MAX,
    limits.URL_CHARS_MAX,
    limits.NAME_CHARS_MAX,
    limits.HOST_CHARS_MAX,
    limits.NAME_CHARS_MAX,
    *(limits.NAME_CHARS_MAX,) * (2 * limits.CREDITS_MAX),
)
_STRING_CHARS_LEAST = min(_STRING_CHARS_MAX)


class RecordCredit(Value):
    """A credit as the log holds it: offsets are code points of the body as it came."""

    kind: CreditKind
    name: str
    key: str
    agency: bool
    start: int
    end: int
    scope: CreditScope
    context: int  # 32 bits of the hash of the words around it: a site's template repeats them


class SketchRecord(Value):
    """One article in the fingerprint log: who it is, and its sketch."""

    position: RawPosition
    body_xxh3: str
    id: str
    url: str
    publisher: str
    host: str
    domain: str
    published_at_ms: int | None
    version: int
    credits: tuple[RecordCredit, ...]
    sketch: Sketch
    succeeds: int = 0  # key (`id_key`) of the article that its publisher says it succeeds; 0: none
    quoted: bytes = b""  # which tokens are quoted (varint_kernels.pack_quoted)
    lines: bytes = b""  # of the sketch, as the log has them, where it comes from there
    date_doubt: DateDoubt | None = None  # what `published_at_ms` leaves open, or why there is none
    features: Features | None = None  # of its words; None where it has too few


def id_key(domain: str, id_: str) -> int:
    """The key of an article by the id that its publisher gives it."""
    return xxh3_64(b"id:" + domain.encode("utf-8", "replace") + b"\x00" + id_.encode("utf-8", "replace"))


def strong(credit: RecordCredit) -> bool:
    """Whether a credit says whose text this is, not only where a fact is from."""
    return credit.scope is not CreditScope.FACT


class _DamagedError(Exception):
    """The bytes are not a record; never leaves this file."""


def encode_record(record: SketchRecord) -> bytes:
    """The log's bytes of a record."""
    sketch, position = record.sketch, record.position
    strings = [position.topic, record.id, record.url, record.publisher, record.host, record.domain]
    for credit in record.credits:
        strings += (credit.name, credit.key)
    text = "".join(strings)
    names = text.encode("utf-8", "replace")
    lengths = [*map(len, strings)]  # in bytes
    if len(names) != len(text):
        lengths = [len(string.encode("utf-8", "replace")) for string in strings]
    numbers = [
        position.partition,
        position.offset,
        packed_date(record.published_at_ms, record.date_doubt),
        record.version,
        sketch.tokens,
        sketch.main_start,
        sketch.main_end - sketch.main_start,
        int(sketch.title_found),
        len(sketch.ids),
        len(sketch.lines),
        len(record.credits),
    ]
    for credit in record.credits:
        flags = int(credit.agency) | _CREDIT_SCOPE_NUMBERS[credit.scope] << 1
        kind = _CREDIT_KIND_NUMBERS[credit.kind]
        numbers += (kind, flags, credit.start, credit.end - credit.start, credit.context)
    numbers += lengths
    stream = np.empty(_NUMBER_BYTES_MAX * (len(numbers) + len(sketch.ids) + 4 * len(sketch.lines)), np.uint8)
    written = varint_kernels.write_record(np.array(numbers, np.int64), sketch.positions, sketch.lines, stream)
    features = pack_features(record.features)
    rest = b"".join(
        (
            stream[:written].tobytes(),
            names,
            record.quoted,
            features,
            _TAIL.pack(
                bytes.fromhex(record.body_xxh3),
                sketch.title_digest,
                record.succeeds,
                len(record.quoted),
                len(features),
            ),
            sketch.ids.astype("<u8", copy=False).tobytes(),
        )
    )
    checksum = xxh3_64(rest, (ENGINE_VERSION - 1) % 256)  # as checksum_of
    return HEAD.pack(MAGIC, ENGINE_VERSION, checksum) + rest


def packed_date(time_ms: int | None, doubt: DateDoubt | None) -> int:
    """A date and what it leaves open, as one number ≥ 0: its lowest bits say the doubt, 0 above them no time."""
    time = 0 if time_ms is None else _zigzag(time_ms) + 1
    return time << _DOUBT_BITS | _DOUBT_NUMBERS[doubt]


def unpacked_date(number: int) -> tuple[int | None, DateDoubt | None]:
    """What `packed_date` was given. IndexError where no release has written the number."""
    time = number >> _DOUBT_BITS
    return None if time == 0 else _unzigzag(time - 1), _DOUBTS[number & (1 << _DOUBT_BITS) - 1]


def checksum_of(version: int, rest: bytes) -> int:
    """Over the version too, by the seed: a version that chance has changed must not look like another release's."""
    return xxh3_64(rest, (version - 1) % 256)


def checked(value: bytes) -> Refused | None:
    """Why the bytes are no whole record of this engine version; None where they are one."""
    if len(value) < HEAD.size or value[:2] != MAGIC:
        return Refused(
            RefusalReason.NOT_A_RECORD, "the record does not open as a fingerprint does: another writer?"
        )
    _, version, checksum = HEAD.unpack_from(value)
    rest = value[HEAD.size :]
    if checksum_of(version, rest) != checksum:  # first: what stops replicas below is no chance damage
        return Refused(RefusalReason.NOT_A_RECORD, "the record's checksum does not fit its bytes")
    if version != ENGINE_VERSION:
        return Refused(
            RefusalReason.ENGINE_VERSION,
            f"the record was written by engine version {version}, this is {ENGINE_VERSION}: "
            "releases of two engine versions need a log each (docs/runbook.md, Rolling out a release)",
        )
    return None


def decode_record(value: bytes) -> SketchRecord | Refused:
    """The record that the bytes hold, or why they are passed over."""
    refused = checked(value)
    if refused is not None:
        return refused
    if len(value) < HEAD.size + _TAIL.size:
        return Refused(RefusalReason.NOT_A_RECORD, "the record ends early")
    try:
        return _decoded(value[HEAD.size :])
    except (_DamagedError, ValueError, IndexError, struct.error) as error:
        return Refused(RefusalReason.NOT_A_RECORD, f"the record's parts do not fit together: {error}")


def _decoded(rest: bytes) -> SketchRecord:
    size = len(rest)
    numbers = np.empty(_NUMBERS_MAX, _I64)
    # no larger than the record makes them, so that what is read can stay where it is
    positions = np.empty(size, _I32)
    lines = np.empty((size // 4, 5), _I32)
    fault, at, lines_at = varint_kernels.read_record(rest, numbers, positions, lines)
    if fault != varint_kernels.RECORD_READ:
        raise _DamagedError(_DAMAGES[fault])
    (
        partition,
        offset,
        published,
        version,
        tokens,
        main_start,
        main_size,
        title_found,
        ids_count,
        lines_count,
        credits_count,
        *lengths,
    ) = numbers[:_NUMBERS_LEAST].tolist()
    credits_: tuple[RecordCredit, ...] = ()
    if credits_count:
        credit_numbers = numbers[_NUMBERS_LEAST - 6 : _NUMBERS_LEAST + 7 * credits_count].tolist()
        lengths = credit_numbers[5 * credits_count :]
    if ids_count and not lines_count:
        raise _DamagedError("samples stand in no line")
    tail_at = size - _TAIL.size - 8 * ids_count
    digest, title_digest, succeeds, quoted_bytes, features_bytes = _TAIL.unpack_from(rest, tail_at)
    features_at = tail_at - features_bytes
    quoted_at = features_at - quoted_bytes
    topic, id_, url, publisher, host, domain, *named = _strings(rest, at, lengths, quoted_at)
    if credits_count:
        credits_ = _credits(credit_numbers, named)
    published_at_ms, date_doubt = unpacked_date(published)
    return SketchRecord(
        RawPosition(topic, partition, offset),
        digest.hex(),
        id_,
        url,
        publisher,
        host,
        domain,
        published_at_ms,
        version,
        credits_,
        Sketch(
            np.frombuffer(rest, _LITTLE_U64, ids_count, tail_at + _TAIL.size).astype(_U64),
            positions[:ids_count],
            lines[:lines_count],
            tokens,
            main_start,
            main_start + main_size,
            title_found != 0,
            title_digest,
        ),
        succeeds,
        rest[quoted_at:features_at],
        rest[lines_at:at],
        date_doubt,
        unpack_features(rest[features_at:tail_at]),
    )


def _credits(numbers: list[int], named: list[str]) -> tuple[RecordCredit, ...]:
    """The credits of five numbers and two names each."""
    credits_ = []
    for i in range(len(named) // 2):
        kind, flags, start, size, context = numbers[5 * i : 5 * i + 5]
        name, key = named[2 * i : 2 * i + 2]
        scope, agency = _CREDIT_SCOPES[flags >> 1], bool(flags & 1)
        credits_.append(
            RecordCredit(_CREDIT_KINDS[kind], name, key, agency, start, start + size, scope, context)
        )
    return tuple(credits_)


def _strings(rest: bytes, at: int, lengths: list[int], end: int) -> list[str]:
    """The strings of so many bytes each, from `at` to `end`."""
    if at + sum(lengths) != end:
        raise _DamagedError("it ends early, or goes on after its end")
    joined = rest[at:end]
    strings = []
    at = 0
    if joined.isascii():  # a character a byte: decoded at once and then cut
        text = joined.decode()
        for length in lengths:
            strings.append(text[at : at + length])
            at += length
    else:
        for length in lengths:
            strings.append(joined[at : at + length].decode())
            at += length
    if max(lengths) > _STRING_CHARS_LEAST and any(map(gt, map(len, strings), _STRING_CHARS_MAX)):
        raise _DamagedError("a name is too long")
    return strings


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _unzigzag(value: int) -> int:
    return value >> 1 if not value & 1 else -((value + 1) >> 1)


class Identity(Value):
    """Who an article is, out of its record: what can be said of it without looking at its sketch."""

    id: str
    url: str
    publisher: str
    domain: str
    published_at_ms: int | None


def identity_of(value: bytes) -> Identity:
    """Who the article of a record is. Only of bytes that `decode_record` takes: nothing is checked again.

    A quarter of `decode_record`'s time: the sketch lies between the numbers and the strings, and is stepped
    over from the record's end.
    """
    found = np.empty(_NUMBERS_MAX, _I64)
    varint_kernels.read_numbers(value, HEAD.size, found)
    numbers = found[: _NUMBERS_LEAST + 7 * int(found[varint_kernels.CREDITS])].tolist()
    lengths = numbers[varint_kernels.RECORD_NUMBERS + 5 * numbers[varint_kernels.CREDITS] :]
    tail_at = len(value) - _TAIL.size - 8 * numbers[varint_kernels.POSITIONS]
    at = tail_at - sum(_TAIL.unpack_from(value, tail_at)[3:]) - sum(lengths)
    strings = []
    for length in lengths[:6]:
        strings.append(value[at : at + length].decode("utf-8"))
        at += length
    _, id_, url, publisher, _, domain = strings
    return Identity(id_, url, publisher, domain, unpacked_date(numbers[2])[0])
