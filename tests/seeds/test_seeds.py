"""The case that the service was made for: a site takes an agency's article, respells a name, credits it, and
adds its own "News line", which every page of that site carries.

The articles here are ours and mimic two real ones, which are looked for beside the checkout.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.core.story import Desk
from wirecopy.core.model import Basis, Extent, Verdict, VerdictKind
from wirecopy.core.text.tokens import tokenise

HERE = Path(__file__).parent
SHARED = HERE.parent.parent.parent / "shared" / "seeds"


@dataclass(frozen=True)
class Pair:
    """An original and the page that took it. `line`: the news line alone."""

    original: str
    copy: str
    original_site: str
    copy_site: str
    credited: str
    heading: str

    @property
    def line(self) -> str:
        return self.copy[self.copy.index(self.heading) :]


def ours() -> Pair:
    return Pair(
        (HERE / "original.txt").read_text(),
        (HERE / "republication.txt").read_text(),
        "nordpost.com",
        "havnbladet.net",
        "Nordpost",
        "News line",
    )


def shared() -> Pair:
    """The real pair, which is not ours to publish."""
    if not SHARED.is_dir():
        pytest.skip("the two real articles are not beside this checkout (../shared/seeds)")
    original = (SHARED / "cnn-original.txt").read_text()
    copy = (SHARED / "ednews-republication.txt").read_text()
    return Pair(original, copy, "cnn.com", "ednews.net", "CNN", "News line")


PAIRS = pytest.mark.parametrize("pair_of", [ours, shared], ids=["ours", "shared"])


def ingested(verdict: Verdict) -> bool:
    return verdict.original is not None and verdict.original.ingested


def judged(pair: Pair, *, copy_first: bool, **of_copy: Any) -> tuple[Desk, Verdict, Verdict]:
    """The desk, and the last word on the original and on the copy."""
    desk = Desk()
    sent = [(pair.original, pair.original_site, {}), (pair.copy, pair.copy_site, of_copy)]
    for body, site, fields in reversed(sent) if copy_first else sent:
        desk.send(body, site, id=site, **fields)
    final = desk.final()
    return desk, final[pair.original_site], final[pair.copy_site]


@PAIRS
@pytest.mark.parametrize("copy_first", [False, True], ids=["original-first", "copy-first"])
@pytest.mark.parametrize("titled", [False, True], ids=["untitled", "titled"])
def test_the_copy_is_a_republication_of_the_original_in_both_orders(
    pair_of: Any, copy_first: bool, titled: bool
) -> None:
    pair = pair_of()
    fields = {"title": pair.copy.partition("\n")[0]} if titled else {}
    desk, original, copy = judged(pair, copy_first=copy_first, **fields)
    assert original.kind is VerdictKind.ORIGINAL
    assert copy.kind is VerdictKind.REPUBLICATION
    assert copy.extent is Extent.FULL
    assert copy.original is not None
    assert copy.original.publisher == pair.original_site
    assert Basis.CREDIT in copy.basis
    assert [(s.id, s.publisher) for s in copy.sources] == [(pair.original_site, pair.original_site)]
    assert min(copy.share, copy.source_share) > 0.8  # of the copy's article, not of its page
    assert len(desk.corrections()) == int(copy_first)


@PAIRS
def test_the_original_is_named_as_ingested_with_its_position(pair_of: Any) -> None:
    pair = pair_of()
    desk, _, copy = judged(pair, copy_first=False)
    assert copy.original is not None
    assert (copy.original.id, copy.original.ingested) == (pair.original_site, True)
    assert copy.original.position == desk.proposals[0].article.position


@PAIRS
def test_before_the_original_is_seen_the_copy_keeps_its_credit(pair_of: Any) -> None:
    pair = pair_of()
    desk = Desk()
    desk.send(pair.copy, pair.copy_site)
    credit = desk.shown().credit
    assert credit is not None
    assert credit.name == pair.credited
    assert desk.proposals[0].article.body[credit.start : credit.end] == credit.text
    assert pair.credited in credit.text


@PAIRS
def test_passages_are_the_article_and_not_the_news_line(pair_of: Any) -> None:
    pair = pair_of()
    for copy_first in (False, True):
        _, _, copy = judged(pair, copy_first=copy_first)
        taken = "".join(pair.copy[p.start : p.end] for p in copy.passages)
        article = pair.copy[: -len(pair.line)]
        assert len(taken) > 0.8 * len(article)
        assert all(p.end <= len(article) for p in copy.passages)


@PAIRS
@pytest.mark.parametrize("titled", [False, True], ids=["untitled", "titled"])
def test_two_pages_with_different_articles_and_the_same_news_line_are_not_linked(
    pair_of: Any, titled: bool
) -> None:
    pair = pair_of()
    other = (HERE / "other_page.txt").read_text() + "\n" + pair.line
    for bodies in ((pair.copy, other), (other, pair.copy)):
        desk = Desk()
        for body in bodies:
            fields = {"title": body.partition("\n")[0]} if titled else {}
            verdict = desk.send(body, pair.copy_site, **fields).verdict
            assert verdict.sources == ()
            assert verdict.kind is VerdictKind.ORIGINAL or not ingested(verdict)
        assert not desk.corrections()


@PAIRS
def test_a_page_that_shares_only_the_news_line_with_another_site_is_no_copy(pair_of: Any) -> None:
    """A sister site under another name that carries the same line."""
    pair = pair_of()
    other = (HERE / "other_page.txt").read_text() + "\n" + pair.line
    desk = Desk()
    desk.send(pair.copy, pair.copy_site)
    assert desk.send(other, "sister-paper.org").verdict.kind is VerdictKind.ORIGINAL


def test_ours_mimic_the_real_ones_without_a_passage_of_theirs() -> None:
    real, own = shared(), ours()
    taken = shingles(own.original + own.copy) & shingles(real.original + real.copy)
    assert not taken


def shingles(text: str) -> set[tuple[int, ...]]:
    hashes = tokenise(text).hashes.tolist()
    return {tuple(hashes[i : i + 5]) for i in range(len(hashes) - 4)}
