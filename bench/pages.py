"""How quick the pages are while articles pour in, and what people who look cost the pipeline. In one run, without Kafka.

The service of `wirecopy demo` (real pipeline, pages and HTTP server over an embedded log) in this process, those who look in
another. Measured over WireBench where it lies beside the checkout, else the samples many times over, with new ids:

- a check by itself: processor time of its steps;
- at a steady rate: percentiles of each page and of `POST /api/check`, asked a few times a second, with watchers of `/live`;
- against a backlog, with those who look and without in turn: processor time of the service's process and time an article
  takes, as ratios of medians. Processor time is the figure to trust on a machine that is not ours alone.

`--index N` first fills the index with N synthetic articles (bench/growth.py's), for what look-ups cost in a large one.

    python -m bench pages [--rate 500] [--seconds 30] [--index 1000000] [--looks 5] [--rounds 5]
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from bench.growth import NOTHING, stream
from tools.served import Served
from wirecopy import samples
from wirecopy.core.engine import Engine
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.model import RawArticle
from wirecopy.core.records.raw import FieldPaths, json_bytes
from wirecopy.shell.cli.run import SWITCH_SECONDS
from wirecopy.shell.pipeline.text_check import document, judged, read_text

ROOT = Path(__file__).parent.parent
WATCHERS = 3
KINDS = ("live", "evidence", "story", "publishers", "check", "api")
BATCH = 600  # articles of a backlog: some seconds
KNOWN_FIRST = 1500  # articles that the pages know before anything is measured


def articles() -> Iterator[bytes]:
    """Records without end; none has the id or address of one before."""
    from bench.compare import texts

    found = texts("wirebench", 100_000) or samples.lines()
    for turn in itertools.count():
        for number, line in enumerate(found):
            value: dict[str, Any] = json.loads(line)
            value["id"] = f"bench-{turn}-{number}"
            if turn:
                value["body"] = f"Turn {turn}.\n\n{value.get('body') or ''}"
                value.pop("url", None)
            yield json.dumps(value).encode()


def fill(engine: Engine, count: int) -> None:
    """Puts synthetic articles into the index: keys that no text has, in the numbers that texts have."""
    postings, store = engine.index.postings, engine.index.articles
    random_, stories = np.random.default_rng(1), list[int]()
    now_ms = time.time_ns() // 1_000_000
    for first in range(0, count, 10_000):
        for article in stream(random_, first, min(10_000, count - first), stories):
            number = store.append(**{**NOTHING, "story": article.story, "log_time_ms": now_ms})
            postings.insert(article.new, number, article.positions)


# ---- those who look, in a process of their own
@dataclass
class Looker:
    """Asks one page after the other, `looks` a second, and notes how long each took."""

    host: str
    port: int
    looks: float
    seen: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: int = 0

    def look(self, seconds: float, known: list[tuple[str, str]], texts: list[str]) -> None:
        chance = random.Random(1)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        due = time.monotonic()
        end = due + seconds
        for kind in itertools.cycle(KINDS):
            due += 1 / self.looks
            if due > end:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            began = time.perf_counter()
            try:
                status = self._ask(connection, kind, *chance.choice(known), chance.choice(texts))
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            if status == 200:
                self.seen[kind].append(time.perf_counter() - began)
            else:
                self.faults += 1

    @staticmethod
    def _ask(connection: http.client.HTTPConnection, kind: str, id_: str, story: str, text: str) -> int:
        if kind == "api":
            connection.request(
                "POST", "/api/check", json.dumps({"text": text}), {"Content-Type": "application/json"}
            )
        else:
            path = {
                "live": "/",
                "evidence": "/articles/" + quote(id_, safe=""),
                "story": "/stories/" + quote(story, safe=""),
                "publishers": "/publishers",
                "check": "/check",
            }[kind]
            connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status


def watch(host: str, port: int) -> None:
    """Reads the live stream for as long as it comes."""
    try:
        connection = http.client.HTTPConnection(host, port, timeout=60)
        connection.request("GET", "/live")
        response = connection.getresponse()
        while response.read1(65536):
            pass
    except (OSError, http.client.HTTPException):
        return


def client(options: argparse.Namespace) -> None:
    """The other process: its input is what it may ask for, its output what it saw."""
    given = json.load(sys.stdin)
    host, _, port = given["address"].removeprefix("http://").partition(":")
    for _ in range(WATCHERS):
        threading.Thread(target=watch, args=(host, int(port)), daemon=True).start()
    looker = Looker(host, int(port), options.looks)
    looker.look(options.seconds, [tuple(pair) for pair in given["known"]], given["texts"])
    json.dump({"seen": looker.seen, "faults": looker.faults}, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # the watchers would wait for more


@contextmanager
def looked_at(served: Served, looks: float, seconds: float) -> Iterator[dict[str, Any]]:
    """While the block runs somebody looks; what they saw is in the dictionary afterwards."""
    entries = list(itertools.islice(served.site.catalogue.newest_first(), 300))
    known = [(entry.id, entry.current.story) for entry in entries]
    bodies = [json.loads(line).get("body") or "" for line in itertools.islice(articles(), 300)]
    command = [
        sys.executable,
        "-m",
        "bench.pages",
        "--client",
        "--looks",
        str(looks),
        "--seconds",
        str(seconds),
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps({"address": served.address, "known": known, "texts": bodies}))
    process.stdin.close()
    time.sleep(1.5)  # its interpreter starts
    result: dict[str, Any] = {}
    try:
        yield result
        assert process.stdout is not None
        result.update(json.loads(process.stdout.read()) if seconds < 3600 else {})
    finally:
        process.kill()
        process.wait()


# ---- the measurements
def alone(served: Served, count: int = 300) -> None:
    """What a check costs by itself: processor time of all its steps in one thread, nobody else in the process."""
    bodies = [
        json.dumps({"text": json.loads(line).get("body") or ""})
        for line in itertools.islice(articles(), count)
    ]
    times = []
    for body in bodies:
        began = time.thread_time()
        article = read_text(body.encode(), FieldPaths(), {})
        if isinstance(article, RawArticle):
            proposal = propose(article)
            json_bytes(document(judged(proposal, served.engine.check(proposal))))
            times.append(1000 * (time.thread_time() - began))
    times.sort()
    print(
        f"a check by itself, processor time: p50 {statistics.median(times):.2f} ms,"
        f" p95 {times[int(0.95 * len(times))]:.2f} ms, largest {times[-1]:.1f} ms"
    )


def steady(served: Served, source: Iterator[bytes], rate: int, seconds: float, looks: float) -> None:
    first = served.site.catalogue.next_serial
    with looked_at(served, looks, seconds) as saw:
        began = time.monotonic()
        due, sent = began, 0
        while time.monotonic() < began + seconds + 1:
            due += 0.02
            for _ in range(max(1, rate // 50)):
                if served.sent - served.pipeline_next() < 5 * rate:  # more than it bears: do not drown it
                    served.push(next(source))
                    sent += 1
            time.sleep(max(0.0, due - time.monotonic()))
        borne = (served.site.catalogue.next_serial - first) / (time.monotonic() - began)
    print(
        f"steady: {sent / (seconds + 1):.0f} articles/s sent, {borne:.0f}/s judged; {saw['faults']} refused"
    )
    print("  page          asked    p50 ms    p95 ms    largest")
    for kind in KINDS:
        times = sorted(1000 * each for each in saw["seen"].get(kind, []))
        if times:
            at = times[min(len(times) - 1, int(0.95 * len(times)))]
            print(f"  {kind:12}{len(times):7}{statistics.median(times):10.1f}{at:10.1f}{times[-1]:11.1f}")


def backlog(served: Served, source: Iterator[bytes], rounds: int, looks: float) -> None:
    """Without and with lookers, in turn."""
    costs: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for turn in range(2 * rounds):
        looking = turn % 2 == 1
        batch = [next(source) for _ in range(BATCH)]
        if looking:
            with looked_at(served, looks, 3600):
                costs[True].append(_worked_off(served, batch))
        else:
            costs[False].append(_worked_off(served, batch))
    print(f"backlog: {rounds} rounds of {BATCH} articles each way, medians an article")
    for looking, name in ((False, "nobody looks"), (True, f"{looks:g} pages/s, {WATCHERS} watchers")):
        cpu, wall = (statistics.median(column) / BATCH * 1e6 for column in zip(*costs[looking], strict=True))
        print(f"  {name:28}{cpu:9.0f} µs of processor{wall:9.0f} µs of time")
    ratios = [
        statistics.median(column)
        for column in zip(*(_ratio(*pair) for pair in zip(*costs.values(), strict=True)), strict=True)
    ]
    print(f"  ratio, median of pairs       {ratios[0]:9.3f}             {ratios[1]:9.3f}")


def _ratio(without: tuple[float, float], with_: tuple[float, float]) -> tuple[float, float]:
    return with_[0] / without[0], with_[1] / without[1]


def _worked_off(served: Served, batch: list[bytes]) -> tuple[float, float]:
    """Processor and wall seconds from the first record to the last verdict."""
    wanted = served.sent + len(batch)
    cpu, wall = time.process_time(), time.monotonic()
    for value in batch:
        served.push(value)
    while served.pipeline_next() < wanted:
        time.sleep(0.002)
    return time.process_time() - cpu, time.monotonic() - wall


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rate", type=int, default=500, help="articles a second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--index", type=int, default=0, help="synthetic articles in the index")
    parser.add_argument("--looks", type=float, default=5, help="pages a second")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--client", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.client:
        client(options)
        return 0
    engine = Engine()
    if options.index:
        began = time.monotonic()
        fill(engine, options.index)
        print(f"{options.index:,} synthetic articles in {time.monotonic() - began:.0f} s")
    source = articles()
    sys.setswitchinterval(SWITCH_SECONDS)  # as the service does
    with Served(engine=engine) as served:
        _worked_off(served, [next(source) for _ in range(KNOWN_FIRST)])
        print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        alone(served)
        steady(served, source, options.rate, options.seconds, options.looks)
        backlog(served, source, options.rounds, options.looks)
        print(f"{engine.stats().articles:,} articles in the index; load average {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
