"""The compiled loop that cuts a text into folded tokens and lines, in one pass over its UTF-8.

The tests hold a plain Python twin, which is its oracle.

Non-obvious: `int(uint64)` stays uint64 under numba and mixes with int64 to float64, so every conversion is spelled out
(`np.int64(x)`); unsigned constants are module-level `np.uint64`."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, inlined, kernel
from wirecopy.core.text.byte_kernels import (
    FNV_BASIS,
    FNV_PRIME,
    mixed,
    read_u64,
    write_u64,
    zeros_below,
)

SEPARATOR, DROPPED, PUNCTUATION, LETTER, UNSPACED, NEWLINE = 0, 1, 2, 3, 4, 5
KIND_MASK = 7
TABLE_SIGNS = 0x20000  # code points that the table of signs knows, see `tokenise_into`
ENDS_SENTENCE, DIGIT, LOWER, CUTS = 8, 16, 32, 64
# Columns of the lines array that `tokenise` fills: one row a line that holds a token.
LINE_TOKEN_START, LINE_TOKEN_END, LINE_CHAR_START, LINE_CHAR_END = 0, 1, 2, 3
LINE_ENDS, LINE_DIGITS, LINE_LETTERS, LINE_PUNCTUATION = 4, 5, 6, 7
LINE_STARTS_LOWER, LINE_BLANK_BEFORE, LINE_PROSE = 8, 9, 10
LINE_BARS = 11  # separators of link lists in it, and _COPYRIGHT where it holds a copyright sign
LINE_COLUMNS = 12
COPYRIGHT = 1000
CANONICAL_FULL, LINES_FULL = -1, -2  # what `tokenise_into` says where an array is too small
_1, _2, _3, _4, _6, _7, _8 = (np.uint64(n) for n in (1, 2, 3, 4, 6, 7, 8))
_EACH, _LOW_BYTE = np.uint64(0x0101010101010101), np.uint64(0xFF)
# Of an ASCII byte the folded letter or digit, as the pinned table has it; 0 of whatever else.
_ASCII_WORDS = np.zeros(256, np.uint8)
_ASCII_WORDS[[*map(ord, string.digits + string.ascii_letters)]] = [
    *map(ord, string.digits + string.ascii_lowercase * 2)
]
# What a text's tokeniser notes for the search for credits: closing brackets, after a row of two numbers.
CLOSING_SIGNS = ")）】]"
MARK_SORT, MARK_BYTE, MARK_CHAR, MARK_COLUMNS = 0, 1, 2, 3
MARKS_COUNT, MARKS_MAY_LACK_SPACES = 0, 1
_PSEUDO_WORD_CHARS_MAX = 5  # a longer run of unspaced script is cut here at the latest


@inlined
def _put_utf8(out: Array, written: Number, sign: Number) -> Any:
    """Writes a code point: the place behind it."""
    if sign < 0x80:
        out[written] = sign
        return written + _1
    if sign < 0x800:
        out[written] = 0xC0 | (sign >> 6)
        out[written + _1] = 0x80 | (sign & 0x3F)
        return written + _2
    if sign < 0x10000:
        out[written] = 0xE0 | (sign >> 12)
        out[written + _1] = 0x80 | ((sign >> 6) & 0x3F)
        out[written + _2] = 0x80 | (sign & 0x3F)
        return written + _3
    out[written] = 0xF0 | (sign >> 18)
    out[written + _1] = 0x80 | ((sign >> 12) & 0x3F)
    out[written + _2] = 0x80 | ((sign >> 6) & 0x3F)
    out[written + _3] = 0x80 | (sign & 0x3F)
    return written + _4


@inlined
def _may_lack_spaces(lead: Number) -> Any:
    """Whether a sign that begins with this byte may be of a script without spaces: three bytes, not U+2000 to U+2FFF."""
    return lead >= 0xE0 and lead <= 0xEF and lead != 0xE2


@inlined
def _ascii_run(eight: Number) -> Any:
    """Of eight bytes, little endian: (them with ASCII letters made small, how many of them from the lowest on are
    ASCII letters or digits, how many of those digits). The others come out changed."""
    small = eight | _EACH * np.uint64(0x20)
    seven, small_seven = eight & _EACH * np.uint64(0x7F), small & _EACH * np.uint64(0x7F)
    # a byte's highest bit: at least "0" and not above "9"; at least "a" and not above "z"
    figures = (seven + _EACH * np.uint64(0x80 - 0x30)) & ~(seven + _EACH * np.uint64(0x80 - 0x3A))
    letters = (small_seven + _EACH * np.uint64(0x80 - 0x61)) & ~(small_seven + _EACH * np.uint64(0x80 - 0x7B))
    others = (~(figures | letters) | eight) & _EACH * np.uint64(0x80)
    run = zeros_below(others) >> _3
    before = (others & (~others + _1)) - _1
    return small, run, ((figures & before & _EACH * np.uint64(0x80)) >> _7) * _EACH >> np.uint64(56)


@inlined
def _closing_sort(code_point: Number) -> Any:
    """Which of the closing brackets of CLOSING_SIGNS it is, −1 for none."""
    if code_point == 0x29:
        return 0
    if code_point == 0xFF09:
        return 1
    if code_point == 0x3011:
        return 2
    return 3 if code_point == 0x5D else -1


@kernel
def tokenise_into(
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
    """Cuts UTF-8 text into folded tokens, in one pass, into arrays of the caller: what `tokenise` returns.

    token_… must hold len(utf8) // 2 + 2 entries: a token has a byte and something that ends it, or three
    bytes. Returns (tokens, bytes of canonical, lines), or CANONICAL_FULL or LINES_FULL for tokens where that
    array is too small.

    table i32[TABLE_SIGNS + e]: of each code point its class and, eight bits higher, what it folds to: a code point,
    or where that is below zero the place behind the signs, negated, of a number and so many code points.

    marks i32[1 + m, MARK_COLUMNS] is for what credits look for, met on the way: closing brackets, of each of the
    four sorts the first m // 4, ascending, and in row 0 how many there are and whether a sign may be of a script
    without spaces.

    ASCII goes by runs of letters, eight bytes at a time, the rest a code point at a time. A line's numbers stay in
    registers until it ends. Unsigned indices spare the check for negative ones."""
    size = np.uint64(len(utf8))
    room = np.uint64(len(canonical))
    lines_max = np.uint64(len(lines))
    if room < _2 * size + _8:
        return CANONICAL_FULL, 0, 0
    i = tokens = line = written = spelt_to = np.uint64(0)
    char = last_end = line_char = line_end = np.int64(0)
    letters = digits = punctuation = bars = newlines = np.int64(0)
    line_token = line_lower = line_blank = unspaced_chars = np.int64(0)
    in_token = line_open = may_lack_spaces = False
    last_class = np.int32(0)
    digest = FNV_BASIS
    marked = np.uint64(1)
    each_max = (len(marks) - 1) // 4
    round_left = square_left = wide_left = corner_left = each_max
    while i <= size:
        begun = i
        code_point = flags = np.int32(NEWLINE)  # the text's end ends its line
        letter = np.uint8(0)
        if i == size:
            i += _1
        else:
            byte = utf8[i]
            letter = _ASCII_WORDS[byte]
            if byte < 0x80:
                code_point = np.int32(byte)
                if letter == 0:
                    i += _1
            elif byte < 0xE0:
                code_point = ((np.int32(byte) & 0x1F) << 6) | (np.int32(utf8[i + _1]) & 0x3F)
                i += _2
            elif byte < 0xF0:
                code_point = (
                    ((np.int32(byte) & 0x0F) << 12)
                    | ((np.int32(utf8[i + _1]) & 0x3F) << 6)
                    | (np.int32(utf8[i + _2]) & 0x3F)
                )
                may_lack_spaces |= byte <= 0xED and byte != 0xE2
                i += _3
            else:
                code_point = (
                    ((np.int32(byte) & 0x07) << 18)
                    | ((np.int32(utf8[i + _1]) & 0x3F) << 12)
                    | ((np.int32(utf8[i + _2]) & 0x3F) << 6)
                    | (np.int32(utf8[i + _3]) & 0x3F)
                )
                i += _4
            if code_point < TABLE_SIGNS:
                flags = table[np.uint64(code_point)] & 0xFF
            elif code_point < 0x32400:
                flags = np.int32(UNSPACED | (CUTS if ((np.int64(code_point) * 0x9E3779B1) >> 13) & 1 else 0))
            else:
                flags = np.int32(SEPARATOR)
            if code_point == 0x0D and i < size and utf8[i] == 0x0A:
                flags = np.int32(SEPARATOR)  # CR LF ends one line, not two
        kind = flags & KIND_MASK
        begins = kind in (LETTER, UNSPACED)
        if (
            in_token
            and kind != DROPPED
            and not (begins and (kind == UNSPACED) == (unspaced_chars > 0))
            and not (kind == SEPARATOR and unspaced_chars > 0)  # blanks mean nothing in such a script
        ):
            canonical[written] = 32
            written += _1
            token_end[tokens] = last_end
            token_hash[tokens] = mixed(digest)
            tokens += _1
            in_token = False
        if begins:
            if not line_open:
                line_open = True
                line_token = np.int64(tokens)
                line_char = char
                line_end = letters = digits = punctuation = np.int64(0)
                line_lower = np.int64((flags & LOWER) != 0)
                line_blank = np.int64(newlines > 1)
            if (
                not in_token
                and np.uint8(0) < letter < 0x3A
                and i >= _6
                and utf8[i - _1] == 32
                and 0 < _ASCII_WORDS[utf8[i - _2]] < 0x3A
                and utf8[i - _3] == 32
                and ((utf8[i - _4] >= 0x80 and _may_lack_spaces(utf8[i - _6])) or spelt_to == i - _2)
                and (i + _1 == size or _ASCII_WORDS[utf8[i + _1]] == 0)
            ):  # a number spelt digit by digit among signs set apart: the last token goes on
                spelt_to = i
                tokens -= _1
                written -= _1
                in_token = True
                unspaced_chars = np.int64(0)
            if not in_token:
                in_token = True
                unspaced_chars = np.int64(0)
                token_start[tokens] = char
                token_canonical[tokens] = written
                digest = FNV_BASIS
            last_class = flags
            if letter != 0:
                first = i
                run = _8
                while run == _8 and i + _8 <= size:
                    signs, run, figures = _ascii_run(read_u64(utf8, i))
                    write_u64(canonical, written, signs)  # what is beyond the run is written over
                    for j in range(8):  # all eight: no branch depends on where the word ends
                        longer = (digest ^ (signs & _LOW_BYTE)) * FNV_PRIME
                        digest = longer if np.uint64(j) < run else digest
                        signs >>= _8
                    digits += np.int64(figures)
                    written += run
                    i += run
                if run == _8:  # the text's last bytes
                    letter = _ASCII_WORDS[utf8[i]] if i < size else np.uint8(0)
                    while letter != 0:
                        digest = (digest ^ np.uint64(letter)) * FNV_PRIME
                        canonical[written] = letter
                        written += _1
                        digits += np.int64(letter < 0x3A)
                        i += _1
                        letter = _ASCII_WORDS[utf8[i]] if i < size else np.uint8(0)
                char += np.int64(i - first)
                letters += np.int64(i - first)
                last_end = char
                if i < size and utf8[i] == 32:  # the usual end of a word, without the general way
                    canonical[written] = 32
                    written += _1
                    token_end[tokens] = char
                    token_hash[tokens] = mixed(digest)
                    tokens += _1
                    in_token = False
                    char += 1
                    i += _1
                continue
            folded = table[np.uint64(code_point)] >> 8 if code_point < TABLE_SIGNS else code_point
            count = np.int64(1)
            at = np.int64(0)
            if folded < 0:
                at = TABLE_SIGNS - np.int64(folded)
                count = np.int64(table[at])
            if written + np.uint64(4 * count + 4) + _2 * (size - i) > room:
                return CANONICAL_FULL, 0, 0
            for j in range(count):
                sign = folded if at == 0 else table[at + 1 + j]
                digest = (digest ^ np.uint64(sign)) * FNV_PRIME
                written = _put_utf8(canonical, written, sign)
            letters += 1
            digits += np.int64((flags & DIGIT) != 0)
            last_end = char + 1
            if kind == UNSPACED:
                unspaced_chars += 1
                if (flags & CUTS) or unspaced_chars == _PSEUDO_WORD_CHARS_MAX:
                    canonical[written] = 32
                    written += _1
                    token_end[tokens] = last_end
                    token_hash[tokens] = mixed(digest)
                    tokens += _1
                    in_token = False
        elif kind == DROPPED:
            if in_token:
                last_end = char + 1
        elif kind == PUNCTUATION:
            if line_open:
                punctuation += 1
                line_end = char + 1
            if code_point == 0x7C or code_point == 0xB7 or code_point == 0x2022 or code_point == 0x203A:
                bars += 1
            elif code_point == 0xA9:
                bars += COPYRIGHT
            last_class = flags
            sort = _closing_sort(code_point)
            if sort >= 0:
                left = each_max
                if sort == 0:
                    left, round_left = round_left, round_left - 1
                elif sort == 1:
                    left, wide_left = wide_left, wide_left - 1
                elif sort == 2:
                    left, corner_left = corner_left, corner_left - 1
                else:
                    left, square_left = square_left, square_left - 1
                if left > 0:
                    marks[marked, MARK_SORT] = sort
                    marks[marked, MARK_BYTE] = np.int64(begun)
                    marks[marked, MARK_CHAR] = char
                    marked += _1
        elif kind == NEWLINE:
            newlines += 1
            if line_open:
                if line == lines_max:
                    return LINES_FULL, 0, 0
                lines[line, LINE_TOKEN_START] = line_token
                lines[line, LINE_TOKEN_END] = np.int64(tokens)
                lines[line, LINE_CHAR_START] = line_char
                lines[line, LINE_CHAR_END] = max(line_end, last_end)
                lines[line, LINE_ENDS] = np.int64((last_class & ENDS_SENTENCE) != 0)
                lines[line, LINE_DIGITS] = digits
                lines[line, LINE_LETTERS] = letters
                lines[line, LINE_PUNCTUATION] = punctuation
                lines[line, LINE_STARTS_LOWER] = line_lower
                lines[line, LINE_BLANK_BEFORE] = line_blank
                lines[line, LINE_PROSE] = 0
                lines[line, LINE_BARS] = bars
                line += _1
                line_open = False
                newlines = np.int64(1)
                last_class = np.int32(0)
            bars = np.int64(0)
        char += 1
    token_canonical[tokens] = written
    marks[0, MARKS_COUNT] = np.int64(marked) - 1
    marks[0, MARKS_MAY_LACK_SPACES] = np.int64(may_lack_spaces)
    return np.int64(tokens), np.int64(written), np.int64(line)


@kernel
def tokenise(utf8: Array, table: Array) -> Any:
    """Cuts UTF-8 text into folded tokens.

    utf8 u8[n]. Returns (canonical u8[c], token_canonical i32[t + 1], token_start i32[t], token_end i32[t],
    token_hash u64[t], lines i32[l, LINE_COLUMNS]): token i is canonical[token_canonical[i] :
    token_canonical[i + 1] - 1] (one space ends each), and lies at code points token_start[i] … token_end[i]
    of the text. LINE_PROSE is left 0."""
    tokens_max = len(utf8) // 2 + 2
    room = 2 * len(utf8) + 64
    lines_max = 8
    token_canonical = np.empty(tokens_max, np.int32)
    token_start = np.empty(tokens_max, np.int32)
    token_end = np.empty(tokens_max, np.int32)
    token_hash = np.empty(tokens_max, np.uint64)
    marks = np.empty((1, MARK_COLUMNS), np.int32)
    while True:
        canonical = np.empty(room, np.uint8)
        lines = np.empty((lines_max, LINE_COLUMNS), np.int32)
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
        if tokens == CANONICAL_FULL:
            room *= 4
        elif tokens == LINES_FULL:
            lines_max = tokens_max
        else:
            break
    return (
        canonical[:written],
        token_canonical[: tokens + 1],
        token_start[:tokens],
        token_end[:tokens],
        token_hash[:tokens],
        lines[:count],
    )
