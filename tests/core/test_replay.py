"""Laws of replay's compiled half and of a story's chain: each says what plain Python says of the same."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.story import article, prose
from wirecopy.core import limits
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.fingerprint.record import RecordCredit, SketchRecord, decode_record
from wirecopy.core.index.lookup_kernels import HIT
from wirecopy.core.index.origin_index import OriginIndex
from wirecopy.core.index.postings import Postings
from wirecopy.core.index.row import ROW
from wirecopy.core.index.sharded import ShardedPostings
from wirecopy.core.model import CreditKind, CreditScope, Verdict, VerdictKind
from wirecopy.core.values import replace
from wirecopy.core.verdict import (
    candidate_kernels,
    comparison,
    learning_kernels,
)
from wirecopy.core.verdict.layout import IDENTITIES, QUERY
from wirecopy.core.verdict.learning import Learned, learn
from wirecopy.core.verdict.workspace import Workspace


def record_of(seed: int, *keys: str) -> SketchRecord:
    """An article of ours, with credits that name `keys`."""
    record = decode_record(propose(article(prose(seed), id=f"a{seed}", url=f"https://a.com/{seed}")).value)
    assert isinstance(record, SketchRecord)
    credits_ = tuple(
        RecordCredit(CreditKind.VIA, key, key, False, 0, 3, CreditScope.CLAIM, 7) for key in keys
    )
    return replace(record, credits=credits_)


def a_query(chance: random.Random, credits_count: int) -> npt.NDArray[Any]:
    """A query with any keys, as compare packs it."""
    query = np.zeros(1, QUERY)
    query["site"], query["reposted"], query["title_digest"] = (chance.getrandbits(64) for _ in range(3))
    query["identities"] = [chance.getrandbits(64) for _ in range(IDENTITIES)]
    query["credits_count"] = credits_count
    query["credits"][0, :credits_count] = [chance.getrandbits(64) for _ in range(credits_count)]
    return query


# ---- looking up
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_one_call_finds_what_the_tables_say_when_asked_by_parts(seed: int) -> None:
    chance = random.Random(seed)
    count, credits_count = chance.randint(0, 40), chance.randint(0, limits.CREDITS_MAX)
    ids = np.array([chance.getrandbits(64) for _ in range(count)], np.uint64)
    query = a_query(chance, credits_count)
    site, reposted, credits_ = query["site"], query["reposted"], query["credits"][0, :credits_count]
    posted = np.concatenate((ids, query["identities"][0]))
    marked = np.concatenate((ids ^ site, ids ^ reposted, credits_))
    postings, site_marks = Postings(), Postings()
    shared = ShardedPostings(3), ShardedPostings(3)
    spread = chance.choice([1, 200, 70_000])  # one, two or three bytes tell the articles apart
    for number in sorted(chance.sample(range(12 * spread), chance.randint(1, 10))):
        for tables, keys in (((postings, shared[0]), posted), ((site_marks, shared[1]), marked)):
            held = keys[np.array([chance.random() < 0.4 for _ in keys], np.bool_)]
            at = np.array([chance.randrange(65_536) for _ in held], np.uint16)
            for table in tables:
                table.insert(held, number, at)
    found = []
    for one, other in ((postings, site_marks), shared):
        workspace = Workspace.least()
        workspace.query[:] = query
        votes, again, address, body, fresh = comparison.survey(ids, one, other, workspace)
        found.append(
            [
                workspace.template[:count].astype(bool).tolist(),
                workspace.credited_before[:credits_count].tolist(),
                (address, body, fresh, workspace.same[: address + body].tolist()),
                workspace.votes[:votes].tolist(),
                workspace.reposted[:again].tolist(),
            ]
        )
    assert found[0] == found[1]
    ordered = [(article, sample) for article, sample, _ in found[0][3]]
    assert sorted(ordered) == ordered


# ---- candidates
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_candidates_are_the_articles_with_most_usable_votes_and_those_of_the_address(seed: int) -> None:
    chance = random.Random(seed)
    samples, articles, base = chance.randint(1, 30), chance.randint(1, 25), chance.randint(0, 5)
    template = np.array([chance.random() < 0.3 for _ in range(samples)], np.uint8)
    votes = sorted(
        (base + chance.randrange(articles), chance.randrange(samples)) for _ in range(chance.randint(0, 90))
    )
    rows = np.zeros(articles, ROW)
    rows["site"] = [chance.randrange(2) for _ in range(articles)]
    same = sorted(chance.sample(range(base, base + articles), min(articles, chance.randint(0, 3))))
    hits = np.zeros(len(votes), HIT)
    hits["article"], hits["sample"] = [number for number, _ in votes], [which for _, which in votes]
    chosen = np.zeros(40, np.uint32)
    kept, on_site = candidate_kernels._candidates(template, hits, rows, base, np.uint64(1), chosen)
    usable = [(number, which) for number, which in votes if not template[which]]
    tally = Counter(number for number, _ in usable)
    best = sorted((n for n in tally if tally[n] >= 2), key=lambda n: (-tally[n], n))[: limits.CANDIDATES_MAX]
    assert chosen[:kept].tolist() == best
    assert on_site == sum(int(rows["site"][number - base]) for number, _ in usable)
    distinct = candidate_kernels._joined(chosen, kept, np.array(same, np.uint32))
    assert chosen[:distinct].tolist() == sorted({*best, *same})

    spared = np.array(sorted({*best[:2]}), np.uint32)
    expected, before = template.copy(), template.sum()
    for number, which in usable:
        if rows["site"][number - base] == 1 and number not in spared:
            expected[which] = 1
    marked = candidate_kernels.mark_on_site(template, hits, rows, base, np.uint64(1), spared)
    assert marked == expected.sum() - before
    assert template.tolist() == expected.tolist()


# ---- learning
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_an_article_teaches_its_template_what_it_took_and_what_is_new(seed: int) -> None:
    chance = random.Random(seed)
    count, credits_count = chance.randint(0, 30), chance.randint(0, 3)
    ids = [chance.getrandbits(64) for _ in range(count)]
    positions = sorted(chance.sample(range(70_000 if chance.random() < 0.2 else 200), count))
    template = [chance.random() < 0.3 for _ in ids]
    query = a_query(chance, credits_count)
    site, again = int(query["site"][0]), int(query["reposted"][0])
    edges = [sorted((chance.randrange(220), chance.randrange(220))) for _ in range(chance.randint(0, 3))]
    votes = [(chance.randrange(count), chance.randrange(50)) for _ in range(60)] if count else []
    renew = chance.choice([0, 25, 60])
    hits = np.zeros(len(votes), HIT)
    hits["sample"], hits["article"] = [which for which, _ in votes], [number for _, number in votes]
    found = learning_kernels.lessons(
        np.array(ids, np.uint64),
        np.array(positions, np.int32),
        np.array(template, np.uint8),
        np.array(edges, np.int32).reshape(-1, 2),
        hits,
        len(votes),
        renew,
        query,
    )
    reposted = [
        not template[i] and any(start <= positions[i] < end for start, end in edges) for i in range(count)
    ]
    newest = [max((n for which, n in votes if which == i), default=-1) for i in range(count)]
    at = [min(position, 65_534) for position in positions]
    site_marks = [(key, 0) for key in query["credits"][0, :credits_count].tolist()]
    site_marks += [(ids[i] ^ site, at[i]) for i in range(count) if template[i]]
    site_marks += [(ids[i] ^ again, at[i]) for i in range(count) if reposted[i]]
    fresh = [not template[i] and (not reposted[i] or 0 <= newest[i] < renew) for i in range(count)]
    postings = [(ids[i], at[i]) for i in range(count) if fresh[i]] + [
        (key, 65_535) for key in query["identities"][0].tolist()
    ]
    marks, mark_positions, keys, key_positions = (part.tolist() for part in found)
    assert list(zip(marks, mark_positions, strict=True)) == site_marks
    assert list(zip(keys, key_positions, strict=True)) == postings


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_one_call_teaches_two_tables_what_insertions_by_parts_do(seed: int) -> None:
    chance = random.Random(seed)
    index, parts = OriginIndex(), OriginIndex(shards=2)
    workspace = Workspace.least()
    records = [record_of(n, *chance.sample(["ap", "cnn", "dpa"], chance.randint(0, 2))) for n in range(3)]
    for number in range(8):
        record = records[chance.randrange(3)]
        tokens = record.sketch.tokens
        covered = np.array([[0, chance.randrange(tokens)]], np.int32)[: chance.randrange(2)]
        learned = Learned(None, covered, [])
        for one in (index, parts):
            found = comparison.compare(record, one, workspace)
            found.template[: len(found.template) // 3] |= number % 2
            found.flag_tokens()
            assert learn(one, found, verdict_of(record), learned, number, number // 2) == number
    keys = np.concatenate([record.sketch.ids for record in records])
    for left, right in ((index.postings, parts.postings), (index.site_marks, parts.site_marks)):
        assert len(left) == len(right)
        for site in (0, comparison.site_key("a.com")):
            mine, theirs = (table.look_up(keys ^ np.uint64(site)) for table in (left, right))
            assert mine.sample.tolist() == theirs.sample.tolist()
            assert mine.article.tolist() == theirs.article.tolist()
            assert mine.position.tolist() == theirs.position.tolist()


# ---- a story's chain
def verdict_of(record: SketchRecord) -> Verdict:
    return Verdict(VerdictKind.ORIGINAL, None, record.id, None, 0.0, 0.0, 0.0, (), (), None, ())


@pytest.mark.parametrize("seed", range(12))
def test_a_storys_chain_holds_what_lists_of_its_members_and_creditors_hold(seed: int) -> None:
    chance = random.Random(seed)
    index = OriginIndex()
    members: dict[int, list[int]] = {}
    creditors: dict[int, dict[str, int]] = {}
    story_of: dict[int, int] = {}
    records = [record_of(n) for n in range(3)]
    for time_ms in range(120):
        key = chance.choice(["", "ap", "cnn", "dpa", "efe"])
        record = replace(records[time_ms % 3], credits=record_of(0, key).credits if key else ())
        alive = [n for n in story_of if index.alive(n)]
        story = story_of[chance.choice(alive)] if alive and chance.random() < 0.8 else None
        number = index.remember(record, verdict_of(record), story, 0, 0, 0, time_ms)
        story_of[number] = number if story is None else story
        members.setdefault(story_of[number], []).append(number)
        if key:
            named = creditors.setdefault(story_of[number], {})
            named.pop(key, None)
            named[key] = number
        if chance.random() < 0.3:
            index.forget_before(time_ms - chance.randint(5, 40))
        if chance.random() < 0.05:
            index = OriginIndex.from_state({name: part.copy() for name, part in index.state().items()})
        for story in {story_of[n] for n in story_of if index.alive(n)}:
            assert index.story_members(story) == [n for n in members[story] if index.alive(n)]
            credited = [n for n in creditors.get(story, {}).values() if index.alive(n)]
            assert index.crediting(story) == credited[: limits.STORY_CREDITS_LOOKED_AT_MAX]
        newest = {story: max(n for n in story_of if story_of[n] == story) for story in story_of.values()}
        gone = {story: n for story, n in newest.items() if not index.alive(story) and index.alive(n)}
        assert index.orphans == gone, "nothing is kept of a story whose articles have all left the window"
