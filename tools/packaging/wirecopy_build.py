"""The build backend: setuptools, and a wheel that holds the compiled kernels.

numba compiles a kernel when it is first called, which would make the first verdict after `pip install` wait for half a
minute. So a wheel is unpacked, the samples are judged with it, and what numba then kept beside the sources goes into the
wheel. A kernel is found again only by the same processor, numba and Python; everywhere else it is compiled as it would have
been. Where the libraries for it are missing (`--no-build-isolation`), or NUMBA_CACHE_DIR keeps the kernels elsewhere, or
with `pip install . -C kernels=no`, the wheel is built without them.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

ROOT = Path(__file__).parent.parent.parent
WARM_SECONDS_MAX = 600
Settings = Mapping[str, str] | None


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """What the kernels need to be compiled: all that the package needs."""
    wanted = list(build_meta.get_requires_for_build_wheel(config_settings))
    if _with_kernels(config_settings):
        wanted += tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return wanted


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    name: str = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    if _with_kernels(config_settings):
        _add_kernels(Path(wheel_directory) / name)
    return name


def _with_kernels(settings: Settings) -> bool:
    return (settings or {}).get("kernels", "yes") != "no" and not os.environ.get("NUMBA_CACHE_DIR")


def _add_kernels(wheel: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        sys.stderr.write("compiling the kernels, once: about a minute\n")
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([folder, *filter(None, sys.path)])}
        command = [sys.executable, "-m", "wirecopy.shell.cli.warm"]
        try:
            subprocess.run(command, env=environment, cwd=folder, check=True, timeout=WARM_SECONDS_MAX)
        except (OSError, subprocess.SubprocessError) as error:
            sys.stderr.write(f"the kernels are left out, and compiled at the first use: {error}\n")
            return
        kernels = sorted(path for path in Path(folder).rglob("__pycache__/*.nb?") if path.is_file())
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in kernels}
    _with_files(wheel, files)


def _with_files(wheel: Path, files: Mapping[str, bytes]) -> None:
    """The wheel with more files, each in its RECORD."""
    larger = wheel.with_suffix(".larger")
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(larger, "w", zipfile.ZIP_DEFLATED) as new:
        record = ""
        for entry in old.infolist():
            if entry.filename.endswith(".dist-info/RECORD"):
                record = entry.filename
                continue
            new.writestr(entry, old.read(entry), zipfile.ZIP_DEFLATED)
        lines = old.read(record).decode("utf-8").splitlines()
        for name, data in files.items():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")
            lines.append(f"{name},sha256={digest},{len(data)}")
        new.writestr(record, "\n".join(lines) + "\n")
    larger.replace(wheel)
