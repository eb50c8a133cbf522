#!/usr/bin/env bash
# Finding: DuckDB's read_json rewrites ids that look like UUIDs and drops the offset of a time
#
# Packages: duckdb 2.0.1
# Guess: JSON strings come out of `COPY (SELECT * FROM read_json(...)) TO ... (FORMAT json)` as they went in.
# Behaviour: a column whose strings look like UUIDs becomes UUID, and capitals become small letters; a time with an
#   offset becomes an instant in UTC and loses offset and form.
# Why it matters: an id is compared byte for byte: the copy of a dump no longer joins with the articles it was made
#   from. `columns=` or `all_varchar` keeps strings.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1

"$folder/venv/bin/python" - > "$folder/output" <<'PY'
import os
import tempfile

import duckdb

os.chdir(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))
line = '{"id":"6F9619FF-8B86-D011-B42D-00C04FC964FF","published_at":"2024-05-03T10:00:00-05:00","body":"Ferry."}'
with open("in.jsonl", "w") as file:
    file.write(line + "\n")
duckdb.sql("SET TimeZone = 'UTC'")
duckdb.sql("COPY (SELECT * FROM read_json('in.jsonl')) TO 'out.jsonl' (FORMAT json)")
print("in ", line)
print("out", open("out.jsonl").read().strip())
PY

cat > "$folder/seen" <<'SEEN'
in  {"id":"6F9619FF-8B86-D011-B42D-00C04FC964FF","published_at":"2024-05-03T10:00:00-05:00","body":"Ferry."}
out {"id":"6f9619ff-8b86-d011-b42d-00c04fc964ff","published_at":"2024-05-03 15:00:00+00","body":"Ferry."}
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
