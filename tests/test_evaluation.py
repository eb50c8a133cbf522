"""The evaluation's own tools count rightly; and, where the sets are there, the verdicts are no worse than
they were.
"""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import curves
from tools import evaluate
from tools.evaluation import tracing
from tools.evaluation.errors import Run, json_lines, pair_errors, stream_errors
from tools.evaluation.report import OURS, Results, threshold_curve, write_report
from wirecopy import samples
from wirecopy.core import limits

Json = dict[str, Any]
WORDS = st.lists(
    st.sampled_from(["one", "two", "three", "four", "five", "six", "seven.", "eight"]),
    min_size=1,
    max_size=60,
)


def verdict(kind: str, share: float = 0.0, source: str | None = None) -> Json:
    return {
        "verdict": kind,
        "extent": "full" if kind == "republication" else None,
        "story": source or "s",
        "original": {"id": source, "ingested": True} if source else None,
        "share": share,
        "source_share": share,
        "boilerplate_share": 0.0,
        "passages": [{"start": 0, "end": 10, "words": 2, "source": source}] if source else [],
        "sources": [{"id": source, "share": share, "source_share": share}] if source else [],
        "credit": None,
        "basis": [],
    }


TRUTHS: list[Json] = [
    {"id": "o", "case": "original", "verdict": ["original"], "spans": [], "share": 0.0},
    {"id": "f", "case": "original", "verdict": ["original"], "spans": [], "share": 0.0},
    *(
        {
            "id": id_,
            "case": "verbatim",
            "verdict": ["republication"],
            "original": "o",
            "sources": ["o"],
            "extent": "full",
            "spans": [[0, 10, "o"]],
            "share": 0.9,
        }
        for id_ in ("right", "missed", "wrong", "less")
    ),
]
GIVEN = {
    "o": verdict("original"),
    "f": verdict("republication", 0.3, "x"),
    "right": verdict("republication", 0.9, "o"),
    "missed": verdict("original"),
    "wrong": verdict("republication", 0.9, "x"),
    "less": verdict("republication", 0.5, "o"),
}


@pytest.fixture
def run(tmp_path: Path) -> tuple[Path, Run]:
    truth, enriched = tmp_path / "truth.jsonl", tmp_path / "enriched.jsonl"
    truth.write_text("\n".join(map(json.dumps, TRUTHS)), encoding="utf-8")
    records = [{"id": id_, "republication": given} for id_, given in GIVEN.items()]
    enriched.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return truth, Run("test", enriched, None, 1.0, len(records))


def test_every_error_is_listed_under_its_kind_and_case(run: tuple[Path, Run]) -> None:
    errors = stream_errors(*run)
    assert {kind: [line.split()[0] for line in lines] for kind, lines in errors.items()} == {
        "false_flag/original": ["f"],
        "missed/verbatim": ["missed"],
        "original/verbatim": ["wrong"],
        "sources/verbatim": ["wrong"],
        "share/verbatim": ["less"],
    }


def test_a_higher_share_demanded_never_finds_more_and_false_flags_go_first(run: tuple[Path, Run]) -> None:
    points = threshold_curve(*run)
    assert points[0].recall == 3 / 4
    assert points[0].precision == 3 / 4
    assert [point.recall for point in points] == sorted((point.recall for point in points), reverse=True)
    assert next(point for point in points if point.share_min == 0.4).precision == 1.0
    assert points[-1].recall == 0.0


def test_a_link_is_a_flag_that_names_the_other_or_its_story(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    rows = [
        ("o", "right", "link"),
        ("o", "missed", "link"),
        ("f", "right", "no"),
        ("x", "f", "no"),
        ("wrong", "f", "no"),
    ]
    pairs.write_text(
        "\n".join(json.dumps({"a": a, "b": b, "label": label}) for a, b, label in rows), encoding="utf-8"
    )
    enriched = tmp_path / "enriched.jsonl"
    records = [{"id": id_, "republication": given} for id_, given in GIVEN.items()]
    enriched.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    errors = pair_errors(pairs, Run("test", enriched, None, 1.0, 1))
    assert {kind: [line.split(" | ")[:2] for line in lines] for kind, lines in errors.items()} == {
        "missed_link": [["o", "missed"]],
        "false_link": [["wrong", "f"]],  # both are said to be of the story of x, which is no record
    }


def test_the_engine_is_run_as_a_scan_runs_it(tmp_path: Path) -> None:
    articles = tmp_path / "articles.jsonl"
    articles.write_bytes(b"\n".join(samples.lines()))
    done = evaluate.run_ours(articles, tmp_path)
    assert done.articles == len(samples.lines())
    assert [r["id"] for r in json_lines(done.enriched)] == [
        json.loads(line)["id"] for line in samples.lines()
    ]


# ---- the generators


@given(WORDS, st.integers(0, 2**32))
def test_a_rewriting_of_strength_zero_changes_no_word(words: list[str], seed: int) -> None:
    assert curves.rewrite(" ".join(words), 0.0, ["other"], random.Random(seed)).split() == words


@given(st.integers(0, 2**32))
def test_a_stronger_rewriting_keeps_less(seed: int) -> None:
    text = " ".join(f"word{number}" + "." * (number % 12 == 11) for number in range(1200))
    original = text.split()

    def kept(strength: float) -> int:
        changed = curves.rewrite(text, strength, ["other"], random.Random(seed)).split()
        return len({*itertools.pairwise(changed)} & {*itertools.pairwise(original)})

    assert kept(0.1) > kept(0.3) > kept(0.6)


@given(st.integers(1, 40), st.integers(0, 2**32))
def test_a_run_is_so_many_words_in_a_row(words: int, seed: int) -> None:
    text = "  ".join(f"word{number}" for number in range(40))
    found = curves._run(text, words, random.Random(seed))
    assert found in text
    assert len(found.split()) == words


# ---- the page


def test_the_page_shows_the_figures_that_it_was_given(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="plots need the extra `bench`")
    scores = {
        "press": {
            "found": 14,
            "of": 15,
            "recall": 0.93,
            "false_links": 3,
            "of_unrelated": 2432,
            "false_link_rate": 0.0,
        }
    }
    points = [curves.Point(60.0, 300, 298, 299)]
    write_report(Results({OURS: scores}, {}, [], points, points), evaluate.GOALS, tmp_path)
    text = (tmp_path / "evaluation.md").read_text("utf-8")
    assert "14 of 15" in text and "3 of 2,432" in text and "| 60 | 0.993 | 0.997 |" in text
    for image in ("evaluation-length.svg", "evaluation-rewriting.svg"):
        assert f"images/{image}" in text
        first = (tmp_path / "images" / image).read_bytes()
        write_report(Results({OURS: scores}, {}, [], points, points), evaluate.GOALS, tmp_path)
        assert (tmp_path / "images" / image).read_bytes() == first, "the same figures give the same file"


# ---- the sets, where they are

# Just under what docs/evaluation.md shows: a rule that costs more than an article or two must say so here.
# WireBench is generated: real articles were put inside other sites' real pages. Where such an article or page carries an
# agency's signature that the set's labels do not know ("Quelle: AP", "Brought to you by NZPA", a name on a line of its own
# above the date), believing it counts here as a false flag, and an agency named as the original as a wrong one. Real
# signatures are believed, so these bounds stand where the engine stands with them. Of what may be a form with other facts
# no reworded word counts as the source's; the set counts it, so its share error is larger; docs/evaluation.md has the sets
# that are labelled by reading.
FLOOR: dict[str, float] = {
    "precision": 0.995,
    "recall": 0.9975,
    "f1": 0.9965,
    "original": 0.993,
    "sources": 0.99,
    "extent": 0.99,
    "passages": 0.971,
    "credit": 0.998,
    "external": 0.998,
    "final": 0.997,
}
CEILING: dict[str, float] = {"false_flag_rate": 0.0081, "share_error": 0.0184}


@pytest.mark.evaluation
@pytest.mark.timeout(1200)
def test_verdicts_on_wirebench_are_no_worse_than_they_were(tmp_path: Path) -> None:
    if not (evaluate.DATA_DEFAULT / "wirebench" / "articles.jsonl.xz").exists():
        pytest.skip("the evaluation data are not beside the checkout (../shared/eval)")
    _, scores = evaluate.evaluate_set("wirebench", evaluate.DATA_DEFAULT, tmp_path, evaluate.run_ours)
    figures = scores["ALL"] | scores["summary"]
    assert {name: figures[name] for name, floor in FLOOR.items() if figures[name] < floor} == {}
    assert {name: figures[name] for name, most in CEILING.items() if figures[name] > most} == {}


def test_a_copy_counts_where_its_source_or_another_copy_of_it_is_named(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    labels = [
        {"id": "s", "role": "source"},
        {"id": "l", "role": "rewrite", "kind": "light", "source": "s"},
        {"id": "h", "role": "rewrite", "kind": "heavy", "source": "s"},
        {"id": "i", "role": "independent", "of": "s"},
        {"id": "o", "role": "other"},
    ]
    truth.write_text("\n".join(map(json.dumps, labels)), encoding="utf-8")
    rows = [
        tracing.Scored("l", ("s",), 0.9),
        tracing.Scored("h", ("l",), 0.7),
        tracing.Scored("i", ("s",), 0.6),
        tracing.Scored("o", (), 0.0),
    ]
    points = tracing.curve(rows, truth)
    assert (points[0].light, points[0].heavy, points[0].independent) == ((1, 1), (1, 1), (1, 1))
    assert points[0].other == (0, 2), "who names nobody takes nothing for a copy"
    best = tracing.at_false_rate(points, 0)
    assert best is not None and best.recall == 1.0 and 0.6 < best.threshold <= 0.7
    assert [point.recall for point in points] == sorted((point.recall for point in points), reverse=True)
    wrong = tracing.curve([tracing.Scored("l", ("o",), 0.9)], truth)
    assert wrong[0].light == (0, 1)


def test_the_engine_is_asked_at_any_threshold_and_keeps_its_own(tmp_path: Path) -> None:
    before = limits.REWRITTEN_EVIDENCE_MIN
    articles = tmp_path / "in.jsonl"
    articles.write_bytes(b"\n".join(samples.lines()))
    rows = tracing.ours(articles, tmp_path)
    assert before == limits.REWRITTEN_EVIDENCE_MIN
    assert len(rows) == len(samples.lines())
    certain = {row.id for row in rows if row.score == 1}
    assert "eastgate-70125" in certain and "meridian-4411" not in certain


def test_the_page_shows_the_curve_and_what_is_found_by_language(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="plots need the extra `bench`")
    points = [
        tracing.Traced(0.0, (5, 6), (4, 6), (9, 10), (3, 50)),
        tracing.Traced(0.5, (4, 6), (2, 6), (1, 10), (0, 50)),
    ]
    scores = {
        "rewrites": {
            "found light": [4, 6, 0.67],
            "found light en": [4, 6, 0.67],
            "found heavy en": [2, 6, 0.33],
        }
    }
    traced = {OURS: points, "another": points[:1]}
    write_report(Results({OURS: scores}, {}, [], [], [], traced), evaluate.GOALS, tmp_path)
    page = (tmp_path / "evaluation.md").read_text("utf-8")
    assert f"| **{OURS}** | 4 + 2 | 4 + 2 | 5 + 4 |" in page
    assert "| another | none | none | 5 + 4 |" in page
    assert "By language: en 6/12." in page
    assert (tmp_path / "images" / "evaluation-rewritten.svg").stat().st_size > 1000
