"""Compile every kernel: `python -m wirecopy.shell.cli.warm` while the image is built, and `run` before it is
ready.

A kernel is compiled when it is first called, and cached where NUMBA_CACHE_DIR says. Without this the first
articles after a deployment would wait for most of a minute. The way to reach every kernel is to take real
articles all the way, so the samples go through an engine of their own twice, the second time after the
window has passed: the index then grows, finds, forgets and finds anew. What they do not reach is compiled
later, when an article needs it.
"""

from __future__ import annotations

import sys
import time

from wirecopy import samples
from wirecopy.core import limits
from wirecopy.core.engine import Engine, enrich
from wirecopy.core.model import Outcome, RawArticle, RawPosition
from wirecopy.core.records.fields import FieldPaths
from wirecopy.core.records.raw import decode_raw, encode_enriched

PAGE = b'{"body":"<html><body><nav>Home</nav><p>Words &amp; more words.</p></body></html>","title":"Words"}'


def warm() -> None:
    """Takes the samples through an engine that is then forgotten."""
    engine, offset = Engine(), 0
    for log_time_ms in (0, 2 * limits.WINDOW_MS):
        for value in [*samples.lines(), PAGE]:
            article = decode_raw(value, RawPosition("warm", 0, offset), FieldPaths(), {})
            assert isinstance(article, RawArticle), "our own sample can be read"
            proposal = engine.propose(article)
            outcome = engine.replay(offset, log_time_ms, proposal.value)
            assert isinstance(outcome, Outcome), "our own record can be replayed"
            encode_enriched(article, enrich(proposal, outcome))
            offset += 1


if __name__ == "__main__":
    began = time.monotonic()
    warm()
    sys.stderr.write(f"kernels ready in {time.monotonic() - began:.1f} s\n")
