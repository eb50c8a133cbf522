"""Processes that decode and propose, for one engine that replays.

What turns raw bytes into a log record changes nothing and needs no index (law 2), so on one host it can go on in
as many processes as there are cores while a single engine, with a single index, applies the records in order.
Threads serve worse: most of this work holds the interpreter. The obvious other, an engine a process, would hold
the index once a core.

A batch goes out as the lines' bytes and comes back as plain values (core/carrying.py), pickled once in the worker,
so that no thread of the owner's process spends time on what it only passes on. Workers are spawned, not forked: a
fork would copy the owner's threads' locks. They leave SIGINT to the owner, who shuts them down.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker

from service.core.carrying import Carried, carried, restored
from service.core.codec import decode_raw
from service.core.fields import FieldPaths
from service.core.model import RawPosition, Rejected, RejectReason
from service.core.propose import Proposal, propose

Came = tuple[bytes | None, RawPosition]  # a raw record's value, and where it lies


class WorkerDiedError(Exception):
    """A worker process ended before its batch was done: killed, or out of memory."""

    def __init__(self) -> None:
        super().__init__(
            "a worker process died: killed from outside, or by the system for want of memory; "
            "use fewer of them, or give more"
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


def internal_fault(fault: BaseException) -> Rejected:
    """A fault of our own code on one record, as a value."""
    return Rejected(
        RejectReason.INTERNAL, f"a fault of this program, please report it: {type(fault).__name__}: {fault}"
    )


def _fingerprinted(batch: Sequence[tuple[bytes | None, str, int, int]]) -> bytes:
    """In the worker: what came of each record, pickled: `Carried`, or reason and detail of a rejection."""
    bound = _bound[0]
    results: list[Carried | tuple[str, str]] = []
    for value, topic, partition, offset in batch:
        try:
            article = decode_raw(value, RawPosition(topic, partition, offset), bound.fields, bound.aliases)
            if not isinstance(article, Rejected):
                results.append(carried(propose(article), value or b""))
                continue
        except Exception as fault:  # one record must not cost its batch
            article = internal_fault(fault)
        results.append((article.reason.value, article.detail))
    return pickle.dumps(results, protocol=pickle.HIGHEST_PROTOCOL)


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch that was handed out."""

    came: Sequence[Came]
    future: Future[bytes]

    def results(self) -> list[Proposal | Rejected]:
        """What came of each record, in order; waits. WorkerDiedError where a worker died."""
        try:
            rows = pickle.loads(self.future.result())  # noqa: S301 - our own worker's bytes
        except BrokenProcessPool as death:
            raise WorkerDiedError from death
        return list(self._restored(rows))

    def _restored(self, rows: list[Carried | tuple[str, str]]) -> Iterator[Proposal | Rejected]:
        for (value, position), row in zip(self.came, rows, strict=True):
            if len(row) == 2:
                yield Rejected(RejectReason(row[0]), row[1])
            else:
                yield restored(row, value or b"", position)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """SIGINT waits, and a process that is started meanwhile never gets it, not even before `_begin`."""
    resource_tracker.ensure_running()  # would lift the block when it starts the tracker
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Fingerprinters:
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

    def __enter__(self) -> Fingerprinters:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def hand_out(self, came: Sequence[Came]) -> Pending:
        """Gives a batch to the next free worker; returns at once. WorkerDiedError where one died."""
        batch = [(value, at.topic, at.partition, at.offset) for value, at in came]
        try:
            with _uninterrupted():
                return Pending(came, self._pool.submit(_fingerprinted, batch))
        except BrokenProcessPool as death:
            raise WorkerDiedError from death

    def close(self) -> None:
        """Ends the workers; what they have not begun is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)
