"""The OpenAPI document is current, is sound, has every path that programs ask for, and what is answered is what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.core.story import prose
from tests.shell.web.page_client import PageClient, json_of
from tools.generate import openapi
from wirecopy.shell.options import CheckOptions
from wirecopy.shell.web.exchange import Response
from wirecopy.shell.web.problems import Problem

DOCUMENT = json.loads(openapi.TARGET.read_text("utf-8"))


def validator(schema: Any) -> Draft202012Validator:
    """Of a schema as it stands in the document, whose references are found in it."""
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_the_document_is_current() -> None:
    assert openapi.document() == DOCUMENT, "run `make docs`"


def test_every_schema_in_it_is_sound_and_every_reference_leads_somewhere() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                assert value["$ref"].removeprefix(openapi.DEFINED) in DOCUMENT["components"]["schemas"]
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(DOCUMENT)


def test_operations_have_names_answers_and_their_path_s_parameters() -> None:
    names = []
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            names.append(operation["operationId"])
            assert "200" in operation["responses"]
            assert all(answer["description"] for answer in operation["responses"].values())
            in_path = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert in_path == {part[1:].partition("}")[0] for part in path.split("/") if part.startswith("{")}
    assert len(names) == len(set(names))


def test_its_paths_are_those_that_programs_may_ask_for() -> None:
    routes = {
        (route.pattern, route.method.lower())
        for route in PageClient().site.routes()
        if (route.pattern.startswith("/api/") or route.pattern.endswith((".json", ".csv")))
        and "/." not in route.pattern
    }
    described = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    assert described == routes


def test_every_problem_is_described() -> None:
    assert set(DOCUMENT["x-problems"]) == {problem.value for problem in Problem}


def assert_as_described(path: str, method: str, answer: Response) -> None:
    described = DOCUMENT["paths"][path][method]["responses"][str(answer.status)]["content"]
    (media_type,) = described
    assert answer.content_type.partition(";")[0] == media_type
    faults = list(validator(described[media_type]["schema"]).iter_errors(json_of(answer)))
    assert not faults, faults[0]


async def test_what_is_answered_is_as_described() -> None:
    pages = PageClient()
    pages.send(prose(1), "wire.com", id="w-1", title="One")
    pages.send("A lead. " + prose(1), "paper.com", id="p-1", published_at="2026-05-01T10:00:00Z")
    asked = [{"text": prose(1)}, {"text": prose(3)}, {"body": prose(1), "publisher": "wire.com"}]
    schema = DOCUMENT["paths"]["/api/check"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    for record in asked:
        assert not list(validator(schema).iter_errors(record))
        answer = await pages.post("/api/check", json.dumps(record).encode())
        assert_as_described("/api/check", "post", answer)
    for value in (b"", b'{"title": 1}', b'{"text": ""}'):
        assert_as_described("/api/check", "post", await pages.post("/api/check", value))
    assert_as_described("/api/check", "post", await pages.post("/api/check", b"", "image/png"))
    for path, address in (
        ("/articles/{id}.json", "/articles/p-1.json"),
        ("/articles/{id}.json", "/articles/none.json"),
        ("/stories/{id}.json", "/stories/w-1.json"),
        ("/stories/{id}.json", "/stories/none.json"),
        ("/publishers.json", "/publishers.json"),
        ("/api/openapi.json", "/api/openapi.json"),
    ):
        assert_as_described(path, "get", await pages.get(address))
    await pages.close()


@pytest.mark.parametrize("caught_up", [True, False])
async def test_refusals_for_a_while_are_as_described(caught_up: bool) -> None:
    pages = PageClient(CheckOptions(rate_per_second=0.1, burst=1))
    pages.caught_up = caught_up
    answers = [await pages.post("/api/check", b'{"text": "abc"}') for _ in range(2)]
    assert [answer.status for answer in answers] == ([200, 429] if caught_up else [503, 429])
    for answer in answers:
        assert_as_described("/api/check", "post", answer)
    await pages.close()
