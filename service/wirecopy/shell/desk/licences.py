"""Who may republish whom: a TOML file of licences, asked of every republication. What it does not say is not known.

    complete = ["meridian.example"]      # all licences of these publishers are in this file

    [[licence]]
    from = ["meridian.example"]
    to = ["dailyharbour.example"]        # "*": everybody
    since = 2026-01-01                   # by the copy's date of publication; both ends may be left out
    until = 2026-12-31                   # the last day

The answer is `true` where a licence names both publishers and the day, `false` where the original's publisher is complete and
no licence of its can be meant, and else null. A publisher that a record names without its site is never taken for a site of
the file: then the answer is null. Words in records (usage terms, copyright lines) are never read as licences.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from wirecopy.core.model import Verdict, VerdictKind
from wirecopy.shell.desk.parties import Parties, Party, same

Licensed = Callable[[str, str, int | None, Verdict], bool | None]  # `Licences.licensed`
ANYBODY: Final = "*"
DAY_MS: Final = 86_400_000


class LicenceFault(ValueError):  # noqa: N818 - a sentence for the operator
    """What is wrong with the file of licences."""


@dataclass(frozen=True, slots=True)
class _Licence:
    """`to` None: everybody. Times in milliseconds, half open; None: no bound."""

    of: tuple[Party, ...]
    to: tuple[Party, ...] | None
    since_ms: int | None
    until_ms: int | None


class Licences:
    """The licences of a file. `licensed` is the function that writers of records ask."""

    def __init__(self, table: Mapping[str, Any], aliases: Mapping[str, str]) -> None:
        """LicenceFault."""
        self._parties = Parties(aliases)
        if unknown := set(table) - {"complete", "licence"}:
            raise LicenceFault(f"unknown: {', '.join(sorted(unknown))}; known: complete, licence")
        rows = table.get("licence", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise LicenceFault("licences are tables [[licence]]")
        self._complete = self._named(table.get("complete", []), "complete")
        self._licences = [self._licence(row, number) for number, row in enumerate(rows, 1)]

    def _named(self, names: Any, what: str) -> tuple[Party, ...]:
        if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
            raise LicenceFault(f"{what} is a list of publishers")
        return tuple(self._parties.asked(name) for name in names)

    def _licence(self, row: Mapping[str, Any], number: int) -> _Licence:
        what = f"licence {number}"
        if unknown := set(row) - {"from", "to", "since", "until"}:
            raise LicenceFault(
                f"{what}: unknown: {', '.join(sorted(unknown))}; known: from, to, since, until"
            )
        if not row.get("from") or not row.get("to"):
            raise LicenceFault(f"{what}: from and to are required")
        to = None if ANYBODY in row["to"] else self._named(row["to"], f"{what}: to")
        since, until = (_day_ms(row.get(name), f"{what}: {name}") for name in ("since", "until"))
        end = None if until is None else until + DAY_MS
        return _Licence(self._named(row["from"], f"{what}: from"), to, since, end)

    def licensed(
        self, publisher: str, url: str, published_at_ms: int | None, verdict: Verdict
    ) -> bool | None:
        """Whether a licence allows an article with this verdict; None where the file does not say. `publisher`, `url`,
        `published_at_ms`: the article's own."""
        original = verdict.original
        if verdict.kind is not VerdictKind.REPUBLICATION or original is None:
            return None
        source = self._parties.of(original.publisher, original.url or "")
        copier = self._parties.of(publisher, url)
        in_doubt = False
        for licence in self._licences:
            of, to = _surely(licence.of, source), True if licence.to is None else _surely(licence.to, copier)
            when = _within(licence, published_at_ms)
            if of and to and when:
                return True
            in_doubt = in_doubt or False not in (of, to, when)
        if _surely(self._complete, source) and not in_doubt:
            return False
        return None


def _surely(asked: tuple[Party, ...], named: Party) -> bool | None:
    """Whether one of these is the party of a record; None where only a name says so."""
    found = [one for one in asked if same(one, named)]
    if not found:
        return False
    sure = any(bool(one.domain) == bool(named.domain) or not one.domain for one in found)
    return True if sure else None


def _within(licence: _Licence, time_ms: int | None) -> bool | None:
    if licence.since_ms is None and licence.until_ms is None:
        return True
    if time_ms is None:
        return None
    return (licence.since_ms is None or licence.since_ms <= time_ms) and (
        licence.until_ms is None or time_ms < licence.until_ms
    )


def _day_ms(day: Any, what: str) -> int | None:
    if day is None:
        return None
    if not isinstance(day, date) or isinstance(day, datetime):
        raise LicenceFault(f"{what} is a day, such as 2026-01-31")
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def licences_of(path: str, aliases: Mapping[str, str]) -> Licences:
    """The licences of a file. LicenceFault."""
    try:
        with Path(path).open("rb") as file:
            table = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LicenceFault(f"the file of licences cannot be read: {error}") from error
    return Licences(table, aliases)


def licensed_of(path: str | None, aliases: Mapping[str, str]) -> Licensed:
    """What the file of licences says; without one nothing is known. LicenceFault."""
    return nobody_knows if path is None else licences_of(path, aliases).licensed


def nobody_knows(*_: object) -> bool | None:
    """Without licences nothing is known of any."""
    return None
