"""What a run did and what held, as tables and as JSON."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.chaos.verifier import Final, Violations
from tests.kafka.service import ROOT

INVARIANTS = (
    "nothing lost",
    "exactly once, while it runs",
    "exactly once, at the end",
    "what was shown stays",
    "order kept",
    "verdicts are the oracle's",
    "corrections once each",
    "headers kept",
    "dead letters have a cause",
    "no open transaction",
    "recovery in time",
    "memory bounded",
    "who is asked to stop ends with 0",
    "a lost offset stops the service",
)


def commit() -> str:
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"


@dataclass
class Report:
    seed: int
    proxy: str
    violations: Violations
    commit: str = field(default_factory=commit)
    began: str = field(default_factory=lambda: time.strftime("%Y-%m-%d %H:%M", time.gmtime()))
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    exits: dict[int, int] = field(default_factory=dict)
    replicas_started: int = 0
    rss_max_mb: int = 0
    rebuilds: Counter[str] = field(default_factory=Counter)  # what the replicas logged
    final: Final | None = None

    @property
    def sound(self) -> bool:
        return self.final is not None and not any(self.violations.found.values())

    def recovery(self, share: float) -> float:
        ordered = sorted(self.recoveries) or [0.0]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def document(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "commit": self.commit,
            "began": self.began,
            "seconds": round(self.seconds),
            "proxy": self.proxy,
            "faults": dict(self.faults),
            "kills": dict(self.kills),
            "recovery_seconds": {
                "count": len(self.recoveries),
                "median": round(self.recovery(0.5), 1),
                "p90": round(self.recovery(0.9), 1),
                "max": round(max(self.recoveries, default=0.0), 1),
            },
            "exits_unasked": {str(code): count for code, count in self.exits.items()},
            "replicas_started": self.replicas_started,
            "rss_max_mb": self.rss_max_mb,
            "logged": dict(self.rebuilds),
            "final": None if self.final is None else asdict(self.final),
            "violations": {name: self.violations.found.get(name, []) for name in INVARIANTS},
            "sound": self.sound,
        }

    def print(self) -> None:
        document = self.document()
        print(
            f"\nseed {self.seed}, commit {self.commit}, {self.began} UTC, {self.seconds:.0f} s, {self.proxy}"
        )
        for title in ("faults", "kills", "exits_unasked", "logged", "recovery_seconds", "final"):
            print(f"\n{title.replace('_', ' ')}")
            for name, count in (document[title] or {}).items():
                print(f"  {name:<58} {count}")
        print(
            f"\n  {'replicas started':<58} {self.replicas_started}\n  {'largest replica, MB':<58} {self.rss_max_mb}"
        )
        print("\ninvariant")
        for name in INVARIANTS:
            several = self.violations.found.get(name, [])
            print(f"  {name:<58} {'holds' if not several else f'VIOLATED {len(several)} times'}")
            for what in several[:5]:
                print(f"      {what[:400]}")
        print(f"\n{'every invariant holds' if self.sound else 'VIOLATED'}", flush=True)
