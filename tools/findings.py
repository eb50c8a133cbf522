"""`make findings`: run every script of `findings/` and print a table of what each saw.

A finding is behaviour of outside software that a good engineer would not guess. Each script installs pinned public
packages into a temporary folder, runs them without Wirecopy on input of our own, and fails if what it sees has
changed. They need the package registries, some need Java 17 and Maven, and all together take minutes, so they are no
part of the tests or of CI. Exit code 1 if any of them failed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "findings"
SECONDS_MAX = 900
_TITLE = re.compile(r"^# Finding: (.*(?:\n#   .*)*)", re.MULTILINE)


def title_of(script: str) -> str:
    """The sentence after `# Finding:`, on one line."""
    found = _TITLE.search(script)
    if found is None:
        raise ValueError("a finding opens with a line `# Finding: …`")
    return re.sub(r"\n#\s+", " ", found[1])


def run(path: Path) -> tuple[bool, float, str]:
    """(unchanged, seconds, what it printed)."""
    started = time.monotonic()
    try:
        done = subprocess.run(
            ["bash", str(path)], capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )
        unchanged, output = done.returncode == 0, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        unchanged, output = False, f"not done after {SECONDS_MAX} s"
    return unchanged, time.monotonic() - started, output


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the findings and print a table.")
    parser.add_argument("names", nargs="*", help="only these (without .sh)")
    names = set(parser.parse_args().names)
    scripts = [path for path in sorted(FOLDER.glob("*.sh")) if not names or path.stem in names]
    failed = 0
    for path in scripts:
        unchanged, seconds, output = run(path)
        print(f"{'unchanged' if unchanged else 'CHANGED':9}  {seconds:4.0f} s  {path.stem}")
        print(f"{'':19}{title_of(path.read_text('utf-8'))}", flush=True)
        if not unchanged:
            failed += 1
            print(output, file=sys.stderr)
    print(f"{len(scripts) - failed} unchanged, {failed} changed")
    return 1 if failed or not scripts else 0


if __name__ == "__main__":
    sys.exit(main())
