"""`make audit`, and a part of `make check`: the locked dependencies against the public lists of vulnerabilities.

A vulnerability that is found fails. Where the service that knows them is out of reach, or does not answer in time,
a message says so and nothing fails: a change of ours must not wait for another's outage.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = "requirements/run.lock"
SECONDS_MAX = 60
UNREACHABLE = (
    "ConnectionError",
    "ServiceError",
    "Max retries",
    "timed out",
    "Failed to resolve",
    "ProxyError",
)


def main() -> int:
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner=off",
    ]
    try:
        done = subprocess.run(
            [*command, "-r", LOCK],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"make audit: the service did not answer within {SECONDS_MAX} s; nothing was audited.")
        return 0
    if done.returncode != 0 and any(word in done.stderr for word in UNREACHABLE):
        print("make audit: the service cannot be reached from here; nothing was audited.")
        return 0
    missed, locked = done.stdout.count("could not be audited"), (ROOT / LOCK).read_text("utf-8").count("==")
    if missed:  # a mirror of the package index without its list of vulnerabilities
        print(f"make audit: {missed} of about {locked} packages are unknown to the service.")
    if missed == 0 or done.returncode:
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
