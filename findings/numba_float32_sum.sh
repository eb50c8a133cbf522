#!/usr/bin/env bash
# Finding: numba's sum of float32 is wrong by 9 % where NumPy's is right to seven digits
#
# Packages: numba 0.68.1, numpy 2.4.6
# Guess: `array.sum()` in a compiled function adds as NumPy's does.
# Behaviour: NumPy adds pairwise; numba's sum keeps one float32 accumulator, which stops growing rightly once it is
#   large beside its addends. `mean` follows it.
# Why it matters: scores and lengths are often kept as float32 to save memory; an average over ten million of them
#   is off by 9 % once the loop around it is compiled.
# Seen: the lines at SEEN below. The script fails if they change.
set -euo pipefail
export folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numba==0.68.1 numpy==2.4.6

"$folder/venv/bin/python" - > "$folder/output" <<'PY'
import numba
import numpy as np


@numba.njit
def compiled(values):
    return values.sum(), values.mean()


values = np.full(10_000_000, 0.1, np.float32)
total, mean = compiled(values)
print(f"numpy sum {values.sum():.0f} mean {values.mean():.3f}")
print(f"numba sum {total:.0f} mean {mean:.3f}")
PY

cat > "$folder/seen" <<'SEEN'
numpy sum 1000000 mean 0.100
numba sum 1087937 mean 0.109
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
