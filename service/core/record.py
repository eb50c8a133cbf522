"""The record of the fingerprint log: bytes that every replica, and another language, reads alike.

    magic "WC" · engine version u8 · XXH3-64 of the rest, little endian
    · numbers: unsigned LEB128 (https://dwarfstd.org, §7.6), in the order of `_numbers`
    · strings: UTF-8, each after its length (a number of the stream)
    · body XXH3-128, 16 bytes · title digest u64 · shingle ids u64[n], little endian

Decoding trusts nothing: another writer on the topic must not make replicas differ or fail, so whatever does not check is
one refusal, a value. Under 1 KB for an average article.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from service.core import kernels, limits
from service.core.hashing import xxh3_64
from service.core.model import I32, CreditKind, RawPosition, RefusalReason, Refused
from service.core.sketch import LINE_IS_PROSE, Sketch

MAGIC = b"WC"
ENGINE_VERSION = 1  # raised by every release that would change a verdict
_HEAD = struct.Struct("<2sBQ")
_TAIL = struct.Struct("<16sQ")
_CREDIT_KINDS = tuple(CreditKind)
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


@dataclass(frozen=True, slots=True)
class RecordCredit:
    """A credit as the log holds it: offsets are code points of the body as it came."""

    kind: CreditKind
    name: str
    key: str
    agency: bool
    start: int
    end: int
    inside: bool  # it stands where the article says such things; else the page says it
    context: int  # 32 bits of the hash of the words around it: a site's template repeats them


@dataclass(frozen=True, slots=True)
class SketchRecord:
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


class _DamagedError(Exception):
    """The bytes are not a record; never leaves this file."""


def encode_record(record: SketchRecord) -> bytes:
    """The log's bytes of a record."""
    sketch = record.sketch
    strings = [record.position.topic, record.id, record.url, record.publisher, record.host, record.domain]
    for credit in record.credits:
        strings += [credit.name, credit.key]
    encoded = [string.encode("utf-8", "replace") for string in strings]
    numbers = [
        record.position.partition,
        record.position.offset,
        0 if record.published_at_ms is None else _zigzag(record.published_at_ms) + 1,
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
        kind = _CREDIT_KINDS.index(credit.kind)
        flags = int(credit.agency) | int(credit.inside) << 1
        numbers += [kind, flags, credit.start, credit.end - credit.start, credit.context]
    numbers += map(len, encoded)
    stream = np.concatenate(
        (
            np.array(numbers, np.int64),
            np.diff(sketch.positions, prepend=0).astype(np.int64),
            _line_numbers(sketch.lines),
        )
    )
    rest = b"".join(
        (
            kernels.write_varints(stream).tobytes(),
            *encoded,
            _TAIL.pack(bytes.fromhex(record.body_xxh3), sketch.title_digest),
            sketch.ids.astype("<u8").tobytes(),
        )
    )
    return _HEAD.pack(MAGIC, ENGINE_VERSION, xxh3_64(rest)) + rest


def decode_record(value: bytes) -> SketchRecord | Refused:
    """The record that the bytes hold, or why they are passed over."""
    if len(value) < _HEAD.size + _TAIL.size or value[:2] != MAGIC:
        return Refused(
            RefusalReason.NOT_A_RECORD, "the record does not open as a fingerprint does: another writer?"
        )
    _, version, checksum = _HEAD.unpack_from(value)
    if version != ENGINE_VERSION:
        return Refused(
            RefusalReason.ENGINE_VERSION,
            f"the record was written by engine version {version}, this is {ENGINE_VERSION}: "
            "replicas of two versions must not share a log (see the rolling upgrade in the documentation)",
        )
    rest = value[_HEAD.size :]
    if xxh3_64(rest) != checksum:
        return Refused(RefusalReason.NOT_A_RECORD, "the record's checksum does not fit its bytes")
    try:
        return _decoded(rest)
    except (_DamagedError, UnicodeDecodeError, IndexError, struct.error) as error:
        return Refused(RefusalReason.NOT_A_RECORD, f"the record's parts do not fit together: {error}")


class _Reader:
    """Takes numbers and bytes from the front of a record."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def numbers(self, count: int) -> list[int]:
        """The next `count` numbers."""
        array = self.array(count)
        return [int(n) for n in array]

    def array(self, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        if count > len(self.data) - self.at:
            raise _DamagedError("it ends early")
        array, read = kernels.read_varints(np.frombuffer(self.data, np.uint8, offset=self.at), count)
        if read < 0:
            raise _DamagedError("a number is cut")
        self.at += int(read)
        return array  # type: ignore[no-any-return]

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        if size > len(self.data) - self.at:
            raise _DamagedError("it ends early")
        self.at += size
        return self.data[self.at - size : self.at]


def _decoded(rest: bytes) -> SketchRecord:
    reader = _Reader(rest)
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
        credit_count,
    ) = reader.numbers(11)
    if credit_count > limits.CREDITS_MAX or tokens > limits.TOKENS_MAX or main_start + main_size > tokens:
        raise _DamagedError("a count is out of bounds")
    credit_numbers = reader.numbers(5 * credit_count)
    lengths = reader.numbers(6 + 2 * credit_count)
    positions = np.cumsum(reader.array(ids_count)).astype(np.int32)
    lines = _lines_from(reader.array(4 * lines_count))
    if ids_count and (int(positions[-1]) + 1 > tokens or np.any(np.diff(positions) <= 0)):
        raise _DamagedError("positions do not ascend inside the text")
    if lines_count and int(lines[-1, 1]) > tokens:
        raise _DamagedError("lines lie outside the text")
    strings = [reader.take(length).decode("utf-8") for length in lengths]
    for string, most in zip(strings, _STRING_CHARS_MAX, strict=False):
        if len(string) > most:
            raise _DamagedError("a name is too long")
    digest, title_digest = _TAIL.unpack(reader.take(_TAIL.size))
    ids = np.frombuffer(reader.take(8 * ids_count), "<u8").astype(np.uint64)
    if reader.at != len(rest):
        raise _DamagedError("it goes on after its end")
    credits_ = tuple(
        RecordCredit(
            _CREDIT_KINDS[kind],
            strings[6 + 2 * i],
            strings[7 + 2 * i],
            bool(flags & 1),
            start,
            start + size,
            bool(flags & 2),
            context,
        )
        for i, (kind, flags, start, size, context) in enumerate(
            credit_numbers[at : at + 5] for at in range(0, 5 * credit_count, 5)
        )
    )
    return SketchRecord(
        RawPosition(strings[0], partition, offset),
        digest.hex(),
        strings[1],
        strings[2],
        strings[3],
        strings[4],
        strings[5],
        None if published == 0 else _unzigzag(published - 1),
        version,
        credits_,
        Sketch(
            ids, positions, lines, tokens, main_start, main_start + main_size, bool(title_found), title_digest
        ),
    )


def _line_numbers(lines: I32) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Lines as small numbers: tokens since the last line's end, tokens (doubled, plus the prose bit), characters since
    the last line's end, characters."""
    if not len(lines):
        return np.empty(0, np.int64)
    numbers = np.empty((len(lines), 4), np.int64)
    numbers[:, 0] = lines[:, 0]
    numbers[1:, 0] -= lines[:-1, 1]
    numbers[:, 1] = (lines[:, 1] - lines[:, 0]) * 2 + lines[:, 4]
    numbers[:, 2] = lines[:, 2]
    numbers[1:, 2] -= lines[:-1, 3]
    numbers[:, 3] = lines[:, 3] - lines[:, 2]
    assert numbers.min() >= 0, "lines must ascend and not overlap"
    return numbers.ravel()


def _lines_from(numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> I32:
    table = numbers.reshape(-1, 4)
    tokens = table[:, 1] >> 1
    lines = np.empty((len(table), 5), np.int64)
    lines[:, 1] = np.cumsum(table[:, 0] + tokens)
    lines[:, 0] = lines[:, 1] - tokens
    lines[:, 3] = np.cumsum(table[:, 2] + table[:, 3])
    lines[:, 2] = lines[:, 3] - table[:, 3]
    lines[:, 4] = table[:, 1] & LINE_IS_PROSE
    if len(lines) and (int(lines[-1, 1]) > limits.TOKENS_MAX or int(lines[-1, 3]) > limits.RAW_BYTES_MAX):
        raise _DamagedError("lines lie outside every text")
    return lines.astype(np.int32)


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _unzigzag(value: int) -> int:
    return value >> 1 if not value & 1 else -((value + 1) >> 1)
