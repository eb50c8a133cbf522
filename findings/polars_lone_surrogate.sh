#!/usr/bin/env bash
# Finding: polars turns half of a surrogate pair into a NUL character
#
# Packages: polars 2.1.0, orjson 3.13.0, duckdb 2.0.1; Python's json module beside them
# Guess: a lone \\ud83d in a JSON string (valid by the grammar of RFC 8259, left behind where a writer cuts a text
#   inside a pair) is refused, kept or replaced by U+FFFD.
# Behaviour: polars reads U+0000; json keeps the surrogate; orjson and DuckDB refuse the line. Of two equal keys
#   polars takes the first, orjson and json the last, DuckDB refuses.
# Why it matters: NUL is a control character that PostgreSQL refuses in text and that cuts a C string; teasers cut
#   at a fixed length inside a pair are common.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 orjson==3.13.0 duckdb==2.0.1

"$folder/venv/bin/python" - > "$folder/output" <<'PY'
import json
import os
import tempfile

import duckdb
import orjson
import polars

os.chdir(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))


def of_duckdb(line):
    with open("one.jsonl", "w") as file:
        file.write(line + "\n")
    return duckdb.sql("FROM read_json('one.jsonl')").fetchall()[0][0]


READERS = {
    "json": lambda line: json.loads(line)["body"],
    "orjson": lambda line: orjson.loads(line)["body"],
    "polars": lambda line: polars.read_ndjson(line.encode())["body"][0],
    "duckdb": of_duckdb,
}
for name, line in {
    "surrogate": '{"body": "Pier \\ud83d closed"}',
    "two keys": '{"body": "first", "body": "second"}',
}.items():
    for reader, read in READERS.items():
        try:
            print(name, reader, ascii(read(line)))
        except Exception:
            print(name, reader, "refused")
PY

cat > "$folder/seen" <<'SEEN'
surrogate json 'Pier \ud83d closed'
surrogate orjson refused
surrogate polars 'Pier \x00 closed'
surrogate duckdb refused
two keys json 'second'
two keys orjson 'second'
two keys polars 'first'
two keys duckdb refused
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
