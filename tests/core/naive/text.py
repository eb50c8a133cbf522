"""Plain Python twins of the compiled loops over text (service/wirecopy/core/text/kernels.py): lists, slices, big integers.

They say what each kernel means, however slowly, and are written from its docstring rather than from its
loops. Hashes are those of the kernels (FNV-1a over folded letters, finished by SplitMix64), for the picks
depend on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SEPARATOR, DROPPED, PUNCTUATION, LETTER, UNSPACED, NEWLINE = range(6)
ENDS_SENTENCE, DIGIT, LOWER, CUTS = 8, 16, 32, 64
PSEUDO_WORD_CHARS_MAX = 5
BAR_SIGNS = "|·•›"
COPYRIGHT = 1000  # what a copyright sign adds to the count of bars
U64 = (1 << 64) - 1

Line = list[int]  # a row of kernels.LINE_COLUMNS numbers
T_START, T_END, C_START, C_END, ENDS, DIGITS, LETTERS, PUNCTUATED, STARTS_LOWER, BLANK_BEFORE, PROSE, BARS = (
    range(12)
)


def mixed(value: int) -> int:
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & U64
    value = (value ^ value >> 27) * 0x94D049BB133111EB & U64
    return value ^ value >> 31


def word_hash(word: Sequence[int]) -> int:
    digest = 0xCBF29CE484222325
    for letter in word:
        digest = (digest ^ letter) * 0x100000001B3 & U64
    return mixed(digest)


# ---- tokens
@dataclass
class Tokenised:
    words: list[list[int]] = field(default_factory=list)  # folded code points
    places: list[tuple[int, int]] = field(default_factory=list)  # code points of the text, half open
    lines: list[Line] = field(default_factory=list)

    @property
    def hashes(self) -> list[int]:
        return [word_hash(word) for word in self.words]

    @property
    def canonical(self) -> bytes:
        folded = ("".join(map(chr, word)) + " " for word in self.words)
        return "".join(folded).encode("utf-8", "surrogatepass")


@dataclass
class Table:
    """What each code point is: the pinned table, and the rule for what lies beyond it."""

    classes: Sequence[int]
    folds: Sequence[int]
    expansions: Sequence[int]

    def flags(self, character: str) -> int:
        code_point = ord(character)
        if code_point < len(self.classes):
            return int(self.classes[code_point])
        if code_point < 0x32400:
            return UNSPACED | (CUTS if (code_point * 0x9E3779B1 >> 13) & 1 else 0)
        return SEPARATOR

    def folded(self, character: str) -> list[int]:
        code_point = ord(character)
        fold = int(self.folds[code_point]) if code_point < len(self.folds) else code_point
        if fold >= 0:
            return [fold]
        count = int(self.expansions[-fold])
        return [int(c) for c in self.expansions[1 - fold : 1 - fold + count]]


def text_lines(text: str, table: Table) -> Iterator[tuple[int, str]]:
    """(first code point, characters) of every line; the signs that end lines belong to none."""
    start = 0
    for at, character in enumerate(text):
        if table.flags(character) & 7 == NEWLINE and text[at : at + 2] != "\r\n":
            yield start, text[start:at]
            start = at + 1
    yield start, text[start:]


def line_words(start: int, characters: str, table: Table) -> Iterator[tuple[list[int], int, int]]:
    """(folded code points, first code point, end) of every token of one line."""
    word: list[int] = []
    first = end = unspaced = 0
    for at, character in enumerate(characters, start):
        flags = table.flags(character)
        kind = flags & 7
        if kind == DROPPED:
            end = at + 1
            continue
        if kind == SEPARATOR and word and unspaced:
            continue
        changes_script = (kind == UNSPACED) != (unspaced > 0)
        if word and (kind not in (LETTER, UNSPACED) or changes_script):
            yield word, first, end
            word = []
        if kind not in (LETTER, UNSPACED):
            continue
        if not word:
            first, unspaced = at, 0
        word = word + table.folded(character)
        end = at + 1
        if kind == UNSPACED:
            unspaced += 1
            if flags & CUTS or unspaced == PSEUDO_WORD_CHARS_MAX:
                yield word, first, end
                word = []
    if word:
        yield word, first, end


def spelt_numbers(text: str) -> set[int]:
    """Places of the digits that go on with the number before them: single digits with single blanks between them, after a
    sign that may be of a script without spaces and a blank."""
    found = set()
    for at in range(4, len(text)):
        before = text[at - 4 : at]
        word = (text[at] + text[at + 1 : at + 2]).encode("utf-8", "surrogatepass")
        if (
            re.fullmatch("[\u0800-\u1fff\u3000-\uffff] [0-9] ", before)
            or (at - 2 in found and before[1:2] == " " and re.fullmatch("[0-9] ", before[2:]))
        ) and re.match(b"[0-9](?![0-9A-Za-z])", word):
            found.add(at)
    return found


def tokenise(text: str, table: Table) -> Tokenised:
    made = Tokenised()
    newlines = 0
    spelt = spelt_numbers(text)
    for number, (start, characters) in enumerate(text_lines(text, table)):
        newlines += number > 0
        words: list[tuple[list[int], int, int]] = []
        for word, first, end in line_words(start, characters, table):
            if first in spelt:
                before, opened, _ = words.pop()
                word, first = before + word, opened
            words.append((word, first, end))
        bars = sum(c in BAR_SIGNS for c in characters) + COPYRIGHT * characters.count("©")
        if not words:
            continue
        row = [0] * 12
        row[T_START], row[T_END] = len(made.words), len(made.words) + len(words)
        row[C_START] = words[0][1]
        flags = [table.flags(c) for c in characters]
        from_first = flags[row[C_START] - start :]
        signs = [at for at, f in enumerate(from_first, row[C_START]) if f & 7 == PUNCTUATION]
        row[C_END] = max([words[-1][2], *(at + 1 for at in signs)])
        shown = [f for f in flags if f & 7 in (PUNCTUATION, LETTER, UNSPACED)]
        row[ENDS] = int(bool(shown[-1] & ENDS_SENTENCE))
        letters = [f for f in flags if f & 7 in (LETTER, UNSPACED)]
        row[DIGITS] = sum(bool(f & DIGIT) for f in letters)
        row[LETTERS] = len(letters)
        row[PUNCTUATED] = len(signs)
        row[STARTS_LOWER] = int(bool(letters[0] & LOWER))
        row[BLANK_BEFORE] = int(newlines > 1)
        row[BARS] = bars
        newlines = 0
        made.words += [word for word, _, _ in words]
        made.places += [(first, end) for _, first, end in words]
        made.lines.append(row)
    return made


# ---- lines
def size(line: Line) -> int:
    return line[T_END] - line[T_START]


def width(line: Line) -> int:
    return line[C_END] - line[C_START]


def block_end(lines: list[Line], first: int, narrowest: int, widest: int, percent: int) -> int:
    """The end of the block of hard-wrapped lines that begins with `first`; first + 1 where it is one line."""
    joins = continued = 0
    at = first
    while at + 1 < len(lines) and not lines[at + 1][BLANK_BEFORE]:
        if narrowest <= width(lines[at]) <= widest:
            joins += 1
            continued += lines[at + 1][STARTS_LOWER]
        else:
            before = width(lines[at - 1]) if at > first else 0
            around = (before, width(lines[at + 1]))
            if min(around) < narrowest or max(around) > widest or width(lines[at]) > widest:
                break
        at += 1
    wrapped = joins >= 2 and continued * 100 >= joins * percent
    return at + 1 if wrapped else first + 1


def mark_prose(
    lines: list[Line],
    ending_tokens_min: int,
    tokens_min: int,
    long_tokens_min: int,
    narrowest: int,
    widest: int,
    percent: int,
) -> None:
    first = 0
    while first < len(lines):
        end = block_end(lines, first, narrowest, widest, percent)
        block = lines[first:end]
        tokens = sum(map(size, block))
        digits, letters, signs = (sum(line[c] for line in block) for c in (DIGITS, LETTERS, PUNCTUATED))
        sentence = tokens >= ending_tokens_min and block[-1][ENDS] and 2 * digits < letters
        prose = sentence or (tokens >= tokens_min and signs > 0) or tokens >= long_tokens_min
        for line in block:
            line[PROSE] = int(prose)
        first = end


def title_line(
    lines: list[Line], hashes: list[int], title: list[int], extra_max: int, ahead: int, step_back: int
) -> int:
    def shows(line: Line) -> bool:
        words = hashes[line[T_START] : line[T_END]]
        fits = len(title) <= len(words) <= len(title) + extra_max
        return fits and any(words[i : i + len(title)] == title for i in range(len(words)))

    best, best_prose = -1, -1
    for i, line in enumerate(lines):
        if not title or not shows(line):
            continue
        prose = sum(size(below) for below in lines[i + 1 : i + 1 + ahead] if below[PROSE])
        if prose > best_prose:
            if best < 0 or i - best > step_back:
                best = i
            best_prose = prose
    return best


def closes(line: Line) -> bool:
    """A page's foot: a dated copyright notice, or a bar of links."""
    if line[BARS] >= COPYRIGHT:
        return line[DIGITS] >= 4
    return line[BARS] >= 4 and not line[PROSE]


def mark_title_block(
    lines: list[Line],
    title_at: int,
    skipped_max: int,
    short_below: int,
    between_max: int,
    widest: int,
    block_min: int,
    percent: int,
) -> None:
    def short(i: int) -> bool:
        return i >= len(lines) or size(lines[i]) < short_below

    first = title_at + 1
    while first < len(lines) and short(first):
        first += 1
    if first - title_at - 1 > skipped_max:
        return
    end = first
    for i in range(first, len(lines)):
        if closes(lines[i]) or i - end >= between_max or width(lines[i]) > widest:
            break
        if lines[i][ENDS]:
            end = i + 1
        elif short(i) and short(i + 1):
            break
    block = lines[first:end]
    endings = sum(line[ENDS] for line in block)
    if sum(map(size, block)) >= block_min and endings * 100 >= len(block) * percent:
        for line in block:
            line[PROSE] = 1


def prose_run(lines: list[Line], first: int, gap_lines_max: int, gap_tokens_max: int) -> tuple[int, int, int]:
    prose = [i for i in range(first, len(lines)) if lines[i][PROSE]]
    if not prose:
        return -1, -1, 0
    start, end = prose[0], prose[0]
    feet = [i for i in range(start + 1, len(lines)) if closes(lines[i])]
    for i in prose:
        gap = lines[end:i]
        if (
            any(foot <= i for foot in feet)
            or len(gap) > gap_lines_max
            or sum(map(size, gap)) > gap_tokens_max
        ):
            break
        end = i + 1
    return start, end, sum(size(line) for line in lines[start:end] if line[PROSE])


def largest_prose_run(lines: list[Line], gap_lines_max: int, gap_tokens_max: int) -> tuple[int, int, int]:
    best = (-1, -1, 0)
    at = 0
    while (run := prose_run(lines, at, gap_lines_max, gap_tokens_max))[0] >= 0:
        if run[2] > best[2]:
            best = run
        at = run[1]
    return best


def starts_with_any(
    lines: list[Line], hashes: list[int], start: int, end: int, heads: list[list[int]], short_max: int
) -> list[int]:
    """A mark a line: 1 a heading of those, 2 a paragraph that opens so, else 0; 0 outside [start, end)."""
    marks = [0] * len(lines)
    for i in range(start, end):
        words = hashes[lines[i][T_START] : lines[i][T_END]]
        if lines[i][STARTS_LOWER]:
            continue
        if any(words[: len(head)] == head for head in heads):
            marks[i] = 1 if len(words) <= short_max else 2
    return marks


def closing_line(
    lines: list[Line], start: int, end: int, marks: list[int], opens: list[int], limits: tuple[int, int, int]
) -> int:
    """The first marked line behind enough prose; a paragraph's mark counts where it opens as a closing one."""
    least_tokens, percent, always_tokens = limits
    prose = [size(line) if line[PROSE] else 0 for line in lines]
    enough = max(least_tokens, min(sum(prose[start:end]) * percent // 100, always_tokens))
    for i in range(start + 1, end):
        closes_here = marks[i] == 1 or (marks[i] == 2 and opens[i])
        if closes_here and sum(prose[start:i]) >= enough:
            return i
    return end


def main_region(
    lines: list[Line],
    tokens: int,
    title_at: int,
    marks: list[int],
    opens: list[int],
    gaps: tuple[int, int],
    limits: tuple[int, int, int],
    scant_max: int,
) -> tuple[int, int]:
    """From below the title's line, or else the largest run of prose, to a closing line; all of it without prose, and of a
    short text that is mostly none."""
    run = prose_run(lines, title_at + 1, *gaps) if title_at >= 0 else (-1, -1, 0)
    if run[2] == 0:
        closing = closing_line(lines, 0, len(lines), marks, opens, limits)
        run = largest_prose_run(lines[:closing], *gaps)
        if run[2] < tokens / 2 and tokens <= scant_max:
            return 0, tokens
    if run[2] == 0:
        return 0, tokens
    end = closing_line(lines, run[0], run[1], marks, opens, limits)
    return lines[run[0]][T_START], lines[end - 1][T_END]


# ---- picks
def samples(
    lines: list[Line], hashes: Sequence[int], main: tuple[int, int], shingle_tokens: int, window: int
) -> tuple[list[int], list[list[int]]]:
    """Positions of the picks that touch a line of prose or of the main region, and these lines."""
    kept = [line for line in lines if line[PROSE] or (main[0] <= line[T_START] and line[T_END] <= main[1])]
    inside = {t for line in kept for t in range(line[T_START], line[T_END])}
    picked = [p for p in winnow(hashes, shingle_tokens, window) if inside & set(range(p, p + shingle_tokens))]
    return picked, [[line[c] for c in (T_START, T_END, C_START, C_END, PROSE)] for line in kept]


def winnow(hashes: Sequence[int], shingle_tokens: int, window: int) -> list[int]:
    values = []
    for i in range(len(hashes) - shingle_tokens + 1):
        value = 0
        for token in hashes[i : i + shingle_tokens]:
            value = (value * 0x9E3779B97F4A7C15 + token) & U64
        values.append(mixed(value))
    picked = set()
    wide = min(window, len(values))
    for first in range(len(values) - wide + 1 if values else 0):
        picked.add(min(range(first, first + wide), key=lambda i: (values[i], -i)))
    return sorted(picked)


# ---- an article against a candidate
PROSE_FLAG, MAIN_FLAG, TEMPLATE_FLAG = 1, 2, 4


def token_flags(
    tokens: int,
    lines: Sequence[Sequence[int]],
    main: tuple[int, int],
    positions: Sequence[int],
    template: Sequence[int],
    shingle_tokens: int,
    gap_max: int,
    line_percent: int,
) -> list[int]:
    marked: set[int] = set()
    for i, position in enumerate(positions):
        if template[i]:
            marked |= set(range(position, min(tokens, position + shingle_tokens)))
            if i and template[i - 1] and position - positions[i - 1] <= gap_max:
                marked |= set(range(positions[i - 1], position))
    for start, end, *_ in lines:
        if len(marked & set(range(start, end))) * 100 >= (end - start) * line_percent and marked:
            marked |= set(range(start, end))
    prose = {t for line in lines if line[4] & 1 for t in range(line[0], line[1])}
    return [
        PROSE_FLAG * (t in prose) | MAIN_FLAG * (main[0] <= t < main[1]) | TEMPLATE_FLAG * (t in marked)
        for t in range(tokens)
    ]


@dataclass(eq=False)
class Run:
    start: int
    end: int
    source_start: int
    source_end: int
    hits: int
    solid: int
    words: int = 0

    def takes(
        self, here: int, there: int, shingle: int, source_gap_max: int, gap_max: int, drift_min: int
    ) -> bool:
        step_here, step_there = here - (self.end - shingle), there - (self.source_end - shingle)
        if not 0 < step_there <= source_gap_max or step_here > gap_max:
            return False
        drift = abs(step_here - step_there)
        return drift <= drift_min or drift * 2 <= max(step_here, step_there)


@dataclass(frozen=True)
class Chaining:
    """The numbers that `kernels.measure` goes by, in its order."""

    shingle_tokens: int
    source_gap_max: int
    gap_max: int
    drift_min: int
    piece_words_min: int
    lead_tokens: int
    tail_tokens: int
    solid_gap: int
    window: int


def chained(hits: Sequence[tuple[int, int]], by: Chaining) -> list[Run]:
    """Hits (token here, token there) as runs; each joins the newest of four that takes it, else opens one."""
    runs: list[Run] = []
    opened: list[Run] = []
    for here, there in hits:
        for run in reversed(opened):
            if run.takes(here, there, by.shingle_tokens, by.source_gap_max, by.gap_max, by.drift_min):
                run.solid += min(here - (run.end - by.shingle_tokens), by.solid_gap)
                run.end, run.source_end = here + by.shingle_tokens, there + by.shingle_tokens
                run.hits += 1
                break
        else:
            size_ = by.shingle_tokens
            run = Run(here, here + size_, there, there + size_, 1, size_)
            runs.append(run)
            opened = [*opened, run][-4:]
    return runs


def closing_runs(runs: Sequence[Run], main_end: int, source_end: int, by: Chaining) -> list[Run]:
    """The runs that end with both main regions, and those that lead up to them without a large gap in either."""
    inside = [run for run in runs if run.start < main_end and run.source_start < source_end]
    ends = (main_end - by.tail_tokens, source_end - by.tail_tokens)
    found = [run for run in inside if run.end >= ends[0] and run.source_end >= ends[1]]
    if not sum(run.words for run in found):
        return found
    while True:
        start = min(run.start for run in found) - by.source_gap_max
        source_start = min(run.source_start for run in found) - by.source_gap_max
        near = [run for run in inside if run.end >= start and run.source_end >= source_start]
        grown = [run for run in inside if run in found or run in near]
        if len(grown) == len(found):
            return found
        found = grown


def measure(
    flags: Sequence[int],
    positions: Sequence[int],
    hits: Sequence[tuple[int, int]],
    source_main: tuple[int, int],
    by: Chaining,
) -> tuple[list[int], list[Run]]:
    """One candidate's row, in the order of kernels.M_*, and its runs, those of a lone hit too."""
    tokens = len(flags)
    own = [bool(f & MAIN_FLAG) and not f & TEMPLATE_FLAG for f in flags]
    in_main = [t for t in range(tokens) if flags[t] & MAIN_FLAG]
    main_start, main_end = (in_main[0], in_main[-1] + 1) if in_main else (tokens, tokens)
    lead = set([t for t in range(tokens) if own[t]][: by.lead_tokens])
    source_start, source_end = source_main
    all_runs = chained(hits, by)
    runs = [run for run in all_runs if run.hits >= 2]
    first = min((at for at in positions if at >= main_start), default=None)
    for run in runs:
        if run.start == first and run.source_start - source_start == first - main_start < by.window:
            run.solid += first - main_start
            run.start, run.source_start = main_start, source_start
    covered: set[int] = set()
    there = lead_there = 0
    for run in runs:
        end = min(tokens, run.end)
        inside = max(0, min(run.source_end, source_end) - max(run.source_start, source_start))
        words = sum(own[t] and bool(flags[t] & PROSE_FLAG) for t in range(run.start, end))
        run.words = min(words * inside // (run.source_end - run.source_start), run.solid)
        there += inside
        lead_there += max(
            0, min(run.source_end, source_start + by.lead_tokens) - max(run.source_start, source_start)
        )
        covered |= set(range(run.start, end))
    pieces = [run for run in runs if run.words >= by.piece_words_min]
    foot = closing_runs(runs, main_end, source_end, by)
    row = [
        sum(run.hits for run in runs),
        max((run.words for run in runs), default=0),
        sum(run.words for run in pieces),
        sum(run.words for run in runs),
        sum(own[t] for t in covered),
        len(covered & lead),
        there,
        lead_there,
        sum(min(tokens, run.end) - run.start for run in runs),
        int(not any(min(tokens, run.end) > main_start and run.source_end > source_start for run in runs)),
        min((run.start for run in pieces), default=-1),
        sum(run.words for run in foot),
        max((run.words for run in runs if run not in foot), default=0),
        sum(run.hits < 2 for run in all_runs),
    ]
    return row, all_runs
