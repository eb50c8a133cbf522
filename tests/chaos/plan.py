"""What goes wrong, when, and to whom: a list of steps, the same for the same seed.

A step may hold others that happen while it lasts, since faults seldom come one at a time. Who is hit is drawn
when the step begins, from the replicas that live then.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

from tests.chaos.proxy import Net, NetFault
from tests.chaos.replica import Point


class Kind(StrEnum):
    KILL = "kill"
    ZOMBIE = "zombie"
    BROKER_KILL = "broker SIGKILL"
    BROKER_STOP = "broker SIGTERM"
    BROKER_FREEZE = "broker SIGSTOP"
    NET = "network"
    CHURN = "join and leave"
    TOO_LARGE = "output refused for its size"
    NOT_ALLOWED = "output refused by ACL"
    EXPIRY = "transactional ids expire"
    RETENTION = "retention past the committed offset"


BROKER_KINDS = (Kind.BROKER_KILL, Kind.BROKER_STOP, Kind.BROKER_FREEZE)


@dataclass(frozen=True)
class Step:
    """`seconds`: how long the fault lasts. `points`: one a victim; None is a SIGKILL out of the blue. `moves`:
    +1 a join, -1 a leave, with the seconds before it."""

    kind: Kind
    seconds: float = 0.0
    points: tuple[Point | None, ...] = ()
    net: NetFault | None = None
    moves: tuple[tuple[int, float], ...] = ()
    during: tuple[Step, ...] = field(default=())

    def told(self) -> str:
        words = [self.kind.value]
        if self.points:
            words.append(
                "[" + "; ".join(point.value if point else "at random" for point in self.points) + "]"
            )
        if self.net:
            words.append(f"[{self.net.kind.value}{f' {self.net.value}' if self.net.value else ''}]")
        if self.moves:
            words.append("[" + " ".join("join" if move > 0 else "leave" for move, _ in self.moves) + "]")
        if self.seconds:
            words.append(f"{self.seconds:.1f} s")
        if self.during:
            words.append("with " + " and ".join(step.told() for step in self.during))
        return " ".join(words)


@dataclass(frozen=True)
class Size:
    """Counts of a run."""

    kills_a_point: int
    kills_at_random: int
    zombies: int
    broker_each: int
    broker_seconds: tuple[float, float]
    nets: tuple[Net, ...]
    churns: int
    moves_a_churn: int
    others: tuple[Kind, ...]
    overlapping: int  # kills and zombies that happen while the broker or the network is in trouble


FULL = Size(3, 10, 10, 5, (5.0, 20.0), tuple(Net), 4, 8, (Kind.TOO_LARGE, Kind.NOT_ALLOWED, Kind.EXPIRY), 8)
SHORT = Size(0, 2, 1, 0, (4.0, 6.0), (Net.RESET,), 1, 4, (), 1)
SHORT_POINTS = 3  # kills at named points in the short form, drawn by the seed


def plan(seed: int, size: Size, session_seconds: float) -> list[Step]:
    chance = random.Random(seed)
    points: list[Point | None] = [point for point in Point for _ in range(size.kills_a_point)]
    if not points:
        points = list(chance.sample(list(Point), SHORT_POINTS))
    points += [None] * size.kills_at_random
    chance.shuffle(points)
    small: list[Step] = []
    while points:
        count = min(len(points), chance.choice((1, 2, 2, 3)))
        small.append(Step(Kind.KILL, points=tuple(points[:count])))
        del points[:count]
    for _ in range(size.zombies):
        small.append(Step(Kind.ZOMBIE, session_seconds + chance.uniform(1.5, 5.0)))
    chance.shuffle(small)
    large: list[Step] = []
    kinds = [kind for kind in BROKER_KINDS for _ in range(size.broker_each)] or [chance.choice(BROKER_KINDS)]
    for kind in kinds:
        large.append(Step(kind, chance.uniform(*size.broker_seconds)))
    for net in size.nets:
        large.append(Step(Kind.NET, chance.uniform(6.0, 12.0), net=NetFault(net, _value(chance, net))))
    for number in range(min(size.overlapping, len(large))):
        step = large[number * len(large) // size.overlapping]
        large[large.index(step)] = Step(step.kind, step.seconds, net=step.net, during=(small.pop(),))
    for _ in range(size.churns):
        large.append(Step(Kind.CHURN, moves=_moves(chance, size.moves_a_churn)))
    large += [Step(kind, 8.0) for kind in size.others if kind is not Kind.EXPIRY]
    steps = small + large
    chance.shuffle(steps)
    if Kind.EXPIRY in size.others:
        steps.insert(chance.randrange(len(steps)), Step(Kind.EXPIRY, 25.0))
        steps.append(Step(Kind.RETENTION))
    return steps


def _value(chance: random.Random, net: Net) -> int:
    match net:
        case Net.LATENCY:
            return chance.choice((200, 500, 1_000, 2_000))
        case Net.SLOW_CLOSE:
            return 3_000
        case Net.BANDWIDTH:
            return 16
        case _:
            return 0


def _moves(chance: random.Random, count: int) -> tuple[tuple[int, float], ...]:
    """Mostly joins first, so that there are more replicas than partitions for a while; as many leave again."""
    moves = [1] * (count // 2 - 1) + [chance.choice((1, -1)) for _ in range(2)]
    moves += [-1] * (count - len(moves))
    return tuple((move, chance.uniform(2.0, 5.0)) for move in moves)
