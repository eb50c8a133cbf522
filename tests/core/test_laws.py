"""The core's laws, each a test that names it. Seeds are parameters: a failure shows its own."""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.core.story import NOW_MS, Desk, article, assert_equal_engines, prose, replayed, state_of
from wirecopy import samples
from wirecopy.core import limits
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.fingerprint.record import SketchRecord, decode_record
from wirecopy.core.model import (
    Basis,
    CorrectionReason,
    Extent,
    Outcome,
    VerdictKind,
)
from wirecopy.core.records.raw import FieldPaths, decode_raw, encode_correction, encode_enriched
from wirecopy.core.values import replace
from wirecopy.shell.backends.memory import MemoryBackend, MemoryBroker
from wirecopy.shell.files.lines import Line
from wirecopy.shell.observe.events import Telemetry
from wirecopy.shell.options import PipelineOptions
from wirecopy.shell.pipeline.pipeline import Pipeline
from wirecopy.shell.pipeline.scanner import ScanOptions, ScanOutputs, scan
from wirecopy.shell.ports import Steps

ORIGINAL, REPUBLICATION = VerdictKind.ORIGINAL, VerdictKind.REPUBLICATION
DAY_MS = 24 * 3600 * 1000
STORIES_MAX = limits.STORIES_PER_SHINGLE_MAX
Log = list[tuple[int, int, bytes]]

COOKIES = (
    "We and our partners store information on a device, such as cookies, and process personal data, such as "
    "unique identifiers, for the purposes shown below. You may accept or manage your choices by clicking "
    "below, including your right to object where legitimate interest is used, or at any time in the privacy "
    "policy page."
)
NAVIGATION = "Home\nPolitics\nSport\nCulture\nWeather\nSubscribe\nLog in\n"
FOOT = "\n\nAll rights reserved\nImprint\nTerms of use\nContact\n© 2024 The Evening Harbour\n"


def news_line(seed: int) -> str:
    chance = random.Random(seed)
    heads = (" ".join(prose(chance.randrange(1 << 30), 9).split()[:8]).rstrip(".,") for _ in range(40))
    return "News line\n\n" + "\n".join(
        f"{head}\n{hour % 24:02d}:05 24.04.2025" for hour, head in enumerate(heads)
    )


def stream(seed: int, count: int) -> list[dict[str, Any]]:
    """Raw records as a day brings them: originals, copies whole and in part, credits, re-sends, updates, late
    originals, pages with navigation."""
    chance = random.Random(seed)
    told: list[tuple[str, str]] = []
    records: list[dict[str, Any]] = []
    sites = [f"paper{n}.com" for n in range(7)]
    for number in range(count):
        site = chance.choice(sites)
        fields: dict[str, Any] = {"id": f"a{number}", "url": f"https://{site}/{number}"}
        move = chance.random()
        if move < 0.4 or not told:
            body = prose(seed * 1000 + number, chance.randint(30, 300))
            told.append((site, body))
        else:
            body = chance.choice(told)[1]
            if move < 0.55:
                body = body.replace("harbour", "harbor").replace("minister", "secretary")
            elif move < 0.65:
                body = prose(seed * 1000 + number, 120) + "\n\n" + body[: len(body) // 2]
            elif move < 0.75:
                body = chance.choice(told)[0].removesuffix(".com").title() + " — " + body
            elif move < 0.8 and records:
                fields["url"] = chance.choice(records)["url"]
        if chance.random() < 0.4:
            body = NAVIGATION + body + FOOT
        if chance.random() < 0.5:
            fields["published_at"] = NOW_MS + chance.randint(-1000, 1000) * 60_000
        if chance.random() < 0.5:
            fields["title"] = " ".join(body.split()[:7])
        records.append({"body": body, **fields})
    return records


def log_of(records: Sequence[dict[str, Any]], partitions: int = 3, step_ms: int = 60_000) -> Log:
    """The log that these records lead to, where partitions take turns."""
    return [
        (
            n,
            NOW_MS + n * step_ms,
            propose(article(offset=n // partitions, partition=n % partitions, **record)).value,
        )
        for n, record in enumerate(records)
    ]


# ---- law 1: one log, one index
@pytest.mark.parametrize("seed", range(3))
def test_two_engines_fed_one_log_are_equal_after_every_record_however_it_is_batched(seed: int) -> None:
    log = log_of(stream(seed, 60))
    one, batched = Engine(), Engine()
    chance = random.Random(seed)
    said, said_batched = [], []
    at = 0
    while at < len(log):
        end = min(len(log), at + chance.randint(1, 9))
        said += [one.replay(*record) for record in log[at:end]]
        said_batched += batched.replay_many(log[at:end])
        assert said == said_batched
        assert_equal_engines(one, batched)
        at = end
    kinds = {outcome.verdict.kind for outcome in said if isinstance(outcome, Outcome)}
    assert kinds == set(VerdictKind), "the stream must show every verdict"


@pytest.mark.parametrize("seed", range(2))
def test_a_verdict_depends_on_the_prefix_of_the_log_only(seed: int) -> None:
    """Not on what comes later, nor on what is proposed meanwhile, nor on where the log begins."""
    records = stream(seed, 40)
    log = log_of(records)
    whole = Engine()
    said = []
    for entry, record in zip(log, reversed(records), strict=True):
        whole.propose(article(offset=99, **record))
        said.append(whole.replay(*entry))
    for cut in (1, 7, 23, 40):
        assert Engine().replay_many(log[:cut]) == said[:cut]
    assert Engine().replay_many([(offset + 1000, time_ms, value) for offset, time_ms, value in log]) == said


def test_every_replica_proposes_the_same_bytes() -> None:
    for number, record in enumerate(stream(5, 30)):
        sent = article(offset=number, **record)
        values = {engine.propose(sent).value for engine in (Engine(), replayed(log_of(stream(6, 5))))}
        assert values == {propose(sent).value}


def test_log_time_never_runs_backwards() -> None:
    log = log_of(stream(1, 30))
    jumbled = [(n, time_ms - (n % 3) * 40 * DAY_MS, value) for n, time_ms, value in log]
    first = [(n, log[-1][1] - 10 if n == 0 else t, v) for n, t, v in jumbled]
    straight = [(n, log[-1][1] - 10 if n == 0 else max(t, log[-1][1] - 10), v) for n, t, v in jumbled]
    assert Engine().replay_many(first) == Engine().replay_many(straight)


def test_a_redelivered_record_gets_its_first_verdict_although_the_index_moved_on() -> None:
    log = log_of(stream(2, 40))
    engine = Engine()
    said = engine.replay_many(log)
    before = engine.stats()
    for number, (_, _, value) in enumerate(log):
        again = engine.replay(len(log) + number, NOW_MS + 99 * 60_000, value)
        first = said[number]
        assert isinstance(first, Outcome)
        assert again == replace(first, redelivered=True)
    after = engine.stats()
    assert (after.articles, after.postings, after.template_shingles) == (
        before.articles,
        before.postings,
        before.template_shingles,
    )


def test_a_log_with_redeliveries_leads_to_the_same_index_as_one_without() -> None:
    log = log_of(stream(3, 40))
    chance = random.Random(3)
    doubled: Log = []
    for n, (_, time_ms, value) in enumerate(log):
        doubled.append((len(doubled), time_ms, value))
        if chance.random() < 0.5:
            doubled.append((len(doubled), time_ms, log[chance.randint(max(0, n - 20), n)][2]))
    left, right = state_of(replayed(log)), state_of(replayed(doubled))
    for name in ("stats", "engine"):  # these count the log's records
        del left[name], right[name]
    assert left == right


def test_the_same_position_with_another_body_is_a_new_record() -> None:
    desk = Desk()
    first, other = prose(1), prose(2)
    desk.apply(propose(article(first, id="a", url="https://one.com/a")))
    renewed = desk.apply(propose(article(other, id="b", url="https://one.com/b")))
    assert not renewed.redelivered
    assert renewed.verdict.kind is ORIGINAL
    assert desk.send(other, "two.com").verdict.sources[0].id == "b"
    assert desk.apply(desk.proposals[1]).redelivered
    assert not desk.apply(desk.proposals[0]).redelivered  # what lies there now is the other


def test_the_memory_of_redelivery_is_bounded_by_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECENT_VERDICTS_PER_PARTITION", 4)
    log = log_of(stream(4, 30), partitions=2)
    engine = replayed(log)
    again = [engine.replay(100 + n, NOW_MS + 99 * 60_000, value) for n, (_, _, value) in enumerate(log)]
    remembered = [n for n, outcome in enumerate(again[22:], 22) if isinstance(outcome, Outcome)]
    assert remembered == list(range(22, 30))
    assert max(len(held) for held in engine._recent.values()) == 4


def test_what_is_refused_changes_nothing_but_the_count() -> None:
    log = log_of(stream(7, 20))
    strange: Log = []
    for _, time_ms, value in log:
        strange.append((len(strange), time_ms + 50 * DAY_MS, b"not ours"))
        strange.append((len(strange), time_ms, value))
    engine = replayed(strange)
    assert engine.stats().records_refused == len(log)
    left, right = state_of(replayed(log)), state_of(engine)
    for name in ("stats", "engine"):  # these count the log's records
        del left[name], right[name]
    assert left == right


@pytest.mark.parametrize("seed", range(2))
def test_an_engine_restored_from_its_state_goes_on_as_if_nothing_had_been(seed: int) -> None:
    log = log_of(stream(seed, 60))
    whole = replayed(log[:35])
    kept = {name: array.copy() for name, array in whole.state().items()}
    restored = Engine.from_state(kept)
    assert_equal_engines(whole, restored)
    tail = [*log[35:], (60, log[-1][1], log[30][2]), (61, log[-1][1], log[50][2])]
    assert restored.replay_many(tail) == whole.replay_many(tail)
    assert_equal_engines(whole, restored)


# ---- law 3: boilerplate is no publication, copies are one story
@dataclass(frozen=True)
class Shared:
    """What pages share besides their articles."""

    name: str
    before: str
    after: str


BOILERPLATE = [
    Shared("news line", "", "\n\n" + news_line(1)),
    Shared("navigation and foot", NAVIGATION, FOOT),
    Shared("cookie notice below", "", "\n\n" + COOKIES),
    Shared("cookie notice above the navigation", COOKIES + "\n\n" + NAVIGATION + "\n", ""),
    Shared("all of it", COOKIES + "\n" + NAVIGATION, "\n\n" + news_line(2) + FOOT),
]


@pytest.mark.parametrize("shared", BOILERPLATE, ids=lambda shared: shared.name)
@pytest.mark.parametrize("words", [80, 300])
@pytest.mark.parametrize("titled", [False, True], ids=["untitled", "titled"])
def test_two_pages_of_one_site_that_share_boilerplate_are_two_originals(
    shared: Shared, words: int, titled: bool
) -> None:
    desk = Desk()
    for number in range(4):
        head = f"{prose(number + 50, 9)[:40]}\n\n" if titled else ""
        body = shared.before + head + prose(number, words) + shared.after
        fields = {"title": head.strip()} if titled else {}
        verdict = desk.send(body, "evening-harbour.com", after_ms=60_000, **fields).verdict
        assert (number, verdict.kind, verdict.sources) == (number, ORIGINAL, ())
    assert not desk.corrections()


@pytest.mark.parametrize("shared", BOILERPLATE[:2], ids=lambda shared: shared.name)
def test_sister_sites_that_share_boilerplate_publish_originals(shared: Shared) -> None:
    desk = Desk()
    for number in range(6):
        body = shared.before + prose(number, 150) + shared.after
        verdict = desk.send(body, f"harbour{number % 3}.com").verdict
        assert (number, verdict.kind) == (number, ORIGINAL)


def test_a_copy_on_a_page_of_boilerplate_is_still_found_and_only_the_copy() -> None:
    """The boilerplate is known by then: it neither votes nor counts into the shares."""
    desk = Desk()
    for number in range(5):
        desk.send(
            COOKIES + "\n" + NAVIGATION + prose(number) + "\n\n" + news_line(3) + FOOT, "evening-harbour.com"
        )
    story = prose(77, 200)
    desk.send(story, "agency.com")
    desk.send(COOKIES + "\n" + NAVIGATION + story + "\n\n" + news_line(3) + FOOT, "evening-harbour.com")
    verdict = desk.shown()
    assert verdict.kind is REPUBLICATION
    assert [source.publisher for source in verdict.sources] == ["agency.com"]
    assert min(verdict.share, verdict.source_share) > 0.9
    body = desk.proposals[-1].article.body
    assert story in "".join(body[p.start : p.end] for p in verdict.passages) + " "
    assert all(story.find(body[p.start : p.end][:60]) >= 0 for p in verdict.passages)


def test_a_story_copied_400_times_is_one_story_and_the_401st_copy_is_found() -> None:
    desk = Desk()
    story = prose(1)
    desk.send(story, "agency.com")
    record = decode_record(desk.log[0][2])
    assert isinstance(record, SketchRecord)
    postings = desk.engine.index.postings
    start = len(postings)
    for number in range(400):
        verdict = desk.send(
            story if number % 2 else story.replace("harbour", "harbor"), f"copy{number}.com"
        ).verdict
        assert (number, verdict.kind, verdict.story) == (number, REPUBLICATION, "agency.com-0")
        assert [source.publisher for source in verdict.sources] == ["agency.com"]
        if number == 1:
            start = len(postings) - 2 * 3
    assert postings.look_up(record.sketch.ids).stories.tolist() == [1] * len(record.sketch.ids)
    assert len(postings) <= start + 400 * 3  # the three names of each, and nothing else
    last = desk.send("Our correspondent writes.\n\n" + story, "last.com").verdict
    assert (last.kind, last.extent, last.sources[0].id) == (REPUBLICATION, Extent.FULL, "agency.com-0")


QUOTE = (
    "The harbour shall be open to every ship that comes in peace, and the lamps on its moles shall burn in "
    "all nights of the year, whatever the oil may cost."
)


@pytest.mark.parametrize(
    ("stories", "expected"),
    [
        (1, REPUBLICATION),
        (limits.STORIES_PER_SHINGLE_MAX - 1, REPUBLICATION),
        (limits.STORIES_PER_SHINGLE_MAX, ORIGINAL),
    ],
)
def test_a_sentence_that_many_stories_hold_says_nothing(stories: int, expected: VerdictKind) -> None:
    """A page of nothing but a quotation is a copy of who printed it, until too many did."""
    desk = Desk()
    for n in range(stories):
        story = prose(n, 200, wide=90) + "\n\n" + QUOTE + "\n\n" + prose(n + 100, 200, wide=90)
        assert desk.send(story, f"paper{n}.com").verdict.kind is ORIGINAL
    quoted = decode_record(propose(article(QUOTE)).value)
    assert isinstance(quoted, SketchRecord)
    held = desk.engine.index.postings.look_up(quoted.sketch.ids).stories
    assert held.max() == min(stories, limits.POSTINGS_COUNT_MAX)
    assert desk.send(QUOTE, "quotes.com").verdict.kind is expected


# ---- law 4: who was first
def dateline(site: str) -> str:
    return f"{site.removesuffix('.com').title()} — "


def test_a_credit_beats_first_seen_and_corrects_each_copy_once() -> None:
    desk = Desk()
    story = prose(1)
    copies = [f"copy{n}.com" for n in range(5)]
    for site in copies:
        desk.send(f"{story}\n\nSource: Meridian Press", site, id=site)
    assert not desk.corrections()
    late = desk.send(story, "meridianpress.com", id="late", publisher="Meridian Press")
    assert late.verdict.kind is ORIGINAL
    assert Basis.CREDIT in late.verdict.basis
    assert sorted(c.id for c in late.corrections) == copies
    for correction in late.corrections:
        verdict = correction.verdict
        assert correction.reason is CorrectionReason.LATE_ORIGINAL
        assert correction.cause == late.position
        assert (verdict.kind, verdict.extent) == (REPUBLICATION, Extent.FULL)
        assert verdict.original is not None
        assert (verdict.original.id, verdict.original.ingested) == ("late", True)
    after = desk.send(story, "after.com").verdict
    assert after.original is not None
    assert after.original.id == "late"
    assert not desk.outcomes[-1].corrections


def test_published_at_beats_first_seen_and_corrects_each_copy_once() -> None:
    desk = Desk()
    story = prose(2)
    for n in range(3):
        desk.send(story, f"copy{n}.com", id=f"copy{n}.com", published_at=NOW_MS + n * 3_600_000 + 1)
    late = desk.send(story, "first.com", id="first", published_at=NOW_MS - 3_600_000 + 1)
    assert late.verdict.kind is ORIGINAL
    assert late.verdict.basis == (Basis.PUBLISHED_AT, Basis.LATE_ORIGINAL)
    assert sorted(c.id for c in late.corrections) == ["copy0.com", "copy1.com", "copy2.com"]
    assert {c.verdict.original.id for c in late.corrections if c.verdict.original} == {"first"}


def test_a_credit_beats_published_at_and_the_conflict_is_said() -> None:
    desk = Desk()
    story = prose(3)
    desk.send(
        story, "meridianpress.com", id="original", publisher="Meridian Press", published_at=NOW_MS + 7_200_001
    )
    verdict = desk.send(f"{story}\n\nSource: Meridian Press", "copy.com", published_at=NOW_MS + 1).verdict
    assert verdict.original is not None
    assert verdict.original.id == "original"
    assert verdict.basis == (Basis.CREDIT, Basis.CREDIT_CONFLICT)


def test_a_credited_source_that_nobody_sent_is_named_and_not_the_earliest_copy() -> None:
    desk = Desk()
    story = "PARIS (Reuters) — " + prose(4)
    for n in range(4):
        verdict = desk.send(story, f"copy{n}.com").verdict
        assert verdict.kind is REPUBLICATION
        assert verdict.original is not None
        assert (verdict.original.publisher, verdict.original.ingested) == ("Reuters", False)
        assert (verdict.original.id, verdict.original.position) == (None, None)
        assert [s.id for s in verdict.sources] == ["copy0.com-0"] * (n > 0)


def test_an_external_source_that_comes_at_last_corrects_all_its_copies() -> None:
    desk = Desk()
    story = "PARIS (Reuters) — " + prose(4)
    for n in range(4):
        desk.send(story, f"copy{n}.com", id=f"copy{n}")
    late = desk.send(story, "reuters.com", id="wire", publisher="Reuters")
    assert late.verdict.kind is ORIGINAL
    assert sorted(c.id for c in late.corrections) == ["copy0", "copy1", "copy2", "copy3"]
    assert {c.verdict.original.id for c in late.corrections if c.verdict.original} == {"wire"}


def test_without_credit_and_dates_the_first_seen_is_the_original() -> None:
    desk = Desk()
    story = prose(5)
    desk.send(story, "one.com")
    verdict = desk.send(story, "two.com").verdict
    assert verdict.basis == (Basis.FIRST_SEEN,)
    assert verdict.original is not None
    assert verdict.original.publisher == "one.com"


# ---- law 6: one engine behind all ways in
def told(value: bytes) -> tuple[str, dict[str, Any]]:
    """A published record's id and judgement, raw positions aside."""
    record = json.loads(value)
    judgement = record["republication"]
    for holder in (judgement, judgement.get("original") or {}):
        holder.pop("position", None)
    return record.get("id", ""), judgement


def scanned(values: Sequence[bytes]) -> tuple[dict[str, Any], list[Any]]:
    outputs = ScanOutputs(enriched=io.BytesIO(), corrections=io.BytesIO(), dead=io.BytesIO())
    scan(
        [Line(n, value) for n, value in enumerate(values)],
        outputs,
        ScanOptions(fields=FieldPaths(), aliases={}),
    )
    assert isinstance(outputs.enriched, io.BytesIO)
    assert isinstance(outputs.corrections, io.BytesIO)
    corrections = [told(line) for line in outputs.corrections.getvalue().splitlines()]
    return dict(map(told, outputs.enriched.getvalue().splitlines())), corrections


def pipeline_on(backend: MemoryBackend) -> Pipeline:
    fields = FieldPaths()
    steps = Steps(
        decode=lambda value, position: decode_raw(value, position, fields, {}),
        enrich=enrich,  # type: ignore[arg-type]  # of its own proposals
        encode_enriched=encode_enriched,
        encode_correction=encode_correction,
    )
    return Pipeline(backend, Engine(), steps, PipelineOptions(poll_timeout_ms=5), Telemetry())


async def piped(values: Sequence[bytes], partitions: int, replicas: int) -> MemoryBroker:
    """A broker on which these raw records went through as many replicas."""
    broker = MemoryBroker(lambda: NOW_MS)
    backend = MemoryBackend(broker)
    backend.create_topics(partitions)
    for number, value in enumerate(values):
        broker.produce(backend.names.raw[0], number % partitions, value)
    stop = asyncio.Event()
    running = [asyncio.create_task(pipeline_on(backend).run(stop)) for _ in range(replicas)]
    async with asyncio.timeout(60):
        while published(broker, backend) < len(values):  # noqa: ASYNC110 - looks at what tells nobody
            await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*running)
    return broker


def published(broker: MemoryBroker, backend: MemoryBackend) -> int:
    name = backend.names.enriched
    return sum(len(broker.read(name, n)) for n in range(broker.partitions(name)))


def values_of(broker: MemoryBroker, topic: str) -> list[bytes]:
    stored = [record for n in range(broker.partitions(topic)) for record in broker.read(topic, n)]
    return [record.value for record in stored if record.value is not None]


@pytest.mark.parametrize(("partitions", "replicas"), [(1, 1), (3, 2)])
async def test_scan_and_pipeline_say_the_same_of_the_same_order(partitions: int, replicas: int) -> None:
    generated = [json.dumps(record).encode() for record in stream(8, 40)]
    values = [*samples.lines(), *generated]
    broker = await piped(values, partitions, replicas)
    order = []
    for stored in broker.read("articles.fingerprints", 0):
        record = decode_record(stored.value or b"")
        assert isinstance(record, SketchRecord)
        order.append(record.position.offset * partitions + record.position.partition)
    assert sorted(set(order)) == list(range(len(values)))
    scanned_verdicts, scanned_corrections = scanned([values[n] for n in dict.fromkeys(order)])
    assert dict(map(told, values_of(broker, "articles.enriched"))) == scanned_verdicts
    corrections = [told(value) for value in values_of(broker, "articles.corrections")]
    assert sorted(map(repr, corrections)) == sorted(map(repr, scanned_corrections))
    assert corrections


# ---- the window
def test_an_article_older_than_the_window_is_forgotten_and_its_postings_too() -> None:
    desk = Desk(Engine(window_ms=10 * DAY_MS))
    story = prose(1)
    desk.send(story, "one.com")
    desk.send(prose(2), "one.com", after_ms=9 * DAY_MS)
    assert desk.send(story, "two.com", after_ms=DAY_MS - 1).verdict.kind is REPUBLICATION
    desk.send(prose(3), "one.com", after_ms=2)
    full = desk.engine.stats()
    assert full.articles == 3
    assert desk.send(prose(4), "three.com", after_ms=50 * DAY_MS).verdict.kind is ORIGINAL
    left = desk.engine.stats()
    assert left.articles == 1
    alone = Desk()
    alone.send(prose(4), "three.com")
    assert (left.postings, left.template_shingles) == (
        alone.engine.stats().postings,
        alone.engine.stats().template_shingles,
    )
    again = desk.send(story, "four.com").verdict
    assert (again.kind, again.sources) == (ORIGINAL, ())


def test_a_story_that_is_still_copied_is_not_forgotten_with_its_first_article() -> None:
    desk = Desk(Engine(window_ms=10 * DAY_MS))
    story = prose(1)
    desk.send(story, "agency.com")
    for n in range(4):
        verdict = desk.send(story, f"copy{n}.com", after_ms=9 * DAY_MS).verdict
        assert (n, verdict.kind, verdict.story) == (n, REPUBLICATION, "agency.com-0")


@pytest.mark.parametrize("seed", range(2))
def test_once_a_window_has_passed_an_engine_judges_as_one_that_never_saw_what_went(seed: int) -> None:
    """Equal in what it says and holds live, not in the numbers it counts articles by."""
    early, late = log_of(stream(seed, 30)), log_of(stream(seed + 100, 30))
    tail = [(100 + n, time_ms + 31 * DAY_MS, value) for n, time_ms, value in late]
    old, fresh = replayed(early), Engine()
    assert old.replay_many(tail) == fresh.replay_many(tail)
    assert len(old.index.postings) == len(fresh.index.postings)
    assert len(old.index.site_marks) == len(fresh.index.site_marks)
    assert old.stats().articles == fresh.stats().articles
    assert not old.index.orphans
    for number in range(30, old.index.articles.next_number):
        story = old.index.articles.get("story", number)
        assert old.index.story_members(story) == [n + 30 for n in fresh.index.story_members(story - 30)]
        assert old.index.crediting(story) == [n + 30 for n in fresh.index.crediting(story - 30)]
