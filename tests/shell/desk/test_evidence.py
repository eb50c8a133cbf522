"""A bundle holds both texts as they came and is checked without the service; one changed byte is found, wherever it stands."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.shell.desk.test_watch_pages import fill, get
from tests.shell.standalone.served import serving
from wirecopy import samples
from wirecopy.shell.cli.desk import evidence as command
from wirecopy.shell.desk.evidence.bundle import sealed, verify
from wirecopy.shell.desk.evidence.keys import KeyFault, key_of, new_key, public_of

COPY = "dailyharbour-9001"


def wirecopy(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.main(parser.parse_args(arguments))


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """A bundle of the samples, and the folder with its keys."""
    folder = tmp_path_factory.mktemp("evidence")
    articles = folder / "articles.jsonl"
    articles.write_bytes(b"\n".join(samples.lines()))
    key, out = str(folder / "key"), str(folder / "bundle.zip")
    assert wirecopy("--new-key", key) == 0
    assert wirecopy(COPY, "-o", out, "--against", str(articles), "--key", key) == 0
    return (folder / "bundle.zip").read_bytes(), folder


def test_it_holds_the_records_the_texts_the_verdict_and_the_passages(made: tuple[bytes, Path]) -> None:
    parts = parts_of(made[0])
    records = {json.loads(line)["id"]: line for line in samples.lines()}
    assert parts["copy/record.json"] == records[COPY].strip()
    source = json.loads(parts["source/record.json"])
    assert parts["source/record.json"] == records[source["id"]].strip()
    assert parts["copy/body.txt"].decode() == json.loads(records[COPY])["body"]
    verdict = json.loads(parts["verdict.json"])["republication"]
    assert verdict["verdict"] == "republication" and verdict["original"]["id"] == source["id"]
    passages = json.loads(parts["passages.json"])
    assert len(passages) == len(verdict["passages"])
    for passage in passages:
        words = json.loads(records[COPY])["body"][passage["start"] : passage["end"]].split()
        assert words[5] in passage["copy"] and words[5] in passage["in_source"]
    manifest = json.loads(parts["manifest.json"])
    assert manifest["copy"]["position"] == verdict["position"] and manifest["source"]["log_offset"] == 0
    assert {one["name"] for one in manifest["files"]} == set(parts) - {"manifest.json", "signature"}
    page = parts["evidence.html"].decode()
    assert "<script" not in page and "default-src 'none'" in page and "Meridian Press" in page
    assert manifest["copy"]["body_xxh3"] in page


def test_it_is_whole_and_signed_by_the_key_that_made_it(made: tuple[bytes, Path]) -> None:
    data, folder = made
    public = public_of(folder / "key.pub")
    assert verify(data).faults == () and verify(data, public).faults == ()
    assert verify(data).key == public == key_of(folder / "key").public
    other = new_key(folder / "other")
    assert verify(data, other.public).faults == ("The bundle is signed by another key.",)


def test_one_changed_byte_is_found_wherever_it_stands(made: tuple[bytes, Path]) -> None:
    data = made[0]
    chance = random.Random(3)
    places = {0, 1, len(data) - 1, *range(len(data) - 300, len(data), 7)}
    places |= {chance.randrange(len(data)) for _ in range(400)}
    for name in (
        b"manifest.json",
        b"signature",
        b"copy/record.json",
        b"evidence.html",
    ):  # the containers' own heads
        at = data.index(name)
        places |= set(range(at - 30, at + len(name)))
    for place in sorted(places):
        for bit in (1, 0x20):
            changed = bytearray(data)
            changed[place] ^= bit
            assert verify(bytes(changed)).faults, f"byte {place} of {len(data)}"
    for changed_whole in (data[:-1], data + b"\0", b"\0" + data, data[:200], b""):
        assert verify(changed_whole).faults


def test_a_bundle_that_was_made_anew_around_another_text_is_found(made: tuple[bytes, Path]) -> None:
    """Whoever changes a part and its digest has not the key."""
    data, folder = made
    parts = parts_of(data)
    parts["copy/body.txt"] += b"!"
    manifest = json.loads(parts["manifest.json"])
    for one in manifest["files"]:
        one["sha256"] = hashlib.sha256(parts[one["name"]]).hexdigest()
        one["bytes"] = len(parts[one["name"]])
    parts["manifest.json"] = json.dumps(manifest, indent=2).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, part in sorted(parts.items()):
            file.writestr(name, part)
    assert "signature" in verify(stream.getvalue()).faults[0]
    forger = new_key(folder / "forger")
    plain = {name: part for name, part in parts.items() if name not in ("manifest.json", "signature")}
    about = {name: manifest[name] for name in ("made_at", "copy", "source")}
    forged = sealed(plain, about, forger)
    assert verify(forged).faults == ()  # whole, and by another: so compare the key
    assert verify(forged, public_of(folder / "key.pub")).faults


@pytest.mark.parametrize(
    "parts",
    [
        {"a": b"x"},
        {},
        {"manifest.json": b"{}", "signature": b""},
        {"manifest.json": b'{"format": "other/9", "files": []}', "signature": b""},
        {"manifest.json": b"[1]", "signature": b"\xff"},
    ],
)
def test_what_is_no_bundle_is_said_to_be_none(parts: dict[str, bytes]) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)
    assert verify(stream.getvalue()).faults


def test_the_command_says_what_it_found(
    made: tuple[bytes, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data, folder = made
    bundle, public = str(folder / "bundle.zip"), str(folder / "key.pub")
    assert wirecopy("--verify", bundle, "--key", public) == 0
    assert "whole" in capsys.readouterr().out
    bad = tmp_path / "bad.zip"
    at = data.index(b"ferry")
    bad.write_bytes(data[:at] + b"F" + data[at + 1 :])
    assert wirecopy("--verify", str(bad), "--key", public) == 1
    assert "copy/body.txt" in capsys.readouterr().err
    assert wirecopy("--verify", str(tmp_path / "none.zip")) == 1
    assert wirecopy("--verify", bundle, "--key", str(folder / "key")) == 2  # a private key is no public one
    assert wirecopy(COPY) == 2
    assert wirecopy("--new-key", str(folder / "key")) == 2  # never overwritten
    articles = str(folder / "articles.jsonl")
    assert (
        wirecopy("none", "-o", str(tmp_path / "x"), "--against", articles, "--key", str(folder / "key")) == 1
    )


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_a_key_that_is_none_is_refused_and_not_repeated(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(KeyFault) as fault:
        key_of(tmp_path / "key")
    assert "AAAA" not in str(fault.value)


async def test_the_page_offers_a_bundle_that_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    async with serving(data, monkeypatch) as port:
        await fill(port)
        page = (await get(port, f"/articles/{COPY}")).body.decode()
        address = page.split("bundle.zip?at=")[1].split('"')[0]
        answer = await get(port, f"/articles/{COPY}/bundle.zip?at={address}")
        assert answer.status == 200 and "attachment" in answer.headers["Content-Disposition"]
        (tmp_path / "key.pub").write_bytes((await get(port, "/evidence.pub")).body)
        public = public_of(tmp_path / "key.pub")
        found = verify(answer.body, public)
        assert found.faults == ()
        copy: Any = found.manifest["copy"]
        assert copy["received_at"] is not None and copy["headers"] == []
        assert (await get(port, "/articles/none/bundle.zip")).status == 404
        out = str(tmp_path / "b.zip")
        code = await asyncio.to_thread(wirecopy, COPY, "-o", out, "--service", f"http://127.0.0.1:{port}")
        assert code == 0 and wirecopy("--verify", out, "--key", str(tmp_path / "key.pub")) == 0
    async with serving(data, monkeypatch) as port:  # the same key after a restart
        (tmp_path / "again.pub").write_bytes((await get(port, "/evidence.pub")).body)
        assert public_of(tmp_path / "again.pub") == public
    assert (data / "evidence.key").stat().st_mode & 0o077 == 0
