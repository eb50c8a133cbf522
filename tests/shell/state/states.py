"""Engines with something in them, and their snapshots, for tests of the state on disk."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.sim.articles import START_MS, Stream
from wirecopy.core.engine import ENGINE_VERSION, Engine
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.hashing import xxh3_128_hex
from wirecopy.core.model import RawArticle, RawPosition
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw
from wirecopy.shell.options import StateOptions
from wirecopy.shell.state import read as state_read
from wirecopy.shell.state import write as state_write
from wirecopy.shell.state.format import LastRecord, Manifest, Place, Unusable
from wirecopy.shell.state.write import Previous

Log = list[tuple[int, int, bytes]]
TOPIC = "articles.fingerprints"
WINDOW_MS = 3_600_000


@cache
def log_of(articles: int, seed: int = 1) -> Log:
    """A fingerprint log: copies, updates, corrections, all that the simulation's articles are."""
    stream, log = Stream(random.Random(seed), 0.0), Log()
    for number in range(articles):
        article = decode_raw(stream.next(), RawPosition("articles.raw", 0, number), FieldPaths(), {})
        if isinstance(article, RawArticle):
            log.append((len(log), START_MS + 1_000 * number, propose(article).value))
    return log


def engine_of(log: Log, window_ms: int = WINDOW_MS) -> Engine:
    engine = Engine(window_ms=window_ms)
    engine.replay_many(log)
    return engine


def place_of(engine: Engine, log: Log, **other: object) -> Place:
    stats = engine.stats()
    offset, time_ms, value = log[stats.log_offset - 1]
    last = LastRecord(offset, time_ms, xxh3_128_hex(value))
    values: dict[str, object] = {
        "engine_version": ENGINE_VERSION,
        "window_ms": WINDOW_MS,
        "topic": TOPIC,
        "next_offset": stats.log_offset,
        "log_time_ms": stats.log_time_ms,
        "articles": stats.articles,
        "postings": stats.postings,
        "last": last,
    }
    return Place(**{**values, **other})  # type: ignore[arg-type]


def saved(
    root: Path, engine: Engine, log: Log, previous: Previous | None = None, **other: object
) -> Previous:
    """A snapshot of the engine in `root`."""
    root.mkdir(exist_ok=True)
    place = place_of(engine, log, **other)
    written = state_write.write(root, engine.state(), place, previous, "test")
    trusted = [] if previous is None else [previous.directory]
    directory = state_write.publish(root, written, place.next_offset, trusted, 2)[0]
    manifest = state_read.read_manifest(directory)
    assert isinstance(manifest, Manifest), manifest
    return Previous(directory, manifest)


def loaded(directory: Path, from_state: Callable[..., Engine] = Engine.from_state) -> Engine | Unusable:
    manifest = state_read.read_manifest(directory)
    if isinstance(manifest, Unusable):
        return manifest
    template = Engine(window_ms=manifest.place.window_ms).state()
    return state_read.load(directory, manifest, from_state, template)


def options(root: Path, **other: object) -> StateOptions:
    values: dict[str, object] = {
        "directory": root,
        "topic": TOPIC,
        "window_ms": WINDOW_MS,
        "snapshot_interval_ms": 100,
        "fork": False,
    }
    return StateOptions(**{**values, **other})  # type: ignore[arg-type]
