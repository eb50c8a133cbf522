"""The layers and their doors, as a test: imports go one way, and each dependency has one file.

Read from the syntax trees, imports inside functions included, so that a lazy import cannot hide. Each failure
names the file, the line and the cure. Keep to the cure: a rule that is bent once is no rule.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "service" / "wirecopy"

# A third-party package -> the one file that may import it (a pattern of paths). Replacing a library then
# means rewriting one file.
DOORS = {
    "aiohttp": "service/wirecopy/shell/web/server.py",
    "aiokafka": "service/wirecopy/shell/backends/kafka/*.py",
    "cramjam": "service/wirecopy/shell/cli/files.py",
    "jinja2": "service/wirecopy/shell/web/rendering.py",
    "msgspec": "service/wirecopy/core/values.py",
    "numba": "service/wirecopy/core/jit.py",
    "opentelemetry": "service/wirecopy/shell/observe/tracing.py",
    "orjson": "service/wirecopy/core/records/raw.py",
    "prometheus_client": "service/wirecopy/shell/observe/telemetry.py",
    "publicsuffixlist": "service/wirecopy/core/publishers.py",
    "pydantic": "service/wirecopy/shell/settings/*.py",
    "pydantic_settings": "service/wirecopy/shell/settings/*.py",
    "rich": "service/wirecopy/shell/report/terminal.py",
    "xxhash": "service/wirecopy/core/hashing.py",
    "zstandard": "service/wirecopy/shell/cli/files.py",
}
OPTIONAL = {"opentelemetry": "tracing"}  # of an extra, and its door imported only where it is asked for
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
CORE_FORBIDDEN_CALLS = {"open", "print", "input", "eval", "exec"}


@dataclass(frozen=True, slots=True)
class Import:
    file: str
    line: int
    module: str  # absolute, dotted


def imports_of(source: str, file: str) -> Iterator[Import]:
    package = file.removeprefix("service/").removesuffix(".py").split("/")[:-1]
    for node in ast.walk(ast.parse(source)):
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
    where = f"{found.file}:{found.line} imports {found.module}"
    top = found.module.split(".")[0]
    if top == "wirecopy":
        if in_core and not found.module.startswith("wirecopy.core"):
            return f"{where}: the core knows nothing of its shell. Cure: take the value as an argument."
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
    for node in ast.walk(ast.parse(source)):
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


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_one_way_and_each_dependency_has_one_door(path: Path) -> None:
    faults = faults_of(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_file_opens_with_its_theory(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not tree.body or ast.get_docstring(tree), f"{path}: say at its top what it holds and why it is so."


def test_every_runtime_dependency_of_the_package_has_a_door() -> None:
    import re
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[^A-Za-z0-9_-]", name)[0].replace("-", "_") for name in project["dependencies"]}
    assert declared == set(DOORS) - set(OPTIONAL) | EVERYWHERE
    for name, extra in OPTIONAL.items():
        assert any(one.startswith(name) for one in project["optional-dependencies"][extra])


@pytest.mark.parametrize(
    ("file", "source", "said"),
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
        ("service/wirecopy/__main__.py", "from wirecopy.shell import run", None),
    ],
)
def test_the_rules_see_what_they_forbid(file: str, source: str, said: str | None) -> None:
    faults = faults_of(source, file)
    assert (said is None and not faults) or (said is not None and len(faults) == 1 and said in faults[0]), (
        faults
    )
