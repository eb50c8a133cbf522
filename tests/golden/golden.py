"""The golden file: the engine version, and what decides a verdict under it. What has moved since, and what to do about it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.golden.digest import GOLDEN, PARTS, State, members, verdicts

VERSION_AT = "service/wirecopy/core/fingerprint/record.py"
REMEDY = f"""
If this is meant to change verdicts: raise ENGINE_VERSION in {VERSION_AT}, then run `python -m tools.golden`.
If it only adds to the corpus, or moves and renames a table: run `python -m tools.golden`; the version stays.
If it is not meant to change anything: it does. Undo it. See CONTRIBUTING.md, Changes that can alter a verdict.
"""
_SHOWN_MAX = 12


@dataclass(frozen=True, slots=True)
class Golden:
    """`members`: the paths of `republication` that its digests of published records cover."""

    version: int
    members: list[str]
    state: State

    def as_json(self) -> str:
        value = {"engine_version": self.version, "members": self.members, **self.state}
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Move:
    """A name of a part whose value is another one; None where it was not there, or is no more."""

    part: str
    name: str
    was: Any
    now: Any

    def __str__(self) -> str:
        was, now = ("nothing" if one is None else one for one in (self.was, self.now))
        return f"{self.part}: {self.name}: {was} -> {now}"


def parsed(text: str) -> Golden:
    value = json.loads(text)
    return Golden(value.pop("engine_version"), value.pop("members"), value)


def held() -> Golden:
    """What the golden file says."""
    return parsed(GOLDEN.read_text("utf-8"))


def made() -> Golden:
    """What the code does."""
    from wirecopy.core.fingerprint.record import ENGINE_VERSION

    return Golden(ENGINE_VERSION, members(), {part: make() for part, make in PARTS.items()})


def moves(before: Mapping[str, Any], after: Mapping[str, Any], part: str) -> list[Move]:
    """Every difference in a part."""
    names = dict.fromkeys((*before, *after))
    return [
        Move(part, name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def decisive(found: list[Move]) -> list[Move]:
    """The moves that are more than additions and renames: a value that changed, or is gone for good."""
    added = Counter(json.dumps(move.now) for move in found if move.was is None)
    kept = []
    for move in found:
        if move.was is None:
            continue
        if move.now is None and added[json.dumps(move.was)]:
            added[json.dumps(move.was)] -= 1  # under another name now
            continue
        kept.append(move)
    return kept


def decisive_since(before: Golden, now: Golden) -> list[Move]:
    """What has changed and asks for a higher version. Members that are new in `republication` do not: without them,
    every record must be as it was."""
    gone = [Move("members", name, name, None) for name in before.members if name not in now.members]
    state = dict(now.state)
    if before.members != now.members:
        state["verdicts"] = verdicts(before.members)
    return gone + [
        move
        for part in (before.state | state)
        for move in decisive(moves(before.state.get(part, {}), state.get(part, {}), part))
    ]


def told(found: list[Move]) -> str:
    """The moves, a line each, and how many more there are."""
    lines = [f"  {move}" for move in found[:_SHOWN_MAX]]
    if len(found) > _SHOWN_MAX:
        lines.append(f"  and {len(found) - _SHOWN_MAX} more")
    return "\n".join(lines)
