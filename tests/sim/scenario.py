"""One simulated run: a seed decides the world, the articles, the faults and the order of everything.

The pipeline, the engine and the codec are the real ones, composed as `run` composes them. The raw topic is
filled while replicas come, go, freeze and die; then the faults stop, whoever is down is started again,
and within RECOVERY_SECONDS_MAX all must be published. What must hold then is in checks.py.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.sim.articles import START_MS, Stream
from tests.sim.loop import REPLICA, SimLoop
from tests.sim.network import Conditions, Network, Point
from tests.sim.sim_backend import Group, SimBackend, SimOutputs, TransactionLog
from tests.sim.snapshot import Snapshot, inherit, restored, snapshot_of
from wirecopy.core.engine import Engine, Proposal, enrich
from wirecopy.core.model import Outcome, RawArticle, RawPosition, Rejected, Verdict
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw, encode_correction, encode_enriched
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker, Step
from wirecopy.shell.errors import FatalError, UnavailableError
from wirecopy.shell.observe.events import StateRefusal, Telemetry
from wirecopy.shell.options import PipelineOptions, StateOptions
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.ports import Backend, ProposalPort, Steps, TopicPartition
from wirecopy.shell.state.persistent_engine import PersistentEngine

RAW, ENRICHED, DEAD, CORRECTIONS, LOG = (
    "articles.raw",
    "articles.enriched",
    "articles.dead",
    "articles.corrections",
    "articles.fingerprints",
)
RECOVERY_SECONDS_MAX = 60.0
FIELDS = FieldPaths()


def decode(value: bytes | None, position: RawPosition) -> RawArticle | Rejected:
    return decode_raw(value, position, FIELDS, {})


def judge(proposal: ProposalPort, outcome: Outcome) -> Verdict:
    assert isinstance(proposal, Proposal)
    return enrich(proposal, outcome)


STEPS = Steps(
    decode=decode, enrich=judge, encode_enriched=encode_enriched, encode_correction=encode_correction
)


@dataclass(slots=True)
class Plan:
    """What a seed decides before the run begins."""

    seed: int
    partitions: int
    replicas: int
    articles: int
    embedded: bool  # the embedded log itself; else a backend that behaves as Kafka does
    seconds: float  # over which the articles come
    window_ms: int
    unreadable_share: float
    conditions: Conditions
    options: PipelineOptions
    faults: list[tuple[float, str]]


def planned(seed: int, scale: int = 1) -> Plan:
    """The plan of a seed. `scale` multiplies what comes, and what goes wrong."""
    chance = random.Random(seed)
    embedded = chance.random() < 0.2
    seconds = chance.choice((0.5, 2.0, 6.0)) * scale
    harsh = chance.choice((0.0, 0.02, 0.06, 0.15))
    conditions = Conditions(
        lost=harsh * chance.random(),
        unanswered=harsh * chance.random(),
        late=harsh * chance.random(),
        delay_max=chance.choice((0.0, 0.004, 0.05)),
    )
    poll_records_max = chance.choice((1, 3, 8))
    options = PipelineOptions(
        poll_timeout_ms=500,
        poll_records_max=poll_records_max,
        follow_records_max=chance.choice((1, 5, 50)),
        transaction_records_max=chance.choice((1, 3, 20)),
        transaction_bytes_max=chance.choice((3_000, 1 << 20)),
        in_flight_records_max=poll_records_max + chance.choice((0, 4, 50)),
        in_flight_bytes_max=chance.choice((6_000, 1 << 20)),
        inline_bytes_max=chance.choice((0, 1 << 20)),
        inline_replays_max=chance.choice((0, 3, 1000)),
        outcome_timeout_ms=3_000,
        revoke_timeout_ms=800,
        stop_timeout_ms=chance.choice((200, 4_000)),
        progress_timeout_ms=50_000,
        retry_delay_ms=chance.choice((20, 300)),
        retry_delay_ms_max=600,
        fenced_delay_ms=600,
        fenced_again_within_ms=0,
        reassignments_max=1_000,
    )
    kinds = (
        "kill",
        "crash",
        "crash",
        "stop",
        "freeze",
        "doze",
        "join",
        "poison",
        "again",
        "snapshot",
        "slow",
    )
    count = chance.choice((0, 1, 2, 4)) * scale
    faults = sorted((chance.random() * seconds * 1.2, chance.choice(kinds)) for _ in range(count))
    return Plan(
        seed=seed,
        partitions=chance.choice((1, 1, 2, 3)),
        replicas=chance.choice((1, 2, 2, 3)),
        articles=chance.choice((4, 8, 12)) * scale,
        embedded=embedded,
        seconds=seconds,
        window_ms=chance.choice((1_500, 3_600_000, 3_600_000)),
        unreadable_share=chance.choice((0.03, 0.06, 0.3)),
        conditions=conditions,
        options=options,
        faults=faults,
    )


@dataclass(slots=True)
class Replica:
    """One process: from its start to its death or stop. A restart is another one."""

    number: int
    pipeline: Pipeline
    held: Engine | PersistentEngine
    stop: asyncio.Event
    task: asyncio.Task[None]
    raised: list[Exception]
    alive: bool = True

    @property
    def engine(self) -> Engine:
        return self.held.engine if isinstance(self.held, PersistentEngine) else self.held

    @property
    def running(self) -> bool:
        return self.alive and not self.task.done()


class World:
    """All there is in one run."""

    def __init__(self, plan: Plan, loop: SimLoop, chance: random.Random) -> None:
        self.plan = plan
        self.loop = loop
        self.chance = chance
        self.network = Network(loop, chance, plan.conditions)
        self.network.on_crash = self._crashed
        hook = self._hook if plan.embedded else None
        clock = lambda: START_MS + int(loop.now * 1000)  # noqa: E731
        self.broker = MemoryBroker(clock, hook) if hook else MemoryBroker(clock)
        self.backend = MemoryBackend(self.broker)
        self.backend.create_topics(plan.partitions)
        self.transactions = TransactionLog(self.backend, self.network)
        self.group = Group(self.backend, self.network)
        self.replicas: list[Replica] = []
        self.snapshots: list[Snapshot] = []
        self.wrongs: list[str] = []
        self.fatal: list[str] = []
        self.calm = False
        self.shards = 1
        self.state_root: Path | None = None  # where replicas keep their state; None: nowhere
        self.make_engine: Callable[[int], Engine] = lambda window_ms: Engine(
            window_ms=window_ms, shards=self.shards
        )
        self.make_outputs: Callable[[SimBackend], SimOutputs] = SimOutputs

    # ---- replicas
    def start(self) -> None:
        """A process starts: with an empty index, or one that was saved."""
        number = len(self.replicas)
        engine = self._engine_for(number)
        raised: list[Exception] = []
        backend: Backend = self.backend
        if not self.plan.embedded:
            backend = SimBackend(
                number, self.backend, self.network, self.transactions, self.group, raised, self.make_outputs
            )
        context = contextvars.copy_context()
        context.run(REPLICA.set, number)
        pipeline = Pipeline(
            backend,
            engine,
            STEPS,
            self.plan.options,
            SimTelemetry(self),
            wall_clock_ms=self.broker.clock_ms,
            state=engine if isinstance(engine, PersistentEngine) else None,
        )
        stop = asyncio.Event()
        task = self.loop.create_task(pipeline.run(stop), context=context)
        self.replicas.append(Replica(number, pipeline, engine, stop, task, raised))

    def _engine_for(self, number: int) -> Engine | PersistentEngine:
        """An empty one, or one that begins with what was saved, by itself or by another replica."""
        if self.state_root is None:
            saves = self.snapshots
            saved = self.chance.choice(saves) if saves and self.chance.random() < 0.7 else None
            return self.make_engine(self.plan.window_ms) if saved is None else restored(saved)
        directory = self.state_root / f"{number:03d}"
        if number and self.chance.random() < 0.8:
            inherit(self.state_root / f"{self.chance.randrange(number):03d}", directory, self.chance)
        options = StateOptions(
            directory,
            LOG,
            self.plan.window_ms,
            snapshot_interval_ms=self.chance.choice((100, 1_000)),
            snapshots_kept=self.chance.choice((1, 2)),
            fork=False,
        )
        return PersistentEngine(options, SimTelemetry(self))

    def _running(self) -> list[Replica]:
        return [replica for replica in self.replicas if replica.running]

    def _crashed(self, number: int) -> None:
        self.replicas[number].alive = False

    async def kill(self, replica: Replica) -> None:
        replica.alive = False
        if self.plan.embedded:  # its group waits for everybody: what dies there is cancelled
            replica.task.cancel()
            await asyncio.wait([replica.task])
        else:
            self.loop.kill(replica.number)

    # ---- faults
    async def _hook(self, step: Step, partition: TopicPartition) -> None:
        """The embedded log's network."""
        conditions = self.network.conditions
        await asyncio.sleep(self.chance.random() * conditions.delay_max)
        if self.chance.random() < conditions.lost + conditions.unanswered:
            self.network.events[f"failed: {step.value}"] += 1
            raise UnavailableError(f"{step.value} failed")

    async def fault(self, kind: str) -> None:
        """One thing goes wrong, or at least changes."""
        chance, loop, running = self.chance, self.loop, self._running()
        if kind == "join" and len(running) < 4:
            self.start()
            self.network.events["fault: join"] += 1
            return
        if not running:
            self.start()
            return
        replica = chance.choice(running)
        match kind:
            case "kill":
                await self.kill(replica)
                await asyncio.sleep(chance.random())
                self.start()
            case "crash" if not self.plan.embedded:
                point = chance.choice(list(Point))
                self.network.crash_at[replica.number] = (point, chance.randrange(3))
            case "stop":
                replica.stop.set()
                if chance.random() < 0.5:
                    self.start()
            case "freeze" | "doze" if not self.plan.embedded:
                loop.freeze(replica.number)
                await asyncio.sleep(6.5 * chance.random() if kind == "freeze" else chance.random())
                if replica.alive:
                    loop.thaw(replica.number)
            case "poison":
                self.broker.produce(LOG, 0, self._poison())
            case "again":
                log = self.broker.read(LOG, 0)
                if log:
                    self.broker.produce(LOG, 0, chance.choice(log).value)
            case "snapshot":
                self.snapshots.append(snapshot_of(replica.engine))
            case "slow":
                self.network.slow[replica.number] = chance.choice((0.1, 1.0))
        self.network.events[f"fault: {kind}"] += 1

    def _poison(self) -> bytes:
        """What another writer may put on the log."""
        log = self.broker.read(LOG, 0)
        value = (self.chance.choice(log).value or b"WC") if log else b"WC"
        at = self.chance.randrange(len(value))
        return self.chance.choice((b"", b"another's", value[:at], value[:at] + b"?" + value[at + 1 :]))

    # ---- the run
    async def run(self) -> None:
        for _ in range(self.plan.replicas):
            self.start()
        faults = [asyncio.create_task(self._fault_at(at, kind)) for at, kind in self.plan.faults]
        await self._produce()
        for fault in faults:
            await fault
        await self._clear_up()
        await self._recover()
        await self._end()

    async def _fault_at(self, at: float, kind: str) -> None:
        await asyncio.sleep(at)
        await self.fault(kind)

    async def _produce(self) -> None:
        stream = Stream(random.Random(self.plan.seed), self.plan.unreadable_share)
        for number in range(self.plan.articles):
            await asyncio.sleep(self.chance.random() * 2 * self.plan.seconds / self.plan.articles)
            self.broker.produce(
                RAW,
                self.chance.randrange(self.plan.partitions),
                stream.next(),
                b"key %d" % number,
                (("trace", b"%d" % number), ("empty", None)),
            )

    async def _clear_up(self) -> None:
        """The faults stop; who is down is started."""
        self.calm = True
        self.network.conditions = Conditions()
        self.network.crash_at.clear()
        self.network.slow.clear()
        if not self._running():
            self.start()

    def published(self) -> int:
        broker = self.broker
        ends = [broker.bounds(TopicPartition(ENRICHED, n))[1] for n in range(broker.partitions(ENRICHED))]
        return sum(ends) + broker.bounds(TopicPartition(DEAD, 0))[1]

    async def _recover(self) -> None:
        give_up_at = self.loop.now + RECOVERY_SECONDS_MAX
        while self.published() < self.plan.articles or not self._caught_up():
            if self.loop.now > give_up_at:
                waits = [line for r in self._running() for line in r.pipeline.health().waits]
                self.wrongs.append(
                    f"{self.published()} of {self.plan.articles} published {RECOVERY_SECONDS_MAX:.0f} s after"
                    " the last fault; waits: " + "; ".join(waits)
                )
                return
            if not self._running():
                self.start()
            await asyncio.sleep(0.1)

    def _caught_up(self) -> bool:
        end = self.broker.bounds(TopicPartition(LOG, 0))[1]
        running = [replica for replica in self._running() if not replica.stop.is_set()]
        return bool(running) and all(replica.engine.stats().log_offset == end for replica in running)

    async def _end(self) -> None:
        """Everybody stops; what is still on its way arrives."""
        running = self._running()
        for replica in running:
            replica.stop.set()
        if running:
            await asyncio.wait([replica.task for replica in running], timeout=20)
        for replica in self.replicas:
            if replica.running:
                self.wrongs.append(f"replica {replica.number} did not stop within 20 s")
            if replica.task.done() and not replica.task.cancelled() and replica.task.exception() is not None:
                self._look_at_end(replica)
            self.wrongs += [f"the listener raised {error!r}" for error in replica.raised]
        await asyncio.sleep(10)
        self.wrongs += [f"unhandled: {context}" for context in self.loop.errors]

    def _look_at_end(self, replica: Replica) -> None:
        """A process may end itself with a sentence; it may not end by a fault of its own."""
        error = replica.task.exception()
        if not isinstance(error, FatalError) or " failed: " in str(error):
            self.wrongs.append(f"replica {replica.number} ended with {error!r}")
        else:
            self.fatal.append(str(error))


class SimTelemetry(Telemetry):
    """Faults of our own on a record are violations: no article here may cause one."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def state_refused(self, reason: StateRefusal, name: str, detail: str) -> None:
        self._world.network.events[f"state refused: {reason}"] += 1

    def state_restored(self, articles: int, log_offset: int, seconds: float, cpu_seconds: float) -> None:
        self._world.network.events["state restored"] += 1

    def snapshot_taken(
        self, log_offset: int, seconds: float, paused_seconds: float, size_bytes: int, written_bytes: int
    ) -> None:
        self._world.network.events["state saved"] += 1

    def internal_fault(self, position: RawPosition, error: BaseException) -> None:
        self._world.wrongs.append(f"a fault of our own on {position}: {error!r}")
