"""Watches over HTTP: programs and people add, try, see and remove them; a tenant sees its own; foreign pages change nothing."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.shell.standalone.served import JSON, LINES, Answer, ask, serving
from wirecopy import samples
from wirecopy.shell.cli.desk import watch as command
from wirecopy.shell.desk.access import Access, AccessFault, networks_of, tokens_of
from wirecopy.shell.web.exchange import Request, segment

FORM = "application/x-www-form-urlencoded"
OURS = {"id": "ours", "publishers": ["Meridian Press"], "share_min": 0.5}
TOKENS = "meridian aaaaaaaaaaaaaaaa1  # theirs\n\neastgate bbbbbbbbbbbbbbbb2\n* cccccccccccccccc3\n"


async def get(port: int, path: str, **headers: str) -> Answer:
    return await asyncio.to_thread(ask, port, path, None, JSON, **headers)


async def post(port: int, path: str, value: Any, media_type: str = JSON, **headers: str) -> Answer:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return await asyncio.to_thread(ask, port, path, body, media_type, **headers)


async def fill(port: int, count: int | None = None) -> None:
    """The pages know the articles a moment after they are judged."""
    values = samples.lines()[:count]
    await post(port, "/api/articles", b"\n".join(values), LINES)
    last = segment(json.loads(values[-1])["id"])
    async with asyncio.timeout(10):
        while (await get(port, f"/articles/{last}")).status != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_watch_is_added_tried_seen_and_outlives_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path, monkeypatch) as port:
        assert (await get(port, "/api/watches")).json == {"watches": []}
        added = await post(port, "/api/watches", OURS)
        assert added.status == 201 and added.json["verdicts"] == ["republication"]
        await fill(port)
        found = (await get(port, "/api/matches")).lines
        assert found and {one["watch"]["id"] for one in found} == {"ours"}
        assert all(one["republication"]["verdict"] == "republication" for one in found)
        trial = await post(port, "/api/watches/try", {"publishers": ["Meridian Press"], "share_min": 0.5})
        verdicts = {one["article"]["id"] for one in found if one["cause"] == "verdict"}
        assert {one["id"] for one in trial.json["matches"]} == verdicts
        assert (await get(port, trial.json["matches"][0]["evidence"])).status == 200
        assert len((await get(port, "/api/watches")).json["watches"]) == 1  # trying adds nothing
    async with serving(tmp_path, monkeypatch) as port:
        assert (await get(port, "/api/watches/ours")).json["share_min"] == 0.5
        assert (await get(port, "/api/matches")).lines == found
        listed = (await get(port, "/watches")).body.decode()
        assert "Meridian Press" in listed and 'href="/watches/ours"' in listed


@pytest.mark.parametrize(
    ("value", "media_type", "status"),
    [
        ({"publisher": "x"}, JSON, 422),
        (b"no json", JSON, 422),
        ({"publishers": ["x"]}, "text/plain", 415),
        ({"publishers": ["x"]}, FORM, 415),
        ({"publishers": ["x"]}, JSON, 201),
    ],
)
async def test_what_is_no_watch_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: Any, media_type: str, status: int
) -> None:
    async with serving(tmp_path, monkeypatch) as port:
        assert (await post(port, "/api/watches", value, media_type)).status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 201),  # a form of a page without referrers
        ({"host": "localhost", "origin": "http://localhost"}, 201),
    ],
)
async def test_another_site_s_page_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], status: int
) -> None:
    async with serving(tmp_path, monkeypatch) as port:
        assert (await post(port, "/api/watches", OURS, **headers)).status == status
        form = urlencode({"publishers": "Meridian Press"}).encode()
        assert (await post(port, "/watches", form, FORM, **headers)).status == (200 if status == 201 else 403)
        expected = 0 if status != 201 else 2
        assert len((await get(port, "/api/watches")).json["watches"]) == expected


async def test_the_page_adds_tries_and_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def form(**fields: str) -> bytes:
        return urlencode(fields).encode()

    async with serving(tmp_path, monkeypatch) as port:
        await fill(port)
        asked = {"name": "<b>Ours</b>", "publishers": "Meridian Press, nobody.example", "share_min": "50 %"}
        tried = (await post(port, "/watches", form(**asked, **{"try": "1"}), FORM)).body.decode()
        assert "It would have matched" in tried and "Ferry talks" in tried and "<b>Ours" not in tried
        assert (await get(port, "/api/watches")).json["watches"] == []
        shown = (await post(port, "/watches", form(**asked, extents="full"), FORM)).body.decode()
        assert "Remove this watch" in shown and "at least 50 %" in shown and "Ferry talks" in shown
        (watch,) = (await get(port, "/api/watches")).json["watches"]
        assert watch["publishers"] == ["Meridian Press", "nobody.example"] and watch["extents"] == ["full"]
        wrong = await post(port, "/watches", form(share_min="many", name="kept"), FORM)
        assert wrong.status == 422 and b"percentage" in wrong.body and b"kept" in wrong.body
        await post(port, f"/watches/{watch['id']}", form(), FORM)
        assert (await get(port, "/api/watches")).json["watches"] == []
        assert (await get(port, f"/watches/{watch['id']}")).status == 404


async def test_a_tenant_sees_and_changes_its_own_watches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(TOKENS)
    theirs, others, all_ = (
        {"authorization": f"Bearer {token}"}
        for token in ("aaaaaaaaaaaaaaaa1", "bbbbbbbbbbbbbbbb2", "cccccccccccccccc3")
    )
    async with serving(tmp_path / "data", monkeypatch, desk_tokens_file=str(tokens)) as port:
        refused = await get(port, "/api/watches")
        assert refused.status == 401 and "Basic" in refused.headers["WWW-Authenticate"]
        assert (await get(port, "/watches")).status == 401
        wrong = {"authorization": "Bearer aaaaaaaaaaaaaaaa"}
        assert (await post(port, "/api/watches", OURS, **wrong)).status == 401
        made = await post(port, "/api/watches", {**OURS, "tenant": "eastgate"}, **theirs)
        assert made.json["tenant"] == "meridian"  # whatever it says
        assert (await get(port, "/api/watches/ours", **others)).status == 404
        assert (await post(port, "/api/watches", OURS, **others)).status == 422  # the id is taken
        assert (await get(port, "/api/watches", **others)).json == {"watches": []}
        assert len((await get(port, "/api/watches", **all_)).json["watches"]) == 1
        given = await post(port, "/api/watches", {"id": "x", "tenant": "eastgate"}, **all_)
        assert given.json["tenant"] == "eastgate"
        basic = base64.b64encode(b"anybody:bbbbbbbbbbbbbbbb2").decode()
        page = await get(port, "/watches", authorization=f"Basic {basic}")
        assert page.status == 200 and b"/watches/x" in page.body and b"ours" not in page.body


# ---- who is let in
def request(peer: str = "10.0.0.1", **headers: str) -> Request:
    return Request("/", headers={name.replace("_", "-"): value for name, value in headers.items()}, peer=peer)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (request("10.0.0.1", x_user="anna"), "anna"),
        (request("::ffff:10.0.0.1", x_user="anna"), "anna"),
        (request("192.0.2.1", x_user="anna"), None),  # anybody can write a header
        (request("", x_user="anna"), None),
        (request("10.0.0.1"), None),
        (request("10.0.0.1", x_user=" "), None),
        (request("10.0.0.1", host="localhost"), None),  # where a proxy lets people in, nobody is alone
    ],
)
def test_a_header_counts_from_a_proxy_alone(given: Request, expected: str | None) -> None:
    access = Access(user_header="x-user", proxies=networks_of(["10.0.0.0/8"]), alone=True)
    assert access.tenant(given) == expected


def test_without_tokens_or_a_proxy_nobody_is_let_in_but_on_the_own_machine() -> None:
    assert Access().closed and Access().tenant(request(host="localhost")) is None
    assert Access(alone=True).tenant(request(host="localhost:8080")) == ""
    assert Access(alone=True).tenant(request(host="rebound.example")) is None


@pytest.mark.parametrize("text", ["", "meridian", "meridian short", "a x y", f"a {'t' * 16}\nb {'t' * 16}"])
def test_a_file_of_tokens_that_cannot_be_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokens").write_text(text)
    with pytest.raises(AccessFault) as fault:
        tokens_of(str(tmp_path / "tokens"))
    assert "short" not in str(fault.value) and "ttt" not in str(fault.value)


# ---- the command
async def test_the_command_writes_a_file_and_asks_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import argparse

    def wirecopy(*arguments: str) -> tuple[int, list[Any]]:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        code = command.main(parser.parse_args(arguments))
        out = capfd.readouterr().out.splitlines()
        return code, [json.loads(line) for line in out if line.startswith("{")]

    file = str(tmp_path / "watches.jsonl")
    (tmp_path / "many.jsonl").write_text("\n".join(json.dumps({"id": f"w{n}"}) for n in range(1_200)))
    articles = tmp_path / "articles.jsonl"
    articles.write_bytes(b"\n".join(samples.lines()))

    def there() -> None:
        assert wirecopy("add", "--publisher", "Meridian Press", "--id", "m", "--file", file)[0] == 0
        assert wirecopy("add", "--json", str(tmp_path / "many.jsonl"), "--file", file)[0] == 0
        assert wirecopy("remove", "w3", "--file", file)[0] == 0
        code, listed = wirecopy("list", "--file", file)
        assert code == 0 and len(listed) == 1_200
        assert wirecopy("add", "--extent", "huge", "--file", file)[0] == 2
        code, found = wirecopy("try", "--publisher", "Meridian Press", "--against", str(articles))
        assert code == 0 and len(found) == 5

    await asyncio.to_thread(there)
    async with serving(tmp_path / "data", monkeypatch) as port:
        place = ("--service", f"http://127.0.0.1:{port}")

        def served() -> None:
            assert wirecopy("add", "--publisher", "Meridian Press", "--id", "m/1", *place)[0] == 2
            assert wirecopy("add", "--publisher", "Meridian Press", "--id", "m.1", *place)[0] == 0
            assert [one["id"] for one in wirecopy("list", *place)[1]] == ["m.1"]
            assert wirecopy("try", "--publisher", "Meridian Press", *place) == (0, [])
            assert wirecopy("remove", "m.1", *place)[0] == 0
            assert wirecopy("remove", "m.1", *place)[0] == 1

        await asyncio.to_thread(served)
