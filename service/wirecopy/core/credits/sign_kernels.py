"""The signs around a candidate for a credit, as bytes of UTF-8: whether a label, a dateline or a name may stand there.

What stands there is judged by ASCII alone; where other signs stand, it may, and is for the reader of the text to say."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from wirecopy.core.jit import Array, Number, kernel

_BLOCK_BYTES = 64
NEWLINE, RETURN, COLON, COMMA, EQUALS, DASH = 0x0A, 0x0D, 0x3A, 0x2C, 0x3D, 0x2D
_TAB, SPACE, FULL_STOP, _SLASH = 0x09, 0x20, 0x2E, 0x2F
_GAP_CHARS_MAX = 16  # twin of credit_names.py


def signs_among(signs: str) -> npt.NDArray[np.bool_]:
    """Which of the 128 ASCII signs are among these; beyond ASCII all are, since only patterns can tell there."""
    table = np.ones(256, np.bool_)
    table[:128] = False
    table[[ord(sign) for sign in signs]] = True
    return table


SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "
_IN_GAP = signs_among(" \t:,\"'([*_>-@/|")
_QUOTE, _STAR, APOSTROPHE = 0x22, 0x2A, 0x27


@kernel
def byte_of(utf8: Array, wanted: Number, byte: Number, char: Number) -> Any:
    """Byte at which code point `wanted` begins. `byte`: any place, with `char` code points begun before it."""
    size = np.int64(len(utf8))
    while byte + _BLOCK_BYTES <= size:
        begun = 0
        for i in range(_BLOCK_BYTES):
            begun += (utf8[np.uint64(byte + i)] & 0xC0) != 0x80
        if char + begun > wanted:
            break
        byte += _BLOCK_BYTES
        char += begun
    while byte < size and (char < wanted or (utf8[byte] & 0xC0) == 0x80):
        char += (utf8[byte] & 0xC0) != 0x80
        byte += 1
    while char > wanted:
        byte -= 1
        char -= (utf8[byte] & 0xC0) != 0x80
    return byte


@kernel
def sign_at(utf8: Array, at: Number) -> Any:
    """The byte there; a line's end outside the text."""
    return utf8[at] if 0 <= at < len(utf8) else np.uint8(NEWLINE)


@kernel
def may_be_labelled(utf8: Array, end: Number) -> Any:
    """Whether a colon may stand behind a label that ends at byte `end`: after a few blanks, or wherever another than
    an ASCII sign stands."""
    for at in range(end, end + 5):
        sign = sign_at(utf8, at)
        if sign == COLON or sign >= 0x80:
            return True
        if sign != SPACE and sign != _TAB:
            break
    return False


@kernel
def _may_be_set_off(utf8: Array, end: Number, agency: Number) -> Any:
    """Whether a dash that ends a dateline may stand behind byte `end`; one hyphen alone sets off agencies only."""
    at = end
    blank = sign_at(utf8, at) == SPACE
    at += blank
    if at < len(utf8) and utf8[at] == NEWLINE:
        at += 1
        blank = False
    if at >= len(utf8):
        return False
    if utf8[at] >= 0x80:
        return True
    if utf8[at] != DASH:
        return False
    return sign_at(utf8, at + 1) == DASH or (agency and blank)


@kernel
def may_be_dateline(utf8: Array, start: Number, end: Number, agency: Number) -> Any:
    """Whether a name at bytes start … end may stand in a dateline without brackets, as far as ASCII tells: between
    slashes, at the head of its line before a dash or, an agency's, behind a dash or full stop. Beside other signs
    it may."""
    before, second, behind = sign_at(utf8, start - 1), sign_at(utf8, start - 2), sign_at(utf8, end)
    set_off = _may_be_set_off(utf8, end, agency)
    if agency:
        if before == _SLASH and behind == _SLASH:
            return True
        if set_off or behind >= 0x80 or behind in (FULL_STOP, COMMA, NEWLINE):
            if before >= 0x80 or before == DASH:
                return True
            if before == SPACE and (second >= 0x80 or second in (DASH, FULL_STOP)):
                return True
    if not set_off:
        return False
    at = start - 1
    while at >= 0 and (utf8[at] >= 0x80 or utf8[at] in (SPACE, _QUOTE, _STAR)):
        at -= 1
    return sign_at(utf8, at) == NEWLINE or start - at > BLANKS_LOOKED_AT


@kernel
def may_be_gap(utf8: Array, at: Number, end: Number) -> Any:
    """Whether bytes at … end may stand between a phrase and its name, as far as ASCII tells."""
    chars = 0
    while at < end:
        if not _IN_GAP[utf8[at]]:
            return False
        chars += (utf8[at] & 0xC0) != 0x80
        at += 1
    return chars <= _GAP_CHARS_MAX


BLANKS_LOOKED_AT = 80  # no more than the reader looks at: beyond, it may take the line for blank
