"""What a detector got wrong, record by record: the work list of whoever improves the verdicts.

Lists every error that the sets' own scripts count, with the record's id, what is true and what was given, by
kind and case (`false_flag/original`, `missed/heavy` …). It writes ids, numbers and offsets; of the texts only
the credit's phrase.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]
FLAGGED: Final = ("republication", "update", "duplicate")
SHARE_ERROR_LISTED: Final = 0.1
OVERLAP_LISTED: Final = 0.8


@dataclass(frozen=True, slots=True)
class Run:
    """One detector's output for one set: the files that its script scores, and the CPU seconds it took."""

    detector: str
    enriched: Path
    corrections: Path | None
    seconds: float
    articles: int


def json_lines(path: Path) -> Iterator[Json]:
    """The objects of a plain JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def stream_errors(truth: Path, run: Run) -> dict[str, list[str]]:
    """Each error of a run over a stream with a truth a record, as a line of text, by kind and case."""
    got = {record["id"]: record["republication"] for record in json_lines(run.enriched)}
    corrected: dict[str, Json] = {}
    if run.corrections:
        corrected = {record["id"]: record["republication"] for record in json_lines(run.corrections)}
    errors: dict[str, list[str]] = {}
    for true in json_lines(truth):
        record = got.get(true["id"])
        if record is None:
            errors.setdefault(f"missing/{true['case']}", []).append(true["id"])
            continue
        for kind in _faults(true, record, corrected.get(true["id"], record)):
            errors.setdefault(f"{kind}/{true['case']}", []).append(_error_line(true, record))
    return errors


def _faults(true: Json, record: Json, final: Json) -> Iterator[str]:
    flagged = record["verdict"] in FLAGGED
    must = "original" not in true["verdict"]
    if true["verdict"] == ["original"] and flagged:
        yield "false_flag"
    if must and not flagged:
        yield "missed"
    if must and flagged:
        yield from _measure_faults(true, record)
    if true.get("credit") and _folded((record["credit"] or {}).get("name")) != _folded(true["credit"]):
        yield "credit"
    if true.get("external"):
        original = record["original"]
        if record["verdict"] != "republication" or original is None or original["ingested"]:
            yield "external"
    if true.get("final"):
        original = final["original"] or {}
        if final["verdict"] != true["final"] or original.get("id") != true["original"]:
            yield "final"


def _measure_faults(true: Json, record: Json) -> Iterator[str]:
    if record["verdict"] not in true["verdict"]:
        yield "verdict"
    wanted = true["sources"] if true["case"] == "roundup" else [true.get("original")]
    if true.get("original") and (record["original"] or {}).get("id") not in wanted:
        yield "original"
    if {*true.get("sources", [])} - {source["id"] for source in record["sources"]}:
        yield "sources"
    if true.get("extent") in ("full", "partial") and record["extent"] != true["extent"]:
        yield "extent"
    measured = true["case"] not in ("wire", "again", "live")
    if measured and abs(record["share"] - true["share"]) > SHARE_ERROR_LISTED:
        yield "share"
    if true["spans"] and _overlap(true, record) < OVERLAP_LISTED:
        yield "passages"


def _overlap(true: Json, record: Json) -> float:
    a = {i for start, end, *_ in true["spans"] for i in range(start, end)}
    b = {i for passage in record["passages"] for i in range(passage["start"], passage["end"])}
    return len(a & b) / max(1, len(a | b))


def _folded(name: str | None) -> str:
    return "".join(character for character in (name or "").lower() if character.isalnum() or character == "_")


def _error_line(true: Json, record: Json) -> str:
    keys = ("verdict", "original", "sources", "share", "extent", "credit", "final", "boilerplate")
    expected = {key: true[key] for key in keys if true.get(key)}
    expected["spans"] = [span[:2] for span in true["spans"]]
    given = {
        "verdict": record["verdict"],
        "original": (record["original"] or {}).get("id"),
        "sources": [(source["id"], source["share"], source["source_share"]) for source in record["sources"]],
        "share": record["share"],
        "extent": record["extent"],
        "credit": (record["credit"] or {}).get("text"),
        "boilerplate": record["boilerplate_share"],
        "basis": record["basis"],
        "spans": [[p["start"], p["end"], p["words"]] for p in record["passages"]],
    }
    lines = [
        f"{true['id']} [{true.get('lang', '')}]",
        f"    true {json.dumps(expected, ensure_ascii=False)}",
        f"    got  {json.dumps(given, ensure_ascii=False)}",
    ]
    return "\n".join(lines)


def pair_errors(pairs: Path, run: Run) -> dict[str, list[str]]:
    """Wrong pairs of a run as lines of text, by kind: `false_link`, `missed_link`."""
    got = {record["id"]: record["republication"] for record in json_lines(run.enriched)}
    errors: dict[str, list[str]] = {}
    for pair in json_lines(pairs):
        a, b = got.get(pair["a"]), got.get(pair["b"])
        linked = a is not None and b is not None and _linked(pair["a"], a, b)
        if linked != (pair["label"] == "link"):
            errors.setdefault("false_link" if linked else "missed_link", []).append(_pair_line(pair, b))
    return errors


def _linked(a_id: str, a: Json, b: Json) -> bool:
    named = {source["id"] for source in b["sources"]} | {(b["original"] or {}).get("id")}
    return b["verdict"] in FLAGGED and (a_id in named or a["story"] == b["story"])


def _pair_line(pair: Json, b: Json | None) -> str:
    if b is None:
        return f"{pair['a']} | {pair['b']} | not among the enriched records"
    spans = [[passage["start"], passage["end"], passage["words"]] for passage in b["passages"]]
    return f"{pair['a']} | {pair['b']} | got {b['verdict']} share {b['share']} passages {spans}"


def write_errors(folder: Path, name: str, errors: dict[str, list[str]]) -> None:
    """One file a set: a table of counts, then each error."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{len(found):6} {kind}" for kind, found in sorted(errors.items())]
    for kind, found in sorted(errors.items()):
        lines += ["", f"== {kind} ({len(found)})", *found]
    (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    counts = ", ".join(f"{kind} {len(found)}" for kind, found in sorted(errors.items()))
    print(f"  errors of {name}: {counts or 'none'}")
