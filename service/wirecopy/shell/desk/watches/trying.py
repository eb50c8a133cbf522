"""Which of the newest articles a watch would have matched: looked up in the catalogue of the pages, in small pieces."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Final

from wirecopy.shell.desk.licences import Licensed
from wirecopy.shell.desk.watches.compiled import CompiledWatches, Judged, Match
from wirecopy.shell.web.catalogue import Catalogue, Entry

LOOKED_AT_MAX: Final = 50_000
PIECE: Final = 500  # articles between two turns of the event loop
FOUND_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Tried:
    """`found`: the newest that match, newest first. `looked_at`: how many articles were asked; `more`: not all of them."""

    found: list[tuple[Entry, Match]]
    looked_at: int
    more: bool


async def tried(
    watches: CompiledWatches, catalogue: Catalogue, licensed: Licensed, most: int = FOUND_MAX
) -> Tried:
    """`watches`: compiled for this alone. Verdicts are those that are valid now."""
    found: list[tuple[Entry, Match]] = []
    serial = catalogue.next_serial - 1
    looked_at = 0
    while serial >= catalogue.first_serial and looked_at < LOOKED_AT_MAX and len(found) < most:
        entry = catalogue.at(serial)
        serial -= 1
        if entry is None:
            break
        looked_at += 1
        judged = Judged(entry.id, entry.publisher, entry.url, entry.language, entry.current)
        known = partial(licensed, entry.publisher, entry.url, entry.published_at_ms, entry.current)
        found.extend((entry, match) for match in watches.of_verdict(judged, known))
        if looked_at % PIECE == 0:
            await asyncio.sleep(0)
    return Tried(found, looked_at, serial >= catalogue.first_serial)
