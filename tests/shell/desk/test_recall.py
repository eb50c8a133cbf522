"""What an update takes out is found in the copies that carry it, and in no others; also on the evaluation stream."""

from __future__ import annotations

import asyncio
import difflib
import json
import lzma
import re
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.core.story import article, prose
from tests.shell.desk.test_watch_pages import get, post
from tests.shell.standalone.served import LINES, serving
from wirecopy.core.model import RawArticle, RawPosition
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw
from wirecopy.shell.desk.recall.removed import Removed, Version

STREAM = Path(__file__).resolve().parents[3].parent / "shared" / "eval" / "wirebench"
BODY = prose(1, 300)
PARAGRAPHS = BODY.split("\n\n")


def version(body: str) -> Version:
    return Version(article(body, url="https://alder.example/1", title="Harbour council voted"))


def carried(old: str, new: str | None, copy: str) -> list[tuple[int, int]]:
    """Of each removed passage that the copy carries its words, and the copy's words of it."""
    removed = Removed(version(old), None if new is None else version(new))
    return [(removed.passages[one.passage].words, one.words) for one in removed.carried(version(copy))]


WITHOUT = "\n\n".join(PARAGRAPHS[:2] + PARAGRAPHS[3:])
ALTERED = BODY.replace(PARAGRAPHS[2].split()[8], "seventeen", 1)


def test_a_paragraph_that_went_is_found_in_the_copy_that_has_it_and_not_in_one_that_has_not() -> None:
    (found,) = carried(BODY, WITHOUT, BODY)
    assert found[0] == found[1] == len(PARAGRAPHS[2].split())
    assert carried(BODY, WITHOUT, WITHOUT) == []
    assert carried(BODY, WITHOUT, "\n\n".join((*PARAGRAPHS[:2], prose(9, 200)))) == []
    assert carried(BODY, BODY, BODY) == []
    assert carried(BODY, BODY + "\n\n" + prose(5, 60), BODY) == []  # what is added is no removal


def test_an_altered_word_is_found_where_the_words_around_it_are() -> None:
    assert carried(BODY, ALTERED, BODY)
    assert carried(BODY, ALTERED, ALTERED) == []
    assert carried(BODY, ALTERED, PARAGRAPHS[0]) == []


def test_a_withdrawn_article_is_meant_as_a_whole() -> None:
    assert carried(BODY, None, PARAGRAPHS[1])
    assert carried(BODY, None, prose(77, 200)) == []


async def test_the_page_and_the_api_list_copies_to_correct(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(id_: str, site: str, body: str, hour: int, **more: Any) -> bytes:
        value = {
            "id": id_,
            "url": f"https://{site}/{id_}",
            "publisher": site,
            "title": f"Title of {id_}",
            "body": body,
            "published_at": f"2026-06-02T{hour:02}:00:00Z",
            **more,
        }
        return json.dumps(value).encode()

    articles = [
        record("a", "alder.example", BODY, 6),
        record("old", "birch.example", BODY, 7),
        record("cut", "cedar.example", WITHOUT, 8),
        record("a", "alder.example", WITHOUT + "\n\n" + prose(3, 40), 9, version=2),
        record("new", "elm.example", WITHOUT, 10),
    ]
    async with serving(tmp_path, monkeypatch) as port:
        await post(port, "/api/articles", b"\n".join(articles), LINES)
        async with asyncio.timeout(10):
            while (await get(port, "/articles/new")).status != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        found = (await get(port, "/articles/a/recall.json")).json
        assert [one["id"] for one in found["carry"]] == ["old"] and found["compared"] >= 2
        (held,) = found["carry"][0]["held"]
        assert held["removed"] == held["copy"] == PARAGRAPHS[2].rstrip(".") and not held["altered"]
        assert BODY[held["start"] : held["end"]] == held["copy"]
        page = (await get(port, "/articles/a/recall")).body.decode()
        assert "1 of" in page and "birch.example" in page and "elm.example" not in page
        gone = (await get(port, "/articles/a/recall.json?withdrawn=true")).json
        assert gone["withdrawn"] and {"old", "cut"} <= {one["id"] for one in gone["carry"]}
        assert (await get(port, "/articles/none/recall.json")).status == 404
        kill = record(
            "a", "alder.example", "This article was withdrawn.", 11, version=3, pubstatus="canceled"
        )
        await post(port, "/api/articles", kill)
        async with asyncio.timeout(10):
            while not (await get(port, "/articles/a/recall.json")).json["withdrawn"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


# ---- the evaluation stream
def words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text.casefold()))


def removed_with_neighbours(old: list[str], new: list[str]) -> list[str]:
    """By another algorithm than ours: each deleted or replaced run with three words before, and after it."""
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    whole = f" {' '.join(new)} "
    runs = [
        f" {' '.join(run)} "
        for kind, begin, end, _, _ in codes
        if kind in ("delete", "replace") and end - begin <= 60
        for run in (old[max(0, begin - 3) : end], old[begin : end + 3])
    ]
    return [run for run in runs if run not in whole]


@pytest.mark.evaluation
@pytest.mark.skipif(
    not STREAM.exists(), reason="the evaluation data is not beside the checkout (../shared/eval)"
)
def test_on_the_evaluation_stream_copies_to_correct_are_found_and_others_are_not() -> None:
    with lzma.open(STREAM / "truth.jsonl.xz") as file:
        truth = {one["id"]: one for one in map(json.loads, file)}
    raw: dict[str, bytes] = {}
    with lzma.open(STREAM / "articles.jsonl.xz") as file:
        for line in file:
            raw.setdefault(json.loads(line)["id"], line)
    bodies = {id_: json.loads(line)["body"] for id_, line in raw.items()}
    versions: dict[str, Version] = {}

    def version_of(id_: str) -> Version:
        if id_ not in versions:
            decoded = decode_raw(raw[id_], RawPosition("t", 0, 0), FieldPaths(), {})
            assert isinstance(decoded, RawArticle)
            versions[id_] = Version(decoded)
        return versions[id_]

    copies: dict[str, list[str]] = defaultdict(list)
    for one in truth.values():
        if one["case"] not in ("update", "live", "again"):
            for source in one.get("sources", ()):
                copies[source].append(one["id"])
    counts = dict.fromkeys(("found", "missed", "false", "rest"), 0)
    for update in truth.values():
        original = update.get("original")
        if update["case"] not in ("update", "live") or original not in raw or update["id"] not in raw:
            continue
        removed = Removed(version_of(original), version_of(update["id"]))
        gone = removed_with_neighbours(words(bodies[original]), words(bodies[update["id"]]))
        for copy in copies[original]:
            spans = [bodies[copy][begin:end] for begin, end, of in truth[copy]["spans"] if of == original]
            text = f" {' '.join(words(' '.join(spans)))} "
            carries = any(run in text for run in gone)
            said = bool(removed.carried(version_of(copy)))
            name = ("found" if said else "missed") if carries else ("false" if said else "rest")
            counts[name] += 1
    assert counts["found"] / (counts["found"] + counts["missed"]) >= 0.95, counts
    assert counts["false"] / (counts["false"] + counts["rest"]) <= 0.02, counts
