#!/usr/bin/env bash
# Finding: two articles whose numeric ids have 21 digits get one id
#
# Packages: orjson 3.13.0, pandas 3.1.1, polars 2.1.0; Python's json module beside them
# Guess: a JSON reader either keeps an integer of 21 digits or refuses it.
# Behaviour: orjson gives a float, so that two ids become equal; pandas refuses some and silently keeps the lowest
#   64 bits of others, another number altogether; polars and json keep all digits.
# Why it matters: some systems number articles by date and counter. A pipeline that reads them with orjson stores
#   two articles under one id.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check orjson==3.13.0 pandas==3.1.1 polars==2.1.0

"$folder/venv/bin/python" - > "$folder/output" <<'PY'
import io
import json

import orjson
import pandas
import polars

READERS = {
    "json": lambda line: json.loads(line)["id"],
    "orjson": lambda line: orjson.loads(line)["id"],
    "pandas": lambda line: pandas.read_json(io.StringIO(line + "\n"), lines=True)["id"][0],
    "polars": lambda line: polars.read_ndjson(line.encode())["id"][0],
}
for digits in ("202405031000000000017", "202405031000000000018", "123456789012345678901"):
    for name, read in READERS.items():
        try:
            print(digits, name, read('{"id": %s}' % digits))
        except ValueError:
            print(digits, name, "refused")
PY

cat > "$folder/seen" <<'SEEN'
202405031000000000017 json 202405031000000000017
202405031000000000017 orjson 2.02405031e+20
202405031000000000017 pandas refused
202405031000000000017 polars 202405031000000000017
202405031000000000018 json 202405031000000000018
202405031000000000018 orjson 2.02405031e+20
202405031000000000018 pandas refused
202405031000000000018 polars 202405031000000000018
123456789012345678901 json 123456789012345678901
123456789012345678901 orjson 1.2345678901234568e+20
123456789012345678901 pandas 12776324570088369205
123456789012345678901 polars 123456789012345678901
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
