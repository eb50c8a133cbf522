"""A verdict's sentences: plain statements whose numbers are the verdict's, singular and plural right."""

from __future__ import annotations

import pytest

from wirecopy.core.model import (
    Basis,
    Extent,
    Original,
    Passage,
    Quotation,
    RawPosition,
    Source,
    Verdict,
    VerdictKind,
)
from wirecopy.core.values import replace
from wirecopy.shell.report.words import headline, percent, plural, sentences

POSITION = RawPosition("articles.raw", 0, 1)
PRESS = Original("m-1", None, "Meridian Press", None, True, POSITION)
OUTSIDE = Original(None, None, "Reuters", None, False, None)


def verdict(
    kind: VerdictKind = VerdictKind.REPUBLICATION,
    *,
    share: float = 1.0,
    source_share: float = 0.97,
    words: tuple[int, ...] = (348,),
    sources: tuple[tuple[str, float], ...] = (("Meridian Press", 1.0),),
    original: Original | None = PRESS,
    basis: tuple[Basis, ...] = (),
    boilerplate: float = 0.0,
) -> Verdict:
    return Verdict(
        kind=kind,
        extent=Extent.FULL if kind is VerdictKind.REPUBLICATION else None,
        story="m-1",
        original=original,
        share=share,
        source_share=source_share,
        boilerplate_share=boilerplate,
        passages=tuple(Passage(0, 10, count, "m-1") for count in words),
        sources=tuple(Source(name, name, part, part) for name, part in sources),
        credit=None,
        basis=basis,
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            verdict(),
            "All of this text appears in Meridian Press's article and makes up 97 % of it (one passage of 348 words).",
        ),
        (
            verdict(share=0.412, source_share=1.0, words=(1, 90)),
            (
                "41 % of this text appears in Meridian Press's article and makes up all of it"
                " (2 passages, the longest of 90 words)."
            ),
        ),
        (
            verdict(share=0.998, words=()),
            "Over 99 % of this text appears in Meridian Press's article and makes up 97 % of it.",
        ),
        (
            verdict(share=0.8, source_share=0.5, sources=(("Meridian Press", 0.5), ("North Post", 0.3))),
            (
                "80 % of this text appears in 2 earlier articles (one passage of 348 words): Meridian Press (50 %) and"
                " North Post (30 %). It contains 50 % of Meridian Press's article."
            ),
        ),
        (
            verdict(original=OUTSIDE, sources=()),
            "This text is credited to Reuters, whose own article was not received.",
        ),
        (
            verdict(original=OUTSIDE, share=0.9),
            (
                "This text is credited to Reuters, whose own article was not received."
                " 90 % of this text also appears in 1 earlier copy."
            ),
        ),
        (
            verdict(
                VerdictKind.UPDATE, share=0.8, basis=(Basis.SAME_URL, Basis.SAME_ID, Basis.SAME_PUBLISHER)
            ),
            (
                "This is a newer version of an article by the same publisher (same address and id); the earlier version"
                " has 80 % of this text."
            ),
        ),
        (
            verdict(VerdictKind.DUPLICATE, basis=(Basis.SAME_BODY, Basis.SAME_PUBLISHER)),
            "The same publisher has already sent this article (same text).",
        ),
        (
            verdict(VerdictKind.DUPLICATE, basis=(Basis.SAME_BODY, Basis.SAME_ID)),
            "This article has been sent before (same id and text).",
        ),
        (
            verdict(VerdictKind.UPDATE, share=0.8, basis=(Basis.SAME_ID,)),
            "This is a newer version of an article (same id); the earlier version has 80 % of this text.",
        ),
        (
            verdict(original=replace(PRESS, publisher="")),
            "All of this text appears in article m-1 and makes up 97 % of it (one passage of 348 words).",
        ),
        (
            verdict(VerdictKind.ORIGINAL, share=0.0, words=(), sources=(), original=None),
            "No substantial part of this text was published before.",
        ),
    ],
)
def test_the_first_sentence_says_what_was_found(given: Verdict, told: str) -> None:
    assert sentences(given)[0] == told


@pytest.mark.parametrize(
    ("original", "words"),
    [
        (PRESS, "full republication of Meridian Press"),
        (OUTSIDE, "full republication of Reuters"),
        (replace(PRESS, publisher=""), "full republication of article m-1"),
        (replace(PRESS, publisher="", id=None), "full republication of another article"),
        (None, "full republication"),
    ],
)
def test_a_headline_names_the_article_where_nobody_says_who_published_it(
    original: Original | None, words: str
) -> None:
    assert headline(verdict(original=original)) == words


def test_the_other_sentences_say_who_was_first_and_what_was_not_counted() -> None:
    told = sentences(verdict(basis=(Basis.PUBLISHED_AT, Basis.CREDIT_CONFLICT), boilerplate=0.2))
    assert told[1:] == [
        "The original has the earlier publication date.",
        "Note: the credit and the dates, or two credits, contradict each other.",
        "20 % of the page is site boilerplate and was not counted.",
    ]


@pytest.mark.parametrize(
    ("publishers", "whom"),
    [
        (["Post"], "Post"),
        (["Post", "Post", "Mail"], "Post and Mail"),
        (["Post", "Mail", "Sun", "Star", "Echo"], "Post, Mail, Sun and 2 more"),
    ],
)
def test_quotations_that_others_carry_are_told_as_such(publishers: list[str], whom: str) -> None:
    shared = tuple(Quotation(0, 90, 20 + n, f"id-{n}", name) for n, name in enumerate(publishers))
    quoting = replace(
        verdict(VerdictKind.ORIGINAL, share=0.0, words=(), sources=(), original=None), quotations=shared
    )
    carried = f"It carries the same quotation as {whom} (up to {19 + len(publishers)} words)."
    assert sentences(quoting)[1:] == [
        f"{carried} Quotations that several articles carry are not counted as copied."
    ]


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.004, "under 1 %"), (0.5, "50 %"), (0.9951, "over 99 %"), (1.0, "100 %")],
)
def test_only_nothing_is_none_and_only_everything_is_all(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_count_agrees_with_its_noun() -> None:
    assert [plural(number, "word") for number in (0, 1, 1000)] == ["0 words", "1 word", "1,000 words"]
    assert plural(2, "copy", "copies") == "2 copies"
