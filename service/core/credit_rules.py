"""The credit table compiled: phrases as slots of token hashes, and the flags that find them in one look-up a token.

A phrase is a row of **slots**; a slot is a set of alternatives, an alternative a tuple of token hashes. Matching walks
the slots from the phrase's **anchor** (its first literal slot, or the one marked with `*`, where the first words are too
common), so a text is searched once, by a table of 2^18 flags indexed with the low bits of each token's hash: a token that
is no anchor costs one byte read, whatever the number of phrases. The obvious other, one large regular expression, costs
some thirty times as much on a page that holds no credit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from service.core import credit_table
from service.core.model import CreditKind
from service.core.tokens import phrase_hashes

Alternative = tuple[int, ...]

ANCHOR, LINE_START, LINE_END, NAME = 1, 2, 4, 8  # bits of Rules.flags
WHOLE_LINE = ("line", "known")
FLAG_MASK = np.uint64((1 << 18) - 1)  # 256 KB of flags: three tokens a page are taken for anchors in vain

_PIECE = re.compile(r"\s*(\*?)(?:\(([^)]*)\)|(\{own\}|\{\})|([^\s(*{]+))")


@dataclass(frozen=True, slots=True)
class Slot:
    """`alternatives` longest first; `own` stands for the creditor's own name instead, and may be missing."""

    alternatives: tuple[Alternative, ...]
    own: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Slots around the anchor. `before` and `after` hold those of the literal part in reading order; the anchor is
    after[0]; the credited name follows, and `suffix` follows the name."""

    kind: CreditKind
    place: str  # "line" | "known" | "text" | "head"
    before: tuple[Slot, ...]
    after: tuple[Slot, ...]
    suffix: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the table: its tokens; `exact` asks for the case written there."""

    hashes: Alternative
    written: frozenset[str]
    agency: bool
    exact: bool
    bare: bool  # long or cased enough to be known without brackets around it


@dataclass(frozen=True, slots=True)
class Rules:
    flags: npt.NDArray[np.uint8]  # u8[2^18], by the low bits of a token's hash
    anchored: dict[int, tuple[Phrase, ...]]  # "text" and "head" phrases by a token their anchor begins with
    line_start: dict[int, tuple[Phrase, ...]]
    line_end: dict[int, tuple[Phrase, ...]]  # by the last token of their suffix
    labels: dict[int, tuple[tuple[CreditKind, Alternative], ...]]
    names: dict[int, tuple[KnownName, ...]]
    bylines: frozenset[Alternative]
    byline_endings: frozenset[Alternative]
    text_nouns: frozenset[int]  # one token each
    mention_before: frozenset[Alternative]
    mention_after: frozenset[Alternative]


def _slots(template: str) -> list[tuple[bool, Slot | None]]:
    """(is the anchor, slot) in reading order; None is the credited name."""
    slots: list[tuple[bool, Slot | None]] = []
    for piece in _PIECE.finditer(template):
        star, choice, name, word = piece.groups()
        if name == "{}":
            slots.append((False, None))
        elif name:
            slots.append((False, Slot((), own=True)))
        else:
            words = choice.split("|") if choice is not None else [word]
            alternatives = sorted({phrase_hashes(w) for w in words}, key=lambda a: (-len(a), a))
            slots.append((bool(star), Slot(tuple(alternatives))))
    return slots


def compile_phrase(kind: str, place: str, template: str) -> Phrase:
    """One row of the table; AssertionError where it breaks the table's grammar."""
    slots = _slots(template)
    name_at = [i for i, (_, slot) in enumerate(slots) if slot is None]
    assert len(name_at) == 1, f"a phrase credits one name: {template}"
    literal = slots[: name_at[0]]
    suffix = tuple(slot for _, slot in slots[name_at[0] + 1 :] if slot is not None)
    starred = [i for i, (star, _) in enumerate(literal) if star]
    anchor = starred[0] if starred else 0
    assert place in WHOLE_LINE or (literal and () not in (literal[anchor][1] or Slot(((),))).alternatives), template
    spelled = tuple(slot for _, slot in literal if slot is not None)
    return Phrase(CreditKind(kind), place, spelled[:anchor], spelled[anchor:], suffix)


def _by_first(phrases: Sequence[tuple[Slot, Phrase]], last: bool = False) -> dict[int, tuple[Phrase, ...]]:
    found: dict[int, list[Phrase]] = {}
    for slot, phrase in phrases:
        for alternative in slot.alternatives:
            if alternative:
                listed = found.setdefault(alternative[-1 if last else 0], [])
                if phrase not in listed:
                    listed.append(phrase)
    return {anchor: tuple(listed) for anchor, listed in found.items()}


def _known_names() -> dict[int, tuple[KnownName, ...]]:
    written: dict[Alternative, tuple[set[str], bool]] = {}
    for names, agency in (
        *((names, True) for _, names, _ in credit_table.AGENCIES),
        (credit_table.MEDIA, False),
    ):
        for name in names:
            spellings, is_agency = written.get(phrase_hashes(name), (set(), False))
            written[phrase_hashes(name)] = (spellings | {name}, agency or is_agency)
    found: dict[int, list[KnownName]] = {}
    for hashes, (spellings, agency) in sorted(written.items(), key=lambda item: -len(item[0])):
        shortest = min(map(len, spellings))
        cased = any(letter.isupper() for letter in min(spellings))
        known = KnownName(
            hashes, frozenset(spellings), agency, exact=len(hashes) == 1 and cased, bare=cased or shortest >= 5
        )
        found.setdefault(hashes[0], []).append(known)
    return {first: tuple(known) for first, known in found.items()}


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The compiled table, made on first use."""
    phrases = [compile_phrase(*row) for row in credit_table.PHRASES]
    anchored = _by_first([(p.after[0], p) for p in phrases if p.place not in WHOLE_LINE])
    lines = [p for p in phrases if p.place in WHOLE_LINE]
    line_start = _by_first([(p.after[0], p) for p in lines if p.after])
    line_end = _by_first([(p.suffix[-1], p) for p in lines if not p.after], last=True)
    labels: dict[int, list[tuple[CreditKind, Alternative]]] = {}
    for kind, words in (
        (CreditKind.SOURCE, credit_table.SOURCE_LABELS),
        (CreditKind.ORIGINALLY, credit_table.ORIGIN_LABELS),
    ):
        for word in dict.fromkeys(words):
            label = phrase_hashes(word)
            labels.setdefault(label[0], []).append((kind, label))
    names = _known_names()
    flags = np.zeros(int(FLAG_MASK) + 1, np.uint8)
    for bit, keys in (
        (ANCHOR, anchored),
        (LINE_START, line_start),
        (LINE_END, line_end),
        (NAME, names),
        (ANCHOR, labels),
    ):
        for anchor in keys:
            flags[anchor & int(FLAG_MASK)] |= bit
    return Rules(
        flags,
        anchored,
        line_start,
        line_end,
        {first: tuple(sorted(found, key=lambda f: -len(f[1]))) for first, found in labels.items()},
        names,
        frozenset(map(phrase_hashes, credit_table.BYLINE_WORDS)),
        frozenset(map(phrase_hashes, credit_table.BYLINE_ENDINGS)),
        frozenset(phrase_hashes(noun)[0] for noun in credit_table.TEXT_NOUNS),
        frozenset(map(phrase_hashes, credit_table.MENTION_BEFORE)),
        frozenset(map(phrase_hashes, credit_table.MENTION_AFTER)),
    )


def match_forward(slots: Sequence[Slot], hashes: Sequence[int], at: int) -> int:
    """The longest match of the slots from `at`: the index behind it, −1 for none. Hashes bound the walk."""
    reached = {at}
    for slot in slots:
        reached = {
            i + len(a) for i in reached for a in slot.alternatives if tuple(hashes[i : i + len(a)]) == a
        }
        if not reached:
            return -1
    return max(reached)


def match_backward(slots: Sequence[Slot], hashes: Sequence[int], end: int) -> int:
    """The longest match that ends before `end`: the index of its first token, −1 for none. Literal slots only."""
    reached = {end}
    for slot in reversed(slots):
        reached = {
            i - len(a)
            for i in reached
            for a in slot.alternatives
            if i >= len(a) and tuple(hashes[i - len(a) : i]) == a
        }
        if not reached:
            return -1
    return min(reached)
