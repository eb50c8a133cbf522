#!/usr/bin/env bash
# Finding: Spark's xxhash64 skips nulls and starts at 42, so different rows share a hash
#
# Packages: pyspark 4.0.1 (needs Java 17), xxhash 4.1.0
# Guess: xxhash64(publisher, body) tells rows with a missing publisher from rows with a missing body, and
#   xxhash64(body) is XXH64 of the text.
# Behaviour: a null leaves the running hash as it is: (null, 'x'), ('x', null) and ('x') are one hash, and the hash
#   of null is the seed, 42. The hash of a text is XXH64 with seed 42, not 0; the integer 1 and the bigint 1 differ.
# Why it matters: used as a key to drop duplicates, rows with different missing columns fall together; a digest
#   computed elsewhere with the default seed never matches.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyspark==4.0.1 xxhash==4.1.0
export PYSPARK_PYTHON="$folder/venv/bin/python"

"$folder/venv/bin/python" - > "$folder/output" 2> "$folder/errors" <<'PY' || { tail -5 "$folder/errors"; exit 1; }
import xxhash
import os
import sys

from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)

row = spark.sql(
    "SELECT xxhash64('x') a, xxhash64('x', CAST(NULL AS STRING)) b, xxhash64(CAST(NULL AS STRING), 'x') c,"
    " xxhash64(CAST(NULL AS STRING)) d, xxhash64(1) e, xxhash64(CAST(1 AS BIGINT)) f"
).collect()[0]


def signed(digest):
    return digest - (1 << 64) if digest >> 63 else digest



print("x | x, null | null, x equal:", row.a == row.b == row.c)
print("null alone:", row.d)
print("XXH64 with seed 0:", row.a == signed(xxhash.xxh64_intdigest(b"x")))
print("XXH64 with seed 42:", row.a == signed(xxhash.xxh64_intdigest(b"x", seed=42)))
print("int 1 and bigint 1 equal:", row.e == row.f)
spark.stop()
PY

cat > "$folder/seen" <<'SEEN'
x | x, null | null, x equal: True
null alone: 42
XXH64 with seed 0: False
XXH64 with seed 42: True
int 1 and bigint 1 equal: False
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
