"""Laws of what is remembered of an article: it reads as it was written, whoever reads it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_replay import record_of, verdict_of
from wirecopy.core import limits
from wirecopy.core.fingerprint.record import SketchRecord, decode_record, encode_record
from wirecopy.core.fingerprint.sketch import Sketch
from wirecopy.core.index.stored import (
    DIGEST,
    decode_remembered,
    encode_remembered,
    reencode_remembered,
    remembered_lines,
)
from wirecopy.core.model import (
    Basis,
    Credit,
    CreditKind,
    CreditScope,
    Extent,
    Original,
    Passage,
    RawPosition,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.values import replace


def with_lines(record: SketchRecord, lines: list[list[int]]) -> SketchRecord:
    """A record of these lines and no samples, as it comes out of the log."""
    table = np.array(lines, np.int32).reshape(-1, 5)
    none = record.sketch.ids[:0], record.sketch.positions[:0]
    sketch = Sketch(*none, table, limits.TOKENS_MAX, 0, 0, False, 0)
    read = decode_record(encode_record(replace(record, sketch=sketch)))
    assert isinstance(read, SketchRecord)
    return read


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 2**17)] * 4, st.integers(0, 1)), max_size=40))
def test_what_is_remembered_reads_as_it_was_written(steps: list[tuple[int, int, int, int, int]]) -> None:
    lines, token, char = [], 0, 0
    for gap, size, char_gap, chars, prose_bit in steps:
        lines.append([token + gap, token + gap + size, char + char_gap, char + char_gap + chars, prose_bit])
        token, char = lines[-1][1], lines[-1][3]
    record = with_lines(record_of(1, "ap", "cnn"), lines)
    blob = encode_remembered(record, verdict_of(record))
    assert remembered_lines(blob).tolist() == lines
    read = decode_remembered(blob)
    assert (read.position, read.id, read.url, read.host, read.credits) == (
        record.position,
        record.id,
        record.url,
        record.host,
        record.credits,
    )
    assert read.verdict == verdict_of(record)
    changed = replace(read.verdict, kind=VerdictKind.UPDATE, story="another\nstory", share=0.5)
    again = reencode_remembered(read, changed, blob)
    assert decode_remembered(again) == replace(read, verdict=changed)
    assert remembered_lines(again).tolist() == lines


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(VerdictKind.ORIGINAL, None, "a1", None, 0.0, 0.0, 0.25, (), (), None, (Basis.FIRST_SEEN,)),
        Verdict(
            VerdictKind.ORIGINAL,
            None,
            "b",
            None,
            0.0,
            0.0,
            0.0,
            (),
            (),
            None,
            (Basis.CREDIT, Basis.LATE_ORIGINAL),
        ),
        Verdict(
            VerdictKind.REPUBLICATION,
            Extent.FULL,
            "a1",
            Original(None, None, "Reuters", None, False, None),
            0.0,
            0.0,
            1.0,
            (),
            (),
            Credit(CreditKind.VIA, "Reuters", "reuters", True, "", 0, 9, CreditScope.TEXT),
            (Basis.CREDIT,),
        ),
        Verdict(
            VerdictKind.UPDATE,
            None,
            "a0",
            Original("a0", "https://a.com/0", "Ä", -1, True, RawPosition("t", 1, 2)),
            0.5,
            0.25,
            0.0,
            (Passage(0, 5, 2, "a0"),),
            (Source("a0", "Ä", 0.5, 0.25),),
            None,
            (Basis.SAME_URL,),
        ),
    ],
)
@pytest.mark.parametrize("keys", [(), ("ap",)])
@pytest.mark.parametrize("host", ["a.com", "news.a.com", "日本.a.com", ""])
def test_each_sort_of_verdict_is_remembered(verdict: Verdict, keys: tuple[str, ...], host: str) -> None:
    """Also after another one was remembered in its place; and judging a candidate reads the same as correcting it."""
    record = replace(record_of(1, *keys), host=host, publisher="Ä\n\U0001f4f0", domain="a.com")
    other = verdict_of(record)
    for blob in (
        encode_remembered(record, verdict),
        reencode_remembered(
            decode_remembered(encode_remembered(record, other)), verdict, encode_remembered(record, other)
        ),
    ):
        read = decode_remembered(blob)
        names = (record.id, record.url, record.publisher, record.host, record.domain)
        assert (read.id, read.url, read.publisher, read.host, read.domain) == names
        assert (read.position, read.body_xxh3, read.credits) == (
            record.position,
            record.body_xxh3,
            record.credits,
        )
        assert read.verdict == verdict
        assert blob[DIGEST].hex() == record.body_xxh3
        assert remembered_lines(blob).tolist() == record.sketch.lines.tolist()


def test_no_more_lines_are_remembered_than_the_limit() -> None:
    lines = [
        [3 * n, 3 * n + 2, 300 * n, 300 * n + 200, n % 2] for n in range(limits.REMEMBERED_LINES_MAX + 5)
    ]
    record = with_lines(record_of(1), lines)
    read = remembered_lines(encode_remembered(record, verdict_of(record)))
    assert read.tolist() == lines[: limits.REMEMBERED_LINES_MAX]
