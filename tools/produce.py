"""`make samples`: send articles to a raw topic, at a pace that a person can follow.

For trying the service by hand, and an example of a producer: idempotent, waits for every delivery, keyed by
publisher so that a publisher's articles keep their order.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from confluent_kafka import KafkaError, Message, Producer

from wirecopy import samples


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Send articles, one JSON object a line, to a raw topic.")
    parser.add_argument("file", nargs="?", type=Path, help="default: the sample articles of the demo")
    parser.add_argument(
        "--brokers",
        default=os.environ.get("WIRECOPY_KAFKA_BOOTSTRAP_SERVERS") or "localhost:9092",
        help="default: WIRECOPY_KAFKA_BOOTSTRAP_SERVERS, else localhost:9092",
    )
    parser.add_argument("--topic", default="articles.raw")
    parser.add_argument("--rate", type=float, default=5.0, help="articles a second (default: 5; 0: no pause)")
    return parser.parse_args()


def publisher_of(line: bytes) -> bytes | None:
    """The key; none for what is no article, which the service will say with its reason."""
    try:
        article = json.loads(line)
    except ValueError:
        return None
    name = article.get("publisher") if isinstance(article, dict) else None
    return name.encode() if isinstance(name, str) else None


def main() -> int:
    args = arguments()
    lines = samples.lines() if args.file is None else args.file.read_bytes().splitlines()
    failures: list[str] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failures.append(error.str())

    producer = Producer(
        {"bootstrap.servers": args.brokers, "enable.idempotence": True, "message.timeout.ms": 30_000}
    )
    for number, line in enumerate(lines, 1):
        producer.produce(args.topic, line, key=publisher_of(line), on_delivery=delivered)
        producer.poll(0)
        if sys.stdout.isatty():
            print(f"\r{number} of {len(lines)} sent", end="", flush=True)
        if args.rate:
            time.sleep(1 / args.rate)
    producer.flush()
    print(f"\r{len(lines) - len(failures)} of {len(lines)} sent")
    for failure in sorted(set(failures)):
        print(f"{failures.count(failure)} were not taken: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
