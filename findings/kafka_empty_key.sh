#!/usr/bin/env bash
# Finding: an empty key keeps its order with one client and is scattered by another
#
# Packages: Apache Kafka 4.1.0 (needs Java 17 and Maven), aiokafka 0.14.0, confluent-kafka 2.16.1 (librdkafka)
# Guess: records with equal keys go to one partition; an empty key is a key.
# Behaviour: aiokafka sends an empty key to one partition, as the Java client does. librdkafka's default,
#   consistent_random, treats it as no key and takes a partition at random; its murmur2_random, made for agreement
#   with Java, does not.
# Why it matters: producers that key by article id write an empty key where the id is missing. Versions of one
#   article then arrive in any order, or not, by client.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'kill "${broker:-}" 2> /dev/null || true; wait 2> /dev/null || true; rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aiokafka==0.14.0 confluent-kafka==2.16.1
cat > "$folder/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>broker</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>4.1.0</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B --no-transfer-progress -Dstyle.color=never -f "$folder/pom.xml" dependency:copy-dependencies -DoutputDirectory="$folder/jars"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
quorum=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > "$folder/server.properties" <<CONFIG
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$quorum
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$quorum
advertised.listeners=PLAINTEXT://127.0.0.1:$port
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$folder/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
num.partitions=12
CONFIG
java -cp "$folder/jars/*" kafka.tools.StorageTool format -t d2lyZWNvcHktdGVzdHMtMQ -c "$folder/server.properties" > "$folder/log" 2>&1
java -Xmx512m -cp "$folder/jars/*" kafka.Kafka "$folder/server.properties" >> "$folder/log" 2>&1 &
broker=$!
export BOOTSTRAP=127.0.0.1:$port
python3 - <<'WAIT'
import os, socket, time
host, port = os.environ["BOOTSTRAP"].split(":")
for _ in range(300):
    try:
        socket.create_connection((host, int(port)), 1).close()
        break
    except OSError:
        time.sleep(0.2)
WAIT

"$folder/venv/bin/python" - > "$folder/output" 2> "$folder/errors" <<'PY' || { tail -5 "$folder/errors"; exit 1; }
import asyncio
import logging
import os

from aiokafka import AIOKafkaProducer
from confluent_kafka import Producer

logging.disable(logging.CRITICAL)
BOOTSTRAP = os.environ["BOOTSTRAP"]
TIMES = 40


async def by_aiokafka():
    producer = AIOKafkaProducer(bootstrap_servers=BOOTSTRAP)
    await producer.start()
    stored = [(await producer.send_and_wait("articles", b"{}", key=b"")).partition for _ in range(TIMES)]
    await producer.stop()
    return stored


def by_librdkafka(partitioner):
    config = {"bootstrap.servers": BOOTSTRAP, "partitioner": partitioner, "sticky.partitioning.linger.ms": 0, "log_level": 0}
    producer, stored = Producer(config), []
    for _ in range(TIMES):
        producer.produce("articles", b"{}", key=b"", on_delivery=lambda _, message: stored.append(message.partition()))
        producer.flush()
    return stored


def told(partitions):
    return "one partition" if len(set(partitions)) == 1 else "several partitions"


print("aiokafka", told(asyncio.run(by_aiokafka())))
for partitioner in ("consistent_random", "murmur2_random"):
    print("librdkafka", partitioner, told(by_librdkafka(partitioner)))
PY

cat > "$folder/seen" <<'SEEN'
aiokafka one partition
librdkafka consistent_random several partitions
librdkafka murmur2_random one partition
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
