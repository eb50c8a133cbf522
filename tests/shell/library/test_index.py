"""The library says what `scan` says, in any batches and after any save; `check` says what `add` would say."""

from __future__ import annotations

import asyncio
import io
import json
import lzma
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import wirecopy
from tests.core.rewriting.test_rewriting import retold
from tools import evaluate
from wirecopy import Article, ArticleError, Index, SavedIndexError, samples
from wirecopy.core.model import Basis, RejectReason, Rewritten, VerdictKind
from wirecopy.core.records.fields import FieldPaths
from wirecopy.shell.files.lines import Line
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan

EVALUATION_LINES = 1_500
TEXT: str = json.loads(samples.lines()[0])["body"]


def scanned(values: list[bytes], **options: Any) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """What `scan` writes: enriched records, corrections, dead letters."""
    streams = [io.BytesIO() for _ in range(3)]
    lines = (Line(number, value) for number, value in enumerate(values))
    scan(lines, ScanOutputs(*streams), ScanOptions(FieldPaths(), {}, **options))
    enriched, corrections, dead = (stream.getvalue().splitlines() for stream in streams)
    return enriched, corrections, dead


def judged(index: Index, values: list[bytes]) -> tuple[list[bytes], list[bytes], list[str]]:
    """The same by the library, one by one."""
    enriched, corrections, dead = [], [], []
    for value in values:
        try:
            verdict = index.add(value)
        except ArticleError as error:
            dead.append(error.detail)
            continue
        enriched.append(verdict.enriched())
        corrections += [correction.to_json() for correction in verdict.corrections]
    return enriched, corrections, dead


def damaged() -> list[bytes]:
    """The samples with lines between them that cannot be read."""
    return [line for sample in samples.lines() for line in (sample, b'{"id": "no body"}')]


@pytest.mark.parametrize("values", [samples.lines(), damaged()], ids=["samples", "with-unreadable"])
def test_the_library_says_what_scan_says_to_the_byte(values: list[bytes]) -> None:
    enriched, corrections, dead = scanned(values)
    assert judged(Index(), values) == (enriched, corrections, [json.loads(one)["detail"] for one in dead])


def evaluation_sets() -> list[Path]:
    return sorted(evaluate.DATA_DEFAULT.glob("*/articles.jsonl.xz"))


@pytest.mark.evaluation
@pytest.mark.skipif(
    not evaluate.DATA_DEFAULT.exists(), reason="the evaluation data is not beside the checkout"
)
@pytest.mark.parametrize("path", evaluation_sets(), ids=lambda path: path.parent.name)
def test_the_library_says_what_scan_says_on_real_articles(path: Path) -> None:
    with lzma.open(path) as file:
        values = list(islice((line.rstrip(b"\n") for line in file), EVALUATION_LINES))
    enriched, corrections, _ = scanned(values)
    verdicts = Index().add_many(values, lambda _: None)
    assert [verdict.enriched() for verdict in verdicts] == enriched
    assert [one.to_json() for verdict in verdicts for one in verdict.corrections] == corrections


def test_the_dates_move_the_window_as_in_scan() -> None:
    old = {"id": "old", "publisher": "A", "published_at": "2025-01-01T00:00:00Z", "body": TEXT}
    new = {"id": "new", "publisher": "B", "published_at": "2025-06-01T00:00:00Z", "body": TEXT}
    values = [json.dumps(one).encode() for one in (old, new)]
    enriched, _, _ = scanned(values, window_ms=30 * 86_400_000, clock_published=True)
    index = Index(window="30d", clock="published")
    assert judged(index, values)[0] == enriched
    assert b'"verdict":"original"' in enriched[1] and len(index) == 1


def test_batches_change_nothing() -> None:
    one_by_one = judged(Index(), damaged())
    told: list[ArticleError] = []
    verdicts = Index().add_many(damaged(), told.append)
    assert [verdict.enriched() for verdict in verdicts] == one_by_one[0]
    assert [error.detail for error in told] == one_by_one[2]
    assert [error.number for error in told] == list(range(1, 2 * len(samples.lines()), 2))


def test_check_says_what_add_would_say_and_changes_nothing() -> None:
    checked, plain = Index(), Index()
    for line in samples.lines():
        before = checked.check(line)
        assert before == checked.check(line)
        assert checked.add(line) == before == plain.add(line)
    for article in ("a text of its own", TEXT, Article(body=TEXT, publisher="Somebody Else")):
        assert checked.check(article) == checked.add(article)


def test_a_text_under_another_name_can_be_checked() -> None:
    index = Index(fields={"body": "content.text"})
    index.add({"id": "a", "publisher": "A", "content": {"text": TEXT}})
    for article in (TEXT, Article(body=TEXT), {"text": TEXT}, {"content": {"text": TEXT}}):
        assert index.check(article).kind == "republication"


@pytest.mark.parametrize("mode", Rewritten)
def test_copies_in_other_words_are_judged_as_the_index_was_told(tmp_path: Path, mode: Rewritten) -> None:
    values = [json.dumps(record).encode() for record in retold(4)]
    index = Index(rewritten=mode.value)
    before = judged(index, values[:-1])
    index.save(tmp_path / "index")
    after = judged(Index.load(tmp_path / "index"), values[-1:])
    assert (before[0] + after[0], before[1] + after[1], []) == scanned(values, rewritten=mode)
    assert (index.add(values[-1]).kind == "republication") == (mode is Rewritten.ON)


def test_a_saved_index_goes_on_as_the_one_it_was_saved_from(tmp_path: Path) -> None:
    whole = judged(Index(), damaged())
    options: dict[str, Any] = {
        "window": timedelta(days=9),
        "fields": {"title": "title|headline"},
        "aliases": {"x": "y"},
    }
    for cut in (0, 1, 30, len(damaged())):
        index = Index(**options)
        before = judged(index, damaged()[:cut])
        index.save(tmp_path / "index")
        index.add("what comes after it was saved is not in it, however much of it there is")
        loaded = Index.load(str(tmp_path / "index"))
        after = judged(loaded, damaged()[cut:])
        assert tuple(a + b for a, b in zip(before, after, strict=True)) == whole  # type: ignore[operator]
        loaded.save(tmp_path / "index")  # over the files that it is read from
        assert judged(loaded, samples.lines()) == judged(Index.load(tmp_path / "index"), samples.lines())
    assert sorted(path.name[:9] for path in (tmp_path / "index").iterdir()) == ["lock", "snapshot-"]


def test_a_saved_index_that_cannot_be_trusted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SavedIndexError, match="cannot be read"):
        Index.load(tmp_path / "none")
    with pytest.raises(SavedIndexError, match="holds no saved index"):
        Index.load(tmp_path)
    index = Index()
    index.add(TEXT)
    index.save(tmp_path)
    (snapshot,) = tmp_path.glob("snapshot-*")
    (data,) = snapshot.glob("live-*")
    data.write_bytes(data.read_bytes()[:-4096])
    with pytest.raises(SavedIndexError, match="cannot be used"):
        Index.load(tmp_path)


def test_an_index_of_another_engine_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Index().save(tmp_path)
    monkeypatch.setattr("wirecopy.shell.library.saved.ENGINE_VERSION", 99)
    with pytest.raises(SavedIndexError, match="this is version 99"):
        Index.load(tmp_path)


@pytest.mark.parametrize(
    ("article", "reason"),
    [
        ({"id": "x"}, RejectReason.BODY_MISSING),
        ({"body": 7}, RejectReason.BODY_NOT_TEXT),
        (" \n", RejectReason.BODY_EMPTY),
        (b"no json", RejectReason.NOT_JSON),
        (Article(body=""), RejectReason.BODY_EMPTY),
    ],
)
def test_what_cannot_be_judged_is_an_error_with_its_reason(article: Any, reason: RejectReason) -> None:
    index = Index()
    with pytest.raises(ArticleError) as caught:
        index.add(article)
    assert (caught.value.reason, caught.value.number, len(index)) == (reason, 0, 0)
    with pytest.raises(ArticleError):
        index.check(article)
    with pytest.raises(ArticleError):
        index.add_many([TEXT, article, TEXT])
    assert len(index) == 1


@pytest.mark.parametrize("article", [7, None, ["a"], {"body": object()}])
def test_what_is_no_article_is_a_type_error(article: Any) -> None:
    with pytest.raises(TypeError):
        Index().add(article)


@pytest.mark.parametrize(
    "options",
    [
        {"window": "30"},
        {"window": "0d"},
        {"window": "-3d"},
        {"window": timedelta(0)},
        {"clock": "sundial"},
        {"fields": {"text": "x"}},
        {"fields": {"body": "a..b"}},
        {"preset": "nothing"},
        {"rewritten": "perhaps"},
    ],
)
def test_faulty_options_are_value_errors(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Index(**options)


@pytest.mark.parametrize("window", [None, 30, 2.5, ["30d"]])
def test_a_window_of_another_type_is_a_type_error_that_says_what_one_is(window: Any) -> None:
    with pytest.raises(TypeError, match="a window is a timedelta, or a number with s, m, h, d or w"):
        Index(window=window)


@pytest.mark.parametrize("one", ["a text", b'{"body":"a text"}', {"body": "a text"}, Article(body="a text")])
def test_one_article_in_place_of_several_is_a_type_error(one: Any) -> None:
    index = Index()
    with pytest.raises(TypeError, match=r"add_many takes several articles, not one"):
        index.add_many(one)
    assert len(index) == 0


@pytest.mark.parametrize(
    ("first", "second", "basis"),
    [
        ({"id": "a"}, {"id": "a"}, Basis.SAME_ID),
        ({"id": "a", "title": "Bridge closed"}, {"id": "a", "title": "Bridge shut for weeks"}, Basis.SAME_ID),
        (
            {"id": "a", "url": "https://x.example/1"},
            {"id": "a", "url": "https://x.example/1"},
            Basis.SAME_PUBLISHER,
        ),
    ],
)
def test_a_body_sent_again_under_its_id_is_a_duplicate_whoever_published_it(
    first: dict[str, Any], second: dict[str, Any], basis: Basis
) -> None:
    index = Index()
    index.add({"body": TEXT, **first})
    again = index.add({"body": TEXT, **second})
    assert (again.kind, again.share) == (VerdictKind.DUPLICATE, 1.0)
    assert again.basis == (Basis.SAME_BODY, basis)


def test_python_values_that_json_has_not_are_read() -> None:
    moment = datetime(2026, 3, 1, 18, tzinfo=UTC)
    verdict = Index().add({"id": 1 << 70, "body": TEXT + " \ud83d", "published_at": moment})
    assert verdict.id == str(1 << 70)
    assert verdict.article.published_at_ms == moment.timestamp() * 1000
    assert verdict.article.body.endswith("\ufffd")
    assert Index().add(Article(body=TEXT, published_at=moment)).article.published_at_ms is not None


def test_presets_and_aliases_are_those_of_scan() -> None:
    record: dict[str, Any] = {
        "link": "https://a.example/1",
        "title": "T",
        "summary": "Short.",
        "content": [{"value": TEXT}],
    }
    index = Index(preset="feedparser", aliases={"b.example": "a.example"})
    assert index.add(record).article.body == TEXT
    assert index.add(record | {"link": "https://b.example/1"}).kind in ("update", "duplicate")


def test_several_threads_may_use_one_index() -> None:
    index, lines = Index(), samples.lines()
    kinds: list[str] = []

    def run() -> None:
        for line in lines:
            index.check(line)
            kinds.append(index.add(line).kind)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kinds) == 4 * len(lines) == len(index)


async def test_an_event_loop_uses_it_in_a_thread_in_order() -> None:
    index = Index()
    verdicts = [await asyncio.to_thread(index.add, line) for line in samples.lines()]
    assert [verdict.enriched() for verdict in verdicts] == scanned(samples.lines())[0]


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, wirecopy; print([m for m in ('numpy', 'numba', 'aiohttp') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    code = "import sys; from wirecopy import Index; print([m for m in ('aiohttp', 'aiokafka', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_name_that_is_promised_is_there() -> None:
    assert {name for name in wirecopy.__all__ if getattr(wirecopy, name, None) is None} == set()
    assert set(wirecopy.__all__) <= set(dir(wirecopy))
    with pytest.raises(AttributeError):
        wirecopy.nothing  # noqa: B018


def test_every_record_tells_its_own_effective_id() -> None:
    url = "https://a.example/1"
    index = Index()
    given: list[dict[str, Any]] = [
        {"id": "x", "body": TEXT},
        {"url": url, "body": "words"},
        {"body": "other words"},
        {"id": 7, "body": "w"},
    ]
    ids = [index.add(one).to_dict()["id"] for one in given]
    assert ids == ["x", url, "scan/0/2", "7"]
    (copy,) = index.add_many([{"id": "copy", "publisher": "B", "body": TEXT}])
    assert copy.original is not None and copy.original.id == "x" and copy.story == "x"
