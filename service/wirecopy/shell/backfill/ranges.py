"""One range: the engine of `wirecopy scan` over the lines of its warm-up and its own, and what comes of them.

    ranges/0003/
      result.json     counts, and the digests of live state at the range's start and end
      enriched/       records as Parquet, below day=YYYY-MM-DD/
      corrections/    of earlier verdicts, on the day of the article that caused them
      dead/           lines that cannot be judged, each with its reason
      snapshot/       the state at the end: the next range starts from it where its warm-up was too short

A range is written under another name and renamed when all of it is on the disk. So a worker can be killed at any time, and
two workers that do the same range (Spark's speculation) leave one result.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from wirecopy.core.engine import Engine, Proposal, enrich
from wirecopy.core.model import Outcome, RawPosition, Rejected
from wirecopy.core.records.raw import decode_raw, encode_correction, encode_enriched
from wirecopy.shell.backfill.plan import Plan, PlanError, Range, Reading, lines_of, write_whole
from wirecopy.shell.files.lines import Line
from wirecopy.shell.files.table_files import Column, DayPartitions, TimedLine, batches, sync_tree
from wirecopy.shell.pipeline.scan_log import TOPIC
from wirecopy.shell.pipeline.scanner import dead_letter
from wirecopy.shell.pipeline.workers import internal_fault
from wirecopy.shell.state import read, write
from wirecopy.shell.state.format import NO_RECORD, Place, Unusable

RESULT: Final = "result.json"
SNAPSHOT: Final = "snapshot"
KINDS: Final = ("enriched", "corrections", "dead")
_PARTIAL: Final = ".partial-"
_BATCH_LINES: Final = 128
_COMMON: Final[tuple[Column, ...]] = (("number", "int64"), ("log_time", "timestamp"))
_COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "enriched": (*_COMMON, ("id", "string"), ("kind", "string"), ("record", "string")),
    "corrections": (*_COMMON, ("id", "string"), ("reason", "string"), ("record", "string")),
    "dead": (*_COMMON, ("reason", "string"), ("record", "string")),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a range. `from_snapshot`: it began with the state of the range before, and not with a warm-up."""

    number: int
    start_digest: str
    end_digest: str
    articles: int
    corrections: int
    dead: int
    from_snapshot: bool
    warm_up_cpu_seconds: float
    cpu_seconds: float  # of the range itself


def range_folder(work: Path, one: Range) -> Path:
    """Where a finished range lies."""
    return work / "ranges" / one.name


def read_result(work: Path, one: Range) -> Result | None:
    """What came of a range; None where it is not done."""
    try:
        return Result(**json.loads((range_folder(work, one) / RESULT).read_bytes()))
    except FileNotFoundError:
        return None


def discard_unfinished(work: Path) -> None:
    """Removes what workers that died were writing. Nobody may be at work."""
    for left in (work / "ranges").glob(f"*{_PARTIAL}*"):
        shutil.rmtree(left, ignore_errors=True)


def run_range(work: Path, plan: Plan, one: Range, before: Range | None = None) -> Result:
    """Judges a range and puts it in its place. `before`: the range that it goes on from, by its snapshot; what was done of
    it is replaced then. PlanError where that snapshot cannot be used, OSError where the disk is full or gone."""
    target = range_folder(work, one)
    partial = target.with_name(f"{one.name}{_PARTIAL}{os.getpid()}-{secrets.token_hex(4)}")
    partial.mkdir(parents=True)
    try:
        result = _judged(work, plan, one, before, partial)
        write_whole(partial / RESULT, json.dumps(asdict(result), indent=1).encode())
        sync_tree(partial)
        if before is not None:
            shutil.rmtree(target, ignore_errors=True)
        try:
            partial.rename(target)
        except OSError:
            done = read_result(work, one)  # another worker was faster
            if done is None:
                raise
            return done
        write.sync_directory(target.parent)
        return result
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _judged(work: Path, plan: Plan, one: Range, before: Range | None, partial: Path) -> Result:
    began = time.process_time()
    if before is None:
        engine = Engine(window_ms=plan.reading.window_ms, rewritten=plan.reading.rewritten)
        for _ in _outcomes(engine, plan.reading, lines_of(work, plan, one.warm_from, one.first)):
            pass
    else:
        engine = load_snapshot(range_folder(work, before) / SNAPSHOT, plan.reading.window_ms)
    warmed = time.process_time()
    start = engine.live_digest()
    tables = {kind: DayPartitions(partial / kind, one.name, _COLUMNS[kind]) for kind in KINDS}
    counts = dict.fromkeys(KINDS, 0)

    def add(kind: str, line: TimedLine, *values: object) -> None:
        tables[kind].add(line.log_time_ms, (line.number, line.log_time_ms, *values))
        counts[kind] += 1

    for line, judged in _outcomes(engine, plan.reading, lines_of(work, plan, one.first, one.end)):
        faulty = judged if isinstance(judged, Rejected) else None
        if not isinstance(judged, Rejected):
            proposal, outcome = judged
            try:
                verdict = enrich(proposal, outcome)
                record = encode_enriched(proposal.article, verdict, outcome.body_xxh3)
            except Exception as fault:  # ours, as in a scan: it must not cost the rest of an archive
                faulty = internal_fault(fault)
            else:
                add("enriched", line, proposal.article.id, verdict.kind.value, record)
                for found in outcome.corrections:
                    add("corrections", line, found.id, found.reason.value, encode_correction(found))
        if faulty is not None:
            letter = dead_letter(Line(line.number, line.value), faulty)
            add("dead", line, faulty.reason.value, letter)
    for table in tables.values():
        table.close()
    end = engine.live_digest()
    save_snapshot(engine, partial / SNAPSHOT, plan.reading.window_ms)
    return Result(
        number=one.number,
        start_digest=start,
        end_digest=end,
        articles=counts["enriched"],
        corrections=counts["corrections"],
        dead=counts["dead"],
        from_snapshot=before is not None,
        warm_up_cpu_seconds=warmed - began,
        cpu_seconds=time.process_time() - warmed,
    )


Judged = tuple[Proposal, Outcome] | Rejected


def _outcomes(
    engine: Engine, reading: Reading, lines: Iterable[TimedLine]
) -> Iterator[tuple[TimedLine, Judged]]:
    """Each line with what the engine says of it; a line's number is its offset, in the raw topic and in the log."""
    for batch in batches(lines, _BATCH_LINES):
        found = [_proposed(engine, reading, line) for line in batch]
        records = [
            (line.number, line.log_time_ms, proposal.value)
            for line, proposal in zip(batch, found, strict=True)
            if not isinstance(proposal, Rejected)
        ]
        outcomes = iter(engine.replay_many(records))
        for line, proposal in zip(batch, found, strict=True):
            if isinstance(proposal, Rejected):
                yield line, proposal
                continue
            outcome = next(outcomes)
            assert isinstance(outcome, Outcome), "the engine refused a record of its own making"
            yield line, (proposal, outcome)


def _proposed(engine: Engine, reading: Reading, line: TimedLine) -> Proposal | Rejected:
    article = decode_raw(line.value, RawPosition(TOPIC, 0, line.number), reading.fields, reading.aliases)
    if isinstance(article, Rejected):
        return article
    try:
        return engine.propose(article)
    except Exception as fault:  # as above
        return internal_fault(fault)


# ---- the state between two ranges
def save_snapshot(engine: Engine, folder: Path, window_ms: int) -> None:
    """Writes the engine's state to a new folder, in the form in which the service keeps its own (shell/state/)."""
    folder.mkdir(parents=True)
    place = Place.of(engine.stats(), window_ms, TOPIC, NO_RECORD)
    written = write.write(folder, engine.state(), place, None, str(os.getpid()))
    write.publish(folder, written, place.next_offset, [], 1)


def load_snapshot(folder: Path, window_ms: int) -> Engine:
    """The engine of `save_snapshot`. PlanError where it is missing or damaged."""
    directory = next(iter(write.snapshots(folder)), None) if folder.is_dir() else None
    if directory is None:
        again = folder.parent
        raise PlanError(f"“{folder}” holds no snapshot: remove “{again}” and run the back-fill again.")
    manifest = read.read_manifest(directory)
    if not isinstance(manifest, Unusable):
        template = Engine(window_ms=window_ms).state()
        engine = read.load(directory, manifest, Engine.from_state, template)
        if not isinstance(engine, Unusable):
            return engine
        manifest = engine
    raise PlanError(
        f"“{directory}” cannot be used ({manifest.detail}): remove “{folder.parent}” and run the back-fill again."
    )
