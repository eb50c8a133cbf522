"""Replicas of the real service as processes, and the check of what they left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.kafka.client import Read, high_watermarks, produce, read_committed
from tests.kafka.stream import Piece
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.model import Agreement, Outcome, RawArticle, RawPosition
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw, encode_enriched

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS_MAX = 45


@dataclass
class Deployment:
    """One set of topics on one broker, and the replicas that serve it."""

    bootstrap: str
    prefix: str
    folder: Path
    partitions: int = 6
    settings: Mapping[str, str] = field(default_factory=dict)
    replicas: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def topic(self, name: str) -> str:
        return f"{self.prefix}.{name}"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WIRECOPY_")}
        return {
            **kept,
            "WIRECOPY_KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "WIRECOPY_KAFKA_GROUP_ID": self.prefix,
            "WIRECOPY_KAFKA_SESSION_TIMEOUT_MS": "6000",
            "WIRECOPY_KAFKA_HEARTBEAT_INTERVAL_MS": "500",
            "WIRECOPY_PIPELINE_FENCED_DELAY_MS": "750",
            "WIRECOPY_TOPIC_RAW": self.topic("raw"),
            "WIRECOPY_TOPIC_ENRICHED": self.topic("enriched"),
            "WIRECOPY_TOPIC_CORRECTIONS": self.topic("corrections"),
            "WIRECOPY_TOPIC_DEAD": self.topic("dead"),
            "WIRECOPY_TOPIC_FINGERPRINTS": self.topic("fingerprints"),
            "WIRECOPY_TOPIC_PARTITIONS": str(self.partitions),
            "WIRECOPY_TOPIC_REPLICATION_FACTOR": "1",
            "WIRECOPY_HTTP_HOST": "127.0.0.1",
            "WIRECOPY_HTTP_PORT": "0",
            **self.settings,
        }

    def create_topics(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "wirecopy", "topics"],
            env=self.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> subprocess.Popen[bytes]:
        number = len(self.replicas)
        with (self.folder / f"replica-{number}.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "wirecopy", "run"],
                env=self.environment(),
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        self.replicas.append(process)
        return process

    def stop(self) -> None:
        """Every living replica ends well when asked to, however young it is."""
        living = [process for process in self.replicas if process.poll() is None]
        for process in living:
            self.wait_until_begun(process)
            process.terminate()
        for process in living:
            assert process.wait(STOP_SECONDS_MAX) == 0, self.logs()

    def wait_until_begun(self, process: subprocess.Popen[bytes]) -> None:
        """Until it says that it starts: before that, while Python still imports, a signal ends it as the kernel would."""
        log = self.folder / f"replica-{self.replicas.index(process)}.log"
        wait_until(lambda: b'"starting"' in log.read_bytes() or process.poll() is not None, 60, self.logs)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    def logs(self) -> str:
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted(self.folder.glob("replica-*.log"))
        )

    # ---- traffic
    def produce(self, pieces: Sequence[Piece]) -> None:
        by_partition: dict[int, list[Piece]] = defaultdict(list)
        for piece in pieces:
            by_partition[piece.partition].append(piece)
        for partition, several in by_partition.items():
            records = [(b"key", piece.value, [("trace", b"1")], None) for piece in several]
            produce(self.bootstrap, self.topic("raw"), partition, records)

    def out(self) -> list[Read]:
        return [
            *read_committed(self.bootstrap, self.topic("enriched")),
            *read_committed(self.bootstrap, self.topic("dead")),
        ]

    def wait_for(self, count: int, seconds: float = 120) -> None:
        """Until this many records are out."""
        wait_until(lambda: len(self.out()) >= count, seconds, self.logs)

    # ---- what must hold
    def check(self) -> Counts:
        """Each raw record once, in order, with the verdict of an engine that reads the log alone; nothing
        left open.
        """
        raw, enriched, dead = self.check_once()
        log = read_committed(self.bootstrap, self.topic("fingerprints"))
        expected, corrections = self._oracle(raw, log)
        for record in enriched:
            position = _position(record)
            assert record.value == expected[position], (
                f"{position}: {_told(record.value, expected[position])}"
            )
            assert record.headers[0] == ("trace", b"1")
        told = [record.key for record in read_committed(self.bootstrap, self.topic("corrections"))]
        assert sorted(told, key=str) == sorted(corrections, key=str)
        for name in ("enriched", "dead", "corrections"):
            committed_end, end = high_watermarks(self.bootstrap, self.topic(name))
            assert committed_end == end, f"an open transaction on {name}"
        return Counts(len(raw), len(enriched), len(dead), len(told), len(log))

    def check_once(self) -> tuple[list[Read], list[Read], list[Read]]:
        """Each raw record once, in order; returns what went in, and what came out of it."""
        raw = read_committed(self.bootstrap, self.topic("raw"))
        enriched = read_committed(self.bootstrap, self.topic("enriched"))
        dead = read_committed(self.bootstrap, self.topic("dead"))
        found = [_position(record) for record in enriched] + [_origin(record) for record in dead]
        assert sorted(found) == sorted((record.partition, record.offset) for record in raw), self.logs()
        _check_order(enriched, _position)
        _check_order(dead, _origin)
        return raw, enriched, dead

    def _oracle(
        self, raw: Sequence[Read], log: Sequence[Read]
    ) -> tuple[dict[tuple[int, int], bytes], list[bytes]]:
        """Enriched records by raw position, and keys of corrections, as the log's order has them."""
        engine, articles = Engine(), {}
        for record in raw:
            position = RawPosition(self.topic("raw"), record.partition, record.offset)
            article = decode_raw(record.value, position, FieldPaths(), {})
            if isinstance(article, RawArticle):
                articles[(record.partition, record.offset)] = article
        expected: dict[tuple[int, int], bytes] = {}
        corrections: list[bytes] = []
        for record in log:
            outcome = engine.replay(record.offset, record.timestamp_ms, record.value or b"")
            if isinstance(outcome, Agreement):
                continue
            assert isinstance(outcome, Outcome), "only our records are on this log"
            key = (outcome.position.partition, outcome.position.offset)
            if key not in expected:
                verdict = enrich(engine.propose(articles[key]), outcome)
                expected[key] = encode_enriched(articles[key], verdict)
                corrections.extend(correction.id.encode() for correction in outcome.corrections)
        return expected, corrections


@dataclass(frozen=True)
class Counts:
    raw: int
    enriched: int
    dead: int
    corrections: int
    log: int


def _position(record: Read) -> tuple[int, int]:
    position = json.loads(record.value or b"")["republication"]["position"]
    return position["partition"], position["offset"]


def _told(found: bytes | None, expected: bytes) -> str:
    """Both verdicts, for a failure's message."""
    both = [json.loads(value or b"{}").get("republication") for value in (found, expected)]
    return f"found {both[0]}, the log says {both[1]}"


def _origin(record: Read) -> tuple[int, int]:
    headers = dict(record.headers)
    return int(headers["wirecopy.partition"] or b""), int(headers["wirecopy.offset"] or b"")


def _check_order(records: Sequence[Read], origin: Callable[[Read], tuple[int, int]]) -> None:
    last: dict[tuple[int, int], int] = defaultdict(lambda: -1)
    for record in records:
        partition, offset = origin(record)
        key = (record.partition, partition)
        assert offset > last[key], f"order of raw partition {partition} in {record.topic}"
        last[key] = offset


def wait_until(condition: Callable[[], bool], seconds: float, explain: Callable[[], str]) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, explain()
        time.sleep(0.3)


@contextmanager
def deployed(bootstrap: str, prefix: str, folder: Path, **more: object) -> Iterator[Deployment]:
    """Topics made; whatever still runs at the end is killed."""
    deployment = Deployment(bootstrap, prefix, folder, **more)  # type: ignore[arg-type]
    deployment.create_topics()
    try:
        yield deployment
    finally:
        for process in deployment.replicas:
            if process.poll() is None:
                process.kill()
                process.wait()
