"""Brackets that may hold the name of a dateline or of a sign-off, by the signs around them."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.credits.sign_kernels import (
    BLANKS_LOOKED_AT,
    COLON,
    COMMA,
    DASH,
    EQUALS,
    NEWLINE,
    RETURN,
    SPACES,
    signs_among,
)
from wirecopy.core.jit import Array, Number, inlined, kernel
from wirecopy.core.text.kernels import MARK_BYTE, MARK_CHAR, MARK_SORT

# ---- brackets
BRACKET_OPENED, BRACKET_CLOSED = 0, 1  # columns of what `bracket_candidates` finds
_IS_SPACE = signs_among(SPACES)
_IN_LINE_END = signs_among(" \t.,;:!?)]}\"'|>*_-")
_ENDS_SENTENCE = signs_among('.!?")')
_BEGINS_NAME = signs_among(SPACES + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LINE_END_CHARS_MAX = 24
_DASH_CHARS_MAX = 5  # behind brackets: "(dpa). —"
_SHORT_BYTES_MAX = 24  # "(PTI)", "(Associated Press)": behind a date such brackets need no dash


@inlined
def _char_before(utf8: Array, at: Number) -> Any:
    """Index of the first byte of the code point that ends before byte `at`."""
    at -= 1
    while at > 0 and (utf8[at] & 0xC0) == 0x80:
        at -= 1
    return at


@kernel
def _opening(utf8: Array, at: Number, sign: Array, chars_max: Number) -> Any:
    """(byte, code points before `at`) of the nearest opening bracket before byte `at`, (−1, 0) where too far.

    sign: a row of the brackets of `bracket_candidates`, its columns 3 … 5 those of the opening one."""
    chars = 0
    while at > 0 and chars < chars_max:
        at = _char_before(utf8, at)
        chars += 1
        if utf8[at] == sign[3] and (sign[3] < 0x80 or (utf8[at + 1] == sign[4] and utf8[at + 2] == sign[5])):
            return at, chars
    return -1, 0


@kernel
def _may_end_line(utf8: Array, at: Number) -> Any:
    """Whether from byte `at` only signs may stand up to the line's end, and whether all those are ASCII."""
    plain = True
    chars = 0
    while at < len(utf8):
        sign = utf8[at]
        if sign in (NEWLINE, RETURN):
            return True, plain
        if chars == _LINE_END_CHARS_MAX or not _IN_LINE_END[sign]:
            return False, False
        chars += (sign & 0xC0) != 0x80
        plain &= sign < 0x80
        at += 1
        while at < len(utf8) and (utf8[at] & 0xC0) == 0x80:
            at += 1
    return True, plain


@kernel
def _may_follow_sentence(utf8: Array, opened: Number) -> Any:
    """Whether a sentence or nothing but blanks of the line may stand before byte `opened`."""
    at = opened
    for _ in range(3):
        if at == 0:
            return True
        at = _char_before(utf8, at)
        if utf8[at] >= 0x80 or _ENDS_SENTENCE[utf8[at]]:
            return True
        if not _IS_SPACE[utf8[at]] or utf8[at] == NEWLINE:
            break
    while _IS_SPACE[utf8[at]] and utf8[at] != NEWLINE:  # all blank up to the line's start?
        if at == 0 or utf8[at] >= 0x80 or opened - at > BLANKS_LOOKED_AT:
            return True
        at -= 1
    return utf8[at] == NEWLINE


@kernel
def _may_follow_place(
    utf8: Array, opened: Number, closed_end: Number, named: Number, place_chars_max: Number
) -> Any:
    """Whether brackets at byte `opened`, with `closed_end` behind them, may stand in a dateline: near the head of
    their line, and behind capitals or before a dash. `named`: what they hold may do without."""
    start = opened
    blank = True
    chars = 0
    while start > 0 and utf8[start - 1] != NEWLINE:
        start = _char_before(utf8, start)
        blank &= _IS_SPACE[utf8[start]]
        chars += 1
        if chars > place_chars_max:
            if not blank:
                return False
            break  # for the reader to say
    if named or blank:
        return True
    at = closed_end
    for _ in range(_DASH_CHARS_MAX):
        if at >= len(utf8):
            break
        if utf8[at] >= 0x80 or utf8[at] == DASH or utf8[at] == EQUALS:
            return True
        at += 1
    at = start
    while at < opened and utf8[at] < 0x80 and utf8[at] != COMMA and not 0x30 <= utf8[at] <= 0x39:
        if 0x61 <= utf8[at] <= 0x7A:
            return False
        at += 1
    return True


@kernel
def bracket_candidates(
    utf8: Array, closings: Array, brackets: Array, enclosed_chars_max: Number, place_chars_max: Number
) -> Any:
    """Brackets that may hold a dateline's or a sign-off's name: i32[n, 2], code points of the opening and of the
    closing one. What stands around them is judged by ASCII alone; where other signs stand, it may.

    closings i32[c, MARK_COLUMNS] as the tokeniser notes them; brackets u8[k, 6]: UTF-8 of closing and opening by
    sort, filled up with zeros. Those of other sorts are passed over.
    """
    rows = np.empty((len(closings), 2), np.int32)
    found = 0
    for i in range(len(closings)):
        sort, closed = closings[i, MARK_SORT], closings[i, MARK_BYTE]
        if sort >= len(brackets):
            continue
        opened, distance = _opening(utf8, closed, brackets[sort], enclosed_chars_max)
        if distance < 3:
            continue
        wide = utf8[closed] >= 0x80
        inside = opened + (3 if wide else 1)
        closed_end = closed + (3 if wide else 1)
        if not _BEGINS_NAME[utf8[inside]]:
            continue
        named = wide or closed - inside <= _SHORT_BYTES_MAX
        plain = True
        for at in range(inside, closed):
            plain &= utf8[at] != NEWLINE and utf8[at] != COLON
            named |= utf8[at] == EQUALS
        if not plain:
            continue
        may_end, surely = _may_end_line(utf8, closed_end)
        if (may_end and _may_follow_sentence(utf8, opened)) or (
            (named or not surely) and _may_follow_place(utf8, opened, closed_end, named, place_chars_max)
        ):
            rows[found, BRACKET_OPENED] = closings[i, MARK_CHAR] - distance
            rows[found, BRACKET_CLOSED] = closings[i, MARK_CHAR]
            found += 1
    return rows[:found]
