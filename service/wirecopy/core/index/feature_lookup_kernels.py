"""The compiled loops over remembered features: who shares rare ones with an article, and how much by weight.

A feature weighs 16 · log₂(articles / articles that have it), in whole numbers, so that every processor sums alike. Lists of
postings run from the newest article back: entry e belongs to row (e − 1) // POSTED, and its link is the entry before.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wirecopy.core.fingerprint.feature_kernels import FEATURES_MAX
from wirecopy.core.jit import Array, Number, inlined, kernel

POSTED = 6  # features of an article that are listed: its rarest
LOOKED_AT_MAX = 24  # articles of one list
WEIGHT_MIN = 4
NUMBERS = 1 << 16  # that a feature may have
CANDIDATES_MAX = 4  # that are compared whole
SLOTS = 4096  # of the votes' table: more than FEATURES_MAX · LOOKED_AT_MAX
# What is told of a candidate, in the order of feature_index.Resembling.
ROW, COMMON, HERE, THERE, ENTITIES_COMMON, ENTITIES_HERE, WORDS_COMMON, WORDS_HERE, SHARED = range(9)
COLUMNS = 9


def doublings_16(value: int) -> int:
    """16 · log₂ of a whole number ≥ 1, rounded down; exact on every processor, since it is read off the number's 16th power."""
    return (value**16).bit_length() - 1


# 16 · log₂ of 1, 1 1/32, 1 2/32 …: the digits behind the binary point
_FRACTIONS = np.array([doublings_16(32 + part) - doublings_16(32) for part in range(32)], np.int64)


@inlined
def log_16(value: Number) -> Any:
    """16 · log₂ of a whole number ≥ 1, rounded down, by its first six binary digits."""
    power = np.int64(0)
    rest = value
    while rest > 1:
        rest >>= 1
        power += 1
    digits = value - (np.int64(1) << power)
    digits = digits >> (power - 5) if power > 5 else digits << (5 - power)
    return 16 * power + _FRACTIONS[digits]


@inlined
def weight_of(articles_with: Number, articles: Number) -> Any:
    """What a feature of so many of so many articles weighs."""
    weight = log_16(max(articles, 60)) - log_16(articles_with + 1)
    return max(WEIGHT_MIN, weight)


@kernel
def candidates_of(
    article: Array, cut: Array, tables: Array, rows: Array, bounds: Array, slots: Array, out: Array
) -> Any:
    """Compares an article with the remembered ones that share most of its rare features: how many rows of out
    i64[CANDIDATES_MAX, COLUMNS] are filled, best first.

    article: numbers u16[n], the entities first, outside u8[n], how many are entities; cut u1[2], whether entities and words
    were left out. tables: frequency i32[NUMBERS], heads u32[NUMBERS]. rows: links u32[r, POSTED], features u16[r,
    FEATURES_MAX], outside u1[r, FEATURES_MAX / 8] in bits, counts u1[r, 2]. bounds: the number of the first row, of the oldest
    live one, how many live. slots i64[2, SLOTS]: scratch, all zero before and after."""
    numbers = article[0]
    frequency, heads = tables
    links, features, outsides, counts = rows
    first_row, oldest_row, articles = bounds
    size = len(numbers)
    weights = np.empty(FEATURES_MAX, np.int64)
    used = np.empty(FEATURES_MAX * LOOKED_AT_MAX, np.int64)
    voted = np.int64(0)
    for i in range(size):
        number = np.int64(numbers[i])
        weights[i] = weight_of(np.int64(frequency[number]), articles)
        entry = np.int64(heads[number])
        for _ in range(LOOKED_AT_MAX):
            if entry == 0:
                break
            row = (entry - 1) // POSTED
            if row < oldest_row:
                break
            slot = (row * 2654435761) & (SLOTS - 1)
            while slots[0, slot] != 0 and slots[0, slot] != row + 1:
                slot = (slot + 1) & (SLOTS - 1)
            if slots[0, slot] == 0:
                slots[0, slot] = row + 1
                used[voted] = slot
                voted += 1
            slots[1, slot] += weights[i]
            entry = np.int64(links[row - first_row, (entry - 1) % POSTED])
    best = np.zeros((CANDIDATES_MAX, 2), np.int64)  # votes, row: most first, then the older
    for k in range(voted):
        slot = used[k]
        row, votes = slots[0, slot] - 1, slots[1, slot]
        slots[0, slot] = 0
        slots[1, slot] = 0
        place = CANDIDATES_MAX
        while place > 0 and (
            votes > best[place - 1, 0] or (votes == best[place - 1, 0] and row < best[place - 1, 1])
        ):
            place -= 1
        if place < CANDIDATES_MAX:
            for lower in range(CANDIDATES_MAX - 1, place, -1):
                best[lower, 0] = best[lower - 1, 0]
                best[lower, 1] = best[lower - 1, 1]
            best[place, 0] = votes
            best[place, 1] = row
    filled = np.int64(0)
    for k in range(CANDIDATES_MAX):
        if best[k, 0] > 0:
            row = best[k, 1]
            place = row - first_row
            there = features[place], outsides[place], counts[place]
            compared(article, cut, weights, there, frequency, articles, out[filled])
            out[filled, ROW] = row
            filled += 1
    return filled


@kernel
def compared(
    article: Array, cut: Array, weights: Array, other: Array, frequency: Array, articles: Number, out: Array
) -> None:
    """What an article shares with another, by weight. Only features that the other could have kept are asked of it, and the
    other way round: where one left features out, those above its highest say nothing. Nor does what both have in quotations
    alone. other: its features, outside, counts."""
    here, outside, entities = article
    there, outside_there, counts = other
    out[:] = 0
    other_entities = np.int64(counts[0] & 127)
    other_size = other_entities + np.int64(counts[1] & 127)
    size = len(here)
    end = np.int64(NUMBERS)
    top_entity = np.int64(there[other_entities - 1]) if counts[0] & 128 and other_entities > 0 else end
    top_word = np.int64(there[other_size - 1]) if counts[1] & 128 and other_size > other_entities else end
    for i in range(size):
        number = np.int64(here[i])
        place = max(
            _place(there, 0, other_entities, number), _place(there, other_entities, other_size, number)
        )
        common = place >= 0
        if common and not outside[i] and not _bit(outside_there, place):
            continue
        is_entity = i < entities
        if common or number <= (top_entity if is_entity else top_word):
            out[HERE] += weights[i]
            if is_entity:
                out[ENTITIES_HERE] += weights[i]
            else:
                out[WORDS_HERE] += weights[i]
            if common:
                out[COMMON] += weights[i]
                out[SHARED] += 1
                if is_entity:
                    out[ENTITIES_COMMON] += weights[i]
                else:
                    out[WORDS_COMMON] += weights[i]
    top_entity = np.int64(here[entities - 1]) if cut[0] and entities > 0 else end
    top_word = np.int64(here[size - 1]) if cut[1] and size > entities else end
    for i in range(other_size):
        number = np.int64(there[i])
        place = max(_place(here, 0, entities, number), _place(here, entities, size, number))
        common = place >= 0
        if common and not _bit(outside_there, i) and not outside[place]:
            continue
        if common or number <= (top_entity if i < other_entities else top_word):
            out[THERE] += weight_of(np.int64(frequency[number]), articles)


@inlined
def _bit(packed: Array, place: Number) -> Any:
    """One of the bits of packed, which begin with the lowest of its first byte."""
    return packed[place >> 3] >> np.uint8(place & 7) & 1


@inlined
def _place(numbers: Array, start: Number, end: Number, number: Number) -> Any:
    """Where numbers, which ascend from `start` to `end`, hold one; −1 where they do not."""
    low, high = np.int64(start), np.int64(end)
    while low < high:
        middle = (low + high) >> 1
        if np.int64(numbers[middle]) < number:
            low = middle + 1
        else:
            high = middle
    return low if low < end and np.int64(numbers[low]) == number else np.int64(-1)


@kernel
def insert(
    numbers: Array, entities: Number, frequency: Array, heads: Array, links: Array, row: Number, place: Number
) -> None:
    """Lists a new row under its rarest features, entities first among equals, and counts all."""
    taken = np.zeros(FEATURES_MAX, np.uint8)
    for k in range(min(POSTED, len(numbers))):
        chosen, least = np.int64(-1), np.int64(1) << 40
        for i in range(len(numbers)):
            rarity = 2 * np.int64(frequency[numbers[i]])
            if i >= entities:
                rarity = 2 * rarity + 1
            if not taken[i] and rarity < least:
                chosen, least = np.int64(i), rarity
        taken[chosen] = 1
        number = numbers[chosen]
        links[place, k] = heads[number]
        heads[number] = row * POSTED + k + 1
    for i in range(len(numbers)):
        frequency[numbers[i]] += 1


@kernel
def forget(features: Array, counts: Array, first: Number, end: Number, frequency: Array) -> None:
    """Counts the rows at places `first` to `end` no more."""
    for place in range(first, end):
        for i in range(np.int64(counts[place, 0] & 127) + np.int64(counts[place, 1] & 127)):
            frequency[features[place, i]] -= 1


@kernel
def listed(
    heads: Array, links: Array, first_row: Number, oldest_row: Number, numbers: Array, rows: Array
) -> Any:
    """Under which features which live rows are listed: fills numbers u16[≥ POSTED · live rows] and rows i64 alike, by feature and
    then from the newest row back. Returns how many there are."""
    count = np.int64(0)
    for number in range(NUMBERS):
        entry = np.int64(heads[number])
        while entry != 0:
            row = (entry - 1) // POSTED
            if row < oldest_row:
                break
            numbers[count] = number
            rows[count] = row
            count += 1
            entry = np.int64(links[row - first_row, (entry - 1) % POSTED])
    return count
