"""Every format that `scan` reads, written by its own ecosystem's tools, is read to its last article.

A damaged or cut file is said, never silently short. The texts are our own.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from wirecopy.__main__ import main
from wirecopy.shell.files import json_values
from wirecopy.shell.files.lines import FileTrouble, Line
from wirecopy.shell.files.source import ArticleSource

COUNT = 40
PLACES = ("harbour", "station", "library", "market", "theatre", "hospital", "quarry", "observatory")


def article(number: int) -> dict[str, Any]:
    place = PLACES[number % len(PLACES)]
    text = (
        f"The {place} committee met on day {number} and heard {number + 3} reports, “all of them brief”, before it "
        f"decided, with {number % 7} votes against, to open the {place}'s eastern gate before summer.\n\n"
        f"Nobody spoke for the {PLACES[(number + 3) % len(PLACES)]}; its keeper, Åse Brandt, was away."
    )
    return {
        "id": f"{number:03}",
        "url": f"https://{place}.example/{number}",
        "title": f"The {place}, day {number}",
        "body": text,
        "published_at": f"2024-05-{1 + number % 28:02}T10:00:00+02:00",
    }


ARTICLES = [article(number) for number in range(COUNT)]
JSON_LINES = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in ARTICLES).encode()


def read(*paths: Path | str, **options: Any) -> list[dict[str, Any]]:
    return [json.loads(line.value) for line in ArticleSource([str(path) for path in paths], **options)]


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def bodies(records: list[dict[str, Any]]) -> list[str]:
    return [record["body"] for record in records]


WANTED = bodies(ARTICLES)


# ---- packed files
def tool(*command: str) -> Callable[[bytes], bytes]:
    def run(data: bytes) -> bytes:
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout

    return run


def pzstd(data: bytes) -> bytes:
    """As `pzstd` writes: each frame behind a skippable one that holds its size."""
    frame = zstandard.compress(data)
    return b"\x50\x2a\x4d\x18\x04\x00\x00\x00" + len(frame).to_bytes(4, "little") + frame


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": zstandard.compress,
    "gzip": tool("gzip", "-c"),
    "xz blocks": tool("xz", "-c", "--block-size=4096"),
    "bzip2": tool("bzip2", "-c"),
    "zstd": tool("zstd", "-c", "-q"),
    "zstd long": tool("zstd", "-c", "-q", "--long=30"),
    "pzstd": pzstd,
}
PADDING = {"gz": bytes(512), "xz": bytes(8)}


@pytest.mark.parametrize("name", PACKERS)
def test_a_packed_file_of_several_members_is_read_to_its_end(name: str, tmp_path: Path) -> None:
    pack = PACKERS[name]
    cut = JSON_LINES.index(b"\n", len(JSON_LINES) // 2) + 1
    data = pack(JSON_LINES[:cut]) + PADDING.get(name, b"") + pack(JSON_LINES[cut:]) + PADDING.get(name, b"")
    assert bodies(read(written(tmp_path / "articles.bin", data))) == WANTED


@pytest.mark.parametrize("name", ["gz", "xz", "bz2", "zst", "pzstd"])
@pytest.mark.parametrize("damage", ["cut off", "followed by something else"])
def test_a_damaged_packed_file_is_said(name: str, damage: str, tmp_path: Path) -> None:
    data = PACKERS[name](JSON_LINES)
    data = data[:-9] if damage == "cut off" else data + b"and more"
    with pytest.raises(FileTrouble, match="cut off or damaged"):
        read(written(tmp_path / "articles.jsonl", data))


def test_a_skippable_frame_in_front_between_and_behind_is_passed_over(tmp_path: Path) -> None:
    skipped = b"\x5f\x2a\x4d\x18" + (100_000).to_bytes(4, "little") + bytes(100_000)
    data = skipped + zstandard.compress(JSON_LINES) + skipped
    assert bodies(read(written(tmp_path / "a.zst", data))) == WANTED


# ---- JSON
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("read_bytes", [7, 4096, 1 << 18])
def test_arrays_and_objects_in_a_row_are_cut_without_changing_a_byte(
    indent: int | None, read_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_values, "READ_BYTES", read_bytes)
    nasty = [*ARTICLES, {"id": "x", "body": '}]{[,"\\" \\\\', "n": [1, {"m": "]"}]}, {}]
    array = json.dumps(nasty, indent=indent).encode()
    cut = list(json_values.values(io.BytesIO(array)))
    assert [json.loads(value) for value in cut] == nasty
    assert all(value in array.replace(b"\n", b" ") for value in cut)
    row = "\n".join(json.dumps(one, indent=indent) for one in nasty).encode()
    assert [json.loads(value) for value in json_values.values(io.BytesIO(row))] == nasty


def test_what_is_no_object_in_an_array_is_left_to_the_decoder_to_refuse() -> None:
    assert list(json_values.values(io.BytesIO(b'[{"a":1}, "two", {"b":3}, 4]'))) == [
        b'{"a":1}', b'"two"', b'{"b":3}', b"4",
    ]  # fmt: skip


def test_an_array_that_is_cut_off_gives_its_last_part_to_the_decoder() -> None:
    assert list(json_values.values(io.BytesIO(b'[{"a":1},{"b":'))) == [b'{"a":1}', b'{"b":']


@pytest.mark.parametrize("member", ["articles", "items", "entries"])
def test_a_document_that_wraps_its_articles_is_opened(member: str, tmp_path: Path) -> None:
    path = written(
        tmp_path / "answer.json", json.dumps({"title": "Feed", member: ARTICLES}, indent=1).encode()
    )
    records = read(path)
    assert bodies(records) == WANTED
    assert records[0]["publisher"] == "Feed"


# ---- tables
@pytest.mark.parametrize("divider", [",", ";", "\t"])
def test_csv_keeps_every_value_as_text(divider: str, tmp_path: Path) -> None:
    import csv

    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(ARTICLES[0]), delimiter=divider)
    writer.writeheader()
    writer.writerows(ARTICLES)
    records = read(written(tmp_path / "table", text.getvalue().encode("utf-8-sig")))
    assert records == ARTICLES


@pytest.mark.parametrize("form", ["csv", "parquet", "json"])
def test_what_duckdb_copies_is_read(form: str, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    source = written(tmp_path / "in.jsonl", JSON_LINES)
    target = tmp_path / f"out.{form}"
    columns = "{id: 'VARCHAR', url: 'VARCHAR', title: 'VARCHAR', body: 'VARCHAR', published_at: 'VARCHAR'}"
    duckdb.sql(
        f"COPY (SELECT * FROM read_json('{source}', columns={columns}) ORDER BY id) TO '{target}' (FORMAT {form})"
    )
    assert read(target) == ARTICLES


@pytest.mark.parametrize("form", ["parquet", "arrow file", "arrow stream", "feather"])
def test_what_pyarrow_writes_is_read(form: str, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    table, path = pa.Table.from_pylist(ARTICLES), tmp_path / "table"
    if form == "parquet":
        parquet.write_table(table, path, row_group_size=7)
    elif form == "feather":
        feather.write_feather(table, str(path))
    else:
        new = pa.ipc.new_file if form == "arrow file" else pa.ipc.new_stream
        with new(str(path), table.schema) as writer:
            writer.write_table(table, max_chunksize=11)
    assert read(path) == ARTICLES
    packed = written(tmp_path / "table.gz", gzip.compress(path.read_bytes()))
    assert read(packed) == ARTICLES


def test_a_column_of_times_keeps_its_zone_or_its_lack_of_one(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from datetime import UTC, datetime

    from pyarrow import parquet

    moment = datetime(2024, 5, 3, 10, tzinfo=UTC)
    table = pa.table(
        {
            "with": pa.array([moment], pa.timestamp("ms", "UTC")),
            "without": pa.array([moment.replace(tzinfo=None)], pa.timestamp("ms")),
            "number": pa.array([2**63], pa.uint64()),
        }
    )
    parquet.write_table(table, tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet") == [
        {"with": "2024-05-03T10:00:00+00:00", "without": "2024-05-03T10:00:00", "number": 2**63}
    ]


# ---- feeds
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Harbour Letter</title><link>https://harbour.example/</link>
<language>en</language>{}</channel></rss>"""
ITEM = """<item><media:content url="p.jpg"><media:description>A photo of the pier.</media:description></media:content>
<title>{title}</title><link>{url}</link><guid isPermaLink="false">{id}</guid><pubDate>Fri, 03 May 2024 10:00:00 +0200</pubDate>
<description>Teaser.</description><content:encoded><![CDATA[<p>{body}</p>]]></content:encoded></item>"""


def test_a_feed_gives_its_entries_with_their_longest_text(tmp_path: Path) -> None:
    pytest.importorskip("feedparser")
    feed = RSS.format("".join(ITEM.format(**one) for one in ARTICLES))
    records = read(written(tmp_path / "feed", feed.encode()))
    assert [record["id"] for record in records] == [one["id"] for one in ARTICLES]
    assert records[3]["body"] == f"<p>{ARTICLES[3]['body']}</p>"
    assert (records[3]["publisher"], records[3]["language"]) == ("Harbour Letter", "en")
    assert records[3]["published_at"] == "Fri, 03 May 2024 10:00:00 +0200"


def test_a_feed_without_an_entry_that_can_be_read_is_said(tmp_path: Path) -> None:
    pytest.importorskip("feedparser")
    with pytest.raises(FileTrouble, match="feed"):
        read(written(tmp_path / "feed", b"<?xml version='1.0'?><rss><channel><item><title>x"[:40]))


# ---- WARC
PAGE = (
    "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>"
    "<link rel='canonical' href='{url}'></head><body><nav><a href='/'>Home</a></nav><main><article><h1>{title}</h1>"
    "<p>{body}</p></article></main><footer>Harbour Letter</footer></body></html>"
)


def chunked(data: bytes) -> bytes:
    parts = (data[at : at + 100] for at in range(0, len(data), 100))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


TRANSFERS: dict[str, tuple[Callable[[bytes], bytes], list[tuple[str, str]]]] = {
    "plain": (bytes, []),
    "gzip": (gzip.compress, [("Content-Encoding", "gzip")]),
    "chunked": (chunked, [("Transfer-Encoding", "chunked")]),
    "chunked gzip": (
        lambda data: chunked(gzip.compress(data)),
        [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")],
    ),
    "says chunked and is not": (bytes, [("Transfer-Encoding", "chunked")]),
    "says gzip and is not": (bytes, [("Content-Encoding", "gzip")]),
}


def warc(path: Path, transfer: str, *, compressed: bool) -> Path:
    pytest.importorskip("fastwarc")
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    pack, headers = TRANSFERS[transfer]
    kind = ("Content-Type", "text/html; charset=utf-8")
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=compressed)
        for one in ARTICLES:
            http = StatusAndHeaders("200 OK", [kind, *headers], protocol="HTTP/1.1")
            payload = io.BytesIO(pack(PAGE.format(**one).encode()))
            writer.write_record(writer.create_warc_record(one["url"], "metadata", payload=io.BytesIO(b"x")))
            writer.write_record(writer.create_warc_record(one["url"], "response", payload, http_headers=http))
        missing = StatusAndHeaders("404 Not Found", [kind], protocol="HTTP/1.1")
        gone = writer.create_warc_record(
            "https://x.example/", "response", io.BytesIO(b"x"), http_headers=missing
        )
        writer.write_record(gone)
    return path


@pytest.mark.parametrize("transfer", TRANSFERS)
@pytest.mark.parametrize("compressed", [True, False])
def test_a_warc_gives_its_pages_however_they_were_transferred(
    transfer: str, compressed: bool, tmp_path: Path
) -> None:
    path = warc(tmp_path / "crawl.warc", transfer, compressed=compressed)
    source = ArticleSource([str(path)])
    records = [json.loads(line.value) for line in source]
    assert [record["url"] for record in records] == [one["url"] for one in ARTICLES]
    assert all("eastern gate before summer" in record["body"] for record in records)
    assert records[0]["title"] == ARTICLES[0]["title"]
    assert source.reports[0].passed_over == {"metadata record": COUNT, "HTTP status 404": 1}


@pytest.mark.parametrize("extractor", ["resiliparse", "trafilatura", "none"])
def test_each_extractor_gives_the_articles_text(extractor: str, tmp_path: Path) -> None:
    path = warc(tmp_path / "crawl.warc.gz", "plain", compressed=True)
    records = read(path, extractor=extractor)
    assert len(records) == COUNT
    assert all("eastern gate before summer" in record["body"] for record in records)
    assert all(("<nav>" in record["body"]) == (extractor == "none") for record in records)


def test_a_wet_file_gives_its_texts(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    from warcio.warcwriter import WARCWriter

    path = tmp_path / "crawl.wet.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for one in ARTICLES:
            text = io.BytesIO(one["body"].encode())
            record = writer.create_warc_record(one["url"], "conversion", text, warc_content_type="text/plain")
            writer.write_record(record)
    records = read(path)
    assert bodies(records) == WANTED
    assert [record["url"] for record in records] == [one["url"] for one in ARTICLES]


# ---- files, folders, patterns
def test_a_folder_gives_its_files_in_order_and_counts_the_others(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    written(tmp_path / "b" / "2.html", PAGE.format(**ARTICLES[1]).encode())
    written(tmp_path / "a.txt", b"The pier\n\nThe pier is closed.\n")
    written(tmp_path / "b" / "1.md", b"# The gate\nThe gate is open.\n")
    written(tmp_path / "c.jsonl.gz", gzip.compress(JSON_LINES))
    written(tmp_path / "photo.jpg", b"\xff\xd8")
    source = ArticleSource([str(tmp_path)])
    records = [json.loads(line.value) for line in source]
    assert [record.get("title") for record in records[:3]] == ["The pier", "The gate", ARTICLES[1]["title"]]
    assert bodies(records[3:]) == WANTED
    assert source.passed_over == {".jpg": 1}
    assert bodies(read(tmp_path / "b" / "*.html")) == [PAGE.format(**ARTICLES[1])]


def test_numbers_go_on_over_all_inputs(tmp_path: Path) -> None:
    first, second = (written(tmp_path / f"{name}.jsonl", JSON_LINES) for name in "ab")
    lines: list[Line] = list(ArticleSource([str(first), str(second)]))
    assert [line.number for line in lines] == list(range(2 * COUNT))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (b"Obj\x01....", "Avro"),
        (b'<?xml version="1.0"?><newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"/>', "newsItem"),
        (b'<?xml version="1.0"?><nitf><body/></nitf>', "nitf"),
        (b"<?xml version='1.0'?><table/>", "unknown kind"),
    ],
)
def test_a_format_that_is_not_read_is_named(data: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match=said):
        read(written(tmp_path / "file", data))


@pytest.mark.parametrize("data", [b"caf\xe9,body\n", b"id,body\n1,caf\xe9\n"])
def test_a_text_that_is_not_utf_8_is_said(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match="UTF-8"):
        read(written(tmp_path / "table.csv", data))


# ---- the command
def test_a_scan_that_could_read_nothing_ends_with_exit_code_1_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(
        tmp_path / "in.jsonl", b'{"id": 1, "story": {"wording": "The pier is closed since May."}}\n' * 3
    )
    assert main(["scan", str(path), "-o", str(tmp_path / "out"), "--quiet"]) == 1
    told = capsys.readouterr().err
    assert "0 of 3 records could be read (JSON lines)" in told
    assert "3 × body_missing" in told
    assert "'story.wording'" in told, "the longest text is named"


def test_an_output_that_is_an_input_is_refused_and_left_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "in.jsonl", JSON_LINES)
    assert main(["scan", str(tmp_path), "-o", str(path), "--quiet"]) == 1
    assert "also an input" in capsys.readouterr().err
    assert path.read_bytes() == JSON_LINES


def test_all_formats_give_the_same_verdicts(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    copies = [
        one | {"id": "copy-" + one["id"], "url": "https://copier.example/" + one["id"]} for one in ARTICLES
    ]
    records = ARTICLES + copies
    written(tmp_path / "a.jsonl", "".join(json.dumps(one) + "\n" for one in records).encode())
    written(tmp_path / "b.json", json.dumps(records, indent=2).encode())
    parquet.write_table(pa.Table.from_pylist(records), tmp_path / "c.parquet")
    verdicts = []
    for name in ("a.jsonl", "b.json", "c.parquet"):
        out = tmp_path / f"{name}.out"
        assert main(["scan", str(tmp_path / name), "-o", str(out), "--quiet"]) == 0
        verdicts.append([json.loads(line)["republication"] for line in out.read_bytes().splitlines()])
    assert verdicts[0] == verdicts[1] == verdicts[2]
    assert "republication" in {one["verdict"] for one in verdicts[0][COUNT:]}


# ---- extraction by other processes
@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize("compressed", [True, False])
def test_processes_beside_give_the_same_in_the_same_order(
    processes: int, compressed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wirecopy.shell.files.source.BESIDE_BYTES_MIN", 0)
    path = warc(tmp_path / "crawl.warc", "plain", compressed=compressed)
    alone, beside = ArticleSource([str(path)]), ArticleSource([str(path)], processes=processes)
    assert list(beside) == list(alone)
    assert beside.reports[0].passed_over == alone.reports[0].passed_over
    assert beside.reports[0].articles == alone.reports[0].articles == COUNT


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize("cut", [1, 4, 9, 200, 3_000])
def test_processes_beside_say_where_a_packed_file_is_cut_off(
    cut: int, processes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wirecopy.shell.files.source.BESIDE_BYTES_MIN", 0)
    path = warc(tmp_path / "crawl.warc.gz", "plain", compressed=True)
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    source = ArticleSource([str(path)], processes=processes)
    found = []
    with pytest.raises(FileTrouble, match="cut off or damaged"):
        found += [line.value for line in source]
        raise AssertionError("it ended")
    path.write_bytes(data + b"and more")
    with pytest.raises(FileTrouble, match="cut off or damaged"):
        list(ArticleSource([str(path)], processes=processes))


def test_a_process_that_dies_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wirecopy.shell.files.source.BESIDE_BYTES_MIN", 0)
    monkeypatch.setattr("wirecopy.shell.files.extracting.__name__", "wirecopy.no_such_module")
    path = warc(tmp_path / "crawl.warc.gz", "plain", compressed=True)
    with pytest.raises(FileTrouble, match="ended with code 1"):
        list(ArticleSource([str(path)], processes=1))
