"""Winnowing keeps what is shared; the main region is the article on its page. Kernels have their twins."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.naive import text as twins
from tests.core.story import article, prose
from tests.core.text.test_tokens import drawn_lines, seeds
from wirecopy.core import limits
from wirecopy.core.fingerprint import region_kernels, winnow_kernels, xxh3_kernels
from wirecopy.core.fingerprint.propose import propose
from wirecopy.core.fingerprint.sketch import CLOSING_HEADS, LINE_IS_PROSE, Sketch, make_sketch, title_parts
from wirecopy.core.hashing import xxh3_64
from wirecopy.core.text import kernels
from wirecopy.core.text.kernels import (
    LINE_CHAR_END,
    LINE_CHAR_START,
    LINE_COLUMNS,
    LINE_PROSE,
    LINE_TOKEN_END,
)
from wirecopy.core.text.tokens import tokenise

K, W = limits.SHINGLE_TOKENS, limits.WINNOW_WINDOW
Hashes = list[int]
hashes_few = st.lists(st.integers(0, 3), max_size=60)  # many ties
hashes_many = st.lists(st.integers(0, 2**64 - 1), max_size=80)

runs = st.lists(st.integers(0, 2**64 - 1), min_size=W + K - 1, max_size=60)


def u64(values: Hashes) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


def picks(hashes: Hashes) -> list[int]:
    found: list[int] = winnow_kernels.winnow(u64(hashes), K, W).tolist()
    return found


def sketch_of(text: str, **fields: Any) -> Sketch:
    sent = article(text, **fields)
    return make_sketch(sent, tokenise(sent.text))


def main_text(text: str, **fields: Any) -> str:
    """The words of the main region as they stand in the text."""
    sent = article(text, **fields)
    tokens = tokenise(sent.text)
    sketch = make_sketch(sent, tokens)
    if sketch.main_end == sketch.main_start:
        return ""
    return sent.text[int(tokens.starts[sketch.main_start]) : int(tokens.ends[sketch.main_end - 1])]


# ---- law 5: winnowing
@settings(max_examples=200, deadline=None)
@given(st.one_of(hashes_few, hashes_many), st.integers(1, 6), st.integers(1, 12))
def test_picks_are_those_of_the_twin(hashes: Hashes, shingle: int, window: int) -> None:
    assert winnow_kernels.winnow(u64(hashes), shingle, window).tolist() == twins.winnow(
        hashes, shingle, window
    )


def picked_words(hashes: Hashes, first: int, last: int) -> set[tuple[int, ...]]:
    """Picked shingles that lie in the tokens [first, last), by what they hold."""
    return {tuple(hashes[p : p + K]) for p in picks(hashes) if first <= p and p + K <= last}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=W + K - 1, max_size=60),
    hashes_many,
    hashes_many,
    hashes_many,
)
def test_any_shared_run_of_tokens_shares_a_picked_shingle(
    run: Hashes, a: Hashes, b: Hashes, c: Hashes
) -> None:
    """Any tokens: those before and behind do not matter (Schleimer et al. 2003, guarantee threshold)."""
    left, right = [*a, *run, *b], [*c, *run]
    shared = picked_words(left, len(a), len(a) + len(run)) & picked_words(right, len(c), len(c) + len(run))
    assert shared


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 400), st.integers(W + K - 1, 60))
def test_any_shared_run_of_prose_shares_a_kept_sample(seed: int, at: int, length: int) -> None:
    """The same through make_sketch, on texts: a run within a sentence, as a quotation in an article."""
    chance = random.Random(seed)
    words = [chance.choice(prose(seed % 50).split()).strip(".,").lower() for _ in range(length)]
    quote = "“" + " ".join(words) + ".”"
    kept = []
    for other in (seed * 2 + 20_000, seed * 2 + 20_001):
        before, after = prose(other, at % 200 + 20), prose(other + 50_000, 60)
        kept.append(set(sketch_of(f"{before}\n\nAs she said, {quote}\n\n{after}").ids.tolist()))
    assert kept[0] & kept[1]


def test_one_token_less_may_share_nothing() -> None:
    """The bound is tight: some shared run of w + k − 2 tokens has no pick in common."""
    chance = random.Random(1)

    def drawn(count: int) -> Hashes:
        return [chance.getrandbits(64) for _ in range(count)]

    for _ in range(3000):
        run, a, b, c = drawn(W + K - 2), drawn(20), drawn(20), drawn(20)
        left = picked_words([*a, *run, *b], 20, 20 + len(run))
        if not left & picked_words([*c, *run, *drawn(20)], 20, 20 + len(run)):
            return
    pytest.fail("every run of w + k − 2 tokens shared a pick: the window is smaller than it need be")


def test_picks_are_about_two_in_eleven() -> None:
    """Expected density 2 / (w + 1)."""
    hashes = [random.Random(7).getrandbits(64) for _ in range(1)] + [
        hash((7, n)) & twins.U64 for n in range(5000)
    ]
    assert 0.16 < len(picks(hashes)) / 5000 < 0.20


# ---- the lines' kernels and their twins
def words(chance: random.Random, count: int) -> Hashes:
    return [chance.randint(0, 1) for _ in range(count)]


def end_of(lines: np.ndarray[tuple[int, int], np.dtype[np.int32]]) -> int:
    return int(lines[-1, LINE_TOKEN_END]) if len(lines) else 0


@settings(max_examples=300, deadline=None)
@given(seeds)
def test_titles_are_found_as_the_twin_finds_them(seed: int) -> None:
    chance = random.Random(seed)
    lines = drawn_lines(chance, 12)
    hashes, title = words(chance, end_of(lines)), words(chance, chance.randint(0, 5))
    by = (chance.randint(0, 30), chance.randint(0, 5), chance.randint(0, 5))
    found = region_kernels.title_line(lines, u64(hashes), u64(title), *by)
    assert found == twins.title_line(lines.tolist(), hashes, title, *by)


@settings(max_examples=300, deadline=None)
@given(seeds)
def test_title_blocks_are_marked_as_the_twin_marks_them(seed: int) -> None:
    chance = random.Random(seed)
    lines = drawn_lines(chance)
    twin = lines.tolist()
    at = chance.randint(0, max(0, len(twin) - 1))
    by = tuple(chance.randint(*ends) for ends in ((0, 5), (1, 12), (1, 8), (10, 120), (1, 60), (0, 100)))
    region_kernels.mark_title_block(lines, at, *by)
    twins.mark_title_block(twin, at, *by)
    assert lines.tolist() == twin


@settings(max_examples=300, deadline=None)
@given(seeds)
def test_runs_of_prose_are_those_of_the_twin(seed: int) -> None:
    chance = random.Random(seed)
    lines = drawn_lines(chance)
    first, *gap = (chance.randint(0, most) for most in (25, 4, 60))
    assert region_kernels.prose_run(lines, first, *gap) == twins.prose_run(lines.tolist(), first, *gap)
    assert region_kernels.largest_prose_run(lines, *gap) == twins.largest_prose_run(lines.tolist(), *gap)


@settings(max_examples=300, deadline=None)
@given(seeds)
def test_lines_that_open_so_are_those_of_the_twin(seed: int) -> None:
    chance = random.Random(seed)
    lines = drawn_lines(chance, 12)
    hashes = words(chance, end_of(lines))
    heads = [words(chance, chance.randint(1, 4)) for _ in range(chance.randint(0, 4))]
    start, end = sorted(chance.randint(0, len(lines)) for _ in range(2))
    short = chance.randint(0, 30)
    flat, bounds = [h for head in heads for h in head], np.cumsum([0, *map(len, heads)]).astype(np.int32)
    out = np.zeros(len(lines), np.uint8)
    region_kernels.starts_with_any(lines, u64(hashes), start, end, u64(flat), bounds, short, out)
    assert out.tolist() == twins.starts_with_any(lines.tolist(), hashes, start, end, heads, short)


@settings(max_examples=400, deadline=None)
@given(seeds)
def test_main_regions_are_those_of_the_twin(seed: int) -> None:
    chance = random.Random(seed)
    lines = drawn_lines(chance, 60)
    hashes = words(chance, end_of(lines))
    heads = [[chance.randint(0, 1) for _ in range(chance.randint(2, 5))] for _ in range(3)]
    flat, bounds = [h for head in heads for h in head], np.cumsum([0, *map(len, heads)]).astype(np.int32)
    title_at = chance.randint(-1, len(lines) - 1)
    gaps = limits.MAIN_GAP_LINES_MAX, limits.MAIN_GAP_TOKENS_MAX
    cut = limits.CUT_AFTER_TOKENS, limits.CUT_AFTER_PERCENT, limits.CUT_ALWAYS_AFTER_TOKENS
    short, scant = limits.CUT_HEADING_TOKENS_MAX, limits.SCANT_TOKENS_MAX
    opens = [chance.randint(0, 1) for _ in lines]
    expected_marks = twins.starts_with_any(lines.tolist(), hashes, 0, len(lines), heads, short)
    expected = twins.main_region(
        lines.tolist(), len(hashes), title_at, expected_marks, opens, gaps, cut, scant
    )
    marks = np.zeros(len(lines), np.uint8)
    for asked in (np.empty(0, np.uint8), np.array(opens, np.uint8)):
        start, end, known = region_kernels.main_region(
            lines, u64(hashes), title_at, (u64(flat), bounds), marks, asked
        )
        assert marks.tolist() == expected_marks
        assert (start, end) == (expected if known else (-1, -1))
    assert known or not len(lines)


@settings(max_examples=300, deadline=None)
@given(seeds, st.integers(1, 6), st.integers(1, 12))
def test_samples_are_those_of_the_twin(seed: int, shingle: int, window: int) -> None:
    chance = random.Random(seed)
    lines = drawn_lines(chance)
    tokens = end_of(lines)
    hashes = [chance.getrandbits(64) for _ in range(tokens)]
    canonical = "".join(f"{h % 10 ** chance.randint(1, 40)} " for h in hashes).encode()
    starts = np.array([0, *(at + 1 for at, byte in enumerate(canonical) if byte == 32)], np.int32)
    main = sorted(chance.randint(0, tokens) for _ in range(2))
    ids, positions = np.empty(tokens + 1, np.uint64), np.empty(tokens + 1, np.int32)
    kept = np.empty((len(lines), 5), np.int32)
    count, kept_lines, missing = winnow_kernels.samples(
        lines, u64(hashes), canonical, starts, main[0], main[1], shingle, window, ids, positions, kept
    )
    expected = twins.samples(lines.tolist(), hashes, (main[0], main[1]), shingle, window)
    assert (positions[:count].tolist(), kept[:kept_lines].tolist()) == expected
    texts = [canonical[starts[p] : starts[p + shingle] - 1] for p in positions[:count].tolist()]
    assert ids[:count].tolist() == [xxh3_64(text) if 9 <= len(text) <= 128 else 0 for text in texts]
    assert missing == (0 in ids[:count])


def test_the_kernels_hash_is_that_of_the_package() -> None:
    data = random.Random(5).randbytes(400)
    for size in range(300):
        start = size % 17
        expected = xxh3_64(data[start : start + size]) if 9 <= size <= 128 else 0
        assert xxh3_kernels.xxh3_64_of(data, np.uint64(start), np.uint64(size)) == expected


def test_a_shingle_too_long_for_the_kernels_hash_has_the_packages() -> None:
    text = " ".join("x" * (20 + n % 50) + str(n) for n in range(60)) + "."
    sketch, tokens = sketch_of(text), tokenise(text)
    for id_, at in zip(sketch.ids.tolist(), sketch.positions.tolist(), strict=True):
        assert id_ == xxh3_64(" ".join(tokens.word(at + n) for n in range(K)).encode())
    assert len(sketch.ids) > 5


# ---- the main region
HEAD = "Ferry returns to the islands after eleven years"
NAVIGATION = "Home\nNews\nSport\nWeather\nLog in\nSubscribe\n"
LINKS = "\n".join(" ".join(prose(n, 8).split()[:7]).strip(".,") for n in range(30))
BODY = prose(3, 150)
REST = "Read also\n" + LINKS


PAGES = [
    ("a bare text", BODY, ""),
    ("navigation above", NAVIGATION + BODY, ""),
    ("links below", BODY + "\n\n" + REST, ""),
    ("the title's line among navigation", f"{NAVIGATION}{HEAD}\n{BODY}\n\n{REST}", HEAD),
    ("the title with the site's name", f"{NAVIGATION}{HEAD}\n{BODY}\n\n{REST}", f"{HEAD} | Paper"),
    (
        "the title repeated in the links",
        f"{HEAD}\n{NAVIGATION}{HEAD}\nMonday\n{BODY}\n\n{REST}\n{HEAD}",
        HEAD,
    ),
    ("a larger text above the title", f"{prose(9, 500)}\n\n{LINKS}\n{HEAD}\n{BODY}\n\n{REST}", HEAD),
    (
        "a title that nobody finds",
        f"{NAVIGATION}{HEAD}\n{BODY}\n\n{REST}",
        "Another title altogether, with more words",
    ),
    (
        "captions between paragraphs",
        BODY.replace("\n\n", "\n\nPhoto: a boat\nShare\n\n", 1) + "\n\n" + REST,
        "",
    ),
    ("a dated copyright line", f"{BODY}\n© 2024 The Paper\n{prose(8, 60)}", ""),
    ("a bar of links without words", f"{NAVIGATION}| | | | | ·\n{BODY}\n\n{REST}", ""),
    ("a title that is a sentence", f"{NAVIGATION}{HEAD}.\n\n{BODY}\n\n{REST}", f"{HEAD}."),
]


@pytest.mark.parametrize(("what", "page", "title"), PAGES, ids=[row[0] for row in PAGES])
def test_the_main_region_is_the_article_on_its_page(what: str, page: str, title: str) -> None:
    got = main_text(page, title=title, url="https://www.paper.com/1")
    assert got.split()[:10] == BODY.split()[:10]
    assert got.rstrip(".").split()[-10:] == BODY.rstrip(".").split()[-10:]


TABLE = "\n".join(f"Round {n}: the harbour of town {n}" for n in range(12))


@pytest.mark.parametrize(
    "page",
    [
        "",
        "Home\nNews\nSport",
        "one two three",
        LINKS,
        f"{TABLE}\nThe dates may change at any time, says the club.",
    ],
)
def test_a_text_without_prose_is_all_main_region(page: str) -> None:
    sketch = sketch_of(page + " x")
    assert (sketch.main_start, sketch.main_end) == (0, sketch.tokens)


CLOSED = [
    ("About Acme", True),
    (
        "About Acme Corp the maker of anchors and chains has been in business since 1880.",
        True,
    ),
    (
        "About 200 people watched the ferry leave the harbour on Sunday, among them the mayor.",
        False,
    ),
    ("Safe Harbor Statement", True),
    ("Über die Acme AG", True),
    ("Contacts:", True),
    ("about March 17, Budget Day.", False),
    (
        "The contact was made at noon, when the ships had come so near that the sailors shook hands.",
        False,
    ),
]


@pytest.mark.parametrize(("line", "ends"), CLOSED)
def test_an_article_ends_where_its_company_begins(line: str, ends: bool) -> None:
    tail = prose(5, 60)
    got = main_text(f"{prose(4, 200)}\n\n{line}\n\n{tail}")
    assert (tail.split()[-1].rstrip(".") in got.split()[-1]) is not ends


@pytest.mark.parametrize("head", CLOSING_HEADS)
def test_every_closing_heading_ends_an_article_but_not_at_its_top(head: str) -> None:
    article_, tail = prose(4, 250), prose(5, 60)
    assert main_text(f"{article_}\n\n{head.title()}\n\n{tail}").endswith(article_[-20:-1])
    assert main_text(f"{head.title()}\n\n{article_}\n\n{tail}").endswith(tail[-20:-1])


# ---- what is kept
def test_samples_of_navigation_and_link_lists_are_dropped() -> None:
    page = f"{NAVIGATION}{HEAD}\n\n{BODY}\n\n{REST}"
    sketch, alone = sketch_of(page, title=HEAD), sketch_of(BODY)
    assert len(sketch.ids) <= len(alone.ids) + 4
    assert len(set(sketch.ids.tolist()) & set(alone.ids.tolist())) >= len(alone.ids) - 3


def test_ids_are_the_published_hash_of_canonical_text() -> None:
    sketch = sketch_of(BODY)
    tokens = tokenise(BODY)
    for id_, at in zip(sketch.ids.tolist(), sketch.positions.tolist(), strict=True):
        assert id_ == xxh3_64(" ".join(tokens.word(at + n) for n in range(K)).encode())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 500), st.booleans(), st.booleans(), st.booleans())
def test_a_sketch_is_in_order_and_in_bounds(seed: int, above: bool, below: bool, titled: bool) -> None:
    page = (
        (NAVIGATION if above else "")
        + (HEAD + "\n" if titled else "")
        + prose(seed, seed % 300)
        + (REST if below else "")
    )
    sketch = sketch_of(page or "x", title=HEAD if titled else "")
    assert (np.diff(sketch.positions) > 0).all()
    assert 0 <= sketch.main_start <= sketch.main_end <= sketch.tokens == len(tokenise(page or "x"))
    if len(sketch.ids):
        assert sketch.positions[-1] + K <= sketch.tokens
    assert len(sketch.ids) == len(sketch.positions)
    starts, ends = sketch.lines[:, 0], sketch.lines[:, 1]
    assert (starts < ends).all()
    assert (starts[1:] >= ends[:-1]).all()
    assert (sketch.lines[1:, 2] >= sketch.lines[:-1, 3]).all()
    assert set(sketch.lines[:, 4].tolist()) <= {0, LINE_IS_PROSE}


def test_lines_of_an_html_body_are_places_in_the_body_as_it_came() -> None:
    paragraphs = prose(6, 200).split("\n\n")
    body = (
        "<html><body><nav>Home</nav>"
        + "".join(f"<p>{p} &amp; so on.</p>" for p in paragraphs)
        + "</body></html>"
    )
    sent = article(body, content_type="text/html")
    assert sent.offsets is not None
    sketch = make_sketch(sent, tokenise(sent.text))
    shown = [body[line[2] : line[3]] for line in sketch.lines if line[4]]
    assert shown == [f"{p} &amp; so on." for p in paragraphs]


def test_threads_do_not_write_into_each_others_arrays() -> None:
    """The arrays that kernels write into are shared by whoever needs some, one at a time."""
    sent = [article(prose(n, 30 + 40 * (n % 12)), title=prose(n, 8), offset=n) for n in range(60)]
    alone = [propose(one).value for one in sent]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda n: propose(sent[n % 60]).value, range(600))) == alone * 10


# ---- titles
TITLES = [
    ("Ferry returns", "", ["Ferry returns"]),
    ("Ferry returns - The Paper", "The Paper", ["Ferry returns - The Paper", "Ferry returns"]),
    (
        "World | Ferry returns | thepaper.com",
        "thepaper.com",
        ["World | Ferry returns | thepaper.com", "Ferry returns", "World"],
    ),
    ("Co-operation at sea", "", ["Co-operation at sea"]),
]


@pytest.mark.parametrize(("title", "publisher", "expected"), TITLES)
def test_a_title_is_tried_whole_and_then_by_parts(title: str, publisher: str, expected: list[str]) -> None:
    assert title_parts(title, publisher, "thepaper.com", "thepaper.com") == expected


def test_the_same_title_has_one_digest_whatever_the_site_adds() -> None:
    digests = {
        sketch_of(BODY, title=title, url=url).title_digest
        for title, url in (
            (HEAD, "https://a.com/"),
            (f"{HEAD} | Paper", "https://www.paper.com/"),
            (f"{HEAD.upper()} - harbourpost.org", "https://harbourpost.org/"),
        )
    }
    assert len(digests) == 1
    assert digests != {0}
    assert sketch_of(BODY, title="Ferry returns").title_digest == 0  # too short to tell


def test_columns_are_the_twins() -> None:
    columns = (kernels.LINE_BARS, LINE_PROSE, LINE_CHAR_START, LINE_CHAR_END, LINE_COLUMNS)
    assert columns == (twins.BARS, twins.PROSE, twins.C_START, twins.C_END, twins.BARS + 1)
