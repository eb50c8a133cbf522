"""What decides a verdict, as digests by part and by name; and what has moved between two states of it.

    limits    every number of core/limits.py, as it is
    letters   the tables by which bytes become tokens: signs, HTML elements, Markdown's addresses
    words     the tables by which texts name others: credits, agencies, publishers' names, closing headings
    record    two records of the fingerprint log in full, as hexadecimal digits after the header (which holds the version)
    verdicts  the corpus judged: of each article the verdict in a line, and digests of log record, outcome and enriched record

Not here: the list of public suffixes, a dependency. It decides whose an address is, which the log record then says, so one
log gives one set of verdicts all the same.

    python -m tests.golden.digest limits words     prints these parts as JSON
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tests.golden.corpus import corpus

GOLDEN = Path(__file__).with_name("golden.json")
TOPIC = "golden"
State = dict[str, dict[str, Any]]  # part -> name -> value

LETTERS = ("text.unicode_table", "text.html", "text.markdown")
WORDS = (
    "agencies",
    "publishers",
    "platforms",
    "addresses",
    "records.zones",
    "records.date_words",
    "records.date_texts",
    "records.dates",
    "fingerprint.sketch",
)  # and all modules of the package credits but its kernels
_CONSTANT = re.compile(r"_{0,1}[A-Z][A-Z0-9_]*\Z")
_DIGITS = 16


# ---- tables
def limits() -> dict[str, Any]:
    module = importlib.import_module("wirecopy.core.limits")
    return {
        name: value
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, int | float) and not name.startswith("_")
    }


def letters() -> dict[str, Any]:
    return _tables(f"wirecopy.core.{name}" for name in LETTERS)


def words() -> dict[str, Any]:
    package = importlib.import_module("wirecopy.core.credits")
    credits_ = [
        one.name
        for one in pkgutil.walk_packages(package.__path__, "wirecopy.core.credits.")
        if not one.name.endswith("kernels")
    ]
    return _tables([*credits_, *(f"wirecopy.core.{name}" for name in WORDS)])


def _tables(modules: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in modules:
        module = importlib.import_module(name)
        short = name.removeprefix("wirecopy.core.")
        found |= {f"{short}.{constant}": value for constant, value in _constants(module)}
    return found


def _constants(module: ModuleType) -> Iterable[tuple[str, Any]]:
    """The constants that a module makes itself, what it imports left out. Numbers as they are, tables as digests."""
    for name in _assigned(inspect.getsource(module)):
        value = getattr(module, name, None)
        if isinstance(value, int | float):
            yield name, value
        elif value is not None and not isinstance(value, type):
            with suppress(TypeError):  # a function, a lock: no table
                yield name, _short(json.dumps(plain(value), ensure_ascii=False).encode())


def _assigned(source: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            for one in ast.walk(target) if target is not None else ():
                if isinstance(one, ast.Name) and _CONSTANT.match(one.id):
                    yield one.id


def plain(value: Any) -> Any:
    """A table as JSON has it: sets sorted, arrays by their bytes, values by their fields."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return [str(value.dtype), list(value.shape), _short(value.tobytes())]
    if isinstance(value, re.Pattern):
        return [value.pattern, value.flags]
    if isinstance(value, Mapping):
        return [[plain(key), plain(one)] for key, one in value.items()]
    if isinstance(value, set | frozenset):
        return sorted((plain(one) for one in value), key=repr)
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    names = getattr(value, "__struct_fields__", None) or getattr(value, "__dataclass_fields__", None)
    if names:
        return [plain(getattr(value, name)) for name in names]
    raise TypeError(type(value).__name__)


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGITS]


# ---- the log record
def record() -> dict[str, Any]:
    from wirecopy.core.fingerprint.propose import propose
    from wirecopy.core.fingerprint.record import SketchRecord, decode_record

    made = {}
    for name, value in EXAMPLES.items():
        encoded = propose(_article(json.dumps(value, ensure_ascii=False).encode(), 2**33 + 5)).value
        assert isinstance(decode_record(encoded), SketchRecord)
        made[name] = encoded[_HEADER_BYTES:].hex()
    return made


_HEADER_BYTES = 2 + 1 + 8  # magic, engine version, checksum, whose seed is the version
_SENTENCE = "The harbour council of Selm voted on Monday, after a long debate, to repair the old bridge before the winter."
EXAMPLES: dict[str, dict[str, Any]] = {
    "least": {"body": "x", "id": "a"},
    "full": {
        "id": "full-1",
        "url": "https://www.courier.example/news/full-1",
        "title": "Harbour council votes to repair the old bridge",
        "publisher": "The Harbour Courier",
        "published_at": "2025-10-09T12:00:00.250Z",
        "language": "en",
        "version": 3,
        "body": f"SELM (Reuters) — {_SENTENCE}\n\n{' '.join(_SENTENCE.split()[::-1])}.\n\nSource: CNN",
    },
}


# ---- verdicts
@dataclass(frozen=True, slots=True)
class Judged:
    """An article of the corpus, and all that became of it."""

    id: str
    log_record: bytes
    outcome: Any
    enriched: bytes
    corrections: tuple[bytes, ...]


@cache
def judged() -> tuple[Judged, ...]:
    """The corpus, judged by one engine."""
    from wirecopy.core.engine import Engine, enrich
    from wirecopy.core.model import Outcome
    from wirecopy.core.records.raw import encode_correction, encode_enriched

    engine, made = Engine(), []
    for offset, entry in enumerate(corpus()):
        article = _article(entry.value, offset)
        proposal = engine.propose(article)
        (outcome,) = engine.replay_many([(offset, entry.time_ms, proposal.value)])
        assert isinstance(outcome, Outcome), outcome
        enriched = encode_enriched(article, enrich(proposal, outcome), proposal.body_xxh3)
        corrections = tuple(encode_correction(one) for one in outcome.corrections)
        made.append(Judged(entry.id, proposal.value, outcome, enriched, corrections))
    return tuple(made)


def verdicts(counted: Iterable[str] | None = None) -> dict[str, Any]:
    """Each article's verdict. `counted`: the members of `republication` to look at, by their paths; all by default."""
    names = None if counted is None else frozenset(counted)
    return {
        one.id: " ".join(
            (
                _in_words(one.outcome.verdict),
                _short(one.log_record[_HEADER_BYTES:]),
                _short(
                    repr([_unpublished(one.outcome), *(only(c, names) for c in one.corrections)]).encode()
                ),
                _short(only(one.enriched, names)),
            )
        )
        for one in judged()
    }


def members() -> list[str]:
    """The paths of all members that `republication` has in the corpus."""
    found: set[str] = set()
    for one in judged():
        _paths(json.loads(one.enriched)["republication"], "", found)
    return sorted(found)


def _article(value: bytes, offset: int) -> Any:
    from wirecopy.core.model import RawArticle, RawPosition
    from wirecopy.core.records.raw import FieldPaths, decode_raw

    article = decode_raw(value, RawPosition(TOPIC, 0, offset), FieldPaths(), {})
    assert isinstance(article, RawArticle), article
    return article


def _in_words(verdict: Any) -> str:
    """`republication full of a-1 1.00;`, for whoever reads what a change does to the golden file."""
    original, extent = verdict.original, verdict.extent
    said = verdict.kind.value
    if extent is not None:
        said += f" {extent.value}"
    if original is not None:
        said += f" of {original.id or original.publisher} {verdict.share:.2f}"
    return f"{said};"


def _unpublished(outcome: Any) -> list[Any]:
    """What an outcome knows beyond what is published."""
    credit = outcome.verdict.credit
    return [
        outcome.redelivered,
        outcome.body_xxh3,
        None if credit is None else [credit.kind.value, credit.key, credit.agency],
    ]


def only(value: bytes, members: frozenset[str] | None) -> bytes:
    """A published record with the members of `republication` that count, byte for byte as it was written with these alone."""
    if members is None:
        return value
    from wirecopy.core.records.raw import json_bytes

    head, sign, tail = value.rpartition(b'"republication":')
    said, end = json.JSONDecoder().raw_decode(tail.decode())
    return head + sign + json_bytes(_pruned(said, "", members)) + tail.decode()[end:].encode()


def _pruned(value: Any, path: str, members: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: _pruned(one, f"{path}{name}.", members)
            for name, one in value.items()
            if f"{path}{name}" in members
        }
    return [_pruned(one, path, members) for one in value] if isinstance(value, list) else value


def _paths(value: Any, path: str, found: set[str]) -> None:
    if isinstance(value, dict):
        for name, one in value.items():
            found.add(f"{path}{name}")
            _paths(one, f"{path}{name}.", found)
    elif isinstance(value, list):
        for one in value:
            _paths(one, path, found)


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "limits": limits,
    "letters": letters,
    "words": words,
    "record": record,
    "verdicts": verdicts,
}


def main() -> None:
    import wirecopy

    made = {part: PARTS[part]() for part in sys.argv[1:] or PARTS}
    print(json.dumps({"package": str(Path(wirecopy.__file__).parent), **made}, ensure_ascii=False))


if __name__ == "__main__":
    main()
