"""Opinions on verdicts are kept, counted by rule and exported as labelled pairs; no verdict ever changes by them."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.shell.desk.test_watch_pages import FORM, fill, get, post
from tests.shell.desk.verdicts import verdict
from tests.shell.standalone.served import serving
from wirecopy.core.model import RawPosition, Verdict, VerdictKind
from wirecopy.shell.cli.desk import feedback as command
from wirecopy.shell.desk.feedback.opinion import (
    Opinion,
    OpinionFault,
    as_bytes,
    counts,
    opinion_from_bytes,
    opinion_of,
    pairs,
)

COPY = "dailyharbour-9001"
AT = RawPosition("articles.raw", 0, 7)
ORIGINAL = verdict(VerdictKind.ORIGINAL, original=None, sources=(), extent=None)


def said(of: Verdict = verdict(), **value: Any) -> Opinion:  # noqa: B008 - a value
    return opinion_of(value, "desk", "c", AT, "0" * 32, of, 5)


@pytest.mark.parametrize(
    ("of", "value", "label"),
    [
        (verdict(), {"judgement": "right"}, "copy"),
        (verdict(), {"judgement": "wrong"}, "none"),
        (verdict(), {"judgement": "wrong", "label": "quote"}, "quote"),
        (verdict(VerdictKind.UPDATE, extent=None), {"judgement": "right"}, "version"),
        (ORIGINAL, {"judgement": "right"}, None),
        (ORIGINAL, {"judgement": "wrong"}, None),
        (ORIGINAL, {"judgement": "wrong", "label": "copy"}, None),  # of what?
        (ORIGINAL, {"judgement": "wrong", "label": "copy", "other": "a1"}, "copy"),
    ],
)
def test_an_opinion_is_a_labelled_pair_where_it_says_enough(
    of: Verdict, value: dict[str, Any], label: str | None
) -> None:
    found = pairs([said(of, **value)])
    assert [pair["label"] for pair in found] == ([] if label is None else [label])
    for pair in found:
        assert list(pair) == ["set", "id", "other", "label", "words", "extent", "agency", "was_flagged"]
        assert (pair["id"], pair["other"]) == ("c", "a1")
        assert pair["was_flagged"] == (of.kind is not VerdictKind.ORIGINAL)


@pytest.mark.parametrize(
    "value",
    [{}, {"judgement": "maybe"}, {"judgement": "right", "label": "x"}, {"judgement": "right", "why": "x"}],
)
def test_what_is_no_opinion_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(OpinionFault):
        said(**value)


def test_an_opinion_comes_back_from_its_record() -> None:
    opinion = said(judgement="wrong", label="quote", note="a speech")
    assert opinion_from_bytes(opinion.key, as_bytes(opinion)) == opinion
    for key, value in (("x", as_bytes(opinion)), (opinion.key, b"{}"), (opinion.key, b"no")):
        with pytest.raises(OpinionFault):
            opinion_from_bytes(key, value)


def test_rules_are_counted_apart() -> None:
    told = counts([said(judgement="right"), said(judgement="wrong"), said(ORIGINAL, judgement="right")])
    assert told == [
        {"verdict": "original", "basis": None, "right": 1, "wrong": 0},
        {"verdict": "republication", "basis": None, "right": 1, "wrong": 1},
    ]


async def test_the_page_s_buttons_and_the_api_keep_one_opinion_each_and_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(tmp_path, monkeypatch) as port:
        await fill(port)
        before = (await get(port, "/api/enriched")).body
        page = (await get(port, f"/articles/{COPY}")).body.decode()
        action = page.split('class="feedback" action="')[1].split('"')[0]
        shown = await post(port, action, b"judgement=wrong", FORM)
        assert shown.status == 200 and b"This verdict is" in shown.body  # led back to the page
        answer = await post(port, "/api/feedback", {"id": COPY, "judgement": "right"})
        assert answer.status == 201 and answer.json["verdict"] == "republication"
        told = (await get(port, "/api/feedback")).json
        assert [one["judgement"] for one in told["feedback"]] == ["right"]  # the last one
        assert {rule["right"] for rule in told["rules"]} == {1}
        assert (await post(port, "/api/feedback", {"id": "none", "judgement": "right"})).status == 404
        assert (await post(port, "/api/feedback", {"id": COPY, "judgement": "x"})).status == 422
        assert (await post(port, "/api/feedback", [])).status == 422
        refused = await post(port, action, b"judgement=right", FORM, origin="https://evil.example")
        assert refused.status == 403
        assert (await get(port, "/api/enriched")).body == before
    async with serving(tmp_path, monkeypatch) as port:
        (pair,) = (await get(port, "/api/feedback/pairs")).lines
        assert pair["id"] == COPY and pair["other"] == "meridian-4411" and pair["label"] == "copy"
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    given = parser.parse_args(["pairs", "--file", str(tmp_path / "feedback.jsonl")])
    assert await asyncio.to_thread(command.main, given) == 0
    assert json.loads(capsys.readouterr().out) == pair
