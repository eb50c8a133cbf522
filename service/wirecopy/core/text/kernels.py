"""The compiled loops, all in one file: numba's cache does not track kernels imported from another file.

Each kernel is a loop over arrays without a decision of policy in it (ifs up, loops down) and has a plain
Python twin in the tests, which is its oracle. They release the GIL, allocate what they return, and are
compiled once into the cache (`warm_up` in wirecopy.core.warm compiles them all before readiness).

Non-obvious: `int(uint64)` stays uint64 under numba and mixes with int64 to float64, so every conversion is
spelled out (`np.int64(x)`); unsigned constants are module-level `np.uint64`."""

# ruff: noqa: ARG001 (an intrinsic is given the types of its arguments, and needs few of them)

from __future__ import annotations

import string
from typing import Any

import numba
import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic as _intrinsic

ir: Any = vars(cgutils)["ir"]  # llvmlite's, as numba itself uses it
intrinsic: Any = _intrinsic  # what it makes is called without the typing context that it is written with

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
_COPYRIGHT = 1000
_BARS_MIN = 4  # "News | Weather | Sports | Jobs | Contact": a bar of links, not a line of an article

_FNV_BASIS = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_ROLL = np.uint64(0x9E3779B97F4A7C15)
CANONICAL_FULL, LINES_FULL = -1, -2  # what `tokenise_into` says where an array is too small
_1, _2, _3, _4, _7, _8, _SHIFT_54 = (np.uint64(n) for n in (1, 2, 3, 4, 7, 8, 54))
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
_U64_MAX = np.uint64(0xFFFFFFFFFFFFFFFF)
_XXH_PRIME = np.uint64(0x9E3779B185EBCA87)
_XXH3_SECRET = np.array(  # the first 128 bytes of XXH3's default secret
    [
        0xBE4BA423396CFEB8,
        0x1CAD21F72C81017C,
        0xDB979083E96DD4DE,
        0x1F67B3B7A4A44072,
        0x78E5C0CC4EE679CB,
        0x2172FFCC7DD05A82,
        0x8E2443F7744608B8,
        0x4C263A81E69035E0,
        0xCB00C391BB52283C,
        0xA32E531B8B65D088,
        0x4EF90DA297486471,
        0xD8ACDEA946EF1938,
        0x3F349CE33F76FAA8,
        0x1D4F0BC7C7BBDCF9,
        0x3159B4CD4BE0518A,
        0x647378D9C97E9FC8,
    ],
    np.uint64,
)
MARK_HEADING, MARK_PARAGRAPH = 1, 2  # what `starts_with_any` says of a line
_PSEUDO_WORD_CHARS_MAX = 5  # a longer run of unspaced script is cut here at the latest


@numba.njit(nogil=True, cache=True, inline="always")
def _mixed(value):  # type: ignore[no-untyped-def]
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    value = (value ^ (value >> np.uint64(30))) * _MIX_1
    value = (value ^ (value >> np.uint64(27))) * _MIX_2
    return value ^ (value >> np.uint64(31))


@numba.njit(nogil=True, cache=True, inline="always")
def _put_utf8(out, written, sign):  # type: ignore[no-untyped-def]
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


@intrinsic
def _read_u64(typing, data, at):  # type: ignore[no-untyped-def]
    """Eight bytes of an array of bytes from index `at` on, little endian, in one load.

    A function of the array would count its owners up and down at every call: twice an atomic operation."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = builder.gep(array.data, [arguments[1]])
        return builder.load(builder.bitcast(byte, ir.IntType(64).as_pointer()), align=1)

    return types.uint64(data, types.uint64), generate


@intrinsic
def _write_u64(typing, data, at, value):  # type: ignore[no-untyped-def]
    """Writes eight bytes into an array of bytes from index `at` on, little endian."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = builder.gep(array.data, [arguments[1]])
        builder.store(arguments[2], builder.bitcast(byte, ir.IntType(64).as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(data, types.uint64, types.uint64), generate


@intrinsic
def _zeros_below(typing, value):  # type: ignore[no-untyped-def]
    """How many bits below the lowest that is set; 64 where none is."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), generate


@numba.njit(nogil=True, cache=True, inline="always")
def _ascii_run(eight):  # type: ignore[no-untyped-def]
    """Of eight bytes, little endian: (them with ASCII letters made small, how many of them from the lowest on are
    ASCII letters or digits, how many of those digits). The others come out changed."""
    small = eight | _EACH * np.uint64(0x20)
    seven, small_seven = eight & _EACH * np.uint64(0x7F), small & _EACH * np.uint64(0x7F)
    # a byte's highest bit: at least "0" and not above "9"; at least "a" and not above "z"
    figures = (seven + _EACH * np.uint64(0x80 - 0x30)) & ~(seven + _EACH * np.uint64(0x80 - 0x3A))
    letters = (small_seven + _EACH * np.uint64(0x80 - 0x61)) & ~(small_seven + _EACH * np.uint64(0x80 - 0x7B))
    others = (~(figures | letters) | eight) & _EACH * np.uint64(0x80)
    run = _zeros_below(others) >> _3
    before = (others & (~others + _1)) - _1
    return small, run, ((figures & before & _EACH * np.uint64(0x80)) >> _7) * _EACH >> np.uint64(56)


@numba.njit(nogil=True, cache=True, inline="always")
def _closing_sort(code_point):  # type: ignore[no-untyped-def]
    """Which of the closing brackets of CLOSING_SIGNS it is, −1 for none."""
    if code_point == 0x29:
        return 0
    if code_point == 0xFF09:
        return 1
    if code_point == 0x3011:
        return 2
    return 3 if code_point == 0x5D else -1


@numba.njit(nogil=True, cache=True)
def tokenise_into(  # type: ignore[no-untyped-def]
    utf8,
    table,
    canonical,
    token_canonical,
    token_start,
    token_end,
    token_hash,
    lines,
    marks,
):
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
    i = tokens = line = written = np.uint64(0)
    char = last_end = line_char = line_end = np.int64(0)
    letters = digits = punctuation = bars = newlines = np.int64(0)
    line_token = line_lower = line_blank = unspaced_chars = np.int64(0)
    in_token = line_open = may_lack_spaces = False
    last_class = np.int32(0)
    digest = _FNV_BASIS
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
        if in_token and kind != DROPPED and not (begins and (kind == UNSPACED) == (unspaced_chars > 0)):
            canonical[written] = 32
            written += _1
            token_end[tokens] = last_end
            token_hash[tokens] = _mixed(digest)
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
            if not in_token:
                in_token = True
                unspaced_chars = np.int64(0)
                token_start[tokens] = char
                token_canonical[tokens] = written
                digest = _FNV_BASIS
            last_class = flags
            if letter != 0:
                first = i
                run = _8
                while run == _8 and i + _8 <= size:
                    signs, run, figures = _ascii_run(_read_u64(utf8, i))
                    _write_u64(canonical, written, signs)  # what is beyond the run is written over
                    for j in range(8):  # all eight: no branch depends on where the word ends
                        longer = (digest ^ (signs & _LOW_BYTE)) * _FNV_PRIME
                        digest = longer if np.uint64(j) < run else digest
                        signs >>= _8
                    digits += np.int64(figures)
                    written += run
                    i += run
                if run == _8:  # the text's last bytes
                    letter = _ASCII_WORDS[utf8[i]] if i < size else np.uint8(0)
                    while letter != 0:
                        digest = (digest ^ np.uint64(letter)) * _FNV_PRIME
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
                    token_hash[tokens] = _mixed(digest)
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
                digest = (digest ^ np.uint64(sign)) * _FNV_PRIME
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
                    token_hash[tokens] = _mixed(digest)
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
                bars += _COPYRIGHT
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


@numba.njit(nogil=True, cache=True)
def tokenise(utf8, table):  # type: ignore[no-untyped-def]
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


@numba.njit(nogil=True, cache=True)
def read_text(  # type: ignore[no-untyped-def]
    utf8,
    table,
    prose_by,
    canonical,
    token_canonical,
    token_start,
    token_end,
    token_hash,
    lines,
    marks,
):
    """`tokenise_into`, then `mark_prose` by the six limits of prose_by i64[6]: a text's way in is one
    call."""
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
            lines[:count], prose_by[0], prose_by[1], prose_by[2], prose_by[3], prose_by[4], prose_by[5]
        )
    return tokens, written, count


@numba.njit(nogil=True, cache=True)
def mark_prose(  # type: ignore[no-untyped-def]
    lines,
    ending_tokens_min,
    tokens_min,
    long_tokens_min,
    wrapped_chars_min,
    wrapped_chars_max,
    wrapped_percent_min,
):
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


@numba.njit(nogil=True, cache=True)
def title_line(lines, token_hash, title, extra_tokens_max, prose_lines_ahead, step_back_lines):  # type: ignore[no-untyped-def]
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


@numba.njit(nogil=True, cache=True, inline="always")
def _closes(lines, i):  # type: ignore[no-untyped-def]
    """Whether a line is a page's foot: a dated copyright notice, or a bar of links."""
    bars = lines[i, LINE_BARS]
    if bars >= _COPYRIGHT:
        return lines[i, LINE_DIGITS] >= 4
    return bars >= _BARS_MIN and not lines[i, LINE_PROSE]


@numba.njit(nogil=True, cache=True)
def mark_title_block(  # type: ignore[no-untyped-def]
    lines,
    title_at,
    skipped_lines_max,
    line_tokens_min,
    lines_between_max,
    wrapped_chars_max,
    block_tokens_min,
    ending_percent_min,
):
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


@numba.njit(nogil=True, cache=True)
def prose_run(lines, first, gap_lines_max, gap_tokens_max):  # type: ignore[no-untyped-def]
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


@numba.njit(nogil=True, cache=True)
def largest_prose_run(lines, gap_lines_max, gap_tokens_max):  # type: ignore[no-untyped-def]
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


@numba.njit(nogil=True, cache=True)
def starts_with_any(lines, token_hash, start, end, heads, head_starts, line_tokens_max, out):  # type: ignore[no-untyped-def]
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


@numba.njit(nogil=True, cache=True)
def find_title(lines, token_hash, titles, part_starts, table, by):  # type: ignore[no-untyped-def]
    """Finds the title's line and marks the block under it as prose: (its line or −1, number of the part that
    names the story or −1, that part's XXH3-64 or 0).

    titles u8[n]: UTF-8 of the title whole and then its parts, a line each; part_starts i32[p]: code points at
    which they begin. The first part that a line shows is the title's. The story's name is the first part (the
    whole, where it has no parts) of more than title_tokens_min tokens; its hash is over canonical text, 0
    where `_xxh3_64` cannot say. by i64[10]: limits, in the order of the unpacking."""
    title_tokens_min, extra_tokens_max, prose_lines_ahead, step_back_lines = by[0], by[1], by[2], by[3]
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
        if last - first >= title_tokens_min:
            if (part > 0 or parts == 1) and named < 0 and last - first > title_tokens_min:
                named = part
                start = token_canonical[first]
                digest = _xxh3_64(canonical, np.uint64(start), np.uint64(token_canonical[last] - start))
            if title_at < 0:
                title_at = title_line(
                    lines,
                    token_hash,
                    title_hash[first:last],
                    extra_tokens_max,
                    prose_lines_ahead,
                    step_back_lines,
                )
        first = last
    if title_at >= 0:
        mark_title_block(lines, title_at, by[4], by[5], by[6], by[7], by[8], by[9])
    return title_at, named, digest


@numba.njit(nogil=True, cache=True)
def closing_line(lines, start, end, marks, opens, least_tokens, percent, always_tokens):  # type: ignore[no-untyped-def]
    """The first line of [start, end) with a mark (`starts_with_any`) at which the article ends: (line or
    `end`, True).

    Only past some prose: min(percent of [start, end)'s, always_tokens), at least least_tokens. A paragraph
    ends it where opens u8[l] says so; where opens is empty, nobody has looked yet: (that line, False)."""
    whole = 0
    any_marked = False
    for i in range(start, end):
        any_marked |= marks[i] != 0
        if lines[i, LINE_PROSE] == 1:
            whole += lines[i, LINE_TOKEN_END] - lines[i, LINE_TOKEN_START]
    if not any_marked:
        return end, True
    least = max(least_tokens, min(whole * percent // 100, always_tokens))
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


@numba.njit(nogil=True, cache=True)
def main_region(lines, token_hash, title_at, heads, head_starts, marks, opens, by):  # type: ignore[no-untyped-def]
    """Token range of the article proper: (start, end, True); the whole text where it has no prose at all, and
    where it is short and most of it none (a table, given without its page).

    From below the title on, or else the largest run of prose; it ends where a closing head stands. marks u8[l]
    is filled. (−1, −1, False): opens, u8[l], is wanted (`closing_line`). by i64[7]: limits, in the order of
    the unpacking."""
    gap_lines_max, gap_tokens_max, least, percent, always, heading_tokens_max, scant_tokens_max = (
        by[0],
        by[1],
        by[2],
        by[3],
        by[4],
        by[5],
        by[6],
    )
    count = len(lines)
    starts_with_any(lines, token_hash, 0, count, heads, head_starts, heading_tokens_max, marks)
    start, end, size = -1, -1, 0
    if title_at >= 0:
        start, end, size = prose_run(lines, title_at + 1, gap_lines_max, gap_tokens_max)
    if size == 0:
        closing, known = closing_line(lines, 0, count, marks, opens, least, percent, always)
        if not known:
            return -1, -1, False
        start, end, size = largest_prose_run(lines[:closing], gap_lines_max, gap_tokens_max)
        if 2 * size < len(token_hash) and len(token_hash) <= scant_tokens_max:
            size = 0
    if size == 0:
        return 0, len(token_hash), True
    end, known = closing_line(lines, start, end, marks, opens, least, percent, always)
    if not known:
        return -1, -1, False
    return np.int64(lines[start, LINE_TOKEN_START]), np.int64(lines[end - 1, LINE_TOKEN_END]), True


@numba.njit(nogil=True, cache=True)
def _winnow_into(token_hash, shingle_tokens, window, selection, picks):  # type: ignore[no-untyped-def]
    """`winnow` into arrays of the caller, each for one entry more than tokens: how many picks."""
    shingles = len(token_hash) - shingle_tokens + 1
    if shingles <= 0:
        return 0
    leaving = np.uint64(1)  # what the first token of a shingle was multiplied by
    value = np.uint64(0)
    for j in range(shingle_tokens):
        value = value * _ROLL + token_hash[j]
        leaving *= _ROLL
    selection[0] = _mixed(value)
    for i in range(1, shingles):
        value = value * _ROLL + token_hash[i + shingle_tokens - 1] - leaving * token_hash[i - 1]
        selection[i] = _mixed(value)
    # The minimum of a window is that of a block's end and the next block's beginning (van Herk 1992, Gil and Werman
    # 1993): no branch depends on the hashes, which no processor can guess.
    width = min(window, shingles)
    end_least = np.empty(width + 1, np.int64)  # of a block's entries from j on, the rightmost least one
    end_value = np.empty(width + 1, np.uint64)
    end_value[:] = _U64_MAX
    end_least[:] = -1
    count = 0
    last = np.int64(-1)
    for block in range(0, shingles, width):
        block_end = min(block + width, shingles)
        value = _U64_MAX
        least = np.int64(block)
        for i in range(block, block_end):
            smaller = selection[i] <= value
            value = selection[i] if smaller else value
            least = i if smaller else least
            beside = end_least[i - block + 1]
            pick = least if value <= end_value[i - block + 1] else beside
            picks[count] = pick
            count += 1 if pick != last and i + 1 >= width else 0
            last = pick if i + 1 >= width else last
        if block_end - block < width:
            break
        value = _U64_MAX
        least = np.int64(block_end - 1)
        for i in range(block_end - 1, block - 1, -1):
            smaller = selection[i] < value
            value = selection[i] if smaller else value
            least = i if smaller else least
            end_value[i - block] = value
            end_least[i - block] = least
    return count


@numba.njit(nogil=True, cache=True)
def winnow(token_hash, shingle_tokens, window):  # type: ignore[no-untyped-def]
    """Positions i32[m] of picked shingles: the rightmost minimum of every window (Schleimer, Wilkerson, Aiken
    2003).

    Any run of window + shingle_tokens − 1 tokens holds a whole window, so its picked shingle is the same
    wherever the run stands. A text shorter than one window gives one pick; one shorter than a shingle gives
    none."""
    picks = np.empty(len(token_hash) + 1, np.int32)
    count = _winnow_into(token_hash, shingle_tokens, window, np.empty(len(token_hash), np.uint64), picks)
    return picks[:count]


@numba.njit(nogil=True, cache=True)
def samples(  # type: ignore[no-untyped-def]
    lines,
    token_hash,
    canonical,
    token_canonical,
    main_start,
    main_end,
    shingle_tokens,
    window,
    ids,
    positions,
    kept,
):
    """Picks that touch a line of prose or of the main region, and these lines: (samples, lines, whether an id
    is missing).

    Into ids u64, positions i32 (for each token an entry) and kept i32[≥ l, 5]: token start and end, start and
    end in code points, 1 where prose. An id is XXH3-64 of the shingle's canonical text, 0 where `_xxh3_64`
    cannot say."""
    count = len(lines)
    kept_lines = 0
    for i in range(count):
        prose = lines[i, LINE_PROSE] == 1
        if prose or (lines[i, LINE_TOKEN_START] >= main_start and lines[i, LINE_TOKEN_END] <= main_end):
            kept[kept_lines, 0] = lines[i, LINE_TOKEN_START]
            kept[kept_lines, 1] = lines[i, LINE_TOKEN_END]
            kept[kept_lines, 2] = lines[i, LINE_CHAR_START]
            kept[kept_lines, 3] = lines[i, LINE_CHAR_END]
            kept[kept_lines, 4] = 1 if prose else 0
            kept_lines += 1
    picks = _winnow_into(token_hash, shingle_tokens, window, ids, positions)
    written = 0
    line = 0
    missing = False
    for i in range(picks):
        at = positions[i]
        while line < kept_lines and kept[line, 1] <= at:
            line += 1
        if line == kept_lines:
            break
        if kept[line, 0] >= at + shingle_tokens:
            continue
        start = token_canonical[at]
        size = token_canonical[at + shingle_tokens] - 1 - start
        positions[written] = at
        ids[written] = _xxh3_64(canonical, np.uint64(start), np.uint64(size))
        missing |= ids[written] == 0
        written += 1
    return written, kept_lines, missing


@numba.njit(nogil=True, cache=True)
def sketch_text(  # type: ignore[no-untyped-def]
    lines,
    token_hash,
    canonical,
    token_canonical,
    titles,
    part_starts,
    table,
    heads,
    head_starts,
    marks,
    opens,
    by,
    ids,
    positions,
    kept,
):
    """`find_title`, `main_region` and `samples` in one call: (title's line, number of the naming part, its
    hash, region's start, its end, samples, lines, whether an id is missing). Start is −1 where opens is
    wanted: call the latter two.

    by i64[19]: ten limits of the first, seven of the second, tokens of a shingle, window.
    """
    title_at, named, digest = find_title(lines, token_hash, titles, part_starts, table, by[:10])
    start, end, known = main_region(lines, token_hash, title_at, heads, head_starts, marks, opens, by[10:17])
    if not known:
        return title_at, named, digest, -1, -1, 0, 0, False
    count, kept_lines, missing = samples(
        lines, token_hash, canonical, token_canonical, start, end, by[17], by[18], ids, positions, kept
    )
    return title_at, named, digest, start, end, count, kept_lines, missing


# ---- XXH3-64 of short texts: a call of the xxhash package costs ten times the hash of a shingle
@numba.njit(nogil=True, cache=True, inline="always")
def _multiplied_and_folded(a, b):  # type: ignore[no-untyped-def]
    """The 128-bit product's halves, exclusive or."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    a_low, a_high, b_low, b_high = a & low, a >> shift, b & low, b >> shift
    middle = a_high * b_low + ((a_low * b_low) >> shift)
    other = a_low * b_high + (middle & low)
    return (a_high * b_high + (middle >> shift) + (other >> shift)) ^ (a * b)


@numba.njit(nogil=True, cache=True, inline="always")
def _mix_16(data, at, secret):  # type: ignore[no-untyped-def]
    return _multiplied_and_folded(
        _read_u64(data, at) ^ _XXH3_SECRET[secret], _read_u64(data, at + _8) ^ _XXH3_SECRET[secret + 1]
    )


@numba.njit(nogil=True, cache=True)
def _xxh3_64(data, start, size):  # type: ignore[no-untyped-def]
    """XXH3-64, seed 0, of data[start : start + size] for sizes of 9 to 128 (xxhash specification, 0.8.2);
    else 0."""
    if size < np.uint64(9) or size > np.uint64(128):
        return np.uint64(0)
    end = start + size
    if size <= np.uint64(16):
        low = _read_u64(data, start) ^ _XXH3_SECRET[3] ^ _XXH3_SECRET[4]
        high = _read_u64(data, end - _8) ^ _XXH3_SECRET[5] ^ _XXH3_SECRET[6]
        swapped = np.uint64(0)
        for i in range(8):
            shift = np.uint64(8 * i)
            swapped |= ((low >> shift) & np.uint64(0xFF)) << (np.uint64(56) - shift)
        value = size + swapped + high + _multiplied_and_folded(low, high)
    else:
        value = size * _XXH_PRIME
        rounds = (np.int64(size) - 1) // 32
        for i in range(rounds, -1, -1):
            step = np.uint64(16 * i)
            value += _mix_16(data, start + step, 4 * i)
            value += _mix_16(data, end - np.uint64(16) - step, 4 * i + 2)
    value = (value ^ (value >> np.uint64(37))) * np.uint64(0x165667919E3779F9)
    return value ^ (value >> np.uint64(32))


@numba.njit(nogil=True, cache=True, inline="always")
def _put_varint(out, written, number):  # type: ignore[no-untyped-def]
    """Writes unsigned LEB128 (DWARF 5, §7.6) of an i64 that is not negative: the place behind it."""
    value = np.uint64(number)
    while value >= np.uint64(128):
        out[written] = np.uint8(value & np.uint64(127)) | np.uint8(128)
        value >>= np.uint64(7)
        written += 1
    out[written] = np.uint8(value)
    return written + 1


@numba.njit(nogil=True, cache=True)
def write_record(numbers, positions, lines, out):  # type: ignore[no-untyped-def]
    """The number stream of a record (record.py): how many bytes of out u8 it takes, −1 where out is too small
    for any such.

    numbers i64[n]; then positions i32[p] as steps; then lines i32[l, 5], four numbers each: tokens since the
    last line's end, tokens (doubled, plus the prose bit), code points since the last line's end, code points.
    """
    if len(out) < 10 * (len(numbers) + len(positions) + 4 * len(lines)):
        return -1
    written = 0
    for i in range(len(numbers)):
        written = _put_varint(out, written, numbers[i])
    last = np.int64(0)
    for i in range(len(positions)):
        written = _put_varint(out, written, np.int64(positions[i]) - last)
        last = np.int64(positions[i])
    token = np.int64(0)
    char = np.int64(0)
    for i in range(len(lines)):
        token_start, token_end = np.int64(lines[i, 0]), np.int64(lines[i, 1])
        char_start, char_end = np.int64(lines[i, 2]), np.int64(lines[i, 3])
        assert token <= token_start <= token_end, "lines must ascend and not overlap"
        assert char <= char_start <= char_end, "lines must ascend and not overlap"
        written = _put_varint(out, written, token_start - token)
        written = _put_varint(out, written, (token_end - token_start) * 2 + np.int64(lines[i, 4]))
        written = _put_varint(out, written, char_start - char)
        written = _put_varint(out, written, char_end - char_start)
        token, char = token_end, char_end
    return written


# What `read_record` says beside the place it came to.
RECORD_READ, RECORD_ENDS_EARLY, RECORD_NUMBER_CUT, RECORD_COUNT, RECORD_POSITIONS, RECORD_LINES = range(6)
RECORD_NUMBERS = 11  # of every record; those of credits and the strings' lengths follow


@numba.njit(nogil=True, cache=True)
def read_record(data, credits_max, tokens_max, chars_max, numbers, positions, lines):  # type: ignore[no-untyped-def]
    """Reads the number stream that `write_record` wrote, trusting nothing: (what is wrong or RECORD_READ,
    bytes read, where among them the lines begin).

    data u8[n]. Into numbers i64[≥ 11 + 5 c + 6 + 2 c] (the 11, five a credit, the strings' lengths),
    positions i32[≥ n] and lines i32[≥ n // 4, 5]. Of the 11: tokens is the fifth, the main region's start and
    size follow; the last three are the counts of positions, lines and credits.

    A number is cut where data ends early or the number exceeds 2**56. Its loop stands here three times: as a
    function, inlined or not, it takes four times as long."""
    size = len(data)
    at = 0
    wanted = RECORD_NUMBERS
    n = 0
    while n < wanted:
        value = np.int64(0)
        shift = np.int64(0)
        while True:
            if at >= size or shift > 49:
                return RECORD_NUMBER_CUT, 0, 0
            byte = np.int64(data[at])
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
        numbers[n] = value
        n += 1
        if n == RECORD_NUMBERS:
            tokens, credits_ = numbers[4], numbers[10]
            if credits_ > credits_max or tokens > tokens_max or numbers[5] + numbers[6] > tokens:
                return RECORD_COUNT, 0, 0
            wanted += 7 * credits_ + 6
    count, lines_count = numbers[8], numbers[9]
    if count > size - at or 4 * lines_count > size - at:
        return RECORD_ENDS_EARLY, 0, 0
    position = np.int64(0)
    for i in range(count):
        value = np.int64(0)
        shift = np.int64(0)
        while True:
            if at >= size or shift > 49:
                return RECORD_NUMBER_CUT, 0, 0
            byte = np.int64(data[at])
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
        position += value
        if position >= tokens or (i > 0 and value == 0):
            return RECORD_POSITIONS, 0, 0
        positions[i] = position
    lines_at = at
    token = np.int64(0)
    char = np.int64(0)
    four = np.zeros(4, np.int64)
    for i in range(lines_count):
        for n in range(4):
            value = np.int64(0)
            shift = np.int64(0)
            while True:
                if at >= size or shift > 49:
                    return RECORD_NUMBER_CUT, 0, 0
                byte = np.int64(data[at])
                at += 1
                value |= (byte & 127) << shift
                if byte < 128:
                    break
                shift += 7
            four[n] = value
        lines[i, 0] = token + four[0]
        token += four[0] + (four[1] >> 1)
        lines[i, 1] = token
        lines[i, 2] = char + four[2]
        char += four[2] + four[3]
        lines[i, 3] = char
        lines[i, 4] = four[1] & 1
        if token > tokens or char > chars_max:
            return RECORD_LINES, 0, 0
    return RECORD_READ, at, lines_at
