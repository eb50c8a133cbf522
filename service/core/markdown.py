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
    links: list[tuple[int, int]] = []
    at = body.find("]")  # by hand: a pattern is looked for ten times as slowly as one character
    while at >= 0:
        link = _ADDRESS.match(body, at)
        if link is not None:
            links.append(link.span())
        at = body.find("]", at + 1 if link is None else link.end())
    if not links:
        return None
    places = np.arange(len(body) + 1, dtype=np.int32)
    words: list[str] = []
    offsets: list[I32] = []
    start = 0
    for bracket, end in links:
        words.append(body[start : bracket + 1])
        offsets.append(places[start : bracket + 1])
        start = end
    words.append(body[start:])
    offsets.append(places[start:])
    return "".join(words), np.concatenate(offsets)
