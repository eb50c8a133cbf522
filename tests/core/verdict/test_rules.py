"""Each rule of the verdict just below and just above its threshold; and the kernels that count for it."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.naive import text as twins
from tests.core.naive import verdict as twins_verdict
from tests.core.naive.verdict import Measures, named_measures
from tests.core.story import NOW_MS, article
from wirecopy.core import limits, values
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.fingerprint.record import RecordCredit, SketchRecord, decode_record, strong
from wirecopy.core.index.known import Known
from wirecopy.core.index.lookup_kernels import HIT
from wirecopy.core.model import (
    Basis,
    CreditKind,
    CreditScope,
    DateDoubt,
    Extent,
    Original,
    RawPosition,
    VerdictKind,
)
from wirecopy.core.verdict import grade_kernels, measure_kernels, passage_kernels
from wirecopy.core.verdict.comparison import Measured
from wirecopy.core.verdict.layout import CANDIDATE, MEASURES, REQUEST, RUN, SOURCE, SPAN, TOKEN_MAIN
from wirecopy.core.verdict.rules import (
    Match,
    accepted,
    also_source,
    directed,
    extent,
    external_credit,
    hopeless,
    lead,
    may_be_version,
    named_whole,
    same_publisher,
)

LITTLE = 0.001
NO_MEASURES = dict.fromkeys(MEASURES.names or (), 0)
NOTHING = replace(named_measures(NO_MEASURES, 200, 200), unmatched_here=0, unmatched_there=0)


def known(**fields: Any) -> Known:
    plain = Known(
        number=0,
        story=0,
        story_id="source",
        id="source",
        url="https://www.source.com/1",
        publisher="source.com",
        host="source.com",
        domain="source.com",
        brands=("source", "source.com"),
        published_at_ms=None,
        position=RawPosition("t", 0, 0),
        body_xxh3="",
        title_digest=0,
        main=(0, 200),
        own_tokens=200,
        kind=VerdictKind.ORIGINAL,
        original=None,
        credit=None,
    )
    return values.replace(plain, **fields)


FACTS = {"same_url", "same_site", "same_title", "same_body", "names", "words_scale", "runs", "known"}


def twin(**fields: Any) -> twins_verdict.Match:
    """A candidate that shares nothing but what is said."""
    facts = {name: fields.pop(name) for name in list(fields) if name in FACTS}
    measures = replace(NOTHING, **fields)
    return replace(twins_verdict.Match(known(), measures, (), False, False, False, False, False), **facts)


def graded(m: Measures, same_title: bool, words_scale: float) -> int:
    """What the kernel says of such numbers."""
    row, shares = np.zeros(1, MEASURES), np.zeros(1, CANDIDATE)
    for name in (
        "hits",
        "singles",
        "before",
        "longest",
        "pieces",
        "words",
        "tails",
        "rest",
        "any",
        "own",
        "there",
    ):
        row[name] = getattr(m, name)
    for name in ("containment_here", "containment_there", "lead_here", "lead_there"):
        shares[name] = getattr(m, name)
    own = m.own + m.unmatched_here, m.there + m.unmatched_there
    grades: int = grade_kernels.graded(row[0], shares[0], *own, same_title, words_scale > 1.0)
    return grades


def as_graded(one: twins_verdict.Match) -> Match:
    """The same candidate as the kernel tells of it."""
    m = one.measures
    grades = graded(m, one.same_title, one.words_scale)
    shares = m.containment_here, m.containment_there, m.lead_here, m.lead_there
    facts = one.same_url, one.same_site, one.same_title, one.same_body, one.names
    number = one.known.number
    measured = Measured(
        number,
        grades,
        one.same_site,
        one.same_title,
        m.hits,
        m.longest,
        m.words,
        m.tails,
        m.first,
        0,
        0,
        *shares,
    )
    return Match(one.known, measured, *facts)


def match(**fields: Any) -> Match:
    return as_graded(twin(**fields))


Row = tuple[str, dict[str, Any], bool]


def rows(rule: str, enough: dict[str, Any], *changed: Row) -> list[Row]:
    """Rows of one rule: what is just enough, each time with something changed."""
    return [(f"{rule}: {what}", {**enough, **fields}, good) for what, fields, good in changed]


# ---- whether it is a publication of this text
ELSEWHERE: list[Row] = [
    ("nothing", {}, False),
    ("one run", {"longest": limits.REPUBLISHED_WORDS_MIN}, True),
    ("a shorter run", {"longest": limits.REPUBLISHED_WORDS_MIN - 1}, False),
    (
        "a run of a script without spaces",
        {"longest": limits.REPUBLISHED_WORDS_MIN, "words_scale": 1.35},
        False,
    ),
    ("several pieces", {"pieces": limits.PIECES_WORDS_MIN, "containment_here": limits.PIECES_PART_MIN}, True),
    ("fewer pieces", {"pieces": limits.PIECES_WORDS_MIN - 1, "containment_here": 0.5}, False),
    (
        "pieces that are nothing of either",
        {"pieces": 90, "containment_here": limits.PIECES_PART_MIN - LITTLE},
        False,
    ),
    ("all before both articles", {"longest": 200, "hits": 20, "before": True}, False),
    ("a foot", {"longest": 200, "tails": 90}, False),
    ("a foot under the same title", {"longest": 200, "tails": 90, "same_title": True}, True),
    ("a foot with a credit", {"longest": 200, "tails": 90, "names": True}, True),
    ("a foot, and a long run elsewhere", {"tails": 90, "rest": limits.REPUBLISHED_WORDS_MIN}, True),
    (
        "a foot, and a shorter run",
        {"longest": 200, "tails": 90, "rest": limits.REPUBLISHED_WORDS_MIN - 1},
        False,
    ),
    ("a foot, and the lead", {"longest": 200, "tails": 90, "lead_here": 0.1}, True),
    *rows(
        "a short text whole",
        {
            "containment_here": limits.SHORT_PART_MIN,
            "words": limits.SHORT_WORDS_MIN,
            "hits": limits.SHORT_HITS_MIN,
        },
        ("enough", {}, True),
        ("too small a part", {"containment_here": limits.SHORT_PART_MIN - LITTLE}, False),
        ("too few words", {"words": limits.SHORT_WORDS_MIN - 1}, False),
        ("too few hits", {"hits": limits.SHORT_HITS_MIN - 1}, False),
        ("whole there", {"containment_here": 0.0, "containment_there": limits.SHORT_PART_MIN}, True),
    ),
    *rows(
        "contained with its lead",
        {
            "containment_there": limits.CONTAINED_PART_MIN,
            "lead_there": limits.CONTAINED_LEAD_MIN,
            "hits": limits.SHORT_HITS_MIN,
        },
        ("enough", {}, True),
        ("too small a part", {"containment_there": limits.CONTAINED_PART_MIN - LITTLE}, False),
        ("too little of the lead", {"lead_there": limits.CONTAINED_LEAD_MIN - LITTLE}, False),
        ("too few hits", {"hits": limits.SHORT_HITS_MIN - 1}, False),
    ),
    *rows(
        "named",
        {"any": limits.NAMED_TOKENS_MIN, "hits": limits.NAMED_HITS_MIN},
        ("by nothing", {}, False),
        ("by a credit", {"names": True}, True),
        ("by the title", {"same_title": True}, True),
        ("too few tokens", {"names": True, "any": limits.NAMED_TOKENS_MIN - 1}, False),
        ("too few hits", {"same_title": True, "hits": limits.NAMED_HITS_MIN - 1}, False),
    ),
    *rows(
        "a part of it, named",
        {"hits": limits.NAMED_PART_HITS_MIN, "containment_here": limits.NAMED_PART_MIN},
        ("by nothing", {}, False),
        ("by a credit", {"names": True}, True),
        ("lone hits count", {"same_title": True, "hits": 0, "singles": limits.NAMED_PART_HITS_MIN}, True),
        ("too few hits", {"names": True, "hits": limits.NAMED_PART_HITS_MIN - 1}, False),
        ("too small a part", {"names": True, "containment_here": limits.NAMED_PART_MIN - LITTLE}, False),
    ),
    ("title and credit", {"same_title": True, "names": True, "hits": limits.TITLE_AND_CREDIT_HITS_MIN}, True),
    (
        "title and credit, too few hits",
        {"same_title": True, "names": True, "hits": limits.TITLE_AND_CREDIT_HITS_MIN - 1},
        False,
    ),
]
SITE_TEXT = {
    "same_site": True,
    "lead_here": limits.SITE_LEAD_MIN,
    "containment_here": limits.SITE_PART_MAX_MIN,
    "containment_there": limits.SITE_PART_MIN,
    "words": limits.REPUBLISHED_WORDS_MIN,
}
TAIL = {"unmatched_here": limits.SITE_TAIL_WORDS, "unmatched_there": limits.SITE_TAIL_WORDS}
ON_SITE: list[Row] = [
    ("enough", {}, True),
    ("too little of the lead", {"lead_here": limits.SITE_LEAD_MIN - LITTLE}, False),
    ("too small a part of both", {"containment_here": limits.SITE_PART_MAX_MIN - LITTLE}, False),
    ("too small a part of one", {"containment_there": limits.SITE_PART_MIN - LITTLE}, False),
    ("too few words", {"words": limits.REPUBLISHED_WORDS_MIN - 1}, False),
    ("much of its own on both sides", TAIL, False),
    ("much of its own here only", {**TAIL, "unmatched_there": limits.SITE_TAIL_WORDS - 1}, True),
    ("one long run says nothing here", {"lead_here": 0.0, "longest": 500}, False),
    ("the same body", {**TAIL, "same_body": True}, True),
    ("the same body, nothing counted", {"containment_here": 0, "words": 0, "same_body": True}, True),
]
TITLED = {"same_site": True, "same_title": True}
ON_SITE_TITLED: list[Row] = [
    ("the title alone", {}, False),
    (
        "a part with its lead",
        {"containment_here": limits.SITE_TITLE_PART_MIN, "lead_there": limits.SITE_TITLE_LEAD_MIN},
        True,
    ),
    ("a part without", {"containment_here": limits.SITE_TITLE_PART_MIN}, False),
    ("too small a part", {"containment_here": limits.SITE_TITLE_PART_MIN - LITTLE, "lead_there": 1.0}, False),
    ("a large part alone", {"containment_here": limits.SITE_TITLE_PART_ALONE_MIN}, True),
    ("a large part alone, not quite", {"containment_here": limits.SITE_TITLE_PART_ALONE_MIN - LITTLE}, False),
    (
        "large parts of both, for all their own",
        {
            **TAIL,
            "containment_here": limits.SITE_TITLE_PARTS_MIN,
            "containment_there": limits.SITE_TITLE_PARTS_MIN,
        },
        True,
    ),
    (
        "a large part of one, and much of its own",
        {**TAIL, "containment_here": 1.0, "containment_there": limits.SITE_TITLE_PARTS_MIN - LITTLE},
        False,
    ),
]
BY_ADDRESS: list[Row] = [
    ("nothing in common", {}, False),
    ("a part", {"containment_there": limits.SAME_URL_PART_MIN}, True),
    ("too small a part", {"containment_there": limits.SAME_URL_PART_MIN - LITTLE}, False),
    ("before both articles", {"containment_here": 0.5, "before": True, "hits": 9}, True),
    ("the same body", {"same_body": True}, True),
]
RULES = [
    *(("elsewhere", *row) for row in ELSEWHERE),
    *(("on its site", what, {**SITE_TEXT, **fields}, good) for what, fields, good in ON_SITE),
    *(("on its site, titled", what, {**TITLED, **fields}, good) for what, fields, good in ON_SITE_TITLED),
    *(("by address", what, {"same_url": True, **fields}, good) for what, fields, good in BY_ADDRESS),
]


@pytest.mark.parametrize(
    ("where", "what", "fields", "good"), RULES, ids=[f"{row[0]}: {row[1]}" for row in RULES]
)
def test_a_candidate_is_taken_from_its_threshold_on(
    where: str, what: str, fields: dict[str, Any], good: bool
) -> None:
    assert accepted(match(**fields)) is good
    assert twins_verdict.accepted(twin(**fields)) is good


def any_measures(data: st.DataObject) -> tuple[dict[str, int], int, int]:
    """Measures that the kernel could write, each number about as large as the thresholds; and own tokens of both."""
    draw = data.draw
    words = st.integers(0, 60)
    hits, longest = draw(st.integers(0, 8)), draw(words)
    row = {**NO_MEASURES, "hits": hits, "longest": longest}
    row["rest"] = draw(st.integers(0, longest))
    row["before"] = draw(st.integers(0, 1))
    for name in ("pieces", "words", "own", "there", "any"):
        row[name] = draw(words)
    for name in ("lead_here", "lead_there", "tails", "singles"):
        row[name] = draw(st.sampled_from([0, 2, 40]))
    return row, draw(st.integers(0, 90)), draw(st.integers(0, 90))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_grades_say_what_the_twins_say_and_without_hope_nothing_else_makes_a_source(
    data: st.DataObject,
) -> None:
    row, *own = any_measures(data)
    measures = named_measures(row, *own)
    same_title, scale = data.draw(st.booleans()), data.draw(st.sampled_from([1.0, 1.35]))
    counted, candidate = np.array([tuple(row.values())], MEASURES), np.zeros(1, CANDIDATE)
    here, there = own
    grade_kernels.grade(counted[0], here, there, same_title, scale > 1.0, candidate[0])
    said = Measured(*candidate[0].tolist())
    for name in ("containment_here", "containment_there", "lead_here", "lead_there"):
        assert getattr(said, name) == getattr(measures, name)
    assert said.grades == graded(measures, same_title, scale)
    good = False
    on_site = data.draw(st.booleans())
    for names in (False, True):
        for same_site in {False, on_site}:
            one = replace(
                twin(same_title=same_title, names=names, words_scale=scale, same_site=same_site),
                measures=measures,
                same_body=data.draw(st.booleans()) and not same_site,
            )
            assert accepted(as_graded(one)) is twins_verdict.accepted(one)
            assert also_source(as_graded(one)) is twins_verdict.also_source(one)
            good |= accepted(as_graded(one)) or also_source(as_graded(one))
    at_address = as_graded(replace(one, same_url=True, same_body=False))
    assert accepted(at_address) is twins_verdict.accepted(replace(one, same_url=True, same_body=False))
    behind = bool(measures.hits and measures.before)
    good |= on_site and not behind and may_be_version(values.replace(at_address.measured, of_site=True))
    assert hopeless(values.replace(at_address.measured, of_site=on_site)) is not good


SECOND = {"lead_there": limits.SECOND_LEAD_MIN, "words": limits.SECOND_WORDS_MIN}


@pytest.mark.parametrize(
    ("fields", "good"),
    [
        ({}, True),
        ({"lead_there": limits.SECOND_LEAD_MIN - LITTLE}, False),
        ({"words": limits.SECOND_WORDS_MIN - 1}, False),
        ({"same_site": True}, False),
        ({"before": True}, False),
    ],
)
def test_a_further_source_is_taken_from_its_threshold_on(fields: dict[str, Any], good: bool) -> None:
    assert also_source(match(**{**SECOND, **fields})) is good


HALF = {"share": limits.FULL_SHARE_MIN, "part": limits.FULL_PART_MIN, "lead_part": limits.FULL_LEAD_MIN}
EXTENTS = [
    ("enough of each", {}, Extent.FULL),
    ("a small part of this", {"share": limits.FULL_SHARE_MIN - LITTLE, "part": 1.0}, Extent.PARTIAL),
    ("a small part of the source", {"part": limits.FULL_PART_MIN - LITTLE, "share": 1.0}, Extent.PARTIAL),
    ("not its beginning", {"lead_part": limits.FULL_LEAD_MIN - LITTLE, "share": 1.0}, Extent.PARTIAL),
]


@pytest.mark.parametrize(("what", "fields", "expected"), EXTENTS, ids=[row[0] for row in EXTENTS])
def test_extent_is_full_from_its_thresholds_on(what: str, fields: dict[str, float], expected: Extent) -> None:
    assert extent(**{**HALF, **fields}) is expected


# ---- sources
def covering(number: int, *ranges: tuple[int, int], **fields: Any) -> twins_verdict.Match:
    return twin(
        known=known(number=number, id=f"s{number}"), runs=tuple((a, b, a, b) for a, b in ranges), **fields
    )


def chosen(matches: list[twins_verdict.Match], own: bytes) -> list[tuple[int, int]]:
    """What the twin chooses; and so does the kernel."""
    found = [(source.match.known.number, source.tokens) for source in twins_verdict.cover(matches, own)]
    sources, rows = list[tuple[int, ...]](), list[tuple[int, ...]]()
    for one in matches:
        first = len(rows)
        rows += [(*run, 1 + number % 2, 0, 0) for number, run in enumerate(one.runs)]
        rows += [(0, 90, 0, 90, 1, 0, 0)] if all(row[4] > 1 for row in rows[first:]) else []
        lone = any(row[4] == 1 for row in rows[first : first + len(one.runs)])
        sources.append((first, len(rows), lone, 0, 0, 0, one.measures.hits, one.known.number))
    said = np.empty(len(matches), np.int64)
    count = passage_kernels.cover(
        np.array([(len(own), 0, 0, 0, 0, 0, len(matches), 0)], REQUEST),
        np.array(sources, SOURCE),
        np.array([TOKEN_MAIN * one for one in own], np.uint8),
        np.array(rows, RUN),
        np.empty(len(own), np.uint8),
        said,
    )
    assert [matches[place].known.number for place in said[:count]] == [number for number, _ in found]
    return found


LEAST = limits.SECOND_WORDS_MIN
COVERS: list[tuple[str, list[twins_verdict.Match], list[tuple[int, int]]]] = [
    ("one", [covering(1, (0, 50))], [(1, 50)]),
    ("the larger first", [covering(1, (0, 40)), covering(2, (40, 100))], [(2, 60), (1, 40)]),
    ("the same twice: the older", [covering(2, (0, 50)), covering(1, (0, 50))], [(1, 50)]),
    ("the same twice: more hits", [covering(1, (0, 50), hits=3), covering(2, (0, 50), hits=4)], [(2, 50)]),
    ("a rest at the threshold", [covering(1, (0, 60)), covering(2, (40, 60 + LEAST))], [(1, 60), (2, LEAST)]),
    ("a rest below it", [covering(1, (0, 60)), covering(2, (40, 59 + LEAST))], [(1, 60)]),
    ("the first explains however little", [covering(1, (0, 3))], [(1, 3)]),
    ("beyond the text", [covering(1, (90, 130)), covering(2, (120, 140))], [(1, 10)]),
]


@pytest.mark.parametrize(("what", "matches", "expected"), COVERS, ids=[row[0] for row in COVERS])
def test_sources_cover_greedily(
    what: str, matches: list[twins_verdict.Match], expected: list[tuple[int, int]]
) -> None:
    assert chosen(matches, bytes([1]) * 100) == expected


def test_only_own_tokens_are_covered() -> None:
    own = bytes([0]) * 30 + bytes([1]) * 30 + bytes([0]) * 40
    assert chosen([covering(1, (0, 100)), covering(2, (0, 100))], own) == [(1, 30)]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_the_kernel_chooses_the_sources_that_the_twin_chooses(seed: int) -> None:
    chance = random.Random(seed)
    own = bytes(chance.random() < 0.8 for _ in range(chance.randint(1, 200)))
    matches = []
    for number in chance.sample(range(40), chance.randint(1, 9)):
        starts = sorted(chance.randint(0, len(own)) for _ in range(chance.randint(0, 4)))
        ranges = [(start, start + chance.randint(0, 60)) for start in starts]
        matches.append(covering(number, *ranges, hits=chance.randint(0, 2)))
    assert chosen(matches, own)


def source(number: int, **fields: Any) -> twins_verdict.Cover:
    return twins_verdict.Cover(covering(number, **fields), 50)


LONG = limits.LEAD_PASSAGE_WORDS_MIN
LEADS = [
    ("the first", [source(1), source(2)], 1),
    ("the one of this title", [source(1), source(2, same_title=True)], 2),
    ("the one it opens with", [source(1, first=90, longest=LONG), source(2, first=10, longest=LONG)], 2),
    ("not if that is short", [source(1, first=90, longest=LONG), source(2, first=10, longest=LONG - 1)], 1),
    ("not if it has no piece", [source(1, first=90, longest=LONG), source(2, first=-1, longest=LONG)], 1),
]


@pytest.mark.parametrize(("what", "sources", "number"), LEADS, ids=[row[0] for row in LEADS])
def test_the_source_that_is_named(what: str, sources: list[twins_verdict.Cover], number: int) -> None:
    assert lead(a_record(), [as_graded(one.match) for one in sources]).known.number == number
    assert twins_verdict.lead(sources).match.known.number == number


@pytest.mark.parametrize(
    ("named", "number"),
    [
        ((CreditKind.VIA, None), 2),
        ((CreditKind.ORIGINALLY, None), 2),
        ((CreditKind.MENTION, None), 1),
        ((CreditKind.SOURCE, CreditScope.PART), 1),
    ],
)
def test_the_source_that_the_text_says_it_is_of_is_named_before_that_of_its_title(
    named: tuple[CreditKind, CreditScope | None], number: int
) -> None:
    one, other = source(1, same_title=True), source(2)
    other = twins_verdict.Cover(replace(other.match, known=known(number=2, brands=("courier",))), 50)
    record = a_record(credits=(credit("courier", named[0], scope=named[1]),))
    assert lead(record, [as_graded(one.match), as_graded(other.match)]).known.number == number
    assert twins_verdict.lead([one, other], named_whole(record)).match.known.number == number


# ---- who was first
def a_record(**fields: Any) -> SketchRecord:
    plain = decode_record(propose(article("Some words.", id="here", url="https://www.here.com/1")).value)
    assert isinstance(plain, SketchRecord)
    return values.replace(plain, **fields)


def credit(
    key: str,
    kind: CreditKind = CreditKind.VIA,
    *,
    agency: bool = False,
    scope: CreditScope | None = None,
) -> RecordCredit:
    if scope is None:
        whole = kind is CreditKind.ORIGINALLY or (agency and kind in (CreditKind.DATELINE, CreditKind.BYLINE))
        scope = CreditScope.TEXT if whole else CreditScope.CLAIM
        scope = CreditScope.FACT if kind is CreditKind.MENTION else scope
    return RecordCredit(kind, key.title(), key, agency, 0, 5, scope, 0)


HERE = ("here", "here.com")
REUTERS = credit("reuters", CreditKind.DATELINE, agency=True)
NOBODY_SENT = Original(None, None, "Reuters", None, False, None)
DAY = 86_400_000
MIDNIGHT = NOW_MS - NOW_MS % DAY
LATE, TAKEN = True, False
DIRECTIONS: list[tuple[str, dict[str, Any], dict[str, Any], tuple[bool, str | None, tuple[Basis, ...]]]] = [
    ("nothing known", {}, {}, (TAKEN, None, (Basis.FIRST_SEEN,))),
    ("it credits the source", {"credits": (credit("source"),)}, {}, (TAKEN, None, (Basis.CREDIT,))),
    (
        "a mention is no credit",
        {"credits": (credit("source", CreditKind.MENTION),)},
        {},
        (TAKEN, None, (Basis.FIRST_SEEN,)),
    ),
    (
        "it credits the source but was earlier",
        {"credits": (credit("source"),), "published_at_ms": NOW_MS},
        {"published_at_ms": NOW_MS + 1},
        (TAKEN, None, (Basis.CREDIT, Basis.CREDIT_CONFLICT)),
    ),
    (
        "the source credits it",
        {},
        {"credit": credit("here")},
        (LATE, None, (Basis.CREDIT, Basis.LATE_ORIGINAL)),
    ),
    (
        "each credits the other",
        {"credits": (credit("source"),)},
        {"credit": credit("here")},
        (TAKEN, None, (Basis.FIRST_SEEN, Basis.CREDIT_CONFLICT)),
    ),
    (
        "it was published earlier",
        {"published_at_ms": NOW_MS},
        {"published_at_ms": NOW_MS + 1},
        (LATE, None, (Basis.PUBLISHED_AT, Basis.LATE_ORIGINAL)),
    ),
    (
        "published at the same time",
        {"published_at_ms": NOW_MS},
        {"published_at_ms": NOW_MS},
        (TAKEN, None, (Basis.PUBLISHED_AT, Basis.FIRST_SEEN)),
    ),
    ("only one has a date", {"published_at_ms": 1}, {}, (TAKEN, None, (Basis.FIRST_SEEN,))),
    (
        "a bare date says only the day",
        {"published_at_ms": MIDNIGHT, "date_doubt": DateDoubt.DAY_ONLY},
        {"published_at_ms": MIDNIGHT + 5},
        (TAKEN, None, (Basis.FIRST_SEEN,)),
    ),
    (
        "a bare date of two days before",
        {"published_at_ms": MIDNIGHT - 2 * DAY, "date_doubt": DateDoubt.DAY_ONLY},
        {"published_at_ms": MIDNIGHT + 5},
        (LATE, None, (Basis.PUBLISHED_AT, Basis.LATE_ORIGINAL)),
    ),
    (
        "the source's bare date is of two days before",
        {"published_at_ms": MIDNIGHT + 5},
        {"published_at_ms": MIDNIGHT - 2 * DAY, "date_doubt": DateDoubt.DAY_ONLY},
        (TAKEN, None, (Basis.PUBLISHED_AT, Basis.FIRST_SEEN)),
    ),
    (
        "dates of two centuries",
        {"published_at_ms": NOW_MS - 9000 * DAY},
        {"published_at_ms": NOW_MS},
        (TAKEN, None, (Basis.FIRST_SEEN, Basis.DATES_APART)),
    ),
    ("it credits an agency", {"credits": (REUTERS,)}, {}, (TAKEN, "reuters", (Basis.CREDIT,))),
    (
        "it credits an agency and was earlier",
        {"credits": (REUTERS,), "published_at_ms": NOW_MS},
        {"published_at_ms": NOW_MS + 1},
        (TAKEN, "reuters", (Basis.CREDIT,)),
    ),
    (
        "the source is an agency's",
        {},
        {"original": NOBODY_SENT, "credit": REUTERS},
        (TAKEN, "reuters", (Basis.CREDIT,)),
    ),
    (
        "it first appeared elsewhere",
        {"credits": (credit("courier", CreditKind.ORIGINALLY),)},
        {},
        (TAKEN, "courier", (Basis.CREDIT,)),
    ),
    (
        "it is the agency",
        {"credits": (credit("here", CreditKind.DATELINE, agency=True),)},
        {},
        (TAKEN, None, (Basis.FIRST_SEEN,)),
    ),
]


@pytest.mark.parametrize(
    ("what", "here", "there", "expected"), DIRECTIONS, ids=[row[0] for row in DIRECTIONS]
)
def test_credit_before_published_at_before_first_seen(
    what: str,
    here: dict[str, Any],
    there: dict[str, Any],
    expected: tuple[bool, str | None, tuple[Basis, ...]],
) -> None:
    said = directed(a_record(**here), HERE, known(**there), [])
    assert (said.late, said.external.key if said.external else None, said.basis) == expected


def test_a_credit_of_any_member_of_the_story_counts() -> None:
    said = directed(a_record(), HERE, known(), [known(credit=credit("other")), known(credit=credit("here"))])
    assert said.late


@pytest.mark.parametrize("scope", CreditScope)
@pytest.mark.parametrize("kind", CreditKind)
def test_only_a_credit_of_the_whole_text_makes_it_anothers_whom_nobody_sent(
    kind: CreditKind, scope: CreditScope
) -> None:
    said = credit("x", kind, agency=True, scope=scope)
    assert (external_credit(a_record(credits=(said,))) is said) is (scope is CreditScope.TEXT)


@pytest.mark.parametrize("scope", CreditScope)
def test_a_credit_of_a_fact_never_directs(scope: CreditScope) -> None:
    assert strong(credit("x", scope=scope)) is (scope is not CreditScope.FACT)


PUBLISHERS = [
    ("x.com", "x.com", "x.com", "x.com", True),
    ("Here Daily", "a.x.com", "The Here Daily", "b.x.com", True),  # names, not hosts
    ("one.x.com", "www.x.com", "two.x.com", "www.x.com", True),  # one page address
    ("one.x.com", "one.x.com", "two.x.com", "two.x.com", False),  # papers at one hoster
    ("one.org", "one.org", "two.org", "two.org", True),  # one publisher by the alias table
]


@pytest.mark.parametrize(("publisher", "host", "other", "other_host", "same"), PUBLISHERS)
def test_papers_at_one_hoster_are_several(
    publisher: str, host: str, other: str, other_host: str, same: bool
) -> None:
    record = a_record(publisher=publisher, host=host, domain="x.com")
    assert same_publisher(record, known(publisher=other, host=other_host, domain="x.com")) is same
    assert not same_publisher(record, known(publisher=publisher, host=host, domain="y.com"))


# ---- measures
def test_shares_are_of_each_texts_own_tokens() -> None:
    row = {**NO_MEASURES, "own": 50, "there": 150, "lead_here": 30, "lead_there": 90}
    got = named_measures(row, 200, 100)
    assert (got.containment_here, got.containment_there) == (0.25, 1.0)  # a source's run may lie twice in it
    assert (got.lead_here, got.lead_there) == (0.5, 1.0)
    assert (got.unmatched_here, got.unmatched_there) == (150, 0)
    short = named_measures(row, 30, 0)
    assert (short.lead_here, short.containment_there, short.lead_there) == (1.0, 0.0, 0.0)


def test_every_number_keeps_its_name() -> None:
    row = {name: place for place, name in enumerate(NO_MEASURES, 100)}
    got = named_measures(row, 10_000, 10_000)
    for name in ("hits", "longest", "pieces", "words", "any", "tails", "first"):
        assert getattr(got, name) == row[name]


# ---- the kernels and their twins
BY = twins.Chaining(
    limits.SHINGLE_TOKENS,
    limits.RUN_SOURCE_GAP_TOKENS_MAX,
    limits.RUN_GAP_TOKENS_MAX,
    limits.RUN_DRIFT_TOKENS_MIN,
    limits.PIECE_WORDS_MIN,
    limits.LEAD_TOKENS,
    limits.TAIL_TOKENS,
    limits.SOLID_GAP_TOKENS,
    limits.WINNOW_WINDOW,
)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_flags_are_those_of_the_twin(seed: int) -> None:
    chance = random.Random(seed)
    tokens = chance.randint(1, 200)
    edges = sorted({0, tokens, *(chance.randint(0, tokens) for _ in range(chance.randint(0, 8)))})
    lines = [[a, b, 0, 0, chance.randint(0, 1)] for a, b in pairwise(edges) if chance.random() < 0.8]
    positions = sorted(chance.sample(range(tokens), min(tokens, chance.randint(0, 30))))
    template = [int(chance.random() < 0.4) for _ in positions]
    main = sorted((chance.randint(0, tokens), chance.randint(0, tokens)))
    got = np.full(tokens + 3, 255, np.uint8)
    own = measure_kernels.token_flags(
        tokens,
        np.array(lines, np.int32).reshape(-1, 5),
        main[0],
        main[1],
        np.array(positions, np.int32),
        np.array(template, np.uint8),
        got,
    )
    expected = twins.token_flags(
        tokens,
        lines,
        (main[0], main[1]),
        positions,
        template,
        limits.SHINGLE_TOKENS,
        limits.TEMPLATE_GAP_TOKENS_MAX,
        limits.TEMPLATE_LINE_PERCENT,
    )
    assert got.tolist() == [*expected, 255, 255, 255]
    assert own == sum(f & 6 == TOKEN_MAIN for f in expected)


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**32))
def test_candidates_are_measured_as_the_twin_measures_them(seed: int) -> None:
    chance = random.Random(seed)
    tokens = chance.randint(10, 400)
    flags = [0] * tokens
    main = sorted((chance.randint(0, tokens), chance.randint(0, tokens)))
    for t in range(tokens):
        flags[t] = chance.choice([0, 1, 1, 1, 4, 5]) if chance.random() < 0.3 else 1
        flags[t] |= 2 * (main[0] <= t < main[1])
    positions = sorted(chance.sample(range(tokens), chance.randint(1, min(tokens, 60))))
    sample, there, starts, mains = [], [], [0], []
    for _ in range(chance.randint(0, 4)):
        shift = chance.randint(-50, 200)
        for number, at in enumerate(positions):
            for _ in range(chance.choice([0, 1, 1, 1, 2])):
                near = (
                    at
                    + shift
                    + chance.choice([0, 0, 0, 1, chance.randint(-60, 60), chance.randint(-300, 300)])
                )
                sample.append(number)
                there.append(min(65535, max(0, near)))
        starts.append(len(sample))
        mains.append(sorted((chance.randint(0, 300), chance.randint(0, 600))))
    template = [int(chance.random() < 0.1) for _ in positions]
    measures = np.full(len(mains) + 1, -7, MEASURES)
    runs = np.empty(len(sample) + 1, RUN)
    votes = np.zeros(len(sample), HIT)
    votes["sample"], votes["position"] = sample, there
    spans = [(first, last, *main) for (first, last), main in zip(pairwise(starts), mains, strict=True)]
    written = measure_kernels.measure(
        np.array(flags, np.uint8),
        tokens,
        np.array(positions, np.int32),
        np.array(template, np.uint8),
        votes,
        np.array(spans, SPAN),
        measures,
        runs,
    )
    expected_runs = []
    for number, (first, last) in enumerate(pairwise(starts)):
        hits = [(positions[sample[h]], there[h]) for h in range(first, last) if not template[sample[h]]]
        row, found = twins.measure(flags, positions, hits, (mains[number][0], mains[number][1]), BY)
        assert list(measures[number].tolist()[: len(row)]) == row
        expected_runs += [
            (r.start, r.end, r.source_start, r.source_end, r.hits, r.words, r.solid) for r in found
        ]
    assert runs[:written].tolist() == expected_runs
