"""One Kafka node for tests and for hand use (`make kafka`): the real broker, from its own jars.

`python tools/kafka.py run [--port 9092] [--dir DIR]` runs a KRaft node until it is interrupted. Tests use
`Broker`, each session its own, on free ports and in a folder of its own. The jars are fetched once into
`.cache/kafka` by `tests/kafka/pom.xml`; java and mvn must be there.

One node and replication factor 1: it proves what clients do, not what a cluster does when it loses a node.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JARS = ROOT / ".cache" / "kafka"
POM = ROOT / "tests" / "kafka" / "pom.xml"
CLUSTER_ID = "d2lyZWNvcHktdGVzdHMtMQ"  # 16 bytes in base64, any will do
START_SECONDS_MAX = 90
STOP_SECONDS_MAX = 20


class KafkaMissingError(Exception):
    """No broker can be run here; the message says what is missing."""


def jars() -> str:
    """The class path; fetches the jars when they are not there."""
    stamp = JARS / "complete"
    if not stamp.exists() or stamp.read_text() != POM.read_text():
        _fetch()
        stamp.write_text(POM.read_text())
    return str(JARS / "*")


def _fetch() -> None:
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise KafkaMissingError(f"{program} is not installed: no Kafka broker for the tests")
    JARS.mkdir(parents=True, exist_ok=True)
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
    done = subprocess.run(
        [*command, f"-DoutputDirectory={JARS}"], capture_output=True, text=True, timeout=900, check=False
    )
    if done.returncode != 0:
        raise KafkaMissingError(
            f"the Kafka jars could not be fetched: {done.stdout[-500:]}{done.stderr[-500:]}"
        )


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@dataclass
class Broker:
    """A KRaft node with its own folder. `config` is added to, or replaces, the properties below."""

    folder: Path
    port: int
    controller_port: int
    config: Mapping[str, str] = field(default_factory=dict)
    format_arguments: Sequence[str] = ()
    heap: str = "512m"
    _process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "the broker runs"
        return self._process.pid

    def properties(self) -> dict[str, str]:
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": str(self.folder / "data"),
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "group.initial.rebalance.delay.ms": "0",
            "auto.create.topics.enable": "false",
            "num.partitions": "1",
            "log.flush.interval.messages": str(2**62),
            "controlled.shutdown.enable": "false",
            **self.config,
        }

    def format(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "server.properties"
        path.write_text("".join(f"{name}={value}\n" for name, value in self.properties().items()))
        command = [
            *self._java("128m"),
            "kafka.tools.StorageTool",
            "format",
            "-t",
            CLUSTER_ID,
            "-c",
            str(path),
        ]
        done = subprocess.run(
            [*command, *self.format_arguments], capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode != 0 and "already formatted" not in done.stdout + done.stderr:
            raise KafkaMissingError(
                f"the broker's storage could not be formatted: {done.stdout}{done.stderr}"
            )

    def _java(self, heap: str) -> list[str]:
        logging = self.folder / "log4j2.properties"
        logging.write_text(
            "appender.f.type = File\nappender.f.name = F\n"
            f"appender.f.fileName = {self.folder / 'server.log'}\n"
            "appender.f.layout.type = PatternLayout\nappender.f.layout.pattern = %d %p %m (%c)%n\n"
            "rootLogger.level = WARN\nrootLogger.appenderRef.f.ref = F\n"
        )
        jvm = [
            f"-Xmx{heap}",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            f"-Dlog4j2.configurationFile={logging}",
        ]
        return ["java", *jvm, "-cp", jars()]

    def start(self) -> None:
        """Returns when the broker answers. Raises `KafkaMissingError` when it does not come up."""
        command = [*self._java(self.heap), "kafka.Kafka", str(self.folder / "server.properties")]
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        self._wait_until_it_answers(START_SECONDS_MAX)

    def _wait_until_it_answers(self, seconds: float) -> None:
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        self.kill()
        output = (self.folder / "output").read_text(errors="replace")[-1500:]
        raise KafkaMissingError(f"the broker did not come up: {output}")

    def stop(self) -> None:
        """As an operator would; harder when it takes too long."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


def new_broker(
    folder: Path,
    port: int | None = None,
    config: Mapping[str, str] | None = None,
    format_arguments: Sequence[str] = (),
) -> Broker:
    """A formatted broker that is not started yet."""
    ports = free_ports(2)
    broker = Broker(folder, port or ports[0], ports[1], config or {}, format_arguments)
    broker.format()
    return broker


def main() -> int:
    parser = argparse.ArgumentParser(description="One Kafka node for tests and for hand use.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("jars", help="fetch the jars, where they are not there yet")
    run = commands.add_parser("run", help="run one node until interrupted")
    run.add_argument("--port", type=int, default=9092)
    run.add_argument("--dir", type=Path, help="where its data lies (default: a temporary folder)")
    args = parser.parse_args()
    try:
        jars()
        return 0 if args.command == "jars" else _run(args.port, args.dir)
    except KafkaMissingError as error:
        print(error, file=sys.stderr)
        return 1


def _run(port: int, folder: Path | None) -> int:
    chosen = folder or Path(tempfile.gettempdir()) / f"wirecopy-kafka-{uuid.uuid4().hex[:8]}"
    broker = new_broker(chosen, port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        broker.start()
        print(
            f"Kafka listens on {broker.bootstrap}; its data and log are in {chosen}. Ctrl-C ends it.",
            flush=True,
        )
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        broker.stop()
        if folder is None:
            shutil.rmtree(chosen, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
