"""Processes that decode and propose, for one engine that replays.

What turns raw bytes into a log record changes nothing and needs no index (law 2), so on one host it can go on in
as many processes as there are cores while a single engine, with a single index, applies the records in order.
Threads serve worse: most of this work holds the interpreter. The obvious other, an engine a process, would hold
the index once a core.

A batch goes out as the lines' bytes and comes back as plain values (core/fingerprint/transfer.py), pickled once in the worker,
so that no thread of the owner's process spends time on what it only passes on. Workers are spawned, not forked: a
fork would copy the owner's threads' locks. They leave SIGINT to the owner, who shuts them down.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from threading import Lock

from wirecopy.core.fingerprint.propose import Proposal, propose
from wirecopy.core.fingerprint.transfer import Transfer, from_transfer, to_transfer
from wirecopy.core.model import RawPosition, Rejected, RejectReason
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw

_POOLS_A_BATCH_MAX = 3  # a batch is tried with: it may be what kills them
_BATCH_RECORDS_MIN = 8  # a part handed to one worker: fewer are not worth the way

RawInput = tuple[bytes | None, RawPosition]  # a raw record's value, and where it lies


class Fault(Rejected):
    """A record on which our own code failed, and how: `error` is the exception's type alone, since its text may
    hold the article's."""

    error: str


class WorkerDiedError(Exception):
    """A worker process ended before its batch was done: killed, or out of memory."""

    def __init__(self) -> None:
        super().__init__(
            "a worker process died: it was killed, or the system ran out of memory. "
            "Lower WIRECOPY_FINGERPRINT_WORKERS or add memory"
        )


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a worker decodes by: set once in each, when it starts."""

    fields: FieldPaths
    aliases: Mapping[str, str]


_bound: list[_Bound] = []  # the one of this worker process; empty in the owner's


def _begin(fields: FieldPaths, aliases: dict[str, str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound[:] = [_Bound(fields, aliases)]


def internal_fault(fault: BaseException) -> Fault:
    """A fault of our own code on one record, as a value."""
    error = type(fault).__name__
    return Fault(RejectReason.INTERNAL, f"internal error, please report it: {error}: {fault}", error)


def _fingerprinted(batch: Sequence[tuple[bytes | None, str, int, int]]) -> bytes:
    """In the worker: what came of each record, pickled: `Transfer`, or reason, detail and error of a
    rejection."""
    bound = _bound[0]
    results: list[Transfer | tuple[str, str, str]] = []
    for value, topic, partition, offset in batch:
        try:
            article = decode_raw(value, RawPosition(topic, partition, offset), bound.fields, bound.aliases)
            if not isinstance(article, Rejected):
                results.append(to_transfer(propose(article), value or b""))
                continue
        except Exception as fault:  # one record must not cost its batch
            article = internal_fault(fault)
        error = article.error if isinstance(article, Fault) else ""
        results.append((article.reason.value, article.detail, error))
    return pickle.dumps(results, protocol=pickle.HIGHEST_PROTOCOL)


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch that was handed out."""

    inputs: Sequence[RawInput]
    future: Future[bytes]

    def results(self) -> list[Proposal | Rejected]:
        """What came of each record, in order; waits. WorkerDiedError where a worker died."""
        try:
            rows = pickle.loads(self.future.result())  # noqa: S301 - our own worker's bytes
        except BrokenProcessPool as death:
            raise WorkerDiedError from death
        return list(self._restored(rows))

    def _restored(self, rows: list[Transfer | tuple[str, str, str]]) -> Iterator[Proposal | Rejected]:
        for (value, position), row in zip(self.inputs, rows, strict=True):
            if len(row) == 3:
                reason, detail, error = RejectReason(row[0]), row[1], row[2]
                yield Fault(reason, detail, error) if error else Rejected(reason, detail)
            else:
                yield from_transfer(row, value or b"", position)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """SIGINT waits, and a process that is started meanwhile never gets it, not even before `_begin`."""
    resource_tracker.ensure_running()  # would lift the block when it starts the tracker
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class WorkerPool:
    """So many worker processes; a context that ends them. Safe to hand out from several threads."""

    def __init__(self, workers: int, fields: FieldPaths, aliases: Mapping[str, str]) -> None:
        assert workers >= 1, "without workers, decode and propose in this process"
        self.workers = workers
        self._pool = ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(fields, dict(aliases)),
        )

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def hand_out(self, inputs: Sequence[RawInput]) -> Pending:
        """Gives a batch to the next free worker; returns at once. WorkerDiedError where one died."""
        batch = [(value, at.topic, at.partition, at.offset) for value, at in inputs]
        try:
            with _uninterrupted():
                return Pending(inputs, self._pool.submit(_fingerprinted, batch))
        except BrokenProcessPool as death:
            raise WorkerDiedError from death

    def close(self) -> None:
        """Ends the workers; what they have not begun is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class RestartingPool:
    """Workers that outlast their deaths, for the service: a pool with a dead worker is told of, replaced, and what it
    had not done is done again. Called from the threads of the core, several at a time.
    """

    def __init__(
        self,
        make: Callable[[], WorkerPool],
        on_death: Callable[[WorkerDiedError], None],
        own_bytes_max: int,
    ) -> None:
        """`own_bytes_max`: batches up to so many bytes are left to the caller, who is done before they were there
        and back."""
        self._make = make
        self._on_death = on_death
        self._own_bytes_max = own_bytes_max
        self._lock = Lock()
        self._pool = make()

    def fingerprint(self, inputs: Sequence[RawInput]) -> list[Proposal | Rejected] | None:
        """What came of each record, in order; waits. None where the caller should do it: a small batch, or one that
        outlived as many pools as may be; if it is what kills them, then where nobody can mistake it."""
        if sum(len(value or b"") for value, _ in inputs) <= self._own_bytes_max:
            return None
        for _ in range(_POOLS_A_BATCH_MAX):
            pool = self._pool
            size = max(_BATCH_RECORDS_MIN, -(-len(inputs) // pool.workers))
            try:
                parts = [pool.hand_out(inputs[at : at + size]) for at in range(0, len(inputs), size)]
                return [result for part in parts for result in part.results()]
            except WorkerDiedError as death:
                self._replace(pool, death)
        return None

    def close(self) -> None:
        """Ends the workers."""
        with self._lock:
            self._pool.close()

    def _replace(self, dead: WorkerPool, death: WorkerDiedError) -> None:
        with self._lock:
            if self._pool is dead:  # else another thread has seen to it
                self._on_death(death)
                dead.close()
                self._pool = self._make()
