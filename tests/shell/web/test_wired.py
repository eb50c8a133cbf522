"""The service shows its pages where a setting says so, beside its probes, and not otherwise."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.shell.cli.test_run import SENTENCE, Ports, ask, free_settings, until_status, world
from wirecopy.shell.cli import run

BODY = SENTENCE + "Nobody had asked the deckhands, who stood on the pier with their bags and their dogs. " * 3


@pytest.mark.parametrize("chosen", [{}, {"fingerprint_workers": 1, "pipeline_inline_bytes_max": 0}])
async def test_a_copy_is_found_from_the_live_page_to_its_record(
    chosen: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether this process decodes articles or its workers do."""
    broker, backend = world()
    ports, stop = Ports(monkeypatch), asyncio.Event()
    service = asyncio.create_task(run.serve(free_settings(pages_enabled=True, **chosen), backend, stop))
    port = await ports.found
    await until_status(port, "/readyz", 200)
    for partition, id_ in enumerate(["first", "copy"]):
        value = {"id": id_, "publisher": f"{id_}.example", "title": f"Headline of {id_}", "body": BODY}
        broker.produce("articles.raw", partition, json.dumps(value).encode())
        await until_status(port, f"/articles/{id_}", 200)
    async with asyncio.timeout(30):
        while "Headline of copy" not in (await asyncio.to_thread(ask, port, "/"))[1]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    evidence = (await asyncio.to_thread(ask, port, "/articles/copy"))[1]
    assert "appears in first.example" in evidence and evidence.count("with their bags") == 6
    record = json.loads((await asyncio.to_thread(ask, port, "/articles/copy.json"))[1])
    assert record["republication"]["original"]["id"] == "first"
    assert "2 articles by 2 publishers" in (await asyncio.to_thread(ask, port, "/stories/first"))[1]
    assert (await asyncio.to_thread(ask, port, "/livez"))[0] == 200
    stop.set()
    assert await service == 0


async def test_without_the_setting_there_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    _, backend = world()
    ports, stop = Ports(monkeypatch), asyncio.Event()
    service = asyncio.create_task(run.serve(free_settings(), backend, stop))
    port = await ports.found
    await until_status(port, "/readyz", 200)
    assert (await asyncio.to_thread(ask, port, "/"))[0] == 404
    stop.set()
    assert await service == 0
