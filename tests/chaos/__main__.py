"""`make chaos`: the real service, several replicas of it, on a real broker, with everything going wrong.

    python -m tests.chaos [--seed 4711] [--short] [--own-proxy] [--json FILE]

The plan is printed first; one seed gives the same plan again. Exit code 1 where an invariant was violated.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.run import Run, RunOptions


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, help="without it, from the clock")
    parser.add_argument("--short", action="store_true", help="some minutes instead of half an hour")
    parser.add_argument(
        "--own-proxy", action="store_true", help="our own proxy even where toxiproxy is built"
    )
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="only the steps whose line holds one of these, by commas"
    )
    parser.add_argument("--plan-only", action="store_true", help="print the plan and end")
    parser.add_argument("--json", type=Path, help="write the report there too")
    parser.add_argument("--keep", type=Path, help="work in this folder and keep it (logs of all replicas)")
    given = parser.parse_args()
    seed = int(time.time()) if given.seed is None else given.seed
    options = RunOptions(seed, short=given.short, own_proxy=given.own_proxy, only=given.only)
    with tempfile.TemporaryDirectory(prefix="wirecopy-chaos-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        run = Run(options, folder)
        run.print_plan()
        if given.plan_only:
            return 0
        report = run.run()
    report.print()
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(report.document(), indent=1, ensure_ascii=False) + "\n")
    return 0 if report.sound else 1


if __name__ == "__main__":
    sys.exit(main())
