"""Through a real broker, exactly once: the service beside a bare aiokafka program, and how long an article takes.

`throughput`: the same backlog of articles lies in a raw topic of six partitions; the service's replicas, or those of
bench/bare.py, work it off. Rates are from the timestamps of the records that come out (the producer's, at sending),
the first tenth and the last twentieth left out, so that neither start-up nor the last small batches count. The two take
turns, and share the machine's cores with the broker. Processor seconds an article are those of the replicas, with their
worker processes, from when they have caught up, and the broker's meanwhile: they say more than a rate where other
programs share the cores.

`latency`: articles are produced at a steady rate with their timestamps; an independent client (librdkafka, a process of
its own) notes when each enriched record becomes visible to `read_committed`. Both clocks are this machine's.

    python -m bench.end_to_end throughput [--articles N] [--replicas 1,2] [--repeats N] [--workers N]
    python -m bench.end_to_end latency [--rate 500] [--seconds 30] [--workers N] [--partitions 6]
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from bench.compare import texts
from tests.kafka.client import Read, Record, produce, read_committed
from tests.kafka.service import ROOT, Deployment, wait_until
from tools.kafka import KafkaMissingError, new_broker
from wirecopy import samples

PARTITIONS = 6
START_SKIPPED, END_SKIPPED = 0.10, 0.05
WARM_UP_SECONDS = 10  # not measured: a fresh broker is compiling its code
WAIT_SECONDS_MAX = 600


def articles(count: int) -> list[bytes]:
    """Real articles where the evaluation data lies beside the checkout, each once; then the samples, renamed."""
    found = [*texts("wirebench", count), *texts("press", count)][:count]
    numbers = itertools.count()
    for line in itertools.cycle(samples.lines()):
        if len(found) >= count:
            return found
        value: dict[str, Any] = json.loads(line)
        if isinstance(value, dict) and "id" in value:
            value["id"] = value["url"] = f"bench-{next(numbers)}"
            found.append(json.dumps(value).encode())
    raise AssertionError("a cycle does not end")


def cpu_seconds(pid: int) -> float:
    """Of a process and of its living children, since they began; 0 where there is no /proc to ask."""
    tasks = Path(f"/proc/{pid}/task")
    try:
        fields = (tasks.parent / "stat").read_text().rpartition(")")[2].split()
        children = [int(one) for path in tasks.glob("*/children") for one in path.read_text().split()]
    except (OSError, ValueError):
        return 0.0
    mine = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return mine + sum(cpu_seconds(child) for child in children)


@contextmanager
def broker() -> Iterator[tuple[str, Path]]:
    """A fresh node in a folder of its own: its address and the folder."""
    with tempfile.TemporaryDirectory(prefix="wirecopy-bench-") as folder:
        node = new_broker(Path(folder) / "broker")
        node.heap = "1g"
        node.start()
        try:
            yield node.bootstrap, Path(folder)
        finally:
            node.kill()


def _empty(bootstrap: str, folder: Path, workers: int = 0, partitions: int = PARTITIONS) -> Deployment:
    """New topics, and a folder of its own for the replicas' logs."""
    name = f"b{uuid.uuid4().hex[:8]}"
    (folder / name).mkdir()
    settings = {"WIRECOPY_FINGERPRINT_WORKERS": str(workers)}
    made = Deployment(bootstrap, name, folder / name, partitions, settings)
    made.create_topics()
    return made


def _deployment(bootstrap: str, folder: Path, records: Sequence[bytes], workers: int = 0) -> Deployment:
    """New topics, with the backlog in the raw one."""
    made = _empty(bootstrap, folder, workers)
    for number in range(PARTITIONS):
        mine: list[Record] = [(b"k%d" % number, value, [], None) for value in records[number::PARTITIONS]]
        produce(bootstrap, made.topic("raw"), number, mine)
    return made


@dataclass(frozen=True, slots=True)
class Rate:
    """Articles a second, the mean sizes of what was written, and processor seconds an article."""

    per_second: float
    log_bytes: float
    more_bytes: float
    cpu_seconds: float = 0.0


def ours(bootstrap: str, folder: Path, records: Sequence[bytes], replicas: int, workers: int = 0) -> Rate:
    """The backlog by the service."""
    made = _deployment(bootstrap, folder, records, workers)
    try:
        for _ in range(replicas):
            made.start()
        wait_until(lambda: made.logs().count("caught_up") >= replicas, WAIT_SECONDS_MAX, made.logs)
        began = sum(cpu_seconds(one.pid) for one in made.replicas)
        out = _wait(made, len(records), made.logs)
        spent = sum(cpu_seconds(one.pid) for one in made.replicas) - began
    finally:
        made.stop()
    log = read_committed(bootstrap, made.topic("fingerprints"))
    sizes = statistics.mean(len(read.value or b"") for read in log)
    more = statistics.mean(len(read.value or b"") for read in out) - statistics.mean(map(len, records))
    return Rate(_rate(out), sizes, max(0.0, more), spent / len(records))


def bare(bootstrap: str, folder: Path, records: Sequence[bytes], replicas: int, sizes: Rate) -> Rate:
    """The backlog by the bare program."""
    made = _deployment(bootstrap, folder, records)
    numbers = [round(sizes.log_bytes), round(sizes.more_bytes)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.bare", bootstrap, made.prefix]
            + [str(number) for number in (PARTITIONS, replica, replicas, *numbers)],
            cwd=ROOT,
        )
        for replica in range(replicas)
    ]
    try:
        out = _wait(made, len(records), lambda: "the bare program")
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return Rate(_rate(out), sizes.log_bytes, sizes.more_bytes)


def _wait(made: Deployment, count: int, explain: Callable[[], str]) -> list[Read]:
    """What came out, once all is there. Looks at the ends of the partitions only, to leave the cores alone."""
    give_up_at = time.monotonic() + WAIT_SECONDS_MAX
    watcher = Consumer({"bootstrap.servers": made.bootstrap, "group.id": "watch"})
    try:
        while True:
            time.sleep(0.5)
            ends = [
                watcher.get_watermark_offsets(TopicPartition(made.topic("enriched"), number), 30)[1]
                for number in range(PARTITIONS)
            ]
            if sum(ends) >= count:  # transaction markers count too, so this may be early: then look again
                out = read_committed(made.bootstrap, made.topic("enriched"))
                if len(out) >= count:
                    return out
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"not all came out in {WAIT_SECONDS_MAX} s: {explain()}")
    finally:
        watcher.close()


def _rate(out: Sequence[Read]) -> float:
    times = sorted(read.timestamp_ms for read in out)
    first, last = int(len(times) * START_SKIPPED), int(len(times) * (1 - END_SKIPPED)) - 1
    return (last - first) / max(1, times[last] - times[first]) * 1000


def throughput(
    count: int, replica_counts: Sequence[int], repeats: int, workers: int = 0
) -> list[dict[str, Any]]:
    """Prints and returns articles a second of both, and their ratio (medians of the repeats)."""
    records = articles(count)
    rows: list[dict[str, Any]] = []
    with broker() as (bootstrap, folder):
        for replicas in replica_counts:
            mine: list[Rate] = []
            theirs: list[Rate] = []
            for _ in range(repeats):
                mine.append(ours(bootstrap, folder, records, replicas, workers))
                theirs.append(bare(bootstrap, folder, records, replicas, mine[0]))
            us = statistics.median(rate.per_second for rate in mine)
            them = statistics.median(rate.per_second for rate in theirs)
            cpu = min(rate.cpu_seconds for rate in mine)
            row = {"replicas": replicas, "articles": count, "ours": us, "bare": them, "ratio": us / them}
            rows.append({**row, "workers": workers, "cpu_seconds": cpu})
            print(
                f"{replicas} replica(s), {count:,} articles: wirecopy {us:,.0f}/s, bare aiokafka {them:,.0f}/s, "
                f"ratio {us / them:.2f} (goal 0.50 with one); at least {cpu * 1e6:,.0f} µs of processor an article"
                f"{f', {workers} worker processes' if workers else ''}; log records {mine[0].log_bytes:,.0f} bytes, "
                f"enriched {mine[0].more_bytes:,.0f} more than raw",
                flush=True,
            )
    return rows


def latency(rate: int, seconds: int, workers: int = 0, partitions: int = PARTITIONS) -> dict[str, Any]:
    """Prints and returns quantiles (ms) of produced → visible to `read_committed`, one replica. Each raw partition has
    transactions of its own, so the same articles in fewer partitions are fewer and larger transactions."""
    records = articles(rate * seconds)
    with broker() as (bootstrap, folder):
        made = _empty(bootstrap, folder, workers, partitions)
        produce(bootstrap, made.topic("raw"), 0, [(b"k", records[0], [], None)])
        made.start()
        made.wait_for(1)
        seen: list[float] = []
        reading = threading.Event()
        reader = threading.Thread(target=_read, args=(made, len(records) + 1, seen, reading))
        reader.start()
        reading.wait(60)
        _feed(made, records, rate)
        reader.join(WAIT_SECONDS_MAX)
        made.stop()
    kept = sorted(seen[rate * min(WARM_UP_SECONDS, seconds // 2) :])
    quantiles = {name: kept[int(len(kept) * at)] for name, at in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))}
    print(
        f"{rate}/s in {partitions} partition(s) for {seconds} s, {len(seen):,} seen: p50 {quantiles['p50']:.0f} ms, "
        f"p90 {quantiles['p90']:.0f} ms, p99 {quantiles['p99']:.0f} ms (goals 50 and 250)"
    )
    return {
        "rate": rate,
        "partitions": partitions,
        "seconds": seconds,
        "seen": len(seen),
        "sorted_ms": kept,
        **quantiles,
    }


def _feed(made: Deployment, records: Sequence[bytes], rate: int) -> None:
    producer = Producer({"bootstrap.servers": made.bootstrap})
    began = time.perf_counter()
    for number, value in enumerate(records):
        wait = began + number / rate - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        now_ms = time.time_ns() // 1_000_000
        headers: list[tuple[str, str | bytes | None]] = [("sent", b"%d" % now_ms)]
        producer.produce(made.topic("raw"), value, b"k", number % made.partitions, headers=headers)
        producer.poll(0)
    producer.flush(60)


def _read(made: Deployment, count: int, seen: list[float], reading: threading.Event) -> None:
    """Latencies (ms) in order of arrival, by the header that travels with the record."""
    consumer = Consumer(
        {
            "bootstrap.servers": made.bootstrap,
            "group.id": "latency",
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
        }
    )
    consumer.assign([TopicPartition(made.topic("enriched"), number, 0) for number in range(made.partitions)])
    got, give_up_at = 0, time.monotonic() + WAIT_SECONDS_MAX
    while got < count and time.monotonic() < give_up_at:
        message = consumer.poll(0.2)
        if message is None or message.error() is not None:
            continue
        now_ms = time.time_ns() / 1e6
        got += 1
        reading.set()
        sent = dict(message.headers() or ()).get("sent")
        if sent is not None:
            seen.append(now_ms - int(sent))
    consumer.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    through = commands.add_parser("throughput")
    through.add_argument("--articles", type=int, default=8000)
    through.add_argument("--replicas", default="1,2")
    through.add_argument("--repeats", type=int, default=3)
    late = commands.add_parser("latency")
    late.add_argument("--rate", type=int, default=500)
    late.add_argument("--seconds", type=int, default=30)
    late.add_argument("--partitions", type=int, default=PARTITIONS, help="of the raw topic")
    for command in (through, late):
        command.add_argument("--workers", type=int, default=0, help="processes that decode and propose")
    options = parser.parse_args()
    try:
        if options.command == "latency":
            latency(options.rate, options.seconds, options.workers, options.partitions)
        else:
            replicas = [int(n) for n in options.replicas.split(",")]
            throughput(options.articles, replicas, options.repeats, options.workers)
    except KafkaMissingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
