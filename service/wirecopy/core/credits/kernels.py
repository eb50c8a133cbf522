"""The compiled loops that find where a credit may stand: a filter over all tokens, then the phrases' own words.

What is found is still to be looked at as written (case, marks, the name): `credit_candidates` only leaves out
what cannot come to a credit whatever the signs between the words. It reads the rules from arrays that
credit_program.py makes of them and is a twin of `match_forward` and `match_backward` of credit_rules.py.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

# Kinds of key in the program's table, told apart by what they are mixed with.
KEY_SINGLE, KEY_PAIR, KEY_LINE_START, KEY_LINE_PAIR, KEY_LINE_END, KEY_CUE = 1, 2, 3, 4, 5, 6
_KIND = np.uint64(0xD6E8FEB86659FD93)
# What a token, or several before a name, can be to the name: bits of a cue.
CUE_FILLER, CUE_BEFORE, CUE_AFTER, CUE_BYLINE, CUE_BYLINE_ENDING = 1, 2, 4, 8, 16
CUE_SMALL = 32  # a name may begin with it though it is written in small letters: "the", "dpa"
RULE_PHRASE, RULE_WORDS, RULE_LINE = 0, 1, 2  # a phrase in a text, a label or name, a phrase that is a line
# Columns of the program's rules: slots, or words where the rule is none but words.
RULE_KIND, RULE_FORWARD, RULE_FORWARD_END, RULE_BACKWARD, RULE_BACKWARD_END = 0, 1, 2, 3, 4
RULE_NAME, RULE_COLUMNS = 5, 6
# Of a rule that is none but words, RULE_NAME: 0 for a label, else bits of a name of the table.
NAME_ANY, NAME_AGENCY, NAME_LOWER = 1, 2, 4  # it is one; an agency's; it is also written in small letters
# Columns of what is found: token or line at which the rule was found, the rule, the anchor; of a label or name its
# first code point and the one behind it, and HOLDS_ bits of a name; of a phrase in a text its first token (where
# no name stands before it) and the one behind it; of a line the name's code points and the suffix' first token.
FOUND_AT, FOUND_RULE, FOUND_ANCHOR, FOUND_START, FOUND_END, FOUND_HOLDS, FOUND_COLUMNS = 0, 1, 2, 3, 4, 5, 6
HOLDS_MENTION, HOLDS_BYLINE = 1, 2  # a name may be a mention, a byline: its neighbours' words allow it
_BLOCK_BYTES = 64
_NEWLINE, _RETURN, _COLON, _COMMA, _EQUALS, _DASH = 0x0A, 0x0D, 0x3A, 0x2C, 0x3D, 0x2D
_TAB, _SPACE, _FULL_STOP, _SLASH = 0x09, 0x20, 0x2E, 0x2F
_GAP_CHARS_MAX = 16  # twin of credit_names.py
_LEAST_ROWS = 32


def _marks(signs: str) -> npt.NDArray[np.bool_]:
    """Which of the 128 ASCII signs are among these; beyond ASCII all are, since only patterns can tell there."""
    table = np.ones(256, np.bool_)
    table[:128] = False
    table[[ord(sign) for sign in signs]] = True
    return table


_SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "
_GOES_ON = _marks("&+@!*.'-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ:")  # behind letters, in a word or an address
_IN_GAP = _marks(" \t:,\"'([*_>-@/|")
_QUOTE, _STAR, _APOSTROPHE = 0x22, 0x2A, 0x27

_SECOND = np.uint64(16)
_PAIR = np.uint64(0x9E3779B97F4A7C15)


@numba.njit(nogil=True, cache=True, inline="always")
def _flagged(flags, key, bit):  # type: ignore[no-untyped-def]
    """Whether a Bloom filter u16[2^16] of two places a key (its bits 0–15 and 16–31) may hold `key` with
    this bit; the second place has it eight bits higher."""
    mask = np.uint64(0xFFFF)
    return (flags[key & mask] & bit) != 0 and (flags[(key >> _SECOND) & mask] & (bit << 8)) != 0


@numba.njit(nogil=True, cache=True)
def marked_tokens(hashes, flags, single, pair, places_max):  # type: ignore[no-untyped-def]
    """Tokens at which something of the table begins, ascending: i32[≤ places_max], the first and the last
    of them.

    hashes u64[t]. Keys of the filter are a token's hash (bit `single`) and the mix of it and the next token
    (bit `pair`). A mark may be in vain, about one token in two hundred: what it marks is to be looked at.
    """
    count = len(hashes)
    half = places_max // 2
    first = np.empty(half, np.int32)
    last = np.empty(half, np.int32)
    found = 0
    for i in range(count):
        value = hashes[i]
        hit = _flagged(flags, value, single)
        if not hit and i + 1 < count:
            hit = _flagged(flags, value * _PAIR + hashes[i + 1], pair)
        if hit:
            if found < half:
                first[found] = i
            else:
                last[(found - half) % half] = i
            found += 1
    if found <= half:
        return first[:found]
    later = min(found - half, half)
    places = np.empty(half + later, np.int32)
    places[:half] = first
    for j in range(later):
        places[half + j] = last[(found - half - later + j) % half]
    return places


@numba.njit(nogil=True, cache=True)
def marked_lines(  # type: ignore[no-untyped-def]
    hashes, lines, token_start, token_end, flags, line_start, line_pair, line_end, tokens_max, places_max
):
    """Lines of 2 to tokens_max tokens whose first token, first pair or last token is in the table: i32[≤
    places_max], the first ones.

    lines i32[l, columns], of which token_start and token_end are the columns that hold the range of tokens.
    """
    places = np.empty(min(places_max, len(lines)), np.int32)
    found = 0
    for i in range(len(lines)):
        if found == len(places):
            break
        start = lines[i, token_start]
        end = lines[i, token_end]
        if end - start < 2 or end - start > tokens_max:
            continue
        if (
            _flagged(flags, hashes[start], line_start)
            or _flagged(flags, hashes[end - 1], line_end)
            or _flagged(flags, hashes[start] * _PAIR + hashes[start + 1], line_pair)
        ):
            places[found] = i
            found += 1
    return places[:found]


@numba.njit(nogil=True, cache=True, inline="always")
def _looked_up(table, key, kind):  # type: ignore[no-untyped-def]
    """Place of a key of a kind in the table u64[2^n], −1 for none. Zero marks a gap."""
    key = key ^ (np.uint64(kind) * _KIND)
    mask = np.uint64(len(table) - 1)
    place = (key >> _SECOND) & mask
    while table[place] != 0:
        if table[place] == key:
            return np.int64(place)
        place = (place + np.uint64(1)) & mask
    return np.int64(-1)


@numba.njit(nogil=True, cache=True)
def _forward(slots, alternatives, words, first, last, hashes, at, stop):  # type: ignore[no-untyped-def]
    """Twin of `match_forward`: slots first … last from token `at`, none read at `stop` or behind."""
    for slot in range(first, last):
        matched = -1
        for alternative in range(slots[slot, 0], slots[slot, 1]):
            begin, end = alternatives[alternative, 0], alternatives[alternative, 1]
            size = end - begin
            if at + size > stop:
                continue
            same = 0
            while same < size and hashes[at + same] == words[begin + same]:
                same += 1
            if same == size:
                matched = at + size
                break
        if matched >= 0:
            at = matched
        elif not slots[slot, 2]:
            return -1
    return at


@numba.njit(nogil=True, cache=True)
def _backward(slots, alternatives, words, first, last, hashes, end_at, start):  # type: ignore[no-untyped-def]
    """Twin of `match_backward`: slots first … last so that they end before token `end_at`, none read before
    `start`."""
    for slot in range(last - 1, first - 1, -1):
        matched = -1
        for alternative in range(slots[slot, 0], slots[slot, 1]):
            begin, end = alternatives[alternative, 0], alternatives[alternative, 1]
            size = end - begin
            if end_at - size < start:
                continue
            same = 0
            while same < size and hashes[end_at - size + same] == words[begin + same]:
                same += 1
            if same == size:
                matched = end_at - size
                break
        if matched >= 0:
            end_at = matched
        elif not slots[slot, 2]:
            return -1
    return end_at


@numba.njit(nogil=True, cache=True)
def _cue(table, values, key):  # type: ignore[no-untyped-def]
    place = _looked_up(table, key, KEY_CUE)
    return values[place, 0] if place >= 0 else 0


@numba.njit(nogil=True, cache=True)
def _holds(table, values, hashes, lines, columns, at, size, start, stop, line_tokens_max):  # type: ignore[no-untyped-def]
    """HOLDS_ bits of a name of `size` tokens at token `at`, whose surroundings are tokens start … stop.

    columns: of `lines`, those of the first token and the one behind the last."""
    holds = 0
    here = at
    while here > start and _cue(table, values, hashes[here - 1]) & CUE_FILLER:
        here -= 1
    key = np.uint64(0)
    for words in range(1, min(3, here - start) + 1):
        # read backwards, so that each longer cue goes on from the shorter one's key
        key = key * _PAIR + hashes[here - words]
        if _cue(table, values, key) & CUE_BEFORE:
            holds = HOLDS_MENTION
    if at + size < stop and _cue(table, values, hashes[at + size]) & CUE_AFTER:
        holds = HOLDS_MENTION
    low, high = 0, len(lines)  # the last line that begins at the name or before
    while low < high:
        middle = (low + high) // 2
        if lines[middle, columns[0]] <= at:
            low = middle + 1
        else:
            high = middle
    first, last = lines[low - 1, columns[0]], lines[low - 1, columns[1]]
    if last - first > line_tokens_max:
        return holds
    if at + size < last and not _cue(table, values, hashes[at + size]) & CUE_BYLINE_ENDING:
        return holds
    if at == first or _cue(table, values, hashes[first]) & CUE_BYLINE:
        holds |= HOLDS_BYLINE
    return holds


@numba.njit(nogil=True, cache=True)
def _with_room(rows, count):  # type: ignore[no-untyped-def]
    if count < len(rows):
        return rows
    larger = np.empty((2 * len(rows), FOUND_COLUMNS), np.int32)
    larger[:count] = rows
    return larger


@numba.njit(nogil=True, cache=True)
def _byte_of(utf8, wanted, byte, char):  # type: ignore[no-untyped-def]
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


@numba.njit(nogil=True, cache=True)
def _sign_at(utf8, at):  # type: ignore[no-untyped-def]
    """The byte there; a line's end outside the text."""
    return utf8[at] if 0 <= at < len(utf8) else np.uint8(_NEWLINE)


@numba.njit(nogil=True, cache=True)
def _may_be_labelled(utf8, end):  # type: ignore[no-untyped-def]
    """Whether a colon may stand behind a label that ends at byte `end`: after a few blanks, or wherever another than
    an ASCII sign stands."""
    for at in range(end, end + 5):
        sign = _sign_at(utf8, at)
        if sign == _COLON or sign >= 0x80:
            return True
        if sign != _SPACE and sign != _TAB:
            break
    return False


@numba.njit(nogil=True, cache=True)
def _may_be_set_off(utf8, end, agency):  # type: ignore[no-untyped-def]
    """Whether a dash that ends a dateline may stand behind byte `end`; one hyphen alone sets off agencies only."""
    at = end
    blank = _sign_at(utf8, at) == _SPACE
    at += blank
    if at < len(utf8) and utf8[at] == _NEWLINE:
        at += 1
        blank = False
    if at >= len(utf8):
        return False
    if utf8[at] >= 0x80:
        return True
    if utf8[at] != _DASH:
        return False
    return _sign_at(utf8, at + 1) == _DASH or (agency and blank)


@numba.njit(nogil=True, cache=True)
def _may_be_dateline(utf8, start, end, agency):  # type: ignore[no-untyped-def]
    """Whether a name at bytes start … end may stand in a dateline without brackets, as far as ASCII tells: between
    slashes, at the head of its line before a dash or, an agency's, behind a dash or full stop. Beside other signs
    it may."""
    before, second, behind = _sign_at(utf8, start - 1), _sign_at(utf8, start - 2), _sign_at(utf8, end)
    set_off = _may_be_set_off(utf8, end, agency)
    if agency:
        if before == _SLASH and behind == _SLASH:
            return True
        if set_off or behind >= 0x80 or behind in (_FULL_STOP, _COMMA, _NEWLINE):
            if before >= 0x80 or before == _DASH:
                return True
            if before == _SPACE and (second >= 0x80 or second in (_DASH, _FULL_STOP)):
                return True
    if not set_off:
        return False
    at = start - 1
    while at >= 0 and (utf8[at] >= 0x80 or utf8[at] in (_SPACE, _QUOTE, _STAR)):
        at -= 1
    return _sign_at(utf8, at) == _NEWLINE or start - at > _BLANKS_LOOKED_AT


@numba.njit(nogil=True, cache=True)
def _is_bare_line(utf8, start, end):  # type: ignore[no-untyped-def]
    """Whether bytes start … end are a line to themselves, with no dash at the beginning of the next."""
    if _sign_at(utf8, start - 1) != _NEWLINE or _sign_at(utf8, end) != _NEWLINE:
        return False
    behind = _sign_at(utf8, end + 1)
    return behind < 0x80 and behind != _DASH


@numba.njit(nogil=True, cache=True)
def _may_begin_name(table, values, utf8, at, digest):  # type: ignore[no-untyped-def]
    """Whether the word at byte `at`, a token of hash `digest`, may begin a name: none but ASCII words in small
    letters surely do not, and of those no article, agency or host."""
    sign = _sign_at(utf8, at)
    if not 0x61 <= sign <= 0x7A:
        return True
    while 0x61 <= sign <= 0x7A:
        at += 1
        sign = _sign_at(utf8, at)
    if sign >= 0x80 or _GOES_ON[sign]:
        if sign not in (_FULL_STOP, _DASH, _APOSTROPHE):
            return True
        behind = _sign_at(utf8, at + 1)
        if behind not in (_SPACE, _NEWLINE):
            return True
    return _cue(table, values, digest) & CUE_SMALL != 0


@numba.njit(nogil=True, cache=True)
def _may_be_gap(utf8, at, end):  # type: ignore[no-untyped-def]
    """Whether bytes at … end may stand between a phrase and its name, as far as ASCII tells."""
    chars = 0
    while at < end:
        if not _IN_GAP[utf8[at]]:
            return False
        chars += (utf8[at] & 0xC0) != 0x80
        at += 1
    return chars <= _GAP_CHARS_MAX


@numba.njit(nogil=True, cache=True)
def credit_candidates(  # type: ignore[no-untyped-def]
    utf8, hashes, starts, ends, lines, flags, table, values, entries, rules, slots, alternatives, words, by
):
    """What may credit somebody: i32[n, FOUND_COLUMNS], phrases, labels and names of texts by place, then
    phrases of whole lines by line, each in the order of its rules; and how many of them are of texts.

    utf8 u8[n], the text; hashes u64[t], starts and ends i32[t] of its tokens, lines i32[l, columns]; flags as of
    `marked_tokens`. The program: table u64[2^n] and values i32[2^n, 2] (a range of entries, or a cue's bits),
    entries i32[e, 2] (rule, distance of the anchor), rules i32[r, RULE_COLUMNS], slots i32[s, 3] (range of alternatives,
    optional), alternatives i32[a, 2] (range of words), words u64[w]. by i32[9]: bits of the flags for one
    token, a pair, a line's start, its first pair, its end; the columns of a line's first token and of the one
    behind its last; tokens looked at around a place; places looked at.
    """
    count = len(hashes)
    rows = np.empty((_LEAST_ROWS, FOUND_COLUMNS), np.int32)
    found = 0
    byte = char = np.int64(0)  # of the last name or label
    columns, around, places_max = by[5:7], by[7], by[8]
    for place in marked_tokens(hashes, flags, by[0], by[1], places_max):
        start, stop = max(0, place - around), min(count, place + around)
        for kind in (KEY_PAIR, KEY_SINGLE):
            key = hashes[place]
            if kind == KEY_PAIR:  # the last token is its own neighbour, as the rules' reader has it
                key = key * _PAIR + hashes[min(place + 1, count - 1)]
            entry = _looked_up(table, key, kind)
            if entry < 0:
                continue
            for number in range(values[entry, 0], values[entry, 1]):
                rule, at = entries[number, 0], place + entries[number, 1]
                first, last = rules[rule, RULE_FORWARD], rules[rule, RULE_FORWARD_END]
                holds = 0
                if rules[rule, RULE_KIND] == RULE_PHRASE:
                    behind = _forward(slots, alternatives, words, first, last, hashes, at, stop)
                    if behind < 0 or behind >= stop:
                        continue
                    before, before_end = rules[rule, RULE_BACKWARD], rules[rule, RULE_BACKWARD_END]
                    begun = _backward(slots, alternatives, words, before, before_end, hashes, at, start)
                    if begun < 0:
                        continue
                    byte = _byte_of(utf8, np.int64(starts[behind]), byte, char)
                    char = np.int64(starts[behind])
                    if not _may_be_gap(utf8, _byte_of(utf8, np.int64(ends[behind - 1]), byte, char), byte):
                        continue
                    if not _may_begin_name(table, values, utf8, byte, hashes[behind]):
                        continue
                    first_of, last_of = begun, behind
                else:
                    behind = at + last - first
                    if at < start or behind > stop:
                        continue
                    same = 0
                    while same < last - first and hashes[at + same] == words[first + same]:
                        same += 1
                    if same < last - first:
                        continue
                    name = rules[rule, RULE_NAME]
                    byte = _byte_of(utf8, np.int64(starts[at]), byte, char)
                    char = np.int64(starts[at])
                    behind_byte = _byte_of(utf8, np.int64(ends[behind - 1]), byte, char)
                    if not name:
                        if not _may_be_labelled(utf8, behind_byte):
                            continue
                    else:
                        if not name & NAME_LOWER and 0x61 <= utf8[byte] <= 0x7A:
                            continue
                        if _is_bare_line(utf8, byte, behind_byte):
                            continue
                        size = last - first
                        holds = _holds(table, values, hashes, lines, columns, at, size, start, stop, around)
                        agency = (name & NAME_AGENCY) != 0
                        if not holds and not _may_be_dateline(utf8, byte, behind_byte, agency):
                            continue
                    first_of, last_of = np.int64(starts[at]), np.int64(ends[behind - 1])
                rows = _with_room(rows, found)
                rows[found, FOUND_AT] = place
                rows[found, FOUND_RULE] = rule
                rows[found, FOUND_ANCHOR] = at
                rows[found, FOUND_START] = first_of
                rows[found, FOUND_END] = last_of
                rows[found, FOUND_HOLDS] = holds
                found += 1
    in_texts = found
    byte = char = np.int64(0)
    for line in marked_lines(
        hashes, lines, columns[0], columns[1], flags, by[2], by[3], by[4], around, places_max
    ):
        at, stop = lines[line, columns[0]], lines[line, columns[1]]
        for kind in (KEY_LINE_PAIR, KEY_LINE_START, KEY_LINE_END):
            key = hashes[at]
            if kind == KEY_LINE_PAIR:
                key = key * _PAIR + hashes[at + 1]
            elif kind == KEY_LINE_END:
                key = hashes[stop - 1]
            entry = _looked_up(table, key, kind)
            if entry < 0:
                continue
            for number in range(values[entry, 0], values[entry, 1]):
                rule = entries[number, 0]
                first, last = rules[rule, RULE_FORWARD], rules[rule, RULE_FORWARD_END]
                behind = _forward(slots, alternatives, words, first, last, hashes, at, stop)
                if behind < 0:
                    continue
                first, last = rules[rule, RULE_BACKWARD], rules[rule, RULE_BACKWARD_END]
                until = _backward(slots, alternatives, words, first, last, hashes, stop, at)
                if until <= behind:
                    continue
                byte = _byte_of(utf8, np.int64(starts[behind]), byte, char)
                char = np.int64(starts[behind])
                if not _may_begin_name(table, values, utf8, byte, hashes[behind]):
                    continue
                if rules[rule, RULE_FORWARD] == rules[rule, RULE_FORWARD_END] and until < stop:
                    # "X reports": a capital makes it a heading
                    suffix_byte = _byte_of(utf8, np.int64(starts[until]), byte, char)
                    if 0x41 <= utf8[suffix_byte] <= 0x5A:
                        continue
                rows = _with_room(rows, found)
                rows[found, FOUND_AT] = line
                rows[found, FOUND_RULE] = rule
                rows[found, FOUND_ANCHOR] = at
                rows[found, FOUND_START] = starts[behind]
                rows[found, FOUND_END] = ends[until - 1]
                rows[found, FOUND_HOLDS] = until
                found += 1
    return rows[:found], in_texts


# ---- brackets
BRACKET_OPENED, BRACKET_CLOSED = 0, 1  # columns of what `bracket_candidates` finds
MARK_SORT, MARK_BYTE, MARK_CHAR, MARK_COLUMNS = 0, 1, 2, 3  # of what it is given: twin of kernels

_IS_SPACE = _marks(_SPACES)
_IN_LINE_END = _marks(" \t.,;:!?)]}\"'|>*_-")
_ENDS_SENTENCE = _marks('.!?")')
_BEGINS_NAME = _marks(_SPACES + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LINE_END_CHARS_MAX = 24
_BLANKS_LOOKED_AT = 80  # no more than the reader looks at: beyond, it may take the line for blank
_DASH_CHARS_MAX = 5  # behind brackets: "(dpa). —"


@numba.njit(nogil=True, cache=True, inline="always")
def _char_before(utf8, at):  # type: ignore[no-untyped-def]
    """Index of the first byte of the code point that ends before byte `at`."""
    at -= 1
    while at > 0 and (utf8[at] & 0xC0) == 0x80:
        at -= 1
    return at


@numba.njit(nogil=True, cache=True)
def _opening(utf8, at, sign, chars_max):  # type: ignore[no-untyped-def]
    """(byte, code points before `at`) of the nearest opening bracket before byte `at`, (−1, 0) where too far.

    sign: a row of the brackets of `bracket_candidates`, its columns 3 … 5 those of the opening one."""
    chars = 0
    while at > 0 and chars < chars_max:
        at = _char_before(utf8, at)
        chars += 1
        if utf8[at] == sign[3] and (sign[3] < 0x80 or (utf8[at + 1] == sign[4] and utf8[at + 2] == sign[5])):
            return at, chars
    return -1, 0


@numba.njit(nogil=True, cache=True)
def _may_end_line(utf8, at):  # type: ignore[no-untyped-def]
    """Whether from byte `at` only signs may stand up to the line's end, and whether all those are ASCII."""
    plain = True
    chars = 0
    while at < len(utf8):
        sign = utf8[at]
        if sign in (_NEWLINE, _RETURN):
            return True, plain
        if chars == _LINE_END_CHARS_MAX or not _IN_LINE_END[sign]:
            return False, False
        chars += (sign & 0xC0) != 0x80
        plain &= sign < 0x80
        at += 1
        while at < len(utf8) and (utf8[at] & 0xC0) == 0x80:
            at += 1
    return True, plain


@numba.njit(nogil=True, cache=True)
def _may_follow_sentence(utf8, opened):  # type: ignore[no-untyped-def]
    """Whether a sentence or nothing but blanks of the line may stand before byte `opened`."""
    at = opened
    for _ in range(3):
        if at == 0:
            return True
        at = _char_before(utf8, at)
        if utf8[at] >= 0x80 or _ENDS_SENTENCE[utf8[at]]:
            return True
        if not _IS_SPACE[utf8[at]] or utf8[at] == _NEWLINE:
            break
    while _IS_SPACE[utf8[at]] and utf8[at] != _NEWLINE:  # all blank up to the line's start?
        if at == 0 or utf8[at] >= 0x80 or opened - at > _BLANKS_LOOKED_AT:
            return True
        at -= 1
    return utf8[at] == _NEWLINE


@numba.njit(nogil=True, cache=True)
def _may_follow_place(utf8, opened, closed_end, named, place_chars_max):  # type: ignore[no-untyped-def]
    """Whether brackets at byte `opened`, with `closed_end` behind them, may stand in a dateline: near the head of
    their line, and behind capitals or before a dash. `named`: what they hold may do without."""
    start = opened
    blank = True
    chars = 0
    while start > 0 and utf8[start - 1] != _NEWLINE:
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
        if utf8[at] >= 0x80 or utf8[at] == _DASH or utf8[at] == _EQUALS:
            return True
        at += 1
    at = start
    while at < opened and utf8[at] < 0x80 and utf8[at] != _COMMA and not 0x30 <= utf8[at] <= 0x39:
        if 0x61 <= utf8[at] <= 0x7A:
            return False
        at += 1
    return True


@numba.njit(nogil=True, cache=True)
def bracket_candidates(utf8, closings, brackets, enclosed_chars_max, place_chars_max):  # type: ignore[no-untyped-def]
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
        named = wide
        plain = True
        for at in range(inside, closed):
            plain &= utf8[at] != _NEWLINE and utf8[at] != _COLON
            named |= utf8[at] == _EQUALS
        if not plain:
            continue
        may_end, surely = _may_end_line(utf8, closed_end)
        if (may_end and _may_follow_sentence(utf8, opened)) or (
            not surely and _may_follow_place(utf8, opened, closed_end, named, place_chars_max)
        ):
            rows[found, BRACKET_OPENED] = closings[i, MARK_CHAR] - distance
            rows[found, BRACKET_CLOSED] = closings[i, MARK_CHAR]
            found += 1
    return rows[:found]
