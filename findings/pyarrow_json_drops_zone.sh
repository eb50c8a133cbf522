#!/usr/bin/env bash
# Finding: pyarrow's JSON reader drops the zone of a time
#
# Packages: pyarrow 26.0.1
# Guess: a column of ISO 8601 times that all end in Z becomes timestamp with zone UTC, or stays text.
# Behaviour: it becomes a timestamp without a zone; a time with another offset is moved to UTC first, and the type
#   does not say so; a bare day becomes midnight. The CSV reader of the same release keeps zone and day.
# Why it matters: the Parquet written from it says 'local time'. A reader that treats local time as unknown loses
#   the order of publication; one that takes its own zone moves it by hours.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1

"$folder/venv/bin/python" - > "$folder/output" <<'PY'
import io

import pyarrow.csv
import pyarrow.json

for name, value in {"Z": "2024-05-03T10:00:00Z", "offset": "2024-05-03T10:00:00+02:00", "day": "2024-05-03"}.items():
    record = '{"t": "%s"}\n' % value
    table = "t\n%s\n" % value
    for reader, column in (
        ("json", pyarrow.json.read_json(io.BytesIO(record.encode()))["t"]),
        ("csv", pyarrow.csv.read_csv(io.BytesIO(table.encode()))["t"]),
    ):
        print(name, reader, column.type, column[0])
PY

cat > "$folder/seen" <<'SEEN'
Z json timestamp[s] 2024-05-03 10:00:00
Z csv timestamp[s, tz=UTC] 2024-05-03 10:00:00+00:00
offset json timestamp[s] 2024-05-03 08:00:00
offset csv timestamp[s, tz=UTC] 2024-05-03 08:00:00+00:00
day json timestamp[s] 2024-05-03 00:00:00
day csv date32[day] 2024-05-03
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
