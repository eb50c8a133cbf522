"""`wirecopy serve` judges as `scan` does, answers when it is on the disk, and takes nothing from other sites' pages."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.shell.standalone.served import JSON, LINES, Answer, ask, serving
from wirecopy import samples
from wirecopy.core.records.fields import FieldPaths
from wirecopy.shell.errors import UnavailableError
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan
from wirecopy.shell.standalone import intake, routes

TEXT: str = json.loads(samples.lines()[0])["body"]


async def post(port: int, body: Any, media_type: str = JSON, **headers: str) -> Answer:
    value = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await asyncio.to_thread(ask, port, "/api/articles", value, media_type, **headers)


async def get(port: int, path: str) -> Answer:
    return await asyncio.to_thread(ask, port, path)


def without_topic(republication: dict[str, Any]) -> str:
    return json.dumps(republication).replace('"articles.raw"', '"scan"')


def scanned(values: list[bytes]) -> list[str]:
    stream = io.BytesIO()
    lines = (Line(number, value) for number, value in enumerate(values))
    scan(lines, ScanOutputs(stream), ScanOptions(FieldPaths(), {}))
    return [json.dumps(json.loads(line)["republication"]) for line in stream.getvalue().splitlines()]


async def test_the_verdicts_are_those_of_scan_and_outlive_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = samples.lines()
    async with serving(tmp_path, monkeypatch) as port:
        answer = await post(port, b"\n".join(values[:20]), LINES)
        told = [one["republication"] for one in answer.json["articles"]]
        one = await post(port, values[20])
        told.append(one.json["republication"])
        assert one.json["summary"] and one.json["sentences"] and "published_before" in one.json
    async with serving(tmp_path, monkeypatch) as port:
        rest = await post(port, b"[" + b",".join(values[21:]) + b"]")
        told += [one["republication"] for one in rest.json["articles"]]
        assert [without_topic(one) for one in told] == scanned(values)
        first = await get(port, "/api/enriched")
        assert [line["republication"] for line in first.lines] == told
        assert first.headers["Next-Offset"] == str(len(values))
        assert (await get(port, "/api/enriched?from=39")).lines == first.lines[39:]
        assert (await get(port, "/api/corrections")).lines
        assert (await get(port, "/")).status == 200
        checked = await asyncio.to_thread(ask, port, "/api/check", json.dumps({"text": TEXT}).encode())
        assert checked.json["published_before"]


async def test_what_cannot_be_judged_is_said_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path, monkeypatch) as port:
        refused = await post(port, {"id": "x"})
        assert (refused.status, refused.json["cause"]) == (422, "body_missing")
        several = await post(port, [{"id": "a", "body": TEXT}, 7, {"body": " "}])
        found = several.json["articles"]
        assert found[0]["verdict"] == "original"
        assert [one["error"]["reason"] for one in found[1:]] == ["not_an_object", "body_empty"]
        lines = await post(port, b'no json\n\n{"id": "b", "body": "some words of its own"}\n', LINES)
        assert ["error" in one for one in lines.json["articles"]] == [True, False]
        dead = (await get(port, "/api/dead")).lines
        assert [letter["reason"] for letter in dead] == [
            "body_missing",
            "not_an_object",
            "body_empty",
            "not_json",
        ]
        assert dead[0]["value"] == '{"id": "x"}'
        for body, media_type, status in (
            (b"no json", JSON, 422),
            (b'"text"', JSON, 422),
            (b"{}", "text/plain", 415),
            (b"a=b", "application/x-www-form-urlencoded", 415),
        ):
            assert (await post(port, body, media_type)).status == status
        assert (await post(port, b"[]")).json == {"articles": []}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "evil.example:8080"}, 403),
        ({"host": "localhost.evil.example"}, 403),
        ({"host": "press.example"}, 200),
        ({"host": "localhost:1"}, 200),
        ({"host": "[::1]:1"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "localhost", "origin": "http://localhost"}, 200),
    ],
)
async def test_pages_of_other_sites_cannot_write(
    headers: dict[str, str], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path, monkeypatch) as port:
        assert (await post(port, {"body": TEXT}, **headers)).status == status


async def test_bodies_and_numbers_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "ARTICLES_MAX", 3)
    async with serving(tmp_path, monkeypatch) as port:
        assert (await post(port, [{}] * 4)).status == 413
        with monkeypatch.context() as patched:
            patched.setattr(intake, "WAITING_MAX", 1)
            busy = await post(port, [{}] * 2)
            assert (busy.status, busy.headers["Retry-After"]) == (503, "5")
        assert (await get(port, "/api/dead")).lines == []


async def test_a_full_disk_takes_nothing_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(tmp_path, monkeypatch) as port:
        with monkeypatch.context() as patched:

            def full(*_: object) -> int:
                raise UnavailableError("the journal cannot be written: No space left on device")

            patched.setattr("wirecopy.shell.backends.disk.broker.DiskBroker.produce_all", full)
            assert (await post(port, {"body": TEXT})).status == 503
        assert (await post(port, {"body": TEXT})).json["verdict"] == "original"


async def test_verdicts_that_take_too_long_are_accepted_and_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path, monkeypatch) as port:
        with monkeypatch.context() as patched:
            patched.setattr(intake, "ANSWER_SECONDS_MAX", 0.0)
            late = await post(port, {"id": "late", "body": TEXT})
            assert (late.status, late.json) == (202, {"accepted": 1, "offset": 0})
        await post(port, {"id": "next", "body": "some words of its own"})
        assert [line["id"] for line in (await get(port, "/api/enriched")).lines] == ["late", "next"]
