"""Tokens → sketch: what of an article goes into the fingerprint log.

A sketch is the article's picked shingles (ids and token positions), the lines that hold them, and where the
article proper lies on the page (its main region). Every replica judges by the sketch alone, so what is not in
it cannot matter. Shingles that touch neither prose nor the main region are dropped: navigation and link lists
are the larger part of a page and never prove anything (−38 % of the record).

The main region: from the first prose line below the title's to a gap without prose; without a title, the
largest run of prose. Press releases end where "About the company" begins."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate

import numpy as np

from wirecopy.core import limits
from wirecopy.core.fingerprint import region_kernels, winnow_kernels
from wirecopy.core.hashing import xxh3_64
from wirecopy.core.model import I32, U8, U64, RawArticle
from wirecopy.core.publishers import brand_keys, fold_name
from wirecopy.core.text.kernels import LINE_CHAR_START
from wirecopy.core.text.tokens import TABLE, Scratch, Tokens, borrow, give_back, phrase_hashes, tokenise
from wirecopy.core.values import Value, replace

LINE_IS_PROSE = 1

# Headings that end an article: what follows is the same under every text of the same company.
CLOSING_HEADS = (
    "about",
    "safe harbor",
    "safe harbour",
    "forward looking statements",
    "forward looking statement",
    "cautionary statement",
    "cautionary note",
    "cautionary language",
    # a site's notice of consent, which stands under the article on every page
    "we value your privacy",
    "we respect your privacy",
    "your privacy",
    "your privacy matters",
    "privacy notice",
    "privacy policy",
    "privacy settings",
    "cookie notice",
    "cookie policy",
    "cookie settings",
    "manage cookies",
    "wir schätzen ihre privatsphäre",
    "ihre privatsphäre",
    "datenschutzeinstellungen",
    "cookie-einstellungen",
    "nous respectons votre vie privée",
    "votre vie privée",
    "gestion des cookies",
    "valoramos su privacidad",
    "valoramos tu privacidad",
    "su privacidad",
    "configuración de cookies",
    "a sua privacidade",
    "valorizamos a sua privacidade",
    "la tua privacy",
    "informativa sui cookie",
    "wij waarderen uw privacy",
    "cookie-instellingen",
    "cenimy twoją prywatność",
    "ustawienia plików cookie",
    "disclaimer",
    "disclosure",
    "contact",
    "contacts",
    "media contact",
    "media contacts",
    "press contact",
    "investor contact",
    "investor relations",
    "for more information",
    "for further information",
    "notes to editors",
    "note to editors",
    "über",
    "pressekontakt",
    "kontakt",
    "à propos",
    "contact presse",
    "acerca de",
    "sobre",
    "contacto",
    "informazioni su",
    "contatti",
    "over",
    "om",
)
# A paragraph that opens so is a closing one too: "About Acme Corp …" is, "About 200 people …" is not.
_OPENS_PARAGRAPH = re.compile(
    r"(?:About|Über|À propos de|Acerca de|Sobre) [A-ZÀ-Þ]|(?i:safe harbou?r|forward.looking|disclaimer|cautionary)"
)
_TITLE_PARTS = re.compile(r"\s+[-–—|·•»:/~]+\s+|\s*[|•»]\s*")

# Whether that can match, asked first of a set of signs, which rules most titles out in a tenth of the time.
_PARTS_SIGN = re.compile("[-–—|·•»:/~]")
_HAS_PARTS = re.compile(r"\s[-–—|·•»:/~]+\s|[|•»]")


class Sketch(Value):
    """`ids` u64[n] and `positions` i32[n] of the picked shingles, ascending; `lines` i32[m, 5]: token start
    and end, start and end in code points of the body as it came, LINE_IS_PROSE; the main region as tokens,
    half open, empty where there is none; `title_digest` 0 where the title is too short to tell."""

    ids: U64
    positions: I32
    lines: I32
    tokens: int
    main_start: int
    main_end: int
    title_found: bool
    title_digest: int


def article_tokens(sketch: Sketch) -> tuple[int, int]:
    """The tokens of the article proper: its main region, or all where a page shows none to speak of."""
    if sketch.main_end - sketch.main_start < limits.FEATURES_REGION_MIN:
        return 0, sketch.tokens
    return sketch.main_start, sketch.main_end


@lru_cache(maxsize=1)
def _closing_heads() -> tuple[U64, I32]:
    """The closing heads as token hashes: u64[sum of lengths], starts i32[heads + 1]."""
    hashes = [phrase_hashes(head) for head in CLOSING_HEADS]
    starts = np.cumsum([0, *map(len, hashes)]).astype(np.int32)
    return np.array([h for phrase in hashes for h in phrase], np.uint64), starts


def title_parts(title: str, publisher: str, host: str, domain: str) -> list[str]:
    """The title whole, then its parts, longest first, without the site's own name."""
    title = title[: limits.TITLE_CHARS_MAX]
    if not (_PARTS_SIGN.search(title) and _HAS_PARTS.search(title)):
        return [title]
    parts = [part for part in _TITLE_PARTS.split(title) if part]
    if len(parts) < 2:
        return [title]
    brands = set(brand_keys(publisher, host, domain))
    parts = [part for part in parts if fold_name(part) not in brands]
    return [title, *sorted(parts, key=len, reverse=True)]


_AT_ONCE = np.zeros(1, np.int32)


def make_sketch(article: RawArticle, tokens: Tokens) -> Sketch:
    """The sketch of one article. Pure but for the prose marks of `tokens.lines`; offsets of lines are mapped
    to the body as it came."""
    scratch = borrow(len(tokens.canonical))
    lent = sketch_in(scratch, article, tokens)
    made = replace(lent, ids=lent.ids.copy(), positions=lent.positions.copy(), lines=lent.lines.copy())
    give_back(scratch)
    return made


def sketch_in(scratch: Scratch, article: RawArticle, tokens: Tokens) -> Sketch:
    """The same for the time that `scratch` is not given back: the arrays are its. It may be the one of `tokens_in`, or be
    borrowed for as many bytes as `tokens.canonical` has."""
    parts = title_parts(article.title, article.publisher, article.host, article.domain)
    part_starts = _AT_ONCE
    if len(parts) > 1:
        part_starts = np.array([0, *accumulate(len(part) + 1 for part in parts[:-1])], np.int32)
    lines = tokens.lines
    if len(scratch.kept) < len(lines):
        scratch.grow_lines(len(lines))
    marks = scratch.line_marks[: len(lines)]
    title_at, named, title_digest, start, end, count, kept_lines, missing = region_kernels.sketch_text(
        lines,
        tokens.hashes,
        tokens.canonical,
        tokens.canonical_starts,
        (parts[0] if len(parts) == 1 else "\n".join(parts)).encode("utf-8", "surrogatepass"),
        part_starts,
        TABLE,
        _closing_heads(),
        marks,
        scratch.ids,
        scratch.positions,
        scratch.kept,
    )
    if named >= 0 and title_digest == 0:  # a length that the kernel leaves to the package
        title_digest = xxh3_64(tokenise(parts[named]).canonical)
    if start < 0:
        start, end = _looked_at_region(tokens, article.text, title_at, marks)
        count, kept_lines, missing = winnow_kernels.samples(
            lines,
            tokens.hashes,
            tokens.canonical,
            tokens.canonical_starts,
            start,
            end,
            limits.SHINGLE_TOKENS,
            limits.WINNOW_WINDOW,
            scratch.ids,
            scratch.positions,
            scratch.kept,
        )
    ids, positions, kept = scratch.ids[:count], scratch.positions[:count], scratch.kept[:kept_lines]
    if missing:
        _hash_missing(ids, positions, tokens)
    if article.offsets is not None:
        kept[:, 2:4] = article.offsets[kept[:, 2:4]]
    return Sketch(ids, positions, kept, len(tokens.starts), start, end, title_at >= 0, title_digest)


def _looked_at_region(tokens: Tokens, text: str, title_at: int, marks: U8) -> tuple[int, int]:
    """The main region of a text with a paragraph that may open as a closing one does: that is for a pattern
    to say."""
    opens = np.zeros(len(marks), np.uint8)
    for line in np.flatnonzero(marks == region_kernels.MARK_PARAGRAPH).tolist():
        if _OPENS_PARAGRAPH.match(text, int(tokens.lines[line, LINE_CHAR_START])):
            opens[line] = 1
    start, end, _ = region_kernels.main_region(
        tokens.lines, tokens.hashes, title_at, _closing_heads(), marks, opens
    )
    return start, end


def _hash_missing(ids: U64, positions: I32, tokens: Tokens) -> None:
    """Fills in the ids of shingles too long for the kernel's hash."""
    for sample in np.flatnonzero(ids == 0).tolist():
        at = positions[sample]
        start, end = tokens.canonical_starts[at], tokens.canonical_starts[at + limits.SHINGLE_TOKENS] - 1
        ids[sample] = xxh3_64(tokens.canonical[start:end])
