"""`kill -9` at any point loses nothing that was acknowledged and gives nothing twice.

Twice: a real process, killed at chance moments while a client posts; and every end that a killed process can leave of its
journal, by cutting a whole one at chance bytes.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import random
import shutil
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.shell.standalone.served import LINES, Process, ask, serving
from tests.shell.standalone.test_serve import get, post, scanned, without_topic
from wirecopy import samples
from wirecopy.shell.backends.disk.broker import DiskBroker
from wirecopy.shell.options import TopicNames
from wirecopy.shell.ports import TopicPartition

NAMES = TopicNames()
KILLS = 4
BAD = b'{"id": "no body"}'


def articles(seed: int, count: int) -> list[bytes]:
    """Samples in chance order, each under an id and a publisher of its own, and a few that cannot be judged."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        sample = json.loads(chance.choice(samples.lines()))
        if chance.random() < 0.1:
            sample.pop("body")
        found.append(json.dumps(sample | {"id": f"n{number}"}).encode())
    return found


def judged_in_order(root: Path) -> tuple[list[bytes], list[dict[str, Any]], list[dict[str, str]]]:
    """What the directory holds: raw values, enriched records, origins of the dead letters."""
    broker = DiskBroker(root, lambda: 0, 1 << 50)
    try:
        raw = [record.value or b"" for record in broker.read(NAMES.raw[0], 0)]
        enriched = [json.loads(record.value or b"") for record in broker.read(NAMES.enriched, 0)]
        dead = [
            {name: (value or b"").decode() for name, value in record.headers}
            for record in broker.read(NAMES.dead, 0)
        ]
        return raw, enriched, dead
    finally:
        broker.close()


def assert_each_once(root: Path) -> Counter[str]:
    """Each raw record ended once, with the verdict that `scan` gives; the ids with how often they came in."""
    raw, enriched, dead = judged_in_order(root)
    ends = [record["republication"]["position"]["offset"] for record in enriched]
    ends += [int(origin["wirecopy.offset"]) for origin in dead]
    assert sorted(ends) == list(range(len(raw))), "each raw record ends exactly once"
    assert [without_topic(record["republication"]) for record in enriched] == scanned(raw)
    return Counter(json.loads(value)["id"] for value in raw)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.timeout(240)
def test_a_killed_process_keeps_what_it_acknowledged(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    waiting = articles(seed, 400)
    acknowledged: dict[str, Any] = {}
    for kill in range(KILLS):
        process = Process(tmp_path)
        if kill < KILLS - 1:
            killer = threading.Timer(chance.uniform(0.01, 0.4), process.kill)
            killer.start()
        try:
            while waiting:
                batch = waiting[: chance.randint(1, 12)]
                answer = ask(process.port, "/api/articles", b"\n".join(batch), LINES)
                assert answer.status == 200
                for value, said in zip(batch, answer.json["articles"], strict=True):
                    acknowledged[json.loads(value)["id"]] = said
                del waiting[: len(batch)]
        except (OSError, http.client.HTTPException):
            pass  # killed
        if kill < KILLS - 1:
            killer.join()
        else:
            process.kill()
    assert not waiting
    came = assert_each_once(tmp_path)
    assert set(came) == set(acknowledged)
    _, enriched, _ = judged_in_order(tmp_path)
    told = {record["republication"]["position"]["offset"]: record["republication"] for record in enriched}
    for said in acknowledged.values():
        if "error" not in said:
            assert told[said["republication"]["position"]["offset"]] == said["republication"]


@pytest.mark.timeout(240)
async def test_every_end_of_a_journal_goes_on_to_the_same_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [*samples.lines(), BAD, *articles(3, 20)]
    whole = tmp_path / "whole"
    async with serving(whole, monkeypatch) as port:
        for at in range(0, len(values), 6):
            await post(port, b"\n".join(values[at : at + 6]), LINES)
        enriched = (await get(port, "/api/enriched")).body
        corrections = (await get(port, "/api/corrections")).body
    assert_each_once(whole)
    (segment,) = whole.glob("journal-*")
    for cut in random.Random(5).sample(range(segment.stat().st_size), 12):
        root = tmp_path / f"cut-{cut}"
        shutil.copytree(whole, root)  # with a snapshot that is ahead of the log: it must not be believed
        os.truncate(root / segment.name, cut)
        broker = DiskBroker(root, lambda: 0, 1 << 50)
        raw = TopicPartition(NAMES.raw[0], 0)
        there = broker.bounds(raw)[1] if broker.partitions(raw.topic) else 0
        broker.close()
        async with serving(root, monkeypatch) as port:
            if values[there:]:
                await post(port, b"\n".join(values[there:]), LINES)
            async with asyncio.timeout(30):
                while (await get(port, "/api/enriched")).body != enriched:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert (await get(port, "/api/corrections")).body == corrections
        assert_each_once(root)
