"""A text as sentences with their features: names, numbers and words, each where it stands in the text.

The features are those of the log (fingerprint/feature_kernels.py), with places: words cut to five letters, numbers, pairs of
neighbouring signs of a script without spaces, pairs of syllables of a language that writes them apart. A word is a name where it
is written with a capital inside a sentence, unless the language writes all nouns so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from wirecopy.core.fingerprint.feature_kernels import (
    NAME_CAPITALS_PERCENT_MAX,
    STEM_SIGNS,
    SYLLABLE_LETTERS_TENTHS,
    WORD_SIGNS_MIN,
)
from wirecopy.core.fingerprint.sketch import article_tokens, make_sketch
from wirecopy.core.model import U8, RawArticle
from wirecopy.core.text.quotations import quoted_in
from wirecopy.core.text.tokens import Tokens, tokenise

TOKENS_MAX: Final = 20_000  # of a text: a long read
SENTENCE_TOKENS_MIN: Final = 4  # a shorter one goes on with the next on its line: "No."
ENTITIES_MAX: Final = 400  # of a text that are looked at, and some more
GAP_CHARS_MAX: Final = 8  # of what closes a text
UNSPACED_FROM: Final = "\u3000"  # kana, Han and what lies above
_TERMINAL: Final = re.compile(r"[.!?…؟۔।。！？｡]")
_FULL_WIDTH: Final = "。！？｡"  # no space follows these
_ABBREVIATED: Final = re.compile(r"\d{1,2}|[^\W\d_]{1,3}")  # "3. Mai"; with a capital: "Mr.", "U.S."
_CLOSING: Final = re.compile(r"(?:[.!?…؟۔।。！？｡,;:]*[」』”’»）)\"]*[.!?…؟۔।。！？｡]*)")  # may be nothing
_SAID: Final = ':「『“‘«„‹¿¡"'
_OPENING: Final = "「『“‘«„‚‹¿¡（([\"'"
_IN_NUMBERS: Final = (".", ",", ":", "\u00a0", "\u202f")
_BETWEEN_NAMES: Final = (" ", "-", "\u00a0", ". ")


class Kind(StrEnum):
    NAME = "name"
    NUMBER = "number"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Feature:
    """`key`: what it is compared by. `start`, `end`: code points of the text."""

    key: str
    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """`start`, `end`: code points of the text."""

    start: int
    end: int
    features: tuple[Feature, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class SentenceText:
    """`hashes`, `quoted`, `starts`, `ends`: of each token of the article proper."""

    text: str
    sentences: tuple[Sentence, ...]
    hashes: Sequence[int]
    quoted: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]


@dataclass(slots=True)
class _Word:
    """A token on its way to a feature. `opens`: it is the first of its sentence."""

    key: str
    kind: Kind
    start: int
    end: int
    capital: bool
    opens: bool


def sentence_texts(first: RawArticle, second: RawArticle) -> tuple[SentenceText, SentenceText]:
    """Both articles proper, without what surrounds them on their pages; all of it where a page shows none to speak of. What is
    a syllable and what a name is decided by both together."""
    readers = _Reader(first), _Reader(second)
    spaced = [word for reader in readers for word in reader.words if _is_spaced(word)]
    syllables = 2 * len(spaced) > sum(len(reader.words) for reader in readers) and (
        10 * sum(map(len, spaced)) < SYLLABLE_LETTERS_TENTHS * len(spaced)
    )
    one, other = (reader.read(syllables) for reader in readers)
    names = {
        feature.key
        for text in (one, other)
        for sentence in text.sentences
        for feature in sentence.features
        if feature.kind is Kind.NAME
    }
    return _with_names(one, names), _with_names(other, names)


def _is_spaced(word: str) -> bool:
    return word < UNSPACED_FROM and not word.isdigit()


class _Reader:
    """The tokens of an article proper."""

    def __init__(self, article: RawArticle) -> None:
        tokens: Tokens = tokenise(article.text)
        sketch = make_sketch(article, tokens)
        first, end = article_tokens(sketch)
        end = min(end, first + TOKENS_MAX)
        quoted: U8 = quoted_in(article.text.encode("utf-8", "surrogatepass"), tokens, article)[0]
        self._text = article.text
        self._syllables = False
        self._hashes: list[int] = tokens.hashes[first:end].tolist()
        self._quoted: list[int] = quoted[first:end].tolist()
        self.words = [tokens.word(token) for token in range(first, end)]
        self.starts: list[int] = tokens.starts[first:end].tolist()
        self.ends: list[int] = tokens.ends[first:end].tolist()

    def read(self, syllables: bool) -> SentenceText:
        self._syllables = syllables
        sentences = self.sentences()
        return SentenceText(self._text, sentences, self._hashes, self._quoted, self.starts, self.ends)

    def sentences(self) -> tuple[Sentence, ...]:
        cuts = self._cuts()
        found = [self._found(first, end) for first, end in pairwise(cuts)]
        inside = [word for words in found for word in words if word.kind is Kind.WORD and not word.opens]
        of_names = 100 * sum(word.capital for word in inside) <= NAME_CAPITALS_PERCENT_MAX * len(inside)
        names = {word.key for word in inside if word.capital} if of_names else set()
        made = []
        for words, first, end in zip(found, cuts, cuts[1:], strict=False):
            for word in words:
                if word.kind is Kind.WORD and word.capital and word.key in names:
                    word.kind = Kind.NAME
            for word, after in pairwise(words):  # a first name that opens a sentence
                beside = after.kind is Kind.NAME and self._text[word.end : after.start] == " "
                if beside and word.opens and word.capital:
                    word.kind = Kind.NAME
            features = tuple(Feature(word.key, word.kind, word.start, word.end) for word in words)
            start, stop = self._span(first, end)
            made.append(Sentence(start, stop, features, frozenset(feature.key for feature in features)))
        return tuple(made)

    def _cuts(self) -> list[int]:
        """Where sentences begin, and the end of the last."""
        count = len(self.words)
        cuts = [0] if count else []
        for token in range(1, count):
            gap = self._text[self.ends[token - 1] : self.starts[token]]
            if "\n" in gap or (token - cuts[-1] >= SENTENCE_TOKENS_MIN and self._ends(token, gap)):
                cuts.append(token)
        return [*cuts, count]

    def _ends(self, token: int, gap: str) -> bool:
        """Whether a sentence ends in the gap before a token."""
        found = _TERMINAL.search(gap)
        if found is None:
            return False
        if found[0] in _FULL_WIDTH:
            return True
        if not any(sign.isspace() for sign in gap) or self._text[self.starts[token]].islower():
            return False
        start = self.starts[token - 1]
        before = self._text[start : self.ends[token - 1]]
        if before.isdigit() and self._text[max(0, start - 1) : start] in _IN_NUMBERS:
            return True  # "at 16.20. Then"
        return found[0] != "." or before[0].islower() or not _ABBREVIATED.fullmatch(before)

    def _span(self, first: int, end: int) -> tuple[int, int]:
        """Code points of the tokens `first` to `end` with the marks that belong to them."""
        start = self.starts[first]
        if first:
            behind = self._gap(first)[len(self._closing(first)) :]
            start -= len(behind) - len(behind.rstrip(_OPENING))
        return start, self.ends[end - 1] + len(self._closing(end))

    def _gap(self, token: int) -> str:
        """What stands before a token, or behind the last."""
        before = self.ends[token - 1]
        after = self.starts[token] if token < len(self.starts) else before + GAP_CHARS_MAX
        return self._text[before:after]

    def _closing(self, token: int) -> str:
        """The marks before a token, or behind the last, that close the sentence before it."""
        found = _CLOSING.match(self._gap(token))
        return found[0] if found else ""

    def _found(self, first: int, end: int) -> list[_Word]:
        """The features of a sentence in order, names not yet told from words."""
        words: list[_Word] = []
        signs: list[tuple[str, int]] = []  # of the run of unspaced script that goes on
        for token in range(first, end):
            word, start, stop = self.words[token], self.starts[token], self.ends[token]
            if word >= UNSPACED_FROM:
                if signs and signs[-1][1] + 1 != start:
                    signs = []
                behind = list(zip(word, range(start, stop), strict=False))
                chain = [*signs[-1:], *behind]
                words += [
                    _Word(one + other, Kind.WORD, at, after + 1, False, False)
                    for (one, at), (other, after) in pairwise(chain)
                ]
                signs = behind
                continue
            signs = []
            if any(sign.isdigit() for sign in word):
                self._add_number(words, word, start, stop)
            elif self._syllables:
                if token > first and self._text[self.ends[token - 1] : start].isspace():
                    capital = self._text[start].isupper() and self._text[self.starts[token - 1]].isupper()
                    key = f"{self.words[token - 1]} {word}"
                    words.append(
                        _Word(key, Kind.WORD, self.starts[token - 1], stop, capital, token == first + 1)
                    )
            else:
                written = self._text[start:stop]
                if len(word) >= WORD_SIGNS_MIN or (len(word) > 1 and written[:2].isupper()):
                    opens = self._opens(token, first) and not written[:2].isupper()
                    words.append(
                        _Word(word[:STEM_SIGNS], Kind.WORD, start, stop, written[0].isupper(), opens)
                    )
        return [word for word in words if word.kind is not Kind.NUMBER or len(word.key) > 1]

    def _opens(self, token: int, first: int) -> bool:
        """Whether a token is the first of its sentence, or of what is said in it."""
        return token == first or any(
            sign in _SAID for sign in self._text[self.ends[token - 1] : self.starts[token]]
        )

    def _add_number(self, words: list[_Word], word: str, start: int, stop: int) -> None:
        """A number, or the next group of one: "1,200.50" is one number."""
        last = words[-1] if words else None
        if (
            last is not None
            and last.kind is Kind.NUMBER
            and word.isdigit()
            and self._text[last.end : start] in _IN_NUMBERS
        ):
            last.key += word
            last.end = stop
        else:
            words.append(_Word(word, Kind.NUMBER, start, stop, False, False))


def _with_names(text: SentenceText, names: set[str]) -> SentenceText:
    """The text with words that open its sentences taken for names where they are known as names."""

    def named(feature: Feature) -> Feature:
        known = feature.kind is Kind.WORD and feature.key in names and text.text[feature.start].isupper()
        return Feature(feature.key, Kind.NAME, feature.start, feature.end) if known else feature

    sentences = tuple(
        Sentence(one.start, one.end, tuple(map(named, one.features)), one.keys) for one in text.sentences
    )
    return SentenceText(text.text, sentences, text.hashes, text.quoted, text.starts, text.ends)


def entities(text: SentenceText) -> list[tuple[Feature, ...]]:
    """Names and numbers in order; names that stand side by side are one."""
    found: list[tuple[Feature, ...]] = []
    for sentence in text.sentences:
        found += _groups(text.text, sentence.features) if len(found) < ENTITIES_MAX else ()
    return found


def entity_keys(text: SentenceText) -> frozenset[str]:
    """What its names and numbers are compared by."""
    return frozenset(
        feature.key
        for sentence in text.sentences
        for feature in sentence.features
        if feature.kind is not Kind.WORD
    )


def _groups(text: str, features: Iterable[Feature]) -> list[tuple[Feature, ...]]:
    groups: list[tuple[Feature, ...]] = []
    last: Feature | None = None
    for feature in features:
        if feature.kind is not Kind.WORD:
            beside = (
                last is not None
                and last.kind is feature.kind is Kind.NAME
                and (text[last.end : feature.start] in _BETWEEN_NAMES or feature.start < last.end)
            )
            groups[-1:] = [(*groups[-1], feature)] if beside else [*groups[-1:], (feature,)]
        last = feature
    return groups
