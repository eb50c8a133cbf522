"""The log on disk holds what was synced through any crash, cuts off only an unfinished end, and forgets what is old."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from wirecopy.shell.backends.disk import journal as journals
from wirecopy.shell.backends.disk.broker import DirectoryTroubleError, DiskBroker
from wirecopy.shell.backends.disk.journal import Journal
from wirecopy.shell.backends.memory import StoredRecord
from wirecopy.shell.committed import Committed
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.ports import OutputRecord, OutputStream, TopicPartition

RAW, OUT = TopicPartition("raw", 0), TopicPartition("out", 0)
NOW_MS = 1_750_000_000_000


def opened(root: Path, retention_ms: int = 1 << 40) -> DiskBroker:
    broker = DiskBroker(root, lambda: NOW_MS, retention_ms)
    for topic in ("raw", "out"):
        if not broker.partitions(topic):
            broker.create_topic(topic, 1)
    return broker


def segments(root: Path) -> list[Path]:
    return sorted(root.glob("journal-*"))


def output(number: int) -> tuple[TopicPartition, OutputRecord]:
    headers = (("verdict", b"original"), ("none", None), ("é", b""))
    return OUT, OutputRecord(OutputStream.ENRICHED, b"k%d" % number, b"v" * number, headers)


async def filled(root: Path, count: int) -> DiskBroker:
    broker = opened(root)
    for number in range(count):
        broker.produce("raw", 0, b"%d" % number * number if number % 7 else None)
        if number % 3 == 2:
            await broker.publish("g", RAW, Committed(number + 1), [output(number), output(number)])
    return broker


def held(broker: DiskBroker) -> tuple[list[StoredRecord], list[StoredRecord], int | None]:
    return broker.read("raw", 0), broker.read("out", 0), broker.committed_offset("g", RAW)


async def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    broker = await filled(tmp_path, 60)
    before = held(broker)
    assert (len(before[0]), len(before[1]), before[2]) == (60, 40, 60)
    assert before[1][4].headers == (("verdict", b"original"), ("none", None), ("é", b""))
    broker.close()
    again = opened(tmp_path)
    assert held(again) == before
    assert again.produce("raw", 0, b"next") == 60
    again.close()


async def test_a_journal_cut_anywhere_holds_whole_transactions_in_order(tmp_path: Path) -> None:
    broker = await filled(tmp_path / "whole", 40)
    raw, out, _ = held(broker)
    broker.close()
    (segment,) = (tmp_path / "whole").glob("journal-*")
    chance = random.Random(7)
    for cut in sorted(chance.sample(range(segment.stat().st_size), 150)):
        root = tmp_path / "cut"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(tmp_path / "whole", root)
        os.truncate(root / segment.name, cut)
        again = opened(root)
        found_raw, found_out, committed = held(again)
        assert found_raw == raw[: len(found_raw)]
        assert found_out == out[: 2 * ((committed or 0) // 3)], "records and offset together, or neither"
        assert (committed or 0) <= len(found_raw) <= (committed or 0) + 3, (
            "what led to a transaction came before it"
        )
        again.produce("raw", 0, b"goes on")
        again.close()


async def test_damage_in_front_of_what_follows_is_an_error_and_nothing_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "SEGMENT_BYTES", 1_000)
    (await filled(tmp_path, 60)).close()
    first, *others = segments(tmp_path)
    assert others
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 1
    first.write_bytes(data)
    with pytest.raises(DirectoryTroubleError, match="damaged at byte"):
        opened(tmp_path)
    assert first.read_bytes() == data


async def test_old_segments_go_and_offsets_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "SEGMENT_BYTES", 1_000)
    broker = await filled(tmp_path, 60)
    raw, out, committed = held(broker)
    assert len(segments(tmp_path)) > 3
    broker.close()
    again = opened(tmp_path, retention_ms=-(1 << 50))  # everything is old
    for _ in range(60, 75):
        again.produce("raw", 0, b"x" * 100)
    await again.publish("g", RAW, Committed(75), [output(900)])
    await again.publish("g", RAW, Committed(75), [output(1)])
    assert len(segments(tmp_path)) <= 2
    first, end = again.bounds(RAW)
    assert first > 0 and end == 75
    assert again.read("raw", 0, first) == again.read("raw", 0)
    assert again.read("out", 0)[-1].offset == len(out) + 1
    kept = held(again)
    again.close()
    third = opened(tmp_path)
    assert held(third) == kept and third.bounds(RAW) == (first, 75) and committed == 60 and raw
    third.close()


async def test_a_segment_with_raw_records_that_are_not_published_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "SEGMENT_BYTES", 1_000)
    broker = opened(tmp_path, retention_ms=-(1 << 50))
    for _ in range(30):
        broker.produce("raw", 0, b"x" * 100)
    await broker.publish("g", RAW, Committed(5), [output(900)])
    await broker.publish("g", RAW, Committed(6), [output(901)])
    assert broker.bounds(RAW) == (0, 30)
    broker.close()


def test_a_directory_is_used_by_one_process(tmp_path: Path) -> None:
    broker = opened(tmp_path)
    with pytest.raises(DirectoryTroubleError, match="another process"):
        opened(tmp_path)
    broker.close()
    opened(tmp_path).close()


def test_a_full_disk_is_told_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = opened(tmp_path)
    broker.produce("raw", 0, b"first")
    write = os.pwrite
    left = [20, 0]

    def full(handle: int, data: bytes, at: int) -> int:
        room = left.pop(0)
        if not room:
            raise OSError(28, "No space left on device")
        return write(handle, data[:room], at)

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(UnavailableError, match="No space"):
            broker.produce_all("raw", 0, [b"second" * 10, b"third"])
    assert broker.produce_all("raw", 0, [b"fourth", b"fifth"]) == 1
    broker.close()
    again = opened(tmp_path)
    assert [record.value for record in again.read("raw", 0)] == [b"first", b"fourth", b"fifth"]
    again.close()


def test_records_larger_than_one_read_come_back(tmp_path: Path) -> None:
    broker = opened(tmp_path)
    value = bytes(range(256)) * 4_000
    headers = tuple((f"h{number}", bytes(100)) for number in range(400))
    broker.produce("raw", 0, value, b"k", headers, 5)
    (record,) = broker.read("raw", 0)
    assert (record.value, record.key, record.headers, record.timestamp_ms) == (value, b"k", headers, 5)
    broker.close()


def test_frames_of_an_empty_directory_are_none(tmp_path: Path) -> None:
    assert list(Journal(tmp_path).frames()) == []
