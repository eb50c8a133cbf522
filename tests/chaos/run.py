"""One run: the broker, the proxy, the replicas, the traffic, the steps of the plan, and what is found.

After each step the traffic of that moment must come out within RECOVERY_SECONDS_MAX: "records flow again" is
measured from the fault's end until a record of every partition that was sent after it is out.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from confluent_kafka import Producer
from confluent_kafka import TopicPartition as ForeignPartition
from confluent_kafka import admin as foreign_admin
from confluent_kafka.admin import AdminClient

from tests.chaos.fleet import Fleet, Replica
from tests.chaos.plan import BROKER_KINDS, FULL, SHORT, Kind, Step, plan
from tests.chaos.proxy import OwnProxy, Toxiproxy, proxy
from tests.chaos.replica import Point
from tests.chaos.report import Report
from tests.chaos.verifier import Position, Violations, Watcher, final_check
from tests.kafka.client import Read, read_committed
from tests.kafka.service import Deployment
from tests.kafka.stream import pieces
from tools.kafka import Broker, free_ports, new_broker
from wirecopy.shell.cli.warm import warm

foreign: Any = foreign_admin  # its names are not typed
PARTITIONS = 6
SESSION_SECONDS = 6.0
RECOVERY_SECONDS_MAX = 60.0
GIVE_UP_SECONDS = 240.0  # a run that does not come back is ended
NAMED_SECONDS_MAX = 15.0  # until a replica comes to its point; then it is killed where it is
START_SECONDS_MAX = 180.0
READY_SECONDS_MAX = 45.0
RSS_MB_MAX = 1_200  # of a replica: some 250 MB at its start, its index, and what it may have in flight
SMALL_BYTES = 1_500  # max.message.bytes of enriched while it refuses
SETTINGS = {
    "WIRECOPY_KAFKA_SESSION_TIMEOUT_MS": str(int(SESSION_SECONDS * 1000)),
    "WIRECOPY_KAFKA_HEARTBEAT_INTERVAL_MS": "1000",
    "WIRECOPY_KAFKA_REBALANCE_TIMEOUT_MS": "15000",
    "WIRECOPY_KAFKA_REQUEST_TIMEOUT_MS": "4000",
    "WIRECOPY_KAFKA_CALL_TIMEOUT_MS": "6000",
    "WIRECOPY_KAFKA_CLOSE_TIMEOUT_MS": "2000",
    "WIRECOPY_KAFKA_TRANSACTION_TIMEOUT_MS": "15000",
    "WIRECOPY_KAFKA_METADATA_MAX_AGE_MS": "5000",
    "WIRECOPY_PIPELINE_OUTCOME_TIMEOUT_MS": "15000",
    "WIRECOPY_PIPELINE_PROGRESS_TIMEOUT_MS": "60000",
    "WIRECOPY_PIPELINE_REVOKE_TIMEOUT_MS": "3000",
    "WIRECOPY_PIPELINE_RETRY_DELAY_MS_MAX": "1000",
    "WIRECOPY_PIPELINE_FENCED_DELAY_MS": "1500",
    "WIRECOPY_PIPELINE_FENCED_AGAIN_WITHIN_MS": "5000",
}


@dataclass(frozen=True)
class RunOptions:
    seed: int
    short: bool = False
    own_proxy: bool = False
    records_per_second: float = 20.0
    replicas: int = 3
    only: str = ""  # of the plan's steps, those whose words hold it


class Traffic:
    """Articles, copies of them and unreadable records, in a thread, at a steady pace."""

    def __init__(self, deployment: Deployment, seed: int, records_per_second: float) -> None:
        self._deployment = deployment
        self._seed = seed
        self._interval = 1 / records_per_second
        self.acked: dict[int, int] = defaultdict(int)  # raw partition → offset after the last that is there
        self.going = threading.Event()
        self.going.set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.going.set()
        self._stop.set()
        self._thread.join(150)

    def _run(self) -> None:
        producer = Producer(
            {
                "bootstrap.servers": self._deployment.bootstrap,
                "enable.idempotence": True,
                "linger.ms": 5,
                "message.timeout.ms": 300_000,
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,
            }
        )

        def delivered(error: Any, message: Any) -> None:
            if error is None:
                self.acked[message.partition()] = max(self.acked[message.partition()], message.offset() + 1)

        topic, chance = self._deployment.topic("raw"), random.Random(self._seed)
        headers: Any = [("trace", b"1")]
        for block in itertools.count():
            for piece in pieces(400, PARTITIONS, self._seed + block, first=400 * block):
                self.going.wait()
                if self._stop.is_set():
                    producer.flush(120)
                    return
                value = dated(piece.value, chance)
                with contextlib.suppress(BufferError):
                    producer.produce(topic, value, b"key", piece.partition, delivered, headers=headers)
                producer.poll(0)
                time.sleep(self._interval)


def dated(value: bytes | None, chance: random.Random) -> bytes | None:
    """Some articles say when they were published, and some of those turn out to be older than their copies:
    then earlier verdicts are corrected."""
    if value is None or not value.startswith(b'{"id"') or chance.random() < 0.7:
        return value
    moment = time.gmtime(1_700_000_000 + chance.randrange(2_000_000))
    return b'{"published_at": "%s", ' % time.strftime("%Y-%m-%dT%H:%M:%SZ", moment).encode() + value[1:]


class Run:
    def __init__(self, options: RunOptions, folder: Path) -> None:
        self.options = options
        self._folder = folder
        self._size = SHORT if options.short else FULL
        steps = plan(options.seed, self._size, SESSION_SECONDS)
        self.steps = [step for step in steps if any(word in step.told() for word in options.only.split(","))]
        self._chance = random.Random(options.seed + 1)
        self.violations = Violations()
        self._taken_away: dict[Position, Read] = {}  # by retention
        self._forgone: set[Position] = set()  # of those, what nobody had judged
        self._began = time.monotonic()
        self._broker: Broker
        self._proxy: Toxiproxy | OwnProxy
        self._deployment: Deployment
        self._fleet: Fleet
        self._traffic: Traffic
        self._watcher: Watcher
        self.report: Report

    def print_plan(self) -> None:
        print(f"chaos, seed {self.options.seed}: {len(self.steps)} steps")
        for number, step in enumerate(self.steps, 1):
            print(f"  {number:>3}. {step.told()}")
        print(flush=True)

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self._began:6.0f} s] {text}", flush=True)

    # ---- the whole
    def run(self) -> Report:
        warm()  # once here, and not in each replica at the same time
        direct, behind, listen, interface, controller = free_ports(5)
        self._broker = new_broker(
            self._folder / "broker", direct, _broker_config(direct, behind, listen, controller)
        )
        self._broker.start()
        try:
            with proxy(
                listen, behind, interface, self._folder / "proxy.log", self.options.own_proxy
            ) as self._proxy:
                return self._with_broker(listen)
        finally:
            with contextlib.suppress(Exception):
                self._broker.thaw()
            self._broker.kill()

    def _with_broker(self, proxied: int) -> Report:
        prefix = f"chaos{self.options.seed}"
        self._deployment = Deployment(
            f"127.0.0.1:{self._broker.port}", prefix, self._folder, PARTITIONS, SETTINGS
        )
        self._deployment.create_topics()
        behind = replace(self._deployment, bootstrap=f"127.0.0.1:{proxied}")
        self._fleet = Fleet(behind, self.options.replicas, self.violations)
        self._traffic = Traffic(
            self._deployment, self.options.seed % 1_000_000, self.options.records_per_second
        )
        self._watcher = Watcher(self._deployment, self.violations)
        self.report = Report(self.options.seed, self._proxy.name, self.violations)
        try:
            self._watcher.start()
            self._fleet.start()
            self._traffic.start()
            self._recover("start", START_SECONDS_MAX)
            self.report.recoveries.clear()
            for number, step in enumerate(self.steps, 1):
                self._step(number, step)
            self._finish()
        finally:
            self._fleet.abandon()
            self._watcher.stop()
        return self.report

    def _step(self, number: int, step: Step) -> None:
        self._wait_until_ready()
        began = time.monotonic()
        self._execute(step)
        seconds = self._recover(step.told(), RECOVERY_SECONDS_MAX)
        self._watcher.check_alive()
        self.say(
            f"{number:>3}/{len(self.steps)} {step.told()}: {time.monotonic() - began - seconds:.0f} s, then"
            f" recovered in {seconds:.1f} s; {len(self._watcher.seen)} out"
        )

    def _wait_until_ready(self) -> None:
        """The next fault meets replicas that serve: none of its points would be reached by others."""
        give_up_at = time.monotonic() + READY_SECONDS_MAX
        while not self._fleet.all_ready() and time.monotonic() < give_up_at:
            time.sleep(0.2)

    def _finish(self) -> None:
        self._traffic.stop()
        self._wait_for(dict(self._traffic.acked), GIVE_UP_SECONDS)
        self.say("all that was sent is out; asking the replicas to stop")
        self._fleet.stop()
        time.sleep(2.0)
        self._watcher.stop()
        report = self.report
        report.seconds = time.monotonic() - self._began
        report.exits = dict(self._fleet.exits)
        report.replicas_started, report.rss_max_mb = self._fleet.started, self._fleet.rss_max_mb
        if self._fleet.rss_max_mb > RSS_MB_MAX:
            self.violations.add("memory bounded", f"{self._fleet.rss_max_mb} MB, {RSS_MB_MAX} are expected")
        self._read_logs()
        report.final = final_check(
            self._deployment, self._watcher, self.violations, self._taken_away, self._forgone, self.say
        )

    def _read_logs(self) -> None:
        for path in self._folder.glob("replica-*.log"):
            for line in path.read_text(errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    told = json.loads(line)
                    name = told.get("event") or told.get("message")
                    if name in ("fenced", "rebuilt", "offset_lost", "watchdog", "fatal"):
                        self.report.rebuilds[name] += 1

    # ---- recovery
    def _recover(self, after: str, seconds_max: float) -> float:
        """Seconds until a record of every partition that was sent from now on is out."""
        began = time.monotonic()
        marks = {number: offset + 1 for number, offset in self._sent().items()}
        within = self._wait_for(marks, seconds_max)
        if not within:
            self.violations.add("recovery in time", f"after {after}: not within {seconds_max:.0f} s")
            self.say(f"NOT RECOVERED within {seconds_max:.0f} s after {after}: {self._behind(marks)}")
            if not self._wait_for(marks, GIVE_UP_SECONDS):
                raise AssertionError(f"never recovered from {after}: {self._deployment.logs()[-6000:]}")
        seconds = time.monotonic() - began
        self.report.recoveries.append(seconds)
        return seconds

    def _sent(self) -> dict[int, int]:
        return {number: self._traffic.acked[number] for number in range(PARTITIONS)}

    def _behind(self, marks: dict[int, int]) -> str:
        return ", ".join(
            f"{number}: {self._watcher.done(number)} of {mark}" for number, mark in marks.items()
        )

    def _wait_for(self, marks: dict[int, int], seconds: float) -> bool:
        give_up_at = time.monotonic() + seconds
        while any(self._watcher.done(number) < mark for number, mark in marks.items()):
            if time.monotonic() > give_up_at:
                return False
            self._watcher.check_alive()
            time.sleep(0.1)
        return True

    # ---- the faults
    def _execute(self, step: Step) -> None:
        if step.kind is not Kind.KILL:
            self.report.faults[step.kind.value] += 1
        match step.kind:
            case Kind.KILL:
                self._kill(step.points)
            case Kind.ZOMBIE:
                self._zombie(step.seconds)
            case Kind.NET:
                assert step.net is not None
                self.report.faults[f"network: {step.net.kind.value}"] += 1
                self._proxy.harm(step.net)
                self._meanwhile(step)
                self._proxy.heal()
            case Kind.CHURN:
                self._churn(step.moves)
            case Kind.TOO_LARGE:
                self._limit_enriched(SMALL_BYTES)
                time.sleep(step.seconds)
                self._limit_enriched(None)
            case Kind.NOT_ALLOWED:
                self._deny_enriched(step.seconds)
            case Kind.EXPIRY:
                self._expire(step.seconds)
            case Kind.RETENTION:
                self._retention()
            case _:
                assert step.kind in BROKER_KINDS
                self._harm_broker(step)

    def _meanwhile(self, step: Step) -> None:
        """What the step holds happens while its fault lasts."""
        ends_at = time.monotonic() + step.seconds
        for inner in step.during:
            time.sleep(self._chance.uniform(0.5, 2.0))
            self._execute(inner)
        time.sleep(max(0.0, ends_at - time.monotonic()))

    def _harm_broker(self, step: Step) -> None:
        broker = self._broker
        if step.kind is Kind.BROKER_FREEZE:
            broker.freeze()
            self._meanwhile(step)
            broker.thaw()
            return
        broker.kill() if step.kind is Kind.BROKER_KILL else broker.stop()
        self._meanwhile(step)
        broker.start()

    def _victims(self, count: int) -> list[Replica]:
        give_up_at = time.monotonic() + 60
        while True:
            healthy = self._fleet.healthy()
            if len(healthy) >= count:
                return self._chance.sample(healthy, count)
            assert time.monotonic() < give_up_at, "nobody is left to be hit"
            time.sleep(0.2)

    def _kill(self, points: tuple[Point | None, ...]) -> None:
        armed: list[tuple[Replica, Point]] = []
        joined = False
        for victim, point in zip(self._victims(len(points)), points, strict=True):
            if point is None:
                self._fleet.kill(victim)
                self._count_kill("at random")
            elif point is Point.RESTORING:
                self._fleet.next_dies_at(point)
                self._fleet.kill(victim)
                self._count_kill("at random")
                armed.append((self._successor(), point))
            else:
                victim.order(point)
                armed.append((victim, point))
                if point in (Point.REVOKING, Point.FENCED):  # a newcomer makes the group share anew
                    joined = True
        if joined:
            self._fleet.join()
        give_up_at = time.monotonic() + NAMED_SECONDS_MAX
        for victim, point in armed:
            while victim.alive and time.monotonic() < give_up_at:
                time.sleep(0.05)
            died_at = victim.died_at()
            if victim.alive:
                self._fleet.kill(victim)
            self._count_kill(died_at or f"at random ({point.value} was not reached)")
        if joined:
            self._fleet.leave(self._victims(1)[0])

    def _successor(self) -> Replica:
        known = self._fleet.started
        give_up_at = time.monotonic() + 30
        while self._fleet.started == known and time.monotonic() < give_up_at:
            time.sleep(0.05)
        return self._fleet.replicas[known]

    def _count_kill(self, where: str) -> None:
        self.report.kills[where] += 1
        self.report.faults[Kind.KILL.value] += 1

    def _zombie(self, seconds: float) -> None:
        victim = self._victims(1)[0]
        self._fleet.freeze(victim)
        time.sleep(seconds)
        self._fleet.thaw(victim)

    def _churn(self, moves: tuple[tuple[int, float], ...]) -> None:
        before = self._fleet.target
        for move, seconds in moves:
            time.sleep(seconds)
            if move > 0 or self._fleet.target <= 1:
                self._fleet.join()
                self.report.faults["joins"] += 1
            else:
                self._fleet.leave(self._victims(1)[0])
                self.report.faults["leaves"] += 1
        while self._fleet.target > before:
            self._fleet.leave(self._victims(1)[0])
            self.report.faults["leaves"] += 1
        while self._fleet.target < before:
            self._fleet.join()
            self.report.faults["joins"] += 1

    # ---- by the broker's administrator
    @cached_property
    def _admin(self) -> Any:
        return AdminClient({"bootstrap.servers": self._deployment.bootstrap, "log_level": 0})

    def _limit_enriched(self, size_bytes: int | None) -> None:
        kind = foreign.AlterConfigOpType
        entry = foreign.ConfigEntry(
            "max.message.bytes",
            str(size_bytes or 33_554_432),
            incremental_operation=kind.SET,
        )
        resource = foreign.ConfigResource(
            foreign.ResourceType.TOPIC, self._deployment.topic("enriched"), incremental_configs=[entry]
        )
        for future in self._admin.incremental_alter_configs([resource]).values():
            future.result(30)

    def _deny_enriched(self, seconds: float) -> None:
        fields = (
            foreign.ResourceType.TOPIC,
            self._deployment.topic("enriched"),
            foreign.ResourcePatternType.LITERAL,
            "User:ANONYMOUS",
            "*",
            foreign.AclOperation.WRITE,
            foreign.AclPermissionType.DENY,
        )
        admin = self._admin
        reading = (*fields[:5], foreign.AclOperation.READ, foreign.AclPermissionType.ALLOW)
        describing = (*fields[:5], foreign.AclOperation.DESCRIBE, foreign.AclPermissionType.ALLOW)
        bindings = [foreign.AclBinding(*one) for one in (fields, reading, describing)]
        for future in admin.create_acls(bindings).values():
            future.result(30)
        time.sleep(seconds)
        filters = [foreign.AclBindingFilter(*one) for one in (fields, reading, describing)]
        for future in admin.delete_acls(filters).values():
            future.result(30)

    def _expire(self, seconds: float) -> None:
        """Idle transactional ids are forgotten by the broker; so are the producers' ids."""
        forgetful = {
            "transactional.id.expiration.ms": "6000",
            "transaction.remove.expired.transaction.cleanup.interval.ms": "1000",
            "producer.id.expiration.ms": "6000",
            "producer.id.expiration.check.interval.ms": "1000",
        }
        self._restart_broker(forgetful)
        self._recover("the broker's restart before the expiry", RECOVERY_SECONDS_MAX)
        self._traffic.going.clear()
        self._wait_for(self._sent(), RECOVERY_SECONDS_MAX)
        time.sleep(seconds)
        self._traffic.going.set()
        self._recover("transactional ids that expired", RECOVERY_SECONDS_MAX)
        self._restart_broker({})

    def _restart_broker(self, more: dict[str, str]) -> None:
        self._broker.stop()
        path = self._broker.folder / "server.properties"
        told = {**self._broker.properties(), **more}
        path.write_text("".join(f"{name}={value}\n" for name, value in told.items()))
        self._broker.start()

    def _retention(self) -> None:
        """Records go that nobody has judged: every replica must end and say so; told to go on, it goes on."""
        fleet, partition = self._fleet, 0
        fleet.target = 0
        for one in fleet.replicas:
            if one.alive:
                fleet.kill(one)
        before = self._traffic.acked[partition]
        while self._traffic.acked[partition] < before + 20:
            time.sleep(0.1)
        topic = self._deployment.topic("raw")
        cut = self._traffic.acked[partition] - 3
        for record in read_committed(self._deployment.bootstrap, topic):
            if record.partition == partition and record.offset < cut:
                self._taken_away[(partition, record.offset)] = record
        for offset in range(self._watcher.done(partition), cut):
            self._forgone.add((partition, offset))
        gone = [ForeignPartition(topic, partition, cut)]
        for future in self._admin.delete_records(gone).values():
            future.result(30)
        fleet.target = 1
        alone = fleet.started
        give_up_at = time.monotonic() + 60
        while not (fleet.started > alone and not fleet.replicas[alone].alive):
            if time.monotonic() > give_up_at:
                self.violations.add("a lost offset stops the service", "it went on for a minute")
                break
            time.sleep(0.1)
        code = fleet.replicas[alone].process.poll()
        if code != 1 or "is not in the topic" not in fleet.replicas[alone].log.read_text():
            self.violations.add("a lost offset stops the service", f"it ended with {code}")
        fleet.set_settings({**SETTINGS, "WIRECOPY_KAFKA_OFFSET_LOST": "earliest"})
        fleet.target = self.options.replicas
        self._watcher.skip_to(partition, cut)


def _broker_config(direct: int, behind: int, listen: int, controller: int) -> dict[str, str]:
    """Two doors: one for the run itself, one for the service that is advertised as the proxy."""
    return {
        "listeners": (
            f"PLAINTEXT://127.0.0.1:{direct},PROXIED://127.0.0.1:{behind},CONTROLLER://127.0.0.1:{controller}"
        ),
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{direct},PROXIED://127.0.0.1:{listen}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "group.min.session.timeout.ms": "1000",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
    }
