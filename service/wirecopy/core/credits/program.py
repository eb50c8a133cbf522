"""The rules of rules.py as arrays, for the kernel that leaves out what cannot come to a credit.

A text holds some five tokens at which a rule could begin and half a credit. To walk a rule's slots for each of
them in Python cost more than all else that is done about credits; the kernel walks them for all at once. It
decides nothing: what it lets through is read again, with its signs and its case, by phrases.py. Keys of
five sorts and the cues beside a name share one open-addressing table, so that the kernel takes few arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wirecopy.core.credits import kernels
from wirecopy.core.credits.names import ARTICLES
from wirecopy.core.credits.rules import (
    Alternative,
    ClosingForm,
    KnownName,
    Label,
    Phrase,
    Rule,
    Rules,
    Slot,
    pair_hash,
    rules,
)
from wirecopy.core.model import I32, U64
from wirecopy.core.publishers import agency_names
from wirecopy.core.text.tokens import phrase_hashes

_MASK = (1 << 64) - 1
_KIND = 0xD6E8FEB86659FD93  # twin of kernels
_ROOM_FACTOR = 4  # places of the table a key: most look-ups are in vain and end at the first gap


class Arrays(NamedTuple):
    """The program; shapes as `kernels.credit_candidates` says."""

    flags: npt.NDArray[np.uint16]
    keys: tuple[U64, I32, I32]  # table, values, entries
    rules: I32
    phrases: tuple[I32, I32, U64]  # slots, alternatives, words


class Program(NamedTuple):
    """The arrays, and the rules by the numbers that the arrays call them."""

    rules: tuple[Rule, ...]
    arrays: Arrays


class _Writer:
    """Gathers the rows of the arrays."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.rule_rows: list[list[int]] = []
        self.entries: list[tuple[int, int]] = []
        self.keys: dict[int, tuple[int, int]] = {}
        self._slots: list[tuple[int, int, int]] = []
        self._alternatives: list[tuple[int, int]] = []
        self._words: list[int] = []
        self._numbers: dict[tuple[int, bool], int] = {}

    def number(self, rule: Rule, *, is_line: bool) -> int:
        """The rule's number; its row is written where it has none yet."""
        known = self._numbers.get((id(rule), is_line))
        if known is not None:
            return known
        if isinstance(rule, Phrase):
            backward = rule.suffix if is_line else rule.before[rule.own_at + 1 :]
            kind = kernels.RULE_LINE if is_line else kernels.RULE_PHRASE
            row = [kind, *self._slots_of(rule.after), *self._slots_of(backward), 0]
        else:
            name = 0 if isinstance(rule, Label) else _name_bits(rule)
            row = [kernels.RULE_WORDS, *self._words_of(rule.hashes), 0, 0, name]
        self._numbers[id(rule), is_line] = len(self.rules)
        self.rules.append(rule)
        self.rule_rows.append(row)
        return len(self.rules) - 1

    def key(self, key: int, kind: int, found: Iterable[tuple[Rule, int]]) -> None:
        """The rules that a key of a kind finds, in order, with the anchor's distance."""
        first = len(self.entries)
        is_line = kind in (kernels.KEY_LINE_START, kernels.KEY_LINE_PAIR, kernels.KEY_LINE_END)
        self.entries += [(self.number(rule, is_line=is_line), distance) for rule, distance in found]
        self._place(key, kind, first, len(self.entries))

    def cue(self, key: int, bits: int) -> None:
        """Bits of a token, or of several read backwards."""
        mixed = key ^ (kernels.KEY_CUE * _KIND & _MASK)
        self._place(key, kernels.KEY_CUE, bits | self.keys.get(mixed, (0, 0))[0], 0)

    def arrays(self, flags: npt.NDArray[np.uint16]) -> Arrays:
        table = np.zeros(1 << (_ROOM_FACTOR * len(self.keys)).bit_length(), np.uint64)
        values = np.zeros((len(table), 2), np.int32)
        for key, value in self.keys.items():
            place = (key >> 16) & (len(table) - 1)
            while table[place]:
                place = (place + 1) & (len(table) - 1)
            table[place], values[place] = key, value
        return Arrays(
            flags,
            (table, values, np.array(self.entries, np.int32)),
            np.array(self.rule_rows, np.int32),
            (
                np.array(self._slots, np.int32),
                np.array(self._alternatives, np.int32),
                np.array(self._words, np.uint64),
            ),
        )

    def _place(self, key: int, kind: int, first: int, second: int) -> None:
        mixed = key ^ (kind * _KIND & _MASK)
        assert mixed != 0 and (mixed not in self.keys or kind == kernels.KEY_CUE), "two keys with one hash"
        self.keys[mixed] = (first, second)

    def _words_of(self, words: Alternative) -> tuple[int, int]:
        self._words += words
        return len(self._words) - len(words), len(self._words)

    def _slots_of(self, slots: Sequence[Slot]) -> tuple[int, int]:
        for slot in slots:
            first = len(self._alternatives)
            self._alternatives += [self._words_of(words) for words in slot.alternatives]
            self._slots.append((first, len(self._alternatives), int(slot.optional)))
        return len(self._slots) - len(slots), len(self._slots)


def _name_bits(name: KnownName | ClosingForm) -> int:
    if isinstance(name, ClosingForm):  # it signs as an agency's name does, however it is written
        return kernels.NAME_ANY | kernels.NAME_LOWER | kernels.NAME_CLOSES
    lower = any(spelling[0].islower() for spelling in name.written)
    return kernels.NAME_ANY | name.agency * kernels.NAME_AGENCY | lower * kernels.NAME_LOWER


def _write_cues(writer: _Writer, table: Rules) -> None:
    for token in table.mention_fillers:
        writer.cue(token, kernels.CUE_FILLER)
    for words in table.mention_before:
        key = 0
        for token in reversed(words):
            key = pair_hash(key, token)
        writer.cue(key, kernels.CUE_BEFORE)
    for words in table.mention_after:
        writer.cue(words[0], kernels.CUE_AFTER)
    for words in table.bylines:
        writer.cue(words[0], kernels.CUE_BYLINE)
    for words in table.byline_endings - {()}:
        writer.cue(words[0], kernels.CUE_BYLINE_ENDING)
    for words in {phrase_hashes(word) for word in (*ARTICLES, *agency_names())}:
        if len(words) == 1:
            writer.cue(words[0], kernels.CUE_SMALL)


@lru_cache(maxsize=1)
def program() -> Program:
    """The table's program, made on first use."""
    table, writer = rules(), _Writer()
    for pair, found in table.pairs.items():
        writer.key(pair, kernels.KEY_PAIR, found)
    for token in {**table.singles, **table.exact}:
        name = table.exact.get(token)
        here: list[Rule] = [*table.singles.get(token, ()), *([name] if name is not None else [])]
        writer.key(token, kernels.KEY_SINGLE, [(rule, 0) for rule in here])
    lines: tuple[tuple[int, Mapping[int, tuple[Phrase, ...]]], ...] = (
        (kernels.KEY_LINE_START, table.line_start),
        (kernels.KEY_LINE_PAIR, table.line_pair),
        (kernels.KEY_LINE_END, table.line_end),
    )
    for kind, by_key in lines:
        for key, phrases in by_key.items():
            writer.key(key, kind, [(phrase, 0) for phrase in phrases])
    _write_cues(writer, table)
    return Program(tuple(writer.rules), writer.arrays(table.flags))
