"""Which lines of a text are prose, by their shape alone, and the one call that reads a text: its tokens, then its prose."""

from __future__ import annotations

from typing import Any

from wirecopy.core import limits
from wirecopy.core.jit import Array, Number, kernel
from wirecopy.core.text.kernels import (
    LINE_BLANK_BEFORE,
    LINE_CHAR_END,
    LINE_CHAR_START,
    LINE_DIGITS,
    LINE_ENDS,
    LINE_LETTERS,
    LINE_PROSE,
    LINE_PUNCTUATION,
    LINE_STARTS_LOWER,
    LINE_TOKEN_END,
    LINE_TOKEN_START,
    tokenise_into,
)


@kernel
def read_text(
    utf8: Array,
    table: Array,
    canonical: Array,
    token_canonical: Array,
    token_start: Array,
    token_end: Array,
    token_hash: Array,
    lines: Array,
    marks: Array,
) -> Any:
    """`tokenise_into`, then `mark_prose` by the limits: a text's way in is one call."""
    tokens, written, count = tokenise_into(
        utf8,
        table,
        canonical,
        token_canonical,
        token_start,
        token_end,
        token_hash,
        lines,
        marks,
    )
    if tokens > 0:
        mark_prose(
            lines[:count],
            limits.PROSE_ENDING_TOKENS_MIN,
            limits.PROSE_TOKENS_MIN,
            limits.PROSE_LONG_TOKENS_MIN,
            limits.WRAPPED_CHARS_MIN,
            limits.WRAPPED_CHARS_MAX,
            limits.WRAPPED_PERCENT_MIN,
        )
    return tokens, written, count


@kernel
def mark_prose(
    lines: Array,
    ending_tokens_min: Number,
    tokens_min: Number,
    long_tokens_min: Number,
    wrapped_chars_min: Number,
    wrapped_chars_max: Number,
    wrapped_percent_min: Number,
) -> None:
    """Sets LINE_PROSE of each line from its shape alone, whatever its language.

    Prose: ≥ ending_tokens_min tokens, ends in a sentence mark or quote and is under half digits; or ≥
    tokens_min with some punctuation; or ≥ long_tokens_min. Hard-wrapped texts are judged by the block of
    lines."""
    count = len(lines)
    i = 0
    while i < count:
        last = i
        joins = 0
        continued = 0
        while last + 1 < count and not lines[last + 1, LINE_BLANK_BEFORE]:
            chars = lines[last, LINE_CHAR_END] - lines[last, LINE_CHAR_START]
            wide = chars >= wrapped_chars_min and chars <= wrapped_chars_max
            if not wide:
                before = lines[last - 1, LINE_CHAR_END] - lines[last - 1, LINE_CHAR_START] if last > i else 0
                after = lines[last + 1, LINE_CHAR_END] - lines[last + 1, LINE_CHAR_START]
                # a paragraph's short last line between two of full width
                if before < wrapped_chars_min or after < wrapped_chars_min:
                    break
                if before > wrapped_chars_max or after > wrapped_chars_max or chars > wrapped_chars_max:
                    break
            else:
                joins += 1
                continued += lines[last + 1, LINE_STARTS_LOWER]
            last += 1
        if joins < 2 or continued * 100 < joins * wrapped_percent_min:
            last = i
        tokens = 0
        digits = 0
        letters = 0
        punctuation = 0
        for j in range(i, last + 1):
            tokens += lines[j, LINE_TOKEN_END] - lines[j, LINE_TOKEN_START]
            digits += lines[j, LINE_DIGITS]
            letters += lines[j, LINE_LETTERS]
            punctuation += lines[j, LINE_PUNCTUATION]
        prose = (
            (tokens >= ending_tokens_min and lines[last, LINE_ENDS] == 1 and 2 * digits < letters)
            or (tokens >= tokens_min and punctuation > 0)
            or tokens >= long_tokens_min
        )
        for j in range(i, last + 1):
            lines[j, LINE_PROSE] = 1 if prose else 0
        i = last + 1
