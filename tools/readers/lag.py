"""What each tool says of the lag of a group that has read all there is. Run by tools.reader_tables, beside a broker.

Prints one JSON object a row: `{"case": …, "topic": …, "tool": …, "lag": …}`, in records. The group reads with
`read_committed` until nothing comes, and commits the offset after the last record that it got, as most programs do.
BOOTSTRAP is the broker's address; TOOLS the class path of Kafka's own commands.
"""

import asyncio
import json
import logging
import os
import re
import subprocess
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as RdPartition
from confluent_kafka.admin import AdminClient, NewTopic
from kafka import KafkaConsumer
from kafka import TopicPartition as PythonPartition

BOOTSTRAP = os.environ["BOOTSTRAP"]
CASES = {  # the transactions in their order: p without one, c committed, a aborted, o left open
    "three records without a transaction": "p",
    "one committed transaction": "c",
    "five committed transactions": "ccccc",
    "a committed and three aborted transactions": "caaa",
    "a committed and an open transaction": "co",
}
RECORDS = 3  # of each transaction
QUIET_S = 2.0


def topic_of(case):
    return "lag-" + case.replace(" ", "-")


async def write(case, plan, open_ones):
    for number, letter in enumerate(plan):
        own = None if letter == "p" else f"{case}-{number}"
        producer = AIOKafkaProducer(bootstrap_servers=BOOTSTRAP, transactional_id=own)
        await producer.start()
        if own:
            await producer.begin_transaction()
        for at in range(RECORDS):
            body = f"Record {at} of transaction {number}. " + "The ferry left the harbour late again. " * 3
            value = json.dumps({"id": f"{case}-{number}-{at}", "publisher": "harbour.example", "body": body})
            await producer.send_and_wait(topic_of(case), value.encode(), partition=0)
        if letter == "o":
            open_ones.append(producer)
            continue
        if own:
            await (producer.commit_transaction() if letter == "c" else producer.abort_transaction())
        await producer.stop()


async def read_and_commit(topic):
    """(The offset committed, how many records a reader that starts there would get)."""
    partition = TopicPartition(topic, 0)
    options = {
        "isolation_level": "read_committed",
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
    }
    consumer = AIOKafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id=topic, **options)
    await consumer.start()
    consumer.assign([partition])
    last = 0
    while records := await consumer.getmany(timeout_ms=int(1000 * QUIET_S)):
        last = records[partition][-1].offset + 1
    await consumer.commit({partition: last})
    consumer.seek(partition, last)
    more = await consumer.getmany(timeout_ms=int(1000 * QUIET_S))
    stable = (await consumer.end_offsets([partition]))[partition]
    await consumer.stop()
    return last, sum(map(len, more.values())), stable


def kafka_s_own(topic):
    command = [
        "java",
        "-cp",
        os.environ["TOOLS"],
        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    ]
    done = subprocess.run(
        [*command, "--bootstrap-server", BOOTSTRAP, "--describe", "--group", topic],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.search(rf"{topic} +0 +(\d+) +(\d+) +(\d+)", done.stdout)[3])


def statistics(topic):
    seen = []
    consumer = Consumer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "group.id": topic,
            "enable.auto.commit": False,
            "statistics.interval.ms": 300,
            "stats_cb": lambda text: seen.append(json.loads(text)),
        }
    )
    consumer.assign([RdPartition(topic, 0)])
    until = time.monotonic() + 3
    while time.monotonic() < until:
        consumer.poll(0.1)
    consumer.close()
    return seen[-1]["topics"][topic]["partitions"]["0"]["consumer_lag"]


def watermark(topic, committed):
    consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": topic})
    _, high = consumer.get_watermark_offsets(RdPartition(topic, 0))
    consumer.close()
    return high - committed


def kafka_python(topic, committed):
    consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id=topic)
    one = PythonPartition(topic, 0)
    end = consumer.end_offsets([one])[one]
    consumer.close()
    return end - committed


async def main():
    logging.disable(logging.CRITICAL)
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    for made in admin.create_topics([NewTopic(topic_of(case), 1, 1) for case in CASES]).values():
        made.result()
    open_ones = []
    for case, plan in CASES.items():
        topic = topic_of(case)
        await write(case, plan, open_ones)
        committed, more, stable = await read_and_commit(topic)
        said = {
            "records a reader still gets": more,
            "kafka-consumer-groups": kafka_s_own(topic),
            "librdkafka, watermark": watermark(topic, committed),
            "librdkafka, consumer_lag": statistics(topic),
            "kafka-python, end_offsets": kafka_python(topic, committed),
            "aiokafka, read_committed": stable - committed,
        }
        for tool, lag in said.items():
            print(json.dumps({"case": case, "topic": topic, "tool": tool, "lag": lag}), flush=True)
    print(json.dumps({"case": "", "topic": "", "tool": "ready", "lag": 0}), flush=True)
    os.read(0, 1)  # what is open stays open until the caller has looked too
    for producer in open_ones:
        await producer.abort_transaction()
        await producer.stop()


asyncio.run(main())
