#!/usr/bin/env bash
# Finding: an unsigned and a signed integer give a signed one by +, and a float by max
#
# Packages: numba 0.68.1, numpy 2.4.6
# Guess: a compiled function unifies uint64 and int64 to one type, the same for every operation: float64, as NumPy's
#   scalars do, or uint64.
# Behaviour: arithmetic gives int64 and wraps, so that half of 2**63 + 2 is negative; max, and a variable that two
#   branches set, give float64 and lose the low digits.
# Why it matters: hashes are uint64 and positions int64. A test with small numbers passes either way; the sign or
#   the low bits go wrong only with large hashes.
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
def added(a, b):
    return a + b


@numba.njit
def halved(a, b):
    return a // b


@numba.njit
def largest(a, b):
    return max(a, b)


@numba.njit
def chosen(a, b, first):
    value = b
    if first:
        value = a
    return value


big, two = np.uint64(2**63 + 2), np.int64(2)
print("a + b  ", added(big, two))
print("a // b ", halved(big, two))
print("max    ", largest(big, two))
print("branch ", chosen(big, two, True))
PY

cat > "$folder/seen" <<'SEEN'
a + b   -9223372036854775804
a // b  -4611686018427387903
max     9.223372036854776e+18
branch  9.223372036854776e+18
SEEN
cat "$folder/output"
diff "$folder/seen" "$folder/output" && echo "unchanged"
