"""Of a copy that was rewritten, pages, answers and commands show both texts sentence by sentence, and say why in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.rewriting.test_rewriting import AROUND, Event
from tests.shell.web.filled_site import FilledSite
from tests.shell.web.page_client import PageClient, json_of
from wirecopy import __main__ as command_line
from wirecopy.core.engine import Engine
from wirecopy.core.model import Rewritten

EVENT = Event(3)
SOURCE, COPY = EVENT.told(0, 3), EVENT.told(1, 53)
NAME = EVENT.facts[0][0][0]


def stream() -> Iterator[dict[str, str]]:
    """Articles about other events, then the source."""
    for seed in range(AROUND):
        site = f"paper{seed % 9}.example"
        yield {"id": f"a{seed}", "publisher": site, "body": Event(1000 + seed).told(seed % 2, seed)}
    yield {"id": "source", "publisher": "first.example", "body": SOURCE}


def filled(mode: Rewritten) -> FilledSite:
    site = FilledSite()
    site.engine = Engine(rewritten=mode)
    site.add(*stream(), {"id": "copy", "publisher": "second.example", "body": COPY})
    return site


@pytest.mark.parametrize("mode", [Rewritten.ON, Rewritten.REPORT])
async def test_the_evidence_page_shows_both_texts_by_sentences(mode: Rewritten) -> None:
    """Also where it is reported only, and the verdict is another."""
    page = await filled(mode).text("/articles/copy")
    assert "of its 16 sentences tell what" in page
    assert "Names and numbers of both:" in page
    assert page.count(f'<mark class="entity">{NAME}</mark>') == 2, "on both sides"
    assert "in common" in page and "shared</span> but not counted" not in page


async def test_without_such_evidence_nothing_of_it_is_shown() -> None:
    page = await filled(Rewritten.OFF).text("/articles/copy")
    assert "sentences tell what" not in page and 'class="entity"' not in page


async def test_a_source_whose_text_is_gone_leaves_the_words_alone() -> None:
    site = filled(Rewritten.ON)
    site.forget_texts()
    page = await site.text("/articles/copy")
    assert "in other words" in page and "sentences tell what" not in page


async def test_a_check_answers_with_the_alignment() -> None:
    pages = PageClient()
    for one in stream():
        pages.send(one["body"], one["publisher"], id=one["id"])
    told = json_of(await pages.post("/api/check", json.dumps({"text": COPY}).encode()))
    retelling = told["retelling"]
    assert told["republication"]["rewritten"]["id"] == "source"
    assert retelling["sentences"] == 16 and retelling["told"] == len(retelling["pairs"]) > 12
    for pair in retelling["pairs"]:
        ours, theirs = (
            set(re.findall(r"\d{4,}", text[pair[start] : pair[end]]))
            for text, start, end in ((COPY, "start", "end"), (SOURCE, "source_start", "source_end"))
        )
        assert ours & theirs, "partners tell one fact"
    assert NAME in " ".join(retelling["in_both"]) and not retelling["added"]
    assert any("sentences tell what" in sentence for sentence in told["sentences"])
    page = await pages.submit(text=COPY)
    assert f'<mark class="entity">{NAME}</mark>' in page and "sentences tell what" in page
    own = json_of(await pages.post("/api/check", json.dumps({"text": Event(77).told(1, 7)}).encode()))
    assert own["retelling"] is None
    await pages.close()


def test_the_commands_show_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    articles, text, out = tmp_path / "in.jsonl", tmp_path / "copy.json", tmp_path / "out.jsonl"
    articles.write_text("".join(json.dumps(one) + "\n" for one in stream()), "utf-8")
    copy = {"id": "copy", "publisher": "second.example", "body": COPY}
    text.write_text(json.dumps(copy), "utf-8")
    assert command_line.main(["check", str(text), "--against", str(articles)]) == 4
    assert "sentences tell what" in capsys.readouterr().out
    with articles.open("a", encoding="utf-8") as file:
        file.write(json.dumps(copy) + "\n")
    assert command_line.main(["scan", str(articles), "-o", str(out), "--quiet"]) == 0
    capsys.readouterr()
    assert command_line.main(["explain", "source", "copy", "--in", str(out)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("second.example: rewritten republication of first.example")
    assert "sentences tell what" in told and f"⟪{NAME}⟫" in told
    page = tmp_path / "page.html"
    assert command_line.main(["explain", "source", "copy", "--in", str(out), "--html", str(page)]) == 0
    assert f'<mark class="entity">{NAME}</mark>' in page.read_text("utf-8")
