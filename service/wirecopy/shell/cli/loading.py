"""How every command begins: the settings are loaded, or every fault in them is printed and the exit code is 2."""

from __future__ import annotations

import sys

from wirecopy.shell import settings

EXIT_CONFIG = 2


def load_or_explain() -> settings.Loaded | None:
    """The settings, or None after every fault was told on standard error."""
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
