"""A thread that ends the process when its event loop no longer turns.

The pipeline's own watchdog finds a part that stands still while the loop turns; it runs on the loop, so it cannot
find a loop that is blocked (a call that never returns, a lock held by a thread). This thread asks the loop for a
sign of life at every tick, and when none came for as many ticks as the progress time-out has, it writes the stacks
of all threads to standard error and ends the process with the watchdog's exit code: nothing that would need the
loop, or a lock, is tried. Exactly-once does not suffer, since the protocol survives a SIGKILL.

Ticks are counted and not seconds: a process that was stopped (SIGSTOP, a frozen virtual machine) and goes on has
missed no tick, and must first be let turn.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import sys
import threading
from collections.abc import Callable

TICK_SECONDS = 1.0


class LoopWatch:
    """Watches the running loop between `start` and `stop`."""

    def __init__(self, seconds_max: float, exit_code: int, *, end: Callable[[int], None] = os._exit) -> None:
        self._ticks_max = max(2, round(seconds_max / TICK_SECONDS))
        self._exit_code = exit_code
        self._end = end
        self._missed = 0
        self._stop = threading.Event()

    def start(self) -> None:
        """From the loop's own thread."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._watch, args=(loop,), name="loop-watch", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def _turned(self) -> None:
        self._missed = 0

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stop.wait(TICK_SECONDS):
            self._missed += 1
            if self._missed > self._ticks_max:
                sys.stderr.write(f"wirecopy: the event loop has not turned for {self._ticks_max} s\n")
                faulthandler.dump_traceback(all_threads=True)
                self._end(self._exit_code)
                return
            try:
                loop.call_soon_threadsafe(self._turned)
            except RuntimeError:  # closed: the process ends anyway
                return
