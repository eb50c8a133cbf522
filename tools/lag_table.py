"""The part of docs/readers.md on lag: a broker, tools/readers/lag.py beside it, and the service's own metric."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tools.kafka import free_ports, new_broker

KAFKA: Final = "4.1.0"
READY_S_MAX: Final = 120
_POM: Final = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>readers</groupId><artifactId>tools</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{version}</version>
  </dependency></dependencies>
</project>
"""
Row = dict[str, Any]


def rows(python: str, program: Path, folder: Path) -> list[Row]:
    """What the program prints, and of each of its topics what the service says that reads all of them."""
    broker = new_broker(folder / "broker")
    broker.start()
    command = [python, str(program)]
    environment = {**os.environ, "BOOTSTRAP": broker.bootstrap, "TOOLS": kafka_s_commands(folder)}
    try:
        with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
            assert run.stdin is not None and run.stdout is not None
            found = []
            for line in run.stdout:
                row = json.loads(line)
                if row["tool"] == "ready":
                    break
                found.append(row)
            topics = {row["topic"]: row["case"] for row in found}
            for topic, lag in own_lag(broker.bootstrap, list(topics)).items():
                found.append({"case": topics[topic], "topic": topic, "tool": "Wirecopy", "lag": lag})
            run.communicate(b"x")
        if run.returncode != 0:
            raise SystemExit(f"{program.name} failed")
        return found
    finally:
        broker.kill()


def kafka_s_commands(folder: Path) -> str:
    """The class path of Kafka's own commands."""
    (folder / "pom.xml").write_text(_POM.format(version=KAFKA))
    command = ["mvn", "-q", "-B", "-f", str(folder / "pom.xml"), "dependency:copy-dependencies"]
    subprocess.run([*command, f"-DoutputDirectory={folder / 'jars'}"], check=True, stdout=sys.stderr)
    return str(folder / "jars" / "*")


def own_lag(bootstrap: str, topics: list[str]) -> dict[str, int]:
    """The service's metric of each topic, once it stands still."""
    (port,) = free_ports(1)
    settings = {
        "WIRECOPY_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "WIRECOPY_TOPIC_RAW": ",".join(topics),
        "WIRECOPY_TOPIC_PARTITIONS": "1",
        "WIRECOPY_TOPIC_REPLICATION_FACTOR": "1",
        "WIRECOPY_HTTP_HOST": "127.0.0.1",
        "WIRECOPY_HTTP_PORT": str(port),
    }
    command = [sys.executable, "-m", "wirecopy"]
    subprocess.run([*command, "topics"], env=os.environ | settings, check=True, stdout=sys.stderr)
    with running([*command, "run"], settings):
        before: dict[str, int] | None = None
        until = time.monotonic() + READY_S_MAX
        while time.monotonic() < until:
            time.sleep(10)
            now = told(port)
            if len(now) == len(topics) and now == before:
                return now
            before = now
    raise SystemExit("the service did not come to rest")


@contextmanager
def running(command: list[str], settings: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def told(port: int) -> dict[str, int]:
    """The metric of lag by topic; nothing while the service does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    except OSError:
        return {}
    found = re.findall(r'wirecopy_partition_lag_records\{partition="0",topic="([^"]+)"\} ([0-9.e+]+)', text)
    return {topic: int(float(lag)) for topic, lag in found}
