"""The compiled loops, all in one file: numba's cache does not track kernels imported from another file.

Each kernel is a loop over arrays without a decision of policy in it (ifs up, loops down) and has a plain Python twin in
the tests, which is its oracle. They release the GIL, allocate what they return, and are compiled once into the cache
(`warm_up` in service.core.warm compiles them all before readiness).

Non-obvious: `int(uint64)` stays uint64 under numba and mixes with int64 to float64, so every conversion is spelled out
(`np.int64(x)`); unsigned constants are module-level `np.uint64`.
"""

from __future__ import annotations

import numba
import numpy as np

SEPARATOR, DROPPED, PUNCTUATION, LETTER, UNSPACED, NEWLINE = 0, 1, 2, 3, 4, 5
KIND_MASK = 7
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
_PSEUDO_WORD_CHARS_MAX = 5  # a longer run of unspaced script is cut here at the latest


@numba.njit(nogil=True, cache=True, inline="always")
def _mixed(value):  # type: ignore[no-untyped-def]
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    value = (value ^ (value >> np.uint64(30))) * _MIX_1
    value = (value ^ (value >> np.uint64(27))) * _MIX_2
    return value ^ (value >> np.uint64(31))


@numba.njit(nogil=True, cache=True)
def tokenise(utf8, classes, folds, expansions):  # type: ignore[no-untyped-def]
    """Cuts UTF-8 text into folded tokens, in one pass.

    utf8 u8[n]. Returns (canonical u8[c], token_canonical i32[t + 1], token_start i32[t], token_end i32[t],
    token_hash u64[t], lines i32[l, LINE_COLUMNS]): token i is canonical[token_canonical[i] : token_canonical[i + 1] - 1]
    (one space ends each), and lies at code points token_start[i] … token_end[i] of the text.
    """
    size = len(utf8)
    lines_max = 2
    for i in range(size):
        byte = utf8[i]
        if byte <= 0x0D and byte >= 0x0A:
            lines_max += 1
        elif byte == 0x85 or byte == 0xA8 or byte == 0xA9:
            lines_max += 1
    tokens_max = size + 1
    capacity = 2 * size + 64
    canonical = np.empty(capacity, np.uint8)
    token_canonical = np.empty(tokens_max + 1, np.int32)
    token_start = np.empty(tokens_max, np.int32)
    token_end = np.empty(tokens_max, np.int32)
    token_hash = np.empty(tokens_max, np.uint64)
    lines = np.zeros((lines_max, LINE_COLUMNS), np.int32)
    tokens = 0
    line = 0
    written = 0
    char = 0
    in_token = False
    unspaced_chars = 0
    last_end = 0
    digest = _FNV_BASIS
    newlines = 0
    last_class = 0
    line_open = False
    i = 0
    while i <= size:
        if i == size:
            code_point = 10
            step = 1
        else:
            byte = np.int32(utf8[i])
            if byte < 0x80:
                code_point = byte
                step = 1
            elif byte < 0xE0:
                code_point = ((byte & 0x1F) << 6) | (np.int32(utf8[i + 1]) & 0x3F)
                step = 2
            elif byte < 0xF0:
                code_point = ((byte & 0x0F) << 12) | ((np.int32(utf8[i + 1]) & 0x3F) << 6) | (np.int32(utf8[i + 2]) & 0x3F)
                step = 3
            else:
                code_point = (
                    ((byte & 0x07) << 18)
                    | ((np.int32(utf8[i + 1]) & 0x3F) << 12)
                    | ((np.int32(utf8[i + 2]) & 0x3F) << 6)
                    | (np.int32(utf8[i + 3]) & 0x3F)
                )
                step = 4
        i += step
        if code_point < 0x20000:
            flags = np.int32(classes[code_point])
        elif code_point < 0x32400:
            flags = UNSPACED | (CUTS if ((code_point * 0x9E3779B1) >> 13) & 1 else 0)
        else:
            flags = SEPARATOR
        kind = flags & KIND_MASK
        if kind == LETTER or kind == UNSPACED:
            if in_token and ((kind == UNSPACED) != (unspaced_chars > 0)):
                canonical[written] = 32
                written += 1
                token_end[tokens] = last_end
                token_hash[tokens] = _mixed(digest)
                tokens += 1
                in_token = False
            if not line_open:
                line_open = True
                lines[line, LINE_TOKEN_START] = tokens
                lines[line, LINE_CHAR_START] = char
                lines[line, LINE_STARTS_LOWER] = 1 if flags & LOWER else 0
                lines[line, LINE_BLANK_BEFORE] = 1 if newlines > 1 else 0
            if not in_token:
                in_token = True
                unspaced_chars = 0
                token_start[tokens] = char
                token_canonical[tokens] = written
                digest = _FNV_BASIS
            if code_point < 0x20000:
                folded = folds[code_point]
            else:
                folded = np.int32(code_point)
            count = 1
            at = 0
            if folded < 0:
                at = -folded
                count = expansions[at]
            if written + 4 * count + 8 > capacity:
                capacity = 2 * capacity + 4 * count
                grown = np.empty(capacity, np.uint8)
                grown[:written] = canonical[:written]
                canonical = grown
            for j in range(count):
                letter = folded if at == 0 else expansions[at + 1 + j]
                digest = (digest ^ np.uint64(letter)) * _FNV_PRIME
                if letter < 0x80:
                    canonical[written] = letter
                    written += 1
                elif letter < 0x800:
                    canonical[written] = 0xC0 | (letter >> 6)
                    canonical[written + 1] = 0x80 | (letter & 0x3F)
                    written += 2
                elif letter < 0x10000:
                    canonical[written] = 0xE0 | (letter >> 12)
                    canonical[written + 1] = 0x80 | ((letter >> 6) & 0x3F)
                    canonical[written + 2] = 0x80 | (letter & 0x3F)
                    written += 3
                else:
                    canonical[written] = 0xF0 | (letter >> 18)
                    canonical[written + 1] = 0x80 | ((letter >> 12) & 0x3F)
                    canonical[written + 2] = 0x80 | ((letter >> 6) & 0x3F)
                    canonical[written + 3] = 0x80 | (letter & 0x3F)
                    written += 4
            lines[line, LINE_LETTERS] += 1
            if flags & DIGIT:
                lines[line, LINE_DIGITS] += 1
            last_class = flags
            last_end = char + 1
            if kind == UNSPACED:
                unspaced_chars += 1
                if (flags & CUTS) or unspaced_chars == _PSEUDO_WORD_CHARS_MAX:
                    canonical[written] = 32
                    written += 1
                    token_end[tokens] = last_end
                    token_hash[tokens] = _mixed(digest)
                    tokens += 1
                    in_token = False
        elif kind == DROPPED:
            if in_token:
                last_end = char + 1
        else:
            if in_token:
                canonical[written] = 32
                written += 1
                token_end[tokens] = last_end
                token_hash[tokens] = _mixed(digest)
                tokens += 1
                in_token = False
            if kind == PUNCTUATION:
                if line_open:
                    lines[line, LINE_PUNCTUATION] += 1
                    lines[line, LINE_CHAR_END] = char + 1
                if code_point == 0x7C or code_point == 0xB7 or code_point == 0x2022 or code_point == 0x203A:
                    lines[line, LINE_BARS] += 1
                elif code_point == 0xA9:
                    lines[line, LINE_BARS] += _COPYRIGHT
                last_class = flags
            elif kind == NEWLINE:
                newlines += 1
                if line_open:
                    lines[line, LINE_TOKEN_END] = tokens
                    if last_end > lines[line, LINE_CHAR_END]:
                        lines[line, LINE_CHAR_END] = last_end
                    lines[line, LINE_ENDS] = 1 if last_class & ENDS_SENTENCE else 0
                    line += 1
                    line_open = False
                    newlines = 1
                    last_class = 0
        char += 1
    token_canonical[tokens] = written
    return (
        canonical[:written],
        token_canonical[: tokens + 1],
        token_start[:tokens],
        token_end[:tokens],
        token_hash[:tokens],
        lines[:line],
    )


@numba.njit(nogil=True, cache=True)
def mark_prose(  # type: ignore[no-untyped-def]
    lines, ending_tokens_min, tokens_min, long_tokens_min, wrapped_chars_min, wrapped_chars_max, wrapped_percent_min
):
    """Sets LINE_PROSE of each line from its shape alone, whatever its language.

    Prose: ≥ ending_tokens_min tokens, ends in a sentence mark or quote and is under half digits; or ≥ tokens_min with some
    punctuation; or ≥ long_tokens_min. Hard-wrapped texts are judged by the block of lines.
    """
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
    lines, title_at, skipped_lines_max, line_tokens_min, lines_between_max, wrapped_chars_max, block_tokens_min, ending_percent_min
):
    """Marks the block of lines right under the title as prose, where enough of them end as sentences do.

    What stands under the headline is the article even where its lines are cut so that none looks like prose. A block
    ends at two short lines on end or at the page's foot.
    """
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
        elif short and (i >= count or lines[i, LINE_TOKEN_END] - lines[i, LINE_TOKEN_START] < line_tokens_min):
            break
    if block_tokens < block_tokens_min or ending * 100 < (end - first) * ending_percent_min:
        return
    last = end
    for j in range(first, last):
        lines[j, LINE_PROSE] = 1


@numba.njit(nogil=True, cache=True)
def prose_run(lines, first, gap_lines_max, gap_tokens_max):  # type: ignore[no-untyped-def]
    """The run of lines that starts at the first prose line from `first` on: (start, end, prose tokens), end exclusive.

    It ends before a gap of more than gap_lines_max lines or gap_tokens_max tokens without prose. (−1, −1, 0): no prose.
    """
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
    """The run of most prose tokens: (start, end, prose tokens), end exclusive; (−1, −1, 0) where there is no prose."""
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
    """Marks in out u8[l] the lines of [start, end) that open with one of the phrases heads[head_starts[i] : head_starts[i + 1]].

    The value says which kind: 1 where the line is short (a heading), 2 where a paragraph opens so.
    """
    for i in range(start, end):
        first = lines[i, LINE_TOKEN_START]
        size = lines[i, LINE_TOKEN_END] - first
        out[i] = 0
        for phrase in range(len(head_starts) - 1):
            at = head_starts[phrase]
            length = head_starts[phrase + 1] - at
            if length > size:
                continue
            j = 0
            while j < length and token_hash[first + j] == heads[at + j]:
                j += 1
            if j == length:
                out[i] = 1 if size <= line_tokens_max else 2
                break


@numba.njit(nogil=True, cache=True)
def winnow(token_hash, shingle_tokens, window):  # type: ignore[no-untyped-def]
    """Positions i32[m] of picked shingles: the rightmost minimum of every window (Schleimer, Wilkerson, Aiken 2003).

    Any run of window + shingle_tokens − 1 tokens holds a whole window, so its picked shingle is the same wherever the run
    stands. A text shorter than one window gives one pick; one shorter than a shingle gives none.
    """
    shingles = len(token_hash) - shingle_tokens + 1
    if shingles <= 0:
        return np.empty(0, np.int32)
    selection = np.empty(shingles, np.uint64)
    for i in range(shingles):
        value = np.uint64(0)
        for j in range(shingle_tokens):
            value = value * _ROLL + token_hash[i + j]
        selection[i] = _mixed(value)
    picks = np.empty(shingles, np.int32)
    count = 0
    width = min(window, shingles)
    least = -1
    for end in range(width - 1, shingles):
        first = end - width + 1
        if least < first:
            least = first
            for i in range(first + 1, end + 1):
                if selection[i] <= selection[least]:
                    least = i
        elif selection[end] <= selection[least]:
            least = end
        if count == 0 or picks[count - 1] != least:
            picks[count] = least
            count += 1
    return picks[:count]


# ---- replay: what one article's hits say of each candidate. Columns of a measures row:
(
    M_HITS,  # distinct samples in runs
    M_LONGEST,  # words of the longest run: prose, not template, inside the main region of both
    M_PIECES,  # the same, summed over the runs that have enough of them to count as a piece
    M_WORDS,  # the same, summed over all runs
    M_OWN,  # tokens of this article's own main region (template aside) that runs cover
    M_LEAD_HERE,  # of its first tokens, how many
    M_THERE,  # tokens of the source's main region that runs cover
    M_LEAD_THERE,  # of its first tokens, how many
    M_ANY,  # tokens of runs, of any kind
    M_BEFORE,  # 1 where every run lies before both main regions
    M_FIRST,  # token at which the first run with a piece's worth of words begins; −1 where none
    M_TAILS,  # tokens of the run that ends with both main regions, beginning in neither's lead; 0 where none does
    M_SINGLES,  # hits that no run holds
    M_COLUMNS,
) = range(14)
R_CANDIDATE, R_START, R_END, R_SOURCE_START, R_SOURCE_END, R_HITS, R_WORDS, R_SOLID, R_COLUMNS = 0, 1, 2, 3, 4, 5, 6, 7, 8
# R_SOLID: tokens that the run's hits vouch for, at most solid_gap from one to the next
T_PROSE, T_MAIN, T_TEMPLATE = 1, 2, 4  # flags of a token
_OPEN_RUNS_MAX = 4  # a stray hit between two runs must not end the first


@numba.njit(nogil=True, cache=True)
def token_flags(tokens, lines, main_start, main_end, positions, template, shingle_tokens, gap_max, line_percent):  # type: ignore[no-untyped-def]
    """Flags u8[tokens] of T_PROSE, T_MAIN, T_TEMPLATE. lines i32[l, 5]: token start, end, …, …, 1 where prose.

    A template sample marks its shingle, and what lies between it and a template neighbour; a line of which line_percent
    or more is template is wholly so.
    """
    flags = np.zeros(tokens, np.uint8)
    for i in range(len(lines)):
        if lines[i, 4] & 1:
            for t in range(lines[i, 0], lines[i, 1]):
                flags[t] |= T_PROSE
    for t in range(main_start, main_end):
        flags[t] |= T_MAIN
    marked = False
    last = -1
    for i in range(len(positions)):
        if not template[i]:
            continue
        marked = True
        start = positions[i]
        if last >= 0 and start - last <= gap_max and template[i - 1]:
            start = last
        for t in range(start, min(tokens, positions[i] + shingle_tokens)):
            flags[t] |= T_TEMPLATE
        last = positions[i]
    if marked:
        for i in range(len(lines)):
            size = lines[i, 1] - lines[i, 0]
            count = 0
            for t in range(lines[i, 0], lines[i, 1]):
                if flags[t] & T_TEMPLATE:
                    count += 1
            if count * 100 >= size * line_percent:
                for t in range(lines[i, 0], lines[i, 1]):
                    flags[t] |= T_TEMPLATE
    return flags


@numba.njit(nogil=True, cache=True)
def measure(  # type: ignore[no-untyped-def]
    flags,
    positions,
    hit_sample,
    hit_position,
    candidate_start,
    source_main_start,
    source_main_end,
    shingle_tokens,
    source_gap_max,
    gap_max,
    drift_min,
    piece_words_min,
    lead_tokens,
    tail_tokens,
    solid_gap,
):
    """Chains each candidate's hits into runs and measures them.

    hit_sample i32[h] ascending inside each candidate, hit_position u16[h] in the source; candidate c's hits are
    candidate_start[c] … candidate_start[c + 1]. Returns (measures i32[c, M_COLUMNS], runs i32[r, R_COLUMNS]).
    """
    tokens = len(flags)
    candidates = len(candidate_start) - 1
    measures = np.zeros((candidates, M_COLUMNS), np.int32)
    runs = np.empty((len(hit_sample) + 1, R_COLUMNS), np.int32)
    prose_before = np.zeros(tokens + 1, np.int32)  # prose, main, not template
    own_before = np.zeros(tokens + 1, np.int32)  # main, not template
    for t in range(tokens):
        flag = flags[t]
        own = (flag & T_MAIN) != 0 and (flag & T_TEMPLATE) == 0
        own_before[t + 1] = own_before[t] + (1 if own else 0)
        prose_before[t + 1] = prose_before[t] + (1 if own and (flag & T_PROSE) else 0)
    main_start = 0
    while main_start < tokens and not flags[main_start] & T_MAIN:
        main_start += 1
    main_end = tokens
    while main_end > main_start and not flags[main_end - 1] & T_MAIN:
        main_end -= 1
    covered = np.zeros(tokens, np.uint8)
    written = 0
    open_runs = np.empty(_OPEN_RUNS_MAX, np.int32)
    for c in range(candidates):
        first_run = written
        opened = 0
        for h in range(candidate_start[c], candidate_start[c + 1]):
            here = positions[hit_sample[h]]
            there = np.int32(hit_position[h])
            joined = -1
            for back in range(opened):
                run = open_runs[opened - 1 - back]
                step_here = here - (runs[run, R_END] - shingle_tokens)
                step_there = there - (runs[run, R_SOURCE_END] - shingle_tokens)
                if step_there <= 0 or step_there > source_gap_max or step_here > gap_max:
                    continue
                drift = abs(step_here - step_there)
                if drift > drift_min and drift * 2 > max(step_here, step_there):
                    continue
                joined = run
                break
            if joined >= 0:
                step = here - (runs[joined, R_END] - shingle_tokens)
                runs[joined, R_SOLID] += min(step, solid_gap)
                runs[joined, R_END] = here + shingle_tokens
                runs[joined, R_SOURCE_END] = there + shingle_tokens
                runs[joined, R_HITS] += 1
                continue
            runs[written, R_CANDIDATE] = c
            runs[written, R_START] = here
            runs[written, R_END] = here + shingle_tokens
            runs[written, R_SOURCE_START] = there
            runs[written, R_SOURCE_END] = there + shingle_tokens
            runs[written, R_HITS] = 1
            runs[written, R_SOLID] = shingle_tokens
            runs[written, R_WORDS] = 0
            if opened == _OPEN_RUNS_MAX:
                for back in range(1, opened):
                    open_runs[back - 1] = open_runs[back]
                opened -= 1
            open_runs[opened] = written
            opened += 1
            written += 1
        # the measures of this candidate: a lone hit proves nothing, and counts only as such
        before = 1
        first = -1
        there_tokens = 0
        lead_there = 0
        for run in range(first_run, written):
            if runs[run, R_HITS] < 2:
                measures[c, M_SINGLES] += 1
                continue
            start = runs[run, R_START]
            end = min(tokens, runs[run, R_END])
            source_start = runs[run, R_SOURCE_START]
            source_end = runs[run, R_SOURCE_END]
            inside = min(source_end, source_main_end[c]) - max(source_start, source_main_start[c])
            inside = max(0, inside)
            words = prose_before[end] - prose_before[start]
            words = words * inside // max(1, source_end - source_start)
            words = min(words, runs[run, R_SOLID])
            runs[run, R_WORDS] = words
            measures[c, M_HITS] += runs[run, R_HITS]
            measures[c, M_LONGEST] = max(measures[c, M_LONGEST], words)
            measures[c, M_WORDS] += words
            if words >= piece_words_min:
                measures[c, M_PIECES] += words
                if first < 0 or start < first:
                    first = start
            measures[c, M_ANY] += end - start
            there_tokens += inside
            lead_end = source_main_start[c] + lead_tokens
            lead_there += max(0, min(source_end, lead_end) - max(source_start, source_main_start[c]))
            if end > main_start and source_end > source_main_start[c]:
                before = 0
            if (
                end + tail_tokens >= main_end
                and source_end + tail_tokens >= source_main_end[c]
                and start >= main_start + lead_tokens // 2
                and source_start >= source_main_start[c] + lead_tokens // 2
            ):
                measures[c, M_TAILS] = max(measures[c, M_TAILS], end - start)
            for t in range(start, end):
                covered[t] = 1
        for t in range(tokens):
            if covered[t]:
                if flags[t] & T_MAIN and not flags[t] & T_TEMPLATE:
                    measures[c, M_OWN] += 1
                    if own_before[t] < lead_tokens:
                        measures[c, M_LEAD_HERE] += 1
                covered[t] = 0
        measures[c, M_THERE] = there_tokens
        measures[c, M_LEAD_THERE] = lead_there
        measures[c, M_BEFORE] = before
        measures[c, M_FIRST] = first
    return measures, runs[:written]


@numba.njit(nogil=True, cache=True)
def write_varints(numbers):  # type: ignore[no-untyped-def]
    """Unsigned LEB128 of each number (i64[n], none negative), concatenated: u8[m]."""
    out = np.empty(len(numbers) * 10, np.uint8)
    written = 0
    for i in range(len(numbers)):
        value = np.uint64(numbers[i])
        while value >= np.uint64(128):
            out[written] = np.uint8(value & np.uint64(127)) | np.uint8(128)
            value >>= np.uint64(7)
            written += 1
        out[written] = np.uint8(value)
        written += 1
    return out[:written]


@numba.njit(nogil=True, cache=True)
def read_varints(data, count):  # type: ignore[no-untyped-def]
    """The first count numbers of LEB128 bytes u8[n]: (i64[count], bytes read); bytes read is −1 where data ends early
    or a number exceeds 2**56."""
    out = np.zeros(count, np.int64)
    at = 0
    for i in range(count):
        shift = 0
        value = np.int64(0)
        while True:
            if at >= len(data) or shift > 49:
                return out, -1
            byte = np.int64(data[at])
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
        out[i] = value
    return out, at
