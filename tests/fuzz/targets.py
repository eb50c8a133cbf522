"""Every place where bytes come from outside, and what must hold whatever they are.

A target takes seeds and makes one hostile case of each: a verdict or a reason, an answer or a refusal, and never
another exception, a stall or something that another replica would say otherwise. A failure names its seed,
and `DOORS[name](range(seed, seed + 1))` brings it back. `make test` tries CASES of each, `make soak` as many as
its time holds.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import logging
import lzma
import os
import random
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from unittest import mock

import zstandard

from tests.core.fingerprint.test_record import mutated
from tests.core.naive import html as twins_html
from tests.core.records.test_fuzz_raw import (
    FIELDS,
    NESTED_PATHS,
    OTHERS,
    PATHS,
    RECORDS,
    SNIPPETS,
    assert_law,
    damaged,
)
from tests.core.story import article, prose
from tests.core.test_engine import HOSTILE
from tests.core.text.test_html import PIECES, assert_offsets_hold
from tests.shell.state.test_state_files import Damage
from tests.shell.web.page_client import FORM, PageClient
from tests.sim.scenario import STEPS
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.fingerprint.record import SketchRecord, decode_record
from wirecopy.core.model import Outcome, RawArticle, RawPosition, Rejected
from wirecopy.core.records.raw import decode_raw, encode_correction, encode_enriched
from wirecopy.core.text.html import html_to_text, looks_like_html
from wirecopy.shell import settings
from wirecopy.shell.cli.replay_dead import opened
from wirecopy.shell.files.lines import FileTrouble, LineReader
from wirecopy.shell.pipeline.steps import ORIGIN_BYTES_MAX, Limits, dead_letter, prepare, render, size_of
from wirecopy.shell.ports import Headers, OutputStream, PipelineHealth, RawRecord
from wirecopy.shell.web import server as http
from wirecopy.shell.web.exchange import Method

Seeds = Iterable[int]
NOW_MS = 1_700_000_000_000
HANG_UP_SECONDS = 0.2  # the port's own limit, short: half a request is answered by it
HTTP_SECONDS_MAX = 10.0
CALLERS = 32  # at once; the port takes 64


def each(case: Callable[[random.Random], None]) -> Callable[[Seeds], None]:
    """A target whose cases have nothing in common."""

    def target(seeds: Seeds) -> None:
        for seed in seeds:
            try:
                case(random.Random(seed))
            except Exception as fault:
                raise AssertionError(f"{case.__name__}, seed {seed}: {fault!r}") from fault

    return target


# ---- raw records
def record(chance: random.Random) -> None:
    """Damaged as disks, encoders and producers that stop half way do."""
    assert_law(damaged(chance), chance.choice([PATHS, PATHS, NESTED_PATHS]))


NINJS = [
    "uri", "versioncreated", "versionCreated", "firstcreated", "version", "language", "headline", "headlines",
    "bodies", "body_text", "body_xhtml", "body_html5", "copyrightholder", "copyrightHolder", "infosources",
    "infosource", "altids", "altIds", "standard", "$standard", "usageterms", "rightsinfo", "type",
]  # fmt: skip
INNER = ["role", "value", "contenttype", "contentType", "name", "literal", "uri", "charcount", "version"]


def ninjs(chance: random.Random) -> None:
    """Items of which any member, at any depth, is missing or of another type."""

    def value(depth: int) -> object:
        kind = chance.random()
        if depth and kind < 0.35:
            return {chance.choice(INNER): value(depth - 1) for _ in range(chance.randint(0, 4))}
        if depth and kind < 0.6:
            return [value(depth - 1) for _ in range(chance.randint(0, 3))]
        if kind < 0.8:
            texts = ["ninjs", "text/html", "html", "main", prose(chance.randrange(9), 30), "<p>One</p> two"]
            return chance.choice([*texts, "urn:newsml:nna.example:20240503:h17", "tag:x@,2024:", "//["])
        return chance.choice(OTHERS)

    item: dict[str, Any] = dict(chance.choice([{}, {}, *RECORDS[5:7]]))
    for _ in range(chance.randint(1, 6)):
        item[chance.choice(NINJS)] = value(3)
    assert_law(json.dumps(item, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass"), PATHS)


def page(chance: random.Random) -> None:
    """The kernel says of any markup what its plain twin says, and its offsets lie in the source."""
    html = "".join(chance.choices(PIECES, k=chance.randrange(1, 150)))
    text, offsets = html_to_text(html)
    assert (text, offsets[:-1].tolist()) == twins_html.html_to_text(html), html
    assert_offsets_hold(html, text, offsets)
    looks_like_html(html)


JUNK = [text[:400] for text in HOSTILE.values()]
GLUE = ["", " ", "\n", "\n\n", ". ", "\u00a0", "\r\n", "\u2028"]


def articles(seeds: Seeds) -> None:
    """Hostile texts through every stage, on one engine, so that they meet each other's postings."""
    engine, offset, seed = Engine(), 0, -1
    stories = [prose(n, 120) for n in range(12)]
    try:
        for seed in seeds:
            chance = random.Random(seed)
            pieces = [*chance.sample(JUNK, 4), *chance.sample(stories, 4), *RARE]
            body = chance.choice(GLUE).join(chance.choices(pieces, k=chance.randint(1, 10))) or "x"
            if chance.random() < 0.2:
                body = "<p>" + body.replace("\n", "</p><p>")
            fields = {"id": f"a{seed}", "url": f"https://s{seed % 7}.com/{seed}", "body": body}
            fields["title"] = chance.choice(pieces)[:90]
            raw = json.dumps(fields).encode()
            sent = decode_raw(raw, RawPosition("raw", seed % 3, seed), PATHS, {})
            if isinstance(sent, Rejected):
                continue
            _through(engine, offset, sent)
            offset += 1
    except Exception as fault:
        raise AssertionError(f"articles {seeds}, seed {seed}: {fault!r}") from fault


RARE = [
    "\x00",
    "\ud800",
    "\udfff",
    "\ufeff",
    "(Reuters) - ",
    "Source: AP",
    "By Reuters",
    "…",
    "字" * 40,
    "| ",
]


def _through(engine: Engine, offset: int, sent: RawArticle) -> None:
    proposal = propose(sent)
    assert isinstance(decode_record(proposal.value), SketchRecord)
    outcome = engine.replay(offset, NOW_MS + offset, proposal.value)
    assert isinstance(outcome, Outcome)
    verdict = enrich(proposal, outcome)
    assert json.loads(encode_enriched(sent, verdict))["republication"]
    assert all(0 <= p.start < p.end <= len(sent.body) for p in verdict.passages)
    assert 0 <= verdict.share <= 1 and 0 <= verdict.source_share <= 1 and 0 <= verdict.boilerplate_share <= 1
    for correction in outcome.corrections:
        json.loads(encode_correction(correction))


# ---- the fingerprint log
WRITTEN = [propose(article(prose(n, n * 20), offset=n, id=f"a{n}")).value for n in range(1, 12)]


def log(seeds: Seeds) -> None:
    """Another writer's records: refused and counted alike on every replica, whatever came before them."""
    replicas, offset, seed = (Engine(), Engine()), 0, -1
    try:
        for seed in seeds:
            chance = random.Random(seed)
            value = chance.choice(WRITTEN)
            if chance.random() < 0.9:
                value = mutated(chance, value)
            if chance.random() < 0.05:
                value = chance.randbytes(chance.randint(0, 200))
            said = [replica.replay(offset, NOW_MS + offset, value) for replica in replicas]
            assert said[0] == said[1], value.hex()
            offset += 1
        assert replicas[0].stats() == replicas[1].stats()
    except Exception as fault:
        raise AssertionError(f"log {seeds}, seed {seed}: {fault!r}") from fault


# ---- what comes beside a record's value
def headers(chance: random.Random) -> None:
    """Whatever key, value and headers a record has: it is one output record within its topic's limit, with
    all headers, or without what is said to be left out; and a dead letter opens again."""
    names = ["trace", "", "wirecopy.reason", "wirecopy.offset", "verdict", "字", "\\xff", "n" * 300]
    given: Headers = tuple(
        (chance.choice(names), chance.choice([None, b"", b"v", b"\xff\x00", b"x" * chance.randint(0, 900)]))
        for _ in range(chance.choice([0, 1, 5, 40, 400]))
    )
    value = chance.choice(
        [None, b"", b"{not json", damaged(chance), json.dumps(chance.choice(RECORDS)).encode()]
    )
    key = chance.choice([None, b"", b"k", b"\xff" * 100])
    raw = RawRecord(RawPosition("raw", 0, 7), key, value, given, chance.choice([0, -1, NOW_MS, 2**62]))
    limit = chance.choice([1_000, 20_000, 10_000_000])
    limits = Limits(limit, limit, 10_000_000, chance.choice([4_000, 40_000, 10_000_000]))
    engine = Engine()
    [entry] = prepare([raw], STEPS, engine, limits)
    if entry.proposal is not None:
        outcome = engine.replay(0, NOW_MS, entry.proposal.value)
        assert isinstance(outcome, Outcome)
        entry.outcome = outcome
    [out] = render([entry], STEPS, limits)
    assert entry.fault is None, entry.fault
    assert [one.stream for one in out if one.stream is not OutputStream.CORRECTIONS] == [out[0].stream]
    if out[0].stream is OutputStream.ENRICHED:
        assert size_of(out[0].key, out[0].value, out[0].headers) <= limits.enriched
        assert [h for h in given if h[0] != "verdict"] == list(out[0].headers[:-1])
    else:
        _dead(raw, entry.rejected, limits)


def _dead(raw: RawRecord, rejected: Rejected | None, limits: Limits) -> None:
    assert rejected is not None
    letter = dead_letter(raw, rejected, limits)
    assert size_of(letter.key, letter.value, letter.headers) <= limits.dead
    again = opened(RawRecord(raw.position, letter.key, letter.value, letter.headers, 0))
    assert again is not None and again.reason is rejected.reason
    if size_of(raw.key, raw.value, raw.headers) <= limits.dead - ORIGIN_BYTES_MAX:
        assert (again.record.key, again.record.value) == (raw.key, raw.value)
        assert list(again.record.headers) == [h for h in raw.headers if not h[0].startswith("wirecopy.")]


# ---- settings
def configuration(chance: random.Random) -> None:
    """Any text in any setting from any source: sound settings, or faults with a sentence each that hold no
    secret."""
    names = list(settings.Settings.model_fields)
    secret = "s3cret-" + str(chance.random())
    values = ["", " ", "0", "-1", "1e9", "nan", "inf", "true", "ja", "9" * 400, "x" * 5000, "a,b", "[]", "{}",
              "null", "\\", '"', "a=b,=c", "SASL_SSL", "PLAIN", "127.0.0.1:9092", ":", "é字", "\udcff", "1_000",
              "[1,2]", '{"a": 1}', "/nowhere/at/all"]  # fmt: skip
    environment = {
        settings.variable(chance.choice(names)): chance.choice(values) for _ in range(chance.randint(0, 4))
    }
    if chance.random() < 0.3:
        environment["WIRECOPY_" + chance.choice(["", "KAFKA", "KAFKA_GROUP", "X" * 300, "_", "é"])] = "1"
    if chance.random() < 0.3:
        environment[settings.variable("kafka_sasl_password")] = secret
    with tempfile.TemporaryDirectory() as folder:
        if chance.random() < 0.5:
            _write_file(chance, Path(folder) / "w.toml", names)
            environment["WIRECOPY_CONFIG_FILE"] = str(Path(folder) / "w.toml")
        if chance.random() < 0.3:
            secrets = Path(folder) / "secrets"
            secrets.mkdir()
            (secrets / chance.choice([*names, "other"])).write_bytes(
                chance.choice([b"", b"\xff\xfe", b"\0", secret.encode(), b"x" * 9000])
            )
            environment["WIRECOPY_SECRETS_DIR"] = chance.choice([str(secrets), folder + "/none"])
        with mock.patch.dict(os.environ, environment, clear=True):
            try:
                loaded = settings.load()
            except settings.ConfigFaults as told:
                assert told.faults and all(len(fault) > 10 for fault in told.faults)
                assert secret not in "".join(told.faults)
                return
    assert set(loaded.origins) == set(names)
    loaded.settings.kafka_options()
    loaded.settings.pipeline_options()


def _write_file(chance: random.Random, path: Path, names: list[str]) -> None:
    written = [
        "1",
        "-1",
        "true",
        '"x"',
        "[1]",
        '["a", 2]',
        "{a = 1}",
        "1979-05-27",
        "nan",
        "1e400",
        '""',
        "0x10",
    ]
    lines = []
    for _ in range(chance.randint(0, 5)):
        name = chance.choice([*names, "nothing", "kafka.x", '"a b"'])
        lines.append(f"{name.replace('_', chance.choice(['_', '.', '-']), 1)} = {chance.choice(written)}")
    text = bytearray("\n".join(lines).encode())
    if chance.random() < 0.3:
        at = chance.randrange(len(text) + 1)
        text[at:at] = chance.choice([b"\xff", b"[", b"]", b'"""', b"\0", b"=", b"[[kafka]]\n", b"[" * 300])
    path.write_bytes(bytes(text))


# ---- the HTTP port
REQUESTS = [
    b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text\r\n\r\n",
    b"HEAD /readyz HTTP/1.0\r\n\r\n",
    b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    b"GET /startupz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
]
PARTS = [
    b"\r\n", b"\n", b"\r", b"\0", b" ", b":", b"\xff", b"HTTP/9.9", b"HTTP/1.1", b"/../../etc/passwd", b"%00",
    b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n", b"Content-Encoding: br\r\n", b"Expect: 100-continue\r\n", b"X: " + b"x" * 9000,
    b"X: 1\r\n" * 300, b"Upgrade: websocket\r\nConnection: Upgrade\r\n", b"GET http://[::1 HTTP/1.1\r\n", b"ffffffff\r\n",
    b"Host: y\r\n", b"Connection: keep-alive\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00",
]  # fmt: skip


def request(chance: random.Random) -> bytes:
    value = bytearray(chance.choice(REQUESTS))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(value) + 1)
        match chance.randrange(4):
            case 0:
                del value[at : at + chance.choice([1, 3, 20])]
            case 1 if value:
                value[at % len(value)] = chance.randrange(256)
            case _:
                value[at:at] = chance.choice(PARTS)
    return bytes(value)


def port(seeds: Seeds) -> None:
    """Any bytes get an answer that is HTTP, or are hung up on, soon; the port serves the next caller."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # it tells of every bad request
    asyncio.run(_port(seeds))


async def _port(seeds: Seeds) -> None:
    views = http.Views(
        lambda _: (b"metrics", "text/plain"), lambda: PipelineHealth(True, 1, 1, ()), lambda: True
    )
    server = http.HttpServer(views, "127.0.0.1", 0, seconds_max=HANG_UP_SECONDS)
    await server.start()

    async def one(seed: int) -> None:
        sent = request(random.Random(seed))
        answer = await _asked(server.port, sent)
        assert answer[:5] in (b"", b"HTTP/"), f"port, seed {seed}: {sent!r} → {answer[:200]!r}"
        assert not answer.startswith(b"HTTP/1.1 500"), f"port, seed {seed}: {sent!r}"

    left = iter(seeds)
    try:
        while several := list(itertools.islice(left, CALLERS)):
            await asyncio.gather(*map(one, several))
        whole = await _asked(server.port, REQUESTS[0])
        assert whole.startswith(b"HTTP/1.1 200"), f"port, after {seeds}: {whole!r}"
    finally:
        await server.stop()


async def _asked(number: int, sent: bytes) -> bytes:
    async with asyncio.timeout(HTTP_SECONDS_MAX):
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        try:
            writer.write(sent)
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


# ---- files of articles
PACK: list[Callable[[bytes], bytes]] = [gzip.compress, lzma.compress, zstandard.compress, bytes]


def packed(chance: random.Random) -> None:
    """Lines up to the damage, then one sentence; never more than the file's own share of memory."""
    lines = b"".join(damaged(chance).replace(b"\n", b" ") + b"\n" for _ in range(chance.randint(0, 6)))
    value = bytearray(chance.choice(PACK)(lines))
    for _ in range(chance.choice([0, 1, 2])):
        at = chance.randrange(len(value) + 1)
        match chance.randrange(4):
            case 0:
                del value[at:]
            case 1 if at < len(value):
                value[at] ^= 1 << chance.randrange(8)
            case 2:
                value[at:at] = chance.choice(SNIPPETS)
            case _:
                value += value[:at]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / chance.choice(["a", "a.xz", "a.gz"])
        path.write_bytes(bytes(value))
        try:
            with LineReader(str(path)) as reader:
                numbers = [line.number for line in reader if line.value and not line.value.endswith(b"\n")]
        except FileTrouble as told:
            assert str(path.name) in str(told)
            return
    assert numbers == sorted(set(numbers))


# ---- the pages and the check
PATHS_ASKED = [
    "/", "/check", "/articles", "/articles/{}", "/articles/{}.json", "/stories", "/stories/{}", "/stories/{}.json",
    "/stories/{}.csv", "/publishers", "/publishers.json", "/static/{}", "/api/openapi.json", "/{}", "/articles/{}/x",
]  # fmt: skip
NAMES_ASKED = [
    "a1", "", "%00", "%ff", "..", "..%2f..%2fetc%2fpasswd", "site.css", "<script>", "x" * 3000, "字", "\u202e", "0", "-1",
]  # fmt: skip
QUERIES_ASKED = [
    "",
    "?page=-1",
    "?page=99999999999999999999",
    "?id=%ff&id=",
    "?q=%3Cscript%3E",
    "?a&&=&",
    "?text=1",
]
TYPES_ASKED = [
    "application/json",
    "text/plain",
    FORM,
    None,
    "application/json; charset=x",
    "\u00e9",
    "text/html",
]


def pages(seeds: Seeds) -> None:
    """Any path, query, form and JSON gets an answer of a status that the interface knows, and no fault of ours."""
    asyncio.run(_pages(seeds))


async def _pages(seeds: Seeds) -> None:
    desk = PageClient()
    for number in range(6):
        desk.send(prose(number // 2, 120), f"s{number}.com")
    try:
        for seed in seeds:
            chance = random.Random(seed)
            try:
                await _ask_pages(desk, chance)
            except Exception as fault:
                raise AssertionError(f"pages, seed {seed}: {fault!r}") from fault
    finally:
        await desk.close()


async def _ask_pages(desk: PageClient, chance: random.Random) -> None:
    if chance.random() < 0.5:
        path = chance.choice(PATHS_ASKED).format(chance.choice(NAMES_ASKED))
        if Method.GET not in desk.methods(path):
            return
        answer = await desk.get(path + chance.choice(QUERIES_ASKED))
    else:
        text = chance.choice([prose(chance.randrange(9), 60), chance.choice(JUNK), ""])
        asked: object = {"text": text, chance.choice(FIELDS): chance.choice(OTHERS)}
        bodies = [
            damaged(chance),
            json.dumps(asked).encode(),
            text.encode("utf-8", "surrogatepass"),
            b"text=%ff&&=",
        ]
        path = chance.choice(["/api/check", "/check"])
        answer = await desk.post(path, chance.choice(bodies), chance.choice(TYPES_ASKED))
    assert answer.status in (200, 303, 400, 404, 408, 413, 415, 422, 429, 503), answer
    if answer.stream is None and answer.content_type.startswith("text/html"):
        assert b"<script>alert" not in answer.body


# ---- saved state
def snapshots(seeds: Seeds) -> None:
    """Whatever is on the disk: the engine as it was saved, or a refusal."""
    with tempfile.TemporaryDirectory() as folder:
        damage = Damage(Path(folder), 0)
        for seed in seeds:
            damage.chance = random.Random(seed)
            kinds = [damage.manifest_bytes, damage.hostile_manifest] * 6 + [
                damage.truncated_file,
                damage.flipped_bit,
            ]
            try:
                damage.chance.choice(kinds)()
            except Exception as fault:
                raise AssertionError(f"snapshots, seed {seed}: {fault!r}") from fault


TARGETS: dict[str, Callable[[Seeds], None]] = {
    "raw records": each(record),
    "ninjs": each(ninjs),
    "HTML": each(page),
    "articles": articles,
    "log records": log,
    "headers": each(headers),
    "settings": each(configuration),
    "HTTP port": port,
    "packed files": each(packed),
    "pages and checks": pages,
    "snapshot files": snapshots,
}
CASES = {
    "raw records": 2_000,
    "ninjs": 2_000,
    "HTML": 2_000,
    "articles": 800,
    "log records": 2_500,
    "headers": 800,
    "settings": 500,
    "HTTP port": 1_500,
    "packed files": 600,
    "pages and checks": 600,
    "snapshot files": 300,
}
