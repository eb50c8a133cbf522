"""A version that cannot lie: what decides a verdict is what the golden file says, under the version that it says.

Each failure names what moved, and what to do.
"""

from __future__ import annotations

import json

import pytest

from tests.golden import digest, golden
from tests.golden.golden import REMEDY, Golden, Move, told
from tools.golden import refusal
from wirecopy.core.fingerprint.record import ENGINE_VERSION


@pytest.fixture(scope="module")
def held() -> Golden:
    return golden.held()


@pytest.mark.parametrize("part", digest.PARTS)
def test_what_decides_a_verdict_is_what_the_golden_file_says(part: str, held: Golden) -> None:
    found = golden.moves(held.state[part], digest.PARTS[part](), part)
    assert not found, f"\n{told(found)}\n{REMEDY}"


def test_the_golden_file_is_of_this_engine_version(held: Golden) -> None:
    assert held.version == ENGINE_VERSION, (
        f"ENGINE_VERSION is {ENGINE_VERSION}, the golden file is of {held.version}: run `python -m tools.golden`"
    )


def test_the_golden_file_covers_every_member_that_is_published(held: Golden) -> None:
    assert held.members == digest.members(), f"`republication` has other members than before. {REMEDY}"


def test_a_record_pruned_of_nothing_is_the_record() -> None:
    everything = frozenset(digest.members())
    for one in digest.judged():
        for value in (one.enriched, *one.corrections):
            assert digest.only(value, everything) == value
    without = json.loads(digest.only(digest.judged()[0].enriched, everything - {"share"}))["republication"]
    assert "share" not in without
    assert "source_share" in without


def test_the_corpus_holds_every_verdict_and_correction() -> None:
    from wirecopy.core.model import Basis, CreditKind, Extent, VerdictKind

    outcomes = [one.outcome for one in digest.judged()]
    assert {one.verdict.kind for one in outcomes} == set(VerdictKind)
    assert {one.verdict.extent for one in outcomes} == {None, *Extent}
    assert {one.verdict.credit.kind for one in outcomes if one.verdict.credit} == set(CreditKind)
    basis = {basis for one in outcomes for basis in one.verdict.basis}
    corrected = {basis for one in outcomes for c in one.corrections for basis in c.verdict.basis}
    assert basis | corrected == set(Basis) - {Basis.SAME_ID, Basis.TEMPLATE_LEARNED}  # which no rule gives


A, B = {"one": 1, "two": 2}, {"one": 1, "two": 3}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (A, A, []),
        (A, B, [Move("limits", "two", 2, 3)]),
        (A, {"one": 1}, [Move("limits", "two", 2, None)]),
        (A, A | {"three": 2}, []),  # an addition
        (A, {"one": 1, "deux": 2}, []),  # a rename
        (A, {"one": 2, "two": 1}, [Move("limits", "one", 1, 2), Move("limits", "two", 2, 1)]),
        ({"a": 1, "b": 1}, {"c": 1}, [Move("limits", "b", 1, None)]),
    ],
)
def test_what_asks_for_a_new_version(
    before: dict[str, int], after: dict[str, int], expected: list[Move]
) -> None:
    assert golden.decisive(golden.moves(before, after, "limits")) == expected


def a_golden(version: int, **limits: int) -> Golden:
    """The code's own, with these limits for all others, so that nothing has to be judged."""
    return Golden(version, [], {"limits": limits})


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (a_golden(1, least=36), a_golden(1, least=36), None),
        (a_golden(1, least=36), a_golden(1, least=36, most=9), None),
        (a_golden(1, least=36), a_golden(2, least=40), None),
        (a_golden(1, least=36), a_golden(1, least=40), "limits: least: 36 -> 40"),
        (a_golden(1, least=36), a_golden(1), "limits: least: 36 -> nothing"),
        (a_golden(2, least=36), a_golden(1, least=36), "went back from 2 to 1"),
        (Golden(1, ["share"], {}), Golden(1, ["share"], {}), None),
        (Golden(1, ["no such member"], {}), Golden(1, ["share"], {}), "members: no such member"),
    ],
)
def test_the_command_refuses_a_change_under_the_same_version(
    before: Golden, now: Golden, said: str | None
) -> None:
    told = refusal(before, now)
    assert (told is None) if said is None else (told is not None and said in told)


def test_a_new_member_asks_for_no_new_version_and_a_changed_one_does() -> None:
    whole = golden.made()
    known = [name for name in whole.members if name != "boilerplate_share"]
    before = Golden(whole.version, known, whole.state | {"verdicts": digest.verdicts(known)})
    assert before.state != whole.state
    assert refusal(before, whole) is None
    moved = dict(before.state["verdicts"]) | {"en-copy": "republication"}
    other = Golden(whole.version, known, before.state | {"verdicts": moved})
    assert "verdicts: en-copy" in str(refusal(other, whole))
