"""Text of extractors that keep links: the words are shown, the addresses are not.

Some extractors leave links out and some write where they lead, each in a way of its own: `[words](address)`,
`[words][7]` with `[7]: address` on a line below, `words (address)`. An address between two words would break every
shingle over it: one page, read by two of them, would be two texts. And pages lead to so many places that their
addresses, taken for words, would outweigh what they say. Nothing else of Markdown matters here: its other signs are
no words. Offsets map as those of HTML do (html.py).
"""

from __future__ import annotations

import re

import numpy as np

from wirecopy.core.model import I32

# CommonMark 0.31, 6.3: an address without white space, brackets in it at most once. It must look like one (scheme,
# path, fragment), or a remark in brackets after other brackets would be lost. Every part excludes what begins the
# next link, so a hostile text is still read once.
_PLAIN = r"[^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)?"
_ADDRESS = rf"(?:[A-Za-z][A-Za-z0-9+.-]{{1,20}}:|\.{{0,2}}/|[\#?]){_PLAIN}"
_TARGET = re.compile(rf"""\]\(<?{_ADDRESS}>?(?:\s{{1,3}}"[^"\n()]{{0,300}}+")?\)""")
_REFERENCE = re.compile(r"\]\[([^\[\]\n]{1,99}+)\]")
# CommonMark 0.31, 4.7: a line of its own.
_DEFINITION = re.compile(
    rf"""(?m)^ {{0,3}}\[([^\[\]\n]{{1,99}}+)\]:[ \t\r]*+\n?[ \t]*+<?{_ADDRESS}>?(?:[ \t]++"[^"\n]{{0,300}}+")?[ \t\r]*+$"""
)
_BRACKETED = re.compile(rf"\(https?://{_PLAIN}\)")


def _links(body: str) -> list[tuple[int, int]]:
    """Half-open ranges of what is not shown, in order. Brackets are looked for one by one: a pattern, or two
    characters, are looked for ten times as slowly as one character.
    """
    spans: list[tuple[int, int]] = []
    references: list[re.Match[str]] = []
    defines = False
    at = body.find("(")
    while at >= 0:
        link = _BRACKETED.match(body, at) if body.startswith("http", at + 1) else None
        if link is not None:
            spans.append(link.span())
        at = body.find("(", at + 1 if link is None else link.end())
    at = body.find("]")
    while at >= 0:
        after = body[at + 1 : at + 2]
        link = (
            _TARGET.match(body, at) if after == "(" else _REFERENCE.match(body, at) if after == "[" else None
        )
        if after == "[" and link is not None:
            references.append(link)
        elif link is not None:
            spans.append((at + 1, link.end()))
        defines |= after == ":"
        at = body.find("]", at + 1 if link is None else link.end())
    if defines:
        definitions = list(_DEFINITION.finditer(body))
        labels = {definition[1].lower() for definition in definitions}
        spans += (definition.span() for definition in definitions)
        spans += ((link.start() + 1, link.end()) for link in references if link[1].lower() in labels)
    spans.sort()
    return spans


def without_addresses(body: str) -> tuple[str, I32] | None:
    """The text without the addresses of its links, and the offset in `body` of each of its characters and of its end:
    i32[len(text) + 1]. None where there are none.
    """
    links = _links(body)
    if not links:
        return None
    places = np.arange(len(body) + 1, dtype=np.int32)
    words: list[str] = []
    offsets: list[I32] = []
    start = 0
    for first, end in links:
        if first >= start:
            words.append(body[start:first])
            offsets.append(places[start:first])
        start = max(start, end)
    words.append(body[start:])
    offsets.append(places[start:])
    return "".join(words), np.concatenate(offsets)
