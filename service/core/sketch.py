"""Tokens → sketch: what of an article goes into the fingerprint log.

A sketch is the article's picked shingles (ids and token positions), the lines that hold them, and where the article
proper lies on the page (its main region). Every replica judges by the sketch alone, so what is not in it cannot matter.
Shingles that touch neither prose nor the main region are dropped: navigation and link lists are the larger part of a
page and never prove anything (−38 % of the record).

The main region: the title's line, then from the first prose line below it to a gap without prose; without a title, the
largest run of prose. Press releases end where "About the company" begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from service.core import kernels, limits
from service.core.domains import brand_keys, fold_name
from service.core.hashing import shingle_ids, xxh3_64
from service.core.kernels import (
    LINE_CHAR_END,
    LINE_CHAR_START,
    LINE_PROSE,
    LINE_TOKEN_END,
    LINE_TOKEN_START,
)
from service.core.model import I32, U64, RawArticle
from service.core.tokens import Tokens, phrase_hashes, tokenise

LINE_IS_PROSE = 1

# Headings that end an article: what follows is the same under every text of the same company.
CLOSING_HEADS = (
    "about",
    "safe harbor",
    "safe harbour",
    "forward looking statements",
    "forward looking statement",
    "cautionary statement",
    "cautionary note",
    "cautionary language",
    "disclaimer",
    "disclosure",
    "contact",
    "contacts",
    "media contact",
    "media contacts",
    "press contact",
    "investor contact",
    "investor relations",
    "for more information",
    "for further information",
    "notes to editors",
    "note to editors",
    "über",
    "pressekontakt",
    "kontakt",
    "à propos",
    "contact presse",
    "acerca de",
    "sobre",
    "contacto",
    "informazioni su",
    "contatti",
    "over",
    "om",
)
# A paragraph that opens so is a closing one too: "About Acme Corp …" is, "About 200 people …" is not.
_OPENS_PARAGRAPH = re.compile(r"(?:About|Über|À propos de|Acerca de|Sobre) [A-ZÀ-Þ]|(?i:safe harbou?r|forward.looking|disclaimer|cautionary)")
_TITLE_PARTS = re.compile(r"\s+[-–—|·•»:/~]+\s+|\s*[|•»]\s*")


@dataclass(frozen=True, slots=True)
class Sketch:
    """`ids` u64[n] and `positions` i32[n] of the picked shingles, ascending; `lines` i32[m, 5]: token start and end, start
    and end in code points of the body as it came, LINE_IS_PROSE; the main region as tokens, half open, empty where
    there is none; `title_digest` 0 where the title is too short to tell."""

    ids: U64
    positions: I32
    lines: I32
    tokens: int
    main_start: int
    main_end: int
    title_found: bool
    title_digest: int


@lru_cache(maxsize=1)
def _closing_heads() -> tuple[U64, I32]:
    """The closing heads as token hashes: u64[sum of lengths], starts i32[heads + 1]."""
    hashes = [phrase_hashes(head) for head in CLOSING_HEADS]
    starts = np.cumsum([0, *map(len, hashes)]).astype(np.int32)
    return np.array([h for phrase in hashes for h in phrase], np.uint64), starts


def title_parts(title: str, publisher: str, host: str, domain: str) -> list[str]:
    """The title whole, then its parts, longest first, without the site's own name."""
    title = title[: limits.TITLE_CHARS_MAX]
    parts = [part for part in _TITLE_PARTS.split(title) if part]
    if len(parts) < 2:
        return [title]
    brands = set(brand_keys(publisher, host, domain))
    parts = [part for part in parts if fold_name(part) not in brands]
    return [title, *sorted(parts, key=len, reverse=True)]


def make_sketch(article: RawArticle, tokens: Tokens) -> Sketch:
    """The sketch of one article. Pure; offsets of lines are mapped to the body as it came."""
    lines = tokens.lines
    parts = title_parts(article.title, article.publisher, article.host, article.domain)
    title_at = -1
    title_digest = 0
    for number, part in enumerate(parts):
        title = tokenise(part)
        if len(title) < limits.TITLE_TOKENS_MIN:
            continue
        if (number > 0 or len(parts) == 1) and title_digest == 0 and len(title) > limits.TITLE_TOKENS_MIN:
            title_digest = xxh3_64(title.canonical)
        if title_at < 0:
            title_at = kernels.title_line(
                lines,
                tokens.hashes,
                title.hashes,
                limits.TITLE_EXTRA_TOKENS_MAX,
                limits.TITLE_PROSE_LINES_AHEAD,
                limits.TITLE_STEP_BACK_LINES,
            )
    if title_at >= 0:
        kernels.mark_title_block(
            lines,
            title_at,
            limits.TITLE_SKIPPED_LINES_MAX,
            limits.TITLE_BLOCK_LINE_TOKENS_MIN,
            limits.TITLE_BLOCK_LINES_BETWEEN_MAX,
            limits.WRAPPED_CHARS_MAX,
            limits.TITLE_BLOCK_TOKENS_MIN,
            limits.TITLE_BLOCK_ENDING_PERCENT_MIN,
        )
    main_start, main_end = _main_region(tokens, article.text, title_at)
    ids, positions, kept_lines = _samples(tokens, main_start, main_end)
    kept = np.empty((len(kept_lines), 5), np.int32)
    kept[:, 0] = lines[kept_lines, LINE_TOKEN_START]
    kept[:, 1] = lines[kept_lines, LINE_TOKEN_END]
    kept[:, 2] = lines[kept_lines, LINE_CHAR_START]
    kept[:, 3] = lines[kept_lines, LINE_CHAR_END]
    kept[:, 4] = lines[kept_lines, LINE_PROSE]
    if article.offsets is not None:
        kept[:, 2] = article.offsets[kept[:, 2]]
        kept[:, 3] = article.offsets[kept[:, 3]]
    return Sketch(ids, positions, kept, len(tokens), main_start, main_end, title_at >= 0, title_digest)


def _main_region(tokens: Tokens, text: str, title_at: int) -> tuple[int, int]:
    """Token range of the article proper; the whole text where it has no prose at all."""
    lines = tokens.lines
    gap = (limits.MAIN_GAP_LINES_MAX, limits.MAIN_GAP_TOKENS_MAX)
    start, end, size = -1, -1, 0
    if title_at >= 0:
        start, end, size = kernels.prose_run(lines, title_at, *gap)
    if size == 0:
        closing = _closing_line(tokens, text, 0, len(lines))
        start, end, size = kernels.largest_prose_run(lines[:closing], *gap)
    if size == 0:
        return 0, len(tokens)
    end = _closing_line(tokens, text, start, end)
    return int(lines[start, LINE_TOKEN_START]), int(lines[end - 1, LINE_TOKEN_END])


def _closing_line(tokens: Tokens, text: str, start: int, end: int) -> int:
    """The line of [start, end) at which "About the company" and its like end an article; `end` where none does.

    Only past some prose: the same words also head a page's navigation.
    """
    lines = tokens.lines
    heads, head_starts = _closing_heads()
    marks = np.zeros(len(lines), np.uint8)
    kernels.starts_with_any(
        lines, tokens.hashes, start, end, heads, head_starts, limits.CUT_HEADING_TOKENS_MAX, marks
    )
    marked = np.flatnonzero(marks)
    if not len(marked):
        return end
    size = lines[:, LINE_TOKEN_END] - lines[:, LINE_TOKEN_START]
    prose_before = np.cumsum(np.where(lines[:, LINE_PROSE] == 1, size, 0)[start:end])
    whole = int(prose_before[-1])
    least = max(limits.CUT_AFTER_TOKENS, min(whole * limits.CUT_AFTER_PERCENT // 100, limits.CUT_ALWAYS_AFTER_TOKENS))
    for line in marked.tolist():
        if line == start or prose_before[line - start - 1] < least:
            continue
        if marks[line] == 1 or _OPENS_PARAGRAPH.match(text, int(lines[line, LINE_CHAR_START])):
            return int(line)
    return end


def _samples(tokens: Tokens, main_start: int, main_end: int) -> tuple[U64, I32, I32]:
    """Ids and positions of the picks that touch prose or the main region, and the numbers of the lines kept."""
    lines = tokens.lines
    picks = kernels.winnow(tokens.hashes, limits.SHINGLE_TOKENS, limits.WINNOW_WINDOW)
    keep_line = (lines[:, LINE_PROSE] == 1) | (
        (lines[:, LINE_TOKEN_START] >= main_start) & (lines[:, LINE_TOKEN_END] <= main_end)
    )
    counts = (lines[:, LINE_TOKEN_END] - lines[:, LINE_TOKEN_START])
    kept_before = np.zeros(len(tokens) + 1, np.int32)
    np.cumsum(np.repeat(keep_line, counts), out=kept_before[1:])
    ends = np.minimum(picks + limits.SHINGLE_TOKENS, len(tokens))
    picks = picks[kept_before[ends] > kept_before[picks]]
    ids = shingle_ids(
        tokens.canonical,
        tokens.canonical_starts[picks],
        tokens.canonical_starts[picks + limits.SHINGLE_TOKENS] - 1,
    )
    return ids, picks, np.flatnonzero(keep_line).astype(np.int32)
