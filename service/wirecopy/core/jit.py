"""The one way to compile a loop: `kernel` and its two forms, over numba, which is imported nowhere else.

A kernel releases the GIL and is compiled once into a cache on disk. numba stamps a cached kernel with the contents of its own
file alone, so that a change in a kernel or a limit that it imports would go unnoticed: stale machine code, wrong verdicts.
Here the stamp covers the file and every file of this package that it imports, directly or through another one. So kernels
may lie in several files, call each other, and take limits as the constants they are. The cache itself stays where numba
keeps it: in NUMBA_CACHE_DIR if that is set, else beside the sources, else in the user's cache.

To read the sources is the only I/O of the core. It happens while modules are loaded, and decides nothing but whether to
compile anew.

numba takes types from the values it is called with. Annotations of kernels are for the reader and for mypy: `Array` is a
NumPy array, of the type that the docstring says, `Number` an integer, a float or a truth value.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import caching, cgutils, sigutils, types
from numba.core.runtime import nrt
from numba.extending import intrinsic as _intrinsic

__all__ = ["Array", "Number", "inlined", "intrinsic", "ir", "kernel", "kernel_of", "source_stamp", "types"]

Array = Any
Number = Any
F = TypeVar("F", bound=Callable[..., Any])

ir: Any = vars(cgutils)["ir"]  # llvmlite's, as numba itself uses it

_PACKAGE = "wirecopy.core"
_FOLDER = Path(__file__).parent
_NAMES = r"\((?:[^)#]|#[^\n]*)*\)|[^\n(]*"
_IMPORTS = re.compile(rf"^\s*(?:from\s+([\w.]+)\s+import\s+({_NAMES})|import\s+([\w.]+))", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")
_NAME = re.compile(r"\w+")


@cache
def _source_of(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _imports_of(path: Path) -> frozenset[Path]:
    """The files of this package that a file imports. Imports are absolute here; a relative one is refused."""
    found: set[Path] = set()
    for module, names, alone in _IMPORTS.findall(_source_of(path).decode()):
        assert not module.startswith("."), f"{path} imports {module}: name the package in full"
        if not f"{module or alone}.".startswith(f"{_PACKAGE}."):
            continue
        base = _FOLDER.joinpath(*(module or alone).split(".")[2:])
        inside = [base / name for name in _NAME.findall(_COMMENT.sub("", names))]
        found.update(one.with_suffix(".py") for one in (base, *inside))
    return frozenset(one for one in found if one.is_file())


@cache
def source_stamp(path: Path) -> str:
    """A digest of a file's contents and of all that it imports from this package, however indirectly."""
    wanted, files = [path], set[Path]()
    while wanted:
        one = wanted.pop()
        if one not in files:
            files.add(one)
            wanted += _imports_of(one)
    digest = hashlib.sha256()
    for one in sorted(files):
        digest.update(hashlib.sha256(_source_of(one)).digest())
    return digest.hexdigest()


class _OfPackage:
    """What the three locators below have in common: they are for files of this package, and stamp them as above."""

    _py_file: str

    def get_source_stamp(self) -> str:
        return source_stamp(Path(self._py_file))

    @classmethod
    def from_function(cls, py_func: object, py_file: str) -> Any:
        if not Path(py_file).is_relative_to(_FOLDER):
            return None
        return super().from_function(py_func, py_file)  # type: ignore[misc]


class InGivenFolder(_OfPackage, caching.UserProvidedCacheLocator):
    """Kernels cached where NUMBA_CACHE_DIR says."""


class BesideSources(_OfPackage, caching.InTreeCacheLocator):
    """Kernels cached in the package's own folders."""


class InUsersFolder(_OfPackage, caching.UserWideCacheLocator):
    """Kernels cached in the user's cache folder, since the package's cannot be written to."""


_LOCATORS = (InGivenFolder, BesideSources, InUsersFolder)
caching.CacheImpl._locator_classes[:0] = _LOCATORS  # noqa: SLF001 — numba has no other way to add some
_config: Any = numba.config
if getattr(_config, "CACHE_LOCATOR_CLASSES", ""):  # whoever names others gets them for other packages
    _named = [f"{__name__}.{locator.__name__}" for locator in _LOCATORS]
    _config.CACHE_LOCATOR_CLASSES = ",".join([*_named, _config.CACHE_LOCATOR_CLASSES])
_njit: Any = numba.njit
_normalized: Any = sigutils.normalize_signature


class _Cache(caching.FunctionCache):
    """numba's cache of one function, but that a kernel found in it is loaded alone. numba would first load all functions that
    a compiler might meet, which takes longer than all kernels of a process together; compiling does so still."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        nrt.rtsys.initialize(target_context)  # the functions by which machine code allocates arrays
        with self._guard_against_spurious_io_errors():  # another process may be writing there
            return cast(Any, self)._load_overload(sig, target_context)  # noqa: SLF001 — its own


_FunctionCache: Any = _Cache


def _cached(function: F, **options: Any) -> Any:
    compiled = _njit(nogil=True, **options)(function)
    if compiled is not function:  # NUMBA_DISABLE_JIT gives the function as it is
        compiled._cache = _FunctionCache(function)  # noqa: SLF001 — what numba's option `cache` does, with a cache of its own
    return compiled


def kernel(function: F) -> F:
    """Compiles a function for each combination of argument types that it is called with."""
    compiled: F = _cached(function)
    return compiled


def kernel_of(returns: str, *arguments: str | np.dtype[Any]) -> Callable[[F], F]:
    """Compiles a function for one signature, as it is loaded: what a caller passes is of these types or refused, so that no
    other type can stop a running service to compile a variant. Types are numba's own terms ("i8", "u1[::1]"); a structured
    dtype stands for an array of such records."""
    signature = _type_of(returns)(*map(_type_of, arguments))

    def compiler(function: F) -> F:
        compiled = _cached(function)
        if compiled is not function:
            compiled.compile(signature)
            compiled.disable_compile()
        return cast(F, compiled)

    return compiler


def _type_of(what: str | np.dtype[Any]) -> Any:
    if what == "void":
        return types.void
    if isinstance(what, str):
        arguments, _ = _normalized(f"void({what})")
        return arguments[0]
    return types.Array(numba.from_dtype(what), 1, "C")


def inlined(function: F) -> F:
    """A kernel that is put into the body of each kernel that calls it, for one of a few lines."""
    compiled: F = _cached(function, inline="always")
    return compiled


def intrinsic(function: Callable[..., Any]) -> Callable[..., Any]:
    """An operation in LLVM's own terms: `function` is given the types of the arguments, after numba's typing context, and
    returns a signature and what generates the code. It is called without that context."""
    made: Callable[..., Any] = _intrinsic(function)
    return made
