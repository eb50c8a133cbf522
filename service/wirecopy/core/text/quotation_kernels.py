"""The compiled search for quoted words: UTF-8 text and its tokens → token ranges that the text gives as somebody else's words.

Two state machines run side by side over one pass of the bytes: double marks of every kind, and single marks, which are
apostrophes far more often. What opens a quotation says what may close it („ by “ or ”, « by », » by « or »), so languages
that use one sign in opposite roles need no language to be known. Lines add what carries no marks: a quoted line (`>`), a
tweet, a speaker's line of a transcript, the paragraph that a colon announces.

Laws, each tested: an apostrophe inside a word is no mark; a mark between two letters of a spaced script is none either
(Hebrew and Arabic abbreviations); an open quotation goes on over paragraphs only if it is closed before the next one is
opened, else it ends with its paragraph; a mark that opens anew inside a quotation of the same marks nests, where the
paragraph closes both; what is open for longer than a statement is was never closed; fewer than `least` tokens are a name or
a word in doubt, not a statement.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, kernel
from wirecopy.core.text.byte_kernels import sign_at

# Limits, in the order of an i64 array.
(
    BY_TOKENS_MIN,  # fewer quoted tokens are a name or a word in doubt
    BY_TOKENS_MAX,  # a quotation over several paragraphs is closed so soon, or it is none
    BY_SINGLE_TOKENS_MAX,  # between single marks of which the closing one may be an apostrophe
    BY_SPEAKER_CHARS_MAX,  # "DR. JOHN SMITH, HOST:" at the start of a line
    BY_SPEAKER_LINES_MIN,  # such lines make a transcript; one is a dateline
    BY_FRAME_TOKENS_MIN,  # of a line that ends in a colon and announces what follows
    BY_FIELDS,
) = range(7)
# A line: first byte, end, first token, end, whether it names an account in brackets, whether it holds a tweet's address.
ROW_BYTE, ROW_BYTE_END, ROW_TOKEN, ROW_TOKEN_END, ROW_ACCOUNT, ROW_LINKED, ROW_COLUMNS = range(7)

_STRAIGHT, _LEFT, _RIGHT, _LOW = 0x22, 0x201C, 0x201D, 0x201E
_LEFT_GUILLEMET, _RIGHT_GUILLEMET = 0xAB, 0xBB
_APOSTROPHE, _SINGLE_LEFT, _SINGLE_RIGHT, _SINGLE_LOW = 0x27, 0x2018, 0x2019, 0x201A
_FULL_STRAIGHT, _HIGH = 0xFF02, 0x201F
_NEWLINE = 0x0A

# What a byte may begin that matters here: 0 nothing, 1 a sign of ASCII, 2 the first byte of a longer sign, 3 its rest.
_CLASSES = np.zeros(256, np.uint8)
_CLASSES[[_STRAIGHT, _APOSTROPHE, _NEWLINE, 0x2F, 0x40, 0x60]] = 1
_CLASSES[0x80:0xC0] = 3
_CLASSES[0xC0:] = 2


@kernel
def _sign_before(utf8: Array, at: Number) -> Any:
    """The code point that ends before a byte; a line feed at the text's start."""
    at -= 1
    while at > 0 and utf8[at] & 0xC0 == 0x80:
        at -= 1
    return sign_at(utf8, at) if at >= 0 else np.int64(_NEWLINE)


@kernel
def _is_space(sign: Number) -> Any:
    return sign <= 0x20 or sign == 0xA0 or 0x2000 <= sign <= 0x200B or sign == 0x202F or sign == 0x3000


@kernel
def _is_word(sign: Number) -> Any:
    """Whether a sign is of a word: near enough, since only what stands beside a mark is asked."""
    if sign < 0x80:
        return 0x30 <= sign <= 0x39 or 0x41 <= sign <= 0x5A or 0x61 <= sign <= 0x7A
    if sign < 0xC0:
        return sign == 0xAA or sign == 0xB5 or sign == 0xBA
    if 0x2000 <= sign < 0x2100 or 0x3000 <= sign < 0x3040 or 0xFF00 <= sign < 0xFF10:
        return False
    return sign not in (0x60C, 0x61B, 0x61F, 0x6D4, 0x964, 0x965)


@kernel
def _unspaced(sign: Number) -> Any:
    """Whether a sign is of a script that sets marks without blanks around them."""
    return (
        0x2E80 <= sign < 0xAC00
        or 0xF900 <= sign < 0xFB00
        or 0xFF00 <= sign < 0xFFF0
        or 0xE00 <= sign < 0x1100
    )


@kernel
def _opens_double(sign: Number, before: Number, after: Number) -> Any:
    """Whether a mark of the double family may open a quotation where none is open."""
    if sign in (_LOW, _HIGH, 0x300C, 0x300E, 0x301D, 0x2039):
        return True
    inside = _is_word(before) and not _unspaced(before)
    if sign in (_LEFT, _LEFT_GUILLEMET):  # behind a word and before a blank it closes what nothing opened
        return after != _NEWLINE and not (inside and _is_space(after))
    if sign in (_RIGHT, _RIGHT_GUILLEMET):  # they open in Nordic languages and in German
        return not inside and (_is_space(before) or before == 0x28) and not _is_space(after)
    if sign in (_STRAIGHT, _FULL_STRAIGHT):
        return not inside and after != _NEWLINE and before not in (0x2C, 0x2E, 0x21, 0x3F)
    return False


@kernel
def _closes_double(opened: Number, sign: Number, before: Number, after: Number) -> Any:
    """Whether a mark closes the quotation that `opened` opened."""
    if opened == 0x300C:
        return sign == 0x300D
    if opened == 0x300E:
        return sign == 0x300F
    if opened == 0x301D:
        return sign in (0x301E, 0x301F)
    if opened == 0x2039:
        return sign == 0x203A
    if opened == _LEFT_GUILLEMET:
        return sign == _RIGHT_GUILLEMET
    if opened == _RIGHT_GUILLEMET:
        return sign == _LEFT_GUILLEMET or (sign == _RIGHT_GUILLEMET and not _is_space(before))
    if sign == _RIGHT:
        return opened != _RIGHT or not _is_space(before)
    if sign == _LEFT:  # “so“ is common where keyboards have one of the two marks
        return opened in (_LOW, _HIGH) or (
            not _is_space(before) and (opened == _RIGHT or not _is_word(after))
        )
    if sign in (_STRAIGHT, _FULL_STRAIGHT):
        if _is_space(before):
            return _is_space(after)
        return not (_is_word(before) and _is_word(after)) or _unspaced(before) or _unspaced(after)
    return False


@kernel
def _closes_around(sign: Number, before: Number, after: Number) -> Any:
    """Whether a mark closes a quotation in which another stood that was closed before."""
    return sign in (_STRAIGHT, _RIGHT, _FULL_STRAIGHT) and not _is_space(before) and not _is_word(after)


@kernel
def _ends_with(utf8: Array, at: Number, word: Array) -> Any:
    """Whether the bytes before a place are these."""
    size = len(word)
    if at < size:
        return False
    for i in range(size):  # noqa: SIM110 — a generator is not compiled
        if utf8[at - size + i] != word[i]:
            return False
    return True


_TWEET_ENDS = (b"t.co", b"pic.twitter.com", b"pic.x.com")


@kernel
def _links_tweet(utf8: Array, at: Number) -> Any:
    """Whether the slash at a byte is of an address that stands in tweets alone."""
    for word in _TWEET_ENDS:  # noqa: SIM110 — likewise
        if _ends_with(utf8, at, word):
            return True
    return False


@kernel
def _speaker(utf8: Array, first: Number, last: Number, chars_max: Number) -> Any:
    """Whether a line opens with a speaker's name in capitals and a colon."""
    capitals = 0
    for at in range(first, min(last, first + chars_max)):
        byte = utf8[at]
        if byte == 0x3A:
            return capitals >= 1 and at + 1 < last and utf8[at + 1] == 0x20
        if byte & 0xC0 == 0x80:
            continue
        sign = sign_at(utf8, at)
        capital = 0x41 <= sign <= 0x5A or 0xC0 <= sign <= 0xDE or 0x400 <= sign <= 0x42F
        if not capital and (sign == 0x22 or _is_word(sign)):
            return False
        capitals += capital
    return False


@kernel
def _token_at(starts: Array, token: Number, char: Number) -> Any:
    """The first token from `token` on that begins at a code point or behind it."""
    while token < len(starts) and starts[token] < char:
        token += 1
    return token


@kernel
def _mark_lines(utf8: Array, rows: Array, count: Number, by: Array, quoted: Array) -> Any:
    """Marks the lines that are quoted without marks. rows i64[count,
    ROW_COLUMNS]."""
    speakers = 0
    for i in range(count):
        speakers += _speaker(utf8, rows[i, ROW_BYTE], rows[i, ROW_BYTE_END], by[BY_SPEAKER_CHARS_MAX])
    for i in range(count):
        first, last, token, end = (
            rows[i, ROW_BYTE],
            rows[i, ROW_BYTE_END],
            rows[i, ROW_TOKEN],
            rows[i, ROW_TOKEN_END],
        )
        opens, closes = utf8[first], utf8[last - 1]
        said = opens == 0x3E or rows[i, ROW_LINKED] == 1  # ">" or a tweet
        if speakers >= by[BY_SPEAKER_LINES_MIN] and _speaker(utf8, first, last, by[BY_SPEAKER_CHARS_MAX]):
            said = True
        if (
            rows[i, ROW_ACCOUNT] and 0x30 <= closes <= 0x39
        ):  # "Name (@name) March 4, 2017": a tweet's signature
            said = True
            dash = sign_at(utf8, first)
            if i > 0 and (dash == 0x2D or 0x2012 <= dash <= 0x2015):
                quoted[rows[i - 1, ROW_TOKEN] : rows[i - 1, ROW_TOKEN_END]] = 1
        if said:
            quoted[token:end] = 1
        colon = closes == 0x3A or (closes == 0x9A and _ends_with(utf8, last, b"\xef\xbc\x9a"))
        if colon and end - token >= by[BY_FRAME_TOKENS_MIN] and i + 1 < count:
            quoted[rows[i + 1, ROW_TOKEN] : rows[i + 1, ROW_TOKEN_END]] = 1


@kernel
def find_quoted(utf8: Array, starts: Array, blocks: Array, by: Array, quoted: Array, rows: Array) -> Any:
    """Marks in quoted u8[≥ tokens] the tokens that a text quotes; returns how many, stretches too short aside.

    utf8 u8[n]; starts i32[tokens]: code points at which tokens begin, ascending; blocks i32[b, 2]: code points of what the
    page sets apart as quoted; by i64[BY_FIELDS]; rows i64[r, ROW_COLUMNS] is room for r lines, and more
    are looked at for marks alone."""
    tokens = len(starts)
    quoted[:tokens] = 0
    char = token = line_token = count = np.int64(0)
    line_byte = np.int64(-1)  # the line's first sign that is no blank
    last_byte = np.int64(0)  # behind its last
    account = linked = np.int64(0)
    double = np.int64(0)  # the mark that is open
    double_token = double_end = np.int64(
        0
    )  # first token; token at which its first paragraph ended, −1 before that
    around = np.int64(0)  # marks of this paragraph that were open when the same mark opened anew
    around_token = np.int64(0)  # behind the first of them
    single = single_token = np.int64(0)
    single_end = np.int64(-1)  # token behind which the newest mark stands that may have closed it
    size = np.int64(len(utf8))
    i = np.int64(0)
    while i <= size:
        first = i
        rest = np.int64(0)
        while i < size:  # nearly all of a text: unsigned, or each index would be asked whether it is negative
            kind = _CLASSES[utf8[np.uint64(i)]]
            if kind != 0 and kind != 3:
                break
            rest += kind == 3
            i += 1
        if i > first:
            char += i - first - rest
            if line_byte < 0:
                while first < i and utf8[first] <= 0x20:
                    first += 1
                line_byte = first if first < i else line_byte
            last = i
            while last > first and utf8[last - 1] <= 0x20:
                last -= 1
            last_byte = last if last > first else last_byte
        kind = _CLASSES[utf8[i]] if i < size else np.uint8(1)
        sign = sign_at(utf8, i)
        if i < size and sign != _NEWLINE:
            if line_byte < 0:
                line_byte = i
            last_byte = i + 1
        step = np.int64(1)
        if sign == _NEWLINE:
            token = _token_at(starts, token, char)
            if single:
                if single_end > single_token and single_end - single_token <= by[BY_SINGLE_TOKENS_MAX]:
                    quoted[single_token:single_end] = 1
                single = np.int64(0)
            around = np.int64(0)
            if double and double_end < 0:
                double_end = token
            if token > line_token and line_byte >= 0 and count < len(rows):
                rows[count, ROW_BYTE], rows[count, ROW_BYTE_END] = line_byte, last_byte
                rows[count, ROW_TOKEN], rows[count, ROW_TOKEN_END] = line_token, token
                rows[count, ROW_ACCOUNT], rows[count, ROW_LINKED] = account, linked
                count += 1
            line_token, line_byte, account, linked = token, np.int64(-1), np.int64(0), np.int64(0)
            if i == size:
                break
        elif sign == 0x2F:
            linked |= np.int64(_links_tweet(utf8, i))
        elif sign == 0x40:
            account |= np.int64(i > 0 and utf8[i - 1] == 0x28)
        elif (
            kind == 1
            or sign in (_LEFT_GUILLEMET, _RIGHT_GUILLEMET, _FULL_STRAIGHT)
            or 0x2018 <= sign <= 0x203A
            or 0x300C <= sign <= 0x301F
        ):
            before = _sign_before(utf8, i)
            wide = np.int64(1)
            if kind == 2:
                wide = np.int64(2 if sign < 0x800 else 3)
            if (sign == _APOSTROPHE or sign == 0x60) and i + 1 < size and utf8[i + 1] == utf8[i]:
                sign, wide, step = (
                    np.int64(_STRAIGHT),
                    np.int64(2),
                    np.int64(2),
                )  # ''so'' or ``so'' for want of better marks
            after = sign_at(utf8, i + wide)
            if sign == _APOSTROPHE or _SINGLE_LEFT <= sign <= _SINGLE_LOW:
                may_close = sign != _SINGLE_LOW and not _is_space(before) and not _is_word(after)
                if single and may_close:
                    single_end = _token_at(starts, token, char)
                    if not _is_word(before):  # after a comma or a full stop it is no apostrophe
                        if single_end > single_token:
                            quoted[single_token:single_end] = 1
                        single = np.int64(0)
                elif sign != _SINGLE_RIGHT and not _is_word(before) and _is_word(after):
                    if (
                        single
                        and single_end > single_token
                        and single_end - single_token <= by[BY_SINGLE_TOKENS_MAX]
                    ):
                        quoted[single_token:single_end] = 1
                    single, single_token, single_end = sign, _token_at(starts, token, char), np.int64(-1)
            elif sign != 0x60:
                token = _token_at(starts, token, char)
                closes = double != 0 and _closes_double(double, sign, before, after)
                if (
                    closes
                    and double_end >= 0
                    and sign == _STRAIGHT
                    and _is_space(before)
                    and not _is_space(after)
                ):
                    closes = False
                if closes:
                    if double_end < 0 or token - double_token <= by[BY_TOKENS_MAX]:
                        quoted[double_token:token] = 1
                    elif double_end - double_token <= by[BY_TOKENS_MAX]:
                        quoted[double_token:double_end] = 1
                    double = np.int64(0)
                elif around and double == 0 and _closes_around(sign, before, after):
                    around -= 1
                    if around == 0:
                        quoted[around_token:token] = 1
                elif (double == 0 or double_end >= 0 or sign == double) and _opens_double(
                    sign, before, after
                ):
                    if double and double_end >= 0:
                        if double_end - double_token <= by[BY_TOKENS_MAX]:
                            quoted[double_token:double_end] = 1
                    elif double:
                        around_token = around_token if around else double_token
                        around += 1
                    double, double_token, double_end = sign, token, np.int64(-1)
        i += step
        char += step
    if double:
        double_end = double_end if double_end >= 0 else token
        if double_end - double_token <= by[BY_TOKENS_MAX]:
            quoted[double_token:double_end] = 1
    _mark_lines(utf8, rows, count, by, quoted)
    for b in range(len(blocks)):
        first = _token_at(starts, np.int64(0), blocks[b, 0])
        quoted[first : _token_at(starts, first, blocks[b, 1])] = 1
    total = np.int64(0)
    t = np.int64(0)
    while t < tokens:  # what is too short is no statement
        if not quoted[t]:
            t += 1
            continue
        first = t
        while t < tokens and quoted[t]:
            t += 1
        if t - first < by[BY_TOKENS_MIN]:
            quoted[first:t] = 0
        else:
            total += t - first
    return total
