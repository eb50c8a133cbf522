"""A loop that is blocked ends the process, with the stacks of what blocks it; one that turns, or was stopped with the
whole process, does not."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from wirecopy.shell.observe import loop_watch

BLOCKED = """
    import asyncio, time
    from wirecopy.shell.observe import loop_watch
    loop_watch.TICK_SECONDS = 0.05

    def stuck_on_a_lock():
        time.sleep(60)

    async def main():
        watch = loop_watch.LoopWatch(0.5, 3)
        watch.start()
        print("watching", flush=True)
        {then}

    asyncio.run(main())
"""


def started(then: str) -> subprocess.Popen[str]:
    script = textwrap.dedent(BLOCKED).format(then=then)
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "watching\n"
    return process


def test_a_blocked_loop_ends_the_process_and_says_where_it_is_blocked() -> None:
    process = started("stuck_on_a_lock()")
    _, told = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "the event loop has not turned" in told
    assert "in stuck_on_a_lock" in told


def test_a_process_that_was_stopped_and_goes_on_is_not_ended() -> None:
    process = started("await asyncio.sleep(3)")
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(process.pid, signal.SIGCONT)
    process.communicate(timeout=30)
    assert process.returncode == 0


async def test_a_loop_that_turns_is_left_alone_and_the_thread_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_watch, "TICK_SECONDS", 0.01)
    ended: list[int] = []
    watch = loop_watch.LoopWatch(0.02, 3, end=ended.append)
    watch.start()
    await asyncio.sleep(0.3)
    watch.stop()
    assert not ended
