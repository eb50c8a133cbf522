"""The text that an HTML body shows, with the offset of each of its characters in the HTML as it came.

One pass from left to right over tags found as the HTML standard's tokeniser finds them (WHATWG, 13.2.5):
comments, declarations, quoted attributes, raw text, character references. No tree is built, since text in
order needs none: blocks break lines, cells are set apart, what is not shown (script, style, title,
template, svg, …) is passed over.

Why own code: `passages` must be offsets into the body as it came. The kept parsers that are fast and right
(lxml, selectolax) throw positions away; `html.parser` and html5lib keep them and need 10 to 100 times as
long, and the former was quadratic on unclosed constructs for years (CVE-2025-6069), which hostile pages
reach. The loop is a kernel (`html_text`); here are its tables, and the guess whether a text is HTML at all.

Invariants, for any string: never raises; time and memory are linear, because what is found missing once is
not looked for again; offsets never fall, and `html[offsets[i]]` is the character `text[i]` itself, white
space that it stands for, the `&` of its reference, or the `<` of the tag that broke the line.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html.entities import html5
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wirecopy.core import limits
from wirecopy.core.model import I32, U32, U64
from wirecopy.core.text import html_kernels as kernels

_BLOCKS = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu"
    " nav ol optgroup option p pre section summary table tbody tfoot thead title tr ul"
)
_INLINE_BLOCKS = "audio button img input label picture rp rt select video"
_CELLS = "td th"
# Markup inside them is text to a browser: they end at their own end tag and nowhere else.
_RAW_TEXT = "script style title textarea xmp iframe noembed noframes"
# Never shown, or not as prose; passed over up to the end tag where there is one.
_NOT_SHOWN = "noscript template svg canvas audio video select"

_REFERENCE = re.compile(r"&(?:#(?:[0-9]+;?|[xX][0-9a-fA-F]+;?)|[a-zA-Z0-9]{1,32};?)")
_STARTS_AS_HTML = re.compile(
    r"\s*<(?:!doctype\s+html|"
    r"(?:html|head|body|article|section|main|div|p|h[1-6]|ul|ol|table|blockquote|figure)[\s>])",
    re.IGNORECASE,
)
# A <p> after a blank is one that an essay speaks of. Case is ignored behind the sign alone: a pattern that
# begins with a plain sign is looked for thirty times as fast.
_CLOSER = r"/(?:p|div|li|ul|h[1-6]|td|tr|article|section|span|a)\s*>"
_STRUCTURE = re.compile(rf"<(?i:{_CLOSER}|br\s*/?>|(?<! <)p>)")
_STRUCTURES_MIN = 3  # in a text that does not start as HTML: an essay may quote a tag or two
# Readings beside signs (<ruby>): shown smaller than the text, and no part of it. Their end tags may be left out.
_INLINE = r"</?(?:span|b|i|em|strong|small|font|a)\b[^<>]{0,200}>"
_READING = re.compile(
    rf"<r(?:tc?|p)\b[^<>]{{0,200}}>[^<]{{0,100}}(?:{_INLINE}[^<]{{0,100}}){{0,4}}(?=</?(?:r(?:tc?|p|b)|ruby)\b)",
    re.IGNORECASE,
)
_BARE_LT = "\ufdd0"  # a code point that no text has: stands for "<" where that is a sign and opens no tag
_ESCAPED_AGAIN_MAX = 2
_CDATA_AS_COMMENT = "<!--[CDATA["
_CDATA_COMMENT_END = re.compile(r"-->|\]\]>(?!-->)")  # of three characters, either: so offsets hold
_HASH_MASK = (1 << 64) - 1


class _Tables(NamedTuple):
    tag_hashes: U64
    tag_flags: npt.NDArray[np.uint8]
    names: U64
    firsts: U32
    seconds: U32


def _name_hash(name: str) -> int:
    """FNV-1a over code points, as the kernel takes it (`kernels.name_hash`)."""
    value = 0xCBF29CE484222325
    for character in name:
        value = (value ^ ord(character)) * 0x100000001B3 & _HASH_MASK
    return value


def _placed(hashes: list[int], size: int) -> tuple[U64, list[int]]:
    """An open-addressing table of hashes, and the place of each; zero marks a gap."""
    table = [0] * size
    places = []
    for value in hashes:
        place = (value >> 32) & (size - 1)
        while table[place]:
            place = (place + 1) & (size - 1)
        table[place] = value
        places.append(place)
    assert 0 not in hashes and len(set(hashes)) == len(hashes), "two names with one hash: choose another hash"
    return np.array(table, dtype=np.uint64), places


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    """Built on first use: 10 ms that an import should not cost."""
    flags = dict.fromkeys(_BLOCKS.split(), kernels.TAG_LINE)
    flags |= dict.fromkeys(_INLINE_BLOCKS.split(), kernels.TAG_SPACE)
    flags |= dict.fromkeys(_CELLS.split(), kernels.TAG_TAB)
    for elements, flag in ((_RAW_TEXT, kernels.TAG_RAW_TEXT), (_NOT_SHOWN, kernels.TAG_NOT_SHOWN)):
        flags |= {name: flags.get(name, 0) | flag for name in elements.split()}
    flags["pre"] |= kernels.TAG_KEEPS_SPACE
    tag_hashes, places = _placed([_name_hash(name) for name in flags], 512)
    tag_flags = np.zeros(len(tag_hashes), dtype=np.uint8)
    tag_flags[places] = list(flags.values())
    names, places = _placed([_name_hash(name) for name in html5], 8192)
    firsts = np.zeros(len(names), dtype=np.uint32)
    seconds = np.zeros(len(names), dtype=np.uint32)
    firsts[places] = [ord(text[0]) for text in html5.values()]
    seconds[places] = [ord(text[1]) if len(text) > 1 else 0 for text in html5.values()]
    return _Tables(tag_hashes, tag_flags, names, firsts, seconds)


def looks_like_html(text: str) -> bool:
    """Whether a text of undeclared type is clearly HTML: it starts with a block and closes something, or it
    holds several structural tags. A plain text that mentions `<b>` or `<p>` is not.
    """
    if "<" not in text:
        return False
    start = _STARTS_AS_HTML.match(text)
    structures = 1 if start else _STRUCTURES_MIN
    position = start.end() if start else 0
    while structures:
        match = _STRUCTURE.search(text, position, limits.HTML_GUESS_CHARS)
        if match is None:
            return False
        position = match.end()
        structures -= 1
    return True


def _without_cdata(html: str) -> str:
    """HTML as long, without the marks of CDATA sections: feeds wrap texts in them, which then are shown.

    A parser that knows no such sections takes one for a comment, and writes `<!--[CDATA[` when it writes the
    page again; what it held then ends such a comment, or else the rest of the page would be part of it.
    """
    written: list[str] = []
    start = 0
    at = html.find(_CDATA_AS_COMMENT)
    while at >= 0 and (end := _CDATA_COMMENT_END.search(html, at)):
        written += (html[start : end.start()], "-->")
        start = end.end()
        at = html.find(_CDATA_AS_COMMENT, start)
    if written:
        html = "".join((*written, html[start:]))
    return html.replace("<![CDATA[", " " * 9).replace("]]>", "   ") if "<![CDATA[" in html else html


def has_references(text: str) -> bool:
    """Whether a text holds a character reference that is written out: `&eacute;`, `&#1571;`, and no `&` of a name or
    an address.
    """
    at = text.find("&")
    while at >= 0:
        match = _REFERENCE.match(text, at)
        if match is not None and match[0][-1] == ";" and (match[0][1] == "#" or match[0][1:] in html5):
            return True
        at = text.find("&", at + 1)
    return False


def _without_readings(html: str) -> str:
    """HTML as long, with comments in the place of the readings of ruby."""
    return _READING.sub(lambda match: "<!" + "-" * (len(match[0]) - 3) + ">", html)


_ANY_TAG = re.compile(r"<(?:/[a-zA-Z][a-zA-Z0-9]{0,9}|br|hr|img\b[^<>]{0,400})\s*/?>", re.IGNORECASE)


def _references_read(text: str) -> tuple[str, I32]:
    """`html_to_text` of a text that has references and no tags: its `<` are signs."""
    shown, offsets = html_to_text(text.replace("<", _BARE_LT))
    return shown.replace(_BARE_LT, "<"), offsets


def shown_text(html: str, *, declared: bool = True) -> tuple[str, I32]:
    """What `html_to_text` gives; but of HTML that was escaped twice, what a reader was meant to see. Of what is not
    declared to be HTML and has no tag that closes, only references are read.

    A text that still holds references, or that opens as HTML where nothing but references was, has passed through two
    writers that each escaped it. Only an article about HTML looks so otherwise, and it loses a few signs.
    """
    tagged = "<" in html and (declared or _ANY_TAG.search(html) is not None)
    text, offsets = html_to_text(html) if tagged else _references_read(html)
    for _ in range(_ESCAPED_AGAIN_MAX):
        if looks_like_html(text) and (not tagged or _STARTS_AS_HTML.match(text)):
            text, inner = html_to_text(text)
            tagged = True
        elif "&" in text and has_references(text):
            text, inner = _references_read(text)
        else:
            break
        offsets = offsets[inner]
    return text, offsets


def html_to_text(html: str) -> tuple[str, I32]:
    """The text that HTML shows, and the offset in `html` of each of its characters and of its end:
    i32[len(text) + 1].

    White space is collapsed as in browsers, blocks are set apart by one line feed, cells by a tab; but in
    `<pre>`, and in a body without any block, whose line feeds then are its paragraphs, white space stands
    as it came.
    """
    if "[CDATA[" in html:
        html = _without_cdata(html)
    if "<rt" in html or "<RT" in html:
        html = _without_readings(html)
    codes = np.frombuffer(html.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    shown, shown_offsets, broken = kernels.html_text(codes, 0, *_tables())
    if not broken and "\n" in html:
        shown, shown_offsets, broken = kernels.html_text(codes, 1, *_tables())
    offsets = np.empty(len(shown) + 1, dtype=np.int32)
    offsets[:-1] = shown_offsets
    offsets[-1] = _source_end(html, int(shown_offsets[-1])) if len(shown) else 0
    return shown.tobytes().decode("utf-32-le", "surrogatepass"), offsets


def _reference_size(reference: str) -> int:
    """Characters of a matched reference that name something: `&notit;` is `¬` and "it;" (WHATWG,
    13.2.5.73).
    """
    if reference[1] == "#":
        return len(reference)
    return next((size for size in range(len(reference), 1, -1) if reference[1:size] in html5), 1)


def _source_end(html: str, offset: int) -> int:
    """Offset after the source of the one character of text that stands at `offset`."""
    reference = _REFERENCE.match(html, offset)
    return offset + (_reference_size(reference[0]) if reference else 1)


def source_range(html: str, offsets: I32, start: int, end: int) -> tuple[int, int]:
    """Half-open range of `html` that shows the half-open range `start` … `end` of its text.

    It ends right after the source of the last character: `offsets[end]` takes in tags that stand between.
    """
    first = int(offsets[start])
    return (first, _source_end(html, int(offsets[end - 1]))) if end > start else (first, first)
