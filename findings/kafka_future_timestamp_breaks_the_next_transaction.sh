#!/usr/bin/env bash
# Finding: a record dated more than an hour ahead is refused since Kafka 4.0, and the next transaction fails as well
#
# Packages: Apache Kafka 4.1.0 (needs Java 17 and Maven), aiokafka 0.14.0
# Guess: a record's timestamp is the producer's own affair; the broker stores it. If one is refused, the transaction
#   is aborted and the next one works.
# Behaviour: the default of message.timestamp.after.max.ms is one hour since 4.0 (KIP-1030). The refused batch has
#   used its sequence numbers at the client: after the abort the next, valid record fails with
#   OutOfOrderSequenceNumber.
# Why it matters: who sets the record's timestamp to the publisher's date meets embargoed articles and wrong clocks.
#   One such article stops the producer until it is made anew.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'kill "${broker:-}" 2> /dev/null || true; wait 2> /dev/null || true; rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aiokafka==0.14.0
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

logging.disable(logging.CRITICAL)


async def main():
    producer = AIOKafkaProducer(bootstrap_servers=os.environ["BOOTSTRAP"], transactional_id="finding")
    await producer.start()
    now_ms = int(time.time() * 1000)
    for name, ahead_ms in (("30 minutes ahead", 1_800_000), ("2 hours ahead", 7_200_000), ("now", 0)):
        try:
            async with producer.transaction():
                await (await producer.send("articles", b"{}", partition=0, timestamp_ms=now_ms + ahead_ms))
            print(name, "stored")
        except Exception as error:
            print(name, type(error).__name__)
    await producer.stop()


asyncio.run(main())
PY

cat > "$folder/seen" <<'SEEN'
30 minutes ahead stored
2 hours ahead InvalidTimestampError
now OutOfOrderSequenceNumber
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
