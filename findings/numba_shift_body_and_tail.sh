#!/usr/bin/env bash
# Finding: one shift by 64 gives two results in one compiled loop, by the element's place
#
# Packages: numba 0.68.1, numpy 2.4.6
# Guess: numba follows NumPy, where a shift of a 64-bit integer by 64 or more gives 0; or it follows the processor,
#   which shifts by the count modulo 64. Either way every element is treated alike.
# Behaviour: the vectorised body of the loop gives 0, the rest at its end and a single call shift by the count
#   modulo 64. So the value of an element depends on how many follow it.
# Why it matters: decoders of variable-length integers shift by 7 times the byte's number: a tenth byte shifts by
#   63, a damaged eleventh by 70. A test on one value proves nothing about a loop: bound the count before the shift.
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
def each(values, counts):
    out = np.empty_like(values)
    for i in range(len(values)):
        out[i] = values[i] << counts[i]
    return out


@numba.njit
def one(value, count):
    return value << count


for size in (1, 2, 16, 18):
    values, counts = np.full(size, 5, np.uint64), np.full(size, 64, np.uint64)
    print(size, "numpy", sorted(set((values << counts).tolist())), "numba", each(values, counts).tolist()[-3:])
print("one", one(np.uint64(5), np.uint64(64)))
PY

cat > "$folder/seen" <<'SEEN'
1 numpy [0] numba [5]
2 numpy [0] numba [5, 5]
16 numpy [0] numba [0, 0, 0]
18 numpy [0] numba [0, 5, 5]
one 5
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
