"""The plain twin of the HTML kernel: the same text and offsets by regular expressions, slow and easy to read.

It shares nothing with the kernel but the lists of elements, so that a slip in one shows as a difference.
"""

from __future__ import annotations

import re
from html.entities import html5

_BLOCKS = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu"
    " nav ol optgroup option p pre section summary table tbody tfoot thead title tr ul"
)
BLOCKS = set(_BLOCKS.split())
SPACED = {"audio", "button", "img", "input", "label", "picture", "rp", "rt", "select", "video"}
CELLS = {"td", "th"}
RAW_TEXT = {"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"}
NOT_SHOWN = {"noscript", "template", "svg", "canvas", "audio", "video", "select"}
SPACE = " \t\n\r\f"
STRENGTH = {"": 0, " ": 1, "\t": 2, "\n": 3}

_NAME = re.compile(r"<(/?)([a-zA-Z][^ \t\n\r\f/>]*)")
_VALUE = r"""=[ \t\n\r\f]*+(?:"[^"]*+"|'[^']*+'|(?!["'])[^ \t\n\r\f>]++|(?=[> \t\n\r\f]))"""
_REST = re.compile(rf"(?:[^>=]|{_VALUE})*+>")
_LENIENT_REST = re.compile(r"[^>]*>")
_COMMENT_END = re.compile(r"--!?>")
_NUMERIC = re.compile(r"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));?")
_NAMED = re.compile(r"&[a-zA-Z0-9]{1,32};?")
_WINDOWS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}


def reference(html: str, position: int) -> tuple[str, int]:
    """(what the reference at `position` stands for, its size); ("", 0) where it is none."""
    numeric = _NUMERIC.match(html, position)
    if numeric:
        value = int(numeric[1] or numeric[2], 10 if numeric[1] else 16)
        if value == 0 or value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
            return "\ufffd", len(numeric[0])
        return _WINDOWS.get(value, chr(value)), len(numeric[0])
    named = _NAMED.match(html, position)
    for size in range(min(len(named[0]), 33) if named else 0, 1, -1):
        name = html[position + 1 : position + size]
        if name in html5:
            return html5[name], size
    return "", 0


def after_end_tag(html: str, name: str, position: int) -> int:
    found = re.compile(rf"</{re.escape(name)}(?=[{SPACE}/>]|\Z)[^>]*>?", re.IGNORECASE).search(html, position)
    return found.end() if found else -1


def after_markup(html: str, position: int) -> int:
    mark = html[position + 1 : position + 2]
    if html.startswith("<!--", position):
        end = _COMMENT_END.search(html, position + 2)
        return end.end() if end else len(html)
    after = html[position + 2 : position + 3]
    if mark in ("!", "?") or (mark == "/" and after and after not in SPACE):
        closed = html.find(">", position)
        return closed + 1 if closed >= 0 else len(html)
    return position


class Writer:
    def __init__(self, html: str, keep: int) -> None:
        self.html, self.keep = html, keep
        self.text: list[str] = []
        self.offsets: list[int] = []
        self.separator, self.separator_at = "", 0

    def separate(self, separator: str, offset: int) -> None:
        if not self.separator:
            self.separator_at = offset
        if STRENGTH[separator] > STRENGTH[self.separator]:
            self.separator = separator

    def put(self, text: str, offset: int) -> None:
        if self.separator and self.text:
            self.text.append(self.separator)
            self.offsets.append(self.separator_at)
        self.separator = ""
        self.text += text
        self.offsets += [offset] * len(text)

    def run(self, start: int, end: int) -> None:
        while start < end:
            character = self.html[start]
            if character in SPACE and not self.keep:
                self.separate(" ", start)
                start += 1
                continue
            text, size = reference(self.html, start) if character == "&" else ("", 0)
            self.put(text or character, start)
            start += size or 1


def without_cdata(html: str) -> str:
    first, *others = html.split("<!--[CDATA[")
    for part in others:
        closed = re.match(r"(?s)(.*?)(?:-->|\]\]>(?!-->))(.*)\Z", part)
        first += "<!--[CDATA[" + (f"{closed[1]}-->{closed[2]}" if closed else part)
    return first.replace("<![CDATA[", " " * 9).replace("]]>", "   ") if "<![CDATA[" in first else first


def html_to_text(html: str) -> tuple[str, list[int]]:
    """Text and the offset of each character; without the end's, which the kernel does not give."""
    html = without_cdata(html)
    text, offsets, broken = one_pass(html, 0)
    if not broken and "\n" in html:
        text, offsets, broken = one_pass(html, 1)
    return text, offsets


def one_pass(html: str, keep: int) -> tuple[str, list[int], bool]:
    writer = Writer(html, keep)
    rest, broken, unclosed = _REST, False, set[str]()
    position = 0
    while position < len(html):
        if html[position] != "<":
            end = html.find("<", position)
            end = len(html) if end < 0 else end
            writer.run(position, end)
            position = end
            continue
        opening = _NAME.match(html, position)
        if opening is None:
            end = after_markup(html, position)
            if end == position:
                writer.run(position, position + 1)
                end += 1
            position = end
            continue
        match = rest.match(html, opening.end())
        if match is None and rest is _REST:
            rest = _LENIENT_REST
            match = rest.match(html, opening.end())
        if match is None:
            break
        name = "".join(chr(ord(c) | 32) if "A" <= c <= "Z" else c for c in opening[2])
        separator = "\n" if name in BLOCKS else "\t" if name in CELLS else " " if name in SPACED else ""
        if separator:
            writer.separate(separator, position)
            broken |= separator == "\n"
        if name == "pre":
            writer.keep = max(0, writer.keep + (-1 if opening[1] else 1))
        position = match.end()
        passed_over = name in RAW_TEXT or name in NOT_SHOWN
        if passed_over and not opening[1] and html[position - 2] != "/" and name not in unclosed:
            end = after_end_tag(html, name, position)
            if end < 0 and name in RAW_TEXT:
                break
            if end < 0:
                unclosed.add(name)
            else:
                position = end
    return "".join(writer.text), writer.offsets, broken
