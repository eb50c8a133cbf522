"""Where compiled kernels are kept when the place that holds them cannot be written to.

numba refuses to load a cached kernel from a directory in which it cannot also create a file, and raises at
import when it finds no such directory. A container with a read-only root is exactly that. So the kernels
that the image was built with are copied (some megabytes, some milliseconds) to a temporary directory, before
numba is imported; a root that is read-only needs a writable /tmp, as the image's documentation says.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"


def prepare() -> None:
    """Point numba to a cache that it can use. Does nothing where the present one is writable, or none is
    set."""
    built = os.environ.get(VARIABLE)
    if not built or not Path(built).is_dir() or os.access(built, os.W_OK):
        return
    own = Path(tempfile.mkdtemp(prefix="wirecopy-kernels-"))
    shutil.copytree(built, own, dirs_exist_ok=True, copy_function=shutil.copyfile)
    own.chmod(0o700)
    os.environ[VARIABLE] = str(own)
