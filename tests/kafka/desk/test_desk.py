"""The desk against a real broker: `run` and `notify` are killed again and again, and each match is in the topic once, and was
delivered under its key. WIRECOPY_DESK_KILLS says how often (default 6)."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.core.story import prose
from tests.kafka.client import read_committed
from tests.kafka.service import ROOT, Deployment, deployed, wait_until
from tests.kafka.stream import Piece, pieces
from tests.shell.desk.receiver import SECRET, Receiver
from wirecopy.core.records.enriched import republication_of
from wirecopy.shell.desk.parties import Parties
from wirecopy.shell.desk.watches.compiled import CompiledWatches, Judged
from wirecopy.shell.desk.watches.watch import watch_of

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

KILLS = int(os.environ.get("WIRECOPY_DESK_KILLS", "6"))
ARTICLES = max(800, 60 * KILLS)
WATCHES = [
    {
        "id": "ours",
        "publishers": [f"paper-{number}.example" for number in range(20)],
        "targets": ["well", "ill"],
    },
    {"id": "every", "targets": ["well"]},
    {"id": "german", "languages": ["de"]},
    {"id": "recalled", "verdicts": ["original"], "extents": ["full"], "recalls": True, "targets": ["well"]},
]


@contextmanager
def receivers() -> Iterator[tuple[Receiver, Receiver]]:
    """Two of them in a thread: one takes all, one fails, hangs and lies."""
    chance = random.Random(1)
    well, ill = Receiver(), Receiver(lambda _: chance.choice(("ok", "fail", "hang", "garbage", "liar")))
    loop = asyncio.new_event_loop()
    started, ended = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with well, ill:
            started.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait()
    try:
        yield well, ill
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


def targets(path: Path, well: Receiver, ill: Receiver) -> str:
    rows = [
        f'[targets.{name}]\nurl = "{one.url}"\nsecret = "{SECRET}"\ntimeout_ms = 500\nretry_ms = 50\nretry_ms_max = 200\n'
        "rate_per_second = 1000\nin_flight_max = 16"
        for name, one in (("well", well), ("ill", ill))
    ]
    path.write_text("\n".join(rows))
    return str(path)


class Notify:
    """`wirecopy notify` as a process that can be killed."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._log = (deployment.folder / "replica-notify.log").open("ab")
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "wirecopy", "notify"]
        self.process = subprocess.Popen(
            command, env=self._deployment.environment(), cwd=ROOT, stdout=self._log, stderr=self._log
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.start()

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(30) == 0, self._deployment.logs()


def updated(count: int) -> list[Piece]:
    """Articles and later versions of them, which lack a sentence; every fifth is withdrawn."""
    found = []
    for number in range(count):
        for version in (1, 2):
            sentences = prose(1_000 + number, 200).split(". ")
            record = {
                "id": f"up-{number}",
                "publisher": f"paper-{number % 40}.example",
                "title": f"Version of {number}",
                "body": ". ".join(sentences if version == 1 else sentences[:-2] + sentences[-1:]),
                "version": version,
            }
            if version == 2 and number % 5 == 0:
                record["pubstatus"] = "canceled"
            found.append(Piece(number % 3, json.dumps(record).encode()))
    return found


def recalled(deployment: Deployment) -> Counter[str]:
    """By the definition: each enriched update, and each withdrawn article, by its position."""
    found: Counter[str] = Counter()
    for read in read_committed(deployment.bootstrap, deployment.topic("enriched")):
        record = json.loads(read.value or b"")
        if record["republication"]["verdict"] == "update" or record.get("pubstatus") == "canceled":
            found[str(record["republication"]["position"])] += 1
    return found


def expected(deployment: Deployment) -> Counter[str]:
    """By the definition: each watch asked of each enriched record. Watch and position of each match."""
    compiled = CompiledWatches(Parties({}))
    for value in WATCHES:
        compiled.put(watch_of(value))
    found: Counter[str] = Counter()
    for read in read_committed(deployment.bootstrap, deployment.topic("enriched")):
        record = json.loads(read.value or b"")
        republication = republication_of(record["republication"])
        assert republication is not None
        judged = Judged("", record["publisher"], "", "", republication.verdict)
        for match in compiled.of_verdict(judged, lambda: None):
            found[f"{match.watch.id} {record['republication']['position']}"] += 1
    return found


def test_kills_lose_no_match_and_double_none(kafka_broker: str, unique: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    with receivers() as (well, ill), deployed(kafka_broker, unique, tmp_path, partitions=3) as deployment:
        given = {
            "WIRECOPY_DESK_ENABLED": "true",
            "WIRECOPY_TOPIC_MATCHES": deployment.topic("matches"),
            "WIRECOPY_TOPIC_WATCHES": deployment.topic("watches"),
            "WIRECOPY_TOPIC_MATCHES_DEAD": deployment.topic("matches.dead"),
            "WIRECOPY_NOTIFY_TARGETS_FILE": targets(tmp_path / "targets.toml", well, ill),
            "WIRECOPY_NOTIFY_ALLOW_NETWORKS": "127.0.0.0/8",
        }
        deployment.settings = {**deployment.settings, **given}
        deployment.create_topics()
        watches = "\n".join(map(json.dumps, WATCHES)).encode()
        command = [sys.executable, "-m", "wirecopy", "watch"]
        subprocess.run(
            [*command, "add", "--json", "-"],
            env=deployment.environment(),
            input=watches,
            check=True,
            timeout=60,
        )
        listed = subprocess.run(
            [*command, "list"], env=deployment.environment(), capture_output=True, check=False, timeout=60
        )
        assert listed.returncode == 0, listed.stderr.decode()
        assert sorted(json.loads(line)["id"] for line in listed.stdout.splitlines()) == [
            "every",
            "german",
            "ours",
            "recalled",
        ]
        replicas = [deployment.start(), deployment.start()]
        notify = Notify(deployment)
        whole = pieces(ARTICLES, 3, seed=5)
        for at, piece in enumerate(updated(40)):
            whole.insert(at * 9, piece)
        share = len(whole) // (KILLS + 1) + 1
        for kill in range(KILLS):
            deployment.produce(whole[kill * share : (kill + 1) * share])
            time.sleep(chance.uniform(0.5, 4))
            if kill % 2:
                notify.kill()
            else:
                deployment.kill(replicas[0])
                replicas = [replicas[1], deployment.start()]
        deployment.produce(whole[KILLS * share :])
        deployment.wait_for(len(whole), 300)
        wanted = expected(deployment)
        matches = [
            json.loads(read.value or b"")
            for read in read_committed(deployment.bootstrap, deployment.topic("matches"))
        ]
        said = Counter(
            f"{one['watch']['id']} {one['republication']['position']}"
            for one in matches
            if one["cause"] == "verdict"
        )
        assert said == wanted and max(said.values()) == 1
        assert len({one["id"] for one in matches}) == len(matches)
        recalls = Counter(
            str(one["republication"]["position"]) for one in matches if one["cause"] == "recall"
        )
        assert recalls == recalled(deployment) and len(recalls) >= 40 and max(recalls.values()) == 1
        ids = {f"msg_{one['id']}" for one in matches if "well" in one["watch"]["targets"]}
        theirs = {f"msg_{one['id']}" for one in matches if "ill" in one["watch"]["targets"]}
        assert len(theirs) > 50
        wait_until(lambda: set(well.ids()) >= ids and set(ill.ids()) >= theirs, 180, deployment.logs)
        assert set(well.ids()) == ids and set(ill.ids()) == theirs
        kinds = {got.json["type"]: got.json["data"]["cause"] for got in well.taken}
        assert kinds["wirecopy.recall"] == "recall"
        notify.stop()
        deployment.stop()
        deployment.check()
        assert not read_committed(deployment.bootstrap, deployment.topic("matches.dead"))
