"""The published schemas say what is really written: what we make validates, and a planted fault does not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tools.generate import schemas
from wirecopy.core.model import (
    Basis,
    Correction,
    CorrectionReason,
    Credit,
    CreditKind,
    CreditScope,
    Extent,
    Original,
    Passage,
    Quotation,
    RawArticle,
    RawPosition,
    Rejected,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.records.enriched import OBJECTS, Member
from wirecopy.core.records.raw import FieldPaths, decode_raw, encode_correction, encode_enriched
from wirecopy.core.values import replace

SCHEMAS = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parent.parent / "deploy" / "schemas").glob("*.schema.json")
}
REGISTRY: Registry[Any] = Registry().with_resources(
    (f"{name}.schema.json", Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)
POSITION = RawPosition("articles.raw", 0, 77)
CAUSE = RawPosition("articles.raw", 2, 5)
EARLIER = Original("c-1", "https://courier.example/1", "Courier", 1714730400250, True, CAUSE)
OUTSIDE = Original(None, None, "Norvik News Agency", None, False, None)
NAMELESS = Original("c-1", None, "", None, True, CAUSE)
CREDIT = Credit(CreditKind.VIA, "Courier", "courier", False, "via Courier", 0, 11, CreditScope.CLAIM)
PASSAGES = (Passage(0, 11, 2, "c-1"), Passage(20, 31, 2, "c-3"))
SOURCES = (Source("c-1", "Courier", 0.6, 1.0), Source("c-3", "", 0.333333333, 0.1))
ORIGINAL = Verdict(VerdictKind.ORIGINAL, None, "a", None, 0.0, 0.0, 0.5, (), (), None, (Basis.FIRST_SEEN,))
COPY = Verdict(
    kind=VerdictKind.REPUBLICATION,
    extent=Extent.FULL,
    story="c-1",
    original=EARLIER,
    share=0.97123456,
    source_share=1.0,
    boilerplate_share=0.0,
    passages=PASSAGES,
    sources=SOURCES,
    credit=CREDIT,
    basis=tuple(Basis),
    quotations=(Quotation(3, 9, 2, "c", "paper.example"),),
    rewritten_of="c-1",
    rewritten_publisher="Courier",
    confidence=0.95,
)
VERDICTS = {
    "original": ORIGINAL,
    "original with a credit": replace(ORIGINAL, credit=CREDIT),
    "full copy": COPY,
    "part of a copy": replace(COPY, extent=Extent.PARTIAL, credit=None),
    "copy of what never came": replace(COPY, original=OUTSIDE, passages=(), sources=(), share=0.0),
    "copy of a source without names": replace(COPY, original=NAMELESS),
    "rewritten copy": replace(COPY, extent=Extent.REWRITTEN, passages=(), basis=(Basis.REWRITTEN,)),
    "update": replace(COPY, kind=VerdictKind.UPDATE, extent=None),
    "duplicate": replace(COPY, kind=VerdictKind.DUPLICATE, extent=None, basis=(Basis.SAME_BODY,)),
}
RAW: dict[str, dict[str, Any]] = {
    "text alone": {"body": "x"},
    "all fields": {
        "id": "a",
        "url": "https://courier.example/2",
        "title": "T",
        "publisher": "P",
        "published_at": "2024-05-03",
        "language": "en",
        "version": 3,
        "content_type": "text/html",
        "body": "<p>x</p>",
        "other": {"kept": [1, None]},
    },
    "numbers": {"id": 7, "published_at": 1714730400, "version": "2", "body": "x"},
    "nulls": dict.fromkeys(("id", "url", "title", "publisher", "published_at", "language")) | {"body": "x"},
    "a publisher with a name": {"publisher": {"name": "P"}, "body": "x"},
}


def faults(name: str, record: Any) -> list[str]:
    validator = Draft202012Validator(
        SCHEMAS[name], registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(record)]


def article(record: dict[str, Any] | None = None) -> RawArticle:
    value = json.dumps(record or {"id": "a", "body": "via Courier, what was said before"}).encode()
    decoded = decode_raw(value, POSITION, FieldPaths(), {})
    assert isinstance(decoded, RawArticle)
    return decoded


def enriched(verdict: Verdict = COPY) -> Any:
    return json.loads(encode_enriched(article(), verdict))


def corrected(verdict: Verdict = COPY) -> Any:
    correction = Correction("a", POSITION, "0" * 32, verdict, CorrectionReason.LATE_ORIGINAL, CAUSE)
    return json.loads(encode_correction(correction))


@pytest.mark.parametrize("name", ["raw", "enriched", "correction"])
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_what_is_made_of_the_table_of_members_is_current(name: str) -> None:
    text = (schemas.FOLDER / f"{name}.schema.json").read_text("utf-8")
    assert text == schemas.as_text(schemas.SCHEMAS[name]()), "run `make docs` and commit what it writes"


def test_the_table_of_members_in_the_docs_is_current() -> None:
    text = schemas.PAGE.read_text("utf-8")
    assert text == schemas.page(text), "run `make docs` and commit what it writes"


def test_a_member_of_a_later_release_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The topic still holds records that were written before it."""
    later = (*OBJECTS["republication"], Member("later", "Came later.", {"type": "string"}, since="9.0.0"))
    monkeypatch.setitem(OBJECTS, "republication", later)
    described = schemas.enriched()["$defs"]["republication"]
    assert "later" in described["properties"]
    assert "later" not in described["required"]
    assert "9.0.0" in schemas.table()


def test_members_are_written_in_the_order_of_the_table() -> None:
    """The schema cannot say this, and it does not let a member be left out: so each object in full."""
    written = enriched()["republication"]
    objects = {
        "republication": written,
        "original": written["original"],
        "passage": written["passages"][0],
        "quotation": written["quotations"][0],
        "rewritten": written["rewritten"],
        "source": written["sources"][0],
        "credit": written["credit"],
        "position": written["position"],
    }
    assert {name: list(value) for name, value in objects.items()} == {
        name: [member.name for member in members] for name, members in OBJECTS.items()
    }


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_is_written_as_the_schema_says(verdict: str) -> None:
    assert faults("enriched", enriched(VERDICTS[verdict])) == []
    assert faults("correction", corrected(VERDICTS[verdict])) == []


@pytest.mark.parametrize("record", RAW)
def test_a_raw_record_that_validates_is_read(record: str) -> None:
    assert faults("raw", RAW[record]) == []
    assert faults("enriched", json.loads(encode_enriched(article(RAW[record]), COPY))) == []


def test_the_examples_hold() -> None:
    for example in SCHEMAS["raw"]["examples"]:
        assert faults("raw", example) == []
        article(example)


@pytest.mark.parametrize(
    "record",
    [
        {},
        [],
        {"body": 5},
        {"body": ""},
        {"body": " \n"},
        {"body": "x", "id": ["a"]},
        {"body": "x", "id": "a" * 1025},
    ],
)
def test_what_the_raw_schema_refuses_is_rejected(record: Any) -> None:
    assert faults("raw", record)
    assert isinstance(decode_raw(json.dumps(record).encode(), POSITION, FieldPaths(), {}), Rejected)


MISSING = object()
PLANTED: list[tuple[str, object]] = [
    # path in the record, what stands there
    ("republication", MISSING),
    ("republication.schema", 2),
    ("republication.schema", MISSING),
    ("republication.verdict", "copy"),
    ("republication.verdict", "original"),  # with an original
    ("republication.verdict", "update"),  # with an extent
    ("republication.extent", None),
    ("republication.extent", "half"),
    ("republication.story", ""),
    ("republication.story", None),
    ("republication.original", None),
    ("republication.original.id", None),  # though ingested
    ("republication.original.ingested", False),  # though it has an id
    ("republication.original.ingested", "yes"),
    ("republication.original.published_at", 1714730400250),
    ("republication.original.published_at", "2024-05-03"),
    ("republication.original.published_at", "2024-05-03T12:00:00+02:00"),
    ("republication.original.published_at", "2024-13-45T10:00:00Z"),
    ("republication.original.position.offset", -1),
    ("republication.original.url", MISSING),
    ("republication.share", 1.01),
    ("republication.share", "0.5"),
    ("republication.source_share", -0.1),
    ("republication.boilerplate_share", None),
    ("republication.passages", None),
    ("republication.passages.0.start", -1),
    ("republication.passages.0.end", 1.5),
    ("republication.passages.1.words", 0),
    ("republication.passages.1.source", MISSING),
    ("republication.sources.0.share", 2),
    ("republication.sources.0.id", None),
    ("republication.credit", MISSING),
    ("republication.credit.name", ""),
    ("republication.credit.start", "0"),
    ("republication.basis", "credit"),
    ("republication.basis.0", "hearsay"),
    ("republication.basis.1", "credit"),  # twice
    ("republication.body_xxh3", "XYZ"),
    ("republication.body_xxh3", "0" * 31),
    ("republication.position", None),
    ("republication.position.topic", ""),
]


def planted(record: Any, path: str, value: object) -> Any:
    record = copy.deepcopy(record)
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place = record
    for step in way:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return record


@pytest.mark.parametrize(("path", "value"), PLANTED)
def test_a_planted_fault_is_found(path: str, value: object) -> None:
    assert faults("enriched", planted(enriched(), path, value))
    assert faults("correction", planted(corrected(), path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", MISSING),
        ("id", ""),
        ("position", MISSING),
        ("correction", MISSING),
        ("correction.reason", "whim"),
        ("correction.cause", None),
        ("correction.cause.partition", "0"),
    ],
)
def test_a_planted_fault_in_a_correction_is_found(path: str, value: object) -> None:
    assert faults("correction", planted(corrected(), path, value))


def undocumented(schema: Any, value: Any, where: str = "") -> list[str]:
    """Members that are written and that the schema does not know."""
    if "$ref" in schema:
        name, _, pointer = schema["$ref"].partition("#/$defs/")
        schema = SCHEMAS[name.removesuffix(".schema.json") or "enriched"]["$defs"][pointer]
    if "anyOf" in schema:
        schema = schema["anyOf"][-1]
        return undocumented(schema, value, where)
    found = []
    if isinstance(value, dict):
        for member, child in value.items():
            known = schema.get("properties", {}).get(member)
            found += (
                [f"{where}.{member}"] if known is None else undocumented(known, child, f"{where}.{member}")
            )
    if isinstance(value, list):
        for child in value:
            found += undocumented(schema["items"], child, f"{where}[]")
    return found


def test_nothing_is_written_that_the_schemas_do_not_tell() -> None:
    assert undocumented(SCHEMAS["correction"], corrected()) == []
    assert undocumented(SCHEMAS["enriched"]["$defs"]["republication"], enriched()["republication"]) == []


def test_closed_lists_are_those_of_the_code() -> None:
    republication = SCHEMAS["enriched"]["$defs"]["republication"]["properties"]
    assert republication["verdict"]["enum"] == [kind.value for kind in VerdictKind]
    assert republication["extent"]["enum"] == [*(extent.value for extent in Extent), None]
    assert republication["basis"]["items"]["enum"] == [basis.value for basis in Basis]
    correction = SCHEMAS["correction"]["properties"]["correction"]["properties"]
    assert correction["reason"]["enum"] == [reason.value for reason in CorrectionReason]
