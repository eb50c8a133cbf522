"""The credit table compiled: phrases as slots of token hashes, and the flags that find them in one pass
over the tokens.

A phrase is a row of **slots**; a slot is a set of alternatives, an alternative a tuple of token hashes.
Matching walks the slots from the phrase's **anchor**: its first literal slot, or the one marked with `*`
where the first words are too common. Anchors are found by pairs of neighbouring tokens where the phrase has
two ("published by"), and by one token only where it has not: single words of phrases are on every page,
pairs of them hardly ever. The obvious other, one large regular expression, costs some thirty times as much
on a page that holds no credit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from wirecopy.core.agencies import AGENCIES, MEDIA
from wirecopy.core.credits import phrase_table, word_table
from wirecopy.core.credits.kernels import (
    FLAG_LINE_END,
    FLAG_LINE_PAIR,
    FLAG_LINE_START,
    FLAG_PAIR,
    FLAG_SINGLE,
)
from wirecopy.core.model import CreditKind, CreditScope
from wirecopy.core.text.tokens import phrase_hashes

Alternative = tuple[int, ...]

_FLAG_MASK = (1 << 16) - 1  # the filter's size and its two places a key are those of kernels.py
_SECOND_BITS = 8
WHOLE_LINE = ("line", "known", "foot")

_PIECE = re.compile(r"\s*(\*?)(?:\(([^)]*)\)|(\{own\}|\{\})|([^\s(*{]+))")


def pair_hash(first: int, second: int) -> int:
    """The key of two neighbouring tokens; its twin is in kernels.py."""
    return (first * 0x9E3779B97F4A7C15 + second) & 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Slot:
    """`alternatives` longest first, the empty one left out (`optional`); `firsts` and `lasts` hold their
    end tokens. `own` stands for the creditor's own name instead, and may be missing."""

    alternatives: tuple[Alternative, ...]
    optional: bool
    firsts: frozenset[int]
    lasts: frozenset[int]
    own: bool = False


def _slot(words: Sequence[str]) -> Slot:
    hashed = {phrase_hashes(word) for word in words}
    spelled = sorted(hashed - {()}, key=lambda a: (-len(a), a))
    return Slot(
        tuple(spelled), () in hashed, frozenset(a[0] for a in spelled), frozenset(a[-1] for a in spelled)
    )


_OWN = Slot((), True, frozenset(), frozenset(), own=True)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Slots around the anchor. `before` and `after` hold those of the literal part in reading order; the
    anchor is after[0]; the credited name follows, and `suffix` follows the name. before[own_at] is the slot of
    the creditor's own name (−1 for none)."""

    kind: CreditKind
    place: str  # "line" | "known" | "foot" | "text" | "head"
    before: tuple[Slot, ...]
    after: tuple[Slot, ...]
    suffix: tuple[Slot, ...]
    own_at: int
    scope: CreditScope | None = None  # where it is not what the kind says


@dataclass(frozen=True, slots=True)
class Label:
    """ "Source" and its like."""

    kind: CreditKind
    hashes: Alternative


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the table: its tokens; `exact` asks for the case written there."""

    hashes: Alternative
    written: frozenset[str]
    agency: bool
    exact: bool
    noun: bool = False  # what agencies call themselves: the name is around it


@dataclass(frozen=True, slots=True)
class ClosingForm:
    """ "Reporting by …; editing by …": the agency that closes its texts so; `later` are words of which one follows on
    the line, case folded."""

    hashes: Alternative
    agency: str
    later: tuple[str, ...]


Rule = Phrase | Label | KnownName | ClosingForm


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules by the token or the pair (`pair_hash`) at which they are found, with the anchor's distance from
    there."""

    flags: npt.NDArray[np.uint16]  # u16[2^16], the filter of kernels.py
    singles: dict[int, tuple[Phrase | Label | ClosingForm, ...]]
    exact: dict[int, KnownName]  # names of one token
    pairs: dict[int, tuple[tuple[Rule, int], ...]]
    line_start: dict[int, tuple[Phrase, ...]]
    line_pair: dict[int, tuple[Phrase, ...]]
    line_end: dict[int, tuple[Phrase, ...]]
    bylines: frozenset[Alternative]
    byline_heads: frozenset[str]  # their first words, case folded
    byline_endings: frozenset[Alternative]
    text_nouns: frozenset[int]
    this_words: frozenset[int]
    toward_words: frozenset[int]
    mention_before: frozenset[Alternative]
    mention_after: frozenset[Alternative]
    mention_fillers: frozenset[int]  # one token each


def _slots(template: str) -> list[tuple[bool, Slot | None]]:
    """(is the anchor, slot) in reading order; None is the credited name."""
    slots: list[tuple[bool, Slot | None]] = []
    for piece in _PIECE.finditer(template):
        star, choice, name, word = piece.groups()
        if name == "{}":
            slots.append((False, None))
        elif name:
            slots.append((False, _OWN))
        else:
            slots.append((bool(star), _slot(choice.split("|") if choice is not None else [word])))
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
    spelled = tuple(slot for _, slot in literal if slot is not None)
    assert place in WHOLE_LINE or (spelled and not spelled[anchor].optional), (
        f"an anchor must be there: {template}"
    )
    own_at = next((i for i, slot in enumerate(spelled[:anchor]) if slot.own), -1)
    scope = CreditScope.PART if kind == "part" else None
    said = CreditKind.SOURCE if kind == "part" else CreditKind(kind)
    return Phrase(said, place, spelled[:anchor], spelled[anchor:], suffix, own_at, scope)


def _beginnings(slots: Sequence[Slot]) -> set[Alternative]:
    """The first two tokens of every way to read the slots, fewer where there are no two."""
    begun: set[Alternative] = {()}
    for slot in slots:
        longer = {(*b, *a)[:2] for b in begun for a in slot.alternatives}
        begun = longer | begun if slot.optional else longer | {b for b in begun if len(b) == 2}
    return begun - {()}


def _keys_of(rule: Rule) -> Iterable[tuple[Alternative, int]]:
    """(one token or two, distance of the anchor from the first of them) by which a rule is found. A name is
    found by its last tokens, since many begin like a city."""
    if not isinstance(rule, Phrase):
        yield rule.hashes[-2:], min(0, 2 - len(rule.hashes))
        return
    before = rule.before[-1] if rule.before else None
    for begun in _beginnings(rule.after):
        if len(begun) == 2 or before is None or before.own or before.optional:
            yield begun, 0
        else:
            for alternative in before.alternatives:
                yield (alternative[-1], begun[0]), 1


def _line_phrases(phrases: Iterable[Phrase]) -> tuple[dict[int, tuple[Phrase, ...]], ...]:
    """Phrases of whole lines by the line's first token, by its first pair, and by its last token."""
    first: dict[int, list[Phrase]] = {}
    pair: dict[int, list[Phrase]] = {}
    last: dict[int, list[Phrase]] = {}
    for phrase in phrases:
        for begun in _beginnings(phrase.after):
            if len(begun) == 2:
                pair.setdefault(pair_hash(*begun), []).append(phrase)
            else:
                first.setdefault(begun[0], []).append(phrase)
        for token in phrase.suffix[-1].lasts if not phrase.after else ():
            last.setdefault(token, []).append(phrase)
    return tuple({key: tuple(found) for key, found in table.items()} for table in (first, pair, last))


def _known_names() -> list[KnownName]:
    """Names that are known where they stand, longest first. Those of scripts without spaces are found by
    characters, and names of single letters only in brackets."""
    written: dict[Alternative, tuple[set[str], bool]] = {}
    agencies = ((names, True) for _, names, _ in AGENCIES)
    for names, agency in (*agencies, (MEDIA, False)):
        for name in names:
            cased = name.upper() != name.lower()
            if not (cased or len(name) >= 5) or name[0] >= "\u0e00" or max(map(len, name.split())) < 2:
                continue
            hashes = phrase_hashes(name)
            spellings, is_agency = written.get(hashes, (set(), False))
            written[hashes] = (spellings | {name}, agency or is_agency)
    nouns = {phrase_hashes(noun): noun for noun in word_table.AGENCY_NOUNS}
    return [
        KnownName(hashes, frozenset(spellings), agency, exact=len(hashes) == 1)
        for hashes, (spellings, agency) in sorted(written.items(), key=lambda item: (-len(item[0]), item[0]))
    ] + [
        KnownName(hashes, frozenset((noun,)), agency=True, exact=False, noun=True)
        for hashes, noun in sorted(nouns.items())
        if hashes not in written
    ]


def _closing_forms() -> list[ClosingForm]:
    return [
        ClosingForm(phrase_hashes(first), agency, later) for agency, first, later in word_table.CLOSING_FORMS
    ]


def _labels() -> list[Label]:
    rows = (
        (CreditKind.SOURCE, word_table.SOURCE_LABELS),
        (CreditKind.ORIGINALLY, word_table.ORIGIN_LABELS),
    )
    labels = {Label(kind, phrase_hashes(word)) for kind, words in rows for word in words}
    return sorted(labels, key=lambda label: (-len(label.hashes), label.hashes))


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The compiled table, made on first use."""
    phrases = [compile_phrase(kind, place, phrase) for _, kind, place, phrase, _ in phrase_table.PHRASES]
    singles: dict[int, list[Phrase | Label | ClosingForm]] = {}
    exact: dict[int, KnownName] = {}
    pairs: dict[int, list[tuple[Rule, int]]] = {}
    anchored: list[Rule] = [
        *(p for p in phrases if p.place not in WHOLE_LINE),
        *_labels(),
        *_known_names(),
        *_closing_forms(),
    ]
    for rule in anchored:
        for tokens, distance in _keys_of(rule):
            if len(tokens) == 1 and isinstance(rule, KnownName):
                exact[tokens[0]] = rule
            elif len(tokens) == 1 and not isinstance(rule, KnownName):
                singles.setdefault(tokens[0], []).append(rule)
            else:
                pairs.setdefault(pair_hash(*tokens), []).append((rule, distance))
    line_start, line_pair, line_end = _line_phrases(p for p in phrases if p.place in WHOLE_LINE)
    flags = np.zeros(_FLAG_MASK + 1, np.uint16)
    keyed: tuple[tuple[int, Iterable[int]], ...] = (
        (FLAG_SINGLE, (*singles, *exact)),
        (FLAG_PAIR, pairs),
        (FLAG_LINE_START, line_start),
        (FLAG_LINE_PAIR, line_pair),
        (FLAG_LINE_END, line_end),
    )
    for bit, keys in keyed:
        for key in keys:
            flags[key & _FLAG_MASK] |= bit
            flags[(key >> 16) & _FLAG_MASK] |= bit << _SECOND_BITS
    return Rules(
        flags,
        {key: tuple(found) for key, found in singles.items()},
        exact,
        {key: tuple(found) for key, found in pairs.items()},
        line_start,
        line_pair,
        line_end,
        frozenset(map(phrase_hashes, word_table.BYLINE_WORDS)),
        frozenset(words.split()[0].casefold() for words in word_table.BYLINE_WORDS),
        frozenset(map(phrase_hashes, word_table.BYLINE_ENDINGS)),
        frozenset(phrase_hashes(noun)[0] for noun in word_table.TEXT_NOUNS),
        frozenset(phrase_hashes(word)[0] for word in word_table.THIS_WORDS),
        frozenset(phrase_hashes(word)[0] for word in word_table.TOWARD_WORDS),
        frozenset(map(phrase_hashes, word_table.MENTION_BEFORE)),
        frozenset(map(phrase_hashes, word_table.MENTION_AFTER)),
        frozenset(phrase_hashes(word)[0] for word in word_table.MENTION_FILLERS),
    )


def match_forward(slots: Sequence[Slot], hashes: Sequence[int], at: int) -> int:
    """The slots matched from `at`, each by its longest alternative that fits: the index behind them, −1 for
    none."""
    for slot in slots:
        matched = -1
        if at < len(hashes) and hashes[at] in slot.firsts:
            for words in slot.alternatives:
                if tuple(hashes[at : at + len(words)]) == words:
                    matched = at + len(words)
                    break
        if matched < 0 and not slot.optional:
            return -1
        at = max(at, matched)
    return at


def match_backward(slots: Sequence[Slot], hashes: Sequence[int], end: int) -> int:
    """The slots matched so that they end before `end`: the index of their first token, −1 for none."""
    for slot in reversed(slots):
        matched = -1
        if end > 0 and hashes[end - 1] in slot.lasts:
            for words in slot.alternatives:
                if end >= len(words) and tuple(hashes[end - len(words) : end]) == words:
                    matched = end - len(words)
                    break
        if matched < 0 and not slot.optional:
            return -1
        end = matched if matched >= 0 else end
    return end
