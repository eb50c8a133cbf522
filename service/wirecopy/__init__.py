"""Tells where a text was published before: a pure engine (core/) and the service around it (shell/).

    from wirecopy import Index

The names below are the library (docs/library.md). They are looked up when they are first used, so that `import wirecopy`
and the commands that judge nothing do not wait for NumPy and numba.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wirecopy.shell.library.articles import Article, ArticleError
    from wirecopy.shell.library.index import Index
    from wirecopy.shell.library.saved import SavedIndexError
    from wirecopy.shell.library.verdicts import Correction, Verdict, VerdictKind

__all__ = ["Article", "ArticleError", "Correction", "Index", "SavedIndexError", "Verdict", "VerdictKind"]

_MODULES = {
    "Article": "articles",
    "ArticleError": "articles",
    "Correction": "verdicts",
    "Index": "index",
    "SavedIndexError": "saved",
    "Verdict": "verdicts",
    "VerdictKind": "verdicts",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    from wirecopy.shell.cli import kernel_cache

    kernel_cache.prepare()  # before numba is imported
    found: object = getattr(importlib.import_module(f"wirecopy.shell.library.{module}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
