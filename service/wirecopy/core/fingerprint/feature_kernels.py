"""The compiled loops over an article's features: which words it has that few others have, as 16-bit numbers.

A feature is a distinct word of the article, folded and cut to its first five letters, so that most endings fall away.
Of scripts without spaces it is a pair of neighbouring signs of one pseudo-word, of languages that write
syllables apart a pair of neighbouring syllables. A feature is an *entity* where the
word has a digit or is written with a capital inside a sentence: names and numbers survive rewriting, and an own report
has its own. Two articles keep the same features of those they have in common, since of too many each keeps those of
the lowest numbers (bottom-k sketch, Cohen and Kaplan, PODC 2007), entities and words apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.jit import Array, Number, inlined, kernel
from wirecopy.core.text.byte_kernels import FNV_BASIS, FNV_PRIME, mixed, sign_at
from wirecopy.core.text.kernels import (
    ENDS_SENTENCE,
    KIND_MASK,
    LETTER,
    LINE_PROSE,
    LINE_TOKEN_END,
    LOWER,
    NEWLINE,
)

FEATURES_MAX = 64  # of an article
ENTITIES_MAX = 32  # of those, where there are words enough
STEM_SIGNS = 5
WORD_SIGNS_MIN = 4
# Of words inside sentences, above which capitals tell no names: German, which writes all nouns so, has 38 to 64, others 5 to 35
NAME_CAPITALS_PERCENT_MAX = 37
# Of letters a token, below which tokens are syllables: Vietnamese, which writes them apart, has 32, English 46
SYLLABLE_LETTERS_TENTHS = 38
_ALPHABET_END = 0x590  # Latin, Greek, Cyrillic, Armenian: the scripts of two cases
_UNSPACED_LEAD = 0xE3  # UTF-8's first byte of kana, Han and what lies above
_48 = np.uint64(48)


@inlined
def _size_of(lead: Number) -> Any:
    """Bytes of the sign whose first byte this is."""
    if lead < 0x80:
        return 1
    if lead < 0xE0:
        return 2
    return 3 if lead < 0xF0 else 4


@inlined
def _number_of(canonical: Array, start: Number, end: Number) -> Any:
    """The feature of these bytes, 0 to 65,535."""
    digest = FNV_BASIS
    for at in range(start, end):
        digest = (digest ^ np.uint64(canonical[at])) * FNV_PRIME
    return np.int64(mixed(digest) >> _48)


@kernel
def features_of(
    utf8: Array,
    table: Array,
    canonical: Array,
    canonical_starts: Array,
    starts: Array,
    lines: Array,
    quoted: Array,
    first: Number,
    end: Number,
    out: Array,
    outside: Array,
) -> Any:
    """Writes the features of the tokens `first` to `end` that stand in prose: (entities, words, whether
    entities were left out, words).

    utf8 u8[n] is the text, table i32 as `kernels.tokenise_into` has it, starts i32[t] the tokens' first code points, lines
    i32[l, LINE_COLUMNS], quoted u8[≥ t] (empty where nothing is). out u16[FEATURES_MAX]: entities, then words, each
    ascending; outside u8[FEATURES_MAX]: which of them stand outside of quotations too."""
    found = np.empty(5 * max(0, end - first) + 8, np.int64)  # five signs a pseudo-word at most
    count: Any = np.int64(0)
    inside = capitals = np.int64(0)  # words inside sentences, and those of them that begin with a capital
    at = char = np.int64(0)
    opens = True  # whether what comes next opens a sentence
    size = np.int64(len(utf8))
    line = np.int64(0)
    letters = np.int64(canonical_starts[end]) - np.int64(canonical_starts[first]) - (end - first)
    syllables = 10 * letters < SYLLABLE_LETTERS_TENTHS * (end - first)
    before: Any = np.int64(-1)  # where the last token begins, of a pair of syllables
    before_capital = False
    for token in range(first, end):
        start = np.int64(starts[token])
        while char < start and at < size:
            kind = np.int64(table[sign_at(utf8, at)])
            if kind & ENDS_SENTENCE or kind & KIND_MASK == NEWLINE:
                opens = True
            at += _size_of(np.int64(utf8[at]))
            char += 1
        capital = _capital_at(utf8, at, table)
        both = capital and _capital_at(utf8, at + _size_of(np.int64(utf8[at])), table)
        low: Any = np.int64(canonical_starts[token])
        high: Any = np.int64(canonical_starts[token + 1]) - 1
        while line < len(lines) and lines[line, LINE_TOKEN_END] <= token:
            line += 1
        if line == len(lines) or lines[line, LINE_PROSE] != 1:
            opens = False
            before = -1
            continue
        # of a feature 1: it has a digit; 2: a capital, until it is known whether the language gives them to names alone;
        # 4: it stands in no quotation
        plain = np.int64(0) if len(quoted) and quoted[token] else np.int64(4)
        if np.int64(canonical[low]) >= _UNSPACED_LEAD:
            place = low
            while place < high:
                after = place + _size_of(np.int64(canonical[place]))
                if after >= high or count == len(found):
                    break
                behind = after + _size_of(np.int64(canonical[after]))
                found[count] = _number_of(canonical, place, behind) << 3 | plain
                count += 1
                place = after
            opens = False
            continue
        signs = np.int64(0)
        stem = low
        place = low
        digit = False
        while place < high:
            lead = np.int64(canonical[place])
            if 0x30 <= lead <= 0x39:
                digit = True
            place += _size_of(lead)
            signs += 1
            if signs <= STEM_SIGNS:
                stem = place
        if syllables and not digit:
            if before >= 0 and not opens:
                inside += 1
                pair_of_names = capital and before_capital
                capitals += np.int64(pair_of_names)
                found[count] = _number_of(canonical, before, high) << 3 | plain | 2 * np.int64(pair_of_names)
                count += 1
            before, before_capital = low, capital and not opens
            opens = False
            continue
        before = -1
        if digit:
            if signs > 1:
                found[count] = _number_of(canonical, low, stem) << 3 | plain | 1
                count += 1
        elif signs >= WORD_SIGNS_MIN or (both and signs > 1):
            if not opens:
                inside += 1
                capitals += np.int64(capital)
            found[count] = _number_of(canonical, low, stem) << 3 | plain | 2 * np.int64(capital and not opens)
            count += 1
        opens = False
    of_names = 100 * capitals <= NAME_CAPITALS_PERCENT_MAX * inside
    for i in range(count):
        entity = found[i] & 1 or (of_names and found[i] & 2)
        found[i] = found[i] >> 3 << 2 | (found[i] & 4) >> 1 | np.int64(entity != 0)
    return _chosen(np.sort(found[:count]), out, outside)


@inlined
def _capital_at(utf8: Array, at: Number, table: Array) -> Any:
    """Whether a capital letter begins at byte `at`."""
    sign = sign_at(utf8, at)
    if sign >= _ALPHABET_END:
        return False
    entry = np.int64(table[sign])
    return entry & KIND_MASK == LETTER and not entry & LOWER and entry >> 8 != sign


@kernel
def _chosen(found: Array, out: Array, outside: Array) -> Any:
    """Of features that ascend, four times each, plus 1 for an entity, plus 2 outside of quotations: those that are kept."""
    entities = words = np.int64(0)
    at: Any = np.int64(0)
    while at < len(found):
        number, flags, at = _merged(found, at)
        if flags & 1:
            entities += 1
        else:
            words += 1
    kept_entities: Any = entities
    kept_words: Any = words
    if entities + words > FEATURES_MAX:
        kept_entities = min(entities, max(ENTITIES_MAX, FEATURES_MAX - words))
        kept_words = FEATURES_MAX - kept_entities
    at = np.int64(0)
    one = other = np.int64(0)
    while at < len(found):
        number, flags, at = _merged(found, at)
        if flags & 1 and one < kept_entities:
            out[one] = number
            outside[one] = flags >> 1
            one += 1
        elif not flags & 1 and other < kept_words:
            out[kept_entities + other] = number
            outside[kept_entities + other] = flags >> 1
            other += 1
    return kept_entities, kept_words, kept_entities < entities, kept_words < words


@inlined
def _merged(found: Array, at: Number) -> Any:
    """The feature at a place, the flags of all its occurrences together, and the place behind them."""
    number = found[at] >> 2
    flags = np.int64(0)
    while at < len(found) and found[at] >> 2 == number:
        flags |= found[at] & 3
        at += 1
    return number, flags, at
