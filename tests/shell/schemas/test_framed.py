"""Values that Confluent's serializers framed are read by their schemas, once each, and an outage costs no record.

confluent.json holds what confluent-kafka wrote and what it registered. The registry here answers as Confluent's API does.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from tests.beside import until
from tests.shell.pipeline.test_pipeline import QUICK, Clock, RecordingTelemetry
from wirecopy import samples
from wirecopy.core.engine import Engine
from wirecopy.core.model import RawPosition, Rejected
from wirecopy.core.records.fields import FieldPaths
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.pipeline.binding import bound_steps
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.ports import RawRecord, TopicPartition
from wirecopy.shell.schemas.framed import Framed
from wirecopy.shell.schemas.registry import RegistryOptions, SchemaRegistry

pytest.importorskip("fastavro", reason="pip install 'wirecopy[registry]'")
import fastavro

WRITTEN = json.loads((Path(__file__).parent / "confluent.json").read_text("utf-8"))
ARTICLE = {
    "type": "record",
    "name": "Article",
    "fields": [{"name": "id", "type": "string"}, {"name": "body", "type": "string"}],
}


@dataclass
class State:
    """Of the registry: what it holds, and how it fails."""

    ids: dict[int, dict[str, Any]]
    subjects: dict[str, list[int]]
    login: str = ""
    status: int = 0
    page: bytes = b""
    asked: list[str] = field(default_factory=list)
    url: str = ""


def answer_of(state: State, path: str) -> tuple[int, dict[str, Any]]:
    parts = path.strip("/").split("/")
    if parts[0] == "schemas":
        found = state.ids.get(int(parts[2]))
        return (200, found) if found else (404, {"error_code": 40403, "message": "Schema not found"})
    number = state.subjects[parts[1].replace("%2F", "/")][int(parts[3]) - 1]
    return 200, state.ids[number]


@pytest.fixture
def registry() -> Iterator[State]:
    known = WRITTEN["registry"]
    state = State({int(number): one for number, one in known["ids"].items()}, known["subjects"])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            status, found = answer_of(state, self.path)
            body = json.dumps(found).encode()
            if state.login and self.headers.get("Authorization") != state.login:
                status, body = 401, b'{"error_code": 401}'
            if state.status:
                status, body = state.status, state.page
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()


def framed(state: State, **options: Any) -> Framed:
    return Framed(SchemaRegistry(RegistryOptions(state.url, **options)))


def record(value: bytes | None, offset: int = 0) -> RawRecord:
    return RawRecord(RawPosition("articles.raw", 0, offset), None, value, (), 0)


def read(reader: Framed, value: bytes) -> Any:
    (found,) = reader.read_all([record(value)])
    assert found.value == value, "the record stays as it came"
    return json.loads(found.read) if isinstance(found.read, bytes) else found.read


def in_frame(number: int, payload: bytes) -> bytes:
    return b"\0" + number.to_bytes(4, "big") + payload


def avro(schema: object, value: object) -> bytes:
    from io import BytesIO

    stream = BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(cast("Any", schema)), value)
    return stream.getvalue()


PROTO = {
    "id": "p1",
    "body": "Proto wörld",
    "source": {"name": "Ex"},
    "published_at": "2026-05-01T12:00:00Z",
    "n": "7",
    "kind": "KIND_WIRE",
    "tags": {"a": 2},
    "note": "",
    "link": "http://e",
    "scores": [1, 2, 300],
    "inner": {"deep": "d"},
    "words": {"k": {"deep": "v"}},
}


def test_what_confluents_serializers_write_is_read(registry: State) -> None:
    reader = framed(registry)
    assert read(reader, bytes.fromhex(WRITTEN["avro"])) == {
        "id": "a1",
        "body": "Hello wörld",
        "source": {"name": "Example"},
        "published_at": "2026-05-01T12:00:00+00:00",
        "price": "12.50",
        "tags": {"x": 3},
    }
    assert read(reader, bytes.fromhex(WRITTEN["proto"])) == PROTO
    assert read(reader, bytes.fromhex(WRITTEN["json"])) == {"id": "j1", "body": "Json"}


def test_a_proto_file_says_the_same_as_its_descriptor(registry: State) -> None:
    files = WRITTEN["proto_files"]
    for number, one in registry.ids.items():
        if one["schemaType"] == "PROTOBUF":
            name = "article.proto" if one["references"] else "news/source.proto"
            registry.ids[number] = {**one, "schema": files[name]}
    assert read(framed(registry), bytes.fromhex(WRITTEN["proto"])) == PROTO


def test_each_schema_is_asked_for_once(registry: State) -> None:
    reader = framed(registry)
    for _ in range(3):
        for kind in ("avro", "proto", "json"):
            read(reader, bytes.fromhex(WRITTEN[kind]))
    assert len(registry.asked) == len(set(registry.asked)) == 5


def test_the_schema_says_what_a_payload_is_though_it_begins_like_json(registry: State) -> None:
    schema = {**ARTICLE, "fields": ARTICLE["fields"][1:]}
    registry.ids[9] = {"schema": json.dumps(schema)}  # without a type: Avro
    value = in_frame(9, avro(schema, {"body": "{sixteen letters"}))
    assert value[5:7] == b" {"
    assert read(framed(registry), value) == {"body": "{sixteen letters"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (in_frame(77, b"\x02x"), "no schema id 77"),
        (in_frame(2, b"\xff\xff"), "does not fit its AVRO schema"),
        (bytes.fromhex(WRITTEN["avro"]) + b"\0", "does not fit its AVRO schema"),
        (in_frame(4, b"\x04\x02\x63\x0a"), "does not fit its PROTOBUF schema"),
        (in_frame(4, b"\x80"), "does not fit its PROTOBUF schema"),
        (in_frame(4, b"\x01\x0a"), "does not fit its PROTOBUF schema"),
        (in_frame(8, b"anything"), "schema cannot be read"),
        (in_frame(10, b"anything"), "schema cannot be read"),
    ],
)
def test_what_cannot_be_read_is_a_dead_letter_that_says_why(registry: State, value: bytes, said: str) -> None:
    registry.ids[8] = {"schema": '{"type": "recor'}
    registry.ids[10] = {"schema": "{}", "schemaType": "XML"}
    found = read(framed(registry), value)
    assert isinstance(found, Rejected)
    assert said in found.detail


@pytest.mark.parametrize(
    ("status", "page"),
    [
        (500, b""),
        (503, b"{}"),
        (401, b"{}"),
        (403, b"{}"),
        (404, b"<html>a proxy</html>"),
        (404, b'{"error_code": 404}'),
        (200, b"<html>a login page</html>"),
        (200, b"{}"),
    ],
)
def test_no_answer_about_a_schema_is_an_outage(registry: State, status: int, page: bytes) -> None:
    registry.status, registry.page = status, page
    reader = framed(registry)
    with pytest.raises(UnavailableError, match="schema registry"):
        read(reader, bytes.fromhex(WRITTEN["avro"]))
    registry.status = 0
    assert read(reader, bytes.fromhex(WRITTEN["avro"]))["id"] == "a1"


def test_a_login_is_sent(registry: State) -> None:
    registry.login = "Basic bmV3czpzZWNyZXQ="
    with pytest.raises(UnavailableError, match="401"):
        read(framed(registry), bytes.fromhex(WRITTEN["avro"]))
    assert (
        read(framed(registry, user="news", password="secret"), bytes.fromhex(WRITTEN["avro"]))["id"] == "a1"
    )


async def test_values_without_a_frame_ask_nobody(registry: State) -> None:
    records = [record(b'{"body": "x"}'), record(None), record(b"")]
    assert await framed(registry).opened(records) is records
    assert not registry.asked


async def test_avro_gets_the_verdicts_of_the_same_articles_as_json_through_outages(registry: State) -> None:
    """Exactly once, in order, no dead letter, though the registry goes away before the first record and again after."""
    articles = [json.loads(line) for line in samples.lines()]
    articles = [
        {"id": str(one["id"]), "body": one["body"]} for one in articles if isinstance(one.get("body"), str)
    ]
    plain = [json.dumps(one).encode() for one in articles]
    kinds = [{**ARTICLE, "name": f"Article{number}"} for number in (0, 1)]
    registry.ids |= {20 + number: {"schema": json.dumps(kind)} for number, kind in enumerate(kinds)}
    half = len(articles) // 2
    written = [
        in_frame(20 + (number >= half), avro(kinds[number >= half], one))
        for number, one in enumerate(articles)
    ]
    registry.status = 503
    verdicts, dead = await judged(registry, written, half)
    assert not dead
    as_json, dead = await judged(registry, plain, half)
    assert not dead
    assert verdicts == as_json
    assert [one["id"] for one in verdicts] == [one["id"] for one in articles]


async def judged(registry: State, values: list[bytes], half: int) -> tuple[list[Any], list[Any]]:
    """The enriched records and dead letters of a run; the registry answers only from a while after each half came."""
    backend = MemoryBackend(MemoryBroker(Clock()))
    backend.create_topics(1)
    steps = replace(bound_steps(FieldPaths(), {}), opened=framed(registry).opened)
    pipeline = Pipeline(backend, Engine(), steps, QUICK, RecordingTelemetry())
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline.run(stop))

    def out(topic: str) -> int:
        return backend.broker.bounds(TopicPartition(topic, 0))[1]

    for part, goal in ((values[:half], half), (values[half:], len(values))):
        down = registry.status
        for value in part:
            backend.broker.produce("articles.raw", 0, value)
        if down:
            tried = len(registry.asked)
            await until(lambda tried=tried: len(registry.asked) >= tried + 3, 60)  # type: ignore[misc]
            assert not out("articles.dead")
            registry.status = 0
        await until(lambda goal=goal: out("articles.enriched") + out("articles.dead") >= goal, 120)  # type: ignore[misc]
        registry.status = down
    registry.status = 0
    stop.set()
    await task
    read = backend.broker.read
    dead = [one.value for one in read("articles.dead", 0)]
    return [json.loads(one.value or b"") for one in read("articles.enriched", 0)], dead
