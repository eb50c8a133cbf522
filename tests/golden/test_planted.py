"""Five changes of different kinds, each made in a copy of the sources: the golden file's part for it moves.

Each plant is one that the other tests of the package could miss: it changes what is decided, and breaks nothing. The digests
come from a process that imports the copy. Kernels take limits as constants when they are compiled, so the plant of a limit is
looked for among the limits, and a plant among the verdicts changes no kernel: nothing is compiled anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.golden import golden
from tests.golden.digest import PARTS

ROOT = Path(__file__).parents[2]
CORE = "wirecopy/core"


@dataclass(frozen=True, slots=True)
class Plant:
    """Pairs of what stands in a file, and what is to stand there; an empty first one: at the end."""

    what: str
    file: str
    edits: tuple[tuple[str, str], ...]
    part: str
    name: str  # that must have moved


DATE_FIRST = """    if before:
        return Direction(True, None, (Basis.PUBLISHED_AT, Basis.LATE_ORIGINAL))
"""
PLANTS = (
    Plant(
        "a limit",
        "limits.py",
        (("REPUBLISHED_WORDS_MIN = 36", "REPUBLISHED_WORDS_MIN = 40"),),
        "limits",
        "REPUBLISHED_WORDS_MIN",
    ),
    Plant(
        "a letter",
        "text/unicode_table.py",
        (("", "\nCLASSES = CLASSES.copy()\nCLASSES[ord('ß')] = CLASSES[ord('.')]\n"),),
        "letters",
        "text.unicode_table.CLASSES",
    ),
    Plant(
        "a credit phrase",
        "credits/phrase_table.py",
        (("published by", "issued by"),),
        "words",
        "credits.phrase_table.PHRASES",
    ),
    Plant(
        "a rule's order",
        "verdict/rules.py",
        (
            (
                "    if names_source and not named_by:\n",
                DATE_FIRST + "    if names_source and not named_by:\n",
            ),
        ),
        "verdicts",
        "conflict-naming-earlier",
    ),
    Plant(
        "a record's fields",
        "fingerprint/record.py",
        (
            ("record.url, record.publisher,", "record.publisher, record.url,"),
            ("topic, id_, url, publisher, host,", "topic, id_, publisher, url, host,"),
        ),
        "record",
        "full",
    ),
)


@pytest.fixture
def sources(tmp_path: Path) -> Iterator[Path]:
    """A copy of the sources, with the kernels as they are compiled here."""
    copied = tmp_path / "service"
    shutil.copytree(ROOT / "service", copied)
    yield copied
    shutil.rmtree(copied)


def run(sources: Path, *command: str) -> dict[str, Any]:
    """What a command that imports the copy prints, as JSON."""
    way = os.pathsep.join((str(sources), str(ROOT)))
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": way},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert Path(told["package"]).is_relative_to(sources), "another wirecopy was imported than the copy"
    return told


def digests(sources: Path, part: str) -> dict[str, Any]:
    """A part of what the copy decides by."""
    found: dict[str, Any] = run(sources, "-m", "tests.golden.digest", part)[part]
    return found


def planted(sources: Path, plant: Plant) -> None:
    path = sources / CORE / plant.file
    text = path.read_text("utf-8")
    for old, new in plant.edits:
        assert old in text, f"{plant.file} has no {old!r} any more: plant {plant.what} elsewhere"
        text = text.replace(old, new, 1) if old else text + new
    path.write_text(text, "utf-8")


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.what)
def test_a_planted_change_is_caught(plant: Plant, sources: Path) -> None:
    planted(sources, plant)
    held = golden.held()
    found = golden.moves(held.state[plant.part], digests(sources, plant.part), plant.part)
    assert plant.name in {move.name for move in found}
    assert golden.decisive(found), "and it asks for a new version"


def test_a_copy_without_a_change_moves_nothing(sources: Path) -> None:
    held = golden.held()
    for part in PARTS:
        assert golden.moves(held.state[part], digests(sources, part), part) == []


_LAST = "    quotations: tuple[Quotation, ...] = ()  # in order; no part of any share\n"
NEW_FIELD = Plant(
    "a field of the verdict",
    "model.py",
    ((_LAST, _LAST + "    novel_words: int = 0\n"),),
    "verdicts",
    "",
)
STORES_IT = """
import json, wirecopy
from tests.golden.digest import judged
from wirecopy.core.fingerprint.record import decode_record
from wirecopy.core.index.stored import decode_remembered, encode_remembered, verdict_from_list, verdict_list
from wirecopy.core.values import replace
back = []
for one in judged():
    verdict = replace(one.outcome.verdict, novel_words=7)
    record = decode_record(one.log_record)
    back.append(decode_remembered(encode_remembered(record, verdict)).verdict.novel_words)
    back.append(verdict_from_list(verdict_list(verdict)).novel_words)
plain = verdict_from_list(verdict_list(verdict)[:12]).novel_words
print(json.dumps({"package": wirecopy.__file__, "back": sorted(set(back)), "before": plain}))
"""


def test_a_new_field_of_a_verdict_is_stored_and_changes_no_other(sources: Path) -> None:
    """As the recipe for an output field says; a list that was stored before has its default."""
    planted(sources, NEW_FIELD)
    held = golden.held()
    assert golden.moves(held.state["verdicts"], digests(sources, "verdicts"), "verdicts") == []
    told = run(sources, "-c", STORES_IT)
    assert told["back"] == [7]
    assert told["before"] == 0
