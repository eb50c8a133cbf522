"""Receivers of webhooks: a TOML file that says where each is, with which secret, and what it can take.

    [targets.newsroom]
    url = "https://hooks.meridian.example/wirecopy"
    secret = "whsec_…"            # base64 of 24 to 64 bytes (Standard Webhooks)
    tenant = "meridian"           # only this tenant's watches; left out: everybody's

Secrets stay in this file: a watch names its receivers, and no topic holds a secret.
"""

from __future__ import annotations

import base64
import binascii
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - a prefix is no secret
SECRET_BYTES: Final = range(24, 65)


class TargetFault(ValueError):  # noqa: N818 - a sentence for the operator
    """What is wrong with the file of targets. It never repeats a secret."""


@dataclass(frozen=True, slots=True)
class Target:
    """`rate_per_second` and `in_flight_max` bound what it is sent at once; `give_up_ms`: for how long a match is tried that it
    does not take while it takes others."""

    name: str
    url: str
    secret: str
    tenant: str | None = None
    timeout_ms: int = 10_000
    rate_per_second: float = 20.0
    in_flight_max: int = 4
    retry_ms: int = 1_000  # after the first failure; doubled up to retry_ms_max
    retry_ms_max: int = 60_000
    give_up_ms: int = 900_000

    def takes(self, tenant: str) -> bool:
        """Whether watches of this tenant may name it."""
        return self.tenant is None or self.tenant == tenant


_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "timeout_ms": (100, 60_000),
    "rate_per_second": (0.01, 10_000),
    "in_flight_max": (1, 100),
    "retry_ms": (1, 3_600_000),
    "retry_ms_max": (1, 3_600_000),
    "give_up_ms": (0, 86_400_000),
}
_TEXTS: Final = ("url", "secret", "tenant")


def targets_of(path: str) -> dict[str, Target]:
    """The targets by name. TargetFault."""
    try:
        with Path(path).open("rb") as file:
            tables = tomllib.load(file).get("targets", {})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TargetFault(f"the file of targets cannot be read: {error}") from error
    if not isinstance(tables, dict) or not tables:
        raise TargetFault("the file of targets has no table [targets.NAME]")
    return {name: _target(name, table) for name, table in tables.items()}


def _target(name: str, table: Any) -> Target:
    known = {field.name for field in fields(Target)} - {"name"}
    if not isinstance(table, dict) or (unknown := set(table) - known):
        said = ", ".join(sorted(unknown)) if isinstance(table, dict) else "that is no table"
        raise TargetFault(f"target {name}: unknown: {said}; known: {', '.join(sorted(known))}")
    for one in _TEXTS:
        if one in table and not isinstance(table[one], str):
            raise TargetFault(f"target {name}: {one} is a text")
    for one, (least, most) in _BOUNDS.items():
        value = table.get(one, least)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise TargetFault(f"target {name}: {one} is a number from {least:g} to {most:g}")
    if "url" not in table or "secret" not in table:
        raise TargetFault(f"target {name}: url and secret are required")
    try:
        parts = urlsplit(table["url"])
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if (
        not sound
        or parts.username is not None
        or not table["url"].isascii()
        or not table["url"].isprintable()
    ):
        raise TargetFault(f"target {name}: url is no http or https address")
    try:
        size = len(base64.b64decode(table["secret"].removeprefix(SECRET_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if not table["secret"].startswith(SECRET_PREFIX) or size not in SECRET_BYTES:
        raise TargetFault(
            f"target {name}: secret is {SECRET_PREFIX} and base64 of {SECRET_BYTES.start} to {SECRET_BYTES.stop - 1} bytes"
        )
    return Target(name=name, **table)
