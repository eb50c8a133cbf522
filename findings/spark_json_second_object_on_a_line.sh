#!/usr/bin/env bash
# Finding: Spark reads one article of a line and drops the others without a word
#
# Packages: pyspark 4.0.1 (needs Java 17)
# Guess: a line that holds two JSON objects, or text after the object, is a malformed record: mode FAILFAST raises,
#   PERMISSIVE keeps it in the column of corrupt records.
# Behaviour: the first object is read, whatever follows it on the line is dropped in every mode, FAILFAST included.
#   A line with an array of objects gives a row for each.
# Why it matters: dumps written without a line feed between objects, or joined by `cat` where the last line had
#   none, lose articles: the count is smaller and nothing is reported. DuckDB reads both; orjson refuses the line.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyspark==4.0.1
export PYSPARK_PYTHON="$folder/venv/bin/python"

"$folder/venv/bin/python" - > "$folder/output" 2> "$folder/errors" <<'PY' || { tail -5 "$folder/errors"; exit 1; }
import os
import sys

from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)

LINES = {
    "two objects": '{"id":"a","body":"one"} {"id":"b","body":"two"}',
    "text after": '{"id":"a","body":"one"} and more',
    "an array": '[{"id":"a","body":"one"},{"id":"b","body":"two"}]',
}
path = os.path.join(os.environ["folder"], "in.jsonl")
for name, line in LINES.items():
    with open(path, "w") as file:
        file.write(line + "\n")
    for mode in ("PERMISSIVE", "FAILFAST"):
        rows = spark.read.schema("id string, body string, bad string").option("mode", mode)
        rows = rows.option("columnNameOfCorruptRecord", "bad").json(path).collect()
        print(name, mode, [tuple(row) for row in rows])
spark.stop()
PY

cat > "$folder/seen" <<'SEEN'
two objects PERMISSIVE [('a', 'one', None)]
two objects FAILFAST [('a', 'one', None)]
text after PERMISSIVE [('a', 'one', None)]
text after FAILFAST [('a', 'one', None)]
an array PERMISSIVE [('a', 'one', None), ('b', 'two', None)]
an array FAILFAST [('a', 'one', None), ('b', 'two', None)]
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
