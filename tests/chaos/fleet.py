"""The replicas, and who looks after them: whoever ends is started again, as an orchestrator would.

Every second slot is a static member of the group and keeps its index on disk; the others join anew and follow the
log from its beginning.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tests.chaos.replica import ORDERS, Point
from tests.chaos.verifier import Violations
from tests.kafka.service import ROOT, STOP_SECONDS_MAX, Deployment

WATCH_SECONDS = 0.25
RESTART_SECONDS = 0.5


@dataclass
class Replica:
    number: int
    slot: int
    process: subprocess.Popen[bytes]
    orders: Path
    frozen: bool = False
    leaving: bool = False
    doomed: bool = False  # we kill it, or it has orders to die
    rss_max_mb: int = 0
    _ready: bool = False

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def log(self) -> Path:
        return self.orders.with_suffix(".log")

    @property
    def ready(self) -> bool:
        if not self._ready:
            self._ready = b'"caught_up"' in self.log.read_bytes()
        return self._ready

    def order(self, point: Point) -> None:
        self.doomed = True
        self.orders.write_text(point.value)
        self.process.send_signal(signal.SIGUSR1)

    def died_at(self) -> str | None:
        told = self.orders.with_suffix(".died")
        return told.read_text() if told.exists() else None


class Fleet:
    """`target` replicas live, in slots."""

    def __init__(self, deployment: Deployment, target: int, violations: Violations) -> None:
        self._deployment = deployment
        self._violations = violations
        self.target = target
        self.replicas: list[Replica] = []
        self.exits: Counter[int] = Counter()  # that nobody asked for, by code
        self.rss_max_mb = 0
        self.started = 0
        self._next_orders: Point | None = None
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="fleet", daemon=True)

    def start(self) -> None:
        with self._lock:
            while len(self._living()) < self.target:
                self._start_one()
        self._thread.start()

    def _living(self) -> list[Replica]:
        return [one for one in self.replicas if one.alive and not one.leaving]

    def healthy(self) -> list[Replica]:
        """Who can be hit."""
        with self._lock:
            return [one for one in self._living() if not one.frozen and not one.doomed]

    def all_ready(self) -> bool:
        """Everybody who should live does, and follows the log."""
        with self._lock:
            healthy = self.healthy()
            return len(healthy) >= self.target and all(one.ready for one in healthy)

    def _start_one(self) -> Replica:
        used = {one.slot for one in self.replicas if one.alive}
        slot = next(number for number in range(1_000) if number not in used)
        number, self.started = self.started, self.started + 1
        folder = self._deployment.folder
        orders = folder / f"replica-{number}.orders"
        if self._next_orders is not None:
            orders.write_text(self._next_orders.value)
        environment = {**self._deployment.environment(), ORDERS: str(orders)}
        if slot % 2 == 0:
            environment["WIRECOPY_KAFKA_GROUP_INSTANCE_ID"] = f"slot-{slot}"
            state = folder / f"state-{slot}"
            state.mkdir(exist_ok=True)
            environment["WIRECOPY_STATE_DIR"] = str(state)
            environment["WIRECOPY_STATE_SNAPSHOT_INTERVAL_MS"] = "5000"
        with (folder / f"replica-{number}.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.replica"],
                env=environment,
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        replica = Replica(number, slot, process, orders, doomed=self._next_orders is not None)
        self._next_orders = None
        self.replicas.append(replica)
        return replica

    def next_dies_at(self, point: Point) -> None:
        """Orders for the next replica that is started."""
        with self._lock:
            self._next_orders = point

    def _watch(self) -> None:
        noted: set[int] = set()
        while not self._stop.wait(WATCH_SECONDS):
            with self._lock:
                for one in self.replicas:
                    if not one.alive and one.number not in noted:
                        noted.add(one.number)
                        self._note_end(one)
                self._sample()
                if len(self._living()) < self.target:
                    time.sleep(RESTART_SECONDS)
                    self._start_one()

    def _note_end(self, one: Replica) -> None:
        code = one.process.returncode
        if one.leaving:
            self._check_stopped(one)
        elif not one.doomed:
            self.exits[code] += 1

    def _check_stopped(self, one: Replica) -> None:
        code = one.process.returncode
        if code == -signal.SIGTERM and b'"starting"' not in one.log.read_bytes():
            return  # the interpreter was still loading the service: nothing had begun
        if code != 0:
            self._violations.add("who is asked to stop ends with 0", f"replica {one.number}: {code}")

    def _sample(self) -> None:
        for one in self.replicas:
            if one.alive:
                kilobytes = _status(one.process.pid, "VmRSS")
                one.rss_max_mb = max(one.rss_max_mb, kilobytes // 1024)
                self.rss_max_mb = max(self.rss_max_mb, one.rss_max_mb)

    def set_settings(self, settings: Mapping[str, str]) -> None:
        """For the replicas that are started from now on."""
        with self._lock:
            self._deployment = replace(self._deployment, settings=settings)

    # ---- faults
    def kill(self, one: Replica) -> None:
        one.doomed = True
        one.process.kill()
        one.process.wait()

    def freeze(self, one: Replica) -> None:
        one.frozen = True
        one.process.send_signal(signal.SIGSTOP)

    def thaw(self, one: Replica) -> None:
        one.process.send_signal(signal.SIGCONT)
        one.frozen = False

    def join(self) -> None:
        with self._lock:
            self.target += 1
            self._start_one()

    def leave(self, one: Replica) -> None:
        with self._lock:
            self.target -= 1
            one.leaving = True
            one.process.terminate()

    def all_end(self, seconds: float) -> bool:
        """Everybody ends by itself and is not started again; for a fault that must stop the service."""
        with self._lock:
            self.target = 0
        give_up_at = time.monotonic() + seconds
        while self._living() and time.monotonic() < give_up_at:
            time.sleep(0.2)
        return not self._living()

    def stop(self) -> None:
        """Everybody is asked to stop, and must."""
        with self._lock:
            self.target = 0
            self._stop.set()
            living = [one for one in self.replicas if one.alive]
            for one in living:
                one.leaving = True
                one.process.terminate()
        self._thread.join(10)
        for one in living:
            try:
                one.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                one.process.kill()
                one.process.wait()
            self._check_stopped(one)

    def abandon(self) -> None:
        """Whatever still runs is killed."""
        self._stop.set()
        for one in self.replicas:
            if one.alive:
                os.kill(one.process.pid, signal.SIGCONT)
                one.process.kill()
                one.process.wait()


def _status(pid: int, name: str) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
