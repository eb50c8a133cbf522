"""Libraries of an extra: imported where they are used, and named where they are missing."""

from __future__ import annotations

import importlib
from typing import Any


class MissingExtraError(Exception):
    """A library of an extra is not installed; the text is a sentence that says what to install."""


def needed(module: str, what: str, extra: str) -> Any:
    """A module of the extra `wirecopy[extra]`. `what`: what cannot be done without it, for the sentence."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{what} need {module.partition('.')[0]}, which is not installed: pip install 'wirecopy[{extra}]'"
        ) from error
