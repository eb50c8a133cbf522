"""A rolling restart of several replicas under load, on a real broker: is anything lost or said twice, and how long
do readers wait meanwhile?

    python -m tools.rolling --rate 500 --replicas 3

Articles are sent at a steady rate, a reader that is not ours takes what comes out (`read_committed`), and one
replica after the other is stopped as an operator stops it (SIGTERM), started again, and waited for until it
says that it is ready. Latency is the reader's clock at arrival minus the sender's at sending, one machine's
clock for both. At the end each raw record must have come out exactly once, in the order of its raw partition.
The broker, the replicas, sender and reader share this machine, and the report says how busy it was.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.kafka.service import Deployment, deployed
from tests.kafka.stream import pieces
from tools.kafka import free_ports, new_broker

PARTITIONS = 6
SENT = "sent-ns"
TICK_SECONDS = 0.01
READY_SECONDS_MAX = 180.0
DRAIN_SECONDS_MAX = 300.0


@dataclass
class Traffic:
    """What was sent and what arrived; filled by two threads."""

    sent: int = 0
    late_seconds_max: float = 0.0  # by which the sender fell behind its own rate
    arrived: list[tuple[float, float]] = field(default_factory=list)  # when sent, how long it took; seconds
    places: list[tuple[int, int]] = field(
        default_factory=list
    )  # raw partition and offset, in order of arrival


@dataclass(frozen=True)
class Phase:
    """A part of the run, for which latency is told apart."""

    name: str
    begin: float
    end: float


def send(bootstrap: str, topic: str, rate: float, stop: threading.Event, traffic: Traffic) -> None:
    """A steady rate, whatever the service does; what the machine cannot keep up with is told."""
    values = [piece for piece in pieces(20_000, PARTITIONS, seed=1) if piece.value is not None]
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 2, "enable.idempotence": True})
    began = time.monotonic()
    while not stop.is_set():
        due = int((time.monotonic() - began) * rate)
        traffic.late_seconds_max = max(traffic.late_seconds_max, (due - traffic.sent) / rate)
        while traffic.sent < due:
            piece = values[traffic.sent % len(values)]
            stamp = str(time.time_ns()).encode()
            producer.produce(topic, piece.value, b"k", piece.partition, headers=[(SENT, stamp)])
            traffic.sent += 1
        producer.poll(0)
        time.sleep(TICK_SECONDS)
    producer.flush(30)


def receive(bootstrap: str, topics: Sequence[str], stop: threading.Event, traffic: Traffic) -> None:
    options: dict[str, Any] = {
        "bootstrap.servers": bootstrap,
        "group.id": "rolling-reader",
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 10,
    }
    consumer = Consumer(options)
    consumer.subscribe(list(topics))
    while not stop.is_set():
        for message in consumer.consume(500, 0.1):
            error = message.error()
            if error is not None:
                raise RuntimeError(error)
            now = time.time_ns()
            headers: Any = dict(message.headers() or ())
            sent = int(headers[SENT])
            traffic.arrived.append((sent / 1e9, (now - sent) / 1e9))
            traffic.places.append(_place(headers, message.value()))
    consumer.close()


def _place(headers: Any, value: bytes | None) -> tuple[int, int]:
    if "wirecopy.offset" in headers:
        return int(headers["wirecopy.partition"]), int(headers["wirecopy.offset"])
    position = json.loads(value or b"")["republication"]["position"]
    return position["partition"], position["offset"]


class Fleet:
    """Replicas with a name and a port of their own, as a StatefulSet gives them."""

    def __init__(self, deployment: Deployment, count: int, static: bool) -> None:
        self._deployment = deployment
        self._static = static
        self.ports = free_ports(count)
        self._processes = [self._start(number) for number in range(count)]

    def _start(self, number: int) -> Any:
        settings = {
            "WIRECOPY_KAFKA_SESSION_TIMEOUT_MS": "30000",
            "WIRECOPY_KAFKA_HEARTBEAT_INTERVAL_MS": "3000",
            "WIRECOPY_PIPELINE_FENCED_DELAY_MS": "4500",
            "WIRECOPY_HTTP_PORT": str(self.ports[number]),
        }
        if self._static:
            settings["WIRECOPY_KAFKA_GROUP_INSTANCE_ID"] = f"replica-{number}"
        self._deployment.settings = settings
        return self._deployment.start()

    def wait_ready(self, number: int) -> None:
        give_up_at = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < give_up_at:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[number]}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"replica {number} was not ready: {self._deployment.logs()}")

    def restart(self, number: int) -> tuple[float, float]:
        """Returns the seconds that stopping and coming back took."""
        process, began = self._processes[number], time.monotonic()
        process.send_signal(signal.SIGTERM)
        if process.wait(60) != 0:
            raise RuntimeError(f"replica {number} ended with {process.returncode}: {self._deployment.logs()}")
        stopped = time.monotonic()
        self._processes[number] = self._start(number)
        self.wait_ready(number)
        return stopped - began, time.monotonic() - stopped


def quantile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")


def told(phases: Sequence[Phase], traffic: Traffic) -> list[str]:
    rows = ["| phase | s | articles | p50 s | p99 s | max s |", "|---|---|---|---|---|---|"]
    for phase in phases:
        took = [late for at, late in traffic.arrived if phase.begin <= at < phase.end]
        rows.append(
            f"| {phase.name} | {phase.end - phase.begin:.1f} | {len(took)} | {quantile(took, 0.5):.3f} | "
            f"{quantile(took, 0.99):.3f} | {max(took, default=float('nan')):.3f} |"
        )
    return rows


def wrongs(traffic: Traffic) -> list[str]:
    """What was lost, said twice or out of order."""
    found = []
    if len(set(traffic.places)) != traffic.sent:
        found.append(f"{traffic.sent - len(set(traffic.places))} lost")
    if len(set(traffic.places)) != len(traffic.places):
        found.append(f"{len(traffic.places) - len(set(traffic.places))} said twice")
    return found


def run(args: argparse.Namespace, folder: Path) -> int:
    broker = new_broker(folder / "broker")
    broker.start()
    sending, reading, traffic = threading.Event(), threading.Event(), Traffic()
    threads: list[threading.Thread] = []
    try:
        with deployed(broker.bootstrap, "rolling", folder, partitions=PARTITIONS) as deployment:
            fleet = Fleet(deployment, args.replicas, not args.dynamic)
            for number in range(args.replicas):
                fleet.wait_ready(number)
            topics = [deployment.topic("enriched"), deployment.topic("dead")]
            threads = [
                threading.Thread(target=receive, args=(broker.bootstrap, topics, reading, traffic)),
                threading.Thread(
                    target=send, args=(broker.bootstrap, deployment.topic("raw"), args.rate, sending, traffic)
                ),
            ]
            for thread in threads:
                thread.start()
            phases = restarts(args, fleet)
            sending.set()
            threads[1].join()
            drain(traffic)
            print("\n".join(told(phases, traffic)))
            found = wrongs(traffic)
            print(
                f"\n{traffic.sent} articles sent at {args.rate:g}/s (sender at most {traffic.late_seconds_max:.2f} s"
                f" behind), {len(traffic.places)} out: {', '.join(found) or 'none lost, none twice'}; load"
                f" {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
            )
            return 1 if found else 0
    finally:
        sending.set()
        reading.set()
        for thread in threads:
            thread.join(60)
        broker.stop()


def restarts(args: argparse.Namespace, fleet: Fleet) -> list[Phase]:
    def steady(name: str, seconds: float) -> Phase:
        begin = time.time()
        time.sleep(seconds)
        return Phase(name, begin, time.time())

    time.sleep(args.warm)
    phases = [steady("steady", args.steady)]
    for number in range(args.replicas):
        begin = time.time()
        stop_seconds, back_seconds = fleet.restart(number)
        print(f"replica {number}: stopped in {stop_seconds:.1f} s, ready again after {back_seconds:.1f} s")
        phases.append(Phase(f"restart of replica {number}", begin, time.time()))
        time.sleep(args.between)
    phases.append(steady("steady again", args.steady))
    return [*phases, Phase("all restarts", phases[1].begin, phases[-1].begin)]


def drain(traffic: Traffic) -> None:
    """Until as many are out as were sent, and a moment longer, in which a second copy would come."""
    give_up_at = time.monotonic() + DRAIN_SECONDS_MAX
    while len(traffic.places) < traffic.sent and time.monotonic() < give_up_at:
        time.sleep(0.2)
    time.sleep(2)


def main() -> int:
    parser = argparse.ArgumentParser(description="A rolling restart under load, on a real broker.")
    parser.add_argument("--rate", type=float, default=500.0, help="articles a second (default: 500)")
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--warm", type=float, default=10.0, help="seconds before the first phase")
    parser.add_argument("--steady", type=float, default=20.0, help="seconds before and after the restarts")
    parser.add_argument("--between", type=float, default=5.0, help="seconds between two restarts")
    parser.add_argument(
        "--dynamic", action="store_true", help="members without a name: those who leave are replaced at once"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wirecopy-rolling-") as folder:
        return run(args, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
