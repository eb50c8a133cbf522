"""Laws of CloudEvents: what goes out is an event of its own, named by the raw record's position; what came in
as one is judged as any record; without the setting no header is touched."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.beside import until
from tests.shell.pipeline.test_pipeline import (
    CORRECTIONS,
    DEAD,
    ENRICHED,
    QUICK,
    RAW,
    out_count,
    world,
)
from tests.shell.toy_engine import TOY_STEPS, ToyEngine
from wirecopy.core.model import RawPosition
from wirecopy.shell.backends.memory import MemoryBackend
from wirecopy.shell.cli import run
from wirecopy.shell.pipeline.cloud_events import CORE, CORRECTED, JUDGED, CloudEvents
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.ports import Headers
from wirecopy.shell.settings import Settings

ASYNCAPI = Path(__file__).parents[3] / "deploy/asyncapi.yaml"
SENT: Headers = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"of-the-sender"),
    ("ce_source", b"/crawler/7"),
    ("ce_type", b"com.example.crawled"),
    ("ce_partitionkey", b"an extension"),
    ("Content-Type", b"application/json; charset=utf-8"),
)
OURS = CloudEvents("/wirecopy/test", lambda: 1_700_000_000_123)


async def gone_through(sent: Headers, envelope: CloudEvents | None) -> MemoryBackend:
    backend = world(1)
    for body in ("a", "late"):
        value = json.dumps({"id": f"id of {body}", "body": body}).encode()
        backend.broker.produce(RAW, 0, value, headers=sent)
    backend.broker.produce(RAW, 0, b"no json", headers=sent)
    steps, stop = replace(TOY_STEPS, envelope=envelope), asyncio.Event()
    task = asyncio.create_task(Pipeline(backend, ToyEngine(), steps, QUICK).run(stop))
    await until(lambda: out_count(backend) == 3)
    stop.set()
    await task
    return backend


def headers_of(backend: MemoryBackend, topic: str) -> list[list[tuple[str, str]]]:
    return [
        [(name, (value or b"").decode()) for name, value in record.headers]
        for record in backend.broker.read(topic, 0)
    ]


@pytest.mark.parametrize("sent", [SENT, (), SENT[:2], (("ce_specversion", b"0.3"), ("ce_id", None))])
async def test_what_goes_out_is_an_event_of_its_own(sent: Headers) -> None:
    backend = await gone_through(sent, OURS)
    for offset, headers in enumerate(headers_of(backend, ENRICHED)):
        assert len({name for name, _ in headers}) == len(headers)
        said = dict(headers)
        assert said["ce_specversion"] == "1.0"
        assert said["ce_id"] == f"articles.raw/0/{offset}"
        assert said["ce_source"] == "/wirecopy/test"
        assert said["ce_type"] == JUDGED
        assert said["ce_time"] == "2023-11-14T22:13:20.123Z"
        assert said["ce_subject"] == ("id of a", "id of late")[offset]
        assert said["content-type"] == "application/json"
        assert ("ce_partitionkey" in said) == (sent is SENT)
        assert said["verdict"]
    (correction,) = headers_of(backend, CORRECTIONS)
    assert dict(correction)["ce_type"] == CORRECTED
    assert dict(correction)["ce_id"] == "articles.raw/0/1+articles.raw/0/0"
    assert dict(correction)["ce_subject"] == "id of a"
    (dead,) = headers_of(backend, DEAD)
    assert [header for header in dead if not header[0].startswith("wirecopy.")] == [
        (name, (value or b"").decode()) for name, value in sent
    ]


async def test_without_the_setting_the_headers_pass_through() -> None:
    backend = await gone_through(SENT, None)
    for headers in headers_of(backend, ENRICHED):
        assert headers[:-1] == [(name, (value or b"").decode()) for name, value in SENT]
    assert not any(name.startswith("ce_") for name, _ in headers_of(backend, CORRECTIONS)[0])


def test_the_settings_compose_it() -> None:
    assert run.steps_of(Settings()).envelope is None
    made = run.steps_of(Settings(cloudevents=True, cloudevents_source="/here")).envelope
    assert isinstance(made, CloudEvents)
    assert made.source == "/here"


def test_asyncapi_names_the_attributes_that_are_written() -> None:
    trait = yaml.safe_load(ASYNCAPI.read_text("utf-8"))["components"]["messageTraits"]["cloudEvent"]
    written = {name for name, _ in OURS.judged((), RawPosition("t", 0, 0), "an id")}
    assert set(trait["headers"]["properties"]) == written <= CORE
    assert trait["headers"]["properties"]["ce_type"]["enum"] == [JUDGED, CORRECTED]
    assert all(re.fullmatch(r"ce_[a-z0-9]{1,20}|content-type", name) for name in written)
