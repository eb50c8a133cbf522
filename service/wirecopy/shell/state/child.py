"""A forked child that writes a snapshot and ends.

See state.py for why a fork. What a child of a process with threads may do is little: other threads are gone, and
whatever lock they held stays held. CPython mends its own (interpreter, imports, buffers of the standard streams)
and glibc its allocator's; so reading arrays, hashing and plain system calls are safe, and nothing else is done:
no logging, no kernels, no import that is not made already.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wirecopy.shell.state import write as state_write
from wirecopy.shell.state.format import Place, State
from wirecopy.shell.state.write import Previous

SECONDS_MAX: Final = 1800.0  # 100 GB at 60 MB/s; a child that needs longer is taken for one that hangs
NICE: Final = 10  # the living come first
UNKNOWN: Final = 255  # exit code of what is no system error; those are their errno
DESCRIPTORS: Final = Path("/proc/self/fd")


@dataclass(slots=True)
class Child:
    """A process under way; `written` is what it leaves when it ends well."""

    pid: int  # 0: has ended, and is buried
    began_at: float
    paused_seconds: float
    next_offset: int
    written: Path

    @classmethod
    def fork(
        cls, root: Path, state: Callable[[], State], place: Place, previous: Previous | None, now: float
    ) -> Child:
        """Called by the main thread with the engine at rest. OSError where the system has no room for a child."""
        tag = str(os.getpid())
        started = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            code = UNKNOWN
            try:
                _leave_the_parents_world()
                state_write.write(root, state(), place, previous, tag)
                code = 0
            except OSError as error:
                code = error.errno or UNKNOWN
            finally:
                os._exit(min(code, UNKNOWN))
        paused = time.perf_counter() - started
        return cls(pid, now, paused, place.next_offset, state_write.writing(root, place.next_offset, tag))

    def ended(self, now: float) -> bool:
        """Whether it has written all. OSError where it ended otherwise, TimeoutError where it hangs."""
        if not self.pid:
            return True
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            if now - self.began_at > SECONDS_MAX:
                raise TimeoutError(f"the snapshot was not written within {SECONDS_MAX:.0f} s")
            return False
        self.pid = 0
        code = os.waitstatus_to_exitcode(status)
        if code:
            known = 0 < code < UNKNOWN
            raise OSError(code, os.strerror(code) if known else f"the writing process exited with {code}")
        return True

    def end(self) -> None:
        """Kills it where it is still at work."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0


def _leave_the_parents_world() -> None:
    gc.disable()  # a finalizer may belong to a connection of the parent's
    with contextlib.suppress(ValueError):  # not the main thread: then nobody handles signals here
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
    for name in os.listdir(DESCRIPTORS):  # noqa: PTH208 - sockets: our port must be free when the parent dies
        if int(name) > 2:
            with contextlib.suppress(OSError):
                os.close(int(name))
    os.nice(NICE)
