"""The layout as a test: imports go one way, each dependency has one file, and nothing grows too large to read.

Read from the syntax trees, imports inside functions and for type checkers included, so that a lazy import cannot hide.
Each failure names the file, the line and the cure. Keep to the cure: a rule that is bent once is no rule. A list of what
does not keep a rule *yet* only shrinks: an entry that keeps the rule by now fails too, until it is deleted.
"""

from __future__ import annotations

import ast
import gc
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest


@cache
def tree_of(source: str) -> ast.Module:
    """Python before 3.11.8 and 3.12.2 fails where, within a parse, collected garbage makes it format a traceback, which parses
    too (python/cpython issue 106905): other tests leave such garbage."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if collecting:
            gc.enable()


ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "service" / "wirecopy"

# A third-party package -> the one file that may import it (a pattern of paths). Replacing a library then
# means rewriting one file.
DOORS = {
    "aiohttp": "service/wirecopy/shell/web/server.py",
    "aiokafka": "service/wirecopy/shell/backends/kafka/*.py",
    "cramjam": "service/wirecopy/shell/files/packing.py",
    "fastavro": "service/wirecopy/shell/schemas/avro.py",
    "google": "service/wirecopy/shell/schemas/protobuf.py",
    "proto_schema_parser": "service/wirecopy/shell/schemas/proto_files.py",
    "fastwarc": "service/wirecopy/shell/files/warc.py",
    "feedparser": "service/wirecopy/shell/files/feeds.py",
    "jinja2": "service/wirecopy/shell/web/rendering.py",
    "msgspec": "service/wirecopy/core/values.py",
    "numba": "service/wirecopy/core/jit.py",
    "opentelemetry": "service/wirecopy/shell/observe/tracing.py",
    "orjson": "service/wirecopy/core/records/raw.py",
    "pyarrow": "service/wirecopy/shell/files/table*.py",
    "resiliparse": "service/wirecopy/shell/files/warc.py",
    "trafilatura": "service/wirecopy/shell/files/warc.py",
    "cryptography": "service/wirecopy/shell/desk/evidence/keys.py",
    "standardwebhooks": "service/wirecopy/shell/desk/notify/signing.py",
    "prometheus_client": "service/wirecopy/shell/observe/telemetry.py",
    "publicsuffixlist": "service/wirecopy/core/publishers.py",
    "pydantic": "service/wirecopy/shell/settings/*.py",
    "pydantic_settings": "service/wirecopy/shell/settings/*.py",
    "rich": "service/wirecopy/shell/report/terminal.py",
    "xxhash": "service/wirecopy/core/hashing.py",
    "zstandard": "service/wirecopy/shell/files/packing.py",
}
OPTIONAL = {
    "opentelemetry": "tracing",
    "standardwebhooks": "notify",
    "fastavro": "registry",
    "google": "registry",
    "proto_schema_parser": "registry",
    "cryptography": "notify",
    **dict.fromkeys(("fastwarc", "feedparser", "pyarrow", "resiliparse", "trafilatura"), "files"),
}  # of an extra, and its door imported only where it is asked for
PACKAGES = {"google": "protobuf"}  # where a package is not called as its module
EVERYWHERE = {"numpy"}  # the arrays' own language

# What makes a core impure: the world, the clock, chance, waiting. Such a value arrives as an argument.
CORE_FORBIDDEN = {
    "asyncio",
    "concurrent",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "queue",
    "random",
    "secrets",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
    "uuid",
}
CORE_ALLOWED_IMPORTS = {
    "service/wirecopy/core/jit.py": {"pathlib"}
}  # reads this package's sources, to stamp its cache
# What the shell asks the engine for, and never reaches behind it: another store of the index, or another judge, must
# not be seen out there.
BEHIND_THE_ENGINE = ("wirecopy.core.index", "wirecopy.core.verdict")
CORE_FORBIDDEN_CALLS = {"open", "print", "input", "eval", "exec"}


# Packages and single modules of the core by stage, and of the shell by layer, lowest first. What stands on one line
# knows nothing of each other; an import goes to the same package or to a lower line.
CORE_ORDER = (
    "values limits hashing jit",
    "model agencies",
    "timing",
    "publishers platforms",
    "addresses",
    "text",
    "records credits",
    "fingerprint",
    "index",
    "verdict",
    "rewriting",
    "engine",
)
SHELL_ORDER = (
    "committed engine_ports",
    "ports options locking keyed",
    "errors",
    "observe",
    "backends settings report files",
    "pipeline state schemas",
    "backfill",
    "web library",
    "desk",
    "standalone",
    "cli",
)

LINES_MAX = 450  # of a module
TABLES = {
    "service/wirecopy/core/credits/phrase_table.py",
    "service/wirecopy/core/text/unicode_table.py",
}  # data, a row a line: as long as they must be
PARAMETERS_MAX = 12
FUNCTION_LINES_MAX = 70
LONG_FUNCTIONS_MAX = 8  # and all of them kernels: one loop that must not be divided
MODULES_MAX = 16  # flat in one folder

# What does not keep a rule yet. Delete an entry as soon as it does.
NOT_YET_DOWNWARD: set[tuple[str, str]] = set()
NOT_YET_FEW_PARAMETERS: set[str] = set()
NOT_YET_SHORT: set[str] = set()

CODE = ("service/wirecopy", "tools", "bench", "tests")  # searched for circles
SIZED = ("service/wirecopy", "tools", "bench")  # held to the sizes, and described


@dataclass(frozen=True, slots=True)
class Import:
    file: str
    line: int
    module: str  # absolute, dotted


def imports_of(source: str, file: str) -> Iterator[Import]:
    package = file.removeprefix("service/").removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(file, node.lineno, name.name)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for name in node.names:  # `from service import shell` imports wirecopy.shell
                yield Import(file, node.lineno, f"{module}.{name.name}")


def faults_of(source: str, file: str) -> list[str]:
    """Every breach of the layout in one file, each with its cure."""
    return [
        *(fault for found in imports_of(source, file) if (fault := import_fault(found))),
        *call_faults(source, file),
    ]


def import_fault(found: Import) -> str | None:
    in_core = found.file.startswith("service/wirecopy/core/")
    in_shell = found.file.startswith("service/wirecopy/shell/")
    where = f"{found.file}:{found.line} imports {found.module}"
    top = found.module.split(".")[0]
    if top == "wirecopy":
        if in_core and not found.module.startswith("wirecopy.core"):
            return f"{where}: the core knows nothing of its shell. Cure: take the value as an argument."
        if in_shell and found.module.startswith(BEHIND_THE_ENGINE):
            return f"{where}: the index is reached through the engine alone. Cure: ask a method of core/engine.py."
        return None
    forbidden = CORE_FORBIDDEN - CORE_ALLOWED_IMPORTS.get(found.file, set())
    if in_core and any(found.module == bad or found.module.startswith(bad + ".") for bad in forbidden):
        return f"{where}: the core cannot wait, look or guess. Cure: do it in service/wirecopy/shell, pass the result in."
    if top in sys.stdlib_module_names or top in EVERYWHERE:
        return None
    if top not in DOORS:
        return f"{where}: a dependency without a door. Cure: name its one file in DOORS, and pyproject.toml."
    if not fnmatch(found.file, DOORS[top]):
        return f"{where}: its only door is {DOORS[top]}. Cure: call what that file offers, or offer it there."
    return None


def call_faults(source: str, file: str) -> Iterator[str]:
    if not file.startswith("service/wirecopy/core/"):
        return
    for node in ast.walk(tree_of(source)):
        where = f"{file}:{getattr(node, 'lineno', 0)}"
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in CORE_FORBIDDEN_CALLS
        ):
            yield f"{where} calls {node.func.id}(): the core does no I/O. Cure: return the value."
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield f"{where} is asynchronous: the core cannot wait. Cure: await in the shell."


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def sources() -> Mapping[str, str]:
    """Every module's text by its path from the root of the repository."""
    paths = (path for root in CODE for path in sorted((ROOT / root).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


def sized() -> Iterator[tuple[str, str]]:
    return ((file, source) for file, source in sources().items() if file.startswith(SIZED))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_one_way_and_each_dependency_has_one_door(path: Path) -> None:
    faults = faults_of(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_file_opens_with_its_theory(path: Path) -> None:
    tree = tree_of(path.read_text("utf-8"))
    assert not tree.body or ast.get_docstring(tree), f"{path}: say at its top what it holds and why it is so."


def test_every_runtime_dependency_of_the_package_has_a_door() -> None:
    import re
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[^A-Za-z0-9_-]", name)[0].replace("-", "_") for name in project["dependencies"]}
    assert declared == set(DOORS) - set(OPTIONAL) | EVERYWHERE
    for name, extra in OPTIONAL.items():
        package = PACKAGES.get(name, name).replace("_", "-")
        assert any(one.startswith(package) for one in project["optional-dependencies"][extra])


# ---- one way
def name_of(file: str) -> str:
    """`service/wirecopy/core/text/__init__.py` is `wirecopy.core.text`."""
    return file.removeprefix("service/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def graph(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For each module those of ours that it imports, with the place of the first such import. `from a import b` is an
    import of a.b where that is a module, else of a; that importing a.b also runs a's `__init__` does not count."""
    known = {name_of(file) for file in files}
    found: dict[str, dict[str, str]] = {}
    for file, source in files.items():
        name = name_of(file)
        edges = found.setdefault(name, {})
        for one in imports_of(source, file):
            target = one.module
            while target and target not in known:
                target = target.rpartition(".")[0]
            if target and target != name:
                edges.setdefault(target, f"{file}:{one.line}")
    return found


def circle(edges: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The imports of one circle, a module after the other; empty: there is none."""
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            ring = [*path[path.index(name) :], name]
            return [f"{edges[one][other]} imports {other}" for one, other in pairwise(ring)]
        if name not in done:
            for target in edges.get(name, ()):
                if found := walk(target, [*path, name]):
                    return found
            done.add(name)
        return []

    return next((found for name in sorted(edges) if (found := walk(name, []))), [])


def test_no_modules_import_each_other_in_a_circle() -> None:
    found = circle(graph(sources()))
    assert not found, (
        "\n"
        + "\n".join(found)
        + "\nThese imports form a circle, so none of the modules can be read or tested alone. Cure: move what both need into"
        " a module below them, or pass it as an argument."
    )


def rank(module: str, order: Iterable[str], root: str) -> int | None:
    part = module.removeprefix(root + ".").split(".")[0]
    return next((at for at, names in enumerate(order) if part in names.split()), None)


def upward(
    edges: Mapping[str, Mapping[str, str]], root: str, order: tuple[str, ...]
) -> dict[tuple[str, str], str]:
    """Imports that go up, or to a neighbour on the same line, by importer and imported package."""
    found = {}
    for module, targets in edges.items():
        if not module.startswith(root + "."):
            continue
        own = module.removeprefix(root + ".").split(".")[0]
        here = rank(module, order, root)
        if here is None:
            found[module, own] = (
                f"{module} has no place in the order of {root}. Cure: name it in CORE_ORDER or SHELL_ORDER."
            )
            continue
        for target, place in targets.items():
            other = target.removeprefix(root + ".").split(".")[0]
            there = rank(target, order, root)
            if not target.startswith(root + ".") or other == own or there is None:
                continue
            if there >= here:
                found[module, other] = (
                    f"{place} imports {target}, which is not below {own}. Cure: move what is needed down, or take it"
                    " as an argument."
                )
    return found


@pytest.mark.parametrize(
    ("root", "order"), [("wirecopy.core", CORE_ORDER), ("wirecopy.shell", SHELL_ORDER)], ids=["core", "shell"]
)
def test_no_import_goes_upward(root: str, order: tuple[str, ...]) -> None:
    found = upward(graph(sources()), root, order)
    listed = {entry for entry in NOT_YET_DOWNWARD if entry[0].startswith(root)}
    faults = [text for entry, text in found.items() if entry not in listed]
    assert not faults, "\n" + "\n".join(faults)
    assert_shrinks(listed, found, "NOT_YET_DOWNWARD")


def assert_shrinks(listed: Iterable[object], found: Iterable[object], name: str) -> None:
    stale = set(listed) - set(found)
    assert not stale, f"{stale} keep the rule by now. Cure: delete them from {name} in tests/test_layout.py."


# ---- described, and small enough to read
def test_every_package_says_what_it_is_for() -> None:
    folders = {
        Path(file).parent.as_posix()
        for file, _ in sized()
        if file.startswith("service/") or file.endswith("/__init__.py")
    }
    missing = [
        f"{folder}/__init__.py: write a docstring of one sentence that says what its modules are for."
        for folder in sorted(folders)
        if not ast.get_docstring(tree_of(sources().get(f"{folder}/__init__.py", "")))
    ]
    assert not missing, "\n" + "\n".join(missing)


def test_no_module_is_too_long_to_read() -> None:
    faults = [
        f"{file}: {lines} lines, {LINES_MAX} are allowed. Cure: divide it by subject (a table of data: name it in TABLES)."
        for file, source in sized()
        if (lines := len(source.splitlines())) > LINES_MAX and file not in TABLES
    ]
    assert not faults, "\n" + "\n".join(faults)
    assert sources().keys() >= TABLES, "TABLES names a file that is not there"


def test_no_folder_holds_too_many_modules() -> None:
    folders = Counter(Path(file).parent.as_posix() for file in sources() if not file.endswith("__init__.py"))
    faults = [
        f"{folder}: {count} modules, {MODULES_MAX} are allowed. Cure: group those that belong together in a package."
        for folder, count in folders.items()
        if count > MODULES_MAX
    ]
    assert not faults, "\n" + "\n".join(faults)


@dataclass(frozen=True, slots=True)
class Function:
    place: str  # file:line
    name: str  # file:name
    lines: int
    parameters: int  # without self and cls

    @property
    def kernel(self) -> bool:
        return self.place.split(":")[0].endswith("kernels.py")


def functions_of(file: str, source: str) -> Iterator[Function]:
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            parameters = len(names) - (names[:1] in (["self"], ["cls"]))
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Function(f"{file}:{node.lineno}", f"{file}:{node.name}", lines, parameters)


def functions() -> Iterator[Function]:
    for file, source in sized():
        yield from functions_of(file, source)


def test_no_function_takes_too_many_parameters() -> None:
    many = {one.name: one for one in functions() if one.parameters > PARAMETERS_MAX}
    faults = [
        f"{one.place} takes {one.parameters} parameters, {PARAMETERS_MAX} are allowed. Cure: hand over what belongs together"
        " as one value."
        for name, one in many.items()
        if name not in NOT_YET_FEW_PARAMETERS
    ]
    assert not faults, "\n" + "\n".join(faults)
    assert_shrinks(NOT_YET_FEW_PARAMETERS, many, "NOT_YET_FEW_PARAMETERS")


def test_functions_are_short_but_for_a_few_kernels() -> None:
    long = {one.name: one for one in functions() if one.lines > FUNCTION_LINES_MAX}
    faults = [
        f"{one.place} has {one.lines} lines, {FUNCTION_LINES_MAX} are allowed. Cure: divide it by subject."
        for one in long.values()
        if not one.kernel
    ]
    kernels = sorted(one.place for name, one in long.items() if one.kernel and name not in NOT_YET_SHORT)
    if len(kernels) > LONG_FUNCTIONS_MAX:
        faults.append(
            f"{len(kernels)} kernels have more than {FUNCTION_LINES_MAX} lines, {LONG_FUNCTIONS_MAX} are allowed. Cure:"
            f" divide one of {', '.join(kernels)}."
        )
    assert not faults, "\n" + "\n".join(faults)
    assert_shrinks(NOT_YET_SHORT, long, "NOT_YET_SHORT")


# ---- the rules themselves
def test_a_planted_circle_is_found_by_its_imports() -> None:
    files = {
        "bench/a.py": "from bench import b",
        "bench/b.py": "def f():\n    from bench.c import x",
        "bench/c.py": "import bench.a",
        "bench/d.py": "import bench.a",
    }
    assert circle(graph(files)) == [
        "bench/a.py:1 imports bench.b",
        "bench/b.py:2 imports bench.c",
        "bench/c.py:1 imports bench.a",
    ]
    assert circle(graph({**files, "bench/c.py": ""})) == []


@pytest.mark.parametrize(
    ("file", "source", "found"),
    [
        ("service/wirecopy/core/index/x.py", "from wirecopy.core.verdict import rules", True),
        ("service/wirecopy/core/verdict/x.py", "from wirecopy.core.index import postings", False),
        ("service/wirecopy/core/records/x.py", "import wirecopy.core.credits.table", True),  # a neighbour
        ("service/wirecopy/core/new.py", "", True),  # without a place
        ("service/wirecopy/shell/errors.py", "from wirecopy.shell.ports import TopicPartition", False),
        ("service/wirecopy/shell/ports.py", "from wirecopy.shell.errors import PortError", True),
        ("service/wirecopy/shell/backends/x.py", "def f():\n    from wirecopy.shell.cli import run", True),
    ],
)
def test_a_planted_import_upward_is_found(file: str, source: str, found: bool) -> None:
    root, order = ("wirecopy.core", CORE_ORDER) if "/core/" in file else ("wirecopy.shell", SHELL_ORDER)
    assert bool(upward(graph({**sources(), file: source}), root, order).keys() - NOT_YET_DOWNWARD) == found


def test_a_planted_long_function_and_a_long_list_of_parameters_are_counted() -> None:
    names = ", ".join(f"p{number}" for number in range(13))
    source = f"class C:\n    def f(self, {names}):\n" + "        pass\n" * 71
    (found,) = functions_of("bench/x.py", source)
    assert (found.place, found.lines, found.parameters, found.kernel) == ("bench/x.py:2", 72, 13, False)


@pytest.mark.parametrize(
    ("file", "source", "expected"),
    [
        (
            "service/wirecopy/core/x.py",
            "import wirecopy.shell.backends.kafka.backend",
            "knows nothing of its shell",
        ),
        ("service/wirecopy/core/x.py", "from ..shell import kafka", "knows nothing of its shell"),
        ("service/wirecopy/core/x.py", "from wirecopy import shell", "knows nothing of its shell"),
        ("service/wirecopy/core/x.py", "def f():\n    import time", "cannot wait, look or guess"),
        ("service/wirecopy/core/x.py", "from urllib.request import urlopen", "cannot wait, look or guess"),
        ("service/wirecopy/core/x.py", "from urllib.parse import urlsplit", None),
        ("service/wirecopy/core/x.py", "async def f(): ...", "asynchronous"),
        ("service/wirecopy/core/x.py", "print(1)", "does no I/O"),
        ("service/wirecopy/core/x.py", "import orjson", "only door is service/wirecopy/core/records/raw.py"),
        ("service/wirecopy/core/records/raw.py", "import orjson", None),
        ("service/wirecopy/core/jit.py", "from numba import njit", None),
        ("service/wirecopy/core/jit.py", "import os", "cannot wait, look or guess"),
        ("service/wirecopy/core/engine.py", "import numba", "only door is service/wirecopy/core/jit.py"),
        ("service/wirecopy/shell/x.py", "import requests", "without a door"),
        (
            "service/wirecopy/shell/x.py",
            "from wirecopy.core import model\nimport numpy as np\nimport time",
            None,
        ),
        (
            "service/wirecopy/shell/x.py",
            "from wirecopy.core.index import postings",
            "through the engine alone",
        ),
        ("service/wirecopy/__main__.py", "from wirecopy.shell import run", None),
    ],
)
def test_the_rules_see_what_they_forbid(file: str, source: str, expected: str | None) -> None:
    faults = faults_of(source, file)
    assert (expected is None and not faults) or (
        expected is not None and len(faults) == 1 and expected in faults[0]
    ), faults
