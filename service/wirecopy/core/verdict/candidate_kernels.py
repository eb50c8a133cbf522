"""The compiled loops of replay: one article's votes → candidates, their runs and measures.

One call does what a dozen of NumPy's did: at 150 samples and 300 votes an article a call costs more than its work.
Rows of the article store are read as words where they lie (a vote's site, a candidate's main region), so nothing is
gathered first. Limits come along in arrays (`BY_…`, `TO_…`), and arrays to write into are lent by the caller. The tests hold a
plain Python twin of each.

The one rule that is in here is which candidates are publications of this text by what was counted (`graded`): most are
nothing, and one that is told so here costs no object. It is said for each thing that is not known here, and verdict.py says
which of them holds.

Non-obvious: numba's cache does not track kernels imported from another file, so nothing is. `int(uint64)` stays uint64
under numba and mixes with int64 to float64, so every conversion is spelled out.
"""

from __future__ import annotations

import numba
import numpy as np

# What one article's hits say of each candidate: columns of a measures row.
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
    M_TAILS,  # words of the runs that end together with both main regions, one close after the other
    M_REST,  # words of the longest other run
    M_SINGLES,  # hits that no run holds
    M_RUNS_FIRST,  # its rows of runs, half open
    M_RUNS_LAST,
    M_COLUMNS,
) = range(17)
# The same as shares: of the article's own main region, of the candidate's, and of the first tokens of each.
P_HERE, P_THERE, P_LEAD_HERE, P_LEAD_THERE, P_COLUMNS = range(5)
# What is said of a candidate that may be a source: columns of i64.
(
    W_ARTICLE,
    W_GRADES,
    W_SAME_SITE,  # 1 where its site's key is this article's
    W_SAME_TITLE,  # 1 where its title is, and there is one
    W_HITS,
    W_LONGEST,
    W_FIRST,
    W_RUNS_FIRST,
    W_RUNS_LAST,
    W_COLUMNS,
) = range(10)
# Bits of W_GRADES: by what was counted, the candidate is a publication of this text …
G_ADDRESS = 1  # if it is of the same address
G_SITE = 2  # if it is of the same publisher
G_ELSEWHERE = 4  # if it is of another
G_NAMED = 8  # if it is of another, and one credits the other
G_FURTHER = 16  # if it is of another, and there is a source already
G_BEFORE = 32  # and, but for the first, not at all: what they share stands above both articles
R_CANDIDATE, R_START, R_END, R_SOURCE_START, R_SOURCE_END, R_HITS, R_WORDS, R_SOLID, R_COLUMNS = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
)
# R_SOLID: tokens that the run's hits vouch for, at most solid_gap from one to the next
T_PROSE, T_MAIN, T_TEMPLATE = 1, 2, 4  # flags of a token
_OPEN_RUNS_MAX = 4  # a stray hit between two runs must not end the first

# Limits that the kernels go by (limits.py), in the order of an i64 array.
(
    BY_SHINGLE,
    BY_SOURCE_GAP,
    BY_GAP,
    BY_DRIFT,
    BY_PIECE,
    BY_LEAD,
    BY_TAIL,
    BY_SOLID_GAP,
    BY_TEMPLATE_GAP,
    BY_LINE_PERCENT,
    BY_CANDIDATES,
    BY_CANDIDATE_HITS,
    BY_FIELDS,
) = range(13)
# Limits that grades go by, f8 (limits.py).
(
    TO_ADDRESS_PART,
    TO_SITE_TAIL,
    TO_SITE_TAIL_PART,
    TO_SITE_TITLE_PART,
    TO_SITE_TITLE_LEAD,
    TO_SITE_TITLE_PARTS,
    TO_SITE_TITLE_PART_ALONE,
    TO_SITE_LEAD,
    TO_SITE_PART_MAX,
    TO_SITE_PART,
    TO_WORDS,
    TO_PIECES,
    TO_SHORT_PART,
    TO_SHORT_WORDS,
    TO_SHORT_HITS,
    TO_CONTAINED_PART,
    TO_CONTAINED_LEAD,
    TO_NAMED_TOKENS,
    TO_NAMED_HITS,
    TO_NAMED_BOTH_HITS,
    TO_NAMED_PART_HITS,
    TO_NAMED_PART,
    TO_FURTHER_LEAD,
    TO_FURTHER_WORDS,
    TO_UNSPACED_CHARS,
    TO_UNSPACED_SCALE,
    TO_FIELDS,
) = range(27)
# Where `weigh` finds things in a row of the article store: word of 8 bytes, halves of 2; and the number of row 0.
AT_SITE, AT_TITLE, AT_MAIN_START, AT_MAIN_END, AT_OWN_TOKENS, AT_BASE, AT_FIELDS = range(7)
# What `weigh` says beside its arrays: own tokens, candidates, rows of runs, votes for articles of this site that are not
# set aside, 1 where the text is of a script without spaces.
SAID_OWN, SAID_CANDIDATES, SAID_RUNS, SAID_ON_SITE, SAID_UNSPACED, SAID_FIELDS = range(6)
# Where an article's own keys stand, as in kernels_index.postings_survey.
ASKED_SITE, ASKED_TAKEN, ASKED_IDENTITY, ASKED_TITLE, ASKED_SAID = 0, 1, 2, 5, 6
SAME_MAX = 32  # articles that three identities, and that of whom an article succeeds, can name

_FLAGS = "i8(i8, i4[:, ::1], i8, i8, i4[::1], u1[::1], i8[::1], u1[::1])"
_MEASURE = (
    "i8(u1[::1], i8, i4[::1], i4[::1], u2[::1], i4[::1], i4[::1], i4[::1], i8, i8[::1], i4[::1], i4[::1],"
    " i4[:, ::1], i4[:, ::1])"
)
_WEIGH = (
    "void(i8, i8, i8, u1[::1], i4[::1], i4[:, ::1], i8, i4[::1], u4[::1], u2[::1], i8, u4[::1], u8[:, ::1],"
    " u2[:, ::1], i8, i8[::1], u8[::1], i8[::1], f8[::1], u1[::1], i4[::1], i4[::1], u4[::1], i4[:, ::1], i4[:, ::1],"
    " i4[::1], u2[::1], i8[:, ::1], f8[:, ::1], i8[::1])"
)
_GRADE = "void(i4[::1], i8, i8, b1, b1, i8[::1], f8[::1], i8[::1], f8[::1])"
_ON_SITE = "i8(u1[::1], i8, i4[::1], u4[::1], u8[:, ::1], i8[::1], u8[::1], u4[::1])"


@numba.njit(_FLAGS, nogil=True, cache=True)
def token_flags(tokens, lines, main_start, main_end, positions, template, by, flags):  # type: ignore[no-untyped-def]
    """Fills flags u8[tokens] with T_PROSE, T_MAIN, T_TEMPLATE; returns how many tokens are of the main region and not
    template. lines i32[l, 5]: token start, end, …, …, 1 where prose; positions i32[n], template u8[n] of samples.

    A template sample marks its shingle, and what lies between it and a template neighbour; a line of which
    by[BY_LINE_PERCENT] or more is template is wholly so."""
    flags[:tokens] = 0
    for i in range(len(lines)):
        if lines[i, 4] & 1:
            flags[lines[i, 0] : lines[i, 1]] = T_PROSE
    own = max(0, main_end - main_start)
    main = flags[main_start:main_end]  # a slice from 0 on is gone through several tokens at a time
    for t in range(len(main)):
        main[t] |= np.uint8(T_MAIN)
    marked = False
    last = np.int64(-1)
    for i in range(len(positions)):
        if not template[i]:
            continue
        marked = True
        start = np.int64(positions[i])
        if last >= 0 and start - last <= by[BY_TEMPLATE_GAP] and template[i - 1]:
            start = last
        for t in range(start, min(tokens, positions[i] + by[BY_SHINGLE])):
            flags[t] |= np.uint8(T_TEMPLATE)
        last = np.int64(positions[i])
    if not marked:
        return own
    for i in range(len(lines)):
        size = lines[i, 1] - lines[i, 0]
        count = 0
        for t in range(lines[i, 0], lines[i, 1]):
            count += flags[t] >> 2
        if count * 100 >= size * by[BY_LINE_PERCENT]:
            for t in range(lines[i, 0], lines[i, 1]):
                flags[t] |= np.uint8(T_TEMPLATE)
    for t in range(main_start, main_end):
        own -= flags[t] >> 2
    return own


@numba.njit(nogil=True, cache=True)
def _tails(runs, main_end, source_main_end, tail_tokens, gap_max):  # type: ignore[no-untyped-def]
    """(words of the runs that reach the end of both main regions, and of those close before them; words of
    the longest run that is none of these)."""
    start = main_end
    source_start = source_main_end
    tails = 0
    in_block = np.zeros(len(runs), np.uint8)
    for r in range(len(runs)):
        if (
            runs[r, R_HITS] > 1
            and runs[r, R_START] < main_end
            and runs[r, R_SOURCE_START] < source_main_end
            and runs[r, R_END] + tail_tokens >= main_end
            and runs[r, R_SOURCE_END] + tail_tokens >= source_main_end
        ):
            in_block[r] = 1
            start = min(start, runs[r, R_START])
            source_start = min(source_start, runs[r, R_SOURCE_START])
            tails += runs[r, R_WORDS]
    grown = tails > 0
    while grown:
        grown = False
        for r in range(len(runs)):
            if in_block[r] or runs[r, R_HITS] < 2:
                continue
            near = runs[r, R_END] + gap_max >= start and runs[r, R_SOURCE_END] + gap_max >= source_start
            if near and runs[r, R_START] < main_end and runs[r, R_SOURCE_START] < source_main_end:
                in_block[r] = 1
                start = min(start, runs[r, R_START])
                source_start = min(source_start, runs[r, R_SOURCE_START])
                tails += runs[r, R_WORDS]
                grown = True
    rest = 0
    for r in range(len(runs)):
        if not in_block[r] and runs[r, R_HITS] > 1:
            rest = max(rest, runs[r, R_WORDS])
    return tails, rest


@numba.njit(nogil=True, cache=True)
def _chain(candidate, positions, hit_sample, hit_position, first, last, by, runs, written):  # type: ignore[no-untyped-def]
    """Chains one candidate's hits `first` … `last` into runs, from row `written` on; returns the row behind them.

    A hit joins the newest of four open runs that it goes on from, else it opens one."""
    shingle = by[BY_SHINGLE]
    open_runs = np.empty(_OPEN_RUNS_MAX, np.int64)
    opened = 0
    for h in range(first, last):
        here = np.int64(positions[hit_sample[h]])
        there = np.int64(hit_position[h])
        joined = np.int64(-1)
        for back in range(opened):
            run = open_runs[opened - 1 - back]
            step_here = here - (runs[run, R_END] - shingle)
            step_there = there - (runs[run, R_SOURCE_END] - shingle)
            if step_there <= 0 or step_there > by[BY_SOURCE_GAP] or step_here > by[BY_GAP]:
                continue
            drift = abs(step_here - step_there)
            if drift > by[BY_DRIFT] and drift * 2 > max(step_here, step_there):
                continue
            joined = run
            break
        if joined >= 0:
            step = here - (runs[joined, R_END] - shingle)
            runs[joined, R_SOLID] += min(step, by[BY_SOLID_GAP])
            runs[joined, R_END] = here + shingle
            runs[joined, R_SOURCE_END] = there + shingle
            runs[joined, R_HITS] += 1
            continue
        runs[written, R_CANDIDATE] = candidate
        runs[written, R_START] = here
        runs[written, R_END] = here + shingle
        runs[written, R_SOURCE_START] = there
        runs[written, R_SOURCE_END] = there + shingle
        runs[written, R_HITS] = 1
        runs[written, R_SOLID] = shingle
        runs[written, R_WORDS] = 0
        if opened == _OPEN_RUNS_MAX:
            for back in range(1, opened):
                open_runs[back - 1] = open_runs[back]
            opened -= 1
        open_runs[opened] = written
        opened += 1
        written += 1
    return written


@numba.njit(_MEASURE, nogil=True, cache=True)
def measure(  # type: ignore[no-untyped-def]
    flags,
    tokens,
    positions,
    hit_sample,
    hit_position,
    candidate_start,
    source_main_start,
    source_main_end,
    candidates,
    by,
    prose_before,
    own_before,
    measures,
    runs,
):
    """Chains each candidate's hits into runs and measures them; returns how many runs there are.

    hit_sample i32[h] ascending inside each candidate, hit_position u16[h] in the source; candidate c's hits are
    candidate_start[c] … candidate_start[c + 1]. Fills measures i32[c, M_COLUMNS] and runs i32[h + 1, R_COLUMNS];
    prose_before, own_before i32[tokens + 1] are room to work in."""
    prose_before[0] = 0
    own_before[0] = 0
    main_start = np.int64(tokens)
    main_end = np.int64(-1)
    for t in range(tokens):
        flag = flags[t]
        own = 1 if flag & (T_MAIN | T_TEMPLATE) == T_MAIN else 0
        own_before[t + 1] = own_before[t] + own
        prose_before[t + 1] = prose_before[t] + (own & flag)
        if flag & T_MAIN:
            main_end = np.int64(t + 1)
            if main_start == tokens:
                main_start = np.int64(t)
    if main_end < 0:
        main_end = main_start
    written = np.int64(0)
    for c in range(candidates):
        first_run = written
        written = _chain(
            c,
            positions,
            hit_sample,
            hit_position,
            candidate_start[c],
            candidate_start[c + 1],
            by,
            runs,
            written,
        )
        # the measures of this candidate: a lone hit proves nothing, and counts only as such
        row = measures[c]
        row[:] = 0
        before = 1
        first = -1
        there_tokens = 0
        lead_there = 0
        reached = 0  # runs begin in order, so that what they cover together is counted in one sweep
        for run in range(first_run, written):
            if runs[run, R_HITS] < 2:
                row[M_SINGLES] += 1
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
            row[M_HITS] += runs[run, R_HITS]
            row[M_LONGEST] = max(row[M_LONGEST], words)
            row[M_WORDS] += words
            if words >= by[BY_PIECE]:
                row[M_PIECES] += words
                if first < 0 or start < first:
                    first = start
            row[M_ANY] += end - start
            there_tokens += inside
            lead_end = source_main_start[c] + by[BY_LEAD]
            lead_there += max(0, min(source_end, lead_end) - max(source_start, source_main_start[c]))
            if end > main_start and source_end > source_main_start[c]:
                before = 0
            fresh = max(start, reached)
            if end > fresh:
                row[M_OWN] += own_before[end] - own_before[fresh]
                row[M_LEAD_HERE] += min(own_before[end], by[BY_LEAD]) - min(own_before[fresh], by[BY_LEAD])
                reached = end
        row[M_TAILS], row[M_REST] = _tails(
            runs[first_run:written], main_end, source_main_end[c], by[BY_TAIL], by[BY_SOURCE_GAP]
        )
        row[M_THERE] = there_tokens
        row[M_LEAD_THERE] = lead_there
        row[M_BEFORE] = before
        row[M_FIRST] = first
        row[M_RUNS_FIRST], row[M_RUNS_LAST] = first_run, written
    return written


@numba.njit(nogil=True, cache=True)
def _on_site(row, parts, own_here, own_there, same_title, to):  # type: ignore[no-untyped-def]
    """Two pages of one site: what they share is mostly the site. They are one text only where little else is left."""
    most, least = max(parts[P_HERE], parts[P_THERE]), min(parts[P_HERE], parts[P_THERE])
    if same_title and least >= to[TO_SITE_TITLE_PARTS]:
        return True
    left_here, left_there = max(0, own_here - row[M_OWN]), max(0, own_there - row[M_THERE])
    here, there = row[M_OWN] + left_here, row[M_THERE] + left_there
    tail, part = to[TO_SITE_TAIL], to[TO_SITE_TAIL_PART]
    if left_here >= max(tail, part * here) and left_there >= max(tail, part * there):
        return False
    lead = max(parts[P_LEAD_HERE], parts[P_LEAD_THERE])
    if same_title:
        if most >= to[TO_SITE_TITLE_PART_ALONE]:
            return True
        return most >= to[TO_SITE_TITLE_PART] and lead >= to[TO_SITE_TITLE_LEAD]
    return (
        lead >= to[TO_SITE_LEAD]
        and most >= to[TO_SITE_PART_MAX]
        and least >= to[TO_SITE_PART]
        and row[M_WORDS] >= to[TO_WORDS]
    )


@numba.njit(nogil=True, cache=True)
def _elsewhere(row, parts, same_title, names, scale, to):  # type: ignore[no-untyped-def]
    """Another publisher: a long run of prose, several pieces, a short text whole, or less where something names it: then it
    was rewritten or shuffled."""
    part, lead = max(parts[P_HERE], parts[P_THERE]), max(parts[P_LEAD_HERE], parts[P_LEAD_THERE])
    if row[M_TAILS] and lead == 0.0 and not (same_title or names):
        # the foot of two pages of one network of sites; what else they share must say enough by itself
        return row[M_REST] >= to[TO_WORDS] * scale
    if row[M_LONGEST] >= to[TO_WORDS] * scale or row[M_PIECES] >= to[TO_PIECES] * scale:
        return True
    if part >= to[TO_SHORT_PART] and row[M_WORDS] >= to[TO_SHORT_WORDS] and row[M_HITS] >= to[TO_SHORT_HITS]:
        return True
    if part >= to[TO_CONTAINED_PART] and lead >= to[TO_CONTAINED_LEAD]:
        return row[M_HITS] >= to[TO_SHORT_HITS]
    hits = row[M_HITS] + row[M_SINGLES]
    if same_title and names:
        return hits >= to[TO_NAMED_BOTH_HITS]
    if not same_title and not names:
        return False
    if row[M_ANY] >= to[TO_NAMED_TOKENS] and row[M_HITS] >= to[TO_NAMED_HITS]:
        return True
    return hits >= to[TO_NAMED_PART_HITS] and part >= to[TO_NAMED_PART]


@numba.njit(nogil=True, cache=True)
def graded(row, parts, own_here, own_there, same_title, unspaced, to):  # type: ignore[no-untyped-def]
    """The grades `G_…` of a measures row and its shares f8[P_COLUMNS].

    own_here, own_there: tokens of the main regions, templates aside. same_title: it is the same; unspaced: more tokens say
    as much as one word."""
    scale = to[TO_UNSPACED_SCALE] if unspaced else 1.0
    grades = np.int64(0)
    if max(parts[P_HERE], parts[P_THERE]) >= to[TO_ADDRESS_PART]:
        grades |= G_ADDRESS
    if _on_site(row, parts, own_here, own_there, same_title, to):
        grades |= G_SITE
    if _elsewhere(row, parts, same_title, False, scale, to):
        grades |= G_ELSEWHERE
    if _elsewhere(row, parts, same_title, True, scale, to):
        grades |= G_NAMED
    if (
        not row[M_BEFORE]
        and parts[P_LEAD_THERE] >= to[TO_FURTHER_LEAD]
        and row[M_WORDS] >= to[TO_FURTHER_WORDS]
    ):
        grades |= G_FURTHER
    if row[M_HITS] and row[M_BEFORE]:
        grades |= G_BEFORE
    return grades


@numba.njit(_GRADE, nogil=True, cache=True)
def grade(row, own_here, own_there, same_title, unspaced, by, to, said, parts):  # type: ignore[no-untyped-def]
    """A measures row as shares f8[P_COLUMNS], its grades, and what else of it is asked for later: into said
    i64[W_COLUMNS], whose other columns it leaves alone."""
    lead_here, lead_there = min(by[BY_LEAD], own_here), min(by[BY_LEAD], own_there)
    parts[P_HERE] = row[M_OWN] / own_here if own_here else 0.0
    parts[P_THERE] = min(1.0, row[M_THERE] / own_there) if own_there else 0.0
    parts[P_LEAD_HERE] = row[M_LEAD_HERE] / lead_here if lead_here else 0.0
    parts[P_LEAD_THERE] = min(1.0, row[M_LEAD_THERE] / lead_there) if lead_there else 0.0
    said[W_GRADES] = graded(row, parts, own_here, own_there, same_title, unspaced, to)
    said[W_SAME_TITLE] = same_title
    said[W_HITS], said[W_LONGEST], said[W_FIRST] = row[M_HITS], row[M_LONGEST], row[M_FIRST]
    said[W_RUNS_FIRST], said[W_RUNS_LAST] = row[M_RUNS_FIRST], row[M_RUNS_LAST]


@numba.njit(nogil=True, cache=True)
def _candidates(template, sample, article, votes, words, at, site, by, chosen, counts):  # type: ignore[no-untyped-def]
    """(how many articles enough votes are for, of the best by[BY_CANDIDATES]; votes for articles of this site).

    Votes of samples that are not template, ordered by article. Into chosen u32: the most votes first, the smallest
    number first where they are equal."""
    kept = 0
    on_site = 0
    i = 0
    while i < votes:
        number = article[i]
        usable = 0
        while i < votes and article[i] == number:
            usable += template[sample[i]] == 0
            i += 1
        if usable == 0:
            continue
        if words[np.int64(number) - at[AT_BASE], at[AT_SITE]] == site:
            on_site += usable
        if usable < by[BY_CANDIDATE_HITS]:
            continue
        place = kept
        while place > 0 and counts[place - 1] < usable:
            place -= 1
        if place >= by[BY_CANDIDATES]:
            continue
        kept = min(kept + 1, by[BY_CANDIDATES])
        for back in range(kept - 1, place, -1):
            chosen[back], counts[back] = chosen[back - 1], counts[back - 1]
        chosen[place], counts[place] = number, usable
    return kept, on_site


@numba.njit(nogil=True, cache=True)
def _joined(chosen, kept, same):  # type: ignore[no-untyped-def]
    """Adds the articles `same` to the first `kept` of chosen u32, ascending, each once; returns how many there are."""
    for number in same:
        chosen[kept] = number
        kept += 1
    for i in range(1, kept):
        number = chosen[i]
        place = i
        while place > 0 and chosen[place - 1] > number:
            chosen[place] = chosen[place - 1]
            place -= 1
        chosen[place] = number
    distinct = min(1, kept)
    for i in range(1, kept):
        if chosen[i] != chosen[distinct - 1]:
            chosen[distinct] = chosen[i]
            distinct += 1
    return distinct


@numba.njit(_ON_SITE, nogil=True, cache=True)
def mark_on_site(template, votes, sample, article, words, at, asked, unless):  # type: ignore[no-untyped-def]
    """Marks the samples in template u8[n] that other articles of this site hold, those of `unless` u32[…] apart; returns
    how many are new."""
    marked = 0
    for i in range(votes):
        if template[sample[i]] or words[np.int64(article[i]) - at[AT_BASE], at[AT_SITE]] != asked[ASKED_SITE]:
            continue
        spared = False
        for number in unless:
            spared |= number == article[i]
        if not spared:
            template[sample[i]] = 1
            marked += 1
    return marked


@numba.njit(nogil=True, cache=True)
def _unspaced(lines, main_start, main_end, to):  # type: ignore[no-untyped-def]
    """1 where the article is of a script without spaces, by its own lines: what the page says around it may be of another."""
    tokens, chars = np.int64(0), np.int64(0)
    for i in range(len(lines)):
        if lines[i, 0] >= main_start and lines[i, 1] <= main_end:
            tokens += np.int64(lines[i, 1]) - np.int64(lines[i, 0])
            chars += np.int64(lines[i, 3]) - np.int64(lines[i, 2])
    return np.int64(chars < tokens * to[TO_UNSPACED_CHARS])


@numba.njit(nogil=True, cache=True)
def _gathered(template, chosen, kept, votes, sample, article, position, starts, hit_sample, hit_position):  # type: ignore[no-untyped-def]
    """The chosen articles' votes that are not template, one article's after the other's: article c's from starts[c] on."""
    hits = 0
    for c in range(kept):
        starts[c] = hits
        low, high = 0, votes
        while low < high:
            middle = (low + high) // 2
            if article[middle] < chosen[c]:
                low = middle + 1
            else:
                high = middle
        while low < votes and article[low] == chosen[c]:
            if template[sample[low]] == 0:
                hit_sample[hits] = sample[low]
                hit_position[hits] = position[low]
                hits += 1
            low += 1
    starts[kept] = hits


@numba.njit(nogil=True, cache=True)
def _hopeful(chosen, kept, same, measures, own, unspaced, words, halves, at, asked, by, to, weighed, parts):  # type: ignore[no-untyped-def]
    """Grades the chosen articles; keeps in weighed and parts those that may be sources, of the same address or of this site
    whatever their grades, and returns how many they are."""
    hopeful = np.int64(0)
    for c in range(kept):
        row = np.int64(chosen[c]) - at[AT_BASE]
        title = asked[ASKED_TITLE]
        same_title = title != 0 and words[row, at[AT_TITLE]] == title
        said = weighed[hopeful]
        there = np.int64(halves[row, at[AT_OWN_TOKENS]])
        grade(measures[c], own, there, same_title, unspaced == 1, by, to, said, parts[hopeful])
        said[W_ARTICLE] = np.int64(chosen[c])
        said[W_SAME_SITE] = words[row, at[AT_SITE]] == asked[ASKED_SITE]
        keep = said[W_SAME_SITE] == 1 or (
            said[W_GRADES] & G_BEFORE == 0 and said[W_GRADES] & (G_NAMED | G_FURTHER) != 0
        )
        for number in same:
            keep |= number == chosen[c]
        hopeful += keep
    return hopeful


@numba.njit(_WEIGH, nogil=True, cache=True)
def weigh(  # type: ignore[no-untyped-def]
    tokens,
    main_start,
    main_end,
    template,
    positions,
    lines,
    votes,
    sample,
    article,
    position,
    same_count,
    same,
    words,
    halves,
    passes,
    at,
    asked,
    by,
    to,
    flags,
    prose_before,
    own_before,
    chosen,
    measures,
    runs,
    hit_sample,
    hit_position,
    weighed,
    parts,
    said,
):
    """Votes → candidates, chained, measured and graded: those that may be sources.

    Tokens, template u8[n], positions i32[n], lines i32[l, 5] of the article; its votes, ordered by article and then by
    sample; same u32[≥ same_count], articles that are candidates whatever votes they have; words, halves: the rows of
    the article store, at i64[AT_FIELDS] where in them; asked u64[≥ 6]. Where nothing may be a source, and `passes` is not
    0, what articles of this site hold is set aside as template; with more than one pass all is done again without it.
    Fills flags as `token_flags`, weighed i64[c, W_COLUMNS] and parts f8[c, P_COLUMNS] ascending by article, runs
    i32[r, R_COLUMNS] and said i64[SAID_FIELDS]; the rest is room to work in: chosen u32[≥ by[BY_CANDIDATES] + SAME_MAX],
    measures i32[c, M_COLUMNS], hit_…, …_before."""
    site = asked[ASKED_SITE]
    same = same[:same_count]
    counts = np.empty(by[BY_CANDIDATES], np.int64)
    said[SAID_UNSPACED] = _unspaced(lines, main_start, main_end, to)
    while True:
        kept, on_site = _candidates(template, sample, article, votes, words, at, site, by, chosen, counts)
        kept = _joined(chosen, kept, same)
        settling = kept == 0 and on_site > 0 and passes > 0
        if settling:
            mark_on_site(template, votes, sample, article, words, at, asked, np.empty(0, np.uint32))
            on_site = 0
        own = token_flags(tokens, lines, main_start, main_end, positions, template, by, flags)
        said[SAID_OWN], said[SAID_ON_SITE], said[SAID_CANDIDATES], said[SAID_RUNS] = own, on_site, 0, 0
        if kept == 0:
            return
        starts = np.empty(kept + 1, np.int32)
        _gathered(template, chosen, kept, votes, sample, article, position, starts, hit_sample, hit_position)
        mains_start, mains_end = np.empty(kept, np.int32), np.empty(kept, np.int32)
        for c in range(kept):
            row = np.int64(chosen[c]) - at[AT_BASE]
            mains_start[c], mains_end[c] = halves[row, at[AT_MAIN_START]], halves[row, at[AT_MAIN_END]]
        said[SAID_RUNS] = measure(
            flags,
            tokens,
            positions,
            hit_sample,
            hit_position,
            starts,
            mains_start,
            mains_end,
            kept,
            by,
            prose_before,
            own_before,
            measures,
            runs,
        )
        unspaced = said[SAID_UNSPACED]
        said[SAID_CANDIDATES] = _hopeful(
            chosen, kept, same, measures, own, unspaced, words, halves, at, asked, by, to, weighed, parts
        )
        if said[SAID_CANDIDATES] > 0 or on_site == 0 or passes == 0:
            return
        mark_on_site(template, votes, sample, article, words, at, asked, np.empty(0, np.uint32))
        said[SAID_ON_SITE] = 0
        passes -= 1
        if passes == 0:
            said[SAID_OWN] = token_flags(tokens, lines, main_start, main_end, positions, template, by, flags)
            return


@numba.njit("i8(u1[::1], i4[:, ::1])", nogil=True, cache=True)
def unpack_lines(data, lines):  # type: ignore[no-untyped-def]
    """Fills lines i32[≥ size of data / 4, 5] with what kernels.write_record wrote of lines; returns how
    many there are."""
    at = 0
    count = 0
    token = np.int64(0)
    char = np.int64(0)
    numbers = np.empty(4, np.int64)
    while at < len(data):
        for n in range(4):
            value = np.int64(0)
            shift = 0
            while data[at] > 127:
                value |= np.int64(data[at] & 127) << shift
                shift += 7
                at += 1
            numbers[n] = value | np.int64(data[at]) << shift
            at += 1
        lines[count, 0] = token + numbers[0]
        token += numbers[0] + (numbers[1] >> 1)
        lines[count, 1] = token
        lines[count, 2] = char + numbers[2]
        char += numbers[2] + numbers[3]
        lines[count, 3] = char
        lines[count, 4] = numbers[1] & 1
        count += 1
    return count
