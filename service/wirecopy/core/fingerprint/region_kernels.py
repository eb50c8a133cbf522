"""The compiled loops that find the article on its page: the title's line, the runs of prose, where the article ends.

`sketch_text` does all that a sketch takes in one call. The tests hold a plain Python twin of each."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint.winnow_kernels import samples
from wirecopy.core.fingerprint.xxh3_kernels import xxh3_64_of
from wirecopy.core.jit import Array, Number, inlined, kernel
from wirecopy.core.text.kernels import (
    COPYRIGHT,
    LINE_BARS,
    LINE_CHAR_END,
    LINE_CHAR_START,
    LINE_DIGITS,
    LINE_ENDS,
    LINE_PROSE,
    LINE_STARTS_LOWER,
    LINE_TOKEN_END,
    LINE_TOKEN_START,
    tokenise,
)

_BARS_MIN = 4  # "News | Weather | Sports | Jobs | Contact": a bar of links, not a line of an article
_SHIFT_54 = np.uint64(54)
MARK_HEADING, MARK_PARAGRAPH = 1, 2  # what `starts_with_any` says of a line


@kernel
def title_line(
    lines: Array,
    token_hash: Array,
    title: Array,
    extra_tokens_max: Number,
    prose_lines_ahead: Number,
    step_back_lines: Number,
) -> Any:
    """The line that shows the title, or −1. title u64[m]: its tokens' hashes.

    Of several the one with most prose in the next lines; then back to an earlier one close before it.
    """
    length = len(title)
    best = -1
    best_prose = -1
    if length == 0:
        return best
    for i in range(len(lines)):
        start = lines[i, LINE_TOKEN_START]
        end = lines[i, LINE_TOKEN_END]
        if end - start < length or end - start > length + extra_tokens_max:
            continue
        found = False
        for at in range(start, end - length + 1):
            j = 0
            while j < length and token_hash[at + j] == title[j]:
                j += 1
            if j == length:
                found = True
                break
        if not found:
            continue
        prose = 0
        for j in range(i + 1, min(len(lines), i + 1 + prose_lines_ahead)):
            if lines[j, LINE_PROSE]:
                prose += lines[j, LINE_TOKEN_END] - lines[j, LINE_TOKEN_START]
        if prose > best_prose and not (best >= 0 and i - best <= step_back_lines):
            best = i
            best_prose = prose
        elif best >= 0 and i - best <= step_back_lines and prose > best_prose:
            best_prose = prose
    return best


@inlined
def _closes(lines: Array, i: Number) -> Any:
    """Whether a line is a page's foot: a dated copyright notice, or a bar of links."""
    bars = lines[i, LINE_BARS]
    if bars >= COPYRIGHT:
        return lines[i, LINE_DIGITS] >= 4
    return bars >= _BARS_MIN and not lines[i, LINE_PROSE]


@kernel
def mark_title_block(
    lines: Array,
    title_at: Number,
    skipped_lines_max: Number,
    line_tokens_min: Number,
    lines_between_max: Number,
    wrapped_chars_max: Number,
    block_tokens_min: Number,
    ending_percent_min: Number,
) -> None:
    """Marks the block of lines right under the title as prose, where enough of them end as sentences do.

    What stands under the headline is the article even where its lines are cut so that none looks like prose.
    A block ends at two short lines on end or at the page's foot."""
    count = len(lines)
    first = title_at + 1
    while first < count and lines[first, LINE_TOKEN_END] - lines[first, LINE_TOKEN_START] < line_tokens_min:
        first += 1
    if first - title_at - 1 > skipped_lines_max:
        return
    end = first  # behind the last line that ends as a sentence does
    tokens = 0
    block_tokens = 0
    ending = 0
    i = first
    while i < count and not _closes(lines, i) and i - end < lines_between_max:
        size = lines[i, LINE_TOKEN_END] - lines[i, LINE_TOKEN_START]
        if lines[i, LINE_CHAR_END] - lines[i, LINE_CHAR_START] > wrapped_chars_max:
            break
        short = size < line_tokens_min
        tokens += size
        i += 1
        if lines[i - 1, LINE_ENDS]:
            ending += 1
            end = i
            block_tokens = tokens
        elif short and (
            i >= count or lines[i, LINE_TOKEN_END] - lines[i, LINE_TOKEN_START] < line_tokens_min
        ):
            break
    if block_tokens < block_tokens_min or ending * 100 < (end - first) * ending_percent_min:
        return
    last = end
    for j in range(first, last):
        lines[j, LINE_PROSE] = 1


@kernel
def prose_run(lines: Array, first: Number, gap_lines_max: Number, gap_tokens_max: Number) -> Any:
    """The run of lines that starts at the first prose line from `first` on: (start, end, prose tokens), end
    exclusive.

    It ends before a gap of more than gap_lines_max lines or gap_tokens_max tokens without prose. (−1, −1, 0):
    no prose."""
    count = len(lines)
    start = first
    while start < count and not lines[start, LINE_PROSE]:
        start += 1
    if start >= count:
        return -1, -1, 0
    end = start
    tokens = 0
    gap_lines = 0
    gap_tokens = 0
    for i in range(start, count):
        size = lines[i, LINE_TOKEN_END] - lines[i, LINE_TOKEN_START]
        if i > start and _closes(lines, i):
            break
        if lines[i, LINE_PROSE]:
            end = i + 1
            tokens += size
            gap_lines = 0
            gap_tokens = 0
        else:
            gap_lines += 1
            gap_tokens += size
            if gap_lines > gap_lines_max or gap_tokens > gap_tokens_max:
                break
    return start, end, tokens


@kernel
def largest_prose_run(lines: Array, gap_lines_max: Number, gap_tokens_max: Number) -> Any:
    """The run of most prose tokens: (start, end, prose tokens), end exclusive; (−1, −1, 0) where there is no
    prose."""
    best_start, best_end, best_tokens = -1, -1, 0
    at = 0
    while True:
        start, end, tokens = prose_run(lines, at, gap_lines_max, gap_tokens_max)
        if start < 0:
            return best_start, best_end, best_tokens
        if tokens > best_tokens:
            best_start, best_end, best_tokens = start, end, tokens
        at = end


@kernel
def starts_with_any(
    lines: Array,
    token_hash: Array,
    start: Number,
    end: Number,
    heads: Array,
    head_starts: Array,
    line_tokens_max: Number,
    out: Array,
) -> None:
    """Marks in out u8[l] the lines of [start, end) that open with one of the phrases heads[head_starts[i] :
    head_starts[i + 1]].

    The value says which kind: MARK_HEADING where the line is short, MARK_PARAGRAPH where a paragraph opens
    so."""
    first_words = np.zeros(1024, np.bool_)  # a filter: ten bits of the phrases' first tokens
    for phrase in range(len(head_starts) - 1):
        first_words[heads[head_starts[phrase]] >> _SHIFT_54] = True
    for i in range(start, end):
        first = lines[i, LINE_TOKEN_START]
        size = lines[i, LINE_TOKEN_END] - first
        out[i] = 0
        if size == 0 or lines[i, LINE_STARTS_LOWER] or not first_words[token_hash[first] >> _SHIFT_54]:
            continue  # a heading has a capital; "about March 17" goes on from the line above
        for phrase in range(len(head_starts) - 1):
            at = head_starts[phrase]
            length = head_starts[phrase + 1] - at
            if length > size:
                continue
            j = 0
            while j < length and token_hash[first + j] == heads[at + j]:
                j += 1
            if j == length:
                out[i] = MARK_HEADING if size <= line_tokens_max else MARK_PARAGRAPH
                break


@kernel
def find_title(lines: Array, token_hash: Array, titles: Array, part_starts: Array, table: Array) -> Any:
    """Finds the title's line and marks the block under it as prose: (its line or −1, number of the part that
    names the story or −1, that part's XXH3-64 or 0).

    titles u8[n]: UTF-8 of the title whole and then its parts, a line each; part_starts i32[p]: code points at
    which they begin. The first part that a line shows is the title's. The story's name is the first part (the
    whole, where it has no parts) of more than limits.TITLE_TOKENS_MIN tokens; its hash is over canonical text, 0
    where `xxh3_64_of` cannot say."""
    canonical, token_canonical, token_start, _, title_hash, _ = tokenise(titles, table)
    parts = len(part_starts)
    title_at = -1
    named = -1
    digest = np.uint64(0)
    first = 0
    for part in range(parts):
        last = first
        while last < len(title_hash) and (part + 1 == parts or token_start[last] < part_starts[part + 1]):
            last += 1
        if last - first >= limits.TITLE_TOKENS_MIN:
            if (part > 0 or parts == 1) and named < 0 and last - first > limits.TITLE_TOKENS_MIN:
                named = part
                start = token_canonical[first]
                digest = xxh3_64_of(canonical, np.uint64(start), np.uint64(token_canonical[last] - start))
            if title_at < 0:
                title_at = title_line(
                    lines,
                    token_hash,
                    title_hash[first:last],
                    limits.TITLE_EXTRA_TOKENS_MAX,
                    limits.TITLE_PROSE_LINES_AHEAD,
                    limits.TITLE_STEP_BACK_LINES,
                )
        first = last
    if title_at >= 0:
        mark_title_block(
            lines,
            title_at,
            limits.TITLE_SKIPPED_LINES_MAX,
            limits.TITLE_BLOCK_LINE_TOKENS_MIN,
            limits.TITLE_BLOCK_LINES_BETWEEN_MAX,
            limits.WRAPPED_CHARS_MAX,
            limits.TITLE_BLOCK_TOKENS_MIN,
            limits.TITLE_BLOCK_ENDING_PERCENT_MIN,
        )
    return title_at, named, digest


@kernel
def closing_line(lines: Array, start: Number, end: Number, marks: Array, opens: Array) -> Any:
    """The first line of [start, end) with a mark (`starts_with_any`) at which the article ends: (line or
    `end`, True).

    Only past some prose: min(limits.CUT_AFTER_PERCENT of [start, end)'s, limits.CUT_ALWAYS_AFTER_TOKENS), at least
    limits.CUT_AFTER_TOKENS. A paragraph ends it where opens u8[l] says so; where opens is empty, nobody has looked yet:
    (that line, False)."""
    whole = 0
    any_marked = False
    for i in range(start, end):
        any_marked |= marks[i] != 0
        if lines[i, LINE_PROSE] == 1:
            whole += lines[i, LINE_TOKEN_END] - lines[i, LINE_TOKEN_START]
    if not any_marked:
        return end, True
    part = min(whole * limits.CUT_AFTER_PERCENT // 100, limits.CUT_ALWAYS_AFTER_TOKENS)
    least = max(limits.CUT_AFTER_TOKENS, part)
    before = 0
    for i in range(start, end):
        if marks[i] != 0 and i > start and before >= least:
            if marks[i] == MARK_HEADING:
                return i, True
            if len(opens) == 0:
                return i, False
            if opens[i]:
                return i, True
        if lines[i, LINE_PROSE] == 1:
            before += lines[i, LINE_TOKEN_END] - lines[i, LINE_TOKEN_START]
    return end, True


@kernel
def main_region(
    lines: Array, token_hash: Array, title_at: Number, heads: Any, marks: Array, opens: Array
) -> Any:
    """Token range of the article proper: (start, end, True); the whole text where it has no prose at all, and
    where it is short and most of it none (a table, given without its page).

    From below the title on, or else the largest run of prose; it ends where a closing head stands. heads: the phrases'
    tokens and where each begins (`starts_with_any`); marks u8[l] is filled. (−1, −1, False): opens, u8[l], is wanted
    (`closing_line`)."""
    gap_lines_max, gap_tokens_max = limits.MAIN_GAP_LINES_MAX, limits.MAIN_GAP_TOKENS_MAX
    count = len(lines)
    phrases, phrase_starts = heads
    starts_with_any(lines, token_hash, 0, count, phrases, phrase_starts, limits.CUT_HEADING_TOKENS_MAX, marks)
    start, end, size = -1, -1, 0
    if title_at >= 0:
        start, end, size = prose_run(lines, title_at + 1, gap_lines_max, gap_tokens_max)
    if size == 0:
        closing, known = closing_line(lines, 0, count, marks, opens)
        if not known:
            return -1, -1, False
        start, end, size = largest_prose_run(lines[:closing], gap_lines_max, gap_tokens_max)
        if 2 * size < len(token_hash) and len(token_hash) <= limits.SCANT_TOKENS_MAX:
            size = 0
    if size == 0:
        return 0, len(token_hash), True
    end, known = closing_line(lines, start, end, marks, opens)
    if not known:
        return -1, -1, False
    return np.int64(lines[start, LINE_TOKEN_START]), np.int64(lines[end - 1, LINE_TOKEN_END]), True


@kernel
def sketch_text(
    lines: Array,
    token_hash: Array,
    canonical: Array,
    token_canonical: Array,
    titles: Array,
    part_starts: Array,
    table: Array,
    heads: Any,
    marks: Array,
    ids: Array,
    positions: Array,
    kept: Array,
) -> Any:
    """`find_title`, `main_region` and `samples` in one call: (title's line, number of the naming part, its
    hash, region's start, its end, samples, lines, whether an id is missing). Start is −1 where `opens` of `main_region` is
    wanted: call the latter two."""
    title_at, named, digest = find_title(lines, token_hash, titles, part_starts, table)
    start, end, known = main_region(lines, token_hash, title_at, heads, marks, np.empty(0, np.uint8))
    if not known:
        return title_at, named, digest, -1, -1, 0, 0, False
    count, kept_lines, missing = samples(
        lines,
        token_hash,
        canonical,
        token_canonical,
        start,
        end,
        limits.SHINGLE_TOKENS,
        limits.WINNOW_WINDOW,
        ids,
        positions,
        kept,
    )
    return title_at, named, digest, start, end, count, kept_lines, missing
