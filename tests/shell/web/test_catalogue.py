"""The catalogue holds the newest articles as the log led to them, and its indexes say no more and no less."""

from __future__ import annotations

import random

import pytest

from tests.shell.web.filled_site import LONG, START_MS, TEXTS, FilledSite, article, decode, original_and_copy
from wirecopy import samples
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.fingerprint.record import decode_record, identity_of
from wirecopy.core.model import Agreement, RawArticle, RawPosition, VerdictKind
from wirecopy.shell.ports import LogRecord
from wirecopy.shell.web import catalogue as module
from wirecopy.shell.web.catalogue import Catalogue, Entry, Filters


def check(catalogue: Catalogue) -> None:
    """Every index against a walk over the entries."""
    entries = list(catalogue.entries())
    assert [entry.serial for entry in entries] == list(range(catalogue.first_serial, catalogue.next_serial))
    assert list(catalogue.newest_first()) == entries[::-1]
    for entry in entries:
        assert catalogue.at(entry.serial) is entry
        assert catalogue.by_id(entry.id) == [other for other in entries if other.id == entry.id]
        newest = [other for other in entries if other.position == entry.position][-1]
        assert catalogue.by_position(entry.position) is newest
        story = entry.current.story
        assert catalogue.story(story) == [other for other in entries if other.current.story == story]
        assert catalogue.serial_from(entry.log_offset) == entry.serial
        assert catalogue.serial_from(entry.log_offset + 1) == entry.serial + 1
        copies = [
            other
            for other in entries
            if other.current.kind is VerdictKind.REPUBLICATION
            and other.current.original is not None
            and other.current.original.position == entry.position
        ]
        assert [copy for copy in catalogue.copies_of(entry) if copy in copies] == copies


@pytest.mark.parametrize("articles_max", [1, 5, 17, 1000])
def test_every_index_agrees_with_the_ring_whatever_has_left_it(articles_max: int) -> None:
    world = FilledSite(articles_max)
    for value in samples.lines():
        world.add(value)
        check(world.site.catalogue)
    assert len(world.site.catalogue) == min(articles_max, len(samples.lines()))


def test_a_correction_moves_an_article_to_what_holds_now_and_keeps_what_was_said() -> None:
    world = FilledSite()
    world.add(*samples.lines())
    corrected = [entry for entry in world.site.catalogue.entries() if entry.corrected]
    assert len(corrected) == 2
    for entry in corrected:
        assert entry.verdict is not entry.current and entry.current is entry.corrected
        assert entry.correction is not None and entry.corrected_at_ms is not None
        cause = world.site.catalogue.by_position(entry.correction.cause)
        assert cause is not None and cause.log_time_ms == entry.corrected_at_ms
        assert entry in world.site.catalogue.copies_of(cause)


def test_what_a_record_says_of_an_article_is_what_decoding_all_of_it_says() -> None:
    awkward = [
        article("", "x.example"),
        article("é" * 900, "ж.example", published_at=-9_000_000_000_000),
        article("zero", "", published_at=0, url=""),
        article("credits", "y.example", body="PARIS (Reuters) — " + LONG + "\n\nSource: AFP\n\nvia CNN"),
    ]
    world = FilledSite()
    world.add(*awkward, *samples.lines())
    for offset, stored in enumerate(world.broker.read("articles.raw", 0)):
        decoded = decode(stored.value, RawPosition("articles.raw", 0, offset))
        assert isinstance(decoded, RawArticle)
        value = propose(decoded).value
        record, who = decode_record(value), identity_of(value)
        for name in ("id", "url", "publisher", "domain", "published_at_ms"):
            assert getattr(record, name) == getattr(who, name)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(), ["upd", "copy", "first"]),
        (Filters(frozenset((VerdictKind.REPUBLICATION,))), ["copy"]),
        (Filters(publisher="FIRST.ex"), ["upd", "first"]),
        (Filters(publisher="nobody"), []),
        (Filters(language="EN"), ["copy"]),
        (Filters(frozenset((VerdictKind.ORIGINAL,)), "first"), ["first"]),
    ],
)
def test_the_latest_are_those_that_pass_newest_first(filters: Filters, ids: list[str]) -> None:
    world = FilledSite()
    first, copy = original_and_copy(language="en-GB")
    world.add(first, copy, {**first, "id": "upd", "body": LONG + "\n\n" + TEXTS[1]})
    catalogue = world.site.catalogue
    found = catalogue.latest(10, filters.kinds, filters.publisher, filters.language)
    assert [entry.id for entry in found] == ids
    assert catalogue.latest(1, filters.kinds, filters.publisher, filters.language) == found[:1]
    older = catalogue.latest(10, filters.kinds, filters.publisher, filters.language, before=1)
    assert older == [entry for entry in found if entry.serial < 1]


def test_an_article_of_another_site_with_the_same_id_is_not_the_one_that_was_copied() -> None:
    world = FilledSite()
    world.add(article("same", "a.example"), article("same", "b.example", body=TEXTS[1] * 2))
    world.add(article("copy", "c.example"))
    a, b = world.site.catalogue.by_id("same")
    assert [copy.id for copy in world.site.catalogue.copies_of(a)] == ["copy"]
    assert world.site.catalogue.copies_of(b) == []


def test_telling_is_bounded_and_what_is_passed_over_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_MAX", 10)
    source = FilledSite()
    source.add(*samples.lines())
    told = FilledSite()
    records = []
    for stored in source.broker.read("articles.raw", 0):
        decoded = decode(stored.value, RawPosition("articles.raw", 0, stored.offset))
        assert isinstance(decoded, RawArticle)
        record = LogRecord(stored.offset, START_MS, told.engine.propose(decoded).value)
        records.append(record)
    outcomes = [one for one in told.engine.replay_many(records) if not isinstance(one, Agreement)]
    catalogue = told.site.catalogue
    for at in range(0, len(records), 4):
        catalogue.add_many(records[at : at + 4], outcomes[at : at + 4])
    told.take()
    assert catalogue.passed_over + len(catalogue) == len(records) == catalogue.received
    assert len(catalogue) <= 10 + 4
    newest = catalogue.at(catalogue.next_serial - 1)
    assert newest is not None and newest.log_offset == records[-1].offset


def test_a_record_that_fails_is_stepped_over(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FilledSite()
    world.add(article("a", "a.example"))
    real = identity_of

    def fail(value: bytes) -> object:
        raise RuntimeError("ours")

    monkeypatch.setattr(module, "identity_of", fail)
    with pytest.raises(RuntimeError):
        world.add(article("b", "b.example", body=TEXTS[2]))
    monkeypatch.setattr(module, "identity_of", real)
    world.add(article("c", "c.example", body=TEXTS[4]))
    assert [entry.id for entry in world.site.catalogue.entries()] == ["a", "c"]


def test_a_title_is_clipped_and_known_whether_it_comes_before_or_after_the_verdict() -> None:
    world = FilledSite()
    world.add(article("before", "a.example", title="word " * 100_000))
    world.add(article("after", "b.example", body=TEXTS[2]), read=False)
    before, after = world.site.catalogue.entries()
    assert before.read and 0 < len(before.title) <= module.TITLE_CHARS_MAX
    assert not after.read and after.title == ""
    assert world.site.catalogue.note(after.position, "later", "de")
    noted = world.site.catalogue.by_position(after.position)
    assert isinstance(noted, Entry) and (noted.title, noted.language, noted.read) == ("later", "de", True)


def test_random_streams_leave_no_trace_of_what_has_left() -> None:
    for seed in range(3):
        rng = random.Random(seed)
        world = FilledSite(articles_max=8)
        for number in range(60):
            body = rng.choice(TEXTS[:5])
            world.add(
                article(f"id{rng.randrange(12)}", f"p{rng.randrange(6)}.example", body=body), step_ms=number
            )
        catalogue = world.site.catalogue
        held = {entry.serial for entry in catalogue.entries()}
        for index in (catalogue._by_id, catalogue._stories, catalogue._copies):
            assert {serial for serials in index.values() for serial in serials} <= held, f"seed {seed}"
            assert all(index.values()), f"seed {seed}: empty lists are kept"
        assert len(catalogue._by_position) <= len(held)
        check(catalogue)
