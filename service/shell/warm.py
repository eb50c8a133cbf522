"""Compile every kernel: `python -m service.shell.warm`, run while the image is built and by `run` before it
is ready.

A kernel is compiled when it is first called, and cached where NUMBA_CACHE_DIR says. Without this the first
articles after a deployment would wait for half a minute. The way to reach every kernel is to take articles
all the way: a copy is needed too, since the kernels that compare run only where there is something to
compare with.
"""

from __future__ import annotations

import json
import sys
import time

from service.core.codec import decode_raw
from service.core.engine import Engine, enrich
from service.core.fields import FieldPaths
from service.core.model import Outcome, RawArticle, RawPosition

SENTENCES = (
    "The harbour master of Port Selm said on Tuesday that the ferries would sail again.",
    "Eleven islands had been without a regular crossing for two weeks.",
    "Nobody could say who would pay for the boats that lay idle meanwhile.",
    "«Отложено до пятницы», — сказал министр; 交渉は金曜日まで延期された。",
)
BODIES = (
    "\n".join(SENTENCES * 4),
    "Our page. " + "\n".join(SENTENCES * 4),
    "<p>" + "</p><p>".join(SENTENCES * 4),
)


def warm() -> None:
    """Takes some articles and their copies through an engine of its own, so that no index is touched."""
    engine = Engine()
    for offset, body in enumerate(BODIES * 2):
        position = RawPosition("warm", 0, offset)
        publisher = f"paper-{offset}.example"
        value = json.dumps({"body": body, "publisher": publisher}).encode()
        article = decode_raw(value, position, FieldPaths(), {})
        assert isinstance(article, RawArticle), "our own article can be read"
        proposal = engine.propose(article)
        outcome = engine.replay(offset, offset, proposal.value)
        assert isinstance(outcome, Outcome), "our own record can be replayed"
        enrich(proposal, outcome)


if __name__ == "__main__":
    began = time.monotonic()
    warm()
    sys.stderr.write(f"kernels compiled in {time.monotonic() - began:.1f} s\n")
