"""Runs of matched tokens → passages: whole lines where they nearly are, no token explained twice.

Shingles find where two texts agree to within a few tokens; a passage that starts or ends within
limits.SNAP_TOKENS_MAX tokens of a line's edge is taken to start or end there, since texts are copied by the paragraph.
All of it works on the sketch, so that every replica says the same; the lines give the code points. The loops are
passage_kernels.draw's; here is what they are asked, and what becomes of what they say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wirecopy.core import limits
from wirecopy.core.model import I32, Passage
from wirecopy.core.verdict import passage_kernels
from wirecopy.core.verdict.comparison import Comparison, Measured
from wirecopy.core.verdict.measure_kernels import R_COLUMNS, R_HITS, R_SOURCE_END, R_SOURCE_START
from wirecopy.core.verdict.passage_kernels import COUNT_SOURCES, COUNT_TOTAL
from wirecopy.core.verdict.rules import Match
from wirecopy.core.verdict.workspace import DRAWN_BY, REQUEST_FORMATS

_TRIM, _TRIM_TITLED = 1, 2


@dataclass(slots=True)
class Drawn:
    """What sources explain of an article: its passages, and the same in tokens."""

    passages: tuple[Passage, ...]
    covered: I32  # [stretches, 2]; lent until the index compares another article
    total: int  # the article's own tokens
    by_source: list[int]  # how many of them each source explains


def drawn(comparison: Comparison, chosen: Sequence[Match], *, newer: bool) -> Drawn:
    """What the chosen sources explain, the first wherever two do. newer: the article is a newer version of theirs. What a
    newer version changed is new; what a copy reworded is the source's."""
    sketch, workspace = comparison.record.sketch, comparison.workspace
    trim = 0
    if len(chosen) == 1:
        trim = _TRIM_TITLED if chosen[0].same_title else _TRIM
    main_start, main_end = sketch.main_start, sketch.main_end
    within = (main_start, main_end) if newer else (main_start if sketch.title_found else 0, sketch.tokens)
    request = [sketch.tokens, main_start, main_end, *within, trim, len(chosen)]
    for match in chosen:
        one = match.measured
        edge = -1 if newer else _edge(match)
        request += (one.runs_first, one.runs_last, match.lone_hits, *match.known.main, edge, 0, 0)
    REQUEST_FORMATS[len(chosen)].pack_into(workspace.drawn_bytes, 0, *request)
    assert comparison.own_tokens >= 0, "brings the flags up to date"
    made = passage_kernels.draw(
        workspace.drawn,
        workspace.flags,
        sketch.lines,
        workspace.runs,
        DRAWN_BY,
        workspace.owner,
        workspace.stretches,
        workspace.covered,
        workspace.drawn_counts,
    )
    counts = workspace.drawn_counts[: COUNT_SOURCES + len(chosen)].tolist()
    ids = [match.known.id for match in chosen]
    passages = _passages(workspace.stretches[:made], ids)
    return Drawn(passages, workspace.covered[:made], counts[COUNT_TOTAL], counts[COUNT_SOURCES:])


def _edge(match: Match) -> int:
    """So many tokens between the runs and the main regions' edges count as reworded."""
    one = match.measured
    alike = min(one.containment_here, one.containment_there) >= limits.FILL_EDGE_PART_MIN
    return limits.FILL_EDGE_ALIKE_TOKENS_MAX if alike else limits.FILL_EDGE_TOKENS_MAX


def drawn_there(comparison: Comparison, measured: Measured, lines: I32, source: str) -> tuple[Passage, ...]:
    """What this article, by its id `source`, explains of one that came before and whose lines i32[l, 5] are these."""
    tokens = int(lines[-1, 1]) if len(lines) else 0
    runs = comparison.workspace.runs[measured.runs_first : measured.runs_last].tolist()
    turned = [
        (0, run[R_SOURCE_START], min(run[R_SOURCE_END], tokens), 0, 0, run[R_HITS], 0, 0)
        for run in runs
        if run[R_SOURCE_START] < tokens
    ]
    workspace = comparison.workspace.fitting(0, tokens)
    REQUEST_FORMATS[1].pack_into(
        workspace.drawn_bytes, 0, tokens, 0, 0, 0, tokens, 0, 1, 0, len(turned), 0, 0, 0, -1, 0, 0
    )
    made = passage_kernels.draw(
        workspace.drawn,
        workspace.flags,  # what is own of the other article is not asked
        lines,
        np.array(turned, np.int32).reshape(-1, R_COLUMNS),
        DRAWN_BY,
        workspace.owner,
        workspace.stretches,
        workspace.covered,
        workspace.drawn_counts,
    )
    return _passages(workspace.stretches[:made], [source])


def whole(lines: I32, tokens: int, source: str) -> tuple[Passage, ...]:
    """The passage of a body that another one is to the byte; none where it holds no line."""
    stretches = np.array([[0, tokens, 0, 0, 0]], np.int32)
    passage_kernels.place(lines, stretches, 1)
    return _passages(stretches, [source])


def _passages(stretches: I32, ids: Sequence[str]) -> tuple[Passage, ...]:
    """Stretches i32[s, D_COLUMNS] as passages of the body as it came. ids: article id of each source."""
    return tuple(
        [
            Passage(first, last, end - start, ids[source])
            for start, end, source, first, last in stretches.tolist()
            if last > first
        ]
    )
