"""A directory for one process: a lock on a file in it, which the system releases when the process ends, however it ends."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import Final

LOCK: Final = "lock"


def taken(directory: Path, *, wait: bool = False) -> int | None:
    """A handle that holds the directory until it is closed; None where another process has it, unless `wait`. OSError where
    there is no such directory, or it cannot be written to."""
    handle = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return None
        raise
    return handle
