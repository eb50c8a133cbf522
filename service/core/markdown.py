"""Text of extractors that keep links, `[words](address)`: the words are shown, the address is not.

Some extractors write links as Markdown does and some leave them out, and the address between two words would break
every shingle over it: one page, read by two of them, would be two texts. Nothing else of Markdown matters here: its
other signs are no words. Offsets map as those of HTML do (html.py).
"""

from __future__ import annotations

import re

import numpy as np

from service.core.model import I32

# CommonMark 0.31, 6.3: an address without white space, brackets in it at most once, perhaps a title. It must look like
# one (scheme, path, fragment), or a remark in brackets after other brackets would be lost. Every part excludes what
# begins the next link, so a hostile text is still read once.
_ADDRESS = re.compile(
    r"""\]\(<?(?:[A-Za-z][A-Za-z0-9+.-]{1,20}:|\.{0,2}/|[\#?])[^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)?>?"""
    r"""(?:\s{1,3}"[^"\n()]{0,300}+")?\)"""
)


def without_addresses(body: str) -> tuple[str, I32] | None:
    """The text without the addresses of its links, and the offset in `body` of each of its characters and of its end:
    i32[len(text) + 1]. None where there are none.
    """
    if "](" not in body:
        return None
    spans = [(match.start() + 1, match.end()) for match in _ADDRESS.finditer(body)]
    if not spans:
        return None
    shown = np.ones(len(body) + 1, np.bool_)
    for start, end in spans:
        shown[start:end] = False
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(body)]
    text = "".join(body[start:end] for start, end in zip(starts, ends, strict=True))
    return text, np.flatnonzero(shown).astype(np.int32)
