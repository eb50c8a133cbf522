"""How every command begins: the settings are loaded, or every fault in them is printed and the exit code is 2.

What declares the settings takes a tenth of a second to load. A command over files needs four of them, and most often nobody
has set any: then it takes the defaults from here, and the settings are not loaded.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wirecopy.core import limits
from wirecopy.core.model import Rewritten
from wirecopy.core.records.fields import FieldPaths

if TYPE_CHECKING:
    from wirecopy.shell import settings

EXIT_CONFIG = 2
PREFIX = "WIRECOPY_"  # of all variables that name a setting


@dataclass(frozen=True, slots=True)
class ArticleSettings:
    """What a command over files takes of the settings. The defaults are theirs."""

    fields: FieldPaths = field(default_factory=FieldPaths)
    aliases: dict[str, str] = field(default_factory=dict)
    window_ms: int = limits.WINDOW_MS
    rewritten: Rewritten = Rewritten.ON
    licences_file: str | None = None


def article_settings() -> ArticleSettings | None:
    """Those of the environment; None after every fault was told on standard error."""
    if not any(name.upper().startswith(PREFIX) for name in os.environ):
        return ArticleSettings()
    loaded = load_or_explain()
    if loaded is None:
        return None
    given = loaded.settings
    return ArticleSettings(
        FieldPaths(**given.field_paths()),
        given.aliases,
        given.window_ms,
        given.rewritten,
        given.licences_file,
    )


def load_or_explain() -> settings.Loaded | None:
    """The settings, or None after every fault was told on standard error."""
    from wirecopy.shell import settings

    try:
        return settings.load()
    except settings.ConfigFaults as error:
        for fault in error.faults:
            sys.stderr.write(f"wirecopy: {fault}\n")
        sys.stderr.write(
            f"wirecopy: {len(error.faults)} invalid setting(s); nothing was started. Correct them and try again.\n"
        )
        return None


def write(line: str) -> None:
    sys.stdout.write(line + "\n")
