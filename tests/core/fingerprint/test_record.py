"""The log's bytes: what goes in comes out, and what is damaged is one refusal, alike on every replica."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.naive import record as twins
from tests.core.story import NOW_MS, article, prose
from wirecopy.core import limits
from wirecopy.core.engine import Engine
from wirecopy.core.fingerprint import varint_kernels
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.fingerprint.record import (
    ENGINE_VERSION,
    MAGIC,
    RecordCredit,
    SketchRecord,
    checksum_of,
    decode_record,
    encode_record,
)
from wirecopy.core.fingerprint.sketch import Sketch
from wirecopy.core.hashing import xxh3_64
from wirecopy.core.model import (
    CreditKind,
    CreditScope,
    DateDoubt,
    Outcome,
    RawPosition,
    RefusalReason,
    Refused,
)
from wirecopy.core.values import replace

HEAD = struct.Struct("<2sBQ")
U64_MAX = 2**64 - 1
names = st.text(max_size=30)


def sealed(rest: bytes) -> bytes:
    """A record whose checksum fits, whatever it holds."""
    return of_version(ENGINE_VERSION, rest)


def of_version(version: int, rest: bytes) -> bytes:
    return HEAD.pack(MAGIC, version, checksum_of(version, rest)) + rest


def equal(left: SketchRecord, right: SketchRecord) -> bool:
    """Arrays compare by element, so not by `==` of the values; `lines` are there only after the log."""
    plain = replace(left, sketch=right.sketch, lines=right.lines) == right
    sketches = [(s.ids.tolist(), s.positions.tolist(), s.lines.tolist()) for s in (left.sketch, right.sketch)]
    numbers = [
        (s.tokens, s.main_start, s.main_end, s.title_found, s.title_digest)
        for s in (left.sketch, right.sketch)
    ]
    return plain and sketches[0] == sketches[1] and numbers[0] == numbers[1]


@st.composite
def sketches(draw: st.DrawFn, id_max: int = U64_MAX) -> Sketch:
    tokens = draw(st.integers(0, 400))
    positions = draw(st.lists(st.integers(0, tokens - 1), unique=True, max_size=40)) if tokens else []
    ids = draw(st.lists(st.integers(0, id_max), min_size=len(positions), max_size=len(positions)))
    lines, token, char = [], 0, 0
    while token < tokens and draw(st.booleans()):
        start = draw(st.integers(token, tokens - 1))
        token = draw(st.integers(start + 1, tokens))
        first = char + draw(st.integers(0, 500))
        char = first + draw(st.integers(0, 500))
        lines.append([start, token, first, char, draw(st.integers(0, 1))])
    if positions and not lines:
        lines.append([0, tokens, 0, 6 * tokens, 1])
    main_start = draw(st.integers(0, tokens))
    return Sketch(
        np.array(ids, np.uint64),
        np.array(sorted(positions), np.int32),
        np.array(lines, np.int32).reshape(-1, 5),
        tokens,
        main_start,
        draw(st.integers(main_start, tokens)),
        draw(st.booleans()),
        draw(st.integers(0, U64_MAX)),
    )


@st.composite
def credits_(draw: st.DrawFn) -> RecordCredit:
    start = draw(st.integers(0, 10_000))
    return RecordCredit(
        draw(st.sampled_from(CreditKind)),
        draw(names),
        draw(names),
        draw(st.booleans()),
        start,
        start + draw(st.integers(0, 200)),
        draw(st.sampled_from(CreditScope)),
        draw(st.integers(0, 2**32 - 1)),
    )


records = st.builds(
    SketchRecord,
    st.builds(RawPosition, names, st.integers(0, 2**31 - 1), st.integers(0, 2**55)),
    st.binary(min_size=16, max_size=16).map(bytes.hex),
    names,
    names,
    names,
    names,
    names,
    st.none() | st.integers(-(2**50), 2**50),
    st.integers(0, 2**31),
    st.lists(credits_(), max_size=limits.CREDITS_MAX).map(tuple),
    sketches(),
    date_doubt=st.none() | st.sampled_from(DateDoubt),
)


# ---- round trip
@settings(max_examples=200, deadline=None)
@given(records)
def test_a_record_comes_back_as_it_went(record: SketchRecord) -> None:
    value = encode_record(record)
    back = decode_record(value)
    assert isinstance(back, SketchRecord)
    assert equal(back, record)
    assert encode_record(back) == value


@pytest.mark.parametrize("published_at_ms", [None, 0, -1, 1, -(2**50), 2**50, NOW_MS])
def test_times_of_every_sign_come_back(published_at_ms: int | None) -> None:
    back = decode_record(encode_record(replace(a_record(), published_at_ms=published_at_ms)))
    assert isinstance(back, SketchRecord)
    assert back.published_at_ms == published_at_ms


def test_a_lone_surrogate_in_a_name_goes_out_as_a_question_mark() -> None:
    back = decode_record(encode_record(replace(a_record(), id="a\ud800b")))
    assert isinstance(back, SketchRecord)
    assert back.id == "a?b"


def a_record(seed: int = 1, words: int = 450) -> SketchRecord:
    body = prose(seed, words) + "\n\nSource: Reuters"
    record = decode_record(propose(article(body, id=f"a{seed}", url="https://www.paper.com/1")).value)
    assert isinstance(record, SketchRecord)
    return record


def test_a_record_of_an_average_article_is_little_over_a_kilobyte() -> None:
    assert len(encode_record(a_record())) < 1152


# ---- refusals
REFUSED = [
    (b"", RefusalReason.NOT_A_RECORD),
    (b"WC", RefusalReason.NOT_A_RECORD),
    (b"{}" * 100, RefusalReason.NOT_A_RECORD),
    (b"\x00" * 200, RefusalReason.NOT_A_RECORD),
    (of_version(ENGINE_VERSION + 1, b"\x00" * 100), RefusalReason.ENGINE_VERSION),
    (of_version(0, b"\x00" * 100), RefusalReason.ENGINE_VERSION),
    (HEAD.pack(MAGIC, ENGINE_VERSION + 1, 0) + b"\x00" * 100, RefusalReason.NOT_A_RECORD),
    (HEAD.pack(MAGIC, ord("?"), xxh3_64(bytes(100))) + bytes(100), RefusalReason.NOT_A_RECORD),
    (HEAD.pack(MAGIC, 0, xxh3_64(bytes(100))) + bytes(100), RefusalReason.NOT_A_RECORD),
    (HEAD.pack(MAGIC, ENGINE_VERSION, 1) + b"\x00" * 100, RefusalReason.NOT_A_RECORD),
    (sealed(b"\x00" * 100), RefusalReason.NOT_A_RECORD),
    (sealed(b"\xff" * 100), RefusalReason.NOT_A_RECORD),
]


@pytest.mark.parametrize(("value", "reason"), REFUSED)
def test_what_is_no_record_is_refused_with_a_sentence(value: bytes, reason: RefusalReason) -> None:
    refused = decode_record(value)
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert len(refused.detail) > 20


def forged(steps: list[int], lines: list[int]) -> bytes:
    """A record of 450 tokens whose numbers are as given (steps between positions, four numbers a line), which
    `encode_record` would never write."""
    names_ = [b"t", b"id", b"", b"p.com", b"p.com", b"p.com"]
    numbers = [0, 1, 0, 0, 450, 0, 450, 0, len(steps), len(lines) // 4, 0, *map(len, names_), *steps, *lines]
    tail = b"\x01" * 16 + bytes(19) + bytes(8 * len(steps))
    return sealed(twins.write_varints(numbers) + b"".join(names_) + tail)


LINE = [0, 2 * 450 + 1, 0, 3000]
WRAPPED = [2**40, 6, 0, 1, *[2**56 - 3, 6, 0, 1] * 255, 2**56 - 2**40 - 6, 6, 0, 1]  # 2**64 tokens and some
FORGED = [
    ("as it should be", [3, 7], LINE, True),
    ("a position past the text", [3, 447], LINE, False),
    ("a position that is negative in 32 bits", [2**31], LINE, False),
    ("a position that is small again in 32 bits", [2**32 + 3], LINE, False),
    ("a position twice", [3, 0], LINE, False),
    ("a line past the text", [3, 7], [0, 2 * 451 + 1, 0, 3000], False),
    ("a line of 2**40 characters", [3, 7], [0, 2 * 450 + 1, 0, 2**40], False),
    ("lines that are small again in 64 bits", [3, 7], WRAPPED, False),
]


@pytest.mark.parametrize(("what", "steps", "lines", "good"), FORGED, ids=[row[0] for row in FORGED])
def test_no_number_leaves_its_bounds_unseen(
    what: str, steps: list[int], lines: list[int], good: bool
) -> None:
    """An index out of an array would stop every replica at the same record, or worse, be written to."""
    value = forged(steps, lines)
    assert isinstance(decode_record(value), SketchRecord if good else Refused)
    assert isinstance(Engine().replay(0, NOW_MS, value), Outcome if good else Refused)


def mutated(chance: random.Random, value: bytes) -> bytes:
    """A record with some bytes changed, cut or doubled. Most get a checksum that fits, as another writer or a
    fault of our own would give them."""
    rest = bytearray(value[HEAD.size :])
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(rest) + 1)
        match chance.randrange(6):
            case 0 | 1 if rest:
                rest[at % len(rest)] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
            case 2:
                del rest[at : at + chance.randint(1, 20)]
            case 3:
                rest[at:at] = chance.randbytes(chance.randint(1, 12))
            case 4:
                rest += rest[at:]
            case _:
                numbers = min(40, len(rest))
                rest[chance.randrange(numbers or 1) : 1] = b"\xff" * chance.randint(1, 9)
    return sealed(bytes(rest)) if chance.random() < 0.8 else value[: HEAD.size] + bytes(rest)


def test_mutated_records_are_refused_or_decode_and_every_replica_says_the_same() -> None:
    """3,000 of them: nothing raises, and what decodes is judged without a fault, on two engines alike."""
    chance = random.Random(20)
    values = [propose(article(prose(n, n * 20), offset=n, id=f"a{n}")).value for n in range(1, 12)]
    engines = Engine(), Engine()
    decoded = 0
    for number in range(3000):
        value = mutated(chance, chance.choice(values)) if number % 20 else chance.choice(values)
        said = [engine.replay(number, NOW_MS + number, value) for engine in engines]
        assert said[0] == said[1], (number, value.hex())
        decoded += isinstance(said[0], Outcome)
    assert engines[0].stats() == engines[1].stats()
    assert engines[0].stats().records_refused == 3000 - decoded
    assert decoded > 300, "some must pass, or nothing is tested behind the checks"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_with_a_checksum_that_fits_are_refused_or_decode(rest: bytes) -> None:
    assert isinstance(decode_record(sealed(rest)), (SketchRecord, Refused))


@settings(max_examples=60, deadline=None)
@given(st.lists(sketches(id_max=12), min_size=2, max_size=4), st.lists(credits_(), max_size=2).map(tuple))
def test_any_record_that_decodes_is_judged(drawn: list[Sketch], said: tuple[RecordCredit, ...]) -> None:
    """Whatever its numbers claim, on an index where all of it matches: a main region without lines, samples
    outside every line, one shingle everywhere."""
    engine = Engine()
    for number, sketch in enumerate(drawn):
        record = replace(
            a_record(),
            position=RawPosition("t", 0, number),
            id=f"a{number}",
            url=f"https://p{number % 2}.com/",
            domain=f"p{number % 2}.com",
            body_xxh3=f"{number:032x}",
            credits=said if number % 2 else (),
            sketch=sketch,
        )
        assert isinstance(engine.replay(number, NOW_MS, encode_record(record)), Outcome)


# ---- numbers
varint = st.one_of(st.integers(0, 300), st.integers(0, 2**56 - 1))


def written(numbers: list[int]) -> bytes:
    out = np.empty(10 * len(numbers), np.uint8)
    no_positions, no_lines = np.empty(0, np.int32), np.empty((0, 5), np.int32)
    size = varint_kernels.write_record(np.array(numbers, np.int64), no_positions, no_lines, out)
    return out[:size].tobytes()


def read(data: bytes) -> tuple[int, int, int, list[int], list[int], list[list[int]]]:
    """What the kernel says of a number stream: fault or none, bytes read, where the lines begin, numbers, positions, lines."""
    numbers = np.zeros(varint_kernels.RECORD_NUMBERS + 6 + 7 * limits.CREDITS_MAX, np.int64)
    positions, lines = np.zeros(len(data), np.int32), np.zeros((len(data) // 4, 5), np.int32)
    said, at, lines_at = varint_kernels.read_record(data, numbers, positions, lines)
    if said != varint_kernels.RECORD_READ:
        return said, at, lines_at, [], [], []
    count, lines_count, credits_count = numbers[8:11].tolist()
    return (
        said,
        at,
        lines_at,
        numbers[: varint_kernels.RECORD_NUMBERS + 6 + 7 * credits_count].tolist(),
        positions[:count].tolist(),
        lines[:lines_count].tolist(),
    )


@st.composite
def streams(draw: st.DrawFn) -> list[int]:
    """The numbers of a record, most of them such as fit together."""
    tokens = draw(st.integers(0, 400) | varint)
    start = draw(st.integers(0, 400))
    positions = draw(st.lists(st.integers(0, 5) | varint, max_size=12))
    lines = draw(st.lists(st.lists(st.integers(0, 9) | varint, min_size=4, max_size=4), max_size=6))
    credits_count = draw(st.integers(0, limits.CREDITS_MAX + 1))
    others = draw(st.lists(varint, min_size=7 * credits_count + 6, max_size=7 * credits_count + 6))
    counts = [len(positions) + draw(st.sampled_from([0, 0, 0, 1])), len(lines), credits_count]
    head = [*draw(st.lists(varint, min_size=4, max_size=4)), tokens, start, draw(st.integers(0, 400)), 1]
    return [*head, *counts, *others, *positions, *(number for line in lines for number in line)]


@settings(max_examples=200, deadline=None)
@given(st.lists(varint, max_size=30))
def test_numbers_are_written_as_the_twin_does(numbers: list[int]) -> None:
    assert written(numbers) == twins.write_varints(numbers)


@settings(max_examples=400, deadline=None)
@given(streams(), st.integers(0, 8), st.binary(max_size=4))
def test_a_number_stream_is_read_as_the_twin_reads_it(numbers: list[int], cut: int, behind: bytes) -> None:
    data = written(numbers)
    data = data[: max(0, len(data) - cut)] + behind
    assert read(data) == twins.read_record(data)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 127, 128, 129, 255]), max_size=80).map(bytes))
def test_any_bytes_are_read_as_the_twin_reads_them(data: bytes) -> None:
    assert read(data) == twins.read_record(data)


@pytest.mark.parametrize("number", [2**56 - 1, 2**56, 2**62, 2**63 - 1])
def test_a_number_of_nine_bytes_is_cut(number: int) -> None:
    """Wherever it stands: among the first, in a position's step, in a line."""
    plain = [0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, *[0] * 6, 0, 0, 0, 0, 0]
    for at in (0, 16, 17, 21):
        said, *_ = read(written([*plain[:at], number, *plain[at + 1 :]]))
        assert (said == varint_kernels.RECORD_NUMBER_CUT) is (number >= 2**56), at
