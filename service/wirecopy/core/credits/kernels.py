"""The compiled loops that find where a credit may stand: a filter over all tokens, then the phrases' own words.

What is found is still to be looked at as written (case, marks, the name): `credit_candidates` only leaves out
what cannot come to a credit whatever the signs between the words. It reads the rules from arrays that
program.py makes of them and is a twin of `match_forward` and `match_backward` of rules.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core import limits
from wirecopy.core.credits.sign_kernels import (
    APOSTROPHE,
    DASH,
    FULL_STOP,
    NEWLINE,
    SPACE,
    byte_of,
    may_be_dateline,
    may_be_gap,
    may_be_labelled,
    sign_at,
    signs_among,
)
from wirecopy.core.jit import Array, Number, inlined, kernel
from wirecopy.core.text.kernels import LINE_TOKEN_END, LINE_TOKEN_START

# Kinds of key in the program's table, told apart by what they are mixed with.
KEY_SINGLE, KEY_PAIR, KEY_LINE_START, KEY_LINE_PAIR, KEY_LINE_END, KEY_CUE = 1, 2, 3, 4, 5, 6
_KIND = np.uint64(0xD6E8FEB86659FD93)
# Bits of the filter's flags: of a token, a pair, a line's first token, its first pair, its last token.
FLAG_SINGLE, FLAG_PAIR, FLAG_LINE_START, FLAG_LINE_PAIR, FLAG_LINE_END = 1, 2, 4, 8, 16
# What a token, or several before a name, can be to the name: bits of a cue.
CUE_FILLER, CUE_BEFORE, CUE_AFTER, CUE_BYLINE, CUE_BYLINE_ENDING = 1, 2, 4, 8, 16
CUE_SMALL = 32  # a name may begin with it though it is written in small letters: "the", "dpa"
RULE_PHRASE, RULE_WORDS, RULE_LINE = 0, 1, 2  # a phrase in a text, a label or name, a phrase that is a line
# Columns of the program's rules: slots, or words where the rule is none but words.
RULE_KIND, RULE_FORWARD, RULE_FORWARD_END, RULE_BACKWARD, RULE_BACKWARD_END = 0, 1, 2, 3, 4
RULE_NAME, RULE_COLUMNS = 5, 6
# Of a rule that is none but words, RULE_NAME: 0 for a label, else bits of a name of the table.
# it is one; an agency's; it is also written in small letters; it closes a text ("Reporting by …")
NAME_ANY, NAME_AGENCY, NAME_LOWER, NAME_CLOSES = 1, 2, 4, 8
# Columns of what is found: token or line at which the rule was found, the rule, the anchor; of a label or name its
# first code point and the one behind it, and HOLDS_ bits of a name; of a phrase in a text its first token (where
# no name stands before it) and the one behind it; of a line the name's code points and the suffix' first token.
FOUND_AT, FOUND_RULE, FOUND_ANCHOR, FOUND_START, FOUND_END, FOUND_HOLDS, FOUND_COLUMNS = 0, 1, 2, 3, 4, 5, 6
HOLDS_MENTION, HOLDS_BYLINE = 1, 2  # a name may be a mention, a byline: its neighbours' words allow it
HOLDS_SIGNATURE = 4  # an agency's name may sign: on a short line, or at a long line's end or head
_LEAST_ROWS = 32
_SIGNED_HEAD_TOKENS = 4  # "© Copyright 2024 The …", "Reporting by …": so far into a long line
_GOES_ON = signs_among(
    "&+@!*.'-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ:"
)  # behind letters, in a word or an address
_SECOND = np.uint64(16)
_PAIR = np.uint64(0x9E3779B97F4A7C15)


@inlined
def _flagged(flags: Array, key: Number, bit: Number) -> Any:
    """Whether a Bloom filter u16[2^16] of two places a key (its bits 0–15 and 16–31) may hold `key` with
    this bit; the second place has it eight bits higher."""
    mask = np.uint64(0xFFFF)
    return (flags[key & mask] & bit) != 0 and (flags[(key >> _SECOND) & mask] & (bit << 8)) != 0


@kernel
def marked_tokens(hashes: Array, flags: Array, single: Number, pair: Number, places_max: Number) -> Any:
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


@kernel
def marked_lines(
    hashes: Array,
    lines: Array,
    token_start: Number,
    token_end: Number,
    flags: Array,
    line_start: Number,
    line_pair: Number,
    line_end: Number,
    tokens_max: Number,
    places_max: Number,
) -> Any:
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


@inlined
def _looked_up(table: Array, key: Number, kind: Number) -> Any:
    """Place of a key of a kind in the table u64[2^n], −1 for none. Zero marks a gap."""
    key = key ^ (np.uint64(kind) * _KIND)
    mask = np.uint64(len(table) - 1)
    place = (key >> _SECOND) & mask
    while table[place] != 0:
        if table[place] == key:
            return np.int64(place)
        place = (place + np.uint64(1)) & mask
    return np.int64(-1)


@kernel
def _forward(
    slots: Array,
    alternatives: Array,
    words: Array,
    first: Number,
    last: Number,
    hashes: Array,
    at: Number,
    stop: Number,
) -> Any:
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


@kernel
def _backward(
    slots: Array,
    alternatives: Array,
    words: Array,
    first: Number,
    last: Number,
    hashes: Array,
    end_at: Number,
    start: Number,
) -> Any:
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


@kernel
def _cue(table: Array, values: Array, key: Number) -> Any:
    place = _looked_up(table, key, KEY_CUE)
    return values[place, 0] if place >= 0 else 0


@kernel
def _holds(
    table: Array,
    values: Array,
    hashes: Array,
    lines: Array,
    at: Number,
    size: Number,
    start: Number,
    stop: Number,
    line_tokens_max: Number,
    agency: Number,
) -> Any:
    """HOLDS_ bits of a name of `size` tokens at token `at`, whose surroundings are tokens start … stop.

    agency: whether it may sign a text."""
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
        if lines[middle, LINE_TOKEN_START] <= at:
            low = middle + 1
        else:
            high = middle
    first, last = lines[low - 1, LINE_TOKEN_START], lines[low - 1, LINE_TOKEN_END]
    if last - first > line_tokens_max:
        if agency and (at + size == last or at - first <= _SIGNED_HEAD_TOKENS):
            holds |= HOLDS_SIGNATURE
        return holds
    if agency:
        holds |= HOLDS_SIGNATURE
    if at + size < last and not _cue(table, values, hashes[at + size]) & CUE_BYLINE_ENDING:
        return holds
    if at == first or _cue(table, values, hashes[first]) & CUE_BYLINE:
        holds |= HOLDS_BYLINE
    return holds


@kernel
def _with_room(rows: Array, count: Number) -> Any:
    if count < len(rows):
        return rows
    larger = np.empty((2 * len(rows), FOUND_COLUMNS), np.int32)
    larger[:count] = rows
    return larger


@kernel
def _may_begin_name(table: Array, values: Array, utf8: Array, at: Number, digest: Number) -> Any:
    """Whether the word at byte `at`, a token of hash `digest`, may begin a name: none but ASCII words in small
    letters surely do not, and of those no article, agency or host."""
    sign = sign_at(utf8, at)
    if not 0x61 <= sign <= 0x7A:
        return True
    while 0x61 <= sign <= 0x7A:
        at += 1
        sign = sign_at(utf8, at)
    if sign >= 0x80 or _GOES_ON[sign]:
        if sign not in (FULL_STOP, DASH, APOSTROPHE):
            return True
        behind = sign_at(utf8, at + 1)
        if behind not in (SPACE, NEWLINE):
            return True
    return _cue(table, values, digest) & CUE_SMALL != 0


@kernel
def credit_candidates(
    utf8: Array,
    hashes: Array,
    starts: Array,
    ends: Array,
    lines: Array,
    flags: Array,
    keys: Any,
    rules: Array,
    phrases: Any,
) -> Any:
    """What may credit somebody: i32[n, FOUND_COLUMNS], phrases, labels and names of texts by place, then
    phrases of whole lines by line, each in the order of its rules; and how many of them are of texts.

    utf8 u8[n], the text; hashes u64[t], starts and ends i32[t] of its tokens, lines i32[l, columns]; flags as of
    `marked_tokens`. The program: keys, which are table u64[2^n], values i32[2^n, 2] (a range of entries, or a cue's bits)
    and entries i32[e, 2] (rule, distance of the anchor); rules i32[r, RULE_COLUMNS]; phrases, which are slots i32[s, 3]
    (range of alternatives, optional), alternatives i32[a, 2] (range of words) and words u64[w].
    """
    table, values, entries = keys
    slots, alternatives, words = phrases
    around = limits.CREDIT_PHRASE_TOKENS_MAX
    places_max = limits.CREDIT_CANDIDATES_MAX
    count = len(hashes)
    rows = np.empty((_LEAST_ROWS, FOUND_COLUMNS), np.int32)
    found = 0
    byte = char = np.int64(0)  # of the last name or label
    for place in marked_tokens(hashes, flags, FLAG_SINGLE, FLAG_PAIR, places_max):
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
                    byte = byte_of(utf8, np.int64(starts[behind]), byte, char)
                    char = np.int64(starts[behind])
                    if not may_be_gap(utf8, byte_of(utf8, np.int64(ends[behind - 1]), byte, char), byte):
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
                    byte = byte_of(utf8, np.int64(starts[at]), byte, char)
                    char = np.int64(starts[at])
                    behind_byte = byte_of(utf8, np.int64(ends[behind - 1]), byte, char)
                    if not name:
                        if not may_be_labelled(utf8, behind_byte):
                            continue
                    else:
                        if not name & NAME_LOWER and 0x61 <= utf8[byte] <= 0x7A:
                            continue
                        size = last - first
                        agency = (name & NAME_AGENCY) != 0
                        holds = _holds(table, values, hashes, lines, at, size, start, stop, around, agency)
                        if not (holds or name & NAME_CLOSES) and not may_be_dateline(
                            utf8, byte, behind_byte, agency
                        ):
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
        hashes,
        lines,
        LINE_TOKEN_START,
        LINE_TOKEN_END,
        flags,
        FLAG_LINE_START,
        FLAG_LINE_PAIR,
        FLAG_LINE_END,
        around,
        places_max,
    ):
        at, stop = lines[line, LINE_TOKEN_START], lines[line, LINE_TOKEN_END]
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
                byte = byte_of(utf8, np.int64(starts[behind]), byte, char)
                char = np.int64(starts[behind])
                if not _may_begin_name(table, values, utf8, byte, hashes[behind]):
                    continue
                if rules[rule, RULE_FORWARD] == rules[rule, RULE_FORWARD_END] and until < stop:
                    # "X reports": a capital makes it a heading
                    suffix_byte = byte_of(utf8, np.int64(starts[until]), byte, char)
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
