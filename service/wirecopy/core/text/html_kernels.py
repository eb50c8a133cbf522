"""The compiled loop of `html`: HTML code points in, shown code points and their offsets out."""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, inlined, kernel

TAG_SPACE, TAG_TAB, TAG_LINE = 1, 2, 3  # what an element's tags set apart with
TAG_SEPARATOR = 3  # mask of these
TAG_RAW_TEXT = 4  # its content is text up to its end tag
TAG_NOT_SHOWN = 8  # passed over up to its end tag, if there is one
TAG_KEEPS_SPACE = 16

_HASH_BASIS = np.uint64(0xCBF29CE484222325)
_HASH_PRIME = np.uint64(0x100000001B3)
_REFERENCE_NAME_CHARS_MAX = 32  # CounterClockwiseContourIntegral;
_SEPARATORS = np.array([0, 0x20, 0x09, 0x0A], dtype=np.uint32)
# Numeric references 0x80 … 0x9F mean Windows-1252 (WHATWG 13.2.5.80).
_WINDOWS_1252 = np.array(
    [ord(bytes([byte]).decode("cp1252", "ignore") or chr(byte)) for byte in range(0x80, 0xA0)],
    dtype=np.uint32,
)
_LT, _GT, _AMPERSAND, _SLASH, _EQUALS, _QUOTE, _APOSTROPHE = 0x3C, 0x3E, 0x26, 0x2F, 0x3D, 0x22, 0x27
_BANG, _QUESTION, _DASH, _HASH_SIGN, _SEMICOLON = 0x21, 0x3F, 0x2D, 0x23, 0x3B


@inlined
def _is_space(code: Number) -> Any:
    return code == 0x20 or (0x09 <= code <= 0x0D and code != 0x0B)


@inlined
def _is_letter(code: Number) -> Any:
    return 0x61 <= (code | 0x20) <= 0x7A


@inlined
def _lower(code: Number) -> Any:
    return code | 0x20 if 0x41 <= code <= 0x5A else code


@inlined
def _hashed(value: Number, code: Number) -> Any:
    return (value ^ np.uint64(code)) * _HASH_PRIME


@inlined
def _slot(hashes: Array, value: Number) -> Any:
    """Place of a hash in an open-addressing table with zeros as gaps, -1 where it is not in it."""
    mask = np.uint64(len(hashes) - 1)
    place = (value >> np.uint64(32)) & mask
    while hashes[place] != 0:
        if hashes[place] == value:
            return np.int64(place)
        place = (place + np.uint64(1)) & mask
    return np.int64(-1)


@kernel
def name_hash(codes: Array) -> Any:
    """The hash that tables of names are keyed by (FNV-1a over code points)."""
    value = _HASH_BASIS
    for code in codes:
        value = _hashed(value, code)
    return value


@kernel
def _tag_end(codes: Array, position: Number, lenient: Number) -> Any:
    """Index after the ">" of the tag whose name ends at `position`, -1 where it has none.

    A quote opens a value only right after "=", as in browsers; lenient: the first ">" ends the tag.
    """
    size = len(codes)
    while position < size:
        code = codes[position]
        position += 1
        if code == _GT:
            return position
        if code != _EQUALS or lenient:
            continue
        while position < size and _is_space(codes[position]):
            position += 1
        if position == size:
            return -1
        quote = codes[position]
        if quote in (_QUOTE, _APOSTROPHE):
            position += 1
            while position < size and codes[position] != quote:
                position += 1
            if position == size:
                return -1
            position += 1
        else:
            while position < size and codes[position] != _GT and not _is_space(codes[position]):
                position += 1
    return -1


@kernel
def _after_end_tag(codes: Array, name_start: Number, name_end: Number, position: Number) -> Any:
    """Index after the next end tag of the name at `name_start`, -1 where there is none."""
    size = len(codes)
    length = name_end - name_start
    while position + 2 + length <= size:
        if codes[position] != _LT or codes[position + 1] != _SLASH:
            position += 1
            continue
        position += 2
        same = 0
        while same < length and position + same < size:
            if _lower(codes[position + same]) != _lower(codes[name_start + same]):
                break
            same += 1
        if same < length:
            continue
        position += length
        if position < size and not (
            _is_space(codes[position]) or codes[position] == _SLASH or codes[position] == _GT
        ):
            continue
        while position < size and codes[position] != _GT:
            position += 1
        return min(position + 1, size)
    return -1


@kernel
def _after_markup(codes: Array, position: Number) -> Any:
    """Index after a comment, declaration or the like at `position`, the size where it is open, `position`
    if text.
    """
    size = len(codes)
    if position + 1 >= size:
        return position
    mark = codes[position + 1]
    if (
        mark == _BANG
        and position + 3 < size
        and codes[position + 2] == _DASH
        and codes[position + 3] == _DASH
    ):
        i = position + 2
        while i + 2 < size:
            if codes[i] == _DASH and codes[i + 1] == _DASH:
                if codes[i + 2] == _GT:
                    return i + 3
                if codes[i + 2] == _BANG and i + 3 < size and codes[i + 3] == _GT:
                    return i + 4
            i += 1
        return size
    if mark == _SLASH:
        if position + 2 >= size or _is_space(codes[position + 2]):
            return position
    elif mark != _BANG and mark != _QUESTION:
        return position
    i = position + 1
    while i < size and codes[i] != _GT:
        i += 1
    return min(i + 1, size)


@kernel
def _numeric_reference(codes: Array, position: Number) -> Any:
    """(code point, length) of `&#…` at `position`; length 0 where it is none."""
    size = len(codes)
    i = position + 2
    base = 10
    if i < size and (codes[i] | 0x20) == 0x78:
        base = 16
        i += 1
    digits_start = i
    value = np.int64(0)
    while i < size:
        code = codes[i]
        if 0x30 <= code <= 0x39:
            digit = np.int64(code) - 0x30
        elif base == 16 and 0x61 <= (code | 0x20) <= 0x66:
            digit = np.int64(code | 0x20) - 0x57
        else:
            break
        value = min(value * base + digit, np.int64(0x110000))
        i += 1
    if i == digits_start:
        return 0, 0
    if i < size and codes[i] == _SEMICOLON:
        i += 1
    if 0x80 <= value < 0xA0:
        value = np.int64(_WINDOWS_1252[value - 0x80])
    elif value == 0 or value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
        value = np.int64(0xFFFD)
    return value, i - position


@kernel
def _named_reference(codes: Array, position: Number, hashes: Array) -> Any:
    """(place in the table, length) of the longest name at `position`'s "&"; length 0 where there is none."""
    value = _HASH_BASIS
    found = np.int64(-1)
    length = 0
    i = position + 1
    last = min(len(codes), i + _REFERENCE_NAME_CHARS_MAX)
    while i < last:
        code = codes[i]
        if not (_is_letter(code) or 0x30 <= code <= 0x39 or code == _SEMICOLON):
            break
        value = _hashed(value, code)
        i += 1
        place = _slot(hashes, value)
        if place >= 0:
            found = place
            length = i - position
        if code == _SEMICOLON:
            break
    return found, length


@kernel
def html_text(
    codes: Array,
    keep_space: Number,
    tag_hashes: Array,
    tag_flags: Array,
    names: Array,
    firsts: Array,
    seconds: Array,
) -> Any:
    """(shown code points u32[m], their offsets i32[m], whether a tag broke a line) of HTML u32[n]; m ≤ n,
    one pass.

    tag_hashes, tag_flags: table of element names (`name_hash`) and what their tags do (TAG_…); names,
    firsts, seconds: table of reference names, semicolon included, and their one or two code points (0:
    none). `keep_space`: depth of elements that keep white space as it is. Never more than linear: what is
    found missing once is not looked for again.
    """
    size = len(codes)
    shown = np.empty(size, np.uint32)
    offsets = np.empty(size, np.int32)
    count = 0
    separator, separator_at = 0, 0
    lenient, broken = False, False
    unclosed = np.zeros(len(tag_hashes), np.bool_)
    i = 0
    while i < size:
        code = codes[i]
        if code == _LT:
            name_start = i + 2 if i + 1 < size and codes[i + 1] == _SLASH else i + 1
            if name_start >= size or not _is_letter(codes[name_start]):
                after = _after_markup(codes, i)
                if after > i:
                    i = after
                    continue
            else:
                value = _HASH_BASIS
                name_end = name_start
                while name_end < size and not (
                    _is_space(codes[name_end]) or codes[name_end] == _SLASH or codes[name_end] == _GT
                ):
                    value = _hashed(value, _lower(codes[name_end]))
                    name_end += 1
                after = _tag_end(codes, name_end, lenient)
                if after < 0 and not lenient:
                    lenient = True
                    after = _tag_end(codes, name_end, True)
                if after < 0:
                    break
                place = _slot(tag_hashes, value)
                if place < 0:
                    i = after
                    continue
                flags = tag_flags[place]
                opens = name_start == i + 1
                mark = flags & TAG_SEPARATOR
                if mark:
                    if separator == 0:
                        separator_at = i
                    separator = max(separator, mark)
                    broken |= mark == TAG_LINE
                    if flags & TAG_KEEPS_SPACE:
                        keep_space = max(0, keep_space + (1 if opens else -1))
                passes_over = opens and flags & (TAG_RAW_TEXT | TAG_NOT_SHOWN) and codes[after - 2] != _SLASH
                if passes_over and not unclosed[place]:
                    end = _after_end_tag(codes, name_start, name_end, after)
                    if end >= 0:
                        after = end
                    elif flags & TAG_RAW_TEXT:
                        break
                    else:
                        unclosed[place] = True
                i = after
                continue
        if keep_space == 0 and _is_space(code):
            if separator == 0:
                separator, separator_at = TAG_SPACE, i
            i += 1
            continue
        if separator:
            if count:
                shown[count] = _SEPARATORS[separator]
                offsets[count] = separator_at
                count += 1
            separator = 0
        offsets[count] = i
        if code == _AMPERSAND and i + 1 < size:
            if codes[i + 1] == _HASH_SIGN:
                point, length = _numeric_reference(codes, i)
                second = np.int64(0)
            else:
                place, length = _named_reference(codes, i, names)
                point = np.int64(firsts[place])
                second = np.int64(seconds[place])
            if length:
                shown[count] = point
                count += 1
                if second:
                    shown[count] = second
                    offsets[count] = i
                    count += 1
                i += length
                continue
        shown[count] = code
        count += 1
        i += 1
    return shown[:count].copy(), offsets[:count].copy(), broken
