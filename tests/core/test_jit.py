"""The cache of compiled kernels: whatever a kernel is made of, a change to it compiles the kernel anew.

Each case is a small package with this package's own jit.py, run in a process of its own, as a release is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wirecopy.core import jit

FILES = {
    "__init__.py": "",
    "limits.py": "LEAST = 3\n",
    "near/__init__.py": "",
    "near/base_kernels.py": (
        "from wirecopy.core import limits\nfrom wirecopy.core.jit import kernel\n\n\n"
        "@kernel\ndef above(value):\n    return value + limits.LEAST\n"
    ),
    "near/upper_kernels.py": (
        "from wirecopy.core.jit import kernel_of\n"
        "from wirecopy.core.near.base_kernels import (  # the comment has a ) in it\n    above,\n)\n\n\n"
        '@kernel_of("i8", "i8")\ndef twice(value):\n    return 2 * above(value)\n'
    ),
    "apart_kernels.py": "from wirecopy.core.jit import kernel\n\n\n@kernel\ndef same(value):\n    return value\n",
}
PROGRAM = """
from wirecopy.core.apart_kernels import same
from wirecopy.core.near.upper_kernels import twice
print(twice(1), same(1), sum(twice.stats.cache_hits.values()), sum(same.stats.cache_hits.values()))
"""


def run(root: Path, cache: Path | None) -> list[int]:
    """(value of the dependant, of the kernel apart, kernels found in the cache of each)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA")}
    environment |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = str(cache)
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return [int(word) for word in made.stdout.split()]


@pytest.mark.parametrize("given", [False, True], ids=["beside the sources", "NUMBA_CACHE_DIR"])
def test_a_change_to_an_imported_kernel_or_limit_compiles_the_dependant_anew(
    tmp_path: Path, given: bool
) -> None:
    core = tmp_path / "wirecopy" / "core"
    cache = tmp_path / "cache" if given else None
    for name, text in FILES.items():
        (core / name).parent.mkdir(parents=True, exist_ok=True)
        (core / name).write_text(text)
    (core.parent / "__init__.py").touch()
    shutil.copy(jit.__file__, core)
    assert run(tmp_path, cache) == [8, 1, 0, 0], "compiled at first"
    assert run(tmp_path, cache) == [8, 1, 1, 1], "then read from the cache"
    (core / "limits.py").write_text("LEAST = 10\n")
    assert run(tmp_path, cache) == [22, 1, 0, 1], "a limit of an imported kernel; what is apart stays"
    kernel = core / "near" / "base_kernels.py"
    kernel.write_text(kernel.read_text().replace("value + limits", "value - limits"))
    assert run(tmp_path, cache) == [-18, 1, 0, 1], "an imported kernel"
    assert run(tmp_path, cache) == [-18, 1, 1, 1]
    if cache is not None:  # an image is copied to where it can be written, and keeps its kernels
        shutil.copytree(cache, tmp_path / "moved")
        assert run(tmp_path, tmp_path / "moved") == [-18, 1, 1, 1]


def test_a_stamp_covers_what_kernels_of_the_service_are_made_of() -> None:
    core = Path(jit.__file__).parent
    for path in core.rglob("*kernels.py"):
        assert jit.source_stamp(path) != jit.source_stamp(core / "jit.py")
    imported = jit._imports_of(core / "verdict" / "candidate_kernels.py")
    assert core / "verdict" / "measure_kernels.py" in imported
    assert core / "jit.py" in imported
