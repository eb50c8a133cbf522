#!/usr/bin/env bash
# Finding: timestamp 0 means 1970 to one client and now to another
#
# Packages: Apache Kafka 4.1.0 (needs Java 17 and Maven), aiokafka 0.14.0, confluent-kafka 2.16.1 (librdkafka)
# Guess: a producer that is given timestamp 0 writes 1970-01-01, as it writes 1 as one millisecond later.
# Behaviour: librdkafka takes 0 for 'not given' and writes the present time; 1 is written as 1. aiokafka writes both
#   as they are.
# Why it matters: articles without a date often carry epoch 0. With one client retention deletes them at once, with
#   the other they look new; a bridge from one to the other changes the date.
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
import time

from aiokafka import AIOKafkaProducer
from confluent_kafka import Producer

logging.disable(logging.CRITICAL)
BOOTSTRAP = os.environ["BOOTSTRAP"]


def told(timestamp_ms):
    return "now" if abs(timestamp_ms - time.time() * 1000) < 60_000 else timestamp_ms


async def main():
    producer = AIOKafkaProducer(bootstrap_servers=BOOTSTRAP)
    await producer.start()
    for timestamp_ms in (0, 1):
        stored = await producer.send_and_wait("articles", b"{}", timestamp_ms=timestamp_ms)
        print("aiokafka  ", timestamp_ms, "->", told(stored.timestamp))
    await producer.stop()


asyncio.run(main())
producer = Producer({"bootstrap.servers": BOOTSTRAP, "log_level": 0})
for timestamp_ms in (0, 1):
    stored = []
    producer.produce("articles", b"{}", timestamp=timestamp_ms, on_delivery=lambda _, message: stored.append(message.timestamp()[1]))
    producer.flush()
    print("librdkafka", timestamp_ms, "->", told(stored[0]))
PY

cat > "$folder/seen" <<'SEEN'
aiokafka   0 -> 0
aiokafka   1 -> 1
librdkafka 0 -> now
librdkafka 1 -> 1
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
