"""Runs of matched tokens → passages: whole lines where they nearly are, no token explained twice.

Shingles find where two texts agree to within a few tokens; a passage that starts or ends within
limits.SNAP_TOKENS_MAX tokens of a line's edge is taken to start or end there, since texts are copied by the paragraph.
All of it works on the sketch, so that every replica says the same; the lines give the code points. The loops are
passage_kernels.draw's; here is what they are asked, and what becomes of what they say.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wirecopy.core import limits
from wirecopy.core.model import I32, Passage
from wirecopy.core.values import Value
from wirecopy.core.verdict import passage_kernels
from wirecopy.core.verdict.comparison import Comparison, Measured
from wirecopy.core.verdict.layout import (
    COUNT_SOURCES,
    COUNT_TOTAL,
    RUN,
    STRETCH,
    TRIM_NOTHING,
    TRIM_PAGE,
    TRIM_TITLED,
)
from wirecopy.core.verdict.rules import Match
from wirecopy.core.verdict.workspace import REQUEST_FORMATS, Records, Workspace


class Drawn(Value):
    """What sources explain of an article: its passages, and the same in tokens."""

    passages: tuple[Passage, ...]
    covered: I32  # [stretches, 2]; lent until the index compares another article
    total: int  # the article's own tokens
    by_source: list[int]  # how many of them each source explains
    by_first: I32  # of `covered`, what the first source explains


def drawn(comparison: Comparison, chosen: Sequence[Match], *, newer: bool, doubtful: bool) -> Drawn:
    """What the chosen sources explain, the first wherever two do. newer: the article is a newer version of theirs. What a
    newer version changed is new; what a copy reworded is the source's, unless it is doubtful that it is one."""
    sketch, workspace = comparison.record.sketch, comparison.workspace
    trim = TRIM_NOTHING
    # where no page stands around an article, what it says beside the source are words of its own
    page = sketch.main_end - sketch.main_start < limits.ARTICLE_ALONE_PART_MIN * sketch.tokens
    if len(chosen) == 1 and page and not (newer or doubtful):
        trim = TRIM_TITLED if chosen[0].same_title else TRIM_PAGE
    main_start, main_end = sketch.main_start, sketch.main_end
    within = (main_start, main_end) if newer else (main_start if sketch.title_found else 0, sketch.tokens)
    request = [sketch.tokens, main_start, main_end, *within, trim, len(chosen), 0]
    ids = []
    for match in chosen:
        one, known = match.measured, match.known
        ids.append(known.id)
        edge = -1 if newer or doubtful else _edge(one)
        request += (one.runs_first, one.runs_last, match.lone_hits, *known.main, edge, 0, 0)
    REQUEST_FORMATS[len(chosen)].pack_into(workspace.request_bytes, 0, *request)
    made = _draw(workspace, sketch.lines, workspace.runs)
    counts = workspace.counts[: COUNT_SOURCES + len(chosen)].tolist()
    passages = _passages(workspace.stretches[:made], ids)
    covered = workspace.covered[:made]
    by_first = covered[workspace.stretches["source"][:made] == 0]
    return Drawn(passages, covered, counts[COUNT_TOTAL], counts[COUNT_SOURCES:], by_first)


def _draw(workspace: Workspace, lines: I32, runs: Records) -> int:
    """Draws what stands in `workspace.request`; returns how many stretches."""
    made: int = passage_kernels.draw(
        workspace.request,
        workspace.sources,
        workspace.flags,
        lines,
        runs,
        workspace.owner,
        workspace.stretches,
        workspace.covered,
        workspace.counts,
    )
    return made


def _edge(one: Measured) -> int:
    """So many tokens between the runs and the main regions' edges count as reworded."""
    alike = min(one.containment_here, one.containment_there) >= limits.FILL_EDGE_PART_MIN
    return limits.FILL_EDGE_ALIKE_TOKENS_MAX if alike else limits.FILL_EDGE_TOKENS_MAX


def drawn_there(comparison: Comparison, measured: Measured, lines: I32, source: str) -> tuple[Passage, ...]:
    """What this article, by its id `source`, explains of one that came before and whose lines i32[l, 5] are these."""
    tokens = int(lines[-1, 1]) if len(lines) else 0
    runs = comparison.workspace.runs[measured.runs_first : measured.runs_last]
    runs = runs[runs["source_start"] < tokens]
    turned = np.zeros(len(runs), RUN)
    turned["start"], turned["end"] = runs["source_start"], np.minimum(runs["source_end"], tokens)
    turned["hits"] = runs["hits"]
    workspace = comparison.workspace.fitting(0, tokens)
    request = (tokens, 0, 0, 0, tokens, TRIM_NOTHING, 1, 0)
    REQUEST_FORMATS[1].pack_into(workspace.request_bytes, 0, *request, 0, len(turned), 0, 0, 0, -1, 0, 0)
    # what is own of the other article is not asked: its flags are not looked at
    made = _draw(workspace, lines, turned)
    return _passages(workspace.stretches[:made], [source])


def whole(lines: I32, tokens: int, source: str) -> tuple[Passage, ...]:
    """The passage of a body that another one is to the byte; none where it holds no line."""
    stretches = np.zeros(1, STRETCH)
    stretches["end"] = tokens
    passage_kernels.place(lines, stretches, 1)
    return _passages(stretches, [source])


def _passages(stretches: Records, ids: Sequence[str]) -> tuple[Passage, ...]:
    """Stretches STRETCH as passages of the body as it came. ids: article id of each source."""
    passages = []
    for start, end, source, first, last in stretches.tolist():
        if last > first:
            passages.append(Passage(first, last, end - start, ids[source]))
    return tuple(passages)
