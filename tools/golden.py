"""Writes tests/golden/golden.json: what decides a verdict, under the engine version it decides it in.

It refuses where a limit, a table, the log record or a verdict has changed since the last commit and ENGINE_VERSION is not
higher: two releases of one version must judge one log alike. Additions to the corpus, new members of `republication` and
renames are written under the same version, since every verdict is as it was.

On a branch that has raised the version already, compare with what the branch goes into:

    python -m tools.golden                        since the last commit
    python -m tools.golden --since origin/main    since that branch left
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.golden import golden
from tests.golden.digest import GOLDEN

ROOT = Path(__file__).parent.parent


def committed(since: str) -> golden.Golden | None:
    """The golden file of a commit; None where it had none."""
    name = GOLDEN.relative_to(ROOT).as_posix()
    shown = subprocess.run(["git", "show", f"{since}:{name}"], cwd=ROOT, capture_output=True, text=True)
    return golden.parsed(shown.stdout) if shown.returncode == 0 else None


def refusal(before: golden.Golden, now: golden.Golden) -> str | None:
    """Why the file may not be written, if it may not."""
    if now.version < before.version:
        return f"ENGINE_VERSION went back from {before.version} to {now.version}: logs of {before.version} would be misread."
    found = golden.decisive_since(before, now)
    if found and now.version == before.version:
        return f"Verdicts may change, and ENGINE_VERSION is still {now.version}:\n{golden.told(found)}\n{golden.REMEDY}"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--since", default="HEAD", metavar="COMMIT", help="what to compare with (HEAD)")
    since = parser.parse_args().since
    before, now = committed(since), golden.made()
    if before is not None and (said := refusal(before, now)):
        print(said, file=sys.stderr)
        return 1
    GOLDEN.write_text(now.as_json(), "utf-8")
    count = sum(map(len, now.state.values()))
    print(
        f"{GOLDEN.relative_to(ROOT)}: engine version {now.version}, {count} names in {len(now.state)} parts"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
