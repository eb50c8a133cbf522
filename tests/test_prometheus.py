"""A real Prometheus scrapes a real service (on the embedded log) and finds every series that dashboard and
alerts ask for. Skipped, with a message, where Prometheus is not installed."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.generate import dashboard
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.cli import run
from wirecopy.shell.observe import events
from wirecopy.shell.observe.telemetry import PrometheusSink
from wirecopy.shell.settings import Settings

ROOT = Path(__file__).parent.parent
SENTENCE = "The harbour master of Port Selm said on Tuesday that the ferries would sail again in June. "


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: apt install prometheus)")
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@asynccontextmanager
async def service(port: int) -> AsyncIterator[None]:
    """A service that has judged articles and buried a dead letter."""
    broker = MemoryBroker(lambda: time.time_ns() // 1_000_000)
    backend = MemoryBackend(broker)
    backend.create_topics(1)
    stop = asyncio.Event()
    running = asyncio.create_task(run.serve(Settings(http_host="127.0.0.1", http_port=port), backend, stop))
    for number in range(3):
        article = {"id": str(number), "publisher": f"{number}.example", "body": SENTENCE * 10}
        broker.produce("articles.raw", 0, json.dumps(article).encode())
    broker.produce("articles.raw", 0, b"no json")
    async with asyncio.timeout(60):
        while not broker.read("articles.dead", 0):  # noqa: ASYNC110 - another task makes it hold
            await asyncio.sleep(0.05)
    yield
    stop.set()
    assert await running == 0


@contextmanager
def prometheus(folder: Path, target: int) -> Iterator[int]:
    configuration = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    configuration["global"]["scrape_interval"] = "1s"
    (job,) = configuration["scrape_configs"]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [f"127.0.0.1:{target}"]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    shutil.copy(ROOT / "deploy/prometheus/alerts.yml", folder)
    port = free_port()
    command = [
        tool("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(30)


def query(port: int, text: str) -> list[dict[str, Any]]:
    address = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": text})
    with urllib.request.urlopen(address, timeout=10) as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())["data"]["result"]
        return found


async def answered(port: int, text: str) -> list[dict[str, Any]]:
    """The answer as soon as there is one; Prometheus may still be starting."""
    for _ in range(150):
        try:
            if found := await asyncio.to_thread(query, port, text):
                return found
        except OSError:
            pass
        await asyncio.sleep(0.2)
    return []


async def test_every_query_of_the_dashboard_and_the_alerts_finds_its_series(tmp_path: Path) -> None:
    tool("prometheus")
    port = free_port()
    async with service(port):
        with prometheus(tmp_path, port) as asked:
            assert await answered(asked, 'rate(wirecopy_records_total{job="wirecopy"}[30s])')
            for _, row in dashboard.ROWS:
                for panel in row:
                    for text, _ in panel.queries:
                        grafana = (
                            dashboard.filled(text)
                            .replace("$job", "wirecopy")
                            .replace("$__rate_interval", "30s")
                        )
                        assert await answered(asked, grafana), f"{panel.title}: {grafana}"
            names = {found["metric"]["__name__"] for found in await answered(asked, '{job="wirecopy"}')}
            assert events.series_names() <= names
            assert not await asyncio.to_thread(query, asked, 'ALERTS{alertstate="firing"}')


def test_promtool_finds_nothing_to_mend_in_what_is_exposed() -> None:
    told = PrometheusSink(version="1", engine_version=1)
    body, _ = told.exposition()
    done = subprocess.run(
        [tool("promtool"), "check", "metrics"], input=body, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"wirecopy" not in done.stderr
    planted = body.replace(b"wirecopy_fenced_total", b"wirecopy_fenced")
    assert planted != body
    done = subprocess.run(
        [tool("promtool"), "check", "metrics"], input=planted, capture_output=True, timeout=60, check=False
    )
    assert done.returncode != 0
