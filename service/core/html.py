"""The text that an HTML body shows, with the offset of each of its characters in the HTML as it came.

One pass from left to right over tags found as the HTML standard's tokeniser finds them (WHATWG, 13.2.5):
comments, declarations, quoted attributes, raw text. No tree is built, since text in order needs none:
blocks break lines, cells are set apart, what is not shown (script, style, title, template, svg, …) is
passed over.

Why own code: `passages` must be offsets into the body as it came, and the kept parsers that are fast and
right (lxml, selectolax) throw positions away, while those that keep them (`html.parser`, html5lib) are 4 to
40 times slower, and
`html.parser` was quadratic on unclosed constructs for years (CVE-2025-6069), which hostile pages reach.

Invariants, for any string: never raises; time and memory are linear, because a search that fails is never
repeated for the same thing, and a construct that is never closed ends the scan; offsets never fall, and
`html[offsets[i]]` is the character `text[i]` itself, white space that stands for it, the `&` of its
reference, or the
`<` of the tag that broke the line.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.entities import html5

import numpy as np

from service.core.model import I32

# A tag from its "<": slash, name, attributes, and ">" where it is closed. A quote counts only after "=":
# elsewhere it is part of a name, as in browsers. Possessive throughout: there is one way to match, so
# nothing to try again.
_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]*+)(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])))*+>""",
)
# After a tag whose quote or ">" is missing, for good: looked for at every tag, what is missing would cost n
# each time.
_LENIENT_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)[^>]*+>")
_OPENS_TAG = re.compile(r"</?[a-zA-Z]")
_COMMENT_END = re.compile(r"--!?>")
_REFERENCE = re.compile(r"&(?:#(?:[0-9]{1,10};?|[xX][0-9a-fA-F]{1,8};?)|[a-zA-Z][a-zA-Z0-9]{1,31};?)")
_UNEVEN = re.compile(
    r" {2,}|&"
)  # what is not one character of text for one of source, once white space is blanks
_BLANKS = str.maketrans("\t\n\r\f", "    ")

_BLOCKS = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol"
    " optgroup option p pre section summary table tbody tfoot thead title tr ul"
)
_INLINE_BLOCKS = "audio button img input label picture rp rt select video"
_SEPARATOR_OF: dict[str, str] = {
    **dict.fromkeys(_BLOCKS.split(), "\n"),
    **dict.fromkeys(_INLINE_BLOCKS.split(), " "),
    "td": "\t",
    "th": "\t",
}
# Markup inside them is text to a browser: they end at their own end tag and nowhere else.
_RAW_TEXT = frozenset(("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"))
# Never shown, or not as prose; passed over up to the end tag where there is one.
_NOT_SHOWN = frozenset(("noscript", "template", "svg", "canvas", "audio", "video", "select"))
_PASSED_OVER = _RAW_TEXT | _NOT_SHOWN

_STARTS_AS_HTML = re.compile(
    r"\s*<(?:!doctype\s+html|(?:html|head|body|article|section|main|div|p|h[1-6]|ul|ol|table|blockquote|figure)[\s>])",
    re.IGNORECASE,
)
_STRUCTURE = re.compile(
    r"</(?:p|div|li|ul|h[1-6]|td|tr|article|section|span|a)\s*>|<br\s*/?>|<p>", re.IGNORECASE
)
_BLOCK = re.compile(r"<(?:p|div|br|li|tr|h[1-6]|article|section|blockquote|pre|body)[\s/>]", re.IGNORECASE)
_STRUCTURES_MIN = 3  # in a text that does not start as HTML: an essay may quote a tag or two


def looks_like_html(text: str) -> bool:
    """Whether a text of undeclared type is clearly HTML: it starts with a block and closes something, or
    holds several structural tags. A plain text that mentions `<b>` or `<p>` is not.
    """
    if "<" not in text:
        return False
    structures = 1 if _STARTS_AS_HTML.match(text) else _STRUCTURES_MIN
    position = 0
    while structures:
        match = _STRUCTURE.search(text, position)
        if match is None:
            return False
        position = match.end()
        structures -= 1
    return True


@lru_cache(maxsize=4096)
def _decoded(reference: str) -> tuple[str, int]:
    """What a character reference stands for, and how many of its characters say so; ("", 0) where it is none.

    `&notit;` is `¬` and four characters of text (13.2.5.73: the longest known name, for old pages).
    """
    if reference[1] == "#":
        return unescape(reference), len(reference)
    name = reference[1:]
    while name:
        if name in html5:
            return html5[name], len(name) + 1
        name = name[:-1]
    return "", 0


class _Writer:
    """Collects the text as runs that stand one to one for source characters, and the separators between
    them.
    """

    __slots__ = (
        "_blanks",
        "_html",
        "_lengths",
        "_pieces",
        "_separator",
        "_separator_offset",
        "_starts",
        "keep_lines",
    )

    def __init__(self, html: str) -> None:
        self._html = html
        self._blanks = html.translate(_BLANKS)
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self._lengths: list[int] = []
        self._separator = ""
        self._separator_offset = 0
        self.keep_lines = 0  # depth of <pre>

    def separate(self, separator: str, offset: int) -> None:
        """Notes that what follows is set apart; the strongest separator wins ("\\n" over "\\t" over " "),
        at the first offset.
        """
        if not self._separator:
            self._separator = separator
            self._separator_offset = offset
        elif separator == "\n" or self._separator == " ":
            self._separator = separator

    def _put(self, piece: str, start: int) -> None:
        if piece:
            self._pieces.append(piece)
            self._starts.append(start)
            self._lengths.append(len(piece))

    def run(self, start: int, end: int) -> None:
        """Text between two tags."""
        if start == end:
            return
        if self.keep_lines:
            source = self._html
        else:
            source = self._blanks
            piece = source[start:end]
            core = piece.lstrip(" ")
            if len(core) != len(piece):
                self.separate(" ", start)
                start = end - len(core)
                piece = core
                if not core:
                    return
            core = piece.rstrip(" ")
            end = start + len(core)
        if self._separator and self._pieces:
            self._put(self._separator, self._separator_offset)
        self._separator = ""
        self._even_runs(source, start, end)
        if not self.keep_lines and len(core) != len(piece):
            self.separate(" ", end)

    def _even_runs(self, source: str, start: int, end: int) -> None:
        """Cuts where text and source part ways: at references and at several blanks in a row."""
        for match in _UNEVEN.finditer(source, start, end):
            position = match.start()
            if source[position] == "&":
                reference = _REFERENCE.match(source, position, end)
                text, size = _decoded(reference[0]) if reference else ("", 0)
                if size:
                    self._put(source[start:position], start)
                    for character in text:
                        self._put(character, position)
                    start = position + size
            elif not self.keep_lines:
                self._put(source[start : position + 1], start)
                start = match.end()
        self._put(source[start:end], start)

    def result(self) -> tuple[str, I32]:
        lengths = np.array(self._lengths, dtype=np.int64)
        ends = np.cumsum(lengths)
        size = int(ends[-1]) if len(ends) else 0
        offsets = np.empty(size + 1, dtype=np.int32)
        shifts = np.array(self._starts, dtype=np.int64) - (ends - lengths)
        offsets[:size] = np.repeat(shifts, lengths) + np.arange(size)
        last = self._starts[-1] if self._starts else 0
        offsets[size] = _source_end(self._html, last + self._lengths[-1] - 1) if self._starts else 0
        return "".join(self._pieces), offsets


def _end_tag(html: str, name: str, position: int) -> int:
    """Offset after the end tag of `name` at or after `position`, -1 where there is none."""
    size = len(name)
    while True:
        position = html.find("</", position)
        if position < 0:
            return -1
        position += 2
        after = html[position + size : position + size + 1]
        if html[position : position + size].lower() == name and (after in "/>" or after.isspace()):
            closed = html.find(">", position)
            return closed + 1 if closed >= 0 else len(html)


def _after_markup(html: str, position: int) -> int:
    """Offset after a comment, declaration or other markup that is no tag, the end of the text where it is
    open;
    `position` itself where `<` is only a character."""
    mark = html[position + 1 : position + 2]
    if mark == "!" and html.startswith("--", position + 2):
        end = _COMMENT_END.search(html, position + 2)
        return end.end() if end else len(html)
    if mark and (mark in "!?" or (mark == "/" and html[position + 2 : position + 3] not in ("", " ", "\n"))):
        closed = html.find(">", position)
        return closed + 1 if closed >= 0 else len(html)
    return position


def html_to_text(html: str) -> tuple[str, I32]:
    """The text that HTML shows, and the offset in `html` of each of its characters and of its end:
    i32[len(text) + 1].

    White space is collapsed as in browsers, blocks are set apart by one line feed, cells by a tab; but in
    `<pre>`, and in a body without any block, whose line feeds then are its paragraphs, white space stands
    as it came.
    """
    if "<![CDATA[" in html:  # from feeds; blanked, so that offsets hold
        html = html.replace("<![CDATA[", " " * 9).replace("]]>", "   ")
    writer = _Writer(html)
    writer.keep_lines = 0 if _BLOCK.search(html) else 1
    tag = _TAG
    unclosed: set[str] = set()  # elements known to have no end tag further on
    start = position = 0  # start of the current run of text; where to look for its end
    while True:
        position = html.find("<", position)
        if position < 0:
            writer.run(start, len(html))
            break
        match = tag.match(html, position)
        if match is None:
            if _OPENS_TAG.match(html, position):
                if tag is _LENIENT_TAG:  # no ">" is left: the rest is one open tag
                    writer.run(start, position)
                    break
                tag = _LENIENT_TAG
                continue
            end = _after_markup(html, position)
            if end == position:
                position += 1
                continue
            writer.run(start, position)
            start = position = end
            continue
        writer.run(start, position)
        start = end = match.end()
        name = match[2]
        if not name.islower():
            name = name.lower()
        separator = _SEPARATOR_OF.get(name)
        if separator:
            writer.separate(separator, position)
            if name == "pre":
                writer.keep_lines = max(0, writer.keep_lines + (-1 if match[1] else 1))
        if name in _PASSED_OVER and not match[1] and html[end - 2] != "/" and name not in unclosed:
            start = _end_tag(html, name, end)
            if start < 0 and name in _RAW_TEXT:
                break
            if start < 0:
                unclosed.add(name)
                start = end
        position = start
    return writer.result()


def _source_end(html: str, offset: int) -> int:
    """Offset after the source of the one character of text that stands at `offset`."""
    if html[offset] == "&":
        reference = _REFERENCE.match(html, offset)
        if reference:
            return offset + (_decoded(reference[0])[1] or 1)
    return offset + 1


def source_range(html: str, offsets: I32, start: int, end: int) -> tuple[int, int]:
    """Half-open range of `html` that shows the half-open range `start` … `end` of its text.

    It ends right after the source of the last character: `offsets[end]` takes in tags that stand between.
    """
    first = int(offsets[start])
    return (first, _source_end(html, int(offsets[end - 1]))) if end > start else (first, first)
