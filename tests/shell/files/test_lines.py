"""Lines come back as they were, however a file is packed; a target is whole or untouched."""

from __future__ import annotations

import gzip
import io
import lzma
import sys
from pathlib import Path

import pytest
import zstandard

from wirecopy.core import limits
from wirecopy.shell.files.lines import STANDARD, FileTrouble, Line, LineReader, open_output, read_bytes

CONTENT = '{"id": 1}\n\n  \r\n{"id": "zwei ü"}\r\nlast without end'.encode()
LINES = [
    Line(0, b'{"id": 1}'),
    Line(3, '{"id": "zwei ü"}'.encode()),
    Line(4, b"last without end"),
]


def _two_frames(content: bytes) -> bytes:
    packer = zstandard.ZstdCompressor()
    return packer.compress(content[:9]) + packer.compress(content[9:])


PACKED = {
    "plain": CONTENT,
    "xz": lzma.compress(CONTENT),
    "xz in two streams": lzma.compress(CONTENT[:7]) + lzma.compress(CONTENT[7:]),
    "gz": gzip.compress(CONTENT),
    "gz in two members": gzip.compress(CONTENT[:7]) + gzip.compress(CONTENT[7:]),
    "zst": zstandard.ZstdCompressor().compress(CONTENT),
    "zst in two frames": _two_frames(CONTENT),
}


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED.keys())
def test_lines_are_numbered_and_come_as_they_were_whatever_the_packing(packed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "no-ending-that-tells"
    path.write_bytes(packed)
    with LineReader(str(path)) as reader:
        assert list(reader) == LINES
        assert reader.fraction() == 1.0


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED.keys())
def test_standard_input_is_read_like_a_file(packed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(packed))))
    with LineReader(STANDARD) as reader:
        assert list(reader) == LINES
        assert reader.fraction() is None


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    with LineReader(str(path)) as reader:
        assert list(reader) == []


def test_a_line_beyond_the_limit_is_cut_and_the_next_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RAW_BYTES_MAX", 100)
    path = tmp_path / "long.jsonl"
    for size in (99, 100, 101, 102, 5_000):
        path.write_bytes(b"x" * size + b"\nnext\n")
        with LineReader(str(path)) as reader:
            long, following = list(reader)
        assert len(long.value) == min(size, 101), size
        assert following == Line(1, b"next"), size


TROUBLES = {
    "cut xz": lzma.compress(CONTENT * 50)[:-30],
    "cut gz": gzip.compress(CONTENT * 50)[:-12],
    "cut within a later frame": zstandard.ZstdCompressor().compress(CONTENT) * 2 + b"\x28\xb5\x2f\xfd",
    "cut zst": zstandard.ZstdCompressor().compress(CONTENT * 50)[:-3],
    "damaged xz": b"\xfd7zXZ\x00" + b"\x00" * 40,
    "damaged gz": b"\x1f\x8b" + b"\xff" * 40,
    "damaged zst": b"\x28\xb5\x2f\xfd" + b"\xff" * 40,
}


@pytest.mark.parametrize("name", TROUBLES)
def test_a_damaged_archive_is_told_in_a_sentence_that_names_the_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(TROUBLES[name])
    with (
        pytest.raises(FileTrouble, match=r"Cannot read “.*archive” past line \d+: .+"),
        LineReader(str(path)) as reader,
    ):
        list(reader)


def test_a_file_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match="No such file"):
        LineReader(str(tmp_path / "missing"))
    with pytest.raises(FileTrouble, match="No such file"):
        read_bytes(str(tmp_path / "missing"), bytes_max=10)
    with pytest.raises(FileTrouble, match="No such file"), open_output(str(tmp_path / "no" / "folder")):
        pass


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.xz", "jsonl.gz", "jsonl.zst"])
def test_what_is_written_is_read_back(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"out.{ending}"
    with open_output(str(path)) as out:
        out.write(CONTENT)
    with LineReader(str(path)) as reader:
        assert list(reader) == LINES
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert (path.read_bytes() == CONTENT) == (ending == "jsonl")


def test_a_target_is_untouched_until_the_end_and_after_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"before")
    with pytest.raises(ZeroDivisionError), open_output(str(path)) as out:
        out.write(b"half of ")
        out.flush()
        assert path.read_bytes() == b"before"
        raise ZeroDivisionError
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_device_is_written_to_and_not_replaced() -> None:
    with open_output("/dev/null") as out:
        out.write(b"x")
    assert Path("/dev/null").is_char_device()


def test_a_file_too_large_to_be_read_whole_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"12345")
    assert read_bytes(str(path), bytes_max=5) == b"12345"
    with pytest.raises(FileTrouble, match="larger than 4 bytes"):
        read_bytes(str(path), bytes_max=4)
